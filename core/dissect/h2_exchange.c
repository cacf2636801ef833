/* SPDX-License-Identifier: MIT */
/*
 * From header blocks and ends of streams to exchanges.  A stream is told when its response
 * is complete, when it is reset, or at the end of the connection.
 */
#include "dissect/h2.h"
#include "dissect/protocols.h"

static bool
text_is(struct nsc_text t, const char *name)
{
	return t.len == strlen(name) && memcmp(t.p, name, t.len) == 0;
}

static bool
wanted(struct nsc_text name)
{
	static const char *const names[] = {":method", ":authority",   ":status",
					    "host",    "content-type", "grpc-status"};

	for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++)
		if (text_is(name, names[i]))
			return true;
	return false;
}

/* Decimal digits, or -1. */
static int
number(struct nsc_text t)
{
	int n = 0;

	if (t.len == 0 || t.len > 4)
		return -1;
	for (uint32_t i = 0; i < t.len; i++) {
		if (t.p[i] < '0' || t.p[i] > '9')
			return -1;
		n = n * 10 + t.p[i] - '0';
	}
	return n;
}

static uint8_t
copy(char *to, size_t room, struct nsc_text t)
{
	size_t n = t.len < room ? t.len : room;

	memcpy(to, t.p, n);
	return (uint8_t)n;
}

static void
field(void *arg, struct nsc_text name, struct nsc_text value)
{
	struct nsc_h2_block *b = arg;
	int n;

	if (name.len == 0) {
		return;
	} else if (text_is(name, ":method")) {
		/* A longer one is no method: unknown rather than cut. */
		if (value.len <= sizeof b->method)
			b->method_len = copy(b->method, sizeof b->method, value);
	} else if (text_is(name, ":authority")) {
		b->host_len = copy(b->host, sizeof b->host, value);
	} else if (text_is(name, "host")) {
		b->field_host_len = copy(b->field_host, sizeof b->field_host, value);
	} else if (text_is(name, ":status")) {
		n = number(value);
		b->status = (uint16_t)(n >= 100 && n <= 999 ? n : 0);
	} else if (text_is(name, "grpc-status")) {
		b->grpc_status = (int16_t)number(value);
	} else if (text_is(name, "content-type")) {
		b->grpc = value.len >= 16 && memcmp(value.p, "application/grpc", 16) == 0;
	}
}

struct nsc_hpack_reader
nsc_h2_block(struct nsc_h2_context *x, int side)
{
	return (struct nsc_hpack_reader){.arg = &x->block[side], .wanted = wanted, .field = field};
}

void
nsc_h2_block_begin(struct nsc_h2_context *x, int side)
{
	struct nsc_h2_block *b = &x->block[side];

	b->status = 0;
	b->grpc_status = -1;
	b->method_len = b->host_len = b->field_host_len = 0;
	b->grpc = false;
}

static void
tell(const struct nsc_h2_context *x, const struct nsc_h2_stream *s, bool complete,
     struct nsc_out *out)
{
	struct nsc_event ev = {.kind = NSC_EVENT_HTTP};

	ev.http.method = (struct nsc_text){s->method, s->method_len};
	ev.http.host = nsc_h2_host(x, s);
	ev.http.status = s->status;
	ev.http.version = 20;
	if (s->asked != 0 && s->answered > s->asked)
		ev.http.latency = s->answered - s->asked;
	if (complete && s->asked != 0 && out->time > s->asked)
		ev.http.complete = out->time - s->asked;
	ev.http.grpc = s->grpc && s->grpc_status >= 0;
	if (ev.http.grpc)
		ev.http.grpc_status = (uint16_t)s->grpc_status;
	nsc_out_event(out, &ev);
}

static void
tell_loss(uint8_t what, struct nsc_out *out)
{
	struct nsc_event ev = {.kind = NSC_EVENT_LOSS, .loss = what};

	nsc_out_event(out, &ev);
}

struct nsc_h2_context *
nsc_h2_use(struct nsc_h2 *s, struct nsc_out *out)
{
	struct nsc_h2_context *x = nsc_h2_context(out->shared, &s->context);
	const bool anew = s->context.serial != 0;

	if (x != NULL)
		return x;
	x = nsc_h2_context_take(out->shared, &s->context);
	if (anew)
		tell_loss(NSC_LOSS_HPACK, out);
	for (int side = 0; side < 2; side++) {
		struct nsc_h2_side *me = &s->side[side];

		me->lossy |= anew;
		me->block_lost |= me->in_block && anew;
		if (me->lossy)
			nsc_hpack_lose(&x->hpack[side]);
		nsc_h2_block_begin(x, side);
	}
	return x;
}

static struct nsc_h2_stream *
add(struct nsc_h2_context *x, uint32_t id, struct nsc_out *out)
{
	struct nsc_h2_stream *s = nsc_h2_stream_add(x, id);

	if (s == NULL) {
		uint32_t oldest;

		s = nsc_h2_stream_first(x, &oldest);
		tell(x, s, false, out);
		tell_loss(NSC_LOSS_HTTP_REQUEST, out);
		nsc_h2_stream_drop(x, oldest);
		s = nsc_h2_stream_add(x, id);
	}
	return s;
}

void
nsc_h2_upgraded(struct nsc_h2 *s, struct nsc_out *out)
{
	struct nsc_h2_context *x = nsc_h2_use(s, out);
	struct nsc_h2_stream *one = add(x, 1, out);

	one->asked = s->seed.asked;
	one->method_len = s->seed.method_len;
	memcpy(one->method, s->seed.method, sizeof one->method);
	nsc_h2_host_set(x, one, (struct nsc_text){s->seed.host, s->seed.host_len});
	s->highest[0] = 1;
}

static void
request(struct nsc_h2_context *x, struct nsc_h2_stream *st, const struct nsc_h2_block *b)
{
	struct nsc_text host = {b->host, b->host_len};

	if (host.len == 0)
		host = (struct nsc_text){b->field_host, b->field_host_len};
	st->method_len = b->method_len;
	memcpy(st->method, b->method, b->method_len);
	st->grpc |= b->grpc;
	nsc_h2_host_set(x, st, host);
}

static void
on_request(struct nsc_h2 *s, struct nsc_h2_context *x, uint32_t id, const struct nsc_h2_block *b,
	   struct nsc_out *out)
{
	struct nsc_h2_stream *st = nsc_h2_stream(x, id);
	struct nsc_text host;

	/* Trailers; or what answers itself: a stream that was finished. */
	if (st != NULL ? st->method_len > 0 || b->method_len == 0
		       : id % 2 == 0 || id <= s->highest[0])
		return;
	if (st == NULL)
		st = add(x, id, out);
	request(x, st, b);
	if (st->grpc)
		out->wish.called = &nsc_grpc;
	if (id > s->highest[0])
		s->highest[0] = id;
	if (st->method_len == 0)
		return;
	host = nsc_h2_host(x, st);
	nsc_out_label(out, NSC_LABEL_HTTP_METHOD, st->method, st->method_len);
	if (host.len > 0)
		nsc_out_label(out, NSC_LABEL_HTTP_HOST, host.p, host.len);
}

/* The server promises a response to a request that it makes up itself (RFC 9113, 8.4). */
static void
on_promise(struct nsc_h2 *s, struct nsc_h2_context *x, uint32_t id, const struct nsc_h2_block *b,
	   struct nsc_out *out)
{
	struct nsc_h2_stream *st;

	if (id % 2 != 0 || id <= s->highest[1])
		return;
	s->highest[1] = id;
	st = add(x, id, out);
	request(x, st, b);
	st->asked = out->time;
}

static void
on_response(struct nsc_h2 *s, struct nsc_h2_context *x, uint32_t id, const struct nsc_h2_block *b,
	    uint64_t began, struct nsc_out *out)
{
	struct nsc_h2_stream *st = nsc_h2_stream(x, id);
	uint32_t *highest = &s->highest[id % 2 == 0];

	if (st == NULL) {
		/* Its request was not captured; or it was reset, and was told. */
		if (id <= *highest && !s->side[s->client].lossy)
			return;
		if (id > *highest)
			*highest = id;
		st = add(x, id, out);
	}
	if (b->status >= 100 && b->status < 200)
		return;
	st->grpc |= b->grpc;
	if (b->grpc_status >= 0)
		st->grpc_status = b->grpc_status;
	if (st->responded)
		return;
	st->responded = true;
	st->answered = began;
	st->status = b->status;
	if (b->status != 0) {
		const char text[3] = {(char)('0' + b->status / 100),
				      (char)('0' + b->status / 10 % 10),
				      (char)('0' + b->status % 10)};

		nsc_out_label(out, NSC_LABEL_HTTP_STATUS, text, sizeof text);
	}
}

void
nsc_h2_block_end(struct nsc_h2 *s, struct nsc_h2_context *x, int side, struct nsc_out *out)
{
	struct nsc_h2_side *me = &s->side[side];
	const struct nsc_h2_block *b = &x->block[side];

	if (side == s->client)
		on_request(s, x, me->frame.stream, b, out);
	else if (me->promised != 0)
		on_promise(s, x, me->promised, b, out);
	else
		on_response(s, x, me->frame.stream, b, me->block_began, out);
}

static void
label_grpc(const struct nsc_h2_stream *st, struct nsc_out *out)
{
	char text[8];
	int n = (int)sizeof text;

	if (!st->grpc || st->grpc_status < 0)
		return;
	for (int v = st->grpc_status; n == (int)sizeof text || v > 0; v /= 10)
		text[--n] = (char)('0' + v % 10);
	nsc_out_label(out, NSC_LABEL_GRPC_STATUS, text + n, sizeof text - (size_t)n);
}

void
nsc_h2_ended(struct nsc_h2 *s, int side, uint32_t id, struct nsc_out *out)
{
	struct nsc_h2_context *x = nsc_h2_context(out->shared, &s->context);
	struct nsc_h2_stream *st = x != NULL ? nsc_h2_stream(x, id) : NULL;

	if (st == NULL)
		return;
	if (side == s->client) {
		st->asked = out->time;
		return;
	}
	label_grpc(st, out);
	tell(x, st, true, out);
	nsc_h2_stream_drop(x, id);
}

void
nsc_h2_reset(struct nsc_h2 *s, uint32_t id, struct nsc_out *out)
{
	struct nsc_h2_context *x = nsc_h2_context(out->shared, &s->context);
	struct nsc_h2_stream *st = x != NULL ? nsc_h2_stream(x, id) : NULL;

	if (st == NULL)
		return;
	tell(x, st, false, out);
	nsc_h2_stream_drop(x, id);
}

void
nsc_h2_goaway(struct nsc_h2 *s, uint32_t last, struct nsc_out *out)
{
	struct nsc_h2_context *x = nsc_h2_context(out->shared, &s->context);

	for (int i = 0; x != NULL && i < NSC_H2_STREAMS; i++)
		if (x->id[i] > last && x->id[i] % 2 != 0)
			nsc_h2_reset(s, x->id[i], out);
}

void
nsc_h2_flush(struct nsc_h2 *s, bool answered, struct nsc_out *out)
{
	struct nsc_h2_context *x = nsc_h2_context(out->shared, &s->context);
	struct nsc_h2_stream *st;
	uint32_t id;

	while (x != NULL && (st = nsc_h2_stream_first(x, &id)) != NULL) {
		if (st->responded || !answered)
			tell(x, st, false, out);
		nsc_h2_stream_drop(x, id);
	}
	nsc_h2_context_give(out->shared, &s->context);
}
