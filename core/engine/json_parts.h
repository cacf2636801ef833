/* SPDX-License-Identifier: MIT */
/* What the events' JSON has in common: texts, addresses and names, masked where j->mask says so; a flow's ends. */
#ifndef NSC_ENGINE_JSON_PARTS_H
#define NSC_ENGINE_JSON_PARTS_H

#include "engine/json_text.h"
#include "engine/worker_state.h"

/* Octets from the wire; nothing if there are none. */
void nsc_json_part(struct nsc_json *j, const char *key, const struct nsc_text *t);

void nsc_json_addr(struct nsc_json *j, const char *key, const struct nsc_addr *a);

/* A name, or an address in its place, with or without a port; nothing if it is empty. */
void nsc_json_name(struct nsc_json *j, const char *key, const struct nsc_text *t);

/* The ends of a flow, and its outside; a pair of addresses has neither protocol nor ports. */
void nsc_json_ends(struct nsc_json *j, const struct nsc_worker *w, const struct nsc_flow *f);

#endif
