/* SPDX-License-Identifier: MIT */
/* Row 1.19: a trouble is told at its edges, each kind at most once a read. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "engine/alarm.h"
#include "suite.h"

static struct nsc_alarm_state state[NSC_ALARMS];
static struct nsc_alarm heard[16];
static unsigned count;

static void
clear(void)
{
	memset(state, 0, sizeof state);
	count = 0;
}

static void
hear(void *arg, const struct nsc_alarm *a)
{
	unsigned i;

	(void)arg;
	for (i = 0; i < count; i++)
		ck_assert_msg(strcmp(heard[i].type, a->type) != 0 ||
			      strcmp(heard[i].value, a->value) != 0, "%s-%s twice", a->type, a->value);
	ck_assert_uint_lt(count, 16);
	ck_assert_uint_gt(strlen(a->text), 10);
	ck_assert_uint_lt(strlen(a->text), 200);	/* collectd's NOTIF_MAX_MSG_LEN is 256 */
	heard[count++] = *a;
}

static void
sum(const char *type, const char *value, uint64_t n)
{
	nsc_alarm_sample(state, &(struct nsc_sample){.family = "self", .group = "", .type = type,
						     .value = value, .counter = true, .count = 1,
						     .sum = {n, 0}});
}

static void
level(const char *value, double n)
{
	nsc_alarm_sample(state, &(struct nsc_sample){.family = "self", .group = "", .type = "bool",
						     .value = value, .count = 1, .level = {n, 0}});
}

/* One read of what stands here; the number of alarms. */
static unsigned
read_one(uint64_t dropped, double capture)
{
	count = 0;
	sum("packets", "captured", 1000000 + dropped);
	sum("packets", "dropped", dropped);
	level("source_capture", capture);
	nsc_alarm_tell(state, hear, NULL);
	return count;
}

START_TEST(row_1_19_a_loss_begins_and_is_over)
{
	unsigned i;

	ck_assert_uint_eq(read_one(0, 1), 0);
	ck_assert_uint_eq(read_one(0, 1), 0);
	ck_assert_uint_eq(read_one(17, 1), 1);
	ck_assert_str_eq(heard[0].type, "packets");
	ck_assert_str_eq(heard[0].value, "dropped");
	ck_assert_ptr_nonnull(strstr(heard[0].text, ": 17"));
	ck_assert_int_eq(heard[0].severity, NSC_ALARM_WARNING);
	/* It goes on, with pauses of up to two reads: nobody hears of it again. */
	for (i = 0; i < 30; i++)
		ck_assert_uint_eq(read_one(18 + i / 3, 1), 0);
	ck_assert_uint_eq(read_one(27, 1), 1);
	ck_assert_int_eq(heard[0].severity, NSC_ALARM_OKAY);
	ck_assert_uint_eq(read_one(27, 1), 0);
	ck_assert_uint_eq(read_one(28, 1), 1);
	ck_assert_int_eq(heard[0].severity, NSC_ALARM_WARNING);
}
END_TEST

START_TEST(a_source_is_lost_once_it_was_there)
{
	ck_assert_uint_eq(read_one(0, 0), 0);	/* never there: the log's matter */
	ck_assert_uint_eq(read_one(0, 0), 0);
	ck_assert_uint_eq(read_one(0, 1), 0);
	ck_assert_uint_eq(read_one(0, 0), 1);
	ck_assert_int_eq(heard[0].severity, NSC_ALARM_FAILURE);
	ck_assert_str_eq(heard[0].value, "source_capture");
	ck_assert_uint_eq(read_one(0, 0), 0);
	ck_assert_uint_eq(read_one(0, 1), 1);
	ck_assert_int_eq(heard[0].severity, NSC_ALARM_OKAY);
	ck_assert_uint_eq(read_one(9, 0), 2);	/* two kinds in one read */
}
END_TEST

START_TEST(each_source_that_is_lost_is_told_by_its_name)
{
	static const char *const source[] = {
		"source_capture",  "source_interfaces", "source_sockets",   "source_processes",
		"source_bpf",	   "source_firewall",	"source_conntrack", "source_namespaces",
	};
	unsigned i, n;

	for (n = 0; n < 2; n++) {
		count = 0;
		for (i = 0; i < 8; i++)
			level(source[i], 1 - (double)n);
		nsc_alarm_tell(state, hear, NULL);
		ck_assert_uint_eq(count, 8 * n);
	}
	for (i = 0; i < 8; i++)
		ck_assert_str_eq(heard[i].value, source[i]);
}
END_TEST

START_TEST(row_1_19_values_of_one_type_are_one_kind)
{
	static const char *const table[] = {"half_open", "one_packet", "closed", "idle", "sessions"};
	unsigned i, n;

	for (n = 0; n < 2; n++) {
		count = 0;
		for (i = 0; i < 5; i++)
			sum("cache_eviction", table[i], n * (i + 1));
		sum("cache_eviction", "cert_ports", 100 * n);	/* rows of a gauge, no table of ours */
		sum("operations", "parse_error", 50 * n);	/* the others' making: a counter does */
		nsc_alarm_tell(state, hear, NULL);
		ck_assert_uint_eq(count, n);
	}
	ck_assert_str_eq(heard[0].type, "cache_eviction");
	ck_assert_str_eq(heard[0].value, "");
	ck_assert_ptr_nonnull(strstr(heard[0].text, ": 15"));
}
END_TEST

RUN_TESTS("alarm", clear, NULL, ONCE(row_1_19_a_loss_begins_and_is_over),
	  ONCE(a_source_is_lost_once_it_was_there),
	  ONCE(each_source_that_is_lost_is_told_by_its_name),
	  ONCE(row_1_19_values_of_one_type_are_one_kind))
