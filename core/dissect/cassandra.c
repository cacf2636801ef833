/* SPDX-License-Identifier: MIT */
/*
 * Cassandra (native protocol v3 to v5, 2): the name, by the request with which a client
 * begins, OPTIONS or STARTUP, or by its answer.
 */
#include "dissect/protocols.h"

enum {
	HEADER = 9, V3 = 3, V5 = 5, RESPONSE = 0x80, FLAGS = 0x1f,
	STARTUP = 1, OPTIONS = 5, SUPPORTED = 6, BODY_MAX = 4096,
};

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	struct nsc_bytes b = g->bytes;
	size_t left = nsc_bytes_left(&b);
	uint8_t version = nsc_bytes_u8(&b), flags, opcode;
	uint32_t length;

	if (left > 0 && ((version & ~RESPONSE) < V3 || (version & ~RESPONSE) > V5))
		return NSC_NOT_MINE;
	flags = nsc_bytes_u8(&b);
	nsc_bytes_skip(&b, 2);		/* stream */
	opcode = nsc_bytes_u8(&b);
	length = nsc_bytes_u32(&b);
	if ((left >= 2 && (flags & ~FLAGS) != 0))
		return NSC_NOT_MINE;
	if (left < HEADER)
		return NSC_MORE;
	if (length > BODY_MAX)
		return NSC_NOT_MINE;
	if (opcode == OPTIONS && version < RESPONSE)
		return length == 0 && left == HEADER ? NSC_DONE : NSC_NOT_MINE;
	if (opcode != (version < RESPONSE ? STARTUP : SUPPORTED))
		return NSC_NOT_MINE;
	if (left < HEADER + length)
		return NSC_MORE;
	return memmem(b.p, length, "CQL_VERSION", 11) != NULL ? NSC_DONE : NSC_NOT_MINE;
}

const struct nsc_dissector nsc_cassandra = {
	.name = "cassandra",
	.title = "Cassandra native protocol",
	.spec = "Apache Cassandra native_protocol_v3 to v5",
	.transports = NSC_OVER_TCP,
	.first = {{V3, V5 + 1}, {RESPONSE | V3, (RESPONSE | V5) + 1}},
	.guess = guess,
};
