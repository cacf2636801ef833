/* SPDX-License-Identifier: MIT */
/* Service Location Protocol (RFC 2608, 8; RFC 2165, 6): the name, by a header whose lengths fit. */
#include "dissect/protocols.h"

enum { V1 = 1, V2 = 2, FUNCTIONS = 11, FLAGS_V2 = 0x1fff, LANGUAGE_MIN = 2, LANGUAGE_MAX = 17 };

/* The language's tag is of letters, digits and hyphens (RFC 5646). */
static bool
is_tag(struct nsc_bytes b)
{
	while (nsc_bytes_left(&b) > 0) {
		uint8_t c = nsc_bytes_u8(&b);

		if (!((c | 0x20) >= 'a' && (c | 0x20) <= 'z') && !(c >= '0' && c <= '9') && c != '-')
			return false;
	}
	return true;
}

/* Version 2: 24 bits of length, flags of which 13 bits are 0, the language's tag. */
static bool
is_second(struct nsc_bytes b, size_t size)
{
	uint32_t length = nsc_bytes_u24(&b);
	uint16_t flags = nsc_bytes_u16(&b), tag;
	uint32_t extension = nsc_bytes_u24(&b);

	nsc_bytes_skip(&b, 2);			/* XID */
	tag = nsc_bytes_u16(&b);
	return length == size && (flags & FLAGS_V2) == 0 && extension < size && tag >= LANGUAGE_MIN &&
	       tag <= LANGUAGE_MAX && is_tag(nsc_bytes_sub(&b, tag)) && !b.bad;
}

/* Version 1: 16 bits of length, two letters of the language behind flags and dialect. */
static bool
is_first(struct nsc_bytes b, size_t size)
{
	uint16_t length = nsc_bytes_u16(&b);
	uint8_t flags = nsc_bytes_u8(&b), dialect = nsc_bytes_u8(&b);
	struct nsc_bytes language = nsc_bytes_sub(&b, 2);

	return length == size && (flags & 7) == 0 && dialect == 0 && is_tag(language) && !language.bad;
}

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	struct nsc_bytes b = g->bytes;
	size_t size = nsc_bytes_left(&b);
	uint8_t version = nsc_bytes_u8(&b), function = nsc_bytes_u8(&b);

	if (b.bad || function == 0 || function > FUNCTIONS)
		return NSC_NOT_MINE;
	return (version == V2 && is_second(b, size)) || (version == V1 && is_first(b, size)) ? NSC_DONE
											      : NSC_NOT_MINE;
}

const struct nsc_dissector nsc_slp = {
	.name = "slp",
	.title = "Service Location Protocol",
	.spec = "RFC 2608, RFC 2165",
	.transports = NSC_OVER_UDP,
	.first = {{V1, V2 + 1}},
	.guess = guess,
	.known_by = "version, function, a length that fills the datagram, and the language's tag",
	.limits = "over TCP it is `unknown`",
};
