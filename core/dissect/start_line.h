/* SPDX-License-Identifier: MIT */
/* First lines of messages made like HTTP's, of protocols with a version of their own. */
#ifndef NSC_DISSECT_START_LINE_H
#define NSC_DISSECT_START_LINE_H

#include "dissect/dissector.h"

enum { NSC_START_LINE_MAX = 4096, NSC_START_LINE_METHOD = 20 };

/*
 * "METHOD URI VERSION" or "VERSION 200 ", ended by CR LF.  NSC_MORE: it may become one.
 */
static inline enum nsc_verdict
nsc_start_line(const struct nsc_bytes *b, const char *version)
{
	size_t left = nsc_bytes_left(b), n = strlen(version), i;
	const uint8_t *end, *blank;

	if (left == 0 || memcmp(b->p, version, left < n ? left : n) == 0) {
		if (left < n + 5)
			return NSC_MORE;
		return b->p[n] == ' ' && b->p[n + 1] >= '1' && b->p[n + 1] <= '6' &&
				       b->p[n + 4] == ' '
			       ? NSC_DONE
			       : NSC_NOT_MINE;
	}
	for (i = 0; i < left && b->p[i] != ' '; i++)
		if (i == NSC_START_LINE_METHOD ||
		    !((b->p[i] >= 'A' && b->p[i] <= 'Z') || b->p[i] == '_'))
			return NSC_NOT_MINE;
	end = memchr(b->p, '\n', left);
	if (end == NULL)
		return left < NSC_START_LINE_MAX ? NSC_MORE : NSC_NOT_MINE;
	if (i < 3 || (size_t)(end - b->p) < i + n + 4 || end[-1] != '\r')
		return NSC_NOT_MINE;
	blank = end - 1 - n - 1;
	return *blank == ' ' && memcmp(blank + 1, version, n) == 0 ? NSC_DONE : NSC_NOT_MINE;
}

#endif
