/* SPDX-License-Identifier: MIT */
/*
 * Who owns the ends of a flow, as the facts have it now; and how far that is to be
 * trusted, since ports are used again and nobody takes an owner's entry out.
 */
#ifndef NSC_ENGINE_ENDS_H
#define NSC_ENGINE_ENDS_H

#include "flow/flow.h"
#include "scope/facts.h"

struct nsc_ends {			/* by place: 0 is flow->addr[0], 1 flow->addr[1] */
	uint16_t owner[2];		/* id (host/names.h); 0: unknown, or not ours */
	uint16_t generation[2];		/* of these ids */
	uint8_t ours;			/* bit of each place that is ours */
};

struct nsc_subject {			/* what is looked up */
	struct nsc_addr addr[2];	/* by place */
	uint16_t port[2];
	uint8_t proto, ours;
	uint8_t first;			/* place of the initiator */
	bool handshake;			/* it began before our eyes: older entries are another's */
	uint64_t start;			/* ns since the epoch */
};

enum nsc_trust {			/* the least of the ends that are ours */
	NSC_TRUST_NONE,			/* of one at least nobody is known */
	NSC_TRUST_SOME,			/* entered shortly before: perhaps of the port's last user */
	NSC_TRUST_WHOLE,
};

struct nsc_subject nsc_subject_of(const struct nsc_flow *f, unsigned ours);

/* True if an end of ours has a port that the kernel hands out: to one program after the other. */
bool nsc_subject_lent(const struct nsc_subject *s, const struct nsc_facts_view *v);

/* now: ns since the epoch.  Also where it trusts none, *ends has what is known. */
enum nsc_trust nsc_ends_find(const struct nsc_facts *facts, const struct nsc_facts_view *v,
			     const struct nsc_subject *s, uint64_t now, struct nsc_ends *ends);

#endif
