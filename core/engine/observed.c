/* SPDX-License-Identifier: MIT */
/* Answered strangers, once a flow; doubts, once a second. */
#include "engine/observed.h"

#include <string.h>

#include "scope/exposure.h"

static const uint64_t SECOND = 1000000000;

void
nsc_observed_facts(struct nsc_observed *o, const struct nsc_facts_view *v, uint64_t now)
{
	uint16_t turn[NSC_COUNT_SERVICE] = {0};

	for (uint32_t i = 0; i < v->listeners; i++) {
		const struct nsc_fact_listener *l = &v->listener[i];

		if (l->service > 0 && l->service <= NSC_COUNT_SERVICE)
			turn[l->service - 1] = l->turn;
	}
	for (unsigned i = 0; i < NSC_COUNT_SERVICE; i++)
		if (o->service[i].turn != turn[i]) {
			o->service[i].turn = turn[i];
			o->service[i].steady = now;
		}
}

/* --- peers ------------------------------------------------------------------------ */

/* Both ends, ours first. */
static uint64_t
hash_of(const struct nsc_hash_key *key, const struct nsc_flow *f, unsigned ours)
{
	struct nsc_hash_state s = nsc_hash_begin(key);
	uint64_t w[4];

	memcpy(w, nsc_flow_addr(f, (int)ours)->b, 16);
	memcpy(w + 2, nsc_flow_addr(f, (int)!ours)->b, 16);
	for (unsigned i = 0; i < 4; i++)
		nsc_hash_word(&s, w[i]);
	return nsc_hash_end(&s, (uint64_t)nsc_flow_port(f, (int)ours) |
				(uint64_t)nsc_flow_port(f, (int)!ours) << 16, 36);
}

static bool
is_fresh(const struct nsc_observed_peer *p, uint64_t now)
{
	return p->second != 0 && now / SECOND < (uint64_t)p->second + NSC_OBSERVED_REST;
}

/* One place for each peer: who takes another's too early blinds us for as long as that matters. */
void
nsc_observed_ended(struct nsc_observed *o, const struct nsc_facts_view *v,
		   const struct nsc_hash_key *key, const struct nsc_flow *f, unsigned side,
		   uint64_t now)
{
	struct nsc_observed_peer *p;
	uint32_t count, tag;
	uint64_t h;

	if (nsc_facts_service(v, f->proto, nsc_flow_port(f, (int)side), &count) == NULL)
		return;			/* a client's port: nobody is judged by it */
	h = hash_of(key, f, side);
	p = &o->peer[h % NSC_OBSERVED_PEERS];
	tag = (uint32_t)(h >> 32);
	if (is_fresh(p, now) && p->tag != tag)
		o->crowded = now + NSC_OBSERVED_REST * SECOND;
	*p = (struct nsc_observed_peer){tag, (uint32_t)(nsc_flow_end(f) / SECOND)};
}

/* It was a stranger's datagram that began this, as far as can be known. */
static bool
is_beginning(struct nsc_observed *o, struct nsc_observed_service *s, const struct nsc_hash_key *key,
	     const struct nsc_flow *f, uint64_t now)
{
	uint64_t h = hash_of(key, f, 1);
	const struct nsc_observed_peer *p = &o->peer[h % NSC_OBSERVED_PEERS];

	if (s->steady == 0)
		s->steady = now;
	return now >= s->steady + NSC_OBSERVED_REST * SECOND && now >= o->crowded &&
	       !(is_fresh(p, now) && p->tag == (uint32_t)(h >> 32));
}

/* --- the verdict ------------------------------------------------------------------ */

static bool
is_shut(unsigned exposure)
{
	return exposure == NSC_EXPOSURE_LOCAL_ONLY || exposure == NSC_EXPOSURE_LAN_ONLY;
}

/* All that listen on the port are shut to strangers, whatever their address. */
static bool
all_shut(const struct nsc_fact_listener *l, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		for (unsigned family = 0; family < 2; family++)
			if ((l[i].families & 1u << family) && !is_shut(l[i].exposure[family]))
				return false;
	return true;
}

/* Of those that take what is sent to that address: how many, and whether all are shut. */
static unsigned
takers(const struct nsc_fact_listener *l, uint32_t count, const struct nsc_addr *a, bool *shut,
       bool *local)
{
	unsigned n = 0, family = nsc_addr_is_v4(a) ? 0 : 1;

	*shut = *local = true;
	for (uint32_t i = 0; i < count; i++) {
		if (!nsc_facts_takes(&l[i], a))
			continue;
		*shut &= is_shut(l[i].exposure[family]);
		*local &= l[i].exposure[family] == NSC_EXPOSURE_LOCAL_ONLY;
		n++;
	}
	return n;
}

/* It came where the verdict says that strangers come. */
static bool
is_way_in(const struct nsc_facts_view *v, const struct nsc_flow *f, unsigned family)
{
	const struct nsc_fact_uplinks *u = &v->uplinks[family];
	uint32_t ifindex = v->interface[f->iface % NSC_FACT_INTERFACES].ifindex;

	for (uint32_t i = 0; i < u->count && i < NSC_FACT_UPLINKS; i++)
		if (u->ifindex[i] == ifindex)
			return true;
	return u->count == 0;
}

/* A port that is translated has no listener under its address: then the others speak for it. */
static bool
contradicts(const struct nsc_facts_view *v, const struct nsc_flow *f,
	    const struct nsc_fact_listener *run, uint32_t count)
{
	const struct nsc_addr *a = nsc_flow_addr(f, 1);
	bool shut, local;
	unsigned n = takers(run, count, a, &shut, &local);

	if (n > 0 ? !shut : !all_shut(run, count))
		return false;
	return (n > 0 && local) || is_way_in(v, f, nsc_addr_is_v4(a) ? 0 : 1);
}

void
nsc_observed_answered(struct nsc_observed *o, const struct nsc_facts_view *v,
		      const struct nsc_hash_key *key, const struct nsc_flow *f, uint64_t now,
		      struct nsc_cells *cells)
{
	const struct nsc_fact_listener *run;
	struct nsc_observed_service *s;
	uint32_t count;
	unsigned row;

	run = nsc_facts_service(v, f->proto, nsc_flow_port(f, 1), &count);
	if (run == NULL || run->service == 0 || run->service > NSC_COUNT_SERVICE)
		return;
	row = run->service - 1u;
	cells->cell[NSC_CELL(LISTEN_OBSERVED, row, 0)]++;
	s = &o->service[row];
	if (!contradicts(v, f, run, count) ||
	    (f->proto == NSC_PROTO_UDP && !is_beginning(o, s, key, f, now)))
		return;
	if (s->flows > 0 && s->doubted != run->turn)
		s->flows = s->first = 0;	/* they were of another verdict */
	else
		o->doubts += s->flows == 0;
	s->doubted = run->turn;
	s->since = now;
	s->flows++;
}

/* Those that a look has come after, and how many that are; what follows them waits for another. */
static uint32_t
decided(struct nsc_observed_service *s, uint64_t looked)
{
	uint32_t n = 0;

	while (s->flows > 0) {
		if (s->first == 0) {
			s->first = s->flows;
			s->first_since = s->since;
		}
		if (looked <= s->first_since)
			break;
		n += s->first;
		s->flows -= s->first;
		s->first = 0;
	}
	return n;
}

void
nsc_observed_settle(struct nsc_observed *o, uint64_t looked, struct nsc_cells *cells)
{
	for (unsigned row = 0; row < NSC_COUNT_SERVICE && o->doubts > 0; row++) {
		struct nsc_observed_service *s = &o->service[row];
		uint32_t n;

		if (s->flows == 0)
			continue;
		n = decided(s, looked);
		if (s->turn == s->doubted)
			cells->cell[NSC_CELL(LISTEN_UNEXPECTED, row, 0)] += n;
		o->doubts -= s->flows == 0;
	}
}

void
nsc_observed_rebase(struct nsc_observed *o, uint64_t now)
{
	for (unsigned row = 0; row < NSC_COUNT_SERVICE; row++) {
		o->service[row].flows = o->service[row].first = 0;
		o->service[row].steady = now;
	}
	memset(o->peer, 0, sizeof o->peer);
	o->crowded = now + NSC_OBSERVED_REST * SECOND;
	o->doubts = 0;
}
