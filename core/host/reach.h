/* SPDX-License-Identifier: MIT */
/*
 * Who can reach a listener: the firewall's verdict on a packet from a public source, on every
 * interface and address by which it could come, and the exposure that follows (DESIGN 2).
 */
#ifndef NSC_HOST_REACH_H
#define NSC_HOST_REACH_H

#include "host/interfaces.h"
#include "host/listeners.h"

struct nsc_reach;

/* 0 or -ENOMEM; asks nothing yet.  bpf: bpf(2) may be asked (host/gate.h). */
int nsc_reach_new(struct nsc_reach **r, bool bpf);
void nsc_reach_free(struct nsc_reach *r);

/*
 * Takes the rules of this namespace in if they changed, and its routes every NSC_REACH_ROUTES
 * seconds (now: steady clock, ns).  0, or -errno with err: every verdict is `unknown` until a
 * look goes well.
 */
enum { NSC_REACH_ROUTES = 10 };
int nsc_reach_look(struct nsc_reach *r, uint64_t now, char err[NSC_ERR]);

/* Where strangers' packets of that family (0: IPv4, 1: IPv6) come in by default routes; none: anywhere. */
struct nsc_route_devices;
const struct nsc_route_devices *nsc_reach_uplinks(const struct nsc_reach *r, unsigned family);

/*
 * Writes verdict, exposure and reason; t is of the same namespace.  Without r (NULL) nobody
 * reads the firewall.  Asks the kernel for BPF programs of cgroups and devices that it has not
 * asked for since the routes were read (host/gate.h).
 */
void nsc_reach_find(struct nsc_reach *r, struct nsc_listener *l, const struct nsc_interfaces *t);

#endif
