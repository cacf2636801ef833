/* SPDX-License-Identifier: MIT */
/* One side's sequence space (RFC 9293, 3.3.1), as seen from the middle. */
#ifndef NSC_FLOW_TCP_H
#define NSC_FLOW_TCP_H

#include <stdint.h>

struct nsc_flow_tcp {
	uint32_t next;		/* highest sequence number sent, plus one */
	uint32_t acked;		/* highest acknowledgement this side has sent */
	uint32_t fin_seq;
	uint32_t window;	/* its last offer, scaled */
	uint32_t tsval;		/* its newest timestamp (RFC 7323) */
	uint16_t ip_id;		/* its newest IPv4 identification */
	uint16_t mss;
	uint8_t wscale;
	uint8_t flags;
	uint16_t gaps;		/* holes in what it sent, not yet filled */
	uint32_t gap;		/* start of the first of them */
};

#endif
