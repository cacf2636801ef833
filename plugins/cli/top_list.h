/* SPDX-License-Identifier: MIT */
/*
 * What of a table is shown: rows that the filter lets through, in order, one of them marked.
 * The mark stays with its row when others come before it.
 */
#ifndef NSC_CLI_TOP_LIST_H
#define NSC_CLI_TOP_LIST_H

#include "top_columns.h"
#include "top_filter.h"

struct top_list {
	struct top_filter filter;
	unsigned sort;			/* column */
	bool turned;			/* the other way round */
	const struct top_row **row;	/* borrowed from the table; until it changes */
	size_t count, room;
	size_t marked, first;		/* the row with the mark; the topmost one on the screen */
	uint64_t id;			/* of the marked row; 0: it has not been moved */
};

void top_list_init(struct top_list *l, const struct top_view *v);
void top_list_free(struct top_list *l);

/* Anew of the table.  False: no memory, nothing is shown. */
bool top_list_make(struct top_list *l, const struct top_view *v, const struct top_table *t);

/* Moves the mark by so many rows, and what is seen of the list, of which `lines` lines are. */
void top_list_move(struct top_list *l, long by);
void top_list_scroll(struct top_list *l, size_t lines);

/* The next column to sort by, or the one before. */
void top_list_sort(struct top_list *l, const struct top_view *v, int by);

#endif
