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
	uint64_t stray;			/* segments more than 1 GiB ahead: ignored (RFC 7323, 2.3) */
	uint64_t memory;		/* octets of address space reserved */
};

struct nsc_pool;
struct nsc_stream;

/*
 * 0, -EINVAL (a limit of 0) or -ENOMEM.  Address space is reserved here; pages
 * are touched as octets are held.  The configuration is copied.
 */
int nsc_pool_new(struct nsc_pool **pool, const struct nsc_reassembly_config *cfg);
void nsc_pool_free(struct nsc_pool *pool);

/*
 * Replaces limits and policy, of streams that are there, too; between two segments.  Less
 * memory takes octets from those who hold them longest.  -EINVAL: limit or memory are
 * beyond those at creation.
 */
int nsc_pool_reconfigure(struct nsc_pool *pool, const struct nsc_reassembly_config *cfg);

const struct nsc_reassembly_stats *nsc_pool_stats(const struct nsc_pool *pool);

/* Streams that hold octets now. */
uint32_t nsc_pool_holders(const struct nsc_pool *pool);

/*
 * The next stream that holds octets, oldest first; NULL if there is none.
 * nsc_pool_holders() calls visit all of them once and leave the order as it was.
 */
struct nsc_stream *nsc_pool_turn(struct nsc_pool *pool, uint64_t now);

/*
 * One side.  All zero is an empty stream that starts with the first segment
 * given to it.  It stays where it is from the first offer to the release: when
 * the pool is empty, the stream that has held octets longest loses them.
 */
struct nsc_stream {
	uint32_t next;		/* sequence number of the first octet not yet consumed */
	uint32_t ready;		/* contiguous octets held from there */
	uint32_t held;		/* octets held in all */
	uint32_t piece;		/* first piece of the held octets; 0: none */
	uint64_t skip;		/* octets that the reader does not want, from `next` on */
	uint64_t hole_since;	/* ns; 0: no hole */
	struct nsc_stream *older, *newer;	/* of those that hold octets */
	uint32_t lost;		/* with `cut`: octets before this were not captured */
	uint16_t pieces;
	bool started;
	bool gap;		/* octets were lost right before `next` */
	bool cut;		/* what follows the ready octets was not captured, up to `lost` */
};

/* The SYN's sequence number is known: the stream starts behind it. */
void nsc_stream_start(struct nsc_stream *s, uint32_t seq);

/* The next `len` octets if all of them are to be skipped; false: they are to be offered. */
static inline bool
nsc_stream_pass(struct nsc_stream *s, uint32_t seq, uint32_t len)
{
	if (!s->started || seq != s->next || len > s->skip)
		return false;
	s->next += len;
	s->skip -= len;
	return true;
}

enum nsc_offer {
	NSC_OFFER_READY,	/* *out holds all that can be read now, from next on */
	NSC_OFFER_HELD,		/* nothing new to read: held, skipped, or seen before */
	NSC_OFFER_OVERFLOW,	/* NSC_OVERFLOW_DROP_FLOW: close the flow */
};

/*
 * Takes a segment of `len` octets of which `caplen` were captured (the rest
 * is a gap).  In order and with nothing held, *out is the segment itself, so
 * that nothing is copied; the caller then says with nsc_stream_consume how
 * much of it was read, and the rest is held.  After READY nothing else is
 * done with the pool before that consume, but nsc_stream_peek of another stream.
 */
enum nsc_offer nsc_stream_offer(struct nsc_pool *pool, struct nsc_stream *s, uint32_t seq,
				const uint8_t *data, uint32_t caplen, uint32_t len, uint64_t now,
				struct nsc_bytes *out);

/*
 * The octets that can be read now, for a second look (an empty *out: none).
 * They live until the next call with this pool.
 */
void nsc_stream_peek(struct nsc_pool *pool, const struct nsc_stream *s, struct nsc_bytes *out);

/*
 * The reader took n octets of *out; after them it does not want `skip` more:
 * these are passed by without being held, in whatever order they come.
 * At rest, after this, a side holds no more than the limit: when it is passed, sliding
 * drops what the reader left unread in front of a hole, or everything.
 * Returns READY with a new *out when octets held behind (or behind the skip) can
 * be read now, else HELD or OVERFLOW.
 */
enum nsc_offer nsc_stream_consume(struct nsc_pool *pool, struct nsc_stream *s, uint32_t n,
				  uint64_t skip, struct nsc_bytes *out);

/* True if a hole waits longer than hole_ms. */
bool nsc_stream_overdue(const struct nsc_pool *pool, const struct nsc_stream *s, uint64_t now);

/*
 * Gives up the first hole if there is one (timeout, or the other side
 * acknowledged past it).  Octets that the reader left unread in front of it
 * are dropped: what they wait for will never come.
 */
enum nsc_offer nsc_stream_give_up(struct nsc_pool *pool, struct nsc_stream *s, struct nsc_bytes *out);

/* Gives everything held back to the pool. */
void nsc_stream_release(struct nsc_pool *pool, struct nsc_stream *s);

#endif
