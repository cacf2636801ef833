/* SPDX-License-Identifier: MIT */
/*
 * DTLS over UDP (RFC 4347, RFC 6347, RFC 9147): what is in the clear, then nothing more.
 * Real-time media, STUN and DTLS share a flow (RFC 7983): what is none of it is passed
 * over.
 */
#include "dissect/dtls_parts.h"
#include "dissect/protocols.h"
#include "dissect/stun.h"
#include "dissect/tls_handshake.h"
#include "dissect/tls_hello.h"
#include "dissect/tls_record.h"

enum {
	RECORDS_MAX = 32, /* of a datagram */
	HELLO_MAX = 65536,
	SEQ_MAX = 32,  /* messages of a side; a handshake has about ten */
	PATIENCE = 64, /* datagrams without an end of the handshake */
};

struct state {
	struct nsc_tls_handshake talk;
	uint64_t ticket[2][2]; /* by side; two neighbours of a flight may overtake each other */
	uint32_t done[2];      /* messages read, by their number */
	uint8_t datagrams;
};

static bool
known_message(uint8_t type)
{
	return type <= NSC_TLS_TICKET || (type >= 11 && type <= 16) || (type >= 20 && type <= 24);
}

/* Hellos begin with a version. */
static bool
plausible_hello(const struct nsc_dtls_fragment *f)
{
	struct nsc_bytes body = f->body;
	uint16_t version = nsc_bytes_u16(&body);

	if (f->type < NSC_TLS_CLIENT_HELLO || f->type > NSC_TLS_HELLO_VERIFY || f->at != 0 || body.bad)
		return true;
	return nsc_tls_is_dtls(version);
}

static bool
plausible_handshake(struct nsc_bytes body)
{
	struct nsc_dtls_fragment f;

	return nsc_dtls_fragment(&body, &f) && known_message(f.type) && f.len <= HELLO_MAX &&
	       f.seq < SEQ_MAX && plausible_hello(&f);
}

static bool
plausible(const struct nsc_dtls_record *r)
{
	size_t n = nsc_bytes_left(&r->body);

	if (r->number >> 32 != 0)
		return false;
	if (r->epoch > 0) /* a nonce, a tag */
		return r->epoch < 16 && n >= 16;
	switch (r->type) {
	case NSC_TLS_CHANGE_CIPHER:
		return n == 1 && r->body.p[0] == 1;
	case NSC_TLS_ALERT:
		return n == 2 && r->body.p[0] >= 1 && r->body.p[0] <= 2;
	case NSC_TLS_HANDSHAKE:
		return plausible_handshake(r->body);
	default:
		return false; /* data in the clear: nobody sends it */
	}
}

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	struct nsc_bytes b = g->bytes;
	struct nsc_dtls_record r;
	unsigned n = 0;

	if (nsc_is_stun(b))
		return NSC_MORE;
	for (; n < RECORDS_MAX && nsc_bytes_left(&b) > 0; n++) {
		if (!nsc_dtls_record(&b, &r))
			return NSC_NOT_MINE;
		if (r.type == 0)
			return n > 0 ? NSC_DONE : NSC_NOT_MINE;
		if (r.cut && (n > 0 || r.type != NSC_TLS_HANDSHAKE || r.epoch > 0))
			return NSC_NOT_MINE;
		if (!plausible(&r))
			return NSC_NOT_MINE;
	}
	return n > 0 ? NSC_DONE : NSC_NOT_MINE;
}

static size_t
wanted(const struct state *s, unsigned side, const struct nsc_dtls_fragment *f,
       const struct nsc_bytes *body)
{
	size_t n = nsc_bytes_left(body);

	return nsc_tls_wanted(&s->talk, side, f->type, f->len,
			      nsc_bytes(body->p, n < NSC_TLS_LOOK ? n : NSC_TLS_LOOK));
}

/* A part, or all, of a message. */
static bool
on_fragment(struct state *s, unsigned side, const struct nsc_dtls_fragment *f,
	    struct nsc_out *out)
{
	uint64_t *ticket = &s->ticket[side][f->seq % 2];
	struct nsc_bytes body = f->body;
	size_t have = nsc_bytes_left(&body), want;

	if (f->seq >= SEQ_MAX || (s->done[side] >> f->seq & 1) != 0)
		return true;
	if (f->type == NSC_TLS_HELLO_DONE && f->seq > 0 &&
	    (s->done[side] >> (f->seq - 1) & 1) == 0)
		return true; /* it overtook what it ends */
	if (!s->talk.server && f->type >= NSC_TLS_CERTIFICATE) {
		nsc_dtls_parts_add(out->shared, ticket, f, out->time); /* it overtook the hello */
		return true;
	}
	want = wanted(s, side, f, &body);
	if (f->at > 0 || have < (f->len < NSC_TLS_LOOK ? f->len : NSC_TLS_LOOK) || have < want) {
		body = nsc_dtls_parts_add(out->shared, ticket, f, out->time);
		have = nsc_bytes_left(&body);
		if (have < (f->len < NSC_TLS_LOOK ? f->len : NSC_TLS_LOOK))
			return true;
		want = wanted(s, side, f, &body);
		if (have < want && want <= NSC_DTLS_PARTS_OCTETS)
			return true;
		if (have < want)
			want = 0;
	}
	s->done[side] |= UINT32_C(1) << f->seq;
	body = nsc_bytes(body.p, want);
	if (nsc_tls_message(&s->talk, side, f->type, body, out)) {
		nsc_dtls_parts_drop(out->shared, ticket);
		return true;
	}
	return false;
}

/* A message that waited for the server's hello. */
static bool
resume(struct state *s, unsigned side, struct nsc_out *out)
{
	struct nsc_dtls_fragment f;

	for (unsigned i = 0; i < 2; i++)
		if (nsc_dtls_parts_get(out->shared, s->ticket[side][i], &f) &&
		    !on_fragment(s, side, &f, out))
			return false;
	return true;
}

static bool
on_record(struct state *s, unsigned side, struct nsc_dtls_record *r, struct nsc_out *out)
{
	struct nsc_dtls_fragment f;
	bool waited;

	if (r->type == NSC_TLS_CHANGE_CIPHER ||
	    (r->epoch > 0 && r->type == NSC_TLS_HANDSHAKE))
		nsc_tls_ciphered(&s->talk, side, out);
	else if (r->type == NSC_TLS_DATA && s->talk.server)
		s->talk.over = true;
	if (r->epoch > 0 || r->type == 0)
		nsc_tls_encrypted(&s->talk, side, r->type, nsc_bytes_left(&r->body), out);
	if (r->type != NSC_TLS_HANDSHAKE || r->epoch > 0)
		return true;
	while (nsc_bytes_left(&r->body) > 0) {
		if (!nsc_dtls_fragment(&r->body, &f))
			return r->cut;
		waited = !s->talk.server;
		if (!on_fragment(s, side, &f, out) ||
		    (waited && s->talk.server && !resume(s, side, out)))
			return false;
	}
	return true;
}

static void
give_back(struct state *s, struct nsc_out *out)
{
	for (unsigned i = 0; i < 4; i++)
		nsc_dtls_parts_drop(out->shared, &s->ticket[i / 2][i % 2]);
}

static enum nsc_verdict
feed(void *state, struct nsc_chunk *in, struct nsc_out *out)
{
	struct state *s = state;
	struct nsc_bytes *b = &in->bytes;
	struct nsc_dtls_record r;

	s->talk.dtls = true;
	for (unsigned n = 0; n < RECORDS_MAX && nsc_bytes_left(b) > 0; n++) {
		if (!nsc_dtls_record(b, &r))
			break; /* media, or what the other end alone can read */
		if (!on_record(s, in->side, &r, out))
			return NSC_MALFORMED;
	}
	if (!(s->talk.client && s->talk.over && s->talk.complete) && ++s->datagrams < PATIENCE)
		return NSC_MORE;
	give_back(s, out);
	return NSC_DONE;
}

static void
end(void *state, struct nsc_out *out)
{
	give_back(state, out);
}

static int
shared_new(void **shared)
{
	struct nsc_dtls_parts *parts;
	int r = nsc_dtls_parts_new(&parts);

	*shared = parts;
	return r;
}

static void
shared_free(void *shared)
{
	nsc_dtls_parts_free(shared);
}

const struct nsc_dissector nsc_dtls = {
	.name = "dtls",
	.title = "Datagram Transport Layer Security",
	.spec = "RFC 6347, RFC 9147",
	.transports = NSC_OVER_UDP,
	.state_size = sizeof(struct state),
	/* STUN's types (RFC 8489, 5), records (RFC 9147, 4.1). */
	.first = {{0, 0x40}},
	.guess = guess,
	.feed = feed,
	.end = end,
	.shared_memory = NSC_DTLS_PARTS_MEMORY,
	.shared_new = shared_new,
	.shared_free = shared_free,
	.known_by = "records whose lengths and epochs fit, a handshake message first",
	.measures = "versions, server name, ALPN, JA4",
	.limits = "what DTLS hides",
};
