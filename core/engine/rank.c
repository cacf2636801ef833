/* SPDX-License-Identifier: MIT */
/* The choice of rows by decayed sums, with two thresholds against flapping. */
#include <string.h>

#include "engine/rank.h"

/* A read's weight halves in 6.6 reads: a minute at an interval of ten seconds. */
static const double decay = 0.9;

/* A shown row gives way to one twice as busy, and not before it was told so many times. */
static const double busier = 2;
enum { DWELL = 6 };

int
nsc_rank_row(struct nsc_rank *r, const char *token)
{
	int spare = -1, least = -1;
	unsigned i;

	for (i = 0; i < r->size; i++) {
		struct nsc_rank_row *row = &r->row[i];

		if (strcmp(row->token, token) == 0)
			return (int)i;
		if (row->token[0] == '\0') {
			spare = (int)i;
			break; /* rows are never freed: nothing is behind the first free one
				*/
		}
		if (row->absent > 0 && !row->present && !row->shown &&
		    (spare < 0 || row->absent > r->row[spare].absent))
			spare = (int)i;
		if (!row->shown && !row->pinned && row->increment == 0 &&
		    (least < 0 || row->score < r->row[least].score))
			least = (int)i;
	}
	/* Names pass by: what is told in `other` anyway, and did nothing now, has no claim to its place. */
	if (spare < 0)
		spare = least;
	if (spare < 0)
		return -1;
	memset(&r->row[spare], 0, sizeof r->row[spare]);
	memcpy(r->row[spare].token, token, strnlen(token, NSC_TOKEN - 1));
	r->row[spare].renewed = true;
	return spare;
}

/* A row that went away is told once more if it did something before it went. */
static bool
eligible(const struct nsc_rank_row *row)
{
	return row->present || (row->shown && row->increment > 0);
}

unsigned
nsc_rank_candidates(const struct nsc_rank *r)
{
	unsigned i, n = 0;

	for (i = 0; i < r->size; i++)
		n += eligible(&r->row[i]) && !r->row[i].pinned;
	return n;
}

static void
take_in(struct nsc_rank *r)
{
	unsigned i;

	for (i = 0; i < r->size; i++) {
		struct nsc_rank_row *row = &r->row[i];

		row->score = row->score * decay + row->increment;
		row->absent = row->present ? 0 : row->absent + 1;
		row->age++;
		if (!eligible(row))
			row->shown = false;
		else if (row->pinned)
			row->shown = true;
	}
}

/* The busiest hidden row, or the least busy shown one that was told often enough; NULL if none. */
static struct nsc_rank_row *
extreme(struct nsc_rank *r, bool shown, unsigned dwell)
{
	struct nsc_rank_row *found = NULL;
	unsigned i;

	for (i = 0; i < r->size; i++) {
		struct nsc_rank_row *row = &r->row[i];

		if (row->pinned || row->shown != shown || !eligible(row) ||
		    (shown && row->age < dwell))
			continue;
		if (found == NULL ||
		    (shown ? row->score <= found->score : row->score > found->score))
			found = row;
	}
	return found;
}

static void
show(struct nsc_rank_row *row, bool shown)
{
	row->shown = shown;
	row->age = 0;
}

void
nsc_rank_choose(struct nsc_rank *r, unsigned limit)
{
	struct nsc_rank_row *best, *weakest;
	unsigned i, shown = 0;

	take_in(r);
	for (i = 0; i < r->size; i++)
		shown += r->row[i].shown && !r->row[i].pinned;
	for (; shown > limit; shown--)
		show(extreme(r, true, 0), false);
	for (; shown < limit && (best = extreme(r, false, 0)) != NULL; shown++)
		show(best, true);
	while ((best = extreme(r, false, 0)) != NULL &&
	       (weakest = extreme(r, true, DWELL)) != NULL &&
	       best->score > busier * weakest->score) {
		show(weakest, false);
		show(best, true);
	}
	r->hidden = 0;
	for (i = 0; i < r->size; i++) {
		r->hidden += r->row[i].present && !r->row[i].shown;
		r->row[i].increment = 0;
	}
}

void
nsc_rank_share(unsigned *limit, const unsigned *cost, unsigned sets, unsigned room)
{
	unsigned i, sum, largest;

	for (;;) {
		for (i = 0, sum = 0, largest = 0; i < sets; i++) {
			sum += limit[i] * cost[i];
			if (limit[i] * cost[i] > limit[largest] * cost[largest])
				largest = i;
		}
		if (sum <= room || limit[largest] == 0)
			return;
		limit[largest]--;
	}
}
