/* SPDX-License-Identifier: MIT */
/* Texts for people: nsc_error() and the rate-limited logger. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/log.h"

#define SECOND UINT64_C(1000000000)

START_TEST(test_error)
{
	char err[NSC_ERR];

	ck_assert_int_eq(nsc_error(err, -ENODEV, "interface %s: %s", "eth9", "no such device"),
			 -ENODEV);
	ck_assert_str_eq(err, "interface eth9: no such device");
	ck_assert_int_eq(nsc_error(NULL, -EINVAL, "%s", "nobody reads it"), -EINVAL);
	errno = ENOENT;
	nsc_error(err, -errno, "%s: %m", "/x");
	ck_assert_str_eq(err, "/x: No such file or directory");
}
END_TEST

START_TEST(test_error_controls)
{
	char err[NSC_ERR];

	nsc_error(err, 0, "%s", "a\nb\033[2J\x7f \xc2\x9b \xc3\xa9 \xff");
	ck_assert_str_eq(err, "a\\x0ab\\x1b[2J\\x7f \\xc2\\x9b \xc3\xa9 \xff");
}
END_TEST

/* The subject and the reason stay, whatever stands between. */
START_TEST(test_error_long)
{
	char err[NSC_ERR], path[4000], exact[NSC_ERR];

	memset(path, 'x', sizeof path);
	path[sizeof path - 1] = '\0';
	nsc_error(err, 0, "/begin/%s: no such file", path);
	ck_assert_uint_eq(strlen(err), NSC_ERR - 1);
	ck_assert(strncmp(err, "/begin/xxx", 10) == 0);
	ck_assert_str_eq(err + NSC_ERR - 1 - 14, ": no such file");
	ck_assert_ptr_nonnull(strstr(err, "x...x"));
	memset(path, '\n', 300);
	nsc_error(err, 0, "%s", path);
	ck_assert_uint_lt(strlen(err), NSC_ERR);
	memset(exact, 'y', sizeof exact);
	exact[NSC_ERR - 1] = '\0';
	nsc_error(err, 0, "%s", exact);
	ck_assert_str_eq(err, exact);
	for (int i = 0; i < 300; i++)		/* no half characters */
		memcpy(path + 2 * i, "\xc3\xa9", 2);
	path[600] = '\0';
	for (int i = 0; i < 2; i++) {
		nsc_error(err, 0, "%s%s", i ? "a" : "", path);
		for (size_t k = 0; err[k] != '\0'; k++)
			ck_assert((err[k] & 0x80) == 0 || err[k] == '\xc3' || err[k - 1] == '\xc3');
	}
}
END_TEST

struct heard {
	int lines, level;
	char last[NSC_LOG_LINE];
};

static void
hear(void *arg, int level, const char *line)
{
	struct heard *h = arg;

	h->lines++;
	h->level = level;
	strcpy(h->last, line);
}

START_TEST(test_limit)
{
	struct heard h = {.lines = 0};
	struct nsc_log l;

	nsc_log_init(&l, 3, hear, &h);
	for (int i = 0; i < 100; i++)
		nsc_log(&l, SECOND + (unsigned)i, 0, 1, "packet %d\n", i);
	ck_assert_int_eq(h.lines, 1);
	ck_assert_str_eq(h.last, "packet 0\\x0a");
	ck_assert_int_eq(h.level, 1);
	ck_assert_uint_eq(l.suppressed, 99);
}
END_TEST

START_TEST(test_limit_is_told)
{
	struct heard h = {.lines = 0};
	struct nsc_log l;

	nsc_log_init(&l, 3, hear, &h);
	for (uint64_t t = 0; t <= 10; t++)		/* 0, then 9 too early, then 10 */
		nsc_log(&l, (100 + t) * SECOND, 0, 1, "%s", "drops");
	ck_assert_int_eq(h.lines, 2);
	ck_assert_str_eq(h.last, "drops (9 more were not logged)");
	nsc_log(&l, 111 * SECOND, 0, 1, "%s", "drops");
	nsc_log_flush(&l, 119 * SECOND);
	ck_assert_int_eq(h.lines, 2);
	nsc_log_flush(&l, 121 * SECOND);
	ck_assert_int_eq(h.lines, 3);
	ck_assert_str_eq(h.last, "1 more like \"%s\" were not logged");
	nsc_log_flush(&l, 200 * SECOND);
	ck_assert_int_eq(h.lines, 3);
}
END_TEST

START_TEST(test_keys_apart)
{
	struct heard h = {.lines = 0};
	struct nsc_log l;

	nsc_log_init(&l, 1, hear, &h);
	for (int round = 0; round < 3; round++)
		for (uint64_t key = 0; key < NSC_LOG_SITES; key++)
			nsc_log(&l, SECOND, key, 0, "interface %u: lost", (unsigned)key);
	ck_assert_int_eq(h.lines, NSC_LOG_SITES);
	nsc_log(&l, SECOND, 0, 2, "not so urgent");
	ck_assert_int_eq(h.lines, NSC_LOG_SITES);
	/* One more takes a row, and what that one held back is told. */
	nsc_log(&l, 2 * SECOND, 1000, 0, "interface %u: lost", 1000U);
	ck_assert_int_eq(h.lines, NSC_LOG_SITES + 2);
	ck_assert_str_eq(h.last, "interface 1000: lost");
}
END_TEST

START_TEST(test_clock_back_and_silence)
{
	struct heard h = {.lines = 0};
	struct nsc_log l;

	nsc_log_init(&l, 3, hear, &h);
	nsc_log(&l, 1000 * SECOND, 0, 1, "%s", "x");
	nsc_log(&l, 5 * SECOND, 0, 1, "%s", "x");
	ck_assert_int_eq(h.lines, 2);
	nsc_log_init(&l, 3, NULL, NULL);
	nsc_log(&l, 5 * SECOND, 0, 1, "%s", "x");
	nsc_log_flush(&l, 500 * SECOND);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("log");
	TCase *t = tcase_create("log");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_test(t, test_error);
	tcase_add_test(t, test_error_controls);
	tcase_add_test(t, test_error_long);
	tcase_add_test(t, test_limit);
	tcase_add_test(t, test_limit_is_told);
	tcase_add_test(t, test_keys_apart);
	tcase_add_test(t, test_clock_back_and_silence);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
