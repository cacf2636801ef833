/* SPDX-License-Identifier: MIT */
/* Labels of flows: short texts in a capped arena, chained by flow; the first value stays. */
#ifndef NSC_DISSECT_LABELS_H
#define NSC_DISSECT_LABELS_H

#include <stdbool.h>

#include "dissect/event.h"
#include "dissect/slab.h"

enum { NSC_LABEL_TEXT = 512 - 8 };	/* octets kept of a label; longer ones are cut */

/* False: no room.  A second value of the same label is ignored. */
bool nsc_labels_add(struct nsc_slab *arena, uint32_t *first, enum nsc_label id, const char *p,
		    uint32_t len);

/* len 0 if there is none. */
struct nsc_text nsc_labels_find(const struct nsc_slab *arena, uint32_t first, enum nsc_label id);

void nsc_labels_drop(struct nsc_slab *arena, uint32_t first);

#endif
