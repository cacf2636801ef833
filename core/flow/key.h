/* SPDX-License-Identifier: MIT */
/*
 * What makes two packets one flow: the canonical key.  Here whole, since it is
 * made and hashed once a packet.
 */
#ifndef NSC_FLOW_KEY_H
#define NSC_FLOW_KEY_H

#include "flow/flow.h"

static inline uint64_t
nsc_key_word(const void *p)
{
	uint64_t w;

	memcpy(&w, p, sizeof w);
	return w;
}

/* Changes the two for each other where all bits of `swap` are set; it is 0 else. */
static inline void
nsc_key_swap(uint64_t *x, uint64_t *y, uint64_t swap)
{
	uint64_t both = (*x ^ *y) & swap;

	*x ^= both;
	*y ^= both;
}

/*
 * The ends in the order of memcmp.  Whether they change places is a toss of a coin
 * to the processor: it is no branch here.  Words at a time, since they were written
 * as such a moment ago.
 */
static inline void
nsc_key_ends(struct nsc_key *k, const struct nsc_addr *src, const struct nsc_addr *dst,
	     uint16_t sport, uint16_t dport)
{
	uint64_t a[2] = {nsc_key_word(src->b), nsc_key_word(src->b + 8)};
	uint64_t b[2] = {nsc_key_word(dst->b), nsc_key_word(dst->b + 8)};
	uint64_t x = be64toh(a[0]), y = be64toh(b[0]), swap;
	uint16_t both;

	if (x == y) {
		x = be64toh(a[1]);
		y = be64toh(b[1]);
	}
	if (x == y) {
		x = sport;
		y = dport;
	}
	k->from = x > y;
	k->self = x == y;
	swap = -(uint64_t)k->from;
	nsc_key_swap(&a[0], &b[0], swap);
	nsc_key_swap(&a[1], &b[1], swap);
	memcpy(k->addr[0].b, &a[0], 8);
	memcpy(k->addr[0].b + 8, &a[1], 8);
	memcpy(k->addr[1].b, &b[0], 8);
	memcpy(k->addr[1].b + 8, &b[1], 8);
	both = (sport ^ dport) & (uint16_t)swap;
	k->port[0] = sport ^ both;
	k->port[1] = dport ^ both;
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

/* The chance's part of the hash, made of the start's key. */
enum { NSC_KEY_PAIRS = 5 };

struct nsc_key_secret {
	uint64_t sum;
	uint64_t word[2 * NSC_KEY_PAIRS];
};

void nsc_key_secret(struct nsc_key_secret *s, const struct nsc_hash_key *key);

/* Two words of 32 bits, each with its secret. */
static inline uint64_t
nsc_key_pair(const uint64_t secret[2], uint64_t two)
{
	return (secret[0] + (uint32_t)two) * (secret[1] + (two >> 32));
}

/*
 * Both addresses, both ports, the protocol.  Multilinear hashing (Lemire, Kaser 2014,
 * "Strongly universal string hashing is fast", 3.2): whatever two keys someone
 * chooses who has not seen the secret, they have the same 32 bits once in 2^32 times.
 * It costs a quarter of SipHash.  Keys in a row would lie in a row, too: the end
 * (MurmurHash3's) scatters them; it changes places only.
 */
static inline uint32_t
nsc_key_hash(const struct nsc_key *k, const struct nsc_key_secret *s)
{
	const uint8_t *a = k->addr[0].b, *b = k->addr[1].b;
	uint64_t rest = (uint64_t)k->port[0] | (uint64_t)k->port[1] << 16 |
			(uint64_t)k->proto << 32;
	uint64_t sum = s->sum + nsc_key_pair(&s->word[0], le64toh(nsc_key_word(a))) +
		       nsc_key_pair(&s->word[2], le64toh(nsc_key_word(a + 8))) +
		       nsc_key_pair(&s->word[4], le64toh(nsc_key_word(b))) +
		       nsc_key_pair(&s->word[6], le64toh(nsc_key_word(b + 8))) +
		       nsc_key_pair(&s->word[8], rest);
	uint32_t h = (uint32_t)(sum >> 32);

	h = (h ^ h >> 16) * 0x85ebca6b;
	h = (h ^ h >> 13) * 0xc2b2ae35;
	return h ^ h >> 16;
}

static inline bool
nsc_key_is(const struct nsc_key *k, const struct nsc_flow *f)
{
	uint64_t odd = (nsc_key_word(k->addr[0].b) ^ nsc_key_word(f->addr[0].b)) |
		       (nsc_key_word(k->addr[0].b + 8) ^ nsc_key_word(f->addr[0].b + 8)) |
		       (nsc_key_word(k->addr[1].b) ^ nsc_key_word(f->addr[1].b)) |
		       (nsc_key_word(k->addr[1].b + 8) ^ nsc_key_word(f->addr[1].b + 8));
	uint32_t ends = (uint32_t)(k->port[0] ^ f->port[0]) | (uint32_t)(k->port[1] ^ f->port[1]);
	uint32_t kind = (uint32_t)(k->proto ^ f->proto) | (uint32_t)(k->version ^ f->version);

	return (odd | ends | kind) == 0;
}

#endif
