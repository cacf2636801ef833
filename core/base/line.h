/* SPDX-License-Identifier: MIT */
/* Text in octets: lines and decimal numbers, for protocols that are made of them. */
#ifndef NSC_BASE_LINE_H
#define NSC_BASE_LINE_H

#include "base/bytes.h"

/* The next line, without its LF or CR LF, which go too.  False: its LF is not there, nothing moves. */
static inline bool
nsc_bytes_line(struct nsc_bytes *b, struct nsc_bytes *line)
{
	size_t left = nsc_bytes_left(b);
	const uint8_t *lf = left > 0 ? memchr(b->p, '\n', left) : NULL;

	if (lf == NULL)
		return false;
	*line = nsc_bytes_sub(b, (size_t)(lf - b->p));
	if (nsc_bytes_left(line) > 0 && line->end[-1] == '\r')
		line->end--;
	nsc_bytes_skip(b, 1);
	return true;
}

/*
 * The number that all of b is, in digits.  -1: it is none, or longer than one of up to `most` can
 * be: before its last digit it is more than most / 10.
 */
static inline int64_t
nsc_bytes_decimal(struct nsc_bytes b, int64_t most)
{
	int64_t n = 0;

	if (nsc_bytes_left(&b) == 0)
		return -1;
	while (nsc_bytes_left(&b) > 0) {
		uint8_t c = nsc_bytes_u8(&b);

		if (c < '0' || c > '9' || n > most / 10)
			return -1;
		n = n * 10 + (c - '0');
	}
	return n;
}

#endif
