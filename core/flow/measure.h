/* SPDX-License-Identifier: MIT */
/* The small steps of measuring that every segment needs; for the files of this folder only. */
#ifndef NSC_FLOW_MEASURE_H
#define NSC_FLOW_MEASURE_H

#include "flow/flow.h"

enum {
	NSC_MEASURE_MSS = 1448,		/* Ethernet with timestamps */
	NSC_MEASURE_STAMPS = 12,	/* octets of the option, padded (RFC 7323, appendix A) */
	NSC_MEASURE_ID_STEP = 8192,	/* an identification that counts does not jump further */
};

#define NSC_MEASURE_PROBE_AGE 10000000000ull	/* ns: a measurement is given up after it */

/* Octets of a segment, options counted in: both ends' offers bound it. */
static inline uint16_t
nsc_measure_mss(const struct nsc_flow *f)
{
	uint16_t a = f->tcp[0].mss, b = f->tcp[1].mss;

	if (a == 0 || (b != 0 && b < a))
		a = b;
	return a != 0 ? a : NSC_MEASURE_MSS + NSC_MEASURE_STAMPS;
}

/* Wire segments that the captured packet stands for. */
static inline uint32_t
nsc_measure_segments(const struct nsc_flow *f, const struct nsc_packet *p)
{
	uint32_t size = p->frame->gso_size;

	if (p->payload_len == 0)
		return 1;
	if (size == 0) {
		size = nsc_measure_mss(f);
		if (size > NSC_MEASURE_STAMPS && p->flags & NSC_PACKET_TIMESTAMPS)
			size -= NSC_MEASURE_STAMPS;
	}
	if (p->payload_len <= size)
		return 1;			/* nearly always: no division */
	return (p->payload_len - 1) / size + 1;
}

/* Octets up to `end` are all that y has offered room for; never true where its scale is not known. */
static inline bool
nsc_measure_fills(const struct nsc_flow *f, const struct nsc_flow_tcp *x,
		  const struct nsc_flow_tcp *y, uint32_t end)
{
	const uint16_t handshake = NSC_FLOW_SYN_SEEN | NSC_FLOW_SYNACK_SEEN;
	bool scaled = x->wscale != NSC_WSCALE_NONE && y->wscale != NSC_WSCALE_NONE;

	return y->flags & NSC_SIDE_ACKS && (f->flags & handshake) == handshake &&
	       end - y->acked == (uint32_t)y->window << (scaled ? y->wscale : 0);
}

/* Dates the packet by its IPv4 identification (0 for IPv6); a super-packet takes one a segment. */
static inline void
nsc_measure_id(struct nsc_flow_tcp *x, const struct nsc_packet *p, uint32_t segments)
{
	uint16_t step = (uint16_t)(p->ip_id - x->ip_id);

	x->id_steady = x->id_seen & ((uint16_t)(step - 1) < NSC_MEASURE_ID_STEP - 1);
	x->id_seen = 1;
	x->ip_id = (uint16_t)(p->ip_id + segments - 1);
}

/* Begins to time the octet before seq. */
static inline void
nsc_measure_time(struct nsc_flow_tcp *x, uint32_t seq, uint64_t now)
{
	x->timed = seq;
	x->timed_low = (uint32_t)now;
	x->timed_high = (uint16_t)(now >> 32);
	x->flags |= NSC_SIDE_TIMED;
}

/* The clock may have stepped back: then the difference is huge, and too old. */
static inline uint64_t
nsc_measure_age(const struct nsc_flow_tcp *x, uint64_t now)
{
	uint64_t then = (uint64_t)x->timed_high << 32 | x->timed_low;

	return (now - then) & 0xffffffffffffull;
}

/* What `sender` had timed is acknowledged now: a sample, unless it is too old. */
void nsc_measure_sample(struct nsc_flow *f, int sender, uint64_t now, struct nsc_update *up);

#endif
