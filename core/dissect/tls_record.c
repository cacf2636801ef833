/* SPDX-License-Identifier: MIT */
/* Records of TLS, and the one message that is older than they are. */
#include "dissect/tls_hello.h"
#include "dissect/tls_record.h"

enum {
	HEADER = NSC_TLS_RECORD_HEADER,
	RECORD_MAX = 16384 + 2048, /* RFC 5246, 6.2.3 */
	SSL2_MIN = 11,             /* of a version 2 hello, with its two octets of length */
};

bool
nsc_tls_record_header(struct nsc_bytes *b, struct nsc_tls_record *r)
{
	r->type = nsc_bytes_u8(b);
	r->version = nsc_bytes_u16(b);
	r->len = nsc_bytes_u16(b);
	return !b->bad;
}

bool
nsc_tls_record_plausible(struct nsc_bytes b)
{
	size_t have = nsc_bytes_left(&b);
	struct nsc_tls_record r;

	nsc_tls_record_header(&b, &r);
	return have > 0 && r.type >= NSC_TLS_CHANGE_CIPHER && r.type <= NSC_TLS_HEARTBEAT &&
	       (have < 3 || (r.version >= 0x0300 && r.version <= 0x0304)) &&
	       (have < HEADER || (r.len >= 1 && r.len <= RECORD_MAX));
}

size_t
nsc_tls_gather(struct nsc_bytes b, size_t left, uint8_t *to, size_t want, bool *broken)
{
	size_t got = 0;

	*broken = false;
	while (got < want && nsc_bytes_left(&b) > 0) {
		struct nsc_tls_record r;
		size_t n;

		if (left == 0) {
			if (!nsc_tls_record_plausible(b) || b.p[0] != NSC_TLS_HANDSHAKE) {
				*broken = true;
				break;
			}
			if (!nsc_tls_record_header(&b, &r))
				break;
			left = r.len;
		}
		n = left < nsc_bytes_left(&b) ? left : nsc_bytes_left(&b);
		if (n > want - got)
			n = want - got;
		memcpy(to + got, b.p, n);
		nsc_bytes_skip(&b, n);
		got += n;
		left -= n;
	}
	return got;
}

enum nsc_verdict
nsc_tls_ssl2_hello(struct nsc_bytes b, uint16_t *version, size_t *whole)
{
	size_t have = nsc_bytes_left(&b);
	uint16_t len = nsc_bytes_u16(&b), ciphers, id, challenge;
	uint8_t type = nsc_bytes_u8(&b);

	*version = nsc_bytes_u16(&b);
	ciphers = nsc_bytes_u16(&b);
	id = nsc_bytes_u16(&b);
	challenge = nsc_bytes_u16(&b);
	*whole = 2 + (len & 0x7fffu);
	if (have < SSL2_MIN)
		return have < 3 || ((len & 0x8000) != 0 && type == NSC_TLS_CLIENT_HELLO)
			       ? NSC_MORE
			       : NSC_NOT_MINE;
	if ((len & 0x8000) == 0 || type != NSC_TLS_CLIENT_HELLO || ciphers == 0 ||
	    ciphers % 3 != 0 || (id != 0 && id != 16) || challenge < 16 || challenge > 32 ||
	    *whole != SSL2_MIN + (size_t)ciphers + id + challenge ||
	    (*version != NSC_TLS_SSL2 && (*version < 0x0300 || *version > NSC_TLS_1_3)))
		return NSC_NOT_MINE;
	return NSC_DONE;
}
