/* SPDX-License-Identifier: MIT */
/*
 * QUIC (RFC 8999, 9000, 9001, 9369): versions 1 and 2, drafts 22 to 34, Facebook's and
 * Google's.  It is claimed by the tag of an Initial packet; what can be read are the
 * hellos in them, and what else stands in long headers.
 */
#include <errno.h>
#include <stdlib.h>

#include "dissect/protocols.h"
#include "dissect/quic_google.h"
#include "dissect/quic_state.h"

enum {
	COALESCED_MAX = 16,	/* packets of a datagram that are looked at */
	SHORTS_MAX = 64,	/* after so many behind the handshake nothing more is awaited */
	LEAST = 21,		/* octets that anything of ours has */
	PADDED = 1200,		/* octets of a client's first datagram at the least */
	CLIENT_ID = 8,		/* octets of its first destination id at the least */

	HANDSHAKE_S = 60,
	CONNECTED_S = 180,
	CLOSED_S = 10,
	IDLE_LEAST_S = 3,
};

static uint32_t
version_of(const uint8_t *p)
{
	return (uint32_t)p[1] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 8 | p[4];
}

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	const uint8_t mine = NSC_QUIC_LONG | NSC_QUIC_FIXED;
	const struct nsc_quic_shared *sh = g->shared;
	const uint8_t *p = g->bytes.p;
	struct nsc_quic_google old;
	struct nsc_quic_header h;
	struct nsc_bytes b = g->bytes;

	if (nsc_bytes_left(&b) < LEAST)
		return NSC_NOT_MINE;
	if ((p[0] & mine) == mine && nsc_quic_version(version_of(p)).flavour != NSC_QUIC_UNKNOWN &&
	    nsc_quic_header(&h, &b))
		return h.type != NSC_QUIC_NEGOTIATION ? NSC_DONE : NSC_NOT_MINE;
	/* Behind flags and an id, or first of all: 'Q'. */
	if ((p[1 + NSC_QUIC_GOOGLE_CID] == 'Q' || p[1] == 'Q') &&
	    nsc_quic_google(&old, g->bytes))
		return NSC_DONE;
	return (p[0] & NSC_QUIC_LONG) == 0 && sh != NULL &&
			       nsc_quic_paths_short(sh->paths, g->bytes) != NULL
		       ? NSC_DONE
		       : NSC_NOT_MINE;
}

void
nsc_quic_tell(enum nsc_quic_sign_kind kind, uint32_t n, struct nsc_out *out)
{
	struct nsc_event ev = {.kind = NSC_EVENT_QUIC_SIGN,
			       .sign = {.kind = (uint8_t)kind, .count = n}};

	nsc_out_event(out, &ev);
}

static void
name_version(struct nsc_quic_state *s, uint32_t version, struct nsc_out *out)
{
	char buf[NSC_QUIC_VERSION_TEXT];
	const char *text;

	if (s->labelled || nsc_quic_version(version).reserved)
		return;
	s->labelled = true;
	text = nsc_quic_version_text(version, buf);
	nsc_out_text(out, NSC_LABEL_QUIC_VERSION, text);
}

/* A packet of Google's in the clear; false: it is none. */
static bool
google_packet(struct nsc_quic_state *s, const struct nsc_chunk *in, struct nsc_bytes b,
	      struct nsc_out *out)
{
	struct nsc_quic_google g;
	struct nsc_bytes chlo;

	if (in->cut || !nsc_quic_google(&g, b))
		return false;
	if (!nsc_quic_google_plain(&g))
		return true; /* it may be: its keys are not known */
	s->sure = true;
	s->client = in->side;
	s->version = g.version;
	name_version(s, g.version, out);
	if (nsc_quic_google_find(g.payload, &chlo))
		nsc_quic_google_message(s, in->side, chlo, out);
	return true;
}

/* Without the library a client's first packet is known by its header alone. */
static bool
plain_evidence(const struct nsc_quic_header *h, size_t datagram)
{
	return nsc_quic_crypt_library() == NULL && h->type == NSC_QUIC_INITIAL &&
	       !h->known.reserved && h->dcid_len >= CLIENT_ID && datagram >= PADDED && !h->cut;
}

/* The same hello comes again, with keys of the id that this packet gives. */
static void
on_retry(struct nsc_quic_state *s, const struct nsc_quic_header *h, unsigned side,
	 struct nsc_out *out)
{
	struct nsc_quic_shared *sh = out->shared;

	if (side == s->client || s->answered || s->again ||
	    !nsc_quic_cid_is(&s->own[s->client], h->dcid, h->dcid_len) ||
	    !nsc_quic_retry_genuine(h, &s->first, sh->scratch))
		return;
	s->again = s->hello;
	nsc_quic_tell(NSC_QUIC_SIGN_RETRY, 1, out);
}

static void
on_negotiation(struct nsc_quic_state *s, const struct nsc_quic_header *h, unsigned side,
	       struct nsc_out *out)
{
	if (side == s->client || s->answered || s->negotiated ||
	    !nsc_quic_cid_is(&s->own[s->client], h->dcid, h->dcid_len) ||
	    !nsc_quic_cid_is(&s->first, h->scid, h->scid_len))
		return;
	s->negotiated = true;
	nsc_quic_tell(NSC_QUIC_SIGN_NEGOTIATION, 1, out);
}

static void
on_initial(struct nsc_quic_state *s, const struct nsc_quic_header *h,
	   const struct nsc_chunk *in, size_t datagram, struct nsc_out *out)
{
	const uint8_t attempts = s->attempts;

	if (!nsc_quic_initial(s, h, in->side, out) && !plain_evidence(h, datagram))
		return;
	s->sure = true;
	/* A client may have to try another version: what its server answers in is the connection's. */
	if (in->side != s->client || !s->keyed)
		name_version(s, h->version, out);
	if (s->attempts != attempts && datagram < PADDED && !in->cut)
		nsc_quic_tell(NSC_QUIC_SIGN_SHORT_INITIAL, 1, out);
}

static void
on_packet(struct nsc_quic_state *s, const struct nsc_quic_header *h,
	  const struct nsc_chunk *in, size_t datagram, struct nsc_out *out)
{
	if (h->type == NSC_QUIC_INITIAL)
		on_initial(s, h, in, datagram, out);
	else if (h->type == NSC_QUIC_RETRY && s->keyed)
		on_retry(s, h, in->side, out);
	else if (h->type == NSC_QUIC_NEGOTIATION && s->keyed)
		on_negotiation(s, h, in->side, out);
	else if (h->type == NSC_QUIC_HANDSHAKE && s->hello && in->side != s->client) {
		nsc_quic_cid_set(&s->own[in->side], h->scid, h->scid_len);
		nsc_quic_answer(s, out);
		name_version(s, h->version, out);
	}
	if (!s->sure && h->type != NSC_QUIC_NEGOTIATION && h->type != NSC_QUIC_RETRY &&
	    nsc_quic_link_suspect(h, in->side, out)) {
		s->sure = true;
		name_version(s, h->version, out);
	}
}

static uint32_t
idle_seconds(const struct nsc_quic_state *s)
{
	uint32_t n = s->idle / 1000 + (s->idle % 1000 != 0);

	if (s->closed)
		return CLOSED_S;
	if (!s->answered)
		return HANDSHAKE_S;
	if (n == 0 || n > CONNECTED_S)
		return CONNECTED_S;
	return n < IDLE_LEAST_S ? IDLE_LEAST_S : n;
}

/* In the clear there is no more to see than Google's hello, and ids that moved here. */
static enum nsc_verdict
feed_short(struct nsc_quic_state *s, struct nsc_chunk *in, struct nsc_bytes b,
	   struct nsc_out *out)
{
	if (!s->keyed && !s->hello)
		google_packet(s, in, b, out);
	if (!s->sure && !nsc_quic_link_short(s, b, in->side, out))
		return NSC_NOT_MINE;
	if (!s->keyed && in->side != s->client)
		s->answered = true;
	nsc_quic_complete(s, in->side, out);
	return s->answered && ++s->shorts > SHORTS_MAX ? NSC_DONE : NSC_MORE;
}

/* RFC 9000, 17.3.1 */
static bool
is_short_to(const struct nsc_quic_cid *to, struct nsc_bytes b)
{
	const uint8_t *p = b.p;

	return (p[0] & (NSC_QUIC_LONG | NSC_QUIC_FIXED)) == NSC_QUIC_FIXED &&
	       nsc_quic_cid_is(to, p + 1, to->len);
}

/* What follows the last packet is a short header's, padding or garbage. */
static enum nsc_verdict
feed_long(struct nsc_quic_state *s, struct nsc_chunk *in, struct nsc_bytes b,
	  struct nsc_out *out)
{
	const size_t datagram = nsc_bytes_left(&b);
	struct nsc_bytes rest = b;
	struct nsc_quic_header h;

	if (!s->keyed && google_packet(s, in, b, out))
		return s->sure ? NSC_MORE : NSC_NOT_MINE;
	for (unsigned i = 0; i < COALESCED_MAX && nsc_bytes_left(&b) > 0; i++) {
		if (!nsc_quic_header(&h, &b))
			break;
		on_packet(s, &h, in, datagram, out);
		rest = b;
	}
	if (nsc_bytes_left(&rest) >= LEAST && is_short_to(&s->own[!in->side], rest))
		nsc_quic_complete(s, in->side, out);
	return s->sure ? NSC_MORE : NSC_NOT_MINE;
}

static enum nsc_verdict
feed(void *state, struct nsc_chunk *in, struct nsc_out *out)
{
	struct nsc_quic_state *s = state;
	struct nsc_bytes b = in->bytes;
	enum nsc_verdict v = NSC_NOT_MINE;

	nsc_bytes_skip(&in->bytes, nsc_bytes_left(&b));
	if (nsc_bytes_left(&b) > 0)
		v = (b.p[0] & NSC_QUIC_LONG) != 0 ? feed_long(s, in, b, out)
						   : feed_short(s, in, b, out);
	if (v == NSC_MORE)
		out->wish.timeout = idle_seconds(s);
	return v;
}

static void
end(void *state, struct nsc_out *out)
{
	struct nsc_quic_state *s = state;
	struct nsc_quic_shared *sh = out->shared;
	char buf[NSC_QUIC_VERSION_TEXT];
	const char *text;

	for (unsigned i = 0; i < 2; i++)
		nsc_quic_hello_drop(sh->hellos, &s->crypto[i]);
	if (s->labelled || !s->keyed)
		return;
	/* No server answered, or nothing but a reserved version was ever tried. */
	text = nsc_quic_version_text(s->version, buf);
	nsc_out_text(out, NSC_LABEL_QUIC_VERSION, text);
}

static void
shared_free(void *shared)
{
	struct nsc_quic_shared *sh = shared;

	if (sh != NULL) {
		nsc_quic_hellos_free(sh->hellos);
		nsc_quic_paths_free(sh->paths);
	}
	free(sh);
}

static int
shared_new(void **shared)
{
	struct nsc_quic_shared *sh = calloc(1, sizeof *sh);

	if (sh == NULL || nsc_quic_hellos_new(&sh->hellos) < 0 ||
	    nsc_quic_paths_new(&sh->paths) < 0) {
		shared_free(sh);
		return -ENOMEM;
	}
	*shared = sh;
	return 0;
}

/* Hellos that were given up are told here: no flow's packet is to blame. */
static void
tick(void *shared, struct nsc_out *out)
{
	struct nsc_quic_shared *sh = shared;
	uint64_t lost = nsc_quic_hellos_evicted(sh->hellos) - sh->evicted;

	if (lost == 0)
		return;
	sh->evicted += lost;
	nsc_quic_tell(NSC_QUIC_SIGN_HELLO_LOST, lost < UINT32_MAX ? (uint32_t)lost : UINT32_MAX,
		      out);
}

const struct nsc_dissector nsc_quic = {
	.name = "quic",
	.title = "QUIC",
	.spec = "RFC 9000, RFC 9001, RFC 9369",
	.transports = NSC_OVER_UDP,
	.state_size = sizeof(struct nsc_quic_state),
	.guess = guess,
	.feed = feed,
	.end = end,
	.shared_memory = sizeof(struct nsc_quic_shared) + NSC_QUIC_HELLOS_MEMORY +
			 NSC_QUIC_PATHS_MEMORY,
	.shared_new = shared_new,
	.shared_free = shared_free,
	.tick = tick,
	.known_by = "an Initial whose tag is right by the connection's id, or a version "
		    "negotiation, Retry or long header that fits one",
	.measures = "versions, server name, ALPN, JA4, time of the handshake, migration",
	.limits = "what QUIC hides; with `--without-nettle` versions alone",
};
