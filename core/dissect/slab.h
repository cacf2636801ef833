/* SPDX-License-Identifier: MIT */
/*
 * Capped memory in blocks of 16 to 1024 octets (powers of two): dissectors'
 * states and labels.  Pages of 4 KiB hold blocks of one size; an empty page
 * serves any size again, so that no size can starve another for ever.
 */
#ifndef NSC_DISSECT_SLAB_H
#define NSC_DISSECT_SLAB_H

#include <stddef.h>
#include <stdint.h>

enum { NSC_SLAB_MAX = 1024 };

struct nsc_slab;

/* Reserves `memory` octets of address space (at least 64 KiB).  0 or -ENOMEM. */
int nsc_slab_new(struct nsc_slab **slab, uint64_t memory);
void nsc_slab_free(struct nsc_slab *slab);

/* A block of at least `size` octets, not cleared; 0: none left, or too large. */
uint32_t nsc_slab_take(struct nsc_slab *slab, size_t size);
void nsc_slab_give(struct nsc_slab *slab, uint32_t block);

/* The octets of a block, aligned to 16; NULL for 0.  They never move. */
void *nsc_slab_at(const struct nsc_slab *slab, uint32_t block);

uint64_t nsc_slab_memory(const struct nsc_slab *slab);	/* octets of address space */

#endif
