/* SPDX-License-Identifier: MIT */
/*
 * Parties: the owners of a flow's two ends, as far as these are ours.  Packets add to
 * their flow's party and to nothing else (engine/account.c); with a publish the sums go to
 * the rows of the owners' names.
 */
#ifndef NSC_ENGINE_PARTIES_H
#define NSC_ENGINE_PARTIES_H

#include "engine/ends.h"
#include "ledger/ledger.h"
#include "scope/facts.h"

enum {
	NSC_PARTY_NOBODY = 0,		/* of flows that count for nobody */
	NSC_PARTY_UNKNOWN = 0,		/* 1 to 3, by the ends that are ours */
	NSC_PARTY_OTHER = 3,		/* 4 to 6, the same: no room to tell them apart */
	NSC_PARTY_WAITING = 7,		/* one for each flow that waits for its owner */
	NSC_PARTIES_WAITING = 2048,
	NSC_PARTY_KNOWN = NSC_PARTY_WAITING + NSC_PARTIES_WAITING,
	NSC_PARTIES = NSC_PARTY_KNOWN + 4096,
};

struct nsc_party {
	/* By the place of the sender, since the last settlement. */
	uint64_t octets[2], packets[2];
	uint32_t flows;			/* open now */
	uint32_t held;			/* entries of the flow table that lead here */
	struct nsc_ends ends;
	uint16_t next;			/* of its chain, or of the free ones; 0: the last */
	uint8_t reserved[12];
};

_Static_assert(sizeof(struct nsc_party) == 64, "a packet touches one line");

enum { NSC_PARTY_CHAINS = 8192 };	/* a power of two */

struct nsc_parties {
	const struct nsc_facts *facts;	/* borrowed: rows of ids */
	bool processes, units;		/* which rows are told */
	uint16_t chain[NSC_PARTY_CHAINS];
	uint16_t used;			/* known ones ever used, from NSC_PARTY_KNOWN */
	uint16_t free;			/* known ones to be used again; 0: none */
	bool exhausted;			/* none is free, and a look for one was in vain */
	struct nsc_party party[NSC_PARTIES];
};

void nsc_parties_init(struct nsc_parties *p, const struct nsc_facts *facts, bool processes,
		      bool units);

/* The party of these ends, made if need be; that of `other` if there is no room. */
uint16_t nsc_parties_find(struct nsc_parties *p, const struct nsc_ends *ends,
			  struct nsc_cells *cells);

/* One flow's entry leads here from now on, or not any more. */
void nsc_parties_hold(struct nsc_parties *p, uint16_t n, bool open);
void nsc_parties_let(struct nsc_parties *p, uint16_t n);

/* What party n holds goes into the cells (its flows are not among that). */
void nsc_parties_fold(struct nsc_parties *p, uint16_t n, struct nsc_cells *cells);

/* Every party that may hold something; and `current_connections`. */
void nsc_parties_settle(struct nsc_parties *p, struct nsc_cells *cells);

/* Rows of an id's name as of now; both 1 if the name has gone. */
void nsc_parties_rows(const struct nsc_parties *p, uint16_t owner, uint16_t generation,
		      unsigned *process, unsigned *unit);

#endif
