/* SPDX-License-Identifier: MIT */
/*
 * Every way in which something is lost or odd has a named counter (features.md 3.16):
 * each is brought about once, in a worker with tiny limits, and seen by a reader.  Losses
 * of the kernel's ring are in tests/net/drops.sh, late publishes in check_reader.
 */
#include "worker_world.h"

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

/* Once each: nothing before, one after, and nothing of it is left open in a sum. */
START_TEST(row_3_16_each_loss_has_its_counter)
{
	world_begin(losses[_i].raise == parse_error ? NULL : tiny);
	ck_assert_uint_eq(told(losses[_i].name), 0);
	losses[_i].raise();
	ck_assert_msg(told(losses[_i].name) == 1, "%s: %llu", losses[_i].name,
		      (unsigned long long)world.found);
	ck_assert_uint_eq(told(losses[_i].name), 1);
	world_end();
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("losses");
	TCase *t = tcase_create("losses");
	SRunner *r;
	int failed;

	tcase_add_loop_test(t, row_3_16_each_loss_has_its_counter, 0,
			    sizeof losses / sizeof *losses);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
