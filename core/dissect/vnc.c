/* SPDX-License-Identifier: MIT */
/* VNC's remote framebuffer (RFC 6143, 7.1.1): the name, by the version that both sides say. */
#include "dissect/opening.h"
#include "dissect/protocols.h"

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	return nsc_opening(&g->bytes, "RFB \001\001\001.\001\001\001\n");
}

const struct nsc_dissector nsc_vnc = {
	.name = "vnc",
	.title = "Virtual Network Computing (RFB)",
	.spec = "RFC 6143",
	.transports = NSC_OVER_TCP,
	.first = {{'R', 'R' + 1}},
	.guess = guess,
	.known_by = "`RFB ` and a version of two numbers of three digits, in their line",
};
