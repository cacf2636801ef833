/* SPDX-License-Identifier: MIT */
/*
 * A monotone queue of entries by time: eight levels of 64 lists, of which an
 * entry's is told by the highest digit (base 64) in which its tick differs
 * from the queue's.  All is O(1), amortised over an entry's at most eight
 * moves towards level 0.
 *
 * Lazy: an entry whose time grew stays where it is; whoever takes it out of a
 * due list looks at its real time and puts it back.  A packet therefore costs
 * the queue nothing.
 */
#ifndef NSC_FLOW_WHEEL_H
#define NSC_FLOW_WHEEL_H

#include <stdbool.h>
#include <stdint.h>

enum {
	NSC_WHEEL_TICK = 20,		/* a tick is 2^20 ns */
	NSC_WHEEL_LEVELS = 8,		/* 44 bits of ticks */
	NSC_WHEEL_SLOTS = 64,
	NSC_WHEEL_HEADS = NSC_WHEEL_LEVELS * NSC_WHEEL_SLOTS,
};

struct nsc_node {
	uint32_t prev, next;
};

struct nsc_wheel {
	struct nsc_node *node;		/* entries, then the lists' heads, then spare ones */
	uint32_t heads;			/* index of the first head */
	uint64_t tick;			/* nothing is queued before it */
	uint64_t busy[NSC_WHEEL_LEVELS];	/* lists that may not be empty */
};

/* Circular lists of nodes; a node alone points to itself. */
static inline void
nsc_node_alone(struct nsc_node *node, uint32_t i)
{
	node[i].prev = node[i].next = i;
}

static inline void
nsc_node_append(struct nsc_node *node, uint32_t head, uint32_t i)
{
	uint32_t tail = node[head].prev;

	node[i].prev = tail;
	node[i].next = head;
	node[tail].next = i;
	node[head].prev = i;
}

static inline void
nsc_node_remove(struct nsc_node *node, uint32_t i)
{
	node[node[i].prev].next = node[i].next;
	node[node[i].next].prev = node[i].prev;
	nsc_node_alone(node, i);
}

/* node has room for heads + NSC_WHEEL_HEADS of them; borrowed for ever. */
void nsc_wheel_init(struct nsc_wheel *w, struct nsc_node *node, uint32_t heads, uint64_t time);

/* Queues entry i (which is in no list) for that time, ns. */
void nsc_wheel_put(struct nsc_wheel *w, uint32_t i, uint64_t time);

/*
 * The head of the earliest list, if it begins at `time` or before, else 0.
 * *level 0: all in it are of one tick, and the queue's tick is that one; else
 * all of them must be put back before the next call.
 */
uint32_t nsc_wheel_first(struct nsc_wheel *w, uint64_t time, unsigned *level);

#endif
