/* SPDX-License-Identifier: MIT */
/* Memcached, by protocol.txt and protocol_binary.xml: what a real server seldom says, split anywhere. */
#include "dissect/protocols.h"
#include "operations.h"

/* A header's fields as texts: magic and opcode, key, extras, status, body; opaque and cas are zero. */
#define HEADER(begin, key, extras, status, body)                                                   \
	begin key extras "\0" status "\0\0" body "\0\0\0\0\0\0\0\0\0\0\0\0"
#define ZEROS "\0\0"

START_TEST(text_in_a_pipeline)
{
	EXPECT(&nsc_memcached,
	       "set 1\nget 3\nget/server_error 3\nset/out_of_memory 2\nversion 2\n",
	       SAID(">set k 0 0 5\r\nEND\r\n\r\n"), SAID("<STORED\r\n"),
	       SAID(">get k a b\r\ngets k\r\n"), SAID(">set x 1 2 3\r\nabc\r\nversion\r\n"),
	       SAID("<VALUE k 0 5\r\nEND\r\n\r\nVALUE a 0 0\r\n\r\n"),
	       SAID("<END\r\nSERVER_ERROR temporary failure\r\nSERVER_ERROR out of memory storing object\r\n"
		    "VERSION 1.6\r\n"));
}
END_TEST

/* protocol.txt: noreply; an error may come all the same, and answers nothing. */
START_TEST(nobody_answers)
{
	EXPECT(&nsc_memcached, "set 0\ndelete 0\n-/client_error 0\nget 1\n",
	       SAID(">set k 0 0 2 noreply\r\nab\r\ndelete k noreply\r\n"), SAID("<CLIENT_ERROR line too long\r\n"),
	       SAID(">get k\r\n"), SAID("<END\r\n"));
}
END_TEST

START_TEST(meta_commands_may_be_quiet)
{
	EXPECT(&nsc_memcached,
	       "set 0\nget 0\nset 1\nincr 0\nget 1\ndelete 0\nnoop 1\n",
	       SAID(">set k 0 0 1 noreply\r\nx\r\nmg a v q\r\nms b 1 q\r\ny\r\nma n q\r\nmg c v\r\nmd d q\r\nmn\r\n"),
	       /* The first one missed, the second was refused. */
	       SAID("<NS\r\nVA 3 t0\r\nabc\r\nMN\r\n"));
}
END_TEST

/* Quiet ones that nothing follows have been done when the conversation ends. */
START_TEST(quiet_to_the_end)
{
	EXPECT(&nsc_memcached, "set 1\nset 0\nset 0\n", SAID(">set k 0 0 1\r\nx\r\n"), SAID("<STORED\r\n"),
	       SAID(">ms a 1 q\r\nx\r\nms b 1 q\r\nx\r\n"));
}
END_TEST

START_TEST(lists_and_logs)
{
	EXPECT(&nsc_memcached, "set 1\nstats 1\nadmin 1\nadmin 1\nstats 1\nadmin 1\n",
	       SAID(">set k 0 0 1\r\nx\r\n"), SAID("<STORED\r\n"),
	       SAID(">stats\r\n"), SAID("<STAT pid 1\r\nSTAT threads 4\r\nEND\r\n"),
	       SAID(">lru_crawler metadump all\r\n"), SAID("<key=a exp=0\r\nkey=b exp=0\r\nEND\r\n"),
	       SAID(">slabs reassign 1 2\r\n"), SAID("<BUSY currently processing\r\n"),
	       SAID(">stats reset\r\n"), SAID("<RESET\r\n"), SAID(">watch\r\n"),
	       SAID("<OK\r\nts=1 gid=1 type=item_get key=a\r\nERROR not an answer\r\n"));
}
END_TEST

START_TEST(binary_with_quiet_ones)
{
	EXPECT(&nsc_memcached, "get 0\nget 1\nset 1\nnoop 1\n-/auth 0\nother/unknown_command 1\n",
	       /* getq a, getq b, set c, noop; b is there */
	       SAID(">" HEADER("\x80\x09", "\0\1", "\0", ZEROS, "\0\1") "a"
			HEADER("\x80\x0d", "\0\1", "\0", ZEROS, "\0\1") "b"
			HEADER("\x80\x01", "\0\1", "\x08", ZEROS, "\0\x0a") "\0\0\0\0\0\0\0\0cd"
			HEADER("\x80\x0a", "\0\0", "\0", ZEROS, "\0\0")),
	       SAID("<" HEADER("\x81\x0d", "\0\1", "\4", ZEROS, "\0\6") "\0\0\0\0bx"
			HEADER("\x81\x01", "\0\0", "\0", ZEROS, "\0\0")
			HEADER("\x81\x0a", "\0\0", "\0", ZEROS, "\0\0")),
	       /* SASL is no operation */
	       SAID(">" HEADER("\x80\x21", "\0\5", "\0", ZEROS, "\0\7") "PLAINxy"),
	       SAID("<" HEADER("\x81\x21", "\0\0", "\0", "\0\x20", "\0\4") "Auth"),
	       SAID(">" HEADER("\x80\x77", "\0\0", "\0", ZEROS, "\0\0")),
	       SAID("<" HEADER("\x81\x77", "\0\0", "\0", "\0\x81", "\0\0")));
}
END_TEST

START_TEST(behind_lost_octets)
{
	static struct pieces p;

	p.d = &nsc_memcached;
	PIECE(&p, false, ">set k 0 0 1\r\nx\r\nget a\r\n");
	PIECE(&p, true, "<ED\r\n");			/* who waits for what is not known */
	PIECE(&p, false, "<VALUE a 0 1\r\nx\r\nEND\r\n");
	expect_pieces(&p, "");
	PIECE(&p, true, ">lue of a set\r\n");
	PIECE(&p, false, ">incr n 1\r\n");
	PIECE(&p, false, "<NOT_FOUND\r\n");
	expect_pieces(&p, "incr 1\n");
}
END_TEST

START_TEST(damaged_lengths)
{
	static struct pieces p;

	p.d = &nsc_memcached;
	/* protocol.txt: what is no number is refused, and its data are commands */
	PIECE(&p, false, ">set k 0 0 9999999999999\r\nset k 0 0 -1\r\n");
	PIECE(&p, false, "<CLIENT_ERROR bad command line format\r\nCLIENT_ERROR bad\r\n");
	expect_pieces(&p, "set/client_error 1\nset/client_error 1\n");
	memset(&p, 0, sizeof p);
	p.d = &nsc_memcached;
	PIECE(&p, false, ">" HEADER("\x80\x0a", "\0\0", "\0", ZEROS, "\0\0"));
	ck_assert_int_eq(PIECE(&p, false, "<\x80\0\0\0"), NSC_MALFORMED);
}
END_TEST

START_TEST(in_midstream)
{
	ck_assert_int_eq(GUESS(&nsc_memcached, false, "END\r\n", ""), NSC_NOT_MINE);
	ck_assert_int_eq(GUESS(&nsc_memcached, true, "END\r\n", ""), NSC_MORE);
	ck_assert_int_eq(GUESS(&nsc_memcached, true, "mg k v\r\n", "EN\r\n"), NSC_DONE);
	ck_assert_int_eq(GUESS(&nsc_memcached, true, "hello\r\n", ""), NSC_NOT_MINE);
	ck_assert_int_eq(GUESS(&nsc_memcached, true,
			       HEADER("\x81\x0d", "\0\1", "\4", ZEROS, "\0\6") "\0\0\0\0bx", ""), NSC_DONE);
	ck_assert_int_eq(GUESS(&nsc_memcached, false,
			       HEADER("\x81\x0d", "\0\1", "\4", ZEROS, "\0\6") "\0\0\0\0bx", ""), NSC_NOT_MINE);
}
END_TEST

RUN_SUITE("memcached", text_in_a_pipeline, nobody_answers, meta_commands_may_be_quiet, quiet_to_the_end,
	  lists_and_logs, binary_with_quiet_ones, behind_lost_octets, damaged_lengths, in_midstream)
