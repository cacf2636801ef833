/* SPDX-License-Identifier: MIT */
/*
 * MySQL and MariaDB (their internals manuals, "Connection Phase", "Command Phase"): results of
 * every form, prepared statements, packets of 16 MiB - 1, gaps, the middle of a conversation.
 */
#include "dissect/protocols.h"
#include "suite.h"
#include "tape.h"

static struct talk talk;
static struct tape tape;
static uint8_t said[1 << 16];
static size_t said_len;
static uint8_t sequence;	/* of the next packet */

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
packet(const void *body, size_t len)
{
	uint8_t header[] = {(uint8_t)len, (uint8_t)(len >> 8), (uint8_t)(len >> 16), sequence++};

	octets(header, sizeof header);
	octets(body, len);
}

#define M(body) packet(body, sizeof body - 1)
#define COMMAND(body)                                                                              \
	do {                                                                                       \
		sequence = 0;                                                                      \
		M(body);                                                                           \
	} while (0)
#define DEF() M("\3def\0\0\0\1a\0\x0c\x21\0\1\0\0\0\3\0\0\0\0\0")
#define EOFS(status) M("\xfe\0\0" status "\0")
#define OK(status) M("\0\0\0" status "\0\0\0")
#define OK_EOF(status) M("\xfe\0\0" status "\0\0\0")
#define ERROR(code, state) M("\xff" code "#" state "text")

static void
say(int side)
{
	talk_say(&talk, side, said, said_len);
	said_len = 0;
}

/* The server greets; what the client can is given, little-endian. */
static void
login(const char *flags)
{
	sequence = 0;
	M("\x0a" "8.0.36\0\7\0\0\0abcdefgh\0\xff\xff\x2d\2\0\xff\xc1\x15\0\0\0\0\0\0\0\0\0\0ijklmnopqrst\0");
	say(1);
	{
		uint8_t body[37] = {0};

		memcpy(body, flags, 4);
		memcpy(body + 32, "me", 2);
		packet(body, sizeof body);
	}
	say(0);
	M("\1\3");		/* caching_sha2_password: it knew the password */
	OK("\2");
	say(1);
}

static void
expect(const char *want)
{
	play_every_way(&tape, &nsc_mysql, &talk);
	ck_assert_str_eq(tape.text, want);
	ck_assert_int_eq(tape.verdict, NSC_MORE);
}

#define OP(kind, error, ns) "operation " kind " error " error " " ns "\n"
#define PLAIN "\x05\xa2\x0e\0"

START_TEST(results)
{
	begin();
	login(PLAIN);
	COMMAND("\3/* x */ SELECT 1");	/* with EOF packets */
	say(0);
	M("\2");
	DEF();
	DEF();
	EOFS("\2");
	M("\1a\xfb");
	M("\xfb\1b");
	say(1);
	EOFS("\2");
	say(1);
	COMMAND("\3SELECT 2");	/* without: CLIENT_DEPRECATE_EOF; of no rows */
	say(0);
	M("\1");
	DEF();
	OK_EOF("\2");
	say(1);
	COMMAND("\3\0\1SHOW x");	/* CLIENT_QUERY_ATTRIBUTES */
	say(0);
	M("\1");
	DEF();
	M("\1a");
	OK_EOF("\2");
	say(1);
	COMMAND("\3INSERT x");
	say(0);
	M("\0\xfc\1\1\xfd\1\2\3\2\0\0\0");
	say(1);
	COMMAND("\3UPDATE x");
	say(0);
	M("\xff\xff\xff\1\1\1\0\0\4" "copy");	/* MariaDB: progress is no error */
	ERROR("\xbd\4", "40001");
	say(1);
	COMMAND("\3SELECT 3");	/* an error between rows */
	say(0);
	M("\1");
	DEF();
	EOFS("\2");
	M("\1a");
	ERROR("\x25\5", "70100");
	say(1);
	expect(OP("1", "0", "2000000") OP("1", "0", "1000000") OP("18", "0", "1000000")
	       OP("2", "0", "1000000") OP("3", "12", "1000000") OP("1", "15", "1000000"));
}
END_TEST

START_TEST(several_results)
{
	begin();
	login(PLAIN);
	COMMAND("\3CALL p()");
	say(0);
	M("\1");
	DEF();
	EOFS("\2");
	M("\1a");
	EOFS("\x0a");		/* SERVER_MORE_RESULTS_EXISTS */
	M("\1");
	DEF();
	OK_EOF("\x0a");
	OK("\x0a");
	OK("\2");
	say(1);
	COMMAND("\3SELECT 1; oops");
	say(0);
	OK("\x0a");
	ERROR("\x28\4", "42000");
	say(1);
	expect(OP("16", "0", "1000000") OP("1", "2", "1000000"));
}
END_TEST

/* Definitions that both sides know already are left out, each in its way. */
START_TEST(without_definitions)
{
	begin();
	login(PLAIN);
	COMMAND("\3SELECT 1");
	say(0);
	M("\2\0");		/* MariaDB: behind the count */
	M("\0\0a");
	OK_EOF("\2");
	say(1);
	COMMAND("\3SELECT 1");
	say(0);
	M("\1\1");
	DEF();
	OK_EOF("\2");
	say(1);
	COMMAND("\3SELECT 1");
	say(0);
	M("\0\2");		/* MySQL: before it */
	EOFS("\2");
	EOFS("\2");
	say(1);
	COMMAND("\3SELECT 1");
	say(0);
	M("\1\2");
	DEF();
	DEF();
	OK_EOF("\2");
	say(1);
	expect(OP("1", "0", "1000000") OP("1", "0", "1000000") OP("1", "0", "1000000")
	       OP("1", "0", "1000000"));
}
END_TEST

static void
execute(uint8_t id)
{
	uint8_t body[] = {0x17, id, 0, 0, 0, 0, 1, 0, 0, 0};

	sequence = 0;
	packet(body, sizeof body);
}

START_TEST(prepared_ones)
{
	begin();
	login(PLAIN);
	COMMAND("\x16SELECT ?, ?");
	say(0);
	M("\0\1\0\0\0\1\0\2\0\0\0\0");	/* statement 1: a column, two parameters */
	DEF();
	DEF();
	EOFS("\2");
	DEF();
	EOFS("\2");
	say(1);
	COMMAND("\x16" "DELETE x");
	say(0);
	M("\0\2\0\0\0\0\0\0\0\0\0\0");
	say(1);
	COMMAND("\x16SELEKT");
	say(0);
	ERROR("\x28\4", "42000");
	say(1);
	execute(1);
	say(0);
	M("\1");
	DEF();
	EOFS("\2");
	M("\0\0\xff");
	EOFS("\2");
	say(1);
	COMMAND("\x18\2\0\0\0\0\0long data");	/* has no answer */
	execute(2);
	say(0);
	OK("\2");
	say(1);
	COMMAND("\x19\2\0\0\0");		/* nor has this */
	execute(1);
	say(0);
	M("\1");			/* a cursor: its rows are fetched */
	DEF();
	EOFS("\x42");
	say(1);
	COMMAND("\x1c\1\0\0\0\1\0\0\0");
	say(0);
	M("\0\0\1");
	EOFS("\x82");
	say(1);
	/* MariaDB's connectors execute what they just gave to be prepared. */
	COMMAND("\x16UPDATE x");
	{
		uint8_t body[] = {0x17, 0xff, 0xff, 0xff, 0xff, 0, 1, 0, 0, 0};

		sequence = 0;
		packet(body, sizeof body);
	}
	say(0);
	sequence = 1;
	M("\0\3\0\0\0\0\0\1\0\0\0\0");
	DEF();
	EOFS("\2");
	sequence = 1;
	OK("\2");
	say(1);
	execute(9);			/* of none that we know */
	say(0);
	ERROR("\xdb\4", "HY000");
	say(1);
	expect(OP("255", "2", "0") OP("1", "0", "1000000") OP("4", "0", "1000000")
	       OP("1", "0", "1000000") OP("3", "0", "1000000") OP("0", "21", "1000000"));
}
END_TEST

START_TEST(other_commands)
{
	begin();
	login(PLAIN);
	COMMAND("\x0e");			/* ping */
	say(0);
	OK("\2");
	say(1);
	COMMAND("\x09");			/* statistics */
	say(0);
	M("Uptime: 1");
	say(1);
	COMMAND("\2nothing");		/* another database */
	say(0);
	ERROR("\x19\4", "42000");
	say(1);
	COMMAND("\4t\0");		/* a table's columns */
	say(0);
	DEF();
	EOFS("\2");
	say(1);
	COMMAND("\x0a");			/* processes */
	say(0);
	M("\1");
	DEF();
	EOFS("\2");
	EOFS("\2");
	say(1);
	COMMAND("\x11me\0\0\0");		/* another user */
	say(0);
	M("\xfemysql_native_password\0challenge of 20 octs\0");
	say(1);
	M("an answer of twenty.");
	say(0);
	OK("\2");
	say(1);
	COMMAND("\3COMMIT");
	say(0);
	OK("\2");
	say(1);
	ERROR("\x87\7", "70100");	/* it is killed while idle */
	say(1);
	expect(OP("255", "9", "0") OP("8", "0", "1000000") OP("255", "23", "0"));
}
END_TEST

START_TEST(a_file_is_asked_for)
{
	begin();
	login(PLAIN);
	COMMAND("\3LOAD DATA LOCAL INFILE 'f' INTO TABLE t");
	say(0);
	sequence = 1;
	M("\xfb" "f");
	say(1);
	for (int i = 0; i < 300; i++)	/* past the last number */
		M("1\n");
	say(0);
	M("");
	say(0);
	OK("\2");
	say(1);
	COMMAND("\3SELECT 1");
	say(0);
	OK("\2");
	say(1);
	play(&tape, &nsc_mysql, &talk, 0, 0);
	ck_assert_str_eq(tape.text, OP("15", "0", "1000000") OP("1", "0", "1000000"));
}
END_TEST

START_TEST(compressed_or_failed)
{
	begin();
	login("\x25\xa2\x0e\0");
	play(&tape, &nsc_mysql, &talk, 0, 0);
	ck_assert_int_eq(tape.verdict, NSC_DONE);
	begin();
	login(PLAIN);
	free(talk.store[--talk.turns]);
	sequence = 2;
	ERROR("\x15\4", "28000");
	say(1);
	expect(OP("255", "3", "0"));
	/* A replica asks for the log. */
	begin();
	login(PLAIN);
	COMMAND("\x12\0\0\0\0\0\0\1\0\0\0");
	say(0);
	play(&tape, &nsc_mysql, &talk, 0, 0);
	ck_assert_int_eq(tape.verdict, NSC_DONE);
	/* No such command; a packet out of its turn. */
	begin();
	login(PLAIN);
	COMMAND("\x7f");
	say(0);
	play(&tape, &nsc_mysql, &talk, 0, 0);
	ck_assert_int_eq(tape.verdict, NSC_MALFORMED);
	begin();
	login(PLAIN);
	sequence = 3;
	M("\3SELECT 1");
	say(0);
	play(&tape, &nsc_mysql, &talk, 0, 0);
	ck_assert_int_eq(tape.verdict, NSC_MALFORMED);
}
END_TEST

/* --- gaps, long packets, the middle ----------------------------------------------------------- */

static uint64_t now;
static void *state;
static struct nsc_wish wish;

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
	v = nsc_mysql.feed(state, &in, &out);
	ck_assert_uint_eq(nsc_bytes_left(&in.bytes), 0);
	wish = out.wish;
	free(copy);
	said_len = 0;
	return v;
}

static enum nsc_verdict
guess(bool midstream)
{
	struct nsc_guess g = {.bytes = nsc_bytes(said, said_len), .midstream = midstream,
			      .transport = NSC_OVER_TCP};

	return nsc_mysql.guess(&g);
}

static void
anew(void)
{
	free(state);
	state = calloc(1, nsc_mysql.state_size);
	memset(&tape, 0, sizeof tape);
	said_len = 0;
	now = 0;
}

/* Bodies of 16777215 octets go on in the next packet, which may be empty. */
START_TEST(packets_of_16_mib)
{
	enum { SOME = 2000, FULL = 0xffffff };

	anew();
	COMMAND("\3SELECT 1");
	ck_assert_int_eq(feed(0, false), NSC_MORE);
	sequence = 1;
	M("\1");
	DEF();
	octets("\xff\xff\xff\3\xfe\xf6\xff\xff\0\0\0\0\0", 13);	/* a row */
	octets((uint8_t[SOME]){0}, SOME);
	ck_assert_int_eq(feed(1, false), NSC_MORE);
	ck_assert_uint_eq(wish.skip, FULL - 9 - SOME);
	octets("\0\0\0\4", 4);
	sequence = 5;
	OK_EOF("\2");
	ck_assert_int_eq(feed(1, false), NSC_MORE);
	ck_assert_str_eq(tape.text, OP("1", "0", "2000000"));
	/* A statement in two packets ends with the second. */
	octets("\xff\xff\xff\0\3INSERT ", 12);
	octets((uint8_t[SOME]){0}, SOME);
	ck_assert_int_eq(feed(0, false), NSC_MORE);
	ck_assert_uint_eq(wish.skip, FULL - 8 - SOME - 1);
	octets("x", 1);
	sequence = 1;
	M("the end");
	ck_assert_int_eq(feed(0, false), NSC_MORE);
	OK("\2");
	ck_assert_int_eq(feed(1, false), NSC_MORE);
	ck_assert_str_eq(tape.text, OP("1", "0", "2000000") OP("2", "0", "1000000"));
}
END_TEST

START_TEST(in_the_middle)
{
	struct nsc_guess g = {.midstream = true, .transport = NSC_OVER_TCP, .side = 1};

	anew();
	COMMAND("\3SELECT 1");
	ck_assert_int_eq(guess(false), NSC_NOT_MINE);
	ck_assert_int_eq(guess(true), NSC_DONE);
	ck_assert_int_eq(feed(1, false), NSC_MORE);
	sequence = 1;
	M("\1");
	DEF();
	EOFS("\2");
	EOFS("\2");
	ck_assert_int_eq(feed(0, false), NSC_MORE);
	ck_assert_str_eq(tape.text, OP("1", "0", "1000000"));

	anew();
	execute(7);
	ck_assert_int_eq(guess(true), NSC_DONE);
	ck_assert_int_eq(feed(0, false), NSC_MORE);
	OK("\2");
	ck_assert_int_eq(feed(1, false), NSC_MORE);
	ck_assert_str_eq(tape.text, OP("0", "0", "1000000"));

	/* A pool asks whether it is alive: by itself it says too little. */
	anew();
	COMMAND("\x0e");
	ck_assert_int_eq(guess(true), NSC_MORE);
	g.other = nsc_bytes("\1\0\0\0\x0e", 5);
	g.bytes = nsc_bytes("\7\0\0\1\0\0\0\2\0\0\0", 11);
	ck_assert_int_eq(nsc_mysql.guess(&g), NSC_DONE);
	g.bytes = nsc_bytes("\7\0\0\2\0\0\0\2\0\0\0", 11);
	ck_assert_int_eq(nsc_mysql.guess(&g), NSC_NOT_MINE);
	ck_assert_int_eq(feed(0, false), NSC_MORE);
	OK("\2");
	ck_assert_int_eq(feed(1, false), NSC_MORE);
	COMMAND("\3ROLLBACK");
	ck_assert_int_eq(feed(0, false), NSC_MORE);
	OK("\2");
	ck_assert_int_eq(feed(1, false), NSC_MORE);
	ck_assert_str_eq(tape.text, OP("9", "0", "1000000"));
}
END_TEST

START_TEST(behind_a_gap)
{
	anew();
	COMMAND("\3SELECT 1");
	feed(0, false);
	/* The rest of a result is not counted, nor what stands in its place. */
	octets("rows and rows", 13);
	ck_assert_int_eq(feed(1, true), NSC_MORE);
	octets("\5\0\0\x0c\xfe\0\0\2\0", 9);
	ck_assert_int_eq(feed(1, false), NSC_MORE);
	COMMAND("\3INSERT x");
	feed(0, false);
	OK("\2");
	feed(1, false);
	ck_assert_str_eq(tape.text, OP("2", "0", "1000000"));
	octets("'x', 'y')", 9);
	ck_assert_int_eq(feed(0, true), NSC_MORE);
	sequence = 1;
	OK("\2");
	ck_assert_int_eq(feed(1, false), NSC_MORE);
	COMMAND("\3COMMIT");
	feed(0, false);
	OK("\2");
	feed(1, false);
	ck_assert_str_eq(tape.text, OP("2", "0", "1000000") OP("8", "0", "1000000"));
	free(state);
	state = NULL;
}
END_TEST

RUN_SUITE("mysql", results, several_results, without_definitions, prepared_ones, other_commands,
	  a_file_is_asked_for, compressed_or_failed, packets_of_16_mib, in_the_middle, behind_a_gap)
