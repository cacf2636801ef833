/* SPDX-License-Identifier: MIT */
/* Collects flow ends and the reader's samples, and prints them at 80 columns. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "health.h"
#include "text.h"
#include "view.h"

enum { TOP = 10, APPS = 96, APP_LINES = 12, NAME = 64, BAR = 24 };

/* Widths of a conversation's line: with spaces between them 80 columns. */
enum { FROM = 23, TO = 29, APP = 10, SENT = 6, RECEIVED = 8 };

_Static_assert(FROM + TO + APP + SENT + RECEIVED + 4 == TEXT_WIDTH, "a line is full");

struct conversation {
	struct nsc_addr addr[2]; /* by side */
	uint16_t port[2];
	uint8_t proto, app;
	uint64_t octets[2];
	char name[NAME]; /* of the responder, printable; "" if none */
};

struct sums {
	uint64_t flows, packets, octets;
};

struct view {
	struct nsc_engine *engine;
	struct nsc_reader *reader;
	struct conversation top[TOP]; /* largest first */
	unsigned conversations;
	struct sums app[APPS], all;
	struct health health;
};

int
view_new(struct view **out, struct nsc_engine *e)
{
	struct view *v = calloc(1, sizeof *v);

	if (v == NULL)
		return -ENOMEM;
	v->engine = e;
	if (nsc_reader_new(&v->reader, e) != 0) {
		free(v);
		return -ENOMEM;
	}
	*out = v;
	return 0;
}

void
view_free(struct view *v)
{
	if (v == NULL)
		return;
	nsc_reader_free(v->reader);
	free(v);
}

static uint64_t
weight(const struct conversation *c)
{
	return c->octets[0] + c->octets[1];
}

/* The name of the server, as a URL has it: with its port, if that is not the usual one. */
static void
set_name(struct conversation *c, const struct view *v, const struct nsc_event *ev)
{
	static const enum nsc_label names[] = {NSC_LABEL_TLS_SNI, NSC_LABEL_HTTP_HOST};
	struct nsc_text t = {.len = 0};
	char label[NSC_LABEL_TEXT], text[TEXT_FIELD], port[8] = "";
	unsigned i;

	for (i = 0; i < sizeof names / sizeof *names && t.len == 0; i++)
		t = nsc_event_label(v->engine, ev, names[i], label);
	if (t.len == 0)
		return;
	if (c->port[1] != 80 && c->port[1] != 443 && memchr(t.p, ':', t.len) == NULL)
		snprintf(port, sizeof port, ":%u", c->port[1]);
	snprintf(c->name, sizeof c->name, "%s%s",
		 text_name(t.p, t.len, TO - (unsigned)strlen(port), text), port);
}

static void
keep(struct view *v, const struct nsc_event *ev)
{
	const struct nsc_flow *f = ev->flow;
	struct conversation c = {
		.addr = {nsc_event_addr(v->engine, ev, 0), nsc_event_addr(v->engine, ev, 1)},
		.port = {nsc_flow_port(f, 0), nsc_flow_port(f, 1)},
		.proto = f->proto,
		.app = f->app,
		.octets = {f->octets[0], f->octets[1]},
	};
	unsigned at = v->conversations;

	if (at == TOP && weight(&c) <= weight(&v->top[TOP - 1]))
		return;
	if (at == TOP)
		at--;
	else
		v->conversations++;
	set_name(&c, v, ev);
	for (; at > 0 && weight(&v->top[at - 1]) < weight(&c); at--)
		v->top[at] = v->top[at - 1];
	v->top[at] = c;
}

static void
count(struct sums *s, uint64_t flows, uint64_t packets, uint64_t octets)
{
	s->flows += flows;
	s->packets += packets;
	s->octets += octets;
}

void
view_event(struct view *v, const struct nsc_event *ev)
{
	const struct nsc_flow *f = ev->flow;
	uint64_t packets, octets;

	if (ev->kind != NSC_EVENT_FLOW)
		return;
	packets = nsc_flow_packets(f, 0) + nsc_flow_packets(f, 1);
	octets = f->octets[0] + f->octets[1];
	count(&v->app[f->app < APPS ? f->app : 0], 1, packets, octets);
	count(&v->all, 1, packets, octets);
	keep(v, ev);
}

static void
print_app(const struct view *v, const char *name, const struct sums *s)
{
	char flows[TEXT_FIELD], packets[TEXT_FIELD], octets[TEXT_FIELD], share[TEXT_FIELD];
	char bar[BAR + 1];
	size_t full = 0;

	if (v->all.octets > 0)
		full = (size_t)(BAR * (double)s->octets / (double)v->all.octets + 0.5);
	memset(bar, '#', full);
	bar[full] = '\0';
	printf("%-14.14s %11s %12s %6s %7s%s%s\n", name, text_count(s->flows, flows),
	       text_count(s->packets, packets), text_octets(s->octets, octets),
	       text_share(s->octets, v->all.octets, share), full > 0 ? "  " : "", bar);
}

static void
print_apps(const struct view *v)
{
	unsigned order[APPS], apps = 0, lines, i, j;
	struct sums rest = {.flows = 0};
	char name[32];

	for (i = 0; i < APPS; i++) {
		if (v->app[i].flows == 0)
			continue;
		for (j = apps++; j > 0 && v->app[order[j - 1]].octets < v->app[i].octets;
		     j--)
			order[j] = order[j - 1];
		order[j] = i;
	}
	printf("\n%-14s %11s %12s %6s %7s\n", "APPLICATION", "FLOWS", "PACKETS", "BYTES",
	       "SHARE");
	lines = apps > APP_LINES ? APP_LINES - 1 : apps;
	for (i = 0; i < lines; i++)
		print_app(v, nsc_app_name(order[i]), &v->app[order[i]]);
	if (lines == apps)
		return;
	for (; i < apps; i++)
		count(&rest, v->app[order[i]].flows, v->app[order[i]].packets,
		      v->app[order[i]].octets);
	snprintf(name, sizeof name, "%u others", apps - lines);
	print_app(v, name, &rest);
}

static const char *
app_or_proto(const struct conversation *c, char text[TEXT_FIELD])
{
	if (c->app != 0)
		snprintf(text, TEXT_FIELD, "%s", nsc_app_name(c->app));
	else if (c->proto == 6 || c->proto == 17)
		snprintf(text, TEXT_FIELD, "%s", c->proto == 6 ? "tcp" : "udp");
	else if (c->proto == 1 || c->proto == 58)
		snprintf(text, TEXT_FIELD, "%s", c->proto == 1 ? "icmp" : "icmp6");
	else if (c->proto == 132)
		snprintf(text, TEXT_FIELD, "sctp");
	else
		snprintf(text, TEXT_FIELD, "ip %u", c->proto);
	return text;
}

static void
print_conversations(const struct view *v)
{
	char from[TEXT_FIELD], to[TEXT_FIELD], app[TEXT_FIELD], sent[TEXT_FIELD],
		received[TEXT_FIELD];
	uint64_t octets = v->all.octets, flows = v->all.flows - v->conversations;
	unsigned i;

	if (v->conversations == 0)
		return;
	printf("\n%-*s %-*s %-*s %*s %*s\n", FROM, "INITIATOR", TO, "RESPONDER", APP, "APP",
	       SENT, "SENT", RECEIVED, "RECEIVED");
	for (i = 0; i < v->conversations; i++) {
		const struct conversation *c = &v->top[i];

		octets -= weight(c);
		if (c->name[0] == '\0')
			text_end(&c->addr[1], c->port[1], TO, to);
		printf("%-*s %-*s %-*.*s %*s %*s\n", FROM,
		       text_end(&c->addr[0], c->port[0], FROM, from), TO,
		       c->name[0] != '\0' ? c->name : to, APP, APP, app_or_proto(c, app),
		       SENT, text_octets(c->octets[0], sent), RECEIVED,
		       text_octets(c->octets[1], received));
	}
	if (flows > 0)
		printf("and %s, %s\n",
		       text_things(flows, "smaller flow", "smaller flows", from),
		       text_octets(octets, sent));
}

struct counted {
	const char *one, *many;
	uint64_t n;
};

/* "losses: 3 malformed packets, 1 flow evicted"; nothing of what is 0. */
static void
print_counted(const char *head, unsigned indent, const struct counted *c, size_t n)
{
	char text[TEXT_FIELD];
	struct text_list l;
	size_t i;

	text_list_begin(&l, indent);
	for (i = 0; i < n; i++)
		if (c[i].n > 0)
			text_list_add(&l, head,
				      text_things(c[i].n, c[i].one, c[i].many, text));
	text_list_end(&l);
}

static void
print_totals(const struct nsc_summary *s)
{
	char packets[TEXT_FIELD], octets[TEXT_FIELD], flows[TEXT_FIELD], lasted[TEXT_FIELD],
		when[32] = "";
	time_t first = (time_t)(s->first / 1000000000);
	uint64_t ns = s->last > s->first ? s->last - s->first : 0;
	const struct counted other[] = {
		{"ARP packet", "ARP packets", s->arp},
		{"packet that is not IP", "packets that are not IP", s->non_ip},
		{"fragment", "fragments", s->fragments},
	};
	struct tm tm;

	printf("%s, %s of IP, %s", text_things(s->packets, "packet", "packets", packets),
	       text_octets(s->bytes, octets),
	       text_things(s->flows, "flow", "flows", flows));
	if (s->packets > 1)
		printf(" in %s", text_seconds((double)ns / 1e9, lasted));
	printf("\n");
	if (s->packets > 0 && gmtime_r(&first, &tm) != NULL) {
		strftime(when, sizeof when, "%Y-%m-%d %H:%M:%S", &tm);
		printf("from %s UTC\n", when);
	}
	print_counted("among them ", 11, other, sizeof other / sizeof *other);
}

static void
print_losses(const struct nsc_summary *s)
{
	const struct counted loss[] = {
		{"packet dropped by the kernel", "packets dropped by the kernel",
		 s->dropped},
		{"malformed packet", "malformed packets", s->malformed},
		{"packet cut short by the capture", "packets cut short by the capture",
		 s->truncated},
		{"flow evicted", "flows evicted", s->evicted},
	};

	if (s->dropped + s->malformed + s->truncated + s->evicted > 0)
		printf("\n");
	print_counted("LOSSES  ", 8, loss, sizeof loss / sizeof *loss);
}

void
view_print(struct view *v, const char *title)
{
	struct nsc_summary s;

	nsc_engine_summary(v->engine, &s);
	/* Quantiles cover one read: this one takes the whole capture's. */
	nsc_reader_read(v->reader, health_take, &v->health);
	text_print_path(title);
	printf("\n");
	print_totals(&s);
	if (v->all.flows > 0)
		print_apps(v);
	print_conversations(v);
	health_print(&v->health);
	print_losses(&s);
}
