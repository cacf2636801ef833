/* SPDX-License-Identifier: MIT */
/*
 * HTTP/2 of real programs through the session, cut anywhere, against tshark: with prior
 * knowledge, after an upgrade; pushes, padding, CONTINUATION, small tables, gRPC, resets.
 * With segments lost, or found in mid-stream, less is told, and nothing else.
 */
#include "dissect/session.h"
#include "talks.h"
#include "suite.h"

enum { MS = 1000000, ISN0 = 0xfffffe00, ISN1 = 5000, LINES = 64 };

static struct nsc_sessions *ss;
static struct nsc_flow flow;
static uint64_t now;
static uint32_t at[2];
static struct talk talks[GOLDEN_FLOWS];
static unsigned count;
static char lines[LINES][128];
static unsigned line_count;

static void
on_event(void *arg, const struct nsc_event *ev)
{
	const struct nsc_http_exchange *x = &ev->http;
	char grpc[16] = "";

	(void)arg;
	ck_assert_int_eq(ev->kind, NSC_EVENT_HTTP);
	ck_assert_uint_lt(line_count, LINES);
	if (x->grpc)
		snprintf(grpc, sizeof grpc, " grpc %u", x->grpc_status);
	snprintf(lines[line_count++], sizeof lines[0], "%.*s %.*s %u%s", (int)x->method.len,
		 x->method.p, (int)x->host.len, x->host.p, x->status, grpc);
}

static void
segment(int side, const uint8_t *p, size_t len)
{
	uint8_t *copy = malloc(len);	/* of the exact size, for the sanitizer */
	struct nsc_update up = {.flow = &flow, .side = (uint8_t)side};
	struct nsc_packet pk = {
		.time = now += MS,
		.proto = NSC_PROTO_TCP,
		.payload = copy,
		.payload_len = (uint32_t)len,
		.payload_caplen = (uint32_t)len,
		.seq = (side ? ISN1 : ISN0) + 1u + at[side],
	};

	memcpy(copy, p, len);
	ck_assert_int_eq(nsc_session_packet(ss, &up, &pk), NSC_END_OPEN);
	at[side] += (uint32_t)len;
	free(copy);
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void
begin(void)
{
	memset(&flow, 0, sizeof flow);
	flow.proto = NSC_PROTO_TCP;
	flow.tcp[0].acked = ISN1 + 1;
	flow.tcp[1].acked = ISN0 + 1u;
	flow.tcp[0].flags = flow.tcp[1].flags = NSC_SIDE_ACKS | NSC_SIDE_SYN;
	at[0] = at[1] = 0;
	now = 1000 * (uint64_t)MS;
	line_count = 0;
}

static void
end(void)
{
	nsc_session_closed(ss, &flow, NSC_END_FIN, now);
	nsc_session_retired(ss, &flow);
	ck_assert_uint_eq(nsc_sessions_stats(ss)->sessions, 0);
	qsort(lines, line_count, sizeof lines[0], by_text);
}

static void
play_talk(const struct talk *talk, size_t step, size_t cut)
{
	size_t total = 0;

	begin();
	for (unsigned i = 0; i < talk->turns; i++) {
		const struct turn *t = &talk->turn[i];

		for (size_t done = 0; done < t->len;) {
			size_t n = t->len - done;

			if (step > 0 && n > step)
				n = step;
			if (cut > total && cut < total + n)
				n = cut - total;
			segment(t->side, t->p + done, n);
			done += n;
			total += n;
		}
	}
	end();
	/* Those captures that hold gRPC have it in each of their conversations. */
	ck_assert(strcmp(nsc_app_name(flow.app), "http2") == 0 ||
		  strcmp(nsc_app_name(flow.app), "grpc") == 0);
}

/* Without turns from..to; it begins in mid-stream if from is 0. */
static void
play_without(const struct talk *talk, unsigned from, unsigned to)
{
	begin();
	if (from == 0)
		flow.flags |= NSC_FLOW_MIDSTREAM;
	for (unsigned i = 0; i < talk->turns; i++) {
		const struct turn *t = &talk->turn[i];

		if (i >= from && i <= to)
			at[t->side] += (uint32_t)t->len;
		else
			segment(t->side, t->p, t->len);
		/* What was lost is given up after a second. */
		now += (i == to ? 2000 : 0) * (uint64_t)MS;
		nsc_sessions_tick(ss, now);
	}
	end();
}

/* The lines of tshark for the flow, in the order of their texts. */
static void
check_lines(const char *text, unsigned n)
{
	unsigned i = 0;

	for (const char *p = text; *p != '\0'; p += strcspn(p, "\n") + 1) {
		size_t len;

		if (strtoul(p, NULL, 10) != n)
			continue;
		p += strcspn(p, " ") + 1;
		len = strcspn(p, "\n");
		ck_assert_uint_lt(i, line_count);
		ck_assert_msg(strlen(lines[i]) == len && memcmp(lines[i], p, len) == 0,
			      "flow %u: %s, not %.*s", n, lines[i], (int)len, p);
		i++;
	}
	ck_assert_uint_eq(i, line_count);
}

/* The word at *p of up to n octets, and *p behind it. */
static struct nsc_text
word(const char **p)
{
	struct nsc_text t = {*p, (uint32_t)strcspn(*p, " \n")};

	*p += t.len + ((*p)[t.len] == ' ');
	return t;
}

/* Is the first what the second says, as far as it says something? */
static bool
agrees(const char *line, const char *truth)
{
	for (int i = 0; i < 3; i++) {
		struct nsc_text a = word(&line), b = word(&truth);

		if (a.len > 0 && !(i == 2 && *a.p == '0') &&
		    (a.len != b.len || memcmp(a.p, b.p, a.len) != 0))
			return false;
	}
	return true;
}

/* Each line is one of tshark's for the flow, or less. */
static void
check_no_other(const char *text, unsigned n, unsigned from, unsigned to)
{
	for (unsigned i = 0; i < line_count; i++) {
		bool found = false;

		for (const char *p = text; *p != '\0' && !found; p += strcspn(p, "\n") + 1)
			found = strtoul(p, NULL, 10) == n && agrees(lines[i], strchr(p, ' ') + 1);
		/* The request of an upgrade may be all that is left: 101 is its status then. */
		ck_assert_msg(found || strstr(lines[i], " 101") != NULL,
			      "flow %u without %u to %u: %s", n, from, to, lines[i]);
	}
}

static char *text;

static void
make_sessions(uint64_t wanted)
{
	struct nsc_session_config cfg = {
		.reassembly = {.limit = 1 << 16,
			       .memory = 1 << 20,
			       .hole_ms = 1000,
			       .overflow = NSC_OVERFLOW_SLIDING},
		.sessions = 4,
		.label_memory = 1 << 16,
		.wanted = {wanted, ~UINT64_C(0)},
	};
	struct nsc_session_hooks hooks = {.event = on_event};

	ck_assert_int_eq(nsc_sessions_new(&ss, &cfg, &hooks), 0);
}

static void
setup(void)
{
	size_t len;

	count = talks_load(talks, "../http2/http2.pcap");
	text = golden_read("../http2/http2.txt", &len);
	ck_assert_uint_eq(count, 8);
	make_sessions(~UINT64_C(0));
}

static void
teardown(void)
{
	talks_free(talks, count);
	nsc_sessions_free(ss);
	free(text);
}

START_TEST(test_real) /* features.md 1.20, for HTTP/2 */
{
	for (unsigned i = 0; i < count; i++) {
		size_t total = talk_octets(&talks[i]);
		size_t stride = total > 4000 ? total / 700 : 1;

		for (size_t step = 0; step <= 3; step++) {
			play_talk(&talks[i], step, 0);
			check_lines(text, i);
		}
		for (size_t cut = 1; cut < total; cut += stride) {
			play_talk(&talks[i], 0, cut);
			check_lines(text, i);
		}
	}
}
END_TEST

START_TEST(test_losses)
{
	unsigned told = 0;

	for (unsigned i = 0; i < count; i++) {
		for (unsigned from = 0; from < talks[i].turns; from++) {
			for (unsigned to = from; to < talks[i].turns; to++) {
				play_without(&talks[i], from, to);
				check_no_other(text, i, from, to);
				told += line_count;
			}
		}
	}
	ck_assert_uint_gt(told, 100);
}
END_TEST

START_TEST(test_not_wanted) /* Dissect "http": the upgrade is the exchange's end */
{
	const unsigned upgrade = 5;

	nsc_sessions_free(ss);
	make_sessions(UINT64_C(1) << nsc_app_find("http"));
	begin();
	for (unsigned i = 0; i < talks[upgrade].turns; i++)
		segment(talks[upgrade].turn[i].side, talks[upgrade].turn[i].p,
			talks[upgrade].turn[i].len);
	end();
	ck_assert_uint_eq(line_count, 1);
	ck_assert_str_eq(lines[0], "GET 127.0.0.1:8082 101");
}
END_TEST

RUN_TESTS("http2_real", setup, teardown, ONCE(test_real), ONCE(test_losses),
	  ONCE(test_not_wanted))
