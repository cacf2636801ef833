/* SPDX-License-Identifier: MIT */
/* Translations: both names in either order, what ends, what makes room, readers beside the writer. */
#include <check.h>
#include <pthread.h>
#include <stdlib.h>

#include "scope/translations.h"
#include "suite.h"

static struct nsc_translations *t;

static void
begin(void)
{
	t = calloc(1, sizeof *t);
	ck_assert_ptr_nonnull(t);
	t->key = (struct nsc_hash_key){{1, 2}};
}

static void
end(void)
{
	free(t);
}

static struct nsc_addr
addr(const char *text)
{
	struct nsc_addr a;

	ck_assert_msg(nsc_addr_parse(&a, text) == 0, "%s", text);
	return a;
}

static struct nsc_tuple
tuple(const char *from, uint16_t from_port, const char *to, uint16_t to_port)
{
	return (struct nsc_tuple){.addr = {addr(from), addr(to)}, .port = {from_port, to_port}};
}

/* A container's connection number n through masquerade. */
static struct nsc_translation
masqueraded(uint32_t n)
{
	/* Parsed once: an assertion is written down, and there are many of these. */
	static struct nsc_translation plain;
	struct nsc_translation x;

	if (plain.proto == 0)
		plain = (struct nsc_translation){
			.before = tuple("10.78.0.11", 0, "198.51.0.7", 443),
			.after = tuple("192.0.2.1", 0, "198.51.0.7", 443), .proto = 6};
	x = plain;
	x.seen = 1000 + n / 100;
	x.before.port[0] = x.after.port[0] = (uint16_t)(1024 + n % 60000);
	x.before.addr[0].b[14] = (uint8_t)(n / 60000);
	x.after.addr[1].b[14] = x.before.addr[1].b[14] = (uint8_t)(n / 60000);
	return x;
}

static bool
equal(const struct nsc_tuple *a, const struct nsc_tuple *b)
{
	return a->port[0] == b->port[0] && a->port[1] == b->port[1] &&
	       nsc_addr_equal(&a->addr[0], &b->addr[0]) && nsc_addr_equal(&a->addr[1], &b->addr[1]);
}

static struct nsc_tuple
turned(const struct nsc_tuple *a)
{
	return (struct nsc_tuple){.addr = {a->addr[1], a->addr[0]}, .port = {a->port[1], a->port[0]}};
}

START_TEST(test_both_names_in_both_orders)
{
	struct nsc_translation x = masqueraded(7);
	struct nsc_tuple real = tuple("10.78.0.11", 1031, "198.51.0.7", 443);
	struct nsc_tuple asked[4] = {x.before, turned(&x.before), x.after, turned(&x.after)};
	struct nsc_tuple other[4] = {x.after, turned(&x.after), x.before, turned(&x.before)};

	ck_assert(nsc_translations_put(t, &x));
	ck_assert(!nsc_translations_put(t, &x));	/* nothing new */
	for (unsigned i = 0; i < 4; i++) {
		struct nsc_tuple r = i % 2 ? turned(&real) : real;
		struct nsc_translated y;

		ck_assert(nsc_translations_find(t, 6, &asked[i], &y));
		ck_assert(equal(&y.other, &other[i]));
		ck_assert(equal(&y.real, &r));
		ck_assert_uint_eq(y.began, i % 2);
		ck_assert_int_eq(y.after, i >= 2);
		ck_assert(!nsc_translations_find(t, 17, &asked[i], &y));
	}
}
END_TEST

/* An answering side that was translated: the real end is the name it goes on with. */
START_TEST(test_destination)
{
	struct nsc_translation x = {
		.before = tuple("203.0.113.9", 40000, "192.0.2.1", 8080),
		.after = tuple("203.0.113.9", 40000, "10.78.0.11", 80), .proto = 6, .seen = 1};
	struct nsc_tuple asked = turned(&x.before), other = turned(&x.after);
	struct nsc_translated y;

	nsc_translations_put(t, &x);
	ck_assert(nsc_translations_find(t, 6, &asked, &y));
	ck_assert(equal(&y.other, &other));
	ck_assert(equal(&y.real, &other));
	ck_assert(!y.after);
	ck_assert_uint_eq(y.began, 1);
}
END_TEST

START_TEST(test_gone_and_used_again)
{
	struct nsc_translation x = masqueraded(1), z = masqueraded(1);
	struct nsc_translated y;

	nsc_translations_put(t, &x);
	nsc_translations_end(t, 6, &x.before);
	ck_assert_uint_eq(t->live, 0);
	ck_assert(nsc_translations_find(t, 6, &x.after, &y));	/* a flow's line may yet ask */
	ck_assert(y.gone);
	nsc_translations_end(t, 6, &x.before);			/* told twice */
	ck_assert_uint_eq(t->live, 0);
	z.before.addr[0] = addr("10.78.0.12");			/* the port serves another */
	ck_assert(nsc_translations_put(t, &z));
	ck_assert(nsc_translations_find(t, 6, &x.after, &y));
	ck_assert(!y.gone);
	ck_assert(nsc_addr_equal(&y.other.addr[0], &z.before.addr[0]));
}
END_TEST

START_TEST(test_translated_anew)
{
	struct nsc_translation x = masqueraded(1), z = x;
	struct nsc_translated y;

	nsc_translations_put(t, &x);
	z.after.port[0] = 5;
	ck_assert(nsc_translations_put(t, &z));
	ck_assert_uint_eq(t->live, 1);
	ck_assert(!nsc_translations_find(t, 6, &x.after, &y));
	ck_assert(nsc_translations_find(t, 6, &z.after, &y));
}
END_TEST

START_TEST(test_a_sweep_ends_what_it_does_not_tell)
{
	struct nsc_translation x;
	struct nsc_translated y;
	unsigned left = 0, wrong = 0;

	for (uint32_t n = 0; n < 1000; n++) {
		x = masqueraded(n);
		nsc_translations_put(t, &x);
	}
	nsc_translations_sweep(t);
	for (uint32_t n = 0; n < 1000; n += 3) {
		x = masqueraded(n);
		nsc_translations_put(t, &x);
	}
	nsc_translations_swept(t);
	ck_assert_uint_eq(t->live, 334);
	for (uint32_t n = 0; n < 1000; n++) {
		x = masqueraded(n);
		wrong += !nsc_translations_find(t, 6, &x.before, &y) || y.gone != (n % 3 != 0);
	}
	ck_assert_uint_eq(wrong, 0);
	for (uint32_t n = 0; nsc_translations_next(t, &n, &x); n++)
		left++;
	ck_assert_uint_eq(left, 334);
}
END_TEST

/* Row 3.9: 65536 at once; a newer one takes the place of the oldest, and that is counted. */
START_TEST(test_bounded)
{
	enum { MORE = 5000 };
	unsigned missed = 0, old = 0, refused = 0;

	for (uint32_t n = 0; n < NSC_TRANSLATIONS + MORE; n++) {
		struct nsc_translation x = masqueraded(n);

		refused += !nsc_translations_put(t, &x);
	}
	ck_assert_uint_eq(refused, 0);
	ck_assert_uint_eq(t->live, NSC_TRANSLATIONS);
	ck_assert_uint_eq(t->evicted, MORE);
	for (uint32_t n = 0; n < NSC_TRANSLATIONS + MORE; n++) {
		struct nsc_translation x = masqueraded(n);
		struct nsc_translated y;
		bool found = nsc_translations_find(t, 6, &x.before, &y);

		old += found && n < MORE;
		missed += n >= MORE && !found;
	}
	ck_assert_uint_eq(old, 0);
	/* Buckets of eight at half of their room: some overflow. */
	ck_assert_uint_le(missed, NSC_TRANSLATIONS / 20);
}
END_TEST

START_TEST(test_what_has_gone_makes_room_first)
{
	struct nsc_translation x;
	struct nsc_translated y;

	for (uint32_t n = 0; n < NSC_TRANSLATIONS; n++) {
		x = masqueraded(n);
		nsc_translations_put(t, &x);
	}
	x = masqueraded(1);
	nsc_translations_end(t, 6, &x.before);
	x = masqueraded(NSC_TRANSLATIONS);
	nsc_translations_put(t, &x);
	ck_assert_uint_eq(t->evicted, 0);
	x = masqueraded(0);
	ck_assert(nsc_translations_find(t, 6, &x.before, &y) && !y.gone);
}
END_TEST

enum { TURNS = 300000 };

static _Atomic bool stop;

/* One name, translated to ports that tell which writing it was. */
static void *
write_on(void *arg)
{
	for (uint32_t n = 1; n <= TURNS; n++) {
		struct nsc_translation x = masqueraded(3);

		x.after.port[0] = x.after.port[1] = (uint16_t)(1 + n % 50000);
		x.seen = x.after.port[0];
		nsc_translations_put(arg, &x);
	}
	atomic_store(&stop, true);
	return NULL;
}

START_TEST(test_readers_beside_the_writer)
{
	struct nsc_translation x = masqueraded(3);
	unsigned torn = 0;
	pthread_t writer;

	x.after.port[0] = x.after.port[1] = 1;
	x.seen = 1;
	nsc_translations_put(t, &x);
	ck_assert_int_eq(pthread_create(&writer, NULL, write_on, t), 0);
	while (!atomic_load(&stop)) {
		struct nsc_translated y;

		if (nsc_translations_find(t, 6, &x.before, &y))
			torn += y.other.port[0] != y.other.port[1] || y.seen != y.other.port[0];
	}
	pthread_join(writer, NULL);
	ck_assert_uint_eq(torn, 0);
}
END_TEST

START_TEST(test_nothing_entered)
{
	struct nsc_translation x = masqueraded(3);
	struct nsc_translated y;

	ck_assert(!nsc_translations_find(t, 6, &x.before, &y));
	nsc_translations_end(t, 6, &x.before);
	nsc_translations_sweep(t);
	nsc_translations_swept(t);
	ck_assert_uint_eq(t->live, 0);
}
END_TEST

RUN_TESTS("translations", begin, end, ONCE(test_both_names_in_both_orders),
	  ONCE(test_destination), ONCE(test_gone_and_used_again),
	  ONCE(test_translated_anew), ONCE(test_a_sweep_ends_what_it_does_not_tell),
	  ONCE(test_bounded), ONCE(test_what_has_gone_makes_room_first),
	  ONCE(test_readers_beside_the_writer), ONCE(test_nothing_entered))
