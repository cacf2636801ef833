/* SPDX-License-Identifier: MIT */
/*
 * What is missing of a side's octets, kept only while something is: it tells
 * late data that was never seen from data seen again.
 */
#ifndef NSC_FLOW_HOLES_H
#define NSC_FLOW_HOLES_H

#include <stdbool.h>
#include <stdint.h>

enum {
	NSC_HOLES = 8,			/* of one side; more: the oldest is forgotten */
	NSC_HOLES_SIDES = 4096,		/* sides with holes at once; more are not tracked */
};

struct nsc_hole {
	uint32_t start, end;		/* sequence numbers, end excluded */
	uint32_t tsval;			/* of the packet that opened it */
	bool stamped;			/* tsval holds */
	uint64_t since;			/* its time, ns */
};

struct nsc_holes_side {
	uint32_t count;
	uint32_t free;			/* next unused record */
	struct nsc_hole hole[NSC_HOLES];	/* by start */
};

struct nsc_holes {
	uint32_t used, free;
	struct nsc_holes_side side[NSC_HOLES_SIDES];	/* [0] stands for none */
};

/* *ref is a side's record: 0 while it has no holes; the functions keep it. */
void nsc_holes_open(struct nsc_holes *h, uint16_t *ref, const struct nsc_hole *hole);

/* Octets of [start, end) that were missing and now are not; *first is the hole they were in. */
uint32_t nsc_holes_fill(struct nsc_holes *h, uint16_t *ref, uint32_t start, uint32_t end,
			struct nsc_hole *first);

/* The peer has everything below seq. */
void nsc_holes_acked(struct nsc_holes *h, uint16_t *ref, uint32_t seq);

void nsc_holes_release(struct nsc_holes *h, uint16_t *ref);

#endif
