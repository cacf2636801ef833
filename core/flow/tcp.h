/* SPDX-License-Identifier: MIT */
/* One side's sequence space (RFC 9293, 3.3.1), as seen from the middle. */
#ifndef NSC_FLOW_TCP_H
#define NSC_FLOW_TCP_H

#include <stdint.h>

enum nsc_side_flags {
	NSC_SIDE_SEEN = 1 << 0,		/* next holds */
	NSC_SIDE_ACKS = 1 << 1,		/* acked and window hold */
	NSC_SIDE_SYN = 1 << 2,		/* its SYN was seen, or follows from the peer's SYN-ACK */
	NSC_SIDE_SYN_ACKED = 1 << 3,
	NSC_SIDE_FIN = 1 << 4,		/* next is one past its FIN and moves no more */
	NSC_SIDE_FIN_ACKED = 1 << 5,
	NSC_SIDE_TIMED = 1 << 6,	/* timed waits for its acknowledgement */
	NSC_SIDE_CHALLENGE = 1 << 7,	/* timed is one past a SYN inside an established flow */
};

enum { NSC_WSCALE_NONE = 15 };		/* no option seen; the greatest legal one is 14 (RFC 7323, 2.3) */

struct nsc_flow_tcp {
	uint32_t next;		/* highest sequence number sent, plus one */
	uint32_t acked;		/* highest acknowledgement this side has sent */
	uint32_t timed;		/* sequence number whose acknowledgement ends a measurement; one
				   past the SYN until that is acknowledged */
	uint32_t timed_low;	/* when it was sent: the low 48 bits of ns since the epoch */
	uint16_t timed_high;
	uint16_t window;	/* its last offer, as on the wire */
	uint16_t ip_id;		/* its newest IPv4 identification */
	uint16_t mss;		/* option of its SYN; 0: none */
	uint16_t holes;		/* record of what is missing of what it sent (holes.h); 0: nothing */
	uint8_t wscale : 4;
	uint8_t zero_window : 1;
	uint8_t id_seen : 1;	/* ip_id holds */
	uint8_t id_steady : 1;	/* ip_id counts upwards, so that it dates a packet */
	uint8_t calm : 1;	/* nothing is amiss (steady.h) */
	uint8_t flags;		/* nsc_side_flags */
};

/* Sequence numbers are compared by their signed difference (RFC 9293, 3.4). */
static inline int32_t
nsc_seq_diff(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b);
}

#endif
