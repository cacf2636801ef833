/* SPDX-License-Identifier: MIT */
/*
 * The pool behind reassembly: pieces of 2 KiB in one reserved range, and the
 * streams that hold some, oldest first.  Private to flow/pieces.c (the pool),
 * flow/held.c (a stream's pieces) and flow/reassembly.c (what to do with them).
 */
#ifndef NSC_FLOW_PIECES_H
#define NSC_FLOW_PIECES_H

#include "flow/reassembly.h"

enum {
	NSC_PIECE = 2048,		/* octets of a piece with its head */
	NSC_PIECE_ROOM = NSC_PIECE - 16,
	NSC_PIECES_MIN = 64,
	NSC_VIEW_ROOM = 1 << 18,	/* octets of one segment that are held at the most */
};

/* Pieces of a stream are sorted and never overlap; index 0 is none. */
struct nsc_piece {
	uint32_t next;
	uint32_t seq;			/* of its first octet */
	uint16_t at, len;		/* octets are data[at] .. data[at + len) */
	uint32_t reserved;
	uint8_t data[NSC_PIECE_ROOM];
};

struct nsc_pool {
	struct nsc_reassembly_config cfg;
	struct nsc_reassembly_stats stats;
	uint64_t now;			/* ns, of the newest segment */

	struct nsc_piece *piece;	/* [0] is never used */
	uint32_t count;			/* with [0] */
	uint32_t carved;		/* pieces below were used once */
	uint32_t free;			/* list of given-back ones */
	uint32_t used, most;		/* pieces in use, and how many may be */
	uint16_t side_pieces;		/* a side's limit, so that octets sent singly don't cost 2 KiB each */

	struct nsc_stream *oldest, *newest;
	uint32_t holders;

	/* The segment that was offered in order and not yet consumed. */
	const struct nsc_stream *direct;
	const uint8_t *data;
	uint32_t len;

	/* Octets of several pieces made contiguous: for the reader, and for a second look. */
	uint8_t *view[2];
	size_t view_size;
};

/* A piece for s, empty, not yet in its list; 0 if even the oldest holder had none to give. */
uint32_t nsc_piece_take(struct nsc_pool *pool, const struct nsc_stream *s);
void nsc_piece_give(struct nsc_pool *pool, uint32_t piece);

/* The stream holds its first piece, or none any more. */
void nsc_pool_enter(struct nsc_pool *pool, struct nsc_stream *s);
void nsc_pool_leave(struct nsc_pool *pool, struct nsc_stream *s);

/* Where a piece begins, in octets behind next. */
static inline uint32_t
nsc_held_offset(const struct nsc_stream *s, const struct nsc_piece *p)
{
	return p->seq - s->next;
}

/*
 * Merges a segment that begins at next or behind it, as the overlap policy
 * says.  False: the pool ran empty, and the rest of the segment is not held.
 */
bool nsc_held_merge(struct nsc_pool *pool, struct nsc_stream *s, uint32_t seq, const uint8_t *data,
		    uint32_t len);

/* Moves next by n octets; what is held before the new place is dropped. */
void nsc_held_drop(struct nsc_pool *pool, struct nsc_stream *s, uint32_t n);

/* Counts the ready octets anew; a hole behind them gets its time. */
void nsc_held_measure(const struct nsc_pool *pool, struct nsc_stream *s);

/* The ready octets as one run, copied into a view (0 or 1) if they lie in several pieces. */
void nsc_held_show(struct nsc_pool *pool, const struct nsc_stream *s, int view,
		   struct nsc_bytes *out);

#endif
