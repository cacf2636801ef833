/* SPDX-License-Identifier: MIT */
/* The host's own addresses as a worker asks for them: once or twice a packet, so hashed. */
#ifndef NSC_ENGINE_LOCALS_H
#define NSC_ENGINE_LOCALS_H

#include "scope/facts.h"

enum { NSC_LOCALS_SLOTS = 4096 };	/* four times NSC_FACT_ADDRESSES: short probes */

struct nsc_locals {
	bool known;			/* some address is known: direction can be told */
	bool prefixes;			/* there are prefixes beside the addresses */
	struct nsc_facts_view view;	/* the facts that this was made of */
	uint64_t seen;			/* their generation */
	uint16_t slot[NSC_LOCALS_SLOTS];	/* index in view.address + 1 */
};

/* Takes newer facts over if there are any; true if it did. */
bool nsc_locals_refresh(struct nsc_locals *l, const struct nsc_facts *facts);

bool nsc_locals_has(const struct nsc_locals *l, const struct nsc_addr *a);

/* True if a frame to this MAC is for a stacked device of this namespace. */
bool nsc_locals_mac(const struct nsc_locals *l, const uint8_t mac[6]);

#endif
