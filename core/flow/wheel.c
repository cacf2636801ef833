/* SPDX-License-Identifier: MIT */
/*
 * The monotone queue (a radix heap, Ahuja et al. 1990, with doubly linked
 * lists).  Invariant: the entries of level l agree with the queue's tick in
 * all digits above l, and their digit l is greater (level 0: not less).
 */
#include "flow/wheel.h"

enum { DIGIT = 6 };

void
nsc_wheel_init(struct nsc_wheel *w, struct nsc_node *node, uint32_t heads, uint64_t time)
{
	w->node = node;
	w->heads = heads;
	w->tick = time >> NSC_WHEEL_TICK;
	for (uint32_t i = 0; i < NSC_WHEEL_HEADS; i++)
		nsc_node_alone(node, heads + i);
	for (unsigned l = 0; l < NSC_WHEEL_LEVELS; l++)
		w->busy[l] = 0;
}

void
nsc_wheel_put(struct nsc_wheel *w, uint32_t i, uint64_t time)
{
	uint64_t tick = time >> NSC_WHEEL_TICK;
	unsigned level = 0, slot;

	if (tick < w->tick)
		tick = w->tick;
	if (tick != w->tick)
		level = (63 - (unsigned)__builtin_clzll(tick ^ w->tick)) / DIGIT;
	slot = (unsigned)(tick >> level * DIGIT) % NSC_WHEEL_SLOTS;
	nsc_node_append(w->node, w->heads + level * NSC_WHEEL_SLOTS + slot, i);
	w->busy[level] |= 1ull << slot;
}

uint32_t
nsc_wheel_first(struct nsc_wheel *w, uint64_t time, unsigned *level)
{
	uint64_t limit = time >> NSC_WHEEL_TICK;

	for (unsigned l = 0; l < NSC_WHEEL_LEVELS; l++) {
		while (w->busy[l] != 0) {
			unsigned slot = (unsigned)__builtin_ctzll(w->busy[l]);
			uint32_t head = w->heads + l * NSC_WHEEL_SLOTS + slot;
			uint64_t above = w->tick >> (l + 1) * DIGIT << (l + 1) * DIGIT;
			uint64_t begin = above | (uint64_t)slot << l * DIGIT;

			if (w->node[head].next == head) {
				w->busy[l] &= ~(1ull << slot);
				continue;
			}
			if (begin > limit)
				return 0;
			w->tick = begin;
			*level = l;
			return head;
		}
	}
	return 0;
}
