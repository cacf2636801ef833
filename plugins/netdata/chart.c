/* SPDX-License-Identifier: MIT */
/*
 * Lines by learn.netdata.cloud, "External plugins" (plugins.d), as version 1.37 reads them:
 * CHART type.id name title units family context charttype priority update_every options
 * plugin module.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "chart.h"

#define NAME "netflowscope"

enum {
	PRIORITY = 7900,		/* behind the interfaces of Netdata itself, 7000 to 7020 */
	TITLE = 120,			/* octets of one; the rest is cut */
};

struct chart *
chart_new(const struct nsc_chart *how, const char *group)
{
	struct chart *p = calloc(1, sizeof *p);

	if (p == NULL)
		return NULL;
	p->how = how;
	snprintf(p->group, sizeof p->group, "%s", group);
	return p;
}

void
chart_free(struct chart *p)
{
	free(p->dimension);
	free(p);
}

/* --- dimensions ------------------------------------------------------------------ */

/* "opened"; of two values "received", "worker_user"; one without a name is its family. */
static void
write_id(const struct nsc_chart *how, const struct nsc_sample *s, unsigned i, char id[DIMENSION_ID])
{
	const char *part = how->part[i & 1], *between = "";

	if (s->value[0] != '\0' && part[0] != '\0')
		between = "_";
	if (s->value[0] == '\0' && part[0] == '\0')
		part = s->unit;
	snprintf(id, DIMENSION_ID, "%s%s%s", s->value, between, part);
	/* Tokens need no quotes; should one ever be none, it must not break the line. */
	for (; *id != '\0'; id++)
		if (strchr(" \t\n'\"=", *id) != NULL)
			*id = '_';
}

static struct dimension *
add_dimension(struct chart *p)
{
	struct dimension *more;

	if (p->count == p->room) {
		more = realloc(p->dimension, (p->room + 8) * 2 * sizeof *more);
		if (more == NULL)
			return NULL;
		p->dimension = more;
		p->room = (p->room + 8) * 2;
	}
	more = &p->dimension[p->count++];
	memset(more, 0, sizeof *more);
	return more;
}

struct dimension *
chart_dimension(struct chart *p, const struct nsc_chart *how, const struct nsc_sample *s, unsigned i)
{
	char id[DIMENSION_ID];
	struct dimension *d;

	write_id(how, s, i, id);
	for (size_t n = 0; n < p->count; n++) {
		size_t at = (p->next_one + n) % p->count;

		if (strcmp(p->dimension[at].id, id) == 0) {
			p->next_one = at + 1;
			return &p->dimension[at];
		}
	}
	d = add_dimension(p);
	if (d == NULL)
		return NULL;
	memcpy(d->id, id, sizeof d->id);
	d->multiplier = how->multiplier[i & 1];
	d->divisor = how->divisor;
	d->counter = s->counter;
	d->lasting = how->lasting;
	p->next_one = p->count;
	return d;
}

/*
 * A reader's sum begins anew when a name comes back that had been forgotten (fresh): it goes
 * on where it was.  What Netdata doesn't know yet is told as it was before this read.
 */
void
dimension_count(struct dimension *d, uint64_t sum, bool fresh, uint64_t round)
{
	int64_t before = d->total;

	if (fresh)
		d->base = d->total;
	d->total = d->base + (int64_t)sum;
	if (d->defined)
		d->value = d->total;
	else
		d->value = d->known || fresh ? before : d->total;
	d->known = true;
	d->round = round;
}

void
dimension_set(struct dimension *d, int64_t value, uint64_t round)
{
	d->value = value;
	d->round = round;
}

/* --- lines ------------------------------------------------------------------------- */

static void
put_id(const struct chart *p, FILE *to)
{
	fprintf(to, NAME ".%s%s%s", p->how->context, p->group[0] != '\0' ? "-" : "", p->group);
}

/* Between quotes: one of its own would end it, and a line of Netdata's has 1024 octets. */
static void
put_title(const char *text, FILE *to)
{
	for (unsigned n = 0; text[n] != '\0' && n < TITLE; n++)
		fputc(strchr("\'\"\n", text[n]) != NULL ? ' ' : text[n], to);
}

static void
put_chart(const struct chart *p, FILE *to, unsigned update_every, const char *options)
{
	static const char *const form[] = {
		[NSC_CHART_LINE] = "line",
		[NSC_CHART_AREA] = "area",
		[NSC_CHART_STACKED] = "stacked",
	};
	const struct nsc_chart *how = p->how;

	fputs("CHART ", to);
	put_id(p, to);
	fputs(" '' '", to);
	put_title(how->title, to);
	fprintf(to, "' '%s' '%s' '" NAME ".%s' %s %u %u '%s' '" NAME "' '%s'\n", how->units,
		how->family, how->context, form[how->form], PRIORITY + how->order, update_every,
		options, how->family);
}

static void
put_dimension(const struct dimension *d, FILE *to, const char *options)
{
	fprintf(to, "DIMENSION %s '' %s %" PRId32 " %" PRId32 " '%s'\n", d->id,
		d->counter ? "incremental" : "absolute", d->multiplier, d->divisor, options);
}

/* A dimension is defined behind its chart's line, which may be said again. */
static void
define(struct chart *p, FILE *to, unsigned update_every, uint64_t round)
{
	bool said = false;

	for (size_t i = 0; i < p->count; i++) {
		struct dimension *d = &p->dimension[i];

		if (d->round != round || d->defined)
			continue;
		if (!said)
			put_chart(p, to, update_every, "");
		if (!said && !p->defined && p->group[0] != '\0')
			fprintf(to, "CLABEL '%s' '%s' 1\nCLABEL_COMMIT\n", p->how->label, p->group);
		said = true;
		put_dimension(d, to, "");
		d->defined = true;
	}
	p->defined |= said;
	p->gone &= !said;
}

void
chart_tell(struct chart *p, FILE *to, unsigned update_every, uint64_t round, uint64_t now)
{
	bool begun = false;

	define(p, to, update_every, round);
	for (size_t i = 0; i < p->count; i++) {
		const struct dimension *d = &p->dimension[i];

		if (d->round != round)
			continue;
		if (!begun) {
			fputs("BEGIN ", to);
			put_id(p, to);
			if (p->told > 0)
				fprintf(to, " %" PRIu64, now - p->told);
			fputc('\n', to);
			begun = true;
		}
		fprintf(to, "SET %s = %" PRId64 "\n", d->id, d->value);
	}
	if (!begun)
		return;
	fputs("END\n", to);
	p->told = now;
	p->round = round;
}

/* --- what went ---------------------------------------------------------------------- */

/* Of what Netdata no longer knows only sums are worth anything, and those of the last ones. */
static void
forget(struct chart *p, unsigned keep)
{
	size_t kept = 0, from, to = 0;

	for (size_t i = 0; i < p->count; i++)
		kept += !p->dimension[i].defined && p->dimension[i].counter;
	for (from = 0; from < p->count; from++) {
		const struct dimension *d = &p->dimension[from];

		if (!d->defined && (!d->counter || kept > keep)) {
			kept -= d->counter;
			continue;
		}
		if (to != from)
			p->dimension[to] = *d;
		to++;
	}
	p->count = to;
	p->next_one = 0;
}

void
chart_retire(struct chart *p, FILE *to, unsigned update_every, uint64_t round, unsigned rounds,
	     unsigned keep)
{
	unsigned left = 0, went = 0;

	for (size_t i = 0; i < p->count; i++) {
		struct dimension *d = &p->dimension[i];

		if (d->defined && !d->lasting && round - d->round >= rounds)
			went++;
		else
			left += d->defined;
	}
	if (went == 0)
		return;
	put_chart(p, to, update_every, left == 0 ? "obsolete" : "");
	for (size_t i = 0; i < p->count; i++) {
		struct dimension *d = &p->dimension[i];

		if (!d->defined || d->lasting || round - d->round < rounds)
			continue;
		if (left > 0)
			put_dimension(d, to, "obsolete");
		d->defined = false;
	}
	if (left == 0) {
		p->defined = false;
		p->gone = true;
		p->told = 0;
	}
	forget(p, keep);
}
