/* SPDX-License-Identifier: MIT */
/*
 * When the certificates that servers show end, by the servers' port.  Many names
 * may live on one port: the earliest end of those shown within the last one to two
 * hours counts, so that a renewed certificate's old end is forgotten soon.  A port that
 * showed none for a day is forgotten.
 */
#ifndef NSC_ENGINE_EXPIRY_H
#define NSC_ENGINE_EXPIRY_H

#include "ledger/ports.h"

struct nsc_expiry {
	struct nsc_expiry_port {
		uint16_t port;		/* 0: the row is free */
		bool local;		/* servers of this host have it: those elsewhere don't count */
		uint64_t seen, since;	/* ns: last certificate; begin of the present window */
		int64_t end[2];		/* s since the epoch: earliest of this window, of the one before */
	} row[NSC_PORTS];
};

/*
 * A server on `port` showed a certificate valid until not_after (s since the epoch);
 * now is the packets' clock, ns; local: it runs on this host.  A local one takes the
 * port, or the row of another port, from those elsewhere.  False if 16 others leave no room
 * for it.
 */
bool nsc_expiry_note(struct nsc_expiry *x, uint16_t port, int64_t not_after, uint64_t now,
		     bool local);

/* Fills the cells (shape PORTS) with the whole days that are left; negative: it has ended. */
void nsc_expiry_fill(struct nsc_expiry *x, uint64_t now, uint64_t *cell);

#endif
