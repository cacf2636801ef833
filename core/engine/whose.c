/* SPDX-License-Identifier: MIT */
/* The look-ups, and the flows that wait for one to succeed. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/whose.h"

static const uint64_t SECOND = 1000000000;

enum {
	PATIENCE = 2,			/* seconds: a flow that closed waits so long (DESIGN 3) */
	ANY_AGE = 1 << 16,		/* seconds: more than an entry can tell */
};

struct subject {			/* what is looked up */
	struct nsc_addr addr[2];	/* by place */
	uint16_t port[2];
	uint8_t proto, ours;
	uint8_t first;			/* place of the initiator */
	bool handshake;			/* it began before our eyes: older entries are another's */
	uint64_t start;
};

struct waiting {
	struct nsc_flow *flow;		/* NULL: it left the table */
	struct subject subject;
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

/* --- look-ups ------------------------------------------------------------------- */

static bool
is_ephemeral(const struct nsc_facts_view *v, uint16_t port)
{
	return port >= v->ephemeral_low && port <= v->ephemeral_high;
}

static uint16_t
entered(const struct nsc_whose *o, const struct nsc_owner_key *k, uint64_t now, uint64_t age)
{
	return nsc_facts_owner_within(o->facts, k, now / SECOND, age);
}

/* A UDP socket without a peer stands under its own address, else under none. */
static uint16_t
unconnected(const struct nsc_whose *o, struct nsc_owner_key *k, uint64_t now, uint64_t age)
{
	uint16_t owner;

	memset(&k->remote, 0, sizeof k->remote);
	k->remote_port = 0;
	owner = entered(o, k, now, age);
	if (owner != 0)
		return owner;
	memset(&k->local, 0, sizeof k->local);
	return entered(o, k, now, age);
}

/* The owner of one end; 0: unknown. */
static uint16_t
find_owner(const struct nsc_whose *o, const struct nsc_facts_view *v, const struct subject *s,
	   unsigned place, uint64_t now)
{
	struct nsc_owner_key k = {
		.local = s->addr[place], .remote = s->addr[!place],
		.local_port = s->port[place], .remote_port = s->port[!place], .proto = s->proto,
	};
	bool udp = s->proto == NSC_PROTO_UDP;
	/* Ports that the kernel hands out come again: what was entered before is another's. */
	bool fresh = s->handshake || (udp && is_ephemeral(v, s->port[place]));
	uint64_t age = fresh && now > s->start ? (now - s->start) / SECOND + 1 : fresh ? 1 : ANY_AGE;
	const struct nsc_fact_listener *l;
	uint16_t owner = entered(o, &k, now, age);

	if (owner == 0 && udp)
		owner = unconnected(o, &k, now, age);
	if (owner != 0 || (s->handshake && s->first == place))
		return owner;
	l = nsc_facts_listener(v, s->proto, &s->addr[place], s->port[place]);
	return l != NULL ? l->owner : 0;
}

static uint16_t
generation_of(const struct nsc_whose *o, uint16_t owner)
{
	return nsc_owner_generation(atomic_load_explicit(
		&o->facts->owner_rows[owner % NSC_OWNERS], memory_order_acquire));
}

/* True if the owners of all ends that are ours are known. */
static bool
find_ends(const struct nsc_whose *o, const struct nsc_facts_view *v, const struct subject *s,
	  uint64_t now, struct nsc_ends *ends)
{
	bool all = true;

	*ends = (struct nsc_ends){.ours = s->ours};
	for (unsigned place = 0; place < 2; place++) {
		if (!(s->ours & 1u << place))
			continue;
		ends->owner[place] = find_owner(o, v, s, place, now);
		ends->generation[place] = generation_of(o, ends->owner[place]);
		all &= ends->owner[place] != 0;
	}
	return all;
}

static struct subject
subject_of(const struct nsc_flow *f, unsigned ours)
{
	return (struct subject){
		.addr = {f->addr[0], f->addr[1]}, .port = {f->port[0], f->port[1]},
		.proto = f->proto, .ours = (uint8_t)ours, .first = f->first, .start = f->start,
		.handshake = (f->flags & (NSC_FLOW_SYN_SEEN | NSC_FLOW_SYNACK_SEEN)) != 0,
	};
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

static uint16_t
begin_wait(struct nsc_whose *o, struct nsc_flow *f, const struct subject *s,
	   const struct nsc_ends *ends, uint64_t now)
{
	unsigned n, at;

	if (!make_room(o, now))
		return NSC_PARTY_UNKNOWN + ends->ours;
	at = o->waiting++;
	n = o->order[at];
	o->slot[n] = (struct waiting){.flow = f, .subject = *s, .since = now, .at = (uint16_t)at};
	o->parties.party[NSC_PARTY_WAITING + n] = (struct nsc_party){.ends = *ends};
	return (uint16_t)(NSC_PARTY_WAITING + n);
}

/* The last look: an accepted connection may have got a nearer owner than its listener's. */
static void
look_again(struct nsc_whose *o, struct nsc_flow *f, const struct nsc_facts_view *v, uint64_t now)
{
	struct nsc_party *party = o->parties.party;
	uint16_t from = f->owner, to;
	struct subject s = subject_of(f, party[from].ends.ours);
	struct nsc_ends ends;

	if (!find_ends(o, v, &s, now, &ends))
		return;
	if (waits(from)) {
		end_wait(o, (unsigned)from - NSC_PARTY_WAITING, &ends);
		return;
	}
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
	if (f != NULL)
		look_again(o, f, v, now);
}

/* --- flows ------------------------------------------------------------------------- */

void
nsc_whose_opened(struct nsc_whose *o, struct nsc_flow *f, unsigned ours,
		 const struct nsc_facts_view *v, uint64_t now)
{
	struct nsc_ends ends;
	struct subject s;
	bool known;

	nsc_whose_last_look(o, v, now);
	if (!v->owners_known || ours == 0 || !(o->parties.processes || o->parties.units))
		return;
	if (f->first != 0)
		ours = (ours & 1) << 1 | ours >> 1;
	s = subject_of(f, ours);
	known = find_ends(o, v, &s, now, &ends);
	if (!known && (f->proto == NSC_PROTO_TCP || f->proto == NSC_PROTO_UDP))
		f->owner = begin_wait(o, f, &s, &ends, now);
	else
		f->owner = nsc_parties_find(&o->parties, &ends, o->cells);
	nsc_parties_hold(&o->parties, f->owner, true);
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

/* --- time -------------------------------------------------------------------------- */

/* Looks for the owners of those that wait; `all`: also of those that waited for long. */
static void
look_for_all(struct nsc_whose *o, const struct nsc_facts_view *v, uint64_t now, bool all)
{
	for (unsigned i = o->waiting; i-- > 0;) {
		unsigned n = o->order[i];
		struct waiting *w = &o->slot[n];
		struct nsc_ends ends;

		if (!all && now - w->since >= PATIENCE * SECOND && w->closed == 0)
			continue;
		if (find_ends(o, v, &w->subject, now, &ends) ||
		    (w->closed != 0 && now - w->closed >= PATIENCE * SECOND))
			end_wait(o, n, &ends);
		else
			o->parties.party[NSC_PARTY_WAITING + n].ends = ends;
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
