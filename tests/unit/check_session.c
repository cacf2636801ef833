/* SPDX-License-Identifier: MIT */
/* The session with recording dummy dissectors (features.md 1.13 to 1.15, 1.18). */
#include <check.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "dissect/session.h"
#include "suite.h"

enum { MS = 1000000, ISN0 = 0xfffffff0, ISN1 = 5000 };

static char record[8192];

static void __attribute__((format(printf, 1, 2)))
note(const char *fmt, ...)
{
	size_t n = strlen(record);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(record + n, sizeof record - n, fmt, ap);
	va_end(ap);
}

/*
 * LINE: text lines.  "LINE" or "LI" begins it.  Each line is an event; a line
 * "need N", "skip N", "done", "bad", "notmine", "tls", "label X" does so.
 */
struct line_state {
	uint32_t lines;
	uint32_t magic;
};

static enum nsc_verdict
line_guess(const struct nsc_guess *g)
{
	size_t n = nsc_bytes_left(&g->bytes);

	if (memcmp(g->bytes.p, "LINE", n < 4 ? n : 4) != 0)
		return NSC_NOT_MINE;
	return n < 4 ? NSC_MORE : NSC_DONE;
}

static bool
word(const char *line, uint32_t len, const char *w)
{
	return len >= strlen(w) && memcmp(line, w, strlen(w)) == 0;
}

static enum nsc_verdict
line_feed(void *state, struct nsc_chunk *in, struct nsc_out *out)
{
	struct line_state *s = state;

	ck_assert(s->magic == 0 || s->magic == 0xabcd);
	s->magic = 0xabcd;
	if (in->gap)
		note("gap%d ", in->side);
	for (;;) {
		const uint8_t *nl = nsc_bytes_left(&in->bytes) == 0
					    ? NULL
					    : memchr(in->bytes.p, '\n', nsc_bytes_left(&in->bytes));
		const char *line = (const char *)in->bytes.p;
		struct nsc_event ev = {.kind = NSC_EVENT_SSH};
		uint32_t len;

		if (nl == NULL)
			break;
		len = (uint32_t)(nl - in->bytes.p);
		nsc_bytes_skip(&in->bytes, len + 1);
		s->lines++;
		ev.ssh.client.p = line;
		ev.ssh.client.len = len;
		nsc_out_event(out, &ev);
		if (word(line, len, "need ")) {
			out->wish.need = (uint32_t)atoi(line + 5);
			return NSC_MORE;
		}
		if (word(line, len, "skip ")) {
			out->wish.skip = (uint64_t)atoi(line + 5);
			return NSC_MORE;
		}
		if (word(line, len, "timeout"))
			out->wish.timeout = 777;
		if (word(line, len, "label "))
			nsc_out_label(out, NSC_LABEL_HTTP_HOST, line + 6, len - 6);
		if (word(line, len, "done"))
			return NSC_DONE;
		if (word(line, len, "bad"))
			return NSC_MALFORMED;
		if (word(line, len, "notmine"))
			return NSC_NOT_MINE;
		if (word(line, len, "on"))
			return NSC_HAND_ON;
	}
	if (in->fin)
		note("fin%d ", in->side);
	return NSC_MORE;
}

static void
line_end(void *state, struct nsc_out *out)
{
	const struct line_state *s = state;
	struct nsc_event ev = {.kind = NSC_EVENT_SSH};

	(void)s;
	ev.ssh.client.p = "end";
	ev.ssh.client.len = 3;
	nsc_out_event(out, &ev);
}

static const struct nsc_dissector line = {
	.name = "line",
	.transports = NSC_OVER_TCP | NSC_OVER_UDP,
	.state_size = sizeof(struct line_state),
	.guess = line_guess,
	.feed = line_feed,
	.end = line_end,
};

/* NAMED: known by the server's first octets "220", nothing is read. */
static enum nsc_verdict
named_guess(const struct nsc_guess *g)
{
	if (g->side == 1 && nsc_bytes_starts(&g->bytes, "220"))
		return NSC_DONE;
	return g->side == 0 && nsc_bytes_left(&g->other) == 0 ? NSC_MORE : NSC_NOT_MINE;
}

static const struct nsc_dissector named = {
	.name = "named",
	.transports = NSC_OVER_TCP,
	.timeout = 99,
	.guess = named_guess,
};

/* GREEDY: takes everything by guess, feeds until 3 octets, then it was not its own. */
static enum nsc_verdict
greedy_guess(const struct nsc_guess *g)
{
	return *g->bytes.p == '?' ? NSC_DONE : NSC_NOT_MINE;
}

static enum nsc_verdict
greedy_feed(void *state, struct nsc_chunk *in, struct nsc_out *out)
{
	(void)state;
	(void)out;
	note("greedy ");
	nsc_bytes_skip(&in->bytes, 1);
	return NSC_NOT_MINE;
}

static const struct nsc_dissector greedy = {
	.name = "greedy",
	.transports = NSC_OVER_TCP | NSC_OVER_UDP,
	.guess = greedy_guess,
	.feed = greedy_feed,
};

/* STUCK: never reads anything. */
static enum nsc_verdict
stuck_guess(const struct nsc_guess *g)
{
	return *g->bytes.p == '#' ? NSC_DONE : NSC_NOT_MINE;
}

static enum nsc_verdict
stuck_feed(void *state, struct nsc_chunk *in, struct nsc_out *out)
{
	(void)state;
	(void)in;
	(void)out;
	return NSC_MORE;
}

static const struct nsc_dissector stuck = {
	.name = "stuck",
	.transports = NSC_OVER_TCP,
	.guess = stuck_guess,
	.feed = stuck_feed,
};

static const struct nsc_dissector *const table[] = {NULL, &greedy, &line, &named, &stuck};
enum { GREEDY = 1, LINE, NAMED, STUCK, TABLE };

static struct nsc_sessions *ss;
static struct nsc_flow flow;
static uint64_t now;

static void
on_event(void *arg, const struct nsc_event *ev)
{
	(void)arg;
	ck_assert_ptr_eq(ev->flow, &flow);
	ck_assert_uint_eq(ev->time, now);
	note("[%.*s] ", (int)ev->ssh.client.len, ev->ssh.client.p);
}

static void
on_app(void *arg, struct nsc_flow *f, unsigned before)
{
	(void)arg, (void)before;
	note("app=%s ", f->app != 0 ? table[f->app]->name : "unknown");
}

static void
on_timeout(void *arg, struct nsc_flow *f, uint32_t seconds)
{
	(void)arg;
	f->timeout = seconds;
	note("timeout=%u ", seconds);
}

static void
make(uint32_t sessions, uint32_t limit, int overflow)
{
	struct nsc_session_config cfg = {
		.reassembly = {.limit = limit, .memory = 1 << 20, .hole_ms = 1000,
			       .overflow = (uint8_t)overflow},
		.sessions = sessions,
		.label_memory = 1 << 16,
		.wanted = {~UINT64_C(0), ~UINT64_C(0)},
		.dissectors = table,
		.dissector_count = TABLE,
	};
	struct nsc_session_hooks hooks = {
		.event = on_event, .app = on_app, .timeout = on_timeout};

	nsc_sessions_free(ss);
	ss = NULL;
	ck_assert_int_eq(nsc_sessions_new(&ss, &cfg, &hooks), 0);
}

/* A flow after its handshake, as the table has it. */
static void
shake(struct nsc_flow *f, uint8_t proto)
{
	memset(f, 0, sizeof *f);
	f->proto = proto;
	f->port[0] = 40000;
	f->port[1] = 80;
	if (proto != NSC_PROTO_TCP)
		return;
	f->tcp[0].acked = ISN1 + 1;
	f->tcp[1].acked = ISN0 + 1u;
	f->tcp[0].flags = f->tcp[1].flags = NSC_SIDE_ACKS | NSC_SIDE_SYN;
}

static void
setup(void)
{
	make(100, 65536, NSC_OVERFLOW_SLIDING);
	shake(&flow, NSC_PROTO_TCP);
	record[0] = '\0';
	now = 1000 * (uint64_t)MS;
	note("started ");	/* the worker's, from the table's hook: before any packet is dissected */
}

static void
teardown(void)
{
	nsc_sessions_free(ss);
	ss = NULL;
}

/* Octet `at` (from 0) of a side; a copy, so that a sanitizer sees a look behind the end. */
static enum nsc_end
send_at(int side, uint32_t at, const char *text, uint8_t flags)
{
	uint32_t n = (uint32_t)strlen(text);
	uint8_t *copy = malloc(n);
	struct nsc_update up = {.flow = &flow, .side = (uint8_t)side};
	struct nsc_packet p = {
		.time = now,
		.proto = flow.proto,
		.tcp_flags = flags,
		.payload = copy,
		.payload_len = n,
		.payload_caplen = n,
		.seq = (side ? ISN1 : ISN0) + 1u + at,
	};
	enum nsc_end end;

	memcpy(copy, text, n);
	end = nsc_session_packet(ss, &up, &p);
	memset(copy, 0, n);
	free(copy);
	return end;
}

static enum nsc_end
say(int side, uint32_t at, const char *text)
{
	return send_at(side, at, text, 0);
}

static void
closed(enum nsc_end reason)
{
	nsc_session_closed(ss, &flow, reason, now);
	flow.flags |= NSC_FLOW_CLOSED;
	note("closed ");
}

#define RECORD(text) ck_assert_str_eq(record, "started " text)

START_TEST(row_1_13_order)
{
	say(0, 0, "LINE a\nLI");
	say(1, 0, "ok\n");
	say(0, 9, "NE b\n");
	closed(NSC_END_FIN);
	say(0, 14, "after\n");
	RECORD("app=line [LINE a] [ok] [LINE b] [end] closed ");
	ck_assert_uint_eq(nsc_sessions_stats(ss)->sessions, 0);
	ck_assert(flow.flags & NSC_FLOW_NO_PAYLOAD);
}
END_TEST

/* Zeros behind a bare ACK, in the place of the first octets: padding of a short frame. */
START_TEST(padding_is_no_payload)
{
	static const uint8_t zeros[7];

	for (uint32_t n = 2; n <= 6; n++) {
		struct nsc_update up = {.flow = &flow, .side = 0};
		struct nsc_packet p = {.time = now, .proto = flow.proto, .tcp_flags = NSC_TCP_ACK,
				       .payload = zeros, .payload_len = n, .payload_caplen = n,
				       .seq = ISN0 + 1};

		ck_assert_int_eq(nsc_session_packet(ss, &up, &p), NSC_END_OPEN);
	}
	say(0, 0, "LINE a\n");
	RECORD("app=line [LINE a] ");
}
END_TEST

START_TEST(row_1_13_bytes_in_sequence_order)
{
	say(0, 7, "two\n");			/* the first segment comes late */
	say(0, 11, "three\n");
	say(0, 3, "E 1\nt");			/* over the wrap of the sequence space */
	say(0, 0, "LINE 1\n");
	say(0, 0, "LINE 1\ntwo\n");		/* again */
	say(0, 11, "three\nfour\n");
	closed(NSC_END_FIN);
	RECORD("app=line [LINE 1] [two] [three] [four] [end] closed ");
}
END_TEST

START_TEST(row_1_13_never_after_fin)
{
	say(0, 0, "LINE\n");
	send_at(0, 5, "last\n", NSC_TCP_FIN);
	say(0, 10, "more\n");
	say(0, 5, "last\nmore\n");
	send_at(0, 5, "last\n", NSC_TCP_FIN);
	say(1, 0, "half-closed\n");
	send_at(1, 12, "", NSC_TCP_FIN);
	closed(NSC_END_FIN);
	RECORD("app=line [LINE] [last] fin0 [half-closed] fin1 [end] closed ");
}
END_TEST

START_TEST(fin_before_the_hole_is_filled)
{
	say(0, 0, "LINE\n");
	send_at(0, 8, "cd\n", NSC_TCP_FIN);
	say(0, 5, "ab ");
	RECORD("app=line [LINE] [ab cd] fin0 ");
}
END_TEST

START_TEST(row_1_13_never_after_rst)
{
	say(0, 0, "LINE\n");
	send_at(0, 5, "x\n", NSC_TCP_RST);
	closed(NSC_END_RST);
	say(0, 5, "x\n");
	RECORD("app=line [LINE] closed ");
}
END_TEST

START_TEST(row_1_14_flush_or_drop)
{
	static const enum nsc_end reasons[] = {NSC_END_FIN, NSC_END_IDLE, NSC_END_EOF, NSC_END_RST,
					       NSC_END_EVICTED, NSC_END_BUFFER_OVERFLOW};

	record[0] = '\0';
	for (int i = 0; i < 6; i++) {
		shake(&flow, NSC_PROTO_TCP);
		say(0, 0, "LINE\n");
		say(0, 7, "behind a hole\n");
		closed(reasons[i]);
		ck_assert_uint_eq(flow.session, 0);
	}
	ck_assert_str_eq(record, "app=line [LINE] gap0 [behind a hole] [end] closed "
				 "app=line [LINE] gap0 [behind a hole] [end] closed "
				 "app=line [LINE] gap0 [behind a hole] [end] closed "
				 "app=line [LINE] closed app=line [LINE] closed "
				 "app=line [LINE] closed ");
	ck_assert_uint_eq(nsc_sessions_reassembly(ss)->held, 0);
}
END_TEST

/* Exactly one close, the dissector gone, nothing told. */
START_TEST(row_1_14_buffer_overflow)
{
	char block[1001];

	make(100, 4000, NSC_OVERFLOW_DROP_FLOW);
	memset(block, 'x', 1000);
	block[1000] = '\0';
	say(0, 0, "LINE\n");
	for (uint32_t i = 0; i < 4; i++)
		ck_assert_int_eq(say(0, 10 + i * 1000, block), NSC_END_OPEN);
	ck_assert_int_eq(say(0, 4010, block), NSC_END_BUFFER_OVERFLOW);
	closed(NSC_END_BUFFER_OVERFLOW);
	ck_assert_int_eq(say(0, 5, block), NSC_END_OPEN);
	RECORD("app=line [LINE] closed ");
	ck_assert_uint_eq(nsc_sessions_stats(ss)->overflows, 1);
	ck_assert_uint_eq(nsc_sessions_stats(ss)->sessions, 0);
	ck_assert_uint_eq(nsc_sessions_reassembly(ss)->held, 0);
}
END_TEST

/* 1.15: data in the first packet of a flow found in mid-stream. */
START_TEST(row_1_15_midstream)
{
	shake(&flow, NSC_PROTO_TCP);
	flow.flags = NSC_FLOW_MIDSTREAM;
	say(1, 7777, "LINE of the server\n");
	say(1, 7777 + 19, "more\n");
	closed(NSC_END_IDLE);
	RECORD("app=line [LINE of the server] [more] [end] closed ");
}
END_TEST

START_TEST(octet_by_octet)
{
	static const char text[] = "LINE octets\nskip 5\n.....on\n?";

	for (uint32_t i = 0; i < sizeof text - 1; i++)
		say(0, i, (char[]){text[i], '\0'});
	RECORD("app=line [LINE octets] [skip 5] [on] app=greedy greedy app=unknown ");
}
END_TEST

START_TEST(unknown_costs_nothing_more)
{
	say(0, 0, "what is this");
	RECORD("");
	say(1, 0, "404");
	ck_assert(flow.flags & NSC_FLOW_NO_PAYLOAD);
	ck_assert_uint_eq(flow.session, 0);
	ck_assert_uint_eq(nsc_sessions_stats(ss)->unknown, 1);
	closed(NSC_END_FIN);
	RECORD("closed ");
}
END_TEST

/* The client says something that tells nothing; the server's answer does. */
START_TEST(the_other_side_tells)
{
	say(0, 0, "LI");
	say(1, 0, "LINE s\n");
	say(0, 2, "xx\n");
	RECORD("app=line [LINE s] [LIxx] ");
}
END_TEST

START_TEST(the_name_alone)
{
	say(1, 0, "220 ready");
	RECORD("app=named timeout=99 ");
	ck_assert_uint_eq(flow.app, NAMED);
	ck_assert(flow.flags & NSC_FLOW_NO_PAYLOAD);
}
END_TEST

START_TEST(not_mine_tries_the_others)
{
	say(0, 0, "?LINE x\n");
	RECORD("app=greedy greedy app=unknown app=line [LINE x] ");
	say(0, 8, "notmine\n");
	say(0, 16, "LINE y\n");
	RECORD("app=greedy greedy app=unknown app=line [LINE x] [notmine] app=unknown ");
}
END_TEST

START_TEST(hand_on)
{
	say(0, 0, "LINE\non\nLINE again\n");
	say(1, 0, "answer\n");
	RECORD("app=line [LINE] [on] [LINE again] [answer] ");
	/* not without end */
	for (uint32_t i = 0; i < 20; i++)
		say(0, 19 + i * 8, "on\nLINE\n");
	ck_assert(flow.flags & NSC_FLOW_NO_PAYLOAD);
}
END_TEST

START_TEST(wishes)
{
	say(0, 0, "LINE\nneed 4\nabc");
	say(0, 15, "\nskip 1000\nxxx");
	RECORD("app=line [LINE] [need 4] [abc] [skip 1000] ");
	flow.timeout = 0;
	say(0, 15 + 11 + 1000, "z\ntimeout\n");
	RECORD("app=line [LINE] [need 4] [abc] [skip 1000] [z] [timeout] timeout=777 ");
	ck_assert_uint_eq(nsc_sessions_reassembly(ss)->held, 0);
}
END_TEST

START_TEST(need_is_heeded)
{
	static struct nsc_flow *const f = &flow;

	say(0, 0, "LINE\nneed 6\n");
	say(0, 12, "ab\n");
	RECORD("app=line [LINE] [need 6] ");
	say(0, 15, "cd\n");
	RECORD("app=line [LINE] [need 6] [ab] [cd] ");
	say(0, 18, "need 60\ne\n");
	send_at(0, 28, "", NSC_TCP_FIN);	/* the fin ends the waiting */
	RECORD("app=line [LINE] [need 6] [ab] [cd] [need 60] [e] fin0 ");
	ck_assert_uint_eq(f->app, LINE);
}
END_TEST

START_TEST(done_and_malformed)
{
	ck_assert_int_eq(say(0, 0, "LINE\ndone\nmore\n"), NSC_END_OPEN);
	closed(NSC_END_FIN);
	RECORD("app=line [LINE] [done] closed ");
	ck_assert_uint_eq(flow.app, LINE);
	shake(&flow, NSC_PROTO_TCP);
	ck_assert_int_eq(say(0, 0, "LINE\nbad\nmore\n"), NSC_END_PARSE_ERROR);
	closed(NSC_END_PARSE_ERROR);
	ck_assert_uint_eq(nsc_sessions_stats(ss)->malformed[LINE], 1);
	RECORD("app=line [LINE] [done] closed app=line [LINE] [bad] closed ");
}
END_TEST

START_TEST(no_progress)
{
	char block[1001];

	make(100, 4000, NSC_OVERFLOW_DROP_FLOW);
	memset(block, '#', 1000);
	block[1000] = '\0';
	for (uint32_t i = 0; i < 4; i++)
		ck_assert_int_eq(say(0, i * 1000, block), NSC_END_OPEN);
	ck_assert_int_eq(say(0, 4000, block), NSC_END_BUFFER_OVERFLOW);
	make(100, 4000, NSC_OVERFLOW_SLIDING);
	shake(&flow, NSC_PROTO_TCP);
	for (uint32_t i = 0; i < 100; i++)
		ck_assert_int_eq(say(0, i * 1000, block), NSC_END_OPEN);
	ck_assert_uint_le(nsc_sessions_reassembly(ss)->held, 4000);
	nsc_session_retired(ss, &flow);
}
END_TEST

START_TEST(holes_end_by_time_and_by_acknowledgement)
{
	struct nsc_update up = {.flow = &flow, .side = 1};
	struct nsc_packet ack = {.proto = NSC_PROTO_TCP, .tcp_flags = NSC_TCP_ACK,
				 .seq = ISN1 + 1, .ack = ISN0 + 1u + 9};

	say(0, 0, "LINE\n");
	say(0, 7, "b\n");
	now += 999 * (uint64_t)MS;
	nsc_sessions_tick(ss, now);
	RECORD("app=line [LINE] ");
	now += 2 * MS;
	nsc_sessions_tick(ss, now);
	RECORD("app=line [LINE] gap0 [b] ");
	say(0, 11, "c\n");
	now += 20 * MS;
	ack.time = now;
	nsc_session_packet(ss, &up, &ack);
	RECORD("app=line [LINE] gap0 [b] ");
	ack.ack += 4;
	nsc_session_packet(ss, &up, &ack);
	RECORD("app=line [LINE] gap0 [b] gap0 [c] ");
}
END_TEST

START_TEST(labels_live_until_retired)
{
	struct nsc_text t;

	say(0, 0, "LINE\nlabel one\nlabel two\n");
	t = nsc_session_label(ss, &flow, NSC_LABEL_HTTP_HOST);
	ck_assert_uint_eq(t.len, 3);
	ck_assert_mem_eq(t.p, "one", 3);
	closed(NSC_END_FIN);
	ck_assert_uint_eq(nsc_sessions_stats(ss)->sessions, 0);
	t = nsc_session_label(ss, &flow, NSC_LABEL_HTTP_HOST);
	ck_assert_mem_eq(t.p, "one", 3);
	ck_assert_uint_eq(nsc_session_label(ss, &flow, NSC_LABEL_JA4).len, 0);
	nsc_session_retired(ss, &flow);
	ck_assert_uint_eq(nsc_session_label(ss, &flow, NSC_LABEL_HTTP_HOST).len, 0);
	ck_assert_uint_eq(flow.session, 0);
}
END_TEST

/* Everything comes back: many generations in few sessions and little label memory. */
START_TEST(flow_reuse)
{
	make(2, 65536, NSC_OVERFLOW_SLIDING);
	for (int i = 0; i < 20000; i++) {
		record[0] = '\0';
		shake(&flow, NSC_PROTO_TCP);
		say(0, 0, "LINE\nlabel a label of some length, to fill memory\nhalf");
		say(1, 5, "held");
		if (i % 2)
			closed(i % 4 == 1 ? NSC_END_RST : NSC_END_FIN);
		nsc_session_retired(ss, &flow);
	}
	ck_assert_uint_eq(nsc_sessions_stats(ss)->exhausted, 0);
	ck_assert_uint_eq(nsc_sessions_stats(ss)->sessions, 0);
	ck_assert_uint_eq(nsc_sessions_reassembly(ss)->held, 0);
}
END_TEST

START_TEST(exhaustion_is_counted)
{
	static struct nsc_flow other[3];

	make(2, 65536, NSC_OVERFLOW_SLIDING);
	for (int i = 0; i < 3; i++) {
		shake(&flow, NSC_PROTO_TCP);
		say(0, 0, "LI");
		other[i] = flow;
	}
	ck_assert_uint_eq(nsc_sessions_stats(ss)->exhausted, 1);
	ck_assert(other[2].flags & NSC_FLOW_NO_PAYLOAD);
	ck_assert(!(other[1].flags & NSC_FLOW_NO_PAYLOAD));
}
END_TEST

START_TEST(datagrams)
{
	shake(&flow, NSC_PROTO_UDP);
	say(0, 0, "nothing");
	flow.packets_low[0] = 2;
	say(0, 0, "LINE a\nrest is lost");
	say(1, 0, "b\n");
	say(0, 0, "bad\n");
	say(0, 0, "c\n");
	closed(NSC_END_IDLE);
	RECORD("app=line [LINE a] [b] [bad] [c] [end] closed ");
	ck_assert_uint_eq(nsc_sessions_stats(ss)->malformed[LINE], 1);
	/* after a few without a match nobody looks any more */
	shake(&flow, NSC_PROTO_UDP);
	for (uint32_t i = 1; i <= 4; i++) {
		ck_assert(!(flow.flags & NSC_FLOW_NO_PAYLOAD));
		flow.packets_low[0] = i;
		say(0, 0, "nothing");
	}
	ck_assert(flow.flags & NSC_FLOW_NO_PAYLOAD);
	shake(&flow, NSC_PROTO_UDP);
	say(0, 0, "?");
	RECORD("app=line [LINE a] [b] [bad] [c] [end] closed app=greedy greedy app=unknown ");
	ck_assert_uint_eq(nsc_sessions_stats(ss)->sessions, 0);
}
END_TEST

static uint64_t
resident(void)
{
	unsigned long size = 0, rss = 0;
	FILE *f = fopen("/proc/self/statm", "r");

	ck_assert_ptr_nonnull(f);
	ck_assert_int_eq(fscanf(f, "%lu %lu", &size, &rss), 2);
	fclose(f);
	return (uint64_t)rss * 4096;
}

/* A million flows, each with half of what would tell its protocol. */
START_TEST(row_1_18_half_fed)
{
	enum { FLOWS = 1000000 };
	uint64_t before, memory;

	make(FLOWS, 65536, NSC_OVERFLOW_SLIDING);
	before = resident();
	for (int i = 0; i < FLOWS; i++) {
		shake(&flow, NSC_PROTO_TCP);
		say(0, 0, "LI");
	}
	memory = resident() - before;
	ck_assert_uint_eq(nsc_sessions_stats(ss)->sessions, FLOWS);
	ck_assert_uint_le(nsc_sessions_reassembly(ss)->held, 1 << 20);
	/* the pool's cap, and the table of sessions: 256 octets each; a sanitizer adds its own */
	if (getenv("ASAN_OPTIONS") == NULL && memory > 0)
		ck_assert_uint_le(memory, (1 << 20) + 256 * (uint64_t)FLOWS + (8 << 20));
}
END_TEST

RUN_TESTS("session", setup, teardown, ONCE(row_1_13_order), ONCE(padding_is_no_payload),
	  ONCE(row_1_13_bytes_in_sequence_order), ONCE(row_1_13_never_after_fin),
	  ONCE(fin_before_the_hole_is_filled), ONCE(row_1_13_never_after_rst),
	  ONCE(row_1_14_flush_or_drop), ONCE(row_1_14_buffer_overflow),
	  ONCE(row_1_15_midstream), ONCE(octet_by_octet), ONCE(unknown_costs_nothing_more),
	  ONCE(the_other_side_tells), ONCE(the_name_alone), ONCE(not_mine_tries_the_others),
	  ONCE(hand_on), ONCE(wishes), ONCE(need_is_heeded), ONCE(done_and_malformed),
	  ONCE(no_progress), ONCE(holes_end_by_time_and_by_acknowledgement),
	  ONCE(labels_live_until_retired), ONCE(flow_reuse), ONCE(exhaustion_is_counted),
	  ONCE(datagrams), ONCE(row_1_18_half_fed))
