/* SPDX-License-Identifier: MIT */
/* The processes that owners remember, by (pid, start): a reused PID is another process. */
#ifndef NSC_HOST_OWNERS_KNOWN_H
#define NSC_HOST_OWNERS_KNOWN_H

#include "base/hash.h"
#include "host/proc.h"

enum {
	NSC_KNOWN_MAX = 16384,		/* processes; the least used one makes room */
	NSC_KNOWN_COMM = 16,		/* with NUL: as tracepoints have it */
};

struct nsc_known_process {
	struct nsc_process process;	/* pid 0: the slot is free */
	/*
	 * When the name was read: its own, and that under which it was told of.  Another one
	 * means exec.  (An event bears the comm that the process had when its connection began.)
	 */
	char comm[NSC_KNOWN_COMM], told_as[NSC_KNOWN_COMM];
	uint64_t told;			/* steady clock, ns: when the name was read */
	uint64_t checked;		/* when it was last seen to be the same process */
	uint64_t used;
	uint32_t next;			/* of its bucket or of the free ones, + 1 */
};

struct nsc_known {
	struct nsc_known_process *slot;	/* touched as they are used */
	uint32_t *bucket;
	uint32_t free, untouched, hand;
	uint32_t count;
	struct nsc_hash_key key;
};

int nsc_known_init(struct nsc_known *k, const struct nsc_hash_key *key);	/* 0 or -ENOMEM */
void nsc_known_free(struct nsc_known *k);

/* Borrowed until NSC_KNOWN_MAX others were added, or it was unused for long; NULL: none. */
struct nsc_known_process *nsc_known_find(const struct nsc_known *k, uint32_t pid, uint64_t start);

/* The one that is there, else a new one with pid and start alone. */
struct nsc_known_process *nsc_known_add(struct nsc_known *k, uint32_t pid, uint64_t start,
					uint64_t now);

/* Forgets those that were not used since `before`. */
void nsc_known_expire(struct nsc_known *k, uint64_t before);

#endif
