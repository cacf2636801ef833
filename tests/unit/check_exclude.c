/* SPDX-License-Identifier: MIT */
/* Option Exclude: features.md row 3.12. */
#include <check.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>

#include "scope/exclude.h"
#include "suite.h"

static struct nsc_excludes x;

static int
add(const char *prefix, const char *a, const char *b, const char *c)
{
	const char *ports[] = {a, b, c};
	size_t wrong;

	return nsc_exclude_add(&x, prefix, ports, (a != NULL) + (b != NULL) + (c != NULL), &wrong);
}

static void
begin(void)
{
	x.count = 0;
	ck_assert_int_eq(add("10.0.0.0/8", "80", "443-445", "udp 53"), 0);
	ck_assert_int_eq(add("192.0.2.7", NULL, NULL, NULL), 0);
	ck_assert_int_eq(add("2001:db8::/32", "tcp 8080", NULL, NULL), 0);
	ck_assert_int_eq(add("*", "udp 5353", "9100", NULL), 0);
	ck_assert_int_eq(add("198.51.100.0/24", "udp", NULL, NULL), 0);
	ck_assert_int_eq(add("::/0", "tcp 7000-7010", NULL, NULL), 0);
	ck_assert_int_eq(add("203.0.113.0/25", "tcp *", NULL, NULL), 0);
}

static const struct {
	uint8_t proto;
	const char *remote;
	uint16_t remote_port, local_port;
	bool excluded;
} row[] = {
	{IPPROTO_TCP, "10.1.2.3", 80, 40000, true},
	{IPPROTO_UDP, "10.1.2.3", 80, 40000, true},
	{IPPROTO_TCP, "10.1.2.3", 40000, 80, true},		/* at either end */
	{IPPROTO_TCP, "::ffff:10.1.2.3", 80, 40000, true},	/* v4 rule, mapped v6 */
	{IPPROTO_TCP, "10.255.255.255", 443, 40000, true},
	{IPPROTO_TCP, "10.0.0.0", 444, 40000, true},
	{IPPROTO_TCP, "10.0.0.0", 445, 40000, true},
	{IPPROTO_TCP, "10.0.0.0", 446, 40000, false},
	{IPPROTO_TCP, "10.0.0.0", 442, 40000, false},
	{IPPROTO_TCP, "11.0.0.0", 80, 40000, false},
	{IPPROTO_TCP, "9.255.255.255", 80, 40000, false},
	{IPPROTO_UDP, "10.1.2.3", 53, 40000, true},
	{IPPROTO_TCP, "10.1.2.3", 53, 40000, false},
	{IPPROTO_ICMP, "10.1.2.3", 80, 80, false},		/* these are no ports */
	{IPPROTO_TCP, "192.0.2.7", 1, 2, true},
	{IPPROTO_ICMP, "192.0.2.7", 0, 0, true},
	{IPPROTO_TCP, "192.0.2.6", 1, 2, false},
	{IPPROTO_TCP, "192.0.2.8", 1, 2, false},
	{IPPROTO_TCP, "2001:db8::1", 8080, 40000, true},
	{IPPROTO_UDP, "2001:db8::1", 8080, 40000, false},
	{IPPROTO_TCP, "2001:db9::1", 8080, 40000, false},
	{IPPROTO_UDP, "224.0.0.251", 5353, 5353, true},
	{IPPROTO_UDP, "ff02::fb", 5353, 5353, true},
	{IPPROTO_TCP, "8.8.8.8", 5353, 40000, false},
	{IPPROTO_TCP, "8.8.8.8", 40000, 9100, true},		/* * is every address, and every protocol */
	{IPPROTO_SCTP, "fe80::1", 9100, 40000, true},
	{IPPROTO_UDP, "198.51.100.1", 1, 65535, true},
	{IPPROTO_TCP, "198.51.100.1", 1, 65535, false},
	{IPPROTO_TCP, "2600::1", 7010, 40000, true},
	{IPPROTO_TCP, "8.8.8.8", 7010, 40000, false},		/* ::/0 is IPv6 */
	{IPPROTO_TCP, "203.0.113.127", 65535, 1, true},
	{IPPROTO_TCP, "203.0.113.128", 65535, 1, false},
	{IPPROTO_UDP, "203.0.113.127", 65535, 1, false},
	{IPPROTO_TCP, "8.8.8.8", 0, 0, false},
};

START_TEST(row_3_12_who_is_excluded)
{
	struct nsc_addr remote;

	ck_assert_int_eq(nsc_addr_parse(&remote, row[_i].remote), 0);
	ck_assert_msg(nsc_excluded(&x, row[_i].proto, &remote, row[_i].remote_port,
				   row[_i].local_port) == row[_i].excluded, "%s", row[_i].remote);
}
END_TEST

static const struct {
	const char *prefix, *port;
	size_t wrong;
} refused[] = {
	{"10.0.0.1/8", "80", 0}, {"10.0.0.0/33", "80", 0}, {"", "80", 0}, {"example", "80", 0},
	{"*", "0", 1}, {"*", "65536", 1}, {"*", "99999999999", 1}, {"*", "080", 1}, {"*", "445-443", 1},
	{"*", "443-", 1}, {"*", "-443", 1}, {"*", "443-0", 1}, {"*", "1-2-3", 1}, {"*", "http", 1},
	{"*", "sctp 80", 1}, {"*", "", 1}, {"*", " ", 1}, {"*", "80,443", 1}, {"*", "TCP 80", 1},
};

START_TEST(row_3_12_what_is_refused)
{
	const char *ports[] = {refused[_i].port};
	uint32_t before = x.count;
	size_t wrong = 99;

	ck_assert_int_eq(nsc_exclude_add(&x, refused[_i].prefix, ports, 1, &wrong), -EINVAL);
	ck_assert_uint_eq(wrong, refused[_i].wrong);
	ck_assert_uint_eq(x.count, before);
}
END_TEST

/* The command line gives words where a configuration gives values: the same. */
START_TEST(words_and_values)
{
	struct nsc_excludes values;

	x.count = 0;
	ck_assert_int_eq(add("*", "tcp 80 443-445 udp", "udp 53", NULL), 0);
	values = x;
	x.count = 0;
	ck_assert_int_eq(add("*", "tcp", "80", "443-445"), 0);
	ck_assert_uint_eq(x.count, 2);
	ck_assert_uint_eq(values.count, 4);	/* tcp 80; 443-445; udp; udp 53 */
	ck_assert_uint_eq(values.exclude[0].proto, IPPROTO_TCP);
	ck_assert_uint_eq(values.exclude[1].proto, 0);
	ck_assert_uint_eq(values.exclude[1].high, 445);
	ck_assert(!values.exclude[2].ports);
	ck_assert_uint_eq(values.exclude[3].low, 53);
	ck_assert_uint_eq(x.exclude[0].proto, IPPROTO_TCP);
	ck_assert_uint_eq(x.exclude[0].low, 80);
	ck_assert_uint_eq(x.exclude[1].proto, 0);
}
END_TEST

START_TEST(room)
{
	x.count = 0;
	for (unsigned i = 0; i < NSC_EXCLUDES; i++)
		ck_assert_int_eq(add("*", "80", NULL, NULL), 0);
	ck_assert_int_eq(add("*", "80", NULL, NULL), -ENOSPC);
	x.count--;
	ck_assert_int_eq(add("*", "80", "81", NULL), -ENOSPC);
	ck_assert_uint_eq(x.count, NSC_EXCLUDES - 1);	/* all or none */
}
END_TEST

RUN_TESTS("exclude", begin, NULL, ROWS(row_3_12_who_is_excluded, sizeof row / sizeof *row),
	  ROWS(row_3_12_what_is_refused, sizeof refused / sizeof *refused),
	  ONCE(words_and_values), ONCE(room))
