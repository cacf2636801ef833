/* SPDX-License-Identifier: MIT */
/* The record layer of TLS (RFC 8446, 5.1; RFC 5246, 6.2), as far as it is in the clear. */
#ifndef NSC_DISSECT_TLS_RECORD_H
#define NSC_DISSECT_TLS_RECORD_H

#include "dissect/dissector.h"

enum {
	NSC_TLS_CHANGE_CIPHER = 20,
	NSC_TLS_ALERT = 21,
	NSC_TLS_HANDSHAKE = 22,
	NSC_TLS_DATA = 23,
	NSC_TLS_HEARTBEAT = 24,
	NSC_TLS_RECORD_HEADER = 5, /* octets */
};

struct nsc_tls_record {
	uint8_t type;
	uint16_t version, len;
};

/* Reads a header; false if it is not there. */
bool nsc_tls_record_header(struct nsc_bytes *b, struct nsc_tls_record *r);

/* May b be the start of a record?  Only what has arrived is judged. */
bool nsc_tls_record_plausible(struct nsc_bytes b);

/*
 * The handshake octets at b, up to `want`, copied to `to`: `left` of them to the end of
 * their record, then those of the records behind it.  Less is returned if there is no
 * more, or if another type of record comes in between (*broken).
 */
size_t nsc_tls_gather(struct nsc_bytes b, size_t left, uint8_t *to, size_t want, bool *broken);

/*
 * SSL 2.0 compatible ClientHello (RFC 5246, E.2): a length with its top bit set,
 * then the type.  NSC_DONE: b begins with one of *whole octets, of which not all
 * may be there.
 */
enum nsc_verdict nsc_tls_ssl2_hello(struct nsc_bytes b, uint16_t *version, size_t *whole);

#endif
