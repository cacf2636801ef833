/* SPDX-License-Identifier: MIT */
/*
 * TCP: octets of both sides in order, to the guesses first, then to one
 * dissector.  Everything happens in one loop over turns; each turn moves its side
 * forward, refuses an app, or ends, so that the loop does.
 */
#include "dissect/conversation.h"

enum {
	LOOKS = 250,		/* attempts (segments: a person may type), and */
	LOOK_OCTETS = 4096,	/* unread octets, after which a protocol is not known */
	HAND_ONS = 8,		/* protocols one after the other in one flow, at the most */
	FIRST_WINDOW = 1 << 20,	/* how far behind the handshake the first segment may begin */
	PADDING = 6,		/* octets of it behind a bare ACK in Ethernet's shortest frame */
	ACKED_NS = 10000000,	/* 10 ms: what was acknowledged, but not seen by then, was not captured */
};

/* Whose turn it is, and what can be read of that side. */
struct turn {
	struct nsc_bytes bytes;
	enum nsc_offer offer;
	int side;
	unsigned waiting;	/* bit n: side n is to be looked at again */
};

static void
look_at(struct nsc_sessions *ss, struct nsc_conversation *c, struct turn *t, int side)
{
	t->side = side;
	t->waiting &= ~(1u << side);
	nsc_stream_peek(ss->pool, &c->stream[side], &t->bytes);
	t->offer = c->stream[side].ready > 0 ? NSC_OFFER_READY : NSC_OFFER_HELD;
}

static void
consume(struct nsc_sessions *ss, struct nsc_conversation *c, struct turn *t, uint32_t n,
	uint64_t skip)
{
	t->offer = nsc_stream_consume(ss->pool, &c->stream[t->side], n, skip, &t->bytes);
}

/* True if the side's last octet is the last one that can be read. */
static bool
at_fin(const struct nsc_conversation *c, const struct turn *t)
{
	const struct nsc_stream *s = &c->stream[t->side];
	uint32_t left = t->offer == NSC_OFFER_READY ? (uint32_t)nsc_bytes_left(&t->bytes) : s->ready;

	if (!c->fin_known[t->side])
		return false;
	/* What is left to skip will not come. */
	return s->next + left == c->fin_seq[t->side] ||
	       (s->skip > 0 && c->fin_seq[t->side] - s->next <= s->skip);
}

/* Tries to tell the protocol.  False: it is settled that it is not known. */
static bool
identify(struct nsc_sessions *ss, struct nsc_conversation *c, struct turn *t)
{
	struct nsc_flow *f = c->flow;
	struct nsc_guess g = {
		.bytes = t->bytes,
		.side = (uint8_t)t->side,
		.transport = NSC_OVER_TCP,
		.midstream = (f->flags & NSC_FLOW_MIDSTREAM) != 0 || c->stream[t->side].gap,
		.port = {nsc_flow_port(f, 0), nsc_flow_port(f, 1)},
	};
	int other = !t->side, app;

	nsc_stream_peek(ss->pool, &c->stream[other], &g.other);
	app = nsc_identify(ss, &g, &c->candidates);
	if (app > 0) {
		if (!nsc_speak_start(ss, f, c, (unsigned)app)) {
			nsc_conversation_quit(ss, f, c);
			return false;
		}
		t->waiting |= 1u << other;
		if (c->stream[other].ready == 0)
			return true;
		/* These came first. */
		consume(ss, c, t, 0, 0);
		if (t->offer != NSC_OFFER_OVERFLOW) {
			t->waiting |= 1u << t->side;
			look_at(ss, c, t, other);
		}
		return true;
	}
	if (app == 0 || ++c->looks >= LOOKS || nsc_bytes_left(&g.bytes) >= LOOK_OCTETS) {
		ss->stats.unknown++;
		nsc_conversation_quit(ss, f, c);
		return false;
	}
	consume(ss, c, t, 0, 0);
	return true;
}

/* The guess was wrong, or another protocol follows: both sides are looked at anew. */
static void
start_anew(struct nsc_sessions *ss, struct nsc_conversation *c, struct turn *t, bool refused)
{
	unsigned app = c->app;

	nsc_speak_stop(ss, c->flow, c, refused);
	if (refused) {
		nsc_app_remove(&c->candidates, app);
	} else {
		c->candidates = nsc_identify_candidates(ss, NSC_OVER_TCP);
		c->hand_ons++;
	}
	if (c->stream[!t->side].ready > 0)
		t->waiting |= 1u << !t->side;
	if (t->offer == NSC_OFFER_HELD)
		look_at(ss, c, t, t->side);
}

/* Both sides agreed on a protocol by name.  False: there is nothing to feed. */
static bool
start_agreed(struct nsc_sessions *ss, struct nsc_conversation *c, const struct nsc_wish *wish)
{
	unsigned app = nsc_speak_wanted(ss, wish->next);

	if (app == 0)
		return true;
	if (!nsc_speak_start(ss, c->flow, c, app)) {
		nsc_conversation_quit(ss, c->flow, c);
		return false;
	}
	nsc_speak_seed(ss, c, wish);
	return true;
}

/* One call of the dissector.  True: the conversation goes on. */
static bool
feed(struct nsc_sessions *ss, struct nsc_conversation *c, struct turn *t, bool fin, uint64_t now,
     enum nsc_end *end)
{
	struct nsc_stream *s = &c->stream[t->side];
	size_t had = nsc_bytes_left(&t->bytes);
	struct nsc_chunk in = {
		.bytes = t->bytes,
		.time = now,
		.side = (uint8_t)t->side,
		.gap = s->gap,
		.fin = fin,
	};
	const struct nsc_wish *wish = &ss->out.wish;
	enum nsc_verdict verdict;
	uint32_t n;

	if (had < c->need[t->side] && !fin && !s->gap) {
		consume(ss, c, t, 0, 0);
		return true;
	}
	verdict = nsc_speak_feed(ss, c->flow, c, &in);
	n = (uint32_t)(in.bytes.p - t->bytes.p);
	c->fin_told[t->side] = fin;
	c->need[t->side] = wish->need < ss->cfg.reassembly.limit ? wish->need
								: ss->cfg.reassembly.limit;
	switch (verdict) {
	case NSC_MORE:
		consume(ss, c, t, n, wish->skip);
		return true;
	case NSC_NOT_MINE:
		consume(ss, c, t, n, 0);
		start_anew(ss, c, t, true);
		return true;
	case NSC_HAND_ON:
		if (c->hand_ons >= HAND_ONS)
			break;
		consume(ss, c, t, n, wish->skip);
		start_anew(ss, c, t, false);
		return start_agreed(ss, c, wish);
	case NSC_MALFORMED:
		*end = NSC_END_PARSE_ERROR;
		break;
	case NSC_DONE:
		break;
	}
	nsc_conversation_quit(ss, c->flow, c);
	return false;
}

static enum nsc_end
run(struct nsc_sessions *ss, struct nsc_conversation *c, struct turn *t, uint64_t now)
{
	enum nsc_end end = NSC_END_OPEN;

	for (;;) {
		bool fin = c->app != 0 && !c->fin_told[t->side] && at_fin(c, t);

		if (t->offer == NSC_OFFER_OVERFLOW) {
			ss->stats.overflows++;
			nsc_conversation_quit(ss, c->flow, c);
			return NSC_END_BUFFER_OVERFLOW;
		}
		if (c->fin_told[t->side]) {
			nsc_stream_release(ss->pool, &c->stream[t->side]);
			t->offer = NSC_OFFER_HELD;
		} else if (fin && t->offer == NSC_OFFER_HELD) {
			look_at(ss, c, t, t->side);
			t->offer = NSC_OFFER_READY;
		}
		if (t->offer == NSC_OFFER_HELD) {
			if (t->waiting == 0)
				return NSC_END_OPEN;
			look_at(ss, c, t, t->waiting & 1u << !t->side ? !t->side : t->side);
			continue;
		}
		if (c->app == 0) {
			if (!identify(ss, c, t))
				return NSC_END_OPEN;
			continue;
		}
		if (!feed(ss, c, t, fin, now, &end))
			return end;
	}
}

/* Where both sides' octets begin, as the handshake said. */
static void
start_streams(struct nsc_conversation *c, const struct nsc_update *up, const struct nsc_packet *p)
{
	const struct nsc_flow *f = up->flow;
	const struct nsc_flow_tcp *own = &f->tcp[up->side], *peer = &f->tcp[!up->side];

	if ((p->tcp_flags & NSC_TCP_SYN) != 0) {
		nsc_stream_start(&c->stream[up->side], p->seq);
		return;
	}
	if ((f->flags & NSC_FLOW_MIDSTREAM) != 0)
		return;
	if ((peer->flags & NSC_SIDE_ACKS) != 0 && p->seq - peer->acked < FIRST_WINDOW)
		nsc_stream_start(&c->stream[up->side], peer->acked - 1);
	if ((own->flags & NSC_SIDE_ACKS) != 0)
		nsc_stream_start(&c->stream[!up->side], own->acked - 1);
}

static struct nsc_conversation *
conversation(struct nsc_sessions *ss, const struct nsc_update *up, const struct nsc_packet *p)
{
	struct nsc_conversation *c = nsc_conversation_of(ss, up->flow);

	if (c != NULL || p->payload_len == 0)
		return c;
	c = nsc_conversation_new(ss, up->flow);
	if (c != NULL) {
		c->candidates = nsc_identify_candidates(ss, NSC_OVER_TCP);
		start_streams(c, up, p);
	}
	return c;
}

/* The receiver has what we wait for: it passed us by. */
static enum nsc_end
acknowledged(struct nsc_sessions *ss, struct nsc_conversation *c, int side, uint32_t ack,
	     uint64_t now)
{
	const struct nsc_stream *s = &c->stream[side];

	if (s->hole_since == 0 || now < s->hole_since + ACKED_NS ||
	    (int32_t)(ack - (s->next + s->ready)) <= 0)
		return NSC_END_OPEN;
	return nsc_stream_read_on(ss, c, side, now);
}

enum nsc_end
nsc_stream_read_on(struct nsc_sessions *ss, struct nsc_conversation *c, int side, uint64_t now)
{
	struct turn t = {.side = side};

	t.offer = nsc_stream_give_up(ss->pool, &c->stream[side], &t.bytes);
	return run(ss, c, &t, now);
}

/*
 * Some senders tell the padding of a frame as payload of a bare ACK: a few zeros, whose
 * place the first octets then take.  Looked for only while no protocol is known.
 */
static bool
is_padding(const struct nsc_packet *p)
{
	if ((p->tcp_flags & ~(unsigned)NSC_TCP_ECE & ~(unsigned)NSC_TCP_CWR) != NSC_TCP_ACK ||
	    p->payload_len < 2 || p->payload_len > PADDING || p->payload_caplen < p->payload_len)
		return false;
	for (uint32_t i = 0; i < p->payload_len; i++)
		if (p->payload[i] != 0)
			return false;
	return true;
}

/*
 * True if the packet brings nothing to be read, and no hole waits for what it acknowledges:
 * most packets of a long body, and what answers them.
 */
static inline bool
passes(struct nsc_conversation *c, int side, const struct nsc_packet *p)
{
	if ((p->tcp_flags & (NSC_TCP_SYN | NSC_TCP_FIN)) != 0 || c->fin_known[side] ||
	    c->stream[!side].hole_since != 0)
		return false;
	return p->payload_len == 0 ||
	       nsc_stream_pass(&c->stream[side], p->seq, p->payload_len);
}

enum nsc_end
nsc_stream_packet(struct nsc_sessions *ss, const struct nsc_update *up, const struct nsc_packet *p)
{
	const bool syn = (p->tcp_flags & NSC_TCP_SYN) != 0;
	struct turn t = {.side = up->side, .offer = NSC_OFFER_HELD, .bytes = nsc_bytes(NULL, 0)};
	uint32_t len = p->payload_len, seq = p->seq + syn;
	struct nsc_conversation *c;
	struct nsc_stream *s;
	enum nsc_end end;

	if ((p->tcp_flags & NSC_TCP_RST) != 0)
		return NSC_END_OPEN;
	c = conversation(ss, up, p);
	if (c == NULL || passes(c, t.side, p))
		return NSC_END_OPEN;
	if ((p->tcp_flags & NSC_TCP_ACK) != 0) {
		end = acknowledged(ss, c, !t.side, p->ack, p->time);
		if (end != NSC_END_OPEN || nsc_conversation_of(ss, up->flow) != c)
			return end;
	}
	s = &c->stream[t.side];
	if (syn && !s->started)
		nsc_stream_start(s, p->seq);
	if ((p->tcp_flags & NSC_TCP_FIN) != 0 && !c->fin_known[t.side] &&
	    (!s->started || (int32_t)(seq + len - s->next) >= 0)) {
		c->fin_known[t.side] = true;
		c->fin_seq[t.side] = seq + len;
		if (!s->started)
			nsc_stream_start(s, seq - 1);
	}
	if (c->fin_known[t.side]) {
		int32_t room = (int32_t)(c->fin_seq[t.side] - seq);

		/* Nothing comes after the FIN. */
		if (room < 0 || c->fin_told[t.side])
			return NSC_END_OPEN;
		len = len < (uint32_t)room ? len : (uint32_t)room;
	}
	/* What reads it keeps its state elsewhere. */
	if (len > 0 && c->state != 0 && s->skip < len)
		__builtin_prefetch(nsc_slab_at(ss->states, c->state), 1);
	if (len > 0 && (c->app != 0 || !is_padding(p)))
		t.offer = nsc_stream_offer(ss->pool, s, seq, p->payload,
					   p->payload_caplen < len ? p->payload_caplen : len, len,
					   p->time, &t.bytes);
	return run(ss, c, &t, p->time);
}
