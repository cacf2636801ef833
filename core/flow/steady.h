/* SPDX-License-Identifier: MIT */
/*
 * Calm: a side of an established connection in which nothing is amiss, so that
 * its next segment, or a plain acknowledgement, takes the short way (steady.c).
 */
#ifndef NSC_FLOW_STEADY_H
#define NSC_FLOW_STEADY_H

#include "flow/measure.h"

/* Calm lasts as long as all packets take the short way: it is asked for after each that does not. */
static inline void
nsc_steady_settle(struct nsc_flow *f)
{
	const uint8_t known = NSC_SIDE_SEEN | NSC_SIDE_ACKS;
	const uint16_t handshake = NSC_FLOW_SYN_SEEN | NSC_FLOW_SYNACK_SEEN;
	const uint8_t ending = NSC_SIDE_FIN | NSC_SIDE_FIN_ACKED | NSC_SIDE_CHALLENGE;
	struct nsc_flow_tcp *a = &f->tcp[0], *b = &f->tcp[1];
	/* a SYN without its acknowledgement; in mid-stream there is neither */
	unsigned syn = ((a->flags >> 1 ^ a->flags) | (b->flags >> 1 ^ b->flags)) & NSC_SIDE_SYN;
	bool calm = f->state == NSC_STATE_ESTABLISHED && (f->flags & (NSC_FLOW_SELF | NSC_FLOW_WATCHED)) == 0 &&
		    (a->flags & b->flags & known) == known &&
		    ((a->flags | b->flags) & ending) == 0 && syn == 0;

	if (calm) {		/* what holds for both sides is said for both */
		a->mss = b->mss = nsc_measure_mss(f);
		if ((f->flags & handshake) == handshake &&
		    (a->wscale == NSC_WSCALE_NONE || b->wscale == NSC_WSCALE_NONE))
			a->wscale = b->wscale = 0;	/* RFC 7323, 2.2 */
	}
	a->calm = calm && a->id_seen && !a->zero_window && b->holes == 0;
	b->calm = calm && b->id_seen && !b->zero_window && a->holes == 0;
}

#endif
