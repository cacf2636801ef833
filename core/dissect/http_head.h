/* SPDX-License-Identifier: MIT */
/* The head of an HTTP/1 message: start line and the fields that frame it (RFC 9112). */
#ifndef NSC_DISSECT_HTTP_HEAD_H
#define NSC_DISSECT_HTTP_HEAD_H

#include "base/bytes.h"
#include "dissect/event.h"

enum {
	NSC_HTTP_HEAD_MAX = 65535, /* octets of a head */
	NSC_HTTP_METHOD_MAX = 24,
};

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

/* Octets of the line at b with its LF, or 0 if there is no LF yet. */
size_t nsc_http_line(const struct nsc_bytes *b);

/*
 * Octets up to and with the first empty line of b, or 0; *from: where to look from
 * on, and where to go on with more octets.
 */
size_t nsc_http_head_end(const struct nsc_bytes *b, uint32_t *from);

/*
 * Is the start of b that of a request (of a method of the IANA registry, WebDAV
 * and its kin) or a response?  NSC_MORE: it may become one.
 */
enum nsc_http_start {
	NSC_HTTP_NO,
	NSC_HTTP_MAYBE,
	NSC_HTTP_REQUEST,
	NSC_HTTP_RESPONSE,
};
enum nsc_http_start nsc_http_start(struct nsc_bytes b);

/* It may begin with a method, known or not: a blank or a line's end comes soon enough. */
bool nsc_http_method_perhaps(struct nsc_bytes b);

/* A line whose last word is, or may still become, the version, behind a method that need not be known. */
bool nsc_http_version_last(struct nsc_bytes b);

/* A known method and a blank, whatever follows. */
bool nsc_http_method_first(struct nsc_bytes b);

/*
 * Reads a head.  The octets up to and with its empty line; 0: it is not whole
 * (then h holds what its whole lines say); -EPROTO: the start line is none.
 */
int nsc_http_head(struct nsc_http_head *h, struct nsc_bytes b);

#endif
