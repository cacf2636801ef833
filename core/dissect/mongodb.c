/* SPDX-License-Identifier: MIT */
/*
 * MongoDB (wire protocol: message header): the name.  Little-endian length, the request's
 * number, that of the one it answers, and an opcode of 32 bits.
 */
#include "dissect/protocols.h"

enum {
	HEADER = 16, LENGTH_MAX = 48 << 20,
	OP_REPLY = 1, OP_QUERY = 2004, OP_COMPRESSED = 2012, OP_MSG = 2013,
	BEHIND = 5,			/* octets of a body that are looked at */
	MSG_FLAGS = 0x10003,		/* checksum, more to come, exhaust allowed */
	QUERY_FLAGS = 0xff,
};

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	struct nsc_bytes b = g->bytes;
	size_t left = nsc_bytes_left(&b);
	uint32_t length = nsc_bytes_le32(&b), opcode, flags;
	uint8_t next;
	bool mine;

	if (left >= 4 && (length < HEADER + BEHIND || length > LENGTH_MAX))
		return NSC_NOT_MINE;
	nsc_bytes_skip(&b, 8);
	opcode = nsc_bytes_le32(&b);
	flags = nsc_bytes_le32(&b);
	next = nsc_bytes_u8(&b);
	if (left >= HEADER && opcode != OP_MSG && opcode != OP_QUERY && opcode != OP_COMPRESSED)
		return NSC_NOT_MINE;
	if (b.bad)
		return NSC_MORE;
	/* The first section is kind 0, a document; a query names its collection. */
	mine = (opcode == OP_MSG && (flags & ~(uint32_t)MSG_FLAGS) == 0 && next <= 1) ||
	       (opcode == OP_QUERY && flags <= QUERY_FLAGS && next > ' ' && next < 0x7f) ||
	       (opcode == OP_COMPRESSED && (flags == OP_MSG || flags == OP_QUERY));
	return mine ? NSC_DONE : NSC_NOT_MINE;
}

const struct nsc_dissector nsc_mongodb = {
	.name = "mongodb",
	.title = "MongoDB wire protocol",
	.spec = "MongoDB manual, Wire Protocol",
	.transports = NSC_OVER_TCP,
	.guess = guess,
};
