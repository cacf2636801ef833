/* SPDX-License-Identifier: MIT */
/* Owners of connections beside the facts: found, replaced, first in first out, of their time. */
#include <check.h>
#include <pthread.h>
#include <stdlib.h>

#include "scope/facts.h"
#include "suite.h"

static struct nsc_facts facts;			/* large: not on the stack */
static const uint64_t start = 1700000000000000000;	/* ns since the epoch */

static void
setup(void)
{
	memset(&facts, 0, sizeof facts);
	facts.key = (struct nsc_hash_key){{0x0706050403020100, 0x0f0e0d0c0b0a0908}};
	nsc_facts_clock(&facts, start);
}

/* Connection number n: its ports and addresses are like no other's. */
static struct nsc_owner_key
key_of(unsigned n)
{
	struct nsc_owner_key k = {.local_port = (uint16_t)n, .remote_port = 443, .proto = 6};

	ck_assert_int_eq(nsc_addr_parse(&k.local, "192.0.2.1"), 0);
	ck_assert_int_eq(nsc_addr_parse(&k.remote, "2001:db8::1"), 0);
	k.remote.b[14] = (uint8_t)(n >> 16);
	return k;
}

static uint16_t
owner_of(unsigned n)
{
	return (uint16_t)(2 + n % (NSC_OWNERS - 2));
}

START_TEST(an_owner_is_found_under_its_whole_key)
{
	struct nsc_owner_key k = key_of(4000), other;

	ck_assert_uint_eq(nsc_facts_owner(&facts, &k), 0);
	nsc_facts_own(&facts, &k, 7);
	ck_assert_uint_eq(nsc_facts_owner(&facts, &k), 7);
	ck_assert_uint_eq(facts.owned, 1);
	other = k, other.proto = 17;
	ck_assert_uint_eq(nsc_facts_owner(&facts, &other), 0);
	other = k, other.local_port++;
	ck_assert_uint_eq(nsc_facts_owner(&facts, &other), 0);
	other = k, other.remote_port++;
	ck_assert_uint_eq(nsc_facts_owner(&facts, &other), 0);
	other = k, other.local.b[15]++;
	ck_assert_uint_eq(nsc_facts_owner(&facts, &other), 0);
	other = k, other.remote.b[0]++;
	ck_assert_uint_eq(nsc_facts_owner(&facts, &other), 0);
	other = (struct nsc_owner_key){	/* the same connection from its other end */
		.local = k.remote, .remote = k.local, .local_port = k.remote_port,
		.remote_port = k.local_port, .proto = k.proto};
	ck_assert_uint_eq(nsc_facts_owner(&facts, &other), 0);
}
END_TEST

START_TEST(the_last_word_counts)
{
	struct nsc_owner_key k = key_of(1);
	unsigned n, used = 0;

	for (n = 2; n < NSC_OWNERS; n++) {
		nsc_facts_own(&facts, &k, (uint16_t)n);
		ck_assert_uint_eq(nsc_facts_owner(&facts, &k), n);
	}
	for (n = 0; n < NSC_OWNER_BUCKETS * NSC_OWNER_WAYS; n++)
		used += facts.owner[n / NSC_OWNER_WAYS][n % NSC_OWNER_WAYS] != 0;
	ck_assert_uint_eq(used, 1);
	nsc_facts_own(&facts, &k, 0);
	ck_assert_uint_eq(nsc_facts_owner(&facts, &k), 0);
}
END_TEST

/* kernel.md, R1: with eight ways, 20,000 later entries take 4e-5 of the old ones, 40,000 0.4 %. */
START_TEST(the_oldest_go_first)
{
	enum { LATER = 40000, MANY = 1000000 };
	unsigned n, lost = 0;

	for (n = 0; n < MANY; n++) {
		struct nsc_owner_key k = key_of(n);

		nsc_facts_own(&facts, &k, owner_of(n));
	}
	for (n = MANY - LATER; n < MANY; n++) {
		struct nsc_owner_key k = key_of(n);
		uint16_t found = nsc_facts_owner(&facts, &k);

		ck_assert(found == 0 || found == owner_of(n));
		lost += found == 0;
	}
	ck_assert_uint_lt(lost, LATER / 100);
	for (lost = n = 0; n < LATER; n++) {
		struct nsc_owner_key k = key_of(n);

		lost += nsc_facts_owner(&facts, &k) == 0;
	}
	ck_assert_uint_eq(lost, LATER);
}
END_TEST

START_TEST(an_entry_has_a_time)
{
	static const uint64_t second = 1000000000, tick = 1 << NSC_OWNER_TICK;
	struct nsc_owner_key k = key_of(9);
	uint64_t made, late;

	nsc_facts_own(&facts, &k, 5);
	for (late = 0; late < 4390 * second; late += 777777777) {
		ck_assert_uint_eq(nsc_facts_owner_made(&facts, &k, start + late, &made), 5);
		ck_assert_uint_le(made, start);
		ck_assert_uint_lt(start - made, tick);
	}
	/* The asker's clock may be behind. */
	ck_assert_uint_eq(nsc_facts_owner_made(&facts, &k, start - second, &made), 5);
	ck_assert_uint_lt(start - made, tick);
	nsc_facts_clock(&facts, start + 10000 * second);
	nsc_facts_own(&facts, &k, 6);
	ck_assert_uint_eq(nsc_facts_owner_made(&facts, &k, start + 10001 * second, &made), 6);
	ck_assert_uint_lt(start + 10000 * second - made, tick);
	k = key_of(10);
	ck_assert_uint_eq(nsc_facts_owner_made(&facts, &k, start, &made), 0);
	ck_assert_uint_eq(made, 0);
	/* A clock that begins in 1970 tells nothing wrong. */
	ck_assert_uint_eq(nsc_facts_owner_made(&facts, &k, 0, &made), 0);
	nsc_facts_clock(&facts, 0);
	nsc_facts_own(&facts, &k, 7);
	ck_assert_uint_eq(nsc_facts_owner_made(&facts, &k, second, &made), 7);
	ck_assert_uint_eq(made, 0);
}
END_TEST

START_TEST(an_id_is_taken_back)
{
	unsigned n;

	for (n = 0; n < 50000; n++) {
		struct nsc_owner_key k = key_of(n);

		nsc_facts_own(&facts, &k, n % 2 ? 77 : 78);
	}
	nsc_facts_disown(&facts, 77);
	for (n = 0; n < 50000; n++) {
		struct nsc_owner_key k = key_of(n);
		uint16_t found = nsc_facts_owner(&facts, &k);

		ck_assert(n % 2 ? found == 0 : found == 78 || found == 0);
	}
}
END_TEST

static _Atomic int stop;

/* Owner n is of connection n alone: a torn entry would show. */
static void *
read_on(void *arg)
{
	unsigned *wrong = arg, n = 0;

	while (!atomic_load(&stop)) {
		struct nsc_owner_key k = key_of(n);
		uint16_t found = nsc_facts_owner(&facts, &k);

		*wrong += found != 0 && found != owner_of(n);
		n = (n + 1) % 200000;
	}
	return NULL;
}

START_TEST(readers_see_whole_entries)
{
	unsigned wrong[2] = {0, 0}, n, round;
	pthread_t reader[2];

	atomic_store(&stop, 0);
	for (n = 0; n < 2; n++)
		ck_assert_int_eq(pthread_create(&reader[n], NULL, read_on, &wrong[n]), 0);
	for (round = 0; round < 5; round++)
		for (n = 0; n < 200000; n++) {
			struct nsc_owner_key k = key_of(n);

			nsc_facts_own(&facts, &k, owner_of(n));
		}
	atomic_store(&stop, 1);
	for (n = 0; n < 2; n++) {
		ck_assert_int_eq(pthread_join(reader[n], NULL), 0);
		ck_assert_uint_eq(wrong[n], 0);
	}
}
END_TEST

START_TEST(an_exact_listener_comes_before_a_wildcard)
{
	static const char *const addr[] = {"::", "0.0.0.0", "192.0.2.1", "::1"};
	struct nsc_facts_view *v = nsc_facts_edit(&facts);
	struct nsc_addr a;
	unsigned i;

	for (i = 0; i < 4; i++) {
		struct nsc_fact_listener *l = &v->listener[v->listeners++];

		*l = (struct nsc_fact_listener){.port = 80, .proto = 6, .owner = (uint16_t)(10 + i),
						.families = i == 0 ? 2 : i == 1 ? 1 : 3};
		ck_assert_int_eq(nsc_addr_parse(&l->addr, addr[i]), 0);
	}
	v->listeners_known = 1;
	nsc_facts_commit(&facts);
	v = &facts.view[facts.generation & 1];
	for (i = 2; i < 4; i++) {
		ck_assert_int_eq(nsc_addr_parse(&a, addr[i]), 0);
		ck_assert_uint_eq(nsc_facts_listener(v, 6, &a, 80)->owner, 10 + i);
	}
	ck_assert_int_eq(nsc_addr_parse(&a, "192.0.2.2"), 0);
	ck_assert_uint_eq(nsc_facts_listener(v, 6, &a, 80)->owner, 11);
	ck_assert_int_eq(nsc_addr_parse(&a, "2001:db8::2"), 0);
	ck_assert_uint_eq(nsc_facts_listener(v, 6, &a, 80)->owner, 10);
	ck_assert_ptr_null(nsc_facts_listener(v, 17, &a, 80));
	ck_assert_ptr_null(nsc_facts_listener(v, 6, &a, 81));
}
END_TEST

RUN_TESTS("owners of facts", setup, NULL, ONCE(an_owner_is_found_under_its_whole_key),
	  ONCE(the_last_word_counts), ONCE(the_oldest_go_first), ONCE(an_entry_has_a_time),
	  ONCE(an_id_is_taken_back), ONCE(readers_see_whole_entries),
	  ONCE(an_exact_listener_comes_before_a_wildcard))
