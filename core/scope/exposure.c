/* SPDX-License-Identifier: MIT */
/* The table of algorithm 3a, and its words. */
#include "scope/exposure.h"

static const char *const verdict_text[NSC_FW_VERDICTS] = {
	[NSC_FW_ALLOW] = "allow",       [NSC_FW_DROP] = "drop",
	[NSC_FW_REJECT] = "reject",     [NSC_FW_NO_MATCH] = "no_match",
	[NSC_FW_UNKNOWN] = "unknown",
};
static const char *const exposure_text[NSC_EXPOSURES] = {
	[NSC_EXPOSURE_LOCAL_ONLY] = "local_only", [NSC_EXPOSURE_LAN_ONLY] = "lan_only",
	[NSC_EXPOSURE_EXPOSED] = "exposed",       [NSC_EXPOSURE_UNKNOWN] = "unknown",
};

/* What a listener that is open to other hosts is by the answer to a public source. */
static const enum nsc_exposure by_verdict[NSC_FW_VERDICTS] = {
	[NSC_FW_ALLOW] = NSC_EXPOSURE_EXPOSED,
	[NSC_FW_DROP] = NSC_EXPOSURE_LAN_ONLY,
	[NSC_FW_REJECT] = NSC_EXPOSURE_LAN_ONLY,
	[NSC_FW_NO_MATCH] = NSC_EXPOSURE_UNKNOWN,
	[NSC_FW_UNKNOWN] = NSC_EXPOSURE_UNKNOWN,
};

enum nsc_exposure
nsc_exposure(enum nsc_bind bind, bool loopback, enum nsc_fw_verdict from_public)
{
	if (bind == NSC_BIND_LOOPBACK || loopback)
		return NSC_EXPOSURE_LOCAL_ONLY;
	return from_public < NSC_FW_VERDICTS ? by_verdict[from_public] : NSC_EXPOSURE_UNKNOWN;
}

/* EXPOSED, then UNKNOWN, then LAN_ONLY, then LOCAL_ONLY. */
static unsigned
rank_exposure(enum nsc_exposure e)
{
	return e == NSC_EXPOSURE_EXPOSED ? 3 : e == NSC_EXPOSURE_UNKNOWN ? 2
	       : e == NSC_EXPOSURE_LAN_ONLY ? 1 : 0;
}

enum nsc_exposure
nsc_exposure_more(enum nsc_exposure a, enum nsc_exposure b)
{
	return rank_exposure(a) >= rank_exposure(b) ? a : b;
}

static unsigned
rank_verdict(enum nsc_fw_verdict v)
{
	return v == NSC_FW_ALLOW ? 3 : v == NSC_FW_UNKNOWN || v == NSC_FW_NO_MATCH ? 2
	       : v == NSC_FW_REJECT ? 1 : 0;
}

enum nsc_fw_verdict
nsc_fw_verdict_more(enum nsc_fw_verdict a, enum nsc_fw_verdict b)
{
	return rank_verdict(a) >= rank_verdict(b) ? a : b;
}

const char *
nsc_fw_verdict_text(enum nsc_fw_verdict v)
{
	return verdict_text[v < NSC_FW_VERDICTS ? v : NSC_FW_UNKNOWN];
}

const char *
nsc_exposure_text(enum nsc_exposure e)
{
	return exposure_text[e < NSC_EXPOSURES ? e : NSC_EXPOSURE_UNKNOWN];
}
