/* SPDX-License-Identifier: MIT */
/* Comparisons with what is known in part. */
#include "host/ternary.h"

#include <string.h>

/*
 * What no packet from a public source has as its source (RFC 1122, 3.2.1.3; RFC 6890) lies
 * between these.
 */
static const struct nsc_span public4[] = {
	{{1, 0, 0, 0}, {9, 255, 255, 255}}, {{11, 0, 0, 0}, {100, 63, 255, 255}},
	{{100, 128, 0, 0}, {126, 255, 255, 255}}, {{128, 0, 0, 0}, {169, 253, 255, 255}},
	{{169, 255, 0, 0}, {172, 15, 255, 255}}, {{172, 32, 0, 0}, {192, 167, 255, 255}},
	{{192, 169, 0, 0}, {223, 255, 255, 255}}, {{240, 0, 0, 0}, {255, 255, 255, 254}},
};
static const struct nsc_span private4[] = {
	{{10, 0, 0, 0}, {10, 255, 255, 255}}, {{100, 64, 0, 0}, {100, 127, 255, 255}},
	{{172, 16, 0, 0}, {172, 31, 255, 255}}, {{192, 168, 0, 0}, {192, 168, 255, 255}},
};

#define F6 0xff, 0xff, 0xff, 0xff, 0xff, 0xff
#define F8 F6, 0xff, 0xff

/* Without ::, ::1, 64:ff9b:1::/48, fc00::/7, fe80::/10, fec0::/10, ff00::/8. */
static const struct nsc_span public6[] = {
	{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2}, {0, 0x64, 0xff, 0x9b, 0, 0, F8, 0xff, 0xff}},
	{{0, 0x64, 0xff, 0x9b, 0, 2}, {0xfb, 0xff, F6, F8}},
	{{0xfe, 0x00}, {0xfe, 0x7f, F6, F8}},
};
static const struct nsc_span private6[] = {{{0xfc}, {0xfd, 0xff, F6, F8}}};

#define GIVE(list) (*count = sizeof(list) / sizeof((list)[0]), (list))

const struct nsc_span *
nsc_source_spans(enum nsc_source_kind kind, unsigned octets, unsigned *count)
{
	if (kind == NSC_SOURCE_PUBLIC)
		return octets == 4 ? GIVE(public4) : GIVE(public6);
	return octets == 4 ? GIVE(private4) : GIVE(private6);
}

enum nsc_ternary
nsc_source_within(enum nsc_source_kind kind, unsigned octets, const uint8_t *low,
		  const uint8_t *high)
{
	unsigned count;
	const struct nsc_span *span = nsc_source_spans(kind, octets, &count);
	bool any = false, all = true;

	if (memcmp(low, high, octets) > 0)
		return NSC_NO;
	for (unsigned i = 0; i < count; i++) {
		any |= memcmp(span[i].low, high, octets) <= 0 &&
		       memcmp(span[i].high, low, octets) >= 0;
		all &= memcmp(span[i].low, low, octets) >= 0 &&
		       memcmp(span[i].high, high, octets) <= 0;
	}
	return all ? NSC_YES : any ? NSC_MAYBE : NSC_NO;
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

bool
nsc_is_certain(const struct nsc_knowledge *k, unsigned at, unsigned len)
{
	if (at > NSC_KNOWLEDGE || len > NSC_KNOWLEDGE - at)
		return false;
	for (unsigned i = 0; i < len; i++)
		if (k->known[at + i] != 0xff)
			return false;
	return true;
}

bool
nsc_is_source(const struct nsc_knowledge *k, unsigned at, const struct nsc_doubt *d)
{
	if (at > NSC_KNOWLEDGE || d->octets > NSC_KNOWLEDGE - at)
		return false;
	for (unsigned i = 0; i < d->octets; i++)
		if (k->masked[at + i] != 0)
			return false;
	return source_run(k, at, d->octets) == d->octets;
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
	if (nsc_is_certain(k, at, len))
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
