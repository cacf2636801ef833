/* SPDX-License-Identifier: MIT */
/*
 * What is left of a message whose length is known: it is passed unseen but for its last octet,
 * so that the time of its end is known.
 */
#ifndef NSC_DISSECT_REST_H
#define NSC_DISSECT_REST_H

#include "dissect/dissector.h"

/* Passes what is there of *left octets.  True: all of them have been. */
static inline bool
nsc_rest_pass(uint64_t *left, struct nsc_bytes *b, struct nsc_wish *wish)
{
	uint64_t there = nsc_bytes_left(b), n = *left < there ? *left : there;

	nsc_bytes_skip(b, (size_t)n);
	*left -= n;
	if (*left > 1) {
		wish->skip = *left - 1;
		*left = 1;
	}
	return *left == 0;
}

#endif
