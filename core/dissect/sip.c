/* SPDX-License-Identifier: MIT */
/* SIP (RFC 3261, 7.1, 7.2): the name, by a request's or a response's first line. */
#include "dissect/protocols.h"
#include "dissect/start_line.h"

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	return nsc_start_line(&g->bytes, "SIP/2.0");
}

const struct nsc_dissector nsc_sip = {
	.name = "sip",
	.title = "Session Initiation Protocol",
	.spec = "RFC 3261",
	.transports = NSC_OVER_TCP | NSC_OVER_UDP,
	.first = {{'A', 'Z' + 1}},
	.guess = guess,
};
