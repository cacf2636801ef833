/* SPDX-License-Identifier: MIT */
/* Comparisons with what is known in part. */
#include "host/ternary.h"

#include <string.h>

#include "base/addr.h"

struct span {
	uint8_t addr[16];
	uint8_t bits;
};

/* What no packet from a public source has as its source (RFC 1122, 3.2.1.3; RFC 6890). */
static const struct span not_public4[] = {
	{{0}, 8}, {{10}, 8}, {{100, 64}, 10}, {{127}, 8}, {{169, 254}, 16}, {{172, 16}, 12},
	{{192, 168}, 16}, {{224}, 4}, {{255, 255, 255, 255}, 32},
};
static const struct span not_public6[] = {
	{{0}, 128}, {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 128},
	{{0, 0x64, 0xff, 0x9b, 0, 1}, 48}, {{0xfc}, 7}, {{0xfe, 0x80}, 10}, {{0xfe, 0xc0}, 10},
	{{0xff}, 8},
};
static const struct span private4[] = {
	{{10}, 8}, {{100, 64}, 10}, {{172, 16}, 12}, {{192, 168}, 16},
};
static const struct span private6[] = {{{0xfc}, 7}};

#define SPANS(list) (list), sizeof(list) / sizeof((list)[0])

/* Last address of a span. */
static void
span_end(const struct span *s, unsigned octets, uint8_t *end)
{
	for (unsigned i = 0; i < octets; i++) {
		unsigned before = i * 8;
		unsigned fixed = s->bits <= before ? 0 : s->bits - before;

		end[i] = (uint8_t)(s->addr[i] | (fixed >= 8 ? 0 : 0xff >> fixed));
	}
}

/* Adds one; false past the last address. */
static bool
next(uint8_t *addr, unsigned octets)
{
	for (unsigned i = octets; i-- > 0;)
		if (++addr[i] != 0)
			return true;
	return false;
}

static bool
previous(uint8_t *addr, unsigned octets)
{
	for (unsigned i = octets; i-- > 0;)
		if (addr[i]-- != 0)
			return true;
	return false;
}

/* Every address of [low, high] lies in one of the spans. */
static bool
covered(const struct span *list, size_t n, unsigned octets, const uint8_t *low,
	const uint8_t *high)
{
	uint8_t at[16], end[16];

	memcpy(at, low, octets);
	while (memcmp(at, high, octets) <= 0) {
		size_t i = 0;

		for (; i < n; i++) {
			span_end(&list[i], octets, end);
			if (memcmp(list[i].addr, at, octets) <= 0 && memcmp(at, end, octets) <= 0)
				break;
		}
		if (i == n)
			return false;
		memcpy(at, end, octets);
		if (!next(at, octets))
			break;
	}
	return true;
}

static enum nsc_ternary
public_within(unsigned octets, const uint8_t *low, const uint8_t *high)
{
	const struct span *list = octets == 4 ? not_public4 : not_public6;
	size_t n = octets == 4 ? sizeof not_public4 / sizeof not_public4[0]
			       : sizeof not_public6 / sizeof not_public6[0];
	uint8_t first[16] = {0}, last[16], edge[16];
	bool below, above;

	if (covered(list, n, octets, low, high))
		return NSC_NO;
	memset(last, 0xff, sizeof last);
	memcpy(edge, low, octets);
	below = !previous(edge, octets) || covered(list, n, octets, first, edge);
	memcpy(edge, high, octets);
	above = !next(edge, octets) || covered(list, n, octets, edge, last);
	return below && above ? NSC_YES : NSC_MAYBE;
}

static enum nsc_ternary
private_within(const struct span *list, size_t n, unsigned octets, const uint8_t *low,
	       const uint8_t *high)
{
	bool any = false, all = true;
	uint8_t end[16];

	for (size_t i = 0; i < n; i++) {
		span_end(&list[i], octets, end);
		any |= memcmp(list[i].addr, high, octets) <= 0 && memcmp(end, low, octets) >= 0;
		all &= memcmp(list[i].addr, low, octets) >= 0 && memcmp(end, high, octets) <= 0;
	}
	return all ? NSC_YES : any ? NSC_MAYBE : NSC_NO;
}

enum nsc_ternary
nsc_source_within(enum nsc_source_kind kind, unsigned octets, const uint8_t *low,
		  const uint8_t *high)
{
	if (memcmp(low, high, octets) > 0)
		return NSC_NO;
	if (kind == NSC_SOURCE_PUBLIC)
		return public_within(octets, low, high);
	return octets == 4 ? private_within(SPANS(private4), octets, low, high)
			   : private_within(SPANS(private6), octets, low, high);
}

void
nsc_know(struct nsc_knowledge *k, unsigned at, const void *value, unsigned len)
{
	if (at > NSC_KNOWLEDGE || len > NSC_KNOWLEDGE - at)
		return;
	memcpy(k->value + at, value, len);
	memset(k->known + at, 0xff, len);
	memset(k->source + at, 0, len);
	memset(k->masked + at, 0, len);
}

void
nsc_know_nothing(struct nsc_knowledge *k, unsigned at, unsigned len)
{
	if (at > NSC_KNOWLEDGE || len > NSC_KNOWLEDGE - at)
		return;
	memset(k->value + at, 0, len);
	memset(k->known + at, 0, len);
	memset(k->source + at, 0, len);
	memset(k->masked + at, 0, len);
}

/* How many octets from `at` on are the source address's first ones, in order. */
static unsigned
source_run(const struct nsc_knowledge *k, unsigned at, unsigned len)
{
	unsigned n = 0;

	while (n < len && k->source[at + n] == n + 1)
		n++;
	return n;
}

/* The address's octets, masked, within [low, high]: its unseen and masked bits are free. */
static enum nsc_ternary
source_run_within(const struct nsc_knowledge *k, unsigned at, unsigned len, const uint8_t *low,
		  const uint8_t *high, const struct nsc_doubt *d)
{
	uint8_t from[16], to[16];
	bool free_bits = false;

	if (len > d->octets)
		return NSC_MAYBE;
	memset(from, 0, sizeof from);
	memset(to, 0xff, sizeof to);
	for (unsigned i = 0; i < len; i++) {
		uint8_t gone = k->masked[at + i];

		/* Only masks of prefixes leave a range. */
		if ((free_bits && gone != 0xff) || (uint8_t)(gone & (gone + 1)) != 0)
			return NSC_MAYBE;
		free_bits |= gone != 0;
		if (free_bits && memcmp(low, high, len) != 0)
			return NSC_MAYBE;
		if ((low[i] & gone) != 0)
			return NSC_NO;	/* equal to what the mask never leaves */
		from[i] = low[i];
		to[i] = high[i] | gone;
	}
	return nsc_source_within(d->kind, d->octets, from, to);
}

static bool
certain(const struct nsc_knowledge *k, unsigned at, unsigned len)
{
	for (unsigned i = 0; i < len; i++)
		if (k->known[at + i] != 0xff)
			return false;
	return true;
}

enum nsc_ternary
nsc_known_within(const struct nsc_knowledge *k, unsigned at, unsigned len, const uint8_t *low,
		 const uint8_t *high, const struct nsc_doubt *d)
{
	bool all = true;

	if (at > NSC_KNOWLEDGE || len > NSC_KNOWLEDGE - at)
		return NSC_MAYBE;
	if (memcmp(low, high, len) == 0)
		return nsc_known_equal(k, at, len, low, d);
	if (certain(k, at, len))
		return memcmp(low, k->value + at, len) <= 0 && memcmp(k->value + at, high, len) <= 0
			       ? NSC_YES : NSC_NO;
	if (len > 0 && source_run(k, at, len) == len)
		return source_run_within(k, at, len, low, high, d);
	for (unsigned i = 0; i < len; i++)
		all &= low[i] == 0 && high[i] == 0xff;
	return all ? NSC_YES : NSC_MAYBE;
}

enum nsc_ternary
nsc_known_equal(const struct nsc_knowledge *k, unsigned at, unsigned len, const uint8_t *value,
		const struct nsc_doubt *d)
{
	enum nsc_ternary t = NSC_YES;

	if (at > NSC_KNOWLEDGE || len > NSC_KNOWLEDGE - at)
		return NSC_MAYBE;
	for (unsigned i = 0; i < len && t != NSC_NO;) {
		unsigned run = source_run(k, at + i, len - i);

		if (run > 0) {
			t = nsc_ternary_and(t, source_run_within(k, at + i, run, value + i,
								 value + i, d));
			i += run;
			continue;
		}
		if (((k->value[at + i] ^ value[i]) & k->known[at + i]) != 0)
			t = NSC_NO;
		else if (k->known[at + i] != 0xff)
			t = NSC_MAYBE;
		i++;
	}
	return t;
}
