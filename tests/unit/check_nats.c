/* SPDX-License-Identifier: MIT */
/* NATS, by docs.nats.io: what a real server seldom says, split anywhere. */
#include "dissect/protocols.h"
#include "operations.h"

#define INFO "INFO {\"server_id\":\"N\",\"version\":\"2.9.10\"}\r\n"
#define HELLO SAID("<" INFO), SAID(">CONNECT {\"verbose\":false,\"pedantic\":false}\r\n")
#define HELLO_VERBOSE SAID("<" INFO), SAID(">CONNECT {\"verbose\" : true}\r\n"), SAID("<+OK\r\n")

START_TEST(payloads_are_passed)
{
	EXPECT(&nsc_nats, "publish 0\npublish 0\nsubscribe 0\nmessage 0\nping 2\nmessage 0\n", HELLO,
	       SAID(">PUB a 13\r\nMSG a 1 0\r\n\r\n\r\npub b\t 0 \r\n\r\nSUB a q 1\r\nPING\r\n"),
	       SAID("<MSG a 1 12\r\nPING\r\n-ERR x\r\n"), SAID("<PONG\r\nmsg a 1 _R.1 0\r\n\r\n"));
}
END_TEST

/* Answers come in any order, and only the first one answers. */
START_TEST(requests_by_their_subject)
{
	EXPECT(&nsc_nats, "request 2\nrequest 2\nmessage 0\nrequest/no_responders 1\nmessage/status 0\n", HELLO,
	       SAID(">PUB s _I.1 1\r\na\r\nHPUB s _I.2 12 13\r\nNATS/1.0\r\n\r\nb\r\n"), SAID(">PING\r\n"),
	       SAID("<MSG _I.2 9 1\r\nb\r\nMSG _I.1 9 1\r\na\r\nMSG _I.1 9 1\r\na\r\n"),
	       SAID(">PUB none _I.3 0\r\n\r\n"), SAID("<HMSG _I.3 9 16 16\r\nNATS/1.0 503\r\n\r\n\r\n"),
	       SAID("<HMSG _I.9 9 16 16\r\nNATS/1.0 404\r\n\r\n\r\n"));
}
END_TEST

START_TEST(verbose_ones_are_confirmed)
{
	EXPECT(&nsc_nats, "publish 1\nsubscribe/permissions 1\nunsubscribe 1\nping 1\n-/slow_consumer 0\npublish 1\n",
	       HELLO_VERBOSE, SAID(">PUB a 1\r\nx\r\nSUB b 1\r\nUNSUB 1\r\nPING\r\n"),
	       SAID("<+OK\r\n-ERR 'Permissions Violation for Subscription to \"b\"'\r\n+OK\r\nPONG\r\n"),
	       SAID(">PUB a 1\r\nx\r\n"), SAID("<-ERR 'Slow Consumer'\r\n+OK\r\n"));
}
END_TEST

START_TEST(errors_of_the_connection)
{
	EXPECT(&nsc_nats, "-/authorization 0\n-/stale 0\n-/parser 0\n-/other 0\n-/max_payload 0\n", HELLO,
	       SAID("<-ERR 'Authorization Violation'\r\n-ERR 'Stale Connection'\r\n"
		    "-ERR 'Unknown Protocol Operation'\r\n-ERR 'of tomorrow'\r\n-ERR 'Maximum Payload Violation'\r\n"));
}
END_TEST

/* A connection between servers: its name is known, and nothing more is read. */
START_TEST(what_servers_say_to_each_other)
{
	static struct pieces p;

	p.d = &nsc_nats;
	ck_assert_int_eq(PIECE(&p, false, "<" INFO), NSC_MORE);
	ck_assert_int_eq(PIECE(&p, false, ">CONNECT {\"verbose\":false}\r\n"), NSC_MORE);
	ck_assert_int_eq(PIECE(&p, false, ">RS+ $G a\r\n"), NSC_DONE);
}
END_TEST

START_TEST(tls_behind_info)
{
	static struct pieces p;

	p.d = &nsc_nats;
	ck_assert_int_eq(PIECE(&p, false, "<" INFO), NSC_MORE);
	ck_assert_int_eq(PIECE(&p, false, ">\x16\3\1"), NSC_HAND_ON);
}
END_TEST

START_TEST(behind_lost_octets)
{
	static struct pieces p;

	p.d = &nsc_nats;
	PIECE(&p, false, "<" INFO);
	PIECE(&p, false, ">CONNECT {}\r\nPING\r\n");
	PIECE(&p, true, "<of a payload\r\n");
	PIECE(&p, false, "<MSG a 1 1\r\nx\r\nPONG\r\n");
	expect_pieces(&p, "message 0\n");
	PIECE(&p, false, ">PUB s _I.1 1\r\nx\r\n");
	PIECE(&p, true, "<lost\r\n");
	PIECE(&p, false, "<MSG _I.1 1 1\r\nx\r\n");	/* by its subject: no matter what was lost */
	expect_pieces(&p, "request 2\n");
}
END_TEST

START_TEST(in_midstream)
{
	static struct pieces p;

	ck_assert_int_eq(GUESS(&nsc_nats, true, "PUB a.b 3\r\nabc\r\n", ""), NSC_DONE);
	ck_assert_int_eq(GUESS(&nsc_nats, true, "PUB a.b 3\r\nabcd\r", ""), NSC_NOT_MINE);
	ck_assert_int_eq(GUESS(&nsc_nats, false, "PUB a.b 3\r\nabc\r\n", ""), NSC_NOT_MINE);
	ck_assert_int_eq(GUESS(&nsc_nats, true, "PING\r\n", ""), NSC_MORE);
	ck_assert_int_eq(GUESS(&nsc_nats, true, "+OK\r\nMSG a 1 0\r\n\r\n", ""), NSC_DONE);
	ck_assert_int_eq(GUESS(&nsc_nats, true, "+OK Logged in\r\n", ""), NSC_NOT_MINE);
	/* A client found in the middle is verbose if it is confirmed. */
	p.d = &nsc_nats;
	PIECE(&p, false, ">PUB a 1\r\nx\r\n");
	PIECE(&p, false, "<+OK\r\n");
	PIECE(&p, false, ">PUB a 1\r\nx\r\n");
	PIECE(&p, false, "<+OK\r\n");
	expect_pieces(&p, "publish 0\npublish 1\n");
}
END_TEST

RUN_SUITE("nats", payloads_are_passed, requests_by_their_subject, verbose_ones_are_confirmed,
	  errors_of_the_connection, what_servers_say_to_each_other, tls_behind_info, behind_lost_octets, in_midstream)
