/* SPDX-License-Identifier: MIT */
/*
 * In-order octets of one side of a TCP flow, out of segments that come late,
 * twice, overlapping, or not at all.  Memory is a pool of fixed pieces; a
 * stream without held octets holds none.
 */
#ifndef NSC_FLOW_REASSEMBLY_H
#define NSC_FLOW_REASSEMBLY_H

#include "base/bytes.h"

enum nsc_overlap {		/* which of two different copies counts (pending octets only) */
	NSC_OVERLAP_FIRST,
	NSC_OVERLAP_LAST,
};

enum nsc_overflow {		/* a side's limit is reached */
	NSC_OVERFLOW_SLIDING,	/* give the hole up: what is held is read after a gap */
	NSC_OVERFLOW_DROP_FLOW,	/* the flow ends with reason buffer_overflow */
};

struct nsc_reassembly_config {
	uint32_t limit;		/* octets held for a side, at the most (ReassemblyLimit) */
	uint64_t memory;	/* octets held in all, at the most (ReassemblyMemory) */
	uint8_t overlap;	/* nsc_overlap */
	uint8_t overflow;	/* nsc_overflow */
	uint32_t hole_ms;	/* a hole older than that is given up (1000) */
};

struct nsc_reassembly_stats {
	uint64_t held;			/* octets in pieces; now */
	uint64_t overflows;		/* sides that reached their limit */
	uint64_t memory_overflows;	/* the pool was empty */
	uint64_t gaps;			/* holes given up */
	uint64_t out_of_order;		/* segments held */
	uint64_t inconsistent;		/* overlapping copies that differ; once a segment */
};

struct nsc_pool;

int nsc_pool_new(struct nsc_pool **pool, const struct nsc_reassembly_config *cfg);
void nsc_pool_free(struct nsc_pool *pool);
const struct nsc_reassembly_stats *nsc_pool_stats(const struct nsc_pool *pool);

/* One side.  All zero is an empty stream that starts with the first segment given to it. */
struct nsc_stream {
	uint32_t next;		/* sequence number of the first octet not yet consumed */
	uint32_t ready;		/* contiguous octets held from there */
	uint32_t held;		/* octets held in all */
	uint32_t piece;		/* first piece of the held octets; 0: none */
	uint64_t skip;		/* octets that the reader does not want, from `next` on */
	uint64_t hole_since;	/* ns; 0: no hole */
	bool started;
	bool gap;		/* octets were lost right before `next` */
};

/* The SYN's sequence number is known: the stream starts behind it. */
void nsc_stream_start(struct nsc_stream *s, uint32_t seq);

enum nsc_offer {
	NSC_OFFER_READY,	/* *out holds all that can be read now, from next on */
	NSC_OFFER_HELD,		/* nothing new to read: held, or seen before */
	NSC_OFFER_OVERFLOW,	/* NSC_OVERFLOW_DROP_FLOW: close the flow */
};

/*
 * Takes a segment of `len` octets of which `caplen` were captured (the rest
 * is a gap).  In order and with nothing held, *out is the segment itself, so
 * that nothing is copied; the caller then says with nsc_stream_consume how
 * much of it was read, and the rest is held.
 */
enum nsc_offer nsc_stream_offer(struct nsc_pool *pool, struct nsc_stream *s, uint32_t seq,
				const uint8_t *data, uint32_t caplen, uint32_t len, uint64_t now,
				struct nsc_bytes *out);

/*
 * The reader took n octets of *out; after them it does not want `skip` more.
 * Returns READY with a new *out when octets held behind (or behind the skip) can
 * be read now, else HELD or OVERFLOW.
 */
enum nsc_offer nsc_stream_consume(struct nsc_pool *pool, struct nsc_stream *s, uint32_t n,
				  uint64_t skip, struct nsc_bytes *out);

/* Gives up the first hole if there is one (timeout, or the other side acknowledged past it). */
enum nsc_offer nsc_stream_give_up(struct nsc_pool *pool, struct nsc_stream *s, struct nsc_bytes *out);

/* Gives everything held back to the pool. */
void nsc_stream_release(struct nsc_pool *pool, struct nsc_stream *s);

#endif
