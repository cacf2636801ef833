/* SPDX-License-Identifier: MIT */
/*
 * The life of an entry: opened, closed, retired, each once; and its time.
 *
 * A closed TCP flow's time runs from its end, so that stragglers do not keep
 * its entry; every other's from its last packet.  Idle for as long as the
 * timeout is expired (>=).
 */
#include "flow/table.h"

#include <errno.h>

#include "base/cache_line.h"

/* In that state. */
static uint32_t
timeout_in(const struct nsc_flow_config *c, const struct nsc_flow *f, uint8_t state)
{
	if (nsc_flow_is_tcp(f) && state != NSC_STATE_ESTABLISHED)
		return state >= NSC_STATE_TIME_WAIT ? c->timeout_closed : c->timeout_syn;
	if (f->timeout != 0)
		return f->timeout;
	switch (f->proto) {
	case NSC_PROTO_TCP:
		return c->timeout_tcp;
	case NSC_PROTO_UDP:
		return f->flags & NSC_FLOW_SHORT ? c->timeout_short : c->timeout_udp;
	case NSC_PROTO_ICMP:
	case NSC_PROTO_ICMP6:
		return c->timeout_icmp;
	}
	return c->timeout_other;
}

static uint32_t
timeout_of(const struct nsc_flow_config *c, const struct nsc_flow *f)
{
	return timeout_in(c, f, f->state);
}

uint64_t
nsc_life_shortest(const struct nsc_flow_config *c)
{
	const uint32_t all[] = {c->timeout_tcp, c->timeout_syn, c->timeout_closed, c->timeout_udp,
				c->timeout_short, c->timeout_icmp, c->timeout_other};
	uint32_t least = all[0];

	for (unsigned i = 1; i < sizeof all / sizeof all[0]; i++)
		if (all[i] < least)
			least = all[i];
	return least * NSC_SECOND;
}

uint64_t
nsc_life_deadline(const struct nsc_flow_table *t, const struct nsc_flow *f)
{
	return f->since + timeout_of(&t->cfg, f) * NSC_SECOND;
}

/*
 * When to look at it next: the session may say at any packet that a UDP flow
 * is a short one, without telling the wheel.
 */
static uint64_t
next_look(const struct nsc_flow_table *t, const struct nsc_flow *f)
{
	uint64_t deadline = nsc_life_deadline(t, f);
	uint64_t from = f->since > t->clock ? f->since : t->clock;
	uint64_t look = from + t->cfg.timeout_short * NSC_SECOND;

	return f->proto == NSC_PROTO_UDP && f->timeout == 0 && look < deadline ? look : deadline;
}

void
nsc_life_reschedule(struct nsc_flow_table *t, struct nsc_flow *f)
{
	uint32_t i = nsc_timer_node(nsc_entry_index(t, f));

	nsc_node_remove(t->node, i);
	nsc_wheel_put(&t->timers, i, next_look(t, f));
}

/* Where it is, the wheel looks at it early enough, unless its new state has less time. */
void
nsc_life_moved(struct nsc_flow_table *t, struct nsc_flow *f, uint8_t before)
{
	if (timeout_of(&t->cfg, f) < timeout_in(&t->cfg, f, before))
		nsc_life_reschedule(t, f);
}

static uint32_t
take_entry(struct nsc_flow_table *t)
{
	uint32_t i = t->free;

	if (i == 0)
		return ++t->used;
	t->free = t->node[nsc_timer_node(i)].next;
	return i;
}

/* The entry that is taken next is on its way before its time: it was never there, or long ago. */
static void
fetch_next(const struct nsc_flow_table *t)
{
	const uint32_t i = t->free != 0 ? t->free : t->used + (t->used < t->capacity);

	nsc_lines_fetch(&t->entry[i], sizeof *t->entry / NSC_LINE);
	__builtin_prefetch(&t->node[nsc_timer_node(i)], 1);
}

struct nsc_flow *
nsc_life_open(struct nsc_flow_table *t, const struct nsc_key *k, uint32_t hash,
	      const struct nsc_packet *p)
{
	struct nsc_flow *f;
	uint32_t i;

	while (t->stats.entries >= t->cfg.size)
		nsc_evict_one(t, t->clock);
	i = take_entry(t);
	f = &t->entry[i];
	nsc_lines_clear(f, sizeof *f / NSC_LINE);
	memcpy(f->addr, k->addr, sizeof f->addr);
	memcpy(f->port, k->port, sizeof f->port);
	f->proto = k->proto;
	f->version = k->version;
	f->flags = k->self ? NSC_FLOW_SELF : 0;
	f->tcp[0].wscale = f->tcp[1].wscale = NSC_WSCALE_NONE;
	f->vlan_tunnel = (uint16_t)(p->tunnel << 12);
	if (p->flags & NSC_PACKET_VLAN) {
		f->vlan_tunnel |= p->vlan & 0xfff;
		f->flags |= NSC_FLOW_VLAN;
	}
	if (p->flags & NSC_PACKET_VNI) {
		f->vni = p->vni;
		f->flags |= NSC_FLOW_VNI;
	}
	f->rank = NSC_RANK_FREE;
	nsc_node_alone(t->node, nsc_timer_node(i));
	nsc_node_alone(t->node, nsc_order_node(i));
	nsc_slots_insert(&t->slots, hash, i);
	t->stats.entries++;
	fetch_next(t);
	return f;
}

void
nsc_life_close(struct nsc_flow_table *t, struct nsc_flow *f, enum nsc_end reason,
	       enum nsc_failure failure, uint64_t now)
{
	if (f->flags & NSC_FLOW_CLOSED)
		return;
	f->flags |= NSC_FLOW_CLOSED;
	f->end_reason = (uint8_t)reason;
	t->stats.closed[reason]++;
	t->stats.live--;
	if (t->hooks.closed != NULL)
		t->hooks.closed(t->hooks.arg, f, reason, failure, now);
}

void
nsc_life_leave(struct nsc_flow_table *t, struct nsc_flow *f)
{
	if (t->hooks.retired != NULL)
		t->hooks.retired(t->hooks.arg, f);
	nsc_holes_release(t->holes, &f->tcp[0].holes);
	nsc_holes_release(t->holes, &f->tcp[1].holes);
	f->rank = NSC_RANK_FREE;
	t->stats.entries--;
}

void
nsc_life_empty(struct nsc_flow_table *t)
{
	nsc_slots_clear(&t->slots);
	nsc_wheel_init(&t->timers, t->node, t->timers.heads, t->clock);
	nsc_evict_init(t);
	t->used = t->free = 0;
}

void
nsc_life_retire(struct nsc_flow_table *t, struct nsc_flow *f)
{
	uint32_t i = nsc_entry_index(t, f);
	struct nsc_key k;

	nsc_life_leave(t, f);
	nsc_key_of_flow(&k, f);
	nsc_slots_remove(&t->slots, nsc_key_hash(&k, &t->secret), i);
	nsc_node_remove(t->node, nsc_timer_node(i));
	nsc_node_remove(t->node, nsc_order_node(i));
	t->node[nsc_timer_node(i)].next = t->free;
	t->free = i;
}

void
nsc_life_expire(struct nsc_flow_table *t, struct nsc_flow *f, uint64_t now)
{
	bool half_open = f->state == NSC_STATE_SYN_SENT || f->state == NSC_STATE_SYN_RECEIVED;

	nsc_life_close(t, f, NSC_END_IDLE, half_open ? NSC_FAILURE_TIMEOUT : NSC_FAILURE_NONE, now);
	nsc_life_retire(t, f);
}

/* Everything in a due list is looked at: gone, or put back where its real time wants it. */
static void
work_off(struct nsc_flow_table *t, uint32_t head)
{
	struct nsc_node *node = t->node;
	uint32_t work = t->timers.heads + NSC_NODE_WORK;

	node[work] = node[head];
	node[node[work].next].prev = work;
	node[node[work].prev].next = work;
	nsc_node_alone(node, head);
	while (node[work].next != work) {
		uint32_t i = node[work].next;
		struct nsc_flow *f = &t->entry[nsc_node_entry(i)];

		__builtin_prefetch(&t->entry[nsc_node_entry(node[node[i].next].next)].start);
		nsc_node_remove(node, i);
		if (nsc_life_deadline(t, f) <= t->clock)
			nsc_life_expire(t, f, t->clock);
		else
			nsc_wheel_put(&t->timers, i, next_look(t, f));
	}
}

void
nsc_flow_advance(struct nsc_flow_table *t, uint64_t now)
{
	uint32_t head;
	unsigned level;

	if (now > t->clock)
		t->clock = now;
	now = t->clock;
	if (t->stats.entries == 0)
		t->order.tick = now >> NSC_WHEEL_TICK;
	while ((head = nsc_wheel_first(&t->timers, now, &level)) != 0) {
		bool last = level == 0 && t->timers.tick == now >> NSC_WHEEL_TICK;

		work_off(t, head);
		if (last)
			break;
	}
	t->timers.tick = now >> NSC_WHEEL_TICK;
}

/* Both queues anew, after the clock or the timeouts have changed as a whole. */
static void
requeue(struct nsc_flow_table *t)
{
	nsc_wheel_init(&t->timers, t->node, t->timers.heads, t->clock);
	nsc_wheel_init(&t->order, t->node, t->order.heads, 0);
	for (uint32_t i = 1; i <= t->used; i++) {
		struct nsc_flow *f = &t->entry[i];

		if (f->rank == NSC_RANK_FREE)
			continue;
		nsc_node_alone(t->node, nsc_timer_node(i));
		nsc_wheel_put(&t->timers, nsc_timer_node(i), next_look(t, f));
		if (f->rank != NSC_RANK_IDLE)
			continue;
		nsc_node_alone(t->node, nsc_order_node(i));
		nsc_wheel_put(&t->order, nsc_order_node(i), f->since);
	}
}

int
nsc_flow_reconfigure(struct nsc_flow_table *t, const struct nsc_flow_config *cfg)
{
	if (cfg->size == 0 || cfg->size > t->capacity || cfg->key != t->cfg.key)
		return -EINVAL;
	t->cfg = *cfg;
	if (nsc_life_shortest(cfg) < t->shortest)	/* flows' own timeouts stay */
		t->shortest = nsc_life_shortest(cfg);
	while (t->stats.entries > cfg->size)
		nsc_evict_one(t, t->clock);
	requeue(t);
	return 0;
}

static uint64_t
shifted(uint64_t time, uint64_t by)
{
	uint64_t r = time + by;		/* by may stand for a negative number */

	if ((int64_t)by < 0)
		return r < time ? r : 0;
	return r;
}

void
nsc_flow_rebase(struct nsc_flow_table *t, uint64_t from, uint64_t to)
{
	uint64_t by = to - from;

	t->clock = shifted(t->clock, by);
	for (uint32_t i = 1; i <= t->used; i++) {
		struct nsc_flow *f = &t->entry[i];

		f->start = shifted(f->start, by);
		f->end = shifted(f->end, by);
		f->since = shifted(f->since, by);
		for (int side = 0; side < 2; side++)
			f->tcp[side].flags &= (uint8_t)~NSC_SIDE_TIMED;
	}
	requeue(t);
}

void
nsc_flow_close(struct nsc_flow_table *t, struct nsc_flow *f, enum nsc_end reason, uint64_t now)
{
	nsc_life_close(t, f, reason, NSC_FAILURE_NONE, now);
	nsc_evict_rank(t, f);
}

void
nsc_flow_timeout(struct nsc_flow_table *t, struct nsc_flow *f, uint32_t seconds)
{
	f->timeout = seconds;
	if (seconds != 0 && seconds * NSC_SECOND < t->shortest)
		t->shortest = seconds * NSC_SECOND;
	nsc_life_reschedule(t, f);
}

uint64_t
nsc_flow_idle(const struct nsc_flow_table *t, const struct nsc_flow *f, uint64_t now,
	      uint64_t *timeout)
{
	*timeout = nsc_life_deadline(t, f) - f->since;
	return now > f->since ? now - f->since : 0;
}
