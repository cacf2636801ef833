/* SPDX-License-Identifier: MIT */
/*
 * A strict reader of the protocol of Netdata's external plugins, as version 1.37 has it
 * (collectors/plugins.d/README.md; database/rrd.c): what it would ignore, disable or kill a
 * plugin for is a failure here.
 */
#ifndef NSC_TESTS_NETDATA_LINES_H
#define NSC_TESTS_NETDATA_LINES_H

#include <check.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ND_WORDS = 16, ND_CHARTS = 600, ND_DIMENSIONS = 300, ND_LINE = 1024 };

struct nd_dimension {
	char id[128], algorithm[16];
	long multiplier, divisor;
	bool obsolete, set;		/* set: in this block */
	uint64_t sets;
	int64_t first, last;		/* since it was last defined anew */
	int64_t gained;			/* what Netdata counts: increments, over all of its lives */
};

struct nd_chart {
	char id[200], context[100], units[40], family[40], type[16], label[40], group[64];
	bool obsolete, labelled, block;	/* block: told since nd_round */
	uint64_t blocks, span;		/* span: microseconds of the last block; 0: not told */
	struct nd_dimension *dimension;
	unsigned dimensions;
};

struct nd_reader {
	struct nd_chart chart[ND_CHARTS];
	unsigned charts;
	struct nd_chart *defining, *telling;
	bool labels, ended;		/* CLABELs wait for their COMMIT; DISABLE was said */
	unsigned result;		/* lines of a function's result; 0: outside */
	unsigned results, functions;
	unsigned update_every;
};

static inline unsigned
nd_split(char *line, char *word[ND_WORDS])
{
	unsigned n = 0;

	for (char *p = line; *p != '\0' && n < ND_WORDS;) {
		p += strspn(p, " =");
		if (*p == '\0')
			break;
		if (*p == '\'' || *p == '"') {
			char *end = strchr(p + 1, *p);

			ck_assert_msg(end != NULL, "a quote is open: %s", p);
			*end = '\0';
			word[n++] = p + 1;
			p = end + 1;
			ck_assert_msg(*p == '\0' || *p == ' ', "octets behind a quote: %s", p);
			continue;
		}
		word[n++] = p;
		p += strcspn(p, " =");
		if (*p != '\0')
			*p++ = '\0';
	}
	return n;
}

static inline int64_t
nd_number(const char *text)
{
	char *end;
	int64_t n = strtoll(text, &end, 10);

	ck_assert_msg(end != text && *end == '\0', "\"%s\" is no whole number", text);
	return n;
}

static inline bool
nd_is_id(const char *id)
{
	return id[0] != '\0' && strspn(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
					   "0123456789_.-") == strlen(id);
}

static inline struct nd_chart *
nd_find(struct nd_reader *r, const char *id)
{
	for (unsigned i = 0; i < r->charts; i++)
		if (strcmp(r->chart[i].id, id) == 0)
			return &r->chart[i];
	return NULL;
}

static inline struct nd_dimension *
nd_dimension(struct nd_chart *c, const char *id)
{
	for (unsigned i = 0; c != NULL && i < c->dimensions; i++)
		if (strcmp(c->dimension[i].id, id) == 0)
			return &c->dimension[i];
	return NULL;
}

/* CHART type.id name title units family context charttype priority update_every options plugin module */
static inline void
nd_take_chart(struct nd_reader *r, char **w, unsigned n)
{
	struct nd_chart *c;

	ck_assert_uint_eq(n, 13);
	ck_assert_msg(strncmp(w[1], "netflowscope.", 13) == 0 && nd_is_id(w[1] + 13) &&
		      strchr(w[1] + 13, '.') == NULL, "%s is no id", w[1]);
	ck_assert_str_eq(w[2], "");
	ck_assert(w[3][0] != '\0' && w[4][0] != '\0' && nd_is_id(w[5]));
	ck_assert_msg(strncmp(w[6], "netflowscope.", 13) == 0 && nd_is_id(w[6] + 13), "%s", w[6]);
	ck_assert(strcmp(w[7], "line") == 0 || strcmp(w[7], "area") == 0 || strcmp(w[7], "stacked") == 0);
	ck_assert_int_gt(nd_number(w[8]), 0);
	ck_assert_int_eq(nd_number(w[9]), r->update_every);
	ck_assert(w[10][0] == '\0' || strcmp(w[10], "obsolete") == 0);
	ck_assert_str_eq(w[11], "netflowscope");
	ck_assert_str_eq(w[12], w[5]);
	c = nd_find(r, w[1]);
	if (c == NULL) {
		ck_assert_uint_lt(r->charts, ND_CHARTS);
		ck_assert_msg(w[10][0] == '\0', "%s is obsolete before it was there", w[1]);
		c = &r->chart[r->charts++];
		c->dimension = calloc(ND_DIMENSIONS, sizeof *c->dimension);
		ck_assert_ptr_nonnull(c->dimension);
		snprintf(c->id, sizeof c->id, "%s", w[1]);
		snprintf(c->units, sizeof c->units, "%s", w[4]);
		snprintf(c->family, sizeof c->family, "%s", w[5]);
		snprintf(c->context, sizeof c->context, "%s", w[6]);
		snprintf(c->type, sizeof c->type, "%s", w[7]);
	}
	ck_assert_str_eq(c->units, w[4]);
	ck_assert_str_eq(c->context, w[6]);
	ck_assert_str_eq(c->type, w[7]);
	c->obsolete = w[10][0] != '\0';
	for (unsigned i = 0; c->obsolete && i < c->dimensions; i++)
		c->dimension[i].obsolete = true;
	r->defining = c;
}

static inline void
nd_take_label(struct nd_reader *r, char **w, unsigned n)
{
	ck_assert_uint_eq(n, 4);
	ck_assert(r->defining != NULL && nd_is_id(w[1]) && nd_is_id(w[2]));
	ck_assert_str_eq(w[3], "1");
	snprintf(r->defining->label, sizeof r->defining->label, "%s", w[1]);
	snprintf(r->defining->group, sizeof r->defining->group, "%s", w[2]);
	r->labels = true;
}

/* DIMENSION id name algorithm multiplier divisor options */
static inline void
nd_take_dimension(struct nd_reader *r, char **w, unsigned n)
{
	struct nd_chart *c = r->defining;
	struct nd_dimension *d = nd_dimension(c, w[1]);

	ck_assert_uint_eq(n, 7);
	ck_assert_msg(c != NULL && !r->labels && nd_is_id(w[1]), "%s", w[1]);
	ck_assert_str_eq(w[2], "");
	ck_assert(strcmp(w[3], "incremental") == 0 || strcmp(w[3], "absolute") == 0);
	ck_assert_int_ne(nd_number(w[4]), 0);
	ck_assert_int_gt(nd_number(w[5]), 0);
	if (strcmp(w[6], "obsolete") == 0) {
		ck_assert_msg(d != NULL && !d->obsolete && !c->obsolete, "%s/%s was not there", c->id, w[1]);
		d->obsolete = true;
		return;
	}
	ck_assert_str_eq(w[6], "");
	ck_assert_msg(d == NULL || d->obsolete, "%s/%s is defined twice", c->id, w[1]);
	ck_assert(!c->obsolete);
	if (d == NULL) {
		ck_assert_uint_lt(c->dimensions, ND_DIMENSIONS);
		d = &c->dimension[c->dimensions++];
		memset(d, 0, sizeof *d);
		snprintf(d->id, sizeof d->id, "%s", w[1]);
		snprintf(d->algorithm, sizeof d->algorithm, "%s", w[3]);
		d->multiplier = nd_number(w[4]);
		d->divisor = nd_number(w[5]);
	}
	ck_assert_str_eq(d->algorithm, w[3]);
	d->obsolete = false;
	d->sets = 0;
}

/* BEGIN type.id [microseconds] */
static inline void
nd_take_begin(struct nd_reader *r, char **w, unsigned n)
{
	struct nd_chart *c = nd_find(r, w[1]);

	ck_assert_msg(c != NULL && !c->obsolete, "%s is no chart", w[1]);
	ck_assert_msg(r->telling == NULL, "%s within another block", w[1]);
	ck_assert_msg(!c->block, "%s has two blocks in one interval", w[1]);
	ck_assert(n == 2 || n == 3);
	c->span = n == 3 ? (uint64_t)nd_number(w[2]) : 0;
	ck_assert_msg(n == 2 || (int64_t)c->span > 0, "%s: %s us", w[1], w[2]);
	c->block = true;
	c->blocks++;
	for (unsigned i = 0; i < c->dimensions; i++)
		c->dimension[i].set = false;
	r->telling = c;
}

static inline void
nd_take_set(struct nd_reader *r, char **w, unsigned n)
{
	struct nd_dimension *d = nd_dimension(r->telling, w[1]);
	int64_t value;

	ck_assert_uint_eq(n, 3);
	ck_assert_msg(r->telling != NULL, "SET %s outside of a block", w[1]);
	ck_assert_msg(d != NULL && !d->obsolete, "%s/%s is no dimension", r->telling->id, w[1]);
	ck_assert_msg(!d->set, "%s/%s is set twice", r->telling->id, w[1]);
	value = nd_number(w[2]);
	if (strcmp(d->algorithm, "incremental") == 0 && d->sets > 0) {
		ck_assert_msg(value >= d->last, "%s/%s fell from %" PRId64 " to %" PRId64,
			      r->telling->id, w[1], d->last, value);
		d->gained += value - d->last;
	}
	if (d->sets++ == 0)
		d->first = value;
	d->last = value;
	d->set = true;
}

static inline void
nd_take_end(struct nd_reader *r)
{
	bool any = false;

	ck_assert_msg(r->telling != NULL, "END of nothing");
	for (unsigned i = 0; i < r->telling->dimensions; i++)
		any |= r->telling->dimension[i].set;
	ck_assert_msg(any, "%s: an empty block", r->telling->id);
	r->telling = NULL;
}

/* One line without its newline; it is written into. */
static inline void
nd_line(struct nd_reader *r, char *line)
{
	char *w[ND_WORDS];
	unsigned n;

	ck_assert_msg(strlen(line) < ND_LINE, "a line is too long: %.80s", line);
	ck_assert_msg(!r->ended, "behind DISABLE: %s", line);
	if (r->result > 0 && strcmp(line, "FUNCTION_RESULT_END") != 0) {
		r->result++;
		return;
	}
	n = nd_split(line, w);
	ck_assert_msg(n > 0, "an empty line");
	if (strcmp(w[0], "CHART") != 0 && strcmp(w[0], "DIMENSION") != 0 && w[0][0] != 'C')
		r->defining = NULL;
	if (strcmp(w[0], "CHART") == 0) {
		nd_take_chart(r, w, n);
	} else if (strcmp(w[0], "CLABEL") == 0) {
		nd_take_label(r, w, n);
	} else if (strcmp(w[0], "CLABEL_COMMIT") == 0) {
		ck_assert(r->labels);
		r->labels = false;
	} else if (strcmp(w[0], "DIMENSION") == 0) {
		nd_take_dimension(r, w, n);
	} else if (strcmp(w[0], "BEGIN") == 0) {
		nd_take_begin(r, w, n);
	} else if (strcmp(w[0], "SET") == 0) {
		nd_take_set(r, w, n);
	} else if (strcmp(w[0], "END") == 0) {
		nd_take_end(r);
	} else if (strcmp(w[0], "FUNCTION") == 0) {
		ck_assert(r->telling == NULL && n == 8);
		r->functions++;
	} else if (strcmp(w[0], "FUNCTION_RESULT_BEGIN") == 0) {
		ck_assert(r->telling == NULL && n == 5);
		r->result = 1;
	} else if (strcmp(w[0], "FUNCTION_RESULT_END") == 0) {
		ck_assert_uint_gt(r->result, 1);
		r->result = 0;
		r->results++;
	} else {
		ck_assert_msg(strcmp(w[0], "DISABLE") == 0 && n == 1, "%s is no keyword", w[0]);
		r->ended = true;
	}
}

/* A new interval begins. */
static inline void
nd_round(struct nd_reader *r)
{
	for (unsigned i = 0; i < r->charts; i++)
		r->chart[i].block = false;
}

/* All lines of a text. */
static inline void
nd_text(struct nd_reader *r, const char *text)
{
	char line[8192];
	size_t n;

	for (; *text != '\0'; text += n + 1) {
		n = strcspn(text, "\n");
		ck_assert_msg(text[n] == '\n', "the last line has no end: %s", text);
		ck_assert_uint_lt(n, sizeof line);
		memcpy(line, text, n);
		line[n] = '\0';
		nd_line(r, line);
	}
	ck_assert_msg(r->telling == NULL && !r->labels && r->result == 0, "something is not closed");
}

static inline void
nd_free(struct nd_reader *r)
{
	for (unsigned i = 0; i < r->charts; i++)
		free(r->chart[i].dimension);
	free(r);
}

#endif
