/* SPDX-License-Identifier: MIT */
/* The chunked transfer coding (RFC 9112, 7.1): where a body ends; its data is passed over.
 */
#ifndef NSC_DISSECT_HTTP_CHUNKED_H
#define NSC_DISSECT_HTTP_CHUNKED_H

#include "base/bytes.h"

/* All zero: a body begins. */
struct nsc_http_chunked {
	uint32_t trailers; /* octets */
	uint8_t phase;
};

enum nsc_http_chunked_step {
	NSC_HTTP_CHUNKED_MORE, /* the line at b is not whole */
	NSC_HTTP_CHUNKED_NEXT, /* a line was read; *data octets of data follow */
	NSC_HTTP_CHUNKED_END,  /* the body's last line was read */
	NSC_HTTP_CHUNKED_BROKEN,
};

/* Reads one line of b. */
enum nsc_http_chunked_step nsc_http_chunked(struct nsc_http_chunked *c, struct nsc_bytes *b,
					    uint64_t *data);

#endif
