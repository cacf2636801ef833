/* SPDX-License-Identifier: MIT */
/* Filter, order, mark. */
#include <stdlib.h>

#include "top_list.h"

void
top_list_init(struct top_list *l, const struct top_view *v)
{
	*l = (struct top_list){.sort = v->sort};
}

void
top_list_free(struct top_list *l)
{
	free(l->row);
	l->row = NULL;
}

#define SECOND 1000000000ull

struct order {
	const struct top_column *column;
	bool falling;
};

/* `other` and `unknown` are below what has a name; equal rows keep their order. */
static int
compare(const void *x, const void *y, void *arg)
{
	const struct top_row *a = *(const struct top_row *const *)x;
	const struct top_row *b = *(const struct top_row *const *)y;
	const struct order *o = arg;
	int n = o->column->compare(a, b);

	if (n != 0)
		return o->falling ? -n : n;
	if (a->rest != b->rest)
		return a->rest ? 1 : -1;
	if (top_rate(a) != top_rate(b))
		return top_rate(a) > top_rate(b) ? -1 : 1;
	/* What fades sinks. */
	if (a->closed != b->closed)
		return a->closed ? 1 : -1;
	if (a->idle / SECOND != b->idle / SECOND)
		return a->idle < b->idle ? -1 : 1;
	if (top_octets(a) != top_octets(b))
		return top_octets(a) > top_octets(b) ? -1 : 1;
	return a->id < b->id ? -1 : a->id > b->id;
}

/* The mark follows its row; if that has gone, it stays where it was. */
static void
find_mark(struct top_list *l)
{
	for (size_t i = 0; l->id != 0 && i < l->count; i++)
		if (l->row[i]->id == l->id) {
			l->marked = i;
			return;
		}
	top_list_move(l, 0);
}

bool
top_list_make(struct top_list *l, const struct top_view *v, const struct top_table *t)
{
	struct order o = {&v->column[l->sort], v->column[l->sort].falling != l->turned};

	l->count = 0;
	if (t->count > l->room) {
		const struct top_row **more = realloc(l->row, t->count * sizeof *more);

		if (more == NULL)
			return false;
		l->row = more;
		l->room = t->count;
	}
	for (size_t i = 0; i < t->count; i++)
		if (top_filter_match(&l->filter, &t->row[i]))
			l->row[l->count++] = &t->row[i];
	if (l->count > 1)
		qsort_r(l->row, l->count, sizeof *l->row, compare, &o);
	find_mark(l);
	return true;
}

void
top_list_move(struct top_list *l, long by)
{
	long at = (long)l->marked + by, last = (long)l->count - 1;

	l->marked = (size_t)(at > last ? (last > 0 ? last : 0) : at < 0 ? 0 : at);
	/* On top without having been moved it stays on top. */
	if (by != 0)
		l->id = l->marked > 0 && l->marked < l->count ? l->row[l->marked]->id : 0;
}

void
top_list_scroll(struct top_list *l, size_t lines)
{
	if (l->marked < l->first)
		l->first = l->marked;
	if (lines > 0 && l->marked >= l->first + lines)
		l->first = l->marked - lines + 1;
	if (l->count <= lines)
		l->first = 0;
	else if (l->first > l->count - lines)
		l->first = l->count - lines;
}

void
top_list_sort(struct top_list *l, const struct top_view *v, int by)
{
	l->sort = (unsigned)((int)l->sort + (int)v->columns + by) % v->columns;
	l->turned = false;
}
