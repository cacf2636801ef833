/* SPDX-License-Identifier: MIT */
/* WebSocket (RFC 6455): the name alone, told by the HTTP upgrade (http.c); frames prove
 * nothing. */
#include "dissect/protocols.h"

const struct nsc_dissector nsc_websocket = {
	.name = "websocket",
	.title = "WebSocket",
	.spec = "RFC 6455",
	.transports = NSC_OVER_TCP,
	.known_by = "an upgrade that HTTP/1 granted",
	.measures = "the name alone",
};
