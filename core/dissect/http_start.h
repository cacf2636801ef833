/* SPDX-License-Identifier: MIT */
/* The start line of an HTTP/1 message (RFC 9112, 3 and 4): what begins with one, and what it says. */
#ifndef NSC_DISSECT_HTTP_START_H
#define NSC_DISSECT_HTTP_START_H

#include "base/bytes.h"
#include "dissect/event.h"

enum {
	NSC_HTTP_HEAD_MAX = 65535, /* octets of a head */
	NSC_HTTP_METHOD_MAX = 24,
};

struct nsc_http_start_line {
	struct nsc_text method; /* empty in a response; borrowed from the wire */
	struct nsc_text target; /* of a request, with the blanks around it; borrowed from the wire */
	uint16_t status;        /* 0 in a request */
	uint8_t version;        /* 10 to 19; 0: of a request without one */
};

/* Octets of the line at b with its LF, or 0 if there is no LF yet. */
size_t nsc_http_line(const struct nsc_bytes *b);

/*
 * Is the start of b that of a request (of a method of the IANA registry, WebDAV
 * and its kin) or a response?  NSC_HTTP_MAYBE: it may become one.
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

/* Reads a line without its end.  0, or -EPROTO: it is no start line. */
int nsc_http_start_line(struct nsc_http_start_line *l, struct nsc_bytes line);

#endif
