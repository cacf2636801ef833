/* SPDX-License-Identifier: MIT */
/* The tables behind HPACK's indices: the static one and the dynamic one (RFC 7541, 2.3). */
#ifndef NSC_DISSECT_HPACK_TABLE_H
#define NSC_DISSECT_HPACK_TABLE_H

#include "dissect/hpack.h"

/*
 * Name and value at the index (1 is the first) into h->name, h->value.  Sets h->unknown if
 * we have not kept it.  -EPROTO: there is no such entry.
 */
int nsc_hpack_look_up(struct nsc_hpack *h, uint64_t index);

/* Adds the field that was read, and evicts what has no room. */
void nsc_hpack_insert(struct nsc_hpack *h);

/* The table's limit changes. */
void nsc_hpack_resize(struct nsc_hpack *h, uint32_t max);

#endif
