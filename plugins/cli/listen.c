/* SPDX-License-Identifier: MIT */
/* netflowscope listen: what this host listens on. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "columns.h"

/* Widths at 80 columns; what a terminal has more goes to addresses, units and processes. */
enum { PROTO = 5, ADDRESS = 25, BIND = 9, EXPOSURE = 10, QUEUE = 9, OWNER = 17, UNIT = 24,
       RULE = 34, ADDRESS_MOST = 58, OWNER_MOST = 32 };

_Static_assert(PROTO + ADDRESS + BIND + EXPOSURE + QUEUE + OWNER + 5 == TEXT_WIDTH,
	       "a line is full");

struct list {
	struct nsc_listener *listener;
	size_t count, room;
	bool json, failed;
	char *line;
};

static void
keep(void *arg, const struct nsc_listener *l)
{
	struct list *t = arg;
	struct nsc_listener *more;

	if (t->json) {
		fwrite(t->line, 1, nsc_listener_json(l, t->line, NSC_JSON_LINE), stdout);
		return;
	}
	if (t->count == t->room) {
		t->room = t->room * 2 + 64;
		more = realloc(t->listener, t->room * sizeof *more);
		if (more == NULL) {
			t->room = t->count;
			t->failed = true;
			return;
		}
		t->listener = more;
	}
	t->listener[t->count++] = *l;
}

struct widths {
	unsigned address, owner, unit, rule;	/* 0: no such column */
};

static struct widths
widths(void)
{
	struct widths w = {ADDRESS, OWNER, 0, 0};
	unsigned more = columns_width() - TEXT_WIDTH;

	if (more > UNIT) {
		w.unit = UNIT;
		more -= UNIT + 1;
	}
	if (w.unit > 0 && more > RULE) {
		w.rule = RULE;
		more -= RULE + 1;
	}
	w.address += more < ADDRESS_MOST - ADDRESS ? more : ADDRESS_MOST - ADDRESS;
	more -= w.address - ADDRESS;
	w.owner += more < OWNER_MOST - OWNER ? more : OWNER_MOST - OWNER;
	return w;
}

static const char *
queue_text(const struct nsc_listener *l, char text[TEXT_FIELD])
{
	if (l->socket.proto == 6)
		snprintf(text, TEXT_FIELD, "%u/%u", l->socket.queue, l->socket.queue_max);
	else
		text[0] = '\0';
	return text;
}

/* Lines end where their text does. */
static void
put_line(const struct widths *w, const char *const field[8])
{
	char line[1024];
	int n = snprintf(line, sizeof line, "%-*s %-*s %-*s %-*s %*s %-*s", PROTO, field[0],
			 (int)w->address, field[1], BIND, field[2], EXPOSURE, field[3], QUEUE,
			 field[4], (int)w->owner, field[5]);

	if (w->unit > 0)
		n += snprintf(line + n, sizeof line - (size_t)n, " %-*s", (int)w->unit, field[6]);
	if (w->rule > 0)
		n += snprintf(line + n, sizeof line - (size_t)n, " %-*s", (int)w->rule, field[7]);
	while (n > 0 && line[n - 1] == ' ')
		n--;
	printf("%.*s\n", n, line);
}

static const char *
address_text(const struct nsc_listener *l, unsigned columns, char text[TEXT_FIELD])
{
	bool any = l->bind == NSC_BIND_ANY || l->bind == NSC_BIND_INTERFACE;
	bool dual = any && l->socket.families == (NSC_FAMILY_IPV4 | NSC_FAMILY_IPV6);

	return columns_end(&l->socket.local, l->socket.local_port, l->interface, dual, columns,
			   text);
}

static void
put_listener(const struct widths *w, const struct nsc_listener *l)
{
	char address[TEXT_FIELD], queue[TEXT_FIELD], owner[TEXT_FIELD], unit[TEXT_FIELD];
	char rule[NSC_RULE_TEXT], shown[TEXT_FIELD];
	const char *field[8] = {
		l->socket.proto == 6 ? "tcp" : "udp",
		address_text(l, w->address, address),
		l->address_present ? nsc_bind_text(l->bind) : "absent",
		nsc_exposure_text(l->exposure),
		queue_text(l, queue),
		columns_owner(l->owner_state, &l->process, w->owner, owner),
		"",
		"",
	};

	if (w->unit > 0)
		field[6] = text_name(l->process.unit, strlen(l->process.unit), w->unit, unit);
	if (w->rule > 0) {
		nsc_listener_rule(l, rule, sizeof rule);
		snprintf(shown, sizeof shown, "%.*s", (int)w->rule, rule);
		field[7] = shown;
	}

	put_line(w, field);
}

static void
put_overflows(const struct list *t)
{
	char lost[TEXT_FIELD], end[TEXT_FIELD];
	bool first = true;

	for (size_t i = 0; i < t->count; i++) {
		const struct nsc_listener *l = &t->listener[i];

		if (l->socket.proto != 6 || l->socket.drops == 0)
			continue;
		printf("%s%s lost %s to a full queue\n", first ? "\nOVERFLOWS  " : "           ",
		       address_text(l, 34, end),
		       text_things(l->socket.drops, "connection", "connections", lost));
		first = false;
	}
}

static void
print_table(const struct list *t)
{
	static const char *const head[8] = {"PROTO", "ADDRESS", "BIND", "EXPOSURE",
					    "QUEUE", "PROCESS", "UNIT", "RULE"};
	char text[TEXT_FIELD];
	struct widths w = widths();
	uint64_t local = 0, exposed = 0;
	bool denied = false;

	for (size_t i = 0; i < t->count; i++) {
		local += t->listener[i].exposure == NSC_EXPOSURE_LOCAL_ONLY;
		exposed += t->listener[i].exposure == NSC_EXPOSURE_EXPOSED;
		denied |= t->listener[i].owner_state == NSC_OWNER_DENIED;
	}
	printf("%s", text_things(t->count, "listener", "listeners", text));
	if (local > 0)
		printf(", %s for this host alone", text_count(local, text));
	if (exposed > 0)
		printf(", %s open to strangers", text_count(exposed, text));
	printf("\n");
	if (t->count == 0)
		return;
	printf("\n");
	put_line(&w, head);
	for (size_t i = 0; i < t->count; i++)
		put_listener(&w, &t->listener[i]);
	put_overflows(t);
	columns_denied(denied);
}

int
cli_listen(struct cli *c)
{
	struct list t = {.json = c->json, .line = malloc(NSC_JSON_LINE)};
	char err[NSC_ERR] = "";
	int rc = -ENOMEM;

	if (t.line != NULL)
		rc = nsc_look_listeners(c->config, keep, &t, err);
	if ((rc >= 0 || t.count > 0) && !c->json && !t.failed)
		print_table(&t);
	free(t.line);
	free(t.listener);
	if (rc == -ENOMEM || t.failed)
		return cli_fail("netflowscope: out of memory");
	return cli_flush(cli_source(rc, err));
}
