/* SPDX-License-Identifier: MIT */
/*
 * Cassandra (native protocol v3 to v5): envelopes, each with the number of its stream, which the
 * answer repeats.  Behind READY or AUTHENTICATE those of version 5 travel in segments with a CRC.
 */
#include "dissect/cassandra.h"
#include "dissect/cassandra_opcodes.h"
#include "dissect/pending.h"
#include "dissect/protocols.h"
#include "dissect/rest.h"

enum {
	BODY_MAX = 4096,		/* of the first envelope */
	LOOKED_AT = 24,			/* octets of a body */
	TRACE_ID = 16,
	SILENT = 1,			/* tag: login */
	ROOM = 72,
};

struct side {
	uint64_t left;			/* octets of the envelope's body still to come */
	uint64_t segment;		/* octets of the segment's payload still to come */
	struct nsc_pending request;	/* under way, or answered by what is under way */
	uint8_t opcode, flags, error;
	bool begun, counts;		/* an envelope is under way; its end tells something */
	bool looked;			/* its body's beginning was seen */
	bool trailer;			/* behind the payload: a CRC */
	bool segments;			/* they have begun on this side */
	bool answer;			/* the envelope under way is the server's */
	bool known;			/* this side's first message was read */
	bool lost;			/* octets were lost: a message's beginning is looked for */
};

struct state {
	struct nsc_pending waiting[ROOM];
	struct side side[2];
	bool packed;			/* segments may be compressed */
	bool five;			/* version 5 */
	bool damaged;			/* octets were lost, or the beginning was not seen */
};

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	struct nsc_bytes b = g->bytes;
	size_t left = nsc_bytes_left(&b);
	uint8_t version = nsc_bytes_u8(&b), flags, opcode;
	uint32_t length;

	if (g->midstream && left >= HEADER && nsc_cassandra_is_message(&g->bytes))
		return NSC_DONE;
	if (left > 0 && ((version & ~RESPONSE) < V3 || (version & ~RESPONSE) > V5))
		return NSC_NOT_MINE;
	flags = nsc_bytes_u8(&b);
	nsc_bytes_skip(&b, 2);		/* stream */
	opcode = nsc_bytes_u8(&b);
	length = nsc_bytes_u32(&b);
	if ((left >= 2 && (flags & ~FLAGS) != 0))
		return NSC_NOT_MINE;
	if (left < HEADER)
		return NSC_MORE;
	if (length > BODY_MAX)
		return NSC_NOT_MINE;
	if (opcode == OPTIONS && version < RESPONSE)
		return length == 0 && left == HEADER ? NSC_DONE : NSC_NOT_MINE;
	if (opcode != (version < RESPONSE ? STARTUP : SUPPORTED))
		return NSC_NOT_MINE;
	if (left < HEADER + length)
		return NSC_MORE;
	return memmem(b.p, length, "CQL_VERSION", 11) != NULL ? NSC_DONE : NSC_NOT_MINE;
}

static unsigned
kind_of(unsigned opcode)
{
	switch (opcode) {
	case QUERY:
		return NSC_CASSANDRA_QUERY;
	case PREPARE:
		return NSC_CASSANDRA_PREPARE;
	case EXECUTE:
		return NSC_CASSANDRA_EXECUTE;
	case REGISTER:
		return NSC_CASSANDRA_REGISTER;
	case BATCH:
		return NSC_CASSANDRA_BATCH;
	case OPTIONS:
		return NSC_CASSANDRA_OPTIONS;
	default:
		return NSC_CASSANDRA_OTHER;
	}
}

static void
begin(struct state *s, struct side *d, const struct nsc_envelope *e)
{
	bool answer = (e->version & RESPONSE) != 0;

	d->begun = d->known = true;
	d->looked = false;
	d->answer = answer;
	d->left = e->length;
	d->opcode = e->opcode;
	d->flags = e->flags;
	d->error = 0;
	s->five = (e->version & ~RESPONSE) == V5;
	if (answer) {
		d->counts = e->opcode != EVENT && nsc_ids_take(s->waiting, ROOM, e->stream, &d->request);
	} else {
		d->counts = true;
		d->request = (struct nsc_pending){
			.id = e->stream, .kind = (uint8_t)kind_of(e->opcode),
			.tag = e->opcode == STARTUP || e->opcode == AUTH_RESPONSE ? SILENT : 0};
	}
}

/* The beginning of a body: a statement's first word, an error's code, what STARTUP wants. */
static void
look(struct state *s, struct side *d, struct nsc_bytes b)
{
	unsigned kind;

	if (d->opcode == STARTUP) {
		s->packed = memmem(b.p, nsc_bytes_left(&b), "COMPRESSION", 11) != NULL;
	} else if ((d->flags & PACKED) != 0 && !d->segments) {
		d->error = d->opcode == ERROR;	/* of which kind is not seen */
	} else if (d->opcode == QUERY && (d->flags & PAYLOAD) == 0) {
		nsc_bytes_skip(&b, 4);
		kind = nsc_cassandra_statement(b);
		if (kind != NSC_CASSANDRA_OTHER)
			d->request.kind = (uint8_t)kind;
	} else if (d->opcode == ERROR) {
		uint32_t code;

		if ((d->flags & TRACING) != 0)
			nsc_bytes_skip(&b, TRACE_ID);
		code = nsc_bytes_u32(&b);
		if ((d->flags & (PAYLOAD | WARNING)) != 0 || b.bad)
			code = UINT32_MAX;
		d->error = (uint8_t)nsc_cassandra_error(code);
	}
}

static void
over(struct state *s, struct side *d, struct nsc_out *out)
{
	bool login = d->request.tag == SILENT;

	d->begun = false;
	/* Behind STARTUP the client says nothing until it has its answer. */
	if (s->five && !s->damaged && (d->opcode == STARTUP || d->opcode == READY || d->opcode == AUTHENTICATE))
		d->segments = true;
	if (!d->counts) {
		if (d->error > 0)
			nsc_out_operation(out, NSC_NO_OPERATION, d->error, 0);
		return;
	}
	if (!d->answer) {
		if (!nsc_ids_ask(s->waiting, ROOM, d->request.id, d->request.kind, d->request.tag,
				 out->time))
			nsc_out_lost(out);
	} else if (!login) {
		nsc_out_answered(out, &d->request, d->error);
	} else if (d->error > 0) {
		nsc_out_operation(out, NSC_NO_OPERATION, d->error, 0);
	}
}

enum step { STEP, MORE, BROKEN };

/* Of the payload's octets that are there, or of the stream's without segments: all of them, or `last`. */
static enum step
envelope(struct state *s, struct side *d, struct nsc_bytes *b, bool last, struct nsc_out *out)
{
	struct nsc_envelope e;
	struct nsc_bytes at = *b;
	size_t there, want;

	if (!d->begun) {
		if (!nsc_cassandra_envelope(&at, &e)) {
			out->wish.need = HEADER;
			return last ? BROKEN : MORE;
		}
		if (!nsc_cassandra_is_envelope(&e))
			return BROKEN;
		*b = at;
		begin(s, d, &e);
	}
	there = nsc_bytes_left(b);
	if (!d->looked) {
		want = d->opcode == STARTUP ? BODY_MAX : LOOKED_AT;
		want = d->left < want ? (size_t)d->left : want;
		if (there < want && !last) {
			out->wish.need = (uint32_t)want;
			return MORE;
		}
		look(s, d, nsc_bytes(b->p, there < want ? there : want));
		d->looked = true;
	}
	if (d->segments) {		/* what goes on does so in the next one */
		there = d->left < there ? (size_t)d->left : there;
		nsc_bytes_skip(b, there);
		d->left -= there;
	} else if (d->left > 0) {
		(void)nsc_rest_pass(&d->left, b, &out->wish);
	}
	if (d->left > 0)
		return last ? STEP : MORE;
	over(s, d, out);
	return STEP;
}

/* A compressed segment: its first envelope's beginning is in clear. */
static void
packed(struct state *s, struct side *d, struct nsc_bytes b, uint32_t unpacked, struct nsc_out *out)
{
	struct nsc_bytes clear = nsc_cassandra_literals(b);
	struct nsc_envelope e;

	if (unpacked < HEADER && !d->begun)
		return;
	if (d->begun) {			/* a large one goes on */
		d->left = unpacked < d->left ? d->left - unpacked : 0;
	} else if (nsc_cassandra_envelope(&clear, &e) && nsc_cassandra_is_envelope(&e)) {
		begin(s, d, &e);
		look(s, d, clear);
		d->looked = true;
		d->left = unpacked - HEADER < e.length ? e.length - (unpacked - HEADER) : 0;
		if (unpacked > HEADER + e.length)
			nsc_out_lost(out);	/* there are more, unseen */
	}
	if (d->begun && d->left == 0)
		over(s, d, out);
}

/* The header of a segment, and of a compressed one all. */
static enum step
segment_begins(struct state *s, struct side *d, struct nsc_bytes *b, struct nsc_out *out)
{
	struct nsc_cassandra_segment h;
	struct nsc_bytes at = *b;
	int is = nsc_cassandra_segment(&at, s->packed, &h);
	uint32_t all;

	if (is <= 0) {
		out->wish.need = s->packed ? NSC_CASSANDRA_PACKED : NSC_CASSANDRA_SEGMENT;
		return is < 0 ? BROKEN : MORE;
	}
	all = NSC_CASSANDRA_PACKED + h.payload + NSC_CASSANDRA_TRAILER;
	if (h.packed && nsc_bytes_left(b) < all) {
		out->wish.need = all;		/* at most 128 KiB: its end is the time */
		return MORE;
	}
	if (h.packed) {
		packed(s, d, nsc_bytes_sub(&at, h.payload), h.unpacked, out);
		h.payload = 0;
	}
	*b = at;
	d->segment = h.payload;
	d->trailer = h.payload == 0;
	return STEP;
}

/* What is there of a segment. */
static enum step
segment(struct state *s, struct side *d, struct nsc_bytes *b, struct nsc_out *out)
{
	struct nsc_bytes part;
	enum step step;
	size_t n;

	if (d->trailer) {
		if (nsc_bytes_left(b) < NSC_CASSANDRA_TRAILER) {
			out->wish.need = NSC_CASSANDRA_TRAILER;
			return MORE;
		}
		nsc_bytes_skip(b, NSC_CASSANDRA_TRAILER);
		d->trailer = false;
		return STEP;
	}
	if (d->segment == 0)
		return segment_begins(s, d, b, out);
	n = nsc_bytes_left(b);
	n = d->segment < n ? (size_t)d->segment : n;
	part = nsc_bytes(b->p, n);
	step = envelope(s, d, &part, n == d->segment, out);
	n = (size_t)(part.p - b->p);
	nsc_bytes_skip(b, n);
	d->segment -= n;
	d->trailer = d->segment == 0;
	return step;
}

/* Behind lost octets, and at the beginning: does the packet begin with a message, and in which way? */
static bool
found(struct state *s, struct side *d, const struct nsc_bytes *octets)
{
	struct nsc_bytes b = *octets;
	struct nsc_cassandra_segment h;
	struct nsc_envelope e;

	if (!nsc_cassandra_is_message(octets))
		return false;
	d->segments = !nsc_cassandra_envelope(&b, &e) || !nsc_cassandra_is_envelope(&e);
	b = *octets;
	if (d->segments)
		s->packed = nsc_cassandra_segment(&b, false, &h) != 1;
	return true;
}

static enum nsc_verdict
feed(void *state, struct nsc_chunk *in, struct nsc_out *out)
{
	struct state *s = state;
	struct side *d = &s->side[in->side];
	struct nsc_bytes *b = &in->bytes;

	if (in->gap) {
		*d = (struct side){.lost = true};
		s->damaged = true;
	}
	while (nsc_bytes_left(b) > 0) {
		enum step step;

		if (d->lost || (!d->known && d->segment == 0 && *b->p != V5 && found(s, d, b))) {
			if (d->lost && !found(s, d, b)) {
				nsc_bytes_skip(b, nsc_bytes_left(b));
				return NSC_MORE;
			}
			s->damaged |= d->segments;
			d->lost = false;
		}
		step = d->segments ? segment(s, d, b, out) : envelope(s, d, b, false, out);
		if (step == MORE)
			return NSC_MORE;
		if (step == BROKEN && !s->damaged && d->known)
			return NSC_MALFORMED;
		if (step == BROKEN) {
			*d = (struct side){.lost = true};
			s->damaged = true;
			nsc_bytes_skip(b, nsc_bytes_left(b));
		}
	}
	return NSC_MORE;
}

const struct nsc_dissector nsc_cassandra = {
	.name = "cassandra",
	.title = "Cassandra native protocol",
	.spec = "Apache Cassandra native_protocol_v3 to v5",
	.transports = NSC_OVER_TCP,
	.state_size = sizeof(struct state),
	.guess = guess,
	.feed = feed,
	.operations = nsc_cassandra_operations,
	.errors = nsc_cassandra_errors,
	.known_by = "OPTIONS, STARTUP or SUPPORTED at the beginning; in midstream an "
		    "envelope that fills its packet, or a segment of version 5 whose CRC "
		    "is right and that begins with one",
	.measures = "requests by opcode, QUERY by its statement's first word, with the "
		    "time to the answer's end; errors by their codes. STARTUP and what "
		    "logs in are no operations, events answer nothing",
	.limits = "what a prepared statement does is not told; of compressed bodies only "
		    "the opcode; of a compressed segment of version 5 only its first "
		    "envelope, and no more of that than LZ4 leaves in clear; errors with "
		    "warnings are `other`",
};
