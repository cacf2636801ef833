/* SPDX-License-Identifier: MIT */
/* Text for people keeps its columns, whatever a capture holds (plugins/cli/text.c). */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../plugins/cli/text.h"
#include "suite.h"

static char text[TEXT_FIELD];

START_TEST(octets_in_six_columns)
{
	static const struct {
		uint64_t n;
		const char *want;
	} row[] = {
		{0, "0 B"},
		{1, "1 B"},
		{999, "999 B"},
		{1000, "1.0 kB"},
		{1049, "1.0 kB"},
		{1051, "1.1 kB"},
		{9949, "9.9 kB"},
		{9951, "10 kB"},
		{999499, "999 kB"},
		{999501, "1.0 MB"},
		{12345678, "12 MB"},
		{7000000000, "7.0 GB"},
		{UINT64_MAX, "18 EB"},
	};
	unsigned i, shift;

	for (i = 0; i < sizeof row / sizeof *row; i++)
		ck_assert_str_eq(text_octets(row[i].n, text), row[i].want);
	for (shift = 0; shift < 64; shift++)
		for (i = 0; i < 64; i++)
			ck_assert_uint_le(
				strlen(text_octets((UINT64_MAX >> shift) - i, text)), 6);
}
END_TEST

START_TEST(counts_and_things)
{
	ck_assert_str_eq(text_count(0, text), "0");
	ck_assert_str_eq(text_count(999, text), "999");
	ck_assert_str_eq(text_count(1000, text), "1 000");
	ck_assert_str_eq(text_count(UINT64_MAX, text), "18 446 744 073 709 551 615");
	ck_assert_str_eq(text_things(0, "flow", "flows", text), "0 flows");
	ck_assert_str_eq(text_things(1, "flow", "flows", text), "1 flow");
	ck_assert_str_eq(text_things(1001, "flow", "flows", text), "1 001 flows");
}
END_TEST

START_TEST(seconds)
{
	static const struct {
		double s;
		const char *want;
	} row[] = {
		{0, "0 s"},
		{-1, "0 s"},
		{1e-6, "1 us"},
		{0.000999, "999 us"},
		{0.0009996, "1.0 ms"},
		{0.00994, "9.9 ms"},
		{0.00996, "10 ms"},
		{0.9994, "999 ms"},
		{0.9996, "1.0 s"},
		{9.94, "9.9 s"},
		{9.96, "10 s"},
		{119.4, "119 s"},
		{119.6, "2 min 0 s"},
		{3599.9, "60 min 0 s"},
		{7169, "119 min 29 s"},
		{7170, "2 h 0 min"},
		{170999, "47 h 30 min"},
		{172800, "2 d 0 h"},
		{86400 * 365.0, "365 d 0 h"},
	};
	unsigned i;

	for (i = 0; i < sizeof row / sizeof *row; i++)
		ck_assert_str_eq(text_seconds(row[i].s, text), row[i].want);
}
END_TEST

/* All and nothing are said of nothing else. */
START_TEST(shares)
{
	ck_assert_str_eq(text_share(0, 0, text), "");
	ck_assert_str_eq(text_share(0, 7, text), "0 %");
	ck_assert_str_eq(text_share(7, 7, text), "100 %");
	ck_assert_str_eq(text_share(1, 2, text), "50.0 %");
	ck_assert_str_eq(text_share(1, 1000000, text), "< 0.1 %");
	ck_assert_str_eq(text_share(999999, 1000000, text), "99.9 %");
}
END_TEST

START_TEST(names)
{
	ck_assert_str_eq(text_name("", 0, 20, text), "");
	ck_assert_str_eq(text_name("www.example.test", 16, 16, text), "www.example.test");
	ck_assert_str_eq(text_name("www.example.test", 16, 15, text), "www.exa..e.test");
	ck_assert_str_eq(text_name("a\nb", 3, 20, text), "a\\x0ab");
	ck_assert_str_eq(text_name("caf\xc3\xa9", 5, 20, text), "caf\\xc3\\xa9");
	ck_assert_str_eq(text_name("\"q\\\"", 4, 20, text), "\"q\\x5c\"");
	ck_assert_str_eq(text_name("a\0b", 3, 20, text), "a\\x00b");
	/* Never within an escape: no half \xNN at either side of the dots. */
	ck_assert_str_eq(text_name("\1\2\3\4\5\6", 6, 14, text), "\\x01\\x02..\\x06");
	ck_assert_str_eq(text_name("\1\2\3\4\5\6", 6, 13, text), "\\x01..\\x06");
	ck_assert_str_eq(text_name("abc\2def", 7, 9, text), "abc..def");
}
END_TEST

/* 255 octets of anything, in any width: printable, no wider, the whole if it fits. */
START_TEST(any_name_keeps_its_columns)
{
	char name[255], whole[TEXT_FIELD];
	unsigned columns, n, i, seed = 1;

	for (n = 0; n < 2000; n++) {
		size_t len = n % 256;

		for (i = 0; i < len; i++) {
			seed = seed * 1103515245 + 12345;
			name[i] = (char)(seed >> 16 & (n & 1 ? 0xff : 0x7f));
		}
		text_name(name, len, TEXT_FIELD - 1, whole);
		for (columns = 4; columns < 100; columns += 7) {
			text_name(name, len, columns, text);
			ck_assert_uint_le(strlen(text), columns);
			for (i = 0; text[i] != '\0'; i++)
				ck_assert(text[i] > 0x20 && text[i] < 0x7f);
			if (strlen(whole) <= columns)
				ck_assert_str_eq(text, whole);
			else /* no more is given away than an escape at each side */
				ck_assert_uint_ge(strlen(text) + 6, columns);
		}
	}
}
END_TEST

START_TEST(ends)
{
	const uint8_t v4[4] = {192, 0, 2, 1};
	const uint8_t v6[16] = {0x20, 0x01, 0x0d, 0xb8, 0x12, 0x34, 0x56, 0x78,
				0x9a, 0xbc, 0xde, 0xf0, 0x11, 0x11, 0x22, 0x22};
	struct nsc_addr a = nsc_addr_v4(v4), b = nsc_addr_v6(v6);

	ck_assert_str_eq(text_end(&a, 443, 29, text), "192.0.2.1:443");
	ck_assert_str_eq(text_end(&a, 0, 29, text), "192.0.2.1");
	ck_assert_str_eq(text_end(&b, 0, 45, text),
			 "2001:db8:1234:5678:9abc:def0:1111:2222");
	ck_assert_str_eq(text_end(&b, 65535, 46, text),
			 "[2001:db8:1234:5678:9abc:def0:1111:2222]:65535");
	ck_assert_str_eq(text_end(&b, 65535, 23, text), "[2001:db8:1..222]:65535");
}
END_TEST

RUN_SUITE("text", octets_in_six_columns, counts_and_things, seconds, shares, names,
	  any_name_keeps_its_columns, ends)
