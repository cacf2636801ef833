/* SPDX-License-Identifier: MIT */
/*
 * The table of netflowscope-connections: sockets, what packets show of them, what listens.
 * A socket knows its process and its octets of payload; its flow knows the application and
 * the far end's name; a listener who can reach it.
 */
#ifndef NETFLOWSCOPE_NETDATA_CONNECTIONS_H
#define NETFLOWSCOPE_NETDATA_CONNECTIONS_H

#include <stdio.h>
#include <time.h>

#include "nsc.h"

struct connections;

struct connections *connections_new(void);	/* NULL: no memory */
void connections_free(struct connections *c);

/* Takes in what has come of rows since the last time. */
void connections_tell(struct connections *c, struct nsc_rows *rows);

/* Flows, connections and listeners have all come since it last forgot. */
bool connections_whole(const struct connections *c);
void connections_forget(struct connections *c);

/* The whole answer, in lines of less than 1024 octets, without a last newline. */
void connections_json(struct connections *c, FILE *to, unsigned update_every, const char *help,
		      time_t expires);

#endif
