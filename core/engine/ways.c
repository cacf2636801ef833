/* SPDX-License-Identifier: MIT */
/* From sums by way to the ledger's pairs. */
#include "engine/ways.h"

#include <string.h>

static void
part(uint64_t pair[2], uint64_t rx, uint64_t tx, uint64_t both)
{
	pair[0] += rx + both;
	pair[1] += tx + both;
}

void
nsc_ways_part(uint64_t pair[2], const struct nsc_way_sums *s)
{
	part(pair, s->way[NSC_WAY_RX].octets, s->way[NSC_WAY_TX].octets,
	     s->way[NSC_WAY_RX | NSC_WAY_TX].octets);
}

static void
part_packets(uint64_t pair[2], const struct nsc_way_sums *s)
{
	part(pair, s->way[NSC_WAY_RX].packets, s->way[NSC_WAY_TX].packets,
	     s->way[NSC_WAY_RX | NSC_WAY_TX].packets);
}

void
nsc_ways_settle(struct nsc_ways *ways, struct nsc_cells *cells)
{
	uint64_t *c = cells->cell;

	for (unsigned i = 0; i < NSC_COUNT_IFACE; i++) {
		nsc_ways_part(&c[NSC_CELL(INTERFACE_OCTETS, i, 0)], &ways->interface[i]);
		part_packets(&c[NSC_CELL(INTERFACE_PACKETS, i, 0)], &ways->interface[i]);
	}
	for (unsigned i = 0; i < NSC_COUNT_SCOPE_FORWARDED; i++) {
		nsc_ways_part(&c[NSC_CELL(SCOPE_OCTETS, i, 0)], &ways->scope[i]);
		part_packets(&c[NSC_CELL(SCOPE_PACKETS, i, 0)], &ways->scope[i]);
	}
	for (unsigned i = 0; i < NSC_COUNT_NETWORK; i++) {
		nsc_ways_part(&c[NSC_CELL(NETWORK_OCTETS, i, 0)], &ways->network[i]);
		part_packets(&c[NSC_CELL(NETWORK_PACKETS, i, 0)], &ways->network[i]);
	}
	for (unsigned i = 0; i < NSC_COUNT_APP; i++)
		nsc_ways_part(&c[NSC_CELL(APP_OCTETS, i, 0)], &ways->app[i]);
	memset(ways, 0, sizeof *ways);
}
