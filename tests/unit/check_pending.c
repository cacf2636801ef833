/* SPDX-License-Identifier: MIT */
/* Requests that wait: order, runs, a full ring, identifiers, time around 2^32 us. */
#include "dissect/pending.h"
#include "suite.h"

enum { SIZE = 4, GET = 1, SET = 2 };

static const uint64_t ms = 1000000;

START_TEST(answers_come_in_order)
{
	struct nsc_queue q = {.first = 0};
	struct nsc_pending ring[SIZE] = {{.id = 0}};
	unsigned i;

	ck_assert_ptr_null(nsc_queue_oldest(&q, ring));
	nsc_queue_drop(&q, ring, SIZE);
	for (i = 0; i < 10 * SIZE; i++) {	/* around the ring */
		ck_assert(nsc_queue_ask(&q, ring, SIZE, GET, 0, i * ms));
		ck_assert(nsc_queue_ask(&q, ring, SIZE, SET, 7, i * ms + 2000));
		ck_assert_uint_eq(nsc_queue_oldest(&q, ring)->kind, GET);
		ck_assert_uint_eq(nsc_pending_latency(nsc_queue_oldest(&q, ring), i * ms + 5000), 5000);
		nsc_queue_drop(&q, ring, SIZE);
		ck_assert_uint_eq(nsc_queue_oldest(&q, ring)->kind, SET);
		ck_assert_uint_eq(nsc_queue_oldest(&q, ring)->tag, 7);
		nsc_queue_drop(&q, ring, SIZE);
		ck_assert_ptr_null(nsc_queue_oldest(&q, ring));
	}
}
END_TEST

START_TEST(a_pipeline_is_one_run)
{
	struct nsc_queue q = {.first = 0};
	struct nsc_pending ring[SIZE] = {{.id = 0}};
	unsigned i;

	for (i = 0; i < 10000; i++)
		ck_assert(nsc_queue_ask(&q, ring, SIZE, GET, 0, ms));
	ck_assert(nsc_queue_ask(&q, ring, SIZE, GET, 0, 2 * ms));
	for (i = 0; i < 10000; i++) {
		ck_assert_uint_eq(nsc_pending_latency(nsc_queue_oldest(&q, ring), 3 * ms), 2 * ms);
		nsc_queue_drop(&q, ring, SIZE);
	}
	ck_assert_uint_eq(nsc_pending_latency(nsc_queue_oldest(&q, ring), 3 * ms), ms);
	nsc_queue_drop(&q, ring, SIZE);
	ck_assert_ptr_null(nsc_queue_oldest(&q, ring));
}
END_TEST

/* None is lost: what has no place is `other` without a time. */
START_TEST(a_full_ring_keeps_count)
{
	struct nsc_queue q = {.first = 0};
	struct nsc_pending ring[SIZE] = {{.id = 0}};
	unsigned i, n, others = 0;

	for (i = 0; i < SIZE; i++)
		ck_assert(nsc_queue_ask(&q, ring, SIZE, GET, 0, i * ms));
	ck_assert(!nsc_queue_ask(&q, ring, SIZE, SET, 0, SIZE * ms));
	ck_assert(!nsc_queue_ask(&q, ring, SIZE, GET, 0, SIZE * ms));
	for (n = 0; nsc_queue_oldest(&q, ring) != NULL; n++) {
		const struct nsc_pending *p = nsc_queue_oldest(&q, ring);

		others += p->kind == 0;
		ck_assert_uint_eq(p->kind == 0, nsc_pending_latency(p, 100 * ms) == 0);
		nsc_queue_drop(&q, ring, SIZE);
	}
	ck_assert_uint_eq(n, SIZE + 2);
	ck_assert_uint_eq(others, 3);
}
END_TEST

START_TEST(identifiers_in_any_order)
{
	struct nsc_pending table[SIZE] = {{.id = 0}}, p;
	unsigned i;

	ck_assert(!nsc_ids_take(table, SIZE, 0, &p));
	for (i = 0; i < SIZE; i++)
		ck_assert(nsc_ids_ask(table, SIZE, i, i, 0, i * ms));
	ck_assert(nsc_ids_ask(table, SIZE, 2, 9, 0, 50 * ms));	/* said again */
	ck_assert(!nsc_ids_ask(table, SIZE, 77, 5, 3, 60 * ms));	/* the oldest goes: 0 */
	ck_assert(!nsc_ids_take(table, SIZE, 0, &p));
	ck_assert(nsc_ids_take(table, SIZE, 77, &p));
	ck_assert(p.kind == 5 && p.tag == 3);
	ck_assert(!nsc_ids_take(table, SIZE, 77, &p));
	ck_assert(nsc_ids_take(table, SIZE, 2, &p) && p.kind == 9);
	ck_assert_uint_eq(nsc_pending_latency(&p, 53 * ms), 3 * ms);
}
END_TEST

START_TEST(time_turns_around)
{
	struct nsc_pending table[SIZE] = {{.id = 0}}, p;
	uint64_t turn = 1000ull << 32;		/* 2^32 us */

	nsc_ids_ask(table, SIZE, 1, 1, 0, turn - 2000);
	ck_assert(nsc_ids_take(table, SIZE, 1, &p));
	ck_assert_uint_eq(nsc_pending_latency(&p, turn + 3000), 5000);
	ck_assert_uint_eq(nsc_pending_latency(&p, turn - 9000), 1);	/* out of order */
	ck_assert_uint_eq(nsc_pending_latency(&p, turn - 2000), 1);
}
END_TEST

RUN_SUITE("pending", answers_come_in_order, a_pipeline_is_one_run, a_full_ring_keeps_count,
	  identifiers_in_any_order, time_turns_around)
