/* SPDX-License-Identifier: MIT */
/*
 * TCP: the whole table of state x segment x side, and features.md rows 1.6, 1.9
 * to 1.11, 3.14, 4.2, 4.4.
 */
#include "flow_world.h"

enum segment {
	SYN, SYN_ACK, ACK, DATA, FIN, RST, BAD_RST,
	NULL_FLAGS, SYN_FIN, SYN_RST, RST_FIN, XMAS,	/* impossible */
	SEGMENTS
};

/* Brings the client's flow into a state.  s0, s1: next sequence numbers. */
static struct nsc_flow *
bring_to(struct world *w, enum nsc_flow_state state, uint32_t *s0, uint32_t *s1)
{
	struct nsc_flow *f = NULL;

	*s0 = 101;
	*s1 = 501;
	switch (state) {
	case NSC_STATE_NONE:
		f = tcp(w, 0, 0, 100, 0, 0);		/* impossible flags: no transition */
		*s0 = 100;
		*s1 = 500;
		break;
	case NSC_STATE_SYN_SENT:
		f = tcp(w, 0, S, 100, 0, 0);
		*s1 = 500;
		break;
	case NSC_STATE_SYN_RECEIVED:
		tcp(w, 0, S, 100, 0, 0);
		f = tcp(w, 1, S | A, 500, 101, 0);
		break;
	case NSC_STATE_ESTABLISHED:
		f = handshake(w);
		break;
	case NSC_STATE_FIN_WAIT:
		handshake(w);
		f = tcp(w, 0, F | A, 101, 501, 0);
		*s0 = 102;
		break;
	case NSC_STATE_CLOSING:
		handshake(w);
		tcp(w, 0, F | A, 101, 501, 0);
		f = tcp(w, 1, F | A, 501, 101, 0);	/* crossed: acknowledges no FIN */
		*s0 = 102;
		*s1 = 502;
		break;
	case NSC_STATE_TIME_WAIT:
		handshake(w);
		tcp(w, 0, F | A, 101, 501, 0);
		tcp(w, 1, F | A, 501, 102, 0);
		f = tcp(w, 0, A, 102, 502, 0);
		*s0 = 102;
		*s1 = 502;
		break;
	case NSC_STATE_CLOSED:
		handshake(w);
		f = tcp(w, 1, R, 501, 0, 0);
		break;
	default:
		ck_abort();
	}
	ck_assert_uint_eq(f->state, state);
	return f;
}

static void
send_segment(struct world *w, enum segment g, int side, uint32_t mine, uint32_t peers,
	     enum nsc_flow_state state)
{
	/* A SYN and SYN-ACK of a side that had one is the same one again, else its first. */
	uint32_t isn = side == 0 ? 100 : 500;

	switch (g) {
	case SYN: tcp(w, side, S, isn, 0, 0); break;
	case SYN_ACK:
		if (state != NSC_STATE_NONE)
			peers = side ? 101 : 501;
		tcp(w, side, S | A, isn, peers, 0);
		break;
	case ACK: tcp(w, side, A, mine, peers, 0); break;
	case DATA: tcp(w, side, P | A, mine, peers, 10); break;
	case FIN: tcp(w, side, F | A, mine, peers, 0); break;
	case RST: tcp(w, side, R | A, mine, peers, 0); break;
	case BAD_RST: tcp(w, side, R, mine + 0x40000000, 0, 0); break;
	case NULL_FLAGS: tcp(w, side, 0, mine, 0, 0); break;
	case SYN_FIN: tcp(w, side, S | F, mine, 0, 0); break;
	case SYN_RST: tcp(w, side, S | R, mine, 0, 0); break;
	case RST_FIN: tcp(w, side, R | F | A, mine, peers, 0); break;
	case XMAS: tcp(w, side, F | P | NSC_TCP_URG, mine, peers, 0); break;
	default: ck_abort();
	}
}

/*
 * Expectations from RFC 9293 (3.5, 3.6, 3.10.7) and algorithm 5.  N none, S
 * SYN_SENT, R SYN_RECEIVED, E ESTABLISHED, F FIN_WAIT, C CLOSING, T TIME_WAIT,
 * X CLOSED.  '+' behind the table's letter stands for: a new generation, whose
 * state it is.  Columns: SYN SYN_ACK ACK DATA FIN RST BAD_RST NULL SYN_FIN
 * SYN_RST RST_FIN XMAS.
 */
static const struct {
	enum nsc_flow_state state;
	const char *next[2];		/* by side */
} golden[] = {
	/* Whatever comes first is believed; the sides follow from the SYN. */
	{NSC_STATE_NONE, {"S R E E F X X N N N N N ", "S R E E F X X N N N N N "}},
	/*
	 * The client speaks on: its SYN was answered, uncaptured.  The server's
	 * ACK of the SYN without its own SYN: that one was not captured.  A FIN
	 * before the handshake's end is taken in SYN-RECEIVED (3.10.7.4, eighth).
	 * A SYN from the server: simultaneous open.
	 */
	{NSC_STATE_SYN_SENT, {"S R E E F X S S S S S S ", "R R R R F X S S S S S S "}},
	/* Each side's SYN is acknowledged, by whatever segment: established (algorithm 5; figure 7). */
	{NSC_STATE_SYN_RECEIVED, {"R E E E F X R R R R R R ", "R R R R F X R R R R R R "}},
	{NSC_STATE_ESTABLISHED, {"E E E E F X E E E E E E ", "E E E E F X E E E E E E "}},
	/* The client has closed; the server's FIN acknowledges that, its own is not yet. */
	{NSC_STATE_FIN_WAIT, {"F F F F F X F F F F F F ", "F F F F C X F F F F F F "}},
	/* Each one's ACK covers the other's FIN: one is not enough. */
	{NSC_STATE_CLOSING, {"C C C C C X C C C C C C ", "C C C C C X C C C C C C "}},
	/* Stragglers change nothing; a SYN, or data behind a FIN, is another conversation. */
	{NSC_STATE_TIME_WAIT, {"S+T T E+T T T T T T T T ", "S+T T E+T T T T T T T T "}},
	/* The SYN is the one that was reset, again: absorbed; octets in flight, too. */
	{NSC_STATE_CLOSED, {"X X X X X X X X X X X X ", "X X X X X X X X X X X X "}},
};

START_TEST(algorithm_5_golden_table)
{
	static const char letter[] = "NSREFCTX";

	for (size_t i = 0; i < sizeof golden / sizeof golden[0]; i++)
		for (int side = 0; side < 2; side++)
			for (unsigned g = 0; g < SEGMENTS; g++) {
				struct world *w = world_new(1024, NSC_KEY_5TUPLE);
				uint32_t s[2];
				struct nsc_flow *f = bring_to(w, golden[i].state, &s[0], &s[1]);
				const char *want = &golden[i].next[side][2 * g];
				unsigned generations = 1 + (want[1] == '+');

				send_segment(w, g, side, s[side], s[side ^ 1], f->state);
				ck_assert_msg(letter[w->up.flow->state] == want[0],
					      "state %c side %d segment %u: %c, want %c",
					      letter[golden[i].state], side, g,
					      letter[w->up.flow->state], want[0]);
				ck_assert_msg(w->opened == generations,
					      "state %c side %d segment %u: %u flows",
					      letter[golden[i].state], side, g, w->opened);
				ck_assert_uint_eq(!!(w->up.flags & NSC_UPDATE_ILLEGAL), g >= NULL_FLAGS);
				world_free(w);
			}
}
END_TEST

/* Row 1.6: the initiator is the SYN's sender, the SYN-ACK's receiver, the first packet's sender. */
START_TEST(row_1_6_initiator)
{
	struct world *w = world_new(1024, NSC_KEY_5TUPLE);
	struct nsc_flow *f = tcp(w, 0, S, 100, 0, 0);

	ck_assert_uint_eq(nsc_flow_port(f, 0), 1000);
	ck_assert(f->flags & NSC_FLOW_SYN_SEEN);
	world_free(w);

	w = world_new(1024, NSC_KEY_5TUPLE);
	f = tcp(w, 1, S | A, 500, 101, 0);
	ck_assert_uint_eq(nsc_flow_port(f, 0), 1000);
	ck_assert_uint_eq(w->up.side, 1);
	ck_assert(!(f->flags & (NSC_FLOW_SYN_SEEN | NSC_FLOW_MIDSTREAM)));
	tcp(w, 0, S, 100, 0, 0);		/* overtaken on the way to the capture */
	ck_assert_uint_eq(w->up.retransmit, 0);
	f = tcp(w, 0, A, 101, 501, 0);
	ck_assert_uint_eq(f->state, NSC_STATE_ESTABLISHED);
	ck_assert(w->up.flags & NSC_UPDATE_ESTABLISHED);
	ck_assert_uint_eq(w->opened, 1);
	world_free(w);

	w = world_new(1024, NSC_KEY_5TUPLE);
	f = tcp(w, 1, A, 500, 101, 10);
	ck_assert_uint_eq(nsc_flow_port(f, 0), 80);
	ck_assert(f->flags & NSC_FLOW_MIDSTREAM);
	ck_assert_uint_eq(nsc_flow_stats(w->t)->adopted, 1);
	world_free(w);
}
END_TEST

/* Row 1.9 (a): a flow without its handshake ends by its FINs. */
START_TEST(row_1_9a_midstream_fins)
{
	struct world *w = world_new(1024, NSC_KEY_5TUPLE);

	tcp(w, 0, A, 5000, 9000, 10);
	tcp(w, 1, A, 9000, 5010, 20);
	tcp(w, 0, F | A, 5010, 9020, 0);
	tcp(w, 1, F | A, 9020, 5011, 0);
	ck_assert_uint_eq(w->closed, 0);
	tcp(w, 0, A, 5011, 9021, 0);
	ck_assert_uint_eq(w->reason[NSC_END_FIN], 1);
	ck_assert_uint_eq(w->opened, 1);
	world_free(w);
}
END_TEST

/* Row 1.9 (b): a FIN sent again is not the other side's; (c) what comes late makes no flow. */
START_TEST(row_1_9b_fin_again)
{
	struct world *w = world_new(1024, NSC_KEY_5TUPLE);

	handshake(w);
	tcp(w, 0, F | A, 101, 501, 0);
	tcp(w, 0, F | A, 101, 501, 0);
	ck_assert_uint_eq(w->up.retransmit, 1);
	tcp(w, 1, A, 501, 102, 100);
	ck_assert_uint_eq(w->closed, 0);
	tcp(w, 1, F | A, 601, 102, 0);
	ck_assert_uint_eq(w->closed, 0);
	tcp(w, 0, A, 102, 602, 0);
	ck_assert_uint_eq(w->reason[NSC_END_FIN], 1);
	sleep_for(w, 20 * SECOND);
	tcp(w, 1, A, 602, 102, 0);
	tcp(w, 1, F | A, 601, 102, 0);
	tcp(w, 1, R, 602, 0, 0);
	ck_assert_uint_eq(w->opened, 1);
	ck_assert_uint_eq(w->closed, 1);
	ck_assert_uint_eq(nsc_flow_packets(w->up.flow, 1), 6);
	world_free(w);
}
END_TEST

/* Row 1.9 (d): a SYN behind the window of a closing tuple begins a new flow. */
START_TEST(row_1_9d_syn_on_closing)
{
	struct world *w = world_new(1024, NSC_KEY_5TUPLE);

	handshake(w);
	tcp(w, 0, F | A, 101, 501, 0);
	tcp(w, 0, S, 9000, 0, 0);
	ck_assert_uint_eq(w->opened, 2);
	ck_assert_uint_eq(w->reason[NSC_END_FIN], 1);
	ck_assert_uint_eq(w->up.flow->state, NSC_STATE_SYN_SENT);
	world_free(w);
}
END_TEST

/* Row 1.9 (e) and RFC 5961: an RST from outside the window changes nothing; one in it does. */
START_TEST(row_1_9e_blind_reset)
{
	struct world *w = world_new(1024, NSC_KEY_5TUPLE);
	struct nsc_flow *f = handshake(w);

	tcp(w, 1, R, 501 + 1001, 0, 0);		/* the client offers 1000 */
	ck_assert_uint_eq(f->state, NSC_STATE_ESTABLISHED);
	ck_assert(w->up.flags & NSC_UPDATE_RST_INVALID);
	tcp(w, 1, R, 500, 0, 0);
	ck_assert_uint_eq(nsc_flow_stats(w->t)->rst_invalid, 2);
	tcp(w, 1, R, 501 + 1000, 0, 0);
	ck_assert_uint_eq(f->state, NSC_STATE_CLOSED);
	ck_assert_uint_eq(w->reason[NSC_END_RST], 1);
	world_free(w);
}
END_TEST

/* Algorithm 5: a SYN inside an established flow is asked back; only its SYN-ACK makes it true. */
START_TEST(algorithm_5_syn_on_established)
{
	struct world *w = world_new(1024, NSC_KEY_5TUPLE);

	handshake(w);
	tcp(w, 0, S, 70000, 0, 0);
	ck_assert(w->up.flags & NSC_UPDATE_CHALLENGE);
	ck_assert_uint_eq(w->up.flow->state, NSC_STATE_ESTABLISHED);
	tcp(w, 1, A, 501, 101, 0);		/* RFC 5961, 4: the challenge ACK */
	ck_assert_uint_eq(w->opened, 1);
	tcp(w, 1, S | A, 80000, 70001, 0);
	ck_assert_uint_eq(w->opened, 2);
	ck_assert_uint_eq(nsc_flow_port(w->up.flow, 0), 1000);
	tcp(w, 0, A, 70001, 80001, 0);
	ck_assert_uint_eq(w->up.flow->state, NSC_STATE_ESTABLISHED);
	ck_assert_uint_eq(nsc_flow_stats(w->t)->challenged, 1);
	world_free(w);
}
END_TEST

START_TEST(algorithm_5_simultaneous_open)		/* RFC 9293, figure 7 */
{
	struct world *w = world_new(1024, NSC_KEY_5TUPLE);

	tcp(w, 0, S, 100, 0, 0);
	tcp(w, 1, S, 500, 0, 0);
	ck_assert_uint_eq(w->up.flow->state, NSC_STATE_SYN_RECEIVED);
	tcp(w, 0, S | A, 100, 501, 0);
	ck_assert_uint_eq(w->up.flow->state, NSC_STATE_SYN_RECEIVED);
	tcp(w, 1, S | A, 500, 101, 0);
	ck_assert_uint_eq(w->up.flow->state, NSC_STATE_ESTABLISHED);
	ck_assert_uint_eq(w->opened, 1);
	ck_assert_uint_eq(nsc_flow_port(w->up.flow, 0), 1000);
	world_free(w);
}
END_TEST

START_TEST(algorithm_5_simultaneous_close)		/* RFC 9293, figure 13 */
{
	struct world *w = world_new(1024, NSC_KEY_5TUPLE);

	handshake(w);
	tcp(w, 0, F | A, 101, 501, 0);
	tcp(w, 1, F | A, 501, 101, 0);
	tcp(w, 0, A, 102, 502, 0);
	ck_assert_uint_eq(w->closed, 0);
	tcp(w, 1, A, 502, 102, 0);
	ck_assert_uint_eq(w->reason[NSC_END_FIN], 1);
	world_free(w);
}
END_TEST

/*
 * Row 4.2: captures of a few segments each, and the state behind them (algorithm 5). A step is
 * the side, then flags; sequence numbers follow from what was sent, acknowledgements take all in.
 */
static const struct {
	const char *steps;
	enum nsc_flow_state state;
} captures[] = {
	{"0S", NSC_STATE_SYN_SENT},
	{"0S 0S", NSC_STATE_SYN_SENT},
	{"0S 1SA", NSC_STATE_SYN_RECEIVED},
	{"1SA", NSC_STATE_SYN_RECEIVED},
	{"1SA 0A", NSC_STATE_ESTABLISHED},
	{"0S 1SA 0A", NSC_STATE_ESTABLISHED},
	{"0S 1S 0SA 1SA", NSC_STATE_ESTABLISHED},
	{"0S 1SA 0A 0D 1A 1D 0A", NSC_STATE_ESTABLISHED},
	{"0D 1D", NSC_STATE_ESTABLISHED},
	{"0A 1A", NSC_STATE_ESTABLISHED},
	{"0S 1R", NSC_STATE_CLOSED},
	{"0S 1SA 0A 1R", NSC_STATE_CLOSED},
	{"0S 1SA 0A 0F", NSC_STATE_FIN_WAIT},
	{"0S 1SA 0A 0F 1A", NSC_STATE_FIN_WAIT},
	{"0S 1SA 0A 0F 1A 1D 0A", NSC_STATE_FIN_WAIT},
	{"0S 1SA 0A 1F 0A", NSC_STATE_FIN_WAIT},
	{"0S 1SA 0A 0F 1F 0A", NSC_STATE_TIME_WAIT},
	{"0S 1SA 0A 0F 1A 1F 0A", NSC_STATE_TIME_WAIT},
	{"0D 1D 0F 1F 0A", NSC_STATE_TIME_WAIT},
};

static void
play_capture(const char *steps, enum nsc_flow_state state)
{
	const char *p = steps;
	uint32_t next[2] = {100, 500};
	struct world *w = world_new(1024, NSC_KEY_5TUPLE);

	for (; *p != '\0'; p += *p == ' ') {
		int side = *p++ - '0';
		uint8_t flags = 0;
		uint32_t len = 0, seq = next[side];

		for (; *p != ' ' && *p != '\0'; p++) {
			flags |= *p == 'S' ? S : *p == 'F' ? F | A : *p == 'R' ? R | A : A;
			len += *p == 'D' ? 10 : 0;
		}
		if (flags & S) /* again, it has its number */
			seq = side == 0 ? 100 : 500;
		tcp(w, side, flags, seq, flags & A ? next[!side] : 0, len);
		next[side] = seq + len + ((flags & (S | F)) != 0);
	}
	ck_assert_msg(w->up.flow->state == state, "%s: state %u, not %u", steps,
		      w->up.flow->state, state);
	ck_assert_uint_eq(w->opened, 1);
	world_free(w);
}

START_TEST(row_4_2_states)
{
	for (size_t i = 0; i < sizeof captures / sizeof captures[0]; i++)
		play_capture(captures[i].steps, captures[i].state);
}
END_TEST

/* A connection to itself (row 1.5): simultaneous open with one sequence space. */
START_TEST(self_connect)
{
	struct world *w = world_new(1024, NSC_KEY_5TUPLE);
	static const struct { uint8_t flags; uint32_t seq, ack, len; } step[] = {
		{S, 100, 0, 0}, {S | A, 100, 101, 0}, {A, 101, 101, 10}, {A, 111, 111, 0},
		{F | A, 111, 111, 0}, {A, 112, 112, 0},
	};

	for (size_t i = 0; i < sizeof step / sizeof step[0]; i++) {
		struct nsc_packet p = packet(w, 1, 5000, 1, 5000, 6, step[i].len);

		p.tcp_flags = step[i].flags;
		p.seq = step[i].seq;
		p.ack = step[i].ack;
		world_send(w, &p);
		ck_assert_uint_eq(w->up.side, 0);
		if (i == 2)
			ck_assert_uint_eq(w->up.flow->state, NSC_STATE_ESTABLISHED);
	}
	ck_assert_uint_eq(w->opened, 1);
	ck_assert_uint_eq(w->reason[NSC_END_FIN], 1);
	ck_assert_uint_eq(w->up.flow->octets[0], 6 * 40 + 10);
	ck_assert_uint_eq(w->up.flow->octets[1], 0);
	world_free(w);
}
END_TEST

/* Row 1.11: the reference exchange. */
START_TEST(row_1_11_history)
{
	struct world *w = world_new(1024, NSC_KEY_5TUPLE);
	char text[NSC_HISTORY + 1];

	handshake(w);
	tcp(w, 0, P | A, 101, 501, 10);
	tcp(w, 1, A, 501, 111, 0);
	tcp(w, 1, P | A, 501, 111, 20);
	tcp(w, 0, A, 111, 521, 0);
	tcp(w, 0, F | A, 111, 521, 0);
	tcp(w, 1, F | A, 521, 112, 0);
	tcp(w, 0, A, 112, 522, 0);
	ck_assert_str_eq(nsc_flow_history(w->up.flow, text), "ShADadFf");
	ck_assert_str_eq(nsc_flow_state_text(w->up.flow), "time_wait");
	ck_assert_str_eq(nsc_end_text(w->up.flow->end_reason), "fin");
	world_free(w);
}
END_TEST

/* Row 3.14: refused, blackhole; a reset later is no failure. */
START_TEST(row_3_14_failures)
{
	struct world *w = world_new(1024, NSC_KEY_5TUPLE);

	tcp(w, 0, S, 100, 0, 0);
	tcp(w, 1, R | A, 0, 77, 0);		/* acknowledges something else */
	ck_assert_uint_eq(w->closed, 0);
	tcp(w, 1, R | A, 0, 101, 0);
	ck_assert_uint_eq(w->failure[NSC_FAILURE_REFUSED], 1);
	ck_assert_uint_eq(w->reason[NSC_END_RST], 1);
	tcp(w, 0, S, 100, 0, 0);		/* Windows tries a refused SYN again as it was */
	ck_assert_uint_eq(w->opened, 1);
	tcp(w, 0, S, 4711, 0, 0);
	ck_assert_uint_eq(w->opened, 2);
	sleep_for(w, 60 * SECOND);
	ck_assert_uint_eq(w->failure[NSC_FAILURE_TIMEOUT], 1);
	handshake(w);
	tcp(w, 1, R, 501, 0, 0);
	ck_assert_uint_eq(w->failure[NSC_FAILURE_NONE], 1);
	world_free(w);
}
END_TEST

/* Row 4.4: close, then RST after 20 s: 1 flow; a SYN after 1 s: 2 flows, their octets apart. */
START_TEST(row_4_4_tombstone)
{
	struct world *w = world_new(1024, NSC_KEY_5TUPLE);

	handshake(w);
	tcp(w, 0, F | A, 101, 501, 0);
	tcp(w, 1, F | A, 501, 102, 0);
	tcp(w, 0, A, 102, 502, 0);
	sleep_for(w, 20 * SECOND);
	tcp(w, 1, R, 502, 0, 0);
	sleep_for(w, 10 * SECOND - 1);
	ck_assert_uint_eq(w->retired, 0);	/* its time runs from the close, not the straggler */
	sleep_for(w, 1);
	ck_assert_uint_eq(w->opened, 1);
	ck_assert_uint_eq(w->retired, 1);
	world_free(w);

	w = world_new(1024, NSC_KEY_5TUPLE);
	handshake(w);
	tcp(w, 0, F | A, 101, 501, 0);
	tcp(w, 1, F | A, 501, 102, 0);
	tcp(w, 0, A, 102, 502, 0);
	sleep_for(w, SECOND);
	tcp(w, 0, S, 60, 0, 0);			/* numbers chosen at random may be lower */
	tcp(w, 1, S | A, 7000, 61, 0);
	ck_assert_uint_eq(w->opened, 2);
	ck_assert_uint_eq(w->octets[0][0], 4 * 40);
	ck_assert_uint_eq(w->octets[0][1], 2 * 40);
	ck_assert_uint_eq(w->up.flow->octets[0], 40);
	ck_assert_uint_eq(w->up.flow->octets[1], 40);
	world_free(w);
}
END_TEST

/* Octets in flight when the peer resets are no new conversation; far ones are. */
START_TEST(in_flight_after_reset)
{
	struct world *w = world_new(1024, NSC_KEY_5TUPLE);

	handshake(w);
	tcp(w, 1, A, 501, 101, 500);
	tcp(w, 0, R, 101, 0, 0);
	tcp(w, 1, A, 1001, 101, 500);
	tcp(w, 0, R, 101, 0, 0);
	ck_assert_uint_eq(w->opened, 1);
	tcp(w, 1, A, 0x70000000, 101, 500);
	ck_assert_uint_eq(w->opened, 2);
	world_free(w);
}
END_TEST

/* Impossible flags first, then a handshake from the other side: the SYN says who began. */
START_TEST(algorithm_5_illegal_then_handshake)
{
	struct world *w = world_new(1024, NSC_KEY_5TUPLE);
	struct nsc_flow *f;

	tcp(w, 1, 0, 1, 0, 0);
	ck_assert_uint_eq(w->up.side, 0);
	f = handshake(w);
	ck_assert_uint_eq(nsc_flow_port(f, 0), 1000);
	ck_assert_uint_eq(nsc_flow_packets(f, 0), 2);
	ck_assert_uint_eq(nsc_flow_packets(f, 1), 2);
	ck_assert_uint_eq(f->state, NSC_STATE_ESTABLISHED);
	ck_assert_uint_eq(nsc_flow_stats(w->t)->illegal_flags, 1);
	world_free(w);
}
END_TEST

RUN_SUITE("tcp", algorithm_5_golden_table, row_4_2_states, row_1_6_initiator, row_1_9a_midstream_fins,
	  row_1_9b_fin_again, row_1_9d_syn_on_closing, row_1_9e_blind_reset,
	  algorithm_5_syn_on_established, algorithm_5_simultaneous_open,
	  algorithm_5_simultaneous_close, self_connect, row_1_11_history, row_3_14_failures,
	  row_4_4_tombstone, in_flight_after_reset, algorithm_5_illegal_then_handshake)
