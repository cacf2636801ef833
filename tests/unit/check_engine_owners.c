/* SPDX-License-Identifier: MIT */
/*
 * Whose octets they are (DESIGN 3, owners of flows): look-ups in their order, at their
 * times; and whatever comes when, the rows of each interval add up to its total.
 */
#include "engine/parties.h"
#include "worker_world.h"
#include "suite.h"

enum { HERE = 1, THERE = 2, LO = 3, CURL = 2, NGINX = 3, BIND = 4, PYTHON = 5, NAMES = 6 };

static const char *const name[] = {
	[CURL] = "curl", [NGINX] = "nginx", [BIND] = "named", [PYTHON] = "python3"};
static uint64_t seed;

static unsigned
draw(unsigned below)
{
	seed ^= seed << 13;		/* xorshift64 */
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)(seed >> 33) % below;
}

static bool
row_of(void *arg, unsigned set, unsigned n, struct nsc_row *row)
{
	(void)arg;
	if ((set != NSC_SET_PROCESS && set != NSC_SET_UNIT) || n < 2 || n >= NAMES)
		return false;
	*row = (struct nsc_row){.generation = 1, .present = true};
	snprintf(row->name, sizeof row->name, "%s%s", name[n], set == NSC_SET_UNIT ? ".service" : "");
	return true;
}

static struct nsc_addr
host(unsigned n)
{
	const uint8_t lo[4] = {127, 0, 0, 1}, octets[4] = {10, 0, 0, (uint8_t)n};

	return nsc_addr_v4(n == LO ? lo : octets);
}

/* Ids are rows; 10.0.0.1 is ours, and somebody looks for owners. */
static void
begin(void)
{
	struct nsc_facts_view *v;

	memset(&world.facts, 0, sizeof world.facts);
	world_begin(NULL);
	world.engine.ledgers.row = row_of;
	v = nsc_facts_edit(&world.facts);
	v->address[v->addresses++] = (struct nsc_fact_address){.addr = host(HERE), .bits = 120};
	v->addresses_known = v->owners_known = 1;
	v->ephemeral_low = 32768;
	v->ephemeral_high = 60999;
	nsc_facts_commit(&world.facts);
	for (unsigned i = 2; i < NAMES; i++)
		atomic_store(&world.facts.owner_rows[i], nsc_owner_rows(i, i, 0));
	nsc_facts_clock(&world.facts, world.now);
	seed = 0x2545f4914f6cdd1du;
}

static void
end(void)
{
	world_end();
}

static void
own_at(uint64_t time, unsigned proto, unsigned local, unsigned local_port, unsigned remote,
       unsigned remote_port, uint16_t owner)
{
	struct nsc_owner_key k = {.local_port = (uint16_t)local_port, .proto = (uint8_t)proto,
				  .remote_port = (uint16_t)remote_port};

	if (local != 0)
		k.local = host(local);
	if (remote != 0)
		k.remote = host(remote);
	nsc_facts_clock(&world.facts, time);
	nsc_facts_own(&world.facts, &k, owner);
}

static void
own(unsigned proto, unsigned local, unsigned local_port, unsigned remote, unsigned remote_port,
    uint16_t owner)
{
	own_at(world.now, proto, local, local_port, remote, remote_port, owner);
}

static void
listen_on(unsigned proto, unsigned port, uint16_t owner)
{
	struct nsc_facts_view *v = nsc_facts_edit(&world.facts);

	v->listener[v->listeners++] = (struct nsc_fact_listener){
		.port = (uint16_t)port, .proto = (uint8_t)proto, .owner = owner, .families = 3};
	v->listeners_known = 1;
	nsc_facts_commit(&world.facts);
}

static void
tick(uint64_t ms)
{
	world.now += ms * 1000000;
	nsc_worker_tick(world.worker, world.now);
}

/* Both sums of a pair, of all reads so far. */
static struct {
	char name[96];
	uint64_t sum[2];
} pairs[64];
static unsigned samples;

static void
take_pair(void *arg, const struct nsc_sample *s)
{
	(void)arg;
	ck_assert_uint_lt(samples, 64);
	if (s->count != 2 || strcmp(s->family, "self") == 0)
		return;
	snprintf(pairs[samples].name, sizeof pairs[0].name, "%s-%s/%s", s->family, s->group, s->type);
	memcpy(pairs[samples++].sum, s->sum, sizeof s->sum);
}

static void
look(void)
{
	samples = 0;
	ck_assert_int_eq(nsc_reader_read(world.reader, take_pair, NULL), 0);
}

static uint64_t
pair(const char *id, unsigned i)
{
	for (unsigned n = 0; n < samples; n++)
		if (strcmp(pairs[n].name, id) == 0)
			return pairs[n].sum[i];
	return 0;
}

static uint64_t
sum_of(const char *family, const char *type, unsigned i)
{
	uint64_t sum = 0;

	for (unsigned n = 0; n < samples; n++)
		if (strncmp(pairs[n].name, family, strlen(family)) == 0 &&
		    strcmp(strchr(pairs[n].name, '/') + 1, type) == 0)
			sum += pairs[n].sum[i];
	return sum;
}

/* The rows of processes and those of units are as much as the scopes, rx and tx. */
static void
assert_total(void)
{
	for (unsigned i = 0; i < 2; i++) {
		uint64_t octets = sum_of("scope-", "if_octets", i);
		uint64_t packets = sum_of("scope-", "if_packets", i);

		ck_assert_uint_eq(sum_of("process-", "io_octets", i), octets);
		ck_assert_uint_eq(sum_of("unit-", "io_octets", i), octets);
		ck_assert_uint_eq(sum_of("process-", "io_packets", i), packets);
		ck_assert_uint_eq(sum_of("unit-", "io_packets", i), packets);
	}
}

#define assert_pair(id, rx, tx)                                                                    \
	do {                                                                                       \
		ck_assert_uint_eq(pair(id, 0), rx);                                                \
		ck_assert_uint_eq(pair(id, 1), tx);                                                \
	} while (0)

START_TEST(known_at_the_first_packet)
{
	own(6, HERE, 40000, THERE, 80, CURL);
	handshake(40000);
	look();
	assert_pair("process-curl/io_octets", 40u, 80u);
	assert_pair("unit-curl_service/io_packets", 1u, 2u);
	assert_total();
	ck_assert_uint_eq(told("process-curl/current_connections"), 1);
}
END_TEST

START_TEST(known_at_the_next_tick)
{
	handshake(40000);
	own(6, HERE, 40000, THERE, 80, CURL);
	tick(100);
	look();
	assert_pair("process-curl/io_octets", 40u, 80u);
	assert_pair("process-unknown/io_octets", 0u, 0u);
	assert_total();
}
END_TEST

START_TEST(known_at_the_publish)		/* the inventory's look ends just before a read */
{
	handshake(40000);
	tick(5000);
	own(6, HERE, 40000, THERE, 80, CURL);
	look();
	assert_pair("process-curl/io_octets", 40u, 80u);
	assert_total();
}
END_TEST

START_TEST(known_after_the_end)
{
	tcp(0, 40000, S, (uint32_t)-1, 0, NULL, 0);
	tcp(1, 40000, R | A, 0, 0, NULL, 0);
	own(6, HERE, 40000, THERE, 80, CURL);
	tick(1500);
	look();
	assert_pair("process-curl/io_octets", 40u, 40u);
	assert_total();
	ck_assert_uint_eq(told("process-curl/current_connections"), 0);
}
END_TEST

START_TEST(two_seconds_after_the_end_it_is_settled)
{
	tcp(0, 40000, S, (uint32_t)-1, 0, NULL, 0);
	tcp(1, 40000, R | A, 0, 0, NULL, 0);
	tick(2100);
	own(6, HERE, 40000, THERE, 80, CURL);
	tick(1000);
	look();
	assert_pair("process-unknown/io_octets", 40u, 40u);
	assert_pair("process-curl/io_octets", 0u, 0u);
	assert_total();
}
END_TEST

START_TEST(what_was_told_never_moves)
{
	handshake(40000);
	look();
	assert_pair("process-unknown/io_octets", 40u, 80u);
	own(6, HERE, 40000, THERE, 80, CURL);
	tcp(0, 40000, P | A, 0, 0, "abc", 3);
	look();
	assert_pair("process-unknown/io_octets", 40u, 80u);
	assert_pair("process-curl/io_octets", 0u, 43u);
	assert_total();
}
END_TEST

START_TEST(the_listener_s_owner_takes_what_is_accepted)
{
	listen_on(6, 40000, NGINX);		/* host 2 asks: its port is 80 here */
	tcp(1, 40000, S, (uint32_t)-1, 0, NULL, 0);
	look();
	assert_pair("process-nginx/io_octets", 40u, 0u);
	assert_total();
}
END_TEST

/* Socket activation: who accepted is known later than who listens. */
START_TEST(the_nearer_owner_wins_at_the_end)
{
	listen_on(6, 40000, NGINX);
	tcp(1, 40000, S, (uint32_t)-1, 0, NULL, 0);
	own(6, HERE, 40000, THERE, 80, PYTHON);
	tcp(0, 40000, R | A, 0, 0, NULL, 0);
	tick(100);
	look();
	assert_pair("process-nginx/io_octets", 0u, 0u);
	assert_pair("process-python3/io_octets", 40u, 40u);
	assert_total();
}
END_TEST

START_TEST(what_listens_is_not_whose_it_begins)	/* algorithm 4: the handshake beats the listeners */
{
	listen_on(6, 40000, NGINX);
	tcp(0, 40000, S, (uint32_t)-1, 0, NULL, 0);
	look();
	assert_pair("process-unknown/io_octets", 0u, 40u);
	assert_total();
}
END_TEST

START_TEST(a_port_of_an_hour_ago_is_somebody_else_s)
{
	own_at(world.now - 3600 * SECOND, 6, HERE, 40000, THERE, 80, CURL);
	handshake(40000);
	look();
	assert_pair("process-unknown/io_octets", 40u, 80u);
	own_at(world.now, 6, HERE, 40000, THERE, 80, PYTHON);
	tcp(0, 40000, P | A, 0, 0, "abc", 3);
	look();
	assert_pair("process-python3/io_octets", 0u, 43u);
	assert_pair("process-curl/io_octets", 0u, 0u);
	/* What is found in its middle may be as old as it likes. */
	own_at(world.now - 1800 * SECOND, 6, HERE, 40001, THERE, 80, CURL);
	tcp(0, 40001, P | A, 0, 0, "abc", 3);
	look();
	assert_pair("process-curl/io_octets", 0u, 43u);
	assert_total();
}
END_TEST

START_TEST(udp_falls_back_from_the_pair_to_the_port)
{
	own(17, HERE, 40000, THERE, 53, CURL);	/* connected */
	own(17, HERE, 40001, 0, 0, BIND);	/* bound to an address */
	own(17, 0, 40001, 0, 0, NGINX);		/* and to none: the nearer one wins */
	own(17, 0, 40002, 0, 0, NGINX);
	listen_on(17, 5353, PYTHON);
	udp(0, 40000, "?", 1);
	udp(0, 40001, "?", 1);
	udp(0, 40002, "?", 1);
	udp(0, 5353, "?", 1);
	udp(0, 40003, "?", 1);
	look();
	assert_pair("process-curl/io_packets", 0u, 1u);
	assert_pair("process-named/io_packets", 0u, 1u);
	assert_pair("process-nginx/io_packets", 0u, 1u);
	assert_pair("process-python3/io_packets", 0u, 1u);
	assert_pair("process-unknown/io_packets", 0u, 1u);
	assert_total();
}
END_TEST

/* The last user of a port is likely, till the one of now has been told of. */
START_TEST(a_lent_port_is_his_who_uses_it_now)
{
	own_at(world.now - 2 * SECOND, 17, HERE, 40000, THERE, 53, CURL);
	own_at(world.now - 2 * SECOND, 17, 0, 40001, 0, 0, CURL);
	udp(0, 40000, "?", 1);
	udp(0, 40001, "?", 1);
	own(17, HERE, 40000, THERE, 53, PYTHON);
	tick(100);
	own(17, HERE, 40001, THERE, 53, NGINX);	/* connected, where one without a peer was */
	tick(100);
	look();
	assert_pair("process-python3/io_packets", 0u, 1u);
	assert_pair("process-nginx/io_packets", 0u, 1u);
	assert_pair("process-curl/io_packets", 0u, 0u);
	assert_total();
}
END_TEST

START_TEST(nobody_else_is_told_of_it_was_the_last_one)
{
	own_at(world.now - 2 * SECOND, 17, HERE, 40000, THERE, 53, CURL);
	udp(0, 40000, "?", 1);
	tick(1000);
	own(17, HERE, 40000, THERE, 53, PYTHON);	/* of a later use */
	tick(100);
	look();
	assert_pair("process-curl/io_packets", 0u, 1u);
	assert_pair("process-python3/io_packets", 0u, 0u);
	own_at(world.now - 4 * SECOND, 17, HERE, 40001, THERE, 53, CURL);
	udp(0, 40001, "?", 1);
	look();
	assert_pair("process-unknown/io_packets", 0u, 1u);
	assert_total();
}
END_TEST

/* One flow, since its ends are the same: its first user's, then another's, who is told of later. */
START_TEST(a_flow_that_rested_may_be_another_s)
{
	own(17, HERE, 40000, THERE, 53, CURL);
	udp(0, 40000, "?", 1);
	udp(1, 40000, "!", 1);
	tick(5000);
	udp(0, 40000, "?", 1);
	udp(1, 40000, "!", 1);
	own(17, HERE, 40000, THERE, 53, PYTHON);
	tick(100);
	look();
	assert_pair("process-curl/io_packets", 1u, 1u);
	assert_pair("process-python3/io_packets", 1u, 1u);
	assert_total();
	ck_assert_uint_eq(told("process-python3/current_connections"), 1);
	ck_assert_uint_eq(told("process-curl/current_connections"), 0);
	tick(5000);
	udp(0, 40000, "?", 1);			/* nobody is told of: it is still his */
	look();
	assert_pair("process-python3/io_packets", 1u, 2u);
	tick(3000);
	udp(0, 40000, "?", 1);
	look();
	assert_pair("process-python3/io_packets", 1u, 3u);
	assert_pair("process-unknown/io_packets", 0u, 0u);
	assert_total();
	ck_assert_uint_eq(told("process-python3/current_connections"), 1);
}
END_TEST

/* Who answers has a port of his own: another one there is told of, and his from then on. */
START_TEST(a_server_s_port_is_not_lent)
{
	own_at(world.now - 3000 * SECOND, 17, 0, 53, 0, 0, BIND);
	world.service = 40000;
	udp(1, 53, "?", 1);
	udp(0, 53, "!", 1);
	tick(5000);
	udp(1, 53, "?", 1);
	look();
	assert_pair("process-named/io_packets", 2u, 1u);
	assert_total();
	world.service = 0;
}
END_TEST

static void
ping(void)
{
	ipv4(world.octets, NSC_PROTO_ICMP, 8, 0, 0, 0);
	memset(world.octets + 20, 0, 8);
	world.octets[20] = 8;
	frame_of(RAW, 28, 28);
}

START_TEST(who_has_no_ports_is_unknown)
{
	ping();
	look();
	assert_pair("process-unknown/io_octets", 0u, 28u);
	assert_total();
}
END_TEST

/* As tcp(), on loopback. */
static void
lo(int side, unsigned port, unsigned flags, uint32_t seq, unsigned len)
{
	uint8_t *p = world.octets;

	memset(p, 0, 40 + len);
	ipv4(p, NSC_PROTO_TCP, 20 + len, side, 0, 0);
	put_be32(p + 12, 0x7f000001);
	put_be32(p + 16, 0x7f000001);
	put_be16(p + 20, side ? 80 : port);
	put_be16(p + 22, side ? port : 80);
	put_be32(p + 24, (side ? 5000u : 1000u) + seq);
	put_be32(p + 28, side ? 1000 : 5000);
	p[32] = 0x50;
	p[33] = (uint8_t)flags;
	put_be16(p + 34, 65535);
	frame_of(RAW, 40 + len, 40 + len);
}

START_TEST(within_the_host_both_ends_have_owners)
{
	own(6, LO, 40000, LO, 80, CURL);
	own(6, LO, 80, LO, 40000, NGINX);
	lo(0, 40000, S, 0, 0);
	lo(1, 40000, S | A, 0, 0);
	lo(0, 40000, P | A, 1, 100);
	look();
	assert_pair("process-curl/io_octets", 40u, 180u);
	assert_pair("process-nginx/io_octets", 180u, 40u);
	assert_total();
	ck_assert_uint_eq(told("process-nginx/current_connections"), 1);
	ck_assert_uint_eq(told("process-curl/current_connections"), 1);
}
END_TEST

START_TEST(one_end_may_be_known_alone)
{
	own(6, LO, 40000, LO, 80, CURL);
	lo(0, 40000, S, 0, 0);
	look();
	assert_pair("process-curl/io_octets", 0u, 40u);
	assert_pair("process-unknown/io_octets", 40u, 0u);
	own(6, LO, 80, LO, 40000, NGINX);
	lo(1, 40000, S | A, 0, 0);
	look();
	assert_pair("process-curl/io_octets", 40u, 40u);
	assert_pair("process-nginx/io_octets", 0u, 40u);
	assert_total();
}
END_TEST

START_TEST(an_id_of_another_name_is_other)
{
	own(6, HERE, 40000, THERE, 80, CURL);
	handshake(40000);
	atomic_store(&world.facts.owner_rows[CURL], nsc_owner_rows(NGINX, NGINX, 1));
	look();
	assert_pair("process-other/io_octets", 40u, 80u);
	assert_pair("process-nginx/io_octets", 0u, 0u);
	assert_total();
}
END_TEST

START_TEST(nobody_looks_nobody_counts)	/* a replay */
{
	nsc_facts_edit(&world.facts)->owners_known = 0;
	nsc_facts_commit(&world.facts);
	own(6, HERE, 40000, THERE, 80, CURL);
	handshake(40000);
	ping();
	look();
	for (unsigned n = 0; n < samples; n++) {
		ck_assert(strncmp(pairs[n].name, "process", 7) != 0);
		ck_assert(strncmp(pairs[n].name, "unit", 4) != 0);
	}
}
END_TEST

START_TEST(who_finds_no_room_to_wait_is_counted)
{
	for (unsigned i = 0; i < NSC_PARTIES_WAITING; i++)
		udp(0, 1000 + i, "?", 1);
	ck_assert_uint_eq(told("self/operations-owner_given_up"), 0);
	world.now -= 100 * 1000000;		/* all of them came just now */
	udp(0, 50000, "?", 1);			/* takes the place of the oldest */
	ck_assert_uint_eq(told("self/operations-owner_given_up"), 1);
	own(17, HERE, 50000, THERE, 53, CURL);
	own(17, HERE, 1000, THERE, 53, NGINX);
	tick(1000);
	udp(0, 50000, "?", 1);
	udp(0, 1000, "?", 1);
	look();
	assert_pair("process-curl/io_packets", 0u, 1u);
	assert_total();
	ck_assert_uint_eq(told("process-unknown/current_connections"), NSC_PARTIES_WAITING);
}
END_TEST

/* More pairs of owners than parties: those beyond are `other`, until others have gone. */
START_TEST(parties_run_out_honestly)
{
	enum { IDS = 80 };

	for (unsigned i = 2; i < IDS; i++)
		atomic_store(&world.facts.owner_rows[i], nsc_owner_rows(2 + i % 4, 2 + i % 4, 0));
	for (unsigned n = 0; n < 5000; n++) {
		own(6, LO, 10000 + n, LO, 80, (uint16_t)(2 + n % (IDS - 2)));
		own(6, LO, 80, LO, 10000 + n, (uint16_t)(2 + n / (IDS - 2)));
		lo(0, 10000 + n, S, 0, 0);
		world.now -= 900000;
	}
	look();
	assert_total();
	ck_assert_uint_gt(pair("process-other/io_packets", 1), 0);
	tick(600000);			/* all of them expire */
	tick(1000);
	look();
	lo(0, 9000, S, 0, 0);
	for (unsigned n = 0; n < 100; n++) {
		own(6, LO, 20000 + n, LO, 80, (uint16_t)(2 + n % 4));
		own(6, LO, 80, LO, 20000 + n, (uint16_t)(10 + n));
		lo(0, 20000 + n, S, 0, 0);
	}
	look();
	assert_total();
}
END_TEST

/* --- any schedule ---------------------------------------------------------------- */

/* What a flow's owner is to be: entered at some time of its life, or never. */
static void
step_once(unsigned step)
{
	unsigned port = 33000 + draw(300), kind = draw(12);
	uint16_t who = (uint16_t)(CURL + draw(4));

	switch (kind) {
	case 0: case 1:
		tcp(0, port, S, (uint32_t)-1, 0, NULL, 0);
		break;
	case 2: case 3:
		tcp((int)draw(2), port, P | A, draw(1000), draw(1000), "0123456789", draw(10));
		break;
	case 4:
		tcp((int)draw(2), port, draw(2) ? F | A : R | A, draw(100), draw(100), NULL, 0);
		break;
	case 5: case 6:
		udp((int)draw(2), port, "0123456789", 1 + draw(9));
		break;
	case 7:
		lo((int)draw(2), port, draw(2) ? S : P | A, draw(100), draw(50));
		break;
	case 8:
		own(draw(2) ? 6 : 17, HERE, port, THERE, draw(2) ? 80 : 53, who);
		break;
	case 9:
		own(6, LO, draw(2) ? port : 80, LO, draw(2) ? 80 : port, who);
		break;
	case 10:
		own(17, draw(2) ? HERE : 0, port, 0, 0, who);
		break;
	default:
		tick(draw(3) ? 100 : draw(100) == 0 ? 70000 : 2500);
		break;
	}
	if (step % 997 == 0)
		nsc_worker_rebase(world.worker, world.now, world.now + 100 * SECOND),
			world.now += 100 * SECOND;
}

START_TEST(any_schedule_adds_up)
{
	seed += (uint64_t)_i * 7919;
	for (unsigned step = 0; step < 20000; step++) {
		step_once(step);
		if (draw(50) != 0)
			continue;
		look();
		assert_total();
	}
	nsc_worker_finish(world.worker, world.now);
	look();
	assert_total();
	for (unsigned i = 2; i < NAMES; i++) {
		char id[96];

		snprintf(id, sizeof id, "process-%s/current_connections", name[i]);
		ck_assert_uint_eq(told(id), 0);
		snprintf(id, sizeof id, "process-%s/io_octets", name[i]);
		ck_assert_uint_gt(pair(id, 0), 0);
	}
	ck_assert_uint_eq(told("process-unknown/current_connections"), 0);
	ck_assert_uint_eq(told("process-other/current_connections"), 0);
}
END_TEST

RUN_TESTS("owners of flows", begin, end, ONCE(known_at_the_first_packet),
	  ONCE(known_at_the_next_tick), ONCE(known_at_the_publish),
	  ONCE(known_after_the_end), ONCE(two_seconds_after_the_end_it_is_settled),
	  ONCE(what_was_told_never_moves),
	  ONCE(the_listener_s_owner_takes_what_is_accepted),
	  ONCE(the_nearer_owner_wins_at_the_end), ONCE(what_listens_is_not_whose_it_begins),
	  ONCE(a_port_of_an_hour_ago_is_somebody_else_s),
	  ONCE(udp_falls_back_from_the_pair_to_the_port),
	  ONCE(a_lent_port_is_his_who_uses_it_now),
	  ONCE(nobody_else_is_told_of_it_was_the_last_one),
	  ONCE(a_flow_that_rested_may_be_another_s), ONCE(a_server_s_port_is_not_lent),
	  ONCE(who_has_no_ports_is_unknown), ONCE(within_the_host_both_ends_have_owners),
	  ONCE(one_end_may_be_known_alone), ONCE(an_id_of_another_name_is_other),
	  ONCE(nobody_looks_nobody_counts), ONCE(who_finds_no_room_to_wait_is_counted),
	  ONCE(parties_run_out_honestly), ROWS(any_schedule_adds_up, 4))
