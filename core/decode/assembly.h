/* SPDX-License-Identifier: MIT */
/*
 * The octets of a datagram whose fragments have not all come: which of them are
 * here, and where they lie.  Private to decode/.
 */
#ifndef NSC_DECODE_ASSEMBLY_H
#define NSC_DECODE_ASSEMBLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	NSC_DATAGRAM_MAX = 65535,
	NSC_CHUNK = 2048,
	NSC_CHUNKS_EACH = 32,	/* of one datagram */
	NSC_HOLES_MAX = 16,	/* stretches apart from one another; more are given up */
};

/* The stretches that came, in order, none touching another. */
struct nsc_stretches {
	uint32_t end;		/* of the datagram, by its last fragment; 0: not here */
	uint32_t n;
	struct {
		uint32_t from, to;
	} at[NSC_HOLES_MAX];
};

enum nsc_piece {
	NSC_PIECE_NEW,
	NSC_PIECE_AGAIN,	/* all of it came before */
	NSC_PIECE_OVERLAP,	/* some of it did, or it lies behind the datagram's end */
	NSC_PIECE_TOO_MANY,
};

enum nsc_piece nsc_stretches_add(struct nsc_stretches *s, uint32_t from, uint32_t to, bool last);
bool nsc_stretches_whole(const struct nsc_stretches *s);

/* A pool of chunks; a datagram holds them by index + 1, 0: none. */
struct nsc_chunks {
	uint8_t *octets;
	uint16_t *next;		/* of the free list */
	uint16_t free;		/* index + 1 */
	uint16_t count;
};

/* count of at most 65534.  -ENOMEM or 0. */
int nsc_chunks_init(struct nsc_chunks *pool, uint32_t count);
void nsc_chunks_fini(struct nsc_chunks *pool);

/* False if the pool ran dry: nothing was written. */
bool nsc_chunks_write(struct nsc_chunks *pool, uint16_t held[NSC_CHUNKS_EACH], uint32_t at,
		      const uint8_t *data, uint32_t len);
bool nsc_chunks_equal(const struct nsc_chunks *pool, const uint16_t held[NSC_CHUNKS_EACH],
		      uint32_t at, const uint8_t *data, uint32_t len);
/* The first len octets, all of which were written. */
void nsc_chunks_read(const struct nsc_chunks *pool, const uint16_t held[NSC_CHUNKS_EACH],
		     uint8_t *out, uint32_t len);
void nsc_chunks_give_back(struct nsc_chunks *pool, uint16_t held[NSC_CHUNKS_EACH]);

#endif
