/* SPDX-License-Identifier: MIT */
/* A reader's samples as rows of applications, processes and units, and as totals. */
#include <stdio.h>
#include <string.h>

#include "top_model.h"

static struct top_row *
row_of(struct top_model *m, enum top_table_id table, const char *name)
{
	struct top_table *t = &m->table[table];
	struct top_row *r;

	/* A few dozen (TopN), and a row's samples come one after the other. */
	for (size_t i = t->count; i-- > 0;)
		if (strcmp(t->row[i].name, name) == 0)
			return &t->row[i];
	r = top_table_add(t);
	if (r == NULL)
		return NULL;
	snprintf(r->name, sizeof r->name, "%s", name);
	r->id = top_id(name, strlen(name), 0);
	r->kind = (uint8_t)table;
	r->rest = strcmp(name, "other") == 0 || strcmp(name, "unknown") == 0;
	return r;
}

static void
take_row(struct top_model *m, enum top_table_id table, const struct nsc_sample *s)
{
	bool octets = strcmp(s->type, "if_octets") == 0 || strcmp(s->type, "io_octets") == 0;
	bool current = strcmp(s->type, "current_connections") == 0;
	bool opened = strcmp(s->type, "connections") == 0 && strcmp(s->value, "opened") == 0;
	struct top_row *r = octets || current || opened ? row_of(m, table, s->group) : NULL;

	if (r == NULL)
		return;
	r->told = true;
	if (octets) {
		r->octets[TOP_RECEIVED] = s->sum[0];
		r->octets[TOP_SENT] = s->sum[1];
	} else if (current) {
		r->flows = (uint64_t)s->level[0];
	} else {
		r->opened = s->sum[0];
	}
}

static void
take_self(struct top_model *m, const struct nsc_sample *s)
{
	struct top_totals *t = &m->totals;
	struct top_source *source;

	if (strcmp(s->type, "packets") == 0 && strcmp(s->value, "captured") == 0)
		t->captured = s->sum[0];
	else if (strcmp(s->type, "packets") == 0 && strcmp(s->value, "dropped") == 0)
		t->dropped = s->sum[0];
	else if (strcmp(s->type, "cache_eviction") == 0)
		t->evicted += s->sum[0];
	if (strcmp(s->type, "bool") != 0 || strncmp(s->value, "source_", 7) != 0 ||
	    m->sources == TOP_SOURCES)
		return;
	source = &m->source[m->sources++];
	snprintf(source->name, sizeof source->name, "%s", s->value + 7);
	source->works = s->level[0] > 0;
}

void
top_model_sample(void *model, const struct nsc_sample *s)
{
	struct top_model *m = model;
	struct top_totals *t = &m->totals;

	if (strcmp(s->family, "app") == 0)
		take_row(m, TOP_APPS, s);
	else if (strcmp(s->family, "process") == 0 && !m->blind)
		take_row(m, TOP_PROCESSES, s);
	else if (strcmp(s->family, "unit") == 0 && !m->blind)
		take_row(m, TOP_UNITS, s);
	else if (strcmp(s->family, "self") == 0)
		take_self(m, s);
	else if (strcmp(s->family, "flow") == 0 && strcmp(s->type, "current_connections") == 0)
		t->flows += (uint64_t)s->level[0];
	else if (strcmp(s->family, "flow") == 0 && strcmp(s->value, "opened") == 0)
		t->opened = s->sum[0];
	else if (strcmp(s->family, "scope") == 0 && strcmp(s->type, "if_octets") == 0)
		for (int way = 0; way < TOP_WAYS; way++)
			t->octets[way] += s->sum[way];
}

static const enum top_table_id of_samples[] = {TOP_APPS, TOP_PROCESSES, TOP_UNITS};

void
top_samples_begin(struct top_model *m)
{
	for (unsigned i = 0; i < sizeof of_samples / sizeof *of_samples; i++) {
		struct top_table *t = &m->table[of_samples[i]];

		m->failed |= !top_pasts_take(&m->past_table[of_samples[i]], t);
		t->left_out = 0;
		for (size_t n = 0; n < t->count; n++)
			t->row[n].told = false;
	}
	m->past_totals = m->totals;
	m->totals = (struct top_totals){.opened = m->totals.opened};	/* summed up anew */
}

static void
rate(struct top_row *r, const struct top_past *past, double seconds)
{
	for (int way = 0; way < TOP_WAYS; way++) {
		uint64_t before = past != NULL ? past->octets[way] : 0;
		uint64_t delta = r->octets[way] > before ? r->octets[way] - before : 0;

		r->rate[way] = seconds > 0 ? (double)delta / seconds : 0;
	}
	r->opening = seconds > 0 && r->opened > (past != NULL ? past->opened : 0)
			     ? (double)(r->opened - (past != NULL ? past->opened : 0)) / seconds : 0;
}

static void
rate_totals(struct top_totals *t, const struct top_totals *past, double seconds)
{
	for (int way = 0; way < TOP_WAYS; way++)
		if (seconds > 0 && t->octets[way] > past->octets[way])
			t->rate[way] = (double)(t->octets[way] - past->octets[way]) / seconds;
	if (seconds > 0 && t->opened > past->opened)
		t->opening = (double)(t->opened - past->opened) / seconds;
}

/* A row that was not told any more goes on in `other`. */
void
top_samples_end(struct top_model *m, double seconds)
{
	for (unsigned i = 0; i < sizeof of_samples / sizeof *of_samples; i++) {
		struct top_table *t = &m->table[of_samples[i]];
		size_t kept = 0;

		if (m->blind && of_samples[i] != TOP_APPS)
			continue;
		for (size_t n = 0; n < t->count; n++) {
			if (!t->row[n].told)
				continue;
			rate(&t->row[n], top_pasts_find(&m->past_table[of_samples[i]], t->row[n].id),
			     seconds);
			if (kept != n)
				t->row[kept] = t->row[n];
			kept++;
		}
		t->count = kept;
	}
	rate_totals(&m->totals, &m->past_totals, seconds);
}
