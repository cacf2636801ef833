/* SPDX-License-Identifier: MIT */
/* Whether this namespace's packets are tracked, told from /proc alone: asking must not begin it. */
#ifndef NSC_HOST_CONNTRACK_ACTIVE_H
#define NSC_HOST_CONNTRACK_ACTIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct nsc_conntrack_levels {
	uint64_t entries, max;		/* max: 0 if it is not told */
	bool events;			/* new entries will be told of (nf_conntrack_events) */
};

/*
 * 1: what is tracked, be it nothing, can be asked for without a module being loaded for it.
 * 0: nothing is tracked.  -EPROTONOSUPPORT with err: something is, but ctnetlink is not loaded.
 */
int nsc_conntrack_active(struct nsc_conntrack_levels *l, char err[NSC_ERR]);

#endif
