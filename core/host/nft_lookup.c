/* SPDX-License-Identifier: MIT */
/* Sets: single keys, intervals, concatenations with and without ranges. */
#include "host/nft_lookup.h"

#include <linux/netfilter/nf_tables.h>
#include <string.h>

static const uint8_t *
octets(const struct nsc_nft *n, uint32_t at)
{
	return (const uint8_t *)n->octets.item + at;
}

/* One less, as a number in network order. */
static void
before(uint8_t *to, const uint8_t *key, unsigned len)
{
	memcpy(to, key, len);
	for (unsigned i = len; i-- > 0;)
		if (to[i]-- != 0)
			return;
}

/* Each part within its own range; parts are filled up to 32 bits. */
static enum nsc_ternary
within_fields(const struct nsc_nft_set *s, const struct nsc_knowledge *reg, unsigned at,
	      const uint8_t *low, const uint8_t *high, const struct nsc_doubt *d)
{
	enum nsc_ternary t = NSC_YES;
	unsigned from = 0;

	for (unsigned i = 0; i < s->fields && t != NSC_NO; i++) {
		unsigned len = s->field[i];

		if (len == 0 || from + len > s->key_len)
			return NSC_MAYBE;
		t = nsc_ternary_and(t, nsc_known_within(reg, at + from, len, low + from,
							high + from, d));
		from += (len + 3u) & ~3u;
	}
	return t;
}

/* Element i of an interval set begins a range that ends before the next element, or never. */
static enum nsc_ternary
within_interval(const struct nsc_nft *n, const struct nsc_nft_set *s, uint32_t i,
		const struct nsc_knowledge *reg, unsigned at, const struct nsc_doubt *d)
{
	const struct nsc_nft_element *e = nsc_nft_element(n, s->first + i);
	uint8_t high[NFT_DATA_VALUE_MAXLEN];

	memset(high, 0xff, sizeof high);
	if (i + 1 < s->count && e[1].key != 0 && !e[1].catchall)
		before(high, octets(n, e[1].key), s->key_len);
	return nsc_known_within(reg, at, s->key_len, octets(n, e->key), high, d);
}

static enum nsc_ternary
is_element(const struct nsc_nft *n, const struct nsc_nft_set *s, uint32_t i,
	   const struct nsc_knowledge *reg, unsigned at, const struct nsc_doubt *d)
{
	const struct nsc_nft_element *e = nsc_nft_element(n, s->first + i);
	enum nsc_ternary t;

	if (e->ends || e->key == 0)
		return NSC_NO;
	if (e->end != 0 && s->fields > 0)
		t = within_fields(s, reg, at, octets(n, e->key), octets(n, e->end), d);
	else if (e->end != 0)
		t = nsc_known_within(reg, at, s->key_len, octets(n, e->key), octets(n, e->end), d);
	else if ((s->flags & NFT_SET_INTERVAL) != 0 && s->fields == 0)
		t = within_interval(n, s, i, reg, at, d);
	else
		t = nsc_known_equal(reg, at, s->key_len, octets(n, e->key), d);
	return t == NSC_YES && e->doubt ? NSC_MAYBE : t;
}

enum nsc_ternary
nsc_nft_lookup(const struct nsc_nft *n, const struct nsc_nft_set *s,
	       const struct nsc_knowledge *reg, unsigned at, const struct nsc_doubt *d,
	       void (*each)(void *arg, const struct nsc_nft_element *e), void *arg)
{
	enum nsc_ternary found = NSC_NO;

	if (s->key_len == 0 || at + s->key_len > NSC_KNOWLEDGE)
		return NSC_MAYBE;
	for (uint32_t i = 0; i < s->count && found != NSC_YES; i++) {
		const struct nsc_nft_element *e = nsc_nft_element(n, s->first + i);
		enum nsc_ternary t = e->catchall ? NSC_YES : is_element(n, s, i, reg, at, d);

		if (t == NSC_NO)
			continue;
		each(arg, e);
		if (t == NSC_YES || found == NSC_NO)
			found = t;
	}
	/* What packets put into a set, and time takes out, changes without a new generation. */
	return (s->flags & NFT_SET_EVAL) != 0 ? NSC_MAYBE : found;
}
