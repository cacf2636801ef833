/* SPDX-License-Identifier: MIT */
/*
 * Log-linear histograms of nanoseconds: 16 cells an octave from 1 us up to
 * 134 s, so that a quantile is wrong by at most 1/32 (3.2 %) of the sample at its
 * rank, ceil(q * samples).  Below 1 us it is 0.5 us, above 134 s it is 134 s.
 * Cumulative: a reader subtracts what it saw before.
 */
#ifndef NSC_LEDGER_HISTOGRAM_H
#define NSC_LEDGER_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

enum {
	NSC_HISTOGRAM_SUB = 16,			/* cells an octave */
	NSC_HISTOGRAM_OCTAVES = 27,		/* 1 us * 2^27 = 134 s */
	NSC_HISTOGRAM_CELLS = NSC_HISTOGRAM_SUB * NSC_HISTOGRAM_OCTAVES + 2,	/* below, above */
};

/* The cell that counts ns. */
unsigned nsc_histogram_cell(uint64_t ns);

/* The middle of a cell, in ns. */
double nsc_histogram_value(unsigned cell);

/*
 * The q-quantile (0 < q <= 1) in ns of the samples between two states of one
 * histogram (before NULL: of all); negative if there are none.
 */
double nsc_histogram_quantile(const uint64_t *now, const uint64_t *before, double q);

#endif
