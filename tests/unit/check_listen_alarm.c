/* SPDX-License-Identifier: MIT */
/* features.md, gap 6: a listener's coming, going and changing is told once, a restart never. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "engine/listen_alarm.h"
#include "suite.h"

static struct nsc_listen_alarm state;
static struct nsc_alarm heard[32];
static unsigned count;
static const char *rows[NSC_LISTEN_KNOWN];
static unsigned listening;

static void
clear(void)
{
	memset(&state, 0, sizeof state);
	count = listening = 0;
}

static void
hear(void *arg, const struct nsc_alarm *a)
{
	(void)arg;
	ck_assert_uint_lt(count, 32);
	ck_assert_str_eq(a->family, "listen");
	ck_assert_str_eq(a->type, "bool");
	ck_assert_uint_lt(strlen(a->text), 200);	/* collectd's NOTIF_MAX_MSG_LEN is 256 */
	heard[count++] = *a;
}

static void
level(const char *family, const char *type, const char *value, double n)
{
	nsc_listen_alarm_sample(&state, &(struct nsc_sample){.family = family, .group = "",
							     .type = type, .value = value,
							     .count = 1, .level = {n, 0}});
}

/* One read of the rows that stand there; the number of alarms. */
static unsigned
read_one(void)
{
	unsigned i;

	count = 0;
	for (i = 0; i < listening; i++)
		level("listen", "bool", rows[i], 1);
	level("self", "bool", "source_sockets", 1);
	level("self", "count", "listeners_suppressed", 0);
	nsc_listen_alarm_tell(&state, hear, NULL);
	return count;
}

static unsigned
read_of(const char *row)
{
	rows[0] = row;
	listening = row != NULL;
	return read_one();
}

START_TEST(gap_6_what_was_there_at_first_is_no_news)
{
	ck_assert_uint_eq(read_of("tcp-22-ipv4-public-sshd-exposed"), 0);
	ck_assert_uint_eq(read_of("tcp-22-ipv4-public-sshd-exposed"), 0);
}
END_TEST

START_TEST(gap_6_a_new_listener_is_told_once)
{
	read_of(NULL);
	ck_assert_uint_eq(read_of("tcp-80-ipv4-public-nginx-exposed"), 1);
	ck_assert_int_eq(heard[0].severity, NSC_ALARM_WARNING);
	ck_assert_str_eq(heard[0].value, "tcp-80-ipv4-public-nginx-exposed");
	ck_assert_str_eq(heard[0].text, "tcp 80 (public) of nginx: new listener, exposed");
	ck_assert_uint_eq(read_of("tcp-80-ipv4-public-nginx-exposed"), 0);
	/* Another family, another socket of it: the same listener. */
	rows[1] = "tcp-80-ipv6-public-nginx-exposed";
	listening = 2;
	ck_assert_uint_eq(read_one(), 0);
}
END_TEST

START_TEST(gap_6_what_only_this_host_reaches_is_for_the_record)
{
	read_of(NULL);
	ck_assert_uint_eq(read_of("udp-53-ipv4-loopback-unbound-local_only"), 1);
	ck_assert_int_eq(heard[0].severity, NSC_ALARM_OKAY);
}
END_TEST

START_TEST(gap_6_a_restart_is_no_news)
{
	const char *row = "tcp-80-dual-public-nginx-exposed";
	unsigned i;

	read_of(row);
	for (i = 1; i < NSC_LISTEN_GONE; i++)
		ck_assert_uint_eq(read_of(NULL), 0);
	ck_assert_uint_eq(read_of(row), 0);
	for (i = 1; i < NSC_LISTEN_GONE; i++)
		ck_assert_uint_eq(read_of(NULL), 0);
	ck_assert_uint_eq(read_of(NULL), 1);
	ck_assert_str_eq(heard[0].text, "tcp 80 (public) of nginx: listens no more");
	ck_assert_uint_eq(read_of(NULL), 0);
	ck_assert_uint_eq(read_of(row), 1);
}
END_TEST

START_TEST(gap_6_an_exposure_that_changes_is_told)
{
	read_of("tcp-80-dual-public-nginx-lan_only");
	ck_assert_uint_eq(read_of("tcp-80-dual-public-nginx-exposed"), 1);
	ck_assert_int_eq(heard[0].severity, NSC_ALARM_WARNING);
	ck_assert_str_eq(heard[0].text, "tcp 80 (public) of nginx: exposed, was lan_only");
	ck_assert_uint_eq(read_of("tcp-80-dual-public-nginx-exposed"), 0);
	ck_assert_uint_eq(read_of("tcp-80-dual-public-nginx-lan_only"), 1);
	ck_assert_int_eq(heard[0].severity, NSC_ALARM_OKAY);
	/* Of several rows the most exposed one counts. */
	rows[1] = "tcp-80-ipv6-public-nginx-unknown";
	listening = 2;
	ck_assert_uint_eq(read_one(), 1);
	ck_assert_str_eq(heard[0].value, rows[1]);
}
END_TEST

START_TEST(gap_6_another_executable_is_a_new_owner)
{
	read_of("tcp-80-dual-public-nginx-exposed");
	ck_assert_uint_eq(read_of("tcp-80-dual-public-nc-exposed"), 1);
	ck_assert_str_eq(heard[0].text, "tcp 80 (public) of nc: new owner, was nginx");
	ck_assert_uint_eq(read_of("tcp-80-dual-public-nc-exposed"), 0);
	ck_assert_uint_eq(read_of("tcp-80-dual-public-nc-exposed"), 0);
	ck_assert_uint_eq(read_of("tcp-80-dual-public-nc-exposed"), 0);
	/* Two that share a port are two. */
	rows[1] = "tcp-80-dual-public-nginx-exposed";
	listening = 2;
	ck_assert_uint_eq(read_one(), 1);
	ck_assert_str_eq(heard[0].text, "tcp 80 (public) of nginx: new listener, exposed");
}
END_TEST

START_TEST(gap_6_an_owner_that_becomes_known_is_no_news)
{
	read_of(NULL);
	ck_assert_uint_eq(read_of("tcp-80-dual-public-unknown-exposed"), 1);
	ck_assert_uint_eq(read_of("tcp-80-dual-public-nginx-exposed"), 0);
	ck_assert_uint_eq(read_of("tcp-80-dual-public-unknown-exposed"), 0);
	ck_assert_uint_eq(read_of("tcp-80-dual-public-nginx-exposed"), 0);
}
END_TEST

START_TEST(a_source_that_is_off_says_nothing)
{
	unsigned i;

	read_of("tcp-22-ipv4-public-sshd-exposed");
	for (i = 0; i < 2 * NSC_LISTEN_GONE; i++) {
		count = 0;
		level("self", "bool", "source_sockets", 0);
		nsc_listen_alarm_tell(&state, hear, NULL);
		ck_assert_uint_eq(count, 0);
	}
	ck_assert_uint_eq(read_of("tcp-22-ipv4-public-sshd-exposed"), 0);
}
END_TEST

START_TEST(what_the_cap_pushed_out_is_not_gone)
{
	unsigned i;

	read_of("udp-9999-ipv4-public-late-exposed");
	for (i = 0; i < 2 * NSC_LISTEN_GONE; i++) {
		count = 0;
		level("self", "bool", "source_sockets", 1);
		level("self", "count", "listeners_suppressed", 1);
		nsc_listen_alarm_tell(&state, hear, NULL);
		ck_assert_uint_eq(count, 0);
	}
}
END_TEST

START_TEST(many_at_once_are_a_few_and_a_sum)
{
	static char text[200][NSC_LISTEN_KEY];
	unsigned i;

	read_of(NULL);
	for (i = 0; i < 200; i++) {
		snprintf(text[i], sizeof text[i], "tcp-%u-ipv4-public-x-exposed", 1000 + i);
		rows[i] = text[i];
	}
	listening = 200;
	ck_assert_uint_eq(read_one(), NSC_LISTEN_ALARMS + 1);
	ck_assert_str_eq(heard[NSC_LISTEN_ALARMS].text, "listeners: 184 more came, went or changed");
	ck_assert_uint_eq(read_one(), 0);
}
END_TEST

START_TEST(odd_rows_are_left_out)
{
	char long_row[100];

	memset(long_row, 'a', sizeof long_row);
	long_row[sizeof long_row - 1] = '\0';
	read_of(NULL);
	ck_assert_uint_eq(read_of(long_row), 0);
	ck_assert_uint_eq(read_of(""), 0);
	ck_assert_uint_eq(read_of("tcp-80-dual-public-nginx"), 0);
	ck_assert_uint_eq(read_of("tcp-80-dual-public-nginx-exposed-more"), 0);
}
END_TEST

RUN_TESTS("listen_alarm", clear, NULL, ONCE(gap_6_what_was_there_at_first_is_no_news),
	  ONCE(gap_6_a_new_listener_is_told_once),
	  ONCE(gap_6_what_only_this_host_reaches_is_for_the_record),
	  ONCE(gap_6_a_restart_is_no_news), ONCE(gap_6_an_exposure_that_changes_is_told),
	  ONCE(gap_6_another_executable_is_a_new_owner),
	  ONCE(gap_6_an_owner_that_becomes_known_is_no_news),
	  ONCE(a_source_that_is_off_says_nothing),
	  ONCE(what_the_cap_pushed_out_is_not_gone), ONCE(many_at_once_are_a_few_and_a_sum),
	  ONCE(odd_rows_are_left_out))
