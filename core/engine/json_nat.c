/* SPDX-License-Identifier: MIT */
/* The other name of a connection or flow that somebody translated. */
#include "engine/json_nat.h"

#include "engine/mask.h"

void
nsc_json_nat(struct nsc_json *j, const struct nsc_tuple *other, unsigned local)
{
	struct nsc_addr near = nsc_mask_addr(j->mask, &other->addr[local]);
	struct nsc_addr far = nsc_mask_addr(j->mask, &other->addr[!local]);
	char text[NSC_ADDR_TEXT];

	nsc_json_open(j, "nat", '{');
	nsc_json_text(j, "local", nsc_addr_text(&near, text));
	nsc_json_number(j, "local_port", other->port[local]);
	nsc_json_text(j, "remote", nsc_addr_text(&far, text));
	nsc_json_number(j, "remote_port", other->port[!local]);
	nsc_json_close(j, '}');
}
