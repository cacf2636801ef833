/* SPDX-License-Identifier: MIT */
/* SMB 1, 2 and 3 (MS-CIFS 2.2.3.1, MS-SMB2 2.1, 2.2.1) over TCP: the name. */
#include "dissect/protocols.h"

enum { SESSION_MESSAGE = 0, HEAD = 8 };

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	struct nsc_bytes b = g->bytes;
	size_t left = nsc_bytes_left(&b);
	uint8_t mark;

	if (left > 0 && nsc_bytes_u8(&b) != SESSION_MESSAGE)
		return NSC_NOT_MINE;
	if (left < HEAD)
		return NSC_MORE;
	if (nsc_bytes_u24(&b) < 32)
		return NSC_NOT_MINE;
	mark = nsc_bytes_u8(&b);
	/* 1; 2 and 3; encrypted; compressed */
	return (mark == 0xff || mark == 0xfe || mark == 0xfd || mark == 0xfc) &&
			       nsc_bytes_starts(&b, "SMB")
		       ? NSC_DONE
		       : NSC_NOT_MINE;
}

const struct nsc_dissector nsc_smb = {
	.name = "smb",
	.title = "Server Message Block",
	.spec = "MS-CIFS, MS-SMB2",
	.transports = NSC_OVER_TCP,
	.first = {{0, 1}},
	.guess = guess,
};
