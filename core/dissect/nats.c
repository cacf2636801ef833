/* SPDX-License-Identifier: MIT */
/*
 * NATS (docs.nats.io, client protocol): lines, and payloads whose length stands in them.  What
 * a client sends is confirmed, in order, only if its CONNECT asked for that (verbose); a request
 * is answered by a message on the subject that it told.
 */
#include "dissect/nats.h"
#include "dissect/opening.h"
#include "dissect/pending.h"
#include "dissect/protocols.h"
#include "dissect/rest.h"

enum {
	LINE_OCTETS = 4096,		/* of a first line that is waited for */
	LINE_MAX = 16384,		/* more of a line is passed: long lists of servers, tokens */
	ROOM = 24, REQUESTS = 40,
	STATUS_OCTETS = 12,		/* "NATS/1.0 503" */
	SILENT = 1,			/* tags: CONNECT, and requests, whose answer is a message; */
	PONG = 2,			/* what a PONG answers */
};

struct state {
	struct nsc_queue queue;			/* waits for +OK or PONG */
	struct nsc_pending ring[ROOM];
	struct nsc_pending requests[REQUESTS];	/* by the hash of their answers' subject */
	struct side {
		uint64_t left;			/* octets of a payload under way */
		uint32_t subject;
		uint8_t kind, error;
		bool headed, replies;		/* of the payload: its header is looked at; PUB has a reply */
		bool line;			/* the rest of a long line is passed */
		bool lost;			/* octets were lost: a line is looked for */
	} side[2];
	uint8_t client;				/* side + 1; 0: not known */
	bool verbose, introduced;		/* by CONNECT */
};

static bool
is_client(unsigned verb)
{
	return verb == NSC_NATS_CONNECT || verb == NSC_NATS_PUB || verb == NSC_NATS_HPUB ||
	       verb == NSC_NATS_SUB || verb == NSC_NATS_UNSUB;
}

static bool
is_server(unsigned verb)
{
	return verb == NSC_NATS_INFO || verb == NSC_NATS_MSG || verb == NSC_NATS_HMSG ||
	       verb == NSC_NATS_OK || verb == NSC_NATS_ERR;
}

/*
 * In midstream: a line of 32 bits and more with the numbers that belong to it, behind whose payload
 * CR LF stands; others may be any protocol's, until one of these follows.
 */
static enum nsc_verdict
guess_line(const struct nsc_bytes *octets)
{
	struct nsc_bytes b = *octets;

	for (unsigned i = 0; i < 16; i++) {
		size_t left = nsc_bytes_left(&b);
		const uint8_t *lf = left > 0 ? memchr(b.p, '\n', left) : NULL;
		struct nsc_nats_line l;

		if (lf == NULL)
			return i > 0 ? NSC_MORE : NSC_NOT_MINE;
		nsc_nats_line(nsc_bytes_sub(&b, (size_t)(lf - b.p)), &l);
		nsc_bytes_skip(&b, 1);
		if (l.verb == NSC_NATS_NONE || b.p[-2] != '\r')
			return NSC_NOT_MINE;
		if (l.verb == NSC_NATS_SUB || l.verb == NSC_NATS_UNSUB)
			return NSC_DONE;
		if (l.payload > 0) {
			if (nsc_bytes_left(&b) < l.payload)
				return NSC_MORE;
			nsc_bytes_skip(&b, (size_t)l.payload);
			return b.p[-2] == '\r' && b.p[-1] == '\n' ? NSC_DONE : NSC_NOT_MINE;
		}
	}
	return NSC_NOT_MINE;
}

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	const struct nsc_bytes *b = &g->bytes;
	enum nsc_verdict info = nsc_opening(b, "INFO {"), connect = nsc_opening(b, "CONNECT {");
	size_t left = nsc_bytes_left(b);
	const char *field = info != NSC_NOT_MINE ? "\"server_id\":" : "\"verbose\":";
	const uint8_t *end;

	if (info == NSC_MORE || connect == NSC_MORE)
		return NSC_MORE;
	if (info == NSC_NOT_MINE && connect == NSC_NOT_MINE)
		return g->midstream && left > 0 ? guess_line(b) : NSC_NOT_MINE;
	end = memchr(b->p, '\n', left);
	if (memmem(b->p, end != NULL ? (size_t)(end - b->p) : left, field, strlen(field)) != NULL)
		return NSC_DONE;
	return end != NULL || left > LINE_OCTETS ? NSC_NOT_MINE : NSC_MORE;
}

static void
wait(struct state *s, unsigned kind, unsigned tag, struct nsc_out *out)
{
	if (!nsc_queue_ask(&s->queue, s->ring, ROOM, kind, tag, out->time))
		nsc_out_lost(out);
}

/* What the client says is confirmed, or it counts at once. */
static void
said(struct state *s, unsigned kind, unsigned tag, struct nsc_out *out)
{
	if (s->verbose)
		wait(s, kind, tag, out);
	else if (tag != SILENT)
		nsc_out_operation(out, kind, 0, 0);
}

/* +OK, PONG, or -ERR in their place. */
static void
confirmed(struct state *s, bool pong, unsigned error, struct nsc_out *out)
{
	const struct nsc_pending *p = nsc_queue_oldest(&s->queue, s->ring);

	if (p != NULL && pong == (p->tag == PONG)) {
		if (p->tag != SILENT)
			nsc_out_answered(out, p, error);
		else if (error > 0)
			nsc_out_operation(out, NSC_NO_OPERATION, error, 0);
		nsc_queue_drop(&s->queue, s->ring, ROOM);
	} else if (error > 0) {
		nsc_out_operation(out, NSC_NO_OPERATION, error, 0);
	} else if (!pong && p == NULL) {
		s->verbose = true;	/* as it seems: its CONNECT was not seen */
	}
}

/* {"verbose": true */
static bool
asks_verbose(const struct nsc_bytes *json)
{
	static const char key[] = "\"verbose\"";
	const uint8_t *p = memmem(json->p, nsc_bytes_left(json), key, sizeof key - 1);

	for (p = p != NULL ? p + sizeof key - 1 : json->end; p < json->end; p++)
		if (*p != ' ' && *p != ':')
			return *p == 't';
	return false;
}

/* A payload has come to its end. */
static void
over(struct state *s, struct side *side, struct nsc_out *out)
{
	struct nsc_pending p;

	if (side->kind != NSC_NATS_MESSAGE) {
		if (side->replies && !nsc_ids_ask(s->requests, REQUESTS, side->subject, NSC_NATS_REQUEST,
						  0, out->time))
			nsc_out_lost(out);
		said(s, side->kind, side->replies ? SILENT : 0, out);
		return;
	}
	if (nsc_ids_take(s->requests, REQUESTS, side->subject, &p))
		nsc_out_answered(out, &p, side->error);
	else
		nsc_out_operation(out, NSC_NATS_MESSAGE, side->error, 0);
}

static void
client_line(struct state *s, const struct nsc_nats_line *l, struct nsc_out *out)
{
	switch (l->verb) {
	case NSC_NATS_CONNECT:
		s->introduced = true;
		s->verbose = asks_verbose(&l->rest);
		said(s, NSC_NATS_OTHER, SILENT, out);
		break;
	case NSC_NATS_SUB:
		said(s, NSC_NATS_SUBSCRIBE, 0, out);
		break;
	case NSC_NATS_UNSUB:
		said(s, NSC_NATS_UNSUBSCRIBE, 0, out);
		break;
	case NSC_NATS_PING_VERB:
		wait(s, NSC_NATS_PING, PONG, out);
		break;
	default:
		break;
	}
}

static void
server_line(struct state *s, const struct nsc_nats_line *l, struct nsc_out *out)
{
	unsigned error;
	bool answers;

	switch (l->verb) {
	case NSC_NATS_PONG:
		confirmed(s, true, 0, out);
		break;
	case NSC_NATS_OK:
		confirmed(s, false, 0, out);
		break;
	case NSC_NATS_ERR:
		error = nsc_nats_error(l->rest, &answers);
		if (answers && s->verbose)
			confirmed(s, false, error, out);
		else
			nsc_out_operation(out, NSC_NO_OPERATION, error, 0);
		break;
	default:
		break;
	}
}

/* One line.  False: it is none that a client and its server say. */
static bool
line(struct state *s, struct nsc_chunk *in, const struct nsc_nats_line *l, struct nsc_out *out)
{
	struct side *side = &s->side[in->side];

	if (s->client == 0 && (is_client(l->verb) || is_server(l->verb)))
		s->client = 1 + (is_client(l->verb) ? in->side : !in->side);
	if (l->verb == NSC_NATS_NONE || (s->client == in->side + 1 ? is_server(l->verb) : is_client(l->verb)))
		return false;
	if (l->payload > 0) {
		bool message = l->verb == NSC_NATS_MSG || l->verb == NSC_NATS_HMSG;

		side->left = l->payload;
		side->subject = l->subject;
		side->replies = l->replies;
		side->kind = message ? NSC_NATS_MESSAGE : NSC_NATS_PUBLISH;
		side->error = 0;
		side->headed = l->verb == NSC_NATS_HMSG;
	} else if (s->client == in->side + 1) {
		client_line(s, l, out);
	} else {
		server_line(s, l, out);
	}
	return true;
}

/* Behind lost octets a packet that begins with a line does, other than one in a payload's middle. */
static bool
found_again(const struct state *s, const struct nsc_chunk *in)
{
	struct nsc_bytes b = in->bytes;
	const uint8_t *lf = memchr(b.p, '\n', nsc_bytes_left(&b));
	struct nsc_nats_line l;

	if (lf == NULL || lf == b.p || lf[-1] != '\r')
		return false;
	nsc_nats_line(nsc_bytes_sub(&b, (size_t)(lf - b.p)), &l);
	return l.verb != NSC_NATS_NONE &&
	       (s->client == in->side + 1 ? !is_server(l.verb) : !is_client(l.verb));
}

/* A payload, or the rest of a long line.  False: more of it is to come. */
static bool
passed(struct state *s, struct nsc_chunk *in, struct nsc_out *out)
{
	struct side *side = &s->side[in->side];
	struct nsc_bytes *b = &in->bytes;

	if (side->line) {
		const uint8_t *lf = memchr(b->p, '\n', nsc_bytes_left(b));

		nsc_bytes_skip(b, lf != NULL ? (size_t)(lf - b->p) + 1 : nsc_bytes_left(b));
		side->line = lf == NULL;
		return !side->line;
	}
	if (side->headed) {
		if (nsc_bytes_left(b) < STATUS_OCTETS && nsc_bytes_left(b) < side->left) {
			out->wish.need = side->left < STATUS_OCTETS ? (uint32_t)side->left : STATUS_OCTETS;
			return false;
		}
		side->error = (uint8_t)nsc_nats_status(b);
		side->headed = false;
	}
	if (!nsc_rest_pass(&side->left, b, &out->wish))
		return false;
	over(s, side, out);
	return true;
}

static enum nsc_verdict
feed(void *state, struct nsc_chunk *in, struct nsc_out *out)
{
	struct state *s = state;
	struct side *side = &s->side[in->side];
	struct nsc_bytes *b = &in->bytes;

	if (in->gap) {
		*side = (struct side){.lost = true};
		nsc_queue_forget(&s->queue);
	}
	if (side->lost && nsc_bytes_left(b) > 0) {
		if (!found_again(s, in)) {
			nsc_bytes_skip(b, nsc_bytes_left(b));
			return NSC_MORE;
		}
		side->lost = false;
	}
	while (nsc_bytes_left(b) > 0) {
		const uint8_t *lf;
		struct nsc_nats_line l;

		if (side->left > 0 || side->line) {
			if (!passed(s, in, out))
				return NSC_MORE;
			continue;
		}
		/* The server's INFO may be all that is said in the clear. */
		if (*b->p == 0x16 && !s->introduced && s->client == in->side + 1)
			return NSC_HAND_ON;
		lf = memchr(b->p, '\n', nsc_bytes_left(b));
		if (lf == NULL && nsc_bytes_left(b) < LINE_MAX) {
			out->wish.need = (uint32_t)nsc_bytes_left(b) + 1;
			return NSC_MORE;
		}
		side->line = lf == NULL;
		nsc_nats_line(nsc_bytes_sub(b, lf != NULL ? (size_t)(lf - b->p) : nsc_bytes_left(b)), &l);
		if (lf != NULL)
			nsc_bytes_skip(b, 1);
		if (!line(s, in, &l, out))
			return NSC_DONE;
	}
	return NSC_MORE;
}

const struct nsc_dissector nsc_nats = {
	.name = "nats",
	.title = "NATS",
	.spec = "NATS client protocol",
	.transports = NSC_OVER_TCP,
	.state_size = sizeof(struct state),
	.first = {{'+', '-' + 1}, {'A', 'z' + 1}},
	.guess = guess,
	.feed = feed,
	.operations = nsc_nats_operations,
	.errors = nsc_nats_errors,
	.known_by = "the server's INFO or the client's CONNECT, each a JSON object with a "
		    "field of its own; in midstream a PUB, SUB or MSG with its numbers, "
		    "and CR LF behind the payload",
	.measures = "requests (a PUB with a subject for the answer) when their first "
		    "answer comes, with the time to its end; PUB and SUB when they are "
		    "seen, or, of a verbose client, when they are confirmed; messages "
		    "that answer nothing; the client's PINGs; what -ERR says",
	.limits = "requests that get no answer are not counted; of those that wait at "
		    "most 40 are kept; the connections of servers with each other are "
		    "known by their name alone",
};
