/* SPDX-License-Identifier: MIT */
/* What a plugin would dispatch, as lines: TIME netflowscope-FAMILY[-GROUP]/TYPE[-VALUE] VALUE[:VALUE] */
#ifndef NSC_CLI_METRICS_H
#define NSC_CLI_METRICS_H

#include "nsc.h"

struct metrics {
	struct nsc_reader *reader;
	uint64_t interval;		/* ns */
	uint64_t now;			/* end of the interval that is told, ns */
};

int metrics_begin(struct metrics *m, struct nsc_engine *e, double interval);
void metrics_tell(void *arg, uint64_t now);	/* arg: struct metrics; one read at that time (ns) */
void metrics_end(struct metrics *m);

#endif
