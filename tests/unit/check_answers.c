/* SPDX-License-Identifier: MIT */
/*
 * LDAP, SMTP, SIP and Kerberos: what real servers and clients seldom say.  Octets are written by
 * hand from the specifications.
 */
#include "dissect/protocols.h"
#include "hand.h"
#include "suite.h"

/* [1] bind as nobody; searches of "" (base), numbered; their ends with a result code. */
#define BIND "\x30\x0c\2\1\1\x60\7\2\1\3\4\0\x80\0"
#define BOUND(code) "\x30\x0c\2\1\1\x61\7\x0a\1" code "\4\0\4\0"
#define SEARCH(n) "\x30\x25\2\1" n "\x63\x20\4\0\x0a\1\0\x0a\1\0\2\1\0\2\1\0\1\1\0\x87\x0bobjectClass\x30\0"
#define ENTRY(n) "\x30\x09\2\1" n "\x64\4\4\0\x30\0"
#define FOUND(n, code) "\x30\x0c\2\1" n "\x65\7\x0a\1" code "\4\0\4\0"

START_TEST(ldap_answers_come_in_any_order)
{
	struct talk talk = {0};

	TURN(&talk, 0, BIND);
	TURN(&talk, 1, BOUND("\x31"));			/* invalidCredentials */
	TURN(&talk, 0, SEARCH("\2") SEARCH("\3") SEARCH("\4"));
	TURN(&talk, 1, ENTRY("\3") FOUND("\3", "\0"));
	TURN(&talk, 0, "\x30\6\2\1\5\x50\1\2");		/* abandon 2 */
	TURN(&talk, 1, ENTRY("\4") FOUND("\4", "\4"));	/* sizeLimitExceeded */
	/* A notice of disconnection: busy. */
	TURN(&talk, 1, "\x30\x0c\2\1\0\x78\7\x0a\1\x33\4\0\4\0");
	operations_of_talk(&nsc_ldap, &talk,
			   "bind invalid_credentials 1\nsearch - 1\nabandon - 0\nsearch size_limit 3\n"
			   "- busy 0\n");
}
END_TEST

START_TEST(ldap_behind_a_gap)
{
	struct hand h = hand_new(&nsc_ldap);

	HAND(&h, 0, BIND SEARCH("\2"), false);
	ck_assert_int_eq(HAND(&h, 1, "of an entry", true), NSC_MORE);
	HAND(&h, 1, ENTRY("\2") FOUND("\2", "\0"), false);	/* forgotten with what was lost */
	HAND(&h, 0, SEARCH("\3"), false);
	HAND(&h, 1, FOUND("\3", "\0"), false);
	hand_told(&h, "search - 1\n");
}
END_TEST

START_TEST(smtp_pipelined)
{
	struct talk talk = {0};

	TURN(&talk, 1, "220 mail.example ESMTP\r\n");
	TURN(&talk, 0, "EHLO a.example\r\n");
	TURN(&talk, 1, "250-mail.example\r\n250 PIPELINING\r\n");
	TURN(&talk, 0, "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nRCPT TO:<e@f>\r\nDATA\r\n");
	TURN(&talk, 1, "250 ok\r\n550 no\r\n250 ok\r\n354 go\r\n");
	/* Dots that do not end it, and one that does; a command behind it. */
	TURN(&talk, 0, "Subject: x\r\n\r\n..\r\n.x\r\n\r.\r\n\n.\r\nQUIT\r\n");
	TURN(&talk, 0, "\r\n.\r\nRSET\r\n");
	TURN(&talk, 1, "250 queued\r\n250 ok\r\n");
	TURN(&talk, 0, "AUTH PLAIN\r\n");
	TURN(&talk, 1, "334 \r\n");
	TURN(&talk, 0, "AGEAYg==\r\n");
	TURN(&talk, 1, "535 no\r\n");
	TURN(&talk, 0, "NOSUCH\r\nDATA\r\nQUIT\r\n");
	TURN(&talk, 1, "500 what\r\n503 now\r\n221 bye\r\n");
	operations_of_talk(&nsc_smtp, &talk,
			   "helo - 1\nmail - 1\nrcpt 550 1\nrcpt - 1\nmessage - 1\nreset - 1\n"
			   "- 535 0\nother 500 1\nmessage 503 1\n");
}
END_TEST

/* A reply for each recipient (RFC 2033, 4.2); BDAT of two chunks (RFC 3030). */
START_TEST(smtp_chunks_and_lmtp)
{
	struct talk talk = {0};

	TURN(&talk, 1, "220 mail.example LMTP\r\n");
	TURN(&talk, 0, "LHLO a.example\r\n");
	TURN(&talk, 1, "250 CHUNKING\r\n");
	TURN(&talk, 0, "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nRCPT TO:<e@f>\r\n");
	TURN(&talk, 1, "250 ok\r\n250 ok\r\n250 ok\r\n");
	TURN(&talk, 0, "BDAT 6\r\nRSET\r\nBDAT 8 LAST\r\n\r\n.\r\nxyzQUIT\r\n");
	TURN(&talk, 1, "250 6 octets\r\n250 for c\r\n452 full\r\n221 bye\r\n");
	operations_of_talk(&nsc_smtp, &talk,
			   "helo - 1\nmail - 1\nrcpt - 1\nrcpt - 1\nmessage - 1\nmessage 452 1\n");
}
END_TEST

START_TEST(smtp_behind_a_gap)
{
	struct hand h = hand_new(&nsc_smtp);

	HAND(&h, 1, "220 mail.example ESMTP\r\n", false);
	HAND(&h, 0, "EHLO a\r\n", false);
	HAND(&h, 1, "250 ok\r\n", false);
	HAND(&h, 0, "MAIL FROM:<a@b>\r\n", false);
	ck_assert_int_eq(HAND(&h, 0, "of a command\r\nMAIL x\r\n", true), NSC_MORE);
	HAND(&h, 1, "250 ok\r\n", false);		/* whose answer it is is not known */
	HAND(&h, 0, "RCPT TO:<c@d>\r\n", false);
	HAND(&h, 1, "250 ok\r\n", false);
	HAND(&h, 0, "DATA\r\n", false);
	HAND(&h, 1, "354 go\r\n", false);
	/* The dot is lost: the reply says that it was there. */
	HAND(&h, 0, "QUIT\r\nRSET\r\n", true);
	HAND(&h, 1, "250 queued\r\n", false);
	HAND(&h, 0, "NOOP\r\n", false);
	HAND(&h, 1, "421 bye\r\n", false);
	hand_told(&h, "helo - 1\nrcpt - 1\nmessage - 0\nnoop 421 1\n");
}
END_TEST

#define REQUEST(method, call, cseq) \
	method " sip:b@example SIP/2.0\r\nVia: SIP/2.0/UDP a\r\nCall-ID: " call "\r\nCSeq: " cseq " " method \
	"\r\nContent-Length: 0\r\n\r\n"
/* By the short names. */
#define ANSWER(status, call, cseq) "SIP/2.0 " status " x\r\ni: " call "\r\nCSEQ :  " cseq "\r\nl:0\r\n\r\n"

START_TEST(sip_sent_again)
{
	struct hand h = hand_new(&nsc_sip);

	DATAGRAM(&h, 0, REQUEST("INVITE", "1", "1"));
	DATAGRAM(&h, 0, REQUEST("INVITE", "1", "1"));		/* again: the first one's time holds */
	DATAGRAM(&h, 1, ANSWER("180", "1", "1 INVITE"));
	DATAGRAM(&h, 1, ANSWER("407", "1", "1 INVITE"));
	DATAGRAM(&h, 1, ANSWER("407", "1", "1 INVITE"));
	DATAGRAM(&h, 0, REQUEST("INVITE", "1", "1"));
	DATAGRAM(&h, 1, ANSWER("407", "1", "1 INVITE"));
	DATAGRAM(&h, 0, REQUEST("ACK", "1", "1"));
	DATAGRAM(&h, 0, REQUEST("INVITE", "1", "2"));
	DATAGRAM(&h, 0, REQUEST("CANCEL", "1", "2"));
	DATAGRAM(&h, 1, ANSWER("200", "1", "2 CANCEL"));
	DATAGRAM(&h, 1, ANSWER("487", "1", "2 INVITE"));
	DATAGRAM(&h, 0, "\r\n\r\n");				/* keeps a binding open */
	/* The other end asks by the same numbers. */
	DATAGRAM(&h, 1, REQUEST("BYE", "1", "2"));
	DATAGRAM(&h, 1, ANSWER("200", "1", "2 BYE"));		/* (nobody answers himself) */
	DATAGRAM(&h, 0, ANSWER("603", "1", "2 BYE"));
	hand_told(&h, "invite - 3\ncancel - 1\ninvite 4xx 3\nbye 6xx 2\n");
}
END_TEST

START_TEST(sip_in_a_stream)
{
	struct talk talk = {0};
	struct hand h = hand_new(&nsc_sip);

	TURN(&talk, 0, REQUEST("MESSAGE", "a@b", "7") "\r\n\r\n"
	     "OPTIONS sip:x SIP/2.0\r\nCall-ID: c\r\nCSeq: 8 OPTIONS\r\nContent-Length:  9\r\n\r\nSIP/2.0 \n"
	     REQUEST("PUBLISH", "c", "9"));
	TURN(&talk, 1, ANSWER("500", "c", "9 PUBLISH") ANSWER("200", "c", "8 OPTIONS"));
	TURN(&talk, 1, ANSWER("202", "a@b", "7 MESSAGE"));
	operations_of_talk(&nsc_sip, &talk, "publish 5xx 1\noptions - 1\nmessage - 2\n");

	ck_assert_int_eq(HAND(&h, 0, "of a body", true), NSC_MORE);
	HAND(&h, 0, REQUEST("INFO", "d", "1"), false);
	HAND(&h, 1, ANSWER("200", "d", "1 INFO"), false);
	ck_assert_int_eq(HAND(&h, 1, "HTTP/1.1 200 OK\r\n\r\n", false), NSC_MALFORMED);
	hand_told(&h, "info - 1\n");
}
END_TEST

/* As far as the number 5 and the type; of KRB-ERROR to its code. */
#define AS(x) "\x6a\x0f\x30\x0d\xa1\3\2\1\5\xa2\3\2\1\x0a" x "\0"
#define TGS(x) "\x6c\x0f\x30\x0d\xa1\3\2\1\5\xa2\3\2\1\x0c" x "\0"
#define AS_ANSWER "\x6b\x0c\x30\x0a\xa0\3\2\1\5\xa1\3\2\1\x0b"
#define TGS_ANSWER "\x6d\x0c\x30\x0a\xa0\3\2\1\5\xa1\3\2\1\x0d"
#define KRB_ERROR(code) \
	"\x7e\x2b\x30\x29\xa0\3\2\1\5\xa1\3\2\1\x1e\xa4\x11\x18\x0f" "20261121000000Z" "\xa5\3\2\1\0\xa6\3\2\1" \
	code "\xa9\0"

START_TEST(kerberos_sent_again)
{
	struct hand h = hand_new(&nsc_kerberos);

	DATAGRAM(&h, 0, AS("a"));
	DATAGRAM(&h, 0, AS("a"));			/* again */
	DATAGRAM(&h, 1, KRB_ERROR("\x19"));		/* PREAUTH_REQUIRED */
	DATAGRAM(&h, 1, KRB_ERROR("\x19"));
	DATAGRAM(&h, 0, AS("a"));			/* late */
	DATAGRAM(&h, 1, KRB_ERROR("\x19"));
	DATAGRAM(&h, 0, AS("b"));
	DATAGRAM(&h, 0, TGS("c"));
	DATAGRAM(&h, 1, TGS_ANSWER);
	DATAGRAM(&h, 1, AS_ANSWER);
	DATAGRAM(&h, 0, TGS("d"));
	DATAGRAM(&h, 1, KRB_ERROR("\x25"));		/* SKEW */
	hand_told(&h, "as_req - 2\ntgs_req - 1\nas_req - 3\ntgs_req clock_skew 1\n");
}
END_TEST

#define LENGTH(n) "\0\0\0" n

START_TEST(kerberos_in_a_stream)
{
	struct talk talk = {0};
	static uint8_t large[4 + 24 + 5000] = "\0\0\x13\x9c\x6c\x82\x13\x98\x30\x82\x13\x94\xa1\3\2\1\5\xa2\3\2\1\x0c";

	/* (A stream begins with at least 24 octets.) */
	talk_say(&talk, 0, large, 4 + 0x139c);
	TURN(&talk, 1, LENGTH("\x0e") TGS_ANSWER);
	talk_say(&talk, 0, large, 4 + 0x139c);
	talk_say(&talk, 0, large, 4 + 0x139c);
	TURN(&talk, 1, LENGTH("\x2d") KRB_ERROR("\7"));
	TURN(&talk, 1, LENGTH("\x0e") TGS_ANSWER);
	operations_of_talk(&nsc_kerberos, &talk, "tgs_req - 1\ntgs_req service_unknown 2\ntgs_req - 2\n");
}
END_TEST

RUN_SUITE("answers", ldap_answers_come_in_any_order, ldap_behind_a_gap, smtp_pipelined,
	  smtp_chunks_and_lmtp, smtp_behind_a_gap, sip_sent_again, sip_in_a_stream,
	  kerberos_sent_again, kerberos_in_a_stream)
