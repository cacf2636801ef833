/* SPDX-License-Identifier: MIT */
/*
 * Flows that somebody translates.  One whose real ends are both elsewhere is forwarded, though
 * one of its names has our address: it is seen under both, and each packet counts where it
 * enters, under whichever name; as a flow counts the name that it came with.
 *
 * Translations are told by another thread, as a rule some milliseconds before the worker
 * sees the packet.  Flows that were there first are looked up again for two seconds.
 */
#include "engine/worker_state.h"
#include "scope/direction.h"

static const uint64_t SECOND = 1000000000;

enum { PATIENCE = 2 };			/* seconds */

_Static_assert((NSC_NAT_RECENT & (NSC_NAT_RECENT - 1)) == 0, "a power of two");

bool
nsc_nat_find(const struct nsc_worker *w, const struct nsc_flow *f, struct nsc_translated *x)
{
	struct nsc_tuple ends = {.addr = {*nsc_flow_addr(f, 0), *nsc_flow_addr(f, 1)},
				 .port = {nsc_flow_port(f, 0), nsc_flow_port(f, 1)}};

	return f->version != 0 && ends.port[0] != 0 && ends.port[1] != 0 &&
	       nsc_translations_find(&w->facts->translations, f->proto, &ends, x);
}

bool
nsc_nat_foreign(const struct nsc_worker *w, const struct nsc_translated *x)
{
	return !nsc_locals_has(&w->locals, &x->real.addr[0]) &&
	       !nsc_locals_has(&w->locals, &x->real.addr[1]);
}

bool
nsc_nat_within(const struct nsc_worker *w, const struct nsc_translated *x)
{
	return nsc_locals_has(&w->locals, &x->real.addr[0]) &&
	       nsc_locals_has(&w->locals, &x->real.addr[1]);
}

void
nsc_nat_opened(struct nsc_worker *w, struct nsc_flow *f)
{
	struct nsc_nat *n = &w->nat;

	if (!w->locals.known || f->version == 0)
		return;
	n->recent[n->next++ & (NSC_NAT_RECENT - 1)] =
		(struct nsc_nat_recent){.flow = f, .start = f->start};
}

/* True if the entry still holds that flow, under labels that took no translation in. */
static bool
is_there(const struct nsc_nat_recent *r)
{
	const struct nsc_flow *f = r->flow;

	return f != NULL && f->start == r->start && !(f->flags & NSC_FLOW_TRANSLATED);
}

static bool
is_news(const struct nsc_worker *w, const struct nsc_flow *f, const struct nsc_translated *x)
{
	return nsc_nat_foreign(w, x) || ((f->direction & 3) != NSC_DIRECTION_LOCAL &&
					 nsc_nat_within(w, x));
}

void
nsc_nat_look(struct nsc_worker *w)
{
	struct nsc_nat *n = &w->nat;
	uint64_t entered = atomic_load_explicit(&w->facts->translations.entered,
						memory_order_acquire);

	if (entered == n->entered)
		return;
	n->entered = entered;
	for (unsigned i = 0; i < NSC_NAT_RECENT && i < n->next; i++) {
		struct nsc_nat_recent *r = &n->recent[(n->next - 1 - i) & (NSC_NAT_RECENT - 1)];
		struct nsc_translated x;

		if (r->start + PATIENCE * SECOND < w->now)
			return;		/* and all before it */
		if (is_there(r) && nsc_nat_find(w, r->flow, &x) && !x.gone && is_news(w, r->flow, &x))
			nsc_account_again(w, r->flow);
	}
}

void
nsc_nat_rebase(struct nsc_worker *w)
{
	w->nat.next = 0;		/* times of before and after are not to be compared */
}
