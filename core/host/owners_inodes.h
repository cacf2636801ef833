/* SPDX-License-Identifier: MIT */
/* The sockets that owners were asked about, by inode, with what was found out. */
#ifndef NSC_HOST_OWNERS_INODES_H
#define NSC_HOST_OWNERS_INODES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/hash.h"

enum { NSC_INODES_MAX = 1 << 17 };	/* sockets; more: DENIED, and counted */

struct nsc_inode {
	uint64_t inode;			/* 0: the slot is free */
	uint64_t until;			/* walked so far (nsc_walk), it is decided */
	uint64_t checked;		/* steady clock, ns: when this was last found to be so */
	uint64_t used;			/* when it was last asked for */
	uint64_t start;			/* of the process that holds it; pid 0: none is known */
	uint32_t pid;
	int32_t fd;			/* there; -1: not told */
	uint32_t pass;			/* of the iterator that saw it last */
	uint8_t state;			/* nsc_owner_state */
	bool wanted;			/* by the search that runs */
};

struct nsc_inodes {
	struct nsc_inode *slot;
	size_t room, count;		/* room: a power of two; at most half is in use */
	struct nsc_hash_key key;
};

int nsc_inodes_init(struct nsc_inodes *t, const struct nsc_hash_key *key);	/* 0 or -ENOMEM */
void nsc_inodes_free(struct nsc_inodes *t);

/* Borrowed until the next add; NULL: it is not there. */
struct nsc_inode *nsc_inodes_find(const struct nsc_inodes *t, uint64_t inode);

/* One that is not there yet, zeroed but for its number; NULL: no room. */
struct nsc_inode *nsc_inodes_add(struct nsc_inodes *t, uint64_t inode);

/* Forgets those that were not used since `before`. */
void nsc_inodes_expire(struct nsc_inodes *t, uint64_t before);

#endif
