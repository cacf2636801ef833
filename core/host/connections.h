/* SPDX-License-Identifier: MIT */
/*
 * Connections by cookie, open and closed, and what each client of ours has had of them
 * (features.md, algorithm 6): sums of deltas are the totals, for every client, at every
 * interval, also when a cap is hit.
 */
#ifndef NSC_HOST_CONNECTIONS_H
#define NSC_HOST_CONNECTIONS_H

#include "base/error.h"
#include "host/interfaces.h"
#include "host/owners.h"
#include "host/trace.h"
#include "scope/translations.h"

enum {
	NSC_CONNECTIONS_MAX = 65536,	/* open ones followed; more: counted as untracked */
	NSC_CLOSED_MAX = 50000,		/* closed ones kept for one client (row 3.3) */
	NSC_CLIENTS_MAX = 8,
	/* Seconds without a read, or three of its intervals, until no closed one waits for it (row 3.4). */
	NSC_CLIENT_REST = 120, NSC_CLIENT_REST_MOST = 3600,
};

enum nsc_certainty {
	NSC_CERTAINTY_NONE,		/* not asked yet */
	NSC_CERTAINTY_GUESS,		/* by its ports: asked again with each dump */
	NSC_CERTAINTY_SURE,
};

struct nsc_connection {
	struct nsc_socket socket;	/* as of the last dump or event */
	uint8_t direction;		/* nsc_direction (scope/direction.h) */
	uint8_t certainty;		/* nsc_certainty, of the direction */
	uint8_t owner_state;		/* nsc_owner_state */
	uint16_t owner;			/* id in host/names.h; 0: unknown */
	struct nsc_process process;	/* KNOWN */
	char zone[NSC_NAME];		/* name of socket.device, "if7" if it is gone; "" if there is none */
	bool excluded;			/* option Exclude: followed for its owner, not to be told of */
	bool translated;		/* `other` is its name beyond, or before, NAT */
	struct nsc_tuple other;		/* from our end to the remote one */
	bool closed, aborted;
	bool adopted;			/* it was there before us (row 3.13: established 0) */
	uint64_t since;			/* steady clock, ns: first seen */
};

struct nsc_connections_stats {
	uint64_t open, opened, closed, adopted;
	uint64_t untracked;		/* times that one found no room */
	uint64_t closed_dropped;	/* closed ones beyond NSC_CLOSED_MAX; their octets are in `lost` */
	uint64_t vanished;		/* gone from the dump without a closing event */
	uint64_t resets;		/* totals that fell (row 3.2) */
	uint64_t duplicates;		/* closings told twice */
};

struct nsc_connections;
int nsc_connections_new(struct nsc_connections **c);	/* 0 or -ENOMEM */
void nsc_connections_free(struct nsc_connections *c);

/*
 * A dump: begin, one call a socket (the connection, or NULL: no room, or nothing to
 * follow), and for each protocol that was told whole an end: those not told since begin
 * have vanished, and count as closed with their last totals.  Where a trace tells
 * closings, the second dump that misses one decides: its event may be on the way.
 */
void nsc_connections_begin(struct nsc_connections *c, uint64_t now);
struct nsc_connection *nsc_connections_saw(struct nsc_connections *c, const struct nsc_socket *s);
void nsc_connections_end(struct nsc_connections *c, uint8_t proto, bool traced);

/* An event of the trace; the connection, or NULL (no room, nobody waits for it). */
struct nsc_connection *nsc_connections_event(struct nsc_connections *c,
					     const struct nsc_trace_event *e);

/* Calls each with every open one. */
void nsc_connections_each(struct nsc_connections *c,
			  void (*each)(void *arg, struct nsc_connection *one), void *arg);

/*
 * A client: connections that are open, and those that the first dump will find (adopted),
 * begin with the totals that they have; later ones with 0.  Who does not read for
 * NSC_CLIENT_REST is told of no single closed one of that time: `lost` has their octets,
 * and open ones go on from its last read.  0 to 7, -ENOSPC or -ENOMEM.
 */
int nsc_connections_join(struct nsc_connections *c, uint64_t now);
void nsc_connections_leave(struct nsc_connections *c, int client);

struct nsc_connection_delta {
	const struct nsc_connection *connection;	/* borrowed for the call */
	struct nsc_socket_totals delta;	/* since the client's last read; rtt as it is */
};

/* One read: each open connection, and each that closed since the last read, once. */
void nsc_connections_read(struct nsc_connections *c, int client, uint64_t now,
			  void (*each)(void *arg, const struct nsc_connection_delta *d), void *arg);

/* Sums since it joined of what a cap, or its rest, took from this client. */
struct nsc_socket_totals nsc_connections_lost(const struct nsc_connections *c, int client);
void nsc_connections_stats(const struct nsc_connections *c, struct nsc_connections_stats *s);

#endif
