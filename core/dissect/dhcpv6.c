/* SPDX-License-Identifier: MIT */
/*
 * DHCPv6 (RFC 8415, 8, 9, 21): the name.  The options fill the datagram exactly, and one
 * of them is a DUID of a known kind, or what a relay carries.
 */
#include "dissect/protocols.h"

enum {
	MESSAGES = 11,			/* types 1 to 11 of client and server; */
	RELAY_FORWARD = 12, RELAY_REPLY = 13,
	RELAY_HEADER = 34,
	CLIENT_ID = 1, SERVER_ID = 2, RELAY_MESSAGE = 9,	/* options */
	DUID_TYPES = 4,
	OPTIONS_MAX = 64,
};

/* Whether the options end where the datagram does, and one of them is such. */
static bool
are_options(struct nsc_bytes b, bool relay)
{
	bool found = false;

	for (unsigned i = 0; i < OPTIONS_MAX && nsc_bytes_left(&b) > 0; i++) {
		uint16_t code = nsc_bytes_u16(&b);
		struct nsc_bytes in = nsc_bytes_sub(&b, nsc_bytes_u16(&b));
		uint16_t kind = nsc_bytes_u16(&in);

		if (relay)
			found = found || code == RELAY_MESSAGE;
		else if (code == CLIENT_ID || code == SERVER_ID)
			found = found || (kind >= 1 && kind <= DUID_TYPES);
	}
	return !b.bad && nsc_bytes_left(&b) == 0 && found;
}

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	struct nsc_bytes b = g->bytes;
	uint8_t type = nsc_bytes_u8(&b);
	bool relay = type == RELAY_FORWARD || type == RELAY_REPLY;

	if (type == 0 || (type > MESSAGES && !relay))
		return NSC_NOT_MINE;
	nsc_bytes_skip(&b, relay ? RELAY_HEADER - 1 : 3);
	return !b.bad && are_options(b, relay) ? NSC_DONE : NSC_NOT_MINE;
}

const struct nsc_dissector nsc_dhcpv6 = {
	.name = "dhcpv6",
	.title = "Dynamic Host Configuration Protocol for IPv6",
	.spec = "RFC 8415",
	.transports = NSC_OVER_UDP,
	.first = {{1, 14}},
	.guess = guess,
};
