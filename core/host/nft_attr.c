/* SPDX-License-Identifier: MIT */
/* What nf_tables' attributes have in common: lists, numbers, texts, nft_data. */
#include "host/nft_attr.h"

#include <arpa/inet.h>
#include <linux/netfilter/nf_tables.h>
#include <string.h>

void
nsc_nft_nested(const struct nlattr *nest, const struct nlattr *tb[NSC_NFT_ATTRS])
{
	const struct nlattr *a;

	memset(tb, 0, NSC_NFT_ATTRS * sizeof *tb);
	if (nest == NULL)
		return;
	mnl_attr_for_each_nested(a, nest)
		if (mnl_attr_get_type(a) < NSC_NFT_ATTRS)
			tb[mnl_attr_get_type(a)] = a;
}

uint32_t
nsc_nft_u32(const struct nlattr *a)
{
	return a != NULL && mnl_attr_get_payload_len(a) >= 4 ? ntohl(mnl_attr_get_u32(a)) : 0;
}

const char *
nsc_nft_text(const struct nlattr *a)
{
	if (a == NULL || mnl_attr_validate(a, MNL_TYPE_NUL_STRING) < 0)
		return "";
	return mnl_attr_get_str(a);
}

unsigned
nsc_nft_value(const struct nlattr *data, uint8_t *value, unsigned max)
{
	const struct nlattr *tb[NSC_NFT_ATTRS];
	unsigned len;

	nsc_nft_nested(data, tb);
	if (tb[NFTA_DATA_VALUE] == NULL)
		return 0;
	len = mnl_attr_get_payload_len(tb[NFTA_DATA_VALUE]);
	if (len > max)
		return 0;
	memcpy(value, mnl_attr_get_payload(tb[NFTA_DATA_VALUE]), len);
	return len;
}

bool
nsc_nft_verdict(const struct nsc_nft *n, int32_t table, const struct nlattr *data,
		int32_t *verdict, int32_t *target)
{
	const struct nlattr *tb[NSC_NFT_ATTRS];

	nsc_nft_nested(data, tb);
	if (tb[NFTA_DATA_VERDICT] == NULL)
		return false;
	nsc_nft_nested(tb[NFTA_DATA_VERDICT], tb);
	*verdict = (int32_t)nsc_nft_u32(tb[NFTA_VERDICT_CODE]);
	*target = nsc_nft_chain_named(n, table, nsc_nft_text(tb[NFTA_VERDICT_CHAIN]));
	return true;
}
