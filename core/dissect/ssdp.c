/* SPDX-License-Identifier: MIT */
/* SSDP (UPnP Device Architecture 2.0, 1.2, 1.3): the name; HTTP's head in one datagram. */
#include "dissect/protocols.h"

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	const struct nsc_bytes *b = &g->bytes;
	size_t left = nsc_bytes_left(b);

	if (nsc_bytes_starts(b, "M-SEARCH * HTTP/1.1\r\n") ||
	    nsc_bytes_starts(b, "NOTIFY * HTTP/1.1\r\n"))
		return NSC_DONE;
	return nsc_bytes_starts(b, "HTTP/1.1 200 OK\r\n") &&
			       (memmem(b->p, left, "\nUSN:", 5) != NULL ||
				memmem(b->p, left, "\nST:", 4) != NULL)
		       ? NSC_DONE
		       : NSC_NOT_MINE;
}

const struct nsc_dissector nsc_ssdp = {
	.name = "ssdp",
	.title = "Simple Service Discovery Protocol",
	.spec = "UPnP Device Architecture 2.0",
	.transports = NSC_OVER_UDP,
	.first = {{'H', 'H' + 1}, {'M', 'N' + 1}},
	.guess = guess,
	.known_by = "the first line of a search or notification, or a response with USN or "
		    "ST",
};
