/* SPDX-License-Identifier: MIT */
/*
 * FTP, POP3 and IMAP: what real servers and clients seldom say, and lines that are very long.
 * Octets are written by hand from the RFCs.
 */
#include "dissect/protocols.h"
#include "hand.h"
#include "suite.h"

START_TEST(ftp_replies)
{
	struct talk talk = {0};

	/* RFC 959, 4.2: between 220- and its end stands any text. */
	TURN(&talk, 1, "220-FTP\r\n  550 no\r\n550 no\r\n331-no\r\n220-so\r\n220 ready\r\n");
	TURN(&talk, 0, "USER a\r\n");
	TURN(&talk, 1, "331 password\r\n");
	TURN(&talk, 0, "PASS b\r\n");
	TURN(&talk, 1, "230 in\r\n");
	TURN(&talk, 0, "RETR x\r\n");
	TURN(&talk, 1, "150 here\r\n");
	TURN(&talk, 0, "\377\364\377\362ABOR\r\n");
	TURN(&talk, 1, "426 cut\r\n226 aborted\r\n");
	TURN(&talk, 0, "RNFR a\r\nRNTO b\r\nRNFR c\r\nRNTO d\r\n");
	TURN(&talk, 1, "350 to?\r\n250 ok\r\n550 no\r\n503 no\r\n");
	TURN(&talk, 0, "REST 5\r\nSTOU\r\nmlsd\r\n");
	TURN(&talk, 1, "350 at 5\r\n125 open\r\n250-unique\r\n125 no\r\n250 name\r\n");
	TURN(&talk, 1, "150 list\r\n226 done\r\n");
	TURN(&talk, 0, "AUTH TLS\r\n");
	TURN(&talk, 1, "534 no\r\n");
	TURN(&talk, 0, "SITE CHMOD\r\nALLO\r\n");
	TURN(&talk, 1, "202 superfluous\r\n456 new\r\n421 timeout\r\n");
	operations_of_talk(&nsc_ftp, &talk,
			   "retrieve 426 3\nother - 1\nrename - 1\nrename 550 1\nrename 503 1\nsetting - 1\n"
			   "store - 1\nlist - 2\n- 534 0\nsite - 1\nsetting 4xx 1\n- 421 0\n");
}
END_TEST

START_TEST(ftp_behind_a_gap)
{
	struct hand h = hand_new(&nsc_ftp);

	HAND(&h, 1, "220 FTP\r\n", false);
	HAND(&h, 0, "NOOP\r\nFEAT\r\n", false);
	HAND(&h, 1, "200 ok\r\n211-Features\r\n", false);
	ck_assert_int_eq(HAND(&h, 1, "of a line\r\n211 end\r\n", true), NSC_MORE);
	HAND(&h, 1, "200 whose\r\n", false);
	HAND(&h, 0, "PWD\r\n", false);
	HAND(&h, 1, "257 \"/\"\r\n", false);
	HAND(&h, 0, "me of a file\r\n", true);
	HAND(&h, 0, "SIZE x\r\n", false);
	HAND(&h, 1, "213 5\r\n", false);
	hand_told(&h, "noop - 1\ndirectory - 1\nstatus - 1\n");
}
END_TEST

START_TEST(pop3_texts)
{
	struct hand h = hand_new(&nsc_pop3);

	HAND(&h, 1, "+OK POP3 <1.2@x>\r\n", false);
	HAND(&h, 0, "APOP a b\r\n", false);
	HAND(&h, 1, "-ERR [IN-USE] there is one\r\n", false);
	HAND(&h, 0, "AUTH PLAIN\r\n", false);
	HAND(&h, 1, "+ \r\n", false);
	HAND(&h, 0, "STAT=\r\n", false);
	HAND(&h, 1, "+OK in\r\n", false);
	HAND(&h, 0, "LIST\r\nLIST 1\r\nRETR 1\r\nTOP 1 0\r\nRETR 9\r\nNOOP\r\n", false);
	HAND(&h, 1, "+OK\r\n1 9\r\n.\r\n+OK 1 9\r\n", false);
	/* Lines that are no replies; dots that do not end it (RFC 1939, 3). */
	HAND(&h, 1, "+OK\r\n-ERR [AUTH]\r\n..\r\n.x\r\n\r.\r\n\n.\r\n+OK", false);
	HAND(&h, 1, "\r\n.\r\n+OK\r\n.\r\n-ERR [SYS/TEMP] none\r\n+OK\r\n", false);
	HAND(&h, 0, "NEW\r\nDELE\r\n", false);
	HAND(&h, 1, "-ERR [NEW] what\r\n-ERR\r\n-ERR gone\r\n", false);
	hand_told(&h,
		  "- in_use 0\nlist - 1\nlist - 1\nretrieve - 3\ntop - 3\nretrieve sys_temp 3\nnoop - 3\n"
		  "other err 1\ndelete err 1\n- err 0\n");
}
END_TEST

START_TEST(pop3_behind_a_gap)
{
	struct hand h = hand_new(&nsc_pop3);

	HAND(&h, 1, "+OK POP3\r\n", false);
	HAND(&h, 0, "RETR 1\r\nSTAT\r\n", false);
	HAND(&h, 1, "+OK\r\nline\r\n", false);
	ck_assert_int_eq(HAND(&h, 1, "-ERR of a letter\r\n.\r\n", true), NSC_MORE);
	HAND(&h, 0, "RETR 2\r\n", false);
	HAND(&h, 1, "+OK\r\n", false);
	HAND(&h, 0, "f a name\r\n", true);		/* its text goes on, and is nobody's */
	HAND(&h, 1, "-ERR\r\n.\r\n", false);
	HAND(&h, 0, "NOOP\r\n", false);
	HAND(&h, 1, "+OK\r\n", false);
	hand_told(&h, "noop - 1\n");
}
END_TEST

START_TEST(imap_tags)
{
	struct talk talk = {0};

	TURN(&talk, 1, "* OK IMAP4rev1 here\r\n");
	TURN(&talk, 0, "1 LOGIN {1}\r\n");
	TURN(&talk, 1, "+ go\r\n");
	TURN(&talk, 0, "a {3+}\r\n\r\n2 NOOP\r\n");	/* the tag is the password's end */
	TURN(&talk, 1, "1 NO [AUTHENTICATIONFAILED] no\r\n");
	TURN(&talk, 0, "3 SELECT x\r\n4 UID FETCH 1 BODY[]\r\n5 STATUS x (MESSAGES)\r\n6 SEARCH ALL\r\n");
	TURN(&talk, 1, "* 1 FETCH (BODY[] {22}\r\n4 OK no\r\n* BYE x\r\n* {9}\r\n FLAGS ())\r\n6 OK x\r\n5 BAD x\r\n");
	TURN(&talk, 1, "4 NO [NOPERM] x\r\n3 OK [READ-ONLY] x\r\n");
	/* A literal that is refused is not sent. */
	TURN(&talk, 0, "7 APPEND x {99}\r\n");
	TURN(&talk, 1, "7 NO [TRYCREATE] x\r\n");
	TURN(&talk, 0, "8 IDLE\r\n");
	TURN(&talk, 1, "+ idling\r\n");
	TURN(&talk, 1, "* 2 EXISTS\r\n");
	TURN(&talk, 0, "done\r\n");
	TURN(&talk, 1, "8 OK over\r\n");
	/* One tag for two (older clients); a command of its own beside it. */
	TURN(&talk, 0, ". CREATE x\r\n. LIST \"\" *\r\n9 x\r\n");
	TURN(&talk, 1, ". NO [ALREADYEXISTS] x\r\n. OK x\r\n9 BAD [CLIENTBUG x] x\r\n* BAD x\r\n");
	TURN(&talk, 0, "10 AUTHENTICATE X\r\n");
	TURN(&talk, 1, "+ \r\n");
	TURN(&talk, 0, "AAAA\r\n");
	TURN(&talk, 1, "10 NO x\r\n* BYE idle too long\r\n");
	operations_of_talk(&nsc_imap, &talk,
			   "- authentication_failed 0\nsearch - 1\nstatus bad 1\nfetch no_permission 2\nselect - 2\n"
			   "append try_create 0\nidle - 1\nmailbox already_exists 1\nlist - 1\nother client_bug 1\n"
			   "- bad 0\n- no 0\n- bye 0\n");
}
END_TEST

START_TEST(imap_ends)
{
	struct talk talk = {0};

	TURN(&talk, 1, "* PREAUTH IMAP4rev1\r\n");
	TURN(&talk, 0, "a LOGOUT\r\n");
	TURN(&talk, 1, "* BYE x\r\na OK x\r\n");
	TURN(&talk, 0, "b COMPRESS DEFLATE\r\n");
	TURN(&talk, 1, "b OK x\r\n");
	TURN(&talk, 0, "c NOOP\r\n");
	TURN(&talk, 1, "c OK x\r\n");
	operations_of_talk(&nsc_imap, &talk, "");
}
END_TEST

/* Longer than a line may be that is kept: its beginning and its end are read. */
START_TEST(imap_long_lines)
{
	enum { LONG = 30000 };
	struct hand h = hand_new(&nsc_imap);
	static char line[LONG + 100];

	HAND(&h, 1, "* OK IMAP4rev1\r\n", false);
	memset(line, '1', LONG);
	memcpy(line, "a SEARCH ", 9);
	strcpy(line + LONG, "\r\n");
	hand_feed(&h, 0, line, LONG + 2, false, NSC_OVER_TCP);
	memcpy(line, "* SEARCH ", 9);
	hand_feed(&h, 1, line, LONG + 2, false, NSC_OVER_TCP);
	HAND(&h, 1, "a OK x\r\n", false);
	memcpy(line, "b APPEND ", 9);
	strcpy(line + LONG, " {7+}\r\nc NOOP\n\r\n");
	hand_feed(&h, 0, line, LONG + 16, false, NSC_OVER_TCP);
	HAND(&h, 1, "b OK x\r\n", false);
	memcpy(line, "* 1 FETCH", 9);
	strcpy(line + LONG, " {5}\r\nd OK\n)\r\n");
	HAND(&h, 0, "d FETCH 1 ALL\r\n", false);
	hand_feed(&h, 1, line, LONG + 14, false, NSC_OVER_TCP);
	HAND(&h, 1, "d OK x\r\n", false);
	hand_told(&h, "search - 2\nappend - 1\nfetch - 2\n");
}
END_TEST

START_TEST(imap_behind_a_gap)
{
	struct hand h = hand_new(&nsc_imap);

	HAND(&h, 1, "* OK IMAP4rev1\r\n", false);
	HAND(&h, 0, "a FETCH 1 BODY[]\r\nb NOOP\r\n", false);
	HAND(&h, 1, "* 1 FETCH (BODY[] {5000}\r\n", false);
	ck_assert_int_eq(HAND(&h, 1, "of a letter {9}\r\n", true), NSC_MORE);
	HAND(&h, 1, "a OK x\r\nb OK x\r\n", false);	/* the tags say whose they are */
	HAND(&h, 0, "c APPEND x {9}\r\n", false);
	HAND(&h, 0, "x\r\n", true);
	HAND(&h, 0, "d NOOP\r\n", false);
	HAND(&h, 1, "c OK x\r\nd OK x\r\n", false);
	hand_told(&h, "fetch - 3\nnoop - 3\nnoop - 1\n");
}
END_TEST

RUN_SUITE("dialogues", ftp_replies, ftp_behind_a_gap, pop3_texts, pop3_behind_a_gap, imap_tags, imap_ends,
	  imap_long_lines, imap_behind_a_gap)
