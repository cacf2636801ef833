/* SPDX-License-Identifier: MIT */
/* Collects flow ends and the reader's samples, and prints them at 80 columns. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "text.h"
#include "view.h"

enum { TOP = 10, APPS = 96, NAME = 64, HEALTH = 160 };

struct conversation {
	struct nsc_addr addr[2];	/* by side */
	uint16_t port[2];
	uint8_t proto, app;
	uint64_t octets;
	char name[NAME];		/* printable; "" if none */
};

struct view {
	struct nsc_engine *engine;
	struct nsc_reader *reader;
	struct conversation top[TOP];	/* largest first */
	unsigned conversations;
	struct {
		uint64_t flows, octets;
	} app[APPS];
	uint64_t flows, octets;
	char dns[HEALTH], dns_time[HEALTH], tcp[HEALTH], tcp_time[HEALTH];	/* lines under way */
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

static void
keep(struct view *v, const struct nsc_event *ev, uint64_t octets)
{
	static const enum nsc_label names[] = {NSC_LABEL_TLS_SNI, NSC_LABEL_HTTP_HOST,
					       NSC_LABEL_REMOTE_NAME};
	struct conversation *c;
	unsigned at = v->conversations, i;
	char text[TEXT_FIELD];

	if (at == TOP && octets <= v->top[TOP - 1].octets)
		return;
	if (at == TOP)
		at--;
	else
		v->conversations++;
	for (; at > 0 && v->top[at - 1].octets < octets; at--)
		v->top[at] = v->top[at - 1];
	c = &v->top[at];
	*c = (struct conversation){
		.addr = {*nsc_flow_addr(ev->flow, 0), *nsc_flow_addr(ev->flow, 1)},
		.port = {nsc_flow_port(ev->flow, 0), nsc_flow_port(ev->flow, 1)},
		.proto = ev->flow->proto,
		.app = ev->flow->app,
		.octets = octets,
	};
	for (i = 0; i < sizeof names / sizeof *names && c->name[0] == '\0'; i++) {
		struct nsc_text t = nsc_event_label(v->engine, ev, names[i]);

		snprintf(c->name, sizeof c->name, "%s", text_name(t.p, t.len, NAME - 1, text));
	}
}

void
view_event(struct view *v, const struct nsc_event *ev)
{
	uint64_t octets;
	unsigned app;

	if (ev->kind != NSC_EVENT_FLOW)
		return;
	octets = ev->flow->octets[0] + ev->flow->octets[1];
	app = ev->flow->app < APPS ? ev->flow->app : 0;
	v->app[app].flows++;
	v->app[app].octets += octets;
	v->flows++;
	v->octets += octets;
	keep(v, ev, octets);
}

static void
append(char line[HEALTH], const char *label, const char *value)
{
	size_t len = strlen(line);

	snprintf(line + len, HEALTH - len, "%s%s %s", len > 0 ? "   " : "", label, value);
}

/* A sample of DNS or TCP health to the line where it belongs. */
static void
tell(void *arg, const struct nsc_sample *s)
{
	struct view *v = arg;
	char text[TEXT_FIELD], label[TEXT_FIELD];
	bool dns = strcmp(s->family, "dns") == 0, tcp = strcmp(s->family, "tcp") == 0;

	if (!dns && !tcp)
		return;
	if (s->counter && s->sum[0] == 0)
		return;
	if (dns && s->counter && strcmp(s->type, "dns_qtype") != 0)
		append(v->dns, s->value, text_count(s->sum[0], text));
	else if (dns && !s->counter)
		append(v->dns_time, s->value, text_seconds(s->level[0], text));
	else if (tcp && !s->counter) {
		snprintf(label, sizeof label, "%s %s", s->group, s->value);
		append(v->tcp_time, label, text_seconds(s->level[0], text));
	}
}

struct tcp_sums {
	const char *name[16];
	uint64_t sum[16];
	unsigned count;
};

/* TCP's counters over all scopes: people ask for the host's health first. */
static void
sum_tcp(void *arg, const struct nsc_sample *s)
{
	struct tcp_sums *t = arg;
	unsigned i;

	if (strcmp(s->family, "tcp") != 0 || !s->counter)
		return;
	for (i = 0; i < t->count && strcmp(t->name[i], s->value) != 0; i++)
		;
	if (i == sizeof t->sum / sizeof *t->sum)
		return;
	if (i == t->count) {
		t->count++;
		t->name[i] = strdup(s->value);
	}
	t->sum[i] += s->sum[0];
}

static void
print_apps(const struct view *v)
{
	unsigned order[APPS], count = 0, i, j;
	char octets[TEXT_FIELD], flows[TEXT_FIELD];

	for (i = 0; i < APPS; i++) {
		if (v->app[i].flows == 0)
			continue;
		for (j = count++; j > 0 && v->app[order[j - 1]].octets < v->app[i].octets; j--)
			order[j] = order[j - 1];
		order[j] = i;
	}
	printf("\n%-16s %12s %10s %8s\n", "APPLICATION", "FLOWS", "OCTETS", "SHARE");
	for (i = 0; i < count; i++)
		printf("%-16s %12s %10s %6.1f %%\n", nsc_app_name(order[i]),
		       text_count(v->app[order[i]].flows, flows), text_octets(v->app[order[i]].octets, octets),
		       v->octets > 0 ? 100.0 * (double)v->app[order[i]].octets / (double)v->octets : 0.0);
}

static const char *
proto_or_app(const struct conversation *c, char text[TEXT_FIELD])
{
	if (c->app != 0)
		snprintf(text, TEXT_FIELD, "%s", nsc_app_name(c->app));
	else if (c->proto == 6 || c->proto == 17)
		snprintf(text, TEXT_FIELD, "%s", c->proto == 6 ? "tcp" : "udp");
	else
		snprintf(text, TEXT_FIELD, c->proto == 1 ? "icmp" : c->proto == 58 ? "icmp6" : "ip %u", c->proto);
	return text;
}

static void
print_conversations(const struct view *v)
{
	char from[TEXT_FIELD], to[TEXT_FIELD], what[TEXT_FIELD], octets[TEXT_FIELD];
	const char *target;
	unsigned i;

	if (v->conversations == 0)
		return;
	printf("\n%-25s %-33s %-10s %9s\n", "INITIATOR", "RESPONDER", "WHAT", "OCTETS");
	for (i = 0; i < v->conversations; i++) {
		const struct conversation *c = &v->top[i];

		if (c->name[0] != '\0')
			target = text_name(c->name, strlen(c->name), 33, to);
		else
			target = text_end(&c->addr[1], c->port[1], 33, to);
		printf("%-25s %-33s %-10.10s %9s\n", text_end(&c->addr[0], c->port[0], 25, from),
		       target, proto_or_app(c, what), text_octets(c->octets, octets));
	}
}

/* "name value   name value", broken where the 80th column is reached. */
static void
print_health(const char *head, const char *line)
{
	const char *p = line;

	while (*p != '\0') {
		size_t n = strlen(p), room = 80 - 5;

		if (n > room) {
			n = room;
			while (n > 0 && strncmp(p + n, "   ", 3) != 0)
				n--;
			if (n == 0)
				n = room;
		}
		printf("%-4s %.*s\n", head, (int)n, p);
		head = "";
		p += n;
		p += strspn(p, " ");
	}
}

static void
print_tcp(struct view *v)
{
	struct tcp_sums t = {.count = 0};
	char text[TEXT_FIELD];
	unsigned i;

	nsc_reader_read(v->reader, sum_tcp, &t);
	for (i = 0; i < t.count; i++) {
		if (t.sum[i] > 0)
			append(v->tcp, t.name[i], text_count(t.sum[i], text));
		free((char *)t.name[i]);
	}
}

static void
print_losses(const struct nsc_summary *s)
{
	char text[TEXT_FIELD];
	const struct {
		const char *name;
		uint64_t n;
	} loss[] = {
		{"dropped by the kernel", s->dropped}, {"malformed", s->malformed},
		{"cut short by the capture", s->truncated}, {"flows evicted", s->evicted},
	};
	const char *between = "\nlosses: ";
	unsigned i;

	for (i = 0; i < sizeof loss / sizeof *loss; i++)
		if (loss[i].n > 0) {
			printf("%s%s %s", between, loss[i].name, text_count(loss[i].n, text));
			between = ", ";
		}
	if (*between == ',')
		printf("\n");
}

void
view_print(struct view *v, const char *title)
{
	struct nsc_summary s;
	char packets[TEXT_FIELD], octets[TEXT_FIELD], flows[TEXT_FIELD], lasted[TEXT_FIELD];
	char when[32] = "", name[TEXT_FIELD];
	time_t first;
	struct tm tm;

	nsc_engine_summary(v->engine, &s);
	/* Quantiles cover one read: the first one takes the whole capture's. */
	nsc_reader_read(v->reader, tell, v);
	print_tcp(v);
	first = (time_t)(s.first / 1000000000);
	if (s.packets > 0 && gmtime_r(&first, &tm) != NULL)
		strftime(when, sizeof when, "%Y-%m-%d %H:%M:%S", &tm);
	printf("%s\n", text_name(title, strlen(title), 80, name));
	printf("%s packets, %s, %s flows", text_count(s.packets, packets), text_octets(s.bytes, octets),
	       text_count(s.flows, flows));
	if (s.packets > 0)
		printf(" in %s from %s UTC", text_seconds((double)(s.last - s.first) / 1e9, lasted), when);
	printf("\n");
	if (s.arp + s.non_ip > 0)
		printf("%s ARP, %s of other network protocols, %s fragments\n", text_count(s.arp, packets),
		       text_count(s.non_ip, octets), text_count(s.fragments, flows));
	if (v->flows > 0)
		print_apps(v);
	print_conversations(v);
	if (v->dns[0] != '\0' || v->tcp[0] != '\0')
		printf("\n");
	print_health("DNS", v->dns);
	print_health("", v->dns_time);
	print_health("TCP", v->tcp);
	print_health("", v->tcp_time);
	print_losses(&s);
}
