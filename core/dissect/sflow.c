/* SPDX-License-Identifier: MIT */
/* sFlow 5 (sflow.org, "sFlow Version 5"): the name, by its header and samples that fill the datagram. */
#include "dissect/protocols.h"

enum { VERSION = 5, IPV4 = 1, IPV6 = 2, SAMPLES = 64, FORMATS = 5 };

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	struct nsc_bytes b = g->bytes;
	uint32_t version = nsc_bytes_u32(&b), family = nsc_bytes_u32(&b), samples;

	if (version != VERSION || (family != IPV4 && family != IPV6))
		return NSC_NOT_MINE;
	nsc_bytes_skip(&b, family == IPV4 ? 4 : 16);
	nsc_bytes_skip(&b, 12);			/* sub-agent, number, uptime */
	samples = nsc_bytes_u32(&b);
	if (b.bad || samples == 0 || samples > SAMPLES)
		return NSC_NOT_MINE;
	for (uint32_t i = 0; i < samples; i++) {
		uint32_t format = nsc_bytes_u32(&b), length = nsc_bytes_u32(&b);

		if ((format >> 12 == 0 && (format == 0 || format > FORMATS)) || length % 4 != 0)
			return NSC_NOT_MINE;
		nsc_bytes_skip(&b, length);
	}
	return !b.bad && nsc_bytes_left(&b) == 0 ? NSC_DONE : NSC_NOT_MINE;
}

const struct nsc_dissector nsc_sflow = {
	.name = "sflow",
	.title = "sFlow",
	.spec = "sFlow version 5",
	.transports = NSC_OVER_UDP,
	.first = {{0, 1}},
	.guess = guess,
	.known_by = "version, family of the agent's address, and samples that fill the datagram",
};
