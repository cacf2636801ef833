/* SPDX-License-Identifier: MIT */
/*
 * The kernel's counters (features.md, row 2.7): as proc(5) writes them, and of real traffic in
 * a namespace of its own, by what was sent.
 */
#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engine/census.h"
#include "host/counters.h"
#include "suite.h"

static struct nsc_counters p;

static const char *
name(unsigned n)
{
	static const char *const names[] = {"TcpRetransSegs", "UdpNoPorts", "TcpMaxConn",
					    "TcpExtListenDrops", "Udp6NoPorts"};

	return n < sizeof names / sizeof *names ? names[n] : NULL;
}

static void
setup(void)
{
	nsc_counters_want(&p, name);
	p.bits = 64;
}

static const struct nsc_counter *
counter(const char *text)
{
	for (unsigned i = 0; i < p.count; i++)
		if (strcmp(p.counter[i].name, text) == 0)
			return &p.counter[i];
	ck_abort_msg("%s", text);
}

static void
pairs(const char *text)
{
	nsc_counters_pairs(&p, text, strlen(text));
}

static uint64_t
no_ports(const char *first, const char *second)
{
	char text[128];

	snprintf(text, sizeof text, "Udp: InDatagrams NoPorts\nUdp: 9 %s\n", first);
	pairs(text);
	snprintf(text, sizeof text, "Udp: InDatagrams NoPorts\nUdp: 9 %s\n", second);
	pairs(text);
	return counter("UdpNoPorts")->sum;
}

START_TEST(the_first_reading_is_where_it_begins)
{
	pairs("Tcp: MaxConn RetransSegs\nTcp: -1 70\nUdp: NoPorts\nUdp: 5\n");
	ck_assert(counter("TcpRetransSegs")->met);
	ck_assert_uint_eq(counter("TcpRetransSegs")->last, 70);
	ck_assert_uint_eq(counter("TcpRetransSegs")->sum, 0);
	ck_assert(!counter("TcpMaxConn")->met);		/* no number of events */
	ck_assert(!counter("TcpExtListenDrops")->met);
	pairs("Tcp: RetransSegs\nTcp: 73\nTcpExt: ListenDrops\nTcpExt: 1\n");
	ck_assert_uint_eq(counter("TcpRetransSegs")->sum, 3);
	ck_assert_uint_eq(counter("TcpExtListenDrops")->sum, 0);
	nsc_counters_names(&p, "Udp6NoPorts \t7\n", 15);
	nsc_counters_names(&p, "Udp6NoPorts \t9", 14);
	ck_assert_uint_eq(counter("Udp6NoPorts")->sum, 2);
}
END_TEST

START_TEST(one_that_falls_begins_anew)
{
	ck_assert_uint_eq(no_ports("1000", "4"), 0);
	ck_assert_uint_eq(no_ports("10", "12"), 6 + 2);
}
END_TEST

START_TEST(one_of_32_bits_wraps)
{
	p.bits = 32;
	ck_assert_uint_eq(no_ports("4294967290", "4"), 10);
}
END_TEST

START_TEST(one_of_64_bits_does_not)
{
	ck_assert_uint_eq(no_ports("4294967290", "4294967300"), 10);
	setup();
	ck_assert_uint_eq(no_ports("18446744073709551000", "18446744073709551001"), 1);
}
END_TEST

START_TEST(lines_that_do_not_fit)
{
	pairs("Udp: NoPorts InErrors\nUdp: 1\n");	/* a value short */
	ck_assert_uint_eq(counter("UdpNoPorts")->last, 1);
	pairs("Udp: NoPorts\nTcp: 2\n");		/* another's values */
	pairs("Udp NoPorts\nUdp 3\n");
	pairs("Udp: NoPorts\nUdp: 4x\n");
	pairs("Udp: NoPorts\nUdp: 99999999999999999999\n");
	pairs("Udp: NoPorts\n");
	pairs("Udp: XNoPorts NoPortsX\nUdp: 5 5\n");
	ck_assert_uint_eq(counter("UdpNoPorts")->last, 1);
	pairs("Udp: NoPorts\nUdp: 2");			/* no newline at the end */
	ck_assert_uint_eq(counter("UdpNoPorts")->last, 2);
}
END_TEST

/* --- the kernel itself ---------------------------------------------------------------- */

static void
lo_up(void)
{
	struct ifreq r = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
	int s = socket(AF_INET, SOCK_DGRAM, 0);

	ck_assert_int_ge(s, 0);
	ck_assert_int_eq(ioctl(s, SIOCSIFFLAGS, &r), 0);
	close(s);
}

/* Nobody is at port 9; n datagrams of one socket each, so that no refusal is in the way. */
static void
datagrams(int family, int n)
{
	struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons(9),
				   .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(9),
				   .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	const struct sockaddr *to = family == AF_INET ? (const void *)&four : (const void *)&six;
	socklen_t len = family == AF_INET ? sizeof four : sizeof six;

	for (int i = 0; i < n; i++) {
		int s = socket(family, SOCK_DGRAM, 0);

		ck_assert_int_ge(s, 0);
		ck_assert_int_eq(sendto(s, "x", 1, 0, to, len), 1);
		close(s);
	}
}

static void
refused(int n)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(9),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

	for (int i = 0; i < n; i++) {
		int s = socket(AF_INET, SOCK_STREAM, 0);

		ck_assert_int_lt(connect(s, (const struct sockaddr *)&to, sizeof to), 0);
		ck_assert_int_eq(errno, ECONNREFUSED);
		close(s);
	}
}

START_TEST(row_2_7_real_traffic_of_both_families)
{
	char err[NSC_ERR] = "";

	nsc_counters_want(&p, nsc_census_counter);
	ck_assert_uint_eq(p.count, NSC_COUNT_KERNEL);
	/* In the namespace of all others go on, too: then it is read alone. */
	if (unshare(CLONE_NEWNET) < 0) {
		ck_assert_int_eq(nsc_counters_read(&p, err), 0);
		ck_assert(counter("TcpOutSegs")->met);
		return;
	}
	lo_up();
	datagrams(AF_INET, 1);
	ck_assert_msg(nsc_counters_read(&p, err) == 0, "%s", err);
	for (unsigned i = 0; i < p.count; i++)
		ck_assert_msg(p.counter[i].sum == 0, "%s", p.counter[i].name);
	ck_assert_uint_eq(counter("UdpNoPorts")->last, 1);
	datagrams(AF_INET, 5);
	if (counter("Udp6NoPorts")->met)
		datagrams(AF_INET6, 7);
	refused(3);
	ck_assert_msg(nsc_counters_read(&p, err) == 0, "%s", err);
	ck_assert_uint_eq(counter("UdpNoPorts")->sum, 5);
	ck_assert_uint_eq(counter("Udp6NoPorts")->sum, counter("Udp6NoPorts")->met ? 7 : 0);
	ck_assert_uint_eq(counter("TcpActiveOpens")->sum, 3);
	ck_assert_uint_eq(counter("TcpAttemptFails")->sum, 3);
	ck_assert_uint_eq(counter("TcpOutRsts")->sum, 3);
	ck_assert_uint_eq(counter("TcpInSegs")->sum, 6);	/* three SYNs, three RSTs */
	ck_assert_uint_eq(counter("TcpPassiveOpens")->sum, 0);
	ck_assert_uint_eq(counter("UdpInErrors")->sum, 0);
}
END_TEST

RUN_TESTS("counters", setup, NULL, ONCE(the_first_reading_is_where_it_begins),
	  ONCE(one_that_falls_begins_anew), ONCE(one_of_32_bits_wraps),
	  ONCE(one_of_64_bits_does_not), ONCE(lines_that_do_not_fit),
	  ONCE(row_2_7_real_traffic_of_both_families))
