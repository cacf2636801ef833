/* SPDX-License-Identifier: MIT */
/*
 * BER, as far as recognising a message needs it (X.690, 8.1): tags of one octet, definite
 * lengths of up to four.  Anything else makes the reader bad.
 */
#ifndef NSC_DISSECT_BER_H
#define NSC_DISSECT_BER_H

#include "base/bytes.h"

enum {
	NSC_BER_INTEGER = 0x02,
	NSC_BER_OCTETS = 0x04,
	NSC_BER_ENUMERATED = 0x0a,
	NSC_BER_SEQUENCE = 0x30,
};

static inline uint32_t
nsc_ber_length(struct nsc_bytes *b)
{
	uint32_t n = nsc_bytes_u8(b), len = 0;

	if (n < 0x80)
		return n;
	n &= 0x7f;
	if (n < 1 || n > 4)
		b->bad = true;
	for (; n > 0 && !b->bad; n--)
		len = len << 8 | nsc_bytes_u8(b);
	return b->bad ? 0 : len;
}

/* The contents of the next element, and its tag. */
static inline struct nsc_bytes
nsc_ber_next(struct nsc_bytes *b, uint8_t *tag)
{
	*tag = nsc_bytes_u8(b);
	return nsc_bytes_sub(b, nsc_ber_length(b));
}

/* The contents of the next element, which has this tag: else bad. */
static inline struct nsc_bytes
nsc_ber_take(struct nsc_bytes *b, uint8_t want)
{
	uint8_t tag;
	struct nsc_bytes in = nsc_ber_next(b, &tag);

	if (tag != want)
		b->bad = in.bad = true;
	return in;
}

/* Inside the next element, as much of it as is there: it may end later. */
static inline struct nsc_bytes
nsc_ber_open(struct nsc_bytes *b, uint8_t *tag)
{
	uint32_t len;
	size_t left;

	*tag = nsc_bytes_u8(b);
	len = nsc_ber_length(b);
	left = nsc_bytes_left(b);
	return nsc_bytes_sub(b, len < left ? len : left);
}

/* An INTEGER that is not negative and fits; else bad. */
static inline uint32_t
nsc_ber_number(struct nsc_bytes *b)
{
	struct nsc_bytes in = nsc_ber_take(b, NSC_BER_INTEGER);
	size_t n = nsc_bytes_left(&in);
	uint32_t value = 0;

	if (n < 1 || n > 5 || (*in.p & 0x80) != 0 || (n == 5 && *in.p != 0))
		b->bad = true;
	while (nsc_bytes_left(&in) > 0)
		value = value << 8 | nsc_bytes_u8(&in);
	return b->bad ? 0 : value;
}

#endif
