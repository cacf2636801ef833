/* SPDX-License-Identifier: MIT */
/* What makes two packets one flow: the canonical key. */
#ifndef NSC_FLOW_KEY_H
#define NSC_FLOW_KEY_H

#include "flow/flow.h"

void nsc_key_of_packet(struct nsc_key *k, enum nsc_key_kind kind, const struct nsc_packet *p);
void nsc_key_of_flow(struct nsc_key *k, const struct nsc_flow *f);
uint32_t nsc_key_hash(const struct nsc_key *k, const struct nsc_hash_key *secret);

static inline bool
nsc_key_is(const struct nsc_key *k, const struct nsc_flow *f)
{
	uint64_t a[4], b[4];

	memcpy(a, k->addr, sizeof a);
	memcpy(b, f->addr, sizeof b);
	return ((a[0] ^ b[0]) | (a[1] ^ b[1]) | (a[2] ^ b[2]) | (a[3] ^ b[3])) == 0 &&
	       k->port[0] == f->port[0] && k->port[1] == f->port[1] && k->proto == f->proto &&
	       k->version == f->version;
}

#endif
