/* SPDX-License-Identifier: MIT */
/*
 * TLS inside another protocol: what is left to say once both sides agreed is
 * NSC_HAND_ON.  The agreement may be missing: only one side was captured, the
 * reply was lost, or the hello was captured before it.
 */
#ifndef NSC_DISSECT_STARTTLS_H
#define NSC_DISSECT_STARTTLS_H

#include "dissect/dissector.h"

/*
 * Does the side go on with a TLS hello?  NSC_NOT_MINE: no; NSC_MORE: it may, or it does
 * but the other side's reply is still awaited (`awaited`): nothing is to be read, and
 * out->wish.need is set; NSC_HAND_ON: it does, and no reply can come any more or none is
 * needed.  A second record, or the side's end, says that the reply was missed.
 */
enum nsc_verdict nsc_starttls_hello(const struct nsc_chunk *in, bool awaited,
				    struct nsc_out *out);

/*
 * The same where lines may come instead (NSC_NOT_MINE): octets that no line begins with are kept
 * while the reply is awaited, with which they may become readable.
 */
enum nsc_verdict nsc_starttls_next(const struct nsc_chunk *in, bool awaited, struct nsc_out *out);

/* A reply of lines grants TLS only if the server is silent behind it until the hello. */
bool nsc_starttls_granted(const struct nsc_bytes *behind);

#endif
