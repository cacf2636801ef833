/* SPDX-License-Identifier: MIT */
/* The two tables as text: for a terminal, docs/, netflowscope.conf(5) and a collectd.conf. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "engine/option.h"
#include "ledger/ledger.h"
#include "nsc.h"

enum { LINE = 2048, SETS = 1024 };

struct out {
	void (*put)(void *arg, const char *text);
	void *arg;
};

static void __attribute__((format(printf, 2, 3)))
say(const struct out *o, const char *fmt, ...)
{
	char line[LINE];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	o->put(o->arg, line);
}

static void
append(char *text, size_t size, const char *more)
{
	size_t n = strlen(text);

	snprintf(text + n, size - n, "%s", more);
}

/* --- metrics ---------------------------------------------------------------------- */

static const char *
group_text(const struct nsc_metric *m)
{
	switch (m->group) {
	case NSC_SET_NONE:
		return "";
	case NSC_SET_IFACE:
		return "-IF";
	case NSC_SET_NETWORK:
		return "-NAME";
	case NSC_SET_APP:
		return "-APP";
	case NSC_SET_PROCESS:
	case NSC_SET_UNIT:
		return "-NAME";
	case NSC_SET_DOMAIN:
		return "-DOMAIN";
	case NSC_SET_SERVICE:
		return "";
	case NSC_SET_DB:
		return "-PROTO";
	default:
		return "-SCOPE";
	}
}

/* The values that stand behind the type: "closed_fin closed_rst", "rtt_p50 rtt_p90 rtt_p99". */
static void
value_text(const struct nsc_metric *m, char text[SETS])
{
	static const char *const quantile[] = {"p50", "p90", "p99"};
	unsigned each = m->shape == NSC_SHAPE_QUANTILES ? 3 : 1, i, j;

	text[0] = '\0';
	if (m->group == NSC_SET_SERVICE) {
		append(text, SETS, "PROTO-PORT");
		append(text, SETS, m->value[0] != '\0' ? "-" : "");
		append(text, SETS, m->value);
		return;
	}
	if (m->shape == NSC_SHAPE_LISTENERS) {
		append(text, SETS, "PROTO-PORT-FAMILY-SCOPE-PROCESS-EXPOSURE");
		return;
	}
	if (m->shape == NSC_SHAPE_PORTS) {
		append(text, SETS, m->value);
		append(text, SETS, "-PORT");
		return;
	}
	if (nsc_db_words(m)) {
		append(text, SETS, m->values == NSC_SET_OPERATION ? "KIND" : "ERROR");
		return;
	}
	for (i = 0; i < each * m->members; i++) {
		const char *part[] = {
			m->value,
			m->values != NSC_SET_NONE ? nsc_set_token((enum nsc_set)m->values, i / each) : "",
			each > 1 ? quantile[i % each] : "",
		};
		const char *between = text[0] != '\0' ? " " : "";

		if (m->values == NSC_SET_END && i == NSC_V_END_OPEN)
			continue;	/* no reason: a flow that has not ended */
		for (j = 0; j < 3; j++) {
			if (part[j][0] == '\0')
				continue;
			append(text, SETS, between);
			append(text, SETS, part[j]);
			between = "_";
		}
	}
}

static const char *
kind_text(const struct nsc_metric *m)
{
	switch (m->shape) {
	case NSC_SHAPE_COUNTER:
		return "counter";
	case NSC_SHAPE_PAIR:
		return strcmp(m->type, "ps_cputime") == 0 ? "counters user, syst"
							  : "counters rx, tx";
	case NSC_SHAPE_QUANTILES:
		return "quantiles of the interval";
	default:
		return "level";
	}
}

static const char *
show_text(const struct nsc_metric *m)
{
	if (m->shape == NSC_SHAPE_QUANTILES)
		return "with samples";
	if (m->shape == NSC_SHAPE_PORTS)
		return "while set";
	return m->show == NSC_SHOW_ALWAYS ? "always"
	       : m->show == NSC_SHOW_HOST ? "always, live"
	       : m->show == NSC_SHOW_SLOT ? "while it exists" : "once non-zero";
}

static void
metric_row(const struct out *o, enum nsc_format f, const struct nsc_metric *m)
{
	char name[128], values[SETS];

	value_text(m, values);
	snprintf(name, sizeof name, "%s%s/%s", m->family, group_text(m), m->type);
	switch (f) {
	case NSC_FORMAT_MARKDOWN:
		say(o, "| `%s` | %s | %s | %s | %s | %s |\n", name, values, kind_text(m), m->unit,
		    show_text(m), m->text);
		break;
	case NSC_FORMAT_MAN:
		say(o, ".It Li %s\n%s (%s, %s, %s).\n", name, m->text, kind_text(m), m->unit,
		    show_text(m));
		if (values[0] != '\0')
			say(o, "Values:\n.Li %s .\n", values);
		break;
	case NSC_FORMAT_COLLECTD:
		say(o, "# HOST/netflowscope-%s%s%s\n", name, values[0] != '\0' ? "-" : "", values);
		break;
	default:
		say(o, "%-36s %-26s %-13s %s\n", name, kind_text(m), m->unit, m->text);
		if (values[0] != '\0')
			say(o, "    %s\n", values);
		break;
	}
}

/* --- charts -------------------------------------------------------------------------- */

static bool
is_first_of_context(unsigned metric, const struct nsc_chart *c)
{
	struct nsc_chart other;

	for (unsigned i = 0; i < metric; i++) {
		nsc_chart(i, &other);
		if (strcmp(other.context, c->context) == 0)
			return false;
	}
	return true;
}

/* The dimensions of all metrics that share the context. */
static void
dimension_text(unsigned metric, const struct nsc_chart *c, char text[SETS])
{
	struct nsc_chart other;
	char values[SETS];

	text[0] = '\0';
	for (unsigned i = metric; i < NSC_METRICS; i++) {
		nsc_chart(i, &other);
		if (strcmp(other.context, c->context) != 0)
			continue;
		value_text(&nsc_metrics[i], values);
		append(text, SETS, text[0] != '\0' ? " " : "");
		append(text, SETS, nsc_metrics[i].shape == NSC_SHAPE_PAIR ? "" : values);
		if (values[0] != '\0' && other.part[0][0] == '\0')
			continue;
		if (other.part[0][0] == '\0') {
			append(text, SETS, nsc_metrics[i].unit);
			continue;
		}
		for (unsigned j = 0; j < 2; j++) {
			append(text, SETS, j > 0 ? " " : "");
			append(text, SETS, values);
			append(text, SETS, values[0] != '\0' ? "_" : "");
			append(text, SETS, other.part[j]);
		}
	}
}

static void
print_charts(const struct out *o)
{
	char dimensions[SETS];
	struct nsc_chart c;

	say(o, "\n## Charts of Netdata\n\n"
	       "From the same table and `core/charts.def`. A chart's context is `netflowscope.CONTEXT`; "
	       "where there is a label, there is a chart for each of its values. What was sent "
	       "stands below the line.\n\n"
	       "| CONTEXT | Units | Label | Dimensions | Title |\n|---|---|---|---|---|\n");
	for (unsigned i = 0; i < NSC_METRICS; i++) {
		nsc_chart(i, &c);
		if (!is_first_of_context(i, &c))
			continue;
		dimension_text(i, &c, dimensions);
		say(o, "| `%s` | %s | %s | %s | %s |\n", c.context, c.units, c.label, dimensions,
		    c.title);
	}
}

void
nsc_print_metrics(enum nsc_format f, void (*put)(void *arg, const char *text), void *arg)
{
	struct out o = {put, arg};
	unsigned i;

	if (f == NSC_FORMAT_MARKDOWN)
		say(&o,
		    "# Metrics\n\n"
		    "Generated from `core/metrics.def` and `core/ledger/sets.def` by "
		    "`netflowscope metrics --markdown`.\n\n"
		    "A collectd identifier is "
		    "`HOST/netflowscope-FAMILY[-GROUP]/TYPE[-VALUE]`. "
		    "IF, NAME, DOMAIN and APP are the tokens of interfaces, of networks, processes and "
		    "units, of registered domains, and of applications, with a row "
		    "`other` for those beyond `TopN` and `MaxSeries`, and `unknown` "
		    "for flows "
		    "that no dissector knows or whose owner was not found; SCOPE is "
		    "`loopback`, `private` or `public` "
		    "(and `forwarded` "
		    "of `scope`, `none` of `connections`); PROTO-PORT is a service such as "
		    "`tcp-80`, FAMILY `ipv4`, `ipv6` or `dual`; "
		    "PORT is the number of a server's port, at most 16 of them; "
		    "PROTO, KIND and ERROR are those of [protocols.md](protocols.md). "
		    "Quantiles are told only for intervals with samples.\n\n");
	if (f == NSC_FORMAT_MARKDOWN)
		say(&o, "| FAMILY-GROUP/TYPE | VALUE | Kind | Unit | Told | Meaning |\n"
			"|---|---|---|---|---|---|\n");
	for (i = 0; i < NSC_METRICS; i++)
		metric_row(&o, f, &nsc_metrics[i]);
	if (f == NSC_FORMAT_MARKDOWN)
		print_charts(&o);
}

/* --- options ---------------------------------------------------------------------- */

static void
kind_of_option(const struct nsc_option *p, char *text, size_t size)
{
	char allowed[NSC_ERR];

	nsc_option_allowed(p, allowed, sizeof allowed);
	switch (p->kind) {
	case NSC_KIND_BOOL:
		snprintf(text, size, "true or false");
		break;
	case NSC_KIND_LIST:
	case NSC_KIND_PAIRS:
		snprintf(text, size, "%s", allowed);
		append(text, size, "; repeatable");
		break;
	default:
		snprintf(text, size, "%s", allowed);
		break;
	}
}

/* As it stands in collectd.conf: numbers without quotes. */
static void
value_of_option(const struct nsc_option *p, char *text, size_t size)
{
	bool bare = p->kind == NSC_KIND_COUNT || p->kind == NSC_KIND_SECONDS ||
		    p->kind == NSC_KIND_BOOL;

	if (p->kind == NSC_KIND_PAIRS && strcmp(p->name, "Exclude") == 0)
		snprintf(text, size, "\"10.0.0.0/8\" \"443-445\" \"udp 53\"");
	else if (p->kind == NSC_KIND_PAIRS)
		snprintf(text, size, "\"office\" \"10.1.0.0/16\" \"2001:db8:1::/48\"");
	else if (p->kind == NSC_KIND_LIST && p->standard[0] == '\0')
		snprintf(text, size, "\"192.0.2.0/24\"");
	else
		snprintf(text, size, bare ? "%s" : "\"%s\"", p->standard);
}

static void
option_row(const struct out *o, enum nsc_format f, const struct nsc_option *p)
{
	char dashed[NSC_OPTION_NAME], allowed[NSC_ERR], value[NSC_ERR];
	const char *standard = p->standard[0] != '\0' ? p->standard : "none";

	nsc_option_dashed(p, dashed);
	kind_of_option(p, allowed, sizeof allowed);
	value_of_option(p, value, sizeof value);
	switch (f) {
	case NSC_FORMAT_MARKDOWN:
		say(o, "| `%s` | `--%s` | %s | %s | %s |\n", p->name, dashed, standard,
		    allowed, p->text);
		break;
	case NSC_FORMAT_MAN:
		say(o, ".It Cm %s Pq Fl Fl %s\n%s.\nAllowed: %s.\nDefault: %s.\n", p->name,
		    dashed, p->text, allowed, standard);
		break;
	case NSC_FORMAT_COLLECTD:
		say(o, "  # %s (%s)\n  #%s %s\n", p->text, allowed, p->name, value);
		break;
	default:
		say(o, "%-18s %-10s %s\n%-18s            allowed: %s\n", p->name, standard,
		    p->text, "", allowed);
		break;
	}
}

void
nsc_print_options(enum nsc_format f, void (*put)(void *arg, const char *text), void *arg)
{
	struct out o = {put, arg};
	const struct nsc_option *p;
	size_t count, i;

	p = nsc_options(&count);
	if (f == NSC_FORMAT_MARKDOWN)
		say(&o, "# Options\n\n"
			"Generated from `core/options.def` by `netflowscope options "
			"--markdown`. `LoadPlugin "
			"netflowscope` alone needs none of them. Sizes take K, M and G, "
			"seconds take s, m "
			"and h.\n\n"
			"| collectd.conf | Command line | Default | Allowed | Meaning "
			"|\n|---|---|---|---|---|\n");
	else if (f == NSC_FORMAT_COLLECTD)
		say(&o, "LoadPlugin netflowscope\n\n<Plugin netflowscope>\n");
	for (i = 0; i < count; i++)
		option_row(&o, f, &p[i]);
	if (f == NSC_FORMAT_COLLECTD)
		say(&o, "</Plugin>\n");
}
