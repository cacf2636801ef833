/* SPDX-License-Identifier: MIT */
/*
 * Whose a flow is: looked up when it opens, while it is not known ten times a second, when
 * it closes, and, of UDP, when it goes on after a rest; never for any other packet.  A flow
 * whose owner is not known waits in a party of its own, which goes as a whole to the owner
 * that is found.  What has not been found by a publish leaves with it as `unknown` and never
 * moves again: so the rows of every interval add up to its total, and no sum ever falls.
 */
#ifndef NSC_ENGINE_WHOSE_H
#define NSC_ENGINE_WHOSE_H

#include "engine/parties.h"
#include "flow/flow.h"

struct nsc_whose;

/* Facts and cells are borrowed.  0 or -ENOMEM. */
int nsc_whose_new(struct nsc_whose **o, const struct nsc_facts *facts, struct nsc_cells *cells,
		  bool processes, bool units);
void nsc_whose_free(struct nsc_whose *o);

/* Its parties, NSC_PARTIES of them: party[flow->owner] is a flow's.  Borrowed. */
struct nsc_party *nsc_whose_parties(struct nsc_whose *o);

/*
 * A flow was opened, was closed, and leaves the table.  ours: bit of each side that is
 * ours; v: facts of now; now: the packets' clock, ns.
 */
void nsc_whose_opened(struct nsc_whose *o, struct nsc_flow *f, unsigned ours,
		      const struct nsc_facts_view *v, uint64_t now);
void nsc_whose_closed(struct nsc_whose *o, struct nsc_flow *f, const struct nsc_facts_view *v,
		      uint64_t now);
void nsc_whose_retired(struct nsc_whose *o, struct nsc_flow *f);

/* A flow is nobody's of this host after all; what it brought since the last settlement goes with it. */
void nsc_whose_leave(struct nsc_whose *o, struct nsc_flow *f);

/*
 * A packet came for a UDP flow after a second without one, and has not been counted yet:
 * its port may have been lent to another program meanwhile.
 */
void nsc_whose_rested(struct nsc_whose *o, struct nsc_flow *f, const struct nsc_facts_view *v,
		      uint64_t now);

/*
 * The last look at a flow that was closed, to be made before it is told and leaves.  The
 * calls above and below make it, too: a flow closes while its last packet is still on the
 * way to its party, so not then.
 */
void nsc_whose_last_look(struct nsc_whose *o, const struct nsc_facts_view *v, uint64_t now);

/* The 100 ms tick. */
void nsc_whose_tick(struct nsc_whose *o, const struct nsc_facts_view *v, uint64_t now);

/* Before a publish: all that was counted goes into the cells. */
void nsc_whose_settle(struct nsc_whose *o, const struct nsc_facts_view *v, uint64_t now);

/* The clock jumped. */
void nsc_whose_rebase(struct nsc_whose *o, uint64_t from, uint64_t to);

/* Rows of the sets PROCESS and UNIT for that side of a flow; false: not known, or not ours. */
bool nsc_whose_rows(const struct nsc_whose *o, const struct nsc_flow *f, int side,
		    unsigned *process, unsigned *unit);

/* Flows that found no room to wait in, or gave theirs to a newer one. */
uint64_t nsc_whose_given_up(const struct nsc_whose *o);

#endif
