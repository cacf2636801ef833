/* SPDX-License-Identifier: MIT */
/* The frames of an Initial packet (RFC 9000, 12.4 and 19), and Google's own. */
#ifndef NSC_DISSECT_QUIC_FRAME_H
#define NSC_DISSECT_QUIC_FRAME_H

#include "base/bytes.h"

enum nsc_quic_frame_kind {
	NSC_QUIC_END,		/* no more, or none that can be read */
	NSC_QUIC_CRYPTO,
	NSC_QUIC_CLOSE,
};

struct nsc_quic_frame {
	uint8_t kind;			/* nsc_quic_frame_kind */
	bool application;		/* CLOSE: of type 0x1d */
	uint64_t value;			/* CRYPTO: offset; CLOSE: error code */
	struct nsc_bytes data;		/* CRYPTO */
};

/* The next frame that says something; padding, pings and acknowledgements are passed over. */
struct nsc_quic_frame nsc_quic_frame(struct nsc_bytes *b, bool google);

#endif
