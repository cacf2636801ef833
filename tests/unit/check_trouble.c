/* SPDX-License-Identifier: MIT */
/*
 * Why data was sent again: fast (RFC 5681, 6675, 5827), spurious (RFC 2883, 3522), and what is
 * none: probes, keep-alives; features.md rows 3.15 and 4.13.
 */
#include "flow_world.h"

static const struct nsc_flow_events *
events(struct world *w)
{
	return nsc_flow_events(w->t, w->up.flow);
}

static void
sends(struct world *w, unsigned first, unsigned count)	/* segments of 1000 octets, the client's */
{
	for (unsigned i = first; i < first + count; i++) {
		struct nsc_packet p = tcp_packet(w, 0, A, 101 + i * 1000, 501, 1000);

		p.ip_id = (uint16_t)i;
		p.tsval = (uint32_t)(w->now / MILLI);
		p.flags = NSC_PACKET_TIMESTAMPS;
		world_send(w, &p);
	}
}

static void
acks(struct world *w, unsigned segments)
{
	tcp(w, 1, A, 501, 101 + segments * 1000, 0);
}

static void
sacks(struct world *w, unsigned segments, unsigned from, unsigned to)
{
	struct nsc_packet p = tcp_packet(w, 1, A, 501, 101 + segments * 1000, 0);

	p.sacks = 1;
	p.sack[0][0] = 101 + from * 1000;
	p.sack[0][1] = 101 + to * 1000;
	world_send(w, &p);
}

START_TEST(three_duplicates)			/* RFC 5681, 3.2 */
{
	struct world *w = world_new(64, NSC_KEY_5TUPLE);

	handshake(w);
	sends(w, 0, 8);
	w->now += 50 * MILLI;
	acks(w, 1);
	acks(w, 1);
	acks(w, 1);
	sends(w, 1, 1);				/* two are not enough: its timer */
	ck_assert_uint_eq(w->up.retransmit, 1);
	ck_assert_uint_eq(w->up.fast, 0);
	acks(w, 8);
	sends(w, 8, 8);
	w->now += 50 * MILLI;
	for (int i = 0; i < 4; i++)
		acks(w, 9);
	sends(w, 9, 1);
	ck_assert_uint_eq(w->up.fast, 1);
	acks(w, 11);				/* partial: the next one is lost, too (RFC 6582) */
	sends(w, 11, 1);
	ck_assert_uint_eq(w->up.fast, 1);
	acks(w, 12);
	w->now += 300 * MILLI;			/* and the answer to that: its timer ran out */
	sends(w, 12, 1);
	ck_assert_uint_eq(w->up.retransmit, 1);
	ck_assert_uint_eq(w->up.fast, 0);
	ck_assert_uint_eq(events(w)->retransmits_fast, 2);
	ck_assert_uint_eq(nsc_flow_retransmits(w->up.flow), 4);
	ck_assert_uint_eq(events(w)->dup_acks, 5);
	world_free(w);
}
END_TEST

/* RFC 6675, 8985; a tail loss probe is none */
START_TEST(selective)
{
	struct world *w = world_new(64, NSC_KEY_5TUPLE);

	handshake(w);
	sends(w, 0, 5);
	w->now += 20 * MILLI;
	acks(w, 1);
	sends(w, 4, 1);				/* the probe sends the last one again */
	ck_assert_uint_eq(w->up.retransmit, 1);
	ck_assert_uint_eq(w->up.fast, 0);
	sacks(w, 1, 2, 5);
	sends(w, 1, 1);
	ck_assert_uint_eq(w->up.fast, 1);
	acks(w, 5);
	ck_assert_uint_eq(events(w)->retransmits_fast, 1);
	ck_assert_uint_eq(events(w)->retransmits_spurious, 0);
	world_free(w);
}
END_TEST

/* RFC 5827: of two on the way one answer is all there can be */
START_TEST(early)
{
	struct world *w = world_new(64, NSC_KEY_5TUPLE);

	handshake(w);
	acks(w, 0);
	sends(w, 0, 2);
	w->now += 20 * MILLI;
	acks(w, 0);
	sends(w, 0, 1);
	ck_assert_uint_eq(w->up.fast, 1);
	world_free(w);
}
END_TEST

/*
 * Row 4.13: the timer of Linux takes a round trip and 200 ms from the last new acknowledgement, so
 * that it ends less than 200 ms after the duplicate which that flight caused.
 */
START_TEST(timer_after_a_duplicate)
{
	struct world *w = world_new(64, NSC_KEY_5TUPLE);

	tcp(w, 0, S, 100, 0, 0);
	w->now += 56 * MILLI;
	tcp(w, 1, S | A, 500, 101, 0);
	tcp(w, 0, A, 101, 501, 0);
	sends(w, 0, 1);
	w->now += 56 * MILLI;
	acks(w, 1);
	sends(w, 1, 2);
	w->now += 88 * MILLI;
	acks(w, 1);
	w->now += 168 * MILLI;			/* 256 ms after what was new */
	sends(w, 1, 1);
	ck_assert_uint_eq(w->up.retransmit, 1);
	ck_assert_uint_eq(w->up.fast, 0);
	w->now += 88 * MILLI;
	acks(w, 3);
	sends(w, 3, 3);				/* as long as Linux waits for what was overtaken */
	w->now += 56 * MILLI;
	acks(w, 3);
	w->now += 14 * MILLI;
	sends(w, 3, 1);
	ck_assert_uint_eq(w->up.fast, 1);
	w->now += 256 * MILLI;			/* that was lost, too, and nothing tells it */
	acks(w, 3);
	w->now += 60 * MILLI;
	sends(w, 3, 1);
	ck_assert_uint_eq(w->up.retransmit, 1);
	ck_assert_uint_eq(w->up.fast, 0);
	world_free(w);
}
END_TEST

START_TEST(timer)
{
	struct world *w = world_new(64, NSC_KEY_5TUPLE);

	handshake(w);
	sends(w, 0, 8);
	w->now += 250 * MILLI;
	for (unsigned i = 0; i < 8; i++) {	/* from the first on, each after an acknowledgement */
		sends(w, i, 1);
		ck_assert_uint_eq(w->up.retransmit, 1);
		ck_assert_uint_eq(w->up.fast, 0);
		acks(w, i + 1);
	}
	ck_assert_uint_eq(events(w)->retransmits_spurious, 0);
	world_free(w);
}
END_TEST

START_TEST(spurious_seen)			/* its acknowledgement had passed */
{
	struct world *w = world_new(64, NSC_KEY_5TUPLE);

	handshake(w);
	sends(w, 0, 2);
	acks(w, 2);
	sends(w, 0, 1);
	ck_assert_uint_eq(w->up.retransmit, 1);
	ck_assert_uint_eq(w->up.spurious, 1);
	ck_assert_uint_eq(events(w)->retransmits_spurious, 1);
	world_free(w);
}
END_TEST

START_TEST(spurious_dsack)			/* RFC 2883, 4 */
{
	struct world *w = world_new(64, NSC_KEY_5TUPLE);
	struct nsc_packet p;

	handshake(w);
	sends(w, 0, 3);
	w->now += 300 * MILLI;
	sends(w, 0, 1);
	sends(w, 1, 1);
	acks(w, 3);
	ck_assert_uint_eq(w->up.spurious, 0);
	sacks(w, 3, 0, 1);			/* below the acknowledgement */
	ck_assert_uint_eq(w->up.spurious, 1);
	sacks(w, 3, 0, 1);			/* told once */
	ck_assert_uint_eq(w->up.spurious, 0);
	sends(w, 3, 5);
	w->now += 300 * MILLI;
	sends(w, 6, 1);
	p = tcp_packet(w, 1, A, 501, 101 + 5000, 0);
	p.sacks = 2;				/* within the second block */
	p.sack[0][0] = 101 + 6000;
	p.sack[0][1] = 101 + 7000;
	p.sack[1][0] = 101 + 6000;
	p.sack[1][1] = 101 + 8000;
	world_send(w, &p);
	ck_assert_uint_eq(w->up.spurious, 1);
	ck_assert_uint_eq(events(w)->retransmits_spurious, 2);
	world_free(w);
}
END_TEST

/* More copies than are remembered, and blocks of several that a receiver's machine put together. */
START_TEST(spurious_storm)
{
	struct world *w = world_new(64, NSC_KEY_5TUPLE);
	uint32_t needless = 0;

	handshake(w);
	sends(w, 0, 60);
	w->now += 300 * MILLI;
	for (unsigned i = 0; i < 60; i++)
		sends(w, i, 1);
	acks(w, 60);
	for (unsigned i = 0; i < 60; i++) {
		sacks(w, 60, i, i + 1);
		needless += w->up.spurious;
	}
	ck_assert_uint_eq(needless, 60);
	sends(w, 60, 8);
	w->now += 300 * MILLI;
	for (unsigned i = 60; i < 68; i++)
		sends(w, i, 1);
	acks(w, 68);
	sacks(w, 68, 61, 65);			/* RFC 2883, 4: one contiguous sequence */
	ck_assert_uint_eq(w->up.spurious, 3);	/* 4000 octets of 1448 */
	ck_assert_uint_eq(events(w)->retransmits_spurious, 63);
	world_free(w);
}
END_TEST

/* A receiver whose first block is what it has just acknowledged tells nothing by it. */
START_TEST(no_dsack)
{
	struct world *w = world_new(64, NSC_KEY_5TUPLE);

	handshake(w);
	sends(w, 0, 8);
	acks(w, 0);
	w->now += 300 * MILLI;
	sends(w, 0, 1);
	sacks(w, 4, 0, 4);			/* three of them were sent once */
	ck_assert_uint_eq(w->up.spurious, 0);
	sends(w, 4, 1);
	sacks(w, 5, 4, 5);
	ck_assert_uint_eq(w->up.spurious, 0);
	ck_assert_uint_eq(events(w)->retransmits_spurious, 0);
	world_free(w);
}
END_TEST

START_TEST(spurious_echo)			/* Eifel: RFC 3522 */
{
	struct world *w = world_new(64, NSC_KEY_5TUPLE);
	struct nsc_packet p;
	uint32_t sent;

	for (unsigned late = 0; late < 2; late++) {
		w->now = epoch + late * 1000 * SECOND;
		handshake(w);
		acks(w, 0);
		sent = (uint32_t)(w->now / MILLI);
		sends(w, 0, 2);
		w->now += 300 * MILLI;
		sends(w, 0, 1);
		p = tcp_packet(w, 1, A, 501, 2101, 0);
		p.flags = NSC_PACKET_TIMESTAMPS;
		p.tsecr = late ? sent : sent + 300;	/* the first copy's, or the second's */
		world_send(w, &p);
		ck_assert_uint_eq(w->up.spurious, late);
		sleep_for(w, 400 * SECOND);
	}
	world_free(w);
}
END_TEST

/* Row "zero window": 0 is 0 whatever the scale, 1 is room; full is said in scaled octets. */
START_TEST(windows)
{
	struct world *w = world_new(64, NSC_KEY_5TUPLE);
	struct nsc_packet p;

	for (int side = 0; side < 2; side++) {
		p = tcp_packet(w, side, side ? S | A : S, side ? 500 : 100, side ? 101 : 0, 0);
		p.flags = NSC_PACKET_WSCALE;
		p.wscale = 7;
		world_send(w, &p);
	}
	tcp(w, 0, A, 101, 501, 0);
	p = tcp_packet(w, 1, A, 501, 101, 0);
	p.window = 16;				/* 2048 octets */
	world_send(w, &p);
	sends(w, 0, 2);
	ck_assert(!(w->up.flags & NSC_UPDATE_WINDOW_FULL));
	tcp(w, 0, A, 2101, 501, 48);
	ck_assert(w->up.flags & NSC_UPDATE_WINDOW_FULL);
	p = tcp_packet(w, 1, A, 501, 2149, 0);
	p.window = 1;
	world_send(w, &p);
	ck_assert(!(w->up.flags & NSC_UPDATE_ZERO_WINDOW));
	p.window = 0;
	world_send(w, &p);
	ck_assert(w->up.flags & NSC_UPDATE_ZERO_WINDOW);
	for (int i = 0; i < 3; i++) {		/* probes of one octet; refused, so said again */
		tcp(w, 0, A, 2149, 501, 1);
		ck_assert_uint_eq(w->up.retransmit, 0);
		world_send(w, &p);
		ck_assert(!(w->up.flags & NSC_UPDATE_ZERO_WINDOW));
	}
	p.window = 16;
	world_send(w, &p);
	tcp(w, 0, A, 2149, 501, 1000);
	ck_assert_uint_eq(w->up.retransmit, 0);
	ck_assert_uint_eq(events(w)->zero_windows, 1);
	ck_assert_uint_eq(events(w)->window_fulls, 1);
	world_free(w);
}
END_TEST

/* Row 3.15: a connection that only keeps itself alive has sent nothing again. */
START_TEST(row_3_15_only_keepalives)
{
	struct world *w = world_new(64, NSC_KEY_5TUPLE);

	handshake(w);
	sends(w, 0, 1);
	acks(w, 1);
	for (unsigned i = 0; i < 20; i++) {
		w->now += 75 * SECOND;
		tcp(w, 0, A, 1100, 501, i & 1);		/* RFC 1122, 4.2.3.6: with or without an octet */
		ck_assert(w->up.flags & NSC_UPDATE_KEEPALIVE);
		acks(w, 1);
		ck_assert(!(w->up.flags & NSC_UPDATE_DUP_ACK));
	}
	ck_assert_uint_eq(nsc_flow_retransmits(w->up.flow), 0);
	ck_assert_uint_eq(events(w)->keepalives, 20);
	ck_assert_uint_eq(events(w)->dup_acks, 0);
	world_free(w);
}
END_TEST

/* An acknowledgement from beyond says that octets were sent which have not passed here yet. */
START_TEST(overtaken_by_an_acknowledgement)
{
	struct world *w = world_new(64, NSC_KEY_5TUPLE);
	struct nsc_packet p;

	handshake(w);
	sends(w, 1, 1);
	acks(w, 0);
	p = tcp_packet(w, 0, A, 3101, 501, 0);
	p.ip_id = 3;
	world_send(w, &p);
	sends(w, 2, 1);
	ck_assert_uint_eq(w->up.retransmit, 0);
	ck_assert_uint_eq(w->up.out_of_order, 1);
	world_free(w);
}
END_TEST

RUN_SUITE("trouble", three_duplicates, selective, early, timer_after_a_duplicate, timer,
	  spurious_seen, spurious_dsack, spurious_storm, no_dsack, spurious_echo, windows, row_3_15_only_keepalives,
	  overtaken_by_an_acknowledgement)
