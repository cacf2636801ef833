/* SPDX-License-Identifier: MIT */
/* AMQP 0-9-1 (4.2.2) and 1.0 (2.2): the name, by the header with which the client begins. */
#include "dissect/opening.h"
#include "dissect/protocols.h"

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	static const uint8_t version[][4] = {
		{0, 0, 9, 1}, {1, 1, 9, 1}, {1, 1, 0, 10}, {1, 1, 8, 0}, {1, 1, 0, 9},
		{0, 1, 0, 0}, {2, 1, 0, 0}, {3, 1, 0, 0},	/* 1.0: plain, TLS, SASL */
	};
	enum nsc_verdict v = nsc_opening(&g->bytes, "AMQP");

	if (v != NSC_DONE)
		return v;
	if (nsc_bytes_left(&g->bytes) < 8)
		return NSC_MORE;
	for (unsigned i = 0; i < sizeof version / sizeof version[0]; i++)
		if (memcmp(g->bytes.p + 4, version[i], 4) == 0)
			return NSC_DONE;
	return NSC_NOT_MINE;
}

const struct nsc_dissector nsc_amqp = {
	.name = "amqp",
	.title = "Advanced Message Queuing Protocol",
	.spec = "AMQP 0-9-1, OASIS AMQP 1.0",
	.transports = NSC_OVER_TCP,
	.first = {{'A', 'A' + 1}},
	.guess = guess,
};
