/* SPDX-License-Identifier: MIT */
/*
 * The end of a capture: every flow is closed and retired, the oldest first, and
 * the table is empty.  As all of them go, none is taken out of anything: slots
 * and queues begin anew, and the slots' memory is where flows are put in order.
 */
#include "base/cache_line.h"
#include "flow/table.h"

enum { AHEAD = 8, DIGIT = 11, VALUES = 1 << DIGIT };

struct by_start {
	uint64_t start;
	uint32_t index;
};

_Static_assert(2 * sizeof(struct by_start) <= NSC_SLOTS_ENTRY, "room for both turns of the sort");

/* Stable: moves a to b by one digit. */
static void
sort_by_digit(const struct by_start *a, struct by_start *b, uint32_t n, unsigned shift)
{
	uint32_t place[VALUES] = {0}, before = 0;

	for (uint32_t i = 0; i < n; i++)
		place[a[i].start >> shift & (VALUES - 1)]++;
	for (unsigned v = 0; v < VALUES; v++) {
		uint32_t here = place[v];

		place[v] = before;
		before += here;
	}
	for (uint32_t i = 0; i < n; i++)
		b[place[a[i].start >> shift & (VALUES - 1)]++] = a[i];
}

/* Least significant digit first; one in which all agree needs no turn.  The sorted one of both. */
static struct by_start *
sort_by_start(struct by_start *a, struct by_start *b, uint32_t n)
{
	uint64_t differ = 0;

	for (uint32_t i = 1; i < n; i++)
		differ |= a[i].start ^ a[0].start;
	for (unsigned shift = 0; shift < 64; shift += DIGIT) {
		struct by_start *from = a;

		if ((differ >> shift & (VALUES - 1)) == 0)
			continue;
		sort_by_digit(from, b, n, shift);
		a = b;
		b = from;
	}
	return a;
}

void
nsc_flow_finish(struct nsc_flow_table *t, uint64_t now)
{
	struct by_start *a = t->slots.memory;
	uint32_t n = 0;

	nsc_flow_advance(t, now);
	for (uint32_t i = 1; i <= t->used; i++)
		if (t->entry[i].rank != NSC_RANK_FREE)
			a[n++] = (struct by_start){t->entry[i].start, i};
	a = sort_by_start(a, a + n, n);
	for (uint32_t i = 0; i < n; i++) {
		const struct nsc_flow *ahead = &t->entry[a[i + AHEAD < n ? i + AHEAD : i].index];

		nsc_lines_fetch(ahead, sizeof *ahead / NSC_LINE);
		nsc_life_close(t, &t->entry[a[i].index], NSC_END_EOF, NSC_FAILURE_NONE, t->clock);
		nsc_life_leave(t, &t->entry[a[i].index]);
	}
	nsc_life_empty(t);
}
