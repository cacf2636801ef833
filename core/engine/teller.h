/* SPDX-License-Identifier: MIT */
/*
 * What a reader tells: running sums and levels of every row that was chosen, as samples in the
 * order of metrics.def.  It keeps the sums and the texts; what happened since the last
 * read, and whose row is whose, it is given.
 */
#ifndef NSC_ENGINE_TELLER_H
#define NSC_ENGINE_TELLER_H

#include "engine/groups.h"
#include "engine/listen_told.h"
#include "nsc.h"

enum { NSC_QUANTILES = 3, NSC_VALUE_TEXT = 48 };

struct nsc_series {			/* one value of one group, in words of the table */
	uint64_t sum[2];
	bool told[NSC_QUANTILES];	/* [0] for all but quantiles */
};

struct nsc_teller {
	/* Borrowed from the reader, and set before it is opened. */
	const struct nsc_ledgers *ledgers;
	struct nsc_groups *groups;
	const struct nsc_listen_told *listeners;
	const struct nsc_cells *now;		/* increments since the last read; levels */

	struct nsc_series *series;		/* by metric, slot, value */
	char (*text)[NSC_VALUE_TEXT];		/* by metric, (slot,) value, quantile; of ports: of the last read */
	struct nsc_sample *sample;		/* of the last read */
	unsigned samples;
	const char *count_text;			/* the value text of count-series */
	uint32_t resolvers;			/* bit of each scope that a DNS answer came from */
	uint64_t merged[NSC_HISTOGRAM_CELLS];
};

/* Makes room for all that may be told; -ENOMEM or 0.  To be closed in either case. */
int nsc_teller_open(struct nsc_teller *t);
void nsc_teller_close(struct nsc_teller *t);

/* One read: fills t->sample. */
void nsc_teller_tell(struct nsc_teller *t);

#endif
