/* SPDX-License-Identifier: MIT */
/* BGP-4 (RFC 4271, 4.1): the name, by the marker of 16 octets of ones. */
#include "dissect/protocols.h"

enum { MARKER = 16, HEADER = 19, LENGTH_MAX = 4096, TYPES = 5 };

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	struct nsc_bytes b = g->bytes;
	size_t left = nsc_bytes_left(&b);
	uint16_t length;
	uint8_t type;

	for (unsigned i = 0; i < MARKER && i < left; i++)
		if (nsc_bytes_u8(&b) != 0xff)
			return NSC_NOT_MINE;
	if (left < HEADER)
		return NSC_MORE;
	length = nsc_bytes_u16(&b);
	type = nsc_bytes_u8(&b);
	return length >= HEADER && length <= LENGTH_MAX && type >= 1 && type <= TYPES ? NSC_DONE
											: NSC_NOT_MINE;
}

const struct nsc_dissector nsc_bgp = {
	.name = "bgp",
	.title = "Border Gateway Protocol 4",
	.spec = "RFC 4271",
	.transports = NSC_OVER_TCP,
	.first = {{0xff, 0x100}},
	.guess = guess,
	.known_by = "sixteen octets of ones, a length and a type that fit",
};
