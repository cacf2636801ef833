/* SPDX-License-Identifier: MIT */
/* The other name of a connection or flow that somebody translated. */
#include "engine/json_nat.h"

void
nsc_json_nat(struct nsc_json *j, const struct nsc_tuple *other, unsigned local)
{
	char text[NSC_ADDR_TEXT];

	nsc_json_open(j, "nat", '{');
	nsc_json_text(j, "local", nsc_addr_text(&other->addr[local], text));
	nsc_json_number(j, "local_port", other->port[local]);
	nsc_json_text(j, "remote", nsc_addr_text(&other->addr[!local], text));
	nsc_json_number(j, "remote_port", other->port[!local]);
	nsc_json_close(j, '}');
}
