/* SPDX-License-Identifier: MIT */
/*
 * The open sets of one reader: which row of the ledger belongs to which name,
 * and which names are told.  Rows that are not told go on in `other`.
 */
#ifndef NSC_ENGINE_GROUPS_H
#define NSC_ENGINE_GROUPS_H

#include "engine/ledgers.h"
#include "engine/rank.h"

enum {
	/* Names of interfaces come and go (veth): remembered so long as they are among these. */
	NSC_GROUP_IFACE = 2 * NSC_COUNT_IFACE,
	NSC_GROUP_NETWORK = NSC_COUNT_NETWORK,
	NSC_GROUP_APP = NSC_COUNT_APP,
	/* And so do those of processes, units, domains and services. */
	NSC_GROUP_PROCESS = 2 * NSC_COUNT_PROCESS,
	NSC_GROUP_UNIT = 2 * NSC_COUNT_UNIT,
	NSC_GROUP_DOMAIN = 2 * NSC_COUNT_DOMAIN,
	NSC_GROUP_SERVICE = 2 * NSC_COUNT_SERVICE,
	NSC_GROUP_NAMES = NSC_GROUP_IFACE + NSC_GROUP_NETWORK + NSC_GROUP_APP + NSC_GROUP_PROCESS +
			  NSC_GROUP_UNIT + NSC_GROUP_DOMAIN + NSC_GROUP_SERVICE,
	NSC_GROUP_ROWS = NSC_COUNT_IFACE + NSC_COUNT_NETWORK + NSC_COUNT_APP + NSC_COUNT_PROCESS +
			 NSC_COUNT_UNIT + NSC_COUNT_DOMAIN + NSC_COUNT_SERVICE,
	NSC_GROUP_SETS = 7,
	NSC_GROUP_NONE = -1,		/* a row without a name: told nowhere */
};

struct nsc_group_seen {			/* a row at the last look */
	uint32_t generation;
	bool present;
	int slot;			/* where its name stood; a hint */
};

struct nsc_group {
	uint8_t set;			/* nsc_set */
	struct nsc_rank rank;
	const struct nsc_metric *metric[NSC_METRICS];	/* of the set */
	unsigned metrics;
	unsigned rows;			/* of the ledger */
	unsigned cost;			/* series of a row, at the most */
	unsigned cost_other;		/* of `other`: it has no quantiles */
	bool alive;			/* there has been a row: there may be an `other` */
	bool behind;			/* the name stands behind the type, and has no `other` */
	int *slot;			/* by row: index of the name; rank.size: `other`; or NONE */
	int *first, *next;		/* by slot, by row: the rows of a slot; or NONE */
	struct nsc_group_seen *seen;	/* by row */
};

struct nsc_groups {
	struct nsc_group group[NSC_GROUP_SETS];
	struct nsc_rank_row name[NSC_GROUP_NAMES];	/* set by set, as the rows */
	int slot[NSC_GROUP_ROWS], next[NSC_GROUP_ROWS];
	int first[NSC_GROUP_NAMES + NSC_GROUP_SETS];
	struct nsc_group_seen seen[NSC_GROUP_ROWS];
};

void nsc_groups_init(struct nsc_groups *g);

/* The group of a metric's set, or NULL if the set is closed. */
struct nsc_group *nsc_groups_find(struct nsc_groups *g, unsigned set);

/* Names the rows and chooses, by the increments in now.  Returns the rows left out. */
unsigned nsc_groups_choose(struct nsc_groups *g, struct nsc_ledgers *l, const struct nsc_cells *now);

#endif
