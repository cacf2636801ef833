/* SPDX-License-Identifier: MIT */
/* What packets of strangers show of listeners, and when they contradict the verdict (engine/observed.h). */
#include "worker_world.h"

#include "engine/observed.h"
#include "engine/permitted.h"
#include "scope/exposure.h"
#include "suite.h"

enum { ROW = 3, TURN = 7, UPLINK = 5 };
#define PEER 0x5db8d822u		/* 93.184.216.34 */
#define OURS 0x0a000002u		/* 10.0.0.2 */

static struct nsc_fact_listener
on(uint8_t proto, uint32_t addr, enum nsc_exposure exposure)
{
	struct nsc_fact_listener l = {
		.port = 80, .proto = proto, .families = 3, .exposure = {exposure, exposure},
		.service = ROW + 1, .turn = TURN};

	if (addr != 0) {
		l.families = 1;
		l.addr.b[10] = l.addr.b[11] = 0xff;
		put_be32(l.addr.b + 12, addr);
	}
	return l;
}

static void
commit(const struct nsc_fact_listener *l, unsigned count)
{
	struct nsc_facts_view *v = nsc_facts_edit(&world.facts);

	if (count > 0)
		memcpy(v->listener, l, count * sizeof *l);
	v->listeners = count;
	nsc_facts_commit(&world.facts);
}

static void
listen_as(uint8_t proto, enum nsc_exposure exposure)
{
	commit(&(struct nsc_fact_listener[]){on(proto, 0, exposure)}[0], 1);
}

static void
setup(void)
{
	struct nsc_facts_view *v;

	memset(&world.facts, 0, sizeof world.facts);
	v = nsc_facts_edit(&world.facts);
	v->prefix[0].addr.b[10] = v->prefix[0].addr.b[11] = 0xff;
	put_be32(v->prefix[0].addr.b + 12, OURS);
	v->prefix[0].bits = 128;
	v->prefixes = 1;
	v->addresses_known = v->listeners_known = 1;
	v->ephemeral_low = 32768;
	v->ephemeral_high = 60999;
	v->interface[0].ifindex = UPLINK;
	listen_as(NSC_PROTO_TCP, NSC_EXPOSURE_EXPOSED);
	world_begin(NULL);
}

static void
packet(uint32_t peer, bool from_peer, unsigned proto, unsigned port, unsigned flags)
{
	uint8_t *p = world.octets;
	unsigned len = proto == NSC_PROTO_TCP ? 20 : 9;

	ipv4(p, proto, len, 0, 0, 0);
	put_be32(p + 12, from_peer ? peer : OURS);
	put_be32(p + 16, from_peer ? OURS : peer);
	memset(p + 20, 0, 20);
	put_be16(p + 20, from_peer ? port : 80);
	put_be16(p + 22, from_peer ? 80 : port);
	if (proto == NSC_PROTO_UDP) {
		put_be16(p + 24, len);
	} else {
		put_be32(p + 24, from_peer ? 1000 : 5000);
		put_be32(p + 28, flags & A ? (from_peer ? 5001 : 1001) : 0);
		p[32] = 0x50;
		p[33] = (uint8_t)flags;
		put_be16(p + 34, 65535);
	}
	frame_of(RAW, 20 + len, 20 + len);
}

static void
ask(uint32_t peer, unsigned port)
{
	packet(peer, true, NSC_PROTO_UDP, port, 0);
}

static void
answer(uint32_t peer, unsigned port)
{
	packet(peer, false, NSC_PROTO_UDP, port, 0);
}

static void
meet(uint32_t peer, unsigned port)
{
	packet(peer, true, NSC_PROTO_TCP, port, S);
	packet(peer, false, NSC_PROTO_TCP, port, S | A);
}

/* Time goes on; a look that began at its end has found the facts as they are. */
static void
look(unsigned seconds)
{
	world.now += seconds * SECOND;
	nsc_facts_set_looked(&world.facts, world.now);
	world.now += SECOND;
	nsc_worker_tick(world.worker, world.now);
}

static uint64_t
cell(unsigned n)
{
	static struct nsc_cells c;

	nsc_worker_publish(world.worker, true);
	ck_assert_int_eq(nsc_ledger_copy(&world.ledger, nsc_ledger_layout(), &c), 0);
	return c.cell[n];
}

static uint64_t
observed(void)
{
	return cell(NSC_CELL(LISTEN_OBSERVED, ROW, 0));
}

static uint64_t
unexpected(void)
{
	return cell(NSC_CELL(LISTEN_UNEXPECTED, ROW, 0));
}

/* --- observed ------------------------------------------------------------------------ */

START_TEST(a_syn_that_is_answered)
{
	packet(PEER, true, NSC_PROTO_TCP, 1001, S);
	ck_assert_uint_eq(observed(), 0);
	packet(PEER, true, NSC_PROTO_TCP, 1001, S);	/* again */
	packet(PEER, false, NSC_PROTO_TCP, 1001, S | A);
	ck_assert_uint_eq(observed(), 1);
	packet(PEER, false, NSC_PROTO_TCP, 1001, S | A);
	packet(PEER, true, NSC_PROTO_TCP, 1001, A);
	packet(PEER, false, NSC_PROTO_TCP, 1001, A);
	ck_assert_uint_eq(observed(), 1);
	packet(PEER, false, NSC_PROTO_TCP, 1002, S | A);	/* its SYN was not captured */
	ck_assert_uint_eq(observed(), 2);
	packet(PEER, true, NSC_PROTO_TCP, 1003, S);	/* refused */
	packet(PEER, false, NSC_PROTO_TCP, 1003, R | A);
	packet(PEER, true, NSC_PROTO_TCP, 1004, A);	/* found in mid-stream */
	packet(PEER, false, NSC_PROTO_TCP, 1004, A);
	meet(0x0a000009, 1005);				/* a private peer */
	ck_assert_uint_eq(observed(), 2);
	look(1);
	ck_assert_uint_eq(unexpected(), 0);
}
END_TEST

START_TEST(a_datagram_that_is_answered)
{
	listen_as(NSC_PROTO_UDP, NSC_EXPOSURE_EXPOSED);
	ask(PEER, 1001);
	ck_assert_uint_eq(observed(), 0);
	answer(PEER, 1001);
	ask(PEER, 1001);
	answer(PEER, 1001);
	ck_assert_uint_eq(observed(), 1);
	answer(PEER, 1002);				/* we began */
	ask(PEER, 1002);
	answer(PEER, 1002);
	ask(0, 1003);					/* nobody's address: DHCP */
	answer(0, 1003);
	ck_assert_uint_eq(observed(), 1);
	ask(PEER, 1004);
	answer(PEER, 1004);
	ck_assert_uint_eq(observed(), 2);
}
END_TEST

START_TEST(nobody_listens)
{
	commit(NULL, 0);
	meet(PEER, 1001);
	look(1);
	ck_assert_uint_eq(observed(), 0);
	ck_assert_uint_eq(unexpected(), 0);
}
END_TEST

/* --- against the verdict ------------------------------------------------------------- */

START_TEST(row_0_7_only_what_is_shut_is_contradicted)
{
	static const struct {
		enum nsc_exposure exposure;
		unsigned counted;
	} t[] = {{NSC_EXPOSURE_EXPOSED, 0}, {NSC_EXPOSURE_UNKNOWN, 0}, {NSC_EXPOSURE_LAN_ONLY, 2},
		 {NSC_EXPOSURE_LOCAL_ONLY, 2}};

	listen_as(NSC_PROTO_TCP, t[_i].exposure);
	look(1);
	meet(PEER, 1001);
	meet(PEER, 1002);
	ck_assert_uint_eq(unexpected(), 0);		/* not before somebody has looked again */
	nsc_worker_tick(world.worker, world.now + 5 * SECOND);
	ck_assert_uint_eq(unexpected(), 0);
	look(6);
	ck_assert_uint_eq(unexpected(), t[_i].counted);
	ck_assert_uint_eq(observed(), 2);
	look(1);
	ck_assert_uint_eq(unexpected(), t[_i].counted);
}
END_TEST

/* The rules were others a moment before, or after: nothing is said. */
START_TEST(a_verdict_that_changes)
{
	struct nsc_fact_listener l = on(NSC_PROTO_TCP, 0, NSC_EXPOSURE_LAN_ONLY);

	commit(&l, 1);
	meet(PEER, 1001);
	l.exposure[0] = NSC_EXPOSURE_EXPOSED;		/* it had been opened just then */
	l.turn++;
	commit(&l, 1);
	look(1);
	ck_assert_uint_eq(unexpected(), 0);
	l.exposure[0] = NSC_EXPOSURE_LAN_ONLY;
	l.turn++;
	commit(&l, 1);
	meet(PEER, 1002);
	l.turn++;
	commit(&l, 1);
	meet(PEER, 1003);				/* the one before was another verdict's */
	look(1);
	ck_assert_uint_eq(unexpected(), 1);
	meet(PEER, 1004);
	commit(NULL, 0);				/* gone */
	look(1);
	ck_assert_uint_eq(unexpected(), 1);
	ck_assert_uint_eq(observed(), 4);
}
END_TEST

/* Strangers who never pause: a look is always older than the last of them. */
START_TEST(row_0_7_a_steady_stream_is_settled)
{
	uint64_t looked;
	unsigned i;

	listen_as(NSC_PROTO_TCP, NSC_EXPOSURE_LAN_ONLY);
	look(1);
	looked = world.now;
	for (i = 0; i < 50; i++) {			/* ten a second */
		meet(PEER, 1001 + i);
		world.now += SECOND / 10;
		if (i % 10 == 9) {
			nsc_facts_set_looked(&world.facts, looked);
			looked = world.now - SECOND / 20;
		}
		nsc_worker_tick(world.worker, world.now);
	}
	ck_assert_uint_ge(unexpected(), 20);
	ck_assert_uint_le(unexpected(), 40);
	look(1);
	ck_assert_uint_eq(unexpected(), 50);
	ck_assert_uint_eq(observed(), 50);
}
END_TEST

/* Verdicts are about the interfaces of default routes; what only this host may reach, about all. */
START_TEST(another_way_in)
{
	struct nsc_fact_listener l = on(NSC_PROTO_TCP, 0, NSC_EXPOSURE_LAN_ONLY);
	struct nsc_facts_view *v = nsc_facts_edit(&world.facts);

	v->uplinks[0] = (struct nsc_fact_uplinks){1, {UPLINK + 1}};
	v->uplinks[1] = (struct nsc_fact_uplinks){1, {UPLINK}};
	commit(&l, 1);
	meet(PEER, 1001);
	look(1);
	ck_assert_uint_eq(unexpected(), 0);
	v->uplinks[0] = (struct nsc_fact_uplinks){2, {UPLINK + 1, UPLINK}};
	commit(&l, 1);
	meet(PEER, 1002);
	look(1);
	ck_assert_uint_eq(unexpected(), 1);
	v->uplinks[0].count = 1;
	l.exposure[0] = NSC_EXPOSURE_LOCAL_ONLY;
	commit(&l, 1);
	meet(PEER, 1003);
	look(1);
	ck_assert_uint_eq(unexpected(), 2);
}
END_TEST

/* Several on one port: who takes the packet counts; if nobody does, a translation leads elsewhere. */
START_TEST(several_listeners)
{
	struct nsc_fact_listener l[3] = {
		on(NSC_PROTO_TCP, 0x7f000001, NSC_EXPOSURE_LOCAL_ONLY),
		on(NSC_PROTO_TCP, OURS, NSC_EXPOSURE_EXPOSED),
		on(NSC_PROTO_TCP, 0, NSC_EXPOSURE_LOCAL_ONLY),	/* of another device */
	};

	commit(l, 3);
	meet(PEER, 1001);
	look(1);
	ck_assert_uint_eq(unexpected(), 0);
	commit(l, 1);
	meet(PEER, 1002);
	look(1);
	ck_assert_uint_eq(unexpected(), 1);
	l[1] = on(NSC_PROTO_TCP, 0x0a000003, NSC_EXPOSURE_UNKNOWN);
	commit(l, 2);
	meet(PEER, 1003);
	look(1);
	ck_assert_uint_eq(unexpected(), 1);
	ck_assert_uint_eq(observed(), 3);
}
END_TEST

/* State in the firewall outlives our flow: a peer of before is none that a verdict speaks of. */
START_TEST(udp_is_judged_with_patience)
{
	listen_as(NSC_PROTO_UDP, NSC_EXPOSURE_LAN_ONLY);
	look(1);
	ask(PEER, 1001);
	answer(PEER, 1001);
	look(NSC_OBSERVED_REST / 2);
	ck_assert_uint_eq(unexpected(), 0);		/* who knows what was before us */
	answer(PEER, 1002);				/* we began, a while after the verdict */
	ask(PEER, 1002);
	look(NSC_OBSERVED_REST / 2);
	ask(PEER, 1002);				/* and the peer goes on */
	answer(PEER, 1002);
	look(1);
	ck_assert_uint_eq(unexpected(), 0);
	ask(PEER, 1003);
	answer(PEER, 1003);
	look(1);
	ck_assert_uint_eq(unexpected(), 1);
	look(NSC_OBSERVED_REST + 200);
	ask(PEER, 1002);				/* long ago */
	answer(PEER, 1002);
	look(1);
	ck_assert_uint_eq(unexpected(), 2);
}
END_TEST

/* More peers than are remembered: nobody is judged until that is long ago. */
START_TEST(udp_is_not_judged_in_a_crowd)
{
	listen_as(NSC_PROTO_UDP, NSC_EXPOSURE_LAN_ONLY);
	look(1);
	ask(PEER, 1);
	look(NSC_OBSERVED_REST);
	for (unsigned i = 0; i < 4 * NSC_OBSERVED_PEERS; i++)
		answer(PEER + i, 1001);
	look(100);					/* they expire, and are remembered */
	ask(PEER, 1002);
	answer(PEER, 1002);
	look(1);
	ck_assert_uint_eq(unexpected(), 0);
	look(NSC_OBSERVED_REST + 1);
	ask(PEER, 1003);
	answer(PEER, 1003);
	look(1);
	ck_assert_uint_eq(unexpected(), 1);
}
END_TEST

START_TEST(a_clock_that_jumps)
{
	listen_as(NSC_PROTO_TCP, NSC_EXPOSURE_LAN_ONLY);
	meet(PEER, 1001);
	nsc_worker_rebase(world.worker, world.now, world.now - 1000 * SECOND);
	world.now -= 1000 * SECOND;
	look(1);
	ck_assert_uint_eq(unexpected(), 0);
	meet(PEER, 1002);
	look(1);
	ck_assert_uint_eq(unexpected(), 1);
}
END_TEST

/* --- levels ---------------------------------------------------------------------------- */

static struct nsc_service_state state[NSC_COUNT_SERVICE];
static struct nsc_permitted permitted;
static struct nsc_cells now;

static void
states(void *arg, struct nsc_service_state *to)
{
	(void)arg;
	memcpy(to, state, sizeof state);
}

/* Unused and unexpected, after a read in which so many were observed on row 0. */
static unsigned
levels(unsigned seen, unsigned wrong)
{
	struct nsc_ledgers l = {.services = states};

	memset(&now, 0, sizeof now);
	now.cell[NSC_CELL(LISTEN_OBSERVED, 0, 0)] = seen;
	now.cell[NSC_CELL(LISTEN_UNEXPECTED, 0, 0)] = wrong;
	nsc_permitted_read(&permitted, &l, &now);
	return (unsigned)(10 * now.cell[NSC_CELL(LISTEN_SEEN, 0, NSC_V_LISTEN_SEEN_UNUSED)] +
			  now.cell[NSC_CELL(LISTEN_SEEN, 0, NSC_V_LISTEN_SEEN_UNEXPECTED)]);
}

START_TEST(permitted_and_unused)
{
	memset(state, 0, sizeof state);
	memset(&permitted, 0, sizeof permitted);
	ck_assert_uint_eq(levels(0, 0), 0);
	state[0] = state[1] = (struct nsc_service_state){
		.generation = 1, .present = true, .exposure = NSC_EXPOSURE_EXPOSED, .turn = 1};
	ck_assert_uint_eq(levels(0, 0), 20);
	ck_assert_uint_eq(levels(5, 0), 10);
	ck_assert_uint_eq(levels(0, 0), 10);		/* since the start */
	state[1].exposure = NSC_EXPOSURE_LAN_ONLY;
	state[1].turn++;
	ck_assert_uint_eq(levels(0, 0), 0);
	state[0].present = false;
	ck_assert_uint_eq(levels(0, 0), 0);
	state[0].generation++;				/* another port in its row */
	state[0].present = true;
	ck_assert_uint_eq(levels(0, 0), 10);
}
END_TEST

START_TEST(unexpected_under_this_verdict)
{
	memset(state, 0, sizeof state);
	memset(&permitted, 0, sizeof permitted);
	state[0] = (struct nsc_service_state){
		.generation = 1, .present = true, .exposure = NSC_EXPOSURE_LAN_ONLY, .turn = 1};
	ck_assert_uint_eq(levels(0, 0), 0);
	ck_assert_uint_eq(levels(2, 2), 1);
	ck_assert_uint_eq(levels(0, 0), 1);
	state[0].exposure = NSC_EXPOSURE_EXPOSED;	/* the rule was mended */
	state[0].turn++;
	ck_assert_uint_eq(levels(1, 1), 0);
	ck_assert_uint_eq(levels(1, 0), 0);
	ck_assert_uint_eq(levels(1, 1), 1);
	state[0].present = false;
	ck_assert_uint_eq(levels(0, 0), 0);
}
END_TEST

RUN_TESTS("observed", setup, world_end, ONCE(a_syn_that_is_answered),
	  ONCE(a_datagram_that_is_answered), ONCE(nobody_listens),
	  ROWS(row_0_7_only_what_is_shut_is_contradicted, 4), ONCE(a_verdict_that_changes),
	  ONCE(row_0_7_a_steady_stream_is_settled), ONCE(another_way_in),
	  ONCE(several_listeners), ONCE(udp_is_judged_with_patience),
	  ONCE(udp_is_not_judged_in_a_crowd), ONCE(a_clock_that_jumps),
	  ONCE(permitted_and_unused), ONCE(unexpected_under_this_verdict))
