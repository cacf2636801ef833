/* SPDX-License-Identifier: MIT */
/*
 * Connections and listeners of the inventory as single rows, for one who looks at them now
 * and then (nsc_rows).  He gets the connections of the first whole look after he was last
 * told, with what went through each since then; listeners are those of the last look.
 * Belongs to the lookout, under its lock.
 */
#ifndef NSC_ENGINE_SIGHT_H
#define NSC_ENGINE_SIGHT_H

#include "host/inventory.h"
#include "nsc.h"

enum { NSC_SIGHT_CONNECTIONS = 16384 };	/* told at a time; more are left out */

struct nsc_sight;

/* A client of the inventory's connections, if these are wanted; now as below.  0, -ENOMEM or -ENOSPC. */
int nsc_sight_new(struct nsc_sight **s, struct nsc_inventory *i, bool connections, uint64_t now);
void nsc_sight_free(struct nsc_sight *s, struct nsc_inventory *i);	/* NULL is fine */

/* After a look.  now: its clock, ns. */
void nsc_sight_look(struct nsc_sight *s, struct nsc_inventory *i, bool whole, uint64_t now);

/* Tells what has come since it was last told, and asks for the connections of the next look. */
void nsc_sight_tell(struct nsc_sight *s, const struct nsc_rows_tell *to);

#endif
