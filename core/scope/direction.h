/* SPDX-License-Identifier: MIT */
/* Direction of a flow, seen from this machine (features.md, algorithm 4). */
#ifndef NSC_SCOPE_DIRECTION_H
#define NSC_SCOPE_DIRECTION_H

#include "scope/facts.h"

enum nsc_direction {		/* the order is that of the set DIRECTION in ledger/sets.def */
	NSC_DIRECTION_NONE,
	NSC_DIRECTION_INCOMING,
	NSC_DIRECTION_OUTGOING,
	NSC_DIRECTION_LOCAL,
	NSC_DIRECTIONS
};

struct nsc_direction_question {
	struct nsc_addr addr[2];	/* by side: 0 sent the SYN or the first packet */
	uint16_t port[2];
	uint8_t proto;
	bool handshake;			/* TCP: the SYN or SYN-ACK told the sides */
	bool icmp_query;		/* ICMP: an echo (or other) request began it */
};

struct nsc_direction_answer {
	uint8_t direction;		/* nsc_direction */
	uint8_t local[2];		/* by side: the address is ours */
	bool guess;			/* listeners would make it certain */
	bool known;			/* false: no local address is known (replay without --local) */
};

struct nsc_direction_answer nsc_direction(const struct nsc_facts_view *v,
					  const struct nsc_direction_question *q);

const char *nsc_direction_text(enum nsc_direction d);

#endif
