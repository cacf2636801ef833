/* SPDX-License-Identifier: MIT */
/*
 * Requests in datagrams that wait for their answers, of all conversations of a worker: for
 * protocols whose answer may come from elsewhere, and for many conversations of one exchange
 * each, which so need no state of their own.  A request is found by a key of 64 bits, which is a
 * hash of what its answer repeats.  The table is a dissector's shared state, or its beginning.
 */
#ifndef NSC_DISSECT_AWAIT_H
#define NSC_DISSECT_AWAIT_H

#include "dissect/dissector.h"

enum {
	NSC_AWAIT_WAYS = 4,		/* places of a key */
	NSC_AWAIT_PLACES = 2048,
	NSC_AWAIT_S = 60,		/* who waits longer is forgotten */
};

struct nsc_await {			/* one request */
	uint64_t key;
	uint64_t time;			/* ns: of its first datagram; answered: of the answer */
	uint32_t mark;			/* what it has and a new request with its identifier has not */
	uint8_t kind;			/* place in the dissector's `operations` */
	uint8_t tag;			/* the dissector's own */
	uint8_t state;			/* of await.c */
};

struct nsc_await_table {
	struct nsc_await place[NSC_AWAIT_PLACES];
};

/* `shared_new` and `shared_free` of a dissector that shares nothing else. */
int nsc_await_new(void **shared);
void nsc_await_free(void *shared);

/* The key of that identifier between both ends, `client` being the side that asks. */
uint64_t nsc_await_key(const struct nsc_out *out, unsigned client, uint64_t id);

/* The key of two words: for those whose ends change. */
uint64_t nsc_await_key_of(uint64_t a, uint64_t b);

/* A fingerprint of octets. */
uint64_t nsc_await_print(const void *p, size_t len);

/*
 * A request.  The same one again, as its mark says, is its retransmission or its copy: if it
 * waits, or was answered less than `hold` ns ago, false is said and nothing done.  A request that
 * gives way to it is told as lost.
 */
bool nsc_await_ask(struct nsc_out *out, uint64_t key, uint32_t mark, unsigned kind, unsigned tag,
		   uint64_t hold);

/* Who waits under that key; NULL: nobody. */
struct nsc_await *nsc_await_waiting(const struct nsc_out *out, uint64_t key);

/* True if somebody waits under that key, or did. */
bool nsc_await_known(const struct nsc_out *out, uint64_t key);

/* It has its answer now: told as an operation. */
void nsc_await_answered(struct nsc_out *out, struct nsc_await *w, unsigned error);

/* What needs no answer: told at once, copies of it within `hold` ns are not. */
void nsc_await_seen(struct nsc_out *out, uint64_t key, uint32_t mark, unsigned kind,
		    uint64_t hold);

#endif
