/* SPDX-License-Identifier: MIT */
/* Who can reach a listener (features.md, algorithm 3a; DESIGN 2). */
#ifndef NSC_SCOPE_EXPOSURE_H
#define NSC_SCOPE_EXPOSURE_H

#include <stdbool.h>

enum nsc_fw_verdict {		/* the firewall's answer for a new packet */
	NSC_FW_ALLOW, NSC_FW_DROP, NSC_FW_REJECT,
	NSC_FW_NO_MATCH,	/* a word of the reference's; our reader of rules never says it */
	NSC_FW_UNKNOWN,
	NSC_FW_VERDICTS
};

enum nsc_bind {			/* bind scope (algorithm 2) */
	NSC_BIND_ANY, NSC_BIND_LOOPBACK, NSC_BIND_INTERFACE, NSC_BIND_ADDRESS,
	NSC_BINDS
};

enum nsc_exposure {		/* from the least to the most, but for UNKNOWN */
	NSC_EXPOSURE_LOCAL_ONLY, NSC_EXPOSURE_LAN_ONLY, NSC_EXPOSURE_EXPOSED,
	NSC_EXPOSURE_UNKNOWN,
	NSC_EXPOSURES
};

/*
 * from_public: the verdict for public sources.  loopback: the address or the device that it
 * is bound to is (`lo`).
 */
enum nsc_exposure nsc_exposure(enum nsc_bind bind, bool loopback, enum nsc_fw_verdict from_public);

/* Of two families: the one that exposes more; EXPOSED beats UNKNOWN, which beats the rest. */
enum nsc_exposure nsc_exposure_more(enum nsc_exposure a, enum nsc_exposure b);

/* Of two: the more permissive one; ALLOW beats UNKNOWN, which beats the rest. */
enum nsc_fw_verdict nsc_fw_verdict_more(enum nsc_fw_verdict a, enum nsc_fw_verdict b);

const char *nsc_fw_verdict_text(enum nsc_fw_verdict v);
const char *nsc_exposure_text(enum nsc_exposure e);	/* "lan_only" */

#endif
