/* SPDX-License-Identifier: MIT */
/* A flow as JSON: its ends and counters, how it fared, its labels, owners and translation. */
#ifndef NSC_ENGINE_JSON_FLOW_H
#define NSC_ENGINE_JSON_FLOW_H

#include "engine/json_text.h"
#include "engine/worker_state.h"

/* The flow's keys; without an engine (NULL) its owners are not known. */
void nsc_json_flow(struct nsc_json *j, struct nsc_engine *e, const struct nsc_worker *w,
		   const struct nsc_flow *f);

#endif
