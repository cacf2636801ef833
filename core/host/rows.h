/* SPDX-License-Identifier: MIT */
/*
 * Which row of the set IFACE an interface's counters stand in.  A name that
 * comes back gets its row back; a row changes its name only when all are taken,
 * and then the one that was out of use for longest.
 */
#ifndef NSC_HOST_ROWS_H
#define NSC_HOST_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include "host/interfaces.h"
#include "scope/facts.h"

enum {
	NSC_ROWS_FIRST = 1,		/* row 0 is that of files */
	NSC_ROWS_REST = 600,		/* seconds out of use before a row is renamed */
};

struct nsc_interface_row {
	char name[NSC_NAME];		/* "": never used */
	uint32_t ifindex;		/* 0: not in use */
	uint32_t generation;		/* counts its names */
	uint64_t left;			/* ns: when it went out of use */
};

struct nsc_interface_rows {
	struct nsc_interface_row row[NSC_FACT_INTERFACES];
};

/*
 * The row of an interface that is captured from now on, put in use: 1 to 63, or
 * -ENOSPC if all rows are in use or rest, -EBUSY while another interface of that
 * name is captured.  now in ns of a clock that never
 * goes back.
 */
int nsc_rows_take(struct nsc_interface_rows *r, const char *name, uint32_t ifindex,
		  uint64_t now);

/* The interface is not captured any more: its row keeps the name. */
void nsc_rows_leave(struct nsc_interface_rows *r, unsigned row, uint64_t now);

#endif
