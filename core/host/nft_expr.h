/* SPDX-License-Identifier: MIT */
/* nftables' expressions out of netlink attributes. */
#ifndef NSC_HOST_NFT_EXPR_H
#define NSC_HOST_NFT_EXPR_H

#include "host/nft_attr.h"

/* Appends the expressions of NFTA_RULE_EXPRESSIONS; 0 or -ENOMEM. */
int nsc_nft_expressions(struct nsc_nft *n, int32_t table, const struct nlattr *list);

/* An iptables match or target (NFTA_MATCH_*); not understood: op is DOUBT or STRANGE. */
void nsc_nft_match(struct nsc_nft_expr *e, const struct nlattr *const tb[NSC_NFT_ATTRS]);
void nsc_nft_target(struct nsc_nft_expr *e, const struct nlattr *const tb[NSC_NFT_ATTRS]);

#endif
