/* SPDX-License-Identifier: MIT */
/* Names of flows, and what DNS counts, through a whole worker (features.md, algorithms 7, 8). */
#include "engine/worker_state.h"
#include "worker_world.h"
#include "suite.h"

#define TEXT(text) (text), sizeof(text) - 1

static char names[256];

/* Host 1 speaks to host 2; flows on port 80 are named, those of DNS are not looked at. */
static void
on_event(void *arg, const struct nsc_event *ev)
{
	struct nsc_text t;
	bool shared;

	(void)arg;
	if (ev->kind != NSC_EVENT_FLOW || nsc_flow_port(ev->flow, 1) != 80)
		return;
	t = nsc_remote_name(ev->origin, ev->flow, &shared);
	snprintf(names + strlen(names), sizeof names - strlen(names), "[%.*s%s]", (int)t.len,
		 t.len > 0 ? t.p : "", shared ? " shared" : "");
}

static void
begin(void (*change)(struct nsc_settings *s))
{
	const struct nsc_host host = {.event = on_event};

	names[0] = '\0';
	world_begin(change);
	nsc_worker_free(world.worker);
	ck_assert_int_eq(nsc_worker_new(&world.worker, &world.settings, &world.ledger,
					&world.facts, &host), 0);
	told("");
}

static const char *
end(void)
{
	nsc_worker_finish(world.worker, world.now);
	world_end();
	return names;
}

static void
wait(uint64_t ms)
{
	world.now += ms * 1000000;
	nsc_worker_tick(world.worker, world.now);
}

/* A message about a.example, type A. */
static unsigned
message(uint8_t *to, unsigned id, unsigned flags, unsigned answers, unsigned others)
{
	static const char question[] = "\1a\7example\0\0\1\0\1";
	const unsigned word[6] = {id, flags, 1, answers, 0, others};

	for (int i = 0; i < 6; i++)
		put_be16(to + 2 * i, word[i]);
	memcpy(to + 12, question, sizeof question - 1);
	return 12 + sizeof question - 1;
}

/* The address of host 2, with a time to live of 300 s. */
static unsigned
add_answer(uint8_t *to)
{
	memcpy(to, "\xc0\x0c\0\1\0\1\0\0\1\x2c\0\4\x0a\0\0\2", 16);
	return 16;
}

static void
ask(unsigned port, unsigned id)
{
	uint8_t m[64];

	udp(0, port, m, message(m, id, 0x0100, 0, 0));
}

static void
answer(unsigned port, unsigned id, unsigned flags)
{
	uint8_t m[64];
	unsigned n = message(m, id, 0x8180 | flags, 1, 0);

	udp(1, port, m, n + add_answer(m + n));
}

static void
resolve(void)
{
	ask(5000, 7);
	answer(5000, 7, 0);
}

/* an answer 3 s before the connection names it; Host beats it */
START_TEST(row_4_11_before_and_after)
{
	begin(NULL);
	resolve();
	wait(3000);
	handshake(1000);
	handshake(1001);
	tcp(0, 1001, A | P, 0, 0, TEXT("GET / HTTP/1.1\r\nHost: b.example:80\r\n\r\n"));
	handshake(1002);
	tcp(0, 1002, A | P, 0, 0, TEXT("GET / HTTP/1.1\r\nHost: 10.0.0.2\r\n\r\n"));
	ck_assert_str_eq(end(), "[a.example][b.example][a.example]");
}
END_TEST

/* algorithm 8: TTL + 60 s after the answer there is no name */
START_TEST(algorithm_8_time_to_live)
{
	begin(NULL);
	resolve();
	wait(359000);
	handshake(1000);
	tcp(0, 1000, R, 0, 0, NULL, 0);
	wait(32000);
	handshake(1001);
	ck_assert_str_eq(end(), "[a.example][]");
}
END_TEST

START_TEST(algorithm_8_pinned_in_use) /* algorithm 8: pinned while an open flow uses it */
{
	begin(NULL);
	resolve();
	for (unsigned port = 1000; port < 1003; port++) {
		handshake(port);
		for (int i = 0; i < 3; i++) {
			wait(200000);
			tcp(0, port, A, 0, 0, NULL, 0);
		}
	}
	ck_assert_str_eq(end(), "[a.example][a.example][a.example]");
}
END_TEST

START_TEST(row_4_11_late_answer) /* row 4.11: waits for late DNS */
{
	begin(NULL);
	ask(5000, 7);
	handshake(1000);
	answer(5000, 7, 0);
	ck_assert_str_eq(end(), "[a.example]");
}
END_TEST

/* algorithm 8: an answer that nobody asked for is ignored */
START_TEST(algorithm_8_spoofed)
{
	begin(NULL);
	answer(5000, 7, 0);
	ask(5000, 8);
	answer(5000, 9, 0);
	handshake(1000);
	ck_assert_str_eq(end(), "[]");
}
END_TEST

START_TEST(algorithm_8_negative) /* nothing is stored of NXDOMAIN and of an empty answer */
{
	uint8_t m[64];

	begin(NULL);
	for (unsigned id = 1; id <= 2; id++) {
		ask(5000, id);
		udp(1, 5000, m, message(m, id, 0x8180 | (id == 1 ? 3 : 0), 0, 0));
	}
	handshake(1000);
	ck_assert_uint_eq(told("dns/dns_rcode-NXDOMAIN"), 1);
	ck_assert_uint_eq(told("dns/dns_response-nxdomain"), 1);
	ck_assert_uint_eq(told("dns/dns_rcode-NOERROR"), 1);
	ck_assert_uint_eq(told("dns/dns_response-nodata"), 1);
	ck_assert_str_eq(end(), "[]");
}
END_TEST

/* algorithm 7: latency by the resolver's scope; what the cache counts */
START_TEST(algorithm_7_latency_by_scope)
{
	begin(NULL);
	resolve();
	handshake(1000);
	ck_assert_uint_eq(told("dns/dns_response-answer"), 1);
	ck_assert_uint_ge(told("self/memory-names"), NSC_NAMES * 16);
	ck_assert_uint_eq(told("self/cache_result-names_hit"), 1);
	ck_assert_uint_gt(told("self/cache_result-names_miss"), 0);
	end();
}
END_TEST

START_TEST(test_scope) /* 10.0.0.2 is private; a message of 1 ms */
{
	const struct nsc_cells *c;
	uint64_t all = 0, private = 0, others = 0;

	begin(NULL);
	resolve();
	c = &world.worker->cells;
	for (unsigned i = 0; i < NSC_HISTOGRAM_CELLS; i++) {
		all += c->cell[NSC_CELL(DNS_LATENCY, 0, 0) + i];
		private += c->cell[NSC_CELL(DNS_SCOPE_LATENCY, 0, NSC_V_SCOPE_PRIVATE) + i];
		others += c->cell[NSC_CELL(DNS_SCOPE_LATENCY, 0, NSC_V_SCOPE_PUBLIC) + i] +
			  c->cell[NSC_CELL(DNS_SCOPE_LATENCY, 0, NSC_V_SCOPE_LOOPBACK) + i];
	}
	ck_assert_uint_eq(all, 1);
	ck_assert_uint_eq(private, 1);
	ck_assert_uint_eq(others, 0);
	end();
}
END_TEST

/* row 4.10: counted once each; an empty datagram is none */
START_TEST(row_4_10_malformed_counts_once)
{
	static const struct {
		const char *octets;
		unsigned n;
	} cases[] = {
		{"\0\1\1\0\0\1\0\0\0\0\0", 11},				/* no whole header */
		{"\0\1\1\0\0\1\0\0\0\0\0\0\xc0\x0c\0\1\0\1", 18},	/* pointer to itself */
		{"\0\1\1\0\0\1\0\0\0\0\0\0\xc0\x12\0\1\0\1", 18},	/* to what follows */
	};

	begin(NULL);
	ask(5000, 1);
	for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
		udp(0, 5000, cases[i].octets, cases[i].n);
		ck_assert_uint_eq(told("dns/errors-malformed"), i + 1);
	}
	udp(0, 5000, "", 0);
	ck_assert_uint_eq(told("dns/errors-malformed"), sizeof cases / sizeof *cases);
	end();
}
END_TEST

/* algorithm 7: TC, then the same over TCP: no failure, no timeout */
START_TEST(algorithm_7_truncated_then_tcp)
{
	static const char *const failures[] = {"timeout", "late", "unsolicited", "mismatch",
					       "malformed"};
	uint8_t m[64];
	char name[64];

	begin(NULL);
	ask(5000, 7);
	udp(1, 5000, m, message(m, 7, 0x8380, 0, 0));
	wait(20000);
	ck_assert_uint_eq(told("dns/errors-truncated"), 1);
	ck_assert_uint_eq(told("dns/dns_response-nodata"), 0);
	for (unsigned i = 0; i < sizeof failures / sizeof *failures; i++) {
		snprintf(name, sizeof name, "dns/errors-%s", failures[i]);
		ck_assert_uint_eq(told(name), 0);
	}
	end();
}
END_TEST

static void
three_seconds(struct nsc_settings *s)
{
	s->session.dns_timeout = 3;
}

/* algorithm 7: 15 s, an option; late after it, no second timeout */
START_TEST(algorithm_7_timeout_and_late)
{
	for (int option = 0; option < 2; option++) {
		begin(option ? three_seconds : NULL);
		ask(5000, 7);
		wait(option ? 2000 : 14000);
		ck_assert_uint_eq(told("dns/errors-timeout"), 0);
		wait(2000);
		ck_assert_uint_eq(told("dns/errors-timeout"), 1);
		answer(5000, 7, 0);
		wait(60000);
		ck_assert_uint_eq(told("dns/errors-timeout"), 1);
		ck_assert_uint_eq(told("dns/errors-late"), 1);
		end();
	}
}
END_TEST

START_TEST(algorithm_7_fragmented) /* algorithm 7: counted, and read like any other */
{
	uint8_t m[64], whole[96];
	unsigned n = message(m, 7, 0x8180, 1, 0);

	begin(NULL);
	ask(5000, 7);
	n += add_answer(m + n);
	put_be16(whole, 53);
	put_be16(whole + 2, 5000);
	put_be16(whole + 4, 8 + n);
	put_be16(whole + 6, 0);
	memcpy(whole + 8, m, n);
	n += 8;
	ipv4(world.octets, NSC_PROTO_UDP, 24, 1, 77, 0x2000);
	memcpy(world.octets + 20, whole, 24);
	frame_of(RAW, 44, 44);
	ipv4(world.octets, NSC_PROTO_UDP, n - 24, 1, 77, 3);
	memcpy(world.octets + 20, whole + 24, n - 24);
	frame_of(RAW, n - 4, n - 4);
	ck_assert_uint_eq(told("dns/errors-fragmented"), 1);
	ck_assert_uint_eq(told("dns/dns_response-answer"), 1);
	ck_assert_uint_eq(told("dns/errors-malformed"), 0);
	end();
}
END_TEST

/* Algorithm 7: a client that never gets the rest has no answer; what it asks again has one. */
START_TEST(algorithm_7_the_rest_never_comes)
{
	uint8_t m[64];
	unsigned n = message(m, 7, 0x8180, 1, 0);

	begin(NULL);
	ask(5000, 7);
	n += add_answer(m + n);
	ipv4(world.octets, NSC_PROTO_UDP, 32, 1, 77, 0x2000);
	put_be16(world.octets + 20, 53);
	put_be16(world.octets + 22, 5000);
	put_be16(world.octets + 24, 8 + n);
	put_be16(world.octets + 26, 0);
	memcpy(world.octets + 28, m, 24);
	frame_of(RAW, 52, 52);
	ask(5001, 8);
	answer(5001, 8, 0);
	ck_assert_uint_eq(told("dns/dns_response-answer"), 1);
	wait(16000);
	ck_assert_uint_eq(told("dns/errors-timeout"), 1);
	wait(16000);				/* given up after 30 s, as a host does */
	ck_assert_uint_eq(told("self/cache_eviction-fragments"), 1);
	ck_assert_uint_eq(told("dns/dns_response-answer"), 1);
	ck_assert_uint_eq(told("dns/errors-fragmented"), 0);
	ck_assert_uint_eq(told("dns/errors-malformed"), 0);
	ck_assert_uint_eq(told("dns/errors-late"), 0);
	end();
}
END_TEST

RUN_SUITE("remote", row_4_11_before_and_after, algorithm_8_time_to_live,
	  algorithm_8_pinned_in_use, row_4_11_late_answer, algorithm_8_spoofed,
	  algorithm_8_negative, algorithm_7_latency_by_scope, test_scope,
	  row_4_10_malformed_counts_once, algorithm_7_truncated_then_tcp,
	  algorithm_7_timeout_and_late, algorithm_7_fragmented,
	  algorithm_7_the_rest_never_comes)
