/* SPDX-License-Identifier: MIT */
/* Look-ups in their order: the pair of ends, of UDP the own end, the port; then who listens. */
#include <string.h>

#include "engine/ends.h"

static const uint64_t SECOND = 1000000000;

enum { LAG = 3 };	/* s: how much older than a flow its owner's entry may be (told each second) */

struct found {
	uint16_t owner;
	enum nsc_trust trust;
};

struct search {
	const struct nsc_facts *facts;
	uint64_t now;
	uint64_t since;		/* entries made before are another's */
	uint64_t sure;		/* those made from here on are his who talks now */
};

struct nsc_subject
nsc_subject_of(const struct nsc_flow *f, unsigned ours)
{
	return (struct nsc_subject){
		.addr = {f->addr[0], f->addr[1]}, .port = {f->port[0], f->port[1]},
		.proto = f->proto, .ours = (uint8_t)ours, .first = f->first, .start = f->start,
		.handshake = (f->flags & (NSC_FLOW_SYN_SEEN | NSC_FLOW_SYNACK_SEEN)) != 0,
	};
}

static bool
is_lent(const struct nsc_subject *s, const struct nsc_facts_view *v, unsigned place)
{
	return s->proto == NSC_PROTO_UDP && s->ours & 1u << place &&
	       s->port[place] >= v->ephemeral_low && s->port[place] <= v->ephemeral_high;
}

bool
nsc_subject_lent(const struct nsc_subject *s, const struct nsc_facts_view *v)
{
	return is_lent(s, v, 0) || is_lent(s, v, 1);
}

static struct found
entered(const struct search *x, const struct nsc_owner_key *k)
{
	uint64_t made;
	uint16_t owner = nsc_facts_owner_made(x->facts, k, x->now, &made);

	if (owner == 0 || made < x->since)
		return (struct found){.trust = NSC_TRUST_NONE};
	return (struct found){owner, made >= x->sure ? NSC_TRUST_WHOLE : NSC_TRUST_SOME};
}

static struct found
better(struct found a, struct found b)
{
	return b.trust > a.trust ? b : a;
}

/* A UDP socket without a peer stands under its own address, else under none. */
static struct found
unconnected(const struct search *x, struct nsc_owner_key k)
{
	struct found bound;

	memset(&k.remote, 0, sizeof k.remote);
	k.remote_port = 0;
	bound = entered(x, &k);
	if (bound.trust == NSC_TRUST_WHOLE)
		return bound;
	memset(&k.local, 0, sizeof k.local);
	return better(bound, entered(x, &k));
}

/*
 * A step between two clocks is allowed for, but where the port is lent: there an entry from
 * before the flow is doubtful.
 */
static struct search
search_of(const struct nsc_facts *facts, const struct nsc_facts_view *v, const struct nsc_subject *s,
	  unsigned place, uint64_t now)
{
	struct search x = {.facts = facts, .now = now};
	bool lent = is_lent(s, v, place);

	if ((lent || s->handshake) && s->start > LAG * SECOND)
		x.since = s->start - LAG * SECOND;
	x.sure = lent ? s->start >> NSC_OWNER_TICK << NSC_OWNER_TICK : x.since;
	return x;
}

static struct found
find(const struct nsc_facts *facts, const struct nsc_facts_view *v, const struct nsc_subject *s,
     unsigned place, uint64_t now)
{
	const struct nsc_owner_key k = {
		.local = s->addr[place], .remote = s->addr[!place],
		.local_port = s->port[place], .remote_port = s->port[!place], .proto = s->proto,
	};
	struct search x = search_of(facts, v, s, place, now);
	struct found f = entered(&x, &k);
	const struct nsc_fact_listener *l;

	if (f.trust != NSC_TRUST_WHOLE && s->proto == NSC_PROTO_UDP)
		f = better(f, unconnected(&x, k));
	if (f.trust != NSC_TRUST_NONE || (s->handshake && s->first == place))
		return f;
	l = nsc_facts_listener(v, s->proto, &s->addr[place], s->port[place]);
	return l != NULL && l->owner != 0 ? (struct found){l->owner, NSC_TRUST_WHOLE} : f;
}

static uint16_t
generation_of(const struct nsc_facts *facts, uint16_t owner)
{
	return nsc_owner_generation(atomic_load_explicit(&facts->owner_rows[owner % NSC_OWNERS],
							 memory_order_acquire));
}

enum nsc_trust
nsc_ends_find(const struct nsc_facts *facts, const struct nsc_facts_view *v,
	      const struct nsc_subject *s, uint64_t now, struct nsc_ends *ends)
{
	enum nsc_trust least = NSC_TRUST_WHOLE;

	*ends = (struct nsc_ends){.ours = s->ours};
	for (unsigned place = 0; place < 2; place++) {
		struct found f;

		if (!(s->ours & 1u << place))
			continue;
		f = find(facts, v, s, place, now);
		ends->owner[place] = f.owner;
		ends->generation[place] = generation_of(facts, f.owner);
		if (f.trust < least)
			least = f.trust;
	}
	return least;
}
