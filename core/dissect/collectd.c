/* SPDX-License-Identifier: MIT */
/* collectd's binary protocol (collectd wiki, "Binary protocol"): the name, by parts that fill the datagram. */
#include "dissect/protocols.h"

enum { HOST = 0, LAST = 9, MESSAGE = 0x100, SEVERITY = 0x101, PARTS = 512, PARTS_MIN = 3 };

static bool
is_part(uint16_t type)
{
	return type <= LAST || type == MESSAGE || type == SEVERITY;
}

/* Signed and encrypted parts (0x200, 0x210) hide the rest. */
static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	struct nsc_bytes b = g->bytes;
	unsigned n;

	for (n = 0; n < PARTS && nsc_bytes_left(&b) > 0; n++) {
		uint16_t type = nsc_bytes_u16(&b), length = nsc_bytes_u16(&b);
		struct nsc_bytes body = nsc_bytes_sub(&b, length >= 4 ? length - 4u : SIZE_MAX);

		if (b.bad || !is_part(type) || (n == 0 && type != HOST))
			return NSC_NOT_MINE;
		/* Texts end with a NUL; times, intervals and severities are numbers. */
		if ((type == HOST || (type >= 2 && type <= 5) || type == MESSAGE) &&
		    (nsc_bytes_left(&body) == 0 || body.end[-1] != 0))
			return NSC_NOT_MINE;
	}
	return n >= PARTS_MIN && nsc_bytes_left(&b) == 0 ? NSC_DONE : NSC_NOT_MINE;
}

const struct nsc_dissector nsc_collectd = {
	.name = "collectd",
	.title = "collectd's binary protocol",
	.spec = "collectd wiki, Binary protocol",
	.transports = NSC_OVER_UDP,
	.first = {{0, 1}},
	.guess = guess,
	.known_by = "a host's name as first part, and parts of known types that fill the datagram",
	.limits = "signed and encrypted ones are `unknown`",
};
