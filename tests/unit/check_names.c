/* SPDX-License-Identifier: MIT */
/* Ids and rows of names: kept, shared, given to others after a rest, `other` when full. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "host/names.h"
#include "suite.h"

static const uint64_t SECOND = 1000000000;

static struct nsc_facts facts;			/* large: not on the stack */
static struct nsc_names *names;
static uint64_t now;

static void
setup(void)
{
	memset(&facts, 0, sizeof facts);
	ck_assert_int_eq(nsc_names_new(&names), 0);
	now = 5000 * SECOND;
}

static void
teardown(void)
{
	nsc_names_free(names);
}

static uint32_t
rows(unsigned id)
{
	return atomic_load(&facts.owner_rows[id]);
}

static uint16_t
ask(const char *process, const char *unit)
{
	return nsc_names_id(names, process, unit, &facts, now);
}

/* The process's name of that id as a reader finds it; "-" if it has none. */
static const char *
process_of(unsigned id)
{
	static char name[NSC_PROCESS_NAME];
	uint32_t generation;

	if (!nsc_names_process(names, nsc_owner_process(rows(id)), name, &generation))
		return "-";
	return name;
}

START_TEST(a_pair_has_an_id_and_two_rows)
{
	char name[NSC_UNIT_NAME];
	uint32_t generation;
	uint16_t a = ask("nginx", "web.service"), b = ask("nginx", "test.service");
	uint16_t c = ask("curl", "web.service"), d = ask("curl", "");

	ck_assert(a > NSC_NAMES_OTHER && b > NSC_NAMES_OTHER && c > NSC_NAMES_OTHER);
	ck_assert(a != b && b != c && a != c && d != c);
	ck_assert_uint_eq(ask("nginx", "web.service"), a);
	ck_assert_uint_eq(nsc_owner_process(rows(a)), nsc_owner_process(rows(b)));
	ck_assert_uint_eq(nsc_owner_unit(rows(a)), nsc_owner_unit(rows(c)));
	ck_assert_uint_ne(nsc_owner_unit(rows(a)), nsc_owner_unit(rows(b)));
	ck_assert_uint_eq(nsc_owner_unit(rows(d)), NSC_NAMES_UNKNOWN);
	ck_assert_str_eq(process_of(c), "curl");
	ck_assert(nsc_names_unit(names, nsc_owner_unit(rows(c)), name, &generation));
	ck_assert_str_eq(name, "web.service");
	ck_assert_uint_eq(ask("", ""), NSC_NAMES_UNKNOWN);
	ck_assert(!nsc_names_process(names, NSC_NAMES_UNKNOWN, name, &generation));
	ck_assert(!nsc_names_process(names, NSC_NAMES_OTHER, name, &generation));
	ck_assert(!nsc_names_process(names, 200, name, &generation));
	ck_assert(!nsc_names_process(names, 100000, name, &generation));
}
END_TEST

/* Fills all rows of processes; their ids are 2 and on. */
static void
fill(void)
{
	char name[16];

	for (unsigned i = 0; i < NSC_NAMES_ROWS - 2; i++) {
		snprintf(name, sizeof name, "p%u", i);
		ck_assert_uint_eq(ask(name, ""), 2 + i);
	}
}

START_TEST(who_finds_no_row_is_other)
{
	uint16_t id;

	fill();
	ck_assert_uint_eq(ask("late", ""), 256);
	ck_assert_uint_eq(nsc_owner_process(rows(256)), NSC_NAMES_OTHER);
	id = ask("late", "a.service");		/* its unit has one */
	ck_assert_uint_eq(nsc_owner_process(rows(id)), NSC_NAMES_OTHER);
	ck_assert_uint_gt(nsc_owner_unit(rows(id)), NSC_NAMES_OTHER);
	ck_assert_uint_eq(ask("p7", ""), 9);
}
END_TEST

START_TEST(a_row_rests_before_it_is_renamed)
{
	uint16_t id;
	unsigned row;

	fill();
	now += 599 * SECOND;
	for (unsigned i = 0; i < NSC_NAMES_ROWS - 2; i++) {
		char name[16];

		snprintf(name, sizeof name, "p%u", i);
		if (i != 40)
			ask(name, "");
	}
	ck_assert_uint_eq(nsc_owner_process(rows(ask("new", ""))), NSC_NAMES_OTHER);
	now += SECOND;
	row = nsc_owner_process(rows(42));
	id = ask("new", "");
	ck_assert_uint_eq(nsc_owner_process(rows(id)), row);
	ck_assert_uint_ne(id, 42);
	ck_assert_str_eq(process_of(id), "new");
	/* Flows that still bear the old id count in `other`. */
	ck_assert_uint_eq(nsc_owner_process(rows(42)), NSC_NAMES_OTHER);
	ck_assert_uint_eq(nsc_owner_process(rows(ask("p40", ""))), NSC_NAMES_OTHER);
}
END_TEST

START_TEST(a_generation_counts_the_names_of_a_row)
{
	char name[NSC_PROCESS_NAME];
	uint32_t before, after;
	unsigned row;

	fill();
	row = nsc_owner_process(rows(2));
	ck_assert(nsc_names_process(names, row, name, &before));
	now += 1000 * SECOND;
	for (unsigned i = 1; i < NSC_NAMES_ROWS - 2; i++) {
		snprintf(name, sizeof name, "p%u", i);
		ask(name, "");
	}
	ask("new", "");
	ck_assert(nsc_names_process(names, row, name, &after));
	ck_assert_str_eq(name, "new");
	ck_assert_uint_eq(after, before + 1);
}
END_TEST

/* Pairs are more than ids: those that rested are given again, and entries of the old pair go. */
START_TEST(ids_are_used_again)
{
	struct nsc_owner_key k = {.local_port = 1, .proto = 6};
	unsigned p, u, ids = 2;
	char process[16], unit[16];
	uint16_t id;

	for (p = 0; p < 64; p++)
		for (u = 0; u < 64 && ids < NSC_OWNERS; u++, ids++) {
			snprintf(process, sizeof process, "p%u", p);
			snprintf(unit, sizeof unit, "u%u", u);
			now += SECOND / 100;
			ck_assert_uint_eq(ask(process, unit), ids);
		}
	nsc_facts_own(&facts, &k, 2);
	ck_assert_uint_eq(ask("p0", "more"), NSC_NAMES_OTHER);
	now += 590 * SECOND;
	id = ask("p0", "more");
	ck_assert_uint_eq(id, 2);
	ck_assert_uint_eq(nsc_owner_generation(rows(id)), 1);
	ck_assert_uint_eq(nsc_facts_owner(&facts, &k), 0);
	ck_assert_uint_ne(ask("p0", "u0"), 2);
}
END_TEST

START_TEST(long_names_are_cut)
{
	char name[200], found[NSC_PROCESS_NAME];
	uint32_t generation;
	uint16_t id;

	memset(name, 'x', sizeof name);
	name[sizeof name - 1] = '\0';
	id = ask(name, name);
	ck_assert(nsc_names_process(names, nsc_owner_process(rows(id)), found, &generation));
	ck_assert_uint_eq(strlen(found), NSC_PROCESS_NAME - 1);
	ck_assert_uint_eq(ask(name, name), id);
}
END_TEST

/* Whatever the schedule: an id that was just given leads to the names it was given for. */
START_TEST(any_schedule_keeps_names_apart)
{
	uint64_t seed = 0x9e3779b97f4a7c15u + (uint64_t)_i;
	char name[NSC_PROCESS_NAME];
	uint32_t generation;

	for (unsigned step = 0; step < 60000; step++) {
		char process[16], unit[16];
		uint16_t id;

		seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
		snprintf(process, sizeof process, "p%u", (unsigned)(seed >> 20) % 700);
		snprintf(unit, sizeof unit, "u%u", (unsigned)(seed >> 40) % 300);
		now += (seed >> 50) % 2000 * SECOND / 1000;
		id = ask(process, unit);
		ck_assert_uint_lt(id, NSC_OWNERS);
		if (nsc_owner_process(rows(id)) > NSC_NAMES_OTHER)
			ck_assert_str_eq(process_of(id), process);
		if (nsc_owner_unit(rows(id)) > NSC_NAMES_OTHER) {
			ck_assert(nsc_names_unit(names, nsc_owner_unit(rows(id)), name, &generation));
			ck_assert_str_eq(name, unit);
		}
	}
}
END_TEST

RUN_TESTS("names", setup, teardown, ONCE(a_pair_has_an_id_and_two_rows),
	  ONCE(who_finds_no_row_is_other), ONCE(a_row_rests_before_it_is_renamed),
	  ONCE(a_generation_counts_the_names_of_a_row), ONCE(ids_are_used_again),
	  ONCE(long_names_are_cut), ROWS(any_schedule_keeps_names_apart, 4))
