/* SPDX-License-Identifier: MIT */
/*
 * What packets show of listeners: strangers (public peers) that were answered, a SYN or a
 * datagram, by the row of the set SERVICE; and those that were answered although the verdict
 * says that none is let in.
 *
 * The second is said only when it is sure.  The listeners and rules that a worker knows are
 * up to a second old: a flow is doubted first, and counts when a later look has found them as
 * they were.  A datagram need not begin anything (state in the firewall outlives our flow):
 * UDP is judged only where the verdict has stood for NSC_OBSERVED_REST, of peers that this
 * port had nothing to do with for that long.  And a verdict speaks of the interfaces to which
 * default routes lead: what came in by another contradicts nothing.
 */
#ifndef NSC_ENGINE_OBSERVED_H
#define NSC_ENGINE_OBSERVED_H

#include "flow/flow.h"
#include "ledger/ledger.h"
#include "scope/facts.h"

enum {
	NSC_OBSERVED_REST = 600,	/* s; the firewall's state of UDP lasts 30 to 180 s */
	NSC_OBSERVED_PEERS = 1024,	/* remembered; a power of two */
};

struct nsc_observed_service {
	uint16_t turn;			/* the facts' of now; 0: nobody listens */
	uint16_t doubted;		/* that at the time of the doubts */
	uint32_t flows;			/* in doubt */
	uint32_t first;			/* of them, those that the next look decides; others may follow all the time */
	uint64_t since, first_since;	/* ns: the last of them */
	uint64_t steady;		/* ns: since when turn is that; 0: before the first packet */
};

struct nsc_observed_peer {
	uint32_t tag;			/* hash of both ends */
	uint32_t second;		/* since the epoch; 0: the place is free */
};

/* All zero is a beginning. */
struct nsc_observed {
	struct nsc_observed_service service[NSC_COUNT_SERVICE];
	unsigned doubts;		/* services in doubt */
	uint64_t crowded;		/* ns: until then a peer has been forgotten too early */
	struct nsc_observed_peer peer[NSC_OBSERVED_PEERS];
};

/* There are newer facts.  now: the packets' clock, ns; 0: there was no packet yet. */
void nsc_observed_facts(struct nsc_observed *o, const struct nsc_facts_view *v, uint64_t now);

/* The flow, incoming from a public peer, was answered. */
void nsc_observed_answered(struct nsc_observed *o, const struct nsc_facts_view *v,
			   const struct nsc_hash_key *key, const struct nsc_flow *f, uint64_t now,
			   struct nsc_cells *cells);

/* A UDP flow with a public peer ends in which `side`, ours, has sent something. */
void nsc_observed_ended(struct nsc_observed *o, const struct nsc_facts_view *v,
			const struct nsc_hash_key *key, const struct nsc_flow *f, unsigned side,
			uint64_t now);

/* looked: ns since the epoch, when the look began of which v tells. */
void nsc_observed_settle(struct nsc_observed *o, uint64_t looked, struct nsc_cells *cells);

/* The clock jumped: nothing is in doubt, and nobody is known. */
void nsc_observed_rebase(struct nsc_observed *o, uint64_t now);

#endif
