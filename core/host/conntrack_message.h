/* SPDX-License-Identifier: MIT */
/* Messages of ctnetlink (linux/netfilter/nfnetlink_conntrack.h), read; pure. */
#ifndef NSC_HOST_CONNTRACK_MESSAGE_H
#define NSC_HOST_CONNTRACK_MESSAGE_H

#include <stddef.h>

#include "scope/translations.h"

enum nsc_conntrack_kind {
	NSC_CONNTRACK_OTHER,		/* of no interest: not translated, or without ports */
	NSC_CONNTRACK_THERE,		/* a dump's entry, or a new one */
	NSC_CONNTRACK_GONE,
	NSC_CONNTRACK_COUNTS,		/* of one CPU */
	NSC_CONNTRACK_TOTALS,		/* entries, and how many there may be */
};

struct nsc_conntrack_told {
	uint8_t kind;			/* nsc_conntrack_kind */
	bool snat, dnat;
	bool unfiltered;		/* the kernel told of what was not asked for */
	struct nsc_translation translation;
	uint64_t insert_failed, drop, early_drop;	/* COUNTS */
	uint64_t entries, max;		/* TOTALS */
};

enum { NSC_CONNTRACK_MORE, NSC_CONNTRACK_DONE };

/*
 * One datagram: calls each with what its messages tell.  sequence: of the question, 0 for
 * events.  MORE, DONE at the end of an answer, or -errno: the kernel's, -EBADMSG,
 * -EAGAIN for a dump that is not of one moment.
 */
int nsc_conntrack_take(const void *octets, size_t n, uint32_t sequence,
		       void (*each)(void *arg, const struct nsc_conntrack_told *one), void *arg);

#endif
