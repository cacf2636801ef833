/* SPDX-License-Identifier: MIT */
/* What readers are told of listeners: 1 while a row is there, one last 0 when it goes (DESIGN 4.2). */
#include <check.h>
#include <math.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/ledgers.h"
#include "nsc.h"
#include "suite.h"

struct nsc_engine {			/* only what readers see of one */
	struct nsc_ledgers ledgers;
	struct nsc_networks networks;
};

static struct nsc_engine engine;
static struct nsc_listen_rows listening;

struct nsc_ledgers *
nsc_engine_ledgers(struct nsc_engine *e)
{
	return &e->ledgers;
}

static void
listen_rows(void *arg, struct nsc_listen_rows *rows)
{
	(void)arg;
	*rows = listening;
}

static void
setup(void)
{
	memset(&listening, 0, sizeof listening);
	engine.ledgers = (struct nsc_ledgers){
		.ledger[0] = calloc(1, sizeof *engine.ledgers.ledger[0]), .count = 1,
		.listen = listen_rows, .networks = &engine.networks, .top_n = 32, .max_series = 32};
	ck_assert_ptr_nonnull(engine.ledgers.ledger[0]);
	nsc_ledger_init(engine.ledgers.ledger[0]);
}

static void
teardown(void)
{
	free(engine.ledgers.ledger[0]);
}

/* The rows of a look: ports, and whether each is exposed. */
static void
found(const char *ports)
{
	listening.known = true;
	listening.count = 0;
	for (; *ports != '\0'; ports += 3)
		listening.row[listening.count++] = (struct nsc_listen_row){
			.proto = IPPROTO_TCP, .families = NSC_FAMILY_IPV4, .scope = NSC_SCOPE_PUBLIC,
			.port = (uint16_t)((ports[0] - '0') * 10 + ports[1] - '0'), .process = "p",
			.exposure = ports[2] == '!' ? NSC_EXPOSURE_EXPOSED : NSC_EXPOSURE_LAN_ONLY};
}

struct reading {
	struct nsc_reader *reader;
	char told[1024];		/* "80!=1 " for each row */
	unsigned samples, series;
};

static void
hear(void *arg, const struct nsc_sample *s)
{
	struct reading *g = arg;
	size_t n = strlen(g->told);

	g->samples++;
	if (strcmp(s->type, "count") == 0 && strcmp(s->value, "series") == 0)
		g->series = (unsigned)s->level[0];
	if (strcmp(s->type, "bool") != 0 || strcmp(s->family, "listen") != 0)
		return;
	ck_assert(!s->fresh && !s->counter && s->count == 1 && isfinite(s->level[0]));
	ck_assert_str_eq(s->group, "");
	ck_assert_int_eq(strncmp(s->value, "tcp-", 4), 0);
	snprintf(g->told + n, sizeof g->told - n, "%.2s%s=%g ", s->value + 4,
		 strstr(s->value, "-public-p-exposed") != NULL ? "!" : "", s->level[0]);
}

static const char *
read_all(struct reading *g)
{
	g->told[0] = '\0';
	g->samples = 0;
	ck_assert_int_eq(nsc_reader_read(g->reader, hear, g), 0);
	ck_assert_uint_eq(g->series, g->samples);
	return g->told;
}

START_TEST(a_row_ends_with_one_zero)
{
	struct reading g = {0};

	ck_assert_int_eq(nsc_reader_new(&g.reader, &engine), 0);
	ck_assert_str_eq(read_all(&g), "");	/* nobody has looked yet */
	found("22 80!");
	ck_assert_str_eq(read_all(&g), "22=1 80!=1 ");
	ck_assert_str_eq(read_all(&g), "22=1 80!=1 ");
	found("80!");
	ck_assert_str_eq(read_all(&g), "80!=1 22=0 ");
	ck_assert_str_eq(read_all(&g), "80!=1 ");
	found("");
	ck_assert_str_eq(read_all(&g), "80!=0 ");
	ck_assert_str_eq(read_all(&g), "");
	found("22 ");				/* back again */
	ck_assert_str_eq(read_all(&g), "22=1 ");
	nsc_reader_free(g.reader);
}
END_TEST

START_TEST(another_exposure_is_another_row)
{
	struct reading g = {0};

	ck_assert_int_eq(nsc_reader_new(&g.reader, &engine), 0);
	found("22 80!");
	read_all(&g);
	found("22!80 ");
	ck_assert_str_eq(read_all(&g), "22!=1 80=1 22=0 80!=0 ");
	ck_assert_str_eq(read_all(&g), "22!=1 80=1 ");
	g.told[0] = '\0';
	nsc_reader_repeat(g.reader, hear, &g);
	ck_assert_str_eq(g.told, "22!=1 80=1 ");
	nsc_reader_free(g.reader);
}
END_TEST

/* Each reader by itself; what came and went between two reads is nobody's. */
START_TEST(readers_at_two_intervals)
{
	struct reading fast = {0}, slow = {0};

	ck_assert_int_eq(nsc_reader_new(&fast.reader, &engine), 0);
	ck_assert_int_eq(nsc_reader_new(&slow.reader, &engine), 0);
	found("22 ");
	read_all(&fast);
	read_all(&slow);
	found("22 80!");
	ck_assert_str_eq(read_all(&fast), "22=1 80!=1 ");
	found("");
	ck_assert_str_eq(read_all(&fast), "22=0 80!=0 ");
	ck_assert_str_eq(read_all(&fast), "");
	ck_assert_str_eq(read_all(&slow), "22=0 ");
	ck_assert_str_eq(read_all(&slow), "");
	nsc_reader_free(fast.reader);
	nsc_reader_free(slow.reader);
}
END_TEST

static void
count_rows(void *arg, const struct nsc_sample *s)
{
	unsigned *count = arg;

	if (strcmp(s->type, "bool") == 0 && strcmp(s->family, "listen") == 0)
		count[s->level[0] > 0]++;
}

/* 256 rows become 256 others: MaxSeries (32 here) does not count them. */
START_TEST(all_rows_at_once)
{
	struct reading g = {0};

	ck_assert_int_eq(nsc_reader_new(&g.reader, &engine), 0);
	listening.known = true;
	listening.count = NSC_LISTEN_ROWS;
	for (unsigned turn = 0; turn < 3; turn++) {
		unsigned count[2] = {0, 0};

		for (unsigned i = 0; i < NSC_LISTEN_ROWS; i++)
			listening.row[i] = (struct nsc_listen_row){
				.proto = IPPROTO_UDP, .families = 3, .scope = NSC_SCOPE_PUBLIC,
				.process = "p", .port = (uint16_t)(1000 * (turn + 1) + i)};
		ck_assert_int_eq(nsc_reader_read(g.reader, count_rows, count), 0);
		ck_assert_uint_eq(count[1], NSC_LISTEN_ROWS);
		ck_assert_uint_eq(count[0], turn > 0 ? NSC_LISTEN_ROWS : 0);
	}
	nsc_reader_free(g.reader);
}
END_TEST

RUN_TESTS("listen_told", setup, teardown, ONCE(a_row_ends_with_one_zero),
	  ONCE(another_exposure_is_another_row), ONCE(readers_at_two_intervals),
	  ONCE(all_rows_at_once))
