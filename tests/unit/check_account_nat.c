/* SPDX-License-Identifier: MIT */
/*
 * Flows under two names (DESIGN 3, double counting; features.md 3.8): each packet counts where it
 * enters, also if the translation is told late.  10.0.0.1 is this host, 10.0.0.2 the peer.
 */
#include "worker_world.h"

#include "scope/translations.h"
#include "suite.h"

enum { CONTAINER = 0x0a090007, HOST = 0x0a000001, PEER = 0x0a000002 };	/* 10.9.0.7 ... */

static struct nsc_addr
v4(uint32_t a)
{
	uint8_t octets[4];

	put_be32(octets, a);
	return nsc_addr_v4(octets);
}

static void
begin(void (*change)(struct nsc_settings *s))
{
	struct nsc_facts_view *v;

	memset(&world.facts, 0, sizeof world.facts);
	world.flags = 0;
	v = nsc_facts_edit(&world.facts);
	v->addresses_known = v->listeners_known = 1;
	v->addresses = 1;
	v->address[0] = (struct nsc_fact_address){.addr = v4(HOST), .ifindex = 2, .bits = 120};
	nsc_facts_commit(&world.facts);
	world_begin(change);
}

static void
translate(uint32_t from, uint16_t from_port, uint32_t to, uint16_t to_port, uint32_t as_from,
	  uint16_t as_from_port, uint32_t as_to, uint16_t as_to_port)
{
	struct nsc_translation x = {
		.before = {{v4(from), v4(to)}, {from_port, to_port}},
		.after = {{v4(as_from), v4(as_to)}, {as_from_port, as_to_port}},
		.proto = NSC_PROTO_TCP, .seen = 1700000000};

	ck_assert(nsc_translations_put(&world.facts.translations, &x));
}

/* A segment of 1000 octets of payload and 40 of headers. */
static void
segment(uint32_t from, unsigned from_port, uint32_t to, unsigned to_port, unsigned flags,
	bool outgoing)
{
	uint8_t *p = world.octets;

	ipv4(p, NSC_PROTO_TCP, 1020, 0, 0, 0);
	put_be32(p + 12, from);
	put_be32(p + 16, to);
	memset(p + 20, 0, 20);
	put_be16(p + 20, from_port);
	put_be16(p + 22, to_port);
	put_be32(p + 24, 1000);
	put_be32(p + 28, flags & A ? 5000 : 0);
	p[32] = 0x50;
	p[33] = (uint8_t)flags;
	put_be16(p + 34, 65535);
	world.flags = outgoing ? NSC_FRAME_OUTGOING : 0;
	frame_of(RAW, 1040, 1040);
}

enum { SIZE = 1040 };

/* One segment each way through masquerade: as it is seen on the bridge, and on the uplink. */
static void
masqueraded(bool syn)
{
	segment(CONTAINER, 4000, PEER, 80, syn ? S : A | P, false);	/* bridge, in */
	segment(HOST, 61000, PEER, 80, syn ? S : A | P, true);		/* uplink, out */
	segment(PEER, 80, HOST, 61000, syn ? S | A : A | P, false);	/* uplink, in */
	segment(PEER, 80, CONTAINER, 4000, syn ? S | A : A | P, true);	/* bridge, out */
}

struct sums {
	uint64_t rx, tx;
};

static const char *wanted_scope;

static void
take_octets(void *arg, const struct nsc_sample *s)
{
	struct sums *sums = arg;

	if (strcmp(s->family, "scope") == 0 && strcmp(s->group, wanted_scope) == 0 &&
	    strcmp(s->type, "if_octets") == 0)
		*sums = (struct sums){s->sum[0], s->sum[1]};
}

static struct sums
octets(const char *scope)
{
	struct sums s = {0, 0};

	wanted_scope = scope;
	ck_assert_int_eq(nsc_reader_read(world.reader, take_octets, &s), 0);
	return s;
}

START_TEST(test_masquerade)
{
	struct sums s;

	begin(NULL);
	translate(CONTAINER, 4000, PEER, 80, HOST, 61000, PEER, 80);
	masqueraded(true);
	masqueraded(false);
	s = octets("forwarded");
	ck_assert_uint_eq(s.rx, 2 * SIZE);
	ck_assert_uint_eq(s.tx, 2 * SIZE);
	ck_assert_uint_eq(told("scope-private/if_octets"), 0);
	ck_assert_uint_eq(told("scope-forwarded/current_connections"), 1);	/* one flow, two names */
	ck_assert_uint_eq(told("scope-forwarded/connections-none"), 1);
	ck_assert_uint_eq(told("flow/connections-opened"), 0);
	world_end();
}
END_TEST

/* A published port: the host's address is the one that it came with. */
START_TEST(test_destination)
{
	struct sums s;

	begin(NULL);
	translate(PEER, 5000, HOST, 8080, PEER, 5000, CONTAINER, 80);
	for (int i = 0; i < 2; i++) {
		segment(PEER, 5000, HOST, 8080, i ? A : S, false);
		segment(PEER, 5000, CONTAINER, 80, i ? A : S, true);
		segment(CONTAINER, 80, PEER, 5000, i ? A : S | A, false);
		segment(HOST, 8080, PEER, 5000, i ? A : S | A, true);
	}
	s = octets("forwarded");
	ck_assert_uint_eq(s.rx, 2 * SIZE);
	ck_assert_uint_eq(s.tx, 2 * SIZE);
	ck_assert_uint_eq(told("scope-private/if_octets"), 0);
	ck_assert_uint_eq(told("scope-forwarded/current_connections"), 1);
	world_end();
}
END_TEST

/* Forwarded true: traffic of its own, counted once as well. */
static void
forwarded(struct nsc_settings *s)
{
	s->forwarded = true;
}

START_TEST(test_forwarded_is_traffic)
{
	struct sums s;

	begin(forwarded);
	translate(CONTAINER, 4000, PEER, 80, HOST, 61000, PEER, 80);
	masqueraded(true);
	s = octets("private");
	ck_assert_uint_eq(s.rx, SIZE);
	ck_assert_uint_eq(s.tx, SIZE);
	ck_assert_uint_eq(told("scope-private/current_connections"), 1);
	ck_assert_uint_eq(told("flow/connections-opened"), 1);
	world_end();
}
END_TEST

/* The event comes after the first packets: what they brought moves with the flow. */
START_TEST(test_told_late)
{
	struct sums s;

	begin(NULL);
	masqueraded(true);
	translate(CONTAINER, 4000, PEER, 80, HOST, 61000, PEER, 80);
	nsc_worker_tick(world.worker, world.now += 100000000);
	masqueraded(false);
	s = octets("forwarded");
	ck_assert_uint_eq(s.rx, 2 * SIZE);
	ck_assert_uint_eq(s.tx, 2 * SIZE);
	ck_assert_uint_eq(told("scope-private/if_octets"), 0);
	ck_assert_uint_eq(told("app-unknown/if_octets"), 0);
	ck_assert_uint_eq(told("flow/connections-opened"), 0);
	ck_assert_uint_eq(told("flow/current_connections-tcp"), 0);
	ck_assert_uint_eq(told("scope-forwarded/current_connections"), 1);
	ck_assert_uint_eq(told("scope-private/current_connections"), 0);
	world_end();
}
END_TEST

/* What has left is not taken back; from then on the flow counts once. */
START_TEST(test_told_after_a_read)
{
	struct sums before, s;

	begin(NULL);
	masqueraded(true);
	before = octets("private");
	ck_assert_uint_eq(before.rx, SIZE);
	translate(CONTAINER, 4000, PEER, 80, HOST, 61000, PEER, 80);
	nsc_worker_tick(world.worker, world.now += 100000000);
	masqueraded(false);
	s = octets("private");
	ck_assert_uint_eq(s.rx, before.rx);
	ck_assert_uint_eq(s.tx, before.tx);
	s = octets("forwarded");
	ck_assert_uint_eq(s.rx, SIZE);
	ck_assert_uint_eq(s.tx, 2 * SIZE);
	ck_assert_uint_eq(told("scope-private/current_connections"), 0);
	world_end();
}
END_TEST

/* It closed before its translation was told. */
START_TEST(test_told_after_its_end)
{
	struct sums s;

	begin(NULL);
	masqueraded(true);
	segment(HOST, 61000, PEER, 80, R | A, true);
	segment(CONTAINER, 4000, PEER, 80, R | A, false);
	translate(CONTAINER, 4000, PEER, 80, HOST, 61000, PEER, 80);
	nsc_worker_tick(world.worker, world.now += 100000000);
	s = octets("private");
	ck_assert_uint_eq(s.rx + s.tx, 0);
	s = octets("forwarded");
	ck_assert_uint_eq(s.rx, SIZE);
	ck_assert_uint_eq(s.tx, 2 * SIZE);
	ck_assert_uint_eq(told("flow/connections-closed_rst"), 0);
	ck_assert_uint_eq(told("flow/connections-opened"), 0);
	world_end();
}
END_TEST

/* This host to itself by a foreign address: both halves on lo are local, under either name. */
START_TEST(test_within_the_host)
{
	struct sums s;

	begin(NULL);
	translate(HOST, 5000, PEER, 8000, HOST, 5000, HOST, 7003);
	segment(HOST, 5000, HOST, 7003, S, false);
	segment(PEER, 8000, HOST, 5000, S | A, false);		/* its answer, translated back */
	s = octets("loopback");
	ck_assert_uint_eq(s.rx, 2 * SIZE);
	ck_assert_uint_eq(s.tx, 2 * SIZE);
	ck_assert_uint_eq(told("scope-private/if_octets"), 0);
	ck_assert_uint_eq(told("scope-loopback/connections-local"), 2);
	world_end();
}
END_TEST

/* What is translated and ours stays ours: a redirected port, a destination elsewhere. */
START_TEST(test_own)
{
	begin(NULL);
	translate(PEER, 5000, HOST, 8002, PEER, 5000, HOST, 7002);
	translate(HOST, 5001, 0xc6336409, 80, HOST, 5001, PEER, 80);
	segment(PEER, 5000, HOST, 8002, S, false);
	segment(HOST, 5001, PEER, 80, S, true);
	ck_assert_uint_eq(told("scope-private/connections-incoming"), 1);
	ck_assert_uint_eq(told("scope-private/connections-outgoing"), 1);
	ck_assert_uint_eq(told("scope-forwarded/connections-none"), 0);
	world_end();
}
END_TEST

/* An entry that has ended: the port is the host's own now. */
START_TEST(test_gone)
{
	struct nsc_tuple before = {{v4(CONTAINER), v4(PEER)}, {4000, 80}};

	begin(NULL);
	translate(CONTAINER, 4000, PEER, 80, HOST, 61000, PEER, 80);
	nsc_translations_end(&world.facts.translations, NSC_PROTO_TCP, &before);
	segment(HOST, 61000, PEER, 80, S, true);
	ck_assert_uint_eq(told("scope-private/connections-outgoing"), 1);
	world_end();
}
END_TEST

RUN_SUITE("account_nat", test_masquerade, test_destination, test_forwarded_is_traffic,
	  test_told_late, test_told_after_a_read, test_told_after_its_end,
	  test_within_the_host, test_own, test_gone)
