/* SPDX-License-Identifier: MIT */
/* Samples to charts: which are known, which are new, which went. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "charts.h"
#include "chart.h"

enum {
	BUCKETS = 512,
	GONE = 3,			/* reads without a value, until a dimension or chart went */
	KEPT_CHARTS = 256,		/* that went, with their sums: they may come back */
	KEPT_DIMENSIONS = 64,		/* of one chart */
};

struct charts {
	FILE *to;
	unsigned update_every;
	uint64_t round;			/* reads so far */
	bool failed;
	struct nsc_chart *how;		/* one a metric */
	struct chart *bucket[BUCKETS];
	struct chart *first, **last;	/* in the order in which they appeared */
	unsigned gone;			/* of these */
};

struct charts *
charts_new(FILE *to, unsigned update_every)
{
	unsigned metrics = nsc_metric_count();
	struct charts *c = calloc(1, sizeof *c);

	if (c == NULL)
		return NULL;
	c->to = to;
	c->update_every = update_every;
	c->last = &c->first;
	c->how = calloc(metrics, sizeof *c->how);
	if (c->how == NULL) {
		free(c);
		return NULL;
	}
	for (unsigned i = 0; i < metrics; i++)
		nsc_chart(i, &c->how[i]);
	return c;
}

void
charts_free(struct charts *c)
{
	struct chart *next;

	if (c == NULL)
		return;
	for (struct chart *p = c->first; p != NULL; p = next) {
		next = p->next;
		chart_free(p);
	}
	free(c->how);
	free(c);
}

/* --- finding them ------------------------------------------------------------- */

static unsigned
bucket_of(const char *context, const char *group)
{
	uint32_t h = 2166136261u;	/* FNV-1a */

	for (; *context != '\0'; context++)
		h = (h ^ (uint8_t)*context) * 16777619u;
	for (; *group != '\0'; group++)
		h = (h ^ (uint8_t)*group) * 16777619u;
	return h % BUCKETS;
}

static struct chart *
find_chart(struct charts *c, const struct nsc_chart *how, const char *group)
{
	struct chart **bucket = &c->bucket[bucket_of(how->context, group)], *p;

	for (p = *bucket; p != NULL; p = p->same_bucket)
		if (strcmp(p->how->context, how->context) == 0 && strcmp(p->group, group) == 0)
			return p;
	p = chart_new(how, group);
	if (p == NULL)
		return NULL;
	p->same_bucket = *bucket;
	*bucket = p;
	*c->last = p;
	c->last = &p->next;
	return p;
}

/* --- one read ------------------------------------------------------------------ */

void
charts_begin(struct charts *c)
{
	c->round++;
	c->failed = false;
}

void
charts_sample(void *charts, const struct nsc_sample *s)
{
	struct charts *c = charts;
	const struct nsc_chart *how = &c->how[s->metric];
	struct chart *p = find_chart(c, how, s->group);

	for (unsigned i = 0; i < s->count; i++) {
		struct dimension *d = p != NULL ? chart_dimension(p, how, s, i) : NULL;

		if (d == NULL)
			c->failed = true;
		else if (s->counter)
			dimension_count(d, s->sum[i], s->fresh, c->round);
		else
			dimension_set(d, llround(s->level[i] * how->scale), c->round);
	}
}

static void
unlink_chart(struct charts *c, struct chart **at)
{
	struct chart *p = *at, **b = &c->bucket[bucket_of(p->how->context, p->group)];

	while (*b != p)
		b = &(*b)->same_bucket;
	*b = p->same_bucket;
	*at = p->next;
	if (c->last == &p->next)
		c->last = at;
	chart_free(p);
	c->gone--;
}

/* The one that went first makes room for others. */
static void
forget_one(struct charts *c)
{
	struct chart **eldest = NULL;

	for (struct chart **at = &c->first; *at != NULL; at = &(*at)->next)
		if ((*at)->gone && (eldest == NULL || (*at)->round < (*eldest)->round))
			eldest = at;
	if (eldest != NULL)
		unlink_chart(c, eldest);
}

int
charts_end(struct charts *c, uint64_t now)
{
	c->gone = 0;
	for (struct chart *p = c->first; p != NULL; p = p->next) {
		chart_tell(p, c->to, c->update_every, c->round, now);
		chart_retire(p, c->to, c->update_every, c->round, GONE, KEPT_DIMENSIONS);
		c->gone += p->gone;
	}
	while (c->gone > KEPT_CHARTS)
		forget_one(c);
	return c->failed ? -ENOMEM : 0;
}
