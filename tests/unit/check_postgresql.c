/* SPDX-License-Identifier: MIT */
/*
 * PostgreSQL (its manual, "Message Flow", "Message Formats", "SQLSTATE"): pipelines, errors in
 * them, COPY, gaps, the middle of a conversation, lengths that cannot be.
 */
#include "dissect/protocols.h"
#include "dissect/sql.h"
#include "suite.h"
#include "tape.h"

static struct talk talk;
static struct tape tape;
static uint8_t said[1 << 16];
static size_t said_len;

static void
begin(void)
{
	talk_free(&talk);
	said_len = 0;
}

static void
octets(const void *p, size_t len)
{
	ck_assert_uint_le(said_len + len, sizeof said);
	memcpy(said + said_len, p, len);
	said_len += len;
}

static void
message(char type, const void *body, size_t len)
{
	uint32_t n = (uint32_t)len + 4;
	uint8_t header[] = {(uint8_t)type, (uint8_t)(n >> 24), (uint8_t)(n >> 16), (uint8_t)(n >> 8),
			    (uint8_t)n};

	octets(header, sizeof header);
	octets(body, len);
}

#define M(type, body) message(type, body, sizeof body - 1)
#define READY() M('Z', "I")
#define DONE() M('C', "SELECT 1\0")
#define ERROR(severity, state) M('E', "S" severity "\0V" severity "\0C" state "\0Mtext\0\0")

static void
say(int side)
{
	talk_say(&talk, side, said, said_len);
	said_len = 0;
}

/* Turns 0 and 1. */
static void
login(void)
{
	octets("\0\0\0\x13\0\3\0\0user\0half\0\0", 19);
	say(0);
	M('R', "\0\0\0\0");
	M('S', "server_version\0" "15\0");
	M('K', "\0\0\0\1\0\0\0\2");
	READY();
	say(1);
}

/* One statement by an extended query, without its Sync. */
static void
execute(const char *text)
{
	uint8_t body[256] = {0};

	memcpy(body + 1, text, strlen(text));
	message('P', body, strlen(text) + 4);
	M('B', "\0\0\0\0\0\0\0\0");
	M('D', "P\0");
	M('E', "\0\0\0\0\0");
}

static void
expect(const char *want)
{
	play_every_way(&tape, &nsc_postgresql, &talk);
	ck_assert_str_eq(tape.text, want);
	ck_assert_int_eq(tape.verdict, NSC_MORE);
}

#define OP(kind, error, ns) "operation " kind " error " error " " ns "\n"

START_TEST(a_query)
{
	begin();
	login();
	M('Q', "\n-- one\n/* two /* three */ */ ((select 1\0");
	say(0);
	M('T', "\0\0");
	M('D', "\0\0");
	say(1);
	DONE();
	M('N', "SNOTICE\0\0");
	READY();
	say(1);
	M('Q', ";\0");
	say(0);
	M('I', "");
	READY();
	say(1);
	M('Q', "insert x; select 1\0");
	say(0);
	DONE();
	ERROR("ERROR", "23505");
	READY();
	say(1);
	M('X', "");
	say(0);
	expect(OP("1", "0", "2000000") OP("0", "0", "1000000") OP("2", "4", "1000000"));
}
END_TEST

/* The whole of a long statement is waited for, not kept. */
START_TEST(a_long_query)
{
	static uint8_t body[20000];

	begin();
	login();
	memset(body, 'x', sizeof body);
	memcpy(body, "update ", 7);
	body[sizeof body - 1] = 0;
	message('Q', body, sizeof body);
	talk_say(&talk, 0, said, 10000);
	talk_say(&talk, 0, said + 10000, said_len - 10000);
	said_len = 0;
	DONE();
	READY();
	say(1);
	play(&tape, &nsc_postgresql, &talk, 0, 0);
	ck_assert_str_eq(tape.text, OP("3", "0", "1000000"));
	ck_assert_uint_lt(tape.fed[0], 11000);
}
END_TEST

START_TEST(extended)
{
	begin();
	login();
	M('P', "get\0select 1\0\0\0");
	M('P', "put\0insert into t\0\0\0");
	M('S', "");
	say(0);
	M('1', "");
	M('1', "");
	READY();
	say(1);
	M('B', "\0put\0\0\0\0\0\0\0");
	M('E', "\0\0\0\0\0");
	M('B', "c1\0get\0\0\0\0\0\0\0");
	M('E', "c1\0\0\0\0\5");
	M('H', "");
	say(0);
	M('2', "");
	DONE();
	M('2', "");
	M('D', "\0\0");
	M('s', "");
	say(1);
	M('E', "c1\0\0\0\0\0");
	M('S', "");
	say(0);
	DONE();
	READY();
	say(1);
	M('F', "\0\0\0\1\0\0\0\0\0\0");	/* FunctionCall is none */
	say(0);
	M('V', "\xff\xff\xff\xff");
	READY();
	say(1);
	expect(OP("2", "0", "1000000") OP("1", "0", "1000000") OP("1", "0", "1000000"));
}
END_TEST

/* What stands behind an error up to the Sync has no answer. */
START_TEST(a_pipeline_with_an_error)
{
	begin();
	login();
	execute("insert");
	execute("select");
	execute("delete");
	execute("delete");
	M('S', "");
	for (int i = 0; i < 3; i++) {
		execute("update");
		M('S', "");
	}
	M('P', "\0selekt\0\0\0");
	M('S', "");
	execute("begin");
	M('S', "");
	say(0);
	DONE();
	ERROR("ERROR", "22012");
	READY();
	for (int i = 0; i < 3; i++) {
		DONE();
		READY();
	}
	ERROR("ERROR", "42601");
	READY();
	DONE();
	ERROR("ERROR", "23503");	/* as the transaction ends */
	READY();
	say(1);
	M('Q', "show x\0");
	say(0);
	DONE();
	READY();
	say(1);
	expect(OP("2", "0", "1000000") OP("1", "6", "1000000") OP("3", "0", "1000000")
	       OP("3", "0", "1000000") OP("3", "0", "1000000") OP("255", "2", "0")
	       OP("7", "0", "1000000") OP("255", "5", "0") OP("18", "0", "1000000"));
}
END_TEST

/* "The backend will ignore Flush and Sync messages received during the COPY operation." */
START_TEST(data_is_copied)
{
	begin();
	login();
	execute("copy t from stdin");
	M('S', "");
	say(0);
	M('G', "\0\0\0");
	say(1);
	M('d', "1\n");
	say(0);
	M('d', "2\n");
	M('c', "");
	M('S', "");
	say(0);
	DONE();
	READY();
	say(1);
	/* It is refused before its end. */
	execute("copy t from stdin");
	M('S', "");
	say(0);
	M('G', "\0\0\0");
	say(1);
	M('d', "x\n");
	say(0);
	ERROR("ERROR", "22P02");
	say(1);
	M('d', "y\n");
	M('c', "");
	M('S', "");
	say(0);
	READY();
	say(1);
	/* By a Query, and given up by the client. */
	M('Q', "copy t from stdin\0");
	say(0);
	M('G', "\0\0\0");
	say(1);
	M('f', "no\0");
	say(0);
	ERROR("ERROR", "57014");
	READY();
	say(1);
	M('Q', "copy t to stdout\0");
	say(0);
	M('H', "\0\0\0");
	M('d', "1\n");
	M('c', "");
	DONE();
	READY();
	say(1);
	expect(OP("15", "0", "1000000") OP("15", "6", "3000000") OP("15", "15", "1000000")
	       OP("15", "0", "1000000"));
}
END_TEST

START_TEST(the_session_is_ended)
{
	begin();
	login();
	M('Q', "select\0");
	say(0);
	ERROR("FATAL", "57P01");
	say(1);
	expect(OP("1", "23", "1000000"));
	begin();
	octets("\0\0\0\x13\0\3\0\2user\0half\0\0", 19);	/* 3.2 */
	say(0);
	ERROR("FATAL", "28P01");
	say(1);
	expect(OP("255", "3", "0"));
}
END_TEST

START_TEST(more_than_the_ring)
{
	enum { ROOM = 32, ALL = 40 };
	unsigned known = 0, others = 0, lost = 0;

	begin();
	login();
	for (int i = 0; i < ALL; i++)
		execute(i % 2 ? "select" : "insert");
	M('S', "");
	say(0);
	for (int i = 0; i < ALL; i++)
		DONE();
	READY();
	say(1);
	M('Q', "show x\0");
	say(0);
	DONE();
	READY();
	say(1);
	play(&tape, &nsc_postgresql, &talk, 0, 0);
	for (char *line = strtok(tape.text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
		known += strcmp(line, "operation 1 error 0 1000000") == 0 ||
			 strcmp(line, "operation 2 error 0 1000000") == 0;
		others += strcmp(line, "operation 0 error 0 0") == 0;
		lost += strncmp(line, "loss", 4) == 0;
		if (strncmp(line, "operation 18", 12) == 0)
			ck_assert_uint_eq(known + others, ALL);
	}
	ck_assert_uint_eq(known, ROOM);
	ck_assert_uint_eq(others, ALL - ROOM);
	ck_assert_uint_eq(lost, ALL - ROOM + 1);	/* and the Sync */
}
END_TEST

START_TEST(replication_is_left_alone)
{
	begin();
	octets("\0\0\0\x24\0\3\0\0user\0half\0replication\0true\0\0", 36);
	say(0);
	play(&tape, &nsc_postgresql, &talk, 0, 0);
	ck_assert_int_eq(tape.verdict, NSC_DONE);
	begin();
	octets("\0\0\0\x23\0\3\0\0user\0half\0replication\0off\0\0", 35);
	say(0);
	play(&tape, &nsc_postgresql, &talk, 0, 0);
	ck_assert_int_eq(tape.verdict, NSC_MORE);
}
END_TEST

START_TEST(damaged)
{
	static const char *const bad[] = {"Q\0\0\0\3", "Q\xff\xff\xff\xff", "S\0\0\0\5x", "?\0\0\0\4"};

	for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		begin();
		login();
		octets(bad[i], 5);
		say(0);
		play(&tape, &nsc_postgresql, &talk, 0, 0);
		ck_assert_int_eq(tape.verdict, NSC_MALFORMED);
	}
}
END_TEST

/* --- gaps, and the middle ------------------------------------------------------------------ */

static uint64_t now;
static void *state;

/* What was said, at once, to the same state; `gap`: octets were lost before it. */
static enum nsc_verdict
feed(int side, bool gap)
{
	struct nsc_out out = {.arg = &tape, .event = tape_event, .label = tape_label,
			      .time = now += 1000000};
	uint8_t *copy = malloc(said_len);
	struct nsc_chunk in = {.side = (uint8_t)side, .transport = NSC_OVER_TCP, .gap = gap,
			       .time = now};
	enum nsc_verdict v;

	memcpy(copy, said, said_len);
	in.bytes = nsc_bytes(copy, said_len);
	v = nsc_postgresql.feed(state, &in, &out);
	ck_assert_uint_eq(nsc_bytes_left(&in.bytes), 0);
	free(copy);
	said_len = 0;
	return v;
}

static enum nsc_verdict
guess(bool midstream)
{
	struct nsc_guess g = {.bytes = nsc_bytes(said, said_len), .midstream = midstream,
			      .transport = NSC_OVER_TCP};

	return nsc_postgresql.guess(&g);
}

static void
anew(void)
{
	free(state);
	state = calloc(1, nsc_postgresql.state_size);
	memset(&tape, 0, sizeof tape);
	said_len = 0;
	now = 0;
}

START_TEST(in_the_middle)
{
	anew();
	M('Q', "SELECT 1\0");
	ck_assert_int_eq(guess(false), NSC_NOT_MINE);
	ck_assert_int_eq(guess(true), NSC_DONE);
	feed(0, false);
	M('T', "\0\0");
	DONE();
	READY();
	feed(1, false);
	ck_assert_str_eq(tape.text, OP("1", "0", "1000000"));

	/* What was prepared before is not known. */
	anew();
	M('B', "\0S_1\0\0\0\0\0\0\0");
	M('E', "\0\0\0\0\0");
	ck_assert_int_eq(guess(true), NSC_NOT_MINE);
	M('S', "");
	ck_assert_int_eq(guess(true), NSC_DONE);
	feed(1, false);
	M('2', "");
	DONE();
	READY();
	feed(0, false);
	ck_assert_str_eq(tape.text, OP("0", "0", "1000000"));

	/* The server is heard first. */
	anew();
	M('D', "\0\0");
	DONE();
	READY();
	ck_assert_int_eq(guess(true), NSC_DONE);
	feed(1, false);
	M('Q', "COMMIT\0");
	feed(0, false);
	DONE();
	READY();
	feed(1, false);
	ck_assert_str_eq(tape.text, OP("8", "0", "1000000"));

	anew();
	M('Q', "PLEASE\0");
	ck_assert_int_eq(guess(true), NSC_NOT_MINE);
	said_len = 0;
	octets("QUIT\r\n", 6);
	ck_assert_int_eq(guess(true), NSC_NOT_MINE);
}
END_TEST

START_TEST(behind_a_gap)
{
	anew();
	octets("\0\0\0\x13\0\3\0\0user\0half\0\0", 19);
	feed(0, false);
	READY();
	feed(1, false);
	M('Q', "SELECT 1\0");
	feed(0, false);
	/* A part of the answer, and the rest of it: not counted. */
	octets("garbage", 7);
	ck_assert_int_eq(feed(1, true), NSC_MORE);
	octets("more", 4);
	DONE();
	READY();
	ck_assert_int_eq(feed(1, false), NSC_MORE);
	M('Q', "INSERT\0");
	feed(0, false);
	DONE();
	READY();
	feed(1, false);
	ck_assert_str_eq(tape.text, OP("2", "0", "1000000"));
	/* A part of a statement is not one. */
	octets("'x', 'y')", 10);
	ck_assert_int_eq(feed(0, true), NSC_MORE);
	DONE();
	READY();
	feed(1, false);
	M('Q', "COMMIT\0");
	feed(0, false);
	DONE();
	READY();
	feed(1, false);
	ck_assert_str_eq(tape.text, OP("2", "0", "1000000") OP("8", "0", "1000000"));
	/* What cannot be is no end any more. */
	octets("?\0\0\0\4", 5);
	ck_assert_int_eq(feed(0, false), NSC_MORE);
	M('Q', "ROLLBACK\0");
	feed(0, false);
	DONE();
	READY();
	feed(1, false);
	ck_assert_str_eq(tape.text, OP("2", "0", "1000000") OP("8", "0", "1000000")
				    OP("9", "0", "1000000"));
	free(state);
	state = NULL;
}
END_TEST

/* --- words ----------------------------------------------------------------------------------- */

START_TEST(kinds_of_statements)
{
	static const struct {
		const char *text, *kind;
		bool mysql;
	} want[] = {
		{"select 1", "select", false},
		{"SELECT", "select", false},
		{"selection", "other", false},
		{"\t\r\n;;( ( vaLues(1))", "select", false},
		{"WITH a AS (DELETE FROM t RETURNING *) SELECT", "select", false},
		{"--x", "other", false},
		{"--x\nEND", "commit", false},
		{"/* a /* b */ c */ABORT", "rollback", false},
		{"/* a /* b */ABORT", "other", false},
		{"/* a /* b */ROLLBACK", "rollback", true},
		{"/*!40101 SET NAMES utf8 */", "set", true},
		{"/*M!100100 SET x = 1 */", "set", true},
		{"/*!40101 */ DROP TABLE t", "drop", true},
		{"# one\n REPLACE t", "replace", true},
		{"# one\n REPLACE t", "other", false},
		{"START TRANSACTION", "begin", false},
		{"start /* a */ transaction", "begin", true},
		{"START REPLICA", "other", true},
		{"LOAD DATA LOCAL INFILE", "copy", true},
		{"RELEASE SAVEPOINT s", "savepoint", true},
		{"ANALYZE", "maintain", false},
		{"", "other", false},
	};

	for (unsigned i = 0; i < sizeof want / sizeof want[0]; i++)
		ck_assert_str_eq(nsc_sql_operations[nsc_sql_kind(
					 nsc_bytes(want[i].text, strlen(want[i].text)), want[i].mysql)],
				 want[i].kind);
}
END_TEST

START_TEST(prepared_ones)
{
	enum { SIZE = 4 };
	uint32_t table[SIZE] = {0};
	struct nsc_sql_kinds k = {.next = 0};

	ck_assert_uint_eq(nsc_sql_get(&k, table, 0), NSC_SQL_OTHER);
	for (uint32_t id = 0; id < SIZE; id++)
		nsc_sql_put(&k, table, SIZE, id, NSC_SQL_SELECT + id);
	nsc_sql_put(&k, table, SIZE, 2, NSC_SQL_DROP);
	for (uint32_t id = 0; id < SIZE; id++)
		ck_assert_uint_eq(nsc_sql_get(&k, table, id),
				  id == 2 ? NSC_SQL_DROP : NSC_SQL_SELECT + id);
	nsc_sql_put(&k, table, SIZE, 77, NSC_SQL_SET);
	ck_assert_uint_eq(nsc_sql_get(&k, table, 0), NSC_SQL_OTHER);
	ck_assert_uint_eq(nsc_sql_get(&k, table, 77), NSC_SQL_SET);
	ck_assert_uint_eq(nsc_sql_get(&k, table, 1), NSC_SQL_INSERT);
}
END_TEST

START_TEST(states)
{
	static const struct {
		const char *state, *error;
	} want[] = {{"23505", "duplicate"},	{"23503", "constraint"},    {"40P01", "deadlock"},
		    {"40001", "serialization"}, {"42P01", "no_table"},	    {"42601", "syntax"},
		    {"28P01", "access"},	{"42501", "access"},	    {"XX000", "internal"},
		    {"57014", "cancelled"},	{"57P01", "shutdown"},	    {"25P02", "transaction"},
		    {"ZZZZZ", "other"},		{"0A000", "not_supported"}, {"42S02", "no_table"}};

	for (unsigned i = 0; i < sizeof want / sizeof want[0]; i++)
		ck_assert_str_eq(nsc_sql_errors[nsc_sql_state((const uint8_t *)want[i].state) - 1],
				 want[i].error);
}
END_TEST

RUN_SUITE("postgresql", a_query, a_long_query, extended, a_pipeline_with_an_error, data_is_copied,
	  the_session_is_ended, more_than_the_ring, replication_is_left_alone, damaged, in_the_middle,
	  behind_a_gap, kinds_of_statements, prepared_ones, states)
