/* SPDX-License-Identifier: MIT */
/* TLS: real handshakes and made ones, cut anywhere, in records of any size. */
#include "dissect/protocols.h"
#include "dissect/tls_hello.h"
#include "talks.h"
#include "suite.h"

static struct tape tape;
static struct talk talks[GOLDEN_FLOWS];
static unsigned count;

static void
load(void)
{
	count = talks_load(talks, "tls.pcap");
}

static void
unload(void)
{
	talks_free(talks, count);
}

/* The tape in the form of expect.py: no offered version, no latency, no side, no end. */
static void
append(char *text, unsigned flow, const char *events)
{
	char line[512];

	while (*events != '\0') {
		int n = (int)strcspn(events, "\n");
		int keep = n;

		if (strncmp(events, "done ", 5) != 0)
			while (events[keep - 1] != ' ')
				keep--;
		else
			keep++;
		snprintf(line, sizeof line, "%.*s", keep - 1, events);
		if (strncmp(line, "done ", 5) == 0)
			sprintf(text + strlen(text), "%u server %s\n", flow, line + 5);
		else if (strcmp(line, "complete") != 0)
			sprintf(text + strlen(text), "%u %s\n", flow, line);
		events += n + 1;
	}
}

START_TEST(row_1_21_split_at_every_octet) /* row 1.21: split at every octet */
{
	size_t len;
	char *want = golden_read("tls.txt", &len), *got = calloc(1, 65536);

	load();
	for (unsigned i = 0; i < count; i++) {
		play_every_way(&tape, &nsc_tls, &talks[i]);
		ck_assert_int_eq(tape.verdict, NSC_DONE);
		append(got, i, tape.text);
	}
	ck_assert_str_eq(got, want);
	unload();
	free(got);
	free(want);
}
END_TEST

START_TEST(test_labels)
{
	load();
	play(&tape, &nsc_tls, &talks[0], 0, 0);
	ck_assert_str_eq(tape.label[NSC_LABEL_TLS_SNI], "www.example.test");
	ck_assert_str_eq(tape.label[NSC_LABEL_TLS_ALPN], "h2,http/1.1");
	ck_assert_str_eq(tape.label[NSC_LABEL_TLS_VERSION], "1.3");
	play(&tape, &nsc_tls, &talks[1], 0, 0);
	ck_assert_str_eq(tape.label[NSC_LABEL_TLS_VERSION], "1.2");
	unload();
}
END_TEST

/* The handshake octets of the first turn, in records of n octets. */
static void
refragment(struct talk *to, const struct turn *t, size_t n)
{
	size_t len = t->len - 5, at = 0, out = 0;
	uint8_t *wire = malloc(len * 6 + 16);

	while (at < len) {
		size_t k = len - at < n ? len - at : n;

		memcpy(wire + out, t->p, 3);
		wire[out + 3] = (uint8_t)(k >> 8);
		wire[out + 4] = (uint8_t)k;
		memcpy(wire + out + 5, t->p + 5 + at, k);
		out += 5 + k;
		at += k;
	}
	talk_say(to, t->side, wire, out);
	free(wire);
}

START_TEST(row_1_21_records_of_one_octet) /* row 1.21: and into records of one octet */
{
	static const size_t sizes[] = {1, 2, 3, 4, 5, 7, 64, 100, 300};
	struct tape *whole = malloc(sizeof *whole);
	struct talk pieces = {.turns = 0};

	load();
	play(whole, &nsc_tls, &talks[0], 0, 0);
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		refragment(&pieces, &talks[0].turn[0], sizes[i]);
		for (unsigned t = 1; t < talks[0].turns; t++)
			talk_say(&pieces, talks[0].turn[t].side, talks[0].turn[t].p,
				 talks[0].turn[t].len);
		play_every_way(&tape, &nsc_tls, &pieces);
		ck_assert_str_eq(tape.text, whole->text);
		ck_assert_str_eq(tape.label[NSC_LABEL_TLS_ALPN], "h2,http/1.1");
		talk_free(&pieces);
	}
	free(whole);
	unload();
}
END_TEST

START_TEST(test_one_side) /* a capture of one direction */
{
	struct talk half = {.turns = 0};

	load();
	for (int side = 0; side < 2; side++) {
		for (unsigned t = 0; t < talks[1].turns; t++)
			if (talks[1].turn[t].side == side)
				talk_say(&half, side, talks[1].turn[t].p,
					 talks[1].turn[t].len);
		play_every_way(&tape, &nsc_tls, &half);
		ck_assert_str_eq(tape.text,
				 side == 0 ? "hello twelve.example.test http/1.1 0303\n"
					   : "done 0303\ncertificate 1797818621 1\n");
		ck_assert_str_eq(tape.label[NSC_LABEL_TLS_ALPN], "http/1.1");
		talk_free(&half);
	}
	unload();
}
END_TEST

START_TEST(test_alert_first) /* a warning before the ServerHello (RFC 6066, 3) */
{
	struct talk t = {.turns = 0};

	load();
	talk_say(&t, 0, talks[1].turn[0].p, talks[1].turn[0].len);
	talk_say(&t, 1, "\x15\x03\x03\x00\x02\x01\x70", 7);
	talk_say(&t, 1, talks[1].turn[1].p, talks[1].turn[1].len);
	play_every_way(&tape, &nsc_tls, &t);
	ck_assert_str_eq(tape.text,
			 "hello twelve.example.test http/1.1 0303\ndone 0303\n"
			 "certificate 1797818621 1\n");
	talk_free(&t);
	unload();
}
END_TEST

static size_t
put_ext(uint8_t *to, unsigned type, const void *p, unsigned len)
{
	to[0] = (uint8_t)(type >> 8);
	to[1] = (uint8_t)type;
	to[2] = (uint8_t)(len >> 8);
	to[3] = (uint8_t)len;
	memcpy(to + 4, p, len);
	return 4 + len;
}

/* A ClientHello record with these extensions. */
static size_t
make_hello(uint8_t *to, const uint8_t *exts, size_t len)
{
	static const uint8_t start[] = {3, 3};
	size_t body = 2 + 32 + 1 + 2 + 2 + 2 + 2 + len, n = 0;

	to[0] = 22;
	to[1] = 3;
	to[2] = 1;
	to[3] = (uint8_t)((body + 4) >> 8);
	to[4] = (uint8_t)(body + 4);
	to[5] = 1;
	to[6] = (uint8_t)(body >> 16);
	to[7] = (uint8_t)(body >> 8);
	to[8] = (uint8_t)body;
	n = 9;
	memcpy(to + n, start, 2);
	memset(to + n + 2, 0x77, 32);
	n += 34;
	memcpy(to + n, "\0\0\2\x13\x01\1\0", 7);
	n += 7;
	to[n++] = (uint8_t)(len >> 8);
	to[n++] = (uint8_t)len;
	memcpy(to + n, exts, len);
	return n + len;
}

START_TEST(row_1_21_grease_and_ech) /* RFC 8701: GREASE is neither version nor protocol */
{
	uint8_t exts[512], wire[1024];
	struct talk t = {.turns = 0};
	size_t n = 0;

	n += put_ext(exts + n, 0x0a0a, "", 0);
	n += put_ext(exts + n, 0, "\0\x10\0\0\x0douter.example", 18);
	n += put_ext(exts + n, 43, "\6\xfa\xfa\3\4\3\3", 7);
	n += put_ext(exts + n, 16, "\0\x0c\2\x1a\x1a\2h3\5h3-29", 14);
	n += put_ext(exts + n, 0xfe0d, "\0\0\1\0\1", 5);
	talk_say(&t, 0, wire, make_hello(wire, exts, n));
	play_every_way(&tape, &nsc_tls, &t);
	ck_assert_str_eq(tape.text, "hello outer.example h3 0304\n");
	ck_assert_str_eq(tape.label[NSC_LABEL_TLS_ALPN], "h3,h3-29");
	talk_free(&t);
}
END_TEST

START_TEST(row_1_21_large_hello) /* a hello of 60 KiB in records of 16 KiB */
{
	uint8_t *exts = calloc(1, 65536), *one = calloc(1, 80000);
	struct talk t = {.turns = 0};
	struct turn turn = {0, one, 0};
	size_t n;

	n = put_ext(exts, 21, one, 60000);
	n += put_ext(exts + n, 0, "\0\x08\0\0\5x.net", 10);
	turn.len = make_hello(one, exts, n);
	refragment(&t, &turn, 16384);
	play(&tape, &nsc_tls, &t, 1448, 0);
	ck_assert_str_eq(tape.text, "hello x.net  0303\n");
	talk_free(&t);
	free(exts);
	free(one);
}
END_TEST

START_TEST(row_1_21_ssl2_hello) /* RFC 5246, E.2 */
{
	uint8_t hello[2 + 9 + 6 + 16] = {0x80, 31, 1, 3, 1, 0, 6, 0,   0,
					 0,    16, 0, 0, 4, 1, 0, 0x80};
	struct talk t = {.turns = 0};

	load();
	talk_say(&t, 0, hello, sizeof hello);
	talk_say(&t, 1, talks[1].turn[1].p, talks[1].turn[1].len);
	play_every_way(&tape, &nsc_tls, &t);
	ck_assert_str_eq(tape.text, "hello   0301\ndone 0303\n"
				    "certificate 1797818621 1\n");
	talk_free(&t);
	unload();
}
END_TEST

START_TEST(test_not_mine)
{
	static const struct {
		const char *p;
		size_t len;
	} no[] = {
		{"GET / HTTP/1.1\r\n", 16},
		{"\x16\x03\x01\x00\x00\x01\x00", 7},         /* an empty record */
		{"\x16\x03\x05\x00\x40\x01\x00\x00\x3c", 9}, /* version 3.5 */
		{"\x16\x03\x01\x00\x40\x05\x00\x00\x3c", 9}, /* no hello */
		{"\x16\x03\x01\x00\x40\x01\x70\x00\x00", 9}, /* 7 MB of it */
		{"\x16\x03\x01\x00\x40\x01\x00\x00\x3c\x04\x03", 11},
		{"\x15\x03\x01\x00\x02\x07\x00", 7}, /* alert of level 7 */
		{"\x17\x03\x03\x00\x10", 5},         /* data, but from the beginning */
		{"\x80\x2e\x01\x03\x01\x00\x05\x00\x00\x00\x10", 11},
		{"\x16\x03\x01\xff\xff\x01", 6},
	};
	struct talk t = {.turns = 0};

	for (size_t i = 0; i < sizeof no / sizeof no[0]; i++) {
		talk_say(&t, 0, no[i].p, no[i].len);
		play(&tape, &nsc_tls, &t, 0, 0);
		ck_assert_msg(tape.verdict == NSC_NOT_MINE, "case %zu", i);
		talk_free(&t);
	}
}
END_TEST

RUN_SUITE("tls", row_1_21_split_at_every_octet, test_labels, row_1_21_records_of_one_octet,
	  test_one_side, test_alert_first, row_1_21_grease_and_ech, row_1_21_large_hello,
	  row_1_21_ssl2_hello, test_not_mine)
