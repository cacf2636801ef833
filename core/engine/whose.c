/* SPDX-License-Identifier: MIT */
/* Flows that wait for a look-up to succeed, and what they hold meanwhile. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/whose.h"

static const uint64_t SECOND = 1000000000;
static const uint64_t DOUBT = 250000000;	/* ns: in that time who uses a port now has been told */

enum { PATIENCE = 2 };			/* seconds: a flow that closed waits so long (DESIGN 3) */

struct waiting {
	struct nsc_flow *flow;		/* NULL: it left the table */
	struct nsc_subject subject;
	bool rested;			/* it was `before`'s, and may be another's now */
	struct nsc_ends before;
	uint64_t since;			/* ns */
	uint64_t closed;		/* ns; 0: it is open */
	uint16_t at;			/* where it stands in `order` */
};

struct nsc_whose {
	const struct nsc_facts *facts;
	struct nsc_cells *cells;
	uint64_t settled;		/* the packets' clock at the last settlement, ns */
	uint64_t owned;			/* facts->owned as of the last look */
	uint64_t second;		/* of the last look at all that wait */
	uint64_t given_up;
	struct nsc_flow *closing;	/* closed, and not looked at for the last time; or NULL */
	unsigned waiting;		/* the first so many of `order` wait */
	unsigned hand;			/* whose place is asked for next */
	uint16_t order[NSC_PARTIES_WAITING];
	struct waiting slot[NSC_PARTIES_WAITING];
	struct nsc_parties parties;
};

int
nsc_whose_new(struct nsc_whose **out, const struct nsc_facts *facts, struct nsc_cells *cells,
	      bool processes, bool units)
{
	struct nsc_whose *o = calloc(1, sizeof *o);

	*out = o;
	if (o == NULL)
		return -ENOMEM;
	o->facts = facts;
	o->cells = cells;
	for (unsigned i = 0; i < NSC_PARTIES_WAITING; i++)
		o->order[i] = o->slot[i].at = (uint16_t)i;
	nsc_parties_init(&o->parties, facts, processes, units);
	return 0;
}

void
nsc_whose_free(struct nsc_whose *o)
{
	free(o);
}

struct nsc_party *
nsc_whose_parties(struct nsc_whose *o)
{
	return o->parties.party;
}

uint64_t
nsc_whose_given_up(const struct nsc_whose *o)
{
	return o->given_up;
}

/* --- looks ---------------------------------------------------------------------- */

/* What is not known now, but was before the flow rested, is still the best answer. */
static void
keep(struct nsc_ends *ends, const struct nsc_ends *before)
{
	for (unsigned place = 0; place < 2; place++) {
		if (ends->owner[place] != 0)
			continue;
		ends->owner[place] = before->owner[place];
		ends->generation[place] = before->generation[place];
	}
}

static enum nsc_trust
look_up(const struct nsc_whose *o, const struct nsc_facts_view *v, const struct waiting *w,
	uint64_t now, struct nsc_ends *ends)
{
	enum nsc_trust trust = nsc_ends_find(o->facts, v, &w->subject, now, ends);

	if (w->rested)
		keep(ends, &w->before);
	return trust;
}

/* True if nothing better is to be waited for. */
static bool
is_over(const struct waiting *w, enum nsc_trust trust, uint64_t now)
{
	uint64_t waited = now - w->since, closed = w->closed != 0 ? now - w->closed : 0;

	return trust == NSC_TRUST_WHOLE || (trust == NSC_TRUST_SOME && waited >= DOUBT) ||
	       (w->rested && waited >= PATIENCE * SECOND) || closed >= PATIENCE * SECOND;
}

/* --- from party to party --------------------------------------------------------- */

static bool
waits(uint16_t party)
{
	return party >= NSC_PARTY_WAITING && party < NSC_PARTY_KNOWN;
}

static void
lead(struct nsc_whose *o, struct nsc_flow *f, uint16_t to, bool open)
{
	struct nsc_parties *p = &o->parties;

	p->party[f->owner].flows -= open;
	nsc_parties_let(p, f->owner);
	nsc_parties_hold(p, to, open);
	f->owner = to;
}

static void
move_sums(struct nsc_party *from, struct nsc_party *to)
{
	for (unsigned place = 0; place < 2; place++) {
		to->octets[place] += from->octets[place];
		to->packets[place] += from->packets[place];
		from->octets[place] = from->packets[place] = 0;
	}
}

/* All of a flow that was opened since the last settlement: nothing of it has left. */
static void
move_flow(const struct nsc_flow *f, struct nsc_party *from, struct nsc_party *to)
{
	for (int side = 0; side < 2; side++) {
		unsigned place = f->first ^ (unsigned)side;
		uint64_t packets = nsc_flow_packets(f, side);

		from->octets[place] -= f->octets[side];
		to->octets[place] += f->octets[side];
		from->packets[place] -= packets;
		to->packets[place] += packets;
	}
}

/* The flow of that slot waits no longer. */
static void
end_wait(struct nsc_whose *o, unsigned n, const struct nsc_ends *ends)
{
	struct nsc_party *party = o->parties.party;
	struct waiting *w = &o->slot[n];
	uint16_t to = nsc_parties_find(&o->parties, ends, o->cells);
	unsigned at = w->at, last = --o->waiting;

	move_sums(&party[NSC_PARTY_WAITING + n], &party[to]);
	if (w->flow != NULL)
		lead(o, w->flow, to, w->closed == 0);
	w->flow = NULL;
	o->order[at] = o->order[last];
	o->slot[o->order[at]].at = (uint16_t)at;
	o->order[last] = (uint16_t)n;
	w->at = (uint16_t)last;
}

/* Room to wait in: if there is none, a flow that waited long enough gives it up. */
static bool
make_room(struct nsc_whose *o, uint64_t now)
{
	unsigned n;

	if (o->waiting < NSC_PARTIES_WAITING)
		return true;
	o->given_up++;
	n = o->hand++ % NSC_PARTIES_WAITING;
	if (now - o->slot[n].since < PATIENCE * SECOND)
		return false;
	end_wait(o, n, &o->parties.party[NSC_PARTY_WAITING + n].ends);
	return true;
}

/* Takes a place that is free; ends: what is known already. */
static uint16_t
begin_wait(struct nsc_whose *o, struct nsc_flow *f, const struct nsc_subject *s,
	   const struct nsc_ends *ends, uint64_t now)
{
	unsigned at = o->waiting++, n = o->order[at];

	o->slot[n] = (struct waiting){.flow = f, .subject = *s, .since = now, .at = (uint16_t)at};
	o->parties.party[NSC_PARTY_WAITING + n] = (struct nsc_party){.ends = *ends};
	return (uint16_t)(NSC_PARTY_WAITING + n);
}

/* Of the flow of that slot; till it is found, what is known so far holds for the next publish. */
static void
look_for(struct nsc_whose *o, unsigned n, const struct nsc_facts_view *v, uint64_t now)
{
	struct waiting *w = &o->slot[n];
	struct nsc_ends ends;
	enum nsc_trust trust = look_up(o, v, w, now, &ends);

	if (is_over(w, trust, now))
		end_wait(o, n, &ends);
	else
		o->parties.party[NSC_PARTY_WAITING + n].ends = ends;
}

/* An accepted connection may have got a nearer owner than its listener's. */
static void
look_nearer(struct nsc_whose *o, struct nsc_flow *f, const struct nsc_facts_view *v, uint64_t now)
{
	struct nsc_party *party = o->parties.party;
	uint16_t from = f->owner, to;
	struct nsc_subject s = nsc_subject_of(f, party[from].ends.ours);
	struct nsc_ends ends;

	if (nsc_ends_find(o->facts, v, &s, now, &ends) != NSC_TRUST_WHOLE)
		return;
	to = nsc_parties_find(&o->parties, &ends, o->cells);
	if (to == from)
		return;
	if (f->start > o->settled)
		move_flow(f, &party[from], &party[to]);
	lead(o, f, to, false);
}

void
nsc_whose_last_look(struct nsc_whose *o, const struct nsc_facts_view *v, uint64_t now)
{
	struct nsc_flow *f = o->closing;

	o->closing = NULL;
	if (f == NULL)
		return;
	if (waits(f->owner))
		look_for(o, f->owner - NSC_PARTY_WAITING, v, now);
	else if (f->proto == NSC_PROTO_TCP)
		look_nearer(o, f, v, now);
}

/* --- flows ------------------------------------------------------------------------- */

void
nsc_whose_opened(struct nsc_whose *o, struct nsc_flow *f, unsigned ours,
		 const struct nsc_facts_view *v, uint64_t now)
{
	struct nsc_ends ends;
	struct nsc_subject s;
	enum nsc_trust trust;
	bool wait;

	nsc_whose_last_look(o, v, now);
	if (!v->owners_known || ours == 0 || !(o->parties.processes || o->parties.units))
		return;
	if (f->first != 0)
		ours = (ours & 1) << 1 | ours >> 1;
	s = nsc_subject_of(f, ours);
	trust = nsc_ends_find(o->facts, v, &s, now, &ends);
	/* For what is doubtful nobody else shall give up his place. */
	wait = trust == NSC_TRUST_NONE && (f->proto == NSC_PROTO_TCP || f->proto == NSC_PROTO_UDP)
		       ? make_room(o, now)
		       : trust == NSC_TRUST_SOME && o->waiting < NSC_PARTIES_WAITING;
	f->owner = wait ? begin_wait(o, f, &s, &ends, now)
			: nsc_parties_find(&o->parties, &ends, o->cells);
	nsc_parties_hold(&o->parties, f->owner, true);
}

void
nsc_whose_rested(struct nsc_whose *o, struct nsc_flow *f, const struct nsc_facts_view *v,
		 uint64_t now)
{
	struct nsc_ends before, ends;
	struct nsc_subject s;
	enum nsc_trust trust;
	uint16_t to;

	if (f->owner == NSC_PARTY_NOBODY || waits(f->owner) || f->flags & NSC_FLOW_CLOSED)
		return;
	before = o->parties.party[f->owner].ends;
	s = nsc_subject_of(f, before.ours);
	if (!nsc_subject_lent(&s, v))
		return;
	s.start = now;
	trust = nsc_ends_find(o->facts, v, &s, now, &ends);
	keep(&ends, &before);
	if (trust == NSC_TRUST_WHOLE || o->waiting == NSC_PARTIES_WAITING) {
		lead(o, f, nsc_parties_find(&o->parties, &ends, o->cells), true);
		return;
	}
	to = begin_wait(o, f, &s, &ends, now);
	o->slot[to - NSC_PARTY_WAITING].rested = true;
	o->slot[to - NSC_PARTY_WAITING].before = before;
	lead(o, f, to, true);
}

void
nsc_whose_closed(struct nsc_whose *o, struct nsc_flow *f, const struct nsc_facts_view *v,
		 uint64_t now)
{
	nsc_whose_last_look(o, v, now);
	if (f->owner == NSC_PARTY_NOBODY)
		return;
	o->closing = f;
	o->parties.party[f->owner].flows--;
	if (waits(f->owner))
		o->slot[f->owner - NSC_PARTY_WAITING].closed = now > 0 ? now : 1;
}

void
nsc_whose_retired(struct nsc_whose *o, struct nsc_flow *f)
{
	if (f->owner == NSC_PARTY_NOBODY)
		return;
	if (waits(f->owner))
		o->slot[f->owner - NSC_PARTY_WAITING].flow = NULL;
	nsc_parties_let(&o->parties, f->owner);
	f->owner = NSC_PARTY_NOBODY;
}

void
nsc_whose_leave(struct nsc_whose *o, struct nsc_flow *f)
{
	struct nsc_party nowhere = {.flows = 0}, *party = o->parties.party;
	unsigned n = (unsigned)f->owner - NSC_PARTY_WAITING;

	if (f->owner == NSC_PARTY_NOBODY)
		return;
	if (o->closing == f)
		o->closing = NULL;
	if (f->start > o->settled)
		move_flow(f, &party[f->owner], &nowhere);
	if (waits(f->owner))
		end_wait(o, n, &party[f->owner].ends);
	party[f->owner].flows -= !(f->flags & NSC_FLOW_CLOSED);
	nsc_parties_let(&o->parties, f->owner);
	f->owner = NSC_PARTY_NOBODY;
}

/* --- time -------------------------------------------------------------------------- */

/* Looks for the owners of those that wait; `all`: also of those that waited for long. */
static void
look_for_all(struct nsc_whose *o, const struct nsc_facts_view *v, uint64_t now, bool all)
{
	for (unsigned i = o->waiting; i-- > 0;) {
		const struct waiting *w = &o->slot[o->order[i]];

		if (all || now - w->since < PATIENCE * SECOND || w->closed != 0)
			look_for(o, o->order[i], v, now);
	}
}

void
nsc_whose_tick(struct nsc_whose *o, const struct nsc_facts_view *v, uint64_t now)
{
	uint64_t owned = atomic_load_explicit(&o->facts->owned, memory_order_acquire);
	bool second = now / SECOND != o->second;

	nsc_whose_last_look(o, v, now);
	if (o->waiting == 0 || (owned == o->owned && !second))
		return;
	o->owned = owned;
	o->second = now / SECOND;
	look_for_all(o, v, now, second);
}

void
nsc_whose_settle(struct nsc_whose *o, const struct nsc_facts_view *v, uint64_t now)
{
	nsc_whose_last_look(o, v, now);
	look_for_all(o, v, now, true);
	nsc_parties_settle(&o->parties, o->cells);
	o->settled = now;
}

void
nsc_whose_rebase(struct nsc_whose *o, uint64_t from, uint64_t to)
{
	o->settled += to - from;
	for (unsigned i = 0; i < o->waiting; i++) {
		struct waiting *w = &o->slot[o->order[i]];

		w->since += to - from;
		w->subject.start += to - from;
		if (w->closed != 0)
			w->closed += to - from;
	}
}

bool
nsc_whose_rows(const struct nsc_whose *o, const struct nsc_flow *f, int side, unsigned *process,
	       unsigned *unit)
{
	const struct nsc_ends *e = &o->parties.party[f->owner].ends;
	unsigned place = f->first ^ (unsigned)side;

	if (f->owner == NSC_PARTY_NOBODY || e->owner[place] == 0)
		return false;
	nsc_parties_rows(&o->parties, e->owner[place], e->generation[place], process, unit);
	return true;
}
