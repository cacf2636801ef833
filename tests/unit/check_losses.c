/* SPDX-License-Identifier: MIT */
/*
 * Every way in which something is lost or odd has a named counter (features.md 3.16):
 * each is brought about once, in a worker with tiny limits, and seen by a reader.  Losses
 * of the kernel's ring are in tests/net/drops.sh, late publishes in check_reader.
 */
#include "dissect/h2_context.h"
#include "dissect/http_pending.h"
#include "dissect/quic_crypt.h"
#include "dissect/quic_hello.h"
#include "engine/worker_state.h"
#include "worker_world.h"
#include "suite.h"

static void
tiny(struct nsc_settings *s)
{
	s->flow.size = 4;
	s->decode.fragments = 1;
	s->session.sessions = 1;
	s->session.reassembly.limit = 4096;
	s->session.reassembly.memory = 1 << 20;
}

static void
half_open(void)
{
	for (unsigned i = 0; i < 5; i++)
		tcp(0, 40000 + i, S, (uint32_t)-1, 0, NULL, 0);
}

static void
one_packet(void)
{
	for (unsigned i = 0; i < 5; i++)
		udp(0, 40000 + i, "?", 1);
}

static void
closed(void)
{
	for (unsigned i = 0; i < 5; i++) {
		tcp(0, 40000 + i, S, (uint32_t)-1, 0, NULL, 0);
		tcp(1, 40000 + i, R | A, 0, 0, NULL, 0);
	}
}

static void
idle(void)
{
	for (unsigned i = 0; i < 5; i++) {
		udp(0, 40000 + i, "?", 1);
		udp(1, 40000 + i, "!", 1);
	}
}

static void
fragment(unsigned id, unsigned offset, bool more, unsigned len)
{
	ipv4(world.octets, NSC_PROTO_UDP, len, 0, id, (more ? 0x2000u : 0) | offset / 8);
	memset(world.octets + 20, 0, len);
	put_be16(world.octets + 20, 40000);
	put_be16(world.octets + 22, 9);
	put_be16(world.octets + 24, 4096);
	frame_of(RAW, 20 + len, 20 + len);
}

static void
fragments(void)
{
	fragment(1, 800, false, 80);
	fragment(2, 800, false, 80);
}

static void
overlap(void)
{
	fragment(1, 0, true, 160);
	fragment(1, 80, true, 160);
}

static void
sessions(void)
{
	/* An unfinished method: HTTP perhaps, so that both wait. */
	for (unsigned i = 0; i < 2; i++) {
		handshake(40000 + i);
		tcp(0, 40000 + i, P | A, 0, 0, "GE", 2);
	}
}

static void
dns_queries(void)
{
	uint8_t q[] = "\0\0\1\0\0\1\0\0\0\0\0\0\1a\0\0\1\0\1";

	for (unsigned id = 0; id <= 10000; id++) {
		put_be16(q, id);
		udp(0, 40000, q, sizeof q - 1);
		world.now -= 1000000 - 1000;	/* all of them within 15 s */
	}
}

static const uint8_t zeros[1460];

static void
gap(void)
{
	handshake(40000);
	tcp(0, 40000, P | A, 0, 0, "GE", 2);
	tcp(0, 40000, P | A, 100, 0, zeros, 10);
	nsc_worker_tick(world.worker, world.now + 30 * SECOND);
}

static void
overflow(void)
{
	handshake(40000);
	tcp(0, 40000, P | A, 0, 0, "GE", 2);
	for (unsigned i = 0; i < 4; i++)
		tcp(0, 40000, P | A, 100 + 1460 * i, 0, zeros, 1460);
}

static void
inconsistent(void)
{
	handshake(40000);
	tcp(0, 40000, P | A, 0, 0, "GE", 2);
	tcp(0, 40000, P | A, 10, 0, "abc", 3);
	tcp(0, 40000, P | A, 10, 0, "abd", 3);
}

static void
stray(void)
{
	handshake(40000);
	tcp(0, 40000, P | A, 0, 0, "GE", 2);
	tcp(0, 40000, P | A, (1u << 30) + 10, 0, "abc", 3);
}

static void
parse_error(void)
{
	handshake(40000);
	tcp(0, 40000, P | A, 0, 0, "GET / HTTP/1.1\r\nX: ", 19);
	for (unsigned i = 0; i < 50; i++) {
		memset(world.octets + 2000, 'a', 1460);
		tcp(0, 40000, P | A, 19 + 1460 * i, 0, world.octets + 2000, 1460);
	}
}

static void
rst_invalid(void)
{
	handshake(40000);
	tcp(1, 40000, R, 1000000, 0, NULL, 0);
}

static void
illegal(void)
{
	handshake(40000);
	tcp(0, 40000, S | F, 0, 0, NULL, 0);
}

static void
challenge(void)
{
	handshake(40000);
	tcp(0, 40000, S, 5000, 0, NULL, 0);
}

static void
keepalive(void)
{
	handshake(40000);
	tcp(0, 40000, A, 0, 0, "a", 1);
	tcp(1, 40000, A, 0, 1, NULL, 0);
	tcp(0, 40000, A, 0, 0, "", 1);
}

/* IPv4 in IPv4, so many times. */
static void
nested(unsigned layers)
{
	for (unsigned i = 0; i <= layers; i++)
		ipv4(world.octets + 20 * i, i < layers ? 4 : NSC_PROTO_UDP,
		     20 * (layers - i) + 8, 0, 0, 0);
	put_be32(world.octets + 20 * (layers + 1), 40000u << 16 | 9);
	put_be32(world.octets + 20 * (layers + 1) + 4, 8u << 16);
	frame_of(RAW, 20 * (layers + 1) + 8, 20 * (layers + 1) + 8);
}

static void
tunnel_depth(void)
{
	nested(12);
}

static void
decapsulated(void)
{
	nested(1);
}

static void
truncated(void)
{
	ipv4(world.octets, NSC_PROTO_UDP, 508, 0, 0, 0);
	put_be32(world.octets + 20, 40000u << 16 | 9);
	put_be32(world.octets + 24, 508u << 16);
	frame_of(RAW, 60, 528);
}

static void
malformed(void)
{
	memset(world.octets, 0, 40);
	world.octets[0] = 0x43;		/* a header of 12 octets */
	frame_of(RAW, 40, 40);
}

static void
unknown_link(void)
{
	frame_of(147, 40, 40);
}

static void
ethertype(unsigned type)
{
	memset(world.octets, 0, 60);
	put_be16(world.octets + 12, type);
	frame_of(ETHERNET, 60, 60);
}

static void
arp(void)
{
	ethertype(0x0806);
	put_be16(world.octets + 14, 1);
}

static void
non_ip(void)
{
	ethertype(0x88cc);		/* LLDP */
}

/* PACKET_OTHERHOST (packet(7)): a switch flooded it, or somebody made the interface promiscuous. */
static void
foreign(void)
{
	world.flags = NSC_FRAME_OTHERHOST;
	udp(0, 40000, "?", 1);
	world.flags = 0;
}

/* One request more than a conversation may have in flight. */
static void
http_requests(void)
{
	static const char get[] = "GET / HTTP/1.1\r\n\r\n";
	const unsigned len = sizeof get - 1;

	handshake(40000);
	for (unsigned i = 0; i <= NSC_HTTP_PIPELINED; i++)
		tcp(0, 40000, P | A, len * i, 0, get, len);
}

/* Header tables for so many connections, and the first one goes on behind one more. */
static void
http2_names(void)
{
	static const char preface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0";
	/* HEADERS, END_STREAM and END_HEADERS: :method GET, :scheme http, :path / (RFC 7541, A). */
	static const char headers[] = "\0\0\3\1\5\0\0\0\1\x82\x86\x84";
	static const char more[] = "\0\0\3\1\5\0\0\0\3\x82\x86\x84";
	const unsigned first = sizeof preface, then = sizeof headers - 1;

	for (unsigned i = 0; i <= NSC_H2_CONTEXTS; i++) {
		handshake(40000 + i);
		tcp(0, 40000 + i, P | A, 0, 0, preface, first);
		tcp(0, 40000 + i, P | A, first, 0, headers, then);
		world.now -= 5000000 - 1000;
	}
	tcp(0, 40000, P | A, first + then, 0, more, then);
}

/* Half a hello each: one more than there is room to put together. */
static void
quic_hellos(void)
{
	const char *top = getenv("top_srcdir");
	char path[4096];
	uint8_t initial[1200];
	FILE *f;

	snprintf(path, sizeof path, "%s/tests/unit/data/half_hello.bin", top != NULL ? top : ".");
	f = fopen(path, "rb");
	ck_assert_msg(f != NULL, "%s", path);
	ck_assert_uint_eq(fread(initial, 1, sizeof initial, f), sizeof initial);
	fclose(f);
	for (unsigned i = 0; i <= NSC_QUIC_HELLOS; i++) {
		udp(0, 40000 + i, initial, sizeof initial);
		world.now -= 1000000 - 1000;
	}
	nsc_worker_tick(world.worker, world.now + 2 * SECOND);
}

/* Certificates of servers on one port more than there are rows. */
static void
cert_ports(void)
{
	for (unsigned i = 0; i <= NSC_PORTS; i++) {
		struct nsc_flow f = {.port = {0, (uint16_t)(8000 + i)}};
		struct nsc_event ev = {.kind = NSC_EVENT_TLS_CERTIFICATE, .time = world.now, .flow = &f,
				       .certificate = {.server = 1, .not_after = 1800000000}};

		nsc_tally(world.worker, &ev);
	}
}

/* More unlike requests than have room (check_pending). */
static void
operations(void)
{
	struct nsc_flow f = {.proto = 6};
	struct nsc_event ev = {.kind = NSC_EVENT_LOSS, .time = world.now, .flow = &f,
			       .loss = NSC_LOSS_OPERATION};

	nsc_tally(world.worker, &ev);
}

static void
clock_jump(void)
{
	udp(0, 40000, "?", 1);
	nsc_worker_rebase(world.worker, world.now, world.now + 7200 * SECOND);
}

static const struct {
	const char *name;
	void (*raise)(void);
} losses[] = {
	{"self/cache_eviction-half_open", half_open},
	{"self/cache_eviction-one_packet", one_packet},
	{"self/cache_eviction-closed", closed},
	{"self/cache_eviction-idle", idle},
	{"self/cache_eviction-fragments", fragments},
	{"self/cache_eviction-sessions", sessions},
	{"self/cache_eviction-dns_queries", dns_queries},
	{"self/cache_eviction-http_requests", http_requests},
	{"self/cache_eviction-http2_names", http2_names},
	{"self/cache_eviction-quic_hellos", quic_hellos},
	{"self/cache_eviction-cert_ports", cert_ports},
	{"self/cache_eviction-operations", operations},
	{"self/operations-fragment_overlap", overlap},
	{"self/operations-reassembly_gap", gap},
	{"self/operations-reassembly_overflow", overflow},
	{"self/operations-inconsistent_retransmit", inconsistent},
	{"self/operations-stray_segment", stray},
	{"self/operations-parse_error", parse_error},
	{"self/operations-rst_invalid", rst_invalid},
	{"self/operations-illegal_flags", illegal},
	{"self/operations-syn_in_established", challenge},
	{"self/operations-tunnel_depth", tunnel_depth},
	{"self/operations-clock_jump", clock_jump},
	{"self/packets-decapsulated", decapsulated},
	{"self/packets-truncated", truncated},
	{"self/packets-malformed", malformed},
	{"self/packets-unknown_link", unknown_link},
	{"self/packets-arp", arp},
	{"self/packets-non_ip", non_ip},
	{"self/packets-foreign", foreign},
	{"tcp-private/protocol_counter-keepalive", keepalive},
};

/* What needs more than tiny() gives to get there. */
static bool
is_large(void (*raise)(void))
{
	return raise == parse_error || raise == http2_names || raise == quic_hellos;
}

/* Counters of losses that other tests bring about. */
static const struct {
	const char *name, *test;
} elsewhere[] = {
	{"self/packets-captured", "no loss"},
	{"self/packets-dropped", "tests/net/drops.sh"},
	{"self/packets-fragments", "no loss; check_worker"},
	{"self/cache_eviction-names", "check_name_cache"},
	{"self/operations-ring_freeze", "tests/net/drops.sh"},
	{"self/operations-late_publish", "check_reader"},
	{"self/operations-owner_given_up", "check_engine_owners"},
	{"self/operations-quic_short_initial", "no loss; of the other end's making"},
};

static bool
is_raised(const char *name)
{
	unsigned i;

	for (i = 0; i < sizeof losses / sizeof *losses; i++)
		if (strcmp(losses[i].name, name) == 0)
			return true;
	for (i = 0; i < sizeof elsewhere / sizeof *elsewhere; i++)
		if (strcmp(elsewhere[i].name, name) == 0)
			return true;
	return false;
}

/* A counter that somebody adds has to be brought about here, or named with the test that does. */
START_TEST(row_3_16_every_counter_of_a_loss_is_raised)
{
	static const enum nsc_metric_id metric[] = {NSC_M_SELF_PACKETS, NSC_M_SELF_KINDS,
						    NSC_M_SELF_EVICTION, NSC_M_SELF_TABLES,
						    NSC_M_SELF_ANOMALY};
	unsigned i, v;

	for (i = 0; i < sizeof metric / sizeof *metric; i++) {
		const struct nsc_metric *m = &nsc_metrics[metric[i]];

		for (v = 0; v < m->members; v++) {
			char name[128];

			snprintf(name, sizeof name, "%s/%s-%s", m->family, m->type,
				 nsc_set_token((enum nsc_set)m->values, v));
			ck_assert_msg(is_raised(name), "%s", name);
		}
	}
}
END_TEST

/* Once each: nothing before, one after, and nothing of it is left open in a sum. */
START_TEST(row_3_16_each_loss_has_its_counter)
{
	if (losses[_i].raise == quic_hellos && nsc_quic_crypt_library() == NULL)
		return;			/* without nettle nothing of a hello is held */
	world_begin(is_large(losses[_i].raise) ? NULL : tiny);
	ck_assert_uint_eq(told(losses[_i].name), 0);
	losses[_i].raise();
	ck_assert_msg(told(losses[_i].name) == 1, "%s: %llu", losses[_i].name,
		      (unsigned long long)world.found);
	ck_assert_uint_eq(told(losses[_i].name), 1);
	world_end();
}
END_TEST

RUN_TESTS("losses", NULL, NULL, ONCE(row_3_16_every_counter_of_a_loss_is_raised),
	  ROWS(row_3_16_each_loss_has_its_counter, sizeof losses / sizeof *losses))
