/* SPDX-License-Identifier: MIT */
/* iptables' structures within NFTA_MATCH_INFO and NFTA_TARGET_INFO. */
#ifndef NSC_HOST_NFT_XT_H
#define NSC_HOST_NFT_XT_H

#include <string.h>

#include "host/nft_expr.h"

struct nsc_xt {
	const void *info;
	unsigned len;
	uint32_t revision;
};

/* The kernel pads these structures to 8 octets. */
static inline bool
nsc_xt_take(const struct nsc_xt *b, void *to, size_t size)
{
	if (b->len < size)
		return false;
	memcpy(to, b->info, size);
	return true;
}

static inline void
nsc_xt_put(uint8_t *to, uint32_t value)
{
	memcpy(to, &value, sizeof value);
}

static inline struct nsc_xt
nsc_xt_of(const struct nlattr *info, const struct nlattr *revision)
{
	return (struct nsc_xt){
		.info = info != NULL ? mnl_attr_get_payload(info) : NULL,
		.len = info != NULL ? mnl_attr_get_payload_len(info) : 0,
		.revision = nsc_nft_u32(revision),
	};
}

#endif
