/* SPDX-License-Identifier: MIT */
/* QUIC's versions that are read: what their Initial packets are protected with, how their
 * headers and frames differ (RFC 9000, 15; RFC 9368; RFC 9369). */
#ifndef NSC_DISSECT_QUIC_VERSION_H
#define NSC_DISSECT_QUIC_VERSION_H

#include "dissect/quic_crypt.h"

enum {
	NSC_QUIC_V1 = 0x00000001,
	NSC_QUIC_V2 = 0x6b3343cf,
	NSC_QUIC_VERSION_TEXT = 16,
};

enum nsc_quic_flavour {
	NSC_QUIC_UNKNOWN,
	NSC_QUIC_IETF,		/* TLS in CRYPTO frames */
	NSC_QUIC_GOOGLE_TLS,	/* T050, T051: Google's frames, TLS in them */
	NSC_QUIC_GOOGLE_CRYPT,	/* Q050: Google's frames and handshake, protected */
	NSC_QUIC_GOOGLE_LONG,	/* Q046 to Q049: long headers of their own, in the clear */
	NSC_QUIC_GOOGLE_PUBLIC,	/* Q020 to Q043: public headers, in the clear */
};

enum nsc_quic_salt {
	NSC_QUIC_SALT_V1, NSC_QUIC_SALT_V2, NSC_QUIC_SALT_29, NSC_QUIC_SALT_23,
	NSC_QUIC_SALT_22, NSC_QUIC_SALT_V2_DRAFT, NSC_QUIC_SALT_Q050, NSC_QUIC_SALT_T050,
	NSC_QUIC_SALT_T051,
	NSC_QUIC_SALTS
};

struct nsc_quic_version {
	uint8_t flavour;	/* nsc_quic_flavour */
	bool swapped;		/* RFC 9369, 3.2: the types of long headers are turned by one */
	bool reserved;		/* forces version negotiation (RFC 9000, 15) */
	uint16_t salts;		/* bits of nsc_quic_salt that may fit, tried from the lowest */
};

/* Flavour NSC_QUIC_UNKNOWN if it is none that is known. */
struct nsc_quic_version nsc_quic_version(uint32_t version);

/* As nsc_quic_crypt_initial; salt: one of nsc_quic_salt. */
bool nsc_quic_version_initial(struct nsc_quic_secret *initial, unsigned salt, const uint8_t *cid,
			      size_t len);

/* "v1", "v2", "draft-29", "Q046", "T051", else "0xfaceb002"; written into buf. */
const char *nsc_quic_version_text(uint32_t version, char buf[NSC_QUIC_VERSION_TEXT]);

#endif
