/* SPDX-License-Identifier: MIT */
/* SipHash-1-3 of octets of any number. */
#include "base/hash.h"

#include <endian.h>
#include <string.h>

uint64_t
nsc_hash(const struct nsc_hash_key *key, const void *data, size_t len)
{
	struct nsc_hash_state s = nsc_hash_begin(key);
	const uint8_t *p = data;
	uint64_t word, rest = 0;
	size_t left = len;

	for (; left >= 8; left -= 8, p += 8) {
		memcpy(&word, p, 8);
		nsc_hash_word(&s, le64toh(word));
	}
	for (size_t i = 0; i < left; i++)
		rest |= (uint64_t)p[i] << 8 * i;
	return nsc_hash_end(&s, rest, len);
}
