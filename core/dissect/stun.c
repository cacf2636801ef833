/* SPDX-License-Identifier: MIT */
/*
 * STUN and TURN (RFC 8489, RFC 8656; RFC 3489 without the cookie).  What speaks after it on
 * the same flow gives it its name: DTLS, RTP (RFC 7983); channels of TURN don't.
 */
#include "dissect/protocols.h"
#include "dissect/rtp.h"
#include "dissect/stun.h"

/* Its first attribute (MS-TURN, 2.2.2.1), behind 00 0f 00 04. */
#define MS_TURN_COOKIE "\x72\xc6\x4b\xc6"

enum { CLASSIC_ATTRIBUTES = 16, CLASSIC_LAST = 0x0b };

static bool
is_ms_turn(struct nsc_bytes b, uint16_t len)
{
	if (b.bad || nsc_bytes_left(&b) != len || nsc_bytes_u32(&b) != 0x000f0004)
		return false;
	return nsc_bytes_starts(&b, MS_TURN_COOKIE);
}

/* RFC 3489, 11: requests and their answers, attributes up to REFLECTED-FROM whose lengths add up. */
static bool
is_classic(struct nsc_bytes b)
{
	uint16_t type = nsc_bytes_u16(&b), len = nsc_bytes_u16(&b);

	nsc_bytes_skip(&b, 16);
	if (is_ms_turn(b, len))
		return true;
	if ((type & ~0x0113) != 0 || (type & 3) == 0 || (type & 3) == 3 || (type & 0x0110) == 0x0010 ||
	    b.bad || nsc_bytes_left(&b) != len)
		return false;
	for (unsigned n = 0; n < CLASSIC_ATTRIBUTES && nsc_bytes_left(&b) > 0; n++) {
		uint16_t attribute = nsc_bytes_u16(&b), size = nsc_bytes_u16(&b);

		if (attribute == 0 || attribute > CLASSIC_LAST || size % 4 != 0)
			return false;
		nsc_bytes_skip(&b, size);
	}
	/* Nothing but a type and a length of 0 is worth 32 bits, too. */
	return !b.bad && nsc_bytes_left(&b) == 0;
}

/* Of a stream: the message need not be all there. */
static enum nsc_verdict
guess_stream(struct nsc_bytes b)
{
	uint16_t type = nsc_bytes_u16(&b), len = nsc_bytes_u16(&b);

	if (!b.bad && (type >= 0x4000 || len % 4 != 0))
		return NSC_NOT_MINE;
	if (nsc_bytes_u32(&b) != NSC_STUN_COOKIE)
		return b.bad ? NSC_MORE : NSC_NOT_MINE;
	return NSC_DONE;
}

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	if (g->transport == NSC_OVER_TCP)
		return guess_stream(g->bytes);
	return nsc_is_stun(g->bytes) || is_classic(g->bytes) ? NSC_DONE : NSC_NOT_MINE;
}

/* RFC 7983, 7: whose a datagram is, by its first octet. */
static enum nsc_verdict
feed(void *state, struct nsc_chunk *in, struct nsc_out *out)
{
	struct nsc_bytes b = in->bytes;
	uint8_t first = nsc_bytes_u8(&b);

	(void)state;
	if (in->transport == NSC_OVER_TCP || b.bad)
		return NSC_DONE;
	if (first >= 20 && first < 64)
		return NSC_NOT_MINE;
	if (first >= 128 && first < 192 && nsc_like_rtp(in->bytes)) {
		out->wish.next = &nsc_rtp;
		return NSC_HAND_ON;
	}
	return NSC_MORE;
}

const struct nsc_dissector nsc_stun = {
	.name = "stun",
	.title = "Session Traversal Utilities for NAT, TURN",
	.spec = "RFC 8489, RFC 8656, RFC 3489, MS-TURN",
	.transports = NSC_OVER_TCP | NSC_OVER_UDP,
	.stateless = NSC_OVER_UDP,
	.first = {{0, 0x40}},
	.guess = guess,
	.feed = feed,
	.known_by = "the magic cookie and the length of the datagram; of RFC 3489 the type, the length and its "
		    "attributes",
	.limits = "a flow is called by what speaks after it (DTLS, RTP); TURN in channels stays `stun`",
};
