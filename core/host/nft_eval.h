/* SPDX-License-Identifier: MIT */
/*
 * What a ruleset does with a packet of which not everything is known: the set of outcomes
 * that are possible (features.md, algorithm 3b; kernel.md 5).
 */
#ifndef NSC_HOST_NFT_EVAL_H
#define NSC_HOST_NFT_EVAL_H

#include "host/nft_packet.h"

enum nsc_nft_outcome {			/* a set */
	NSC_NFT_ALLOWED = 1,		/* it reaches the listener */
	NSC_NFT_DROPPED = 2,
	NSC_NFT_REJECTED = 4,
	NSC_NFT_UNKNOWN = 8,		/* not understood, or it leads elsewhere */
};

struct nsc_nft_answer {
	unsigned outcomes;
	/* The rule that decided, or the first that left it open; handle 0: the policy. */
	int32_t chain;			/* NSC_NFT_NONE: no rule was in the way */
	uint64_t handle;
	unsigned walked;		/* rules */
};

/* budget: rules that it may walk at most; more is UNKNOWN. */
void nsc_nft_eval(const struct nsc_nft *n, const struct nsc_nft_question *q, unsigned budget,
		  struct nsc_nft_answer *a);

#endif
