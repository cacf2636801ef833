/* SPDX-License-Identifier: MIT */
/*
 * What expressions find out about registers, and make of them (nft_cmp.c, nft_range.c,
 * nft_bitwise.c, nft_byteorder.c of the kernel).
 */
#ifndef NSC_HOST_NFT_REGISTER_H
#define NSC_HOST_NFT_REGISTER_H

#include "host/nft.h"
#include "host/ternary.h"

enum nsc_ternary nsc_nft_compare(const struct nsc_knowledge *reg, const struct nsc_nft_expr *e,
				 const struct nsc_doubt *d);
enum nsc_ternary nsc_nft_in_range(const struct nsc_knowledge *reg, const struct nsc_nft_expr *e,
				  const struct nsc_doubt *d);

/* BITWISE with a mask and BYTEORDER: from sreg to dreg. */
void nsc_nft_mask(struct nsc_knowledge *reg, const struct nsc_nft_expr *e);
void nsc_nft_turn(struct nsc_knowledge *reg, const struct nsc_nft_expr *e);

#endif
