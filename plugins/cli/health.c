/* SPDX-License-Identifier: MIT */
/* "TCP   81 segments, 4 sent again (4.9 %)" and so on. */
#include <stdio.h>
#include <string.h>

#include "health.h"
#include "text.h"

enum { INDENT = 6 };

static void
copy(char to[HEALTH_TEXT], const char *from)
{
	snprintf(to, HEALTH_TEXT, "%s", from);
}

static void
take_counter(struct health *h, const char *family, const struct nsc_sample *s)
{
	unsigned i;

	for (i = 0; i < h->counters; i++)
		if (strcmp(h->counter[i].family, family) == 0 &&
		    strcmp(h->counter[i].type, s->type) == 0 &&
		    strcmp(h->counter[i].value, s->value) == 0)
			break;
	if (i == HEALTH_COUNTERS)
		return;
	if (i == h->counters) {
		h->counters++;
		copy(h->counter[i].family, family);
		copy(h->counter[i].type, s->type);
		copy(h->counter[i].value, s->value);
	}
	h->counter[i].sum += s->sum[0];
}

void
health_take(void *arg, const struct nsc_sample *s)
{
	static const char *const families[] = {"tcp", "dns", "http", "tls", "db"};
	char family[HEALTH_TEXT];
	struct health *h = arg;
	bool db;
	unsigned i;

	for (i = 0; i < sizeof families / sizeof *families; i++)
		if (strcmp(s->family, families[i]) == 0)
			break;
	if (i == sizeof families / sizeof *families)
		return;
	db = strcmp(s->family, "db") == 0;
	snprintf(family, sizeof family, "%s%.32s", db ? "db-" : s->family, db ? s->group : "");
	if (s->counter) {
		take_counter(h, family, s);
	} else if (h->times < HEALTH_TIMES) {
		copy(h->time[h->times].family, family);
		copy(h->time[h->times].group, db ? "" : s->group);
		copy(h->time[h->times].value, s->value);
		h->time[h->times++].seconds = s->level[0];
	}
}

/* A counter's sum, or with value NULL that of all of the type. */
static uint64_t
sum(const struct health *h, const char *family, const char *type, const char *value)
{
	uint64_t n = 0;
	unsigned i;

	for (i = 0; i < h->counters; i++)
		if (strcmp(h->counter[i].family, family) == 0 &&
		    strcmp(h->counter[i].type, type) == 0 &&
		    (value == NULL || strcmp(h->counter[i].value, value) == 0))
			n += h->counter[i].sum;
	return n;
}

static void
add(struct text_list *l, const char *head, uint64_t n, const char *one, const char *many)
{
	char text[TEXT_FIELD];

	if (n > 0)
		text_list_add(l, head, text_things(n, one, many, text));
}

/* Values of a type by name, the most frequent first: "13 NOERROR, 2 NXDOMAIN". */
static void
add_values(struct text_list *l, const struct health *h, const char *family,
	   const char *type)
{
	unsigned order[HEALTH_COUNTERS], count = 0, i, j;

	for (i = 0; i < h->counters; i++) {
		if (strcmp(h->counter[i].family, family) != 0 ||
		    strcmp(h->counter[i].type, type) != 0)
			continue;
		for (j = count++; j > 0 && h->counter[order[j - 1]].sum < h->counter[i].sum;
		     j--)
			order[j] = order[j - 1];
		order[j] = i;
	}
	for (i = 0; i < count; i++) {
		const char *value = h->counter[order[i]].value;

		add(l, "", h->counter[order[i]].sum, value, value);
	}
}

/*
 * "round trip (public): median 61 us, 90 % within 46 ms, 99 % within 121 ms", of the
 * quantiles that are called PREFIXp50 and so on.
 */
static void
print_times(const struct health *h, const char *family, const char *prefix, const char *head,
	    const char *what)
{
	const size_t skip = strlen(prefix);
	const char *group = NULL;
	struct text_list l;
	char time[TEXT_FIELD], item[TEXT_FIELD], label[TEXT_FIELD];
	unsigned i;

	text_list_begin(&l, INDENT);
	for (i = 0; i < h->times; i++) {
		const char *p = h->time[i].value + skip, *scope = h->time[i].group;

		if (strcmp(h->time[i].family, family) != 0 ||
		    strncmp(h->time[i].value, prefix, skip) != 0 || *p != 'p' ||
		    p[1] < '0' || p[1] > '9')
			continue;
		label[0] = '\0';
		if (group == NULL || strcmp(group, scope) != 0) {
			text_list_end(&l);
			snprintf(label, sizeof label, "%s%s%s%s: ", what,
				 *scope ? " (" : "", scope, *scope ? ")" : "");
		}
		group = scope;
		text_seconds(h->time[i].seconds, time);
		if (strcmp(p, "p50") == 0)
			snprintf(item, sizeof item, "%.60smedian %.30s", label, time);
		else
			snprintf(item, sizeof item, "%.60s%.4s %% within %.30s", label,
				 p + 1, time);
		text_list_add(&l, head, item);
		head = "";
	}
	text_list_end(&l);
}

static void
print_tcp(const struct health *h)
{
	static const struct {
		const char *value, *one, *many;
	} counter[] = {
		{"out_of_order", "out of order", "out of order"},
		{"zero_window", "zero window", "zero windows"},
		{"reset", "reset", "resets"},
	};
	uint64_t segments = sum(h, "tcp", "protocol_counter", "segments");
	uint64_t again = sum(h, "tcp", "protocol_counter", "retransmit");
	char count[TEXT_FIELD], share[TEXT_FIELD], item[TEXT_FIELD];
	struct text_list l;
	unsigned i;

	text_list_begin(&l, INDENT);
	add(&l, "TCP", segments, "segment", "segments");
	if (again > 0) {
		snprintf(item, sizeof item, "%.30s sent again (%.30s)",
			 text_count(again, count), text_share(again, segments, share));
		text_list_add(&l, "TCP", item);
	}
	for (i = 0; i < sizeof counter / sizeof *counter; i++)
		add(&l, "TCP", sum(h, "tcp", "protocol_counter", counter[i].value),
		    counter[i].one, counter[i].many);
	add(&l, "TCP",
	    sum(h, "tcp", "protocol_counter", "refused_in") +
		    sum(h, "tcp", "protocol_counter", "refused_out"),
	    "connection refused", "connections refused");
	add(&l, "TCP",
	    sum(h, "tcp", "protocol_counter", "timeout_in") +
		    sum(h, "tcp", "protocol_counter", "timeout_out"),
	    "connection unanswered", "connections unanswered");
	text_list_end(&l);
	print_times(h, "tcp", "rtt_", "", "round trip");
}

static void
print_dns(const struct health *h)
{
	struct text_list l;
	bool any;

	text_list_begin(&l, INDENT);
	add(&l, "DNS", sum(h, "dns", "dns_qtype", NULL), "query", "queries");
	add(&l, "DNS", sum(h, "dns", "dns_rcode", NULL), "response", "responses");
	add(&l, "DNS", sum(h, "dns", "errors", "timeout"), "unanswered", "unanswered");
	add(&l, "DNS", sum(h, "dns", "errors", "late"), "late", "late");
	add(&l, "DNS", sum(h, "dns", "errors", "unsolicited"), "not asked for",
	    "not asked for");
	add(&l, "DNS", sum(h, "dns", "errors", "mismatch"), "for another question",
	    "for another question");
	add(&l, "DNS", sum(h, "dns", "errors", "malformed"), "malformed", "malformed");
	add(&l, "DNS", sum(h, "dns", "errors", "truncated"), "truncated", "truncated");
	any = l.column > 0;
	text_list_end(&l);
	add_values(&l, h, "dns", "dns_rcode");
	text_list_end(&l);
	print_times(h, "dns", "", any ? "" : "DNS", "answer time");
}

static void
print_http(const struct health *h)
{
	struct text_list l;
	bool any;

	text_list_begin(&l, INDENT);
	add(&l, "HTTP", sum(h, "http", "http_request_methods", NULL), "request",
	    "requests");
	add(&l, "HTTP", sum(h, "http", "http_response_codes", NULL), "response",
	    "responses");
	any = l.column > 0;
	text_list_end(&l);
	add_values(&l, h, "http", "http_response_codes");
	text_list_end(&l);
	print_times(h, "http", "", any ? "" : "HTTP", "response time");
	print_times(h, "http", "complete_", "", "complete");
}

/* "1_3" is version 1.3, "quic_v1" QUIC's. */
static void
print_tls(const struct health *h)
{
	uint64_t all = sum(h, "tls", "connections", NULL);
	char count[TEXT_FIELD], item[TEXT_FIELD], version[HEALTH_TEXT];
	struct text_list l;
	unsigned i;
	char *p;

	text_list_begin(&l, INDENT);
	add(&l, "TLS", all, "handshake", "handshakes");
	for (i = 0; i < h->counters; i++) {
		if (strcmp(h->counter[i].family, "tls") != 0 || h->counter[i].sum == 0)
			continue;
		copy(version, h->counter[i].value);
		for (p = version; *p != '\0'; p++)
			if (*p == '_')
				*p = version[0] == '1' ? '.' : ' ';
		snprintf(item, sizeof item, "%.30s by %s%s",
			 text_count(h->counter[i].sum, count),
			 version[0] == '1' ? "TLS " : "", version);
		text_list_add(&l, "TLS", item);
	}
	text_list_end(&l);
	print_times(h, "tls", "handshake_", all > 0 ? "" : "TLS", "handshake");
}

/* "DB    redis: 40 operations, 2 errors", its kinds, its errors, its times. */
static void
print_protocol(const struct health *h, const char *family, const char *head)
{
	uint64_t operations = sum(h, family, "operations", NULL), errors = sum(h, family, "errors", NULL);
	char count[TEXT_FIELD], item[TEXT_FIELD];
	struct text_list l;

	text_list_begin(&l, INDENT);
	snprintf(item, sizeof item, "%.20s: %.30s", family + strlen("db-"),
		 text_things(operations, "operation", "operations", count));
	text_list_add(&l, head, item);
	add(&l, "", errors, "error", "errors");
	text_list_end(&l);
	add_values(&l, h, family, "operations");
	text_list_end(&l);
	if (errors > 0) {
		add_values(&l, h, family, "errors");
		text_list_end(&l);
	}
	print_times(h, family, "", "", "answer time");
}

static void
print_databases(const struct health *h)
{
	const char *head = "DB";
	unsigned i, j;

	for (i = 0; i < h->counters; i++) {
		const char *family = h->counter[i].family;

		if (strncmp(family, "db-", 3) != 0)
			continue;
		for (j = 0; strcmp(h->counter[j].family, family) != 0; j++)
			;
		if (j < i)
			continue;	/* it was printed */
		print_protocol(h, family, head);
		head = "";
	}
}

void
health_print(const struct health *h)
{
	unsigned i;

	for (i = 0; i < h->counters && h->counter[i].sum == 0; i++)
		;
	if (i == h->counters && h->times == 0)
		return;
	putchar('\n');
	print_tcp(h);
	print_dns(h);
	print_http(h);
	print_tls(h);
	print_databases(h);
}
