/* SPDX-License-Identifier: MIT */
/* Marks of a packet and of its connection (32 bits each), as far as they are known. */
#ifndef NSC_HOST_NFT_MARK_H
#define NSC_HOST_NFT_MARK_H

#include <stdbool.h>
#include <stdint.h>

struct nsc_nft_mark {
	uint32_t value, known;		/* bits of value that are certain; the others are 0 */
};

static inline struct nsc_nft_mark
nsc_nft_mark(uint32_t value, uint32_t known)
{
	return (struct nsc_nft_mark){value & known, known};
}

/* (a & keep) ^ (b & take) */
static inline struct nsc_nft_mark
nsc_nft_mark_mix(struct nsc_nft_mark a, uint32_t keep, struct nsc_nft_mark b, uint32_t take)
{
	return nsc_nft_mark((a.value & keep) ^ (b.value & take),
			    (a.known | ~keep) & (b.known | ~take));
}

/* The mark becomes `to`, or perhaps stays what it was. */
static inline void
nsc_nft_mark_set(struct nsc_nft_mark *m, struct nsc_nft_mark to, bool maybe)
{
	*m = maybe ? nsc_nft_mark(to.value, m->known & to.known & ~(m->value ^ to.value)) : to;
}

#endif
