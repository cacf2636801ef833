/* SPDX-License-Identifier: MIT */
/*
 * The PROXY protocol of HAProxy (proxy-protocol.txt, versions 1 and 2): one header
 * in front of whatever the connection carries.  The name stays only if that is not
 * recognised.
 */
#include "dissect/protocols.h"

enum { V1_MAX = 107, V2_HEADER = 16 };

static const uint8_t v2_signature[12] = {0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d,
					 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a};

/* Octets of a header of version 1 with its CR LF; 0: none, or (*more) not all of it. */
static size_t
v1_header(const struct nsc_bytes *b, bool *more)
{
	static const char *const families[] = {"PROXY TCP4 ", "PROXY TCP6 ",
					       "PROXY UNKNOWN"};
	size_t left = nsc_bytes_left(b), have = left < V1_MAX ? left : V1_MAX;
	const uint8_t *end = memchr(b->p, '\n', have);
	bool begins = false;

	*more = false;
	for (unsigned i = 0; i < 3 && !begins; i++) {
		size_t n = strlen(families[i]);

		begins = memcmp(b->p, families[i], have < n ? have : n) == 0;
	}
	if (!begins)
		return 0;
	if (end == NULL) {
		*more = left < V1_MAX;
		return 0;
	}
	return end > b->p + 12 && end[-1] == '\r' ? (size_t)(end + 1 - b->p) : 0;
}

static size_t
v2_header(const struct nsc_bytes *b, bool *more)
{
	size_t left = nsc_bytes_left(b), n = sizeof v2_signature, len;

	*more = false;
	if (memcmp(b->p, v2_signature, left < n ? left : n) != 0)
		return 0;
	*more = left < V2_HEADER;
	if (*more)
		return 0;
	/* Version 2, LOCAL or PROXY; a family and a transport that exist. */
	if (b->p[12] >> 4 != 2 || (b->p[12] & 0xf) > 1 || b->p[13] >> 4 > 3 ||
	    (b->p[13] & 0xf) > 2)
		return 0;
	len = (size_t)b->p[14] << 8 | b->p[15];
	return V2_HEADER + len;
}

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	bool more;

	if (v1_header(&g->bytes, &more) > 0)
		return NSC_DONE;
	if (more)
		return NSC_MORE;
	if (v2_header(&g->bytes, &more) > 0)
		return NSC_DONE;
	return more ? NSC_MORE : NSC_NOT_MINE;
}

static enum nsc_verdict
feed(void *state, struct nsc_chunk *in, struct nsc_out *out)
{
	size_t left = nsc_bytes_left(&in->bytes), n;
	bool more;

	(void)state;
	if (left == 0)
		return NSC_MORE;
	n = v1_header(&in->bytes, &more);
	if (n == 0)
		n = v2_header(&in->bytes, &more);
	if (n == 0) {
		/* The other side's: it waits for the header's end. */
		out->wish.need = (uint32_t)left + 1;
		return NSC_MORE;
	}
	nsc_bytes_skip(&in->bytes, n < left ? n : left);
	out->wish.skip = n > left ? n - left : 0;
	return NSC_HAND_ON;
}

const struct nsc_dissector nsc_proxy = {
	.name = "proxy",
	.title = "PROXY protocol",
	.spec = "HAProxy proxy-protocol.txt",
	.transports = NSC_OVER_TCP,
	.guess = guess,
	.feed = feed,
	.known_by = "the header of version 1 or the signature of version 2",
	.measures = "nothing: the conversation behind it has the name",
};
