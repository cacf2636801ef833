/* SPDX-License-Identifier: MIT */
/* One 5-tuple, several speakers (RFC 7983): STUN finds the way, DTLS makes the keys, RTP is the media. */
#include "talks.h"
#include "worker_world.h"
#include "suite.h"

/* RFC 8489, 5: type, length, cookie, identifier; SOFTWARE as the one attribute. */
static void
stun(int side, unsigned port, unsigned type)
{
	static const uint8_t m[28] = {0, 0, 0, 8, 0x21, 0x12, 0xa4, 0x42,
				      [20] = 0x80, 0x22, 0, 4, 't', 'e', 's', 't'};
	uint8_t copy[sizeof m];

	memcpy(copy, m, sizeof m);
	put_be16(copy, type);
	udp(side, port, copy, sizeof copy);
}

static void
check_way(unsigned port, unsigned times)
{
	for (unsigned i = 0; i < times; i++) {
		stun(0, port, 0x0001);
		stun(1, port, 0x0101);
	}
}

/* A media packet (RFC 3550, 5.1). */
static void
rtp(int side, unsigned port, unsigned number)
{
	uint8_t p[172] = {0x80, 0x6f};

	put_be16(p + 2, number);
	udp(side, port, p, sizeof p);
}

static void
begin(void)
{
	world_begin(NULL);
	world.service = 3478;
	told("");
}

static void
end(void)
{
	ck_assert_uint_eq(told("flow/connections-closed_parse_error"), 0);
	ck_assert_uint_eq(told("self/operations-parse_error"), 0);
	world_end();
}

/* A handshake of OpenSSL; `between` pairs of STUN between its datagrams. */
static void
keys(unsigned port, unsigned between)
{
	struct talk *talk = calloc(GOLDEN_FLOWS, sizeof *talk);
	unsigned count = talks_load(talk, "dtls.pcap");

	for (unsigned i = 0; i < talk[0].turns; i++) {
		udp(talk[0].turn[i].side, port, talk[0].turn[i].p, (unsigned)talk[0].turn[i].len);
		check_way(port, between);
	}
	talks_free(talk, count);
	free(talk);
}

START_TEST(dtls_behind_stun)
{
	for (unsigned pairs = 0; pairs <= 30; pairs += 5) {
		for (unsigned between = 0; between <= 1; between++) {
			begin();
			check_way(50000, pairs);
			keys(50000, between);
			check_way(50000, 3);
			for (unsigned i = 0; i < 50; i++)
				rtp(i & 1, 50000, i);
			check_way(50000, 3);
			nsc_worker_finish(world.worker, world.now);
			ck_assert_uint_eq(told("app-dtls/connections-opened"), 1);
			ck_assert_uint_eq(told("tls/connections-dtls_1_2"), 1);
			ck_assert_uint_eq(told("flow/connections-opened"), 1);
			end();
		}
	}
}
END_TEST

START_TEST(stun_alone_is_no_dtls)
{
	begin();
	check_way(50000, 100);
	check_way(50001, 2);
	for (unsigned i = 0; i < 100; i++)
		rtp(i & 1, 50001, i);
	nsc_worker_finish(world.worker, world.now);
	ck_assert_uint_eq(told("app-dtls/connections-opened"), 0);
	ck_assert_uint_eq(told("tls/connections-dtls_1_2"), 0);
	ck_assert_uint_eq(told("app-stun/connections-opened"), 1);
	ck_assert_uint_eq(told("app-rtp/connections-opened"), 1);
	ck_assert_uint_eq(told("flow/connections-opened"), 2);
	end();
}
END_TEST

/* Two ways that are tried at once: the one with the keys has the name. */
START_TEST(each_way_for_itself)
{
	begin();
	for (unsigned i = 0; i < 10; i++) {
		check_way(50000, 1);
		check_way(50001, 1);
	}
	keys(50001, 1);
	check_way(50000, 5);
	nsc_worker_finish(world.worker, world.now);
	ck_assert_uint_eq(told("app-dtls/connections-opened"), 1);
	ck_assert_uint_eq(told("tls/connections-dtls_1_2"), 1);
	ck_assert_uint_eq(told("flow/connections-opened"), 2);
	end();
}
END_TEST

RUN_SUITE("stun", dtls_behind_stun, stun_alone_is_no_dtls, each_way_for_itself)
