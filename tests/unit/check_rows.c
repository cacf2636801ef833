/* SPDX-License-Identifier: MIT */
/* Rows of interfaces: a name keeps its row; a row changes its name only when it must. */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "host/rows.h"
#include "suite.h"

static struct nsc_interface_rows rows;

#define SECOND 1000000000ull

static void
clear(void)
{
	memset(&rows, 0, sizeof rows);
}

START_TEST(returning_name_gets_its_row)
{
	int a = nsc_rows_take(&rows, "eth0", 2, 1), b = nsc_rows_take(&rows, "lo", 1, 2);

	ck_assert_int_eq(a, NSC_ROWS_FIRST);
	ck_assert_int_ne(a, b);
	nsc_rows_leave(&rows, (unsigned)a, 3);
	ck_assert_int_ne(nsc_rows_take(&rows, "eth1", 3, 4), a);
	ck_assert_int_eq(nsc_rows_take(&rows, "eth0", 9, 5), a);
	ck_assert_uint_eq(rows.row[a].generation, 1);
}
END_TEST

START_TEST(two_interfaces_of_one_name)
{
	int a = nsc_rows_take(&rows, "eth0", 2, 1);

	ck_assert_int_eq(nsc_rows_take(&rows, "eth0", 3, 1), -EBUSY);
	ck_assert_int_eq(nsc_rows_take(&rows, "eth0", 2, 1), a);
}
END_TEST

START_TEST(the_longest_unused_is_used_again_and_not_too_soon)
{
	char name[NSC_NAME];
	int row = 0;

	for (unsigned n = NSC_ROWS_FIRST; n < NSC_FACT_INTERFACES; n++) {
		snprintf(name, sizeof name, "veth%u", n);
		ck_assert_int_eq(nsc_rows_take(&rows, name, n, 1), (int)n);
	}
	ck_assert_int_eq(nsc_rows_take(&rows, "new", 99, 2), -ENOSPC);
	nsc_rows_leave(&rows, 7, 10 * SECOND);
	nsc_rows_leave(&rows, 9, 5 * SECOND);
	ck_assert_int_eq(nsc_rows_take(&rows, "new", 99, 20 * SECOND), -ENOSPC);
	row = nsc_rows_take(&rows, "new", 99, (5 + NSC_ROWS_REST) * SECOND);
	ck_assert_int_eq(row, 9);
	ck_assert_uint_eq(rows.row[row].generation, 2);
	ck_assert_int_eq(nsc_rows_take(&rows, "veth7", 7, 700 * SECOND), 7);
}
END_TEST

RUN_TESTS("rows", clear, clear, ONCE(returning_name_gets_its_row),
	  ONCE(two_interfaces_of_one_name),
	  ONCE(the_longest_unused_is_used_again_and_not_too_soon))
