/* SPDX-License-Identifier: MIT */
/*
 * What the kernel counts of its protocols: /proc/net/{snmp,snmp6,netstat} (proc(5), RFC 4022,
 * 4113, 4293), under the names that nstat(8) gives: "TcpRetransSegs", "Udp6NoPorts",
 * "TcpExtListenOverflows".  TCP's are of both families; UDP and IP have a set for each.
 */
#ifndef NSC_HOST_COUNTERS_H
#define NSC_HOST_COUNTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum { NSC_COUNTERS = 64 };

struct nsc_counter {
	const char *name;		/* borrowed */
	bool met;			/* the kernel has told it */
	uint64_t last;			/* as it told it */
	uint64_t sum;			/* since it was first told */
};

struct nsc_counters {
	unsigned count;			/* 0: nothing is read */
	unsigned bits;			/* of the kernel's counters, 32 or 64: where they wrap */
	struct nsc_counter counter[NSC_COUNTERS];
};

/* Begins with the counters of these names (the nth; NULL behind the last, NSC_COUNTERS at most). */
void nsc_counters_want(struct nsc_counters *p, const char *(*name)(unsigned n));

/*
 * Reads all three, of the calling thread's namespace, and adds what came since the last
 * time.  A counter that fell without a wrap has begun anew: nothing is added.  A kernel
 * without IPv6 has no snmp6.  0 or the first -errno with err; what was read stands.
 */
int nsc_counters_read(struct nsc_counters *p, char err[NSC_ERR]);

/* The reading alone, of a whole file: a name a line (snmp6), else names and values in pairs of lines.  Pure. */
void nsc_counters_names(struct nsc_counters *p, const char *text, size_t n);
void nsc_counters_pairs(struct nsc_counters *p, const char *text, size_t n);

#endif
