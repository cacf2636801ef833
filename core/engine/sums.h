/* SPDX-License-Identifier: MIT */
/*
 * What happened between two looks at an engine's ledgers, as one consumer sees
 * it: the increments of all writers' sums and the total of their levels.
 */
#ifndef NSC_ENGINE_SUMS_H
#define NSC_ENGINE_SUMS_H

#include "engine/ledgers.h"

struct nsc_sums_from {			/* one ledger, as it was seen last */
	uint32_t incarnation;
	bool seen;
	struct nsc_cells *last;
};

struct nsc_sums {
	struct nsc_sums_from *from[NSC_LEDGERS];	/* made when the ledger appears */
	uint64_t late;
	/* COUNTER, PAIR, QUANTILES: increments since the last look; others: levels now. */
	struct nsc_cells now;
	struct nsc_cells *copy;		/* scratch: what was read becomes `last`, which becomes this */
	uint64_t layout;		/* nsc_ledger_layout(), which takes a while */
};

/* Memory of zeros becomes a consumer whose sums begin now.  -ENOMEM or 0. */
int nsc_sums_begin(struct nsc_sums *s, struct nsc_ledgers *l);
void nsc_sums_end(struct nsc_sums *s);

/*
 * Asks for a publish, waits for it (live: 50 ms at the most) and fills s->now.
 * -EBADMSG if a ledger is not ours (the others are in), -ENOMEM, or 0.
 */
int nsc_sums_look(struct nsc_sums *s, struct nsc_ledgers *l);

/* True for shapes whose cells only grow. */
static inline bool
nsc_shape_grows(unsigned shape)
{
	return shape == NSC_SHAPE_COUNTER || shape == NSC_SHAPE_PAIR || shape == NSC_SHAPE_QUANTILES;
}

#endif
