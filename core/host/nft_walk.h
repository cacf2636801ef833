/* SPDX-License-Identifier: MIT */
/* One base chain and what it jumps to: expressions and rules, on sets of outcomes. */
#ifndef NSC_HOST_NFT_WALK_H
#define NSC_HOST_NFT_WALK_H

#include "host/nft_eval.h"

enum { NSC_NFT_TRANSLATED = 64 };	/* beside nsc_nft_outcome: to this host, same port */

struct nsc_nft_walk {
	const struct nsc_nft *nft;
	struct nsc_nft_packet packet;
	struct nsc_knowledge reg;
	struct nsc_nft_answer *answer;
	unsigned budget;		/* rules that may still be walked */
	bool doubted;			/* the answer names the first doubt */
};

/* A base chain's outcomes; ALLOWED leads to the next one.  uncertain: perhaps it is not reached. */
unsigned nsc_nft_walk(struct nsc_nft_walk *w, int32_t chain, bool uncertain);

#endif
