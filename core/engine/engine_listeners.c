/* SPDX-License-Identifier: MIT */
/* Listeners of an engine that has stopped, with what the workers counted by their ports. */
#include <stdlib.h>

#include "engine/engine_state.h"
#include "engine/masked.h"

struct telling {
	void (*tell)(void *arg, const struct nsc_listener *l);
	void *arg;
	const struct nsc_mask *mask;
	const struct nsc_cells *cells;	/* NULL: no memory, or no packets */
};

static void
tell_one(void *arg, const struct nsc_listener *listener, int row)
{
	const struct telling *t = arg;
	struct nsc_listener l = *listener;

	if (t->cells != NULL && row >= 0) {
		l.watched = true;
		l.observed = t->cells->cell[NSC_CELL(LISTEN_OBSERVED, row, 0)];
		l.unexpected = t->cells->cell[NSC_CELL(LISTEN_UNEXPECTED, row, 0)];
	}
	nsc_masked_listener(t->mask, &l);
	t->tell(t->arg, &l);
}

void
nsc_engine_listeners(struct nsc_engine *e, void (*tell)(void *arg, const struct nsc_listener *l),
		     void *arg)
{
	struct nsc_cells *cells = e->capture != NULL ? calloc(1, sizeof *cells) : NULL;
	struct telling t = {tell, arg, &e->mask, cells};

	for (unsigned i = 0; i < e->workers && cells != NULL; i++)
		nsc_ledger_collect(e->ledgers.ledger[1 + i], cells);
	if (e->lookout != NULL)
		nsc_lookout_each(e->lookout, tell_one, &t);
	free(cells);
}
