/* SPDX-License-Identifier: MIT */
/*
 * Row 7.2: ten thousand names of processes and units, and every application, made up by a
 * generator under Zipf's law: MaxSeries holds, each interval's rows add up to its total, and
 * series come and go far less than with a plain top N of each interval, the baseline.
 */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dissect/table.h"
#include "engine/ledgers.h"
#include "engine/rank.h"
#include "host/names.h"
#include "nsc.h"
#include "suite.h"

enum { NAMES = 10000, EVENTS = 4000, READS = 120, WARM = 20, IDS = 4096, INTERVAL = 10 };

static const uint64_t SECOND = 1000000000;

/* --- Zipf's law ---------------------------------------------------------------------- */

static double share[NAMES];		/* of the names up to this one */
static uint64_t seed;

static double
draw(void)
{
	seed ^= seed << 13;		/* xorshift64 */
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (double)(seed >> 11) / 9007199254740992.0;	/* 2^53 */
}

static void
law(double exponent)
{
	double sum = 0;

	seed = 0x9e3779b97f4a7c15u;
	for (unsigned i = 0; i < NAMES; i++)
		share[i] = sum += 1 / pow(i + 1, exponent);
	for (unsigned i = 0; i < NAMES; i++)
		share[i] /= sum;
}

static unsigned
pick(void)
{
	double x = draw();
	unsigned low = 0, high = NAMES - 1;

	while (low < high) {
		unsigned middle = (low + high) / 2;

		if (share[middle] < x)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* --- ranks alone --------------------------------------------------------------------- */

enum { TOP = 32, REMEMBERED = 512 };

struct shown {
	bool now[NAMES], before[NAMES];
	unsigned changes;		/* comings and goings */
};

static void
settle(struct shown *s, bool counts)
{
	for (unsigned i = 0; i < NAMES; i++)
		s->changes += counts && s->now[i] != s->before[i];
	memcpy(s->before, s->now, sizeof s->now);
	memset(s->now, 0, sizeof s->now);
}

/* The N busiest of this interval: what a sort would show. */
static void
plain_top(const double *sum, struct shown *s)
{
	for (unsigned n = 0; n < TOP; n++) {
		unsigned best = NAMES;

		for (unsigned i = 0; i < NAMES; i++)
			if (!s->now[i] && sum[i] > 0 && (best == NAMES || sum[i] > sum[best]))
				best = i;
		if (best < NAMES)
			s->now[best] = true;
	}
}

static void
ranked(struct nsc_rank *r, const double *sum, struct shown *s)
{
	char token[NSC_TOKEN];
	unsigned i, n = 0;
	int at;

	for (i = 0; i < r->size; i++)
		r->row[i].present = r->row[i].score >= 1;
	for (i = 0; i < NAMES; i++) {
		if (sum[i] == 0)
			continue;
		snprintf(token, sizeof token, "name%u", i);
		at = nsc_rank_row(r, token);
		if (at < 0)
			continue;
		r->row[at].present = true;
		r->row[at].increment += sum[i];
	}
	nsc_rank_choose(r, TOP);
	for (i = 0; i < r->size; i++)
		if (r->row[i].shown) {
			s->now[atoi(r->row[i].token + 4)] = true;
			n++;
		}
	ck_assert_uint_le(n, TOP);
}

START_TEST(row_7_2_ranks_do_not_flap)
{
	static const double exponent[] = {0.6, 0.8, 1.0, 1.2};
	struct nsc_rank r = {.size = REMEMBERED};
	struct shown *ours = calloc(1, sizeof *ours), *plain = calloc(1, sizeof *plain);
	double *sum = calloc(NAMES, sizeof *sum);

	law(exponent[_i]);
	r.row = calloc(REMEMBERED, sizeof *r.row);
	ck_assert(ours != NULL && plain != NULL && sum != NULL && r.row != NULL);
	for (unsigned read = 0; read < READS; read++) {
		memset(sum, 0, NAMES * sizeof *sum);
		for (unsigned n = 0; n < EVENTS; n++)
			sum[pick()] += 1 + (double)(unsigned)(draw() * 1500);
		ranked(&r, sum, ours);
		plain_top(sum, plain);
		settle(ours, read >= WARM);
		settle(plain, read >= WARM);
	}
	printf("Zipf %.1f: %u comings and goings in %u reads, %u of a plain top %u\n",
	       exponent[_i], ours->changes, READS - WARM, plain->changes, TOP);
	/* At 0.6 the first 32 hold a few per cent of all: which they are is chance. */
	ck_assert_uint_le(ours->changes * (exponent[_i] < 1 ? 8 : 20), plain->changes);
	free(r.row);
	free(sum);
	free(ours);
	free(plain);
}
END_TEST

/* --- a reader over names as the host gives them --------------------------------------- */

struct nsc_engine {			/* only what readers see of one */
	struct nsc_ledgers ledgers;
	struct nsc_cells cells;
	struct nsc_names *names;
	struct nsc_facts *facts;
};

struct nsc_ledgers *
nsc_engine_ledgers(struct nsc_engine *e)
{
	return &e->ledgers;
}

static void
publish(void *arg)
{
	struct nsc_engine *e = arg;

	nsc_ledger_publish(e->ledgers.ledger[0], &e->cells, false);
}

static bool
row_of(void *arg, unsigned set, unsigned n, struct nsc_row *row)
{
	struct nsc_engine *e = arg;

	if (set == NSC_SET_PROCESS)
		return nsc_names_process(e->names, n, row->name, &row->generation);
	return set == NSC_SET_UNIT && nsc_names_unit(e->names, n, row->name, &row->generation);
}

struct told {
	unsigned ids, read, open, gone, come;
	double sum[3];			/* this read's increments: process, unit, app */
	struct {
		char id[160];
		uint64_t last;
		unsigned read;
	} id[IDS];
};

static const char *const families[3] = {"process", "unit", "app"};

static void
tell(void *arg, const struct nsc_sample *s)
{
	struct told *t = arg;
	char id[160];
	unsigned family = 0, i;

	while (family < 3 && strcmp(families[family], s->family) != 0)
		family++;
	if (family == 3)
		return;
	t->open++;
	snprintf(id, sizeof id, "%s-%s/%s-%s", s->family, s->group, s->type, s->value);
	for (i = 0; i < t->ids && strcmp(t->id[i].id, id) != 0; i++)
		;
	ck_assert_uint_lt(i, IDS);
	if (i == t->ids)
		memcpy(t->id[t->ids++].id, id, sizeof id);
	else
		ck_assert_msg(t->id[i].read != t->read, "%s is told twice", id);
	if (t->id[i].read != t->read - 1)
		t->come++;
	t->id[i].read = t->read;
	if (!s->counter || strstr(s->type, "octets") == NULL)
		return;
	ck_assert_uint_ge(s->sum[0], t->id[i].last);
	t->sum[family] += (double)(s->sum[0] - t->id[i].last);
	t->id[i].last = s->sum[0];
}

static void
find_suppressed(void *arg, const struct nsc_sample *s)
{
	double *found = arg;

	if (strcmp(s->family, "self") == 0 && strcmp(s->type, "count") == 0 &&
	    strcmp(s->value, "series_suppressed") == 0)
		*found = s->level[0];
}

static double
suppressed_rows(struct nsc_reader *r)
{
	double found = -1;

	nsc_reader_repeat(r, find_suppressed, &found);
	return found;
}

/* An interval's events; what they bring in all. */
static double
happen(struct nsc_engine *e, uint64_t now)
{
	double sum = 0;

	for (unsigned n = 0; n < EVENTS; n++) {
		unsigned who = pick();
		uint64_t octets = 1 + (uint64_t)(draw() * 1500);
		char process[32], unit[32];
		uint32_t rows;
		uint16_t id;

		snprintf(process, sizeof process, "made-up-%u", who);
		snprintf(unit, sizeof unit, "made-up@%u.service", who % 1000);
		id = nsc_names_id(e->names, process, unit, e->facts, now);
		rows = atomic_load(&e->facts->owner_rows[id]);
		if (id <= NSC_NAMES_OTHER)
			rows = nsc_owner_rows(id, id, 0);
		e->cells.cell[NSC_CELL(PROCESS_OCTETS, nsc_owner_process(rows), 0)] += octets;
		e->cells.cell[NSC_CELL(PROCESS_PACKETS, nsc_owner_process(rows), 0)]++;
		e->cells.cell[NSC_CELL(UNIT_OCTETS, nsc_owner_unit(rows), 0)] += octets;
		e->cells.cell[NSC_CELL(UNIT_PACKETS, nsc_owner_unit(rows), 0)]++;
		e->cells.cell[NSC_CELL(APP_OCTETS, who % nsc_dissector_count, 0)] += octets;
		e->cells.cell[NSC_CELL(APP_OPENED, who % nsc_dissector_count, 0)]++;
		sum += (double)octets;
	}
	return sum;
}

START_TEST(row_7_2_ten_thousand_names_under_the_cap)
{
	static const unsigned most[] = {32, 64, 256, 4096};
	struct nsc_engine *e = calloc(1, sizeof *e);
	struct told *t = calloc(1, sizeof *t);
	struct nsc_reader *r;
	unsigned come = 0, suppressed = 0;

	law(1.0);
	ck_assert(e != NULL && t != NULL);
	e->ledgers = (struct nsc_ledgers){.wake = publish, .row = row_of, .arg = e, .top_n = 32,
					  .max_series = most[_i]};
	e->ledgers.ledger[0] = calloc(1, sizeof *e->ledgers.ledger[0]);
	e->facts = calloc(1, sizeof *e->facts);
	ck_assert(e->ledgers.ledger[0] != NULL && e->facts != NULL);
	nsc_ledger_init(e->ledgers.ledger[0]);
	atomic_store(&e->ledgers.count, 1);
	ck_assert_int_eq(nsc_names_new(&e->names), 0);
	ck_assert_int_eq(nsc_reader_new(&r, e), 0);
	for (t->read = 1; t->read <= READS; t->read++) {
		double sum = happen(e, t->read * INTERVAL * SECOND);

		t->open = t->come = 0;
		memset(t->sum, 0, sizeof t->sum);
		ck_assert_int_eq(nsc_reader_read(r, tell, t), 0);
		ck_assert_uint_le(t->open, most[_i]);
		for (unsigned f = 0; f < 3; f++)
			ck_assert_msg(t->sum[f] == sum, "%s: %.0f told of %.0f", families[f],
				      t->sum[f], sum);
		come += t->read > WARM ? t->come : 0;
		suppressed += suppressed_rows(r) > 0;
	}
	printf("MaxSeries %u: %u series in the last read, %u came in %u reads\n", most[_i], t->open,
	       come, READS - WARM);
	/* Rows beyond are counted; fewer than one series in a hundred comes anew in a read. */
	ck_assert_uint_eq(suppressed, READS);
	ck_assert_uint_le(100 * come, (READS - WARM) * t->open);
	nsc_reader_free(r);
	nsc_names_free(e->names);
	free(e->ledgers.ledger[0]);
	free(e->facts);
	free(e);
	free(t);
}
END_TEST

RUN_TESTS("bounds", NULL, NULL, ROWS(row_7_2_ranks_do_not_flap, 4),
	  ROWS(row_7_2_ten_thousand_names_under_the_cap, 4))
