/* SPDX-License-Identifier: MIT */
/* The real module in a fake collectd: configuration, values, life. */
#include <arpa/inet.h>
#include <check.h>
#include <math.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fake_collectd.h"

static void
load(void)
{
	const char *build = getenv("top_builddir"), *failure;
	char path[4096];

	snprintf(path, sizeof path, "%s/plugins/collectd/.libs/netflowscope.so", build ? build : ".");
	failure = fake_load(path);
	ck_assert_msg(failure == NULL, "%s", failure);
	ck_assert_ptr_nonnull(fake.config);
	ck_assert_ptr_nonnull(fake.init);
	ck_assert_ptr_nonnull(fake.shutdown);
	ck_assert_msg(fake.read == NULL, "a read before init");
}

/* integrations.md 0: an error names option, value and what is allowed, and is refused. */
START_TEST(config_errors)
{
	static const struct {
		const char *block, *named[3];
	} bad[] = {
		{"FlowTabelSize 65536", {"FlowTabelSize", NULL}},
		{"FlowTableSize 12", {"FlowTableSize", "12", "1024"}},
		{"FlowTableSize 1e30", {"FlowTableSize", "1e+30", NULL}},
		{"FlowTableSize", {"FlowTableSize", NULL}},
		{"FlowTableSize 2048 4096", {"FlowTableSize", NULL}},
		{"Capture \"pcap\"", {"Capture", "pcap", "ring"}},
		{"Promiscuous \"perhaps\"", {"Promiscuous", "perhaps", NULL}},
		{"RingSize \"8X\"", {"RingSize", "8X", NULL}},
		{"Network \"office\" \"10.1.0.0/99\"", {"Network", "10.1.0.0/99", NULL}},
		{"Network \"office\"", {"Network", NULL}},
		{"Dissect \"dsn\"", {"Dissect", "dsn", NULL}},
		{"Filter \"tcp prot 80\"", {"ilter", "tcp prot 80", NULL}},
	};
	unsigned i, j;

	i = (unsigned)_i;
	load();
	ck_assert_int_ne(fake_config(bad[i].block), 0);
	ck_assert_uint_eq(fake.lines, 1);
	for (j = 0; j < 3 && bad[i].named[j] != NULL; j++)
		ck_assert_msg(strstr(fake.line[0], bad[i].named[j]) != NULL, "\"%s\" is not in: %s",
			      bad[i].named[j], fake.line[0]);
	ck_assert_int_ne(fake.init(), 0);
	ck_assert_msg(fake.read == NULL, "a read after a bad configuration");
	fake_unload();
}
END_TEST

START_TEST(second_block)
{
	load();
	ck_assert_int_eq(fake_config("Capture \"off\"\nFlowTableSize 2048"), 0);
	ck_assert_int_ne(fake_config("Capture \"off\""), 0);
	ck_assert_ptr_nonnull(fake_logged("second"));
	fake_unload();
}
END_TEST

static const struct {
	const char *type;
	size_t count;
} stock[] = {			/* collectd's own types.db, 5.12 */
	{"if_octets", 2}, {"if_packets", 2}, {"io_octets", 2}, {"io_packets", 2}, {"ps_cputime", 2},
	{"bool", 1}, {"cache_eviction", 1}, {"connections", 1}, {"count", 1},
	{"current_connections", 1}, {"dns_qtype", 1},
	{"dns_query", 1}, {"dns_rcode", 1}, {"dns_response", 1}, {"duration", 1},
	{"errors", 1}, {"gauge", 1}, {"http_request_methods", 1}, {"http_response_codes", 1}, {"memory", 1},
	{"objects", 1}, {"operations", 1}, {"packets", 1}, {"percent", 1},
	{"protocol_counter", 1}, {"queue_length", 1}, {"response_time", 1}, {"tcp_connections", 1},
};

static const char levels[] = " bool count current_connections duration gauge memory objects percent "
			     "queue_length response_time tcp_connections ";

static void
check_value(const struct fake_value *v)
{
	char spaced[DATA_MAX_NAME_LEN + 2];
	unsigned t;

	for (t = 0; t < sizeof stock / sizeof *stock && strcmp(stock[t].type, v->type) != 0; t++)
		;
	ck_assert_msg(t < sizeof stock / sizeof *stock, "%s is no stock type", v->name);
	ck_assert_msg(v->count == stock[t].count, "%s has %zu values", v->name, v->count);
	ck_assert_msg(strspn(v->name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-/") ==
			      strlen(v->name), "%s", v->name);
	ck_assert_msg(strlen(v->name) < 128, "%s is long", v->name);
	snprintf(spaced, sizeof spaced, " %s ", v->type);
	if (strstr(levels, spaced) != NULL)
		ck_assert_msg(isfinite(v->value[0].gauge), "%s is not finite", v->name);
	else
		ck_assert_msg(v->value[0].derive >= 0, "%s is negative", v->name);
}

/* No identifier twice at one time; a value at now - interval only before one at now, and 0. */
static void
check_read(void)
{
	const struct fake_value *v, *other;
	unsigned i, j;

	for (i = 0; i < fake.values; i++) {
		v = &fake.value[i];
		check_value(v);
		ck_assert(v->interval == fake.interval);
		ck_assert(v->time == fake.now || v->time == fake.now - fake.interval);
		if (v->time != fake.now) {
			ck_assert_int_eq(v->value[0].derive, 0);
			for (j = i + 1; j < fake.values; j++)
				if (strcmp(fake.value[j].name, v->name) == 0)
					break;
			ck_assert_msg(j < fake.values, "%s has only its 0", v->name);
			ck_assert(fake.value[j].time == fake.now);
		}
		for (j = 0; j < i; j++) {
			other = &fake.value[j];
			ck_assert_msg(strcmp(other->name, v->name) != 0 || other->time != v->time,
				      "%s twice in a read", v->name);
		}
	}
}

START_TEST(values_without_capture)
{
	load();
	ck_assert_int_eq(fake_config("Capture \"off\"\nNetwork \"lab\" \"10.9.0.0/16\" \"2001:db8::/32\""), 0);
	ck_assert_int_eq(fake.init(), 0);
	ck_assert_ptr_nonnull(fake.read);
	ck_assert_int_eq(fake_read(1000000010), 0);
	check_read();
	ck_assert_ptr_nonnull(fake_find("netflowscope-self/packets-captured"));
	ck_assert_ptr_nonnull(fake_find("netflowscope-self/packets-dropped"));
	ck_assert_ptr_nonnull(fake_find("netflowscope-flow/connections-opened"));
	ck_assert_ptr_nonnull(fake_find("netflowscope-network-lab/if_octets"));
	ck_assert_int_eq(fake_read(1000000020), 0);
	check_read();
	fake_unload();
}
END_TEST

static uint64_t
counter(const char *name)
{
	const struct fake_value *v = fake_find(name);

	return v != NULL ? (uint64_t)v->value[0].derive : 0;
}

static void
load_replay(const char *file)
{
	const char *top = getenv("top_srcdir");
	char block[4096];

	load();
	snprintf(block, sizeof block, "Replay \"%s/tests/golden/metrics/%s\"\nLocal \"10.1.0.1/32\"",
		 top != NULL ? top : ".", file);
	ck_assert_int_eq(fake_config(block), 0);
	ck_assert_int_eq(fake.init(), 0);
}

/* metrics.pcap holds 1109 frames, 1102 of the first 30 s: at any hour, they come at that pace. */
START_TEST(replay_at_its_pace)
{
	load_replay("metrics.pcap");
	ck_assert_int_eq(fake_read(1000000030), 0);
	check_read();
	ck_assert_uint_eq(counter("netflowscope-self/packets-captured"), 1102);
	ck_assert_ptr_null(fake_find("netflowscope-flow/connections-closed_eof"));
	ck_assert_double_eq(fake_find("netflowscope-self/bool-source_capture")->value[0].gauge, 1);
	ck_assert_int_eq(fake_read(999999000), 0);	/* a clock that was set back */
	ck_assert_int_eq(fake_read(1000000070), 0);
	ck_assert_uint_eq(counter("netflowscope-self/packets-captured"), 1109);
	ck_assert_uint_gt(counter("netflowscope-flow/connections-closed_eof"), 0);
	ck_assert_uint_gt(counter("netflowscope-scope-public/connections-outgoing"), 0);
	ck_assert_int_eq(fake_read(1000000080), 0);	/* and on it goes, behind the end */
	check_read();
	ck_assert_uint_eq(counter("netflowscope-self/packets-captured"), 1109);
	ck_assert_uint_eq(fake.lines, 0);
	fake_unload();
}
END_TEST

/*
 * A collectd that is started again within an interval: before the start lie the values of the one
 * before.  A late counter's 0 does not go there; behind the first interval it is told.
 */
START_TEST(no_zero_before_the_start)
{
	const double start = 1000000000;
	unsigned zeros = 0;

	load_replay("metrics.pcap");
	ck_assert_int_eq(fake_read(start + 9), 0);
	ck_assert_uint_gt(counter("netflowscope-self/packets-captured"), 0);
	for (unsigned i = 0; i < fake.values; i++)
		ck_assert_msg(fake.value[i].time == fake.now, "%s is told of before the start",
			      fake.value[i].name);
	ck_assert_int_eq(fake_read(start + 19), 0);
	check_read();
	for (unsigned i = 0; i < fake.values; i++)
		zeros += fake.value[i].time < fake.now;
	ck_assert_uint_gt(zeros, 0);
	fake_unload();
}
END_TEST

/* A capture that is cut short: collectd is notified that the source is lost, once. */
START_TEST(notifications)
{
	const char *top = getenv("top_srcdir");
	char path[4096], cut[] = "/tmp/nsc-cut-XXXXXX", block[4200], octets[50000];
	FILE *f;
	int fd = mkstemp(cut);

	snprintf(path, sizeof path, "%s/tests/golden/metrics/metrics.pcap", top != NULL ? top : ".");
	f = fopen(path, "rb");
	ck_assert(f != NULL && fread(octets, 1, sizeof octets, f) == sizeof octets);
	fclose(f);
	ck_assert_int_eq(write(fd, octets, sizeof octets), sizeof octets);
	close(fd);
	load();
	snprintf(block, sizeof block, "Replay \"%s\"%s", cut, _i ? "\nNotifications false" : "");
	ck_assert_int_eq(fake_config(block), 0);
	ck_assert_int_eq(fake.init(), 0);
	ck_assert_int_eq(fake_read(1000000001), 0);
	ck_assert_uint_eq(fake.notices, 0);
	ck_assert_int_eq(fake_read(1000000070), 0);
	ck_assert_int_eq(fake_read(1000000080), 0);
	ck_assert_uint_eq(fake.notices, _i ? 0 : 1);
	if (_i == 0) {
		ck_assert_int_eq(fake.notice[0].severity, NOTIF_FAILURE);
		ck_assert_str_eq(fake.notice[0].plugin, "netflowscope");
		ck_assert_str_eq(fake.notice[0].plugin_instance, "self");
		ck_assert_str_eq(fake.notice[0].type, "bool");
		ck_assert_str_eq(fake.notice[0].type_instance, "source_capture");
		ck_assert(fake.notice[0].time == DOUBLE_TO_CDTIME_T(1000000070));
	}
	ck_assert_ptr_nonnull(fake_logged(cut));	/* and its line says why */
	fake_unload();
	unlink(cut);
}
END_TEST

/* No capture there: one line, and reads that fail nothing. */
START_TEST(replay_of_nothing)
{
	load_replay("no such file");
	ck_assert_uint_eq(fake.lines, 1);
	ck_assert_ptr_nonnull(fake_logged("no such file: No such file or directory"));
	ck_assert_int_eq(fake_read(1000000010), 0);
	check_read();
	ck_assert_int_eq(fake_read(1000000020), 0);
	ck_assert_double_eq(fake_find("netflowscope-self/bool-source_capture")->value[0].gauge, 0);
	ck_assert_uint_eq(fake.lines, 1);
	fake_unload();
}
END_TEST

/* Nothing but LoadPlugin, and no privilege: every line says what to do, and no call fails. */
START_TEST(unprivileged)
{
	load();
	ck_assert_int_eq(setgid(65534) | setuid(65534), 0);
	ck_assert_int_eq(fake.init(), 0);
	ck_assert_int_eq(fake_read(1000000010), 0);
	check_read();
	ck_assert_double_eq(fake_find("netflowscope-self/bool-source_capture")->value[0].gauge, 0);
	ck_assert_ptr_nonnull(fake_logged("CAP_NET_RAW"));
	ck_assert_double_eq(fake_find("netflowscope-self/bool-source_sockets")->value[0].gauge, 1);
	/* Each capability once: NET_RAW; SYS_PTRACE, DAC_READ_SEARCH; BPF, PERFMON; NET_ADMIN. */
	ck_assert_uint_le(fake.lines, 6);
	fake_unload();
}
END_TEST

static void
raise_loopback(void)
{
	struct ifreq r = {.ifr_name = "lo"};
	int s = socket(AF_INET, SOCK_DGRAM, 0);

	ck_assert_int_eq(ioctl(s, SIOCGIFFLAGS, &r), 0);
	r.ifr_flags |= IFF_UP;
	ck_assert_int_eq(ioctl(s, SIOCSIFFLAGS, &r), 0);
	close(s);
}

/* 1000 datagrams of 100 octets over lo, in a network namespace of the test's own. */
START_TEST(loopback_traffic)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	const struct timespec ms200 = {.tv_nsec = 200000000};
	socklen_t len = sizeof to;
	const struct fake_value *v;
	char payload[100] = "";
	int in, out, i;

	ck_assert_int_eq(unshare(CLONE_NEWNET), 0);
	raise_loopback();
	load();
	ck_assert_int_eq(fake.init(), 0);
	in = socket(AF_INET, SOCK_DGRAM, 0);
	out = socket(AF_INET, SOCK_DGRAM, 0);
	ck_assert_int_eq(bind(in, (struct sockaddr *)&to, sizeof to), 0);
	ck_assert_int_eq(getsockname(in, (struct sockaddr *)&to, &len), 0);
	for (i = 0; i < 1000; i++) {
		ck_assert_int_eq(sendto(out, payload, sizeof payload, 0, (struct sockaddr *)&to, len), 100);
		ck_assert_int_eq(recv(in, payload, sizeof payload, 0), 100);
	}
	nanosleep(&ms200, NULL);	/* two retirements of a ring block */
	ck_assert_int_eq(fake_read(1000000010), 0);
	check_read();
	v = fake_find("netflowscope-scope-loopback/if_octets");
	ck_assert_ptr_nonnull(v);
	ck_assert_int_eq(v->value[0].derive, 128000);	/* 20 IP + 8 UDP + 100 */
	ck_assert_int_eq(v->value[1].derive, 128000);
	v = fake_find("netflowscope-scope-loopback/if_packets");
	ck_assert_int_eq(v->value[0].derive, 1000);
	v = fake_find("netflowscope-interface-lo/if_octets");
	ck_assert_int_eq(v->value[0].derive, 128000);
	v = fake_find("netflowscope-app-unknown/if_octets");
	ck_assert_int_eq(v->value[0].derive, 128000);
	ck_assert_int_eq(fake_find("netflowscope-self/packets-captured")->value[0].derive, 1000);
	ck_assert_int_eq(fake_find("netflowscope-self/packets-dropped")->value[0].derive, 0);
	ck_assert_double_eq(fake_find("netflowscope-self/bool-source_capture")->value[0].gauge, 1);
	fake_unload();
}
END_TEST

static void
add_root_tests(TCase *t)
{
	/* Both need to be root: one to give it up, one for its own namespace. */
	if (geteuid() != 0)
		return;
	tcase_add_test(t, unprivileged);
	tcase_add_test(t, loopback_traffic);
}

int
main(void)
{
	Suite *s = suite_create("collectd");
	TCase *t = tcase_create("module");
	SRunner *r;
	int failed;

	tcase_add_loop_test(t, config_errors, 0, 12);
	tcase_add_test(t, second_block);
	tcase_add_test(t, values_without_capture);
	tcase_add_test(t, replay_at_its_pace);
	tcase_add_test(t, no_zero_before_the_start);
	tcase_add_test(t, replay_of_nothing);
	tcase_add_loop_test(t, notifications, 0, 2);
	add_root_tests(t);
	tcase_set_timeout(t, 30);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
