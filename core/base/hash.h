/* SPDX-License-Identifier: MIT */
/*
 * SipHash-1-3 (Aumasson, Bernstein 2012): keyed, so that nobody outside can choose
 * collisions.  One round a word, three at the end.  The words are little-endian,
 * as in the paper, so that a hash is the same on every machine.
 *
 * It stands here whole because keys of known length are hashed several times a
 * packet: in the caller's registers that costs half of what a call does.
 */
#ifndef NSC_BASE_HASH_H
#define NSC_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

struct nsc_hash_key {
	uint64_t k[2];
};

struct nsc_hash_state {
	uint64_t a, b, c, d;
};

static inline uint64_t
nsc_hash_rotate(uint64_t x, int n)
{
	return x << n | x >> (64 - n);
}

static inline void
nsc_hash_round(struct nsc_hash_state *s)
{
	s->a += s->b;
	s->b = nsc_hash_rotate(s->b, 13) ^ s->a;
	s->a = nsc_hash_rotate(s->a, 32);
	s->c += s->d;
	s->d = nsc_hash_rotate(s->d, 16) ^ s->c;
	s->a += s->d;
	s->d = nsc_hash_rotate(s->d, 21) ^ s->a;
	s->c += s->b;
	s->b = nsc_hash_rotate(s->b, 17) ^ s->c;
	s->c = nsc_hash_rotate(s->c, 32);
}

static inline struct nsc_hash_state
nsc_hash_begin(const struct nsc_hash_key *key)
{
	return (struct nsc_hash_state){
		.a = key->k[0] ^ 0x736f6d6570736575, .b = key->k[1] ^ 0x646f72616e646f6d,
		.c = key->k[0] ^ 0x6c7967656e657261, .d = key->k[1] ^ 0x7465646279746573,
	};
}

/* Eight octets, the first in the lowest bits. */
static inline void
nsc_hash_word(struct nsc_hash_state *s, uint64_t word)
{
	s->d ^= word;
	nsc_hash_round(s);
	s->a ^= word;
}

/* The up to seven octets that are left, and the length of all in the highest octet. */
static inline uint64_t
nsc_hash_end(struct nsc_hash_state *s, uint64_t rest, size_t len)
{
	nsc_hash_word(s, rest | (uint64_t)len << 56);
	s->c ^= 0xff;
	nsc_hash_round(s);
	nsc_hash_round(s);
	nsc_hash_round(s);
	return s->a ^ s->b ^ s->c ^ s->d;
}

/* len octets at data. */
uint64_t nsc_hash(const struct nsc_hash_key *key, const void *data, size_t len);

#endif
