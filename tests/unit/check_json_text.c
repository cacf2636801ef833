/* SPDX-License-Identifier: MIT */
/* JSON by hand (RFC 8259): whatever comes from the wire, a line stays one valid object. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/json_text.h"
#include "suite.h"

static char line[4096];

static const char *
one_text(const char *octets, size_t len)
{
	struct nsc_json j;

	nsc_json_begin(&j, line, sizeof line);
	nsc_json_octets(&j, "k", octets, len);
	line[nsc_json_end(&j)] = '\0';
	return line;
}

#define TEXT(s) one_text(s, sizeof(s) - 1)

START_TEST(every_kind_of_member)
{
	struct nsc_json j;

	nsc_json_begin(&j, line, sizeof line);
	nsc_json_text(&j, "text", "");
	nsc_json_number(&j, "zero", 0);
	nsc_json_number(&j, "most", UINT64_MAX);
	nsc_json_bool(&j, "yes", true);
	nsc_json_bool(&j, "no", false);
	nsc_json_time(&j, "time", 1700000000000001999u);
	nsc_json_time(&j, "epoch", 0);
	nsc_json_open(&j, "list", '[');
	nsc_json_text(&j, NULL, "a");
	nsc_json_text(&j, NULL, "b");
	nsc_json_close(&j, ']');
	nsc_json_open(&j, "object", '{');
	nsc_json_number(&j, "n", 1);
	nsc_json_close(&j, '}');
	nsc_json_open(&j, "empty", '{');
	nsc_json_close(&j, '}');
	nsc_json_number(&j, "after", 2);
	line[nsc_json_end(&j)] = '\0';
	ck_assert_str_eq(
		line,
		"{\"text\":\"\",\"zero\":0,\"most\":18446744073709551615,\"yes\":true,"
		"\"no\":false,\"time\":1700000000.000001,\"epoch\":0.000000,"
		"\"list\":[\"a\",\"b\"],\"object\":{\"n\":1},\"empty\":{},\"after\":2}\n");
	nsc_json_begin(&j, line, 64);
	line[nsc_json_end(&j)] = '\0';
	ck_assert_str_eq(line, "{}\n");
}
END_TEST

START_TEST(escapes)
{
	ck_assert_str_eq(TEXT("\"\\/"), "{\"k\":\"\\\"\\\\/\"}\n");
	ck_assert_str_eq(TEXT("\n\t\x1f\x7f"),
			 "{\"k\":\"\\u000a\\u0009\\u001f\\u007f\"}\n");
	ck_assert_str_eq(TEXT("a\0b"), "{\"k\":\"a\\u0000b\"}\n");
}
END_TEST

/* RFC 3629: what is valid stays; each octet of what is not becomes the character of its
 * number. */
START_TEST(utf8)
{
	static const char *const valid[] = {
		"\xc2\x80",     "\xdf\xbf",     "\xe0\xa0\x80",     "\xed\x9f\xbf",
		"\xee\x80\x80", "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf",
	};
	char want[64];
	unsigned i;

	for (i = 0; i < sizeof valid / sizeof *valid; i++) {
		snprintf(want, sizeof want, "{\"k\":\"%s\"}\n", valid[i]);
		ck_assert_str_eq(one_text(valid[i], strlen(valid[i])), want);
	}
	ck_assert_str_eq(TEXT("\x80"), "{\"k\":\"\\u0080\"}\n");
	ck_assert_str_eq(TEXT("\xc0\xaf"), "{\"k\":\"\\u00c0\\u00af\"}\n"); /* overlong */
	ck_assert_str_eq(TEXT("\xc1\xbf"), "{\"k\":\"\\u00c1\\u00bf\"}\n");
	ck_assert_str_eq(TEXT("\xe0\x9f\xbf"), "{\"k\":\"\\u00e0\\u009f\\u00bf\"}\n");
	ck_assert_str_eq(TEXT("\xed\xa0\x80"),
			 "{\"k\":\"\\u00ed\\u00a0\\u0080\"}\n"); /* surrogate */
	ck_assert_str_eq(TEXT("\xf0\x8f\xbf\xbf"),
			 "{\"k\":\"\\u00f0\\u008f\\u00bf\\u00bf\"}\n");
	ck_assert_str_eq(TEXT("\xf4\x90\x80\x80"),
			 "{\"k\":\"\\u00f4\\u0090\\u0080\\u0080\"}\n");
	ck_assert_str_eq(TEXT("\xf5\x80\x80\x80"),
			 "{\"k\":\"\\u00f5\\u0080\\u0080\\u0080\"}\n");
	ck_assert_str_eq(TEXT("\xff"), "{\"k\":\"\\u00ff\"}\n");
	ck_assert_str_eq(TEXT("\xe2\x82"), "{\"k\":\"\\u00e2\\u0082\"}\n"); /* cut */
	ck_assert_str_eq(TEXT("\xc3\xa9\xc3"), "{\"k\":\"\xc3\xa9\\u00c3\"}\n");
	ck_assert_str_eq(TEXT("\xe2\x28\xa1"), "{\"k\":\"\\u00e2(\\u00a1\"}\n");
}
END_TEST

/* No octet past the end is read to judge a sequence that the end cuts. */
START_TEST(the_end_is_the_end)
{
	char *exact = malloc(1);

	exact[0] = '\xf0';
	ck_assert_str_eq(one_text(exact, 1), "{\"k\":\"\\u00f0\"}\n");
	free(exact);
}
END_TEST

/* In a line of any size: what is there is whole, in order, and the object is closed. */
START_TEST(a_full_buffer_leaves_members_out_whole)
{
	static const char want[] = "\"k\":\"\\u00010123456789\"";
	size_t size, n, i;

	for (size = 64; size < 400; size++) {
		char *exact = malloc(size);
		struct nsc_json j;
		const char *p;

		nsc_json_begin(&j, exact, size);
		nsc_json_open(&j, "list", '[');
		for (i = 0; i < 20; i++)
			nsc_json_octets(&j, "k",
					"\1"
					"0123456789",
					11);
		nsc_json_close(&j, ']');
		nsc_json_number(&j, "number", 1234567890123456789u);
		nsc_json_time(&j, "t", 1);
		nsc_json_bool(&j, "b", false);
		n = nsc_json_end(&j);
		ck_assert_uint_le(n, size);
		ck_assert(strncmp(exact, "{\"list\":[", 9) == 0 && exact[n - 2] == '}' &&
			  exact[n - 1] == '\n');
		for (p = exact + 9; *p != ']';
		     p += sizeof want - 1 + (p[sizeof want - 1] == ','))
			ck_assert_int_eq(strncmp(p, want, sizeof want - 1), 0);
		ck_assert_ptr_eq(memchr(exact, ']', n), p);
		for (p++; *p == ',';) {
			static const char *const rest[] = {
				",\"number\":1234567890123456789", ",\"t\":0.000000",
				",\"b\":false"};

			for (i = 0; i < 3 && strncmp(p, rest[i], strlen(rest[i])) != 0; i++)
				;
			ck_assert_uint_lt(i, 3);
			p += strlen(rest[i]);
		}
		ck_assert_ptr_eq(p, exact + n - 2);
		free(exact);
	}
}
END_TEST

/* An array that finds no room is left out with all that belongs to it. */
START_TEST(a_list_without_room)
{
	char small[72];
	struct nsc_json j;
	size_t n;

	nsc_json_begin(&j, small, 64);
	nsc_json_text(&j, "name", "01234567890123456789012345678901234567890");
	nsc_json_open(&j, "answers", '[');
	nsc_json_text(&j, NULL, "a");
	nsc_json_open(&j, NULL, '{');
	nsc_json_close(&j, '}');
	nsc_json_close(&j, ']');
	nsc_json_number(&j, "n", 7);
	n = nsc_json_end(&j);
	ck_assert_str_eq(
		(small[n] = '\0', small),
		"{\"name\":\"01234567890123456789012345678901234567890\",\"n\":7}\n");
}
END_TEST

RUN_SUITE("json_text", every_kind_of_member, escapes, utf8, the_end_is_the_end,
	  a_full_buffer_leaves_members_out_whole, a_list_without_room)
