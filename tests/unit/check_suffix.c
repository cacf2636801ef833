/* SPDX-License-Identifier: MIT */
/*
 * Registered domains: what publicsuffix.org's own test vectors say of registries' suffixes
 * (test_psl.txt), and names as the wire has them.
 */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/suffix.h"
#include "ledger/ledger.h"

static struct nsc_suffixes *list;

static void
expect(const char *name, const char *want)
{
	char domain[NSC_DOMAIN] = "";
	size_t n = nsc_registered(list, name, strlen(name), domain);

	ck_assert_msg(n == strlen(want) && (n == 0 || strcmp(domain, want) == 0),
		      "%s: %.*s, not \"%s\"", name, (int)n, domain, want);
}

static void
setup(void)
{
	char err[NSC_ERR];
	int rc = nsc_suffixes_open(&list, err);

	if (rc == -ENOTSUP)
		return;			/* built without, or not installed: see the first test */
	ck_assert_msg(rc == 0, "%s", err);
}

static void
teardown(void)
{
	nsc_suffixes_close(list);
	list = NULL;
}

START_TEST(without_the_library_it_says_so)
{
	char err[NSC_ERR] = "";
	struct nsc_suffixes *s = NULL;
	int rc = nsc_suffixes_open(&s, err);

	ck_assert(rc == 0 || (rc == -ENOTSUP && s == NULL));
	ck_assert(rc == 0 || strncmp(err, "Names: ", 7) == 0);
	nsc_suffixes_close(s);
}
END_TEST

START_TEST(suffixes_of_one_label)
{
	expect("example.com", "example.com");
	expect("b.example.com", "example.com");
	expect("a.b.example.com", "example.com");
	expect("com", "");
	/* A top-level domain that nobody lists: the rule "*". */
	expect("example.example", "example.example");
	expect("a.b.example.example", "example.example");
	expect("example", "");
}
END_TEST

START_TEST(suffixes_of_more_labels)
{
	expect("co.uk", "");
	expect("example.co.uk", "example.co.uk");
	expect("www.example.co.uk", "example.co.uk");
	expect("c.kobe.jp", "");
	expect("b.c.kobe.jp", "b.c.kobe.jp");
	expect("a.b.c.kobe.jp", "b.c.kobe.jp");
	expect("city.kobe.jp", "city.kobe.jp");
	expect("www.city.kobe.jp", "city.kobe.jp");
	expect("k12.ak.us", "");
	expect("www.test.k12.ak.us", "test.k12.ak.us");
}
END_TEST

START_TEST(wildcards_and_exceptions)
{
	expect("ck", "");
	expect("test.ck", "");
	expect("b.test.ck", "b.test.ck");
	expect("a.b.test.ck", "b.test.ck");
	expect("www.ck", "www.ck");
	expect("www.www.ck", "www.ck");
}
END_TEST

START_TEST(punycode)
{
	expect("xn--85x722f.com.cn", "xn--85x722f.com.cn");
	expect("www.xn--85x722f.xn--55qx5d.cn", "xn--85x722f.xn--55qx5d.cn");
	expect("shishi.xn--fiqs8s", "shishi.xn--fiqs8s");
	expect("www.xn--85x722f.xn--fiqs8s", "xn--85x722f.xn--fiqs8s");
	expect("xn--55qx5d.cn", "");
}
END_TEST

START_TEST(case_and_the_root)
{
	expect("WwW.eXample.COM", "example.com");
	expect("www.example.com.", "example.com");
	expect("WWW.CK.", "www.ck");
	expect("example.com..", "");
	expect(".", "");
	expect("", "");
	expect(".example.com", "");
	expect("a..example.com", "");
}
END_TEST

/* Customers of one host are not told apart: alice.github.io is a person. */
START_TEST(private_suffixes_do_not_count)
{
	expect("alice.github.io", "github.io");
	expect("d111111abcdef8.cloudfront.net", "cloudfront.net");
	expect("alice.blogspot.com", "blogspot.com");
	expect("bucket.s3.dualstack.eu-west-1.amazonaws.com", "amazonaws.com");
}
END_TEST

START_TEST(addresses_have_none)
{
	expect("192.0.2.1", "");
	expect("192.0.2.1.", "");
	expect("2001:db8::1", "");
	expect("[2001:db8::1]", "");
	expect("0x7f.1", "");
	expect("4.3.2.192.in-addr.arpa", "in-addr.arpa");
	expect("b.a.9.8.7.6.5.0.ip6.arpa.", "ip6.arpa");
	expect("in-addr.arpa", "in-addr.arpa");
	expect("xin-addr.arpa", "xin-addr.arpa");
}
END_TEST

START_TEST(what_is_no_name_of_a_host)
{
	char name[300];

	expect("localhost", "");
	expect("printer", "");
	expect("a b.example.com", "");
	expect("caf\xc3\xa9.example.com", "");
	expect("x\\046y.example.com", "");
	expect("www.example.com:443", "");
	expect("_dmarc.example.com", "example.com");
	/* A label of 63 octets is one, of 64 none. */
	memset(name, 'a', sizeof name);
	strcpy(name + 63, ".com");
	expect(name, name);
	memset(name, 'a', sizeof name);
	strcpy(name + 64, ".com");
	expect(name, "");
	/* 253 octets are a name, 254 none. */
	for (unsigned i = 0; i < sizeof name - 1; i++)
		name[i] = i % 2 != 0 ? '.' : 'a';
	strcpy(name + 250, "net");
	name[249] = '.';
	expect(name, "a.net");
	for (unsigned i = 0; i < sizeof name - 1; i++)
		name[i] = i % 2 != 0 ? '.' : 'a';
	strcpy(name + 250, "info");
	name[249] = '.';
	expect(name, "");
}
END_TEST

/* What metrics show of it is a token, however long it is. */
START_TEST(a_domain_is_a_token)
{
	static const char name[] = "www.this-is-a-very-long-name-that-somebody-registered.co.uk";
	char domain[NSC_DOMAIN], token[NSC_TOKEN];
	size_t n = nsc_registered(list, name, strlen(name), domain);

	ck_assert_uint_eq(n, strlen(name) - 4);
	nsc_token(token, domain, n);
	ck_assert_str_eq(token, "this_is_a_very_long_name_that_so");
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("suffix");
	TCase *t = tcase_create("suffix"), *plain = tcase_create("library");
	SRunner *r = srunner_create(s);
	char err[NSC_ERR];
	struct nsc_suffixes *found = NULL;
	int failed;

	tcase_add_test(plain, without_the_library_it_says_so);
	suite_add_tcase(s, plain);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, suffixes_of_one_label);
	tcase_add_test(t, suffixes_of_more_labels);
	tcase_add_test(t, wildcards_and_exceptions);
	tcase_add_test(t, punycode);
	tcase_add_test(t, case_and_the_root);
	tcase_add_test(t, private_suffixes_do_not_count);
	tcase_add_test(t, addresses_have_none);
	tcase_add_test(t, what_is_no_name_of_a_host);
	tcase_add_test(t, a_domain_is_a_token);
	if (nsc_suffixes_open(&found, err) == 0)
		suite_add_tcase(s, t);
	nsc_suffixes_close(found);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
