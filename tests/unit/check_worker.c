/* SPDX-License-Identifier: MIT */
/*
 * A worker fed with hand-made frames: what counts where (DESIGN 3, double
 * counting; 4.2).  Numbers are those of the frames, added up by the tests.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dissect/table.h"
#include "engine/config.h"
#include "engine/worker.h"
#include "scope/direction.h"
#include "suite.h"

enum { SYN = 2, ACK = 16, FIN = 1, RST = 4, PSH = 8 };
enum { ETH = 0, BR = 1, LO = 2 }; /* rows of interfaces */

static const uint64_t MS = 1000000;

static struct nsc_worker *w;
static struct nsc_ledger *ledger;
static struct nsc_facts *facts;
static struct nsc_cells cells;
static uint64_t now;
static unsigned flows_told, directions[8], seed;

static void
on_event(void *arg, const struct nsc_event *ev)
{
	(void)arg;
	if (ev->kind != NSC_EVENT_FLOW)
		return;
	flows_told++;
	/* As in JSON: absent while it is not known. */
	directions[ev->flow->direction & 7]++;
}

static void
start(bool forwarded)
{
	const struct nsc_host host = {.event = on_event};
	static struct nsc_settings settings;
	const char *yes = "true", *size = "1024";
	struct nsc_config *cfg;
	char err[NSC_ERR];

	ck_assert_int_eq(nsc_config_new(&cfg), 0);
	ck_assert_int_eq(nsc_config_set(cfg, "FlowTableSize", &size, 1, err), 0);
	if (forwarded)
		ck_assert_int_eq(nsc_config_set(cfg, "Forwarded", &yes, 1, err), 0);
	ck_assert_int_eq(nsc_config_settings(cfg, &settings, err), 0);
	nsc_config_free(cfg);
	ledger = calloc(1, sizeof *ledger);
	facts = calloc(1, sizeof *facts);
	ck_assert(ledger != NULL && facts != NULL);
	nsc_ledger_init(ledger);
	ck_assert_int_eq(nsc_worker_new(&w, &settings, ledger, facts, &host), 0);
	now = 1700000000000 * MS;
	flows_told = 0;
	memset(directions, 0, sizeof directions);
	seed = 1;
}

static void
setup(void)
{
	start(false);
}

static void
teardown(void)
{
	nsc_worker_free(w);
	free(ledger);
	free(facts);
}

static struct nsc_addr
v4(unsigned a, unsigned b, unsigned c, unsigned d)
{
	const uint8_t octets[4] = {(uint8_t)a, (uint8_t)b, (uint8_t)c, (uint8_t)d};

	return nsc_addr_v4(octets);
}

#define HERE v4(192, 0, 2, 10)
#define THERE v4(8, 8, 4, 4)
#define INSIDE v4(10, 0, 0, 5)
#define HOME v4(127, 0, 0, 1)

/* eth0 with 192.0.2.10, br0 and lo. */
static void
tell_facts(void)
{
	struct nsc_facts_view *v = nsc_facts_edit(facts);

	v->addresses_known = 1;
	v->address[v->addresses++] =
		(struct nsc_fact_address){.addr = HERE, .ifindex = 2, .bits = 120};
	v->address[v->addresses++] =
		(struct nsc_fact_address){.addr = HOME, .ifindex = 1, .bits = 104};
	v->interface[ETH] =
		(struct nsc_fact_interface){.ifindex = 2, .captured = 1, .name = "eth0"};
	v->interface[BR] =
		(struct nsc_fact_interface){.ifindex = 3, .captured = 1, .name = "br0"};
	v->interface[LO] = (struct nsc_fact_interface){
		.ifindex = 1, .captured = 1, .loopback = 1, .name = "lo"};
	v->interfaces = 3;
	nsc_facts_commit(facts);
}

/* Where and how a packet is met. */
struct met {
	unsigned iface, flags;
	uint8_t mac; /* last octet of the destination's */
};

/* One packet with `len` octets of payload; its IP octets. */
static unsigned
packet(struct nsc_addr from, unsigned sport, struct nsc_addr to, unsigned dport,
       unsigned flags, const char *payload, unsigned len, struct met met)
{
	uint8_t b[2048] = {[5] = met.mac, [12] = 8, [14] = 0x45, [22] = 64};
	bool tcp = flags != 0;
	unsigned head = tcp ? 20 : 8, octets = 20 + head + len;
	uint8_t *ip = b + 14, *l4 = b + 34;
	struct nsc_frame f = {.data = b,
			      .time = now += MS,
			      .caplen = 14 + octets,
			      .len = 14 + octets,
			      .link = 1,
			      .iface = (uint16_t)met.iface,
			      .flags = met.flags};

	ip[2] = (uint8_t)(octets >> 8);
	ip[3] = (uint8_t)octets;
	ip[9] = tcp ? 6 : 17;
	memcpy(ip + 12, from.b + 12, 4);
	memcpy(ip + 16, to.b + 12, 4);
	l4[0] = (uint8_t)(sport >> 8);
	l4[1] = (uint8_t)sport;
	l4[2] = (uint8_t)(dport >> 8);
	l4[3] = (uint8_t)dport;
	if (tcp) {
		l4[7] = flags & SYN ? 0 : 1; /* sequence numbers: 0 is the SYN's */
		l4[11] = flags & ACK ? 1 : 0;
		l4[12] = 0x50;
		l4[13] = (uint8_t)flags;
		l4[14] = 0x20;
	} else {
		l4[4] = (uint8_t)((8 + len) >> 8);
		l4[5] = (uint8_t)(8 + len);
	}
	if (payload != NULL)
		memcpy(l4 + head, payload, len);
	nsc_worker_frames(w, &f, 1);
	return octets;
}

static void
publish(void)
{
	nsc_worker_publish(w, true);
	ck_assert_int_eq(nsc_ledger_copy(ledger, nsc_ledger_layout(), &cells), 0);
}

#define CELL(id, group, value) cells.cell[NSC_CELL(id, group, value)]
#define ASSERT_PAIR(id, group, rx, tx)                                                     \
	do {                                                                               \
		ck_assert_uint_eq(cells.cell[NSC_CELL(id, group, 0)], rx);                 \
		ck_assert_uint_eq(cells.cell[NSC_CELL(id, group, 0) + 1], tx);             \
	} while (0)

/* Applications have what scopes have (forwarded traffic is no application's). */
static void
assert_sums(void)
{
	uint64_t scope[2] = {0, 0}, app[2] = {0, 0}, by_scope = 0, by_app = 0;
	unsigned i, d;

	for (i = 0; i < NSC_V_SCOPE_FORWARDED_FORWARDED; i++) {
		scope[0] += CELL(SCOPE_OCTETS, i, 0);
		scope[1] += cells.cell[NSC_CELL(SCOPE_OCTETS, i, 0) + 1];
		for (d = NSC_V_DIRECTION_NONE; d <= NSC_V_DIRECTION_ADOPTED; d++)
			by_scope += CELL(SCOPE_OPENED, i, d);
	}
	for (i = 0; i < NSC_APPS; i++) {
		app[0] += CELL(APP_OCTETS, i, 0);
		app[1] += cells.cell[NSC_CELL(APP_OCTETS, i, 0) + 1];
		by_app += CELL(APP_OPENED, i, 0);
	}
	ck_assert_uint_eq(scope[0], app[0]);
	ck_assert_uint_eq(scope[1], app[1]);
	ck_assert_uint_eq(by_scope, by_app);
	ck_assert_uint_eq(by_app, CELL(FLOW_OPENED, 0, 0));
}

static void
assert_gauges(uint64_t open)
{
	uint64_t scope = 0, app = 0, flow = 0;
	unsigned i;

	for (i = 0; i <= NSC_V_SCOPE_FORWARDED_FORWARDED; i++)
		scope += CELL(SCOPE_CURRENT, i, 0);
	for (i = 0; i < NSC_APPS; i++)
		app += CELL(APP_CURRENT, i, 0);
	for (i = 0; i <= NSC_V_PROTO_OTHER; i++)
		flow += CELL(FLOW_CURRENT, 0, i);
	ck_assert_uint_eq(scope, open);
	ck_assert_uint_eq(app, flow);
	if (open == 0)
		ck_assert_uint_eq(flow, 0);
}

START_TEST(facts_give_direction_and_ways)
{
	unsigned up, down;

	tell_facts();
	up = packet(HERE, 40000, THERE, 443, SYN, NULL, 0,
		    (struct met){ETH, NSC_FRAME_OUTGOING, 0});
	down = packet(THERE, 443, HERE, 40000, SYN | ACK, NULL, 0, (struct met){ETH, 0, 0});
	packet(INSIDE, 5000, HERE, 22, SYN, NULL, 0, (struct met){ETH, 0, 0});
	publish();
	ASSERT_PAIR(SCOPE_OCTETS, NSC_V_SCOPE_FORWARDED_PUBLIC, down, up);
	ASSERT_PAIR(SCOPE_PACKETS, NSC_V_SCOPE_FORWARDED_PUBLIC, 1, 1);
	ASSERT_PAIR(SCOPE_OCTETS, NSC_V_SCOPE_FORWARDED_PRIVATE, 40, 0);
	ASSERT_PAIR(INTERFACE_OCTETS, ETH, down + 40, up);
	ck_assert_uint_eq(CELL(SCOPE_OPENED, NSC_V_SCOPE_PUBLIC, NSC_V_DIRECTION_OUTGOING),
			  1);
	ck_assert_uint_eq(CELL(SCOPE_OPENED, NSC_V_SCOPE_PRIVATE, NSC_V_DIRECTION_INCOMING),
			  1);
	assert_sums();
	assert_gauges(2);
	nsc_worker_finish(w, now);
	ck_assert_uint_eq(directions[NSC_DIRECTION_OUTGOING | 4], 1);
	ck_assert_uint_eq(directions[NSC_DIRECTION_INCOMING | 4], 1);
}
END_TEST

/* The first sender was taken for who began, until the handshake says otherwise. */
START_TEST(octets_keep_their_way_when_the_sides_turn)
{
	unsigned up, down;

	tell_facts();
	up = packet(HERE, 40000, THERE, 443, SYN | FIN, NULL, 0,
		    (struct met){ETH, NSC_FRAME_OUTGOING, 0});
	down = packet(THERE, 443, HERE, 40000, SYN, NULL, 0, (struct met){ETH, 0, 0});
	down += packet(THERE, 443, HERE, 40000, ACK, "GET / HTTP/1.1\r\n\r\n", 18,
		       (struct met){ETH, 0, 0});
	publish();
	ASSERT_PAIR(SCOPE_OCTETS, NSC_V_SCOPE_FORWARDED_PUBLIC, down, up);
	assert_sums();
	nsc_worker_finish(w, now);
	ck_assert_uint_eq(flows_told, 1);
}
END_TEST

/* A replay without --local: the initiator is the remote end. */
START_TEST(no_facts_no_direction)
{
	unsigned a = packet(HERE, 40000, THERE, 443, SYN, NULL, 0, (struct met){0, 0, 0});
	unsigned b =
		packet(THERE, 443, HERE, 40000, SYN | ACK, NULL, 0, (struct met){0, 0, 0});

	publish();
	ck_assert_uint_eq(a, 40);
	ASSERT_PAIR(SCOPE_OCTETS, NSC_V_SCOPE_FORWARDED_PUBLIC, a, b);
	ck_assert_uint_eq(CELL(SCOPE_OPENED, NSC_V_SCOPE_PUBLIC, NSC_V_DIRECTION_NONE), 1);
	assert_sums();
	nsc_worker_finish(w, now);
	ck_assert_uint_eq(directions[0], 1);
}
END_TEST

START_TEST(forwarded_counts_once_at_ingress)
{
	unsigned up, down;

	tell_facts();
	up = packet(INSIDE, 40000, THERE, 443, SYN, NULL, 0, (struct met){BR, 0, 0});
	packet(INSIDE, 40000, THERE, 443, SYN, NULL, 0,
	       (struct met){ETH, NSC_FRAME_OUTGOING, 0});
	down = packet(THERE, 443, INSIDE, 40000, SYN | ACK, NULL, 0,
		      (struct met){ETH, 0, 0});
	packet(THERE, 443, INSIDE, 40000, SYN | ACK, NULL, 0,
	       (struct met){BR, NSC_FRAME_OUTGOING, 0});
	publish();
	/* rx: what the responder sends. */
	ASSERT_PAIR(SCOPE_OCTETS, NSC_V_SCOPE_FORWARDED_FORWARDED, down, up);
	ASSERT_PAIR(SCOPE_PACKETS, NSC_V_SCOPE_FORWARDED_FORWARDED, 1, 1);
	ASSERT_PAIR(SCOPE_OCTETS, NSC_V_SCOPE_FORWARDED_PUBLIC, 0, 0);
	ASSERT_PAIR(INTERFACE_OCTETS, BR, up, down);
	ASSERT_PAIR(INTERFACE_OCTETS, ETH, down, up);
	ck_assert_uint_eq(CELL(FLOW_OPENED, 0, 0), 0);
	assert_sums();
	nsc_worker_finish(w, now);
	publish();
	assert_gauges(0);
}
END_TEST

/* Option Forwarded: a router's traffic is traffic. */
START_TEST(forwarded_as_traffic)
{
	unsigned up;

	teardown();
	start(true);
	tell_facts();
	up = packet(INSIDE, 40000, THERE, 443, SYN, NULL, 0, (struct met){BR, 0, 0});
	packet(INSIDE, 40000, THERE, 443, SYN, NULL, 0,
	       (struct met){ETH, NSC_FRAME_OUTGOING, 0});
	publish();
	ASSERT_PAIR(SCOPE_OCTETS, NSC_V_SCOPE_FORWARDED_FORWARDED, 0, 0);
	ASSERT_PAIR(SCOPE_OCTETS, NSC_V_SCOPE_FORWARDED_PUBLIC, 0, up);
	ck_assert_uint_eq(CELL(FLOW_OPENED, 0, 0), 1);
	assert_sums();
}
END_TEST

START_TEST(frames_for_others_are_not_ours)
{
	struct nsc_facts_view *v;
	unsigned n;

	tell_facts();
	packet(THERE, 443, INSIDE, 40000, ACK, NULL, 0,
	       (struct met){ETH, NSC_FRAME_OTHERHOST, 7});
	publish();
	ck_assert_uint_eq(CELL(SCOPE_OCTETS, NSC_V_SCOPE_FORWARDED_FORWARDED, 0), 0);
	ASSERT_PAIR(INTERFACE_OCTETS, ETH, 0, 0);
	/* The address of a stacked device of this namespace. */
	v = nsc_facts_edit(facts);
	v->mac[v->macs++][5] = 7;
	nsc_facts_commit(facts);
	n = packet(THERE, 443, HERE, 40000, ACK, NULL, 0,
		   (struct met){ETH, NSC_FRAME_OTHERHOST, 7});
	publish();
	ASSERT_PAIR(SCOPE_OCTETS, NSC_V_SCOPE_FORWARDED_PUBLIC, n, 0);
	ck_assert_uint_eq(CELL(SCOPE_OPENED, NSC_V_SCOPE_PUBLIC, NSC_V_DIRECTION_ADOPTED),
			  1);
}
END_TEST

/* A local packet counts once in each way, also between two addresses of this host. */
START_TEST(local_packets_count_in_both_ways)
{
	unsigned n;

	tell_facts();
	n = packet(HOME, 40000, HOME, 80, SYN, NULL, 0, (struct met){LO, 0, 0});
	n += packet(HERE, 40001, HERE, 80, 0, NULL, 10, (struct met){LO, 0, 0});
	publish();
	ASSERT_PAIR(SCOPE_OCTETS, NSC_V_SCOPE_FORWARDED_LOOPBACK, n, n);
	ASSERT_PAIR(SCOPE_PACKETS, NSC_V_SCOPE_FORWARDED_LOOPBACK, 2, 2);
	ASSERT_PAIR(INTERFACE_OCTETS, LO, n, n);
	ck_assert_uint_eq(CELL(SCOPE_OPENED, NSC_V_SCOPE_LOOPBACK, NSC_V_DIRECTION_LOCAL),
			  2);
	assert_sums();
	nsc_worker_finish(w, now);
	publish();
	assert_gauges(0);
}
END_TEST

static const char request[] = "GET / HTTP/1.1\r\nHost: a.test\r\n\r\n";

/* SYN, SYN-ACK, ACK and a request from HERE; published after the first `before` packets (4:
 * after all). */
static void
converse(unsigned before, unsigned octets[4])
{
	const struct met out = {ETH, NSC_FRAME_OUTGOING, 0}, in = {ETH, 0, 0};
	unsigned i;

	for (i = 0; i < 4; i++) {
		if (i == 1)
			octets[i] = packet(THERE, 80, HERE, 40000, SYN | ACK, NULL, 0, in);
		else
			octets[i] = packet(HERE, 40000, THERE, 80,
					   i == 0   ? SYN
					   : i == 2 ? ACK
						    : PSH | ACK,
					   i == 3 ? request : NULL,
					   i == 3 ? sizeof request - 1 : 0, out);
		if (i + 1 == before) {
			publish();
			assert_sums();
		}
	}
	publish();
	assert_sums();
}

START_TEST(octets_go_to_the_application_if_told_before_a_publish)
{
	unsigned http = (unsigned)nsc_app_find("http"), n[4];

	tell_facts();
	converse(0, n);
	ASSERT_PAIR(APP_OCTETS, http, n[1], n[0] + n[2] + n[3]);
	ASSERT_PAIR(APP_OCTETS, 0, 0, 0);
	ck_assert_uint_eq(CELL(APP_OPENED, http, 0), 1);
	ck_assert_uint_eq(CELL(APP_CURRENT, http, 0), 1);
	nsc_worker_finish(w, now);
	publish();
	assert_gauges(0);
	ck_assert_uint_eq(CELL(APP_CURRENT, http, 0), 0);
	ck_assert_uint_eq(CELL(FLOW_CLOSED, 0, NSC_V_END_EOF), 1);
	ck_assert_uint_eq(flows_told, 1);
}
END_TEST

/* What left as unknown stays there: no published sum ever falls. */
START_TEST(octets_stay_unknown_after_a_publish)
{
	unsigned http = (unsigned)nsc_app_find("http"), n[4];

	tell_facts();
	converse(2, n);
	ASSERT_PAIR(APP_OCTETS, 0, n[1], n[0] + n[2] + n[3]);
	ck_assert_uint_eq(CELL(APP_OPENED, 0, 0), 1);
	ck_assert_uint_eq(CELL(APP_OPENED, http, 0), 0);
	ck_assert_uint_eq(CELL(APP_CURRENT, http, 0), 1);
	n[0] = packet(HERE, 40000, THERE, 80, ACK, NULL, 0,
		      (struct met){ETH, NSC_FRAME_OUTGOING, 0});
	publish();
	ASSERT_PAIR(APP_OCTETS, http, 0, n[0]);
	assert_sums();
}
END_TEST

static unsigned
draw(unsigned below)
{
	seed = seed * 1103515245 + 12345;
	return (seed >> 16) % below;
}

/*
 * Anything from anybody, published at any time: sums are equal and none falls;
 * at the end every gauge is 0 and each opened flow was told.
 */
START_TEST(random_run)
{
	static struct nsc_cells before;
	static const unsigned flags[] = {0,   0,         SYN,       SYN | ACK,
					 ACK, PSH | ACK, FIN | ACK, RST};
	const struct nsc_addr end[] = {
		HERE, HOME, THERE, INSIDE, v4(10, 0, 0, 6), v4(203, 0, 113, 9)};
	unsigned i, k, f;

	seed = (unsigned)_i + 1;
	if (_i % 3 != 0)
		tell_facts();
	for (i = 0; i < 20000; i++) {
		const struct met met = {draw(3),
					draw(4) == 0    ? NSC_FRAME_OUTGOING
					: draw(30) == 0 ? NSC_FRAME_OTHERHOST
							: 0,
					(uint8_t)draw(3)};

		f = flags[draw(8)];
		packet(end[draw(6)], 1 + draw(40), end[draw(6)], 70 + draw(20), f,
		       draw(3) == 0 ? request : NULL, sizeof request - 1, met);
		if (draw(50) == 0)
			nsc_worker_tick(w, now += draw(20000) * MS);
		if (draw(40) != 0)
			continue;
		before = cells;
		publish();
		assert_sums();
		for (k = NSC_CELL(APP_OCTETS, 0, 0);
		     k < NSC_CELL(APP_CURRENT, 0, 0) && i > 100; k++)
			ck_assert_uint_ge(cells.cell[k], before.cell[k]);
	}
	nsc_worker_finish(w, now);
	publish();
	assert_sums();
	assert_gauges(0);
	f = 0;
	for (k = 0; k <= NSC_V_SCOPE_FORWARDED_FORWARDED; k++)
		for (i = NSC_V_DIRECTION_NONE; i <= NSC_V_DIRECTION_ADOPTED; i++)
			f += (unsigned)CELL(SCOPE_OPENED, k, i);
	ck_assert_uint_eq(flows_told, f);
}
END_TEST

/* One DNS query, its answer, one that nobody answers: cells of closed sets (tally.c). */
START_TEST(messages_to_cells)
{
	static const char query[] = "\0\1\1\0\0\1\0\0\0\0\0\0\1a\4test\0\0\x1c\0\1";
	char text[sizeof query - 1];
	const struct met out = {ETH, NSC_FRAME_OUTGOING, 0}, in = {ETH, 0, 0};

	tell_facts();
	memcpy(text, query, sizeof text);
	packet(HERE, 40000, THERE, 53, 0, text, sizeof text, out);
	text[2] = '\x81';
	text[3] = 3; /* NXDOMAIN */
	packet(THERE, 53, HERE, 40000, 0, text, sizeof text, in);
	memcpy(text, query, sizeof text);
	text[1] = 2;
	text[sizeof text - 3] = 77; /* a type that has no cell of its own */
	packet(HERE, 40001, THERE, 53, 0, text, sizeof text, out);
	nsc_worker_tick(w, now += 20000 * MS);
	publish();
	ck_assert_uint_eq(CELL(DNS_QTYPE, 0, NSC_V_QTYPE_AAAA), 1);
	ck_assert_uint_eq(CELL(DNS_QTYPE, 0, NSC_V_QTYPE_OTHER), 1);
	ck_assert_uint_eq(CELL(DNS_RCODE, 0, NSC_V_RCODE_NXDOMAIN), 1);
	ck_assert_uint_eq(CELL(DNS_ERRORS, 0, NSC_V_DNS_ERROR_TIMEOUT), 1);
	ck_assert_uint_eq(CELL(DNS_ERRORS, 0, NSC_V_DNS_ERROR_MALFORMED), 0);
	assert_sums();
}
END_TEST

RUN_TESTS("worker", setup, teardown, ONCE(facts_give_direction_and_ways),
	  ONCE(octets_keep_their_way_when_the_sides_turn), ONCE(no_facts_no_direction),
	  ONCE(forwarded_counts_once_at_ingress), ONCE(forwarded_as_traffic),
	  ONCE(frames_for_others_are_not_ours), ONCE(local_packets_count_in_both_ways),
	  ONCE(octets_go_to_the_application_if_told_before_a_publish),
	  ONCE(octets_stay_unknown_after_a_publish), ROWS(random_run, 6),
	  ONCE(messages_to_cells))
