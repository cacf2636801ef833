/* SPDX-License-Identifier: MIT */
/* DCE/RPC over TCP (C706, 12.6): the name, by a bind whose lengths fit. */
#include "dissect/protocols.h"

enum { VERSION = 5, BIND = 11, BIND_ACK = 12, HEADER = 16, LENGTH_MAX = 8192, LITTLE_ASCII = 0x10 };

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	struct nsc_bytes b = g->bytes;
	uint8_t version = nsc_bytes_u8(&b), minor = nsc_bytes_u8(&b), type = nsc_bytes_u8(&b), order;
	uint16_t length, auth;

	nsc_bytes_skip(&b, 1);
	order = nsc_bytes_u8(&b);
	if (nsc_bytes_u8(&b) != 0 || nsc_bytes_u16(&b) != 0)
		return NSC_NOT_MINE;
	length = order == LITTLE_ASCII ? nsc_bytes_le16(&b) : nsc_bytes_u16(&b);
	auth = order == LITTLE_ASCII ? nsc_bytes_le16(&b) : nsc_bytes_u16(&b);
	if (b.bad)
		return nsc_bytes_left(&g->bytes) > 0 && *g->bytes.p != VERSION ? NSC_NOT_MINE : NSC_MORE;
	return version == VERSION && minor <= 1 && (type == BIND || type == BIND_ACK) &&
	       (order == LITTLE_ASCII || order == 0) && length > HEADER && length <= LENGTH_MAX &&
	       auth <= length - HEADER ? NSC_DONE : NSC_NOT_MINE;
}

const struct nsc_dissector nsc_dcerpc = {
	.name = "dcerpc",
	.title = "DCE Remote Procedure Call",
	.spec = "The Open Group C706",
	.transports = NSC_OVER_TCP,
	.first = {{VERSION, VERSION + 1}},
	.guess = guess,
	.known_by = "the header of a bind: version, byte order, lengths",
	.limits = "inside SMB it is `smb`; a conversation that was bound before the capture is not known",
};
