/* SPDX-License-Identifier: MIT */
/* Row by row of the set SERVICE. */
#include "engine/permitted.h"

#include <string.h>

static void
take_in(struct nsc_permitted_row *r, const struct nsc_service_state *s, uint64_t observed,
	uint64_t unexpected)
{
	if (r->generation != s->generation)
		*r = (struct nsc_permitted_row){.generation = s->generation, .turn = s->turn};
	r->used |= observed > 0;
	/* Of an interval in which the verdict has changed nobody can say which one they met. */
	r->unexpected = r->turn == s->turn && (r->unexpected || unexpected > 0);
	r->turn = s->turn;
}

void
nsc_permitted_read(struct nsc_permitted *p, struct nsc_ledgers *l, struct nsc_cells *now)
{
	uint64_t unused = 0, unexpected = 0;

	if (l->services == NULL)
		return;
	memset(p->state, 0, sizeof p->state);
	l->services(l->arg, p->state);
	for (unsigned i = 0; i < NSC_COUNT_SERVICE; i++) {
		const struct nsc_service_state *s = &p->state[i];

		take_in(&p->row[i], s, now->cell[NSC_CELL(LISTEN_OBSERVED, i, 0)],
			now->cell[NSC_CELL(LISTEN_UNEXPECTED, i, 0)]);
		unused += s->present && s->exposure == NSC_EXPOSURE_EXPOSED && !p->row[i].used;
		unexpected += s->present && p->row[i].unexpected;
	}
	now->cell[NSC_CELL(LISTEN_SEEN, 0, NSC_V_LISTEN_SEEN_UNUSED)] = unused;
	now->cell[NSC_CELL(LISTEN_SEEN, 0, NSC_V_LISTEN_SEEN_UNEXPECTED)] = unexpected;
}
