/* SPDX-License-Identifier: MIT */
/* A TLS hello where another protocol spoke until now (RFC 8446, 5.1). */
#include "dissect/starttls.h"
#include "dissect/tls_hello.h"
#include "dissect/tls_record.h"

enum { RECORD_MAX = 16384 }; /* of plaintext */

enum nsc_verdict
nsc_starttls_hello(const struct nsc_chunk *in, bool awaited, struct nsc_out *out)
{
	struct nsc_bytes b = in->bytes;
	size_t have = nsc_bytes_left(&b);
	struct nsc_tls_record r;
	uint8_t type;

	if (have == 0 || *b.p != NSC_TLS_HANDSHAKE || !nsc_tls_record_plausible(b))
		return NSC_NOT_MINE;
	if (!nsc_tls_record_header(&b, &r) || nsc_bytes_left(&b) == 0) {
		out->wish.need = (uint32_t)have + 1;
		return in->fin ? NSC_NOT_MINE : NSC_MORE;
	}
	type = nsc_bytes_u8(&b);
	if ((type != NSC_TLS_CLIENT_HELLO && type != NSC_TLS_SERVER_HELLO) ||
	    r.len > RECORD_MAX)
		return NSC_NOT_MINE;
	if (!awaited || in->fin || have > NSC_TLS_RECORD_HEADER + (size_t)r.len)
		return NSC_HAND_ON;
	out->wish.need = (uint32_t)have + 1;
	return NSC_MORE;
}

/* Octets that no line begins with. */
static bool
no_line(const struct nsc_bytes *b)
{
	return *b->p >= 0x80 || (*b->p < ' ' && *b->p != '\r' && *b->p != '\n' && *b->p != '\t');
}

enum nsc_verdict
nsc_starttls_next(const struct nsc_chunk *in, bool awaited, struct nsc_out *out)
{
	enum nsc_verdict v = nsc_starttls_hello(in, awaited, out);

	if (v == NSC_NOT_MINE && awaited && !in->fin && no_line(&in->bytes)) {
		out->wish.need = (uint32_t)nsc_bytes_left(&in->bytes) + 1;
		v = NSC_MORE;
	}
	return v;
}

bool
nsc_starttls_granted(const struct nsc_bytes *behind)
{
	return nsc_bytes_left(behind) == 0 || no_line(behind);
}
