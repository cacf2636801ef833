/* SPDX-License-Identifier: MIT */
/*
 * Deltas of one consumer (features.md, algorithm 6).  The identity of a sum is
 * {ledger, incarnation, cell}; one that falls has begun again, and all that it holds
 * is new.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine/sums.h"

enum {
	WAIT_NS = 50 * 1000 * 1000,	/* DESIGN 3: after that an older copy does */
	NAP_NS = 200 * 1000,		/* an idle worker answers its eventfd at once */
	TRIES = 3,			/* at a ledger that changes hands meanwhile */
};

static uint64_t
monotonic(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static bool
answered(struct nsc_ledgers *l, const uint64_t *request, unsigned count)
{
	unsigned i;

	for (i = 0; i < count; i++)
		if (!nsc_ledger_answered(l->ledger[i], request[i]))
			return false;
	return true;
}

static void
ask(struct nsc_ledgers *l, unsigned count)
{
	const struct timespec nap = {.tv_nsec = NAP_NS};
	uint64_t request[NSC_LEDGERS], end;
	unsigned i;

	for (i = 0; i < count; i++)
		request[i] = nsc_ledger_ask(l->ledger[i]);
	if (l->wake != NULL)
		l->wake(l->arg);
	if (!atomic_load(&l->live))
		return;
	end = monotonic() + WAIT_NS;
	while (!answered(l, request, count)) {
		if (monotonic() >= end) {
			if (atomic_load(&l->live))	/* it did not end while we waited */
				atomic_fetch_add(&l->late, 1);
			return;
		}
		nanosleep(&nap, NULL);
	}
}

static int
copy_whole(const struct nsc_sums *s, struct nsc_ledgers *l, unsigned n, struct nsc_cells *copy,
	   uint32_t *incarnation)
{
	uint32_t before;
	int rc = -EAGAIN, i;

	for (i = 0; i < TRIES && rc == -EAGAIN; i++) {
		before = atomic_load(&l->incarnation[n]);
		rc = nsc_ledger_copy(l->ledger[n], s->layout, copy);
		*incarnation = atomic_load(&l->incarnation[n]);
		if (rc == 0 && *incarnation != before)
			rc = -EAGAIN;
	}
	return rc;
}

/* Levels by port have no sum: the rows of all writers, the lowest of those with one port. */
static void
merge_ports(struct nsc_cells *now, const struct nsc_cells *cells, const struct nsc_metric *m)
{
	nsc_ports_merge(&now->cell[m->base], &cells->cell[m->base]);
}

static void
add_cells(struct nsc_cells *now, const struct nsc_cells *cells, const struct nsc_cells *last)
{
	unsigned i, j, row;

	for (i = 0; i < NSC_METRICS; i++) {
		const struct nsc_metric *m = &nsc_metrics[i];
		unsigned stride = (unsigned)m->members * m->width;
		bool grows = nsc_shape_grows(m->shape);

		if (m->shape == NSC_SHAPE_PORTS) {
			merge_ports(now, cells, m);
			continue;
		}
		for (row = 0; row < m->groups; row++) {
			unsigned at = m->base + row * stride;

			/* Most rows stand still: theirs is a comparison, not a sum. */
			if (grows && memcmp(&cells->cell[at], &last->cell[at],
					    stride * sizeof last->cell[at]) == 0)
				continue;
			for (j = at; j < at + stride; j++) {
				uint64_t c = cells->cell[j];

				if (grows && c >= last->cell[j])
					c -= last->cell[j];
				now->cell[j] += c;
			}
		}
	}
}

/* Levels of a ledger that cannot be read now: as they were. */
static void
add_levels(struct nsc_cells *now, const struct nsc_cells *last)
{
	unsigned i, j;

	for (i = 0; i < NSC_METRICS; i++) {
		const struct nsc_metric *m = &nsc_metrics[i];
		unsigned end = m->base + (unsigned)m->groups * m->members * m->width;

		if (m->shape == NSC_SHAPE_PORTS)
			merge_ports(now, last, m);
		else
			for (j = m->base; j < end && !nsc_shape_grows(m->shape); j++)
				now->cell[j] += last->cell[j];
	}
}

static struct nsc_sums_from *
from_nothing(void)
{
	struct nsc_sums_from *f = calloc(1, sizeof *f);

	if (f == NULL)
		return NULL;
	f->last = calloc(1, sizeof *f->last);
	if (f->last == NULL) {
		free(f);
		return NULL;
	}
	return f;
}

static int
look_at(struct nsc_sums *s, struct nsc_ledgers *l, unsigned n)
{
	struct nsc_sums_from *f = s->from[n];
	struct nsc_cells *last;
	uint32_t incarnation = 0;
	int rc;

	if (f == NULL) {
		/* It appeared after we began: all that it holds is new. */
		f = s->from[n] = from_nothing();
		if (f == NULL)
			return -ENOMEM;
		f->incarnation = atomic_load(&l->incarnation[n]);
		f->seen = true;
	}
	rc = copy_whole(s, l, n, s->copy, &incarnation);
	if (rc < 0) {
		add_levels(&s->now, f->last);
		return rc == -EAGAIN ? 0 : rc;
	}
	if (!f->seen)
		*f->last = *s->copy;	/* it could not be read when we began */
	else if (incarnation != f->incarnation)
		memset(f->last, 0, sizeof *f->last);
	f->seen = true;
	f->incarnation = incarnation;
	add_cells(&s->now, s->copy, f->last);
	last = f->last;
	f->last = s->copy;
	s->copy = last;
	return 0;
}

int
nsc_sums_look(struct nsc_sums *s, struct nsc_ledgers *l)
{
	unsigned count = atomic_load(&l->count), i;
	uint64_t late;
	int rc = 0, one;

	if (count > NSC_LEDGERS)
		count = NSC_LEDGERS;
	ask(l, count);
	memset(&s->now, 0, sizeof s->now);
	for (i = 0; i < count; i++) {
		one = look_at(s, l, i);
		if (one < 0)
			rc = one;
	}
	late = atomic_load(&l->late);
	s->now.cell[NSC_CELL(SELF_ANOMALY, 0, NSC_V_ANOMALY_LATE_PUBLISH)] += late - s->late;
	s->late = late;
	return rc;
}

int
nsc_sums_begin(struct nsc_sums *s, struct nsc_ledgers *l)
{
	unsigned count = atomic_load(&l->count), i;

	if (count > NSC_LEDGERS)
		count = NSC_LEDGERS;
	s->layout = nsc_ledger_layout();
	s->copy = malloc(sizeof *s->copy);
	if (s->copy == NULL)
		return -ENOMEM;
	for (i = 0; i < count; i++) {
		s->from[i] = from_nothing();
		if (s->from[i] == NULL)
			return -ENOMEM;
	}
	ask(l, count);
	s->late = atomic_load(&l->late);
	for (i = 0; i < count; i++) {
		struct nsc_sums_from *f = s->from[i];

		f->seen = copy_whole(s, l, i, f->last, &f->incarnation) == 0;
	}
	return 0;
}

void
nsc_sums_end(struct nsc_sums *s)
{
	unsigned i;

	for (i = 0; i < NSC_LEDGERS; i++) {
		if (s->from[i] != NULL)
			free(s->from[i]->last);
		free(s->from[i]);
	}
	free(s->copy);
}
