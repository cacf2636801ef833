/* SPDX-License-Identifier: MIT */
/* Comparisons with octets of which not everything is known. */
#include <arpa/inet.h>
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "host/ternary.h"
#include "suite.h"

static const struct nsc_doubt public4 = {NSC_SOURCE_PUBLIC, 4};
static const struct nsc_doubt private4 = {NSC_SOURCE_PRIVATE, 4};
static const struct nsc_doubt public6 = {NSC_SOURCE_PUBLIC, 16};
static const struct nsc_doubt private6 = {NSC_SOURCE_PRIVATE, 16};

/* Each range is of whole prefixes: what is within is read off RFC 6890's table. */
static const struct {
	const char *low, *high;
	enum nsc_ternary of_public, of_private;
} ranges[] = {
	{"0.0.0.0", "255.255.255.255", NSC_YES, NSC_YES},
	{"10.0.0.0", "10.255.255.255", NSC_NO, NSC_MAYBE},
	{"9.255.255.255", "10.255.255.255", NSC_MAYBE, NSC_MAYBE},
	{"10.0.0.0", "11.0.0.0", NSC_MAYBE, NSC_MAYBE},
	{"172.16.0.0", "172.31.255.255", NSC_NO, NSC_MAYBE},
	{"172.16.0.0", "172.32.0.0", NSC_MAYBE, NSC_MAYBE},
	{"192.168.0.0", "192.168.255.255", NSC_NO, NSC_MAYBE},
	{"100.64.0.0", "100.127.255.255", NSC_NO, NSC_MAYBE},
	{"127.0.0.0", "127.255.255.255", NSC_NO, NSC_NO},
	{"169.254.0.0", "169.254.255.255", NSC_NO, NSC_NO},
	{"224.0.0.0", "239.255.255.255", NSC_NO, NSC_NO},
	{"203.0.113.0", "203.0.113.255", NSC_MAYBE, NSC_NO},	/* documentation counts as public */
	{"240.0.0.0", "255.255.255.254", NSC_MAYBE, NSC_NO},	/* and so does what is reserved */
	{"1.0.0.0", "223.255.255.255", NSC_MAYBE, NSC_YES},	/* without 240.0.0.0/4 */
	{"1.0.0.0", "255.255.255.254", NSC_YES, NSC_YES},
	{"8.8.8.8", "8.8.8.8", NSC_MAYBE, NSC_NO},
	{"8.8.8.9", "8.8.8.8", NSC_NO, NSC_NO},			/* nothing is in it */
	{"::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NSC_YES, NSC_YES},
	{"fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NSC_NO, NSC_YES},
	{"fd00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NSC_NO, NSC_MAYBE},
	{"fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NSC_NO, NSC_NO},
	{"2000::", "3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NSC_MAYBE, NSC_NO},
	{"::1", "::1", NSC_NO, NSC_NO},
};

START_TEST(sources_within_a_range)
{
	int family = strchr(ranges[_i].low, ':') != NULL ? AF_INET6 : AF_INET;
	unsigned octets = family == AF_INET6 ? 16 : 4;
	uint8_t low[16], high[16];

	ck_assert_int_eq(inet_pton(family, ranges[_i].low, low), 1);
	ck_assert_int_eq(inet_pton(family, ranges[_i].high, high), 1);
	ck_assert_int_eq(nsc_source_within(NSC_SOURCE_PUBLIC, octets, low, high),
			 ranges[_i].of_public);
	ck_assert_int_eq(nsc_source_within(NSC_SOURCE_PRIVATE, octets, low, high),
			 ranges[_i].of_private);
}
END_TEST

/* A register that holds the source address, its octets masked. */
static struct nsc_knowledge
source(unsigned octets, const uint8_t *masked)
{
	struct nsc_knowledge k = {0};

	for (unsigned i = 0; i < octets; i++) {
		k.source[i] = (uint8_t)(i + 1);
		k.masked[i] = masked != NULL ? masked[i] : 0;
	}
	return k;
}

START_TEST(a_masked_source_is_a_prefix)
{
	static const uint8_t eight[4] = {0, 0xff, 0xff, 0xff}, hole[4] = {0xf0, 0xff, 0, 0};
	struct nsc_knowledge k = source(4, eight);

	ck_assert_int_eq(nsc_known_equal(&k, 0, 4, (uint8_t[]){10, 0, 0, 0}, &public4), NSC_NO);
	ck_assert_int_eq(nsc_known_equal(&k, 0, 4, (uint8_t[]){10, 0, 0, 0}, &private4), NSC_MAYBE);
	ck_assert_int_eq(nsc_known_equal(&k, 0, 4, (uint8_t[]){8, 0, 0, 0}, &private4), NSC_NO);
	ck_assert_int_eq(nsc_known_equal(&k, 0, 4, (uint8_t[]){8, 0, 0, 1}, &public4), NSC_NO);
	k = source(4, hole);
	ck_assert_int_eq(nsc_known_equal(&k, 0, 4, (uint8_t[]){0, 0, 0, 1}, &public4), NSC_MAYBE);
}
END_TEST

/* nft loads as many octets as the prefix has. */
START_TEST(the_first_octets_of_a_source_are_a_prefix)
{
	struct nsc_knowledge k = source(16, NULL);

	ck_assert_int_eq(nsc_known_equal(&k, 0, 1, (uint8_t[]){0xfd}, &public6), NSC_NO);
	ck_assert_int_eq(nsc_known_equal(&k, 0, 1, (uint8_t[]){0xfd}, &private6), NSC_MAYBE);
	ck_assert_int_eq(nsc_known_equal(&k, 0, 2, (uint8_t[]){0x20, 0x01}, &public6), NSC_MAYBE);
	ck_assert_int_eq(nsc_known_equal(&k, 0, 2, (uint8_t[]){0x20, 0x01}, &private6), NSC_NO);
}
END_TEST

START_TEST(octets_known_in_part)
{
	struct nsc_knowledge k = {0};
	static const uint8_t zero[2] = {0, 0}, top[2] = {0xff, 0xff};

	nsc_know(&k, 0, (uint8_t[]){0x02}, 1);
	k.known[0] = 0x3f;		/* TCP flags of a SYN */
	ck_assert_int_eq(nsc_known_equal(&k, 0, 1, (uint8_t[]){0x02}, &public4), NSC_MAYBE);
	ck_assert_int_eq(nsc_known_equal(&k, 0, 1, (uint8_t[]){0x12}, &public4), NSC_NO);
	nsc_know_nothing(&k, 4, 2);
	ck_assert_int_eq(nsc_known_within(&k, 4, 2, zero, top, &public4), NSC_YES);
	ck_assert_int_eq(nsc_known_within(&k, 4, 2, (uint8_t[]){4, 0}, top, &public4), NSC_MAYBE);
	nsc_know(&k, 4, (uint8_t[]){0, 80}, 2);
	ck_assert_int_eq(nsc_known_within(&k, 4, 2, (uint8_t[]){0, 80}, top, &public4), NSC_YES);
	ck_assert_int_eq(nsc_known_within(&k, 4, 2, (uint8_t[]){0, 81}, top, &public4), NSC_NO);
	ck_assert_int_eq(nsc_known_equal(&k, 63, 2, zero, &public4), NSC_MAYBE);
}
END_TEST

RUN_TESTS("ternary", NULL, NULL,
	  ROWS(sources_within_a_range, sizeof ranges / sizeof ranges[0]),
	  ONCE(a_masked_source_is_a_prefix),
	  ONCE(the_first_octets_of_a_source_are_a_prefix), ONCE(octets_known_in_part))
