/* SPDX-License-Identifier: MIT */
/*
 * What dissection tells: messages of a conversation, and labels of its flow.
 * Strings are borrowed, not NUL-terminated, raw from the wire: who prints them
 * escapes them.
 */
#ifndef NSC_DISSECT_EVENT_H
#define NSC_DISSECT_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"

struct nsc_flow;

struct nsc_text {
	const char *p;
	uint32_t len;			/* 0: not known */
};

enum nsc_event_kind {
	NSC_EVENT_STARTED,		/* a flow was opened */
	NSC_EVENT_DNS,			/* one message */
	NSC_EVENT_DNS_OUTCOME,		/* the same end of queries, without a message: timeouts */
	NSC_EVENT_HTTP,			/* one exchange, complete or cut by the flow's end */
	NSC_EVENT_TLS,			/* one ClientHello */
	NSC_EVENT_DTLS,			/* one ClientHello */
	NSC_EVENT_TLS_DONE,		/* a server's hello: version */
	NSC_EVENT_TLS_COMPLETE,		/* the handshake's end: version, latency */
	NSC_EVENT_TLS_CERTIFICATE,	/* what a server showed in the clear (up to 1.2) */
	NSC_EVENT_QUIC,			/* one ClientHello */
	NSC_EVENT_QUIC_SIGN,		/* what else happened to connections */
	NSC_EVENT_SSH,			/* both banners, or the flow's end */
	NSC_EVENT_OPERATION,		/* one request that got its answer */
	NSC_EVENT_LOSS,			/* something was given up for want of memory */
	NSC_EVENT_FLOW,			/* the flow's end: always its last event */
	NSC_EVENTS
};

enum { NSC_DNS_ANSWERS = 64 };

struct nsc_dns_message {
	uint16_t id, qtype, qclass;
	uint16_t rcode;			/* with EDNS: 12 bits (RFC 6891) */
	uint8_t opcode;
	bool response, truncated, malformed;
	bool tcp;
	bool fragmented;		/* it came in fragments of IP */
	bool found;			/* the answer section has a record of the type asked for */
	uint8_t kind;			/* nsc_dns_kind */
	uint8_t client;			/* side of the flow that asks (or would) */
	uint8_t answers;		/* in answer[], of the answer section: these come first */
	uint8_t all_answers;		/* in answer[], with those of the authority and additional sections */
	uint16_t questions, answer_records;
	uint16_t outcomes;		/* of queries, by this message: bits 1 << nsc_dns_outcome_kind */
	uint64_t latency;		/* ns from the query; 0: no query matched */
	struct nsc_text name;		/* first question, presentation form, \DDD for odd octets */
	const struct nsc_addr *answer;	/* addresses of A and AAAA records */
};

enum nsc_dns_kind { NSC_DNS_UNICAST, NSC_DNS_MULTICAST, NSC_DNS_LLMNR };

enum nsc_dns_outcome_kind {
	NSC_DNS_ANSWERED,		/* latency holds */
	NSC_DNS_TIMEOUT,
	NSC_DNS_LATE,			/* answered after its timeout was counted */
	NSC_DNS_UNSOLICITED,
	NSC_DNS_MISMATCH,		/* right id, other question */
	NSC_DNS_RETRY, NSC_DNS_SUPERSEDED, NSC_DNS_EVICTED, NSC_DNS_MALFORMED,
	NSC_DNS_OUTCOMES
};

struct nsc_dns_outcome {
	uint8_t kind;			/* nsc_dns_outcome_kind */
	uint32_t count;			/* of queries (or messages that could not be read) */
};

struct nsc_http_exchange {
	struct nsc_text method, host;
	uint16_t status;		/* 0: no response seen */
	uint8_t version;		/* 10, 11, 20 */
	uint64_t latency;		/* ns from the request's end to the response's first octet; 0 unknown */
	uint64_t complete;		/* ns from the request's end to the response's last octet; 0 unknown, or cut */
	bool grpc;			/* grpc_status holds */
	uint16_t grpc_status;		/* 0 is OK; codes above 16 are nobody's */
};

enum nsc_loss {
	NSC_LOSS_HTTP_REQUEST,		/* what waited for a response is told without it, or not at all */
	NSC_LOSS_HPACK,			/* header tables of a connection: names are unknown for a while */
	NSC_LOSS_OPERATION,		/* a request that waited is told as `other`, without its time, or not at all */
};

struct nsc_tls_hello {			/* ClientHello, of TLS and inside QUIC */
	struct nsc_text sni;
	struct nsc_text alpn;		/* the first offered */
	struct nsc_text ja4;
	uint16_t version;		/* highest offered; 0x0304 is 1.3 */
	uint32_t quic_version;		/* 0: over TCP */
	bool ech, esni;			/* the name is the outer one; it is hidden */
};

struct nsc_tls_done {
	uint16_t version;		/* chosen by the server */
	uint32_t quic_version;		/* 0: over TCP */
	uint64_t latency;		/* (complete) ns from the first ClientHello to the last Finished */
};

struct nsc_tls_certificate {		/* the server's own, not its issuers' */
	int64_t not_after;		/* s since the epoch */
	uint8_t server;			/* side of the flow that showed it */
};

enum nsc_quic_sign_kind {
	NSC_QUIC_SIGN_RETRY,		/* the server wanted a token first */
	NSC_QUIC_SIGN_NEGOTIATION,	/* it did not know the client's version */
	NSC_QUIC_SIGN_MIGRATED,		/* a connection went on on this path */
	NSC_QUIC_SIGN_SHORT_INITIAL,	/* a client's first datagram of less than 1200 octets */
	NSC_QUIC_SIGN_HELLO_LOST,	/* there was no room for so many, or for one so long */
	NSC_QUIC_SIGNS
};

struct nsc_quic_sign {
	uint8_t kind;			/* nsc_quic_sign_kind */
	uint32_t count;
};

enum { NSC_NO_OPERATION = 0xff };	/* an error that answers no request */

struct nsc_operation {
	uint8_t kind;			/* place in the dissector's `operations`, or NSC_NO_OPERATION */
	uint8_t error;			/* place in its `errors` and 1; 0: none */
	uint64_t latency;		/* ns from the request's last octet to the answer's; 0: not known */
};

struct nsc_ssh_banners {
	struct nsc_text client, server;
};

struct nsc_event {
	uint8_t kind;			/* nsc_event_kind */
	uint8_t app;			/* whose dissector tells it */
	uint64_t time;			/* ns since the epoch */
	struct nsc_flow *flow;		/* NULL for an outcome whose flow is gone */
	const void *origin;		/* (engine) the worker that it came from */
	union {
		struct nsc_dns_message dns;
		struct nsc_dns_outcome outcome;
		struct nsc_http_exchange http;
		struct nsc_tls_hello tls;	/* TLS and QUIC */
		struct nsc_tls_done done;
		struct nsc_tls_certificate certificate;
		struct nsc_quic_sign sign;
		struct nsc_ssh_banners ssh;
		struct nsc_operation operation;
		uint8_t loss;			/* nsc_loss */
	};
};

/*
 * Labels of a flow; the first value stays.  X(ID, JSON key).  The last two are what
 * the cache of names says: engine/remote.c knows what goes before it.
 */
#define NSC_LABELS(X)                                                                              \
	X(HTTP_HOST, "http_host")                                                                  \
	X(HTTP_METHOD, "http_method")                                                              \
	X(HTTP_STATUS, "http_status")                                                              \
	X(GRPC_STATUS, "grpc_status")                                                              \
	X(TLS_SNI, "tls_sni")                                                                      \
	X(TLS_ALPN, "tls_alpn")                                                                    \
	X(TLS_VERSION, "tls_version")                                                              \
	X(TLS_ALPN_CHOSEN, "tls_alpn_chosen")                                                      \
	X(TLS_CIPHER, "tls_cipher")                                                                \
	X(TLS_GROUP, "tls_group")                                                                  \
	X(POST_QUANTUM, "post_quantum")                                                            \
	X(RESUMED, "resumed")                                                                      \
	X(TLS_HANDSHAKE, "tls_handshake_us")                                                       \
	X(ECH, "ech")                                                                              \
	X(ESNI, "esni")                                                                            \
	X(CERT_NOT_AFTER, "cert_not_after")                                                        \
	X(CERT_SELF_SIGNED, "cert_self_signed")                                                    \
	X(CERT_NAMES, "cert_names")                                                                \
	X(JA4, "ja4")                                                                              \
	X(DTLS_SNI, "dtls_sni")                                                                    \
	X(DTLS_ALPN, "dtls_alpn")                                                                  \
	X(DTLS_VERSION, "dtls_version")                                                            \
	X(DTLS_JA4, "dtls_ja4")                                                                    \
	X(QUIC_VERSION, "quic_version")                                                            \
	X(QUIC_MIGRATED_FROM, "quic_migrated_from")                                                \
	X(QUIC_RTT, "rtt_us")                                                                      \
	X(SSH_CLIENT, "ssh_client")                                                                \
	X(SSH_SERVER, "ssh_server")                                                                \
	X(REMOTE_NAME, "remote_name")                                                              \
	X(REMOTE_SHARED, "remote_shared")

enum nsc_label {
#define X(id, key) NSC_LABEL_##id,
	NSC_LABELS(X)
#undef X
	NSC_LABEL_COUNT
};

/* The labels that are the conversation's name. */
static inline bool
nsc_label_is_name(enum nsc_label id)
{
	return id == NSC_LABEL_TLS_SNI || id == NSC_LABEL_HTTP_HOST || id == NSC_LABEL_DTLS_SNI;
}

#endif
