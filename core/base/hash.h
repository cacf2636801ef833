/* SPDX-License-Identifier: MIT */
/* SipHash-1-3 (Aumasson, Bernstein 2012): keyed, so that nobody outside can choose collisions. */
#ifndef NSC_BASE_HASH_H
#define NSC_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

struct nsc_hash_key {
	uint64_t k[2];
};

/* len octets at data; words of eight octets in memory order, as the specification has it. */
uint64_t nsc_hash(const struct nsc_hash_key *key, const void *data, size_t len);

#endif
