/* SPDX-License-Identifier: MIT */
/* Limits of a running engine are replaced (features.md 1.16): in a replay, and live on lo. */
#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "flow/reassembly.h"
#include "nsc.h"
#include "suite.h"

enum { FLOWS = 10000, LARGE = 10240, SMALL = 1024 };

static char err[NSC_ERR];

static struct {
	struct nsc_engine *engine;
	struct nsc_config *smaller;
	uint64_t intervals;
	_Atomic uint64_t started, ended, evicted, twice;
	const char *wanted;
	double value;
} t;

static struct nsc_config *
config(const char *const *pairs)
{
	struct nsc_config *cfg;

	ck_assert_int_eq(nsc_config_new(&cfg), 0);
	for (; pairs[0] != NULL; pairs += 2)
		ck_assert_msg(nsc_config_set(cfg, pairs[0], &pairs[1], 1, err) == 0, "%s", err);
	return cfg;
}

#define CONFIG(...) config((const char *const[]){__VA_ARGS__, NULL})

static void
on_event(void *arg, const struct nsc_event *ev)
{
	(void)arg;
	t.started += ev->kind == NSC_EVENT_STARTED;
	if (ev->kind != NSC_EVENT_FLOW)
		return;
	t.ended++;
	t.evicted += ev->flow->end_reason == NSC_END_EVICTED;
	t.twice += !(ev->flow->flags & NSC_FLOW_CLOSED);
}

static const struct nsc_host host = {.event = on_event};

static void
begin(struct nsc_config *cfg)
{
	memset(&t, 0, sizeof t);
	ck_assert_msg(nsc_engine_new(&t.engine, cfg, &host, err) == 0, "%s", err);
	nsc_config_free(cfg);
}

/* One datagram each of FLOWS flows in the first second; one flow more 15 s later. */
static void
write_capture(char path[32])
{
	const uint32_t head[] = {0xa1b2c3d4, 4u << 16 | 2, 0, 0, 65535, 101};
	FILE *f;

	strcpy(path, "/tmp/nsc-reconfigure-XXXXXX");
	f = fdopen(mkstemp(path), "wb");
	ck_assert_ptr_nonnull(f);
	fwrite(head, sizeof head, 1, f);
	for (uint32_t i = 0; i <= FLOWS; i++) {
		uint8_t ip[28] = {0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0,
				  10, 0, (uint8_t)(i >> 8), (uint8_t)i, 10, 1, 0, 1,
				  0x13, 0x88, 0x17, 0x70, 0, 8};
		uint32_t record[] = {1700000000 + (i == FLOWS ? 15 : 0), i * 10, sizeof ip, sizeof ip};

		fwrite(record, sizeof record, 1, f);
		fwrite(ip, sizeof ip, 1, f);
	}
	ck_assert_int_eq(fclose(f), 0);
}

static void
take(void *arg, const struct nsc_sample *s)
{
	char name[200];

	(void)arg;
	snprintf(name, sizeof name, "%s/%s-%s", s->family, s->type, s->value);
	if (strcmp(name, t.wanted) == 0)
		t.value = s->counter ? (double)s->sum[0] : s->level[0];
}

static double
told(struct nsc_reader *r, const char *name)
{
	t.wanted = name;
	t.value = -1;
	ck_assert_int_eq(nsc_reader_read(r, take, NULL), 0);
	return t.value;
}

/* After the first interval the table becomes smaller, then as large as it was. */
static void
on_interval(void *arg, uint64_t now)
{
	struct nsc_reader *r = arg;
	struct nsc_summary s;

	(void)now;
	if (t.intervals++ > 0)
		return;
	ck_assert(told(r, "self/objects-flow_table") == FLOWS);
	ck_assert_msg(nsc_engine_reconfigure(t.engine, t.smaller, err) == 0, "%s", err);
	nsc_engine_summary(t.engine, &s);
	ck_assert_uint_eq(s.evicted, FLOWS - SMALL);
	ck_assert_uint_eq(t.evicted, FLOWS - SMALL);
	ck_assert(told(r, "self/objects-flow_table") == SMALL);
	ck_assert(told(r, "self/percent-flow_table") == 100);
	ck_assert(told(r, "self/cache_eviction-one_packet") == FLOWS - SMALL);
	ck_assert(told(r, "flow/connections-closed_evicted") == FLOWS - SMALL);
}

START_TEST(row_1_16_a_table_that_becomes_ten_times_smaller)
{
	struct nsc_replay how = {.interval = on_interval, .interval_ns = 10000000000};
	struct nsc_reader *r;
	struct nsc_summary s;
	char path[32];

	begin(CONFIG("FlowTableSize", "10240"));
	t.smaller = CONFIG("FlowTableSize", "1024", "TimeoutUDP", "12", "TimeoutDNS", "12");
	ck_assert_int_eq(nsc_reader_new(&r, t.engine), 0);
	how.arg = r;
	write_capture(path);
	ck_assert_msg(nsc_engine_replay(t.engine, path, &how, err) == 0, "%s", err);
	unlink(path);
	nsc_engine_summary(t.engine, &s);
	ck_assert_uint_eq(s.flows, FLOWS + 1);
	ck_assert_uint_eq(t.started, FLOWS + 1);
	ck_assert_uint_eq(t.ended, FLOWS + 1);
	ck_assert_uint_eq(t.twice, 0);
	ck_assert_uint_eq(s.evicted, FLOWS - SMALL);
	/* By the new timeout the others were idle when the last packet came. */
	ck_assert(told(r, "flow/connections-closed_idle") == SMALL);
	ck_assert(told(r, "flow/connections-closed_eof") == 1);
	nsc_config_free(t.smaller);
	nsc_reader_free(r);
	nsc_engine_free(t.engine);
}
END_TEST

static const struct {
	const char *name, *value, *text;
} refused[] = {
	{"Interface", "eth7", "Interface: cannot be changed while running"},
	{"Capture", "off", "Capture: cannot be changed while running"},
	{"Filter", "tcp", "Filter: cannot be changed while running"},
	{"RingSize", "16M", "RingSize: cannot be changed while running"},
	{"FlowKey", "ip_pair", "FlowKey: cannot be changed while running"},
	{"Dissect", "none", "Dissect: cannot be changed while running"},
	{"Workers", "2", "Workers: cannot be changed while running"},
	{"MaxSeries", "100", "MaxSeries: cannot be changed while running"},
	{"FlowTableSize", "10241", "FlowTableSize: 10241 is more than at the start; allowed while "
				   "running is 10240 or less"},
	{"ReassemblyLimit", "128K", "ReassemblyLimit: 131072 is more than at the start; allowed while "
				    "running is 65536 or less"},
	{"ReassemblyMemory", "32M", "ReassemblyMemory: 33554432 is more than at the start; allowed "
				    "while running is 16777216 or less"},
};

START_TEST(what_cannot_change_is_named)
{
	struct nsc_config *cfg;

	begin(CONFIG("FlowTableSize", "10240"));
	cfg = strcmp(refused[_i].name, "FlowTableSize") == 0
		      ? CONFIG("FlowTableSize", "10241")
		      : CONFIG("FlowTableSize", "10240", refused[_i].name, refused[_i].value);
	ck_assert_int_eq(nsc_engine_reconfigure(t.engine, cfg, err), -EINVAL);
	ck_assert_str_eq(err, refused[_i].text);
	nsc_config_free(cfg);
	nsc_engine_free(t.engine);
}
END_TEST

START_TEST(limits_shrink_and_grow_again)
{
	const char *const office[] = {"office", "10.1.0.0/16"};
	struct nsc_config *cfg = CONFIG("FlowTableSize", "10240"), *less, *same;

	ck_assert_int_eq(nsc_config_set(cfg, "Network", office, 2, err), 0);
	begin(cfg);
	less = CONFIG("FlowTableSize", "1024", "ReassemblyLimit", "4K", "ReassemblyMemory", "1M",
		      "OverflowPolicy", "drop_flow");
	ck_assert_int_eq(nsc_engine_reconfigure(t.engine, less, err), -EINVAL);
	ck_assert_str_eq(err, "Network: cannot be changed while running");
	ck_assert_int_eq(nsc_config_set(less, "Network", office, 2, err), 0);
	ck_assert_msg(nsc_engine_reconfigure(t.engine, less, err) == 0, "%s", err);
	same = CONFIG("FlowTableSize", "10240");
	ck_assert_int_eq(nsc_config_set(same, "Network", office, 2, err), 0);
	ck_assert_msg(nsc_engine_reconfigure(t.engine, same, err) == 0, "%s", err);
	nsc_config_free(less);
	nsc_config_free(same);
	nsc_engine_free(t.engine);
}
END_TEST

/* Octets that wait behind holes, 60 KB for each of 16 sides, in a pool of 1 MiB. */
START_TEST(a_smaller_pool_takes_octets_back)
{
	enum { SIDES = 16, HELD = 60000 };
	static const uint8_t octets[1460];
	struct nsc_reassembly_config cfg = {.limit = 65536, .memory = 1 << 20, .hole_ms = 1000};
	struct nsc_stream side[SIDES] = {0};
	const struct nsc_reassembly_stats *stats;
	struct nsc_bytes out;
	struct nsc_pool *pool;
	uint32_t had;

	ck_assert_int_eq(nsc_pool_new(&pool, &cfg), 0);
	stats = nsc_pool_stats(pool);
	for (int i = 0; i < SIDES; i++) {
		nsc_stream_start(&side[i], 0);
		for (uint32_t at = 10; at < HELD; at += sizeof octets)
			nsc_stream_offer(pool, &side[i], 1 + at, octets, sizeof octets,
					 sizeof octets, 1, &out);
	}
	ck_assert_uint_gt(stats->held, 14 * HELD);
	had = side[SIDES - 1].held;
	cfg.memory = 256 << 10;
	ck_assert_int_eq(nsc_pool_reconfigure(pool, &cfg), 0);
	ck_assert_uint_le(stats->held, 256 << 10);
	ck_assert_uint_gt(stats->held, 2 * HELD);
	/* Who came last keeps what it has. */
	ck_assert_uint_eq(side[SIDES - 1].held, had);
	ck_assert_uint_eq(side[0].held, 0);
	/* A smaller limit is kept from the next segment on. */
	cfg.limit = 8192;
	ck_assert_int_eq(nsc_pool_reconfigure(pool, &cfg), 0);
	nsc_stream_offer(pool, &side[SIDES - 1], 1 + 65000, octets, 100, 100, 1, &out);
	nsc_stream_consume(pool, &side[SIDES - 1], 0, 0, &out);
	ck_assert_uint_le(side[SIDES - 1].held, 8192);
	cfg.limit = 65537;
	ck_assert_int_eq(nsc_pool_reconfigure(pool, &cfg), -EINVAL);
	cfg.limit = 65536;
	cfg.memory = 2 << 20;
	ck_assert_int_eq(nsc_pool_reconfigure(pool, &cfg), -EINVAL);
	cfg.memory = 1 << 20;
	ck_assert_int_eq(nsc_pool_reconfigure(pool, &cfg), 0);
	for (int i = 0; i < SIDES; i++)
		nsc_stream_release(pool, &side[i]);
	ck_assert_uint_eq(stats->held, 0);
	nsc_pool_free(pool);
}
END_TEST

static void
send_to_ports(int fd, unsigned count)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f070707)};

	for (unsigned i = 0; i < count; i++) {
		to.sin_port = htons((uint16_t)(20000 + i));
		/* Each answer (nobody listens) is an error of the next call. */
		while (sendto(fd, "?", 1, 0, (struct sockaddr *)&to, sizeof to) < 0)
			ck_assert_int_eq(errno, ECONNREFUSED);
	}
}

/* Needs CAP_NET_RAW; without it there is nothing to be seen. */
START_TEST(row_1_16_live)
{
	enum { SENT = 3000 };
	struct nsc_reader *r;
	struct nsc_summary s;
	int fd, i;

	begin(CONFIG("FlowTableSize", "4096", "Interface", "lo", "Filter", "udp and host 127.7.7.7"));
	t.smaller = CONFIG("FlowTableSize", "1024", "Interface", "lo", "Filter",
			   "udp and host 127.7.7.7");
	if (nsc_engine_start(t.engine, true, err) == 0) {
		ck_assert_int_eq(nsc_reader_new(&r, t.engine), 0);
		fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		send_to_ports(fd, SENT);
		for (i = 0; i < 100 && told(r, "self/objects-flow_table") < SENT; i++)
			nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
		ck_assert(t.value == SENT);
		ck_assert_msg(nsc_engine_reconfigure(t.engine, t.smaller, err) == 0, "%s", err);
		ck_assert(told(r, "self/objects-flow_table") == SMALL);
		ck_assert_uint_eq(t.evicted, SENT - SMALL);
		/* It goes on, and among packets, too. */
		for (i = 0; i < 20; i++) {
			send_to_ports(fd, 200);
			ck_assert_int_eq(nsc_engine_reconfigure(t.engine, t.smaller, err), 0);
		}
		nsc_engine_stop(t.engine);
		nsc_engine_summary(t.engine, &s);
		ck_assert_uint_eq(s.packets, SENT + 20 * 200);
		ck_assert_uint_eq(t.ended, s.flows);
		ck_assert_uint_eq(t.evicted, s.evicted);
		close(fd);
		nsc_reader_free(r);
	}
	nsc_config_free(t.smaller);
	nsc_engine_free(t.engine);
}
END_TEST

RUN_TESTS("reconfigure", NULL, NULL, ONCE(row_1_16_a_table_that_becomes_ten_times_smaller),
	  ROWS(what_cannot_change_is_named, sizeof refused / sizeof *refused),
	  ONCE(limits_shrink_and_grow_again), ONCE(a_smaller_pool_takes_octets_back),
	  ONCE(row_1_16_live))
