/* SPDX-License-Identifier: MIT */
/* All dissectors.  The index is the app of a flow, 0 is `unknown`. */
#ifndef NSC_DISSECT_TABLE_H
#define NSC_DISSECT_TABLE_H

#include "dissect/dissector.h"

enum { NSC_APPS = 96 };			/* room in the ledger; more never changes its shape */

extern const struct nsc_dissector *const nsc_dissectors[];	/* [0] is NULL: unknown */
extern const unsigned nsc_dissector_count;			/* entries, with [0] */

/* "unknown" for 0 and for what is out of range. */
const char *nsc_app_name(unsigned app);

/* Index by name, or -1. */
int nsc_app_find(const char *name);

/*
 * Rows of the family db: the dissectors that tell of operations, in the table's order.  -1 if
 * the app is none of them; NULL beyond the last row, operation or error.
 */
int nsc_db_row(unsigned app);
const char *nsc_db_name(unsigned row);
const char *nsc_db_operation(unsigned row, unsigned n);
const char *nsc_db_error(unsigned row, unsigned n);

#endif
