/* SPDX-License-Identifier: MIT */
/* Kafka, by its protocol guide: the golden conversations split anywhere, lost octets, damaged lengths. */
#include "dissect/protocols.h"
#include "operations.h"

#define HEARTBEAT(number) "\0\0\0\x19\0\x0c\0\0\0\0\0" number "\0\5group\0\1g\0\0\0\1\0\1m"

START_TEST(split_anywhere)
{
	split_golden(&nsc_kafka, "operations/kafka.pcap", 5);
}
END_TEST

START_TEST(behind_lost_octets)
{
	static struct pieces p;

	p.d = &nsc_kafka;
	PIECE(&p, false, ">" HEARTBEAT("\1") HEARTBEAT("\2"));
	PIECE(&p, true, "<\0\1\2");			/* of another answer */
	PIECE(&p, false, "<\0\0\0\6\0\0\0\2\0\x1b");
	expect_pieces(&p, "heartbeat/rebalance 2\n");
	PIECE(&p, true, ">lost records");
	PIECE(&p, false, ">" HEARTBEAT("\3"));
	PIECE(&p, false, "<\0\0\0\6\0\0\0\3\0\0\0\0\0\6\0\0\0\1\0\0");
	expect_pieces(&p, "heartbeat 1\nheartbeat 5\n");
}
END_TEST

START_TEST(damaged_lengths)
{
	static struct pieces p;

	p.d = &nsc_kafka;
	PIECE(&p, false, ">" HEARTBEAT("\1"));
	/* An answer that ends before its error does. */
	PIECE(&p, false, "<\0\0\0\5\0\0\0\1\0");
	expect_pieces(&p, "heartbeat 1\n");
	ck_assert_int_eq(PIECE(&p, false, "<\xff\xff\xff\xff\0\0\0\1"), NSC_MALFORMED);
	memset(&p, 0, sizeof p);
	p.d = &nsc_kafka;
	/* Metadata 1: of as many brokers as there cannot be. */
	PIECE(&p, false, ">\0\0\0\x12\0\3\0\1\0\0\0\1\0\4name\0\0\0\0");
	PIECE(&p, false, "<\0\0\0\x10\0\0\0\1\x7f\xff\xff\xff\0\0\0\1\0\0\0\0");
	expect_pieces(&p, "metadata 1\n");
}
END_TEST

START_TEST(in_midstream)
{
	ck_assert_int_eq(GUESS(&nsc_kafka, false, HEARTBEAT("\1"), ""), NSC_NOT_MINE);
	ck_assert_int_eq(GUESS(&nsc_kafka, true, HEARTBEAT("\1"), ""), NSC_DONE);
	ck_assert_int_eq(GUESS(&nsc_kafka, true, HEARTBEAT("\1"), "\0\0\0\6\0\0\0\1\0\0"), NSC_DONE);
	ck_assert_int_eq(GUESS(&nsc_kafka, true, "\0\0\0\6\0\0\0\1\0\0", ""), NSC_MORE);
	/* A produce whose records go on. */
	ck_assert_int_eq(GUESS(&nsc_kafka, true, "\0\0\x20\0\0\0\0\7\0\0\0\1\0\4name\xff\xff", ""), NSC_DONE);
	ck_assert_int_eq(GUESS(&nsc_kafka, true, "\0\0\x20\0\0\0\0\7\0\0\0\1\0\4na\1e\xff\xff", "x"), NSC_NOT_MINE);
}
END_TEST

RUN_SUITE("kafka", split_anywhere, behind_lost_octets, damaged_lengths, in_midstream)
