/* SPDX-License-Identifier: MIT */
/* RTSP 1.0 (RFC 2326, 6.1, 7.1): the name, by a request's or a response's first line. */
#include "dissect/protocols.h"
#include "dissect/start_line.h"

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	return nsc_start_line(&g->bytes, "RTSP/1.0");
}

const struct nsc_dissector nsc_rtsp = {
	.name = "rtsp",
	.title = "Real-Time Streaming Protocol",
	.spec = "RFC 2326",
	.transports = NSC_OVER_TCP,
	.first = {{'A', 'Z' + 1}},
	.guess = guess,
};
