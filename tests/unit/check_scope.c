/* SPDX-License-Identifier: MIT */
/*
 * Address classes: the first and last address of every row of the IANA special-purpose
 * registries and the two just outside, each IPv4 one also mapped, in NAT64 and in 6to4;
 * the coarse scopes; the user's networks.
 */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "scope/scope.h"
#include "suite.h"

#define V(text, class) {text, NSC_CLASS_##class}

struct vector {
	const char *text;
	enum nsc_class class;
};

static const struct vector v4[] = {
	V("0.0.0.0", UNSPECIFIED), V("0.0.0.1", RESERVED), V("0.255.255.255", RESERVED),
	V("1.0.0.0", PUBLIC), V("9.255.255.255", PUBLIC), V("10.0.0.0", PRIVATE),
	V("10.255.255.255", PRIVATE), V("11.0.0.0", PUBLIC), V("100.63.255.255", PUBLIC),
	V("100.64.0.0", CGNAT), V("100.127.255.255", CGNAT), V("100.128.0.0", PUBLIC),
	V("126.255.255.255", PUBLIC), V("127.0.0.0", LOOPBACK), V("127.0.0.1", LOOPBACK),
	V("127.0.0.53", LOOPBACK), V("127.255.255.255", LOOPBACK), V("128.0.0.0", PUBLIC),
	V("169.253.255.255", PUBLIC), V("169.254.0.0", LINKLOCAL),
	V("169.254.169.254", LINKLOCAL),
	V("169.254.255.255", LINKLOCAL), V("169.255.0.0", PUBLIC),
	V("172.15.255.255", PUBLIC),
	V("172.16.0.0", PRIVATE), V("172.31.255.255", PRIVATE), V("172.32.0.0", PUBLIC),
	V("191.255.255.255", PUBLIC), V("192.0.0.0", RESERVED), V("192.0.0.8", RESERVED),
	V("192.0.0.9", PUBLIC), V("192.0.0.10", PUBLIC), V("192.0.0.11", RESERVED),
	V("192.0.0.170", RESERVED), V("192.0.0.255", RESERVED), V("192.0.1.0", PUBLIC),
	V("192.0.1.255", PUBLIC), V("192.0.2.0", DOCUMENTATION),
	V("192.0.2.255", DOCUMENTATION),
	V("192.0.3.0", PUBLIC), V("192.31.195.255", PUBLIC), V("192.31.196.0", PUBLIC),
	V("192.31.196.255", PUBLIC), V("192.52.193.0", PUBLIC), V("192.52.193.255", PUBLIC),
	V("192.88.98.255", PUBLIC), V("192.88.99.0", RESERVED),
	V("192.88.99.255", RESERVED),
	V("192.88.100.0", PUBLIC), V("192.167.255.255", PUBLIC), V("192.168.0.0", PRIVATE),
	V("192.168.255.255", PRIVATE), V("192.169.0.0", PUBLIC), V("192.175.48.0", PUBLIC),
	V("192.175.48.255", PUBLIC), V("198.17.255.255", PUBLIC),
	V("198.18.0.0", BENCHMARK),
	V("198.19.255.255", BENCHMARK), V("198.20.0.0", PUBLIC), V("198.51.99.255", PUBLIC),
	V("198.51.100.0", DOCUMENTATION), V("198.51.100.255", DOCUMENTATION),
	V("198.51.101.0", PUBLIC), V("203.0.112.255", PUBLIC),
	V("203.0.113.0", DOCUMENTATION),
	V("203.0.113.255", DOCUMENTATION), V("203.0.114.0", PUBLIC),
	V("223.255.255.255", PUBLIC),
	V("224.0.0.0", MULTICAST), V("224.0.0.251", MULTICAST),
	V("238.255.255.255", MULTICAST),
	V("239.255.255.255", MULTICAST), V("240.0.0.0", RESERVED),
	V("255.255.255.254", RESERVED),
	V("255.255.255.255", BROADCAST), V("8.8.8.8", PUBLIC),
};

#define F "ffff:ffff:ffff:ffff"
#define FF F ":" F

static const struct vector v6[] = {
	V("::", UNSPECIFIED), V("::1", LOOPBACK), V("::2", RESERVED),
	V("::1.2.3.4", RESERVED),
	V("::127.0.0.1", RESERVED), V("::ffff:ffff", RESERVED), V("::1:0:0", RESERVED),
	V("::fffe:127.0.0.1", RESERVED), V("::1:0:127.0.0.1", RESERVED),
	V("64:ff9a:ffff:ffff:" F, RESERVED), V("64:ff9b::1:0:0", RESERVED),
	V("64:ff9b:0:ffff:" F, RESERVED), V("64:ff9b:1::", PRIVATE),
	V("64:ff9b:1:ffff:ffff:ffff:ffff:ffff", PRIVATE), V("64:ff9b:2::", RESERVED),
	V("100::", RESERVED), V("100::" F, RESERVED), V("100:0:0:1::", RESERVED),
	V("100:0:0:1:" F, RESERVED), V("100:0:0:2::", RESERVED),
	V("1fff:ffff:ffff:ffff:" F, RESERVED),
	V("2000::", PUBLIC), V("2000:ffff:ffff:ffff:" F, PUBLIC),
	V("2001::", PUBLIC), V("2001:0:ffff:ffff:" F, PUBLIC),		/* Teredo */
	V("2001:1::", RESERVED), V("2001:1::1", PUBLIC), V("2001:1::2", PUBLIC),
	V("2001:1::3", PUBLIC), V("2001:1::4", RESERVED),
	V("2001:1:ffff:ffff:" F, RESERVED),
	V("2001:2::", BENCHMARK), V("2001:2:0:ffff:" F, BENCHMARK),
	V("2001:2:1::", RESERVED),
	V("2001:2:ffff:ffff:" F, RESERVED), V("2001:3::", PUBLIC),
	V("2001:3:ffff:ffff:" F, PUBLIC),
	V("2001:4::", RESERVED), V("2001:4:111:ffff:" F, RESERVED),
	V("2001:4:112::", PUBLIC),
	V("2001:4:112:ffff:" F, PUBLIC), V("2001:4:113::", RESERVED),
	V("2001:f:ffff:ffff:" F, RESERVED),
	V("2001:10::", RESERVED), V("2001:1f:ffff:ffff:" F, RESERVED),
	V("2001:20::", PUBLIC),
	V("2001:2f:ffff:ffff:" F, PUBLIC), V("2001:30::", PUBLIC),
	V("2001:3f:ffff:ffff:" F, PUBLIC),
	V("2001:40::", RESERVED), V("2001:1ff:ffff:ffff:" F, RESERVED),
	V("2001:200::", PUBLIC),
	V("2001:db7:ffff:ffff:" F, PUBLIC), V("2001:db8::", DOCUMENTATION),
	V("2001:db8:ffff:ffff:" F, DOCUMENTATION), V("2001:db9::", PUBLIC),
	V("2001:ffff:ffff:ffff:" F, PUBLIC), V("2003::", PUBLIC),
	V("2606:4700:4700::1111", PUBLIC),
	V("2620:4f:8000::", PUBLIC), V("3ffe:ffff:ffff:ffff:" F, PUBLIC),
	V("3fff::", DOCUMENTATION),
	V("3fff:fff:ffff:ffff:" F, DOCUMENTATION), V("3fff:1000::", PUBLIC),
	V("3fff:ffff:ffff:ffff:" F, PUBLIC), V("4000::", RESERVED),
	V("5eff:ffff:ffff:ffff:" F, RESERVED),
	V("5f00::", RESERVED), V("5f00:ffff:ffff:ffff:" F, RESERVED), V("5f01::", RESERVED),
	V("fbff:ffff:ffff:ffff:" F, RESERVED), V("fc00::", PRIVATE), V("fd00::1", PRIVATE),
	V("fdff:ffff:ffff:ffff:" F, PRIVATE), V("fe00::", RESERVED),
	V("fe7f:ffff:ffff:ffff:" F, RESERVED),
	V("fe80::", LINKLOCAL), V("febf:ffff:ffff:ffff:" F, LINKLOCAL),
	V("fec0::", PRIVATE),
	V("feff:ffff:ffff:ffff:" F, PRIVATE), V("ff00::", MULTICAST), V("ff02::fb", MULTICAST),
	V(FF, MULTICAST),
};

static enum nsc_class
class_of(const char *text)
{
	struct nsc_addr a;

	ck_assert_msg(nsc_addr_parse(&a, text) == 0, "%s", text);
	return nsc_class(&a);
}

START_TEST(row_4_14_v4)
{
	ck_assert_msg(class_of(v4[_i].text) == v4[_i].class, "%s", v4[_i].text);
}
END_TEST

START_TEST(row_4_14_v6)
{
	ck_assert_msg(class_of(v6[_i].text) == v6[_i].class, "%s", v6[_i].text);
}
END_TEST

START_TEST(test_embedded)
{
	unsigned b[4];
	char text[64];
	enum nsc_class six = NSC_CLASS_RESERVED;

	if (v4[_i].class == NSC_CLASS_PUBLIC)
		six = NSC_CLASS_PUBLIC;
	snprintf(text, sizeof text, "::ffff:%s", v4[_i].text);
	ck_assert_msg(class_of(text) == v4[_i].class, "%s", text);
	snprintf(text, sizeof text, "64:ff9b::%s", v4[_i].text);
	ck_assert_msg(class_of(text) == v4[_i].class, "%s", text);
	ck_assert_int_eq(sscanf(v4[_i].text, "%u.%u.%u.%u", b, b + 1, b + 2, b + 3), 4);
	for (int last = 0; last < 2; last++) {
		snprintf(text, sizeof text, "2002:%x:%x:%s", b[0] << 8 | b[1], b[2] << 8 | b[3],
			 last ? "ffff:" F : ":");
		ck_assert_msg(class_of(text) == six, "%s", text);
	}
}
END_TEST

/* Row 2.2, as far as its vectors are named; what cannot be parsed is refused by the parser. */
static const struct {
	const char *text;
	enum nsc_scope scope;
} coarse[] = {
	{"127.0.0.1", NSC_SCOPE_LOOPBACK}, {"127.0.0.53", NSC_SCOPE_LOOPBACK},
	{"127.255.255.255", NSC_SCOPE_LOOPBACK}, {"::1", NSC_SCOPE_LOOPBACK},
	{"::ffff:127.0.0.1", NSC_SCOPE_LOOPBACK}, {"10.0.0.1", NSC_SCOPE_PRIVATE},
	{"172.16.0.1", NSC_SCOPE_PRIVATE}, {"172.31.255.254", NSC_SCOPE_PRIVATE},
	{"172.15.255.254", NSC_SCOPE_PUBLIC}, {"172.32.0.1", NSC_SCOPE_PUBLIC},
	{"192.168.1.1", NSC_SCOPE_PRIVATE}, {"100.64.0.1", NSC_SCOPE_PRIVATE},
	{"100.127.255.254", NSC_SCOPE_PRIVATE}, {"100.63.255.254", NSC_SCOPE_PUBLIC},
	{"100.128.0.1", NSC_SCOPE_PUBLIC}, {"169.254.1.1", NSC_SCOPE_PRIVATE},
	{"fe80::1", NSC_SCOPE_PRIVATE}, {"fc00::1", NSC_SCOPE_PRIVATE}, {"fd00::1", NSC_SCOPE_PRIVATE},
	{"::ffff:10.0.0.1", NSC_SCOPE_PRIVATE}, {"0.0.0.0", NSC_SCOPE_PUBLIC},
	{"::", NSC_SCOPE_PUBLIC}, {"8.8.8.8", NSC_SCOPE_PUBLIC},
	{"203.0.113.7", NSC_SCOPE_PUBLIC}, {"2001:db8::1", NSC_SCOPE_PUBLIC},
	{"224.0.0.1", NSC_SCOPE_PUBLIC}, {"255.255.255.255", NSC_SCOPE_PUBLIC},
	{"ff02::1", NSC_SCOPE_PUBLIC}, {"198.18.0.1", NSC_SCOPE_PUBLIC},
	{"::ffff:8.8.8.8", NSC_SCOPE_PUBLIC},
};

START_TEST(row_2_2_coarse)
{
	ck_assert_msg(nsc_scope_of(class_of(coarse[_i].text)) == coarse[_i].scope, "%s",
		      coarse[_i].text);
}
END_TEST

START_TEST(test_words)
{
	static const char *const words[NSC_CLASSES] = {
		"unspecified", "loopback", "private", "linklocal", "cgnat", "multicast", "broadcast",
		"documentation", "benchmark", "reserved", "public",
	};

	for (unsigned c = 0; c < NSC_CLASSES; c++)
		ck_assert_str_eq(nsc_class_text((enum nsc_class)c), words[c]);
	ck_assert_str_eq(nsc_class_text((enum nsc_class)99), "");
}
END_TEST

static unsigned
network_of(const struct nsc_networks *n, const char *text)
{
	struct nsc_addr a;

	ck_assert_int_eq(nsc_addr_parse(&a, text), 0);
	return nsc_network_find(n, &a);
}

START_TEST(test_networks)
{
	static struct nsc_networks n;

	ck_assert_uint_eq(network_of(&n, "10.0.0.1"), 0);
	ck_assert_int_eq(nsc_network_add(&n, "site", "10.0.0.0/8"), 0);
	ck_assert_int_eq(nsc_network_add(&n, "lab", "10.1.0.0/16"), 0);
	ck_assert_int_eq(nsc_network_add(&n, "site", "10.1.2.0/24"), 0);
	ck_assert_int_eq(nsc_network_add(&n, "lab", "2001:db8::/32"), 0);
	ck_assert_int_eq(nsc_network_add(&n, "rest", "0.0.0.0/0"), 0);
	ck_assert_int_eq(nsc_network_add(&n, "host", "10.1.2.3"), 0);
	ck_assert_uint_eq(n.names, 4);
	ck_assert_str_eq(n.name[0], "");
	ck_assert_str_eq(n.name[2], "lab");
	ck_assert_uint_eq(network_of(&n, "10.200.0.1"), 1);
	ck_assert_uint_eq(network_of(&n, "10.1.0.1"), 2);
	ck_assert_uint_eq(network_of(&n, "10.1.2.4"), 1);
	ck_assert_uint_eq(network_of(&n, "10.1.2.3"), 4);
	ck_assert_uint_eq(network_of(&n, "192.0.2.1"), 3);
	ck_assert_uint_eq(network_of(&n, "2001:db8:9::1"), 2);
	ck_assert_uint_eq(network_of(&n, "2001:db9::1"), 0);
	for (unsigned i = 1; i < n.count; i++)
		ck_assert_uint_ge(n.prefix[i - 1].bits, n.prefix[i].bits);
}
END_TEST

START_TEST(test_networks_refused)
{
	static struct nsc_networks n;
	char name[40], prefix[40];

	ck_assert_int_eq(nsc_network_add(&n, "a", "10.0.0.1/8"), -EINVAL);
	ck_assert_int_eq(nsc_network_add(&n, "a", "nonsense"), -EINVAL);
	ck_assert_int_eq(nsc_network_add(&n, "", "10.0.0.0/8"), -EINVAL);
	ck_assert_int_eq(nsc_network_add(&n, "a\n", "10.0.0.0/8"), -EINVAL);
	ck_assert_int_eq(nsc_network_add(&n, "123456789012345678901234567890123", "::/0"), -EINVAL);
	ck_assert_uint_eq(n.names, 0);
	ck_assert_int_eq(nsc_network_add(&n, "12345678901234567890123456789012", "::/0"), 0);
	ck_assert_int_eq(nsc_network_add(&n, "b", "::/0"), -EEXIST);
	ck_assert_uint_eq(n.names, 1);
	for (int i = 1; i < NSC_NETWORKS; i++) {
		snprintf(name, sizeof name, "n%d", i);
		snprintf(prefix, sizeof prefix, "10.0.%d.0/24", i);
		ck_assert_int_eq(nsc_network_add(&n, name, prefix), 0);
	}
	ck_assert_int_eq(nsc_network_add(&n, "one more", "10.1.0.0/24"), -ENOSPC);
	for (int i = NSC_NETWORKS; i < NSC_NETWORK_PREFIXES; i++) {
		snprintf(prefix, sizeof prefix, "10.2.%d.0/24", i);
		ck_assert_int_eq(nsc_network_add(&n, "n1", prefix), i < 256 ? 0 : -EINVAL);
	}
	ck_assert_uint_eq(n.count, NSC_NETWORK_PREFIXES);
	ck_assert_int_eq(nsc_network_add(&n, "n1", "10.3.0.0/24"), -ENOSPC);
}
END_TEST

RUN_TESTS("scope", NULL, NULL, ROWS(row_4_14_v4, sizeof v4 / sizeof *v4),
	  ROWS(row_4_14_v6, sizeof v6 / sizeof *v6),
	  ROWS(test_embedded, sizeof v4 / sizeof *v4),
	  ROWS(row_2_2_coarse, sizeof coarse / sizeof *coarse), ONCE(test_words),
	  ONCE(test_networks), ONCE(test_networks_refused))
