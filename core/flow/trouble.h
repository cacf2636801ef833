/* SPDX-License-Identifier: MIT */
/*
 * What went wrong in a TCP conversation, kept only where something did: how
 * often, why segments were sent again, and whether they had to be.
 *
 * The counts stand apart from what judges copies: an acknowledgement said again
 * is frequent and harmless, and touches those few octets alone.
 */
#ifndef NSC_FLOW_TROUBLE_H
#define NSC_FLOW_TROUBLE_H

#include "flow/flow.h"

enum { NSC_AGAIN = 16 };			/* copies of one side that await a verdict; the oldest goes */

struct nsc_again {			/* a segment that was sent again */
	uint32_t start, end;		/* sequence numbers, end excluded */
	uint32_t tsval;			/* the copy's */
	uint16_t segments;		/* wire segments that no D-SACK has named; 0: no such entry */
	bool stamped : 1;		/* tsval holds */
	bool acked : 1;			/* its first acknowledgement has passed */
	bool judged : 1;		/* all were counted as needless; a D-SACK is no news */
	bool needless : 1;		/* the captured packet is counted as such */
};

enum nsc_recovery {			/* RFC 6582, 3.2; until `recover` is acknowledged */
	NSC_RECOVERY_NONE,
	NSC_RECOVERY_FAST,		/* its acknowledgements said what was lost */
	NSC_RECOVERY_LOSS,		/* nothing did; its timer ran out */
};

struct nsc_trouble_side {		/* by the sender of the data */
	uint64_t heard;			/* last acknowledgement that told of a loss, or after one; ns */
	uint64_t recovered;		/* when a fast recovery ended; ns */
	uint32_t recover;		/* what it had sent when recovery began */
	uint32_t sacked;		/* highest octet reported past a gap, plus one; with `gap` */
	uint32_t judged, forgotten;	/* segments of entries that gave way: counted as needless, or not */
	uint16_t duplicates;		/* acknowledgements since the last one that was new */
	uint8_t recovery;		/* nsc_recovery */
	uint8_t newest;			/* in again[] */
	bool gap;
	bool lists;			/* its receiver's first block is what it has just acknowledged */
	bool probed;			/* it sent a keep-alive last: its answer is no duplicate */
	struct nsc_again again[NSC_AGAIN];
};

struct nsc_trouble {
	struct nsc_trouble_side side[2];
};

struct nsc_flow_table;

/* The flow's counts, begun if there are none yet. */
struct nsc_flow_events *nsc_trouble_events(struct nsc_flow_table *t, struct nsc_flow *f);

/* `side` has sent a keep-alive. */
void nsc_trouble_probe(struct nsc_flow_table *t, struct nsc_flow *f, int side);

/* `side` has sent p's octets, up to `end`, again: up->retransmit segments of them. */
void nsc_trouble_again(struct nsc_flow_table *t, struct nsc_flow *f, int side,
		       const struct nsc_packet *p, uint32_t end, struct nsc_update *up);

/* `side` acknowledges p->ack; before it, `acked` was the highest.  up->flags has DUP_ACK if it is one. */
void nsc_trouble_acked(struct nsc_flow_table *t, struct nsc_flow *f, int side,
		       const struct nsc_packet *p, uint32_t acked, struct nsc_update *up);

#endif
