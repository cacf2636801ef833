/* SPDX-License-Identifier: MIT */
/* The table: keys, counters, time.  features.md rows 1.5, 1.7, 1.10, 1.12, 3.5, 3.13, 4.3. */
#include <sys/resource.h>

#include "flow_world.h"

static struct nsc_flow *
datagram(struct world *w, uint8_t from, uint16_t sport, uint8_t to, uint16_t dport, uint8_t proto)
{
	struct nsc_packet p = packet(w, from, sport, to, dport, proto, 10);

	return world_send(w, &p);
}

/* Row 1.5: both ways are one flow; a self-connect is one, all octets the initiator's. */
START_TEST(row_1_5_key)
{
	struct world *w = world_new(1024, NSC_KEY_5TUPLE);
	struct nsc_flow *f;

	datagram(w, 9, 5000, 3, 53, 17);
	f = datagram(w, 3, 53, 9, 5000, 17);
	ck_assert_uint_eq(w->opened, 1);
	ck_assert_uint_eq(w->up.side, 1);
	ck_assert_uint_eq(nsc_flow_addr(f, 0)->b[15], 9);
	ck_assert_uint_eq(nsc_flow_port(f, 1), 53);
	ck_assert_uint_eq(f->octets[0], 50);
	ck_assert_uint_eq(f->octets[1], 50);

	datagram(w, 1, 5000, 1, 5000, 17);
	f = datagram(w, 1, 5000, 1, 5000, 17);
	ck_assert_uint_eq(w->opened, 2);
	ck_assert_uint_eq(f->octets[0], 100);
	ck_assert_uint_eq(f->octets[1], 0);

	datagram(w, 1, 6000, 1, 5000, 17);	/* one address, two ports: by port */
	f = datagram(w, 1, 5000, 1, 6000, 17);
	ck_assert_uint_eq(w->opened, 3);
	ck_assert_uint_eq(nsc_flow_port(f, 0), 6000);
	ck_assert_uint_eq(f->octets[1], 50);

	datagram(w, 1, 5000, 1, 5000, 6);	/* another protocol, another flow */
	ck_assert_uint_eq(w->opened, 4);
	world_free(w);
}
END_TEST

START_TEST(ipv6_is_not_mapped_ipv4)
{
	struct world *w = world_new(1024, NSC_KEY_5TUPLE);
	struct nsc_packet p = packet(w, 1, 1, 2, 2, 17, 0);

	world_send(w, &p);
	p.version = 6;				/* ::ffff:a.b.c.d on the wire */
	world_send(w, &p);
	ck_assert_uint_eq(w->opened, 2);
	world_free(w);
}
END_TEST

START_TEST(ip_and_mac_pairs)
{
	static const uint8_t there[14] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 9, 8, 0};
	static const uint8_t back[14] = {2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 1, 8, 0};
	struct world *w = world_new(1024, NSC_KEY_IP_PAIR);
	struct nsc_flow *f;

	datagram(w, 1, 1, 2, 2, 17);
	tcp(w, 1, A, 1, 1, 0);
	f = datagram(w, 2, 7, 1, 7, 1);
	ck_assert_uint_eq(w->opened, 1);
	ck_assert_uint_eq(f->proto, 0);
	ck_assert_uint_eq(f->state, NSC_STATE_NONE);
	world_free(w);

	w = world_new(1024, NSC_KEY_MAC_PAIR);
	w->frame = (struct nsc_frame){.data = there, .caplen = 14, .link = 1};
	datagram(w, 1, 1, 2, 2, 17);
	w->frame.data = back;
	f = datagram(w, 7, 1, 8, 2, 17);
	ck_assert_uint_eq(w->opened, 1);
	ck_assert_uint_eq(w->up.side, 1);
	ck_assert_uint_eq(f->version, 0);
	ck_assert_uint_eq(nsc_flow_addr(f, 0)->b[15], 9);
	w->frame.link = 101;			/* no MACs */
	datagram(w, 7, 1, 8, 2, 17);
	ck_assert_uint_eq(w->opened, 2);
	world_free(w);
}
END_TEST

/* Fragments that came before their first one count, an orphan's own packet does not (decode.h). */
START_TEST(credits)
{
	struct world *w = world_new(1024, NSC_KEY_5TUPLE);
	struct nsc_packet p = packet(w, 1, 1, 2, 2, 17, 0);
	struct nsc_flow *f;

	p.octets = 100, p.credit_packets = 2, p.credit_octets = 3000;
	f = world_send(w, &p);
	ck_assert_uint_eq(nsc_flow_packets(f, 0), 3);
	ck_assert_uint_eq(f->octets[0], 3100);
	p.octets = 0;
	world_send(w, &p);
	ck_assert_uint_eq(nsc_flow_packets(f, 0), 5);
	world_free(w);
}
END_TEST

/* Row 4.3 and table 5b: each row expires at its timeout, not a nanosecond before (>=). */
static void
expires(uint32_t seconds, struct nsc_flow *(*make)(struct world *w), bool by_packet)
{
	struct world *w = world_new(1024, NSC_KEY_5TUPLE);
	struct nsc_flow f = *make(w);
	uint64_t last = w->now;

	if (by_packet) {			/* the packet itself finds it expired */
		struct nsc_packet p = packet(w, 1, 1000, 2, 80, f.proto, 0);
		unsigned opened = w->opened;

		p.tcp_flags = A, p.seq = 101, p.ack = 501;
		p.time = last + seconds * SECOND - 1;
		nsc_flow_advance(w->t, p.time);
		ck_assert_uint_eq(w->retired, 0);
		if (f.state < NSC_STATE_TIME_WAIT) {
			world_send(w, &p);
			p.time += seconds * SECOND;
		} else {
			p.time += 1;
		}
		if (f.proto == 6 && f.state != NSC_STATE_ESTABLISHED && f.state < NSC_STATE_TIME_WAIT)
			p.time += 300 * SECOND;
		world_send(w, &p);
		ck_assert_uint_eq(w->opened, opened + 1);
	} else {
		nsc_flow_advance(w->t, last + seconds * SECOND - 1);
		ck_assert_uint_eq(w->retired, 0);
		nsc_flow_advance(w->t, last + seconds * SECOND);
		ck_assert_uint_eq(w->retired, 1);
		if (!(f.flags & NSC_FLOW_CLOSED))
			ck_assert_uint_eq(w->reason[NSC_END_IDLE], 1);
	}
	world_free(w);
}

static struct nsc_flow *established(struct world *w) { return handshake(w); }
static struct nsc_flow *syn(struct world *w) { return tcp(w, 0, S, 100, 0, 0); }
static struct nsc_flow *reset(struct world *w) { handshake(w); return tcp(w, 1, R, 501, 0, 0); }
static struct nsc_flow *fin(struct world *w) { handshake(w); return tcp(w, 0, F | A, 101, 501, 0); }
static struct nsc_flow *udp(struct world *w) { return datagram(w, 1, 1000, 2, 80, 17); }
static struct nsc_flow *icmp(struct world *w) { return datagram(w, 1, 1000, 2, 80, 1); }
static struct nsc_flow *icmp6(struct world *w) { return datagram(w, 1, 1000, 2, 80, 58); }
static struct nsc_flow *sctp(struct world *w) { return datagram(w, 1, 1000, 2, 80, 132); }

static struct nsc_flow *
dns(struct world *w)
{
	struct nsc_flow *f = udp(w);

	f->flags |= NSC_FLOW_SHORT;		/* as the session does */
	return f;
}

static struct nsc_flow *
ssh(struct world *w)
{
	struct nsc_flow *f = handshake(w);

	nsc_flow_timeout(w->t, f, 1800);
	return f;
}

static struct nsc_flow *
quick(struct world *w)
{
	struct nsc_flow *f = handshake(w);

	nsc_flow_timeout(w->t, f, 5);
	return f;
}

START_TEST(row_4_3_timeouts)
{
	for (int by_packet = 0; by_packet < 2; by_packet++) {
		expires(300, established, by_packet);
		expires(60, syn, by_packet);
		expires(60, fin, by_packet);
		expires(30, reset, by_packet);
		expires(61, udp, by_packet);
		expires(29, dns, by_packet);
		expires(10, icmp, by_packet);
		expires(10, icmp6, by_packet);
		expires(31, sctp, by_packet);
		expires(1800, ssh, by_packet);
		expires(5, quick, by_packet);
	}
}
END_TEST

/* A flow named short late in its life is looked at in time. */
START_TEST(short_by_and_by)
{
	for (uint64_t name = 0; name < 60; name++) {
		struct world *w = world_new(1024, NSC_KEY_5TUPLE);
		struct nsc_flow *f = udp(w);

		for (uint64_t s = 0; s < name; s++)
			sleep_for(w, SECOND);
		f = udp(w);
		f->flags |= NSC_FLOW_SHORT;
		sleep_for(w, 29 * SECOND - 1);
		ck_assert_uint_eq(w->retired, 0);
		sleep_for(w, 1);
		ck_assert_uint_eq(w->retired, 1);
		world_free(w);
	}
}
END_TEST

/* Row 1.10: every reason that the table itself can tell, and those of the session. */
START_TEST(row_1_10_reasons)
{
	static const enum nsc_end asked[] = {NSC_END_BUFFER_OVERFLOW, NSC_END_PARSE_ERROR};
	struct world *w;

	for (size_t i = 0; i < 2; i++) {
		w = world_new(1024, NSC_KEY_5TUPLE);
		nsc_flow_close(w->t, handshake(w), asked[i], w->now);
		ck_assert_uint_eq(w->reason[asked[i]], 1);
		tcp(w, 0, A, 101, 501, 100);	/* the connection lives on: absorbed */
		tcp(w, 0, F | A, 201, 501, 0);
		tcp(w, 1, R, 501, 0, 0);
		ck_assert_uint_eq(w->opened, 1);
		ck_assert_uint_eq(w->closed, 1);
		world_free(w);
	}
	w = world_new(1024, NSC_KEY_5TUPLE);
	datagram(w, 9, 1, 2, 2, 17);
	w->now += SECOND;
	datagram(w, 3, 1, 2, 2, 17);
	nsc_flow_finish(w->t, w->now);
	ck_assert_uint_eq(w->reason[NSC_END_EOF], 2);
	ck_assert_uint_eq(w->first_octet[0], 9);	/* oldest first */
	world_free(w);
}
END_TEST

/* Row 1.12: times of long ago, gaps of 10 s: only differences of the packets' clock count. */
START_TEST(row_1_12_packet_clock)
{
	static const uint64_t starts[] = {1, 1420070400 * SECOND, 1800000000 * SECOND};

	for (size_t i = 0; i < 3; i++) {
		struct world *w = world_new(1024, NSC_KEY_5TUPLE);

		w->now = starts[i];
		for (int n = 0; n < 20; n++) {
			datagram(w, 1, 1, 2, 2, 17);
			datagram(w, 1, 1, 2, 3, 1);	/* 10 s: each is its own */
			sleep_for(w, 10 * SECOND);
		}
		ck_assert_uint_eq(w->opened, 21);
		world_free(w);
	}
}
END_TEST

/* A packet older than the clock moves nothing back, and is not idle at once. */
START_TEST(time_never_goes_back)
{
	struct world *w = world_new(1024, NSC_KEY_5TUPLE);
	struct nsc_packet old;
	struct nsc_flow *f;

	datagram(w, 1, 1, 2, 2, 17);
	old = packet(w, 3, 1, 2, 2, 17, 0);
	old.time = w->now - 1000;
	f = world_send(w, &old);
	ck_assert_uint_eq(f->start, w->now - 1000);
	ck_assert_uint_eq(nsc_flow_end(f), w->now - 1000);
	old.sport = 7, old.time = w->now - 86400 * SECOND;
	f = world_send(w, &old);
	world_send(w, &old);
	nsc_flow_advance(w->t, old.time);
	ck_assert_uint_eq(w->opened, 3);
	ck_assert_uint_eq(w->retired, 0);
	ck_assert_uint_le(f->start, nsc_flow_end(f));
	world_free(w);
}
END_TEST

START_TEST(rebase)
{
	static const int64_t jump[] = {3600, -3600};

	for (int i = 0; i < 2; i++) {
		struct world *w = world_new(1024, NSC_KEY_5TUPLE);
		uint64_t to = w->now + (uint64_t)(jump[i] * (int64_t)SECOND);

		udp(w);
		nsc_flow_rebase(w->t, w->now, to);
		w->now = to;
		sleep_for(w, 61 * SECOND - 1);
		ck_assert_uint_eq(w->retired, 0);
		sleep_for(w, 1);
		ck_assert_uint_eq(w->retired, 1);
		ck_assert_uint_eq(w->last.start, to);
		world_free(w);
	}
}
END_TEST

/* Timeouts change under flows that are there. */
START_TEST(reconfigure_timeouts)
{
	struct world *w = world_new(1024, NSC_KEY_5TUPLE);
	struct nsc_flow_config cfg = w->cfg;

	handshake(w);
	cfg.timeout_tcp = 20;
	ck_assert_int_eq(nsc_flow_reconfigure(w->t, &cfg), 0);
	sleep_for(w, 20 * SECOND - 1);
	ck_assert_uint_eq(w->retired, 0);
	sleep_for(w, 1);
	ck_assert_uint_eq(w->retired, 1);
	world_free(w);
}
END_TEST

static bool
count_visit(void *arg, struct nsc_flow *f)
{
	(void)f;
	return --*(int *)arg > 0;
}

/* Many flows come and go through every size of the slots; each is found again. */
START_TEST(slots_grow_and_shrink)
{
	struct world *w = world_new(100000, NSC_KEY_5TUPLE);
	int visits = 10;

	for (int round = 0; round < 3; round++) {
		for (unsigned n = 0; n < 100000; n++)
			datagram(w, (uint8_t)(n >> 16), (uint16_t)n, 200, 2, 17);
		for (unsigned n = 0; n < 100000; n++)
			datagram(w, 200, 2, (uint8_t)(n >> 16), (uint16_t)n, 17);
		ck_assert_uint_eq(w->opened, 100000u * (unsigned)(round + 1));
		nsc_flow_each(w->t, count_visit, &visits);
		ck_assert_int_eq(visits, 0);
		visits = 10;
		sleep_for(w, 61 * SECOND);
		ck_assert_uint_eq(nsc_flow_stats(w->t)->entries, 0);
	}
	ck_assert_uint_eq(w->sum, 300000ull * 100);
	world_free(w);
}
END_TEST

/* A table of 16 million costs nothing until flows come (DESIGN 3). */
START_TEST(large_table_costs_nothing)
{
	struct rusage before, after;
	struct world *w;

	getrusage(RUSAGE_SELF, &before);
	w = world_new(NSC_FLOW_TABLE_MAX, NSC_KEY_5TUPLE);
	udp(w);
	getrusage(RUSAGE_SELF, &after);
	ck_assert_int_lt(after.ru_maxrss - before.ru_maxrss, 1024);	/* KiB */
	ck_assert_uint_gt(nsc_flow_stats(w->t)->memory, 3ull << 30);
	world_free(w);
}
END_TEST

/* A batch looks ahead: its own packets' openings and evictions do not mislead it. */
START_TEST(batch)
{
	struct world *w = world_new(8, NSC_KEY_5TUPLE);
	struct nsc_packet p[64];
	struct nsc_flow_ref ref[64];

	for (int round = 0; round < 4; round++) {
		for (int i = 0; i < 64; i++) {
			p[i] = packet(w, (uint8_t)(i * 7 % 13), 1, 100, 2, 17, 0);
			nsc_flow_prepare(w->t, &p[i], &ref[i]);
		}
		for (int i = 0; i < 64; i++)
			if (i % 4 != round)
				nsc_flow_approach(w->t, &ref[i]);
		for (int i = 0; i < 64; i++) {
			nsc_flow_update(w->t, &p[i], &ref[i], &w->up);
			ck_assert(nsc_addr_equal(nsc_flow_addr(w->up.flow, 0), &p[i].src));
		}
	}
	ck_assert_uint_eq(nsc_flow_stats(w->t)->entries, 8);
	world_free(w);
}
END_TEST

RUN_SUITE("flow", row_1_5_key, ipv6_is_not_mapped_ipv4, ip_and_mac_pairs, credits,
	  row_4_3_timeouts, short_by_and_by, row_1_10_reasons, row_1_12_packet_clock,
	  time_never_goes_back, rebase, reconfigure_timeouts, slots_grow_and_shrink,
	  large_table_costs_nothing, batch)
