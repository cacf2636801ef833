/* SPDX-License-Identifier: MIT */
/* What the host's inventory found, as cells. */
#ifndef NSC_ENGINE_CENSUS_H
#define NSC_ENGINE_CENSUS_H

#include "engine/services.h"
#include "host/inventory.h"

/* Listeners of the last look: by exposure, and by service; rows are made of the same. */
void nsc_census_listeners(const struct nsc_listeners *l, const struct nsc_listen_rows *rows,
			  struct nsc_services *s, uint64_t now, struct nsc_cells *cells);

/* Connections by state, direction and scope, after a whole look. */
void nsc_census_connections(struct nsc_inventory *i, struct nsc_cells *cells);

/* The kernel's counters that are told: nstat(8)'s name of the nth, NULL behind the last. */
const char *nsc_census_counter(unsigned n);

/* Sources, errors, losses, and the kernel's counters. */
void nsc_census_sources(struct nsc_inventory *i, struct nsc_cells *cells);

#endif
