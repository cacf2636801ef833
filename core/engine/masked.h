/* SPDX-License-Identifier: MIT */
/* Listeners and connections as they may be shown (option HideNames). */
#ifndef NSC_ENGINE_MASKED_H
#define NSC_ENGINE_MASKED_H

#include "engine/mask.h"
#include "nsc.h"

/* Hides what their addresses say; all else of them was found out from the real ones before. */
void nsc_masked_listener(const struct nsc_mask *m, struct nsc_listener *l);
void nsc_masked_connection(const struct nsc_mask *m, struct nsc_connection *c);

/* Passes rows on, hidden. */
struct nsc_masked_tell {
	const struct nsc_mask *mask;
	const struct nsc_rows_tell *to;
};

/* For who tells rows: borrowed, as `t` is. */
struct nsc_rows_tell nsc_masked_rows(struct nsc_masked_tell *t);

#endif
