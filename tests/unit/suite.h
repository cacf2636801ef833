/* SPDX-License-Identifier: MIT */
/*
 * The main function of a check_*.c, at its end: RUN_SUITE("name", test, test...), or, with what
 * stands around each test (NULL: nothing) and with tests of a table's rows,
 * RUN_TESTS("name", set_up, tear_down, ONCE(test), ROWS(test, rows)...).
 */
#ifndef NSC_TESTS_SUITE_H
#define NSC_TESTS_SUITE_H

#include <check.h>

enum { SUITE_SECONDS = 120 };	/* that a test may take */

struct suite_test {
	const TTest *test;
	int rows;		/* it is run for each of 0 to rows - 1; 0: once */
};

#define ONCE(test) {test, 0}
#define ROWS(test, rows) {test, (int)(rows)}

static inline int
run_tests(const char *name, void (*set_up)(void), void (*tear_down)(void), const struct suite_test *tests,
	  size_t n)
{
	Suite *s = suite_create(name);
	TCase *c = tcase_create(name);
	SRunner *r = srunner_create(s);
	int failed;

	tcase_set_timeout(c, SUITE_SECONDS);
	if (set_up != NULL || tear_down != NULL)
		tcase_add_checked_fixture(c, set_up, tear_down);
	for (size_t i = 0; i < n; i++)
		tcase_add_loop_test(c, tests[i].test, 0, tests[i].rows > 0 ? tests[i].rows : 1);
	suite_add_tcase(s, c);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}

static inline int
run_suite(const char *name, const TTest *const *tests, size_t n)
{
	struct suite_test all[128];

	for (size_t i = 0; i < n; i++)
		all[i] = (struct suite_test)ONCE(tests[i]);
	return run_tests(name, NULL, NULL, all, n);
}

#define RUN_SUITE(name, ...)                                                                       \
	int main(void)                                                                             \
	{                                                                                          \
		const TTest *const tests[] = {__VA_ARGS__};                                        \
                                                                                                   \
		_Static_assert(sizeof tests / sizeof tests[0] <= 128, "as many as run_suite takes"); \
		return run_suite(name, tests, sizeof tests / sizeof tests[0]);                     \
	}

#define RUN_TESTS(name, set_up, tear_down, ...)                                                    \
	int main(void)                                                                             \
	{                                                                                          \
		const struct suite_test tests[] = {__VA_ARGS__};                                   \
                                                                                                   \
		return run_tests(name, set_up, tear_down, tests, sizeof tests / sizeof tests[0]);  \
	}

#endif
