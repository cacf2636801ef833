/* SPDX-License-Identifier: MIT */
/*
 * Random segments and datagrams of a few flows, dissectors that answer at
 * random: nobody is fed after its fin, nothing told after the close, no loop
 * without end, and everything comes back.
 */
#include <stdlib.h>

#include "dissect/session.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FLOWS = 4, APPS = 5, LIMIT = 5000, MAGIC = 0x5a };

/* What the dissectors answer comes out of the same input: the octets that they read. */
struct state {
	uint8_t magic;
	uint8_t fin[2];
	uint8_t ballast[200];
};

static struct nsc_flow flows[FLOWS];
static uint32_t calls;

static void
check(bool holds)
{
	if (!holds)
		abort();
}

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	uint8_t b = nsc_bytes_left(&g->bytes) > 0 ? g->bytes.p[0] : 0;
	uint8_t last = nsc_bytes_left(&g->other) > 0 ? g->other.end[-1] : 0;

	check(++calls < 100000);
	return (b ^ last) % 5 == 0 ? NSC_DONE : (b ^ last) % 5 < 3 ? NSC_MORE : NSC_NOT_MINE;
}

static enum nsc_verdict
feed(void *state, struct nsc_chunk *in, struct nsc_out *out)
{
	struct state *s = state;
	struct nsc_event ev = {.kind = NSC_EVENT_SSH};
	uint8_t how;
	size_t left = nsc_bytes_left(&in->bytes);

	check(++calls < 100000);
	check(s->magic == 0 || s->magic == MAGIC);
	check(!s->fin[in->side]);
	s->magic = MAGIC;
	s->fin[in->side] = in->fin;
	check(left > 0 || in->fin || in->transport == NSC_OVER_UDP);
	if (left == 0)
		return NSC_MORE;
	how = nsc_bytes_u8(&in->bytes);
	nsc_out_event(out, &ev);
	nsc_out_label(out, how % NSC_LABEL_COUNT, in->bytes.p, nsc_bytes_left(&in->bytes));
	switch (how & 7) {
	case 0:
		return how & 8 ? NSC_DONE : NSC_HAND_ON;
	case 1:
		return how & 8 ? NSC_MALFORMED : NSC_NOT_MINE;
	case 2:
		out->wish.skip = how & 8 ? UINT64_MAX : how;
		return NSC_MORE;
	case 3:
		out->wish.need = how & 8 ? UINT32_MAX : how;
		out->wish.timeout = how;
		return NSC_MORE;
	case 4:
		in->bytes.p--;			/* nothing was read after all */
		return NSC_MORE;
	case 5:
		nsc_bytes_skip(&in->bytes, how);	/* perhaps too far */
		return NSC_MORE;
	default:
		nsc_bytes_skip(&in->bytes, nsc_bytes_left(&in->bytes));
		return NSC_MORE;
	}
}

static void
end(void *state, struct nsc_out *out)
{
	struct nsc_event ev = {.kind = NSC_EVENT_SSH};

	check(state != NULL);
	nsc_out_event(out, &ev);
}

static enum nsc_verdict
guess_other(const struct nsc_guess *g)
{
	return nsc_bytes_left(&g->bytes) > 2 && g->bytes.p[1] & 1 ? NSC_DONE : NSC_NOT_MINE;
}

static const struct nsc_dissector one = {
	.name = "one", .transports = NSC_OVER_TCP | NSC_OVER_UDP,
	.state_size = sizeof(struct state), .guess = guess, .feed = feed, .end = end,
}, two = {
	.name = "two", .transports = NSC_OVER_TCP | NSC_OVER_UDP, .timeout = 7,
	.state_size = sizeof(struct state), .guess = guess_other, .feed = feed,
}, name_alone = {
	.name = "three", .transports = NSC_OVER_TCP | NSC_OVER_UDP, .guess = guess,
};

static const struct nsc_dissector *const table[APPS] = {NULL, &two, &one, &two, &name_alone};

static void
on_event(void *arg, const struct nsc_event *ev)
{
	(void)arg;
	check(ev->flow >= flows && ev->flow < flows + FLOWS);
	check((ev->flow->flags & NSC_FLOW_CLOSED) == 0);
}

static void
on_close(void *arg, struct nsc_flow *f, enum nsc_end reason)
{
	(void)arg;
	check(f != NULL && reason != NSC_END_OPEN);
}

static void
open_flow(struct nsc_flow *f)
{
	const int i = (int)(f - flows);

	*f = (struct nsc_flow){.proto = i == 3 ? NSC_PROTO_UDP : NSC_PROTO_TCP};
	f->flags = i == 2 ? NSC_FLOW_MIDSTREAM : 0;
	f->tcp[0].acked = f->tcp[1].acked = 0xfffffff1;
	f->tcp[0].flags = f->tcp[1].flags = NSC_SIDE_ACKS;
}

static void
close_flow(struct nsc_sessions *ss, struct nsc_flow *f, enum nsc_end reason, uint64_t now)
{
	nsc_session_closed(ss, f, reason, now);
	f->flags |= NSC_FLOW_CLOSED;
	nsc_session_retired(ss, f);
	check(f->session == 0);
	open_flow(f);
}

static void
packet(struct nsc_sessions *ss, struct nsc_bytes *in, struct nsc_flow *f, uint8_t op, uint64_t now)
{
	struct nsc_update up = {.flow = f, .side = op >> 2 & 1};
	uint16_t at = nsc_bytes_u16(in), shape = nsc_bytes_u16(in);
	uint32_t len = (shape & 0xff) * (shape & 0x100 ? 37 : 1);
	uint8_t *copy = malloc(len + 1), first = nsc_bytes_u8(in), step = nsc_bytes_u8(in);
	struct nsc_packet p = {
		.time = now,
		.proto = f->proto,
		.tcp_flags = op & 8 ? NSC_TCP_ACK | NSC_TCP_FIN : NSC_TCP_ACK,
		.payload = copy,
		.payload_len = len,
		.payload_caplen = shape & 0x200 ? len / 2 : len,
		.seq = 0xfffffff1 + (at & 0x8000 ? at * 65536u : at),
		.ack = 0xfffffff1 + (shape & 0x400 ? at : 0u),
	};
	enum nsc_end reason;

	if (copy == NULL)
		return;
	if ((shape & 0x1800) == 0x1800)
		p.tcp_flags = shape & 0x2000 ? NSC_TCP_SYN : NSC_TCP_RST;
	for (uint32_t i = 0; i < len; i++)
		copy[i] = (uint8_t)(first + step * i);
	f->packets_low[up.side]++;
	calls = 0;
	reason = nsc_session_packet(ss, &up, &p);
	free(copy);
	if (reason != NSC_END_OPEN)
		close_flow(ss, f, reason, now);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nsc_bytes in = nsc_bytes(data, size);
	uint8_t mode = nsc_bytes_u8(&in);
	const struct nsc_session_config cfg = {
		.reassembly = {.limit = LIMIT, .memory = 1, .hole_ms = 1000,
			       .overflow = mode & 1, .overlap = mode >> 1 & 1},
		.sessions = mode & 4 ? 2 : 10,
		.label_memory = 1,
		.state_memory = 1,
		.wanted = {~UINT64_C(0), 0},
		.dissectors = table,
		.dissector_count = APPS,
	};
	const struct nsc_session_hooks hooks = {.event = on_event, .close = on_close};
	struct nsc_sessions *ss;
	uint64_t now = 1000000000;

	if (nsc_sessions_new(&ss, &cfg, &hooks) != 0)
		return 0;
	for (int i = 0; i < FLOWS; i++)
		open_flow(&flows[i]);
	while (nsc_bytes_left(&in) > 0) {
		uint8_t op = nsc_bytes_u8(&in);
		struct nsc_flow *f = &flows[op & 3];

		now += 1000000;
		if ((op & 0xf0) == 0xf0) {
			close_flow(ss, f, 1 + nsc_bytes_u8(&in) % (NSC_ENDS - 1), now);
		} else if ((op & 0xf0) == 0xe0) {
			now += 1200000000;
			calls = 0;
			nsc_sessions_tick(ss, now);
		} else {
			packet(ss, &in, f, op, now);
		}
		check(nsc_sessions_reassembly(ss)->held <= 8 * LIMIT);
	}
	nsc_sessions_finish(ss, now);
	for (int i = 0; i < FLOWS; i++)
		close_flow(ss, &flows[i], NSC_END_EOF, now);
	check(nsc_sessions_stats(ss)->sessions == 0);
	check(nsc_sessions_reassembly(ss)->held == 0);
	nsc_sessions_free(ss);
	return 0;
}
