/* SPDX-License-Identifier: MIT */
/*
 * What packets bring to the pairs of the ledger, summed by the ways in which they
 * count: two additions a packet and row.  It is parted into rx and tx when the
 * cells are published.
 */
#ifndef NSC_ENGINE_WAYS_H
#define NSC_ENGINE_WAYS_H

#include "ledger/ledger.h"

/* Of one packet; a local one counts in both, one without an end here in none. */
enum {
	NSC_WAY_RX = 1,
	NSC_WAY_TX = 2,
	NSC_WAYS = 4
};

struct nsc_way_sums {
	struct {
		uint64_t octets, packets;
	} way[NSC_WAYS];
};

struct nsc_ways {
	struct nsc_way_sums interface[NSC_COUNT_IFACE];
	struct nsc_way_sums scope[NSC_COUNT_SCOPE_FORWARDED];
	struct nsc_way_sums network[NSC_COUNT_NETWORK];
	struct nsc_way_sums app[NSC_COUNT_APP];		/* octets alone leave */
};

static inline void
nsc_ways_add(struct nsc_way_sums *s, unsigned way, uint64_t octets, uint64_t packets)
{
	s->way[way].octets += octets;
	s->way[way].packets += packets;
}

/* Adds the octets of a sum to a pair rx, tx. */
void nsc_ways_part(uint64_t pair[2], const struct nsc_way_sums *s);

/* Adds all to the cells, and begins anew. */
void nsc_ways_settle(struct nsc_ways *ways, struct nsc_cells *cells);

#endif
