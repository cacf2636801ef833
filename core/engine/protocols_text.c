/* SPDX-License-Identifier: MIT */
/* The table of dissectors as text: for a terminal, and docs/protocols.md. */
#include <stdio.h>

#include "dissect/table.h"
#include "nsc.h"

enum { TEXT = 1024 };

static const char *
transports(const struct nsc_dissector *d)
{
	switch (d->transports) {
	case NSC_OVER_TCP:
		return "TCP";
	case NSC_OVER_UDP:
		return "UDP";
	default:
		return "TCP, UDP";
	}
}

static const char *
or_empty(const char *text)
{
	return text != NULL ? text : "";
}

/* "`get` `set`"; nothing if there is no list. */
static void
words(char text[TEXT], const char *const *list, const char *quote)
{
	size_t n = 0;

	text[0] = '\0';
	for (; list != NULL && *list != NULL && n < TEXT; list++)
		n += (size_t)snprintf(text + n, TEXT - n, "%s%s%s%s", n > 0 ? " " : "", quote, *list,
				      quote);
}

static void
markdown(const struct nsc_dissector *d, void (*put)(void *arg, const char *text), void *arg)
{
	char line[4 * TEXT], list[TEXT];

	snprintf(line, sizeof line, "\n## %s\n\n%s, over %s. Specification: %s.\n\n- Known by: %s.\n", d->name,
		 d->title, transports(d), d->spec, or_empty(d->known_by));
	put(arg, line);
	snprintf(line, sizeof line, "- Measured: %s.\n",
		 d->measures != NULL ? d->measures : "the name alone");
	put(arg, line);
	if (d->operations != NULL) {
		words(list, d->operations, "`");
		snprintf(line, sizeof line, "- Operations (`db-%s/operations-KIND`): %s\n", d->name, list);
		put(arg, line);
	}
	if (d->errors != NULL) {
		words(list, d->errors, "`");
		snprintf(line, sizeof line, "- Errors (`db-%s/errors-ERROR`): %s\n", d->name, list);
		put(arg, line);
	}
	if (d->limits != NULL) {
		snprintf(line, sizeof line, "- Limits: %s.\n", d->limits);
		put(arg, line);
	}
}

static void
plain(const struct nsc_dissector *d, void (*put)(void *arg, const char *text), void *arg)
{
	char line[4 * TEXT], list[TEXT];

	snprintf(line, sizeof line, "%-12s %-8s  %s (%s)\n", d->name, transports(d), d->title, d->spec);
	put(arg, line);
	if (d->operations != NULL) {
		words(list, d->operations, "");
		snprintf(line, sizeof line, "    operations: %s\n", list);
		put(arg, line);
	}
	if (d->errors != NULL) {
		words(list, d->errors, "");
		snprintf(line, sizeof line, "    errors: %s\n", list);
		put(arg, line);
	}
}

void
nsc_print_protocols(enum nsc_format f, void (*put)(void *arg, const char *text), void *arg)
{
	if (f == NSC_FORMAT_MARKDOWN)
		put(arg, "# Protocols\n\n"
			 "Generated from the dissectors in `core/dissect/` by `netflowscope protocols "
			 "--markdown`. The name is the flow's `app` and the row `app-NAME`. A name is "
			 "given by content alone: two checks that don't depend on each other, or one "
			 "that is worth 32 bits; never by a port alone. Of what is measured, texts of "
			 "statements, keys and users are never kept. An operation is a request that got "
			 "its answer.\n");
	for (unsigned app = 1; app < nsc_dissector_count; app++) {
		if (f == NSC_FORMAT_MARKDOWN)
			markdown(nsc_dissectors[app], put, arg);
		else
			plain(nsc_dissectors[app], put, arg);
	}
}
