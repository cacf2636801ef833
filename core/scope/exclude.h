/* SPDX-License-Identifier: MIT */
/*
 * What the user does not want to hear of (option Exclude): prefixes of remote addresses,
 * each with ports at either end.  Flat: part of the sealed settings.
 */
#ifndef NSC_SCOPE_EXCLUDE_H
#define NSC_SCOPE_EXCLUDE_H

#include "base/addr.h"

enum { NSC_EXCLUDES = 256 };

struct nsc_exclude {
	struct nsc_addr addr;
	uint8_t bits;			/* of 128; 0: every address */
	uint8_t proto;			/* IPPROTO_*; 0: any */
	bool not_ipv4;			/* "::/0" is IPv6 */
	bool ports;			/* false: every port, and what has none */
	uint16_t low, high;
};

struct nsc_excludes {
	uint32_t count;
	struct nsc_exclude exclude[NSC_EXCLUDES];
};

/*
 * Adds a prefix ("10.0.0.0/8", a bare address, "*") with its ports: "80", "443-445",
 * "udp 53", "tcp", "*"; none are all.  A protocol stands for the port behind it, alone
 * for all of its ports.  0; -EINVAL with the number of the wrong value in *wrong (0: the
 * prefix); -ENOSPC.  Then nothing was added.
 */
int nsc_exclude_add(struct nsc_excludes *x, const char *prefix, const char *const *ports,
		    size_t count, size_t *wrong);

/* True if traffic with that remote address is excluded; of a listener, its own address. */
bool nsc_excluded(const struct nsc_excludes *x, uint8_t proto, const struct nsc_addr *remote,
		  uint16_t remote_port, uint16_t local_port);

#endif
