/* SPDX-License-Identifier: MIT */
/* RTMP (Adobe, "Real-Time Messaging Protocol", 5.2): the name, by the first chunk of its handshake. */
#include "dissect/protocols.h"

enum { VERSION = 3, CHUNK = 1537 };

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	struct nsc_bytes b = g->bytes;
	uint8_t version = nsc_bytes_u8(&b);
	uint32_t zero;

	nsc_bytes_skip(&b, 4);			/* the time */
	zero = nsc_bytes_u32(&b);
	if (b.bad)
		return nsc_bytes_left(&g->bytes) > 0 && *g->bytes.p != VERSION ? NSC_NOT_MINE : NSC_MORE;
	/* Players that sign it say their version there: 9.0.124.2 and later, 128.x. */
	if (version != VERSION || (zero != 0 && zero >> 24 != 9 && zero >> 24 != 10 && zero >> 24 != 128))
		return NSC_NOT_MINE;
	return nsc_bytes_left(&g->bytes) >= CHUNK ? NSC_DONE : NSC_MORE;
}

const struct nsc_dissector nsc_rtmp = {
	.name = "rtmp",
	.title = "Real-Time Messaging Protocol",
	.spec = "Adobe, RTMP 1.0",
	.transports = NSC_OVER_TCP,
	.first = {{VERSION, VERSION + 1}},
	.guess = guess,
	.known_by = "version 3 and the 1,536 octets of the handshake, with its zeros or a player's version",
};
