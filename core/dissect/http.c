/* SPDX-License-Identifier: MIT */
/*
 * HTTP/1.0 and 1.1 (RFC 9110, 9112): heads are read, bodies passed over.  Which
 * side is the client follows from what it says, not from who opened the
 * connection.  After lost octets a side is silent until a segment begins with
 * a start line.
 */
#include <string.h>

#include "dissect/http.h"
#include "dissect/protocols.h"
#include "dissect/starttls.h"

enum phase {
	START,    /* before a start line, or within the head */
	BODY_END, /* the last octet of a body comes */
	UNTIL_CLOSE, /* a response's body ends with the connection */
	CHUNKED,
	TUNNEL, /* CONNECT: the answer decides what follows */
	LOST,
};

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	struct nsc_bytes b = g->bytes;

	/* An empty line may come before a request (RFC 9112, 2.2). */
	while (nsc_bytes_left(&b) > 0 && (*b.p == '\r' || *b.p == '\n'))
		nsc_bytes_skip(&b, 1);
	if (b.p - g->bytes.p > 4)
		return NSC_NOT_MINE;
	switch (nsc_http_start(b)) {
	case NSC_HTTP_NO:
		/* A request that its server may understand, and answer with 400. */
		return nsc_http_method_first(b) || nsc_http_version_last(b) ? NSC_MORE
									    : NSC_NOT_MINE;
	case NSC_HTTP_MAYBE:
		return NSC_MORE;
	default:
		return NSC_DONE;
	}
}

/* Passes over n octets, those to come by a wish. */
static void
pass(struct nsc_chunk *in, uint64_t n, struct nsc_out *out)
{
	size_t have = nsc_bytes_left(&in->bytes);

	nsc_bytes_skip(&in->bytes, n < have ? (size_t)n : have);
	out->wish.skip = n > have ? n - have : 0;
}

static enum nsc_verdict
lose(struct nsc_http *s, struct nsc_chunk *in, struct nsc_out *out)
{
	struct nsc_http_side *me = &s->side[in->side];

	if (s->answerer == in->side)
		nsc_http_cut(s, out);
	me->phase = LOST;
	me->began = 0;
	nsc_bytes_skip(&in->bytes, nsc_bytes_left(&in->bytes));
	return NSC_MORE;
}

static void
begin_chunked(struct nsc_http_side *me)
{
	me->phase = CHUNKED;
	me->chunked = (struct nsc_http_chunked){.phase = 0};
}

static enum nsc_verdict
on_request(struct nsc_http *s, struct nsc_chunk *in, const struct nsc_http_head *h,
	   struct nsc_out *out)
{
	struct nsc_http_side *me = &s->side[in->side];
	bool body = h->chunked || h->coded || (h->sized && h->length > 0);

	nsc_http_asked(s, h, body, out);
	if (h->method.len == 7 && memcmp(h->method.p, "CONNECT", 7) == 0) {
		me->phase = TUNNEL;
	} else if (h->chunked) {
		begin_chunked(me);
	} else if (h->coded) {
		return lose(s, in, out);
	} else if (body) {
		/* The last octet is read: its time is the request's end. */
		me->phase = BODY_END;
		pass(in, h->length - 1, out);
	}
	return NSC_MORE;
}

/* What follows is another protocol's. */
static enum nsc_verdict
hand_on(struct nsc_http *s, const struct nsc_http_head *h, struct nsc_out *out)
{
	/* HTTP/2 tells the exchange, if somebody reads it. */
	if (h->status == 101 && h->upgrade == NSC_HTTP_TO_H2C &&
	    (out->allows == NULL || out->allows(out->arg, &nsc_http2))) {
		nsc_http_hand_to_h2(s, out);
		return NSC_HAND_ON;
	}
	nsc_http_complete(s, out->time, out);
	if (h->status == 101 && h->upgrade == NSC_HTTP_TO_WEBSOCKET)
		out->wish.next = &nsc_websocket;
	return NSC_HAND_ON;
}

static enum nsc_verdict
on_response(struct nsc_http *s, struct nsc_chunk *in, const struct nsc_http_head *h,
	    struct nsc_out *out)
{
	struct nsc_http_side *me = &s->side[in->side];
	struct nsc_http_request req;

	if (h->status < 200 && h->status != 101) {
		me->interim = h->status;
		return NSC_MORE;
	}
	nsc_http_answered(s, in->side, h, &req, out);
	if (h->status == 101 || (req.connect && h->status / 100 == 2))
		return hand_on(s, h, out);
	if (req.connect && s->side[1 - in->side].phase == TUNNEL)
		s->side[1 - in->side].phase = START;
	if (req.no_body || h->status == 204 || h->status == 304 ||
	    (!h->chunked && !h->coded && h->sized && h->length == 0)) {
		nsc_http_complete(s, out->time, out);
	} else if (h->chunked) {
		begin_chunked(me);
	} else if (h->sized && !h->coded) {
		me->phase = BODY_END;
		pass(in, h->length - 1, out);
	} else {
		me->phase = UNTIL_CLOSE;
		me->last = out->time;
	}
	return NSC_MORE;
}

/*
 * What one side says after the other spoke HTTP changes nothing; it is passed over.  So
 * is a request that is none, since only its answer can have made the guess.
 */
static enum nsc_verdict
not_http(struct nsc_http *s, struct nsc_chunk *in, struct nsc_out *out)
{
	if (s->side[0].spoke || s->side[1].spoke || nsc_http_method_first(in->bytes))
		return lose(s, in, out);
	return NSC_NOT_MINE;
}

static void
end(void *state, struct nsc_out *out)
{
	struct nsc_http *s = state;

	nsc_http_cut(s, out);
	nsc_http_unanswered(s, out);
	for (unsigned i = 0; i < 2 && !s->answered; i++)
		nsc_http_label_status(s->side[i].interim, out);
}

/* Heads beyond the limit: what came before them is told. */
static enum nsc_verdict
too_long(struct nsc_http *s, struct nsc_out *out)
{
	end(s, out);
	return NSC_MALFORMED;
}

/* A head that is not whole says nothing: what is lost in it may be the Host. */
static enum nsc_verdict
wait_for_head(struct nsc_http *s, struct nsc_chunk *in, bool first, struct nsc_out *out)
{
	size_t have = nsc_bytes_left(&in->bytes);
	struct nsc_http_head h;

	if (have >= NSC_HTTP_HEAD_MAX)
		return too_long(s, out);
	if (!nsc_http_method_perhaps(in->bytes))
		return not_http(s, in, out);
	if ((*in->bytes.p < 'A' || *in->bytes.p > 'Z') &&
	    nsc_http_start(in->bytes) == NSC_HTTP_NO && nsc_http_line(&in->bytes) == 0)
		return not_http(s, in, out);
	if ((first || in->fin) && nsc_http_head(&h, in->bytes) != 0)
		return not_http(s, in, out);
	out->wish.need = (uint32_t)have + 1;
	return NSC_MORE;
}

static enum nsc_verdict
read_head(struct nsc_http *s, struct nsc_chunk *in, struct nsc_out *out)
{
	struct nsc_http_side *me = &s->side[in->side];
	struct nsc_bytes *b = &in->bytes;
	struct nsc_http_head h;
	bool first = me->began == 0;
	size_t end;

	while (first && nsc_bytes_left(b) > 0 && (*b->p == '\r' || *b->p == '\n'))
		nsc_bytes_skip(b, 1);
	if (nsc_bytes_left(b) == 0)
		return NSC_MORE;
	if (first) {
		me->began = out->time;
		me->scanned = 0;
	}
	end = nsc_http_head_end(b, &me->scanned);
	if (end == 0)
		return wait_for_head(s, in, first, out);
	me->scanned = 0;
	if (end > NSC_HTTP_HEAD_MAX)
		return too_long(s, out);
	if (nsc_http_head(&h, nsc_bytes(b->p, end)) <= 0) {
		return not_http(s, in, out);
	}
	nsc_bytes_skip(b, end);
	me->spoke = true;
	me->request = h.status == 0;
	if (h.product != NULL)
		out->wish.called = h.product;
	enum nsc_verdict v =
		me->request ? on_request(s, in, &h, out) : on_response(s, in, &h, out);

	me->began = 0;
	return v;
}

static void
message_ended(struct nsc_http *s, struct nsc_chunk *in, struct nsc_out *out)
{
	struct nsc_http_side *me = &s->side[in->side];

	me->phase = START;
	if (me->request)
		nsc_http_request_ended(s, out);
	else
		nsc_http_complete(s, out->time, out);
}

static enum nsc_verdict
read_chunked(struct nsc_http *s, struct nsc_chunk *in, struct nsc_out *out)
{
	struct nsc_http_side *me = &s->side[in->side];
	uint64_t data = 0;

	switch (nsc_http_chunked(&me->chunked, &in->bytes, &data)) {
	case NSC_HTTP_CHUNKED_MORE:
		out->wish.need = (uint32_t)nsc_bytes_left(&in->bytes) + 1;
		return NSC_MORE;
	case NSC_HTTP_CHUNKED_BROKEN:
		return lose(s, in, out);
	case NSC_HTTP_CHUNKED_END:
		message_ended(s, in, out);
		return NSC_MORE;
	default:
		pass(in, data, out);
		return NSC_MORE;
	}
}

/* The client of a tunnel speaks before (or without) an answer being seen. */
static enum nsc_verdict
in_tunnel(struct nsc_http *s, struct nsc_chunk *in, struct nsc_out *out)
{
	struct nsc_http_side *me = &s->side[in->side];
	enum nsc_http_start start = nsc_http_start(in->bytes);

	if (start == NSC_HTTP_REQUEST) {
		me->phase = START;
		return NSC_MORE;
	}
	if (start == NSC_HTTP_NO && !s->side[1 - in->side].spoke) {
		enum nsc_verdict v = nsc_starttls_hello(in, true, out);

		return v == NSC_MORE ? NSC_MORE : NSC_HAND_ON;
	}
	out->wish.need = (uint32_t)nsc_bytes_left(&in->bytes) + 1;
	return NSC_MORE;
}

static enum nsc_verdict
step(struct nsc_http *s, struct nsc_chunk *in, struct nsc_out *out)
{
	struct nsc_http_side *me = &s->side[in->side];

	switch (me->phase) {
	case START:
		return read_head(s, in, out);
	case BODY_END:
		nsc_bytes_skip(&in->bytes, 1);
		message_ended(s, in, out);
		return NSC_MORE;
	case UNTIL_CLOSE:
		nsc_bytes_skip(&in->bytes, nsc_bytes_left(&in->bytes));
		me->last = out->time;
		return NSC_MORE;
	case TUNNEL:
		return in_tunnel(s, in, out);
	default:
		return read_chunked(s, in, out);
	}
}

static enum nsc_verdict
feed(void *state, struct nsc_chunk *in, struct nsc_out *out)
{
	struct nsc_http *s = state;
	struct nsc_http_side *me = &s->side[in->side];

	if (in->gap || me->phase == LOST) {
		if (nsc_http_start(in->bytes) < NSC_HTTP_REQUEST)
			return lose(s, in, out);
		if (s->answerer == in->side)
			nsc_http_cut(s, out);
		me->phase = START;
		me->began = 0;
	}
	while (nsc_bytes_left(&in->bytes) > 0) {
		size_t before = nsc_bytes_left(&in->bytes);
		uint8_t phase = me->phase;
		enum nsc_verdict v = step(s, in, out);

		if (v != NSC_MORE || out->wish.skip > 0 || out->wish.need > 0)
			return v;
		if (nsc_bytes_left(&in->bytes) == before && me->phase == phase)
			break;
	}
	if (in->fin && me->phase == UNTIL_CLOSE)
		nsc_http_complete(s, me->last, out);
	return NSC_MORE;
}

/* An answer that began is one, however little of its body came. */
static void
cut(void *state, struct nsc_out *out)
{
	nsc_http_cut(state, out);
}

static int
shared_new(void **shared)
{
	struct nsc_http_ring *r;
	int rc = nsc_http_ring_new(&r);

	*shared = r;
	return rc;
}

static void
shared_free(void *shared)
{
	nsc_http_ring_free(shared);
}

const struct nsc_dissector nsc_http = {
	.name = "http",
	.title = "Hypertext Transfer Protocol, version 1",
	.spec = "RFC 9110, RFC 9112",
	.transports = NSC_OVER_TCP,
	.state_size = sizeof(struct nsc_http),
	.guess = guess,
	.feed = feed,
	.end = end,
	.cut = cut,
	.shared_memory = NSC_HTTP_RING_MEMORY,
	.shared_new = shared_new,
	.shared_free = shared_free,
	.known_by = "a request line with a method, a target and a version (or fields "
		    "behind it), or a status line",
	.measures = "method, host, status, time to the first and to the last octet of each "
		    "exchange",
	.limits = "bodies are not read; live, `SnapLen` cuts heads behind a long body in "
		    "one super-packet",
};
