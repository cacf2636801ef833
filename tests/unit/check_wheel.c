/* SPDX-License-Identifier: MIT */
/* The monotone queue against a plain list: the same entries come at the same ticks. */
#include <check.h>
#include <stdlib.h>

#include "flow/wheel.h"
#include "suite.h"

enum { ENTRIES = 500, STEPS = 20000 };

START_TEST(against_a_list)
{
	static struct nsc_node node[ENTRIES + 1 + NSC_WHEEL_HEADS];
	static uint64_t due[ENTRIES + 1];	/* 0: not queued */
	struct nsc_wheel w;
	uint64_t now = 1700000000ull * 1000000000, spans[] = {1, 1u << 20, 1u << 26, 1ull << 33,
							       1ull << 40, 1ull << 52};

	srand(1);
	nsc_wheel_init(&w, node, ENTRIES + 1, now);
	for (int step = 0; step < STEPS; step++) {
		uint32_t i = 1 + (uint32_t)rand() % ENTRIES, head;
		uint64_t span = spans[rand() % 6];
		unsigned level;

		if (due[i] != 0)
			nsc_node_remove(node, i);
		due[i] = now + (uint64_t)rand() % 1000 * span / 500;
		nsc_wheel_put(&w, i, due[i]);
		now += (uint64_t)rand() % 100 * spans[rand() % 4] / 50;
		while ((head = nsc_wheel_first(&w, now, &level)) != 0) {
			uint32_t last = node[head].prev;

			if (level > 0) {	/* the whole list goes back, nearer */
				do {
					i = node[head].next;
					nsc_node_remove(node, i);
					nsc_wheel_put(&w, i, due[i]);
				} while (i != last);
				continue;
			}
			i = node[head].next;
			nsc_node_remove(node, i);
			ck_assert_uint_eq(due[i] >> NSC_WHEEL_TICK, w.tick);
			due[i] = 0;
		}
		w.tick = now >> NSC_WHEEL_TICK;
		for (i = 1; i <= ENTRIES; i++)
			ck_assert(due[i] == 0 || due[i] >> NSC_WHEEL_TICK > now >> NSC_WHEEL_TICK);
	}
}
END_TEST

START_TEST(empty_and_far)
{
	static struct nsc_node node[2 + NSC_WHEEL_HEADS];
	struct nsc_wheel w;
	unsigned level;

	nsc_wheel_init(&w, node, 2, 0);
	ck_assert_uint_eq(nsc_wheel_first(&w, UINT64_MAX, &level), 0);
	nsc_wheel_put(&w, 1, UINT64_MAX);
	ck_assert_uint_eq(nsc_wheel_first(&w, UINT64_MAX >> 1, &level), 0);
	ck_assert_uint_ne(nsc_wheel_first(&w, UINT64_MAX, &level), 0);
}
END_TEST

RUN_SUITE("wheel", against_a_list, empty_and_far)
