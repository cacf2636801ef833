/* SPDX-License-Identifier: MIT */
/* Measurements: features.md rows 3.15 and 4.13, risks.md R3 (sender, receiver, without IP ids). */
#include "flow_world.h"

static struct nsc_packet
data(struct world *w, uint32_t seq, uint32_t len, uint16_t id)
{
	struct nsc_packet p = tcp_packet(w, 0, A, seq, 501, len);

	p.ip_id = id;
	return p;
}

/* R3, sender: late is sent again, whatever the ids; in wire segments of the super-packet. */
START_TEST(sender_side)
{
	struct world *w = world_new(1024, NSC_KEY_5TUPLE);
	struct nsc_packet p;
	struct nsc_flow *f;

	handshake(w);
	w->frame.gso_size = 1448;
	p = data(w, 101, 14480, 1);
	f = world_send(w, &p);
	ck_assert_uint_eq(w->up.segments, 10);
	ck_assert_uint_eq(w->up.retransmit, 0);
	p = data(w, 101, 2000, 11);
	world_send(w, &p);
	ck_assert_uint_eq(w->up.segments, 2);
	ck_assert_uint_eq(w->up.retransmit, 2);
	ck_assert_uint_eq(w->up.out_of_order, 0);
	ck_assert_uint_eq(nsc_flow_retransmits(f), 1);
	tcp(w, 1, A, 501, 14581, 0);
	ck_assert_uint_eq(w->up.segments, 1);
	world_free(w);
}
END_TEST

/* Without gso_size: the SYNs' MSS less 12 with timestamps; else 1448 (DESIGN 3). */
START_TEST(segment_size)
{
	struct world *w = world_new(1024, NSC_KEY_5TUPLE);
	struct nsc_packet p;

	p = data(w, 7, 14480, 1);		/* mid-stream */
	p.flags = NSC_PACKET_TIMESTAMPS;
	world_send(w, &p);
	ck_assert_uint_eq(w->up.segments, 10);
	world_free(w);

	w = world_new(1024, NSC_KEY_5TUPLE);
	p = tcp_packet(w, 0, S, 100, 0, 0);
	p.mss = 1460;
	world_send(w, &p);
	p = tcp_packet(w, 1, S | A, 500, 101, 0);
	p.mss = 1012;				/* the smaller offer bounds both */
	world_send(w, &p);
	p = data(w, 101, 3000, 1);
	p.flags = NSC_PACKET_TIMESTAMPS;
	world_send(w, &p);
	ck_assert_uint_eq(w->up.segments, 3);
	p = data(w, 3101, 3036, 4);
	world_send(w, &p);
	ck_assert_uint_eq(w->up.segments, 3);
	world_free(w);
}
END_TEST

/* R3, receiver: a hole filled by an older id was overtaken, by a newer one sent again. */
START_TEST(receiver_side_ip_id)
{
	struct world *w = world_new(1024, NSC_KEY_5TUPLE);
	struct nsc_flow *f = handshake(w);
	static const struct { uint32_t seq; uint16_t id; unsigned again, late; } step[] = {
		{101, 65533, 0, 0}, {201, 65534, 0, 0},
		{401, 0, 0, 0},			/* 301 (id 65535) is missing; ids wrap */
		{301, 65535, 0, 1},		/* overtaken */
		{601, 2, 0, 0},			/* 501 (id 1) is missing */
		{701, 3, 0, 0},
		{501, 4, 1, 0},			/* sent again after it was lost */
		{501, 5, 1, 0},			/* and seen again */
	};

	for (size_t i = 0; i < sizeof step / sizeof step[0]; i++) {
		struct nsc_packet p = data(w, step[i].seq, 100, step[i].id);

		w->now += 1000;
		p.time = w->now;
		world_send(w, &p);
		ck_assert_uint_eq(w->up.retransmit, step[i].again);
		ck_assert_uint_eq(w->up.out_of_order, step[i].late);
	}
	ck_assert_uint_eq(nsc_flow_retransmits(f), 2);
	ck_assert_uint_eq(nsc_flow_out_of_order(f), 1);
	world_free(w);
}
END_TEST

/* R3 without ids (IPv6, or a constant one): newer TSval; else the hole's age against 3 ms. */
START_TEST(receiver_side_without_ids)
{
	static const struct { uint32_t tsval; uint64_t age; bool again; } row[] = {
		{11, 1000, true}, {10, 2999999, false}, {10, 3000000, true}, {9, 1000, false},
	};

	for (int version = 4; version <= 6; version += 2)
		for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
			struct world *w = world_new(1024, NSC_KEY_5TUPLE);
			static const uint32_t seq[] = {101, 201, 301, 501};
			struct nsc_packet p;

			for (int n = 0; n < 4; n++) {
				p = data(w, seq[n], 100, 0);
				p.version = (uint8_t)version;
				p.flags = NSC_PACKET_TIMESTAMPS;
				p.tsval = 10;
				world_send(w, &p);
			}
			p.time += row[i].age;
			p.seq = 401;
			p.tsval = row[i].tsval;
			world_send(w, &p);
			ck_assert_uint_eq(w->up.retransmit, row[i].again);
			ck_assert_uint_eq(w->up.out_of_order, !row[i].again);
			world_free(w);
		}
}
END_TEST

/* Row 3.15: a keep-alive is no retransmission, with no octet or the old one; a keystroke is. */
START_TEST(row_3_15_keepalive)
{
	struct world *w = world_new(1024, NSC_KEY_5TUPLE);
	struct nsc_flow *f = handshake(w);

	tcp(w, 0, A, 101, 501, 1);
	tcp(w, 0, A, 101, 501, 1);		/* not acknowledged yet */
	ck_assert_uint_eq(w->up.retransmit, 1);
	tcp(w, 1, A, 501, 102, 0);
	for (uint32_t len = 0; len < 2; len++) {
		tcp(w, 0, A, 101, 501, len);
		ck_assert(w->up.flags & NSC_UPDATE_KEEPALIVE);
		ck_assert_uint_eq(w->up.retransmit, 0);
		tcp(w, 1, A, 501, 102, 0);
	}
	ck_assert_uint_eq(nsc_flow_retransmits(f), 1);
	ck_assert_uint_eq(nsc_flow_stats(w->t)->keepalives, 2);
	world_free(w);
}
END_TEST

START_TEST(zero_window_on_the_edge)
{
	static const uint16_t window[] = {0, 0, 5, 0};
	static const bool edge[] = {true, false, false, true};
	struct world *w = world_new(1024, NSC_KEY_5TUPLE);

	handshake(w);
	for (int i = 0; i < 4; i++) {
		struct nsc_packet p = tcp_packet(w, 1, A, 501, 101, 0);

		p.window = window[i];
		world_send(w, &p);
		ck_assert_uint_eq(!!(w->up.flags & NSC_UPDATE_ZERO_WINDOW), edge[i]);
	}
	world_free(w);
}
END_TEST

/* Row 4.13: the handshake's two halves add up; later one timed segment a side, Karn, 10 s. */
START_TEST(row_4_13_rtt)
{
	struct world *w = world_new(1024, NSC_KEY_5TUPLE);
	struct nsc_flow *f;

	tcp(w, 0, S, 100, 0, 0);
	w->now += 30 * MILLI;
	tcp(w, 1, S | A, 500, 101, 0);
	ck_assert_uint_eq(w->up.rtt, 30 * MILLI);
	ck_assert(w->up.rtt_handshake);
	w->now += 20 * MILLI;
	f = tcp(w, 0, A, 101, 501, 0);
	ck_assert_uint_eq(w->up.rtt, 20 * MILLI);
	ck_assert(w->up.rtt_handshake);
	ck_assert_uint_eq(nsc_flow_rtt(f), 50 * MILLI);

	tcp(w, 0, A, 101, 501, 10);		/* timed */
	tcp(w, 0, A, 111, 501, 10);
	w->now += 7 * MILLI;
	tcp(w, 1, A, 501, 121, 0);
	ck_assert_uint_eq(w->up.rtt, 7 * MILLI);
	ck_assert(!w->up.rtt_handshake);

	tcp(w, 0, A, 121, 501, 10);		/* Karn */
	w->now += MILLI;
	tcp(w, 0, A, 121, 501, 10);
	tcp(w, 1, A, 501, 131, 0);
	ck_assert_uint_eq(w->up.rtt, 0);

	tcp(w, 0, A, 131, 501, 10);		/* given up */
	w->now += 10 * SECOND + 1;
	tcp(w, 1, A, 501, 141, 0);
	ck_assert_uint_eq(w->up.rtt, 0);
	ck_assert_uint_eq(nsc_flow_rtt(f), 50 * MILLI);
	world_free(w);
}
END_TEST

START_TEST(rtt_of_a_repeated_syn_is_unknown)
{
	struct world *w = world_new(1024, NSC_KEY_5TUPLE);

	tcp(w, 0, S, 100, 0, 0);
	w->now += SECOND;
	tcp(w, 0, S, 100, 0, 0);
	ck_assert_uint_eq(w->up.retransmit, 1);
	w->now += 30 * MILLI;
	tcp(w, 1, S | A, 500, 101, 0);
	ck_assert_uint_eq(w->up.rtt, 0);
	world_free(w);
}
END_TEST

/* Mid-stream: smoothed 7/8 + 1/8 (RFC 6298) towards the farther end. */
START_TEST(smoothed_rtt)
{
	struct world *w = world_new(1024, NSC_KEY_5TUPLE);
	struct nsc_flow *f = tcp(w, 0, A, 101, 501, 0);

	tcp(w, 0, A, 101, 501, 10);
	w->now += 80 * MILLI;
	tcp(w, 1, A, 501, 111, 10);
	ck_assert_uint_eq(w->up.rtt, 80 * MILLI);
	w->now += MILLI;
	tcp(w, 0, A, 111, 511, 10);
	w->now += 160 * MILLI;
	tcp(w, 1, A, 511, 121, 10);
	ck_assert_uint_eq(nsc_flow_rtt(f), 90 * MILLI);
	world_free(w);
}
END_TEST

/* What tshark marks, too: the same number, window and no octet; but for a keep-alive's answer. */
START_TEST(duplicate_acks)
{
	struct world *w = world_new(1024, NSC_KEY_5TUPLE);

	handshake(w);
	tcp(w, 1, A, 501, 101, 0);
	ck_assert(w->up.flags & NSC_UPDATE_DUP_ACK);	/* though nothing is outstanding */
	tcp(w, 0, A, 101, 501, 100);
	tcp(w, 1, A, 501, 101, 0);
	ck_assert(w->up.flags & NSC_UPDATE_DUP_ACK);
	tcp(w, 1, A, 501, 101, 10);
	ck_assert(!(w->up.flags & NSC_UPDATE_DUP_ACK));
	tcp(w, 0, A, 201, 511, 0);
	ck_assert(!(w->up.flags & NSC_UPDATE_DUP_ACK));
	tcp(w, 1, A, 511, 201, 0);
	tcp(w, 0, A, 200, 511, 0);
	ck_assert(w->up.flags & NSC_UPDATE_KEEPALIVE);
	tcp(w, 1, A, 511, 201, 0);
	ck_assert(!(w->up.flags & NSC_UPDATE_DUP_ACK));
	tcp(w, 1, A, 511, 201, 0);
	ck_assert(w->up.flags & NSC_UPDATE_DUP_ACK);
	ck_assert_uint_eq(nsc_flow_events(w->t, w->up.flow)->dup_acks, 3);
	ck_assert_uint_eq(nsc_flow_events(w->t, w->up.flow)->keepalives, 1);
	world_free(w);
}
END_TEST

/* The sequence space wraps in the middle of everything. */
START_TEST(wrap_around)
{
	struct world *w = world_new(1024, NSC_KEY_5TUPLE);
	uint32_t isn = 0xfffffff0;

	tcp(w, 0, S, isn, 0, 0);
	tcp(w, 1, S | A, 500, isn + 1, 0);
	tcp(w, 0, A, isn + 1, 501, 0);
	tcp(w, 0, A, isn + 1, 501, 10);
	ck_assert_uint_eq(w->up.retransmit + w->up.out_of_order, 0);
	tcp(w, 0, A, isn + 11, 501, 100);
	ck_assert_uint_eq(w->up.retransmit + w->up.out_of_order, 0);
	tcp(w, 0, A, isn + 1, 501, 10);
	ck_assert_uint_eq(w->up.retransmit, 1);
	tcp(w, 0, F | A, isn + 111, 501, 0);
	tcp(w, 1, F | A, 501, isn + 112, 0);
	tcp(w, 0, A, isn + 112, 502, 0);
	ck_assert_uint_eq(w->reason[NSC_END_FIN], 1);
	world_free(w);
}
END_TEST

RUN_SUITE("measure", sender_side, segment_size, receiver_side_ip_id, receiver_side_without_ids,
	  row_3_15_keepalive, zero_window_on_the_edge, row_4_13_rtt,
	  rtt_of_a_repeated_syn_is_unknown, smoothed_rtt, duplicate_acks, wrap_around)
