/* SPDX-License-Identifier: MIT */
/* Telnet (RFC 854, RFC 855): the name, by two commands of negotiation in a row. */
#include "dissect/protocols.h"

enum {
	IAC = 255, DONT = 254, WILL = 251,
	OPTION_MAX = 49,		/* IANA, but for EXOPL (255) */
	NEGOTIATION = 3,
};

static bool
is_negotiation(const uint8_t *p)
{
	return p[0] == IAC && p[1] >= WILL && p[1] <= DONT && p[2] <= OPTION_MAX;
}

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	size_t left = nsc_bytes_left(&g->bytes);
	const uint8_t *p = g->bytes.p;

	if ((left > 0 && p[0] != IAC) || (left >= NEGOTIATION && !is_negotiation(p)))
		return NSC_NOT_MINE;
	if (left >= 2 * NEGOTIATION)
		return is_negotiation(p + NEGOTIATION) ? NSC_DONE : NSC_NOT_MINE;
	/* One alone, which the other side answers. */
	return left == NEGOTIATION && nsc_bytes_left(&g->other) >= NEGOTIATION &&
			       is_negotiation(g->other.p)
		       ? NSC_DONE
		       : NSC_MORE;
}

const struct nsc_dissector nsc_telnet = {
	.name = "telnet",
	.title = "Telnet",
	.spec = "RFC 854, RFC 855",
	.transports = NSC_OVER_TCP,
	.first = {{IAC, IAC + 1}},
	.guess = guess,
	.known_by = "two option negotiations in a row, or one of each side",
};
