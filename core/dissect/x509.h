/* SPDX-License-Identifier: MIT */
/*
 * What a certificate says of its validity and its names (RFC 5280, X.690): read, never
 * verified.  No more of DER is known here than that takes.
 */
#ifndef NSC_DISSECT_X509_H
#define NSC_DISSECT_X509_H

#include "base/bytes.h"

enum {
	NSC_X509_NAMES = 8,        /* most that are kept */
	NSC_X509_NAME = 253,       /* octets of one, at the most (RFC 1035's in text) */
	NSC_X509_NAMES_TEXT = 480, /* octets of all */
};

struct nsc_x509 {
	int64_t not_before, not_after; /* s since 1970, UTC */
	bool self_signed;              /* its issuer is its subject */
	bool names_cut;                /* there are more than those kept */
	uint8_t names;
	uint32_t names_len;
	/* Common name, then the DNS names that differ from it, with '\n' between them. */
	char names_text[NSC_X509_NAMES_TEXT];
};

/* A certificate in DER.  False: it is none as far as its subject; x is then all zero. */
bool nsc_x509(struct nsc_x509 *x, struct nsc_bytes der);

#endif
