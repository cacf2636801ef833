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

/* One more; the highest key has none behind it. */
static void
after(uint8_t *to, const uint8_t *key, unsigned len)
{
	memcpy(to, key, len);
	for (unsigned i = len; i-- > 0;)
		if (++to[i] != 0)
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

/*
 * What element i of a set without parts stands for; false: for nothing.  One of an interval
 * set begins a range that ends before the next element, or never.
 */
static bool
range_of(const struct nsc_nft *n, const struct nsc_nft_set *s, uint32_t i, const uint8_t **low,
	 uint8_t high[NFT_DATA_VALUE_MAXLEN])
{
	const struct nsc_nft_element *e = nsc_nft_element(n, s->first + i);

	if (e->ends || e->catchall || e->key == 0)
		return false;
	*low = octets(n, e->key);
	if (e->end != 0)
		memcpy(high, octets(n, e->end), s->key_len);
	else if ((s->flags & NFT_SET_INTERVAL) == 0)
		memcpy(high, *low, s->key_len);
	else if (i + 1 < s->count && e[1].key != 0 && !e[1].catchall)
		before(high, octets(n, e[1].key), s->key_len);
	else
		memset(high, 0xff, s->key_len);
	return true;
}

static enum nsc_ternary
is_element(const struct nsc_nft *n, const struct nsc_nft_set *s, uint32_t i,
	   const struct nsc_knowledge *reg, unsigned at, const struct nsc_doubt *d)
{
	const struct nsc_nft_element *e = nsc_nft_element(n, s->first + i);
	uint8_t high[NFT_DATA_VALUE_MAXLEN];
	const uint8_t *low;
	enum nsc_ternary t;

	if (e->ends || e->key == 0)
		return NSC_NO;
	if (e->end != 0 && s->fields > 0)
		t = within_fields(s, reg, at, octets(n, e->key), octets(n, e->end), d);
	else if (s->fields > 0 || !range_of(n, s, i, &low, high))
		t = nsc_known_equal(reg, at, s->key_len, octets(n, e->key), d);
	else
		t = nsc_known_within(reg, at, s->key_len, low, high, d);
	return t == NSC_YES && e->doubt ? NSC_MAYBE : t;
}

/* --- by order --------------------------------------------------------------------- */

/* Elements whose keys are at most `key`: they are the first ones, but for a catch-all. */
static uint32_t
up_to(const struct nsc_nft *n, const struct nsc_nft_set *s, const uint8_t *key)
{
	uint32_t low = 0, high = s->count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		const struct nsc_nft_element *e = nsc_nft_element(n, s->first + middle);

		if (!e->catchall &&
		    (e->key == 0 || memcmp(octets(n, e->key), key, s->key_len) <= 0))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Whoever stands at the end is the catch-all; NULL: there is none. */
static const struct nsc_nft_element *
catchall_of(const struct nsc_nft *n, const struct nsc_nft_set *s)
{
	const struct nsc_nft_element *e;

	if (s->count == 0)
		return NULL;
	e = nsc_nft_element(n, s->first + s->count - 1);
	return e->catchall ? e : NULL;
}

/* The one element that a key without a doubt can be. */
static const struct nsc_nft_element *
only_one(const struct nsc_nft *n, const struct nsc_nft_set *s, const struct nsc_knowledge *reg,
	 unsigned at, const struct nsc_doubt *d, enum nsc_ternary *t)
{
	uint32_t i = up_to(n, s, reg->value + at);

	*t = i > 0 ? is_element(n, s, i - 1, reg, at, d) : NSC_NO;
	return i > 0 && *t != NSC_NO ? nsc_nft_element(n, s->first + i - 1) : NULL;
}

/* A span of sources in a set of ranges: YES, if ranges beside each other hold all of it. */
static enum nsc_ternary
span_among(const struct nsc_nft *n, const struct nsc_nft_set *s, const struct nsc_span *span)
{
	uint32_t i = up_to(n, s, span->low);
	uint8_t next[NFT_DATA_VALUE_MAXLEN], high[NFT_DATA_VALUE_MAXLEN];
	const uint8_t *low;
	bool any = false, all = true;

	memcpy(next, span->low, s->key_len);
	/* The range before may reach into it. */
	for (i = i > 0 ? i - 1 : 0; i < s->count; i++) {
		if (!range_of(n, s, i, &low, high) || memcmp(high, span->low, s->key_len) < 0)
			continue;
		if (memcmp(low, span->high, s->key_len) > 0)
			break;
		any = true;
		all = all && !nsc_nft_element(n, s->first + i)->doubt &&
		      memcmp(low, next, s->key_len) <= 0;
		if (!all || memcmp(high, span->high, s->key_len) >= 0)
			return all ? NSC_YES : NSC_MAYBE;
		after(next, high, s->key_len);
	}
	return any ? NSC_MAYBE : NSC_NO;
}

static enum nsc_ternary
source_among(const struct nsc_nft *n, const struct nsc_nft_set *s, const struct nsc_doubt *d)
{
	unsigned count, seen = 0;
	const struct nsc_span *span = nsc_source_spans(d->kind, d->octets, &count);

	if (catchall_of(n, s) != NULL)
		return NSC_YES;
	for (unsigned i = 0; i < count && seen != NSC_MAYBE; i++)
		seen |= span_among(n, s, &span[i]);
	return (enum nsc_ternary)seen;
}

/* One at a time: parts with ranges, keys known in part, the verdicts of a source. */
static enum nsc_ternary
search(const struct nsc_nft *n, const struct nsc_nft_set *s, const struct nsc_knowledge *reg,
       unsigned at, const struct nsc_doubt *d, nsc_nft_each *each, void *arg)
{
	enum nsc_ternary found = NSC_NO;

	for (uint32_t i = 0; i < s->count && found != NSC_YES; i++) {
		const struct nsc_nft_element *e = nsc_nft_element(n, s->first + i);
		enum nsc_ternary t = e->catchall ? NSC_YES : is_element(n, s, i, reg, at, d);

		if (t == NSC_NO)
			continue;
		each(arg, e);
		if (t == NSC_YES || found == NSC_NO)
			found = t;
	}
	return found;
}

static bool
has_ranges_of_parts(const struct nsc_nft_set *s)
{
	return s->fields > 0 && (s->flags & NFT_SET_INTERVAL) != 0;
}

bool
nsc_nft_lookup_is_long(const struct nsc_nft_set *s, const struct nsc_knowledge *reg, unsigned at,
		       const struct nsc_doubt *d)
{
	if (s->count < 32 || s->key_len == 0 || at + s->key_len > NSC_KNOWLEDGE)
		return false;
	if ((s->flags & NFT_SET_MAP) == 0 && s->fields == 0 && s->key_len == d->octets &&
	    nsc_is_source(reg, at, d))
		return false;
	return has_ranges_of_parts(s) || !nsc_is_certain(reg, at, s->key_len);
}

enum nsc_ternary
nsc_nft_lookup(const struct nsc_nft *n, const struct nsc_nft_set *s,
	       const struct nsc_knowledge *reg, unsigned at, const struct nsc_doubt *d,
	       nsc_nft_each *each, void *arg)
{
	const struct nsc_nft_element *e;
	enum nsc_ternary found;

	if (s->key_len == 0 || at + s->key_len > NSC_KNOWLEDGE)
		return NSC_MAYBE;
	if ((s->flags & NFT_SET_MAP) == 0 && s->fields == 0 && s->key_len == d->octets &&
	    nsc_is_source(reg, at, d)) {
		found = source_among(n, s, d);
	} else if (!has_ranges_of_parts(s) && nsc_is_certain(reg, at, s->key_len)) {
		e = only_one(n, s, reg, at, d, &found);
		if (e != NULL)
			each(arg, e);
		e = catchall_of(n, s);
		if (found != NSC_YES && e != NULL) {
			each(arg, e);
			found = NSC_YES;
		}
	} else {
		found = search(n, s, reg, at, d, each, arg);
	}
	/* What packets put into a set, and time takes out, changes without a new generation. */
	return (s->flags & NFT_SET_EVAL) != 0 ? NSC_MAYBE : found;
}
