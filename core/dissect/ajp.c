/* SPDX-License-Identifier: MIT */
/* AJP 1.3 (Apache Tomcat, "AJPv13"): the name, by a forwarded request. */
#include "dissect/protocols.h"

enum { MAGIC = 0x1234, FORWARD = 2, METHODS = 27, PACKET_MAX = 8192 };

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	struct nsc_bytes b = g->bytes;
	uint16_t magic = nsc_bytes_u16(&b), length = nsc_bytes_u16(&b), text;
	uint8_t code = nsc_bytes_u8(&b), method = nsc_bytes_u8(&b);

	text = nsc_bytes_u16(&b);
	if (b.bad)
		return nsc_bytes_left(&g->bytes) >= 2 && magic != MAGIC ? NSC_NOT_MINE : NSC_MORE;
	if (magic != MAGIC || length > PACKET_MAX || code != FORWARD || method == 0 ||
	    (method > METHODS && method != 255) || text != 8)
		return NSC_NOT_MINE;
	if (nsc_bytes_left(&b) < 5)
		return NSC_MORE;
	return nsc_bytes_starts(&b, "HTTP/") ? NSC_DONE : NSC_NOT_MINE;
}

const struct nsc_dissector nsc_ajp = {
	.name = "ajp",
	.title = "Apache JServ Protocol",
	.spec = "AJP 1.3",
	.transports = NSC_OVER_TCP,
	.first = {{MAGIC >> 8, (MAGIC >> 8) + 1}},
	.guess = guess,
	.known_by = "a forwarded request's header, and the word `HTTP/` in its place",
};
