/* SPDX-License-Identifier: MIT */
/*
 * Octets, flows and queries by registered domain of the remote end (option Names): a worker's
 * own table of names.  A row that nobody used since the last publish gives way to a new name,
 * that with the least decayed sum first; what finds no row is told as `other`.  Names are
 * kept as tokens: what outsiders choose costs a fixed number of rows.
 */
#ifndef NSC_ENGINE_DOMAINS_H
#define NSC_ENGINE_DOMAINS_H

#include <stdatomic.h>

#include "base/hash.h"
#include "engine/suffix.h"
#include "engine/ways.h"
#include "flow/flow.h"

enum {
	NSC_DOMAIN_UNKNOWN = 0,		/* rows: no name, or one without a registered domain */
	NSC_DOMAIN_OTHER = 1,		/* no room */
	NSC_DOMAIN_FIRST = 2,
	NSC_DOMAIN_ROWS = NSC_COUNT_DOMAIN,
};

struct nsc_domains;

/*
 * Worker `number` of `workers` has its part of the rows, so that readers may add the workers'
 * cells up.  suffixes, key are borrowed.  flows: entries of the flow table.  0 or -ENOMEM.
 */
struct nsc_domains_options {
	const struct nsc_suffixes *suffixes;
	const struct nsc_hash_key *key;
	unsigned number, workers;
	uint32_t flows;
};

int nsc_domains_new(struct nsc_domains **d, const struct nsc_domains_options *o);
void nsc_domains_free(struct nsc_domains *d);

/* What leads from a flow or query to a row; NSC_DOMAIN_UNKNOWN is one, too. */
uint32_t nsc_domains_find(struct nsc_domains *d, const char *name, size_t len);

/* The row that it leads to now: OTHER once its row is another name's. */
unsigned nsc_domains_row(const struct nsc_domains *d, uint32_t ticket);

/* A flow's ticket, by the entry's number (nsc_flow_entry). */
uint32_t *nsc_domains_of(struct nsc_domains *d, uint32_t entry);

void nsc_domains_octets(struct nsc_domains *d, unsigned row, unsigned way, uint64_t octets);
void nsc_domains_opened(struct nsc_domains *d, unsigned row, uint64_t flows);
void nsc_domains_query(struct nsc_domains *d, unsigned row);

/* Before a publish: all that was counted goes into the cells. */
void nsc_domains_settle(struct nsc_domains *d, struct nsc_cells *cells);

/* Token and generation of a row; false: it is another worker's, or has none.  Any thread. */
bool nsc_domains_name(const struct nsc_domains *d, unsigned row, char token[NSC_TOKEN],
		      uint32_t *generation);

#endif
