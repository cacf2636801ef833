/* SPDX-License-Identifier: MIT */
/*
 * JA4, the fingerprint of a TLS client (FoxIO, technical_details/JA4.md; that part alone
 * is under the BSD 3-clause licence, and stands here written anew from its text).
 */
#ifndef NSC_DISSECT_JA4_H
#define NSC_DISSECT_JA4_H

#include "base/bytes.h"

enum {
	NSC_JA4_TEXT = 40,   /* 36 characters, NUL, rounded up */
	NSC_JA4_VALUES = 1024, /* most ciphers, extensions, signature algorithms taken */
};

/*
 * body: a ClientHello's, whole, without its header of type and length (DTLS: with the
 * cookie).  transport: 't' over TCP, 'q' in QUIC, 'd' for DTLS.  False: not a hello, a
 * list longer than NSC_JA4_VALUES, or a build without digests; text is then "".
 */
bool nsc_ja4(struct nsc_bytes body, char transport, char text[NSC_JA4_TEXT]);

#endif
