/* SPDX-License-Identifier: MIT */
/* Words and fields. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "columns.h"
#include "top_filter.h"

/* A field as text in one of two ways (an end: address, and address with port); NULL: no more. */
typedef const char *field(const struct top_row *r, unsigned n, char text[TEXT_FIELD]);

static const char *
once(unsigned n, const char *text)
{
	return n == 0 && text[0] != '\0' ? text : NULL;
}

static const char *
number(unsigned n, unsigned long value, char text[TEXT_FIELD])
{
	if (n > 0 || value == 0)
		return NULL;
	snprintf(text, TEXT_FIELD, "%lu", value);
	return text;
}

static const char *
end_text(unsigned n, const struct nsc_addr *a, unsigned port, const struct top_row *r, char text[TEXT_FIELD])
{
	static const struct nsc_addr none;

	if (n > 1 || (port == 0 && nsc_addr_equal(a, &none)))
		return NULL;
	if (n == 0)
		return nsc_addr_text(a, text);
	return columns_end(a, port, r->zone, r->dual, TEXT_FIELD - 1, text);
}

static const char *
app(const struct top_row *r, unsigned n, char text[TEXT_FIELD])
{
	(void)text;
	return once(n, r->kind == TOP_APPS ? r->name : r->app);
}

static const char *
process(const struct top_row *r, unsigned n, char text[TEXT_FIELD])
{
	(void)text;
	if (r->kind == TOP_PROCESSES)
		return once(n, r->name);
	return n == 0 && r->process.name[0] != '\0' ? r->process.name
	     : n <= 1 && r->peer_process[0] != '\0' ? r->peer_process : NULL;
}

static const char *
unit(const struct top_row *r, unsigned n, char text[TEXT_FIELD])
{
	(void)text;
	return once(n, r->kind == TOP_UNITS ? r->name : r->process.unit);
}

static const char *
pid(const struct top_row *r, unsigned n, char text[TEXT_FIELD])
{
	return number(n, r->process.pid, text);
}

static const char *
proto(const struct top_row *r, unsigned n, char text[TEXT_FIELD])
{
	(void)text;
	return once(n, r->proto);
}

static const char *
direction(const struct top_row *r, unsigned n, char text[TEXT_FIELD])
{
	(void)text;
	return once(n, r->direction);
}

static const char *
scope(const struct top_row *r, unsigned n, char text[TEXT_FIELD])
{
	(void)text;
	return once(n, r->scope);
}

static const char *
state(const struct top_row *r, unsigned n, char text[TEXT_FIELD])
{
	(void)text;
	return once(n, r->state);
}

static const char *
port(const struct top_row *r, unsigned n, char text[TEXT_FIELD])
{
	if (n > 1 || r->proto[0] == '\0')
		return NULL;
	snprintf(text, TEXT_FIELD, "%u", n == 0 ? r->local_port : r->remote_port);
	return text;
}

static const char *
local(const struct top_row *r, unsigned n, char text[TEXT_FIELD])
{
	return end_text(n, &r->local, r->local_port, r, text);
}

static const char *
remote(const struct top_row *r, unsigned n, char text[TEXT_FIELD])
{
	return end_text(n, &r->remote, r->remote_port, r, text);
}

static const char *
name(const struct top_row *r, unsigned n, char text[TEXT_FIELD])
{
	(void)text;
	return once(n, r->name);
}

/* Of a connection the other end, of a listener its own. */
static const char *
host(const struct top_row *r, unsigned n, char text[TEXT_FIELD])
{
	if (r->name[0] != '\0' && r->kind != TOP_LISTENERS) {
		if (n == 0)
			return r->name;
		n--;
	}
	return r->kind == TOP_LISTENERS ? local(r, n, text) : remote(r, n, text);
}

static const char *
exposure(const struct top_row *r, unsigned n, char text[TEXT_FIELD])
{
	(void)text;
	return once(n, r->exposure);
}

static const char *
verdict(const struct top_row *r, unsigned n, char text[TEXT_FIELD])
{
	(void)text;
	return once(n, r->verdict);
}

static const char *
bind(const struct top_row *r, unsigned n, char text[TEXT_FIELD])
{
	(void)text;
	return once(n, r->bind);
}

static const struct key {
	const char *name;
	field *text;
	bool whole;			/* ':' is '=' here: numbers */
	bool free;			/* part of what a bare word is looked for in */
	const char *help;
} keys[] = {
	{"port", port, true, true, "of either end"},
	{"process", process, false, true, "its name"},
	{"dir", direction, false, true, "incoming, outgoing, local"},
	{"host", host, false, false, "name or address of the other end"},
	{"app", app, false, true, "tls, http, dns"},
	{"state", state, false, true, "established"},
	{"scope", scope, false, true, "loopback, private, public"},
	{"unit", unit, false, true, "systemd's unit, or a container"},
	{"pid", pid, true, false, "number of the process"},
	{"proto", proto, false, true, "tcp, udp"},
	{"name", name, false, true, "of the row; the rule of a listener"},
	{"local", local, false, true, "this end"},
	{"remote", remote, false, true, "the other end"},
	{"exposure", exposure, false, true, "exposed, lan_only, local_only"},
	{"verdict", verdict, false, true, "allow, drop, reject, unknown"},
	{"bind", bind, false, true, "any, loopback, interface, address"},
};

enum { KEYS = sizeof keys / sizeof *keys };

const char *
top_filter_key(unsigned n, const char **text)
{
	if (n >= KEYS)
		return NULL;
	*text = keys[n].help;
	return keys[n].name;
}

/* --- parsing ---------------------------------------------------------------------------------- */

/* The next word without its quotes; false at the end. */
static bool
next_word(const char **at, char word[TOP_FILTER_TEXT])
{
	const char *p = *at;
	bool quoted = false;
	size_t n = 0;

	while (*p == ' ')
		p++;
	if (*p == '\0')
		return false;
	for (; *p != '\0' && (quoted || *p != ' '); p++) {
		if (*p == '"')
			quoted = !quoted;
		else if (n < TOP_FILTER_TEXT - 1)
			word[n++] = *p;
	}
	word[n] = '\0';
	*at = p;
	return true;
}

static void
take_word(struct top_filter *f, char *word)
{
	struct top_term t = {.key = -1};
	size_t len;

	if (*word == '!') {
		t.negative = true;
		word++;
	}
	len = strcspn(word, ":=");
	/* Without a key: "[::1]:80" is a word like another. */
	if (word[len] != '\0' && len > 0 && strspn(word, "abcdefghijklmnopqrstuvwxyz") == len) {
		for (t.key = KEYS - 1; t.key >= 0; t.key--)
			if (strlen(keys[t.key].name) == len && strncmp(keys[t.key].name, word, len) == 0)
				break;
		if (t.key < 0) {
			snprintf(f->error, sizeof f->error, "no key \"%.*s\" (? lists them)",
				 len > 32 ? 32 : (int)len, word);
			return;
		}
		t.exact = word[len] == '=' || keys[t.key].whole;
		word += len + 1;
	}
	if (*word == '\0')
		return;			/* still being typed */
	if (f->terms == TOP_FILTER_TERMS) {
		snprintf(f->error, sizeof f->error, "more than %d words", TOP_FILTER_TERMS);
		return;
	}
	snprintf(t.word, sizeof t.word, "%.*s", (int)sizeof t.word - 1, word);
	f->term[f->terms++] = t;
}

void
top_filter_parse(struct top_filter *f, const char *text)
{
	char word[TOP_FILTER_TEXT];
	const char *at;

	*f = (struct top_filter){.terms = 0};
	snprintf(f->text, sizeof f->text, "%s", text);
	for (at = f->text; next_word(&at, word);)
		take_word(f, word);
}

/* --- matching --------------------------------------------------------------------------------- */

static bool
in_field(const struct key *k, const struct top_term *t, const struct top_row *r)
{
	char text[TEXT_FIELD];
	const char *p;

	for (unsigned n = 0; (p = k->text(r, n, text)) != NULL; n++)
		if (t->exact ? top_token_of(t->word, p) : strcasestr(p, t->word) != NULL)
			return true;
	return false;
}

bool
top_filter_match(const struct top_filter *f, const struct top_row *r)
{
	for (unsigned i = 0; i < f->terms; i++) {
		const struct top_term *t = &f->term[i];
		bool found = t->key >= 0 && in_field(&keys[t->key], t, r);

		for (unsigned k = 0; t->key < 0 && !found && k < KEYS; k++)
			found = keys[k].free && in_field(&keys[k], t, r);
		if (found == t->negative)
			return false;
	}
	return true;
}
