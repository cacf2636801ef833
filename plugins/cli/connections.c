/* SPDX-License-Identifier: MIT */
/* netflowscope connections: whom this host talks with, by its sockets. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "columns.h"

/* Widths at 80 columns; what a terminal has more goes to ends, retransmits, units and processes. */
enum { WAY = 2, LOCAL = 20, REMOTE = 21, OWNER = 11, SENT = 6, RECEIVED = 8, RTT = 6,
       RETRANSMITS = 6, UNIT = 20, END_MOST = 58, OWNER_MOST = 28 };

_Static_assert(WAY + LOCAL + REMOTE + OWNER + SENT + RECEIVED + RTT + 6 == TEXT_WIDTH,
	       "a line is full");

enum { NONE, INCOMING, OUTGOING, WITHIN, WAYS };	/* the order of `direction` in DESIGN 2 */

struct list {
	struct nsc_connection *connection;
	size_t count, room;
	bool json, failed;
	char *line;
};

static void
keep(void *arg, const struct nsc_connection *c)
{
	struct list *t = arg;
	struct nsc_connection *more;

	if (t->json) {
		fwrite(t->line, 1, nsc_connection_json(c, t->line, NSC_JSON_LINE), stdout);
		return;
	}
	if (t->count == t->room) {
		t->room = t->room * 2 + 64;
		more = realloc(t->connection, t->room * sizeof *more);
		if (more == NULL) {
			t->room = t->count;
			t->failed = true;
			return;
		}
		t->connection = more;
	}
	t->connection[t->count++] = *c;
}

/* TCP by state, then UDP; in a group the busiest first. */
static int
by_group(const struct nsc_connection *x, const struct nsc_connection *y)
{
	if (x->socket.proto != y->socket.proto)
		return x->socket.proto < y->socket.proto ? -1 : 1;
	return x->socket.state < y->socket.state ? -1 : x->socket.state > y->socket.state;
}

static int
compare(const void *a, const void *b)
{
	const struct nsc_connection *x = a, *y = b;
	uint64_t m = x->socket.totals.sent + x->socket.totals.received,
		 n = y->socket.totals.sent + y->socket.totals.received;
	int order = by_group(x, y);

	if (order == 0 && m != n)
		order = m > n ? -1 : 1;
	if (order == 0)
		order = nsc_addr_cmp(&x->socket.local, &y->socket.local);
	return order != 0 ? order : (int)x->socket.local_port - (int)y->socket.local_port;
}

struct widths {
	unsigned local, remote, owner, retransmits, unit;	/* 0: no such column */
};

static unsigned
give(unsigned *more, unsigned most)
{
	unsigned n = *more < most ? *more : most;

	*more -= n;
	return n;
}

static struct widths
widths(void)
{
	struct widths w = {.local = LOCAL, .remote = REMOTE, .owner = OWNER};
	unsigned more = columns_width() - TEXT_WIDTH, half;

	if (more > RETRANSMITS) {
		w.retransmits = RETRANSMITS;
		more -= RETRANSMITS + 1;
	}
	if (more > UNIT + 12) {
		w.unit = UNIT;
		more -= UNIT + 1;
	}
	w.owner += give(&more, 8);
	half = (more + 1) / 2;
	w.remote += give(&more, half < END_MOST - REMOTE ? half : END_MOST - REMOTE);
	w.local += give(&more, END_MOST - LOCAL);
	w.owner += give(&more, OWNER_MOST - OWNER - 8);
	return w;
}

struct fields {
	const char *way, *local, *remote, *owner, *sent, *received, *rtt, *retransmits, *unit;
};

/* Lines end where their text does. */
static void
put_line(const struct widths *w, const struct fields *f)
{
	char line[1024];
	int n = snprintf(line, sizeof line, "%-*s %-*s %-*s %-*s %*s %*s %*s", WAY, f->way,
			 (int)w->local, f->local, (int)w->remote, f->remote, (int)w->owner,
			 f->owner, SENT, f->sent, RECEIVED, f->received, RTT, f->rtt);

	if (w->retransmits > 0)
		n += snprintf(line + n, sizeof line - (size_t)n, " %*s", (int)w->retransmits,
			      f->retransmits);
	if (w->unit > 0)
		n += snprintf(line + n, sizeof line - (size_t)n, " %-*s", (int)w->unit, f->unit);
	while (n > 0 && line[n - 1] == ' ')
		n--;
	printf("%.*s\n", n, line);
}

/* In at most RTT columns. */
static const char *
rtt_text(uint32_t us, char text[TEXT_FIELD])
{
	if (us >= 99500000)
		snprintf(text, TEXT_FIELD, "> 99 s");
	else
		text_seconds(us / 1e6, text);
	return text;
}

/* In at most RETRANSMITS columns. */
static const char *
retransmits_text(uint32_t n, char text[TEXT_FIELD])
{
	snprintf(text, TEXT_FIELD, n < 1000000 ? "%u" : "%u M", n < 1000000 ? n : n / 1000000);
	return text;
}

static void
put_connection(const struct widths *w, const struct nsc_connection *c)
{
	static const char *const way[WAYS] = {[NONE] = "", [INCOMING] = "<-", [OUTGOING] = "->",
					      [WITHIN] = "=="};
	const struct nsc_socket *s = &c->socket;
	char local[TEXT_FIELD], remote[TEXT_FIELD], owner[TEXT_FIELD], sent[TEXT_FIELD],
		received[TEXT_FIELD], rtt[TEXT_FIELD], again[TEXT_FIELD], unit[TEXT_FIELD];
	struct fields f = {
		.way = c->direction < WAYS ? way[c->direction] : "",
		.local = columns_end(&s->local, s->local_port, c->zone, false, w->local, local),
		.remote = columns_end(&s->remote, s->remote_port, c->zone, false, w->remote,
				      remote),
		.owner = columns_owner(c->owner_state, &c->process, w->owner, owner),
		.sent = "", .received = "", .rtt = "", .retransmits = "", .unit = "",
	};

	if (s->measured) {
		f.sent = text_octets(s->totals.sent, sent);
		f.received = text_octets(s->totals.received, received);
		f.retransmits = retransmits_text(s->totals.retransmits, again);
	}
	if (s->measured && s->totals.rtt > 0)
		f.rtt = rtt_text(s->totals.rtt, rtt);
	if (w->unit > 0)
		f.unit = text_name(c->process.unit, strlen(c->process.unit), w->unit, unit);
	put_line(w, &f);
}

static void
put_counts(const struct list *t)
{
	static const char *const name[WAYS] = {
		[NONE] = "with no direction", [INCOMING] = "incoming",
		[OUTGOING] = "outgoing", [WITHIN] = "within this host",
	};
	uint64_t ways[WAYS] = {0};
	char text[TEXT_FIELD];
	const char *join = ": ";

	for (size_t i = 0; i < t->count; i++)
		if (t->connection[i].direction < WAYS)
			ways[t->connection[i].direction]++;
	printf("%s", text_things(t->count, "connection", "connections", text));
	for (unsigned i = 1; i <= WAYS; i++)
		if (ways[i % WAYS] > 0) {
			printf("%s%s %s", join, text_count(ways[i % WAYS], text), name[i % WAYS]);
			join = ", ";
		}
	printf("\n");
}

static void
print_table(struct list *t)
{
	static const struct fields head = {"", "LOCAL", "REMOTE", "PROCESS", "SENT",
					   "RECEIVED", "RTT", "RETRAN", "UNIT"};
	struct widths w = widths();
	bool denied = false;

	put_counts(t);
	if (t->count == 0)
		return;
	qsort(t->connection, t->count, sizeof *t->connection, compare);
	printf("\n");
	put_line(&w, &head);
	for (size_t i = 0; i < t->count; i++) {
		const struct nsc_connection *c = &t->connection[i];

		if (i == 0 || by_group(&c[-1], c) != 0)
			printf("%s %s\n", c->socket.proto == 6 ? "TCP" : "UDP",
			       nsc_socket_state_text(&c->socket));
		put_connection(&w, c);
		denied |= c->owner_state == NSC_OWNER_DENIED;
	}
	columns_denied(denied);
}

int
cli_connections(struct cli *c)
{
	struct list t = {.json = c->json, .line = malloc(NSC_JSON_LINE)};
	char err[NSC_ERR] = "";
	int rc = -ENOMEM;

	if (t.line != NULL)
		rc = nsc_look_connections(c->config, keep, &t, err);
	if ((rc >= 0 || t.count > 0) && !c->json && !t.failed)
		print_table(&t);
	free(t.line);
	free(t.connection);
	if (rc == -ENOMEM || t.failed)
		return cli_fail("netflowscope: out of memory");
	return cli_flush(cli_source(rc, err));
}
