/* SPDX-License-Identifier: MIT */
/* DNS: what dig and dnsmasq said, malformed messages, what is none. */
#include <arpa/inet.h>

#include "dissect/dns.h"
#include "dissect/protocols.h"
#include "golden.h"
#include "tape.h"
#include "suite.h"

static struct tape tape;
static struct nsc_dns_parsed d;

/* A message: header of id, flags and counts, then the octets behind it. */
static size_t
message(uint8_t *to, unsigned id, unsigned flags, const unsigned count[4], const char *rest,
	size_t n)
{
	const unsigned word[6] = {id, flags, count[0], count[1], count[2], count[3]};

	for (int i = 0; i < 6; i++) {
		to[2 * i] = (uint8_t)(word[i] >> 8);
		to[2 * i + 1] = (uint8_t)word[i];
	}
	memcpy(to + 12, rest, n);
	return 12 + n;
}

#define REST(text) (text), sizeof(text) - 1
#define COUNTS(...) ((const unsigned[4]){__VA_ARGS__})

START_TEST(test_names) /* presentation form; RFC 4343, 2.1 */
{
	uint8_t m[512];
	size_t n;
	static const struct {
		const char *wire;
		size_t len;
		const char *text;
	} cases[] = {
		{"\0\0\1\0\1", 5, "."},
		{"\3WwW\7example\0\0\1\0\1", 17, "WwW.example"},
		{"\4a.b\\\1c\0\0\1\0\1", 12, "a\\.b\\\\.c"},
		{"\3\xc3\xa4 \2-_\0\0\1\0\1", 12, "\\195\\164\\032.-_"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		n = message(m, 1, 0x0100, COUNTS(1, 0, 0, 0), cases[i].wire, cases[i].len);
		ck_assert(nsc_dns_parse(&d, m, n, false, NSC_DNS_UNICAST));
		ck_assert_msg(!d.msg.malformed && d.exact, "%s", cases[i].text);
		ck_assert_uint_eq(d.msg.name.len, strlen(cases[i].text));
		ck_assert_mem_eq(d.msg.name.p, cases[i].text, d.msg.name.len);
	}
}
END_TEST

START_TEST(row_4_10_malformed) /* row 4.10, and the limits of algorithm 7 */
{
	static const struct {
		const char *what;
		const char *wire;
		size_t len;
	} cases[] = {
		{"pointer to itself", REST("\xc0\x0c\0\1\0\1")},
		{"pointer forward", REST("\xc0\x12\0\1\0\1\1a\0")},
		{"pointer into its own labels", REST("\1a\xc0\x0c\0\1\0\1")},
		{"pointer into the header", REST("\xc0\x04\0\1\0\1")},
		{"label type 01", REST("\x41"
				       "a\0\0\1\0\1")},
		{"label type 10", REST("\x81"
				       "a\0\0\1\0\1")},
		{"label cut", REST("\x3f"
				   "abc")},
		{"no class", REST("\1a\0\0\1\0")},
	};
	uint8_t m[1024];
	size_t n;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		n = message(m, 1, 0x0100, COUNTS(1, 0, 0, 0), cases[i].wire, cases[i].len);
		ck_assert(nsc_dns_parse(&d, m, n, false, NSC_DNS_UNICAST));
		ck_assert_msg(d.msg.malformed, "%s", cases[i].what);
	}
	ck_assert(!nsc_dns_parse(&d, m, 11, false, NSC_DNS_UNICAST));

	/* 255 octets of name are the most (RFC 1035, 2.3.4). */
	for (unsigned last = 61; last <= 62; last++) {
		char name[512];
		size_t at = 0;

		for (int i = 0; i < 4; i++) {
			size_t len = i < 3 ? 63 : last;

			name[at] = (char)len;
			memset(name + at + 1, 'x', len);
			at += 1 + len;
		}
		memcpy(name + at, "\0\0\1\0\1", 5);
		n = message(m, 1, 0x0100, COUNTS(1, 0, 0, 0), name, at + 5);
		nsc_dns_parse(&d, m, n, false, NSC_DNS_UNICAST);
		ck_assert_int_eq(d.msg.malformed, last == 62);
	}
}
END_TEST

START_TEST(row_4_10_truncated_rdata) /* truncated RDATA, and the same in a short capture */
{
	uint8_t m[512];
	size_t n = message(m, 9, 0x8180, COUNTS(1, 2, 0, 0),
			   REST("\1a\0\0\1\0\1\xc0\x0c\0\1\0\1\0\0\0\1\0\4\x0a\0\0\1"
				"\xc0\x0c\0\1\0\1\0\0\0\1\0\4\x0a\0\0"));

	ck_assert(nsc_dns_parse(&d, m, n, false, NSC_DNS_UNICAST));
	ck_assert(d.msg.malformed);
	ck_assert_uint_eq(d.msg.answers, 1);
	ck_assert(nsc_dns_parse(&d, m, n, true, NSC_DNS_UNICAST));
	ck_assert(!d.msg.malformed);
	n = message(m, 9, 0x8180, COUNTS(1, 1, 0, 0),
		    REST("\1a\0\0\1\0\1\xc0\x0c\0\1\0\1\0\0\0\1\0\5\x0a\0\0\1\0"));
	nsc_dns_parse(&d, m, n, false, NSC_DNS_UNICAST);
	ck_assert_msg(d.msg.malformed, "an A record of five octets");
}
END_TEST

/* What a service binding holds is not read (RFC 9460, 2.2): nothing in it is a fault of the message. */
START_TEST(algorithm_7_svcb_rdata)
{
	static const struct {
		const char *what, *rdata;
		size_t len;
	} cases[] = {
		{"nothing", REST("")},
		{"half a priority", REST("\0")},
		{"a target cut off", REST("\0\1\7exa")},
		{"a target that points forward", REST("\0\1\xff\xff")},
		{"a target that points at itself", REST("\0\1\xc0\x1f")},
		{"a parameter longer than all", REST("\0\1\0\0\1\xff\xff")},
		{"parameters in no order", REST("\0\1\0\0\3\0\2\1\xbb\0\1\0\3\2h3")},
		{"an alias with parameters", REST("\0\0\0\0\3\0\2\1\xbb")},
	};
	static const char head[] = "\1a\0\0\x41\0\1\xc0\x0c\0\x41\0\1\0\0\0\1\0";
	static const char after[] = "\xc0\x0c\0\1\0\1\0\0\0\1\0\4\x0a\0\0\1";
	char rest[128];
	uint8_t m[256];
	size_t n, at;

	for (unsigned type = 64; type <= 65; type++) {
		for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
			memcpy(rest, head, sizeof head - 1);
			rest[4] = rest[10] = (char)type;
			at = sizeof head - 1;
			rest[at++] = (char)cases[i].len;
			memcpy(rest + at, cases[i].rdata, cases[i].len);
			at += cases[i].len;
			memcpy(rest + at, after, sizeof after - 1);
			n = message(m, 9, 0x8180, COUNTS(1, 2, 0, 0), rest, at + sizeof after - 1);
			ck_assert(nsc_dns_parse(&d, m, n, false, NSC_DNS_UNICAST));
			ck_assert_msg(!d.msg.malformed && d.msg.answers == 1, "%s", cases[i].what);
			ck_assert_uint_eq(d.msg.qtype, type);
			/* Longer than the message is a fault (RFC 1035, 3.2.1). */
			n = message(m, 9, 0x8180, COUNTS(1, 1, 0, 0), rest, at);
			m[12 + sizeof head - 1]++;
			ck_assert(nsc_dns_parse(&d, m, n, false, NSC_DNS_UNICAST));
			ck_assert_msg(d.msg.malformed, "%s, and one octet more", cases[i].what);
		}
	}
}
END_TEST

START_TEST(row_4_10_chain_of_127) /* 127 pointers are followed, 128 are not */
{
	for (unsigned chain = 126; chain <= 127; chain++) {
		uint8_t m[1024];
		size_t n, at = 12;

		/* A record whose data is pointers, each to the one before; then one named
		 * by the last. */
		n = message(m, 1, 0x8100, COUNTS(1, 2, 0, 0),
			    REST("\0\0\1\0\1\0\0\x0a\0\1\0\0\0\0"));
		m[n++] = (uint8_t)(chain * 2 >> 8);
		m[n++] = (uint8_t)(chain * 2);
		for (unsigned i = 0; i <= chain; i++) {
			m[n] = (uint8_t)(0xc0 | at >> 8);
			m[n + 1] = (uint8_t)at;
			at = n;
			n += 2;
		}
		memcpy(m + n, "\0\1\0\1\0\0\0\0\0\4\x0a\0\0\1", 14);
		nsc_dns_parse(&d, m, n + 14, false, NSC_DNS_UNICAST);
		ck_assert_int_eq(d.msg.malformed, chain == 127);
		ck_assert_uint_eq(d.msg.answers, chain == 126);
	}
}
END_TEST

START_TEST(algorithm_7_edns) /* RFC 6891, 6.1.3: BADVERS is 1 * 16 + 0 */
{
	uint8_t m[512];
	size_t n = message(m, 7, 0x8180, COUNTS(1, 0, 0, 1),
			   REST("\1a\0\0\x1c\0\1\0\0\x29\x10\0\1\0\0\0\0\0"));
	char buf[12];

	nsc_dns_parse(&d, m, n, false, NSC_DNS_UNICAST);
	ck_assert_uint_eq(d.msg.rcode, 16);
	ck_assert_str_eq(nsc_dns_rcode_text(16, buf), "BADVERS");
	ck_assert_str_eq(nsc_dns_rcode_text(3, buf), "NXDOMAIN");
	ck_assert_str_eq(nsc_dns_rcode_text(12, buf), "12");
	ck_assert_str_eq(nsc_dns_type_text(28, buf), "AAAA");
	ck_assert_str_eq(nsc_dns_type_text(65, buf), "HTTPS");
	ck_assert_str_eq(nsc_dns_type_text(65534, buf), "TYPE65534");
}
END_TEST

START_TEST(algorithm_7_mdns) /* RFC 6762, 5.4: the top bit of the class is another thing */
{
	uint8_t m[512];
	size_t n = message(m, 0, 0, COUNTS(1, 0, 0, 0), REST("\1a\5local\0\0\x0c\x80\1"));
	struct nsc_guess g = {
		.bytes = nsc_bytes(m, n), .transport = NSC_OVER_UDP, .port = {5353, 5353}};

	nsc_dns_parse(&d, m, n, false, NSC_DNS_MULTICAST);
	ck_assert_uint_eq(d.msg.qclass, 1);
	ck_assert_int_eq(nsc_mdns.guess(&g), NSC_DONE);
	ck_assert_int_eq(nsc_dns.guess(&g), NSC_NOT_MINE);
	ck_assert_int_eq(nsc_llmnr.guess(&g), NSC_NOT_MINE);
	g.port[1] = 53;
	ck_assert_int_eq(nsc_dns.guess(&g), NSC_DONE);
}
END_TEST

START_TEST(row_4_6_any_port) /* row 4.6: by content, and no false claim */
{
	static const struct {
		unsigned flags, count[4];
		const char *wire;
		size_t len;
		enum nsc_verdict want;
	} cases[] = {
		{0x0100, {1, 0, 0, 0}, REST("\1a\0\0\1\0\1"), NSC_DONE},
		{0x8183, {1, 0, 0, 0}, REST("\1a\0\0\1\0\1"), NSC_DONE},
		{0x0100,
		 {1, 0, 0, 0},
		 REST("\1a\0\0\1\0\1\0"),
		 NSC_NOT_MINE}, /* one octet more */
		{0x0100,
		 {1, 0, 0, 0},
		 REST("\1a\0\x7f\1\0\1"),
		 NSC_NOT_MINE}, /* no such type */
		{0x0100,
		 {1, 0, 0, 0},
		 REST("\1a\0\0\1\0\2"),
		 NSC_NOT_MINE}, /* no such class */
		{0x0140,
		 {1, 0, 0, 0},
		 REST("\1a\0\0\1\0\1"),
		 NSC_NOT_MINE}, /* a reserved bit */
		{0x0100, {2, 0, 0, 0}, REST("\1a\0\0\1\0\1"), NSC_NOT_MINE},
		{0x0100, {1, 1, 0, 0}, REST("\1a\0\0\1\0\1"), NSC_NOT_MINE},
		{0x0110,
		 {1, 0, 0, 0}, /* NetBIOS */
		 REST("\x20"
		      "CKAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\0\0\x21\0\1"),
		 NSC_NOT_MINE},
	};
	uint8_t m[512], stream[514];

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		size_t n = message(m, 77, cases[i].flags, cases[i].count, cases[i].wire,
				   cases[i].len);
		struct nsc_guess g = {.bytes = nsc_bytes(m, n),
				      .transport = NSC_OVER_UDP,
				      .port = {40000, 9999}};

		ck_assert_msg(nsc_dns.guess(&g) == cases[i].want, "UDP %zu", i);
		stream[0] = (uint8_t)(n >> 8);
		stream[1] = (uint8_t)n;
		memcpy(stream + 2, m, n);
		g.transport = NSC_OVER_TCP;
		for (size_t k = 0; k <= n + 2; k++) {
			g.bytes = nsc_bytes(stream, k);
			if (k == n + 2)
				ck_assert_int_eq(nsc_dns.guess(&g), cases[i].want);
			else
				ck_assert_int_ne(nsc_dns.guess(&g), NSC_DONE);
		}
	}
}
END_TEST

struct real {
	struct talk talk[GOLDEN_FLOWS];
	unsigned count;
	struct tape tape;
	void *shared;
	unsigned flow;
};

/* A line of expect.py. */
static void
real_event(void *arg, struct nsc_event *ev)
{
	struct real *r = arg;
	char text[INET6_ADDRSTRLEN];

	if (ev->kind != NSC_EVENT_DNS)
		return;
	tape_print(&r->tape, "%u %d %u %.*s %u %u %llu", r->flow, ev->dns.response,
		   ev->dns.id, (int)ev->dns.name.len, ev->dns.name.p, ev->dns.qtype,
		   ev->dns.response ? ev->dns.rcode : 0,
		   (unsigned long long)(ev->dns.latency + 500) / 1000);
	for (unsigned i = 0; i < ev->dns.answers; i++) {
		const struct nsc_addr *a = &ev->dns.answer[i];

		if (nsc_addr_is_v4(a))
			inet_ntop(AF_INET, a->b + 12, text, sizeof text);
		else
			inet_ntop(AF_INET6, a->b, text, sizeof text);
		tape_print(&r->tape, " %s", text);
	}
	tape_print(&r->tape, "\n");
}

static void
real_packet(void *arg, const struct golden_packet *g)
{
	struct real *r = arg;
	static uint64_t state[GOLDEN_FLOWS];
	struct nsc_out out = {.arg = r,
			      .event = real_event,
			      .label = tape_label,
			      .time = g->time,
			      .shared = r->shared,
			      .transport = g->proto == 6 ? NSC_OVER_TCP : NSC_OVER_UDP};
	struct nsc_chunk in = {.bytes = nsc_bytes(g->p, g->len),
			       .time = g->time,
			       .side = (uint8_t)g->side,
			       .transport = out.transport};

	out.addr[g->side] = nsc_addr_v4(g->src);
	out.addr[!g->side] = nsc_addr_v4(g->dst);
	out.port[g->side] = in.port[g->side] = g->sport;
	out.port[!g->side] = in.port[!g->side] = g->dport;
	r->flow = g->flow;
	if (g->proto == 6)
		talk_say(&r->talk[g->flow], g->side, g->p, g->len);
	ck_assert_uint_le(nsc_dns.state_size, sizeof state[0]);
	ck_assert_int_eq(
		nsc_dns.feed(g->proto == 6 ? (void *)&state[g->flow] : NULL, &in, &out),
		NSC_MORE);
	ck_assert_uint_eq(nsc_bytes_left(&in.bytes), 0);
}

/* algorithm 7 (i): messages and dns.time equal tshark's */
START_TEST(algorithm_7_i_as_tshark)
{
	struct real *r = calloc(1, sizeof *r);
	size_t len;
	char *data = golden_read("dns.pcap", &len);

	nsc_dns.shared_new(&r->shared);
	golden_packets(data, len, real_packet, r);
	free(data);
	data = golden_read("dns.txt", &len);
	ck_assert_str_eq(r->tape.text, data);
	free(data);
	nsc_dns.shared_free(r->shared);
	/* Over TCP, cut anywhere: row 1.22. */
	for (unsigned i = 0; i < GOLDEN_FLOWS; i++) {
		struct talk *t = &r->talk[i];

		if (t->turns == 0)
			continue;
		t->port[0] = 50000;
		t->port[1] = 53;
		play_every_way(&tape, &nsc_dns, t);
		ck_assert_uint_ge(tape.len, 40);
		t->port[1] = 4242;
		play_every_way(&tape, &nsc_dns, t);
		ck_assert_uint_ge(tape.len, 40);
		talk_free(t);
	}
	free(r);
}
END_TEST

/* many messages a segment, answers out of order, a short one */
START_TEST(algorithm_7_tcp_stream)
{
	uint8_t m[512], stream[1024];
	struct talk t = {.port = {50000, 53}};
	size_t n, at = 0;

	for (unsigned id = 1; id <= 3; id++) {
		n = message(m, id, 0x0100, COUNTS(1, 0, 0, 0), REST("\1a\0\0\1\0\1"));
		stream[at++] = 0;
		stream[at++] = (uint8_t)n;
		memcpy(stream + at, m, n);
		at += n;
	}
	talk_say(&t, 0, stream, at);
	at = 0;
	for (unsigned id = 3; id >= 1; id--) {
		n = message(m, id, 0x8180, COUNTS(1, 0, 0, 0), REST("\1a\0\0\1\0\1"));
		stream[at++] = 0;
		stream[at++] = (uint8_t)n;
		memcpy(stream + at, m, n);
		at += n;
	}
	talk_say(&t, 1, stream, at);
	talk_say(&t, 0, "\0\5abcde", 7);
	play_every_way(&tape, &nsc_dns, &t);
	ck_assert_str_eq(
		tape.text,
		"0 1 a 1 0\n0 2 a 1 0\n0 3 a 1 0\n"
		"1 3 a 1 0 outcome 0\n1 2 a 1 0 outcome 0\n1 1 a 1 0 outcome 0\n"
		"outcome 8\n");
	ck_assert_int_eq(tape.verdict, NSC_MALFORMED);
	talk_free(&t);
}
END_TEST

RUN_SUITE("dns", test_names, row_4_10_malformed, row_4_10_truncated_rdata,
	  algorithm_7_svcb_rdata, row_4_10_chain_of_127, algorithm_7_edns, algorithm_7_mdns,
	  row_4_6_any_port, algorithm_7_i_as_tshark, algorithm_7_tcp_stream)
