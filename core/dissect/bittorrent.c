/* SPDX-License-Identifier: MIT */
/* BitTorrent (BEP 3: peers over TCP; BEP 5: the DHT over UDP): the name. */
#include "dissect/opening.h"
#include "dissect/protocols.h"

/* A dictionary of the DHT: a query, a response or an error, whose kind stands at its end. */
static bool
is_dht(const struct nsc_bytes *b)
{
	enum { LEAST = 21 };		/* octets of the shortest one with an id */

	return nsc_bytes_left(b) >= LEAST &&
	       (nsc_bytes_starts(b, "d1:ad2:id20:") || nsc_bytes_starts(b, "d1:rd2:id20:") ||
		nsc_bytes_starts(b, "d1:eli") || nsc_bytes_starts(b, "d2:ip")) &&
	       b->end[-1] == 'e' && memmem(b->p, nsc_bytes_left(b), "1:y1:", 5) != NULL;
}

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	if (g->transport == NSC_OVER_UDP)
		return is_dht(&g->bytes) ? NSC_DONE : NSC_NOT_MINE;
	return nsc_opening(&g->bytes, "\023BitTorrent protocol");
}

const struct nsc_dissector nsc_bittorrent = {
	.name = "bittorrent",
	.title = "BitTorrent",
	.spec = "BEP 3, BEP 5",
	.transports = NSC_OVER_TCP | NSC_OVER_UDP,
	.first = {{19, 20}, {'d', 'd' + 1}},
	.guess = guess,
	.known_by = "the handshake's 20 octets, or a bencoded DHT message with its keys",
	.limits = "encrypted peers and uTP are `unknown`",
};
