/* SPDX-License-Identifier: MIT */
/* What stands for names and addresses: equal for equal ones, of the same scope, and with another key another. */
#include <stdio.h>
#include <string.h>

#include "engine/mask.h"
#include "scope/scope.h"
#include "suite.h"

static struct nsc_addr
addr(const char *text)
{
	struct nsc_addr a;

	ck_assert_int_eq(nsc_addr_parse(&a, text), 0);
	return a;
}

static struct nsc_mask
begin(bool on)
{
	struct nsc_mask m;

	ck_assert_int_eq(nsc_mask_begin(&m, on), 0);
	return m;
}

START_TEST(row_4_17_addresses_keep_their_scope)
{
	static const char *const text[] = {
		"10.1.2.3", "192.168.0.1", "172.16.0.1", "100.64.0.1", "fd12:3456::1", "169.254.1.1",
		"fe80::1", "8.8.8.8", "2606:4700::1111", "192.0.2.1", "198.18.0.1", "240.0.0.1",
	};
	struct nsc_mask m = begin(true), other = begin(true);

	for (unsigned i = 0; i < sizeof text / sizeof *text; i++) {
		struct nsc_addr a = addr(text[i]), to = nsc_mask_addr(&m, &a);
		struct nsc_addr again = nsc_mask_addr(&m, &a), foreign = nsc_mask_addr(&other, &a);

		ck_assert(!nsc_addr_equal(&a, &to));
		ck_assert(nsc_addr_equal(&to, &again));
		ck_assert_msg(!nsc_addr_equal(&to, &foreign), "%s: the key is not new", text[i]);
		ck_assert_int_eq(nsc_scope_of(nsc_class(&a)), nsc_scope_of(nsc_class(&to)));
		for (unsigned n = 0; n < i; n++) {
			struct nsc_addr b = addr(text[n]);

			b = nsc_mask_addr(&m, &b);
			ck_assert(!nsc_addr_equal(&b, &to));
		}
	}
}
END_TEST

START_TEST(row_4_17_addresses_of_nobody_stay)
{
	static const char *const text[] = {"127.0.0.1", "::1", "0.0.0.0", "::", "224.0.0.251", "ff02::fb",
					   "255.255.255.255"};
	struct nsc_mask m = begin(true);

	for (unsigned i = 0; i < sizeof text / sizeof *text; i++) {
		struct nsc_addr a = addr(text[i]), to = nsc_mask_addr(&m, &a);

		ck_assert_msg(nsc_addr_equal(&a, &to), "%s", text[i]);
	}
}
END_TEST

static const char *
name(const struct nsc_mask *m, const char *text, char token[NSC_MASK_TEXT + 1])
{
	struct nsc_text t = {text, (uint32_t)strlen(text)}, to;
	char own[NSC_MASK_TEXT];

	to = nsc_mask_host(m, &t, own);
	ck_assert_uint_lt(to.len, NSC_MASK_TEXT);
	snprintf(token, NSC_MASK_TEXT + 1, "%.*s", (int)to.len, to.p);
	return token;
}

START_TEST(row_4_17_names_without_case_and_root)
{
	struct nsc_mask m = begin(true), other = begin(true);
	char a[NSC_MASK_TEXT + 1], b[NSC_MASK_TEXT + 1];

	ck_assert_int_eq(strncmp(name(&m, "www.example.org", a), "name-", 5), 0);
	ck_assert_uint_eq(strlen(a), 17);
	ck_assert_str_eq(a, name(&m, "WWW.Example.ORG.", b));
	ck_assert_str_ne(a, name(&m, "example.org", b));
	ck_assert_str_ne(a, name(&other, "www.example.org", b));
	ck_assert_str_eq(name(&m, "", b), "");
}
END_TEST

/* "host:port" keeps its port; an address is masked as it is elsewhere. */
START_TEST(row_4_17_hosts_with_ports)
{
	struct nsc_mask m = begin(true);
	struct nsc_addr four = addr("8.8.8.8"), six = addr("2606:4700::1111");
	char a[NSC_MASK_TEXT + 1], b[NSC_MASK_TEXT + 1], text[NSC_ADDR_TEXT], want[80];

	snprintf(want, sizeof want, "%s:8080", name(&m, "www.example.org", a));
	ck_assert_str_eq(name(&m, "www.example.org:8080", b), want);
	four = nsc_mask_addr(&m, &four);
	six = nsc_mask_addr(&m, &six);
	ck_assert_str_eq(name(&m, "8.8.8.8", b), nsc_addr_text(&four, text));
	snprintf(want, sizeof want, "[%s]:53", nsc_addr_text(&four, text));
	ck_assert_str_eq(name(&m, "8.8.8.8:53", b), want);
	ck_assert_str_eq(name(&m, "2606:4700::1111", b), nsc_addr_text(&six, text));
	snprintf(want, sizeof want, "[%s]:443", nsc_addr_text(&six, text));
	ck_assert_str_eq(name(&m, "[2606:4700::1111]:443", b), want);
	/* What only looks like a port is a part of the name. */
	ck_assert_ptr_null(strstr(name(&m, "secret:123456789012", b), "1234"));
	ck_assert_ptr_null(strstr(name(&m, "[secret", b), "secret"));
}
END_TEST

START_TEST(row_4_17_octets_of_any_kind)
{
	struct nsc_mask m = begin(true);
	char text[600], token[NSC_MASK_TEXT + 1];

	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	ck_assert_uint_eq(strlen(name(&m, text, token)), 17);
	ck_assert_uint_eq(strlen(name(&m, "\xff\xfe\x80", token)), 17);
	ck_assert_uint_eq(strlen(name(&m, ".", token)), 17);
	ck_assert_uint_eq(strlen(name(&m, ":", token)), 17);
}
END_TEST

START_TEST(off_nothing_is_hidden)
{
	struct nsc_mask m = begin(false);
	struct nsc_addr a = addr("8.8.8.8"), b = nsc_mask_addr(&m, &a);
	uint8_t mac[6] = {0, 1, 2, 3, 4, 5};
	char token[NSC_MASK_TEXT + 1];

	ck_assert(nsc_addr_equal(&a, &b));
	b = nsc_mask_addr(NULL, &a);
	ck_assert(nsc_addr_equal(&a, &b));
	ck_assert_str_eq(name(&m, "www.example.org:80", token), "www.example.org:80");
	ck_assert_str_eq(name(NULL, "www.example.org", token), "www.example.org");
	nsc_mask_mac(&m, mac);
	ck_assert_int_eq(mac[5], 5);
}
END_TEST

START_TEST(row_4_17_macs)
{
	struct nsc_mask m = begin(true);
	uint8_t mac[6] = {0, 1, 2, 3, 4, 5}, again[6] = {0, 1, 2, 3, 4, 5};
	uint8_t all[6] = {255, 255, 255, 255, 255, 255};

	nsc_mask_mac(&m, mac);
	nsc_mask_mac(&m, again);
	ck_assert_int_eq(memcmp(mac, again, 6), 0);
	ck_assert_int_eq(mac[0] & 3, 2);	/* one station's, of no vendor (IEEE 802, 8.2) */
	nsc_mask_mac(&m, all);
	ck_assert_int_eq(all[3], 255);
}
END_TEST

RUN_SUITE("mask", row_4_17_addresses_keep_their_scope, row_4_17_addresses_of_nobody_stay,
	  row_4_17_names_without_case_and_root, row_4_17_hosts_with_ports,
	  row_4_17_octets_of_any_kind, off_nothing_is_hidden, row_4_17_macs)
