/* SPDX-License-Identifier: MIT */
/* Comparisons, ranges, masks and turned octets. */
#include "host/nft_register.h"

#include <arpa/inet.h>
#include <linux/netfilter/nf_tables.h>
#include <string.h>

enum nsc_ternary
nsc_nft_compare(const struct nsc_knowledge *reg, const struct nsc_nft_expr *e,
		const struct nsc_doubt *d)
{
	uint8_t low[NSC_NFT_DATA] = {0}, high[NSC_NFT_DATA], one[NSC_NFT_DATA];
	enum nsc_ternary below, equal;

	memset(high, 0xff, sizeof high);
	memcpy(one, e->a, sizeof one);
	equal = nsc_known_equal(reg, e->sreg, e->len, e->a, d);
	switch (e->code) {
	case NFT_CMP_EQ:
		return equal;
	case NFT_CMP_NEQ:
		return nsc_ternary_not(equal);
	case NFT_CMP_LTE:
		return nsc_known_within(reg, e->sreg, e->len, low, one, d);
	case NFT_CMP_GTE:
		return nsc_known_within(reg, e->sreg, e->len, one, high, d);
	case NFT_CMP_GT:
		below = nsc_known_within(reg, e->sreg, e->len, low, one, d);
		return nsc_ternary_not(below);
	case NFT_CMP_LT:
		below = nsc_known_within(reg, e->sreg, e->len, one, high, d);
		return nsc_ternary_not(below);
	default:
		return NSC_MAYBE;
	}
}

enum nsc_ternary
nsc_nft_in_range(const struct nsc_knowledge *reg, const struct nsc_nft_expr *e,
		 const struct nsc_doubt *d)
{
	enum nsc_ternary t = nsc_known_within(reg, e->sreg, e->len, e->a, e->b, d);

	return e->invert ? nsc_ternary_not(t) : t;
}

void
nsc_nft_mask(struct nsc_knowledge *k, const struct nsc_nft_expr *e)
{
	if (e->len > NSC_NFT_DATA || e->sreg + e->len > NSC_KNOWLEDGE ||
	    e->dreg + e->len > NSC_KNOWLEDGE)
		return;
	for (unsigned i = 0; i < e->len; i++) {
		unsigned from = e->sreg + i, to = e->dreg + i;
		uint8_t m = e->a[i], x = e->b[i];

		/* A bit that the mask takes away is certain. */
		k->value[to] = (uint8_t)((k->value[from] & m) ^ x);
		k->known[to] = (uint8_t)(k->known[from] | ~m);
		k->source[to] = k->source[from];
		k->masked[to] = (uint8_t)(k->masked[from] | ~m);
		if (k->source[to] != 0 && x != 0)
			k->source[to] = 0;
		if (k->source[to] != 0)
			k->known[to] = 0;
	}
}

/* Host order to network order and back are the same turn. */
void
nsc_nft_turn(struct nsc_knowledge *k, const struct nsc_nft_expr *e)
{
	struct nsc_knowledge was = *k;
	bool little = htons(1) != 1;
	unsigned size = e->code;

	if (size == 0 || size > 8 || e->sreg + e->len > NSC_KNOWLEDGE ||
	    e->dreg + e->len > NSC_KNOWLEDGE) {
		nsc_know_nothing(k, e->dreg, e->len);
		return;
	}
	for (unsigned i = 0; i < e->len; i++) {
		unsigned from = little ? i / size * size + size - 1 - i % size : i;

		if (from >= e->len)
			from = i;
		k->value[e->dreg + i] = was.value[e->sreg + from];
		k->known[e->dreg + i] = was.known[e->sreg + from];
		k->source[e->dreg + i] = little && size > 1 ? 0 : was.source[e->sreg + from];
		k->masked[e->dreg + i] = was.masked[e->sreg + from];
	}
}
