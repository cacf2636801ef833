/* SPDX-License-Identifier: MIT */
/* The head of an HTTP/1 message: start line and the fields that frame it (RFC 9112). */
#ifndef NSC_DISSECT_HTTP_HEAD_H
#define NSC_DISSECT_HTTP_HEAD_H

#include "dissect/http_start.h"

struct nsc_dissector;

enum nsc_http_upgrade {
	NSC_HTTP_TO_NOTHING,
	NSC_HTTP_TO_WEBSOCKET, /* RFC 6455, 4.2.2 */
	NSC_HTTP_TO_H2C,       /* RFC 7540, 3.2 */
};

struct nsc_http_head {
	struct nsc_text method; /* empty in a response; borrowed from the wire */
	struct nsc_text host;   /* with its port if it has one; borrowed from the wire */
	uint16_t status;        /* 0 in a request */
	uint8_t version;        /* 10 or 11; of a request without one 10 */
	bool chunked;
	bool coded;      /* otherwise: only the connection's end ends the body */
	uint8_t upgrade; /* nsc_http_upgrade */
	bool sized;      /* length holds */
	uint64_t length; /* Content-Length */
	const struct nsc_dissector *product; /* of a response: the application, or NULL */
};

/* A field's name, or a value that is a token, without regard to case. */
bool nsc_http_is(struct nsc_text t, const char *name);

/*
 * Octets up to and with the first empty line of b, or 0; *from: where to look from
 * on, and where to go on with more octets.
 */
size_t nsc_http_head_end(const struct nsc_bytes *b, uint32_t *from);

/*
 * Reads a head.  The octets up to and with its empty line; 0: it is not whole
 * (then h holds what its whole lines say); -EPROTO: the start line is none.
 */
int nsc_http_head(struct nsc_http_head *h, struct nsc_bytes b);

#endif
