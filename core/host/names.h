/* SPDX-License-Identifier: MIT */
/*
 * Owners' ids -> names.  An id stands for a pair (process name, unit) and is what facts and
 * flows carry; it leads to a row of the sets PROCESS and UNIT, in which the workers count.
 */
#ifndef NSC_HOST_NAMES_H
#define NSC_HOST_NAMES_H

#include <stdint.h>

#include "host/process.h"
#include "scope/facts.h"

enum {
	NSC_NAMES_UNKNOWN = 0,		/* id, and row in both sets */
	NSC_NAMES_OTHER = 1,		/* no room: id, and row in both sets */
	NSC_NAMES_ROWS = 256,		/* of each set */
};

struct nsc_names;
int nsc_names_new(struct nsc_names **n);	/* 0 or -ENOMEM */
void nsc_names_free(struct nsc_names *n);

/*
 * The id of that pair ("" is unknown); with NSC_NAMES_OTHER for what finds no room: a row is
 * given to another name when nobody asked for it in ten minutes, and its generation counts
 * up.  So ask again, at each look, for whatever still is.  Writes the id's rows into facts
 * (may be NULL: none) before it returns.  now: steady clock, ns.
 */
uint16_t nsc_names_id(struct nsc_names *n, const char *process, const char *unit,
		      struct nsc_facts *facts, uint64_t now);

/* Name and generation of a row; false if it never had one.  Any thread. */
bool nsc_names_process(struct nsc_names *n, unsigned row, char name[NSC_PROCESS_NAME],
		       uint32_t *generation);
bool nsc_names_unit(struct nsc_names *n, unsigned row, char name[NSC_UNIT_NAME],
		    uint32_t *generation);

#endif
