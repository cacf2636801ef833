/* SPDX-License-Identifier: MIT */
/* Chunked bodies, line by line. */
#include "dissect/http_chunked.h"
#include "dissect/http_head.h"

enum {
	LINE_MAX_OCTETS = 4096, /* RFC 9112, 7.1.1: extensions must have a limit */
	TRAILERS_MAX = 65536,
};

enum phase {
	SIZE,
	DATA_END, /* the end of line behind a chunk's data */
	TRAILERS,
};

static int
digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Hexadecimal digits at the start of the line; false if there are none, or too many. */
static bool
read_size(const uint8_t *line, size_t len, uint64_t *size)
{
	size_t n = 0;

	*size = 0;
	for (; n < len && digit(line[n]) >= 0; n++) {
		if (n == 15)
			return false;
		*size = *size << 4 | (uint64_t)digit(line[n]);
	}
	return n > 0 && n < len && line[n] != 0 && strchr(";\r\n \t", line[n]) != NULL;
}

static bool
is_empty(const uint8_t *line, size_t len)
{
	return len == 1 || (len == 2 && line[0] == '\r');
}

enum nsc_http_chunked_step
nsc_http_chunked(struct nsc_http_chunked *c, struct nsc_bytes *b, uint64_t *data)
{
	size_t n = nsc_http_line(b);
	const uint8_t *line = nsc_bytes_take(b, n);

	if (n == 0)
		return nsc_bytes_left(b) > LINE_MAX_OCTETS ? NSC_HTTP_CHUNKED_BROKEN
							   : NSC_HTTP_CHUNKED_MORE;
	*data = 0;
	switch (c->phase) {
	case SIZE:
		if (!read_size(line, n, data))
			return NSC_HTTP_CHUNKED_BROKEN;
		c->phase = *data > 0 ? DATA_END : TRAILERS;
		return NSC_HTTP_CHUNKED_NEXT;
	case DATA_END:
		c->phase = SIZE;
		return is_empty(line, n) ? NSC_HTTP_CHUNKED_NEXT : NSC_HTTP_CHUNKED_BROKEN;
	default:
		c->trailers += (uint32_t)n;
		if (is_empty(line, n))
			return NSC_HTTP_CHUNKED_END;
		return c->trailers > TRAILERS_MAX ? NSC_HTTP_CHUNKED_BROKEN
						  : NSC_HTTP_CHUNKED_NEXT;
	}
}
