/* SPDX-License-Identifier: MIT */
/* Records and fragments of DTLS. */
#include "dissect/dtls_record.h"
#include "dissect/tls_hello.h"
#include "dissect/tls_record.h"

enum {
	RECORD_MAX = 16384 + 2048,
	CONNECTION_ID = 25, /* RFC 9146: its header is longer than it says */
	ACK = 26,           /* RFC 9147 */
	UNIFIED = 0x20, UNIFIED_MASK = 0xe0, /* RFC 9147, 4 */
};

static struct nsc_bytes
rest(struct nsc_bytes *b, size_t n, bool *cut)
{
	size_t left = nsc_bytes_left(b);

	*cut = n > left;
	return nsc_bytes_sub(b, *cut ? left : n);
}

bool
nsc_dtls_record(struct nsc_bytes *b, struct nsc_dtls_record *r)
{
	const uint8_t *p = nsc_bytes_peek(b, 1);
	uint16_t len;

	*r = (struct nsc_dtls_record){.type = 0};
	if (p == NULL)
		return false;
	if ((*p & UNIFIED_MASK) == UNIFIED) {
		r->body = nsc_bytes_sub(b, nsc_bytes_left(b));
		return true;
	}
	r->type = nsc_bytes_u8(b);
	r->version = nsc_bytes_u16(b);
	r->epoch = nsc_bytes_u16(b);
	r->number = (uint64_t)nsc_bytes_u16(b) << 32;
	r->number |= nsc_bytes_u32(b);
	if (r->type < NSC_TLS_CHANGE_CIPHER || r->type > ACK ||
	    (r->version != NSC_DTLS_1_0 && r->version != NSC_DTLS_1_2 &&
	     r->version != NSC_DTLS_BAD))
		return false;
	if (r->type == CONNECTION_ID) {
		r->type = 0;
		r->body = nsc_bytes_sub(b, nsc_bytes_left(b));
		return !b->bad;
	}
	len = nsc_bytes_u16(b);
	if (b->bad || len == 0 || len > RECORD_MAX)
		return false;
	r->body = rest(b, len, &r->cut);
	return true;
}

bool
nsc_dtls_fragment(struct nsc_bytes *b, struct nsc_dtls_fragment *f)
{
	uint32_t len;
	bool cut;

	f->type = nsc_bytes_u8(b);
	f->len = nsc_bytes_u24(b);
	f->seq = nsc_bytes_u16(b);
	f->at = nsc_bytes_u24(b);
	len = nsc_bytes_u24(b);
	if (b->bad || f->at > f->len || len > f->len - f->at)
		return false;
	f->body = rest(b, len, &cut);
	return true;
}
