/* SPDX-License-Identifier: MIT */
/*
 * RADIUS (RFC 2865, 3; RFC 2866; RFC 5176): the name.  The length is the datagram's, and the
 * attributes fill it exactly.
 */
#include "dissect/protocols.h"

enum { HEADER = 20, LENGTH_MAX = 4096, ATTRIBUTES_MAX = 256 };

static bool
is_code(uint8_t c)
{
	return (c >= 1 && c <= 5) || (c >= 11 && c <= 13) || (c >= 40 && c <= 45);
}

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	struct nsc_bytes b = g->bytes;
	size_t left = nsc_bytes_left(&b);
	uint8_t code = nsc_bytes_u8(&b), type, length;
	unsigned n;

	nsc_bytes_skip(&b, 1);		/* identifier */
	if (!is_code(code) || nsc_bytes_u16(&b) != left || left <= HEADER || left > LENGTH_MAX)
		return NSC_NOT_MINE;
	nsc_bytes_skip(&b, HEADER - 4);
	for (n = 0; n < ATTRIBUTES_MAX && nsc_bytes_left(&b) > 0; n++) {
		type = nsc_bytes_u8(&b);
		length = nsc_bytes_u8(&b);
		if (type == 0 || length < 2)
			return NSC_NOT_MINE;
		nsc_bytes_skip(&b, length - 2u);
	}
	return !b.bad && nsc_bytes_left(&b) == 0 ? NSC_DONE : NSC_NOT_MINE;
}

const struct nsc_dissector nsc_radius = {
	.name = "radius",
	.title = "Remote Authentication Dial In User Service",
	.spec = "RFC 2865, RFC 2866, RFC 5176",
	.transports = NSC_OVER_UDP,
	.first = {{1, 46}},
	.guess = guess,
};
