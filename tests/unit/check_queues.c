/* SPDX-License-Identifier: MIT */
/*
 * MQTT and AMQP 0-9-1: what real servers and clients seldom say.  Octets are written by hand from
 * the specifications.
 */
#include "dissect/protocols.h"
#include "hand.h"
#include "suite.h"

#define CONNECT_5 "\x10\x0e\0\4MQTT\5\2\0\74\0\0\1a"
#define CONNECT_3 "\x10\x0d\0\4MQTT\4\2\0\74\0\1a"

START_TEST(mqtt_answers_come_in_any_order)
{
	struct talk talk = {0};

	TURN(&talk, 0, CONNECT_5);
	TURN(&talk, 1, "\x20\3\0\0\0");
	/* Three publishes in one go: QoS 1 with id 1, QoS 2 with id 2, QoS 0; a subscription, id 3. */
	TURN(&talk, 0, "\x32\6\0\1t\0\1\0" "\x34\7\0\1t\0\2\0x" "\x30\5\0\1t\0x" "\x82\7\0\3\0\0\1t\1");
	TURN(&talk, 1, "\x90\4\0\3\0\1");
	TURN(&talk, 1, "\x50\2\0\2" "\x40\2\0\1");
	TURN(&talk, 0, "\x62\2\0\2");
	/* The server uses the same ids: another direction. */
	TURN(&talk, 1, "\x32\7\0\1t\0\1\0x" "\x34\7\0\1t\0\2\0x");
	TURN(&talk, 1, "\x70\2\0\2");
	TURN(&talk, 0, "\x40\2\0\1" "\x50\2\0\2");
	TURN(&talk, 1, "\x62\2\0\2");
	TURN(&talk, 0, "\x70\2\0\2" "\xc0\0" "\xe0\0");
	TURN(&talk, 1, "\xd0\0");
	operations_of_talk(&nsc_mqtt, &talk,
			   "publish - 0\nsubscribe - 1\npublish - 2\npublish - 5\ndeliver - 2\n"
			   "deliver - 4\nping - 1\n");
}
END_TEST

START_TEST(mqtt_reasons)
{
	struct talk talk = {0};

	TURN(&talk, 0, CONNECT_5);
	TURN(&talk, 1, "\x20\3\0\x86\0");		/* bad user name or password */
	TURN(&talk, 0, "\x32\6\0\1t\0\1\0" "\x34\7\0\1t\0\2\0x" "\x32\6\0\1t\0\5\0");
	TURN(&talk, 1, "\x40\4\0\1\x97\0");		/* quota exceeded */
	TURN(&talk, 1, "\x50\4\0\2\x90\0");		/* topic name invalid: the last answer */
	TURN(&talk, 1, "\x40\4\0\5\x10\0");		/* no subscribers: no error */
	TURN(&talk, 0, "\x82\x0b\0\3\0\0\1t\1\0\1u\1" "\xa2\x06\0\4\0\0\1t");
	/* The second topic of two; a property of three octets, one of which could be an error. */
	TURN(&talk, 1, "\x90\x09\0\3\4\x1f\0\1\x87\1\x87" "\xb0\4\0\4\0\x11");
	TURN(&talk, 1, "\xe0\2\x8b\0");		/* the server shuts down */
	operations_of_talk(&nsc_mqtt, &talk,
			   "- credentials 0\npublish quota 1\npublish topic 2\npublish - 3\n"
			   "subscribe not_authorized 1\nunsubscribe - 1\n- unavailable 0\n");

	TURN(&talk, 0, CONNECT_3);
	TURN(&talk, 1, "\x20\2\0\5");
	TURN(&talk, 0, "\x82\6\0\3\0\1t\1");
	TURN(&talk, 1, "\x90\3\0\3\x80");
	operations_of_talk(&nsc_mqtt, &talk, "- not_authorized 0\nsubscribe other 1\n");
}
END_TEST

/* All but its last octet is passed: the answer's time is measured from there. */
START_TEST(mqtt_a_long_message)
{
	struct talk talk = {0};
	static uint8_t text[5 + 5 + 20000] = "\x32\xa5\x9c\1\0\1t\0\7";

	TURN(&talk, 0, CONNECT_3);
	talk_say(&talk, 0, text, 10000);
	talk_say(&talk, 0, text + 10000, 4 + 5 + 20000 - 10000);
	TURN(&talk, 1, "\x40\2\0\7");
	operations_of_talk(&nsc_mqtt, &talk, "publish - 1\n");
}
END_TEST

START_TEST(mqtt_behind_a_gap)
{
	struct hand h = hand_new(&nsc_mqtt);

	ck_assert_int_eq(HAND(&h, 0, CONNECT_3, false), NSC_MORE);
	HAND(&h, 0, "\x32\6\0\1t\0\1x", false);
	/* A message's rest, and what looks like one: not read.  Then whole packets. */
	ck_assert_int_eq(HAND(&h, 0, "not a packet", true), NSC_MORE);
	ck_assert_int_eq(HAND(&h, 0, "\x32\6\0\1t\0\2x" "\x30", false), NSC_MORE);
	ck_assert_int_eq(HAND(&h, 0, "\x32\6\0\1t\0\2x" "\x30\4\0\1ty", false), NSC_MORE);
	HAND(&h, 1, "\x40\2\0\1" "\x40\2\0\2", false);
	hand_told(&h, "publish - 0\npublish - 1\n");
}
END_TEST

START_TEST(mqtt_broken)
{
	static const struct {
		const char *text;
		size_t len;
	} broken[] = {
		{"\0\0", 2},			/* type 0 is reserved */
		{"\x36\2\0\0", 4},		/* QoS 3 */
		{"\x80\2\0\0", 4},		/* SUBSCRIBE without its flag */
		{"\x30\xff\xff\xff\xff\1", 6},	/* five octets of length */
	};

	for (unsigned i = 0; i < sizeof broken / sizeof broken[0]; i++) {
		struct hand h = hand_new(&nsc_mqtt);

		HAND(&h, 0, CONNECT_3, false);
		ck_assert_int_eq(hand_feed(&h, 0, broken[i].text, broken[i].len, false, NSC_OVER_TCP),
				 NSC_MALFORMED);
		hand_told(&h, "");
	}
}
END_TEST

/* Two octets of each side, and nothing else, are a ping in midstream. */
START_TEST(mqtt_in_midstream)
{
	struct nsc_guess g = {.transport = NSC_OVER_TCP, .midstream = true,
			      .bytes = nsc_bytes("\xc0\0", 2), .other = nsc_bytes("\xd0\0", 2)};

	ck_assert_int_eq(nsc_mqtt.guess(&g), NSC_DONE);
	g.midstream = false;
	ck_assert_int_eq(nsc_mqtt.guess(&g), NSC_NOT_MINE);
	g.midstream = true;
	g.other = nsc_bytes("\xd0\1", 2);
	ck_assert_int_ne(nsc_mqtt.guess(&g), NSC_DONE);
	g.bytes = nsc_bytes("\xc0\0\0", 3);
	ck_assert_int_eq(nsc_mqtt.guess(&g), NSC_NOT_MINE);
}
END_TEST

#define AMQP_HEADER "AMQP\0\0\11\1"
/* A method's frame on channel 1: its length is that of the arguments, and four. */
#define FRAME(length, class, method, arguments) \
	"\1\0\1\0\0\0" length "\0" class "\0" method arguments "\xce"
#define SELECT FRAME("\5", "\x55", "\x0a", "\0")
#define SELECTED FRAME("\4", "\x55", "\x0b", "")
/* To the exchange "" by the key "k": an empty content, one of two octets in two frames. */
#define PUBLISH_FRAME FRAME("\x0a", "\x3c", "\x28", "\0\0\0\1k\0")
#define EMPTY "\2\0\1\0\0\0\x0e\0\x3c\0\0\0\0\0\0\0\0\0\0\0\0\xce"
#define TWO "\2\0\1\0\0\0\x0e\0\x3c\0\0\0\0\0\0\0\0\0\2\0\0\xce\3\0\1\0\0\0\1a\xce\3\0\1\0\0\0\1b\xce"
#define CONFIRM(method, tag, flag) FRAME("\x0d", "\x3c", method, "\0\0\0\0\0\0\0" tag flag)

START_TEST(amqp_confirms)
{
	struct talk talk = {0};

	TURN(&talk, 0, AMQP_HEADER);
	TURN(&talk, 0, PUBLISH_FRAME EMPTY SELECT);	/* the first is not confirmed */
	TURN(&talk, 1, SELECTED);
	TURN(&talk, 0, PUBLISH_FRAME EMPTY PUBLISH_FRAME TWO PUBLISH_FRAME EMPTY);
	TURN(&talk, 0, PUBLISH_FRAME TWO PUBLISH_FRAME EMPTY);
	TURN(&talk, 1, CONFIRM("\x50", "\2", "\0"));	/* out of order: the second */
	TURN(&talk, 1, CONFIRM("\x50", "\3", "\1"));	/* all up to the third */
	TURN(&talk, 1, CONFIRM("\x78", "\4", "\0") CONFIRM("\x50", "\4", "\0"));
	TURN(&talk, 1, CONFIRM("\x50", "\0", "\1"));	/* all */
	TURN(&talk, 1, CONFIRM("\x50", "\x63", "\1"));	/* more than there were */
	operations_of_talk(&nsc_amqp, &talk,
			   "publish - 0\nconfirm - 1\npublish - 2\npublish - 3\npublish - 3\n"
			   "publish nack 3\npublish - 4\n");
}
END_TEST

/* Methods of a channel in one go; no-wait; a close that says which one was wrong. */
START_TEST(amqp_methods)
{
	struct talk talk = {0};

	TURN(&talk, 0, AMQP_HEADER);
	/* queue.declare "q", passive "r" with no-wait, basic.qos */
	TURN(&talk, 0, FRAME("\x0d", "\x32", "\x0a", "\0\0\1q\0\0\0\0\0")
	     FRAME("\x0d", "\x32", "\x0a", "\0\0\1r\x11\0\0\0\0")
	     FRAME("\x0b", "\x3c", "\x0a", "\0\0\0\0\0\1\0"));
	TURN(&talk, 1, FRAME("\x0e", "\x32", "\x0b", "\1q\0\0\0\0\0\0\0\0"));
	TURN(&talk, 1, FRAME("\4", "\x3c", "\x0b", ""));
	/* basic.get: nothing there is no error. */
	TURN(&talk, 0, FRAME("\x09", "\x3c", "\x46", "\0\0\1q\1"));
	TURN(&talk, 1, FRAME("\5", "\x3c", "\x48", "\0"));
	/* queue.declare, closed by 404 of queue.declare; a heartbeat; channel.close-ok */
	TURN(&talk, 0, FRAME("\x0d", "\x32", "\x0a", "\0\0\1s\1\0\0\0\0"));
	TURN(&talk, 1, "\x08\0\0\0\0\0\0\xce"
	     FRAME("\x0c", "\x14", "\x28", "\1\x94\1x\0\x32\0\x0a"));
	TURN(&talk, 0, FRAME("\4", "\x14", "\x29", ""));
	/* The connection is closed by force: 320. */
	TURN(&talk, 1, "\1\0\0\0\0\0\x0c\0\x0a\0\x32\1\x40\1x\0\0\0\0\xce");
	operations_of_talk(&nsc_amqp, &talk,
			   "declare - 0\ndeclare - 1\nqos - 2\nget - 1\ndeclare not_found 1\n"
			   "- connection_forced 0\n");
}
END_TEST

START_TEST(amqp_behind_a_gap)
{
	struct hand h = hand_new(&nsc_amqp);

	HAND(&h, 0, AMQP_HEADER SELECT, false);
	HAND(&h, 1, SELECTED, false);
	HAND(&h, 0, PUBLISH_FRAME EMPTY, false);
	ck_assert_int_eq(HAND(&h, 0, "rest of a body\xce" PUBLISH_FRAME, true), NSC_MORE);
	ck_assert_int_eq(HAND(&h, 0, PUBLISH_FRAME EMPTY, false), NSC_MORE);
	/* Five were published, as the server says, of which two were seen. */
	HAND(&h, 1, CONFIRM("\x50", "\5", "\1"), false);
	hand_told(&h, "confirm - 1\npublish - 0\npublish - 0\npublish - 0\npublish - 0\npublish - 0\n");
}
END_TEST

START_TEST(amqp_midstream_and_broken)
{
	struct nsc_guess g = {.transport = NSC_OVER_TCP, .midstream = true,
			      .bytes = nsc_bytes(SELECT, sizeof SELECT - 1)};
	struct hand h = hand_new(&nsc_amqp);

	ck_assert_int_eq(nsc_amqp.guess(&g), NSC_DONE);
	g.bytes = nsc_bytes("\x08\0\0\0\0\0\0\xce", 8);
	ck_assert_int_eq(nsc_amqp.guess(&g), NSC_DONE);
	g.bytes = nsc_bytes(FRAME("\5", "\x55", "\x0d", "\0"), sizeof SELECT - 1);	/* no such method */
	ck_assert_int_eq(nsc_amqp.guess(&g), NSC_NOT_MINE);
	/* A frame that does not end where it says. */
	ck_assert_int_eq(HAND(&h, 0, AMQP_HEADER "\1\0\1\0\0\0\5\0\x55\0\x0a\0\xcd", false), NSC_MALFORMED);
	hand_told(&h, "");
}
END_TEST

/* Single confirms far apart: what falls out of the window is counted when it is confirmed. */
START_TEST(amqp_a_wide_window)
{
	struct hand h = hand_new(&nsc_amqp);
	unsigned told = 0;

	HAND(&h, 0, AMQP_HEADER SELECT, false);
	HAND(&h, 1, SELECTED, false);
	for (unsigned i = 0; i < 41; i++)
		HAND(&h, 0, PUBLISH_FRAME EMPTY, false);
	memset(h.tape->text, 0, sizeof h.tape->text);	/* (of losses) */
	h.tape->len = 0;
	h.turns = 1u << 20;
	HAND(&h, 1, CONFIRM("\x50", "\x29", "\0"), false);
	HAND(&h, 1, CONFIRM("\x50", "\1", "\0"), false);
	HAND(&h, 1, CONFIRM("\x50", "\x28", "\1"), false);
	HAND(&h, 1, CONFIRM("\x50", "\x28", "\1"), false);
	for (const char *p = h.tape->text; *p != '\0'; p = strchr(p, '\n') + 1)
		told++;
	ck_assert_uint_eq(told, 40 + 1);	/* all, and each once */
	free(h.state);
	free(h.tape);
}
END_TEST

RUN_SUITE("queues", mqtt_answers_come_in_any_order, mqtt_reasons, mqtt_a_long_message,
	  mqtt_behind_a_gap, mqtt_broken, mqtt_in_midstream, amqp_confirms, amqp_methods,
	  amqp_behind_a_gap, amqp_midstream_and_broken, amqp_a_wide_window)
