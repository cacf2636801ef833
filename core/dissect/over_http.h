/* SPDX-License-Identifier: MIT */
/* Who speaks HTTP, by a field that only that server's answers have. */
#ifndef NSC_DISSECT_OVER_HTTP_H
#define NSC_DISSECT_OVER_HTTP_H

#include "dissect/event.h"

struct nsc_dissector;

/* The application whose mark the field of a response is, or NULL. */
const struct nsc_dissector *nsc_over_http(struct nsc_text name, struct nsc_text value);

#endif
