/* SPDX-License-Identifier: MIT */
/* NetFlow 5 and 9, IPFIX (RFC 3954, RFC 7011): the name, by a version and lengths that add up. */
#include "dissect/protocols.h"

enum {
	V5 = 5, V9 = 9, IPFIX = 10,
	V5_HEADER = 24, V5_RECORD = 48, V5_RECORDS = 30,
	V9_HEADER = 20, IPFIX_HEADER = 16,
	SETS = 64,
};

/* Sets to the datagram's end: templates (0 or 2, 1 or 3), data from 256 on. */
static bool
sets_fill(struct nsc_bytes b, unsigned first_template)
{
	unsigned n;

	for (n = 0; n < SETS && nsc_bytes_left(&b) > 0; n++) {
		uint16_t id = nsc_bytes_u16(&b), length = nsc_bytes_u16(&b);

		if (length < 4 || (id < 256 && id != first_template && id != first_template + 1))
			return false;
		nsc_bytes_skip(&b, length - 4u);
	}
	return n > 0 && !b.bad;
}

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	struct nsc_bytes b = g->bytes;
	size_t size = nsc_bytes_left(&b);
	uint16_t version = nsc_bytes_u16(&b), count = nsc_bytes_u16(&b);
	bool fits = false;

	switch (version) {
	case V5:
		fits = count > 0 && count <= V5_RECORDS && size == V5_HEADER + (size_t)count * V5_RECORD;
		break;
	case V9:
		nsc_bytes_skip(&b, V9_HEADER - 4);
		fits = count > 0 && !b.bad && sets_fill(b, 0);
		break;
	case IPFIX:
		nsc_bytes_skip(&b, IPFIX_HEADER - 4);
		fits = count == size && !b.bad && sets_fill(b, 2);
		break;
	default:
		break;
	}
	return fits ? NSC_DONE : NSC_NOT_MINE;
}

const struct nsc_dissector nsc_netflow = {
	.name = "netflow",
	.title = "NetFlow and IPFIX",
	.spec = "RFC 3954, RFC 7011",
	.transports = NSC_OVER_UDP,
	.first = {{0, 1}},
	.guess = guess,
	.known_by = "the version, and records or sets that fill the datagram",
};
