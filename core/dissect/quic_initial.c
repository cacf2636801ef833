/* SPDX-License-Identifier: MIT */
/*
 * Initial packets: whose keys, what is in them.
 *
 * Keys are those of the client's first destination id, for both sides and for the
 * whole handshake (RFC 9001, 5.2).  A client begins anew with another id after Retry,
 * after version negotiation, or with a new connection; a server may answer in another
 * version that the client can (RFC 9368).  Which of these it is, the tag says.
 */
#include <inttypes.h>
#include <stdio.h>

#include "dissect/quic_frame.h"
#include "dissect/quic_google.h"
#include "dissect/quic_state.h"
#include "dissect/tls_hello.h"
#include "dissect/tls_tell.h"

enum {
	MESSAGE = 4,		/* type and length of a handshake message */
	COMPLETE_S = 60,	/* later, the client's first packet was not captured */
	FAILURES_MAX = 32,	/* Initials without a key, after which no more keys are made */
};

/* A ClientHello or ServerHello, and nothing else, comes in Initial packets. */
static size_t
tls_length(struct nsc_bytes b)
{
	uint8_t type = nsc_bytes_u8(&b);
	size_t n = nsc_bytes_u24(&b);

	if (b.bad)
		return 0;
	if (type != NSC_TLS_CLIENT_HELLO && type != NSC_TLS_SERVER_HELLO)
		return SIZE_MAX;
	return MESSAGE + n;
}

static void
on_client_hello(struct nsc_quic_state *s, struct nsc_bytes body, struct nsc_out *out)
{
	struct nsc_event ev = {.kind = NSC_EVENT_QUIC};
	struct nsc_tls_client_hello h;
	char ja4[NSC_JA4_TEXT];

	if (!nsc_tls_client_hello(&h, body))
		return;
	s->hello = true;
	s->idle = h.quic_idle_timeout < UINT32_MAX ? (uint32_t)h.quic_idle_timeout : UINT32_MAX;
	if (s->again) {
		s->again = false;
		return;
	}
	ev.tls.quic_version = s->version;
	nsc_tls_tell_client(&h, body, &ev, ja4, out);
	nsc_quic_link_hello(s, &(struct nsc_quic_names){h.sni, {h.alpns, h.alpns_len}, ev.tls.ja4},
			    out);
}

static void
on_server_hello(struct nsc_quic_state *s, struct nsc_bytes body, struct nsc_out *out)
{
	struct nsc_tls_server_hello h;

	if (!nsc_tls_server_hello(&h, body))
		return;
	nsc_tls_tell_version(h.version, false, out);
	if (h.retry)
		return;
	nsc_tls_tell_choice(&h, false, h.psk, out);
	nsc_quic_answer(s, out);
}

static void
on_message(struct nsc_quic_state *s, unsigned side, struct nsc_bytes m, struct nsc_out *out)
{
	uint8_t type = nsc_bytes_u8(&m);

	nsc_bytes_skip(&m, MESSAGE - 1);
	if (type == NSC_TLS_CLIENT_HELLO && side == s->client)
		on_client_hello(s, m, out);
	else if (type == NSC_TLS_SERVER_HELLO && side != s->client)
		on_server_hello(s, m, out);
}

/* Google's CHLO; what a server says to it comes later, or cannot be read. */
void
nsc_quic_google_message(struct nsc_quic_state *s, unsigned side, struct nsc_bytes m,
			struct nsc_out *out)
{
	struct nsc_event ev = {.kind = NSC_EVENT_QUIC};
	struct nsc_quic_google_hello h;

	if (side != s->client) {
		s->answered = true;
		return;
	}
	if (s->hello || !nsc_quic_google_hello(&h, m))
		return;
	s->hello = true;
	s->idle = h.idle < UINT32_MAX / 1000 ? h.idle * 1000 : UINT32_MAX;
	nsc_out_octets(out, NSC_LABEL_TLS_SNI, h.sni.p, h.sni.len);
	ev.tls.sni = h.sni;
	ev.tls.quic_version = s->version;
	nsc_out_event(out, &ev);
}

static void
read_frames(struct nsc_quic_state *s, unsigned side, struct nsc_bytes plain,
	    struct nsc_out *out)
{
	struct nsc_quic_shared *sh = out->shared;
	const unsigned flavour = nsc_quic_version(s->version).flavour;
	const bool chlo = flavour == NSC_QUIC_GOOGLE_CRYPT;
	struct nsc_bytes message;
	struct nsc_quic_frame f;

	while ((f = nsc_quic_frame(&plain, flavour != NSC_QUIC_IETF)).kind != NSC_QUIC_END) {
		if (f.kind == NSC_QUIC_CLOSE)
			s->closed = true;
		else if (!nsc_quic_hello_add(sh->hellos, &s->crypto[side], f.value, f.data,
					     chlo ? nsc_quic_google_length : tls_length,
					     &message))
			continue;
		else if (chlo)
			nsc_quic_google_message(s, side, message, out);
		else
			on_message(s, side, message, out);
	}
}

/*
 * True: the packet opens with keys made of this id, which are left in `keys`.  Each key is
 * made only when the one before fitted: anyone can send what looks like an Initial packet.
 */
static bool
open_with(const struct nsc_quic_header *h, const uint8_t *cid, size_t len, unsigned from,
	  struct nsc_quic_keys keys[2], uint8_t *scratch, struct nsc_bytes *plain)
{
	struct nsc_quic_secret initial, secret;

	for (unsigned salt = 0; salt < NSC_QUIC_SALTS; salt++) {
		if ((h->known.salts >> salt & 1) == 0 ||
		    !nsc_quic_version_initial(&initial, salt, cid, len))
			continue;
		nsc_quic_crypt_secret(&secret, &initial, from);
		nsc_quic_crypt_hp(&secret, &keys[from]);
		if (!nsc_quic_header_fits(h, &keys[from]))
			continue;
		nsc_quic_crypt_keys(&secret, &keys[from]);
		if (!nsc_quic_header_open(h, &keys[from], scratch, plain))
			continue;
		nsc_quic_crypt_secret(&secret, &initial, !from);
		nsc_quic_crypt_hp(&secret, &keys[!from]);
		nsc_quic_crypt_keys(&secret, &keys[!from]);
		return true;
	}
	return false;
}

static void
begin(struct nsc_quic_state *s, const struct nsc_quic_header *h, unsigned side,
      struct nsc_out *out)
{
	struct nsc_quic_shared *sh = out->shared;

	nsc_quic_cid_set(&s->first, h->dcid, h->dcid_len);
	s->client = (uint8_t)side;
	if (s->answered || s->attempts == 0)
		s->begun = out->time;
	s->asked = out->time;
	if (s->attempts < UINT8_MAX)
		s->attempts++;
	s->negotiated = false;
	s->hello = s->answered = s->complete = s->closed = false;
	s->shorts = 0;
	for (unsigned i = 0; i < 2; i++)
		nsc_quic_hello_drop(sh->hellos, &s->crypto[i]);
	nsc_quic_cid_set(&s->own[0], NULL, 0);
	nsc_quic_cid_set(&s->own[1], NULL, 0);
}

static bool
unprotect(struct nsc_quic_state *s, const struct nsc_quic_header *h, unsigned side,
	  struct nsc_out *out, struct nsc_bytes *plain)
{
	struct nsc_quic_shared *sh = out->shared;
	struct nsc_quic_keys keys[2];
	const unsigned from = side != s->client;

	if (s->keyed && h->version == s->version &&
	    nsc_quic_header_open(h, &s->keys[from], sh->scratch, plain))
		return true;
	if (s->failures >= FAILURES_MAX)
		return false;
	if (s->keyed && h->version != s->version &&
	    open_with(h, s->first.octets, s->first.len, from, keys, sh->scratch, plain)) {
		memcpy(s->keys, keys, sizeof keys);
		s->version = h->version;
		return true;
	}
	if (!nsc_quic_link_answers(h, side, out) &&
	    open_with(h, h->dcid, h->dcid_len, 0, keys, sh->scratch, plain)) {
		begin(s, h, side, out);
		memcpy(s->keys, keys, sizeof keys);
		s->version = h->version;
		s->keyed = true;
		return true;
	}
	s->failures++;
	return false;
}

bool
nsc_quic_initial(struct nsc_quic_state *s, const struct nsc_quic_header *h, unsigned side,
		 struct nsc_out *out)
{
	struct nsc_bytes plain;

	if (!unprotect(s, h, side, out, &plain))
		return false;
	nsc_quic_cid_set(&s->own[side], h->scid, h->scid_len);
	read_frames(s, side, plain, out);
	return true;
}

void
nsc_quic_answer(struct nsc_quic_state *s, struct nsc_out *out)
{
	struct nsc_event ev = {.kind = NSC_EVENT_TLS_DONE};
	char text[24];

	if (s->answered)
		return;
	s->answered = true;
	nsc_quic_link_answer(s, out);
	ev.done.version = NSC_TLS_1_3;
	ev.done.quic_version = s->version;
	if (out->time > s->asked && !out->terse) {
		snprintf(text, sizeof text, "%" PRIu64, (out->time - s->asked + 500) / 1000);
		nsc_out_text(out, NSC_LABEL_QUIC_RTT, text);
	}
	nsc_out_event(out, &ev);
}

/* A client has those keys when it has sent its Finished (RFC 9001, 4.1.1, 5.7). */
void
nsc_quic_complete(struct nsc_quic_state *s, unsigned side, struct nsc_out *out)
{
	struct nsc_event ev = {.kind = NSC_EVENT_TLS_COMPLETE,
			       .done = {.version = NSC_TLS_1_3, .quic_version = s->version}};

	if (!s->keyed || !s->hello || !s->answered || s->complete || side != s->client)
		return;
	s->complete = true;
	if (out->time < s->begun + COMPLETE_S * UINT64_C(1000000000))
		nsc_tls_tell_time(out->time - s->begun, &ev, out);
}
