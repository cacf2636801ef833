/* SPDX-License-Identifier: MIT */
/*
 * MySQL and MariaDB (protocol 10 of their manuals): the name, and TLS, which follows
 * the client's SSL request without a reply.
 */
#include "dissect/protocols.h"
#include "dissect/starttls.h"

enum {
	HEADER = 4, /* length (3, little-endian), sequence */
	PROTOCOL = 10,
	GREETING_MIN = 1 + 2 + 4 + 8 + 1 + 2,
	GREETING_MAX = 512,
	VERSION_MAX = 128,
	SSL_REQUEST = 32, /* octets of its body */
	CLIENT_SSL = 0x800,
	CLIENT_PROTOCOL_41 = 0x200,
};

/* The server's first packet, whole. */
static bool
is_greeting(struct nsc_bytes b)
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

/* 0: not all there; -1: it is none. */
static int
ssl_request(struct nsc_bytes b)
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

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	size_t left = nsc_bytes_left(&g->bytes);
	struct nsc_bytes b = g->bytes;
	uint32_t len;
	int r;

	if (left < HEADER + 1)
		return left >= 3 && b.p[2] != 0 ? NSC_NOT_MINE : NSC_MORE;
	len = (uint32_t)b.p[0] | (uint32_t)b.p[1] << 8 | (uint32_t)b.p[2] << 16;
	if (b.p[3] == 0 && b.p[4] == PROTOCOL && len >= GREETING_MIN &&
	    len <= GREETING_MAX) {
		if (left > 5 && (b.p[5] < '0' || b.p[5] > '9'))
			return NSC_NOT_MINE;
		if (left < HEADER + len)
			return NSC_MORE;
		/* It waits for the client: nothing stands behind it. */
		return left == HEADER + len && is_greeting(b) ? NSC_DONE : NSC_NOT_MINE;
	}
	r = ssl_request(b);
	return r > 0 ? NSC_DONE : r == 0 ? NSC_MORE : NSC_NOT_MINE;
}

/* Of no state: the sequence numbers tell who speaks. */
static enum nsc_verdict
feed(void *state, struct nsc_chunk *in, struct nsc_out *out)
{
	size_t left = nsc_bytes_left(&in->bytes);
	const uint8_t *p = in->bytes.p;
	enum nsc_verdict v = nsc_starttls_hello(in, false, out);
	uint32_t len;
	int r;

	(void)state;
	/* The SSL request was lost, or captured before the greeting. */
	if (v != NSC_NOT_MINE)
		return v;
	if (left == 0)
		return NSC_MORE;
	if (left < HEADER + 1) {
		out->wish.need = HEADER + 1;
		return NSC_MORE;
	}
	len = (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16;
	if (p[3] == 0 && p[4] == PROTOCOL && len <= GREETING_MAX) {
		out->wish.need = HEADER + len;
		if (left < HEADER + len)
			return NSC_MORE;
		out->wish.need = 0;
		nsc_bytes_skip(&in->bytes, HEADER + len);
		return NSC_MORE;
	}
	r = ssl_request(in->bytes);
	if (r == 0) {
		out->wish.need = HEADER + SSL_REQUEST;
		return in->fin ? NSC_DONE : NSC_MORE;
	}
	if (r < 0)
		return NSC_DONE;
	nsc_bytes_skip(&in->bytes, HEADER + SSL_REQUEST);
	return NSC_HAND_ON;
}

const struct nsc_dissector nsc_mysql = {
	.name = "mysql",
	.title = "MySQL and MariaDB client/server protocol",
	.spec = "MySQL internals manual, protocol 10",
	.transports = NSC_OVER_TCP,
	.guess = guess,
	.feed = feed,
};
