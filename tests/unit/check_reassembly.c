/* SPDX-License-Identifier: MIT */
/* In-order octets (features.md 1.17, 1.18): policies, caps, holes, and a random comparison. */
#include <check.h>
#include <endian.h>
#include <stdio.h>
#include <stdlib.h>

#include "flow/reassembly.h"
#include "suite.h"

enum { MS = 1000000 };

static struct nsc_pool *pool;
static char got[1 << 20];
static size_t got_len;
static int gaps;

static void
make(uint32_t limit, uint64_t memory, int overlap, int overflow)
{
	struct nsc_reassembly_config cfg = {
		.limit = limit,
		.memory = memory,
		.overlap = (uint8_t)overlap,
		.overflow = (uint8_t)overflow,
		.hole_ms = 1000,
	};

	nsc_pool_free(pool);
	pool = NULL;
	ck_assert_int_eq(nsc_pool_new(&pool, &cfg), 0);
	got_len = 0;
	gaps = 0;
}

static void
setup(void)
{
	make(65536, 1 << 20, NSC_OVERLAP_FIRST, NSC_OVERFLOW_SLIDING);
}

static void
teardown(void)
{
	nsc_pool_free(pool);
	pool = NULL;
}

/* A reader that takes everything at once. */
static enum nsc_offer
read_all(struct nsc_stream *s, enum nsc_offer r, struct nsc_bytes out)
{
	while (r == NSC_OFFER_READY) {
		uint32_t n = (uint32_t)nsc_bytes_left(&out);

		gaps += s->gap;
		ck_assert_uint_le(got_len + n, sizeof got);
		memcpy(got + got_len, out.p, n);
		got_len += n;
		r = nsc_stream_consume(pool, s, n, 0, &out);
	}
	return r;
}

static enum nsc_offer
give_at(struct nsc_stream *s, uint32_t seq, const char *text, uint64_t now)
{
	struct nsc_bytes out;
	uint32_t n = (uint32_t)strlen(text);
	uint8_t *copy = malloc(n);	/* so that a sanitizer sees a look behind the end */
	enum nsc_offer r;

	memcpy(copy, text, n);
	r = nsc_stream_offer(pool, s, seq, copy, n, n, now, &out);
	r = read_all(s, r, out);
	free(copy);
	return r;
}

static enum nsc_offer
give(struct nsc_stream *s, uint32_t seq, const char *text)
{
	return give_at(s, seq, text, MS);
}

#define GOT(text)                                                                                  \
	do {                                                                                       \
		ck_assert_uint_eq(got_len, strlen(text));                                          \
		ck_assert_mem_eq(got, text, got_len);                                              \
	} while (0)

START_TEST(in_order)
{
	struct nsc_stream s = {0};

	nsc_stream_start(&s, 99);
	give(&s, 100, "abc");
	give(&s, 103, "def");
	GOT("abcdef");
	ck_assert_uint_eq(nsc_pool_stats(pool)->held, 0);
	ck_assert_uint_eq(nsc_pool_holders(pool), 0);
}
END_TEST

START_TEST(midstream_starts_with_its_first_segment)
{
	struct nsc_stream s = {0};

	give(&s, 5000, "abc");
	give(&s, 4998, "xxabcde");
	GOT("abcde");
}
END_TEST

/* 1.17: ISN 0xfffffff0, out of order and overlapping over the wrap. */
START_TEST(row_1_17_wrap)
{
	struct nsc_stream s = {0};

	nsc_stream_start(&s, 0xfffffff0);
	give(&s, 0x00000001, "klmnop");		/* offset 16 */
	give(&s, 0xfffffffb, "KLMNxyzklm");	/* offset 10, over the wrap, into the held ones */
	ck_assert_uint_eq(got_len, 0);
	give(&s, 0xfffffff1, "0123456789");
	GOT("0123456789KLMNxyklmnop");
	ck_assert_uint_eq(nsc_pool_stats(pool)->inconsistent, 1);
	ck_assert_uint_eq(nsc_pool_stats(pool)->out_of_order, 2);
	give(&s, 0x00000003, "mnopQR");
	GOT("0123456789KLMNxyklmnopQR");
}
END_TEST

static FILE *
data_file(const char *name)
{
	const char *top = getenv("top_srcdir");
	char path[4096];
	FILE *f;

	snprintf(path, sizeof path, "%s/tests/unit/data/%s", top != NULL ? top : ".", name);
	f = fopen(path, "rb");
	ck_assert_msg(f != NULL, "%s: cannot be opened", path);
	return f;
}

/* One side of follow.pcap: Ethernet, IPv4 and TCP without options, as follow.py writes them. */
static void
follow(uint16_t port)
{
	enum { IP_LENGTH = 16, TCP_AT = 34, TCP_FLAGS = 47, PAYLOAD = 54 };
	FILE *f = data_file("follow.pcap");
	struct nsc_stream s = {0};
	uint8_t head[24], frame[2000];
	uint32_t len;

	got_len = 0;
	ck_assert_uint_eq(fread(head, 1, 24, f), 24);
	while (fread(head, 1, 16, f) == 16) {
		struct nsc_bytes b, out;
		enum nsc_offer r;
		uint32_t n, seq;

		memcpy(&len, head + 8, sizeof len);
		len = le32toh(len);
		ck_assert(len >= PAYLOAD && len <= sizeof frame);
		ck_assert_uint_eq(fread(frame, 1, len, f), len);
		b = nsc_bytes(frame + IP_LENGTH, 2);
		n = nsc_bytes_u16(&b) - (PAYLOAD - 14);
		b = nsc_bytes(frame + TCP_AT, 8);
		if (nsc_bytes_u16(&b) != port)
			continue;
		nsc_bytes_skip(&b, 2);
		seq = nsc_bytes_u32(&b);
		if (frame[TCP_FLAGS] & 2) {
			nsc_stream_start(&s, seq);
			continue;
		}
		r = nsc_stream_offer(pool, &s, seq, frame + PAYLOAD, n, n, MS, &out);
		read_all(&s, r, out);
	}
	fclose(f);
}

/* The same capture, followed by tshark (follow.hex: a line a side). */
START_TEST(row_1_17_as_tshark)
{
	static char line[20000];
	FILE *f = data_file("follow.hex");

	for (int side = 0; side < 2; side++) {
		follow(side ? 8000 : 40000);
		ck_assert_ptr_nonnull(fgets(line, sizeof line, f));
		ck_assert_uint_eq(strlen(line), got_len * 2 + 1);
		for (size_t i = 0; i < got_len; i++) {
			unsigned octet;

			ck_assert_int_eq(sscanf(line + 2 * i, "%2x", &octet), 1);
			ck_assert_uint_eq((uint8_t)got[i], octet);
		}
	}
	fclose(f);
	ck_assert_uint_gt(nsc_pool_stats(pool)->out_of_order, 10);
	ck_assert_uint_eq(nsc_pool_stats(pool)->inconsistent, 0);
}
END_TEST

START_TEST(row_1_17_first_copy_counts)
{
	struct nsc_stream s = {0};

	nsc_stream_start(&s, 0);
	give(&s, 3, "CCC");
	give(&s, 8, "HHH");
	give(&s, 2, "bbbbbbbbbb");
	give(&s, 1, "a");
	GOT("abCCCbbHHHb");
	ck_assert_uint_eq(nsc_pool_stats(pool)->inconsistent, 1);
}
END_TEST

START_TEST(row_1_17_last_copy_counts)
{
	struct nsc_stream s = {0};

	make(65536, 1 << 20, NSC_OVERLAP_LAST, NSC_OVERFLOW_SLIDING);
	nsc_stream_start(&s, 0);
	give(&s, 3, "CCC");
	give(&s, 8, "HHH");
	give(&s, 2, "bbbbbbbbbb");
	give(&s, 1, "a");
	GOT("abbbbbbbbbb");
	ck_assert_uint_eq(nsc_pool_stats(pool)->inconsistent, 1);
	give(&s, 1, "zzzz");			/* read octets are no more compared */
	ck_assert_uint_eq(nsc_pool_stats(pool)->inconsistent, 1);
}
END_TEST

START_TEST(equal_copies_are_consistent)
{
	struct nsc_stream s = {0};

	nsc_stream_start(&s, 0);
	give(&s, 5, "efgh");
	give(&s, 5, "efgh");
	give(&s, 3, "cdef");
	give(&s, 1, "abcd");
	GOT("abcdefgh");
	ck_assert_uint_eq(nsc_pool_stats(pool)->inconsistent, 0);
}
END_TEST

START_TEST(left_octets_come_again_with_more)
{
	struct nsc_stream s = {0};
	struct nsc_bytes out;

	nsc_stream_start(&s, 0);
	ck_assert_int_eq(nsc_stream_offer(pool, &s, 1, (const uint8_t *)"abc", 3, 3, MS, &out),
			 NSC_OFFER_READY);
	ck_assert_int_eq(nsc_stream_consume(pool, &s, 1, 0, &out), NSC_OFFER_HELD);
	ck_assert_uint_eq(nsc_pool_stats(pool)->held, 2);
	ck_assert_int_eq(nsc_stream_offer(pool, &s, 4, (const uint8_t *)"def", 3, 3, MS, &out),
			 NSC_OFFER_READY);
	ck_assert_uint_eq(nsc_bytes_left(&out), 5);
	ck_assert_mem_eq(out.p, "bcdef", 5);
	nsc_stream_consume(pool, &s, 2, 0, &out);
	nsc_stream_peek(pool, &s, &out);
	ck_assert_uint_eq(nsc_bytes_left(&out), 3);
	ck_assert_mem_eq(out.p, "def", 3);
	nsc_stream_release(pool, &s);
	ck_assert_uint_eq(nsc_pool_stats(pool)->held, 0);
}
END_TEST

/* Octets of many pieces are shown as one run. */
START_TEST(one_run)
{
	struct nsc_stream s = {0};
	struct nsc_bytes out;
	uint8_t data[1000];

	nsc_stream_start(&s, UINT32_MAX);
	for (uint32_t i = 0; i < 60; i++) {
		memset(data, (int)i, sizeof data);
		ck_assert_int_eq(nsc_stream_offer(pool, &s, i * 1000, data, 1000, 1000, MS, &out),
				 NSC_OFFER_READY);
		ck_assert_uint_eq(nsc_bytes_left(&out), (i + 1) * 1000);
		for (uint32_t k = 0; k < (i + 1) * 1000; k++)
			ck_assert_uint_eq(out.p[k], k / 1000);
		ck_assert_int_eq(nsc_stream_consume(pool, &s, 0, 0, &out), NSC_OFFER_HELD);
	}
	nsc_stream_release(pool, &s);
}
END_TEST

START_TEST(skip_holds_nothing)
{
	struct nsc_stream s = {0};
	struct nsc_bytes out;
	uint8_t data[1460] = {0};

	nsc_stream_start(&s, 0);
	nsc_stream_offer(pool, &s, 1, (const uint8_t *)"head", 4, 4, MS, &out);
	ck_assert_int_eq(nsc_stream_consume(pool, &s, 4, 10000, &out), NSC_OFFER_HELD);
	/* out of order within the range, some lost */
	for (uint32_t at = 5 + 1460; at < 5 + 5 * 1460; at += 1460)
		ck_assert_int_eq(nsc_stream_offer(pool, &s, at, data, 1460, 1460, MS, &out),
				 NSC_OFFER_HELD);
	nsc_stream_offer(pool, &s, 5, data, 1460, 1460, MS, &out);
	ck_assert_uint_eq(nsc_pool_stats(pool)->held, 0);
	/* over its end: only what is behind is shown */
	data[1459] = 'x';
	ck_assert_int_eq(nsc_stream_offer(pool, &s, 5 + 10000 - 1459, data, 1460, 1460, MS, &out),
			 NSC_OFFER_READY);
	ck_assert_uint_eq(nsc_bytes_left(&out), 1);
	ck_assert_int_eq(*out.p, 'x');
	ck_assert(!s.gap);
	nsc_stream_consume(pool, &s, 1, 0, &out);
	ck_assert_uint_eq(nsc_pool_stats(pool)->gaps, 0);
}
END_TEST

/* More than a sequence space may be skipped. */
START_TEST(skip_five_gigabytes)
{
	struct nsc_stream s = {0};
	struct nsc_bytes out;
	uint8_t data[65536] = {0};
	uint64_t skip = 5000000000, sent = 0;
	uint32_t seq = 2;

	nsc_stream_start(&s, 0);
	nsc_stream_offer(pool, &s, 1, data, 1, 1, MS, &out);
	nsc_stream_consume(pool, &s, 1, skip, &out);
	while (sent + 65536 <= skip) {
		ck_assert_int_eq(nsc_stream_offer(pool, &s, seq, data, 65536, 65536, MS, &out),
				 NSC_OFFER_HELD);
		seq += 65536;
		sent += 65536;
	}
	ck_assert_int_eq(nsc_stream_offer(pool, &s, seq, data, 65536, 65536, MS, &out),
			 NSC_OFFER_READY);
	ck_assert_uint_eq(nsc_bytes_left(&out), 65536 - (skip - sent));
}
END_TEST

START_TEST(skip_within_what_was_shown_and_held)
{
	struct nsc_stream s = {0};
	struct nsc_bytes out;

	nsc_stream_start(&s, 0);
	nsc_stream_offer(pool, &s, 1, (const uint8_t *)"a..b", 4, 4, MS, &out);
	ck_assert_int_eq(nsc_stream_consume(pool, &s, 1, 2, &out), NSC_OFFER_READY);
	ck_assert_uint_eq(nsc_bytes_left(&out), 1);
	ck_assert_int_eq(*out.p, 'b');
	ck_assert_int_eq(nsc_stream_consume(pool, &s, 1, 0, &out), NSC_OFFER_HELD);
	/* held behind a hole, then skipped up to its middle: the hole doesn't matter */
	ck_assert_int_eq(nsc_stream_offer(pool, &s, 8, (const uint8_t *)"..cd", 4, 4, MS, &out),
			 NSC_OFFER_HELD);
	ck_assert_int_eq(nsc_stream_offer(pool, &s, 5, (const uint8_t *)"l", 1, 1, MS, &out),
			 NSC_OFFER_READY);
	ck_assert_int_eq(nsc_stream_consume(pool, &s, 1, 4, &out), NSC_OFFER_READY);
	ck_assert_uint_eq(nsc_bytes_left(&out), 2);
	ck_assert_mem_eq(out.p, "cd", 2);
	ck_assert(!s.gap);
	ck_assert_int_eq(nsc_stream_consume(pool, &s, 2, 0, &out), NSC_OFFER_HELD);
	ck_assert_uint_eq(nsc_pool_stats(pool)->held, 0);
}
END_TEST

START_TEST(hole_is_given_up_after_its_time)
{
	struct nsc_stream s = {0};
	struct nsc_bytes out;
	enum nsc_offer r;

	nsc_stream_start(&s, 0);
	give_at(&s, 1, "abc", MS);
	give_at(&s, 5, "e", 2 * MS);
	give_at(&s, 6, "f", 900 * (uint64_t)MS);
	GOT("abc");
	ck_assert(!nsc_stream_overdue(pool, &s, 1001 * (uint64_t)MS));
	ck_assert(nsc_stream_overdue(pool, &s, 1002 * (uint64_t)MS));
	ck_assert_ptr_eq(nsc_pool_turn(pool, 1002 * (uint64_t)MS), &s);
	r = nsc_stream_give_up(pool, &s, &out);
	read_all(&s, r, out);
	GOT("abcef");
	ck_assert_int_eq(gaps, 1);
	give_at(&s, 9, "i", 1100 * (uint64_t)MS);
	give_at(&s, 10, "j", 2200 * (uint64_t)MS);	/* by the next segment */
	GOT("abcefij");
	ck_assert_int_eq(gaps, 2);
	ck_assert_uint_eq(nsc_pool_stats(pool)->gaps, 2);
	give_at(&s, 4, "d", 2200 * (uint64_t)MS);
	GOT("abcefij");
}
END_TEST

/* The clock was set back: a hole doesn't wait until it is there again. */
START_TEST(hole_and_a_clock_set_back)
{
	struct nsc_stream s = {0};
	const uint64_t hour = 3600000 * (uint64_t)MS;

	nsc_stream_start(&s, 0);
	give_at(&s, 5, "e", 2 * hour);
	ck_assert(!nsc_stream_overdue(pool, &s, 2 * hour - MS));
	ck_assert(nsc_stream_overdue(pool, &s, hour));
	give_at(&s, 6, "f", hour);
	GOT("ef");
}
END_TEST

START_TEST(not_captured_is_a_gap_at_once)
{
	struct nsc_stream s = {0};
	struct nsc_bytes out;
	enum nsc_offer r;

	nsc_stream_start(&s, 0);
	r = nsc_stream_offer(pool, &s, 1, (const uint8_t *)"abc", 3, 10, MS, &out);
	read_all(&s, r, out);
	give(&s, 11, "klm");
	GOT("abcklm");
	ck_assert_int_eq(gaps, 1);
	/* nothing of it captured */
	r = nsc_stream_offer(pool, &s, 14, NULL, 0, 10, MS, &out);
	ck_assert_int_eq(r, NSC_OFFER_HELD);
	give(&s, 24, "x");
	GOT("abcklmx");
	ck_assert_int_eq(gaps, 2);
	/* the reader left something before the loss: it is dropped with it */
	nsc_stream_offer(pool, &s, 25, (const uint8_t *)"yz", 2, 10, MS, &out);
	nsc_stream_consume(pool, &s, 1, 0, &out);
	give(&s, 35, "!");
	GOT("abcklmx!");
	ck_assert_int_eq(gaps, 3);
	/* not captured, but not wanted either */
	nsc_stream_offer(pool, &s, 36, (const uint8_t *)"h", 1, 100, MS, &out);
	nsc_stream_consume(pool, &s, 1, 99, &out);
	give(&s, 136, "?");
	GOT("abcklmx!?");
	ck_assert_int_eq(gaps, 3);
}
END_TEST

START_TEST(row_1_18_sliding)
{
	struct nsc_stream s = {0};
	char block[1001];

	make(4000, 1 << 20, NSC_OVERLAP_FIRST, NSC_OVERFLOW_SLIDING);
	memset(block, 'x', 1000);
	block[1000] = '\0';
	nsc_stream_start(&s, 0);
	for (uint32_t i = 1; i <= 4; i++)
		give(&s, 1 + i * 1000, block);
	ck_assert_uint_eq(got_len, 0);
	ck_assert_uint_eq(nsc_pool_stats(pool)->held, 4000);
	give(&s, 1 + 5 * 1000, block);
	ck_assert_uint_eq(got_len, 5000);
	ck_assert_int_eq(gaps, 1);
	ck_assert_uint_eq(nsc_pool_stats(pool)->overflows, 1);
	ck_assert_uint_eq(nsc_pool_stats(pool)->held, 0);
}
END_TEST

START_TEST(row_1_18_drop_flow)
{
	struct nsc_stream s = {0};
	struct nsc_bytes out;
	char block[1001];

	make(4000, 1 << 20, NSC_OVERLAP_FIRST, NSC_OVERFLOW_DROP_FLOW);
	memset(block, 'x', 1000);
	block[1000] = '\0';
	nsc_stream_start(&s, 0);
	for (uint32_t i = 1; i <= 4; i++)
		ck_assert_int_eq(give(&s, 1 + i * 1000, block), NSC_OFFER_HELD);
	ck_assert_int_eq(give(&s, 1 + 5 * 1000, block), NSC_OFFER_OVERFLOW);
	nsc_stream_release(pool, &s);
	/* a reader that never reads */
	memset(&s, 0, sizeof s);
	for (uint32_t i = 0; i < 4; i++) {
		nsc_stream_offer(pool, &s, i * 1000, (uint8_t *)block, 1000, 1000, MS, &out);
		ck_assert_int_eq(nsc_stream_consume(pool, &s, 0, 0, &out), NSC_OFFER_HELD);
	}
	nsc_stream_offer(pool, &s, 4000, (uint8_t *)block, 1, 1, MS, &out);
	ck_assert_int_eq(nsc_stream_consume(pool, &s, 0, 0, &out), NSC_OFFER_OVERFLOW);
	ck_assert_uint_eq(nsc_pool_stats(pool)->overflows, 2);
	nsc_stream_release(pool, &s);
}
END_TEST

START_TEST(reader_without_progress_loses_octets)
{
	struct nsc_stream s = {0};
	struct nsc_bytes out;
	uint8_t data[3000] = {0};

	make(4000, 1 << 20, NSC_OVERLAP_FIRST, NSC_OVERFLOW_SLIDING);
	for (uint32_t i = 0; i < 10; i++) {
		ck_assert_int_eq(nsc_stream_offer(pool, &s, i * 3000, data, 3000, 3000, MS, &out),
				 NSC_OFFER_READY);
		nsc_stream_consume(pool, &s, 0, 0, &out);
		ck_assert_uint_le(nsc_pool_stats(pool)->held, 4000);
	}
	/* a super-packet larger than the limit */
	nsc_stream_release(pool, &s);
	memset(&s, 0, sizeof s);
	ck_assert_int_eq(nsc_stream_offer(pool, &s, 0, (uint8_t *)got, 65000, 65000, MS, &out),
			 NSC_OFFER_READY);
	nsc_stream_consume(pool, &s, 10, 0, &out);
	ck_assert_uint_eq(nsc_pool_stats(pool)->held, 0);
	ck_assert(s.gap);
	ck_assert_uint_eq(s.next, 65000);
}
END_TEST

/* Octets sent singly with holes between them may not take a piece each without end. */
START_TEST(single_octets)
{
	struct nsc_stream s = {0};

	make(65536, 1 << 24, NSC_OVERLAP_FIRST, NSC_OVERFLOW_SLIDING);
	nsc_stream_start(&s, 0);
	for (uint32_t i = 1; i < 60000; i++) {
		give(&s, 1 + i * 2, "x");
		ck_assert_uint_le(s.pieces, 2 * 65536 / 2000 + 4);
	}
	nsc_stream_release(pool, &s);
}
END_TEST

/* The pool is empty: the side that held longest loses its octets, nobody else. */
START_TEST(row_1_18_memory)
{
	static struct nsc_stream s[1000];
	struct nsc_bytes out;

	memset(s, 0, sizeof s);
	make(65536, 64 * 2048, NSC_OVERLAP_FIRST, NSC_OVERFLOW_SLIDING);
	for (int i = 0; i < 1000; i++) {
		ck_assert_int_eq(nsc_stream_offer(pool, &s[i], 7, (const uint8_t *)"half", 4, 4, MS,
						  &out),
				 NSC_OFFER_READY);
		ck_assert_int_eq(nsc_stream_consume(pool, &s[i], 0, 0, &out), NSC_OFFER_HELD);
	}
	ck_assert_uint_eq(nsc_pool_holders(pool), 64);
	ck_assert_uint_eq(nsc_pool_stats(pool)->held, 64 * 4);
	ck_assert_uint_eq(nsc_pool_stats(pool)->memory_overflows, 1000 - 64);
	ck_assert_ptr_eq(nsc_pool_turn(pool, MS), &s[1000 - 64]);
	give(&s[0], 11, "more");
	ck_assert_int_eq(gaps, 1);
	GOT("more");
	give(&s[999], 11, "more");
	GOT("morehalfmore");
	for (int i = 0; i < 1000; i++)
		nsc_stream_release(pool, &s[i]);
	ck_assert_uint_eq(nsc_pool_stats(pool)->held, 0);
	ck_assert_uint_eq(nsc_pool_holders(pool), 0);
	/* one side alone that needs more than the pool has */
	memset(s, 0, sizeof s[0]);
	make(1 << 20, 64 * 2048, NSC_OVERLAP_FIRST, NSC_OVERFLOW_DROP_FLOW);
	nsc_stream_start(s, 0);
	ck_assert_int_eq(nsc_stream_offer(pool, s, 10, (uint8_t *)got, 200000, 200000, MS, &out),
			 NSC_OFFER_OVERFLOW);
	nsc_stream_release(pool, s);
}
END_TEST

/*
 * A random stream, cut, repeated, reordered, read in random bites with random
 * skips: what was not skipped equals the original.
 */
static void
shuffle(unsigned seed)
{
	enum { TOTAL = 20000, CUTS = 400 };
	static uint8_t original[TOTAL];
	struct { uint32_t at, len; } cut[CUTS];
	struct nsc_stream s = {0};
	uint32_t isn, read = 0, n = 0, at = 0;

	srand(seed);
	isn = seed % 3 == 0 ? (uint32_t)-(rand() % TOTAL) : (uint32_t)rand() * 2u;
	for (int i = 0; i < TOTAL; i++)
		original[i] = (uint8_t)rand();
	while (at < TOTAL && n < CUTS - 1) {		/* covers all ... */
		uint32_t len = 1 + (uint32_t)rand() % (rand() % 4 ? 200 : 3000);

		if (len > TOTAL - at || n == CUTS - 100)
			len = TOTAL - at;
		cut[n].at = at;
		cut[n++].len = len;
		at += len;
	}
	while (n < CUTS - 20) {				/* ... and some twice, anywhere */
		cut[n].at = (uint32_t)rand() % TOTAL;
		cut[n].len = 1 + (uint32_t)rand() % (TOTAL - cut[n].at);
		cut[n].len = cut[n].len > 1460 ? 1460 : cut[n].len;
		n++;
	}
	for (uint32_t i = 0; i < n; i++) {
		uint32_t reach = seed % 2 ? n : 8, k = i + (uint32_t)rand() % reach;
		uint32_t a = cut[i].at, l = cut[i].len;

		if (k >= n)
			k = n - 1;
		cut[i] = cut[k];
		cut[k].at = a;
		cut[k].len = l;
	}
	nsc_stream_start(&s, isn);
	for (uint32_t i = 0; i < n; i++) {
		struct nsc_bytes out;
		uint8_t *copy = malloc(cut[i].len);
		enum nsc_offer r;

		memcpy(copy, original + cut[i].at, cut[i].len);
		r = nsc_stream_offer(pool, &s, isn + 1 + cut[i].at, copy, cut[i].len, cut[i].len,
				     MS, &out);
		while (r == NSC_OFFER_READY) {
			uint32_t have = (uint32_t)nsc_bytes_left(&out), take, skip = 0;

			ck_assert(!s.gap);
			ck_assert_uint_gt(have, 0);
			ck_assert_uint_le(read + have, TOTAL);
			ck_assert_mem_eq(out.p, original + read, have);
			take = i + 1 == n || rand() % 4 ? have : (uint32_t)rand() % have;
			if (rand() % 8 == 0 && take < have)
				skip = 1 + (uint32_t)rand() % 2000;
			if (skip > TOTAL - read - take)
				skip = TOTAL - read - take;
			read += take;
			r = nsc_stream_consume(pool, &s, take, skip, &out);
			read += skip;
		}
		ck_assert_int_eq(r, NSC_OFFER_HELD);
		free(copy);
	}
	ck_assert_uint_eq(s.next - isn - 1 + s.ready + s.skip, TOTAL);
	ck_assert_uint_eq(nsc_pool_stats(pool)->inconsistent, 0);
	ck_assert_uint_eq(nsc_pool_stats(pool)->gaps, 0);
	nsc_stream_release(pool, &s);
	ck_assert_uint_eq(nsc_pool_stats(pool)->held, 0);
}

START_TEST(row_1_17_random)
{
	for (unsigned i = 0; i < 40; i++)
		shuffle((unsigned)_i * 40 + i);
}
END_TEST

START_TEST(limits_of_the_configuration)
{
	struct nsc_reassembly_config cfg = {.memory = 1 << 20};
	struct nsc_pool *p = NULL;

	ck_assert_int_lt(nsc_pool_new(&p, &cfg), 0);
	ck_assert_ptr_null(p);
	nsc_pool_free(NULL);
}
END_TEST

RUN_TESTS("reassembly", setup, teardown, ONCE(in_order),
	  ONCE(midstream_starts_with_its_first_segment), ONCE(row_1_17_wrap),
	  ONCE(row_1_17_as_tshark), ONCE(row_1_17_first_copy_counts),
	  ONCE(row_1_17_last_copy_counts), ONCE(equal_copies_are_consistent),
	  ONCE(left_octets_come_again_with_more), ONCE(one_run), ONCE(skip_holds_nothing),
	  ONCE(skip_five_gigabytes), ONCE(skip_within_what_was_shown_and_held),
	  ONCE(hole_is_given_up_after_its_time), ONCE(hole_and_a_clock_set_back),
	  ONCE(not_captured_is_a_gap_at_once), ONCE(row_1_18_sliding),
	  ONCE(row_1_18_drop_flow), ONCE(reader_without_progress_loses_octets),
	  ONCE(single_octets), ONCE(row_1_18_memory), ROWS(row_1_17_random, 10),
	  ONCE(limits_of_the_configuration))
