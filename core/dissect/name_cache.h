/* SPDX-License-Identifier: MIT */
/*
 * Names of addresses, learnt from DNS answers that somebody on this network asked
 * for (features.md, algorithm 8); nothing is ever asked by us.  A worker's own: an
 * answer names flows of the worker that saw it.
 */
#ifndef NSC_DISSECT_NAME_CACHE_H
#define NSC_DISSECT_NAME_CACHE_H

#include "base/addr.h"
#include "base/hash.h"
#include "dissect/event.h"

enum {
	NSC_NAMES = 16384,	/* addresses; the least recently used gives way */
	NSC_NAMES_EACH = 8,	/* names of one address; the oldest gives way */
	NSC_NAME_LEAST_S = 5,	/* a time to live is taken to be within these */
	NSC_NAME_MOST_S = 3600,
	NSC_NAME_GRACE_S = 60,	/* who has resolved a name may connect a little later */
	NSC_NAME_MEMORY = 8 << 20,	/* octets of names */
};

struct nsc_name_fact {
	struct nsc_addr addr;
	struct nsc_addr client;	/* who asked */
	struct nsc_text name;	/* compared as it is: the caller's are in small letters */
	uint32_t ttl;		/* s */
	uint64_t time;		/* ns */
};

struct nsc_name_question {
	struct nsc_addr addr;
	struct nsc_addr client;	/* the other end of the flow */
	uint64_t start;		/* of the flow, ns */
	uint64_t now;		/* ns */
};

struct nsc_name_answer {
	struct nsc_text name;	/* borrowed until the cache learns or forgets; len 0: none */
	bool shared;		/* the address has more names than are kept */
};

struct nsc_name_stats {
	uint64_t hits, misses;
	uint64_t evicted;	/* addresses given up, or not taken, because the cache was full */
	uint64_t addresses;	/* now */
	uint64_t memory;	/* octets of address space reserved */
};

struct nsc_name_cache;

/* Reserves everything; pages are touched as they are needed.  0 or -ENOMEM. */
int nsc_name_cache_new(struct nsc_name_cache **c, const struct nsc_hash_key *key);
void nsc_name_cache_free(struct nsc_name_cache *c);

void nsc_name_cache_learn(struct nsc_name_cache *c, const struct nsc_name_fact *f);

/*
 * What the flow's client had resolved last when the flow began; else what anybody
 * had; else the newest.
 */
struct nsc_name_answer nsc_name_cache_find(struct nsc_name_cache *c,
					   const struct nsc_name_question *q);

/*
 * A flow with the address is open: its names stay, whatever their time to live.
 * False if the address is not known; else unpin once.
 */
bool nsc_name_cache_pin(struct nsc_name_cache *c, const struct nsc_addr *addr);
void nsc_name_cache_unpin(struct nsc_name_cache *c, const struct nsc_addr *addr);

const struct nsc_name_stats *nsc_name_cache_stats(const struct nsc_name_cache *c);

#endif
