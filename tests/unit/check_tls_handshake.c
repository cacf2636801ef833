/* SPDX-License-Identifier: MIT */
/* The whole handshake of TLS: real ones as tshark reads them, made ones for what is rare. */
#include "dissect/protocols.h"
#include "handshakes.h"
#include "hello.h"
#include "talks.h"
#include "suite.h"

static struct tape tape;
static struct talk talks[GOLDEN_FLOWS];
static unsigned count;
static struct octets exts, body, wire;

static void
load(void)
{
	count = talks_load(talks, "handshakes.pcap");
}

static void
unload(void)
{
	talks_free(talks, count);
}

/* rows 1.21 and 4.7: openssl, gnutls and curl, cut anywhere */
START_TEST(row_4_7_cut_anywhere)
{
	size_t len;
	char *text = golden_read("handshakes.txt", &len), *line = text, want[600], got[600];

	load();
	for (unsigned i = 0; i < count; i++, line = strchr(line, '\n') + 1) {
		handshake_wanted(line, want, sizeof want);
		play_every_way(&tape, &nsc_tls, &talks[i]);
		handshake_got(&tape, false, got, sizeof got);
		ck_assert_str_eq(got, want);
		ck_assert_int_eq(tape.verdict, NSC_DONE);
	}
	free(text);
	unload();
}
END_TEST

/* The handshake's time in packets with payload, as tshark tells its last Finished; cut anywhere. */
START_TEST(row_4_13_handshake_ends_with_the_last_finished)
{
	size_t len;
	char *text = golden_read("handshakes.txt", &len), *line = text, want[64];
	unsigned packets;

	load();
	for (unsigned i = 0; i < count; i++, line = strchr(line, '\n') + 1) {
		ck_assert_int_eq(sscanf(line, "%*s %*s %*s %*s %*s %*s %*s %*s %u", &packets), 1);
		snprintf(want, sizeof want, "complete %u000000\n", packets);
		play_every_way(&tape, &nsc_tls, &talks[i]);
		ck_assert_msg(strstr(tape.text, want) != NULL, "flow %u: not %sbut %s", i, want,
			      tape.text);
	}
	free(text);
	unload();
}
END_TEST

/* The clear handshake octets of a turn, in records of n octets; other records as they are. */
static void
recut(struct talk *to, const struct turn *t, size_t n)
{
	static struct octets messages;
	size_t at = 0;

	wire.len = messages.len = 0;
	while (at < t->len) {
		size_t len = 5 + (size_t)(t->p[at + 3] << 8 | t->p[at + 4]);

		if (t->p[at] == 22) {
			put_octets(&messages, t->p + at + 5, len - 5);
			at += len;
			if (at < t->len)
				continue;
			len = 0;
		}
		for (size_t m = 0; m < messages.len; m += n) {
			size_t k = messages.len - m < n ? messages.len - m : n;

			put_octets(&wire, "\x16\3\3", 3);
			put_u16(&wire, (unsigned)k);
			put_octets(&wire, messages.p + m, k);
		}
		messages.len = 0;
		put_octets(&wire, t->p + at, len);
		at += len;
	}
	talk_say(to, t->side, wire.p, wire.len);
}

START_TEST(test_records) /* a flight in one record, and in records of any size */
{
	static const size_t sizes[] = {1, 2, 3, 5, 7, 100, 999, 16384};
	struct tape *whole = malloc(sizeof *whole);
	struct talk pieces = {.turns = 0};

	load();
	play(whole, &nsc_tls, &talks[0], 0, 0);
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		/* The hellos and the server's flight; what follows is encrypted. */
		for (unsigned t = 0; t < talks[0].turns; t++)
			if (t < 2)
				recut(&pieces, &talks[0].turn[t], sizes[i]);
			else
				talk_say(&pieces, talks[0].turn[t].side, talks[0].turn[t].p,
					 talks[0].turn[t].len);
		for (size_t step = 0; step < 4; step++) {
			play(&tape, &nsc_tls, &pieces, step == 3 ? 1448 : step, 0);
			ck_assert_str_eq(tape.text, whole->text);
			for (int l = 0; l < NSC_LABEL_COUNT; l++)
				ck_assert_str_eq(tape.label[l], whole->label[l]);
		}
		talk_free(&pieces);
	}
	free(whole);
	unload();
}
END_TEST

/* The message of this type with `body` in one record, appended to `wire`. */
static void
put_message(unsigned type)
{
	put_octets(&wire, "\x16\3\3", 3);
	put_u16(&wire, (unsigned)body.len + 4);
	put_u8(&wire, type);
	put_u24(&wire, (unsigned)body.len);
	put_octets(&wire, body.p, body.len);
	body.len = 0;
}

static void
say_wire(struct talk *t, int side)
{
	talk_say(t, side, wire.p, wire.len);
	wire.len = 0;
}

static void
say_client(struct talk *t, const char *id)
{
	wire.len = body.len = 0;
	put_client_hello(&body, 0x0303, "1301,c02f", &exts, id, NULL);
	put_message(1);
	say_wire(t, 0);
}

/* Into `wire`: a ServerHello with this session's id. */
static void
put_server(unsigned cipher, const char *id)
{
	wire.len = body.len = 0;
	put_u16(&body, 0x0303);
	for (unsigned i = 0; i < 32; i++)
		put_u8(&body, i);
	put_u8(&body, (unsigned)strlen(id));
	put_octets(&body, id, strlen(id));
	put_u16(&body, cipher);
	put_u8(&body, 0);
	if (exts.len > 0) {
		put_u16(&body, (unsigned)exts.len);
		put_octets(&body, exts.p, exts.len);
	}
	put_message(2);
}

START_TEST(test_hidden_names) /* ESNI has no name; with ECH it is the outer one */
{
	struct talk t = {.turns = 0};

	exts.len = 0;
	put_extension(&exts, 0xffce, "\x13\x01", 2);
	say_client(&t, "");
	play_every_way(&tape, &nsc_tls, &t);
	ck_assert_str_eq(tape.text, "hello   0303\n");
	ck_assert_str_eq(tape.label[NSC_LABEL_ESNI], "true");
	ck_assert_str_eq(tape.label[NSC_LABEL_ECH], "");
	talk_free(&t);
	exts.len = 0;
	put_extension(&exts, 0, "\0\x10\0\0\x0douter.example", 18);
	put_extension(&exts, 0xfe0d, "\0\0\1\0\1", 5);
	say_client(&t, "");
	play_every_way(&tape, &nsc_tls, &t);
	ck_assert_str_eq(tape.label[NSC_LABEL_TLS_SNI], "outer.example");
	ck_assert_str_eq(tape.label[NSC_LABEL_ECH], "true");
	talk_free(&t);
}
END_TEST

/* The client's answer to a certificate that it does not want is no Finished: an alert has 19 octets. */
START_TEST(row_4_13_a_refusal_is_no_end)
{
	static uint8_t refusal[5 + 19] = {0x17, 3, 3, 0, 19}, finished[5 + 53] = {0x17, 3, 3, 0, 53};
	struct talk t = {.turns = 0};

	for (unsigned early = 0; early < 2; early++) {
		exts.len = 0;
		put_extension(&exts, 43, "\2\3\4", 3);
		say_client(&t, "");
		if (early) /* RFC 8446, 2.3: nobody waits for the handshake's end */
			talk_say(&t, 0, finished, sizeof finished);
		exts.len = 0;
		put_extension(&exts, 43, "\3\4", 2);
		put_server(0x1301, "");
		say_wire(&t, 1);
		talk_say(&t, 1, finished, sizeof finished);
		talk_say(&t, 0, early ? finished : refusal, early ? sizeof finished : sizeof refusal);
		play_every_way(&tape, &nsc_tls, &t);
		ck_assert_str_eq(tape.text, "hello   0304\ndone 0304\n");
		talk_free(&t);
	}
}
END_TEST

START_TEST(test_post_quantum) /* IANA: 4588; a share of 1216 octets in the hello */
{
	static const uint8_t share[1216];
	struct talk t = {.turns = 0};

	exts.len = 0;
	put_extension(&exts, 51, share, sizeof share);
	put_extension(&exts, 43, "\4\3\4\3\3", 5);
	say_client(&t, "0123456789abcdef0123456789abcdef");
	exts.len = 0;
	put_extension(&exts, 43, "\3\4", 2);
	put_extension(&exts, 51, "\x11\xec\0\0", 4);
	put_server(0x1301, "0123456789abcdef0123456789abcdef");
	say_wire(&t, 1);
	play_every_way(&tape, &nsc_tls, &t);
	ck_assert_str_eq(tape.text, "hello   0304\ndone 0304\n");
	ck_assert_str_eq(tape.label[NSC_LABEL_TLS_GROUP], "X25519MLKEM768");
	ck_assert_str_eq(tape.label[NSC_LABEL_POST_QUANTUM], "true");
	ck_assert_str_eq(tape.label[NSC_LABEL_TLS_CIPHER], "TLS_AES_128_GCM_SHA256");
	/* RFC 8446, 4.1.3: the echo of the identifier means nothing in 1.3. */
	ck_assert_str_eq(tape.label[NSC_LABEL_RESUMED], "");
	talk_free(&t);
}
END_TEST

START_TEST(row_1_21_resumed) /* RFC 5246, 7.4.1.3; RFC 5077, 3.1 and 3.4 */
{
	static const struct {
		const char *client, *server;
		unsigned then;
		const char *want;
	} cases[] = {
		{"the same", "the same", 0, "true"}, {"the same", "The same", 14, ""},
		{"", "", 20, "true"},		     {"ticket", "", 4, "true"},
		{"", "new", 12, ""},		     {"", "new", 0, ""},
	};
	struct talk t = {.turns = 0};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		exts.len = 0;
		say_client(&t, cases[i].client);
		put_server(0xc02f, cases[i].server);
		if (cases[i].then == 20)
			put_octets(&wire, "\x14\3\3\0\1\1\x16\3\3\0\x28", 11);
		else if (cases[i].then != 0)
			put_message(cases[i].then);
		say_wire(&t, 1);
		play_every_way(&tape, &nsc_tls, &t);
		ck_assert_msg(strcmp(tape.label[NSC_LABEL_RESUMED], cases[i].want) == 0, "case %zu",
			      i);
		talk_free(&t);
	}
}
END_TEST

/* RFC 8446, D.4: a change of ciphers before the second hello */
START_TEST(row_1_21_middlebox)
{
	static const uint8_t retry[32] = {
		0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c,
		0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb,
		0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
	};
	struct talk t = {.turns = 0};

	exts.len = 0;
	put_extension(&exts, 43, "\2\3\4", 3);
	say_client(&t, "id");
	exts.len = 0;
	put_extension(&exts, 43, "\3\4", 2);
	put_extension(&exts, 51, "\0\x18", 2);
	put_server(0x1301, "id");
	memcpy(wire.p + 5 + 4 + 2, retry, sizeof retry);
	put_octets(&wire, "\x14\3\3\0\1\1", 6);
	say_wire(&t, 1);
	talk_say(&t, 0, "\x14\3\3\0\1\1", 6);
	exts.len = 0;
	put_extension(&exts, 0, "\0\x08\0\0\5x.net", 10);
	put_extension(&exts, 43, "\2\3\4", 3);
	say_client(&t, "id");
	exts.len = 0;
	put_extension(&exts, 43, "\3\4", 2);
	put_extension(&exts, 51, "\0\x17\0\0", 4);
	put_server(0x1301, "id");
	say_wire(&t, 1);
	play_every_way(&tape, &nsc_tls, &t);
	ck_assert_str_eq(tape.text, "hello   0304\nhello x.net  0304\ndone 0304\n");
	ck_assert_str_eq(tape.label[NSC_LABEL_TLS_SNI], "x.net");
	ck_assert_str_eq(tape.label[NSC_LABEL_TLS_GROUP], "secp256r1");
	talk_free(&t);
}
END_TEST

START_TEST(test_stray) /* an octet of a keep-alive before the hello */
{
	struct talk t = {.turns = 0};

	exts.len = 0;
	put_extension(&exts, 0, "\0\x08\0\0\5x.net", 10);
	talk_say(&t, 0, "\0", 1);
	say_client(&t, "");
	play_every_way(&tape, &nsc_tls, &t);
	ck_assert_str_eq(tape.text, "hello x.net  0303\n");
	talk_free(&t);
	talk_say(&t, 0, "\0\0\x16\3\1", 5);
	play(&tape, &nsc_tls, &t, 0, 0);
	ck_assert_int_eq(tape.verdict, NSC_NOT_MINE);
	talk_free(&t);
}
END_TEST

START_TEST(test_ssl2_server) /* Hickman, "The SSL Protocol", 2.6: SERVER-HELLO */
{
	static const uint8_t hello[2 + 9 + 6 + 16] = {0x80, 31, 1, 0, 2, 0, 6, 0,   0,
						      0,    16, 1, 0, 128, 7, 0, 0xc0};
	struct talk t = {.turns = 0};

	talk_say(&t, 0, hello, sizeof hello);
	talk_say(&t, 1, "\x83\x11\4\0\1\0\2\2\xf8\0\3\0\x10\x30\x82", 15);
	play_every_way(&tape, &nsc_tls, &t);
	ck_assert_str_eq(tape.text, "hello   0002\ndone 0002\n");
	talk_free(&t);
}
END_TEST

START_TEST(test_eleven_kilobytes) /* dpi.md's hard case: a hello of 11 KB in 12 segments */
{
	static const uint8_t padding[11000];
	struct talk t = {.turns = 0};

	exts.len = 0;
	put_extension(&exts, 21, padding, sizeof padding);
	put_extension(&exts, 0, "\0\x08\0\0\5x.net", 10);
	say_client(&t, "");
	for (size_t step = 1; step < 2000; step = step * 2 + 1) {
		play(&tape, &nsc_tls, &t, step, 0);
		ck_assert_str_eq(tape.text, "hello x.net  0303\n");
		if (tape.label[NSC_LABEL_JA4][0] != 0) /* not without digests */
			ck_assert_int_eq(
				strncmp(tape.label[NSC_LABEL_JA4], "t12d020200_", 11), 0);
	}
	talk_free(&t);
}
END_TEST

RUN_SUITE("tls_handshake", row_4_7_cut_anywhere,
	  row_4_13_handshake_ends_with_the_last_finished, row_4_13_a_refusal_is_no_end,
	  test_records, test_hidden_names, test_post_quantum, row_1_21_resumed,
	  row_1_21_middlebox, test_stray, test_ssl2_server, test_eleven_kilobytes)
