/* SPDX-License-Identifier: MIT */
/* rsync's daemon (csprotocol.txt): the name, by the greeting that both sides say. */
#include "dissect/opening.h"
#include "dissect/protocols.h"

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	return nsc_opening(&g->bytes, "@RSYNCD: \001\001");
}

const struct nsc_dissector nsc_rsync = {
	.name = "rsync",
	.title = "rsync daemon",
	.spec = "rsync csprotocol.txt",
	.transports = NSC_OVER_TCP,
	.first = {{'@', '@' + 1}},
	.guess = guess,
	.known_by = "`@RSYNCD: ` and a version",
};
