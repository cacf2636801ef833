/* SPDX-License-Identifier: MIT */
/* Single flows of an engine (nsc_rows): each once, with the octets that the reader counts. */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nsc.h"
#include "suite.h"

#define SECOND 1000000000ull

struct seen {
	unsigned begun[NSC_ROWS_KINDS], ended[NSC_ROWS_KINDS], flows, local;
	uint64_t received, sent, elapsed, left_out;
	uint64_t id;			/* of all, by exclusive or */
	uint64_t chunked_sent, chunked_received;	/* of the one to chunked.example.test */
};

static void
begin(void *arg, enum nsc_rows_kind kind)
{
	struct seen *s = arg;

	s->begun[kind]++;
}

static void
flow(void *arg, const struct nsc_flow_row *f)
{
	struct seen *s = arg;

	s->flows++;
	s->received += f->received;
	s->sent += f->sent;
	s->id ^= f->id;
	s->local += strcmp(f->direction, "local") == 0;
	ck_assert_str_eq(f->app, "http");
	ck_assert_str_eq(f->scope, strcmp(f->direction, "local") == 0 ? "loopback" : "forwarded");
	ck_assert_uint_eq(f->proto, 6);
	ck_assert_uint_eq(f->remote_port, 8099);
	ck_assert(f->idle < f->timeout);
	if (strcmp(f->remote_name, "chunked.example.test") == 0) {
		s->chunked_sent = f->sent;
		s->chunked_received = f->received;
	}
}

static void
end(void *arg, enum nsc_rows_kind kind, uint64_t elapsed, uint64_t left_out)
{
	struct seen *s = arg;

	s->ended[kind]++;
	s->elapsed = elapsed;
	s->left_out += left_out;
}

static uint64_t counted[2];

static void
count(void *arg, const struct nsc_sample *s)
{
	(void)arg;
	if (strcmp(s->family, "scope") == 0 && strcmp(s->type, "if_octets") == 0)
		for (int i = 0; i < 2; i++)
			counted[i] += s->sum[i];
}

static struct nsc_engine *engine;
static struct nsc_reader *reader;

/* An engine that reads a capture of the project's own. */
static void
open_engine(const char *capture, const char *local, bool rows)
{
	const char *top = getenv("top_srcdir");
	struct nsc_host host = {.rows = rows};
	struct nsc_config *cfg;
	char path[1024], err[NSC_ERR];
	const char *value = path;

	snprintf(path, sizeof path, "%s/tests/golden/%s", top != NULL ? top : ".", capture);
	ck_assert_int_eq(nsc_config_new(&cfg), 0);
	ck_assert_int_eq(nsc_config_set(cfg, "Replay", &value, 1, err), 0);
	ck_assert_int_eq(nsc_config_set(cfg, "Local", &local, 1, err), 0);
	ck_assert_int_eq(nsc_engine_new(&engine, cfg, &host, err), 0);
	nsc_config_free(cfg);
	ck_assert_int_eq(nsc_reader_new(&reader, engine), 0);
}

static void
close_engine(void)
{
	nsc_reader_free(reader);
	nsc_engine_free(engine);
}

static struct seen
look(struct nsc_rows *r, bool ask)
{
	struct seen s = {.flows = 0};
	struct nsc_rows_tell t = {.arg = &s, .begin = begin, .flow = flow, .end = end};

	memset(counted, 0, sizeof counted);
	if (ask)
		nsc_rows_ask(r);
	ck_assert_int_eq(nsc_reader_read(reader, count, NULL), 0);
	nsc_rows_tell(r, &t);
	return s;
}

START_TEST(one_consumer_who_was_announced)
{
	struct nsc_rows *r, *other;

	open_engine("protocols/http.pcap", "10.0.0.0/8", false);
	ck_assert_int_eq(nsc_rows_new(&r, engine), -ENOTSUP);
	close_engine();
	open_engine("protocols/http.pcap", "10.0.0.0/8", true);
	ck_assert_int_eq(nsc_rows_new(&r, engine), 0);
	ck_assert_int_eq(nsc_rows_new(&other, engine), -EBUSY);
	nsc_rows_free(r);
	ck_assert_int_eq(nsc_rows_new(&r, engine), 0);
	nsc_rows_free(r);
	nsc_rows_free(NULL);
	close_engine();
}
END_TEST

/*
 * tshark of http.pcap (frame.time_epoch, ip.len, tcp.stream), which begins at 1795226625.2796:
 * until .35 there are 5 conversations of 25629 octets, of which the one to
 * chunked.example.test has 14521 and 495.
 */
enum { CONVERSATIONS = 5, OCTETS = 25629, CHUNKED_SENT = 14521, CHUNKED_RECEIVED = 495 };

#define STEP 50000000ull

/* Reads it to 1795226625.2 and so many steps on. */
static void
read_to(uint64_t steps)
{
	nsc_engine_clock(engine, SECOND + steps * STEP, 2 * STEP);
}

START_TEST(rows_are_the_conversations)
{
	struct nsc_rows *r;
	struct seen s, before;
	char err[NSC_ERR];

	open_engine("protocols/http.pcap", "10.0.0.0/8", true);
	ck_assert_int_eq(nsc_rows_new(&r, engine), 0);
	ck_assert_int_eq(nsc_engine_start(engine, true, err), 0);
	read_to(0);
	s = look(r, true);
	ck_assert_uint_eq(s.begun[NSC_ROWS_FLOWS], 1);
	ck_assert_uint_eq(s.flows, 0);
	ck_assert_uint_eq(s.elapsed, 0);
	read_to(2);
	s = look(r, true);
	read_to(3);
	before = look(r, true);
	s = look(r, true);
	ck_assert_uint_eq(s.flows, CONVERSATIONS);
	ck_assert_uint_eq(s.received + s.sent, OCTETS);
	ck_assert_uint_eq(before.elapsed, STEP);
	ck_assert_uint_eq(s.elapsed, 0);
	ck_assert_uint_eq(s.left_out, 0);
	ck_assert_uint_ne(s.id, 0);
	ck_assert_uint_eq(s.id, before.id);
	ck_assert_uint_eq(s.chunked_sent, CHUNKED_SENT);
	ck_assert_uint_eq(s.chunked_received, CHUNKED_RECEIVED);
	ck_assert_uint_eq(s.begun[NSC_ROWS_LISTENERS], 0);	/* a capture has no host */
	ck_assert_uint_eq(s.begun[NSC_ROWS_CONNECTIONS], 0);
	/* Not asked, not told. */
	s = look(r, false);
	ck_assert_uint_eq(s.begun[NSC_ROWS_FLOWS], 0);
	nsc_rows_free(r);
	close_engine();
}
END_TEST

START_TEST(rows_within_a_host)
{
	struct nsc_rows *r;
	struct seen s;
	char err[NSC_ERR];

	open_engine("protocols/http.pcap", "127.0.0.0/8", true);
	ck_assert_int_eq(nsc_rows_new(&r, engine), 0);
	ck_assert_int_eq(nsc_engine_start(engine, true, err), 0);
	read_to(0);
	read_to(3);
	s = look(r, true);
	ck_assert_uint_eq(s.flows, CONVERSATIONS);
	ck_assert_uint_eq(s.local, CONVERSATIONS);
	/* Within the host a packet counts in each way (DESIGN 2), in a row once. */
	ck_assert_uint_eq(counted[0], OCTETS);
	ck_assert_uint_eq(counted[1], OCTETS);
	ck_assert_uint_eq(s.received + s.sent, OCTETS);
	nsc_rows_free(r);
	close_engine();
}
END_TEST

RUN_SUITE("rows", one_consumer_who_was_announced, rows_are_the_conversations,
	  rows_within_a_host)
