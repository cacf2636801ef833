/* SPDX-License-Identifier: MIT */
/*
 * The end of a capture: every flow is closed and retired, the oldest first, and
 * the table is empty.  As all of them go, none is taken out of anything: slots
 * and queues begin anew.
 */
#include "flow/memory.h"
#include "flow/table.h"

enum { LINE = 64, AHEAD = 8, DIGITS = 8, VALUES = 256 };

struct by_start {
	uint64_t start;
	uint32_t index;
};

static unsigned
digit(uint64_t start, unsigned d)
{
	return start >> 8 * d & (VALUES - 1);
}

/* Least significant digit first; one in which all agree needs no turn.  The sorted one of both. */
static struct by_start *
sort_by_start(struct by_start *a, struct by_start *b, uint32_t n)
{
	uint32_t place[DIGITS][VALUES] = {0};

	for (uint32_t i = 0; i < n; i++)
		for (unsigned d = 0; d < DIGITS; d++)
			place[d][digit(a[i].start, d)]++;
	for (unsigned d = 0; d < DIGITS; d++) {
		struct by_start *sorted = b;
		uint32_t before = 0;

		if (place[d][digit(a[0].start, d)] == n)
			continue;
		for (unsigned v = 0; v < VALUES; v++) {
			uint32_t here = place[d][v];

			place[d][v] = before;
			before += here;
		}
		for (uint32_t i = 0; i < n; i++)
			b[place[d][digit(a[i].start, d)]++] = a[i];
		b = a;
		a = sorted;
	}
	return a;
}

static void
finish_one(struct nsc_flow_table *t, uint32_t i, uint64_t now)
{
	nsc_life_close(t, &t->entry[i], NSC_END_EOF, NSC_FAILURE_NONE, now);
	nsc_life_leave(t, &t->entry[i]);
}

void
nsc_flow_finish(struct nsc_flow_table *t, uint64_t now)
{
	size_t size = 2 * ((size_t)t->stats.entries + 1) * sizeof(struct by_start);
	struct by_start *room = nsc_reserve_large(size), *a = room;
	uint32_t n = 0;

	nsc_flow_advance(t, now);
	for (uint32_t i = 1; i <= t->used; i++) {
		if (t->entry[i].rank == NSC_RANK_FREE)
			continue;
		if (room != NULL)
			a[n++] = (struct by_start){t->entry[i].start, i};
		else
			finish_one(t, i, t->clock);
	}
	if (n > 0)
		a = sort_by_start(room, room + n, n);
	for (uint32_t i = 0; i < n; i++) {
		const char *line = (const char *)&t->entry[a[i + AHEAD < n ? i + AHEAD : i].index];

		__builtin_prefetch(line, 1);
		__builtin_prefetch(line + LINE, 1);
		__builtin_prefetch(line + 2 * LINE, 1);
		finish_one(t, a[i].index, t->clock);
	}
	nsc_unreserve(room, size);
	nsc_life_empty(t);
}
