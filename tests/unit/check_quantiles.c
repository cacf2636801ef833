/* SPDX-License-Identifier: MIT */
/*
 * p50, p90 and p99 of exactly one read interval: whatever the schedule, each reader is told those
 * of the samples since its own last read, computed here from the samples themselves by sorting.
 */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/ledgers.h"
#include "nsc.h"
#include "suite.h"

enum { WRITERS = 3, READERS = 4, SAMPLES = 4096, HISTOGRAMS = 6, QUANTILES = 3 };

/* Only what readers see of an engine. */
struct nsc_engine {
	struct nsc_ledgers ledgers;
	struct nsc_cells cells[WRITERS];
	struct nsc_networks networks;
};

struct nsc_ledgers *
nsc_engine_ledgers(struct nsc_engine *e)
{
	return &e->ledgers;
}

struct consumer {
	struct nsc_reader *reader;
	double told[HISTOGRAMS][QUANTILES];	/* s; of the last read; -1: not told */
	uint64_t sample[HISTOGRAMS][SAMPLES];	/* ns, since its last read */
	unsigned count[HISTOGRAMS];
};

static struct nsc_engine *engine;
static uint64_t seed;

static uint64_t
random_bits(void)
{
	seed ^= seed << 13;		/* xorshift64 */
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static unsigned
draw(unsigned below)
{
	return (unsigned)(random_bits() >> 33) % below;
}

static const struct {
	unsigned cell;
	const char *name;
	bool quiet;			/* the host's talk with itself has no quantiles */
} histogram[HISTOGRAMS] = {
	{NSC_CELL(DNS_LATENCY, 0, 0), "dns-/response_time-p", false},
	{NSC_CELL(HTTP_LATENCY, 0, 0), "http-/response_time-p", false},
	{NSC_CELL(TLS_LATENCY, 0, 0), "tls-/response_time-handshake_p", false},
	{NSC_CELL(TCP_RTT, NSC_V_SCOPE_PUBLIC, 0), "tcp-public/response_time-rtt_p", false},
	{NSC_CELL(TCP_RTT, NSC_V_SCOPE_LOOPBACK, 0), "tcp-loopback/response_time-rtt_p", true},
	{NSC_CELL(NETWORK_RTT, 1, 0), "network-lab/response_time-rtt_p", false},
};

static const unsigned percent[QUANTILES] = {50, 90, 99};

static void
publish_all(void *arg)
{
	struct nsc_engine *e = arg;
	unsigned i;

	for (i = 0; i < WRITERS; i++)
		nsc_ledger_publish(e->ledgers.ledger[i], &e->cells[i], false);
}

static void
setup(void)
{
	unsigned i;

	seed = 0x2545f4914f6cdd1du;
	engine = calloc(1, sizeof *engine);
	ck_assert_ptr_nonnull(engine);
	for (i = 0; i < WRITERS; i++) {
		engine->ledgers.ledger[i] = calloc(1, sizeof *engine->ledgers.ledger[i]);
		ck_assert_ptr_nonnull(engine->ledgers.ledger[i]);
		nsc_ledger_init(engine->ledgers.ledger[i]);
	}
	engine->ledgers.count = WRITERS;
	engine->ledgers.wake = publish_all;
	engine->ledgers.arg = engine;
	engine->ledgers.networks = &engine->networks;
	engine->ledgers.top_n = 32;
	engine->ledgers.max_series = 256;
	ck_assert_int_eq(nsc_network_add(&engine->networks, "lab", "10.9.0.0/16"), 0);
}

static void
teardown(void)
{
	unsigned i;

	for (i = 0; i < WRITERS; i++)
		free(engine->ledgers.ledger[i]);
	free(engine);
}

/* Log-uniform from 1 us to 100 s, or one of two narrow modes. */
static uint64_t
latency(void)
{
	double u = (double)(random_bits() >> 11) / 9007199254740992.0;

	switch (draw(3)) {
	case 0:
		return (uint64_t)(1000 * pow(1e8, u));
	case 1:
		return (uint64_t)(250e3 * (1 + u / 10));
	default:
		return (uint64_t)(80e6 * (1 + u));
	}
}

static void
add(struct consumer **c, unsigned h, uint64_t ns)
{
	unsigned i;

	engine->cells[draw(WRITERS)].cell[histogram[h].cell + nsc_histogram_cell(ns)]++;
	for (i = 0; i < READERS; i++)
		if (c[i] != NULL) {
			ck_assert_uint_lt(c[i]->count[h], SAMPLES);
			c[i]->sample[h][c[i]->count[h]++] = ns;
		}
}

static void
hear(void *arg, const struct nsc_sample *s)
{
	struct consumer *c = arg;
	char name[160], want[160];
	unsigned h, q;

	if (strcmp(s->type, "response_time") != 0)
		return;
	snprintf(name, sizeof name, "%s-%s/%s-%s", s->family, s->group, s->type, s->value);
	for (h = 0; h < HISTOGRAMS; h++)
		for (q = 0; q < QUANTILES; q++) {
			snprintf(want, sizeof want, "%s%u", histogram[h].name, percent[q]);
			if (strcmp(name, want) != 0)
				continue;
			ck_assert(!s->counter && s->count == 1 && c->told[h][q] < 0);
			c->told[h][q] = s->level[0];
			return;
		}
	ck_abort_msg("%s", name);
}

static int
compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void
check_histogram(struct consumer *c, unsigned h)
{
	unsigned q, n = c->count[h];

	qsort(c->sample[h], n, sizeof *c->sample[h], compare);
	for (q = 0; q < QUANTILES; q++) {
		double told = c->told[h][q] * 1e9, exact;

		if (n == 0 || histogram[h].quiet) {
			ck_assert_msg(told < 0, "%s has a value", histogram[h].name);
			continue;
		}
		exact = (double)c->sample[h][(n * percent[q] + 99) / 100 - 1];
		ck_assert_msg(fabs(told - exact) <= exact / 32 + 1, "%s%u: %g ns, exactly %g of %u",
			      histogram[h].name, percent[q], told, exact, n);
	}
	c->count[h] = 0;
}

static void
read_all(struct consumer *c)
{
	unsigned h, q;

	for (h = 0; h < HISTOGRAMS; h++)
		for (q = 0; q < QUANTILES; q++)
			c->told[h][q] = -1;
	ck_assert_int_eq(nsc_reader_read(c->reader, hear, c), 0);
	for (h = 0; h < HISTOGRAMS; h++)
		check_histogram(c, h);
}

static struct consumer *
begin(void)
{
	struct consumer *c = calloc(1, sizeof *c);

	ck_assert_ptr_nonnull(c);
	ck_assert_int_eq(nsc_reader_new(&c->reader, engine), 0);
	return c;
}

static void
end(struct consumer *c)
{
	nsc_reader_free(c->reader);
	free(c);
}

/*
 * Readers of different intervals, one that misses some of its reads, one that starts
 * late; stretches of silence; samples that come one by one and in floods.
 */
START_TEST(each_reader_has_the_quantiles_of_its_own_interval)
{
	static const unsigned every[READERS] = {1, 7, 40, 7};
	struct consumer *c[READERS] = {NULL};
	unsigned step, i, n;

	seed += (uint64_t)_i * 7919;
	for (i = 0; i < READERS - 1; i++)
		c[i] = begin();
	for (step = 1; step < 700; step++) {
		if (step == 300)
			c[READERS - 1] = begin();
		n = step / 50 % 3 == 2 ? 0 : draw(20) == 0 ? 60 : draw(4);
		for (i = 0; i < n; i++)
			add(c, draw(HISTOGRAMS), latency());
		for (i = 0; i < READERS; i++)
			if (c[i] != NULL && step % every[i] == 0 && (i != 1 || draw(3) > 0))
				read_all(c[i]);
	}
	for (i = 0; i < READERS; i++) {
		read_all(c[i]);
		read_all(c[i]);		/* nothing since: nothing told */
		end(c[i]);
	}
}
END_TEST

/* A writer that begins again: what it had is not told twice, what it has since is told. */
START_TEST(a_histogram_that_begins_again)
{
	struct consumer *c[READERS] = {begin(), NULL};
	unsigned i;

	for (i = 0; i < 100; i++)
		add(c, 0, 5000000);
	read_all(c[0]);
	memset(&engine->cells[0], 0, sizeof engine->cells[0]);
	nsc_ledger_publish(engine->ledgers.ledger[0], &engine->cells[0], true);
	engine->ledgers.incarnation[0]++;
	read_all(c[0]);
	for (i = 0; i < 10; i++) {
		engine->cells[0].cell[histogram[0].cell + nsc_histogram_cell(70000)]++;
		c[0]->sample[0][c[0]->count[0]++] = 70000;
	}
	read_all(c[0]);
	end(c[0]);
}
END_TEST

RUN_TESTS("quantiles", setup, teardown,
	  ROWS(each_reader_has_the_quantiles_of_its_own_interval, 3),
	  ONCE(a_histogram_that_begins_again))
