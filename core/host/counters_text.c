/* SPDX-License-Identifier: MIT */
/*
 * The text of /proc/net/{snmp,netstat}: lines in pairs, "Tcp: InSegs OutSegs" and below it
 * "Tcp: 7 9"; of /proc/net/snmp6: "Udp6NoPorts    12".  Columns come and go with the
 * kernel's version: they are found by name alone.
 */
#include <string.h>

#include "base/bytes.h"
#include "host/counters.h"

struct word {
	const char *p;
	size_t n;
};

static struct nsc_bytes
next_line(struct nsc_bytes *b)
{
	size_t left = nsc_bytes_left(b), n;
	const uint8_t *end = left > 0 ? memchr(b->p, '\n', left) : NULL;
	struct nsc_bytes line;

	n = end != NULL ? (size_t)(end - b->p) : left;
	line = nsc_bytes_sub(b, n);
	if (end != NULL)
		nsc_bytes_skip(b, 1);
	return line;
}

/* Behind blanks; of no octets at the end of the line. */
static struct word
next_word(struct nsc_bytes *line)
{
	const uint8_t *p;
	struct word w;

	while ((p = nsc_bytes_peek(line, 1)) != NULL && (*p == ' ' || *p == '\t'))
		nsc_bytes_skip(line, 1);
	w = (struct word){.p = (const char *)line->p};
	while ((p = nsc_bytes_peek(line, 1)) != NULL && *p != ' ' && *p != '\t') {
		nsc_bytes_skip(line, 1);
		w.n++;
	}
	return w;
}

/* Digits alone: "-1" is the limit that there is none. */
static bool
number(const struct word *w, uint64_t *v)
{
	*v = 0;
	for (size_t i = 0; i < w->n; i++) {
		if (w->p[i] < '0' || w->p[i] > '9' || *v > (UINT64_MAX - 9) / 10)
			return false;
		*v = *v * 10 + (uint64_t)(w->p[i] - '0');
	}
	return w->n > 0;
}

static void
take(struct nsc_counter *c, uint64_t now, unsigned bits)
{
	if (!c->met)
		c->met = true;
	else if (now >= c->last)
		c->sum += now - c->last;
	else if (bits == 32 && c->last <= UINT32_MAX)
		c->sum += (uint32_t)now - (uint32_t)c->last;
	c->last = now;
}

static void
tell(struct nsc_counters *p, const struct word *prefix, const struct word *name,
     const struct word *value)
{
	uint64_t v;

	if (!number(value, &v))
		return;
	for (unsigned i = 0; i < p->count; i++) {
		const char *want = p->counter[i].name;

		if (strlen(want) == prefix->n + name->n && memcmp(want, prefix->p, prefix->n) == 0 &&
		    memcmp(want + prefix->n, name->p, name->n) == 0)
			take(&p->counter[i], v, p->bits);
	}
}

void
nsc_counters_names(struct nsc_counters *p, const char *text, size_t n)
{
	static const struct word none = {"", 0};
	struct nsc_bytes b = nsc_bytes(text, n);

	while (nsc_bytes_left(&b) > 0) {
		struct nsc_bytes line = next_line(&b);
		struct word name = next_word(&line), value = next_word(&line);

		if (name.n > 0)
			tell(p, &none, &name, &value);
	}
}

/* "Tcp:": what stands before each name of the line. */
static struct word
prefix_of(struct nsc_bytes *line)
{
	struct word w = next_word(line);

	if (w.n == 0 || w.p[w.n - 1] != ':')
		return (struct word){.p = w.p};
	w.n--;
	return w;
}

void
nsc_counters_pairs(struct nsc_counters *p, const char *text, size_t n)
{
	struct nsc_bytes b = nsc_bytes(text, n);

	while (nsc_bytes_left(&b) > 0) {
		struct nsc_bytes names = next_line(&b), values = next_line(&b);
		struct word a = prefix_of(&names), v = prefix_of(&values);

		if (a.n == 0 || a.n != v.n || memcmp(a.p, v.p, a.n) != 0)
			continue;
		for (struct word name; (name = next_word(&names)).n > 0;) {
			v = next_word(&values);
			tell(p, &a, &name, &v);
		}
	}
}
