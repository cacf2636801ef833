/* SPDX-License-Identifier: MIT */
/*
 * What is known of octets of a packet that never came: bits that are certain, octets of a
 * source address of which only the kind is known, and answers that may be both.
 */
#ifndef NSC_HOST_TERNARY_H
#define NSC_HOST_TERNARY_H

#include <stdbool.h>
#include <stdint.h>

enum nsc_ternary {		/* a set of truth values */
	NSC_NO = 1,
	NSC_YES = 2,
	NSC_MAYBE = NSC_NO | NSC_YES,
};

static inline enum nsc_ternary
nsc_ternary_not(enum nsc_ternary t)
{
	return t == NSC_MAYBE ? NSC_MAYBE : (enum nsc_ternary)(NSC_MAYBE & ~t);
}

static inline enum nsc_ternary
nsc_ternary_and(enum nsc_ternary a, enum nsc_ternary b)
{
	if (a == NSC_NO || b == NSC_NO)
		return NSC_NO;
	return a == NSC_YES && b == NSC_YES ? NSC_YES : NSC_MAYBE;
}

/* Whom a packet may come from: every address of that kind. */
enum nsc_source_kind {
	NSC_SOURCE_PUBLIC,	/* and documentation, benchmark, reserved (DESIGN 2) */
	NSC_SOURCE_PRIVATE,	/* RFC 1918, 6598, 4193; not link-local */
};

/* Addresses of `octets` (4 or 16) in network order, both ends included. */
struct nsc_span {
	uint8_t low[16], high[16];
};

/* All sources of that kind, ascending. */
const struct nsc_span *nsc_source_spans(enum nsc_source_kind kind, unsigned octets,
					unsigned *count);

/*
 * Are the sources of that kind within [low, high]?  Addresses of `octets` (4 or 16) in network
 * order.  YES: all of them; NO: none.
 */
enum nsc_ternary nsc_source_within(enum nsc_source_kind kind, unsigned octets, const uint8_t *low,
				   const uint8_t *high);

enum { NSC_KNOWLEDGE = 64 };	/* octets of nft's registers (NFT_REG32_00 to 15) */

struct nsc_knowledge {
	uint8_t value[NSC_KNOWLEDGE];
	uint8_t known[NSC_KNOWLEDGE];	/* bits of value that are certain */
	uint8_t source[NSC_KNOWLEDGE];	/* 1 + which octet of the source address; 0: none */
	uint8_t masked[NSC_KNOWLEDGE];	/* of source's octets: bits that a mask took away */
};

/* Certain octets; octets of which nothing is known. */
void nsc_know(struct nsc_knowledge *k, unsigned at, const void *value, unsigned len);
void nsc_know_nothing(struct nsc_knowledge *k, unsigned at, unsigned len);

struct nsc_doubt {		/* how the source address stands in it */
	enum nsc_source_kind kind;
	unsigned octets;	/* 4 or 16 */
};

/* Every bit of [at, at + len) is certain; d's source address, whole, stands at `at`. */
bool nsc_is_certain(const struct nsc_knowledge *k, unsigned at, unsigned len);
bool nsc_is_source(const struct nsc_knowledge *k, unsigned at, const struct nsc_doubt *d);

/* Do the octets [at, at + len), as a number in network order, lie within [low, high]? */
enum nsc_ternary nsc_known_within(const struct nsc_knowledge *k, unsigned at, unsigned len,
				  const uint8_t *low, const uint8_t *high,
				  const struct nsc_doubt *d);

/* Are they equal to value?  Octets of different origin are compared each in its own way. */
enum nsc_ternary nsc_known_equal(const struct nsc_knowledge *k, unsigned at, unsigned len,
				 const uint8_t *value, const struct nsc_doubt *d);

#endif
