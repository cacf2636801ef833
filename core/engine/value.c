/* SPDX-License-Identifier: MIT */
/* Values of options as text and back: numbers with units, booleans, choices. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "engine/option.h"

struct unit {
	char letter;
	uint64_t times;
};

static const struct unit size_units[] = {{'K', 1u << 10}, {'M', 1u << 20}, {'G', 1u << 30}, {0, 1}};
static const struct unit time_units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {0, 1}};
static const struct unit no_units[] = {{0, 1}};

static const struct unit *
units(const struct nsc_option *o)
{
	return o->kind == NSC_KIND_SIZE      ? size_units
	       : o->kind == NSC_KIND_SECONDS ? time_units
					     : no_units;
}

/* Digits and at most one unit.  -EINVAL: no such text; -ERANGE: more than 64 bits hold. */
static int
read_number(const char *p, const struct unit *unit, uint64_t *number)
{
	uint64_t n = 0;
	bool over = false;

	if (*p < '0' || *p > '9')
		return -EINVAL;
	for (; *p >= '0' && *p <= '9'; p++)
		over |= __builtin_mul_overflow(n, 10u, &n) ||
			__builtin_add_overflow(n, (uint64_t)(*p - '0'), &n);
	for (; unit->letter != 0 && (*p | 0x20) != (unit->letter | 0x20); unit++)
		;
	if (unit->letter != 0)
		p++;
	if (*p != '\0')
		return -EINVAL;
	over |= __builtin_mul_overflow(n, unit->times, number);
	return over ? -ERANGE : 0;
}

const char *
nsc_option_text(const struct nsc_option *o, uint64_t number, char text[NSC_VALUE_TEXT])
{
	const struct unit *u, *best = no_units;

	if (o->kind == NSC_KIND_SIZE && number != 0)
		for (u = size_units; u->letter != 0; u++)
			if (number % u->times == 0)
				best = u;
	snprintf(text, NSC_VALUE_TEXT, "%llu%.1s", (unsigned long long)(number / best->times),
		 &best->letter);
	return text;
}

/* "ring|off": "ring, off". */
static void
list_choices(const char *choices, char *text, size_t size)
{
	size_t n = 0;

	for (; *choices != '\0' && n + 3 < size; choices++) {
		if (*choices != '|') {
			text[n++] = *choices;
			continue;
		}
		text[n++] = ',';
		text[n++] = ' ';
	}
	text[n] = '\0';
}

void
nsc_option_allowed(const struct nsc_option *o, char *text, size_t size)
{
	char low[NSC_VALUE_TEXT], high[NSC_VALUE_TEXT];

	switch (o->kind) {
	case NSC_KIND_COUNT:
	case NSC_KIND_SIZE:
	case NSC_KIND_SECONDS:
		snprintf(text, size, "%s to %s%s", nsc_option_text(o, o->minimum, low),
			 nsc_option_text(o, o->maximum, high),
			 o->kind == NSC_KIND_SECONDS ? " seconds" : "");
		break;
	case NSC_KIND_BOOL:
		snprintf(text, size, "true, false, yes, no, on, off");
		break;
	case NSC_KIND_CHOICE:
		list_choices(o->choices, text, size);
		break;
	default:
		snprintf(text, size, "%s", o->choices);
		break;
	}
}

static const char *
form(const struct nsc_option *o)
{
	switch (o->kind) {
	case NSC_KIND_SIZE:
		return "number of octets (with K, M or G)";
	case NSC_KIND_SECONDS:
		return "number of seconds (with s, m or h)";
	default:
		return "whole number";
	}
}

static int
read_bounded(const struct nsc_option *o, const char *text, uint64_t *number, char err[NSC_ERR])
{
	char allowed[NSC_ERR];
	int rc = read_number(text, units(o), number);

	nsc_option_allowed(o, allowed, sizeof allowed);
	if (rc == -EINVAL)
		return nsc_error(err, rc, "%s: \"%s\" is no %s; allowed is %s", o->name,
				 text, form(o), allowed);
	if (rc < 0 || *number < o->minimum || *number > o->maximum)
		return nsc_error(err, -EINVAL, "%s: %s is not within %s", o->name, text, allowed);
	return 0;
}

static int
read_bool(const struct nsc_option *o, const char *text, uint64_t *number, char err[NSC_ERR])
{
	static const char *const words[] = {"false", "true", "no", "yes", "off", "on"};
	unsigned i;

	for (i = 0; i < sizeof words / sizeof *words; i++) {
		if (strcasecmp(text, words[i]) == 0) {
			*number = i & 1;
			return 0;
		}
	}
	return nsc_error(err, -EINVAL,
			 "%s: \"%s\" is none of true, false, yes, no, on, off", o->name,
			 text);
}

static int
read_choice(const struct nsc_option *o, const char *text, uint64_t *number, char err[NSC_ERR])
{
	const char *p = o->choices;
	char allowed[NSC_ERR];
	uint64_t i;

	for (i = 0; *p != '\0'; i++) {
		size_t n = strcspn(p, "|");

		if (strlen(text) == n && strncasecmp(p, text, n) == 0) {
			*number = i;
			return 0;
		}
		p += n + (p[n] == '|');
	}
	nsc_option_allowed(o, allowed, sizeof allowed);
	return nsc_error(err, -EINVAL, "%s: \"%s\" is none of %s", o->name, text, allowed);
}

int
nsc_option_number(const struct nsc_option *o, const char *text, uint64_t *number, char err[NSC_ERR])
{
	switch (o->kind) {
	case NSC_KIND_BOOL:
		return read_bool(o, text, number, err);
	case NSC_KIND_CHOICE:
		return read_choice(o, text, number, err);
	default:
		return read_bounded(o, text, number, err);
	}
}
