/* SPDX-License-Identifier: MIT */
/* STUN's header (RFC 8489, 5), for those who share a flow with it (RFC 7983). */
#ifndef NSC_DISSECT_STUN_H
#define NSC_DISSECT_STUN_H

#include "base/bytes.h"

enum {
	NSC_STUN_HEADER = 20,
	NSC_STUN_COOKIE = 0x2112a442,
};

/* A datagram that is a message: with the cookie, and of the length that it tells. */
static inline bool
nsc_is_stun(struct nsc_bytes b)
{
	size_t have = nsc_bytes_left(&b);
	uint16_t type = nsc_bytes_u16(&b), len = nsc_bytes_u16(&b);

	return nsc_bytes_u32(&b) == NSC_STUN_COOKIE && type < 0x4000 && len % 4 == 0 &&
	       have == NSC_STUN_HEADER + (size_t)len;
}

#endif
