/* SPDX-License-Identifier: MIT */
/*
 * Which rows of an open set (applications, networks, interfaces) are told by
 * name.  A row's identity is its token.  Rows are ranked by a decayed sum of their
 * increments; one that is shown gives way only to one that is clearly busier,
 * so that series do not flap.
 */
#ifndef NSC_ENGINE_RANK_H
#define NSC_ENGINE_RANK_H

#include <stdbool.h>
#include <stdint.h>

#include "ledger/ledger.h"

struct nsc_rank_row {
	char token[NSC_TOKEN];		/* "": the row is free */
	bool present;			/* it exists now; set by the caller before each choice */
	bool pinned;			/* shown whenever present, outside of the limit */
	bool shown;
	bool renewed;			/* another token than before: the caller forgets its sums */
	uint32_t age;			/* choices since it was shown */
	uint32_t absent;		/* choices since it was present */
	double score;
	double increment;		/* since the last choice; added by the caller */
};

struct nsc_rank {
	struct nsc_rank_row *row;	/* the caller's, zeroed */
	unsigned size;
	unsigned hidden;		/* present rows that the last choice did not show */
};

/*
 * Index of the row of that token, made if need be in place of the longest absent, else of the
 * least of those that are not shown and have no increment yet; -1: no room.
 */
int nsc_rank_row(struct nsc_rank *r, const char *token);

/* Rows that the next choice could show (without the pinned), once increments are in. */
unsigned nsc_rank_candidates(const struct nsc_rank *r);

/* Takes the increments in and chooses at most `limit` rows. */
void nsc_rank_choose(struct nsc_rank *r, unsigned limit);

/*
 * Shares `room` series among sets of which set i has limit[i] rows to show, cost[i]
 * series each: lowers the limits, that of the largest set first, until all fit.
 */
void nsc_rank_share(unsigned *limit, const unsigned *cost, unsigned sets, unsigned room);

#endif
