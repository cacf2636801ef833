/* SPDX-License-Identifier: MIT */
/*
 * SipHash-1-3: one round a word, three at the end.  The words are little-endian,
 * as in the paper, so that a hash is the same on every machine.
 */
#include "base/hash.h"

#include <endian.h>
#include <string.h>

struct state {
	uint64_t a, b, c, d;
};

static inline uint64_t
rotate(uint64_t x, int n)
{
	return x << n | x >> (64 - n);
}

static inline void
sip_round(struct state *s)
{
	s->a += s->b;
	s->b = rotate(s->b, 13) ^ s->a;
	s->a = rotate(s->a, 32);
	s->c += s->d;
	s->d = rotate(s->d, 16) ^ s->c;
	s->a += s->d;
	s->d = rotate(s->d, 21) ^ s->a;
	s->c += s->b;
	s->b = rotate(s->b, 17) ^ s->c;
	s->c = rotate(s->c, 32);
}

static inline void
absorb(struct state *s, uint64_t word)
{
	s->d ^= word;
	sip_round(s);
	s->a ^= word;
}

uint64_t
nsc_hash(const struct nsc_hash_key *key, const void *data, size_t len)
{
	struct state s = {
		.a = key->k[0] ^ 0x736f6d6570736575, .b = key->k[1] ^ 0x646f72616e646f6d,
		.c = key->k[0] ^ 0x6c7967656e657261, .d = key->k[1] ^ 0x7465646279746573,
	};
	const uint8_t *p = data;
	uint64_t word, last = (uint64_t)len << 56;
	size_t left = len;

	for (; left >= 8; left -= 8, p += 8) {
		memcpy(&word, p, 8);
		absorb(&s, le64toh(word));
	}
	for (size_t i = 0; i < left; i++)
		last |= (uint64_t)p[i] << 8 * i;
	absorb(&s, last);
	s.c ^= 0xff;
	sip_round(&s);
	sip_round(&s);
	sip_round(&s);
	return s.a ^ s.b ^ s.c ^ s.d;
}
