/* SPDX-License-Identifier: MIT */
/*
 * Which way a socket's connection goes (features.md, algorithm 4): by the addresses, the
 * listeners and the ports of its namespace, and by the other end, where that is ours too.
 */
#ifndef NSC_HOST_WAY_H
#define NSC_HOST_WAY_H

#include "host/connections.h"
#include "host/interfaces.h"
#include "scope/scope.h"

struct nsc_ways;

/* What one network namespace knows for it; -ENOMEM or 0. */
int nsc_ways_new(struct nsc_ways **w);
void nsc_ways_free(struct nsc_ways *w);

/* Begins anew: no namespace is known. */
void nsc_ways_clear(struct nsc_ways *w);

/* From here on the namespace that is asked and added to; -ENOMEM or 0. */
int nsc_ways_enter(struct nsc_ways *w, uint64_t netns, const struct nsc_interfaces *t,
		   uint16_t ephemeral_low, uint16_t ephemeral_high);

/* A listener of the namespace entered last. */
void nsc_ways_listener(struct nsc_ways *w, const struct nsc_socket *s);

/* Ends of connections, of all namespaces: who has the mirrored pair is the other end. */
int nsc_ways_expect(struct nsc_ways *w, size_t connections);	/* makes room; -ENOMEM or 0 */
void nsc_ways_end(struct nsc_ways *w, const struct nsc_socket *s);

/*
 * Sets direction and certainty, unless they are sure.  handshake: it is known who began;
 * accepted: the other end.
 */
void nsc_way_of(const struct nsc_ways *w, struct nsc_connection *c, bool handshake,
		bool accepted);

/* Does so for every open connection: first all their ends, then each one's way. */
void nsc_ways_find(struct nsc_ways *w, struct nsc_connections *c);

/* Coarse scope of the remote end: loopback within this host; the way is known. */
enum nsc_scope nsc_way_scope(const struct nsc_connection *c);

/* True if a listener of that namespace takes what comes for this socket's local end. */
bool nsc_ways_listening(const struct nsc_ways *w, const struct nsc_socket *s);

#endif
