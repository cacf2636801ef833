/* SPDX-License-Identifier: MIT */
/*
 * What makes two packets one flow: the canonical key.  Here whole, since it is
 * made and hashed once a packet.
 */
#ifndef NSC_FLOW_KEY_H
#define NSC_FLOW_KEY_H

#include "flow/flow.h"

/* Halves and ports of two ends as numbers: negative, 0 or positive, in the order of memcmp. */
static inline int
nsc_key_order(const struct nsc_addr *a, const struct nsc_addr *b, uint16_t aport, uint16_t bport)
{
	uint64_t x = nsc_addr_word(a, 0), y = nsc_addr_word(b, 0);

	if (x == y) {
		x = nsc_addr_word(a, 1);
		y = nsc_addr_word(b, 1);
	}
	if (x == y) {
		x = aport;
		y = bport;
	}
	return (x > y) - (x < y);
}

/* Whether the ends change places is a toss of a coin to the processor: it is no branch here. */
static inline void
nsc_key_ends(struct nsc_key *k, const struct nsc_addr *src, const struct nsc_addr *dst,
	     uint16_t sport, uint16_t dport)
{
	int order = nsc_key_order(src, dst, sport, dport);
	unsigned from = order > 0;

	k->addr[from] = *src;
	k->addr[from ^ 1] = *dst;
	k->port[from] = sport;
	k->port[from ^ 1] = dport;
	k->from = (uint8_t)from;
	k->self = order == 0;
}

void nsc_key_of_pair(struct nsc_key *k, enum nsc_key_kind kind, const struct nsc_packet *p);
void nsc_key_of_flow(struct nsc_key *k, const struct nsc_flow *f);

static inline void
nsc_key_of_packet(struct nsc_key *k, enum nsc_key_kind kind, const struct nsc_packet *p)
{
	if (kind != NSC_KEY_5TUPLE) {
		nsc_key_of_pair(k, kind, p);
		return;
	}
	k->proto = p->proto;
	k->version = p->version;
	nsc_key_ends(k, &p->src, &p->dst, p->sport, p->dport);
}

static inline uint64_t
nsc_key_word(const void *p)
{
	uint64_t w;

	memcpy(&w, p, sizeof w);
	return w;
}

/* SipHash of 13 octets with IPv4, else of 37: both addresses, both ports, the protocol. */
static inline uint32_t
nsc_key_hash(const struct nsc_key *k, const struct nsc_hash_key *secret)
{
	const uint8_t *a = k->addr[0].b, *b = k->addr[1].b;
	uint64_t rest = (uint64_t)k->port[0] | (uint64_t)k->port[1] << 16 |
			(uint64_t)k->proto << 32;
	struct nsc_hash_state s = nsc_hash_begin(secret);

	if (k->version == 4) {
		uint32_t v4[2];

		memcpy(&v4[0], a + 12, sizeof v4[0]);
		memcpy(&v4[1], b + 12, sizeof v4[1]);
		nsc_hash_word(&s, v4[0] | (uint64_t)v4[1] << 32);
		return (uint32_t)nsc_hash_end(&s, rest, 13);
	}
	nsc_hash_word(&s, nsc_key_word(a));
	nsc_hash_word(&s, nsc_key_word(a + 8));
	nsc_hash_word(&s, nsc_key_word(b));
	nsc_hash_word(&s, nsc_key_word(b + 8));
	return (uint32_t)nsc_hash_end(&s, rest, 37);
}

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
