/* SPDX-License-Identifier: MIT */
/* Addresses as text: RFC 5952 and Python's ipaddress module say what is expected. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>

#include "base/addr.h"
#include "suite.h"

static const struct {
	const char *in, *out;
} texts[] = {
	{"192.0.2.1", "192.0.2.1"}, {"0.0.0.0", "0.0.0.0"}, {"255.255.255.255", "255.255.255.255"},
	{"10.9.100.99", "10.9.100.99"}, {"::ffff:192.0.2.1", "192.0.2.1"},
	{"::ffff:c000:201", "192.0.2.1"}, {"::", "::"}, {"::1", "::1"}, {"1::", "1::"},
	{"2001:db8::", "2001:db8::"}, {"2001:0DB8:0:0:0:0:0:0001", "2001:db8::1"},
	{"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},		/* 4.2.3: the first of equals */
	{"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},	/* 4.2.2: not one group alone */
	{"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},		/* 4.2.3: the longest */
	{"2001:db8:aaaa:bbbb:cccc:dddd:eeee:AAAA", "2001:db8:aaaa:bbbb:cccc:dddd:eeee:aaaa"},
	{"1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"}, {"1:2:3:4:5:6:0:0", "1:2:3:4:5:6::"},
	{"0:0:3:4:5:6:7:8", "::3:4:5:6:7:8"}, {"0:2:3:4:5:6:7:0", "0:2:3:4:5:6:7:0"},
	{"::ffff:0:1", "0.0.0.1"}, {"::fffe:0:1", "::fffe:0:1"}, {"::1.2.3.4", "::102:304"},
	{"64:ff9b::1.2.3.4", "64:ff9b::102:304"}, {"fe80::1000:0:0:f00", "fe80::1000:0:0:f00"},
	{"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
};

START_TEST(test_text)
{
	struct nsc_addr a;
	char text[NSC_ADDR_TEXT];

	ck_assert_int_eq(nsc_addr_parse(&a, texts[_i].in), 0);
	ck_assert_ptr_eq(nsc_addr_text(&a, text), text);
	ck_assert_str_eq(text, texts[_i].out);
}
END_TEST

START_TEST(test_refused)
{
	static const char *const bad[] = {
		"", "garbage", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.4 ",
		" 1.2.3.4", "fe80::1%eth0", ":::", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "12345::",
		"10.0.0.0/8", "[::1]", "::g",
	};
	struct nsc_addr a = {{7}};

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		ck_assert_int_eq(nsc_addr_parse(&a, bad[i]), -EINVAL);
		ck_assert_uint_eq(a.b[0], 7);		/* as it was */
	}
}
END_TEST

static const struct {
	const char *in, *addr;
	int bits;			/* of 128; negative: refused */
} prefixes[] = {
	{"10.0.0.0/8", "10.0.0.0", 104}, {"0.0.0.0/0", "0.0.0.0", 96}, {"::/0", "::", 0},
	{"192.0.2.1", "192.0.2.1", 128}, {"192.0.2.1/32", "192.0.2.1", 128},
	{"192.0.2.0/31", "192.0.2.0", 127}, {"2001:db8::/32", "2001:db8::", 32},
	{"2001:db8::1", "2001:db8::1", 128}, {"fe80::/10", "fe80::", 10},
	{"::ffff:10.0.0.0/104", "10.0.0.0", 104}, {"2001:db8::8/125", "2001:db8::8", 125},
	{"10.0.0.1/8", NULL, -1}, {"10.0.0.0/33", NULL, -1}, {"2001:db8::/129", NULL, -1},
	{"2001:db8::1/64", NULL, -1}, {"10.0.0.0/", NULL, -1}, {"10.0.0.0/-1", NULL, -1},
	{"10.0.0.0/08", NULL, -1}, {"10.0.0.0/8x", NULL, -1}, {"10.0.0.0/+8", NULL, -1},
	{"/8", NULL, -1}, {"", NULL, -1}, {"10.0.0.0/8/8", NULL, -1}, {"10.0.0.0/1000", NULL, -1},
	{"10.0.0.0/ 8", NULL, -1}, {"192.0.2.1/31", NULL, -1}, {"2001:db8::8/124", NULL, -1},
	{"1111:1111:1111:1111:1111:1111:1111:1111:1111:1111/1", NULL, -1},
};

START_TEST(test_prefix)
{
	struct nsc_addr a, want;
	unsigned bits;
	int code = nsc_addr_parse_prefix(&a, &bits, prefixes[_i].in);

	if (prefixes[_i].bits < 0) {
		ck_assert_int_eq(code, -EINVAL);
		return;
	}
	ck_assert_int_eq(code, 0);
	ck_assert_int_eq((int)bits, prefixes[_i].bits);
	ck_assert_int_eq(nsc_addr_parse(&want, prefixes[_i].addr), 0);
	ck_assert(nsc_addr_equal(&a, &want));
}
END_TEST

static const struct {
	const char *addr, *prefix;
	bool in;
} members[] = {
	{"10.255.255.255", "10.0.0.0/8", true}, {"11.0.0.0", "10.0.0.0/8", false},
	{"9.255.255.255", "10.0.0.0/8", false}, {"::1", "::/0", true}, {"1.2.3.4", "::/0", true},
	{"1.2.3.4", "0.0.0.0/0", true}, {"::1", "0.0.0.0/0", false},
	{"172.31.255.255", "172.16.0.0/12", true}, {"172.32.0.0", "172.16.0.0/12", false},
	{"192.0.2.1", "192.0.2.1/32", true}, {"192.0.2.0", "192.0.2.1/32", false},
	{"2001:db8:ffff::", "2001:db8::/32", true}, {"2001:db9::", "2001:db8::/32", false},
	{"febf::1", "fe80::/10", true}, {"fec0::", "fe80::/10", false},
};

START_TEST(test_member)
{
	struct nsc_addr a, p;
	unsigned bits;

	ck_assert_int_eq(nsc_addr_parse(&a, members[_i].addr), 0);
	ck_assert_int_eq(nsc_addr_parse_prefix(&p, &bits, members[_i].prefix), 0);
	ck_assert_int_eq(nsc_addr_in_prefix(&a, &p, bits), members[_i].in);
}
END_TEST

START_TEST(test_too_many_bits)
{
	struct nsc_addr a = {{1}};

	ck_assert(nsc_addr_in_prefix(&a, &a, 128));
	ck_assert(!nsc_addr_in_prefix(&a, &a, 129));
	ck_assert(!nsc_addr_in_prefix(&a, &a, 255));
}
END_TEST

RUN_TESTS("addr", NULL, NULL, ROWS(test_text, sizeof texts / sizeof *texts),
	  ONCE(test_refused), ROWS(test_prefix, sizeof prefixes / sizeof *prefixes),
	  ROWS(test_member, sizeof members / sizeof *members), ONCE(test_too_many_bits))
