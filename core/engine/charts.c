/* SPDX-License-Identifier: MIT */
/* Metrics as charts: contexts, units that integers can be scaled to, names of two values. */
#include <stdio.h>
#include <string.h>

#include "ledger/ledger.h"
#include "nsc.h"

static const struct line {
	const char *word, *title;	/* NULL: by rule */
	uint8_t form;
} lines[NSC_METRICS] = {
#define NSC_CHART(id, word_, form_, title_)                                                        \
	[NSC_M_##id] = {.word = word_, .title = title_, .form = NSC_CHART_##form_},
#include "charts.def"
#undef NSC_CHART
};

static bool
is_octets(const struct nsc_metric *m)
{
	return m->shape == NSC_SHAPE_PAIR && strcmp(m->unit, "octets") == 0;
}

/* A family's main chart, where no line says so: octets, else its first metric. */
static bool
is_main(unsigned metric)
{
	const char *family = nsc_metrics[metric].family;

	if (is_octets(&nsc_metrics[metric]))
		return true;
	for (unsigned i = 0; i < NSC_METRICS; i++)
		if (strcmp(nsc_metrics[i].family, family) == 0 &&
		    (i < metric || is_octets(&nsc_metrics[i])))
			return false;
	return true;
}

/* Another metric of the family has the word: by its line, or by standing in front. */
static bool
is_taken(unsigned metric, const char *word)
{
	for (unsigned i = 0; i < NSC_METRICS; i++) {
		const char *its = lines[i].word;

		if (i == metric || strcmp(nsc_metrics[i].family, nsc_metrics[metric].family) != 0)
			continue;
		if (its == NULL)
			its = i < metric && !is_main(i) ? nsc_metrics[i].unit : "";
		if (strcmp(its, word) == 0)
			return true;
	}
	return false;
}

static void
write_context(struct nsc_chart *c, unsigned metric)
{
	const struct nsc_metric *m = &nsc_metrics[metric];
	const char *word = lines[metric].word, *more = "";

	if (word == NULL) {
		word = is_main(metric) ? "" : m->unit;
		more = is_taken(metric, word) ? m->type : "";
	}
	snprintf(c->context, sizeof c->context, "%s%s%s%s%s", m->family, word[0] != '\0' ? "_" : "",
		 word, more[0] != '\0' ? "_" : "", more);
}

static const char *
label_of(const struct nsc_metric *m)
{
	switch (m->group) {
	case NSC_SET_NONE:
	case NSC_SET_SERVICE:		/* in the value */
		return "";
	case NSC_SET_SCOPE:
	case NSC_SET_SCOPE_FORWARDED:
	case NSC_SET_SCOPE_NONE:
		return "scope";
	default:
		return m->family;
	}
}

/* What was sent is drawn below the line. */
static void
describe_pair(struct nsc_chart *c, const struct nsc_metric *m)
{
	c->part[0] = "received";
	c->part[1] = "sent";
	c->multiplier[1] = -1;
	if (is_octets(m)) {
		snprintf(c->units, sizeof c->units, "kilobits/s");
		c->multiplier[0] = 8;
		c->multiplier[1] = -8;
		c->divisor = 1000;
	} else if (strcmp(m->unit, "microseconds") == 0) {
		snprintf(c->units, sizeof c->units, "milliseconds/s");
		c->part[0] = "user";
		c->part[1] = "system";
		c->multiplier[1] = 1;
		c->divisor = 1000;
	}
}

static void
describe_level(struct nsc_chart *c, const struct nsc_metric *m)
{
	snprintf(c->units, sizeof c->units, "%s", m->unit);
	if (strcmp(m->unit, "octets") == 0) {
		snprintf(c->units, sizeof c->units, "MiB");
		c->divisor = 1 << 20;
	} else if (strcmp(m->unit, "percent") == 0) {
		snprintf(c->units, sizeof c->units, "percentage");
		c->scale = c->divisor = 1000;
	} else if (strcmp(m->unit, "seconds") == 0) {
		c->scale = c->divisor = 1000000;
	}
}

unsigned
nsc_metric_count(void)
{
	return NSC_METRICS;
}

void
nsc_chart(unsigned metric, struct nsc_chart *c)
{
	const struct nsc_metric *m = &nsc_metrics[metric];

	*c = (struct nsc_chart){
		.family = m->family,
		.label = label_of(m),
		.title = lines[metric].title != NULL ? lines[metric].title : m->text,
		.part = {"", ""},
		.order = metric,
		.form = lines[metric].form,
		.multiplier = {1, 1},
		.divisor = 1,
		.scale = 1,
		.lasting = m->shape == NSC_SHAPE_QUANTILES,
	};
	write_context(c, metric);
	snprintf(c->units, sizeof c->units, "%s/s", m->unit);
	if (m->shape == NSC_SHAPE_PAIR)
		describe_pair(c, m);
	else if (m->shape != NSC_SHAPE_COUNTER)
		describe_level(c, m);
}
