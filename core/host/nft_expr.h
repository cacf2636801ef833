/* SPDX-License-Identifier: MIT */
/* nftables' expressions out of netlink attributes. */
#ifndef NSC_HOST_NFT_EXPR_H
#define NSC_HOST_NFT_EXPR_H

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

/* Appends the expressions of NFTA_RULE_EXPRESSIONS; 0 or -ENOMEM. */
int nsc_nft_expressions(struct nsc_nft *n, int32_t table, const struct nlattr *list);

/* An iptables match or target (NFTA_MATCH_*); not understood: op is DOUBT or STRANGE. */
void nsc_nft_match(struct nsc_nft_expr *e, const struct nlattr *const tb[NSC_NFT_ATTRS]);
void nsc_nft_target(struct nsc_nft_expr *e, const struct nlattr *const tb[NSC_NFT_ATTRS]);

#endif
