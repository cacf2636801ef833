/* SPDX-License-Identifier: MIT */
/*
 * Google's QUIC before it became the IETF's (Chromium's "QUIC Wire Layout" and "QUIC
 * Crypto" documents): versions Q020 to Q043 and Q046, whose first packets are in the
 * clear with a digest, and the CHLO of these and of Q050.
 */
#ifndef NSC_DISSECT_QUIC_GOOGLE_H
#define NSC_DISSECT_QUIC_GOOGLE_H

#include "base/bytes.h"
#include "dissect/event.h"

enum { NSC_QUIC_GOOGLE_CID = 8 };

struct nsc_quic_google {
	uint32_t version;
	const uint8_t *cid;		/* NSC_QUIC_GOOGLE_CID octets, borrowed */
	struct nsc_bytes head;		/* up to the packet number, with it */
	struct nsc_bytes digest;	/* 12 octets */
	struct nsc_bytes payload;
};

struct nsc_quic_google_hello {
	struct nsc_text sni;		/* borrowed */
	uint32_t idle;			/* s; 0: not told */
};

/* A packet with a version in its header; false: none of those versions. */
bool nsc_quic_google(struct nsc_quic_google *g, struct nsc_bytes b);

/* Does the digest fit, as it does until there are keys?  (FNV-1a, 128 bits cut to 96.) */
bool nsc_quic_google_plain(const struct nsc_quic_google *g);

/* The CHLO in the payload of such a packet; left empty, and false, if there is none. */
bool nsc_quic_google_find(struct nsc_bytes payload, struct nsc_bytes *chlo);

/* How long a message is whose start is given: 0 not known yet, SIZE_MAX it is none. */
size_t nsc_quic_google_length(struct nsc_bytes start);

/* Reads a CHLO, of which the end may be missing; false: it is none. */
bool nsc_quic_google_hello(struct nsc_quic_google_hello *h, struct nsc_bytes chlo);

#endif
