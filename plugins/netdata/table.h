/* SPDX-License-Identifier: MIT */
/* The JSON of a table as Netdata's Functions answer it: rows by column, and what the columns are. */
#ifndef NETFLOWSCOPE_NETDATA_TABLE_H
#define NETFLOWSCOPE_NETDATA_TABLE_H

#include <stdio.h>
#include <time.h>

#include "nsc.h"

enum { TABLE_TCP = 6, TABLE_UDP = 17 };		/* IP protocols */

struct table {
	FILE *to;
	size_t rows;
};

struct table_row {		/* texts are never NULL, "" if unknown */
	const char *direction, *state, *process, *unit, *remote_name, *scope, *exposure, *app;
	uint8_t proto;			/* IP protocol */
	uint32_t pid;			/* 0: unknown */
	const struct nsc_addr *local, *remote;	/* NULL: there is none */
	uint16_t local_port, remote_port;
	bool measured;			/* the following are known */
	uint64_t received, sent, retransmits;
	uint64_t rtt_us;		/* 0: unknown */
};

void table_begin(struct table *t, unsigned update_every, const char *help);
void table_put(struct table *t, const struct table_row *r);
void table_end(struct table *t, time_t expires);

#endif
