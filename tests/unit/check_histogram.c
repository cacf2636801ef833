/* SPDX-License-Identifier: MIT */
/* Quantiles of the cells against exact ones of the same samples, computed here by sorting. */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/histogram.h"
#include "suite.h"

enum { SAMPLES = 20000 };

static uint64_t
random_bits(uint64_t *state)
{
	*state ^= *state << 13;		/* xorshift64 (Marsaglia 2003) */
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static double
uniform(uint64_t *state)
{
	return ((double)(random_bits(state) >> 11) + 0.5) / 9007199254740992.0;
}

static int
compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* Log-uniform, exponential, two modes, and one value. */
static uint64_t
draw(int kind, uint64_t *state)
{
	double u = uniform(state);

	switch (kind) {
	case 0:
		return (uint64_t)(1000 * pow(1e8, u));
	case 1:
		return (uint64_t)(1000 - 40e6 * log(u));
	case 2:
		return (uint64_t)(uniform(state) < 0.7 ? 150e3 + 20e3 * u : 90e6 + 60e6 * u);
	default:
		return 12345678;
	}
}

START_TEST(quantiles_are_within_a_thirtysecond)
{
	static const double q[] = {0.01, 0.25, 0.5, 0.9, 0.99, 0.999, 1.0};
	static uint64_t sample[SAMPLES], cell[NSC_HISTOGRAM_CELLS];
	uint64_t state = 0x9e3779b97f4a7c15u + (uint64_t)_i;
	unsigned i;

	memset(cell, 0, sizeof cell);
	for (i = 0; i < SAMPLES; i++) {
		sample[i] = draw(_i, &state);
		cell[nsc_histogram_cell(sample[i])]++;
	}
	qsort(sample, SAMPLES, sizeof *sample, compare);
	for (i = 0; i < sizeof q / sizeof *q; i++) {
		size_t rank = (size_t)ceil(q[i] * SAMPLES);
		double exact = (double)sample[rank - 1];
		double told = nsc_histogram_quantile(cell, NULL, q[i]);

		ck_assert_msg(fabs(told - exact) <= exact / 32 + 1, "q %g: %g, exactly %g",
			      q[i], told, exact);
	}
}
END_TEST

START_TEST(every_value_is_within_a_thirtysecond_of_its_cell)
{
	uint64_t state = 42;
	unsigned i, last = 0;

	for (i = 0; i < 100000; i++) {
		uint64_t ns = (uint64_t)(1000 * pow(1.342e8, uniform(&state)));
		double middle = nsc_histogram_value(nsc_histogram_cell(ns));

		ck_assert_msg(fabs(middle - (double)ns) <= (double)ns / 32 + 1, "%llu: %g",
			      (unsigned long long)ns, middle);
	}
	for (i = 0; i < 64; i++) {	/* cells never fall, and each middle lies in its own cell */
		unsigned cell = nsc_histogram_cell(UINT64_C(1) << i);

		ck_assert_uint_ge(cell, last);
		last = cell;
	}
	for (i = 0; i < NSC_HISTOGRAM_CELLS; i++)
		ck_assert_uint_eq(nsc_histogram_cell((uint64_t)nsc_histogram_value(i)), i);
}
END_TEST

START_TEST(edges)
{
	ck_assert_uint_eq(nsc_histogram_cell(0), 0);
	ck_assert_uint_eq(nsc_histogram_cell(999), 0);
	ck_assert_uint_eq(nsc_histogram_cell(1000), 1);
	ck_assert_uint_eq(nsc_histogram_cell(1999), 16);
	ck_assert_uint_eq(nsc_histogram_cell(2000), 17);
	ck_assert_uint_eq(nsc_histogram_cell((UINT64_C(1000) << 27) - 1), NSC_HISTOGRAM_CELLS - 2);
	ck_assert_uint_eq(nsc_histogram_cell(UINT64_C(1000) << 27), NSC_HISTOGRAM_CELLS - 1);
	ck_assert_uint_eq(nsc_histogram_cell(UINT64_MAX), NSC_HISTOGRAM_CELLS - 1);
}
END_TEST

START_TEST(an_interval_is_a_difference)
{
	static uint64_t before[NSC_HISTOGRAM_CELLS], now[NSC_HISTOGRAM_CELLS];
	double told;

	memset(before, 0, sizeof before);
	before[nsc_histogram_cell(5000000)] = 1000;
	memcpy(now, before, sizeof now);
	ck_assert(nsc_histogram_quantile(now, before, 0.5) <
		  0); /* nothing in it: no value */
	now[nsc_histogram_cell(80000)] += 10;
	told = nsc_histogram_quantile(now, before, 0.99);
	ck_assert(fabs(told - 80000) <= 0.05 * 80000);
}
END_TEST

START_TEST(hostile_cells_give_some_number)
{
	static uint64_t now[NSC_HISTOGRAM_CELLS], before[NSC_HISTOGRAM_CELLS];

	memset(now, 0xff, sizeof now);
	memset(before, 0, sizeof before);
	ck_assert(isfinite(nsc_histogram_quantile(now, before, 0.5)));
	ck_assert(isfinite(nsc_histogram_quantile(now, before, 1.0)));
	ck_assert(nsc_histogram_quantile(before, now, 0.5) < 0);
}
END_TEST

RUN_TESTS("histogram", NULL, NULL, ROWS(quantiles_are_within_a_thirtysecond, 4),
	  ONCE(every_value_is_within_a_thirtysecond_of_its_cell), ONCE(edges),
	  ONCE(an_interval_is_a_difference), ONCE(hostile_cells_give_some_number))
