/* SPDX-License-Identifier: MIT */
/* The two hellos of TLS, read from one whole handshake message. */
#include <stdio.h>

#include "dissect/tls_hello.h"

enum {
	RANDOM = 32,
	SESSION_ID_MAX = 32,
	EXTENSIONS_MAX = 256,
	EXT_SERVER_NAME = 0,
	EXT_ALPN = 16,
	EXT_KEY_SHARE_DRAFT = 40, /* of drafts before 23 */
	EXT_PRE_SHARED_KEY = 41,
	EXT_SUPPORTED_VERSIONS = 43,
	EXT_KEY_SHARE = 51,
	EXT_QUIC = 57,
	EXT_QUIC_DRAFT = 0xffa5,
	EXT_ESNI = 0xffce,
	EXT_ECH = 0xfe0d,
	QUIC_MAX_IDLE_TIMEOUT = 1,
};

/* Drafts of TLS 1.3 had versions 0x7fNN, Facebook's 0xfbNN. */
static uint16_t
plain_version(uint16_t v)
{
	return v >> 8 == 0x7f || v >> 8 == 0xfb ? NSC_TLS_1_3 : v;
}

static struct nsc_text
text_of(struct nsc_bytes b)
{
	size_t n = nsc_bytes_left(&b);

	return (struct nsc_text){(const char *)b.p, (uint32_t)n};
}

static bool
known_version(uint16_t v)
{
	return v >> 8 == 3 || plain_version(v) == NSC_TLS_1_3 || nsc_tls_is_dtls(v);
}

static bool
hello_start(struct nsc_bytes *b, uint16_t *version, struct nsc_text *id)
{
	*version = nsc_bytes_u16(b);
	nsc_bytes_skip(b, RANDOM);
	*id = text_of(nsc_bytes_sub(b, nsc_bytes_u8(b)));
	return !b->bad && known_version(*version) && id->len <= SESSION_ID_MAX;
}

/* The first host_name of the list (RFC 6066, 3). */
static void
read_names(struct nsc_tls_client_hello *h, struct nsc_bytes ext)
{
	struct nsc_bytes list = nsc_bytes_sub(&ext, nsc_bytes_u16(&ext));

	while (nsc_bytes_left(&list) > 0) {
		uint8_t type = nsc_bytes_u8(&list);
		struct nsc_bytes name = nsc_bytes_sub(&list, nsc_bytes_u16(&list));

		if (!list.bad && type == 0 && h->sni.len == 0)
			h->sni = text_of(name);
	}
}

static bool
printable(struct nsc_text t)
{
	for (uint32_t i = 0; i < t.len; i++)
		if (t.p[i] <= ' ' || t.p[i] >= 0x7f || t.p[i] == ',')
			return false;
	return t.len > 0;
}

static void
join_alpn(struct nsc_tls_client_hello *h, struct nsc_text t)
{
	uint32_t comma = h->alpns_len > 0;

	if (!printable(t) || t.len + comma > NSC_TLS_ALPN_TEXT - h->alpns_len)
		return;
	if (comma)
		h->alpns[h->alpns_len++] = ',';
	memcpy(h->alpns + h->alpns_len, t.p, t.len);
	h->alpns_len += t.len;
}

static void
read_alpn(struct nsc_tls_client_hello *h, struct nsc_bytes ext)
{
	struct nsc_bytes list = nsc_bytes_sub(&ext, nsc_bytes_u16(&ext));

	while (nsc_bytes_left(&list) > 0) {
		struct nsc_bytes one = nsc_bytes_sub(&list, nsc_bytes_u8(&list));
		struct nsc_text t = text_of(one);

		if (list.bad)
			return;
		if (h->alpn.len == 0 &&
		    !(t.len == 2 && nsc_tls_is_grease((uint16_t)((uint8_t)t.p[0] << 8 |
								 (uint8_t)t.p[1]))))
			h->alpn = t;
		join_alpn(h, t);
	}
}

/* DTLS counts downwards from 0xfeff. */
static bool
is_higher(uint16_t v, uint16_t than)
{
	if (nsc_tls_is_dtls(v) && nsc_tls_is_dtls(than))
		return v >> 8 == 0xfe && (than >> 8 != 0xfe || v < than);
	return v > than;
}

static void
read_versions(struct nsc_tls_client_hello *h, struct nsc_bytes ext)
{
	struct nsc_bytes list = nsc_bytes_sub(&ext, nsc_bytes_u8(&ext));
	uint16_t best = 0;

	while (nsc_bytes_left(&list) >= 2) {
		uint16_t v = nsc_bytes_u16(&list);

		if (!nsc_tls_is_grease(v) && is_higher(plain_version(v), best))
			best = plain_version(v);
	}
	if (best != 0)
		h->version = best;
}

/* RFC 9000, 16: the top bits of the first octet say how many there are. */
static uint64_t
read_varint(struct nsc_bytes *b)
{
	uint8_t first = nsc_bytes_u8(b);
	uint64_t v = first & 0x3f;

	for (unsigned more = (1u << (first >> 6)) - 1; more > 0; more--)
		v = v << 8 | nsc_bytes_u8(b);
	return v;
}

/* RFC 9000, 18 (drafts since 27 alike): identifier, length, value. */
static void
read_quic(struct nsc_tls_client_hello *h, struct nsc_bytes ext)
{
	for (unsigned i = 0; i < EXTENSIONS_MAX && nsc_bytes_left(&ext) > 0; i++) {
		uint64_t id = read_varint(&ext), len = read_varint(&ext);
		struct nsc_bytes value = nsc_bytes_sub(&ext, (size_t)len);

		if (id == QUIC_MAX_IDLE_TIMEOUT && !ext.bad) {
			uint64_t ms = read_varint(&value);

			h->quic_idle_timeout = value.bad ? 0 : ms;
		}
	}
}

/* SSL 3.0 has no extensions; then nothing follows. */
static struct nsc_bytes
extensions(struct nsc_bytes *b)
{
	return nsc_bytes_left(b) == 0 ? nsc_bytes(NULL, 0)
				      : nsc_bytes_sub(b, nsc_bytes_u16(b));
}

static void
read_extension(struct nsc_tls_client_hello *h, uint16_t type, struct nsc_bytes ext)
{
	switch (type) {
	case EXT_SERVER_NAME:
		read_names(h, ext);
		break;
	case EXT_ALPN:
		read_alpn(h, ext);
		break;
	case EXT_SUPPORTED_VERSIONS:
		read_versions(h, ext);
		break;
	case EXT_QUIC:
	case EXT_QUIC_DRAFT:
		read_quic(h, ext);
		break;
	case EXT_ECH:
		h->ech = true;
		break;
	case EXT_ESNI:
		h->esni = true;
		break;
	default:
		break;
	}
}

static bool
client_hello(struct nsc_tls_client_hello *h, struct nsc_bytes body, bool dtls)
{
	struct nsc_bytes exts;
	uint16_t ciphers;

	*h = (struct nsc_tls_client_hello){.alpns_len = 0};
	if (!hello_start(&body, &h->version, &h->session_id) ||
	    nsc_tls_is_dtls(h->version) != dtls)
		return false;
	if (dtls)
		nsc_bytes_skip(&body, nsc_bytes_u8(&body)); /* the cookie */
	ciphers = nsc_bytes_u16(&body);
	nsc_bytes_skip(&body, ciphers);
	nsc_bytes_skip(&body, nsc_bytes_u8(&body)); /* compressions */
	if (body.bad || ciphers % 2 != 0)
		return false;
	exts = extensions(&body);
	for (unsigned i = 0; i < EXTENSIONS_MAX && nsc_bytes_left(&exts) > 0; i++) {
		uint16_t type = nsc_bytes_u16(&exts);
		struct nsc_bytes ext = nsc_bytes_sub(&exts, nsc_bytes_u16(&exts));

		if (exts.bad)
			break;
		read_extension(h, type, ext);
	}
	return true;
}

bool
nsc_tls_client_hello(struct nsc_tls_client_hello *h, struct nsc_bytes body)
{
	return client_hello(h, body, false);
}

bool
nsc_dtls_client_hello(struct nsc_tls_client_hello *h, struct nsc_bytes body)
{
	return client_hello(h, body, true);
}

/* SHA-256 of "HelloRetryRequest" (RFC 8446, 4.1.3). */
static bool
is_retry(struct nsc_bytes body)
{
	static const uint8_t magic[RANDOM] = {
		0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c,
		0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb,
		0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
	};

	nsc_bytes_skip(&body, 2);
	return nsc_bytes_peek(&body, RANDOM) != NULL && memcmp(body.p, magic, RANDOM) == 0;
}

/* Drafts before 22 have no session id, and no compression. */
static bool
early_draft(uint16_t version)
{
	return version >> 8 == 0x7f && (version & 0xff) < 22;
}

static void
read_answer(struct nsc_tls_server_hello *h, uint16_t type, struct nsc_bytes ext)
{
	struct nsc_bytes list;

	switch (type) {
	case EXT_SUPPORTED_VERSIONS:
		if (nsc_bytes_left(&ext) == 2)
			h->version = nsc_bytes_u16(&ext);
		break;
	case EXT_ALPN:
		list = nsc_bytes_sub(&ext, nsc_bytes_u16(&ext));
		h->alpn = text_of(nsc_bytes_sub(&list, nsc_bytes_u8(&list)));
		break;
	case EXT_KEY_SHARE:
	case EXT_KEY_SHARE_DRAFT:
		h->group = nsc_bytes_u16(&ext);
		break;
	case EXT_PRE_SHARED_KEY:
		h->psk = true;
		break;
	default:
		break;
	}
}

bool
nsc_tls_server_hello(struct nsc_tls_server_hello *h, struct nsc_bytes body)
{
	struct nsc_bytes start = body, exts;
	uint16_t version = nsc_bytes_u16(&start);

	*h = (struct nsc_tls_server_hello){.retry = is_retry(body)};
	if (early_draft(version)) {
		nsc_bytes_skip(&start, RANDOM);
		body = start;
		h->cipher = nsc_bytes_u16(&body);
	} else {
		if (!hello_start(&body, &version, &h->session_id))
			return false;
		h->cipher = nsc_bytes_u16(&body);
		nsc_bytes_skip(&body, 1); /* compression */
	}
	if (body.bad)
		return false;
	h->version = version;
	exts = extensions(&body);
	for (unsigned i = 0; i < EXTENSIONS_MAX && nsc_bytes_left(&exts) > 0; i++) {
		uint16_t type = nsc_bytes_u16(&exts);
		struct nsc_bytes ext = nsc_bytes_sub(&exts, nsc_bytes_u16(&exts));

		if (exts.bad)
			break;
		read_answer(h, type, ext);
	}
	h->version = plain_version(h->version);
	return true;
}

const char *
nsc_tls_version_text(uint16_t version, char buf[NSC_TLS_VERSION_TEXT])
{
	static const struct {
		uint16_t version;
		char text[4];
	} known[] = {
		{NSC_TLS_1_3, "1.3"}, {0x0303, "1.2"}, {0x0302, "1.1"}, {0x0301, "1.0"},
		{0x0300, "s3"}, {NSC_TLS_SSL2, "s2"}, {NSC_DTLS_1_3, "1.3"},
		{NSC_DTLS_1_2, "1.2"}, {NSC_DTLS_1_0, "1.0"}, {NSC_DTLS_BAD, "1.0"},
	};

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (known[i].version == version)
			return known[i].text;
	snprintf(buf, NSC_TLS_VERSION_TEXT, "0x%04x", version);
	return buf;
}
