/* SPDX-License-Identifier: MIT */
/* What is there, then what went. */
#include "engine/listen_told.h"

static void
tell_gone(void *arg, const struct nsc_listen_row *before, const struct nsc_listen_row *after)
{
	struct nsc_listen_told *t = arg;

	(void)after;			/* it is among those that are there */
	if (before != NULL)
		nsc_listen_row_text(before, t->text[t->count++]);
}

void
nsc_listen_told_read(struct nsc_listen_told *t, struct nsc_ledgers *l)
{
	t->before = t->now;
	if (l->listen != NULL)
		l->listen(l->arg, &t->now);
	for (t->count = 0; t->count < t->now.count; t->count++)
		nsc_listen_row_text(&t->now.row[t->count], t->text[t->count]);
	t->present = t->count;
	nsc_listen_rows_compare(&t->before, &t->now, tell_gone, t);
}
