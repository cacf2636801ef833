/* SPDX-License-Identifier: MIT */
/* Ceph's messenger (docs.ceph.com, "msgr2", "Messenger v1"): the name, by its banner. */
#include "dissect/opening.h"
#include "dissect/protocols.h"

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	enum nsc_verdict second = nsc_opening(&g->bytes, "ceph v2\n");

	return second != NSC_NOT_MINE ? second : nsc_opening(&g->bytes, "ceph v\1\1\1");
}

const struct nsc_dissector nsc_ceph = {
	.name = "ceph",
	.title = "Ceph's messenger",
	.spec = "msgr2, messenger v1",
	.transports = NSC_OVER_TCP,
	.first = {{'c', 'c' + 1}},
	.guess = guess,
	.known_by = "the banner `ceph v2` or `ceph v` and three digits",
};
