/* SPDX-License-Identifier: MIT */
/* Both hellos, and of TLS up to 1.2 the server's certificate and its exchange of keys. */
#include <stdio.h>

#include "dissect/tls_handshake.h"
#include "dissect/tls_hello.h"
#include "dissect/tls_names.h"
#include "dissect/tls_record.h"
#include "dissect/tls_tell.h"
#include "dissect/x509.h"

enum {
	CERTIFICATE_HEAD = 3 + 3, /* length of the list, of the first certificate */
	EXCHANGE_HEAD = 1 + 2,
	NAMED_CURVE = 3, /* RFC 8422, 5.4 */
	/* Octets of an encrypted Finished; an alert, or what acknowledges two records, has fewer. */
	FINISHED_LEAST = 32,
	FINISHED_LEAST_DTLS13 = 53,
};

static bool
on_client_hello(struct nsc_tls_handshake *h, struct nsc_bytes body, struct nsc_out *out)
{
	struct nsc_event ev = {.kind = h->dtls ? NSC_EVENT_DTLS : NSC_EVENT_TLS};
	struct nsc_tls_client_hello hello;
	char ja4[NSC_JA4_TEXT];

	if (!(h->dtls ? nsc_dtls_client_hello : nsc_tls_client_hello)(&hello, body))
		return h->client;
	if (!h->client)
		h->asked = out->time;
	h->client = true;
	h->id_len = (uint8_t)hello.session_id.len;
	memcpy(h->id, hello.session_id.p, h->id_len);
	nsc_tls_tell_client(&hello, body, &ev, ja4, out);
	return true;
}

/* RFC 8446, 2.2: by a key; before that, RFC 5246, 7.4.1.3: by the session's identifier. */
static bool
goes_on(const struct nsc_tls_handshake *h, const struct nsc_tls_server_hello *hello)
{
	if (nsc_tls_is_1_3(hello->version))
		return hello->psk;
	return h->client && h->id_len > 0 && hello->session_id.len == h->id_len &&
	       memcmp(hello->session_id.p, h->id, h->id_len) == 0;
}

static bool
on_server_hello(struct nsc_tls_handshake *h, unsigned side, struct nsc_bytes body,
		struct nsc_out *out)
{
	struct nsc_event ev = {.kind = NSC_EVENT_TLS_DONE};
	struct nsc_tls_server_hello hello;
	bool resumed;

	if (!nsc_tls_server_hello(&hello, body) || nsc_tls_is_dtls(hello.version) != h->dtls)
		return h->server;
	nsc_tls_tell_version(hello.version, h->dtls, out);
	if (hello.retry || h->server)
		return true;
	resumed = goes_on(h, &hello);
	nsc_tls_tell_choice(&hello, h->dtls, resumed, out);
	h->server = true;
	h->server_side = (uint8_t)side;
	h->version = hello.version;
	h->cipher = hello.cipher;
	h->over = resumed || nsc_tls_is_1_3(hello.version);
	h->complete |= out->unheard || !h->client;
	ev.done.version = hello.version;
	nsc_out_event(out, &ev);
	return true;
}

/* Draft 19 and before: version, (cipher,) extensions. */
static void
on_draft_retry(struct nsc_bytes body, struct nsc_out *out)
{
	uint16_t version = nsc_bytes_u16(&body);

	if (!body.bad && version >> 8 == 0x7f)
		nsc_out_text(out, NSC_LABEL_TLS_VERSION, "1.3");
}

static void
on_certificate(const struct nsc_tls_handshake *h, struct nsc_bytes body, struct nsc_out *out)
{
	struct nsc_event ev = {.kind = NSC_EVENT_TLS_CERTIFICATE};
	struct nsc_bytes der;
	struct nsc_x509 x;
	char text[24];

	nsc_bytes_skip(&body, 3);
	der = nsc_bytes_sub(&body, nsc_bytes_u24(&body));
	if (!nsc_x509(&x, der))
		return;
	snprintf(text, sizeof text, "%lld", (long long)x.not_after);
	nsc_out_text(out, NSC_LABEL_CERT_NOT_AFTER, text);
	nsc_out_text(out, NSC_LABEL_CERT_SELF_SIGNED, x.self_signed ? "true" : "false");
	nsc_out_octets(out, NSC_LABEL_CERT_NAMES, x.names_text, x.names_len);
	ev.certificate.not_after = x.not_after;
	ev.certificate.server = h->server_side;
	nsc_out_event(out, &ev);
}

static void
on_key_exchange(struct nsc_bytes body, struct nsc_out *out)
{
	uint8_t kind = nsc_bytes_u8(&body);
	uint16_t group = nsc_bytes_u16(&body);

	if (!body.bad && kind == NAMED_CURVE)
		nsc_tls_tell_group(group, out);
}

static bool
is_hello(uint8_t type)
{
	return type == NSC_TLS_CLIENT_HELLO || type == NSC_TLS_SERVER_HELLO ||
	       type == NSC_TLS_HELLO_RETRY;
}

static bool
of_server(const struct nsc_tls_handshake *h, unsigned side)
{
	return h->server && !h->over && side == h->server_side;
}

size_t
nsc_tls_wanted(const struct nsc_tls_handshake *h, unsigned side, uint8_t type, size_t len,
	       struct nsc_bytes start)
{
	size_t n;

	if (is_hello(type))
		return len <= NSC_TLS_HELLO_MAX ? len : 0;
	if (!of_server(h, side))
		return 0;
	if (type == NSC_TLS_CERTIFICATE) {
		nsc_bytes_skip(&start, 3);
		n = CERTIFICATE_HEAD + (size_t)nsc_bytes_u24(&start);
		return !start.bad && n <= len && n <= NSC_TLS_CERTIFICATE_MAX ? n : 0;
	}
	if (type == NSC_TLS_KEY_EXCHANGE && nsc_tls_cipher_ecdhe(h->cipher))
		return len < EXCHANGE_HEAD ? len : EXCHANGE_HEAD;
	return 0;
}

/* RFC 5077, 3.4: a ticket or the change of keys right behind the hello is a session's going on. */
static void
end_flight(struct nsc_tls_handshake *h, struct nsc_out *out)
{
	nsc_out_true(out, NSC_LABEL_RESUMED, !h->full);
	h->over = true;
}

bool
nsc_tls_message(struct nsc_tls_handshake *h, unsigned side, uint8_t type, struct nsc_bytes body,
		struct nsc_out *out)
{
	switch (type) {
	case NSC_TLS_CLIENT_HELLO:
		return nsc_bytes_left(&body) == 0 || on_client_hello(h, body, out);
	case NSC_TLS_SERVER_HELLO:
		return nsc_bytes_left(&body) == 0 || on_server_hello(h, side, body, out);
	case NSC_TLS_HELLO_RETRY:
		on_draft_retry(body, out);
		return true;
	default:
		break;
	}
	if (!of_server(h, side) || type == NSC_TLS_HELLO_REQUEST)
		return true;
	if (type == NSC_TLS_TICKET) {
		end_flight(h, out);
		return true;
	}
	h->full = true;
	if (type == NSC_TLS_CERTIFICATE && nsc_bytes_left(&body) > 0)
		on_certificate(h, body, out);
	else if (type == NSC_TLS_KEY_EXCHANGE)
		on_key_exchange(body, out);
	else if (type == NSC_TLS_HELLO_DONE)
		h->over = true;
	return true;
}

void
nsc_tls_ciphered(struct nsc_tls_handshake *h, unsigned side, struct nsc_out *out)
{
	if (of_server(h, side))
		end_flight(h, out);
}

void
nsc_tls_encrypted(struct nsc_tls_handshake *h, unsigned side, uint8_t type, size_t n,
		  struct nsc_out *out)
{
	struct nsc_event ev = {.kind = NSC_EVENT_TLS_COMPLETE, .done = {.version = h->version}};

	/* Early data: nobody waited, and no Finished can be told from it (RFC 8446, 2.3). */
	h->complete |= h->client && !h->server;
	if (h->complete || !h->server ||
	    n < (h->version == NSC_DTLS_1_3 ? FINISHED_LEAST_DTLS13 : FINISHED_LEAST))
		return;
	if (nsc_tls_is_1_3(h->version)) {
		if (side == h->server_side)
			return;
	} else if (type != NSC_TLS_HANDSHAKE) {
		return;
	} else {
		h->spoke[side] = true;
		if (!h->spoke[!side])
			return;
	}
	h->complete = true;
	nsc_tls_tell_time(out->time - h->asked, &ev, out);
}
