/* SPDX-License-Identifier: MIT */
/*
 * What listens: sockets of one (protocol, address, port, device, families) are one listener,
 * however many there are (SO_REUSEPORT).  Bind scope by features.md, algorithm 2; a UDP
 * socket without a peer listens unless its port is one that the kernel hands out (row 0.1).
 */
#ifndef NSC_HOST_LISTENERS_H
#define NSC_HOST_LISTENERS_H

#include "host/interfaces.h"
#include "host/owners.h"
#include "host/socket.h"
#include "scope/exposure.h"
#include "scope/scope.h"

struct nsc_firewall_reason {	/* the rule that decided, or left it open; "": none */
	char family[8];		/* "inet" */
	char table[64], chain[64];	/* cut */
	uint64_t handle;	/* 0: the chain's policy */
};

struct nsc_listener_reach {	/* for packets of one family (host/reach.h) */
	uint8_t verdict;	/* nsc_fw_verdict */
	uint8_t exposure;	/* nsc_exposure */
	struct nsc_firewall_reason reason;
};

struct nsc_listener {
	struct nsc_socket socket;	/* the lowest inode's, but for: */
					/* queue, drops: sums; queue_max: the largest */
	uint32_t sockets;		/* how many it stands for */
	uint8_t bind;			/* nsc_bind */
	uint8_t scope;			/* nsc_scope; a wildcard is public (row 2.2) */
	bool address_present;		/* the address is an interface's now */
	char interface[NSC_NAME];	/* INTERFACE: its name, "if7" if it is gone; else "" */
	uint8_t owner_state;		/* nsc_owner_state */
	struct nsc_process process;	/* KNOWN */
	struct nsc_listener_reach reach[2];	/* of its families: IPv4, IPv6 */
	uint8_t verdict;		/* nsc_fw_verdict: the more permissive one */
	uint8_t exposure;		/* nsc_exposure: the more exposed one */
	bool watched;			/* packets were seen: what follows is known (nsc_engine_listeners) */
	uint64_t observed, unexpected;	/* public peers answered on its port; against the verdict */
};

enum { NSC_LISTENERS_MAX = 4096 };	/* of one list; the last of the order go */

struct nsc_listeners {
	struct nsc_listener *listener;	/* public first, then lowest port (row 2.4) */
	size_t count, room;
	uint64_t suppressed;		/* sockets that NSC_LISTENERS_MAX left no room for */
};

struct nsc_listeners_rules {
	bool ignore_ephemeral_udp;	/* option IgnoreEphemeralUDP */
	uint16_t ephemeral_low, ephemeral_high;	/* net.ipv4.ip_local_port_range */
};

/* All zero is an empty list. */
void nsc_listeners_clear(struct nsc_listeners *l);

/* Takes a socket in, if it listens: 1, else 0; -ENOMEM.  Equal ones become one at the end. */
int nsc_listeners_add(struct nsc_listeners *l, const struct nsc_socket *s,
		      const struct nsc_listeners_rules *rules);

/*
 * Bind scope, presence, owner of each, and the order; interfaces are of the same namespace.
 * Without owners (NULL) nobody was asked: DENIED, or ANONYMOUS where no file is.  To be
 * called twice when owners have to be found in between: the inodes are those of the first.
 */
void nsc_listeners_finish(struct nsc_listeners *l, const struct nsc_interfaces *t,
			  const struct nsc_owners *o);

/*
 * Takes in the finished list of another namespace, in order, and cut as one list is.
 * 0 or -ENOMEM (then `to` is as it was).
 */
int nsc_listeners_join(struct nsc_listeners *to, const struct nsc_listeners *from);

const char *nsc_bind_text(enum nsc_bind b);

#endif
