/* SPDX-License-Identifier: MIT */
/* The table of dissectors: names and words are tokens, each once, within the ledger's room. */
#include "dissect/table.h"
#include "ledger/ledger.h"
#include "suite.h"

static bool
is_token(const char *t)
{
	static const char octets[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
	size_t n = strlen(t);

	return n > 0 && n < NSC_TOKEN && strspn(t, octets) == n;
}

static void
check_words(const char *const *list, unsigned most)
{
	for (unsigned i = 0; list[i] != NULL; i++) {
		ck_assert_uint_lt(i, most);
		ck_assert_msg(is_token(list[i]), "%s", list[i]);
		for (unsigned j = 0; j < i; j++)
			ck_assert_str_ne(list[i], list[j]);
	}
}

START_TEST(every_dissector_says_who_it_is)
{
	for (unsigned app = 1; app < nsc_dissector_count; app++) {
		const struct nsc_dissector *d = nsc_dissectors[app];

		ck_assert_msg(is_token(d->name), "%s", d->name);
		ck_assert_int_eq(nsc_app_find(d->name), (int)app);	/* once */
		ck_assert_msg(d->title != NULL && d->spec != NULL && d->known_by != NULL, "%s", d->name);
		ck_assert_msg((d->transports != 0) != (d->ip_proto != 0), "%s", d->name);
		ck_assert_msg(d->state_size <= 1024, "%s", d->name);
		ck_assert_msg(d->errors == NULL || d->operations != NULL, "%s", d->name);
		if (d->operations != NULL) {
			ck_assert_str_eq(d->operations[0], "other");
			check_words(d->operations, NSC_OPERATIONS);
		}
		if (d->errors != NULL)
			check_words(d->errors, NSC_ERRORS);
	}
}
END_TEST

START_TEST(rows_of_the_family_db)
{
	unsigned rows = 0;

	ck_assert_int_eq(nsc_db_row(0), -1);
	ck_assert_int_eq(nsc_db_row(nsc_dissector_count), -1);
	for (unsigned app = 1; app < nsc_dissector_count; app++) {
		if (nsc_dissectors[app]->operations == NULL) {
			ck_assert_int_eq(nsc_db_row(app), -1);
			continue;
		}
		ck_assert_int_eq(nsc_db_row(app), (int)rows);
		ck_assert_str_eq(nsc_db_name(rows), nsc_app_name(app));
		ck_assert_str_eq(nsc_db_operation(rows, 0), "other");
		ck_assert_ptr_null(nsc_db_operation(rows, NSC_OPERATIONS));
		ck_assert_ptr_null(nsc_db_error(rows, NSC_ERRORS));
		rows++;
	}
	ck_assert_uint_le(rows, NSC_COUNT_DB);
	ck_assert_ptr_null(nsc_db_name(rows));
	ck_assert_ptr_null(nsc_db_operation(rows, 0));
	/* Issue 6: at least 45 protocols. */
	ck_assert_uint_ge(nsc_dissector_count - 1, 45);
}
END_TEST

RUN_SUITE("protocols", every_dissector_says_who_it_is, rows_of_the_family_db)
