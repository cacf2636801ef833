/* SPDX-License-Identifier: MIT */
/*
 * Which rows are shown: words that all must match; "ngin" anywhere in a row, "key:word" in
 * one field, "key=word" that field and nothing else, "!..." not; "..." keeps spaces.
 */
#ifndef NSC_CLI_TOP_FILTER_H
#define NSC_CLI_TOP_FILTER_H

#include "top_rows.h"

enum { TOP_FILTER_TEXT = 160, TOP_FILTER_TERMS = 16, TOP_FILTER_WORD = 96 };

struct top_term {
	bool negative, exact;
	int key;			/* into the table of keys; -1: any field */
	char word[TOP_FILTER_WORD];
};

struct top_filter {
	char text[TOP_FILTER_TEXT];	/* as it was typed */
	struct top_term term[TOP_FILTER_TERMS];
	unsigned terms;
	char error[80];			/* "" or what is wrong, for a person; the term is left out */
};

/* Never fails: what is not understood is named in error. */
void top_filter_parse(struct top_filter *f, const char *text);
bool top_filter_match(const struct top_filter *f, const struct top_row *r);

/* Names of keys, and what they stand for; NULL behind the last one. */
const char *top_filter_key(unsigned n, const char **text);

#endif
