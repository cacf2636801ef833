/* SPDX-License-Identifier: MIT */
/* Eviction: features.md rows 1.8, 1.16, 4.5; DESIGN 4.2 (half-open, one-packet, closed, idle). */
#include "flow_world.h"

static struct nsc_flow *
udp(struct world *w, uint8_t client, uint16_t port)
{
	struct nsc_packet p = packet(w, client, port, 2, 53, 17, 10);

	return world_send(w, &p);
}

/* Row 1.8: 100k SYN flood on a 10k table with 100 live flows: all 100 survive, exact counts. */
START_TEST(row_1_8_syn_flood)
{
	struct world *w = world_new(10000, NSC_KEY_5TUPLE);
	const struct nsc_flow_stats *s = nsc_flow_stats(w->t);
	struct nsc_packet p;

	for (uint16_t i = 0; i < 100; i++) {
		p = packet(w, 1, 1000 + i, 2, 80, 6, 0);
		p.tcp_flags = S, p.seq = 100;
		world_send(w, &p);
		p = packet(w, 2, 80, 1, 1000 + i, 6, 0);
		p.tcp_flags = S | A, p.seq = 500, p.ack = 101;
		world_send(w, &p);
		p = packet(w, 1, 1000 + i, 2, 80, 6, 0);
		p.tcp_flags = A, p.seq = 101, p.ack = 501;
		world_send(w, &p);
	}
	for (unsigned i = 0; i < 100000; i++) {
		p = packet(w, (uint8_t)(3 + i / 50000), (uint16_t)(1 + i % 50000), 2, 80, 6, 0);
		p.tcp_flags = S;
		w->now += 1000;
		world_send(w, &p);
	}
	ck_assert_uint_eq(s->entries, 10000);
	ck_assert_uint_eq(s->live, 10000);
	ck_assert_uint_eq(s->closed[NSC_END_EVICTED], 100100 - 10000);
	ck_assert_uint_eq(s->evicted_half_open, 100100 - 10000);
	ck_assert_uint_eq(w->opened, 100100);
	for (uint16_t i = 0; i < 100; i++) {
		p = packet(w, 1, 1000 + i, 2, 80, 6, 5);
		p.tcp_flags = A, p.seq = 101, p.ack = 501;
		ck_assert_uint_eq(world_send(w, &p)->state, NSC_STATE_ESTABLISHED);
	}
	ck_assert_uint_eq(w->opened, 100100);
	world_free(w);
}
END_TEST

/* Row 4.5: what a scan left behind refuses nobody. */
START_TEST(row_4_5_a_full_table_takes_new_ones)
{
	struct world *w = world_new(64, NSC_KEY_5TUPLE);
	struct nsc_packet p;

	for (unsigned i = 0; i < 1000; i++) {
		p = packet(w, 3, (uint16_t)(1 + i), 2, 80, 6, 0);
		p.tcp_flags = S;
		world_send(w, &p);
		p = packet(w, 4, (uint16_t)(1 + i), 2, 53, 17, 0);
		world_send(w, &p);
	}
	ck_assert_uint_eq(nsc_flow_stats(w->t)->live, 64);
	ck_assert_uint_eq(handshake(w)->state, NSC_STATE_ESTABLISHED);
	for (unsigned i = 0; i < 1000; i++) {
		p = packet(w, 5, (uint16_t)(1 + i), 2, 80, 6, 0);
		p.tcp_flags = S;
		world_send(w, &p);
	}
	ck_assert_uint_eq(w->opened, 3001);
	ck_assert_uint_eq(tcp(w, 0, A, 101, 501, 10)->octets[0], 40 + 40 + 50);
	ck_assert_uint_eq(w->opened, 3001);
	ck_assert_uint_eq(nsc_flow_stats(w->t)->closed[NSC_END_EVICTED], 3001 - 64);
	world_free(w);
}
END_TEST

/* One of each kind in a table of four; age alone would decide the other way round. */
START_TEST(order_of_kinds)
{
	struct world *w = world_new(4, NSC_KEY_5TUPLE);
	const struct nsc_flow_stats *s = nsc_flow_stats(w->t);

	udp(w, 11, 1);				/* idle: the oldest of all */
	udp(w, 11, 1);
	w->now += SECOND;
	handshake(w);
	tcp(w, 1, R, 501, 0, 0);		/* closed */
	w->now += SECOND;
	udp(w, 12, 1);				/* one packet */
	w->now += SECOND;
	{
		struct nsc_packet p = packet(w, 13, 1, 2, 80, 6, 0);

		p.tcp_flags = S;		/* half-open */
		world_send(w, &p);
	}
	for (uint16_t i = 0; i < 4; i++) {
		w->now += SECOND;
		udp(w, 20, i + 1);
		udp(w, 20, i + 1);
	}
	ck_assert_uint_eq(w->retired, 4);
	ck_assert_uint_eq(w->first_octet[0], 13);
	ck_assert_uint_eq(w->first_octet[1], 12);
	ck_assert_uint_eq(w->first_octet[2], 1);
	ck_assert_uint_eq(w->first_octet[3], 11);
	ck_assert_uint_eq(s->evicted_half_open, 1);
	ck_assert_uint_eq(s->evicted_one_packet, 1);
	ck_assert_uint_eq(s->evicted_closed, 1);
	ck_assert_uint_eq(s->evicted_idle, 1);
	ck_assert_uint_eq(s->closed[NSC_END_EVICTED], 3);	/* the closed one was told before */
	world_free(w);
}
END_TEST

/* The least recently active of the idle ones, whatever order they came in. */
START_TEST(least_recently_active)
{
	static const uint8_t activity[] = {5, 1, 3, 6, 2, 4};
	struct world *w = world_new(6, NSC_KEY_5TUPLE);

	for (uint8_t i = 1; i <= 6; i++) {
		udp(w, i + 10, 1);
		udp(w, i + 10, 1);
		w->now += 10 * MILLI;
	}
	for (size_t i = 0; i < sizeof activity; i++) {
		udp(w, activity[i] + 10, 1);
		w->now += 10 * MILLI;
	}
	for (uint8_t i = 0; i < 6; i++) {
		udp(w, i + 30, 1);
		udp(w, i + 30, 1);
		w->now += 10 * MILLI;
		ck_assert_uint_eq(w->first_octet[i], activity[i] + 10);
	}
	world_free(w);
}
END_TEST

/* Row 1.16: a table ten times smaller: the oldest go, nothing breaks; and it grows again. */
START_TEST(row_1_16_shrink)
{
	struct world *w = world_new(1000, NSC_KEY_5TUPLE);
	struct nsc_flow_config cfg = w->cfg;

	for (uint16_t i = 0; i < 1000; i++) {
		udp(w, 1, i + 1);
		udp(w, 1, i + 1);
		w->now += 2 * MILLI;
	}
	cfg.size = 100;
	ck_assert_int_eq(nsc_flow_reconfigure(w->t, &cfg), 0);
	ck_assert_uint_eq(nsc_flow_stats(w->t)->entries, 100);
	ck_assert_uint_eq(w->reason[NSC_END_EVICTED], 900);
	ck_assert_uint_eq(nsc_flow_port(&w->last, 0), 900);
	udp(w, 1, 950);
	ck_assert_uint_eq(w->opened, 1000);
	udp(w, 1, 2000);
	ck_assert_uint_eq(nsc_flow_stats(w->t)->entries, 100);
	ck_assert_uint_eq(nsc_flow_stats(w->t)->closed[NSC_END_EVICTED], 901);
	cfg.size = 1000;
	ck_assert_int_eq(nsc_flow_reconfigure(w->t, &cfg), 0);
	udp(w, 1, 2001);
	ck_assert_uint_eq(nsc_flow_stats(w->t)->entries, 101);
	cfg.size = 1001;
	ck_assert_int_lt(nsc_flow_reconfigure(w->t, &cfg), 0);
	world_free(w);
}
END_TEST

/* A flow that its session ended goes on: it is nobody's first victim, and stays one flow. */
START_TEST(ended_by_its_session)
{
	struct world *w = world_new(4, NSC_KEY_5TUPLE);
	struct nsc_flow *f = handshake(w);
	uint32_t seq = 101;

	nsc_flow_close(w->t, f, NSC_END_PARSE_ERROR, w->now);
	nsc_flow_close(w->t, f, NSC_END_PARSE_ERROR, w->now);
	for (uint16_t i = 0; i < 20; i++) {
		udp(w, 20, i + 1);
		udp(w, 20, i + 1);
		w->now += SECOND;
		ck_assert_ptr_eq(tcp(w, 0, A, seq, 501, 1000), f);
		seq += 1000;
	}
	ck_assert_uint_eq(w->opened, 21);
	ck_assert_uint_eq(w->reason[NSC_END_PARSE_ERROR], 1);
	ck_assert_uint_eq(nsc_flow_packets(f, 0), 22);
	/* At its end it is a closed one like others. */
	tcp(w, 1, R, 501, 0, 0);
	udp(w, 21, 1);
	udp(w, 21, 1);
	ck_assert_uint_eq(nsc_flow_stats(w->t)->evicted_closed, 1);
	ck_assert_uint_eq(w->last.end_reason, NSC_END_PARSE_ERROR);
	ck_assert_uint_eq(w->closed, w->opened - 4);
	world_free(w);
}
END_TEST

RUN_SUITE("evict", ended_by_its_session, row_1_8_syn_flood,
	  row_4_5_a_full_table_takes_new_ones, order_of_kinds, least_recently_active,
	  row_1_16_shrink)
