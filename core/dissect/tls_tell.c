/* SPDX-License-Identifier: MIT */
/* What hellos say, as labels and events. */
#include <inttypes.h>
#include <stdio.h>

#include "dissect/tls_tell.h"

#include "dissect/tls_names.h"

static char
ja4_transport(uint8_t kind)
{
	return kind == NSC_EVENT_QUIC ? 'q' : kind == NSC_EVENT_DTLS ? 'd' : 't';
}

void
nsc_tls_tell_client(const struct nsc_tls_client_hello *h, struct nsc_bytes body,
		    struct nsc_event *ev, char ja4[NSC_JA4_TEXT], struct nsc_out *out)
{
	const bool dtls = ev->kind == NSC_EVENT_DTLS;

	nsc_out_octets(out, dtls ? NSC_LABEL_DTLS_SNI : NSC_LABEL_TLS_SNI, h->sni.p, h->sni.len);
	nsc_out_octets(out, dtls ? NSC_LABEL_DTLS_ALPN : NSC_LABEL_TLS_ALPN, h->alpns,
		       h->alpns_len);
	nsc_out_true(out, NSC_LABEL_ECH, h->ech);
	nsc_out_true(out, NSC_LABEL_ESNI, h->esni);
	if (!out->terse && nsc_ja4(body, ja4_transport(ev->kind), ja4)) {
		ev->tls.ja4 = (struct nsc_text){ja4, (uint32_t)strlen(ja4)};
		nsc_out_text(out, dtls ? NSC_LABEL_DTLS_JA4 : NSC_LABEL_JA4, ja4);
	}
	ev->tls.sni = h->sni;
	ev->tls.alpn = h->alpn;
	ev->tls.version = h->version;
	ev->tls.ech = h->ech;
	ev->tls.esni = h->esni;
	nsc_out_event(out, ev);
}

void
nsc_tls_tell_version(uint16_t version, bool dtls, struct nsc_out *out)
{
	char buf[NSC_TLS_VERSION_TEXT];

	nsc_out_text(out, dtls ? NSC_LABEL_DTLS_VERSION : NSC_LABEL_TLS_VERSION,
		     nsc_tls_version_text(version, buf));
}

void
nsc_tls_tell_time(uint64_t ns, struct nsc_event *ev, struct nsc_out *out)
{
	char text[24];

	if (ns == 0 || ns > INT64_MAX)
		return; /* the capture's clock went back */
	ev->done.latency = ns;
	if (!out->terse) {
		snprintf(text, sizeof text, "%" PRIu64, (ns + 500) / 1000);
		nsc_out_text(out, NSC_LABEL_TLS_HANDSHAKE, text);
	}
	nsc_out_event(out, ev);
}

void
nsc_tls_tell_group(uint16_t group, struct nsc_out *out)
{
	char buf[NSC_TLS_NAME];

	nsc_out_text(out, NSC_LABEL_TLS_GROUP, nsc_tls_group_text(group, buf));
	nsc_out_text(out, NSC_LABEL_POST_QUANTUM,
		     nsc_tls_group_post_quantum(group) ? "true" : "false");
}

void
nsc_tls_tell_choice(const struct nsc_tls_server_hello *h, bool dtls, bool resumed,
		    struct nsc_out *out)
{
	char number[NSC_TLS_NAME];

	nsc_out_octets(out, NSC_LABEL_TLS_ALPN_CHOSEN, h->alpn.p, h->alpn.len);
	nsc_out_octets(out, dtls ? NSC_LABEL_DTLS_ALPN : NSC_LABEL_TLS_ALPN, h->alpn.p,
		       h->alpn.len);
	nsc_out_text(out, NSC_LABEL_TLS_CIPHER, nsc_tls_cipher_text(h->cipher, number));
	if (h->group != 0)
		nsc_tls_tell_group(h->group, out);
	nsc_out_true(out, NSC_LABEL_RESUMED, resumed);
}
