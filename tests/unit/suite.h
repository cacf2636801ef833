/* SPDX-License-Identifier: MIT */
/* The main function of a check_*.c: RUN_SUITE("name", test, test...) at its end. */
#ifndef NSC_TESTS_SUITE_H
#define NSC_TESTS_SUITE_H

#include <check.h>

static inline int
run_suite(const char *name, const TTest *const *tests, size_t n)
{
	Suite *s = suite_create(name);
	TCase *c = tcase_create(name);
	SRunner *r = srunner_create(s);
	int failed;

	tcase_set_timeout(c, 60);
	for (size_t i = 0; i < n; i++)
		tcase_add_test(c, tests[i]);
	suite_add_tcase(s, c);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}

#define RUN_SUITE(name, ...)                                                                       \
	int main(void)                                                                             \
	{                                                                                          \
		const TTest *const tests[] = {__VA_ARGS__};                                        \
                                                                                                   \
		return run_suite(name, tests, sizeof tests / sizeof tests[0]);                     \
	}

#endif
