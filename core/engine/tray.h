/* SPDX-License-Identifier: MIT */
/*
 * A worker's flows for one who looks at single ones (nsc_rows): a tray that changes hands.
 * The consumer hands it over empty; the worker fills it with its next publish and hands it
 * back.  Nobody waits, and a flow table that nobody looks at is never walked.
 */
#ifndef NSC_ENGINE_TRAY_H
#define NSC_ENGINE_TRAY_H

#include <stdatomic.h>

#include "flow/flow.h"

enum {
	NSC_TRAY_FLOWS = 16384,		/* those that were idle for longest are left out */
	NSC_TRAY_NAME = 128,		/* octets of a name with its NUL; a longer one loses its head */
	NSC_TRAY_NOBODY = 0xffff,	/* no row */
};

struct nsc_tray_flow {
	uint64_t id;
	struct nsc_addr addr[2];	/* local, remote; initiator, responder */
	uint16_t port[2];
	uint16_t process[2], unit[2];	/* rows of these sets, or NSC_TRAY_NOBODY; of both ends */
	const char *state;
	uint8_t proto, app, direction, scope;
	bool closed, forwarded, shared;
	uint64_t octets[2];		/* sent by the local, by the remote end */
	uint64_t rtt, age, idle, timeout;	/* ns */
	uint32_t retransmits;
	char name[NSC_TRAY_NAME];
};

enum nsc_tray_state { NSC_TRAY_IDLE, NSC_TRAY_ASKED, NSC_TRAY_FULL };

struct nsc_tray {
	_Atomic int state;		/* ASKED: the worker's, else the consumer's */
	uint64_t now;			/* the packets' clock, ns */
	uint64_t left_out;
	uint32_t count;
	struct nsc_tray_flow flow[NSC_TRAY_FLOWS];	/* touched as flows come */
};

struct nsc_worker;

/* Fills the tray if it was handed over.  The worker's thread. */
void nsc_tray_fill(struct nsc_tray *t, struct nsc_worker *w);

#endif
