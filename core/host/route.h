/* SPDX-License-Identifier: MIT */
/* Where strangers' packets arrive: default routes, and what the kernel runs on a device before netfilter. */
#ifndef NSC_HOST_ROUTE_H
#define NSC_HOST_ROUTE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

enum { NSC_ROUTE_DEVICES = 64 };

struct nsc_route_devices {
	uint32_t ifindex[NSC_ROUTE_DEVICES];
	unsigned count;
	bool more;			/* there were more than that */
};

struct nsc_routes {
	struct nsc_route_devices standard[2];	/* of the default routes with the lowest metric: IPv4, IPv6 */
	struct nsc_route_devices filtered;	/* with a queueing discipline `ingress` or `clsact` */
};

/* Asks rtnetlink(7), main table.  0, or -errno with err and *r as it was. */
int nsc_routes_read(struct nsc_routes *r, char err[NSC_ERR]);

bool nsc_route_has(const struct nsc_route_devices *d, uint32_t ifindex);

#endif
