/* SPDX-License-Identifier: MIT */
/* The table of options: names in both forms, and the name that a misspelt one was meant to be. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "engine/config.h"
#include "engine/option.h"

static const struct nsc_option options[NSC_OPTIONS] = {
#define NSC_OPTION(id, name_, kind_, minimum_, maximum_, standard_, choices_, text_)               \
	{                                                                                          \
		.name = #name_, .kind = NSC_KIND_##kind_, .minimum = minimum_, .maximum = maximum_,\
		.standard = standard_, .choices = choices_, .text = text_,                         \
	},
#include "options.def"
#undef NSC_OPTION
};

/* A dash is added in front of each word: names are at most half of the room. */
#define NSC_OPTION(id, name_, kind_, minimum_, maximum_, standard_, choices_, text_)               \
	_Static_assert(sizeof #name_ < NSC_OPTION_NAME / 2, #name_ " is too long");
#include "options.def"
#undef NSC_OPTION

const struct nsc_option *
nsc_options(size_t *count)
{
	*count = NSC_OPTIONS;
	return options;
}

/* FlowTableSize: flow-table-size; TimeoutTCP: timeout-tcp; TopN: top-n. */
void
nsc_option_dashed(const struct nsc_option *o, char name[NSC_OPTION_NAME])
{
	const char *p = o->name;
	size_t n = 0;

	for (; *p != '\0' && n + 2 < NSC_OPTION_NAME; p++) {
		bool begins = p > o->name && isupper((unsigned char)*p) &&
			      (islower((unsigned char)p[-1]) || islower((unsigned char)p[1]));

		if (begins)
			name[n++] = '-';
		name[n++] = (char)tolower((unsigned char)*p);
	}
	name[n] = '\0';
}

const struct nsc_option *
nsc_option_find(const char *name)
{
	char dashed[NSC_OPTION_NAME];
	unsigned i;

	for (i = 0; i < NSC_OPTIONS; i++) {
		nsc_option_dashed(&options[i], dashed);
		if (strcasecmp(name, options[i].name) == 0 || strcasecmp(name, dashed) == 0)
			return &options[i];
	}
	return NULL;
}

static unsigned
least(unsigned a, unsigned b, unsigned c)
{
	unsigned m = a < b ? a : b;

	return m < c ? m : c;
}

/* Edits (with swaps of neighbours) from a to b, letter case aside: optimal string alignment. */
static unsigned
distance(const char *a, const char *b)
{
	unsigned row[3][NSC_OPTION_NAME + 1], i, j;
	size_t m = strlen(a), n = strlen(b);

	if (m > NSC_OPTION_NAME || n > NSC_OPTION_NAME)
		return NSC_OPTION_NAME;
	for (j = 0; j <= n; j++)
		row[0][j] = j;
	for (i = 1; i <= m; i++) {
		unsigned *now = row[i % 3], *up = row[(i + 2) % 3], *two = row[(i + 1) % 3];

		now[0] = i;
		for (j = 1; j <= n; j++) {
			int x = tolower((unsigned char)a[i - 1]),
			    y = tolower((unsigned char)b[j - 1]);

			now[j] = least(up[j] + 1, now[j - 1] + 1, up[j - 1] + (x != y));
			if (i > 1 && j > 1 && x == tolower((unsigned char)b[j - 2]) &&
			    y == tolower((unsigned char)a[i - 2]) && two[j - 2] + 1 < now[j])
				now[j] = two[j - 2] + 1;
		}
	}
	return row[m % 3][n];
}

/* A guess helps only when it is near: a third of the letters, rounded up. */
static bool
near(const char *word, unsigned edits)
{
	return edits <= (strlen(word) + 2) / 3;
}

const char *
nsc_word_meant(const char *word, const char *(*words)(unsigned n))
{
	unsigned i, edits, best = NSC_OPTION_NAME;
	const char *w, *meant = NULL;

	for (i = 0; (w = words(i)) != NULL; i++) {
		edits = distance(word, w);
		if (edits < best) {
			best = edits;
			meant = w;
		}
	}
	return meant != NULL && near(word, best) ? meant : NULL;
}

static const char *
option_name(unsigned n)
{
	return n < NSC_OPTIONS ? options[n].name : NULL;
}

const char *
nsc_option_meant(const char *name)
{
	char plain[NSC_OPTION_NAME];
	size_t n = 0;

	for (; *name != '\0' && n + 1 < sizeof plain; name++)
		if (*name != '-')
			plain[n++] = *name;
	plain[n] = '\0';
	return nsc_word_meant(plain, option_name);
}
