/* SPDX-License-Identifier: MIT */
/*
 * TLS over TCP (RFC 8446, RFC 5246): what is in the clear, then nothing more.  A message
 * may be spread over segments and over records, and a record may hold many; what is
 * wanted of one stays unread until it is there, so a conversation keeps little state.
 */
#include <errno.h>
#include <stdlib.h>

#include "dissect/protocols.h"
#include "dissect/tls_hello.h"
#include "dissect/tls_record.h"
#include "dissect/tls_stream.h"

enum {
	HEADER = NSC_TLS_RECORD_HEADER,
	MESSAGE = NSC_TLS_MESSAGE,
	LOOK = MESSAGE + NSC_TLS_LOOK,
	HELLO_MIN = 2 + 32 + 1,
	SSL2_SERVER_HELLO = 4,
	PATIENCE = 24, /* records or messages of a side without an end of the handshake */
};

static enum nsc_verdict
guess_handshake(struct nsc_bytes b)
{
	uint8_t m[MESSAGE + HELLO_MIN];
	size_t n;
	uint32_t len;
	bool broken;

	n = nsc_tls_gather(b, 0, m, sizeof m, &broken);
	if (n == 0)
		return broken ? NSC_NOT_MINE : NSC_MORE;
	if (m[0] != NSC_TLS_CLIENT_HELLO && m[0] != NSC_TLS_SERVER_HELLO &&
	    m[0] != NSC_TLS_HELLO_RETRY)
		return NSC_NOT_MINE;
	if (n < MESSAGE)
		return broken ? NSC_NOT_MINE : NSC_MORE;
	len = (uint32_t)m[1] << 16 | (uint32_t)m[2] << 8 | m[3];
	if (len > NSC_TLS_HELLO_MAX || len < (m[0] == NSC_TLS_HELLO_RETRY ? 4 : HELLO_MIN))
		return NSC_NOT_MINE;
	if (n < MESSAGE + 2)
		return broken ? NSC_NOT_MINE : NSC_MORE;
	if (m[4] != 3 && m[4] != 0x7f)
		return NSC_NOT_MINE;
	if (m[0] == NSC_TLS_HELLO_RETRY)
		return NSC_DONE;
	if (n < sizeof m)
		return broken ? NSC_NOT_MINE : NSC_MORE;
	/* Length of the session id; drafts before 22 send none. */
	return m[4] == 0x7f || m[MESSAGE + 2 + 32] <= 32 ? NSC_DONE : NSC_NOT_MINE;
}

/* An alert in the clear is exactly so long; then comes a record or nothing. */
static enum nsc_verdict
guess_alert(struct nsc_bytes b)
{
	struct nsc_tls_record r;
	uint8_t level, what;

	if (!nsc_tls_record_header(&b, &r))
		return NSC_MORE;
	level = nsc_bytes_u8(&b);
	what = nsc_bytes_u8(&b);
	if (b.bad)
		return r.len == 2 ? NSC_MORE : NSC_NOT_MINE;
	if (r.len != 2 || level < 1 || level > 2 || what > 121)
		return NSC_NOT_MINE;
	return nsc_bytes_left(&b) == 0 || nsc_tls_record_plausible(b) ? NSC_DONE
								      : NSC_NOT_MINE;
}

/* In mid-stream: whole records of application data, or one that is followed by another. */
static enum nsc_verdict
guess_data(struct nsc_bytes b)
{
	struct nsc_tls_record r;

	if (!nsc_tls_record_header(&b, &r) || r.len < 17)
		return NSC_NOT_MINE;
	nsc_bytes_skip(&b, r.len);
	if (b.bad)
		return NSC_MORE;
	return nsc_bytes_left(&b) == 0 || nsc_tls_record_plausible(b) ? NSC_DONE
								      : NSC_NOT_MINE;
}

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	struct nsc_bytes b = g->bytes;
	uint16_t version;
	bool stray = false;
	size_t whole;

	if (nsc_bytes_left(&b) > 0 && b.p[0] == 0) {
		nsc_bytes_skip(&b, 1); /* what a keep-alive may bring along */
		stray = true;
	}
	if (nsc_bytes_left(&b) == 0)
		return NSC_MORE;
	if (b.p[0] >= 0x80)
		return stray ? NSC_NOT_MINE : nsc_tls_ssl2_hello(b, &version, &whole);
	if (!nsc_tls_record_plausible(b))
		return NSC_NOT_MINE;
	switch (b.p[0]) {
	case NSC_TLS_HANDSHAKE:
		return guess_handshake(b);
	case NSC_TLS_ALERT:
		return stray ? NSC_NOT_MINE : guess_alert(b);
	case NSC_TLS_DATA:
		return g->midstream && !stray ? guess_data(b) : NSC_NOT_MINE;
	default:
		return NSC_NOT_MINE;
	}
}


/* Octets that are not wanted, be they here or not. */
static void
pass(struct nsc_bytes *b, size_t n, struct nsc_out *out)
{
	size_t have = nsc_bytes_left(b);

	nsc_bytes_skip(b, n < have ? n : have);
	out->wish.skip = n > have ? n - have : 0;
}

static bool
finished(const struct nsc_tls_stream *s, const struct nsc_tls_side *d)
{
	return (s->talk.client && s->talk.over && s->talk.complete) || d->patience > PATIENCE;
}

/* The present record is read from b on: the rest of it is not what it should be. */
static enum nsc_verdict
give_up(struct nsc_tls_side *d)
{
	d->skip = d->left;
	return NSC_MORE;
}

/*
 * A message begins at b, within a record.  Afterwards it is to be passed over (d->skip),
 * or more octets are needed.
 */
static enum nsc_verdict
message(struct nsc_tls_stream *s, unsigned side, const struct nsc_bytes *b, struct nsc_out *out)
{
	struct nsc_tls_side *d = &s->side[side];
	uint8_t head[LOOK], *scratch = out->shared;
	const uint8_t *m = b->p;
	size_t n, len, look, want;
	bool broken;

	n = nsc_tls_gather(*b, d->left, head, LOOK, &broken);
	len = n < MESSAGE ? 0 : (size_t)head[1] << 16 | (size_t)head[2] << 8 | head[3];
	look = len < NSC_TLS_LOOK ? len : NSC_TLS_LOOK;
	if (n < MESSAGE + look) {
		out->wish.need = (uint32_t)nsc_bytes_left(b) + 1;
		return broken ? give_up(d) : NSC_MORE;
	}
	want = nsc_tls_wanted(&s->talk, side, head[0], len, nsc_bytes(head + MESSAGE, look));
	if (d->left < MESSAGE + want || nsc_bytes_left(b) < MESSAGE + want) {
		n = nsc_tls_gather(*b, d->left, scratch, MESSAGE + want, &broken);
		if (n < MESSAGE + want) {
			out->wish.need = (uint32_t)(nsc_bytes_left(b) + MESSAGE + want - n);
			return broken ? give_up(d) : NSC_MORE;
		}
		m = scratch;
	}
	d->skip = (uint32_t)(MESSAGE + len);
	d->told = want > 0;
	d->patience++;
	return nsc_tls_message(&s->talk, side, head[0], nsc_bytes(m + MESSAGE, want), out)
		       ? NSC_MORE
		       : NSC_MALFORMED;
}

/* A record that holds no messages for us. */
static void
other_record(struct nsc_tls_stream *s, unsigned side, const struct nsc_tls_record *r, struct nsc_out *out)
{
	if (r->type == NSC_TLS_DATA || r->type == NSC_TLS_HANDSHAKE)
		nsc_tls_encrypted(&s->talk, side, r->type, r->len, out);
	if (r->type == NSC_TLS_CHANGE_CIPHER && s->talk.server) {
		/* Before the ServerHello it is one for middleboxes (RFC 8446, D.4). */
		nsc_tls_ciphered(&s->talk, side, out);
		s->side[side].ciphered = true;
	} else if (r->type == NSC_TLS_DATA && s->talk.server) {
		s->talk.over = true;
	}
}

/* Up to the next message of the side, or as far as there are octets. */
static enum nsc_verdict
advance(struct nsc_tls_stream *s, unsigned side, struct nsc_bytes *b, struct nsc_out *out)
{
	struct nsc_tls_side *d = &s->side[side];

	while (d->left == 0 || d->skip > 0) {
		if (d->left > 0) {
			uint32_t n = d->skip < d->left ? d->skip : d->left;

			d->skip -= n;
			d->left -= (uint16_t)n;
			pass(b, n, out);
		} else {
			struct nsc_tls_record r;

			if (nsc_bytes_left(b) < HEADER)
				break;
			if (!nsc_tls_record_plausible(*b))
				return s->talk.client || s->talk.server ? NSC_DONE : NSC_NOT_MINE;
			if (finished(s, d))
				return NSC_DONE;
			nsc_tls_record_header(b, &r);
			d->begun = true;
			if (r.type == NSC_TLS_HANDSHAKE && !d->ciphered) {
				d->patience += d->skip > 0 && !d->told;
				d->left = r.len;
				continue;
			}
			d->patience++;
			other_record(s, side, &r, out);
			pass(b, r.len, out);
		}
		if (finished(s, d))
			return NSC_DONE;
		if (out->wish.skip > 0)
			break;
	}
	return NSC_MORE;
}

/* RFC 5246, E.2; the old server's answer is told by its type and version alone. */
static enum nsc_verdict
feed_ssl2(struct nsc_tls_stream *s, struct nsc_chunk *in, struct nsc_out *out)
{
	struct nsc_event ev = {.kind = NSC_EVENT_TLS};
	enum nsc_verdict v;
	uint16_t version;
	size_t whole;

	v = nsc_tls_ssl2_hello(in->bytes, &version, &whole);
	if (v != NSC_DONE)
		return v;
	if (nsc_bytes_left(&in->bytes) < whole) {
		out->wish.need = (uint32_t)whole;
		return NSC_MORE;
	}
	nsc_bytes_skip(&in->bytes, whole);
	s->talk.client = true;
	s->talk.asked = out->time;
	ev.tls.version = version;
	nsc_out_event(out, &ev);
	return s->talk.over ? NSC_DONE : NSC_MORE;
}

static enum nsc_verdict
feed_ssl2_answer(struct nsc_chunk *in, struct nsc_out *out)
{
	struct nsc_event ev = {.kind = NSC_EVENT_TLS_DONE, .done = {.version = NSC_TLS_SSL2}};
	struct nsc_bytes b = in->bytes;
	uint16_t version;

	nsc_bytes_skip(&b, 2);
	if (nsc_bytes_left(&b) < 5) {
		out->wish.need = 7;
		return NSC_MORE;
	}
	if (nsc_bytes_u8(&b) != SSL2_SERVER_HELLO)
		return NSC_DONE;
	nsc_bytes_skip(&b, 2);
	version = nsc_bytes_u16(&b);
	if (version != NSC_TLS_SSL2)
		return NSC_DONE;
	nsc_out_event(out, &ev);
	return NSC_DONE;
}

/* Octets before the first record of a side that is not yet known to have one. */
static enum nsc_verdict
begin(struct nsc_tls_stream *s, struct nsc_chunk *in, struct nsc_out *out, bool *over)
{
	struct nsc_bytes *b = &in->bytes;
	struct nsc_tls_side *d = &s->side[in->side];

	*over = false;
	if (d->begun || nsc_bytes_left(b) == 0)
		return NSC_MORE;
	if (b->p[0] == 0 && !s->talk.client && !s->talk.server)
		nsc_bytes_skip(b, 1);
	if (nsc_bytes_left(b) == 0 || b->p[0] < 0x80)
		return NSC_MORE;
	*over = true;
	return s->talk.client ? feed_ssl2_answer(in, out) : feed_ssl2(s, in, out);
}

enum nsc_verdict
nsc_tls_feed(struct nsc_tls_stream *s, struct nsc_chunk *in, struct nsc_out *out)
{
	struct nsc_bytes *b = &in->bytes;
	struct nsc_tls_side *d = &s->side[in->side];
	enum nsc_verdict v;
	bool over;

	if (in->gap) {
		*d = (struct nsc_tls_side){.patience = d->patience, .begun = true, .lost = true};
		s->talk.full = true; /* what is missing may have said so, */
		s->talk.complete = true; /* or was the end */
	}
	if (d->lost && (nsc_bytes_left(b) < HEADER || !nsc_tls_record_plausible(*b))) {
		nsc_bytes_skip(b, nsc_bytes_left(b));
		return ++d->patience > PATIENCE ? NSC_DONE : NSC_MORE;
	}
	d->lost = false;
	v = begin(s, in, out, &over);
	if (over)
		return v;
	for (;;) {
		v = advance(s, in->side, b, out);
		if (v != NSC_MORE || d->left == 0 || d->skip > 0)
			break;
		v = message(s, in->side, b, out);
		if (v != NSC_MORE || d->skip == 0)
			return v;
		out->wish.need = 0;
	}
	if (out->wish.skip == 0)
		out->wish.need = HEADER;
	return v;
}

static enum nsc_verdict
feed(void *state, struct nsc_chunk *in, struct nsc_out *out)
{
	return nsc_tls_feed(state, in, out);
}

/* A message that spans records is put together here: no conversation holds one of its own. */
static int
shared_new(void **shared)
{
	*shared = malloc(NSC_TLS_SCRATCH);
	return *shared != NULL ? 0 : -ENOMEM;
}

static void
shared_free(void *shared)
{
	free(shared);
}

const struct nsc_dissector nsc_tls = {
	.name = "tls",
	.title = "Transport Layer Security",
	.spec = "RFC 8446, RFC 5246",
	.transports = NSC_OVER_TCP,
	.state_size = sizeof(struct nsc_tls_stream),
	.guess = guess,
	.feed = feed,
	.shared_memory = NSC_TLS_SCRATCH,
	.shared_new = shared_new,
	.shared_free = shared_free,
	.known_by = "a handshake record with a ClientHello or ServerHello whose lengths "
		    "and versions fit; SSLv2's hello",
	.measures = "versions, server name, ALPN, JA4, cipher, key exchange, resumption, "
		    "certificate (up to TLS 1.2), time of the handshake",
	.limits = "what TLS hides: from 1.3 on certificates, with ECH the real name",
};
