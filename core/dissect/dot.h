/* SPDX-License-Identifier: MIT */
/*
 * Texts that end with a line of a dot alone (RFC 5321, 4.1.1.4; RFC 1939, 3): messages behind
 * SMTP's DATA, POP3's replies of several lines.  Only CR LF ends a line.
 */
#ifndef NSC_DISSECT_DOT_H
#define NSC_DISSECT_DOT_H

#include <string.h>

#include "base/bytes.h"

enum nsc_dot {
	NSC_DOT_NONE,		/* no text */
	NSC_DOT_LINE_START,	/* behind CR LF */
	NSC_DOT_IN_LINE,
	NSC_DOT_CR,		/* behind a line's CR */
	NSC_DOT_DOT, NSC_DOT_DOT_CR,	/* behind CR LF and these */
};

/* Passes what is there of the text.  True: its end has come; *dot is NSC_DOT_NONE. */
static inline bool
nsc_dot_pass(uint8_t *dot, struct nsc_bytes *b)
{
	while (nsc_bytes_left(b) > 0) {
		uint8_t c;

		if (*dot == NSC_DOT_IN_LINE) {
			const uint8_t *cr = memchr(b->p, '\r', nsc_bytes_left(b));

			nsc_bytes_skip(b, cr != NULL ? (size_t)(cr - b->p) : nsc_bytes_left(b));
			if (cr == NULL)
				return false;
		}
		c = nsc_bytes_u8(b);
		if (*dot == NSC_DOT_DOT_CR && c == '\n') {
			*dot = NSC_DOT_NONE;
			return true;
		}
		if (*dot == NSC_DOT_LINE_START && c == '.')
			*dot = NSC_DOT_DOT;
		else if (*dot == NSC_DOT_DOT && c == '\r')
			*dot = NSC_DOT_DOT_CR;
		else if (c == '\r')
			*dot = NSC_DOT_CR;
		else
			*dot = *dot == NSC_DOT_CR && c == '\n' ? NSC_DOT_LINE_START
							      : NSC_DOT_IN_LINE;
	}
	return false;
}

#endif
