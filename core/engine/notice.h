/* SPDX-License-Identifier: MIT */
/* Log lines about interfaces: few, whatever the interfaces do. */
#ifndef NSC_ENGINE_NOTICE_H
#define NSC_ENGINE_NOTICE_H

#include "nsc.h"

enum { NSC_NOTICES = 20 };		/* lines an hour, at the most */

struct nsc_notice {
	struct nsc_host host;
	uint64_t hour;			/* ns: when the current hour began; 0: not yet */
	unsigned lines;
};

/* One line or none; the last of an hour says so.  now: ns of a steady clock. */
void nsc_notice(struct nsc_notice *n, uint64_t now, enum nsc_level level, const char *fmt,
		...) __attribute__((format(printf, 4, 5)));

#endif
