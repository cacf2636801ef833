/* SPDX-License-Identifier: MIT */
/* `Interface auto`: which interfaces to capture so that each packet is seen once.  Pure. */
#ifndef NSC_HOST_AUTO_H
#define NSC_HOST_AUTO_H

#include "host/interfaces.h"

enum { NSC_AUTO_MOST = 16 };		/* interfaces captured at once */

enum nsc_auto {				/* why an interface is captured or not */
	NSC_AUTO_CAPTURED,
	NSC_AUTO_DOWN,
	NSC_AUTO_NO_ADDRESS,		/* and nothing stacked on it has one */
	NSC_AUTO_MASTER,		/* seen again at its bridge, bond or VRF */
	NSC_AUTO_STACKED,		/* seen at its lower device */
	NSC_AUTO_TUNNEL,		/* decapsulated at the lower device */
	NSC_AUTO_PEER,			/* the other end of this veth pair is captured */
	NSC_AUTO_LINK_TYPE,		/* frames that we cannot read */
	NSC_AUTO_LIMIT,			/* more than NSC_AUTO_MOST */
};

struct nsc_auto_choice {
	uint8_t verdict;		/* nsc_auto */
	uint8_t rank;			/* 3 loopback, 2 address, 1 link-local, 0 none */
};

/*
 * Decides for each interface of the (sorted) table; choice has room for
 * t->interfaces.  readable says whether frames of an ARPHRD_ type can be read.
 * Loopback comes first, then interfaces with an address that is not link-local,
 * then the others, each by ifindex.  Returns the number captured.
 */
size_t nsc_auto_choose(const struct nsc_interfaces *t, bool decapsulate,
		       bool (*readable)(uint16_t type), struct nsc_auto_choice *choice);

/*
 * True for a device stacked on another one of this namespace (vlan, macvlan,
 * macvtap, ipvlan, ipvtap): frames to its own MAC reach the lower device as
 * PACKET_OTHERHOST.
 */
bool nsc_auto_stacked(const struct nsc_interfaces *t, const struct nsc_interface *i);

#endif
