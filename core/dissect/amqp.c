/* SPDX-License-Identifier: MIT */
/*
 * AMQP 0-9-1: frames (4.2.3) of methods and contents on channels.  1.0 and others are a name, by
 * the header with which the client begins (4.2.2).
 */
#include "dissect/amqp_channel.h"
#include "dissect/amqp_words.h"
#include "dissect/opening.h"
#include "dissect/protocols.h"

enum {
	METHOD = 1, HEADER = 2, BODY = 3, HEARTBEAT = 8, END = 0xce,
	OPENING = 8, FRAME_HEAD = 7,
	FRAME_MAX = 1 << 28,
	ARGUMENTS = 800,	/* octets of a method that are read: three short strings and some */
	CONTENT = 12,		/* octets of a content's header: class, weight, size */
};

struct frame {
	uint8_t type;
	uint16_t channel;
	uint32_t size;
};

static bool
take_head(struct nsc_bytes *b, struct frame *f)
{
	f->type = nsc_bytes_u8(b);
	f->channel = nsc_bytes_u16(b);
	f->size = nsc_bytes_u32(b);
	return !b->bad;
}

static bool
is_sound(const struct frame *f)
{
	switch (f->type) {
	case METHOD:
		return f->size >= 4 && f->size <= FRAME_MAX;
	case HEADER:
		return f->size >= CONTENT && f->size <= FRAME_MAX;
	case BODY:
		return f->size <= FRAME_MAX;
	case HEARTBEAT:
		return f->size == 0 && f->channel == 0;
	default:
		return false;
	}
}

/* A method that exists, whole and with its end, or a heartbeat. */
static enum nsc_verdict
whole_frame(struct nsc_bytes b)
{
	struct frame f;
	uint32_t id;

	if (nsc_bytes_left(&b) > 0 && *b.p != METHOD && *b.p != HEARTBEAT)
		return NSC_NOT_MINE;
	if (!take_head(&b, &f))
		return NSC_MORE;
	if (!is_sound(&f) || f.size > 1 << 16)
		return NSC_NOT_MINE;
	if (f.type == METHOD) {
		id = nsc_bytes_u32(&b);
		if (b.bad)
			return NSC_MORE;
		if (nsc_amqp_method(id) == NULL)
			return NSC_NOT_MINE;
		f.size -= 4;
	}
	nsc_bytes_skip(&b, f.size);
	if (nsc_bytes_left(&b) == 0)
		return NSC_MORE;
	return nsc_bytes_u8(&b) == END ? NSC_DONE : NSC_NOT_MINE;
}

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	static const uint8_t version[][4] = {
		{0, 0, 9, 1}, {1, 1, 9, 1}, {1, 1, 0, 10}, {1, 1, 8, 0}, {1, 1, 0, 9},
		{0, 1, 0, 0}, {2, 1, 0, 0}, {3, 1, 0, 0},	/* 1.0: plain, TLS, SASL */
	};
	enum nsc_verdict v = nsc_opening(&g->bytes, "AMQP");

	if (v == NSC_NOT_MINE && g->midstream)
		return whole_frame(g->bytes);
	if (v != NSC_DONE)
		return v;
	if (nsc_bytes_left(&g->bytes) < OPENING)
		return NSC_MORE;
	for (unsigned i = 0; i < sizeof version / sizeof version[0]; i++)
		if (memcmp(g->bytes.p + 4, version[i], 4) == 0)
			return NSC_DONE;
	return NSC_NOT_MINE;
}

static void
skip_string(struct nsc_bytes *b)
{
	nsc_bytes_skip(b, nsc_bytes_u8(b));
}

/* Nobody answers it, as it says itself. */
static bool
no_wait(const struct nsc_amqp_method *m, struct nsc_bytes b)
{
	nsc_bytes_skip(&b, m->octets);
	for (unsigned i = 0; i < m->strings; i++)
		skip_string(&b);
	return (nsc_bytes_u8(&b) & m->no_wait) != 0;
}

/* The method that this one answers. */
static uint32_t
asked(uint32_t id)
{
	switch (id) {
	case NSC_AMQP(40, 51):
		return NSC_AMQP(40, 40);
	case NSC_AMQP_BASIC_GET_EMPTY:
		return NSC_AMQP(60, 70);
	default:
		return id - 1;
	}
}

/* The reply code of a close, and the method that led to it. */
static void
on_close(struct nsc_amqp_state *s, bool whole, uint16_t channel, struct nsc_bytes b,
	 struct nsc_out *out)
{
	struct nsc_amqp_channel *c = nsc_amqp_channel(s, channel, false);
	unsigned error = nsc_amqp_error(nsc_bytes_u16(&b));
	uint32_t method;

	skip_string(&b);
	method = nsc_bytes_u32(&b);
	if (b.bad || error == 0)
		return;
	if (nsc_amqp_answer(s, channel, whole, method, error, out))
		return;
	if (method == NSC_AMQP_BASIC_PUBLISH && c != NULL && c->confirm && c->published != c->low)
		nsc_amqp_confirmed(s, c, c->low + UINT64_C(1), false, error, out);
	else
		nsc_out_operation(out, NSC_NO_OPERATION, error, 0);
}

/* basic.ack and nack of a server's. */
static void
on_confirm(struct nsc_amqp_state *s, uint32_t id, uint16_t channel, struct nsc_bytes b,
	   struct nsc_out *out)
{
	struct nsc_amqp_channel *c = nsc_amqp_channel(s, channel, false);
	uint64_t tag = nsc_bytes_u64(&b);
	bool multiple = (nsc_bytes_u8(&b) & 1) != 0;

	if (c != NULL && c->confirm && !b.bad)
		nsc_amqp_confirmed(s, c, tag, multiple,
				   id == NSC_AMQP_BASIC_NACK ? nsc_amqp_nack() : 0, out);
}

/* A content follows; of a channel without a place it counts now. */
static void
begin_content(struct nsc_amqp_state *s, uint16_t channel, int who, unsigned kind,
	      struct nsc_out *out)
{
	struct nsc_amqp_channel *c = nsc_amqp_channel(s, channel, true);

	if (c != NULL) {
		c->content[who] = (uint8_t)kind;
		c->left[who] = 0;
	} else if (kind == NSC_AMQP_GET) {
		nsc_amqp_answer(s, channel, false, NSC_AMQP(60, 70), 0, out);
	} else {
		nsc_out_operation(out, kind, 0, 0);
	}
}

static void
client_method(struct nsc_amqp_state *s, const struct nsc_amqp_method *m, uint16_t channel,
	      struct nsc_bytes b, struct nsc_out *out)
{
	struct nsc_amqp_channel *c;

	switch (m->id) {
	case NSC_AMQP_BASIC_PUBLISH:
		begin_content(s, channel, 0, NSC_AMQP_PUBLISH, out);
		return;
	case NSC_AMQP_CHANNEL_OPEN:
		nsc_amqp_forget(s, channel);
		nsc_amqp_channel(s, channel, true);
		return;
	case NSC_AMQP(85, 10):
		c = nsc_amqp_channel(s, channel, true);
		if (c != NULL)
			c->confirm = true;
		break;
	default:
		break;
	}
	if ((m->flags & NSC_AMQP_ALONE) != 0 ||
	    ((m->flags & NSC_AMQP_ASKS) != 0 && m->no_wait != 0 && no_wait(m, b)))
		nsc_out_operation(out, m->kind, 0, 0);
	else if ((m->flags & NSC_AMQP_ASKS) != 0)
		nsc_amqp_ask(s, channel, m->id, m->kind, out);
}

static void
server_method(struct nsc_amqp_state *s, const struct nsc_amqp_method *m, uint16_t channel,
	      struct nsc_bytes b, struct nsc_out *out)
{
	unsigned error;

	switch (m->id) {
	case NSC_AMQP_BASIC_DELIVER:
		begin_content(s, channel, 1, NSC_AMQP_DELIVER, out);
		return;
	case NSC_AMQP_BASIC_GET_OK:
		begin_content(s, channel, 1, NSC_AMQP_GET, out);
		return;
	case NSC_AMQP_BASIC_RETURN:
		error = nsc_amqp_error(nsc_bytes_u16(&b));
		if (error > 0)
			nsc_out_operation(out, NSC_NO_OPERATION, error, 0);
		return;
	case NSC_AMQP_BASIC_ACK: case NSC_AMQP_BASIC_NACK:
		on_confirm(s, m->id, channel, b, out);
		return;
	default:
		break;
	}
	if ((m->flags & NSC_AMQP_ANSWERS) != 0)
		nsc_amqp_answer(s, channel, false, asked(m->id), 0, out);
}

static void
on_method(struct nsc_amqp_state *s, int side, uint16_t channel, struct nsc_bytes b,
	  struct nsc_out *out)
{
	const struct nsc_amqp_method *m = nsc_amqp_method(nsc_bytes_u32(&b));
	unsigned both = NSC_AMQP_FROM_CLIENT | NSC_AMQP_FROM_SERVER;

	if (m == NULL)
		return;
	if (s->client == 0 && (m->flags & both) != both)
		s->client = (uint8_t)(1 + ((m->flags & NSC_AMQP_FROM_CLIENT) != 0 ? side : !side));
	switch (m->id) {
	case NSC_AMQP_CONNECTION_CLOSE:
		on_close(s, true, channel, b, out);
		break;
	case NSC_AMQP_CHANNEL_CLOSE:
		on_close(s, false, channel, b, out);
		nsc_amqp_forget(s, channel);
		break;
	case NSC_AMQP_CHANNEL_CLOSED:
		nsc_amqp_forget(s, channel);
		break;
	default:
		if (s->client == side + 1)
			client_method(s, m, channel, b, out);
		else if (s->client != 0)
			server_method(s, m, channel, b, out);
	}
}

/* A content's header or a piece of its body; true if it ends with this frame. */
static bool
content_ends(struct nsc_amqp_state *s, int who, const struct frame *f, struct nsc_bytes b)
{
	struct nsc_amqp_channel *c = nsc_amqp_channel(s, f->channel, false);
	uint64_t size;

	if (c == NULL || c->content[who] == 0)
		return false;
	if (f->type == HEADER) {
		nsc_bytes_skip(&b, 4);
		size = nsc_bytes_u64(&b);
		c->left[who] = size < UINT32_MAX ? (uint32_t)size : UINT32_MAX;
	} else {
		c->left[who] = f->size < c->left[who] ? c->left[who] - f->size : 0;
	}
	return c->left[who] == 0;
}

static void
frame_over(struct nsc_amqp_state *s, int side, struct nsc_out *out)
{
	if (s->over[side] && s->client != 0)
		nsc_amqp_content_over(s, s->frame_channel[side], s->client != side + 1, out);
	s->over[side] = false;
}

/* Reads one frame.  False: no more can be read now. */
static bool
step(struct nsc_amqp_state *s, struct nsc_chunk *in, struct nsc_out *out, enum nsc_verdict *verdict)
{
	struct nsc_bytes b = in->bytes;
	int side = in->side;
	struct frame f;
	size_t want, left;

	if (s->tail[side]) {
		s->tail[side] = false;
		if (nsc_bytes_u8(&in->bytes) != END)
			*verdict = NSC_MALFORMED;
		else
			frame_over(s, side, out);
		return *verdict == NSC_MORE;
	}
	out->wish.need = FRAME_HEAD;
	if (!take_head(&b, &f))
		return false;
	if (!is_sound(&f)) {
		*verdict = NSC_MALFORMED;
		return false;
	}
	want = f.type == METHOD ? ARGUMENTS : f.type == HEADER ? CONTENT : 0;
	want = want < f.size ? want : f.size;
	left = nsc_bytes_left(&b);
	if (left < want) {
		out->wish.need = (uint32_t)(FRAME_HEAD + want);
		return false;
	}
	out->wish.need = 0;
	s->frame_channel[side] = f.channel;
	if (f.type == METHOD)
		on_method(s, side, f.channel, nsc_bytes(b.p, want), out);
	else if (f.type != HEARTBEAT && s->client != 0)
		s->over[side] = content_ends(s, s->client != side + 1, &f, nsc_bytes(b.p, want));
	/* All but the last octet are passed. */
	left = left < f.size ? left : f.size;
	nsc_bytes_skip(&b, left);
	in->bytes = b;
	out->wish.skip = f.size - left;
	s->tail[side] = true;
	return left == f.size;
}

static enum nsc_verdict
feed(void *state, struct nsc_chunk *in, struct nsc_out *out)
{
	struct nsc_amqp_state *s = state;
	enum nsc_verdict verdict = NSC_MORE;

	if (in->gap) {
		s->lost[in->side] = true;
		s->tail[in->side] = s->over[in->side] = false;
		if (s->client != 0)
			nsc_amqp_gap(s, s->client != in->side + 1);
	}
	if (nsc_bytes_left(&in->bytes) > 0 && s->lost[in->side]) {
		if (whole_frame(in->bytes) != NSC_DONE) {
			nsc_bytes_skip(&in->bytes, nsc_bytes_left(&in->bytes));
			return NSC_MORE;
		}
		s->lost[in->side] = false;
	}
	if (!s->tail[in->side] && nsc_bytes_starts(&in->bytes, "AMQP")) {
		/* A server says with it that it speaks another version; others than 0-9-1 end here. */
		if (s->client != 0 || nsc_bytes_left(&in->bytes) < OPENING ||
		    memcmp(in->bytes.p + 4, "\0\0\11\1", 4) != 0)
			return NSC_DONE;
		s->client = (uint8_t)(in->side + 1);
		nsc_bytes_skip(&in->bytes, OPENING);
	}
	while (nsc_bytes_left(&in->bytes) > 0 && step(s, in, out, &verdict))
		;
	return verdict;
}

const struct nsc_dissector nsc_amqp = {
	.name = "amqp",
	.title = "Advanced Message Queuing Protocol",
	.spec = "AMQP 0-9-1, OASIS AMQP 1.0",
	.transports = NSC_OVER_TCP,
	.state_size = sizeof(struct nsc_amqp_state),
	.first = {{'A', 'A' + 1}, {METHOD, METHOD + 1}, {HEARTBEAT, HEARTBEAT + 1}},
	.guess = guess,
	.feed = feed,
	.operations = nsc_amqp_operations,
	.errors = nsc_amqp_errors,
	.known_by = "the client's header with a version; in midstream a whole frame with a method that "
		    "exists, or a heartbeat",
	.measures = "of 0-9-1: methods that were answered, publishes when they are seen, or confirmed (nack is an "
		    "error), deliveries and acknowledgements when they are seen; reply codes of "
		    "closes and of returned messages; time to the answer",
	.limits = "1.0 is a name; of more than 16 channels at a time the others' publishes count "
		  "when they begin, without confirms; of publishes at more than 20 moments that wait "
		  "for confirms the oldest have no time",
};
