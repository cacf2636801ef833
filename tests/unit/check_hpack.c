/* SPDX-License-Identifier: MIT */
/* HPACK: RFC 7541's examples, blocks of another encoder, and what is no HPACK. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "dissect/hpack.h"
#include "suite.h"

static struct nsc_hpack hpack;
static char told[1 << 14];
static size_t told_len;
static unsigned unknown;

static bool
all(struct nsc_text name)
{
	(void)name;
	return true;
}

static bool
pseudo(struct nsc_text name)
{
	return name.p[0] == ':' || (name.len == 11 && memcmp(name.p, "grpc-status", 11) == 0);
}

static void
on_field(void *arg, struct nsc_text name, struct nsc_text value)
{
	(void)arg;
	unknown += name.len == 0;
	told_len += (size_t)snprintf(told + told_len, sizeof told - told_len, "%.*s: %.*s\n",
				     (int)name.len, name.p, (int)value.len, value.p);
	ck_assert_uint_lt(told_len, sizeof told);
}

static size_t
from_hex(const char *hex, uint8_t *to)
{
	size_t n = 0;

	for (; hex[0] != '\0' && hex[0] != '\n'; hex += 2)
		ck_assert_int_eq(sscanf(hex, "%2hhx", &to[n++]), 1);
	return n;
}

/* Reads a block in pieces of `step` octets, then its end. */
static int
read_block(const char *hex, size_t step, bool (*wanted)(struct nsc_text))
{
	static uint8_t octets[1 << 13];
	struct nsc_hpack_reader r = {.wanted = wanted, .field = on_field};
	size_t len = from_hex(hex, octets);
	int e;

	told[0] = '\0';
	told_len = 0;
	for (size_t at = 0; at < len; at += step) {
		size_t n = len - at < step ? len - at : step;
		uint8_t *copy = malloc(n);	/* of the exact size, for the sanitizer */

		memcpy(copy, octets + at, n);
		e = nsc_hpack_read(&hpack, nsc_bytes(copy, n), &r);
		free(copy);
		if (e != 0)
			return e;
	}
	return nsc_hpack_end(&hpack);
}

struct example {
	const char *hex, *fields;
	uint32_t size;			/* of the table behind it */
};

static void
check_examples(const struct example *x, unsigned count, uint32_t max)
{
	for (size_t step = 1; step < 200; step = step < 8 ? step + 1 : step * 4) {
		nsc_hpack_start(&hpack);
		hpack.max = max;
		for (unsigned i = 0; i < count; i++) {
			ck_assert_int_eq(read_block(x[i].hex, step, all), 0);
			ck_assert_str_eq(told, x[i].fields);
			ck_assert_uint_eq(hpack.size, x[i].size);
		}
	}
}

START_TEST(test_c2) /* RFC 7541, C.2: representations */
{
	static const struct example x[] = {
		{"400a637573746f6d2d6b65790d637573746f6d2d686561646572",
		 "custom-key: custom-header\n", 55},
		{"040c2f73616d706c652f70617468", ":path: /sample/path\n", 0},
		{"100870617373776f726406736563726574", "password: secret\n", 0},
		{"82", ":method: GET\n", 0},
	};

	for (unsigned i = 0; i < 4; i++)
		check_examples(&x[i], 1, 4096);
}
END_TEST

#define REQUEST_1 ":method: GET\n:scheme: http\n:path: /\n:authority: www.example.com\n"
#define REQUEST_2 REQUEST_1 "cache-control: no-cache\n"
#define REQUEST_3                                                                                  \
	":method: GET\n:scheme: https\n:path: /index.html\n:authority: www.example.com\n"          \
	"custom-key: custom-value\n"

START_TEST(test_c3) /* RFC 7541, C.3: requests without Huffman coding */
{
	static const struct example x[] = {
		{"828684410f7777772e6578616d706c652e636f6d", REQUEST_1, 57},
		{"828684be58086e6f2d6361636865", REQUEST_2, 110},
		{"828785bf400a637573746f6d2d6b65790c637573746f6d2d76616c7565", REQUEST_3, 164},
	};

	check_examples(x, 3, 4096);
}
END_TEST

START_TEST(test_c4) /* RFC 7541, C.4: requests with it */
{
	static const struct example x[] = {
		{"828684418cf1e3c2e5f23a6ba0ab90f4ff", REQUEST_1, 57},
		{"828684be5886a8eb10649cbf", REQUEST_2, 110},
		{"828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf", REQUEST_3, 164},
	};

	check_examples(x, 3, 4096);
}
END_TEST

#define RESPONSE(status, date)                                                                     \
	":status: " status "\ncache-control: private\ndate: Mon, 21 Oct 2013 20:13:" date          \
	" GMT\nlocation: https://www.example.com\n"
#define RESPONSE_3                                                                                 \
	RESPONSE("200", "22")                                                                      \
	"content-encoding: gzip\n"                                                                 \
	"set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1\n"

START_TEST(test_c5) /* RFC 7541, C.5: responses, a table of 256 octets */
{
	static const struct example x[] = {
		{"4803333032580770726976617465611d4d6f6e2c203231204f637420323031332032303a31333a3231"
		 "20474d546e1768747470733a2f2f7777772e6578616d706c652e636f6d",
		 RESPONSE("302", "21"), 222},
		{"4803333037c1c0bf", RESPONSE("307", "21"), 222},
		{"88c1611d4d6f6e2c203231204f637420323031332032303a31333a323220474d54c05a04677a697077"
		 "38666f6f3d4153444a4b48514b425a584f5157454f50495541585157454f49553b206d61782d616765"
		 "3d333630303b2076657273696f6e3d31",
		 RESPONSE_3, 215},
	};

	check_examples(x, 3, 256);
}
END_TEST

START_TEST(test_c6) /* RFC 7541, C.6: the same with Huffman coding */
{
	static const struct example x[] = {
		{"488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff6e919d29ad17"
		 "1863c78f0b97c8e9ae82ae43d3",
		 RESPONSE("302", "21"), 222},
		{"4883640effc1c0bf", RESPONSE("307", "21"), 222},
		{"88c16196d07abe941054d444a8200595040b8166e084a62d1bffc05a839bd9ab77ad94e7821dd7f2e6"
		 "c7b335dfdfcd5b3960d5af27087f3672c1ab270fb5291f9587316065c003ed4ee5b1063d5007",
		 RESPONSE_3, 215},
	};

	check_examples(x, 3, 256);
}
END_TEST

/* hpack.txt, a block at a time; with all names wanted some may be unknown, but none is wrong. */
static void
check_story(size_t step, bool (*wanted)(struct nsc_text))
{
	const char *dir = getenv("srcdir");
	static char line[1 << 14], want[1 << 14];
	size_t len = 0;
	char path[512];
	FILE *f;

	snprintf(path, sizeof path, "%s/tests/golden/http2/hpack.txt", dir != NULL ? dir : ".");
	f = fopen(path, "r");
	ck_assert_ptr_nonnull(f);
	nsc_hpack_start(&hpack);
	told[0] = want[0] = '\0';
	unknown = 0;
	while (fgets(line, sizeof line, f) != NULL) {
		char name[64], *value;

		if (strncmp(line, "block ", 6) == 0) {
			if (wanted == pseudo)
				ck_assert_str_eq(told, want);
			len = 0;
			want[0] = '\0';
			ck_assert_int_eq(read_block(line + 6, step, wanted), 0);
			continue;
		}
		ck_assert_int_eq(sscanf(line, "field %63s ", name), 1);
		value = line + 6 + strlen(name) + 1;
		if (wanted == all || pseudo((struct nsc_text){name, (uint32_t)strlen(name)}))
			len += (size_t)snprintf(want + len, sizeof want - len, "%s: %s", name, value);
		ck_assert(unknown > 0 || strncmp(told, want, strlen(want)) == 0);
	}
	fclose(f);
}

START_TEST(test_story)
{
	check_story(1, pseudo);
	ck_assert_uint_eq(unknown, 0);
	check_story(4096, pseudo);
	ck_assert_uint_eq(unknown, 0);
	check_story(7, all);
	ck_assert_uint_gt(unknown, 0);
}
END_TEST

START_TEST(test_no_hpack) /* RFC 7541: 2.3.3, 4.2, 5.1, 5.2 */
{
	static const char *const blocks[] = {
		"80",				/* index 0 */
		"be",				/* index 62 of an empty table */
		"ffffffffffffff7f",		/* a number beyond 32 bits */
		"823fe11f",			/* the table's size behind a field */
		"0001617f80808080808001",	/* a length beyond 32 bits */
		"00016182ffff",			/* 16 bits of padding */
		"00016181fe",			/* padding with a zero */
		"00016184ffffffff",		/* EOS */
		"000161",			/* ends within a field */
		"00016105616263",
		"3f",
	};

	for (size_t i = 0; i < sizeof blocks / sizeof blocks[0]; i++) {
		nsc_hpack_start(&hpack);
		ck_assert_msg(read_block(blocks[i], 100, all) != 0, "%s", blocks[i]);
		nsc_hpack_start(&hpack);
		ck_assert_msg(read_block(blocks[i], 1, all) != 0, "%s", blocks[i]);
	}
}
END_TEST

START_TEST(test_lost) /* behind lost blocks: unknown until it is said again, never wrong */
{
	nsc_hpack_start(&hpack);
	ck_assert_int_eq(read_block("828684410f7777772e6578616d706c652e636f6d", 100, all), 0);
	nsc_hpack_lose(&hpack);
	ck_assert_int_eq(read_block("82be", 100, all), 0);
	ck_assert_str_eq(told, ":method: GET\n: \n");
	/* A new entry is 62; what was 62 before would be 63. */
	ck_assert_int_eq(read_block("410161bebf7e0162bebf", 100, all), 0);
	ck_assert_str_eq(told, ":authority: a\n:authority: a\n: \n:authority: b\n"
			       ":authority: b\n:authority: a\n");
	/* An unknown name with a value that is entered: as unknown as before. */
	ck_assert_int_eq(read_block("7f020163be", 100, all), 0);
	ck_assert_str_eq(told, ": \n: \n");
}
END_TEST

START_TEST(test_large) /* tables and entries beyond what we keep */
{
	char hex[1024] = "3fe1ff03";	/* a table of 65536 octets */

	nsc_hpack_start(&hpack);
	ck_assert_int_eq(read_block(hex, 100, all), 0);
	ck_assert_uint_eq(hpack.max, 65536);
	for (unsigned i = 0; i < 1000; i++) {
		snprintf(hex, sizeof hex, "400361%04x03%06x", i % 4096 + 0x6161, i + 0x616161);
		ck_assert_int_eq(read_block(hex, 100, all), 0);
	}
	ck_assert(hpack.inexact);
	/* The newest, the oldest kept, one that is forgotten. */
	ck_assert_int_eq(read_block("be", 100, all), 0);
	ck_assert_int_eq(told[0], 'a');
	ck_assert_int_eq(read_block("ff8004", 100, all), 0);
	ck_assert_str_eq(told, ": \n");
	/* Too large for its table: empties it, and is told. */
	nsc_hpack_start(&hpack);
	ck_assert_int_eq(read_block("20410f7777772e6578616d706c652e636f6d", 1, all), 0);
	ck_assert_str_eq(told, ":authority: www.example.com\n");
	ck_assert_uint_eq(hpack.size, 0);
	ck_assert_int_ne(read_block("be", 1, all), 0);
}
END_TEST

START_TEST(test_cut) /* long names are nobody's, long values are cut, sizes are right */
{
	char *hex = malloc(5000);
	size_t n = (size_t)sprintf(hex, "4021");

	for (int i = 0; i < 33; i++)
		n += (size_t)sprintf(hex + n, "6e");
	sprintf(hex + n, "0176");
	nsc_hpack_start(&hpack);
	ck_assert_int_eq(read_block(hex, 3, all), 0);
	ck_assert_str_eq(told, "");
	ck_assert_uint_eq(hpack.size, 33 + 1 + 32);
	n = (size_t)sprintf(hex, "417fe906"); /* 127 + 0x69 + 6 * 128 = 1000 */
	for (int i = 0; i < 1000; i++)
		n += (size_t)sprintf(hex + n, "78");
	ck_assert_int_eq(read_block(hex, 100, all), 0);
	ck_assert_uint_eq(told_len, strlen(":authority: \n") + NSC_HPACK_VALUE);
	ck_assert_uint_eq(hpack.size, 66 + 10 + 1000 + 32);
	free(hex);
}
END_TEST

RUN_SUITE("hpack", test_c2, test_c3, test_c4, test_c5, test_c6, test_story, test_no_hpack,
	  test_lost, test_large, test_cut)
