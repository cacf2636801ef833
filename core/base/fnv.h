/* SPDX-License-Identifier: MIT */
/*
 * FNV-1a of 32 bits (Fowler, Noll, Vo; draft-eastlake-fnv): for keys that nobody gains by choosing badly.
 * Where somebody may, base/hash.h.
 */
#ifndef NSC_BASE_FNV_H
#define NSC_BASE_FNV_H

#include <stddef.h>
#include <stdint.h>

enum { NSC_FNV_PRIME = 16777619 };
#define NSC_FNV_BASIS UINT32_C(2166136261)

/* The hash h of what came before (NSC_FNV_BASIS: of nothing), taken on by n octets. */
static inline uint32_t
nsc_fnv(uint32_t h, const void *octets, size_t n)
{
	const uint8_t *p = octets;

	for (size_t i = 0; i < n; i++)
		h = (h ^ p[i]) * NSC_FNV_PRIME;
	return h;
}

#endif
