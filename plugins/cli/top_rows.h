/* SPDX-License-Identifier: MIT */
/* What top shows a line of, in every view: one kind of row, of which each view uses its part. */
#ifndef NSC_CLI_TOP_ROWS_H
#define NSC_CLI_TOP_ROWS_H

#include "nsc.h"

enum top_table_id {			/* the order of the views */
	TOP_APPS, TOP_PROCESSES, TOP_UNITS, TOP_PEERS, TOP_CONNECTIONS, TOP_LISTENERS,
	TOP_TABLES
};

enum { TOP_RECEIVED, TOP_SENT, TOP_WAYS };

enum {
	TOP_NAME = NSC_RULE_TEXT,
	TOP_ROWS_MOST = 32768,		/* of a table: flows, and sockets without one */
	TOP_PEERS_MOST = 4096,
};

/* Texts that are pointers are constants of the core, never NULL in a row of a table. */
struct top_row {
	uint64_t id;			/* the same from one refresh to the next */
	uint8_t kind;			/* top_table_id */
	char name[TOP_NAME];		/* application, process, unit; the remote end's; a rule */
	const char *direction, *scope, *state, *app, *proto;
	const char *bind, *verdict, *exposure;
	struct nsc_addr local, remote;
	uint16_t local_port, remote_port;
	char zone[NSC_NAME];
	uint8_t owner_state;		/* nsc_owner_state */
	struct nsc_process process;	/* pid 0: not known; of a process or unit: how it is written */
	char peer_process[NSC_PROCESS_NAME];	/* at the remote end, where that is ours */
	uint64_t octets[TOP_WAYS];	/* since top began */
	uint64_t delta[TOP_WAYS];	/* of them, not yet added to what they belong to */
	double rate[TOP_WAYS];		/* octets/s, of the last refresh */
	uint64_t flows;			/* that are open now */
	uint64_t opened;		/* since top began */
	double opening;			/* a second */
	uint64_t rtt;			/* ns; 0: none */
	uint32_t retransmits;
	uint64_t age;			/* ns, of a flow */
	uint64_t idle, timeout;		/* ns; timeout 0: it has none */
	uint32_t queue, queue_max;
	bool dual, shared, closed, told;
	bool rest;			/* "other", "unknown": many in one */
};

/* Grows up to `most`; what finds no room is counted. */
struct top_table {
	struct top_row *row;
	size_t count, room, most;
	uint64_t left_out;
};

/* A new row at the end, all zero with empty texts; NULL: no room. */
struct top_row *top_table_add(struct top_table *t);
void top_table_free(struct top_table *t);

/* Ids of texts and ends, for rows whose source gives none. */
uint64_t top_id(const void *data, size_t len, uint64_t from);

/*
 * True if the metrics spell the name so: what is neither letter nor digit is '_', and 32
 * octets are all; the case is not looked at, and a name is a token of itself.  (top_names.c)
 */
bool top_token_of(const char *token, const char *name);

static inline double
top_rate(const struct top_row *r)
{
	return r->rate[TOP_RECEIVED] + r->rate[TOP_SENT];
}

static inline uint64_t
top_octets(const struct top_row *r)
{
	return r->octets[TOP_RECEIVED] + r->octets[TOP_SENT];
}

#endif
