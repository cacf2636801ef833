/* SPDX-License-Identifier: MIT */
/*
 * One consumer's running sums, told as samples.  Every increment of a set's rows
 * is told exactly once: under its row's name, or in `other`.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine/alarm.h"
#include "engine/groups.h"
#include "engine/listen_alarm.h"
#include "engine/listen_told.h"
#include "engine/sums.h"
#include "nsc.h"

enum { QUANTILES = 3, VALUE_TEXT = 48 };

static const struct {
	const char *text;
	double q;
} quantiles[QUANTILES] = {{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}};

struct series {			/* one value of one group, in words of the table */
	uint64_t sum[2];
	bool told[QUANTILES];		/* [0] for all but quantiles */
};

struct nsc_reader {
	struct nsc_ledgers *ledgers;
	struct nsc_sums sums;
	struct nsc_groups groups;
	struct nsc_listen_told listeners;
	struct series *series;		/* by metric, slot, value */
	char (*text)[VALUE_TEXT];	/* by metric, value, quantile; of ports: of the last read */
	struct nsc_sample *sample;
	unsigned samples;
	const char *count_text;		/* the value text of count-series */
	uint64_t took;			/* ns, of the last read; live only */
	uint64_t merged[NSC_HISTOGRAM_CELLS];
	struct nsc_alarm_state alarm[NSC_ALARMS];
	struct nsc_listen_alarm listen;
};

/* What is being told: one row of series of one metric. */
struct where {
	const struct nsc_metric *m;
	const struct nsc_group *group;	/* NULL: a closed set */
	unsigned slot; /* member of the set, or index of the name; rank.size: `other` */
	const char *name;
	struct series *series;		/* by value */
	char (*text)[VALUE_TEXT];
};

static bool
is_other(const struct where *w)
{
	return w->group != NULL && w->slot == w->group->rank.size;
}

/* Their names stand behind the type: TYPE-PROTO-PORT. */
static bool
is_behind(const struct nsc_metric *m)
{
	return m->group == NSC_SET_SERVICE;
}

/* Slots of a metric: the set's members, or all names that are remembered and `other`. */
static unsigned
slots(struct nsc_reader *r, const struct nsc_metric *m)
{
	const struct nsc_group *g = nsc_groups_find(&r->groups, m->group);

	return g != NULL ? g->rank.size + 1 : m->groups;
}

static uint64_t
clock_of(const struct nsc_reader *r)
{
	struct timespec t = {0};

	if (atomic_load(&r->ledgers->live))
		clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* --- cells of a slot ---------------------------------------------------------- */

/* The sum over the slot's rows: two names with one token are one row. */
static uint64_t
gather(const struct nsc_reader *r, const struct where *w, unsigned value, unsigned at)
{
	const struct nsc_metric *m = w->m;
	unsigned stride = (unsigned)m->members * m->width, n;
	const uint64_t *cell = &r->sums.now.cell[m->base + value * m->width + at];
	uint64_t sum = 0;

	if (w->group == NULL)
		return cell[w->slot * stride];
	for (n = 0; n < w->group->rows; n++)
		if (w->group->slot[n] == (int)w->slot)
			sum += cell[n * stride];
	return sum;
}

/* Sums of levels that stand below zero come from a writer that is not in its right mind. */
static double
level(uint64_t cell)
{
	return (int64_t)cell < 0 ? 0 : (double)cell;
}

/* --- samples -------------------------------------------------------------------- */

static struct nsc_sample *
sample(struct nsc_reader *r, const struct where *w, unsigned value, unsigned quantile)
{
	struct series *s = &w->series[value];
	struct nsc_sample *p = &r->sample[r->samples++];

	*p = (struct nsc_sample){
		.family = w->m->family,
		.group = w->name,
		.type = w->m->type,
		.value = w->text[value * QUANTILES + quantile],
		.unit = w->m->unit,
		.count = 1,
		.fresh = !s->told[quantile],
	};
	s->told[quantile] = true;
	return p;
}

static void
tell_quantiles(struct nsc_reader *r, const struct where *w, unsigned value)
{
	unsigned i;

	/* No quantiles of what is thrown together, nor of the host's talk with itself. */
	if (is_other(w) || (w->m == &nsc_metrics[NSC_M_TCP_RTT] && w->slot == NSC_V_SCOPE_LOOPBACK))
		return;
	for (i = 0; i < NSC_HISTOGRAM_CELLS; i++)
		r->merged[i] = gather(r, w, value, i);
	for (i = 0; i < QUANTILES; i++) {
		double ns = nsc_histogram_quantile(r->merged, NULL, quantiles[i].q);

		if (ns < 0)
			return;		/* no samples in this interval: no value */
		sample(r, w, value, i)->level[0] = ns / 1e9;
	}
}

static void
tell_counter(struct nsc_reader *r, const struct where *w, unsigned value, bool always)
{
	struct series *s = &w->series[value];
	struct nsc_sample *p;
	unsigned i;

	for (i = 0; i < w->m->width; i++)
		s->sum[i] += gather(r, w, value, i);
	if (!always && !s->told[0] && s->sum[0] == 0 && s->sum[1] == 0)
		return;
	p = sample(r, w, value, 0);
	p->counter = true;
	p->count = (uint8_t)w->m->width;
	memcpy(p->sum, s->sum, sizeof p->sum);
}

static void
tell_level(struct nsc_reader *r, const struct where *w, unsigned value, bool always)
{
	double first = level(gather(r, w, value, 0)), whole;

	if (!always && !w->series[value].told[0] && first == 0)
		return;
	if (w->m->shape == NSC_SHAPE_RATIO) {
		whole = level(gather(r, w, value, 1));
		first = whole > 0 ? 100 * first / whole : 0;
		first = first > 100 ? 100 : first;
	} else if (w->m->shape == NSC_SHAPE_SECONDS) {
		first /= 1e9;
	}
	sample(r, w, value, 0)->level[0] = first;
}

/* Which port a row has changes, and so does its text: such levels are never `fresh`. */
static void
tell_ports(struct nsc_reader *r, const struct where *w)
{
	const uint64_t *cell = &r->sums.now.cell[w->m->base];
	unsigned port = 0, n = 0;
	int i;

	for (; (i = nsc_ports_next(cell, port)) >= 0; n++) {
		port = (unsigned)cell[NSC_PORTS_WIDTH * i];
		snprintf(w->text[n * QUANTILES], VALUE_TEXT, "%s-%u", w->m->value, port);
		w->series[n].told[0] = true;
		sample(r, w, n, 0)->level[0] = (double)(int64_t)cell[NSC_PORTS_WIDTH * i + 1];
	}
}

/* Rows come and go, and so do their texts: such levels are never `fresh`. */
static void
tell_listeners(struct nsc_reader *r, const struct where *w)
{
	unsigned i;

	w->series->told[0] = true;
	for (i = 0; i < r->listeners.count; i++) {
		struct nsc_sample *s = sample(r, w, 0, 0);

		s->value = r->listeners.text[i];
		s->level[0] = i < r->listeners.present;
	}
}

static void
tell_slot(struct nsc_reader *r, const struct where *w)
{
	bool always = w->m->show != NSC_SHOW_LATE && !is_other(w);
	unsigned value;

	if (w->m->show == NSC_SHOW_HOST && r->ledgers->sources == 0)
		return;
	if (w->m->shape == NSC_SHAPE_PORTS) {
		tell_ports(r, w);
		return;
	}
	if (w->m->shape == NSC_SHAPE_LISTENERS) {
		tell_listeners(r, w);
		return;
	}
	for (value = 0; value < w->m->members; value++) {
		if (w->m->values == NSC_SET_HOST_SOURCE && !(r->ledgers->sources & 1u << value))
			continue;
		if (w->m->shape == NSC_SHAPE_QUANTILES)
			tell_quantiles(r, w, value);
		else if (nsc_shape_grows(w->m->shape))
			tell_counter(r, w, value, always);
		else
			tell_level(r, w, value, always);
	}
}

/* Of a service: its name stands before the value, and there is no `other`. */
static void
tell_service(struct nsc_reader *r, struct where *w, const char *name)
{
	w->name = "";
	w->text += (size_t)w->slot * w->m->members * QUANTILES;
	for (unsigned v = 0; v < w->m->members; v++)
		snprintf(w->text[v * QUANTILES], VALUE_TEXT, "%s%s%s", name,
			 w->m->value[0] != '\0' ? "-" : "", w->m->value);
	tell_slot(r, w);
	w->text -= (size_t)w->slot * w->m->members * QUANTILES;
}

/* Texts of a metric: one a value, but of services one a slot and value. */
static size_t
texts(struct nsc_reader *r, const struct nsc_metric *m)
{
	return (size_t)m->members * QUANTILES * (is_behind(m) ? slots(r, m) : 1);
}

/* Fills r->sample in the order of metrics.def. */
static void
tell_all(struct nsc_reader *r)
{
	struct series *series = r->series;
	char (*text)[VALUE_TEXT] = r->text;
	unsigned i;

	for (i = 0; i < NSC_METRICS; i++) {
		const struct nsc_metric *m = &nsc_metrics[i];
		struct where w = {.m = m,
				  .group = nsc_groups_find(&r->groups, m->group),
				  .text = text};

		for (w.slot = 0; w.slot < slots(r, m); w.slot++, series += m->members) {
			struct nsc_rank_row *row = w.group != NULL && !is_other(&w)
							   ? &w.group->rank.row[w.slot] : NULL;

			w.series = series;
			if (row != NULL && row->renewed)
				memset(series, 0, m->members * sizeof *series);
			if (row != NULL && !row->shown)
				continue;
			if (is_behind(m)) {
				if (row != NULL && row->token[0] != '\0')
					tell_service(r, &w, row->token);
				continue;
			}
			w.name = row != NULL       ? row->token
				 : w.group != NULL ? "other"
				 : m->group == NSC_SET_NONE
					 ? ""
					 : nsc_set_token((enum nsc_set)m->group, w.slot);
			tell_slot(r, &w);
		}
		text += texts(r, m);
	}
	for (i = 0; i < NSC_GROUP_SETS; i++) {
		struct nsc_rank *rank = &r->groups.group[i].rank;
		unsigned n;

		for (n = 0; n < rank->size; n++)
			rank->row[n].renewed = false;
	}
}

/* --- life ------------------------------------------------------------------------- */

static void
write_text(const struct nsc_metric *m, char (*text)[VALUE_TEXT])
{
	unsigned v, q;

	for (v = 0; v < m->members; v++) {
		for (q = 0; q < QUANTILES; q++) {
			const char *part[3] = {m->value, "", ""};
			char *p = text[v * QUANTILES + q], *end = p + VALUE_TEXT;
			unsigned i;

			if (m->values != NSC_SET_NONE && m->shape != NSC_SHAPE_PORTS)
				part[1] = nsc_set_token((enum nsc_set)m->values, v);
			if (m->shape == NSC_SHAPE_QUANTILES)
				part[2] = quantiles[q].text;
			*p = '\0';
			for (i = 0; i < 3; i++)
				if (part[i][0] != '\0')
					p += snprintf(p, (size_t)(end - p), "%s%s",
						      p > text[v * QUANTILES + q] ? "_"
										  : "",
						      part[i]);
		}
	}
}

static int
make_room(struct nsc_reader *r)
{
	size_t series = 0, text = 0, samples = 0, at = 0;
	unsigned i;

	for (i = 0; i < NSC_METRICS; i++) {
		const struct nsc_metric *m = &nsc_metrics[i];
		size_t n = (size_t)slots(r, m) * m->members;

		text += texts(r, m);
		series += n;
		samples += m->shape == NSC_SHAPE_QUANTILES   ? n * QUANTILES
			   : m->shape == NSC_SHAPE_LISTENERS ? NSC_LISTEN_TOLD
							     : n;
	}
	r->series = calloc(series, sizeof *r->series);
	r->text = calloc(text, sizeof *r->text);
	r->sample = calloc(samples, sizeof *r->sample);
	if (r->series == NULL || r->text == NULL || r->sample == NULL)
		return -ENOMEM;
	for (i = 0; i < NSC_METRICS; i++) {
		write_text(&nsc_metrics[i], r->text + at);
		if (i == NSC_M_SELF_SERIES)
			r->count_text = r->text[at + NSC_V_SERIES_SERIES * QUANTILES];
		at += texts(r, &nsc_metrics[i]);
	}
	return 0;
}

int
nsc_reader_new(struct nsc_reader **out, struct nsc_engine *e)
{
	struct nsc_reader *r = calloc(1, sizeof *r);
	int rc;

	*out = NULL;
	if (r == NULL)
		return -ENOMEM;
	r->ledgers = nsc_engine_ledgers(e);
	nsc_groups_init(&r->groups);
	rc = make_room(r);
	if (rc == 0)
		rc = nsc_sums_begin(&r->sums, r->ledgers);
	if (rc < 0) {
		nsc_reader_free(r);
		return rc;
	}
	*out = r;
	return 0;
}

void
nsc_reader_free(struct nsc_reader *r)
{
	if (r == NULL)
		return;
	nsc_sums_end(&r->sums);
	free(r->series);
	free(r->text);
	free(r->sample);
	free(r);
}

int
nsc_reader_read(struct nsc_reader *r, void (*tell)(void *arg, const struct nsc_sample *s),
		void *arg)
{
	uint64_t began = clock_of(r), now;
	unsigned hidden, i;
	int rc;

	rc = nsc_sums_look(&r->sums, r->ledgers);
	nsc_listen_told_read(&r->listeners, r->ledgers);
	hidden = nsc_groups_choose(&r->groups, r->ledgers, &r->sums.now);
	r->sums.now.cell[NSC_CELL(SELF_SERIES, 0, NSC_V_SERIES_SUPPRESSED)] = hidden;
	r->sums.now.cell[NSC_CELL(SELF_READ, 0, 0)] = r->took;
	r->samples = 0;
	tell_all(r);
	for (i = 0; i < r->samples; i++)
		if (r->sample[i].value == r->count_text)
			r->sample[i].level[0] = r->samples;
	for (i = 0; i < r->samples; i++)
		tell(arg, &r->sample[i]);
	now = clock_of(r);
	r->took = now > began && began > 0 ? now - began : 0;
	return rc;
}

void
nsc_reader_repeat(struct nsc_reader *r, void (*tell)(void *arg, const struct nsc_sample *s),
		  void *arg)
{
	unsigned i;

	for (i = 0; i < r->samples; i++)
		tell(arg, &r->sample[i]);
}

void
nsc_reader_alarms(struct nsc_reader *r, void (*tell)(void *arg, const struct nsc_alarm *a), void *arg)
{
	unsigned i;

	if (!r->ledgers->notifications)
		return;
	for (i = 0; i < r->samples; i++) {
		nsc_alarm_sample(r->alarm, &r->sample[i]);
		nsc_listen_alarm_sample(&r->listen, &r->sample[i]);
	}
	nsc_alarm_tell(r->alarm, tell, arg);
	nsc_listen_alarm_tell(&r->listen, tell, arg);
}
