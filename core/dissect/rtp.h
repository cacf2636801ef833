/* SPDX-License-Identifier: MIT */
/* Does a datagram look like media or its control?  By itself that proves nothing. */
#ifndef NSC_DISSECT_RTP_H
#define NSC_DISSECT_RTP_H

#include "base/bytes.h"

/* RFC 3550, 5.1, 5.3.1; payload types 64 to 95 are left to RTCP (RFC 5761, 4). */
bool nsc_like_rtp(struct nsc_bytes b);

/* RFC 3550, 6.1: a sender's or receiver's report first (or feedback alone, RFC 5506), lengths that add up. */
bool nsc_like_rtcp(struct nsc_bytes b);

#endif
