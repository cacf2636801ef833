/* SPDX-License-Identifier: MIT */
/* DHCP and BOOTP (RFC 2131, 2; RFC 2132, 2): the name, by its magic cookie. */
#include "dissect/protocols.h"

enum { COOKIE_AT = 236, REQUEST = 1, REPLY = 2, HARDWARE_MAX = 16 };

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	struct nsc_bytes b = g->bytes;
	uint8_t op = nsc_bytes_u8(&b), length;

	nsc_bytes_skip(&b, 1);		/* htype */
	length = nsc_bytes_u8(&b);
	nsc_bytes_skip(&b, COOKIE_AT - 3);
	return nsc_bytes_u32(&b) == 0x63825363 && (op == REQUEST || op == REPLY) &&
			       length <= HARDWARE_MAX
		       ? NSC_DONE
		       : NSC_NOT_MINE;
}

const struct nsc_dissector nsc_dhcp = {
	.name = "dhcp",
	.title = "Dynamic Host Configuration Protocol",
	.spec = "RFC 2131",
	.transports = NSC_OVER_UDP,
	.first = {{1, 3}},
	.guess = guess,
};
