/* SPDX-License-Identifier: MIT */
#include "dissect/words.h"

/* As strcmp, of a list's word and octets of which A to Z are a to z. */
static int
compare(const char *word, const struct nsc_bytes *b)
{
	size_t left = nsc_bytes_left(b), i;

	for (i = 0; i < left; i++) {
		uint8_t c = b->p[i];

		if (c >= 'A' && c <= 'Z')
			c |= 0x20;
		if ((uint8_t)word[i] != c || c == '\0')	/* a word ends before its octets do */
			return (uint8_t)word[i] < c || word[i] == '\0' ? -1 : 1;
	}
	return word[i] == '\0' ? 0 : 1;
}

unsigned
nsc_word_value(const struct nsc_word_row *list, size_t count, const struct nsc_bytes *b, unsigned none)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int order = compare(list[mid].word, b);

		if (order == 0)
			return list[mid].value;
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return none;
}
