/* SPDX-License-Identifier: MIT */
/* Levels by port, and the ends of certificates that fill them. */
#include <check.h>
#include <string.h>

#include "engine/expiry.h"
#include "suite.h"

static uint64_t cell[NSC_PORTS * NSC_PORTS_WIDTH], other[NSC_PORTS * NSC_PORTS_WIDTH];

#define SECOND UINT64_C(1000000000)
#define HOUR (3600 * SECOND)
#define NOW (1790000000 * SECOND)	/* 2026-09-21 */

static void
clear(void)
{
	memset(cell, 0, sizeof cell);
	memset(other, 0, sizeof other);
}

/* The value of a port; absent: -99999. */
static long long
value(const uint64_t *c, unsigned port)
{
	int i;
	unsigned p = 0;

	while ((i = nsc_ports_next(c, p)) >= 0) {
		ck_assert_uint_gt(c[2 * i], p);
		p = (unsigned)c[2 * i];
		if (p == port)
			return (long long)c[2 * i + 1];
	}
	return -99999;
}

START_TEST(rows_are_set_and_unset)
{
	ck_assert(nsc_ports_set(cell, 443, 7));
	ck_assert(nsc_ports_set(cell, 443, -1));
	ck_assert(nsc_ports_set(cell, 65535, 0));
	ck_assert(!nsc_ports_set(cell, 0, 5));
	ck_assert_uint_eq(nsc_ports_count(cell), 2);
	ck_assert_int_eq(value(cell, 443), -1);
	ck_assert_int_eq(value(cell, 65535), 0);
	nsc_ports_unset(cell, 443);
	nsc_ports_unset(cell, 443);
	nsc_ports_unset(cell, 0);
	ck_assert_uint_eq(nsc_ports_count(cell), 1);
	ck_assert_int_eq(value(cell, 443), -99999);
}
END_TEST

START_TEST(the_lowest_stay_when_there_is_no_room)
{
	unsigned p;

	for (p = 1; p <= NSC_PORTS; p++)
		ck_assert(nsc_ports_set(cell, (uint16_t)p, (int)p * 10));
	ck_assert(!nsc_ports_set(cell, 100, 160));
	ck_assert_int_eq(value(cell, 16), 160);
	ck_assert(!nsc_ports_set(cell, 100, 5));
	ck_assert_int_eq(value(cell, 16), -99999);
	ck_assert_int_eq(value(cell, 100), 5);
	ck_assert(nsc_ports_set(cell, 15, 1000));	/* one that is there always changes */
	ck_assert_uint_eq(nsc_ports_count(cell), NSC_PORTS);
}
END_TEST

START_TEST(merging_keeps_the_lower_value_and_trusts_nothing)
{
	nsc_ports_set(cell, 443, 30);
	nsc_ports_set(other, 443, 20);
	nsc_ports_set(other, 993, 5);
	nsc_ports_merge(cell, other);
	ck_assert_int_eq(value(cell, 443), 20);
	ck_assert_int_eq(value(cell, 993), 5);
	memset(other, 0xff, sizeof other);	/* no port is that large */
	other[0] = 25;
	other[1] = UINT64_C(1) << 63;
	nsc_ports_merge(cell, other);
	ck_assert_uint_eq(nsc_ports_count(cell), 3);
	ck_assert_int_eq(value(cell, 25), -1000000000);
}
END_TEST

START_TEST(whole_days_until_the_earliest_end)
{
	static struct nsc_expiry x;
	int64_t now = NOW / SECOND;

	memset(&x, 0, sizeof x);
	ck_assert(nsc_expiry_note(&x, 443, now + 86400 * 30 + 5, NOW, false));
	ck_assert(nsc_expiry_note(&x, 443, now + 86400 * 10 - 7200, NOW, false));
	ck_assert(nsc_expiry_note(&x, 993, now - 1, NOW, false));
	ck_assert(nsc_expiry_note(&x, 25, INT64_MAX, NOW, false));
	ck_assert(nsc_expiry_note(&x, 26, INT64_MIN, NOW, false));
	ck_assert(!nsc_expiry_note(&x, 0, now, NOW, false));
	nsc_expiry_fill(&x, NOW, cell);
	ck_assert_int_eq(value(cell, 443), 9);	/* and 22 hours */
	ck_assert_int_eq(value(cell, 993), -1);
	ck_assert(value(cell, 25) > 1000000);
	ck_assert(value(cell, 26) < -1000000);
	nsc_expiry_fill(&x, NOW + 23 * HOUR, cell);	/* time goes on without certificates */
	ck_assert_int_eq(value(cell, 443), 8);
	nsc_expiry_fill(&x, NOW + 24 * HOUR, cell);
	ck_assert_uint_eq(nsc_ports_count(cell), 0);
}
END_TEST

START_TEST(servers_of_this_host_come_first)
{
	static struct nsc_expiry x;
	int64_t now = NOW / SECOND;
	unsigned port;

	memset(&x, 0, sizeof x);
	for (port = 1; port <= NSC_PORTS; port++)
		ck_assert(nsc_expiry_note(&x, (uint16_t)port, now + 86400 * 5, NOW, false));
	ck_assert(!nsc_expiry_note(&x, 443, now + 86400 * 5, NOW, false));
	ck_assert(nsc_expiry_note(&x, 443, now + 86400 * 50, NOW, true));	/* another goes */
	ck_assert(nsc_expiry_note(&x, 443, now + 86400 * 5, NOW, false));	/* not ours */
	ck_assert(nsc_expiry_note(&x, 16, now + 86400 * 60, NOW, true));	/* takes the port over */
	nsc_expiry_fill(&x, NOW, cell);
	ck_assert_uint_eq(nsc_ports_count(cell), NSC_PORTS);
	ck_assert_int_eq(value(cell, 443), 50);
	ck_assert_int_eq(value(cell, 16), 60);
	ck_assert_int_eq(value(cell, 2), 5);
}
END_TEST

START_TEST(a_renewed_certificate_counts_within_two_hours)
{
	static struct nsc_expiry x;
	int64_t now = NOW / SECOND;
	unsigned minutes;

	memset(&x, 0, sizeof x);
	nsc_expiry_note(&x, 443, now + 86400, NOW, false);
	for (minutes = 1; minutes <= 120; minutes++)
		nsc_expiry_note(&x, 443, now + 86400 * 91, NOW + minutes * 60 * SECOND, false);
	nsc_expiry_fill(&x, NOW + 2 * HOUR, cell);
	ck_assert_int_eq(value(cell, 443), 90);
	/* A second name that is asked for every 50 minutes is never forgotten. */
	for (minutes = 121; minutes < 600; minutes++) {
		nsc_expiry_note(&x, 443, now + 86400 * (minutes % 50 == 0 ? 5 : 91),
				NOW + minutes * 60 * SECOND, false);
		nsc_expiry_fill(&x, NOW + minutes * 60 * SECOND, cell);
		ck_assert(minutes < 150 || value(cell, 443) == 4);
	}
}
END_TEST

START_TEST(sixteen_ports_and_no_more)
{
	static struct nsc_expiry x;
	int64_t now = NOW / SECOND;
	unsigned p;

	memset(&x, 0, sizeof x);
	for (p = 1; p <= 16; p++)
		ck_assert(nsc_expiry_note(&x, (uint16_t)p, now + 86400, NOW + p, false));
	ck_assert(!nsc_expiry_note(&x, 17, now + 86400, NOW + HOUR, false));
	ck_assert(nsc_expiry_note(&x, 17, now + 86400, NOW + HOUR + 1, false));	/* port 1 had rest */
	nsc_expiry_fill(&x, NOW + HOUR, cell);
	ck_assert_uint_eq(nsc_ports_count(cell), 16);
	ck_assert_int_eq(value(cell, 1), -99999);
	ck_assert_int_eq(value(cell, 17), 0);
}
END_TEST

RUN_TESTS("ports", clear, NULL, ONCE(rows_are_set_and_unset),
	  ONCE(the_lowest_stay_when_there_is_no_room),
	  ONCE(merging_keeps_the_lower_value_and_trusts_nothing),
	  ONCE(whole_days_until_the_earliest_end), ONCE(servers_of_this_host_come_first),
	  ONCE(a_renewed_certificate_counts_within_two_hours),
	  ONCE(sixteen_ports_and_no_more))
