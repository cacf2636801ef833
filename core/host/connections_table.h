/* SPDX-License-Identifier: MIT */
/* The table of connections from within: connections.c follows them, clients.c tells of them. */
#ifndef NSC_HOST_CONNECTIONS_TABLE_H
#define NSC_HOST_CONNECTIONS_TABLE_H

#include "base/hash.h"
#include "host/connections.h"

enum {
	NSC_CONNECTIONS_GONE = 4096,		/* ids of closed ones remembered; a power of two */
};

struct nsc_connection_entry {
	struct nsc_connection connection;
	uint64_t id;				/* its cookie; if none is told, a hash of its ends */
	struct nsc_socket_totals before;	/* what its totals were when they fell */
	uint32_t dump;				/* the last one that told it */
	uint32_t next, prev;			/* of the list that it is in; 0: none */
	uint8_t waiting;			/* 1 << client that has not heard of its closing */
	bool established;			/* it got beyond its handshake: it counts */
	bool missed;				/* by one dump */
};

struct nsc_connection_client {
	bool used;
	bool resting;				/* too long without a read: nothing waits for it */
	uint64_t heard;				/* steady clock, ns: joined or read */
	uint64_t patience;			/* ns without a read until it rests */
	size_t closed;				/* closed ones that wait for it */
	struct nsc_socket_totals lost;
	size_t room;				/* entries in `last` */
	struct nsc_socket_totals *last;		/* by entry; retransmits modulo 2^32, no rtt */
};

struct nsc_connections {
	struct nsc_hash_key key;
	uint64_t now;
	struct nsc_connection_entry *entry;	/* [0] is no entry */
	uint32_t room;				/* entries in all: open ones, and closed ones by client */
	uint32_t *index;			/* entries by (netns, id); open addressing */
	uint32_t index_size;			/* a power of two, more than twice `used` */
	uint32_t used;				/* entries open or waiting */
	uint32_t fresh;				/* entries from here on were never used */
	uint32_t live, unused;			/* lists: heads */
	uint32_t dump;
	bool whole, first;			/* a dump has ended; this is the first one */
	struct nsc_connections_stats stats;
	struct nsc_connection_client client[NSC_CLIENTS_MAX];
	uint64_t gone[NSC_CONNECTIONS_GONE];	/* ids, by their lowest bits */
};

/* The id of a socket: its cookie, or where none was told a hash of its ends. */
uint64_t nsc_connections_id(const struct nsc_connections *c, const struct nsc_socket *s);

/* The entry of that id, 0 if there is none; into the index, and out of it. */
uint32_t nsc_connections_find(const struct nsc_connections *c, uint64_t netns, uint64_t id);
void nsc_connections_link(struct nsc_connections *c, uint32_t n);
void nsc_connections_unlink(struct nsc_connections *c, uint32_t n);
int nsc_connections_grow(struct nsc_connections *c);	/* 0 or -ENOMEM */

/* All that went through it, also before its totals fell. */
struct nsc_socket_totals nsc_connection_totals(const struct nsc_connection_entry *e);

/* Takes an entry that nobody waits for out of the table. */
void nsc_connections_release(struct nsc_connections *c, uint32_t n);

/* A new entry begins, for every client: with what it has already, or with nothing. */
void nsc_clients_begin(struct nsc_connections *c, uint32_t n);

/* It has closed: who shall hear of it waits for it.  Sets entry->waiting. */
void nsc_clients_close(struct nsc_connections *c, uint32_t n);

/* These octets of a connection cannot be told of. */
void nsc_clients_lose(struct nsc_connections *c, const struct nsc_socket_totals *totals);

/* Closed ones wait no longer for clients that have not read for too long. */
void nsc_clients_rest(struct nsc_connections *c);

void nsc_clients_free(struct nsc_connections *c);

/*
 * n of size octets, zero, in place of `from` (n_from of them; NULL: none).  They cost
 * nothing until they are touched.  NULL if there is no memory: then `from` stands.
 */
void *nsc_connections_reserve(void *from, size_t n_from, size_t n, size_t size);

#endif
