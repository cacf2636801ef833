/* SPDX-License-Identifier: MIT */
/* What DNS answers teach the cache of names. */
#ifndef NSC_DISSECT_DNS_NAMES_H
#define NSC_DISSECT_DNS_NAMES_H

#include "dissect/dns.h"
#include "dissect/name_cache.h"

/*
 * The addresses to which the question's name leads, in a response that was read
 * whole and has a question.  `client`: who asked.  data and len as they were read.
 */
void nsc_dns_learn(struct nsc_name_cache *c, const struct nsc_dns_parsed *d, const void *data, size_t len,
		   const struct nsc_addr *client, uint64_t time);

/* Of mDNS, where nobody need have asked: each address by the name of its own record. */
void nsc_dns_learn_owners(struct nsc_name_cache *c, const struct nsc_dns_parsed *d, const void *data,
			  size_t len, uint64_t time);

#endif
