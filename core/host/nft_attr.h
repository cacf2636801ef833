/* SPDX-License-Identifier: MIT */
/* Netlink attributes as nf_tables writes them: numbers in network order, data in nests. */
#ifndef NSC_HOST_NFT_ATTR_H
#define NSC_HOST_NFT_ATTR_H

#include <libmnl/libmnl.h>

#include "host/nft.h"

enum { NSC_NFT_ATTRS = 24 };

/* Fills tb[0 to NSC_NFT_ATTRS - 1] from nested attributes; higher types are left out. */
void nsc_nft_nested(const struct nlattr *nest, const struct nlattr *tb[NSC_NFT_ATTRS]);

/* Numbers in network order; 0 if it is absent or short. */
uint32_t nsc_nft_u32(const struct nlattr *a);
/* A text that ends within the attribute; "" otherwise. */
const char *nsc_nft_text(const struct nlattr *a);

/* nft_data: a value's octets (at most max; their number) ... */
unsigned nsc_nft_value(const struct nlattr *data, uint8_t *value, unsigned max);
/* ... or a verdict; false if it is none.  *target: its chain. */
bool nsc_nft_verdict(const struct nsc_nft *n, int32_t table, const struct nlattr *data,
		     int32_t *verdict, int32_t *target);

#endif
