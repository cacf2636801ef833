/* SPDX-License-Identifier: MIT */
/*
 * What the firewall permits beside what strangers do, as one reader counts it: exposed ports
 * that nobody has used since it began, and ports where packets contradict the verdict.
 */
#ifndef NSC_ENGINE_PERMITTED_H
#define NSC_ENGINE_PERMITTED_H

#include "engine/ledgers.h"

struct nsc_permitted_row {
	uint32_t generation;		/* of the service's row: another port, another story */
	uint16_t turn;			/* another verdict begins anew */
	bool used, unexpected;
};

struct nsc_permitted {
	struct nsc_permitted_row row[NSC_COUNT_SERVICE];
	struct nsc_service_state state[NSC_COUNT_SERVICE];
};

/* Takes the increments of a read in and puts the two levels into its cells. */
void nsc_permitted_read(struct nsc_permitted *p, struct nsc_ledgers *l, struct nsc_cells *now);

#endif
