/* SPDX-License-Identifier: MIT */
/* Long headers (RFC 9000, 17.2; RFC 8999), as far as they are in the clear. */
#ifndef NSC_DISSECT_QUIC_HEADER_H
#define NSC_DISSECT_QUIC_HEADER_H

#include "base/bytes.h"
#include "dissect/quic_version.h"

enum {
	NSC_QUIC_LONG = 0x80,	/* bits of the first octet */
	NSC_QUIC_FIXED = 0x40,
	NSC_QUIC_RESERVED = 0x0c,
	NSC_QUIC_CID = 20,	/* octets of a connection id at the most, in all known versions */
};

enum nsc_quic_type {
	NSC_QUIC_INITIAL,
	NSC_QUIC_ZERO_RTT,
	NSC_QUIC_HANDSHAKE,
	NSC_QUIC_RETRY,
	NSC_QUIC_NEGOTIATION,	/* version 0; its ids may be longer */
};

struct nsc_quic_header {
	uint32_t version;
	struct nsc_quic_version known;
	uint8_t type;			/* nsc_quic_type */
	uint8_t dcid_len, scid_len;
	const uint8_t *dcid, *scid;	/* borrowed from the packet */
	const uint8_t *packet;		/* its first octet */
	size_t number_at;		/* offset of the packet number; 0 if it has none */
	size_t len;			/* octets of the packet, header and all */
	bool cut;			/* fewer than that are there */
};

/*
 * Reads the header of the packet at b and passes over the packet.  Retry and version
 * negotiation have no length: they take the rest.  False: it is none of a known
 * version, or does not fit.
 */
bool nsc_quic_header(struct nsc_quic_header *h, struct nsc_bytes *b);

/*
 * False: the bits that are zero in every packet (RFC 9000, 17.2) are not, so it is not
 * protected by k->hp, or it is too short.
 */
bool nsc_quic_header_fits(const struct nsc_quic_header *h, const struct nsc_quic_keys *k);

/*
 * Takes protection off: plain is what the packet holds, in scratch (room for its
 * whole length).  False: the tag is wrong, or it is too short.
 */
bool nsc_quic_header_open(const struct nsc_quic_header *h, const struct nsc_quic_keys *k,
			  uint8_t *scratch, struct nsc_bytes *plain);

/* RFC 9000, 16. */
uint64_t nsc_quic_varint(struct nsc_bytes *b);

#endif
