/* SPDX-License-Identifier: MIT */
/* One chart of Netdata and its dimensions: their state, and their lines. */
#ifndef NETFLOWSCOPE_NETDATA_CHART_H
#define NETFLOWSCOPE_NETDATA_CHART_H

#include <stdio.h>

#include "nsc.h"

enum { DIMENSION_ID = 128, CHART_GROUP = 64 };

struct dimension {
	char id[DIMENSION_ID];
	int32_t multiplier, divisor;
	bool counter, lasting;
	bool defined;			/* Netdata knows it */
	bool known;			/* a counter: total is where it was */
	uint64_t round;			/* read of the last value */
	int64_t base, total;		/* a counter's: total = base + the reader's sum */
	int64_t value;			/* to be told */
};

struct chart {
	const struct nsc_chart *how;	/* borrowed */
	char group[CHART_GROUP];
	bool defined, gone;
	uint64_t round;			/* read of the last value */
	uint64_t told;			/* us, steady clock: the last BEGIN; 0: none yet */
	struct dimension *dimension;
	size_t count, room, next_one;	/* where the next value is likely to be */
	struct chart *next, *same_bucket;
};

struct chart *chart_new(const struct nsc_chart *how, const char *group);	/* NULL: no memory */
void chart_free(struct chart *p);

/* The dimension of a sample's i-th value, made if need be; borrowed until the next call. */
struct dimension *chart_dimension(struct chart *p, const struct nsc_chart *how,
				  const struct nsc_sample *s, unsigned i);

void dimension_count(struct dimension *d, uint64_t sum, bool fresh, uint64_t round);
void dimension_set(struct dimension *d, int64_t value, uint64_t round);

/* Writes what is new of it, and the values of this round, if it has any. */
void chart_tell(struct chart *p, FILE *to, unsigned update_every, uint64_t round, uint64_t now);

/* Declares what had no value for `rounds` reads obsolete; remembers sums of `keep` dimensions. */
void chart_retire(struct chart *p, FILE *to, unsigned update_every, uint64_t round, unsigned rounds,
		  unsigned keep);

#endif
