/* SPDX-License-Identifier: MIT */
/*
 * A MySQL session's login (its internals manual, "Connection Phase"): the greeting, TLS, which
 * follows the client's SSL request without a reply, and what the client says it can.
 */
#include "dissect/mysql.h"
#include "dissect/starttls.h"

enum {
	HEADER = NSC_MYSQL_HEADER,
	VERSION_MAX = 128,
	SSL_REQUEST = 32, /* octets of its body */
	CLIENT_COMPRESS = 0x20,
	CLIENT_SSL = 0x800,
	CLIENT_PROTOCOL_41 = 0x200,
	CLIENT_ZSTD = 1 << 26, /* CLIENT_ZSTD_COMPRESSION_ALGORITHM */
	OK = 0,
	ERROR = 0xff,
};

bool
nsc_mysql_pass(struct nsc_chunk *in, uint32_t rest, bool last, struct nsc_out *out)
{
	size_t left = nsc_bytes_left(&in->bytes);

	if (rest <= left) {
		nsc_bytes_skip(&in->bytes, rest);
		return true;
	}
	nsc_bytes_skip(&in->bytes, left);
	out->wish.skip = rest - left - last;
	return false;
}

bool
nsc_mysql_is_greeting(struct nsc_bytes b)
{
	size_t n = 0;

	nsc_bytes_skip(&b, HEADER + 1);
	while (n < VERSION_MAX && nsc_bytes_left(&b) > 0 && *b.p > ' ' && *b.p < 0x7f) {
		nsc_bytes_skip(&b, 1);
		n++;
	}
	/* A digit of the version, its NUL, the connection, 8 of the challenge, a NUL. */
	if (n < 3 || nsc_bytes_u8(&b) != 0)
		return false;
	nsc_bytes_skip(&b, 4 + 8);
	if (nsc_bytes_u8(&b) != 0)
		return false;
	nsc_bytes_skip(&b, 2);
	if (b.bad)
		return false;
	if (nsc_bytes_left(&b) == 0)
		return true;
	/* Character set, status, capabilities, length of the challenge; at least 6 of 0. */
	nsc_bytes_skip(&b, 1 + 2 + 2 + 1);
	n = nsc_bytes_u32(&b);
	return n == 0 && nsc_bytes_u16(&b) == 0 && !b.bad;
}

int
nsc_mysql_ssl_request(struct nsc_bytes b)
{
	size_t left = nsc_bytes_left(&b);
	uint32_t flags;

	if (left >= HEADER &&
	    (b.p[0] != SSL_REQUEST || b.p[1] != 0 || b.p[2] != 0 || b.p[3] != 1))
		return -1;
	nsc_bytes_skip(&b, HEADER);
	flags = nsc_bytes_le32(&b);
	if (!b.bad && (flags & (CLIENT_SSL | CLIENT_PROTOCOL_41)) !=
			      (CLIENT_SSL | CLIENT_PROTOCOL_41))
		return -1;
	/* The largest packet, the character set; 19 of 0 (MariaDB uses the last 4). */
	nsc_bytes_skip(&b, 4 + 1);
	for (int i = 0; i < 19; i++)
		if (nsc_bytes_u8(&b) != 0)
			return -1;
	nsc_bytes_skip(&b, 4);
	return b.bad ? 0 : 1;
}

bool
nsc_mysql_can_compress(struct nsc_bytes b)
{
	const uint8_t *nul;
	uint32_t can;

	nsc_bytes_skip(&b, HEADER + 1);
	nul = memchr(b.p, 0, nsc_bytes_left(&b));
	if (nul == NULL)
		return false;
	nsc_bytes_skip(&b, (size_t)(nul - b.p) + 1 + 4 + 8 + 1);
	can = nsc_bytes_le16(&b);
	nsc_bytes_skip(&b, 1 + 2);
	can |= (uint32_t)nsc_bytes_le16(&b) << 16;
	return (can & (CLIENT_COMPRESS | CLIENT_ZSTD)) != 0;
}

enum nsc_verdict
nsc_mysql_client_logs_in(struct nsc_mysql *s, struct nsc_chunk *in, struct nsc_out *out)
{
	enum nsc_verdict v = s->replied ? NSC_NOT_MINE : nsc_starttls_hello(in, false, out);
	struct nsc_bytes b = in->bytes;
	struct nsc_mysql_packet p;
	uint32_t flags;
	int r;

	/* The SSL request was lost, or captured before the greeting. */
	if (v != NSC_NOT_MINE)
		return v;
	if (!nsc_mysql_header(&b, &p)) {
		out->wish.need = HEADER;
		return NSC_MORE;
	}
	if (!s->replied) {
		r = nsc_mysql_ssl_request(in->bytes);
		flags = nsc_bytes_le32(&b);
		if (r == 0 || b.bad) {
			out->wish.need = HEADER + (r == 0 ? SSL_REQUEST : 4);
			return in->fin ? NSC_DONE : NSC_MORE;
		}
		if (r > 0) {
			nsc_bytes_skip(&in->bytes, HEADER + SSL_REQUEST);
			return NSC_HAND_ON;
		}
		if (s->compresses && (flags & (CLIENT_COMPRESS | CLIENT_ZSTD)) != 0)
			return NSC_DONE;
		s->replied = true;
	}
	nsc_bytes_skip(&in->bytes, HEADER);
	nsc_mysql_pass(in, p.len, false, out);
	return NSC_MORE;
}

enum nsc_verdict
nsc_mysql_server_logs_in(struct nsc_mysql *s, struct nsc_chunk *in, struct nsc_out *out)
{
	struct nsc_bytes b = in->bytes, body;
	struct nsc_mysql_packet p;
	uint32_t look;

	if (!nsc_mysql_header(&b, &p)) {
		out->wish.need = HEADER;
		return NSC_MORE;
	}
	look = p.len < NSC_MYSQL_LOOK ? p.len : NSC_MYSQL_LOOK;
	body = nsc_bytes_sub(&b, look);
	if (body.bad) {
		out->wish.need = HEADER + look;
		return NSC_MORE;
	}
	in->bytes = b;
	if (look > 0 && *body.p == ERROR)
		nsc_out_operation(out, NSC_NO_OPERATION, nsc_mysql_error(body), 0);
	else if (look > 0 && *body.p == OK)
		s->login = false;
	nsc_mysql_pass(in, p.len - look, false, out);
	return NSC_MORE;
}

