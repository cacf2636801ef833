/* SPDX-License-Identifier: MIT */
/*
 * RTP and RTCP (RFC 3550): the names, where SIP or RTSP agreed on media, or behind STUN on the
 * same flow.  They have no mark of their own.
 */
#include "dissect/media.h"
#include "dissect/protocols.h"
#include "dissect/rtp.h"

enum { RTP_HEADER = 12, REPORTS = 64 };

bool
nsc_like_rtp(struct nsc_bytes b)
{
	uint8_t first = nsc_bytes_u8(&b), type = nsc_bytes_u8(&b) & 0x7f;
	unsigned sources = first & 15;

	nsc_bytes_skip(&b, RTP_HEADER - 2 + 4u * sources);
	if (first & 0x10) {
		nsc_bytes_skip(&b, 2);
		nsc_bytes_skip(&b, 4u * nsc_bytes_u16(&b));
	}
	return !b.bad && first >> 6 == 2 && (type < 64 || type > 95);
}

bool
nsc_like_rtcp(struct nsc_bytes b)
{
	unsigned n;

	for (n = 0; n < REPORTS && nsc_bytes_left(&b) > 0; n++) {
		uint8_t first = nsc_bytes_u8(&b), type = nsc_bytes_u8(&b);
		uint16_t words = nsc_bytes_u16(&b);

		/* IANA: 192 to 213 are assigned; SRTCP hides all behind the first one's head. */
		if (first >> 6 != 2 || type < 192 || type > 213)
			return n > 0;
		if (n == 0 && (type < 200 || type > 207))
			return false;
		nsc_bytes_skip(&b, 4u * words);
	}
	return n > 0 && !b.bad;
}

static bool
is_expected(const struct nsc_guess *g)
{
	if (g->media == NULL || g->media->count == 0 || g->addr[0] == NULL)
		return false;
	return nsc_media_expected(g->media, g->addr[0], g->port[0], g->time) ||
	       nsc_media_expected(g->media, g->addr[1], g->port[1], g->time);
}

static enum nsc_verdict
guess_rtp(const struct nsc_guess *g)
{
	return nsc_like_rtp(g->bytes) && is_expected(g) ? NSC_DONE : NSC_NOT_MINE;
}

static enum nsc_verdict
guess_rtcp(const struct nsc_guess *g)
{
	return nsc_like_rtcp(g->bytes) && is_expected(g) ? NSC_DONE : NSC_NOT_MINE;
}

const struct nsc_dissector nsc_rtp = {
	.name = "rtp",
	.title = "Real-time Transport Protocol",
	.spec = "RFC 3550",
	.transports = NSC_OVER_UDP,
	.first = {{0x80, 0xc0}},
	.guess = guess_rtp,
	.known_by = "its header, where SIP or RTSP agreed on media less than a minute ago, or behind STUN",
	.limits = "media whose signalling was not seen, or is encrypted, is `unknown`",
};

const struct nsc_dissector nsc_rtcp = {
	.name = "rtcp",
	.title = "RTP Control Protocol",
	.spec = "RFC 3550",
	.transports = NSC_OVER_UDP,
	.first = {{0x80, 0xc0}},
	.guess = guess_rtcp,
	.known_by = "reports whose lengths add up, where SIP or RTSP agreed on media",
	.limits = "as `rtp`; on one port with media the flow bears the name of what came first, "
		  "behind STUN that of the media",
};
