/* SPDX-License-Identifier: MIT */
/* When the host is looked at, and what becomes of listeners in the cells. */
#include <check.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "engine/census.h"
#include "engine/pace.h"
#include "suite.h"

#define MS 1000000ull
#define SECOND (1000 * MS)

/* --- pace ------------------------------------------------------------------------- */

struct run {
	struct nsc_pace pace;
	uint64_t now, took;		/* ns: the clock, and what a whole look takes */
	unsigned whole, listeners;
	uint64_t spent;			/* ns in whole looks */
	uint64_t ended;			/* the last whole look */
};

/* The thread's life until the given time. */
static void
live(struct run *r, uint64_t to)
{
	while (r->now < to) {
		uint64_t until, began = r->now;
		enum nsc_look what = nsc_pace_next(&r->pace, r->now, &until);

		if (what == NSC_LOOK_NONE) {
			ck_assert_uint_gt(until, r->now);
			r->now = until < to ? until : to;
			continue;
		}
		r->now += what == NSC_LOOK_WHOLE ? r->took : MS / 10;
		nsc_pace_looked(&r->pace, what, began, r->now);
		if (what == NSC_LOOK_WHOLE) {
			r->whole++;
			r->spent += r->took;
			r->ended = r->now;
		} else {
			r->listeners++;
		}
	}
}

START_TEST(nobody_asks)
{
	struct run r = {.now = 1000 * SECOND, .took = 5 * MS};

	live(&r, 1000 * SECOND + MS);
	ck_assert_uint_eq(r.whole, 1);		/* the first one at once */
	live(&r, 1100 * SECOND);
	ck_assert_uint_ge(r.whole, 10);
	ck_assert_uint_le(r.whole, 11);
	ck_assert_uint_ge(r.listeners, 85);
	ck_assert_uint_le(r.listeners, 100);
}
END_TEST

/* Readers at 1, 10 and 60 s, looks of 1, 20 and 200 ms: the look has ended, and just now. */
START_TEST(a_look_ends_before_the_read)
{
	static const unsigned gaps[] = {1, 10, 60}, looks[] = {1, 20, 200};
	uint64_t gap = gaps[_i / 3] * SECOND;
	struct run r = {.now = 1000 * SECOND, .took = looks[_i % 3] * MS};
	uint64_t at = r.now + SECOND / 2;

	for (unsigned n = 0; n < 20; n++, at += gap) {
		live(&r, at);
		if (n >= 3) {
			uint64_t old = at - r.ended;

			/* One look may be as long as nineteen parts of rest allow. */
			ck_assert_msg(old < 100 * MS + r.took || r.took * 20 > gap,
				      "%llu ms old", (unsigned long long)(old / MS));
		}
		nsc_pace_ask(&r.pace, r.now);
	}
	ck_assert_uint_le(r.spent * 18, r.now - 1000 * SECOND);
}
END_TEST

/* Each second while that costs a hundredth of the time, else less often, and at least so. */
START_TEST(without_events_looks_are_more)
{
	static const struct {
		unsigned took, least, most;	/* ms; looks in 100 s */
	} t[] = {{2, 95, 101}, {10, 95, 101}, {50, 18, 21}, {200, 9, 11}};
	struct run r = {.now = 1000 * SECOND, .took = t[_i].took * MS, .pace.blind = true};

	live(&r, 1100 * SECOND);
	ck_assert_uint_ge(r.whole, t[_i].least);
	ck_assert_uint_le(r.whole, t[_i].most);
	r.whole = 0;
	for (unsigned n = 0; n < 10; n++) {	/* and ends before a read all the same */
		live(&r, (1100 + 10 * n) * SECOND + 300 * MS);
		if (n >= 3)
			ck_assert_uint_lt(r.now - r.ended, 100 * MS + r.took);
		nsc_pace_ask(&r.pace, r.now);
	}
}
END_TEST

START_TEST(two_readers_count_as_one)
{
	struct run r = {.now = 1000 * SECOND, .took = 5 * MS};

	for (unsigned n = 0; n < 20; n++) {
		live(&r, 1000 * SECOND + n * 10 * SECOND);
		nsc_pace_ask(&r.pace, r.now);
		nsc_pace_ask(&r.pace, r.now + 20 * MS);
	}
	ck_assert_uint_eq(r.pace.gap / SECOND, 10);
	ck_assert_uint_le(r.whole, 45);
}
END_TEST

START_TEST(a_reader_that_left_is_forgotten)
{
	struct run r = {.now = 1000 * SECOND, .took = 5 * MS};

	for (unsigned n = 0; n < 5; n++) {
		live(&r, 1000 * SECOND + n * SECOND);
		nsc_pace_ask(&r.pace, r.now);
	}
	live(&r, 1010 * SECOND);
	r.whole = 0;
	live(&r, 1110 * SECOND);
	ck_assert_uint_le(r.whole, 11);
}
END_TEST

START_TEST(word_of_a_listener_is_followed)
{
	struct run r = {.now = 1000 * SECOND, .took = 5 * MS};

	live(&r, 1000 * SECOND + 50 * MS);
	r.pace.hint = true;
	live(&r, 1000 * SECOND + 150 * MS);
	ck_assert_uint_eq(r.listeners, 1);
	r.listeners = 0;			/* a swarm of them: ten looks a second */
	for (unsigned n = 0; n < 1000; n++) {
		r.pace.hint = true;
		live(&r, 1001 * SECOND + n * MS);
	}
	ck_assert_uint_le(r.listeners, 11);
	ck_assert_uint_ge(r.listeners, 8);
}
END_TEST

/* --- services --------------------------------------------------------------------- */

static struct nsc_listener listener[400];
static struct nsc_services services;
static struct nsc_listen_rows rows;
static struct nsc_cells cells;
static uint64_t now;

static void
setup(void)
{
	memset(&services, 0, sizeof services);
	memset(&rows, 0, sizeof rows);
	memset(&cells, 0, sizeof cells);
	memset(listener, 0, sizeof listener);
	now = 1000 * SECOND;
}

static struct nsc_listener
on(uint8_t proto, uint16_t port, uint32_t queue, uint32_t drops, uint32_t sockets)
{
	return (struct nsc_listener){
		.socket = {.proto = proto, .local_port = port, .queue = queue, .drops = drops,
			   .state = NSC_SOCKET_LISTEN},
		.sockets = sockets, .scope = NSC_SCOPE_PUBLIC};
}

static void
look(size_t count, unsigned most)
{
	const struct nsc_listeners l = {.listener = listener, .count = count};

	ck_assert_int_eq(nsc_listen_rows_look(&rows, &l, 0, most), 0);
	nsc_census_listeners(&l, &rows, &services, now, &cells);
	now += SECOND;
}

/* Row of that service by its name; -1: none is present. */
static int
row_of(const char *text)
{
	for (unsigned i = 0; i < NSC_COUNT_SERVICE; i++) {
		uint32_t generation;
		char name[64];
		bool present;

		if (nsc_services_name(&services, i, now, name, &generation, &present) && present &&
		    strcmp(name, text) == 0)
			return (int)i;
	}
	return -1;
}

static uint64_t
queue_of(const char *name)
{
	return cells.cell[NSC_CELL(LISTEN_QUEUE, row_of(name), 0)];
}

static uint64_t
lost_of(const char *name)
{
	return cells.cell[NSC_CELL(LISTEN_OVERFLOW, row_of(name), 0)];
}

/* DESIGN 4.2: values of one PROTO-PORT merged (max, sum). */
START_TEST(listeners_of_a_port_are_one_service)
{
	listener[0] = on(IPPROTO_TCP, 80, 4, 0, 1);
	listener[1] = on(IPPROTO_TCP, 80, 7, 0, 8);
	listener[2] = on(IPPROTO_UDP, 80, 100000, 5, 1);
	listener[0].exposure = listener[1].exposure = NSC_EXPOSURE_UNKNOWN;
	listener[2].exposure = NSC_EXPOSURE_LOCAL_ONLY;
	look(3, 256);
	ck_assert_uint_eq(queue_of("tcp-80"), 7);
	ck_assert_uint_eq(lost_of("tcp-80"), 0);
	ck_assert_uint_eq(queue_of("udp-80"), 0);
	ck_assert_uint_eq(cells.cell[NSC_CELL(LISTEN_COUNT, 0, NSC_V_EXPOSURE_LOCAL_ONLY)], 1);
	ck_assert_uint_eq(cells.cell[NSC_CELL(LISTEN_COUNT, 0, NSC_V_EXPOSURE_UNKNOWN)], 2);
	ck_assert_int_eq(row_of("tcp-443"), -1);
}
END_TEST

START_TEST(overflows_are_counted_from_our_start)
{
	listener[0] = on(IPPROTO_TCP, 80, 0, 1000, 1);
	look(1, 256);
	ck_assert_uint_eq(lost_of("tcp-80"), 0);
	listener[0].socket.drops = 1003;
	look(1, 256);
	ck_assert_uint_eq(lost_of("tcp-80"), 3);
	look(1, 256);
	ck_assert_uint_eq(lost_of("tcp-80"), 3);
	listener[0].socket.drops = 2;		/* restarted */
	look(1, 256);
	ck_assert_uint_eq(lost_of("tcp-80"), 5);
	listener[1] = on(IPPROTO_TCP, 81, 0, 9, 1);	/* came while we looked */
	look(2, 256);
	ck_assert_uint_eq(lost_of("tcp-81"), 9);
}
END_TEST

START_TEST(one_of_several_sockets_goes)
{
	look(0, 256);
	listener[0] = on(IPPROTO_TCP, 80, 0, 80, 8);
	look(1, 256);
	listener[0] = on(IPPROTO_TCP, 80, 0, 70, 7);
	look(1, 256);
	ck_assert_uint_eq(lost_of("tcp-80"), 80);
	listener[0].socket.drops = 71;
	look(1, 256);
	ck_assert_uint_eq(lost_of("tcp-80"), 81);
}
END_TEST

START_TEST(a_service_that_goes_has_a_last_zero)
{
	int row;

	listener[0] = on(IPPROTO_TCP, 80, 5, 0, 1);
	look(1, 256);
	row = row_of("tcp-80");
	look(0, 256);
	ck_assert_int_eq(row_of("tcp-80"), row);
	ck_assert_uint_eq(queue_of("tcp-80"), 0);
	now += NSC_SERVICES_REST * SECOND;
	ck_assert_int_eq(row_of("tcp-80"), -1);
	look(1, 256);			/* back again: the same row */
	ck_assert_int_eq(row_of("tcp-80"), row);
}
END_TEST

/* Row 2.4: those in front stay; each left out is counted once; nothing is cut twice. */
START_TEST(row_2_4_max_listeners)
{
	unsigned n = 0;

	for (unsigned i = 0; i < 300; i++) {
		listener[n++] = on(IPPROTO_TCP, (uint16_t)(1000 + i), 1, 0, 1);
		if (i % 3 == 0)
			listener[n++] = on(IPPROTO_TCP, (uint16_t)(1000 + i), 1, 0, 1);
	}
	for (unsigned round = 0; round < 3; round++) {
		look(n, 256);
		ck_assert_uint_eq(rows.suppressed, 44);
		ck_assert_int_ge(row_of("tcp-1255"), 0);
		ck_assert_int_eq(row_of("tcp-1256"), -1);
	}
	ck_assert_uint_eq(
		cells.cell[NSC_CELL(HOST_COUNT, 0, NSC_V_HOST_COUNT_LISTENERS_SUPPRESSED)], 44);
	setup();
	n = 0;
	for (unsigned i = 0; i < 20; i++)
		listener[n++] = on(IPPROTO_UDP, (uint16_t)(1000 + i), 0, 0, 1);
	look(n, 5);
	ck_assert_uint_eq(rows.suppressed, 15);
}
END_TEST

/* Ports that come and go: a row is renamed after its rest, and its generation tells. */
START_TEST(rows_are_used_again)
{
	uint32_t generation = 0;
	char name[64];
	bool present;

	for (unsigned i = 0; i < 400; i++) {
		listener[0] = on(IPPROTO_TCP, (uint16_t)(2000 + i), 1, 0, 1);
		look(1, 256);
		ck_assert_uint_eq(services.suppressed, i >= NSC_COUNT_SERVICE);
	}
	now += NSC_SERVICES_REST * SECOND;
	listener[0] = on(IPPROTO_TCP, 80, 1, 0, 1);
	look(1, 256);
	ck_assert_uint_eq(services.suppressed, 0);
	ck_assert(nsc_services_name(&services, (unsigned)row_of("tcp-80"), now, name, &generation,
				    &present));
	ck_assert_uint_eq(generation, 2);
}
END_TEST

RUN_TESTS("lookout", setup, NULL, ONCE(nobody_asks), ROWS(a_look_ends_before_the_read, 9),
	  ROWS(without_events_looks_are_more, 4), ONCE(two_readers_count_as_one),
	  ONCE(a_reader_that_left_is_forgotten), ONCE(word_of_a_listener_is_followed),
	  ONCE(listeners_of_a_port_are_one_service),
	  ONCE(overflows_are_counted_from_our_start), ONCE(one_of_several_sockets_goes),
	  ONCE(a_service_that_goes_has_a_last_zero), ONCE(row_2_4_max_listeners),
	  ONCE(rows_are_used_again))
