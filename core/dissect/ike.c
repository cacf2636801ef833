/* SPDX-License-Identifier: MIT */
/*
 * IKE, versions 1 and 2 (RFC 2408, 3.1; RFC 7296, 3.1), also behind the marker of NAT
 * traversal (RFC 3948, 2.2): the name.  Its length is the datagram's.
 */
#include "dissect/protocols.h"

enum { MARKER = 4, V1 = 0x10, V2 = 0x20, EXCHANGE_MAX = 43, V2_INIT = 34, V1_NEW_GROUP = 33 };

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	struct nsc_bytes b = g->bytes, peek = b;
	uint8_t version, exchange;
	size_t left;

	if (nsc_bytes_u32(&peek) == 0)
		nsc_bytes_skip(&b, MARKER);
	left = nsc_bytes_left(&b);
	if (nsc_bytes_u64(&b) == 0)
		return NSC_NOT_MINE;	/* the initiator's SPI */
	nsc_bytes_skip(&b, 8 + 1);	/* the responder's, the next payload */
	version = nsc_bytes_u8(&b);
	exchange = nsc_bytes_u8(&b);
	nsc_bytes_skip(&b, 1 + 4);	/* flags, message */
	if (version == V1 ? exchange == 0 || exchange > V1_NEW_GROUP
			  : version != V2 || exchange < V2_INIT || exchange > EXCHANGE_MAX)
		return NSC_NOT_MINE;
	return nsc_bytes_u32(&b) == left && !b.bad ? NSC_DONE : NSC_NOT_MINE;
}

const struct nsc_dissector nsc_ike = {
	.name = "ike",
	.title = "Internet Key Exchange",
	.spec = "RFC 2408, RFC 7296, RFC 3948",
	.transports = NSC_OVER_UDP,
	.guess = guess,
	.known_by = "a sender's SPI, version, exchange and a length that fills the "
		    "datagram, also behind the four zeros of port 4500",
};
