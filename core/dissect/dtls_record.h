/* SPDX-License-Identifier: MIT */
/* Records of DTLS and the handshake's fragments in them (RFC 6347, 4.1 and 4.2.2; RFC 9147, 4). */
#ifndef NSC_DISSECT_DTLS_RECORD_H
#define NSC_DISSECT_DTLS_RECORD_H

#include "base/bytes.h"

enum { NSC_DTLS_HEADER = 13, NSC_DTLS_FRAGMENT_HEADER = 12 }; /* octets */

struct nsc_dtls_record {
	uint8_t type; /* of content, as in TLS; 0: a form that only its ends can read */
	uint16_t version, epoch;
	uint64_t number; /* 48 bits */
	struct nsc_bytes body;
	bool cut; /* the datagram ends within it */
};

/*
 * The next record of a datagram; b moves behind it.  False: it is none.  Those with a
 * connection's identifier, and the ciphered ones of DTLS 1.3, take the whole rest.
 */
bool nsc_dtls_record(struct nsc_bytes *b, struct nsc_dtls_record *r);

/* A message or a part of it. */
struct nsc_dtls_fragment {
	uint8_t type;
	uint16_t seq;        /* number of the message, of its side */
	uint32_t len, at;    /* of the whole message's body; where this part belongs */
	struct nsc_bytes body;
};

/* The next one in a record's body.  False: it is none, or cut within its header. */
bool nsc_dtls_fragment(struct nsc_bytes *b, struct nsc_dtls_fragment *f);

#endif
