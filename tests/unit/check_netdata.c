/* SPDX-License-Identifier: MIT */
/* Charts of the Netdata plugin: what a strict reader of its protocol makes of them; its conf. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "charts.h"
#include "conf.h"
#include "netdata_lines.h"
#include "suite.h"

#define SECOND_US 1000000u

/* --- a world of samples ----------------------------------------------------------- */

struct world {
	struct charts *charts;
	struct nd_reader *reader;
	FILE *to;
	char *text;
	size_t size;
	uint64_t now;			/* us */
};

static void
open_world(struct world *w)
{
	*w = (struct world){.now = 5 * SECOND_US};
	w->to = open_memstream(&w->text, &w->size);
	w->charts = charts_new(w->to, 1);
	w->reader = calloc(1, sizeof *w->reader);
	ck_assert(w->to != NULL && w->charts != NULL && w->reader != NULL);
	w->reader->update_every = 1;
}

static void
close_world(struct world *w)
{
	charts_free(w->charts);
	fclose(w->to);
	free(w->text);
	nd_free(w->reader);
}

static void
begin_read(struct world *w)
{
	charts_begin(w->charts);
	nd_round(w->reader);
}

static void
end_read(struct world *w)
{
	ck_assert_int_eq(charts_end(w->charts, w->now), 0);
	fflush(w->to);
	nd_text(w->reader, w->text);
	rewind(w->to);
	memset(w->text, 0, w->size);
	w->now += SECOND_US;
}

/* The line of metrics.def with that context's chart; the first of them. */
static unsigned
metric_of(const char *context)
{
	struct nsc_chart c;
	unsigned i;

	for (i = 0; i < nsc_metric_count(); i++) {
		nsc_chart(i, &c);
		if (strcmp(c.context, context) == 0)
			break;
	}
	ck_assert_msg(i < nsc_metric_count(), "no chart %s", context);
	return i;
}

static void
count(struct world *w, const char *context, const char *group, const char *value, uint64_t sum, bool fresh)
{
	struct nsc_sample s = {.family = "", .group = group, .type = "", .value = value, .unit = "flows",
			       .count = 1, .counter = true, .fresh = fresh, .sum = {sum},
			       .metric = metric_of(context)};

	charts_sample(w->charts, &s);
}

static void
level(struct world *w, const char *context, const char *group, const char *value, double number)
{
	struct nsc_sample s = {.family = "", .group = group, .type = "", .value = value, .unit = "flows",
			       .count = 1, .level = {number}, .metric = metric_of(context)};

	charts_sample(w->charts, &s);
}

static struct nd_dimension *
dimension(struct world *w, const char *chart, const char *id)
{
	struct nd_dimension *d = nd_dimension(nd_find(w->reader, chart), id);

	ck_assert_msg(d != NULL, "no %s/%s", chart, id);
	return d;
}

/* --- charts ------------------------------------------------------------------------- */

/* The first value of a dimension that Netdata gets is where it begins: it shows nothing of it. */
START_TEST(late_counter_loses_nothing)
{
	struct world w;

	open_world(&w);
	begin_read(&w);
	count(&w, "scope_opened", "public", "incoming", 10, true);
	end_read(&w);
	ck_assert_int_eq(dimension(&w, "netflowscope.scope_opened-public", "incoming")->first, 0);
	begin_read(&w);
	count(&w, "scope_opened", "public", "incoming", 15, false);
	count(&w, "scope_opened", "public", "outgoing", 700, true);
	count(&w, "scope_opened", "private", "incoming", 3, true);
	end_read(&w);
	ck_assert_int_eq(dimension(&w, "netflowscope.scope_opened-public", "incoming")->gained, 15);
	begin_read(&w);
	count(&w, "scope_opened", "public", "incoming", 15, false);
	count(&w, "scope_opened", "public", "outgoing", 701, false);
	count(&w, "scope_opened", "private", "incoming", 3, false);
	end_read(&w);
	ck_assert_int_eq(dimension(&w, "netflowscope.scope_opened-public", "outgoing")->gained, 701);
	ck_assert_int_eq(dimension(&w, "netflowscope.scope_opened-private", "incoming")->gained, 3);
	ck_assert_str_eq(nd_find(w.reader, "netflowscope.scope_opened-private")->group, "private");
	ck_assert_str_eq(nd_find(w.reader, "netflowscope.scope_opened-private")->label, "scope");
	close_world(&w);
}
END_TEST

/* A row that leaves takes its chart with it; when it comes back its sum goes on. */
START_TEST(row_that_leaves)
{
	const char *id = "netflowscope.app_opened-ssh";
	struct world w;
	unsigned i;

	open_world(&w);
	for (i = 1; i <= 4; i++) {
		begin_read(&w);
		count(&w, "app_opened", "ssh", "opened", i * 10, i == 1);
		count(&w, "app_opened", "dns", "opened", i, i == 1);
		end_read(&w);
	}
	for (; i <= 8; i++) {
		begin_read(&w);
		count(&w, "app_opened", "dns", "opened", i, false);
		end_read(&w);
	}
	ck_assert(nd_find(w.reader, id)->obsolete);
	ck_assert(!nd_find(w.reader, "netflowscope.app_opened-dns")->obsolete);
	ck_assert_int_eq(dimension(&w, id, "opened")->gained, 40);
	/* The core had kept its sum: 2 more; and then it had forgotten it: 5 from 0. */
	for (i = 0; i < 2; i++) {
		begin_read(&w);
		count(&w, "app_opened", "ssh", "opened", 42, false);
		end_read(&w);
	}
	ck_assert(!nd_find(w.reader, id)->obsolete);
	ck_assert_int_eq(dimension(&w, id, "opened")->gained, 42);
	begin_read(&w);
	count(&w, "app_opened", "ssh", "opened", 5, true);
	end_read(&w);
	ck_assert_int_eq(dimension(&w, id, "opened")->gained, 47);
	close_world(&w);
}
END_TEST

/* Rows of what listens are dimensions: they come and go, and the chart stays small. */
START_TEST(dimension_that_leaves)
{
	char value[64];
	struct world w;
	unsigned i;

	open_world(&w);
	for (i = 0; i < 200; i++) {
		begin_read(&w);
		level(&w, "listen_rows", "", "tcp-22-dual-any-sshd-exposed", 1);
		snprintf(value, sizeof value, "tcp-%u-ipv4-any-nc-exposed", 1000 + i);
		level(&w, "listen_rows", "", value, 1);
		end_read(&w);
	}
	ck_assert(!dimension(&w, "netflowscope.listen_rows", "tcp-22-dual-any-sshd-exposed")->obsolete);
	ck_assert(dimension(&w, "netflowscope.listen_rows", "tcp-1000-ipv4-any-nc-exposed")->obsolete);
	ck_assert(!dimension(&w, "netflowscope.listen_rows", "tcp-1199-ipv4-any-nc-exposed")->obsolete);
	ck_assert_uint_eq(nd_find(w.reader, "netflowscope.listen_rows")->blocks, 200);
	close_world(&w);
}
END_TEST

/* More rows come and go than are remembered. */
START_TEST(many_rows)
{
	char group[32];
	struct world w;
	unsigned i;

	open_world(&w);
	for (i = 0; i < 500; i++) {
		begin_read(&w);
		snprintf(group, sizeof group, "p%u", i);
		count(&w, "process_packets", group, "", 5, true);
		end_read(&w);
	}
	ck_assert(nd_find(w.reader, "netflowscope.process_packets-p0")->obsolete);
	ck_assert(!nd_find(w.reader, "netflowscope.process_packets-p499")->obsolete);
	close_world(&w);
}
END_TEST

/* Quantiles are absent when nothing was measured: a gap, not an end, and its length is said. */
START_TEST(quantiles_with_gaps)
{
	const char *id = "netflowscope.dns_seconds";
	struct nd_dimension *d;
	struct world w;
	unsigned i;

	open_world(&w);
	for (i = 0; i < 12; i++) {
		begin_read(&w);
		if (i == 0 || i == 11)
			level(&w, "dns_seconds", "", "p50", 0.0015);
		end_read(&w);
	}
	d = dimension(&w, id, "p50");
	ck_assert(!d->obsolete && !nd_find(w.reader, id)->obsolete);
	ck_assert_str_eq(nd_find(w.reader, id)->units, "seconds");
	ck_assert_int_eq(d->last * d->multiplier, 1500);
	ck_assert_int_eq(d->divisor, 1000000);
	ck_assert_uint_eq(nd_find(w.reader, id)->span, 11 * SECOND_US);
	close_world(&w);
}
END_TEST

/* DESIGN 4.2: kilobits of octets, what was sent below the line. */
START_TEST(two_values)
{
	struct nsc_sample s = {.family = "scope", .group = "public", .type = "if_octets", .value = "",
			       .unit = "octets", .count = 2, .counter = true, .fresh = true,
			       .sum = {1000, 250}, .metric = metric_of("scope")};
	struct world w;

	open_world(&w);
	for (unsigned i = 0; i < 2; i++, s.fresh = false) {
		begin_read(&w);
		charts_sample(w.charts, &s);
		end_read(&w);
	}
	ck_assert_str_eq(nd_find(w.reader, "netflowscope.scope-public")->units, "kilobits/s");
	ck_assert_int_eq(dimension(&w, "netflowscope.scope-public", "received")->gained, 1000);
	ck_assert_int_eq(dimension(&w, "netflowscope.scope-public", "received")->multiplier, 8);
	ck_assert_int_eq(dimension(&w, "netflowscope.scope-public", "received")->divisor, 1000);
	ck_assert_int_eq(dimension(&w, "netflowscope.scope-public", "sent")->gained, 250);
	ck_assert_int_eq(dimension(&w, "netflowscope.scope-public", "sent")->multiplier, -8);
	close_world(&w);
}
END_TEST

/* --- the table ------------------------------------------------------------------------ */

/* Metrics that share a context are of one family, unit and label; each has a main chart. */
START_TEST(contexts)
{
	struct nsc_chart a, b;

	for (unsigned i = 0; i < nsc_metric_count(); i++) {
		bool main = false;

		nsc_chart(i, &a);
		ck_assert_msg(nd_is_id(a.context) && strlen(a.context) < NSC_CHART_CONTEXT - 1, "%s", a.context);
		ck_assert_msg(strncmp(a.context, a.family, strlen(a.family)) == 0, "%s", a.context);
		ck_assert_msg(a.units[0] != '\0' && a.divisor > 0 && a.scale > 0, "%s", a.context);
		for (unsigned j = 0; j < nsc_metric_count(); j++) {
			nsc_chart(j, &b);
			main |= strcmp(b.context, a.family) == 0;
			if (strcmp(a.context, b.context) != 0)
				continue;
			ck_assert_msg(strcmp(a.units, b.units) == 0, "%s: %s and %s", a.context, a.units, b.units);
			ck_assert_msg(strcmp(a.title, b.title) == 0, "%s: %s and %s", a.context, a.title, b.title);
			ck_assert_msg(a.form == b.form && strcmp(a.label, b.label) == 0, "%s", a.context);
		}
		ck_assert_msg(main, "%s has no main chart", a.family);
	}
	nsc_chart(metric_of("scope"), &a);
	ck_assert_str_eq(a.units, "kilobits/s");
	nsc_chart(metric_of("dns_rcode"), &a);
	ck_assert_str_eq(a.units, "responses/s");
}
END_TEST

/* --- a whole capture -------------------------------------------------------------------- */

struct replayed {
	struct world w;
	struct nsc_reader *reader;
	uint64_t sum, gained;
};

static void
sample(void *arg, const struct nsc_sample *s)
{
	struct replayed *r = arg;

	charts_sample(r->w.charts, s);
	if (s->counter)
		r->sum += s->sum[0] + s->sum[1];
}

static void
interval(void *arg, uint64_t now)
{
	struct replayed *r = arg;

	(void)now;
	begin_read(&r->w);
	r->sum = 0;
	nsc_reader_read(r->reader, sample, r);
	end_read(&r->w);
}

/* Of everything that a capture holds Netdata sees every increment. */
START_TEST(capture_is_told_whole)
{
	static const char *const captures[] = {"protocols/dns.pcap", "protocols/http.pcap",
					       "protocols/tls.pcap", "protocols/ssh.pcap"};
	const char *top = getenv("top_srcdir"), *local = "0.0.0.0/0";
	struct replayed r = {.sum = 0};
	struct nsc_replay how = {.arg = &r, .interval = interval, .interval_ns = 1000000000};
	const struct nsc_host host = {.log = NULL};
	struct nsc_config *config;
	struct nsc_engine *engine;
	char path[4096], err[NSC_ERR] = "";

	open_world(&r.w);
	snprintf(path, sizeof path, "%s/tests/golden/%s", top != NULL ? top : ".", captures[_i]);
	ck_assert_int_eq(nsc_config_new(&config), 0);
	ck_assert_int_eq(nsc_config_set(config, "Local", &local, 1, err), 0);
	ck_assert_msg(nsc_engine_new(&engine, config, &host, err) == 0, "%s", err);
	ck_assert_int_eq(nsc_reader_new(&r.reader, engine), 0);
	ck_assert_msg(nsc_engine_replay(engine, path, &how, err) == 0, "%s", err);
	interval(&r, 0);
	interval(&r, 0);
	for (unsigned i = 0; i < r.w.reader->charts; i++)
		for (unsigned j = 0; j < r.w.reader->chart[i].dimensions; j++)
			r.gained += (uint64_t)r.w.reader->chart[i].dimension[j].gained;
	ck_assert_uint_gt(r.sum, 1000);
	ck_assert_uint_eq(r.gained, r.sum);
	nsc_reader_free(r.reader);
	nsc_engine_free(engine);
	nsc_config_free(config);
	close_world(&r.w);
}
END_TEST

/* --- netflowscope.conf -------------------------------------------------------------------- */

static char folder[] = "/tmp/check_netdata.XXXXXX";

static void
write_conf(const char *text)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof path, "%s/netflowscope.conf", folder);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
}

static int
read_conf(const char *text, char err[NSC_ERR])
{
	struct nsc_config *config;
	int rc;

	ck_assert_int_eq(nsc_config_new(&config), 0);
	write_conf(text);
	rc = conf_read(config, err);
	if (rc == 0)
		rc = nsc_config_check(config, err);
	nsc_config_free(config);
	return rc;
}

static void
make_folder(void)
{
	strcpy(folder + strlen(folder) - 6, "XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	setenv("NETDATA_USER_CONFIG_DIR", folder, 1);
	unsetenv("NETDATA_STOCK_CONFIG_DIR");
}

static void
remove_folder(void)
{
	char path[256];

	snprintf(path, sizeof path, "%s/netflowscope.conf", folder);
	unlink(path);
	rmdir(folder);
}

START_TEST(conf_errors)
{
	static const struct {
		const char *text, *named[4];
	} bad[] = {
		{"FlowTabelSize = 65536\n", {".conf:1:", "FlowTabelSize", "FlowTableSize", NULL}},
		{"# a\n\nFlowTableSize = 12\n", {".conf:3:", "FlowTableSize: 12", "1024 to 16777216", NULL}},
		{"FlowTableSize\n", {".conf:1:", "FlowTableSize", NULL}},
		{"FlowTableSize = # none\n", {".conf:1:", "FlowTableSize", NULL}},
		{"FlowTableSize = 2048 4096\n", {".conf:1:", "FlowTableSize", NULL}},
		{"Capture = pcap\n", {".conf:1:", "Capture", "pcap", "ring"}},
		{"\nPromiscuous perhaps", {".conf:2:", "Promiscuous", "perhaps", "true"}},
		{"Network = office 10.1.0.0/99\n", {".conf:1:", "Network", "10.1.0.0/99", NULL}},
		{"Filter = \"tcp port 80\n", {".conf:1:", "Filter", "quote", NULL}},
		{"[global]\nTopN = 8\n", {".conf:1:", "[global]", "sections", NULL}},
		{"= 3\n", {".conf:1:", "name", NULL}},
		{"Filter = \"tcp prot 80\"\n", {"ilter", "tcp prot 80", NULL}},
	};
	char err[NSC_ERR] = "";

	make_folder();
	ck_assert_int_lt(read_conf(bad[_i].text, err), 0);
	for (unsigned j = 0; j < 4 && bad[_i].named[j] != NULL; j++)
		ck_assert_msg(strstr(err, bad[_i].named[j]) != NULL, "\"%s\" is not in: %s",
			      bad[_i].named[j], err);
	remove_folder();
}
END_TEST

START_TEST(conf_forms)
{
	char err[NSC_ERR] = "";

	make_folder();
	ck_assert_msg(read_conf("# all forms\r\n"
				"FlowTableSize = 8192\n"
				"  TopN=8   # few\n"
				"MaxSeries 64\n"
				"Interface = eth0 \"eth1\"\n"
				"Network = office 10.1.0.0/16 2001:db8::/32\n"
				"Network = \"lab\" 10.2.0.0/16\n"
				"Exclude = * \"udp 53\"\n"
				"Filter = \"tcp or udp\"\n"
				"firewall = off", err) == 0, "%s", err);
	remove_folder();
	/* No file at all. */
	ck_assert_int_eq(conf_read(NULL, err), 0);
}
END_TEST

START_TEST(command_options)
{
	static const char *const good[] = {"--flow-table-size", "8192", "--top-n=8", "--TopN", "9",
				     "--network", "office 10.1.0.0/16", NULL};
	static const char *const bad[][4] = {{"--flow-table-size", "12", NULL}, {"--top-n", NULL},
				       {"flow", NULL}, {"--no-such=1", NULL}};
	static const char *const named[] = {"FlowTableSize: 12 is not within 1024 to 16777216", "TopN",
					    "\"flow\" is no option", "no such option"};
	struct nsc_config *config;
	char err[NSC_ERR] = "";

	ck_assert_int_eq(nsc_config_new(&config), 0);
	ck_assert_msg(conf_arguments(config, good, err) == 0, "%s", err);
	for (unsigned i = 0; i < 4; i++) {
		ck_assert_int_lt(conf_arguments(config, bad[i], err), 0);
		ck_assert_msg(strstr(err, named[i]) != NULL, "%s", err);
		ck_assert_msg(strncmp(err, "command options: ", 17) == 0, "%s", err);
	}
	nsc_config_free(config);
}
END_TEST

RUN_TESTS("netdata", NULL, NULL, ONCE(late_counter_loses_nothing), ONCE(row_that_leaves),
	  ONCE(dimension_that_leaves), ONCE(many_rows), ONCE(quantiles_with_gaps),
	  ONCE(two_values), ONCE(contexts), ROWS(capture_is_told_whole, 4),
	  ROWS(conf_errors, 12), ONCE(conf_forms), ONCE(command_options))
