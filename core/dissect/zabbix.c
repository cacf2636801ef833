/* SPDX-License-Identifier: MIT */
/* Zabbix (its manual, "Protocols", "Header"): the name, by its mark. */
#include "dissect/opening.h"
#include "dissect/protocols.h"

enum { FLAGS = 7 };			/* protocol, compression, large packet */

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	enum nsc_verdict v = nsc_opening(&g->bytes, "ZBXD");

	if (v != NSC_DONE)
		return v;
	if (nsc_bytes_left(&g->bytes) < 5)
		return NSC_MORE;
	return (g->bytes.p[4] & 1) != 0 && g->bytes.p[4] <= FLAGS ? NSC_DONE : NSC_NOT_MINE;
}

const struct nsc_dissector nsc_zabbix = {
	.name = "zabbix",
	.title = "Zabbix protocol",
	.spec = "Zabbix manual, Header",
	.transports = NSC_OVER_TCP,
	.first = {{'Z', 'Z' + 1}},
	.guess = guess,
	.known_by = "the mark `ZBXD` and its flags",
};
