/* SPDX-License-Identifier: MIT */
/*
 * The hash table's slots: open addressing, linear probes, at most half full.
 * A slot keeps the whole hash, so that a doubling reads no entry.  All sizes
 * that it will ever have lie one behind the other in one reservation.
 */
#ifndef NSC_FLOW_SLOTS_H
#define NSC_FLOW_SLOTS_H

#include <stddef.h>
#include <stdint.h>

struct nsc_slot {
	uint32_t index;			/* of the entry; 0: empty */
	uint32_t hash;
};

struct nsc_slots {
	struct nsc_slot *slot;
	uint32_t mask;			/* slots minus one */
	uint32_t count;			/* in use */
	uint32_t most;			/* slots at the largest */
	void *memory;
	size_t reserved;
};

enum { NSC_SLOTS_ENTRY = 4 * sizeof(struct nsc_slot) };	/* octets of `memory` an entry, at the least */

/* Room for `entries`; 0 or -ENOMEM. */
int nsc_slots_init(struct nsc_slots *s, uint32_t entries);
void nsc_slots_release(struct nsc_slots *s);

/* The caller knows that the entry is not in yet (is in). */
void nsc_slots_insert(struct nsc_slots *s, uint32_t hash, uint32_t index);
void nsc_slots_remove(struct nsc_slots *s, uint32_t hash, uint32_t index);
void nsc_slots_clear(struct nsc_slots *s);

static inline const struct nsc_slot *
nsc_slots_home(const struct nsc_slots *s, uint32_t hash)
{
	return &s->slot[hash & s->mask];
}

/* What a guess reads, which may be of two cache lines. */
static inline void
nsc_slots_fetch(const struct nsc_slots *s, uint32_t hash)
{
	const struct nsc_slot *at = nsc_slots_home(s, hash);

	__builtin_prefetch(&at[0]);
	__builtin_prefetch(&at[2]);
}

/*
 * Which entry has that hash, in all likelihood; 0 or another one if it lies further
 * from its home than is looked.  No branch: how crowded it is there nobody foretells.
 */
static inline uint32_t
nsc_slots_guess(const struct nsc_slots *s, uint32_t hash)
{
	const struct nsc_slot *at = nsc_slots_home(s, hash);
	unsigned here = (unsigned)(at[0].hash == hash) | (unsigned)(at[1].hash == hash) << 1 |
			(unsigned)(at[2].hash == hash) << 2 | 1u << 3;

	return at[__builtin_ctz(here)].index;
}

#endif
