/* SPDX-License-Identifier: MIT */
/*
 * WireGuard (protocol paper, 5.4): the name.  A type of one octet and three of zero, and
 * the length that the type has.
 */
#include "dissect/protocols.h"

enum {
	INITIATION = 1, INITIATION_LENGTH = 148,
	RESPONSE = 2, RESPONSE_LENGTH = 92,
	COOKIE = 3, COOKIE_LENGTH = 64,
	DATA = 4, DATA_MIN = 32, DATA_PAD = 16,
	COUNTER_AT = 8,			/* of data: 64 bits, little-endian */
};

/* No session lasts for 2^48 messages. */
static bool
is_data(struct nsc_bytes b, size_t left)
{
	nsc_bytes_skip(&b, COUNTER_AT + 6 - 4);
	return left >= DATA_MIN && left % DATA_PAD == 0 && nsc_bytes_u16(&b) == 0;
}

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	struct nsc_bytes b = g->bytes;
	size_t left = nsc_bytes_left(&b);
	uint32_t type = nsc_bytes_le32(&b);
	bool mine = (type == INITIATION && left == INITIATION_LENGTH) ||
		    (type == RESPONSE && left == RESPONSE_LENGTH) ||
		    (type == COOKIE && left == COOKIE_LENGTH) ||
		    (type == DATA && is_data(b, left));

	return mine ? NSC_DONE : NSC_NOT_MINE;
}

const struct nsc_dissector nsc_wireguard = {
	.name = "wireguard",
	.title = "WireGuard",
	.spec = "WireGuard: Next Generation Kernel Network Tunnel, 5.4",
	.transports = NSC_OVER_UDP,
	.first = {{1, 5}},
	.guess = guess,
	.known_by = "type, three zeros and the size of a handshake's message; of data the "
		    "receiver and a counter, too",
};
