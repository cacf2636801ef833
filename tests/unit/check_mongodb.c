/* SPDX-License-Identifier: MIT */
/* MongoDB, by the manual's Wire Protocol: the golden conversation split anywhere, lost octets, damaged lengths. */
#include "dissect/protocols.h"
#include "operations.h"

/* OP_MSG: {ping: 1}, {ok: 1.0} and {ok: 0.0}, as Python's bson packs them. */
#define HEAD(length, id, to) length "\0\0\0" id "\0\0\0" to "\0\0\0\xdd\7\0\0\0\0\0\0\0"
#define PING(id) HEAD("\x24", id, "\0") "\x0f\0\0\0\x10ping\0\1\0\0\0\0"
#define OK(id, to) HEAD("\x26", id, to) "\x11\0\0\0\1ok\0\0\0\0\0\0\0\xf0\x3f\0"
#define FAILED(id, to) HEAD("\x26", id, to) "\x11\0\0\0\1ok\0\0\0\0\0\0\0\0\0\0"

START_TEST(split_anywhere)
{
	split_golden(&nsc_mongodb, "operations/mongodb.pcap", 4);
}
END_TEST

START_TEST(behind_lost_octets)
{
	static struct pieces p;

	p.d = &nsc_mongodb;
	PIECE(&p, false, ">" PING("\1") PING("\2"));
	PIECE(&p, true, "<of a document\0\0\0\0\0\0\0\0");
	PIECE(&p, false, "<" FAILED("\x50", "\2"));
	expect_pieces(&p, "ping/other 2\n");
	PIECE(&p, true, ">lost");
	PIECE(&p, false, ">" PING("\3"));
	PIECE(&p, false, "<" OK("\x51", "\3") OK("\x52", "\3"));
	expect_pieces(&p, "ping 1\n");
}
END_TEST

START_TEST(damaged_lengths)
{
	static struct pieces p;

	p.d = &nsc_mongodb;
	PIECE(&p, false, ">" PING("\1"));
	/* A document whose element says that it is longer than its message. */
	PIECE(&p, false, "<" HEAD("\x26", "\x50", "\1") "\x11\0\0\0\2x\0\xff\xff\xff\0\0\0\0\0\0\0");
	expect_pieces(&p, "ping 1\n");
	ck_assert_int_eq(PIECE(&p, false, "<\1\0\0\0\0\0\0\0\0\0\0\0\xdd\7\0\0"), NSC_MALFORMED);
	ck_assert_int_eq(PIECE(&p, false, ">\x24\0\0\0\0\0\0\0\0\0\0\0\xde\7\0\0"), NSC_MALFORMED);
}
END_TEST

START_TEST(in_midstream)
{
	ck_assert_int_eq(GUESS(&nsc_mongodb, true, OK("\1", "\2"), ""), NSC_DONE);
	ck_assert_int_eq(GUESS(&nsc_mongodb, true, "\x24\0\0\0\1\0\0\0\0\0\0\0\xdd\7\0\0\0\0\1\0\0", ""), NSC_DONE);
	ck_assert_int_eq(GUESS(&nsc_mongodb, true, "\x24\0\0\0\1\0\0\0\0\0\0\0\xdd\7\0\0\4\0\0\0\0", ""), NSC_NOT_MINE);
}
END_TEST

RUN_SUITE("mongodb", split_anywhere, behind_lost_octets, damaged_lengths, in_midstream)
