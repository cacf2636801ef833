/* SPDX-License-Identifier: MIT */
/* What ClientHello and ServerHello say (RFC 8446, 4.1; RFC 5246, 7.4.1; RFC 6066, 3; RFC
 * 7301), over TCP, in QUIC and in DTLS (RFC 6347, 4.2; RFC 9147, 5.3). */
#ifndef NSC_DISSECT_TLS_HELLO_H
#define NSC_DISSECT_TLS_HELLO_H

#include "base/bytes.h"
#include "dissect/event.h"

enum {
	NSC_TLS_HELLO_REQUEST = 0,
	NSC_TLS_CLIENT_HELLO = 1,
	NSC_TLS_SERVER_HELLO = 2,
	NSC_TLS_HELLO_VERIFY = 3, /* DTLS */
	NSC_TLS_TICKET = 4,
	NSC_TLS_HELLO_RETRY = 6, /* a message of its own in drafts of TLS 1.3 only */
	NSC_TLS_CERTIFICATE = 11,
	NSC_TLS_KEY_EXCHANGE = 12, /* the server's */
	NSC_TLS_HELLO_DONE = 14,

	NSC_TLS_SSL2 = 0x0002,
	NSC_TLS_1_0 = 0x0301,
	NSC_TLS_1_3 = 0x0304,
	NSC_DTLS_BAD = 0x0100, /* OpenSSL's before the RFC */
	NSC_DTLS_1_0 = 0xfeff,
	NSC_DTLS_1_2 = 0xfefd,
	NSC_DTLS_1_3 = 0xfefc,

	NSC_TLS_ALPN_TEXT = 256,
	NSC_TLS_VERSION_TEXT = 8,
};

struct nsc_tls_client_hello {
	struct nsc_text sni;  /* the outer name, with ECH; borrowed from the wire */
	struct nsc_text alpn; /* first offered; borrowed from the wire */
	struct nsc_text session_id; /* borrowed; up to 32 octets of any value */
	char alpns[NSC_TLS_ALPN_TEXT]; /* all offered that are printable, joined by "," */
	uint32_t alpns_len;
	uint64_t quic_idle_timeout; /* ms: max_idle_timeout (RFC 9000, 18.2); 0: none */
	uint16_t version; /* highest offered */
	bool ech;  /* encrypted_client_hello is there, be it GREASE: the name is the outer one */
	bool esni; /* encrypted_server_name of the drafts before */
};

struct nsc_tls_server_hello {
	struct nsc_text alpn; /* chosen; borrowed from the wire */
	struct nsc_text session_id; /* borrowed */
	uint16_t version;     /* chosen; drafts of TLS 1.3 are 0x0304 */
	uint16_t cipher;
	uint16_t group; /* of the key share; 0: none */
	bool psk;       /* pre_shared_key: a session goes on (or a key of another kind) */
	bool retry;     /* a HelloRetryRequest */
};

/* The body of the handshake message, whole.  False if it is not one. */
bool nsc_tls_client_hello(struct nsc_tls_client_hello *h, struct nsc_bytes body);
bool nsc_dtls_client_hello(struct nsc_tls_client_hello *h, struct nsc_bytes body);
bool nsc_tls_server_hello(struct nsc_tls_server_hello *h, struct nsc_bytes body);

/* "1.3", "1.2", "s3" (of DTLS too), or "0x0305" written into buf. */
const char *nsc_tls_version_text(uint16_t version, char buf[NSC_TLS_VERSION_TEXT]);

static inline bool
nsc_tls_is_dtls(uint16_t version)
{
	return version >> 8 == 0xfe || version == NSC_DTLS_BAD;
}

/* From here on everything behind the ServerHello is encrypted. */
static inline bool
nsc_tls_is_1_3(uint16_t version)
{
	return version == NSC_TLS_1_3 || version == NSC_DTLS_1_3;
}

/* RFC 8701: reserved so that peers learn to ignore what they do not know. */
static inline bool
nsc_tls_is_grease(uint16_t v)
{
	return (v & 0x0f0f) == 0x0a0a && v >> 8 == (v & 0xff);
}

#endif
