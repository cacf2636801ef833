/* SPDX-License-Identifier: MIT */
/* Rows of series to samples: under each row's name, or in `other`. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dissect/table.h"
#include "engine/sums.h"
#include "engine/teller.h"

static const struct {
	const char *text;
	double q;
} quantiles[NSC_QUANTILES] = {{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}};

/* What is being told: one row of series of one metric. */
struct where {
	const struct nsc_metric *m;
	const struct nsc_group *group;	/* NULL: a closed set */
	unsigned slot; /* member of the set, or index of the name; rank.size: `other` */
	const char *name;
	struct nsc_series *series;		/* by value */
	char (*text)[NSC_VALUE_TEXT];
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
slots(struct nsc_teller *t, const struct nsc_metric *m)
{
	const struct nsc_group *g = nsc_groups_find(t->groups, m->group);

	return g != NULL ? g->rank.size + 1 : m->groups;
}

/* --- cells of a slot ---------------------------------------------------------- */

/* The sum over the slot's rows: two names with one token are one row. */
static uint64_t
gather(const struct nsc_teller *t, const struct where *w, unsigned value, unsigned at)
{
	const struct nsc_metric *m = w->m;
	unsigned stride = (unsigned)m->members * m->width;
	const uint64_t *cell = &t->now->cell[m->base + value * m->width + at];
	uint64_t sum = 0;
	int n;

	if (w->group == NULL)
		return cell[w->slot * stride];
	for (n = w->group->first[w->slot]; n != NSC_GROUP_NONE; n = w->group->next[n])
		sum += cell[(unsigned)n * stride];
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
sample(struct nsc_teller *t, const struct where *w, unsigned value, unsigned quantile)
{
	struct nsc_series *s = &w->series[value];
	struct nsc_sample *p = &t->sample[t->samples++];

	*p = (struct nsc_sample){
		.family = w->m->family,
		.group = w->name,
		.type = w->m->type,
		.value = w->text[value * NSC_QUANTILES + quantile],
		.unit = w->m->unit,
		.metric = (unsigned)(w->m - nsc_metrics),
		.count = 1,
		.fresh = !s->told[quantile],
	};
	s->told[quantile] = true;
	return p;
}

/* Parts of what another metric tells whole: while all of it is of one scope, they say nothing new. */
static bool
is_all_of_one(struct nsc_teller *t, const struct nsc_metric *m)
{
	if (m != &nsc_metrics[NSC_M_DNS_SCOPE_LATENCY])
		return false;
	for (unsigned v = 0; v < m->members; v++)
		for (unsigned i = 0; i < NSC_HISTOGRAM_CELLS; i++)
			if (t->now->cell[m->base + v * m->width + i] != 0)
				t->resolvers |= 1u << v;
	return (t->resolvers & (t->resolvers - 1)) == 0;
}

static void
tell_quantiles(struct nsc_teller *t, const struct where *w, unsigned value)
{
	uint64_t any = 0;
	unsigned i;

	/* No quantiles of what is thrown together, nor of the host's talk with itself. */
	if (is_other(w) || (w->m == &nsc_metrics[NSC_M_TCP_RTT] && w->slot == NSC_V_SCOPE_LOOPBACK))
		return;
	for (i = 0; i < NSC_HISTOGRAM_CELLS; i++) {
		t->merged[i] = gather(t, w, value, i);
		any |= t->merged[i];
	}
	for (i = 0; i < NSC_QUANTILES && any != 0; i++)	/* no value of an interval without one */
		sample(t, w, value, i)->level[0] =
			nsc_histogram_quantile(t->merged, NULL, quantiles[i].q) / 1e9;
}

static void
tell_counter(struct nsc_teller *t, const struct where *w, unsigned value, bool always)
{
	struct nsc_series *s = &w->series[value];
	struct nsc_sample *p;
	unsigned i;

	for (i = 0; i < w->m->width; i++)
		s->sum[i] += gather(t, w, value, i);
	if (!always && !s->told[0] && s->sum[0] == 0 && s->sum[1] == 0)
		return;
	p = sample(t, w, value, 0);
	p->counter = true;
	p->count = (uint8_t)w->m->width;
	memcpy(p->sum, s->sum, sizeof p->sum);
}

static void
tell_level(struct nsc_teller *t, const struct where *w, unsigned value, bool always)
{
	double first = level(gather(t, w, value, 0)), whole;

	if (!always && !w->series[value].told[0] && first == 0)
		return;
	if (w->m->shape == NSC_SHAPE_RATIO) {
		whole = level(gather(t, w, value, 1));
		first = whole > 0 ? 100 * first / whole : 0;
		first = first > 100 ? 100 : first;
	} else if (w->m->shape == NSC_SHAPE_SECONDS) {
		first /= 1e9;
	}
	sample(t, w, value, 0)->level[0] = first;
}

/* Which port a row has changes, and so does its text: such levels are never `fresh`. */
static void
tell_ports(struct nsc_teller *t, const struct where *w)
{
	const uint64_t *cell = &t->now->cell[w->m->base];
	unsigned port = 0, n = 0;
	int i;

	for (; (i = nsc_ports_next(cell, port)) >= 0; n++) {
		port = (unsigned)cell[NSC_PORTS_WIDTH * i];
		snprintf(w->text[n * NSC_QUANTILES], NSC_VALUE_TEXT, "%s-%u", w->m->value, port);
		w->series[n].told[0] = true;
		sample(t, w, n, 0)->level[0] = (double)(int64_t)cell[NSC_PORTS_WIDTH * i + 1];
	}
}

/* Rows come and go, and so do their texts: such levels are never `fresh`. */
static void
tell_listeners(struct nsc_teller *t, const struct where *w)
{
	unsigned i;

	w->series->told[0] = true;
	for (i = 0; i < t->listeners->count; i++) {
		struct nsc_sample *s = sample(t, w, 0, 0);

		s->value = t->listeners->text[i];
		s->level[0] = i < t->listeners->present;
	}
}

static void
tell_slot(struct nsc_teller *t, const struct where *w)
{
	bool always = w->m->show != NSC_SHOW_LATE && !is_other(w);
	unsigned value;

	if (w->m->show == NSC_SHOW_HOST && t->ledgers->sources == 0)
		return;
	/* Who sees no packets has nothing to say of what they show. */
	if (w->m == &nsc_metrics[NSC_M_LISTEN_SEEN] &&
	    t->now->cell[NSC_CELL(SELF_SOURCE, 0, NSC_V_SOURCE_CAPTURE)] == 0)
		return;
	if (w->m->shape == NSC_SHAPE_PORTS) {
		tell_ports(t, w);
		return;
	}
	if (w->m->shape == NSC_SHAPE_LISTENERS) {
		tell_listeners(t, w);
		return;
	}
	if (is_all_of_one(t, w->m))
		return;
	for (value = 0; value < w->m->members; value++) {
		if (w->m->values == NSC_SET_HOST_SOURCE && !(t->ledgers->sources & 1u << value))
			continue;
		if (nsc_db_words(w->m) && w->text[value * NSC_QUANTILES][0] == '\0')
			continue;	/* no word: nobody counts it */
		if (w->m->shape == NSC_SHAPE_QUANTILES)
			tell_quantiles(t, w, value);
		else if (nsc_shape_grows(w->m->shape))
			tell_counter(t, w, value, always);
		else
			tell_level(t, w, value, always);
	}
}

/* Of a service: its name stands before the value, and there is no `other`. */
static void
tell_service(struct nsc_teller *t, struct where *w, const char *name)
{
	w->name = "";
	w->text += (size_t)w->slot * w->m->members * NSC_QUANTILES;
	for (unsigned v = 0; v < w->m->members; v++)
		snprintf(w->text[v * NSC_QUANTILES], NSC_VALUE_TEXT, "%s%s%s", name,
			 w->m->value[0] != '\0' ? "-" : "", w->m->value);
	tell_slot(t, w);
	w->text -= (size_t)w->slot * w->m->members * NSC_QUANTILES;
}

/* Texts of a metric: one a value, but one a slot and value where the group has its own words. */
static size_t
texts(struct nsc_teller *t, const struct nsc_metric *m)
{
	return (size_t)m->members * NSC_QUANTILES *
	       (is_behind(m) || nsc_db_words(m) ? slots(t, m) : 1);
}

/* Of a protocol, with its own words; rows beyond the last protocol are empty. */
static void
tell_db(struct nsc_teller *t, struct where *w)
{
	size_t skip = nsc_db_words(w->m) ? (size_t)w->slot * w->m->members * NSC_QUANTILES : 0;

	w->name = nsc_db_name(w->slot);
	if (w->name == NULL)
		return;
	w->text += skip;
	tell_slot(t, w);
	w->text -= skip;
}

void
nsc_teller_tell(struct nsc_teller *t)
{
	struct nsc_series *series = t->series;
	char (*text)[NSC_VALUE_TEXT] = t->text;
	unsigned i, count;

	t->samples = 0;
	for (i = 0; i < NSC_METRICS; i++) {
		const struct nsc_metric *m = &nsc_metrics[i];
		struct where w = {.m = m,
				  .group = nsc_groups_find(t->groups, m->group),
				  .text = text};

		count = slots(t, m);
		for (w.slot = 0; w.slot < count; w.slot++, series += m->members) {
			struct nsc_rank_row *row = w.group != NULL && !is_other(&w)
							   ? &w.group->rank.row[w.slot] : NULL;

			w.series = series;
			if (row != NULL && row->renewed)
				memset(series, 0, m->members * sizeof *series);
			if (row != NULL && !row->shown)
				continue;
			if (is_behind(m)) {
				if (row != NULL && row->token[0] != '\0')
					tell_service(t, &w, row->token);
				continue;
			}
			if (m->group == NSC_SET_DB) {
				tell_db(t, &w);
				continue;
			}
			w.name = row != NULL       ? row->token
				 : w.group != NULL ? "other"
				 : m->group == NSC_SET_NONE
					 ? ""
					 : nsc_set_token((enum nsc_set)m->group, w.slot);
			tell_slot(t, &w);
		}
		text += texts(t, m);
	}
	for (i = 0; i < NSC_GROUP_SETS; i++) {
		struct nsc_rank *rank = &t->groups->group[i].rank;
		unsigned n;

		for (n = 0; n < rank->size; n++)
			rank->row[n].renewed = false;
	}
	for (i = 0; i < t->samples; i++)
		if (t->sample[i].value == t->count_text)
			t->sample[i].level[0] = t->samples;
}

/* --- life ------------------------------------------------------------------------- */

/* The words of every protocol; what it has none for is never counted. */
static void
write_words(const struct nsc_metric *m, char (*text)[NSC_VALUE_TEXT])
{
	for (unsigned row = 0; row < m->groups; row++) {
		for (unsigned v = 0; v < m->members; v++, text += NSC_QUANTILES) {
			const char *word = m->values == NSC_SET_OPERATION ? nsc_db_operation(row, v)
									  : nsc_db_error(row, v);

			snprintf(*text, NSC_VALUE_TEXT, "%s", word != NULL ? word : "");
		}
	}
}

static void
write_text(const struct nsc_metric *m, char (*text)[NSC_VALUE_TEXT])
{
	unsigned v, q;

	if (nsc_db_words(m)) {
		write_words(m, text);
		return;
	}

	for (v = 0; v < m->members; v++) {
		for (q = 0; q < NSC_QUANTILES; q++) {
			const char *part[3] = {m->value, "", ""};
			char *p = text[v * NSC_QUANTILES + q], *end = p + NSC_VALUE_TEXT;
			unsigned i;

			if (m->values != NSC_SET_NONE && m->shape != NSC_SHAPE_PORTS)
				part[1] = nsc_set_token((enum nsc_set)m->values, v);
			if (m->shape == NSC_SHAPE_QUANTILES)
				part[2] = quantiles[q].text;
			*p = '\0';
			for (i = 0; i < 3; i++)
				if (part[i][0] != '\0')
					p += snprintf(p, (size_t)(end - p), "%s%s",
						      p > text[v * NSC_QUANTILES + q] ? "_"
										  : "",
						      part[i]);
		}
	}
}

int
nsc_teller_open(struct nsc_teller *t)
{
	size_t series = 0, text = 0, samples = 0, at = 0;
	unsigned i;

	for (i = 0; i < NSC_METRICS; i++) {
		const struct nsc_metric *m = &nsc_metrics[i];
		size_t n = (size_t)slots(t, m) * m->members;

		text += texts(t, m);
		series += n;
		samples += m->shape == NSC_SHAPE_QUANTILES   ? n * NSC_QUANTILES
			   : m->shape == NSC_SHAPE_LISTENERS ? NSC_LISTEN_TOLD
							     : n;
	}
	t->series = calloc(series, sizeof *t->series);
	t->text = calloc(text, sizeof *t->text);
	t->sample = calloc(samples, sizeof *t->sample);
	if (t->series == NULL || t->text == NULL || t->sample == NULL)
		return -ENOMEM;
	for (i = 0; i < NSC_METRICS; i++) {
		write_text(&nsc_metrics[i], t->text + at);
		if (i == NSC_M_SELF_SERIES)
			t->count_text = t->text[at + NSC_V_SERIES_SERIES * NSC_QUANTILES];
		at += texts(t, &nsc_metrics[i]);
	}
	return 0;
}

void
nsc_teller_close(struct nsc_teller *t)
{
	free(t->series);
	free(t->text);
	free(t->sample);
}
