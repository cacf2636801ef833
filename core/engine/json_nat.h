/* SPDX-License-Identifier: MIT */
/* "nat":{"local":…,"local_port":N,"remote":…,"remote_port":N} */
#ifndef NSC_ENGINE_JSON_NAT_H
#define NSC_ENGINE_JSON_NAT_H

#include "engine/json_text.h"
#include "scope/translations.h"

/* local: which end of `other` is near: ours, or who began where neither is. */
void nsc_json_nat(struct nsc_json *j, const struct nsc_tuple *other, unsigned local);

#endif
