/* SPDX-License-Identifier: MIT */
/* The columns of each view: what they show, how wide they are, how rows are sorted by them. */
#ifndef NSC_CLI_TOP_COLUMNS_H
#define NSC_CLI_TOP_COLUMNS_H

#include "text.h"
#include "top_rows.h"

enum top_look {				/* how a cell looks; top_screen.c knows how that is done */
	TOP_PLAIN, TOP_BOLD, TOP_FAINT, TOP_FAINTER, TOP_GOOD, TOP_MIND, TOP_BAD, TOP_ACCENT,
	TOP_HEAD, TOP_HEAD_SORTED, TOP_TAB, TOP_CHOSEN, TOP_KEY,
	TOP_LOOKS
};

enum { TOP_COLUMNS = 18 };

struct top_layout;

struct top_column {
	const char *title;
	uint8_t least, most;		/* columns of the terminal */
	uint8_t rank;			/* 1 is always there; then by rank as far as there is room */
	bool right;			/* numbers */
	/* In at most `width` printable columns. */
	const char *(*text)(const struct top_row *r, const struct top_layout *l, unsigned width,
			    char text[TEXT_FIELD]);
	int (*compare)(const struct top_row *a, const struct top_row *b);	/* NULL: not sorted by */
	bool falling;			/* the greatest first */
	enum top_look (*look)(const struct top_row *r);	/* NULL: the row's */
};

struct top_view {
	const char *title;		/* on its tab */
	const struct top_column *column;
	unsigned columns;
	unsigned sort;			/* sorted by this one at first */
	const char *key;		/* of a filter that finds a row's connections; NULL: none */
	const char *empty;		/* what a table without rows says */
};

const struct top_view *top_view(enum top_table_id t);

struct top_layout {			/* a view in a terminal of so many columns */
	unsigned width;
	uint8_t columns[TOP_COLUMNS];	/* widths; 0: there is no room for it */
	double all;			/* octets/s of all rows, for shares */
	bool named, with_proto;		/* names, protocols have a column of their own */
};

/* Fills the widths: never more than `width` in all, with a space between columns. */
void top_layout_make(struct top_layout *l, const struct top_view *v, unsigned width);

#endif
