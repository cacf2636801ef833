/* SPDX-License-Identifier: MIT */
/*
 * QUIC (RFC 8999, 9000, 9001, 9369): versions 1 and 2, drafts 22 to 34, Facebook's and
 * Google's.  It is claimed by the tag of an Initial packet; what can be read are the
 * hellos in them, and what else stands in long headers.
 */
#include <errno.h>
#include <stdlib.h>

#include "dissect/protocols.h"
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

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	const uint8_t mine = NSC_QUIC_LONG | NSC_QUIC_FIXED;
	const uint8_t *p = g->bytes.p;
	struct nsc_quic_header h;
	struct nsc_bytes b = g->bytes;

	if (nsc_bytes_left(&g->bytes) < LEAST)
		return NSC_NOT_MINE;
	if ((p[0] & mine) != mine)
		return NSC_NOT_MINE;
	if (!nsc_quic_header(&h, &b) || h.type == NSC_QUIC_NEGOTIATION)
		return NSC_NOT_MINE;
	return NSC_DONE;
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
	nsc_out_label(out, NSC_LABEL_QUIC_VERSION, text, strlen(text));
}

/* Without the library a client's first packet is known by its header alone. */
static bool
plain_evidence(const struct nsc_quic_header *h, size_t datagram)
{
	return nsc_quic_crypt_library() == NULL && h->type == NSC_QUIC_INITIAL &&
	       !h->known.reserved && h->dcid_len >= CLIENT_ID && datagram >= PADDED && !h->cut;
}

static void
on_retry(struct nsc_quic_state *s, const struct nsc_quic_header *h, unsigned side)
{
	/* The same hello comes again, with keys of the id that this packet gives. */
	if (side == s->client || s->answered ||
	    !nsc_quic_cid_is(&s->own[s->client], h->dcid, h->dcid_len))
		return;
	s->again = s->hello;
}

static void
on_packet(struct nsc_quic_state *s, const struct nsc_quic_header *h,
	  const struct nsc_chunk *in, size_t datagram, struct nsc_out *out)
{
	switch (h->type) {
	case NSC_QUIC_INITIAL:
		if (nsc_quic_initial(s, h, in->side, out) || plain_evidence(h, datagram)) {
			s->sure = true;
			name_version(s, h->version, out);
		}
		break;
	case NSC_QUIC_HANDSHAKE:
		if (s->keyed && s->hello && in->side != s->client)
			nsc_quic_answer(s, out);
		break;
	case NSC_QUIC_RETRY:
		if (s->keyed)
			on_retry(s, h, in->side);
		break;
	default:
		break;
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

static enum nsc_verdict
feed(void *state, struct nsc_chunk *in, struct nsc_out *out)
{
	struct nsc_quic_state *s = state;
	struct nsc_bytes b = in->bytes;
	const size_t datagram = nsc_bytes_left(&b);
	struct nsc_quic_header h;

	nsc_bytes_skip(&in->bytes, datagram);
	if (datagram > 0 && (b.p[0] & NSC_QUIC_LONG) == 0) {
		if (!s->sure)
			return NSC_NOT_MINE;
		return s->answered && ++s->shorts > SHORTS_MAX ? NSC_DONE : NSC_MORE;
	}
	/* What follows the last packet is a short header's, padding or garbage. */
	for (unsigned i = 0; i < COALESCED_MAX && nsc_bytes_left(&b) > 0; i++) {
		if (!nsc_quic_header(&h, &b))
			break;
		on_packet(s, &h, in, datagram, out);
	}
	if (!s->sure)
		return NSC_NOT_MINE;
	out->wish.timeout = idle_seconds(s);
	return NSC_MORE;
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
	/* Nothing but a reserved version was ever tried. */
	text = nsc_quic_version_text(s->version, buf);
	nsc_out_label(out, NSC_LABEL_QUIC_VERSION, text, strlen(text));
}

static void
shared_free(void *shared)
{
	struct nsc_quic_shared *sh = shared;

	if (sh != NULL)
		nsc_quic_hellos_free(sh->hellos);
	free(sh);
}

static int
shared_new(void **shared)
{
	struct nsc_quic_shared *sh = calloc(1, sizeof *sh);

	if (sh == NULL || nsc_quic_hellos_new(&sh->hellos) < 0) {
		shared_free(sh);
		return -ENOMEM;
	}
	*shared = sh;
	return 0;
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
	.shared_memory = sizeof(struct nsc_quic_shared) + NSC_QUIC_HELLOS_MEMORY,
	.shared_new = shared_new,
	.shared_free = shared_free,
};
