/* SPDX-License-Identifier: MIT */
/* The inventory from within: inventory.c looks, _owners.c names, _facts.c tells. */
#ifndef NSC_HOST_INVENTORY_STATE_H
#define NSC_HOST_INVENTORY_STATE_H

#include "host/inventory.h"
#include "host/reach.h"
#include "host/way.h"

struct nsc_inventory_fault {
	int code;			/* 0 or -errno */
	char err[NSC_ERR];
};

struct nsc_inventory {
	struct nsc_inventory_options options;
	uint64_t netns;			/* our own */
	struct nsc_sockets *sockets;
	struct nsc_owners *owners;	/* NULL: not wanted */
	struct nsc_trace *trace;	/* NULL: not wanted, or not to be had */
	uint64_t looked;		/* steady clock, ns: the last look */
	bool whole;			/* and it was a whole one */
	unsigned missing;		/* 1: not all TCP sockets were told, 2: UDP */
	uint64_t trace_again;		/* steady clock, ns: when to try once more */
	struct nsc_connections *connections;	/* NULL: not wanted */
	struct nsc_names *names;
	struct nsc_conntrack *conntrack;	/* NULL: not wanted */
	struct nsc_translations *translations;	/* NULL: not wanted; in the facts, or our own */
	struct nsc_reach *reach;	/* NULL: not wanted */
	struct nsc_ways *ways;
	struct nsc_counters counters;
	struct nsc_listeners all;	/* those that are excluded behind the others */
	struct nsc_listeners shown;	/* the same without them; owns nothing */
	struct nsc_inventory_fault fault[NSC_INVENTORY_SOURCES];
	struct nsc_inventory_stats stats;
};

/* Finds owners of what the last look found, and writes them there. */
void nsc_inventory_own(struct nsc_inventory *i, uint64_t now);

/* The process of the listener that takes what comes for this socket; NULL if it is not known. */
const struct nsc_process *nsc_inventory_server(const struct nsc_inventory *i,
					       const struct nsc_socket *s);

/* True if option Exclude leaves this connection out. */
bool nsc_inventory_excludes(const struct nsc_inventory *i, const struct nsc_socket *s);

/* Translations: asks for them; what a connection's are. */
int nsc_inventory_open_nat(struct nsc_inventory *i);
void nsc_inventory_look_nat(struct nsc_inventory *i, uint64_t now);
void nsc_inventory_nat(const struct nsc_inventory *i, struct nsc_connection *c);
void nsc_inventory_name(struct nsc_inventory *i);	/* of each connection: its other name */
void nsc_inventory_close_nat(struct nsc_inventory *i);

/* Notes how a source did. */
void nsc_inventory_note(struct nsc_inventory *i, enum nsc_inventory_source s, int code,
			const char *err);

#endif
