/* SPDX-License-Identifier: MIT */
/* The ruleset of this namespace over netlink (nf_tables), read as one generation. */
#ifndef NSC_HOST_NFT_LOAD_H
#define NSC_HOST_NFT_LOAD_H

#include "host/nft.h"

/* Number of the ruleset's generation: changes with each transaction.  0 or -errno with err. */
int nsc_nft_generation(uint32_t *generation, char err[NSC_ERR]);

/*
 * Replaces *n by the rules in force.  A ruleset that changes meanwhile is read again, three
 * times at most (-EAGAIN).  -EPERM: CAP_NET_ADMIN is missing; -E2BIG: beyond
 * NSC_NFT_MEMORY; -EPROTONOSUPPORT: this kernel has no nf_tables (*n is empty then, and no
 * rule is in force).  On any error *n is empty.
 */
int nsc_nft_load(struct nsc_nft *n, char err[NSC_ERR]);

#endif
