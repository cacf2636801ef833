/* SPDX-License-Identifier: MIT */
/* Oracle Net (its TNS layer, "Oracle Database Net Services Reference"): the name, by a connect packet. */
#include "dissect/protocols.h"

enum { CONNECT = 1, LENGTH_MIN = 58, LENGTH_MAX = 4096 };

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	struct nsc_bytes b = g->bytes;
	uint16_t length = nsc_bytes_u16(&b), sum = nsc_bytes_u16(&b);
	uint8_t type = nsc_bytes_u8(&b);

	if (b.bad)
		return NSC_MORE;
	if (length < LENGTH_MIN || length > LENGTH_MAX || sum != 0 || type != CONNECT)
		return NSC_NOT_MINE;
	if (nsc_bytes_left(&g->bytes) < length)
		return NSC_MORE;
	return memmem(g->bytes.p, length, "(CONNECT_DATA=", 14) != NULL ? NSC_DONE : NSC_NOT_MINE;
}

const struct nsc_dissector nsc_oracle = {
	.name = "oracle",
	.title = "Oracle Net, TNS",
	.spec = "Oracle Net Services Reference",
	.transports = NSC_OVER_TCP,
	.first = {{0, 0x10}},
	.guess = guess,
	.known_by = "a connect packet's header and the word `(CONNECT_DATA=` in it",
	.limits = "a connect descriptor of more than 4 KB, which comes behind its packet, is not known",
};
