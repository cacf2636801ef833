/* SPDX-License-Identifier: MIT */
/*
 * Who goes first when the table is full: half-open, one-packet, closed, idle;
 * the least recently active of each.  A flood of SYNs or of single datagrams
 * therefore evicts itself.
 *
 * The first three ranks are plain lists: in them, the order of coming is the
 * order of activity.  The idle ones are a lazy queue by their last activity.
 */
#include "flow/table.h"

static uint32_t
rank_head(const struct nsc_flow_table *t, enum nsc_rank rank)
{
	return t->order.heads + NSC_NODE_RANK + (uint32_t)rank;
}

static enum nsc_rank
rank_of(const struct nsc_flow *f)
{
	/* One that its session ended while it goes on has packets to absorb, like any other. */
	if (f->flags & NSC_FLOW_CLOSED && f->state != NSC_STATE_ESTABLISHED)
		return NSC_RANK_CLOSED;
	if (f->state == NSC_STATE_SYN_SENT || f->state == NSC_STATE_SYN_RECEIVED)
		return NSC_RANK_HALF_OPEN;
	if (f->packets_low[0] + (uint64_t)f->packets_low[1] <= 1 &&
	    (f->packets_high[0] | f->packets_high[1]) == 0)
		return NSC_RANK_ONE_PACKET;
	return NSC_RANK_IDLE;
}

void
nsc_evict_init(struct nsc_flow_table *t)
{
	nsc_wheel_init(&t->order, t->node, t->order.heads, t->clock);
	for (unsigned r = 0; r < NSC_RANKS; r++)
		nsc_node_alone(t->node, rank_head(t, r));
}

void
nsc_evict_rank(struct nsc_flow_table *t, struct nsc_flow *f)
{
	enum nsc_rank rank = rank_of(f);
	uint32_t i = nsc_order_node(nsc_entry_index(t, f));

	if (rank == f->rank)
		return;
	if (f->rank != NSC_RANK_FREE)
		nsc_node_remove(t->node, i);
	f->rank = (uint8_t)rank;
	if (rank == NSC_RANK_IDLE)
		nsc_wheel_put(&t->order, i, f->since);
	else
		nsc_node_append(t->node, rank_head(t, rank), i);
}

/* The least recently active of the queue; each look brings others nearer to their place. */
static uint32_t
least_active(struct nsc_flow_table *t)
{
	struct nsc_node *node = t->node;
	uint32_t head;
	unsigned level;

	while ((head = nsc_wheel_first(&t->order, UINT64_MAX, &level)) != 0) {
		uint32_t last = node[head].prev, i;

		do {
			const struct nsc_flow *f;

			i = node[head].next;
			f = &t->entry[nsc_node_entry(i)];
			if (level == 0 && f->since >> NSC_WHEEL_TICK <= t->order.tick)
				return nsc_node_entry(i);
			__builtin_prefetch(&t->entry[nsc_node_entry(node[node[i].next].next)].since);
			nsc_node_remove(node, i);
			nsc_wheel_put(&t->order, i, f->since);
		} while (i != last);
	}
	return 0;
}

void
nsc_evict_one(struct nsc_flow_table *t, uint64_t now)
{
	uint64_t *const counter[NSC_RANKS] = {
		&t->stats.evicted_half_open,
		&t->stats.evicted_one_packet,
		&t->stats.evicted_closed,
		&t->stats.evicted_idle,
	};
	uint32_t i = 0;

	for (unsigned r = 0; r < NSC_RANK_IDLE && i == 0; r++) {
		uint32_t head = rank_head(t, r), next = t->node[head].next;

		i = next != head ? nsc_node_entry(next) : 0;
	}
	if (i == 0)
		i = least_active(t);
	if (i == 0)
		return;
	++*counter[t->entry[i].rank];
	nsc_life_close(t, &t->entry[i], NSC_END_EVICTED, NSC_FAILURE_NONE, now);
	nsc_life_retire(t, &t->entry[i]);
}
