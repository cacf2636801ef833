/* SPDX-License-Identifier: MIT */
/* The fixed text with which some protocols begin. */
#ifndef NSC_DISSECT_OPENING_H
#define NSC_DISSECT_OPENING_H

#include "dissect/dissector.h"

/*
 * NSC_DONE if the octets begin with the pattern, in which \1 is any decimal digit; NSC_MORE
 * if what is there of it does.
 */
static inline enum nsc_verdict
nsc_opening(const struct nsc_bytes *b, const char *pattern)
{
	size_t left = nsc_bytes_left(b), i;

	for (i = 0; pattern[i] != '\0' && i < left; i++)
		if (pattern[i] == '\1' ? b->p[i] < '0' || b->p[i] > '9'
				       : b->p[i] != (uint8_t)pattern[i])
			return NSC_NOT_MINE;
	return pattern[i] == '\0' ? NSC_DONE : NSC_MORE;
}

#endif
