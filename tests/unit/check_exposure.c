/* SPDX-License-Identifier: MIT */
/* features.md, algorithm 3a: the table of five verdicts by five ways to bind (row 0.7). */
#include <check.h>
#include <stdlib.h>

#include "scope/exposure.h"
#include "suite.h"

static const struct {
	enum nsc_bind bind;
	bool loopback;
	enum nsc_exposure by[NSC_FW_VERDICTS];	/* allow, drop, reject, no_match, unknown */
} table[] = {
#define L NSC_EXPOSURE_LOCAL_ONLY
#define N NSC_EXPOSURE_LAN_ONLY
#define E NSC_EXPOSURE_EXPOSED
#define U NSC_EXPOSURE_UNKNOWN
	{NSC_BIND_LOOPBACK, true, {L, L, L, L, L}},
	{NSC_BIND_ADDRESS, true, {L, L, L, L, L}},
	{NSC_BIND_ADDRESS, false, {E, N, N, U, U}},
	{NSC_BIND_INTERFACE, false, {E, N, N, U, U}},
	{NSC_BIND_ANY, false, {E, N, N, U, U}},
	{NSC_BIND_INTERFACE, true, {L, L, L, L, L}},	/* SO_BINDTODEVICE lo (row 0.4) */
};

START_TEST(row_0_7_every_cell)
{
	for (unsigned v = 0; v < NSC_FW_VERDICTS; v++)
		ck_assert_int_eq(nsc_exposure(table[_i].bind, table[_i].loopback, v),
				 table[_i].by[v]);
}
END_TEST

START_TEST(row_0_3_loopback_is_local_under_every_verdict)
{
	for (unsigned v = 0; v <= NSC_FW_VERDICTS; v++) {
		ck_assert_int_eq(nsc_exposure(NSC_BIND_LOOPBACK, true, v), L);
		ck_assert_int_eq(nsc_exposure(NSC_BIND_ADDRESS, true, v), L);
		ck_assert_int_eq(nsc_exposure(NSC_BIND_INTERFACE, true, v), L);
	}
}
END_TEST

START_TEST(row_0_7_a_word_beyond_the_table_is_unknown)
{
	ck_assert_int_eq(nsc_exposure(NSC_BIND_ANY, false, NSC_FW_VERDICTS), U);
	ck_assert_str_eq(nsc_exposure_text(NSC_EXPOSURES), "unknown");
	ck_assert_str_eq(nsc_fw_verdict_text(NSC_FW_VERDICTS), "unknown");
}
END_TEST

START_TEST(a_listener_of_two_families_is_as_exposed_as_the_worse)
{
	ck_assert_int_eq(nsc_exposure_more(N, E), E);
	ck_assert_int_eq(nsc_exposure_more(U, E), E);
	ck_assert_int_eq(nsc_exposure_more(U, N), U);
	ck_assert_int_eq(nsc_exposure_more(L, N), N);
	ck_assert_int_eq(nsc_fw_verdict_more(NSC_FW_DROP, NSC_FW_ALLOW), NSC_FW_ALLOW);
	ck_assert_int_eq(nsc_fw_verdict_more(NSC_FW_UNKNOWN, NSC_FW_DROP),
			 NSC_FW_UNKNOWN);
	ck_assert_int_eq(nsc_fw_verdict_more(NSC_FW_UNKNOWN, NSC_FW_ALLOW),
			 NSC_FW_ALLOW);
}
END_TEST

RUN_TESTS("exposure", NULL, NULL, ROWS(row_0_7_every_cell, sizeof table / sizeof table[0]),
	  ONCE(row_0_3_loopback_is_local_under_every_verdict),
	  ONCE(row_0_7_a_word_beyond_the_table_is_unknown),
	  ONCE(a_listener_of_two_families_is_as_exposed_as_the_worse))
