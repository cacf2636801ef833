/* SPDX-License-Identifier: MIT */
/*
 * Log-linear cells: cell 0 is below 1 us, then 16 equal cells in each doubling,
 * and the last is everything above.  An octave's cells are 1/16 of its lower end
 * wide, so that the middle is wrong by at most 1/32 of the true value.
 */
#include "ledger/histogram.h"

#define UNIT_NS UINT64_C(1000)	/* where the first octave begins: 1 us */

unsigned
nsc_histogram_cell(uint64_t ns)
{
	uint64_t units = ns / UNIT_NS;
	unsigned octave;

	if (units == 0)
		return 0;
	octave = 63u - (unsigned)__builtin_clzll(units);
	if (octave >= NSC_HISTOGRAM_OCTAVES)
		return NSC_HISTOGRAM_CELLS - 1;
	/* Shifted first, so that all divisions are by a constant. */
	ns = (ns - (UNIT_NS << octave)) * NSC_HISTOGRAM_SUB >> octave;
	return 1 + octave * NSC_HISTOGRAM_SUB + (unsigned)(ns / UNIT_NS);
}

double
nsc_histogram_value(unsigned cell)
{
	unsigned octave, sub;

	if (cell == 0)
		return (double)UNIT_NS / 2;
	if (cell >= NSC_HISTOGRAM_CELLS - 1)
		return (double)(UNIT_NS << NSC_HISTOGRAM_OCTAVES);
	octave = (cell - 1) / NSC_HISTOGRAM_SUB;
	sub = (cell - 1) % NSC_HISTOGRAM_SUB;
	return (double)(UNIT_NS << octave) * (1 + (sub + 0.5) / NSC_HISTOGRAM_SUB);
}

/* A cell that fell belongs to a histogram that began again: all of it is new. */
static uint64_t
increase(const uint64_t *now, const uint64_t *before, unsigned cell)
{
	if (before == NULL || now[cell] < before[cell])
		return now[cell];
	return now[cell] - before[cell];
}

double
nsc_histogram_quantile(const uint64_t *now, const uint64_t *before, double q)
{
	double total = 0, below = 0;	/* not u64: sums of untrusted cells must not wrap */
	unsigned i;

	for (i = 0; i < NSC_HISTOGRAM_CELLS; i++)
		total += (double)increase(now, before, i);
	if (total == 0)
		return -1;
	for (i = 0; i < NSC_HISTOGRAM_CELLS - 1; i++) {
		below += (double)increase(now, before, i);
		if (below > 0 && below >= q * total)
			break;
	}
	return nsc_histogram_value(i);
}
