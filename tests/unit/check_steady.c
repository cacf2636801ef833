/* SPDX-License-Identifier: MIT */
/* The short way (flow/steady.c) does exactly what the full one does. */
#include "flow_world.h"

static uint64_t dice_state;

static uint32_t
dice(uint32_t sides)			/* xorshift64: the same rolls at every run */
{
	dice_state ^= dice_state << 13;
	dice_state ^= dice_state >> 7;
	dice_state ^= dice_state << 17;
	return (uint32_t)(dice_state >> 33) % sides;
}

struct talk {
	uint32_t next[2], acked[2];
	uint16_t id[2], window;
	bool six, stamps;
};

/* The talk goes on as it should, mostly. */
static struct nsc_packet
go_on(struct world *w, struct talk *k)
{
	int side = (int)dice(2);
	uint32_t len = dice(3) == 0 ? 0 : 1 + dice(1460), seq = k->next[side];
	struct nsc_packet p;

	if (dice(3) != 0)
		k->acked[side] = k->next[side ^ 1] - (dice(4) == 0 ? dice(3000) : 0);
	p = tcp_packet(w, side, dice(2) ? A : A | P, seq, k->acked[side], len);
	p.ip_id = k->six ? 0 : k->id[side]++;
	p.version = k->six ? 6 : 4;
	p.tsval = (uint32_t)(w->now / MILLI);
	p.flags = k->stamps ? NSC_PACKET_TIMESTAMPS : 0;
	p.window = k->window;
	k->next[side] += len;
	switch (dice(24)) {
	case 0: p.seq -= dice(4000); break;
	case 1: p.seq += dice(4000); break;
	case 2: k->next[side] -= len; break;
	case 3: p.ack += dice(4000) - 2000; break;
	case 4: p.window = (uint16_t)dice(3); break;
	case 5: k->window = (uint16_t)dice(65536); break;
	case 6: p.ip_id = (uint16_t)dice(65536); break;
	case 7: p.payload_len = 1 + dice(20000); break;
	case 8: p.sacks = 1; break;
	case 9: p.tcp_flags = (uint8_t)dice(dice(30) == 0 ? 256 : 8) | A; break;
	}
	return p;
}

static bool
same(const struct nsc_flow *a, const struct nsc_flow *b)
{
	struct nsc_flow x = *a, y = *b;

	for (int side = 0; side < 2; side++) {
		x.tcp[side].calm = y.tcp[side].calm = 0;
		x.tcp[side].holes = x.tcp[side].holes != 0;
		y.tcp[side].holes = y.tcp[side].holes != 0;
	}
	x.session = y.session = 0;
	x.flags &= (uint16_t)~NSC_FLOW_JUDGED;	/* the full way begins an empty record */
	y.flags &= (uint16_t)~NSC_FLOW_JUDGED;
	return memcmp(&x, &y, sizeof x) == 0;
}

START_TEST(as_the_full_way)
{
	unsigned calm = 0, all = 0;

	for (unsigned round = 0; round < 2000; round++) {
		struct world *fast = world_new(64, NSC_KEY_5TUPLE);
		struct world *full = world_new(64, NSC_KEY_5TUPLE);
		struct talk k = {.next = {101, 501}, .acked = {501, 101}, .window = 60000};

		dice_state = 0x9e3779b97f4a7c15ull * (round + 1);
		k.six = dice(4) == 0;
		k.stamps = dice(2);
		if (dice(4) != 0) {
			handshake(fast);
			handshake(full);
		}
		for (unsigned i = 0; i < 60; i++) {
			struct nsc_packet p = go_on(fast, &k);
			struct nsc_flow *f, *g;

			fast->frame.gso_size = dice(10) == 0 ? (uint16_t)(1 + dice(1448)) : 0;
			full->frame = fast->frame;
			g = world_send(fast, &p);
			calm += g->tcp[fast->up.side].calm;
			all++;
			p.frame = &full->frame;
			f = world_send(full, &p);
			ck_assert_msg(same(f, g), "round %u, packet %u", round, i);
			f->tcp[0].calm = f->tcp[1].calm = 0;
			ck_assert_mem_eq(nsc_flow_events(fast->t, g), nsc_flow_events(full->t, f),
					 sizeof(struct nsc_flow_events));
			fast->up.flow = full->up.flow = NULL;
			ck_assert_mem_eq(&fast->up, &full->up, sizeof fast->up);
			fast->now += dice(dice(50) == 0 ? 20000 : 100) * MILLI;
			full->now = fast->now;
		}
		world_free(fast);
		world_free(full);
	}
	ck_assert_uint_gt(calm, all / 8);	/* else nothing was compared */
	ck_assert_uint_lt(calm, all);
}
END_TEST

RUN_SUITE("steady", as_the_full_way)
