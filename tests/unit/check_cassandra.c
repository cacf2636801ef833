/* SPDX-License-Identifier: MIT */
/* Cassandra, by native_protocol_v3 to v5: the golden conversations split anywhere, lost octets, damaged lengths. */
#include "dissect/protocols.h"
#include "operations.h"

#define QUERY(stream) "\4\0\0" stream "\7\0\0\0\x0f\0\0\0\x08SELECT 1\0\1\0"
#define VOID(stream) "\x84\0\0" stream "\x08\0\0\0\4\0\0\0\1"

START_TEST(split_anywhere)
{
	split_golden(&nsc_cassandra, "operations/cassandra.pcap", 6);
}
END_TEST

START_TEST(behind_lost_octets)
{
	static struct pieces p;

	p.d = &nsc_cassandra;
	PIECE(&p, false, ">" QUERY("\1"));
	PIECE(&p, false, ">" QUERY("\2"));
	PIECE(&p, true, "<of rows");
	PIECE(&p, false, "<" VOID("\2"));
	expect_pieces(&p, "select 2\n");
	PIECE(&p, true, ">lost");
	PIECE(&p, false, ">" QUERY("\3"));
	PIECE(&p, false, "<" VOID("\3") VOID("\x09"));
	expect_pieces(&p, "select 1\n");
}
END_TEST

START_TEST(damaged_lengths)
{
	static struct pieces p;

	p.d = &nsc_cassandra;
	PIECE(&p, false, ">" QUERY("\1"));
	ck_assert_int_eq(PIECE(&p, false, "<" VOID("\1")), NSC_MORE);
	expect_pieces(&p, "select 1\n");
	ck_assert_int_eq(PIECE(&p, false, "<\x84\0\0\1\x08\xff\xff\xff\xff"), NSC_MALFORMED);
	ck_assert_int_eq(PIECE(&p, false, ">\x84\0\0\1\7\0\0\0\0"), NSC_MALFORMED);
}
END_TEST

START_TEST(in_midstream)
{
	ck_assert_int_eq(GUESS(&nsc_cassandra, true, QUERY("\1"), ""), NSC_DONE);
	ck_assert_int_eq(GUESS(&nsc_cassandra, true, VOID("\1"), ""), NSC_DONE);
	ck_assert_int_eq(GUESS(&nsc_cassandra, false, QUERY("\1"), ""), NSC_NOT_MINE);
	ck_assert_int_eq(GUESS(&nsc_cassandra, true, QUERY("\1") "x", ""), NSC_NOT_MINE);
	ck_assert_int_eq(GUESS(&nsc_cassandra, true, "hello, world, hello", ""), NSC_NOT_MINE);
}
END_TEST

RUN_SUITE("cassandra", split_anywhere, behind_lost_octets, damaged_lengths, in_midstream)
