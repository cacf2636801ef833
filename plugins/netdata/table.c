/* SPDX-License-Identifier: MIT */
/* Columns are described once; a row is told in their order. */
#include <inttypes.h>
#include <string.h>

#include "table.h"

enum column_kind { TEXT, NUMBER, OCTETS, MILLISECONDS };

static const struct column {
	const char *name;
	uint8_t kind;
	bool hidden;			/* at first */
	const char *filter;
} columns[] = {
	{"Direction", TEXT, false, "multiselect"},
	{"Protocol", TEXT, false, "multiselect"},
	{"State", TEXT, false, "multiselect"},
	{"Process", TEXT, false, "multiselect"},
	{"PID", NUMBER, true, "range"},
	{"Unit", TEXT, true, "multiselect"},
	{"LocalIP", TEXT, false, "multiselect"},
	{"LocalPort", NUMBER, false, "multiselect"},
	{"RemoteIP", TEXT, false, "multiselect"},
	{"RemotePort", NUMBER, false, "multiselect"},
	{"RemoteName", TEXT, false, "multiselect"},
	{"Scope", TEXT, false, "multiselect"},
	{"Exposure", TEXT, false, "multiselect"},
	{"Application", TEXT, false, "multiselect"},
	{"Received", OCTETS, false, "range"},
	{"Sent", OCTETS, false, "range"},
	{"Retransmits", NUMBER, true, "range"},
	{"RTT", MILLISECONDS, false, "range"},
};

enum { COLUMNS = sizeof columns / sizeof *columns };

/* --- JSON --------------------------------------------------------------------------- */

/* Octets of the well-formed character at p (Unicode 15, table 3-7), 0 if it is none. */
static unsigned
character(const unsigned char *p)
{
	unsigned n = p[0] < 0x80 ? 1 : p[0] >= 0xc2 && p[0] < 0xe0 ? 2
		     : p[0] >= 0xe0 && p[0] < 0xf0 ? 3 : p[0] >= 0xf0 && p[0] < 0xf5 ? 4 : 0;

	for (unsigned i = 1; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
	    (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
		return 0;
	return n;
}

/* Names come from the wire: what is no text stands there as \xNN. */
static void
put_text(FILE *to, const char *text)
{
	const unsigned char *p = (const unsigned char *)text;
	unsigned n;

	fputc('"', to);
	for (; *p != '\0'; p += n > 0 ? n : 1) {
		n = character(p);
		if (*p == '"' || *p == '\\')
			fprintf(to, "\\%c", *p);
		else if (n == 0 || *p < 0x20 || *p == 0x7f)
			fprintf(to, "\\\\x%02x", *p);
		else
			fwrite(p, 1, n, to);
	}
	fputc('"', to);
}

static void
put_field(FILE *to, const char *text)
{
	fputc(',', to);
	put_text(to, text);
}

static void
put_address(FILE *to, const struct nsc_addr *a)
{
	char text[NSC_ADDR_TEXT] = "";

	if (a != NULL)
		nsc_addr_text(a, text);
	put_field(to, text);
}

static void
put_number(FILE *to, bool known, uint64_t n)
{
	if (known)
		fprintf(to, ",%" PRIu64, n);
	else
		fputs(",null", to);
}

static const char *
proto_text(uint8_t proto, char text[8])
{
	switch (proto) {
	case TABLE_TCP:
		return "tcp";
	case TABLE_UDP:
		return "udp";
	case 1:
		return "icmp";
	case 58:
		return "icmp6";
	case 132:
		return "sctp";
	default:
		snprintf(text, 8, "%u", proto);
		return text;
	}
}

/* --- the table ------------------------------------------------------------------------ */

void
table_begin(struct table *t, unsigned update_every, const char *help)
{
	fprintf(t->to, "{\"status\":200,\"type\":\"table\",\"has_history\":false,"
		"\"update_every\":%u,\"help\":\"%s\",\n\"data\":[", update_every, help);
}

void
table_put(struct table *t, const struct table_row *r)
{
	char number[8];

	fputs(t->rows++ > 0 ? ",\n[" : "\n[", t->to);
	put_text(t->to, r->direction);
	put_field(t->to, proto_text(r->proto, number));
	put_field(t->to, r->state);
	put_field(t->to, r->process);
	put_number(t->to, r->pid > 0, r->pid);
	put_field(t->to, r->unit);
	put_address(t->to, r->local);
	put_number(t->to, true, r->local_port);
	put_address(t->to, r->remote);
	put_number(t->to, r->remote != NULL, r->remote_port);
	put_field(t->to, r->remote_name);
	put_field(t->to, r->scope);
	put_field(t->to, r->exposure);
	put_field(t->to, r->app);
	put_number(t->to, r->measured, r->received);
	put_number(t->to, r->measured, r->sent);
	put_number(t->to, r->measured, r->retransmits);
	if (r->rtt_us > 0)
		fprintf(t->to, ",%.3f]", (double)r->rtt_us / 1000);
	else
		fputs(",null]", t->to);
}

static void
put_column(FILE *to, unsigned n)
{
	static const struct {
		const char *type, *visualization, *transform, *units, *summary;
		unsigned points;
	} kinds[] = {
		[TEXT] = {"string", "value", "none", "", "count", 0},
		[NUMBER] = {"integer", "value", "none", "", "count", 0},
		[OCTETS] = {"integer", "value", "number", "B", "sum", 0},
		[MILLISECONDS] = {"duration", "value", "number", "ms", "mean", 3},
	};
	const struct column *c = &columns[n];

	fprintf(to, "%s\n\"%s\":{\"index\":%u,\"unique_key\":false,\"name\":\"%s\",\"visible\":%s,"
		"\"type\":\"%s\",\"visualization\":\"%s\",\"value_options\":{\"units\":\"%s\","
		"\"transform\":\"%s\",\"decimal_points\":%u,\"default_value\":null},",
		n > 0 ? "," : "", c->name, n, c->name, c->hidden ? "false" : "true",
		kinds[c->kind].type, kinds[c->kind].visualization, kinds[c->kind].units,
		kinds[c->kind].transform, kinds[c->kind].points);
	fprintf(to, "\"sort\":\"%s\",\"sortable\":true,\"sticky\":false,\"summary\":\"%s\","
		"\"filter\":\"%s\",\"full_width\":false,\"wrap\":false,"
		"\"default_expanded_filter\":%s}",
		c->kind == TEXT ? "ascending" : "descending", kinds[c->kind].summary, c->filter,
		n == 0 ? "true" : "false");
}

/* Charts above the table, and ways to group it: all count rows. */
void
table_end(struct table *t, time_t expires)
{
	static const char *const groups[] = {"Process", "Application", "Scope", "Direction",
					     "Exposure", "Unit"};

	fputs("],\n\"columns\":{", t->to);
	for (unsigned i = 0; i < COLUMNS; i++)
		put_column(t->to, i);
	fputs("},\n\"default_sort_column\":\"Received\",\n\"charts\":{\"Count\":{\"name\":\"Connections\","
	      "\"type\":\"stacked-bar\",\"columns\":[\"Direction\"]}},\n"
	      "\"default_charts\":[[\"Count\",\"Process\"],[\"Count\",\"Scope\"]],\n\"group_by\":{", t->to);
	for (unsigned i = 0; i < sizeof groups / sizeof *groups; i++)
		fprintf(t->to, "%s\"%s\":{\"name\":\"%s\",\"columns\":[\"%s\"]}", i > 0 ? "," : "",
			groups[i], groups[i], groups[i]);
	fprintf(t->to, "},\n\"expires\":%lld}", (long long)expires);
}
