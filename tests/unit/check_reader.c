/* SPDX-License-Identifier: MIT */
/*
 * Readers against a model that adds up every increment on its own (features.md,
 * algorithm 6): whatever the schedule, each reader's sums are those of the model.
 */
#include <check.h>
#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "dissect/table.h"
#include "engine/ledgers.h"
#include "nsc.h"

enum { WRITERS = 3, READERS = 3, IDS = 4096 };

/* Only what readers see of an engine. */
struct nsc_engine {
	struct nsc_ledgers ledgers;
	struct nsc_cells cells[WRITERS], total;		/* total: what was ever added */
	struct nsc_networks networks;
	struct nsc_row iface[NSC_COUNT_IFACE];
};

struct nsc_ledgers *
nsc_engine_ledgers(struct nsc_engine *e)
{
	return &e->ledgers;
}

/* A consumer's memory: every identifier that it was ever told. */
struct consumer {
	struct nsc_reader *reader;
	struct nsc_cells from;		/* the model's total when the reader began */
	unsigned reads, samples, ids, next;
	struct {
		char name[160];
		struct nsc_sample last;
		char group[NSC_TOKEN];
		unsigned read;		/* told last in this read */
	} id[IDS];
};

static struct nsc_engine *engine;
static uint64_t seed;

static unsigned
draw(unsigned below)
{
	seed ^= seed << 13;		/* xorshift64 */
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)(seed >> 33) % below;
}

static void
publish_all(void *arg)
{
	struct nsc_engine *e = arg;
	unsigned i;

	for (i = 0; i < e->ledgers.count; i++)
		nsc_ledger_publish(e->ledgers.ledger[i], &e->cells[i], false);
}

/* Processes and units 2 to 61 have names, and services 0 to 9. */
static bool
owner_row(struct nsc_engine *e, unsigned set, unsigned n, struct nsc_row *row)
{
	(void)e;
	*row = (struct nsc_row){.generation = 1, .present = true};
	snprintf(row->name, sizeof row->name, set == NSC_SET_SERVICE ? "tcp-%u" : "name.%u", n);
	return set == NSC_SET_SERVICE ? n < 10 : n < 62;
}

static struct nsc_listen_rows listening;

static void
listen_rows(void *arg, struct nsc_listen_rows *rows)
{
	(void)arg;
	*rows = listening;
}

static bool
row_of(void *arg, unsigned set, unsigned n, struct nsc_row *row)
{
	struct nsc_engine *e = arg;

	if (set != NSC_SET_IFACE)
		return owner_row(e, set, n, row);
	*row = e->iface[n];
	return row->name[0] != '\0';
}

static void
name_iface(unsigned n, const char *name)
{
	snprintf(engine->iface[n].name, sizeof engine->iface[n].name, "%s", name);
	engine->iface[n].generation++;
	engine->iface[n].present = true;
}

static void
setup(void)
{
	unsigned i;

	seed = 0x2545f4914f6cdd1du;
	engine = calloc(1, sizeof *engine);
	ck_assert_ptr_nonnull(engine);
	for (i = 0; i < WRITERS; i++) {
		engine->ledgers.ledger[i] = calloc(1, sizeof *engine->ledgers.ledger[i]);
		ck_assert_ptr_nonnull(engine->ledgers.ledger[i]);
		nsc_ledger_init(engine->ledgers.ledger[i]);
	}
	engine->ledgers.count = WRITERS;
	engine->ledgers.wake = publish_all;
	engine->ledgers.row = row_of;
	engine->ledgers.listen = listen_rows;
	memset(&listening, 0, sizeof listening);
	engine->ledgers.sources = (1u << NSC_COUNT_HOST_SOURCE) - 1;
	engine->ledgers.arg = engine;
	engine->ledgers.networks = &engine->networks;
	engine->ledgers.top_n = 32;
	engine->ledgers.max_series = 256;
}

static void
teardown(void)
{
	unsigned i;

	for (i = 0; i < WRITERS; i++)
		free(engine->ledgers.ledger[i]);
	free(engine);
}

static struct consumer *
begin(void)
{
	struct consumer *c = calloc(1, sizeof *c);

	ck_assert_ptr_nonnull(c);
	ck_assert_int_eq(nsc_reader_new(&c->reader, engine), 0);
	c->from = engine->total;
	return c;
}

static void
end(struct consumer *c)
{
	nsc_reader_free(c->reader);
	free(c);
}

static void
add(unsigned writer, unsigned cell, uint64_t n)
{
	engine->cells[writer].cell[cell] += n;
	engine->total.cell[cell] += n;
}

/* Each read tells in one order: behind the last one found.  c->ids: it is new. */
static unsigned
find(struct consumer *c, const char *name)
{
	unsigned n, i;

	for (n = 0; n < c->ids; n++) {
		i = (c->next + n) % c->ids;
		if (strcmp(c->id[i].name, name) != 0)
			continue;
		c->next = i + 1;
		return i;
	}
	return c->ids;
}

/* An assertion that holds is a message to the runner, too: here there are millions. */
#define must(condition) ((condition) ? (void)0 : ck_abort_msg("%s: %s", name, #condition))

static void
hear(void *arg, const struct nsc_sample *s)
{
	struct consumer *c = arg;
	char name[160];
	unsigned i;

	snprintf(name, sizeof name, "%s-%s/%s-%s", s->family, s->group, s->type, s->value);
	i = find(c, name);
	must(i < IDS);
	must(s->fresh == (i == c->ids));
	if (i == c->ids) {
		memcpy(c->id[i].name, name, sizeof name);
		snprintf(c->id[i].group, sizeof c->id[i].group, "%s", s->group);
		c->ids++;
	} else {
		must(c->id[i].read != c->reads);	/* not twice */
		must(!s->counter || (s->sum[0] >= c->id[i].last.sum[0] &&
					  s->sum[1] >= c->id[i].last.sum[1]));
	}
	must(s->counter || (isfinite(s->level[0]) && s->level[0] >= 0));
	must(s->count == 1 || s->count == 2);
	c->id[i].last = *s;
	c->id[i].read = c->reads;
	c->samples++;
}

/* Only tls/gauge. */
static void
hear_port(void *arg, const struct nsc_sample *s)
{
	struct consumer *c = arg;

	if (strcmp(s->type, "gauge") != 0)
		return;
	ck_assert_str_eq(s->family, "tls");
	ck_assert(!s->fresh && !s->counter && s->count == 1);
	snprintf(c->id[c->ids].name, sizeof c->id[0].name, "%s", s->value);
	c->id[c->ids++].last = *s;
}

static int
read_all(struct consumer *c)
{
	c->reads++;
	c->samples = 0;
	return nsc_reader_read(c->reader, hear, c);
}

/* The sample of the last read, or NULL. */
static const struct nsc_sample *
told(const struct consumer *c, const char *name)
{
	unsigned i;

	for (i = 0; i < c->ids; i++)
		if (strcmp(c->id[i].name, name) == 0 && c->id[i].read == c->reads)
			return &c->id[i].last;
	return NULL;
}

/* A service's stand between its name and the end. */
static bool
is_value(const struct nsc_metric *m, const char *value, const char *text)
{
	size_t n = strlen(value), k = strlen(text);

	if (m->group != NSC_SET_SERVICE)
		return strcmp(value, text) == 0;
	return n > k && strncmp(value, "tcp-", 4) == 0 && strcmp(value + n - k, text) == 0;
}

/* The model: everything added to the metric's groups since the consumer began. */
static void
assert_sums(const struct consumer *c)
{
	unsigned i, v, g, k, n;
	char text[64];

	for (i = 0; i < NSC_METRICS; i++) {
		const struct nsc_metric *m = &nsc_metrics[i];

		if ((m->shape != NSC_SHAPE_COUNTER && m->shape != NSC_SHAPE_PAIR) ||
		    m->group == NSC_SET_DB)
			continue;
		for (v = 0; v < m->members; v++) {
			uint64_t want[2] = {0, 0}, have[2] = {0, 0};

			snprintf(text, sizeof text, "%s%s%s", m->value,
				 m->value[0] != '\0' && m->values != NSC_SET_NONE ? "_"
										  : "",
				 m->values == NSC_SET_NONE
					 ? ""
					 : nsc_set_token((enum nsc_set)m->values, v));
			for (g = 0; g < m->groups; g++)
				for (k = 0; k < m->width; k++) {
					unsigned cell = m->base +
							(g * m->members + v) * m->width + k;

					want[k] += engine->total.cell[cell] - c->from.cell[cell];
				}
			for (n = 0; n < c->ids; n++) {
				const struct nsc_sample *s = &c->id[n].last;

				if (strcmp(s->family, m->family) != 0 ||
				    strcmp(s->type, m->type) != 0 ||
				    !is_value(m, s->value, text))
					continue;
				have[0] += s->sum[0];
				have[1] += s->sum[1];
			}
			ck_assert_msg(have[0] == want[0] && have[1] == want[1],
				      "%s %s: %llu,%llu told, %llu,%llu added", m->id, text,
				      (unsigned long long)have[0], (unsigned long long)have[1],
				      (unsigned long long)want[0], (unsigned long long)want[1]);
		}
	}
}

static void
assert_caps(const struct consumer *c)
{
	static const char *const open[] = {"interface", "network", "app", "process", "unit"};
	enum { OPEN = sizeof open / sizeof *open };
	unsigned names[OPEN] = {0}, series = 0, i, j, k;

	for (i = 0; i < c->ids; i++) {
		for (j = 0; j < OPEN; j++) {
			bool first = true;

			if (c->id[i].read != c->reads || strcmp(c->id[i].last.family, open[j]) != 0)
				continue;
			series++;
			for (k = 0; k < i; k++)
				first &= c->id[k].read != c->reads ||
					 strcmp(c->id[k].group, c->id[i].group) != 0 ||
					 strcmp(c->id[k].last.family, open[j]) != 0;
			names[j] += first && strcmp(c->id[i].group, "other") != 0 &&
				    strcmp(c->id[i].group, "unknown") != 0;
		}
	}
	ck_assert_uint_le(series, engine->ledgers.max_series);
	for (j = 0; j < OPEN; j++)
		ck_assert_uint_le(names[j], engine->ledgers.top_n);
}

static void
name_everything(void)
{
	char name[16], prefix[24];
	unsigned i;

	for (i = 0; i < 12; i++) {
		snprintf(name, sizeof name, "eth%u", i);
		name_iface(i, name);
	}
	for (i = 0; i < NSC_NETWORKS; i++) {
		snprintf(name, sizeof name, "net%u", i);
		snprintf(prefix, sizeof prefix, "10.%u.0.0/16", i);
		ck_assert_int_eq(nsc_network_add(&engine->networks, name, prefix), 0);
	}
}

/* Something somewhere, in the rows that have names; the busy rows change with time. */
static void
add_something(unsigned step)
{
	const struct nsc_metric *m = &nsc_metrics[draw(NSC_METRICS)];
	unsigned groups = m->groups, group, first = 0;

	if (m->shape != NSC_SHAPE_COUNTER && m->shape != NSC_SHAPE_PAIR)
		return;
	if (m->group == NSC_SET_APP)
		groups = nsc_dissector_count;
	else if (m->group == NSC_SET_IFACE)
		groups = 12;
	else if (m->group == NSC_SET_NETWORK)
		first = 1;
	else if (m->group == NSC_SET_PROCESS || m->group == NSC_SET_UNIT)
		groups = 62;
	else if (m->group == NSC_SET_SERVICE)
		groups = 10;
	group = first + draw(groups - first);
	if (draw(3) == 0)
		group = first + step / 500 % (groups - first);
	add(draw(WRITERS),
	    m->base + (group * m->members + draw(m->members)) * m->width + draw(m->width),
	    1 + draw(1000) * draw(1000));
}

START_TEST(any_schedule_gives_equal_sums)
{
	struct consumer *c[READERS] = {NULL, NULL, NULL};
	unsigned every[READERS] = {7, 40, 311}, step, i;
	static const unsigned caps[][2] = {{32, 256}, {3, 256}, {32, 40}, {1, 32}, {256, 4096}};

	seed += (uint64_t)_i * 7919;
	engine->ledgers.top_n = caps[_i % 5][0];
	engine->ledgers.max_series = caps[_i % 5][1];
	name_everything();
	for (step = 0; step < 2000; step++) {
		add_something(step);
		for (i = 0; i < READERS; i++) {
			if (c[i] == NULL) {
				if (step == i * 377)
					c[i] = begin();
			} else if (step % every[i] == 0 || draw(200) == 0) {
				ck_assert_int_eq(read_all(c[i]), 0);
				if (step % 3 == 0)
					assert_sums(c[i]);
				assert_caps(c[i]);
			}
		}
	}
	for (i = 0; i < READERS; i++) {
		read_all(c[i]);
		assert_sums(c[i]);
		end(c[i]);
	}
}
END_TEST

START_TEST(late_rows_appear_and_stay)
{
	struct consumer *c;
	unsigned cell = NSC_CELL(DNS_RCODE, 0, NSC_V_RCODE_NXDOMAIN);
	const struct nsc_sample *s;

	add(0, cell, 5);
	c = begin();			/* what was before does not count */
	read_all(c);
	ck_assert_ptr_null(told(c, "dns-/dns_rcode-NXDOMAIN"));
	s = told(c, "self-/packets-captured");
	ck_assert(s != NULL && s->counter && s->fresh && s->sum[0] == 0);
	ck_assert_ptr_nonnull(told(c, "flow-/connections-opened"));
	ck_assert_ptr_null(told(c, "self-/operations-rst_invalid"));
	add(1, cell, 3);
	read_all(c);
	s = told(c, "dns-/dns_rcode-NXDOMAIN");
	ck_assert(s != NULL && s->fresh && s->sum[0] == 3);
	read_all(c);
	s = told(c, "dns-/dns_rcode-NXDOMAIN");
	ck_assert(s != NULL && !s->fresh && s->sum[0] == 3);
	ck_assert_uint_eq((unsigned)told(c, "self-/count-series")->level[0], c->samples);
	end(c);
}
END_TEST

START_TEST(levels)
{
	struct consumer *c = begin();
	const struct nsc_sample *s;

	engine->cells[0].cell[NSC_CELL(SELF_FLOW_SHARE, 0, 0)] = 30;
	engine->cells[0].cell[NSC_CELL(SELF_FLOW_SHARE, 0, 0) + 1] = 100;
	engine->cells[1].cell[NSC_CELL(SELF_FLOW_SHARE, 0, 0)] = 20;
	engine->cells[1].cell[NSC_CELL(SELF_FLOW_SHARE, 0, 0) + 1] = 100;
	engine->cells[0].cell[NSC_CELL(FLOW_CURRENT, 0, NSC_V_PROTO_TCP)] = 7;
	engine->cells[2].cell[NSC_CELL(FLOW_CURRENT, 0, NSC_V_PROTO_TCP)] = 1;
	engine->cells[2].cell[NSC_CELL(SELF_MEMORY, 0, NSC_V_MEMORY_RING)] = (uint64_t)-4;
	read_all(c);
	s = told(c, "self-/percent-flow_table");
	ck_assert(s != NULL && !s->counter && s->level[0] == 25);
	ck_assert(told(c, "flow-/current_connections-tcp")->level[0] == 8);
	ck_assert_ptr_null(told(c, "flow-/current_connections-udp"));
	ck_assert(told(c, "self-/memory-ring")->level[0] == 0);
	ck_assert(told(c, "self-/duration-read")->level[0] == 0);	/* replay: no clock */
	memset(engine->cells, 0, sizeof engine->cells);
	read_all(c);
	ck_assert(told(c, "flow-/current_connections-tcp")->level[0] == 0);
	ck_assert(told(c, "self-/percent-flow_table")->level[0] == 0);
	end(c);
}
END_TEST

START_TEST(quantiles_cover_one_interval)
{
	struct consumer *c = begin();
	unsigned public = NSC_CELL(TCP_RTT, NSC_V_SCOPE_PUBLIC, 0);
	unsigned i;

	for (i = 0; i < 100; i++)
		add(i % WRITERS, public + nsc_histogram_cell(10000000), 1);
	add(0, NSC_CELL(TCP_RTT, NSC_V_SCOPE_LOOPBACK, 0) + nsc_histogram_cell(50000), 9);
	add(0, NSC_CELL(DNS_LATENCY, 0, 0) + nsc_histogram_cell(20000000), 1);
	read_all(c);
	ck_assert_double_eq_tol(told(c, "tcp-public/response_time-rtt_p50")->level[0], 0.01,
				0.0005);
	ck_assert_double_eq_tol(told(c, "tcp-public/response_time-rtt_p99")->level[0], 0.01,
				0.0005);
	ck_assert_double_eq_tol(told(c, "dns-/response_time-p90")->level[0], 0.02, 0.001);
	ck_assert_ptr_null(told(c, "tcp-loopback/response_time-rtt_p50"));
	read_all(c);
	ck_assert_ptr_null(told(c, "tcp-public/response_time-rtt_p50"));	/* never NaN */
	add(1, public + nsc_histogram_cell(200000000), 1);
	read_all(c);
	ck_assert_double_eq_tol(told(c, "tcp-public/response_time-rtt_p50")->level[0], 0.2, 0.01);
	end(c);
}
END_TEST

START_TEST(ports_are_told_while_they_are_set)
{
	struct consumer *c = begin();
	uint64_t *cell[2];
	unsigned i;

	for (i = 0; i < 2; i++)
		cell[i] = &engine->cells[i].cell[NSC_CELL(TLS_CERT_DAYS, 0, 0)];
	read_all(c);
	ck_assert_uint_eq((unsigned)told(c, "self-/count-series")->level[0], c->samples);
	nsc_ports_set(cell[0], 8443, 90);
	nsc_ports_set(cell[0], 443, 12);
	nsc_ports_set(cell[1], 443, -3);	/* another worker saw an older one */
	for (i = 0; i < 2; i++) {
		c->ids = 0;			/* levels by port are never `fresh` */
		nsc_reader_read(c->reader, hear_port, c);
		ck_assert_uint_eq(c->ids, 2);
		ck_assert_str_eq(c->id[0].name, "cert_days-443");
		ck_assert_double_eq(c->id[0].last.level[0], -3);
		ck_assert_str_eq(c->id[1].name, "cert_days-8443");
		ck_assert_double_eq(c->id[1].last.level[0], 90);
	}
	nsc_ports_unset(cell[0], 8443);
	nsc_ports_unset(cell[1], 443);
	c->ids = 0;
	nsc_reader_read(c->reader, hear_port, c);
	ck_assert_uint_eq(c->ids, 1);
	ck_assert_double_eq(c->id[0].last.level[0], 12);
	nsc_ports_unset(cell[0], 443);
	c->ids = 0;
	nsc_reader_read(c->reader, hear_port, c);
	ck_assert_uint_eq(c->ids, 0);
	end(c);
}
END_TEST

START_TEST(a_writer_that_begins_again)
{
	struct consumer *c = begin();
	unsigned cell = NSC_CELL(FLOW_OPENED, 0, 0);

	add(0, cell, 100);
	add(1, cell, 10);
	read_all(c);
	ck_assert_uint_eq(told(c, "flow-/connections-opened")->sum[0], 110);
	/* As ledgers.h says: zeros, incarnation, and then more than there was before. */
	memset(&engine->cells[0], 0, sizeof engine->cells[0]);
	nsc_ledger_publish(engine->ledgers.ledger[0], &engine->cells[0], true);
	engine->ledgers.incarnation[0]++;
	add(0, cell, 150);
	read_all(c);
	ck_assert_uint_eq(told(c, "flow-/connections-opened")->sum[0], 260);
	/* A sum that falls without a word has begun again too. */
	engine->cells[1].cell[cell] = 4;
	read_all(c);
	ck_assert_uint_eq(told(c, "flow-/connections-opened")->sum[0], 264);
	end(c);
}
END_TEST

START_TEST(interfaces_come_and_go)
{
	struct consumer *c = begin();
	const struct nsc_sample *s;

	name_iface(1, "eth0");
	name_iface(2, "eth1.5");
	read_all(c);
	s = told(c, "interface-eth0/if_octets-");
	ck_assert(s != NULL && s->fresh && s->count == 2 && s->sum[0] == 0);
	ck_assert_ptr_nonnull(told(c, "interface-eth1_5/if_packets-"));
	ck_assert_ptr_null(told(c, "interface-other/if_octets-"));
	add(0, NSC_CELL(INTERFACE_OCTETS, 1, 0), 1000);
	add(0, NSC_CELL(INTERFACE_OCTETS, 2, 0), 77);
	engine->iface[2].present = false;	/* it goes: its last octets are told once more */
	read_all(c);
	ck_assert_uint_eq(told(c, "interface-eth1_5/if_octets-")->sum[0], 77);
	read_all(c);
	ck_assert_ptr_null(told(c, "interface-eth1_5/if_octets-"));
	ck_assert_ptr_nonnull(told(c, "interface-eth0/if_octets-"));
	/* Its row is used again, for another; then it is back in a third row, and goes on. */
	name_iface(2, "wlan0");
	add(0, NSC_CELL(INTERFACE_OCTETS, 2, 0), 5);
	name_iface(3, "eth1.5");
	add(0, NSC_CELL(INTERFACE_OCTETS, 3, 0), 3);
	read_all(c);
	ck_assert_uint_eq(told(c, "interface-wlan0/if_octets-")->sum[0], 5);
	ck_assert_uint_eq(told(c, "interface-eth1_5/if_octets-")->sum[0], 80);
	/* A row that changes hands within one interval: whose octets these were is not known. */
	add(0, NSC_CELL(INTERFACE_OCTETS, 2, 0), 40);
	name_iface(2, "wlan1");
	read_all(c);
	ck_assert_uint_eq(told(c, "interface-wlan1/if_octets-")->sum[0], 0);
	ck_assert_uint_eq(told(c, "interface-other/if_octets-")->sum[0], 40);
	assert_sums(c);
	end(c);
}
END_TEST

START_TEST(names_with_one_token_are_one_row)
{
	struct consumer *c = begin();

	name_iface(0, "veth.1");
	name_iface(1, "veth-1");
	name_iface(2, "other");
	add(0, NSC_CELL(INTERFACE_OCTETS, 0, 0) + 1, 10);
	add(1, NSC_CELL(INTERFACE_OCTETS, 1, 0) + 1, 20);
	read_all(c);			/* hear() refuses an identifier that is told twice */
	ck_assert_uint_eq(told(c, "interface-veth_1/if_octets-")->sum[1], 30);
	ck_assert_ptr_nonnull(told(c, "interface-other_/if_octets-"));
	end(c);
}
END_TEST

START_TEST(names_of_interfaces_do_not_pile_up)
{
	struct consumer *c = begin();
	char name[16];
	unsigned i;

	for (i = 0; i < 300; i++) {	/* containers: 300 names through one row */
		snprintf(name, sizeof name, "veth%u", i);
		name_iface(5, name);
		add(0, NSC_CELL(INTERFACE_OCTETS, 5, 0), 10);
		read_all(c);
		engine->iface[5].present = false;
		read_all(c);
		ck_assert_uint_le(c->samples, 80);
	}
	end(c);
}
END_TEST

/* Two rows of like weight never change places; one that is clearly busier does, once. */
START_TEST(series_do_not_flap)
{
	struct consumer *c = begin();
	unsigned i, changes = 0;
	bool was = false;

	engine->ledgers.top_n = 1;
	name_iface(0, "a");
	name_iface(1, "b");
	for (i = 0; i < 200; i++) {
		bool a;

		add(0, NSC_CELL(INTERFACE_OCTETS, 0, 0), 1000 + (i % 2) * 500);
		add(0, NSC_CELL(INTERFACE_OCTETS, 1, 0), i < 100 ? 1500 - (i % 2) * 500 : 9000);
		read_all(c);
		a = told(c, "interface-a/if_octets-") != NULL;
		ck_assert(a != (told(c, "interface-b/if_octets-") != NULL));
		ck_assert_ptr_nonnull(told(c, "interface-other/if_octets-"));
		ck_assert(told(c, "self-/count-series_suppressed")->level[0] == 1);
		changes += i > 0 && a != was;
		was = a;
	}
	ck_assert(!was);
	ck_assert_uint_le(changes, 1);
	assert_sums(c);
	end(c);
}
END_TEST

START_TEST(a_ledger_that_is_not_ours)
{
	struct consumer *c = begin();

	add(0, NSC_CELL(FLOW_OPENED, 0, 0), 1);
	add(1, NSC_CELL(FLOW_OPENED, 0, 0), 2);
	read_all(c);
	engine->ledgers.ledger[1]->layout++;
	add(0, NSC_CELL(FLOW_OPENED, 0, 0), 1);
	ck_assert_int_eq(read_all(c), -EBADMSG);
	ck_assert_uint_eq(told(c, "flow-/connections-opened")->sum[0],
			  4); /* the others are told */
	nsc_ledger_init(engine->ledgers.ledger[1]);
	ck_assert_int_eq(read_all(c), 0);
	ck_assert_uint_eq(told(c, "flow-/connections-opened")->sum[0], 4);
	end(c);
}
END_TEST

START_TEST(workers_that_do_not_answer)
{
	struct timespec a, b;
	struct consumer *c;
	double seconds;

	c = begin();
	engine->ledgers.wake = NULL;
	atomic_store(&engine->ledgers.live, true);
	clock_gettime(CLOCK_MONOTONIC, &a);
	ck_assert_int_eq(read_all(c), 0);
	clock_gettime(CLOCK_MONOTONIC, &b);
	seconds = (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) / 1e9;
	ck_assert(seconds >= 0.05 && seconds < 1);
	ck_assert_uint_eq(engine->ledgers.late, 1);
	ck_assert_uint_eq(told(c, "self-/operations-late_publish")->sum[0], 1);
	read_all(c);
	ck_assert(told(c, "self-/duration-read")->level[0] >= 0.05);
	end(c);
}
END_TEST

static _Atomic bool stop;

static void *
work(void *arg)
{
	unsigned n = *(unsigned *)arg;

	while (!atomic_load(&stop)) {
		engine->cells[n].cell[NSC_CELL(SCOPE_OCTETS, NSC_V_SCOPE_PUBLIC, 0)] += 100;
		engine->cells[n].cell[NSC_CELL(SCOPE_OCTETS, NSC_V_SCOPE_PUBLIC, 0) + 1] += 100;
		nsc_ledger_publish(engine->ledgers.ledger[n], &engine->cells[n], false);
	}
	nsc_ledger_publish(engine->ledgers.ledger[n], &engine->cells[n], true);
	return NULL;
}

static void
keep(void *arg, const struct nsc_sample *s)
{
	if (strcmp(s->family, "scope") == 0 && strcmp(s->group, "public") == 0 &&
	    strcmp(s->type, "if_octets") == 0)
		memcpy(arg, s->sum, sizeof s->sum);
}

static void *
consume(void *arg)
{
	uint64_t sum[2] = {0, 0};
	unsigned i;

	for (i = 0; i < 50; i++)
		if (nsc_reader_read(arg, keep, sum) < 0)
			return arg;
	return NULL;
}

/* Reads of different consumers run at the same time (collectd's threads). */
START_TEST(readers_in_threads)
{
	struct nsc_reader *reader[2];
	pthread_t writer[WRITERS], thread[2];
	unsigned n[WRITERS], i;
	uint64_t sum[2][2] = {{0, 0}, {0, 0}}, want = 0;
	void *failed;

	atomic_store(&stop, false);
	engine->ledgers.wake = NULL;
	ck_assert_int_eq(nsc_reader_new(&reader[0], engine), 0);
	ck_assert_int_eq(nsc_reader_new(&reader[1], engine), 0);
	atomic_store(&engine->ledgers.live, true);
	for (i = 0; i < WRITERS; i++) {
		n[i] = i;
		ck_assert_int_eq(pthread_create(&writer[i], NULL, work, &n[i]), 0);
	}
	for (i = 0; i < 2; i++)
		ck_assert_int_eq(pthread_create(&thread[i], NULL, consume, reader[i]), 0);
	for (i = 0; i < 2; i++) {
		pthread_join(thread[i], &failed);
		ck_assert_ptr_null(failed);
	}
	atomic_store(&stop, true);
	for (i = 0; i < WRITERS; i++) {
		pthread_join(writer[i], NULL);
		want += engine->cells[i].cell[NSC_CELL(SCOPE_OCTETS, NSC_V_SCOPE_PUBLIC, 0)];
	}
	atomic_store(&engine->ledgers.live, false);
	for (i = 0; i < 2; i++) {
		ck_assert_int_eq(nsc_reader_read(reader[i], keep, sum[i]), 0);
		ck_assert_uint_eq(sum[i][0], want);
		ck_assert_uint_eq(sum[i][1], want);
		nsc_reader_free(reader[i]);
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("reader");
	TCase *t = tcase_create("reader"), *threads = tcase_create("threads");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_set_timeout(t, 120);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, any_schedule_gives_equal_sums, 0, 10);
	tcase_add_test(t, late_rows_appear_and_stay);
	tcase_add_test(t, levels);
	tcase_add_test(t, quantiles_cover_one_interval);
	tcase_add_test(t, ports_are_told_while_they_are_set);
	tcase_add_test(t, a_writer_that_begins_again);
	tcase_add_test(t, interfaces_come_and_go);
	tcase_add_test(t, names_with_one_token_are_one_row);
	tcase_add_test(t, names_of_interfaces_do_not_pile_up);
	tcase_add_test(t, series_do_not_flap);
	tcase_add_test(t, a_ledger_that_is_not_ours);
	tcase_add_test(t, workers_that_do_not_answer);
	/* A case of its own, so that ThreadSanitizer can run it alone (CK_RUN_CASE). */
	suite_add_tcase(s, threads);
	tcase_set_timeout(threads, 120);
	tcase_add_checked_fixture(threads, setup, teardown);
	tcase_add_test(threads, readers_in_threads);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
