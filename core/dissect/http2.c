/* SPDX-License-Identifier: MIT */
/*
 * HTTP/2 in clear (RFC 9113): with prior knowledge, or after an upgrade of HTTP/1.  Header
 * blocks are read as they come, bodies are passed over.  After lost octets a side is silent
 * until a segment begins with a frame, and names that it indexes are unknown until it says
 * them again.
 */
#include "dissect/h2.h"
#include "dissect/protocols.h"

enum phase {
	BEGIN,		/* client or server? */
	HEADER,		/* of a frame */
	PREFIX,		/* of a header block: padding, priority, promised stream */
	BLOCK,		/* octets of a header block */
	LAST_STREAM,	/* of GOAWAY */
	LAST,		/* the last octet of a frame: its time counts */
	LOST,
};

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	int n = nsc_h2_preface(&g->bytes), other = nsc_h2_preface(&g->other);

	if (n > 0)
		return n == NSC_H2_PREFACE ? NSC_DONE : NSC_MORE;
	n = nsc_h2_server_begins(g->bytes);
	if (n >= 0 && other == NSC_H2_PREFACE)
		return NSC_DONE;
	return n > 0 ? NSC_DONE : n == 0 ? NSC_MORE : NSC_NOT_MINE;
}

/* Passes over n octets, those to come by a wish. */
static void
pass(struct nsc_chunk *in, uint64_t n, struct nsc_out *out)
{
	size_t have = nsc_bytes_left(&in->bytes);

	nsc_bytes_skip(&in->bytes, n < have ? (size_t)n : have);
	out->wish.skip = n > have ? n - have : 0;
}

/* Octets of the side were lost: what they said of names is, too. */
static void
forget(struct nsc_h2 *s, int side, struct nsc_out *out)
{
	struct nsc_h2_side *me = &s->side[side];
	struct nsc_h2_context *x = nsc_h2_context(out->shared, &s->context);

	me->lossy = true;
	me->in_block = me->block_lost = false;
	me->began = 0;
	if (x != NULL)
		nsc_hpack_lose(&x->hpack[side]);
}

static enum nsc_verdict
lose(struct nsc_h2 *s, struct nsc_chunk *in, struct nsc_out *out)
{
	forget(s, in->side, out);
	s->side[in->side].phase = LOST;
	nsc_bytes_skip(&in->bytes, nsc_bytes_left(&in->bytes));
	return NSC_MORE;
}

/* This is not what we took it for: behind lost octets by our fault, else by theirs. */
static enum nsc_verdict
broken(struct nsc_h2 *s, struct nsc_chunk *in, struct nsc_out *out)
{
	if (s->side[in->side].lossy)
		return lose(s, in, out);
	nsc_h2_flush(s, false, out);
	return NSC_MALFORMED;
}

/* The first octets of a side. */
static enum nsc_verdict
begin(struct nsc_h2 *s, struct nsc_chunk *in, struct nsc_out *out)
{
	struct nsc_h2_side *me = &s->side[in->side];
	const bool client = s->begun ? s->client == in->side : *in->bytes.p == 'P';
	int n = nsc_h2_preface(&in->bytes);

	if (client && n < 0)
		return s->seed.upgraded ? broken(s, in, out) : NSC_NOT_MINE;
	if (client && n < NSC_H2_PREFACE) {
		out->wish.need = NSC_H2_PREFACE;
		return NSC_MORE;
	}
	/* A server that does not know the preface answers in HTTP/1. */
	if (!client && nsc_h2_server_begins(in->bytes) < 0)
		return NSC_NOT_MINE;
	if (!client && nsc_bytes_left(&in->bytes) < NSC_H2_FRAME) {
		out->wish.need = NSC_H2_FRAME;
		return NSC_MORE;
	}
	if (!s->begun) {
		s->begun = true;
		s->client = client ? in->side : !in->side;
	}
	if (client)
		nsc_bytes_skip(&in->bytes, NSC_H2_PREFACE);
	me->phase = HEADER;
	return NSC_MORE;
}

/* A frame's payload is read. */
static enum nsc_verdict
frame_end(struct nsc_h2 *s, struct nsc_chunk *in, struct nsc_out *out)
{
	struct nsc_h2_side *me = &s->side[in->side];
	struct nsc_h2_context *x;

	me->phase = HEADER;
	me->began = 0;
	switch (me->frame.type) {
	case NSC_H2_DATA:
		if (me->frame.flags & NSC_H2_END_STREAM)
			nsc_h2_ended(s, in->side, me->frame.stream, out);
		break;
	case NSC_H2_RST_STREAM:
		nsc_h2_reset(s, me->frame.stream, out);
		break;
	case NSC_H2_HEADERS:
	case NSC_H2_PUSH_PROMISE:
	case NSC_H2_CONTINUATION:
		if ((me->frame.flags & NSC_H2_END_HEADERS) == 0)
			break;
		me->in_block = false;
		x = nsc_h2_context(out->shared, &s->context);
		if (x != NULL && !me->block_lost) {
			if (nsc_hpack_end(&x->hpack[in->side]) != 0)
				return broken(s, in, out);
			nsc_h2_block_end(s, x, in->side, out);
		}
		if (me->block_ends)
			nsc_h2_ended(s, in->side, me->frame.stream, out);
		break;
	default:
		break;
	}
	return NSC_MORE;
}

/* What is left of the frame says nothing, but its end does. */
static enum nsc_verdict
rest(struct nsc_h2 *s, struct nsc_chunk *in, struct nsc_out *out)
{
	struct nsc_h2_side *me = &s->side[in->side];

	if (me->left == 0)
		return frame_end(s, in, out);
	me->phase = LAST;
	pass(in, me->left - 1, out);
	return NSC_MORE;
}

/* The header block's octets, if the frame has some. */
static enum nsc_verdict
go_on_with_block(struct nsc_h2 *s, struct nsc_chunk *in, struct nsc_out *out)
{
	struct nsc_h2_side *me = &s->side[in->side];

	if (me->left == me->pad)
		return rest(s, in, out);
	me->phase = BLOCK;
	return NSC_MORE;
}

static enum nsc_verdict
begin_block(struct nsc_h2 *s, struct nsc_chunk *in, struct nsc_out *out)
{
	struct nsc_h2_side *me = &s->side[in->side];
	const struct nsc_h2_frame *f = &me->frame;

	me->pad = 0;
	if (f->type == NSC_H2_CONTINUATION)
		return go_on_with_block(s, in, out);
	if (f->type == NSC_H2_PUSH_PROMISE && in->side == s->client)
		return broken(s, in, out);
	me->promised = 0;
	me->block_began = me->began;
	me->block_lost = false;
	me->block_ends = f->type == NSC_H2_HEADERS && (f->flags & NSC_H2_END_STREAM) != 0;
	me->in_block = true;
	nsc_h2_block_begin(nsc_h2_use(s, out), in->side);
	me->block_lost = false;
	if (f->type != NSC_H2_PUSH_PROMISE &&
	    (f->flags & (NSC_H2_PADDED | NSC_H2_HAS_PRIORITY)) == 0)
		return go_on_with_block(s, in, out);
	me->phase = PREFIX;
	return NSC_MORE;
}

static enum nsc_verdict
read_header(struct nsc_h2 *s, struct nsc_chunk *in, struct nsc_out *out)
{
	struct nsc_h2_side *me = &s->side[in->side];
	uint32_t stream = me->frame.stream;

	if (me->began == 0)
		me->began = out->time;
	if (nsc_bytes_left(&in->bytes) < NSC_H2_FRAME) {
		out->wish.need = NSC_H2_FRAME;
		return NSC_MORE;
	}
	me->frame = nsc_h2_frame(&in->bytes);
	me->left = me->frame.length;
	/* Nothing may stand between the frames of a block (RFC 9113, 6.10). */
	if (!nsc_h2_frame_valid(&me->frame) ||
	    me->in_block != (me->frame.type == NSC_H2_CONTINUATION) ||
	    (me->in_block && me->frame.stream != stream))
		return broken(s, in, out);
	switch (me->frame.type) {
	case NSC_H2_HEADERS:
	case NSC_H2_PUSH_PROMISE:
	case NSC_H2_CONTINUATION:
		return begin_block(s, in, out);
	case NSC_H2_GOAWAY:
		me->phase = LAST_STREAM;
		return NSC_MORE;
	case NSC_H2_RST_STREAM:
		return rest(s, in, out);
	case NSC_H2_DATA:
		if (me->frame.flags & NSC_H2_END_STREAM)
			return rest(s, in, out);
		break;
	default:
		break;
	}
	me->began = 0;
	pass(in, me->left, out);
	return NSC_MORE;
}

static enum nsc_verdict
read_prefix(struct nsc_h2 *s, struct nsc_chunk *in, struct nsc_out *out)
{
	struct nsc_h2_side *me = &s->side[in->side];
	const bool padded = (me->frame.flags & NSC_H2_PADDED) != 0;
	const bool promise = me->frame.type == NSC_H2_PUSH_PROMISE;
	const bool priority = !promise && (me->frame.flags & NSC_H2_HAS_PRIORITY) != 0;
	const uint32_t n = (padded ? 1 : 0) + (promise ? 4 : 0) + (priority ? 5 : 0);

	if (me->left < n)
		return broken(s, in, out);
	if (nsc_bytes_left(&in->bytes) < n) {
		out->wish.need = n;
		return NSC_MORE;
	}
	me->left -= n;
	if (padded)
		me->pad = nsc_bytes_u8(&in->bytes);
	if (promise)
		me->promised = nsc_bytes_u32(&in->bytes) & 0x7fffffff;
	if (priority)
		nsc_bytes_skip(&in->bytes, 5);
	if (me->pad > me->left || (promise && me->promised == 0))
		return broken(s, in, out);
	return go_on_with_block(s, in, out);
}

static enum nsc_verdict
read_block(struct nsc_h2 *s, struct nsc_chunk *in, struct nsc_out *out)
{
	struct nsc_h2_side *me = &s->side[in->side];
	struct nsc_h2_context *x = nsc_h2_context(out->shared, &s->context);
	size_t n = me->left - me->pad, have = nsc_bytes_left(&in->bytes);
	struct nsc_bytes b;

	n = n < have ? n : have;
	b = nsc_bytes_sub(&in->bytes, n);
	me->left -= (uint32_t)n;
	me->block_lost |= x == NULL;
	if (!me->block_lost) {
		struct nsc_hpack_reader r = nsc_h2_block(x, in->side);

		if (nsc_hpack_read(&x->hpack[in->side], b, &r) != 0)
			return broken(s, in, out);
	}
	return go_on_with_block(s, in, out);
}

static enum nsc_verdict
read_goaway(struct nsc_h2 *s, struct nsc_chunk *in, struct nsc_out *out)
{
	struct nsc_h2_side *me = &s->side[in->side];
	uint32_t last;

	if (nsc_bytes_left(&in->bytes) < 4) {
		out->wish.need = 4;
		return NSC_MORE;
	}
	last = nsc_bytes_u32(&in->bytes) & 0x7fffffff;
	if (in->side != s->client)
		nsc_h2_goaway(s, last, out);
	me->phase = HEADER;
	me->began = 0;
	pass(in, me->left - 4, out);
	return NSC_MORE;
}

static enum nsc_verdict
step(struct nsc_h2 *s, struct nsc_chunk *in, struct nsc_out *out)
{
	switch (s->side[in->side].phase) {
	case BEGIN:
		return begin(s, in, out);
	case PREFIX:
		return read_prefix(s, in, out);
	case BLOCK:
		return read_block(s, in, out);
	case LAST_STREAM:
		return read_goaway(s, in, out);
	case LAST:
		nsc_bytes_skip(&in->bytes, 1);
		return frame_end(s, in, out);
	default:
		return read_header(s, in, out);
	}
}

static enum nsc_verdict
feed(void *state, struct nsc_chunk *in, struct nsc_out *out)
{
	struct nsc_h2 *s = state;
	struct nsc_h2_side *me = &s->side[in->side];

	if (s->seed.upgraded && !s->begun) {
		s->begun = true;
		s->client = s->seed.client;
		nsc_h2_upgraded(s, out);
	}
	if (in->gap || me->phase == LOST) {
		uint32_t highest = s->highest[0] > s->highest[1] ? s->highest[0] : s->highest[1];

		if (!s->begun || !nsc_h2_frame_certain(in->bytes, highest))
			return lose(s, in, out);
		forget(s, in->side, out);
		me->phase = HEADER;
	}
	while (nsc_bytes_left(&in->bytes) > 0) {
		enum nsc_verdict v = step(s, in, out);

		if (v != NSC_MORE || out->wish.skip > 0 || out->wish.need > 0)
			return v;
	}
	return NSC_MORE;
}

static void
end(void *state, struct nsc_out *out)
{
	nsc_h2_flush(state, false, out);
}

static void
cut(void *state, struct nsc_out *out)
{
	nsc_h2_flush(state, true, out);
}

static int
shared_new(void **shared)
{
	struct nsc_h2_contexts *c;
	int r = nsc_h2_contexts_new(&c);

	if (r == 0)
		*shared = c;
	return r;
}

static void
shared_free(void *shared)
{
	nsc_h2_contexts_free(shared);
}

const struct nsc_dissector nsc_http2 = {
	.name = "http2",
	.title = "Hypertext Transfer Protocol, version 2, in clear",
	.spec = "RFC 9113, RFC 7541",
	.transports = NSC_OVER_TCP,
	.state_size = sizeof(struct nsc_h2),
	.guess = guess,
	.feed = feed,
	.end = end,
	.cut = cut,
	.shared_memory = NSC_H2_MEMORY,
	.shared_new = shared_new,
	.shared_free = shared_free,
	.known_by = "its preface, or an upgrade from HTTP/1",
	.measures = "method, authority, status, gRPC status and time of each stream",
	.limits = "a conversation whose beginning was not captured is not known (HPACK "
		    "needs it)",
};
