/* SPDX-License-Identifier: MIT */
/* Is what is known of a key in a set, and which element may it be? */
#ifndef NSC_HOST_NFT_LOOKUP_H
#define NSC_HOST_NFT_LOOKUP_H

#include "host/nft.h"
#include "host/ternary.h"

typedef void nsc_nft_each(void *arg, const struct nsc_nft_element *e);

/*
 * Tells each element that the key at reg[at] may be; of a set that is no map, and a key that is
 * the source address, only the answer.  YES: it is in the set for sure; NO: for sure not, and
 * nothing was told.
 */
enum nsc_ternary nsc_nft_lookup(const struct nsc_nft *n, const struct nsc_nft_set *s,
				const struct nsc_knowledge *reg, unsigned at,
				const struct nsc_doubt *d, nsc_nft_each *each, void *arg);

/* Such a look-up goes through all elements. */
bool nsc_nft_lookup_is_long(const struct nsc_nft_set *s, const struct nsc_knowledge *reg,
			    unsigned at, const struct nsc_doubt *d);

#endif
