/* SPDX-License-Identifier: MIT */
/*
 * Where real-time media is awaited: addresses and ports that SIP and RTSP agreed on, of one
 * worker.  RTP has no mark of its own, so that it is named in such a place only, or on a flow
 * that STUN opened.  A ring: the oldest place makes room.
 */
#ifndef NSC_DISSECT_MEDIA_H
#define NSC_DISSECT_MEDIA_H

#include "base/addr.h"
#include "base/bytes.h"

enum { NSC_MEDIA_PLACES = 256 };

struct nsc_media {
	unsigned next, count;
	struct nsc_media_place {
		struct nsc_addr addr;
		uint16_t port;
		uint64_t until;		/* ns, the packets' clock */
	} place[NSC_MEDIA_PLACES];
};

/* Media is awaited there, and its control one port higher, for a minute. */
void nsc_media_expect(struct nsc_media *m, const struct nsc_addr *addr, uint16_t port, uint64_t now);

bool nsc_media_expected(const struct nsc_media *m, const struct nsc_addr *addr, uint16_t port,
			uint64_t now);

/* All places that a session description names (RFC 8866: lines c= and m=). */
void nsc_media_description(struct nsc_media *m, struct nsc_bytes text, uint64_t now);

#endif
