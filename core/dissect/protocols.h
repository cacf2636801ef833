/* SPDX-License-Identifier: MIT */
/* The dissectors that table.c lists, one file each. */
#ifndef NSC_DISSECT_PROTOCOLS_H
#define NSC_DISSECT_PROTOCOLS_H

#include "dissect/dissector.h"

extern const struct nsc_dissector nsc_dns;	/* dns.c */
extern const struct nsc_dissector nsc_mdns;	/* dns.c */
extern const struct nsc_dissector nsc_llmnr;	/* dns.c */
extern const struct nsc_dissector nsc_tls;	/* tls.c */
extern const struct nsc_dissector nsc_http;	/* http.c */

#endif
