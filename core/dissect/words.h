/* SPDX-License-Identifier: MIT */
/* Words of a protocol and what they count as: short lists, searched without regard to case. */
#ifndef NSC_DISSECT_WORDS_H
#define NSC_DISSECT_WORDS_H

#include "base/bytes.h"

struct nsc_word_row {
	const char *word;		/* lower-case */
	uint8_t value;
};

/* The value of the word that is all of b, or `none`; the list is in strcmp's order. */
unsigned nsc_word_value(const struct nsc_word_row *list, size_t count, const struct nsc_bytes *b,
			unsigned none);

#endif
