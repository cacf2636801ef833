/* SPDX-License-Identifier: MIT */
/* The flow table: creation, and a packet's way through it. */
#include "flow/table.h"

#include <errno.h>
#include <stdlib.h>

#include "base/cache_line.h"
#include "flow/history.h"
#include "flow/memory.h"

/* A packet so much older than the clock belongs to another recording: it gets the clock's time. */
#define LATE_LIMIT (60 * NSC_SECOND)

static size_t
entries_size(uint32_t capacity)
{
	return ((size_t)capacity + 1) * sizeof(struct nsc_flow);
}

static size_t
nodes_size(uint32_t capacity)
{
	return 2 * ((size_t)capacity + 1 + NSC_NODES) * sizeof(struct nsc_node);
}

static size_t
events_size(uint32_t capacity)
{
	return ((size_t)capacity + 1) * sizeof(struct nsc_flow_events);
}

static size_t
trouble_size(uint32_t capacity)
{
	return ((size_t)capacity + 1) * sizeof(struct nsc_trouble);
}

int
nsc_flow_table_new(struct nsc_flow_table **out, const struct nsc_flow_config *cfg,
		   const struct nsc_hash_key *key, const struct nsc_flow_hooks *hooks)
{
	struct nsc_flow_table *t;

	if (cfg->size == 0 || cfg->size > NSC_FLOW_TABLE_MAX || cfg->key >= NSC_KEYS)
		return -EINVAL;
	t = calloc(1, sizeof *t);
	if (t == NULL)
		return -ENOMEM;
	t->cfg = *cfg;
	t->shortest = nsc_life_shortest(cfg);
	nsc_key_secret(&t->secret, key);
	if (hooks != NULL)
		t->hooks = *hooks;
	t->capacity = cfg->size;
	t->timers.heads = 2 * (cfg->size + 1);
	t->order.heads = t->timers.heads + NSC_NODES;
	t->entry = nsc_reserve_large((size_t)cfg->size + 1, sizeof *t->entry);
	t->node = nsc_reserve_large((size_t)cfg->size + 1 + NSC_NODES, 2 * sizeof *t->node);
	t->holes = nsc_reserve(sizeof *t->holes);
	t->events = nsc_reserve_large((size_t)cfg->size + 1, sizeof *t->events);
	t->trouble = nsc_reserve(trouble_size(cfg->size));
	if (nsc_slots_init(&t->slots, cfg->size) != 0 || t->entry == NULL ||
	    t->node == NULL || t->holes == NULL || t->events == NULL || t->trouble == NULL) {
		nsc_flow_table_free(t);
		return -ENOMEM;
	}
	nsc_wheel_init(&t->timers, t->node, t->timers.heads, 0);
	nsc_evict_init(t);
	t->stats.memory = entries_size(cfg->size) + nodes_size(cfg->size) +
			  t->slots.reserved + sizeof *t->holes +
			  events_size(cfg->size) + trouble_size(cfg->size);
	*out = t;
	return 0;
}

void
nsc_flow_table_free(struct nsc_flow_table *t)
{
	if (t == NULL)
		return;
	nsc_slots_release(&t->slots);
	nsc_unreserve(t->entry, entries_size(t->capacity));
	nsc_unreserve(t->node, nodes_size(t->capacity));
	nsc_unreserve(t->holes, sizeof *t->holes);
	nsc_unreserve(t->events, events_size(t->capacity));
	nsc_unreserve(t->trouble, trouble_size(t->capacity));
	free(t);
}

void
nsc_flow_prepare(struct nsc_flow_table *t, const struct nsc_packet *p, struct nsc_flow_ref *ref)
{
	nsc_key_of_packet(&ref->key, t->cfg.key, p);
	ref->hash = nsc_key_hash(&ref->key, &t->secret);
	ref->entry = 0;
	nsc_slots_fetch(&t->slots, ref->hash);
}

void
nsc_flow_approach(struct nsc_flow_table *t, struct nsc_flow_ref *ref)
{
	/* Who is not TCP asks for line 1 again, which costs nothing. */
	const size_t second = ref->key.proto == NSC_PROTO_TCP ? offsetof(struct nsc_flow, tcp) : 0;
	const char *f;

	ref->entry = nsc_slots_guess(&t->slots, ref->hash);
	f = (const char *)&t->entry[ref->entry];
	__builtin_prefetch(f, 1);
	__builtin_prefetch(f + second, 1);
	__builtin_prefetch(f + offsetof(struct nsc_flow, start), 1);
}

const struct nsc_flow *
nsc_flow_arrive(const struct nsc_flow_table *t, const struct nsc_flow_ref *ref)
{
	const struct nsc_flow *f = &t->entry[ref->entry];
	/* All ones or none, not branches: flows take turns.  An idle one is seldom moved in a queue. */
	uint32_t moves = -(uint32_t)(f->rank != NSC_RANK_IDLE);
	uint32_t suffers = -(uint32_t)((f->flags & NSC_FLOW_TROUBLE) != 0);

	__builtin_prefetch(&t->node[nsc_timer_node(ref->entry & moves)], 1);
	__builtin_prefetch(&t->events[ref->entry & suffers], 1);
	return f;
}

static struct nsc_flow *
find(struct nsc_flow_table *t, const struct nsc_flow_ref *ref)
{
	const struct nsc_slots *s = &t->slots;
	const struct nsc_key *k = &ref->key;
	struct nsc_flow *f = &t->entry[ref->entry];

	if (ref->entry != 0 && f->rank != NSC_RANK_FREE && nsc_key_is(k, f))
		return f;
	for (uint32_t at = ref->hash & s->mask; s->slot[at].index != 0; at = (at + 1) & s->mask) {
		f = &t->entry[s->slot[at].index];
		if (s->slot[at].hash == ref->hash && nsc_key_is(k, f))
			return f;
	}
	return NULL;
}

static int
side_of_packet(const struct nsc_flow *f, const struct nsc_key *k)
{
	return f->flags & NSC_FLOW_SELF ? 0 : k->from ^ f->first;
}

/* A handshake says who began; until then the first sender was taken for it. */
static void
flip(struct nsc_flow *f)
{
	uint32_t low = f->packets_low[0];
	uint64_t octets = f->octets[0];
	uint8_t high = f->packets_high[0];

	f->first ^= 1;
	f->packets_low[0] = f->packets_low[1];
	f->packets_low[1] = low;
	f->packets_high[0] = f->packets_high[1];
	f->packets_high[1] = high;
	f->octets[0] = f->octets[1];
	f->octets[1] = octets;
	nsc_history_flip(f);
}

/* The generation that the packet belongs to, if it is there. */
static struct nsc_flow *
generation(struct nsc_flow_table *t, const struct nsc_flow_ref *ref, const struct nsc_packet *p)
{
	struct nsc_flow *f = find(t, ref);
	int side;

	if (f == NULL)
		return NULL;
	if (t->clock - f->since >= t->shortest && nsc_life_deadline(t, f) <= t->clock) {
		nsc_life_expire(t, f, t->clock);
		return NULL;
	}
	if (!nsc_tcp_readable(f, p))
		return f;
	side = side_of_packet(f, &ref->key);
	if (f->state == NSC_STATE_NONE) {
		bool tells = p->tcp_flags & NSC_TCP_SYN && !(p->tcp_flags & (NSC_TCP_FIN | NSC_TCP_RST));

		if (tells && nsc_tcp_initiator(p) != side && !(f->flags & NSC_FLOW_SELF))
			flip(f);
	} else if (f->state >= NSC_STATE_TIME_WAIT || p->tcp_flags & NSC_TCP_SYN) {
		enum nsc_end reason = nsc_tcp_reborn(f, side, p);

		if (reason != NSC_END_OPEN) {
			nsc_life_close(t, f, reason, NSC_FAILURE_NONE, t->clock);
			nsc_life_retire(t, f);
			return NULL;
		}
	}
	return f;
}

/* An orphan of the fragments is no packet of its own: all of it is credit (decode.h). */
static void
count(struct nsc_flow *f, int side, const struct nsc_packet *p)
{
	uint32_t packets = p->credit_packets + (p->octets > 0);

	f->packets_low[side] += packets;
	if (f->packets_low[side] < packets)
		f->packets_high[side]++;
	f->octets[side] += (uint64_t)p->octets + p->credit_octets;
}

/* `end` is the packets' own time; what idles is told by the clock, which never goes back. */
static void
touch(struct nsc_flow_table *t, struct nsc_flow *f, const struct nsc_packet *p, struct nsc_update *up)
{
	uint64_t time = t->clock - p->time > LATE_LIMIT ? t->clock : p->time;

	if (f->start == 0)
		f->start = time;
	else if (time >= f->end + NSC_SECOND)
		up->flags |= NSC_UPDATE_RESTED;
	f->end = time > f->end ? time : f->end;
	if (f->state < NSC_STATE_TIME_WAIT)
		f->since = t->clock;
}

void
nsc_flow_update(struct nsc_flow_table *t, const struct nsc_packet *p,
		const struct nsc_flow_ref *ref, struct nsc_update *up)
{
	enum nsc_end end = NSC_END_OPEN;
	const struct nsc_key *k = &ref->key;
	struct nsc_flow *f;
	uint8_t state;

	memset(up, 0, sizeof *up);
	if (t->clock == 0)
		t->timers.tick = t->order.tick = p->time >> NSC_WHEEL_TICK;
	t->clock = p->time > t->clock ? p->time : t->clock;
	f = generation(t, ref, p);
	if (f == NULL) {
		f = nsc_life_open(t, k, ref->hash, p);
		up->flags |= NSC_UPDATE_OPENED;
		if (!k->self)
			f->first = k->from ^ (nsc_tcp_readable(f, p) ? nsc_tcp_initiator(p) : 0);
	}
	up->flow = f;
	up->side = (uint8_t)side_of_packet(f, k);
	state = f->state;
	count(f, up->side, p);
	touch(t, f, p, up);
	if (nsc_tcp_readable(f, p))
		end = nsc_tcp_step(t, f, up->side, p, up);
	if (up->flags & NSC_UPDATE_OPENED) {
		t->stats.opened++;
		t->stats.adopted += (f->flags & NSC_FLOW_MIDSTREAM) != 0;
		t->stats.live++;
		if (t->hooks.opened != NULL)
			t->hooks.opened(t->hooks.arg, f, p);
	}
	if (end != NSC_END_OPEN)
		nsc_life_close(t, f, end, up->failure, t->clock);
	if (f->rank != NSC_RANK_IDLE || f->state != state || end != NSC_END_OPEN)
		nsc_evict_rank(t, f);
	if (up->flags & NSC_UPDATE_OPENED)
		nsc_life_reschedule(t, f);
	else if (f->state != state)
		nsc_life_moved(t, f, state);
}

uint32_t
nsc_flow_entry(const struct nsc_flow_table *t, const struct nsc_flow *f)
{
	return nsc_entry_index(t, f);
}

const struct nsc_flow_stats *
nsc_flow_stats(const struct nsc_flow_table *t)
{
	return &t->stats;
}

void
nsc_flow_each(struct nsc_flow_table *t, bool (*visit)(void *arg, struct nsc_flow *f), void *arg)
{
	for (uint32_t i = 1; i <= t->used; i++)
		if (t->entry[i].rank != NSC_RANK_FREE && !visit(arg, &t->entry[i]))
			return;
}
