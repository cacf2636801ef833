/* SPDX-License-Identifier: MIT */
/* Slots: insertion, removal by backward shift (no tombstones), doubling. */
#include "flow/slots.h"

#include <errno.h>

#include "flow/memory.h"

enum { FEWEST = 1024 };

int
nsc_slots_init(struct nsc_slots *s, uint32_t entries)
{
	uint32_t most = FEWEST;

	while (most / 2 < entries)
		most *= 2;
	s->reserved = 2 * (size_t)most * sizeof *s->slot;
	s->memory = nsc_reserve_large(most / 2, NSC_SLOTS_ENTRY);
	if (s->memory == NULL)
		return -ENOMEM;
	s->slot = s->memory;
	s->mask = FEWEST - 1;
	s->count = 0;
	s->most = most;
	return 0;
}

void
nsc_slots_release(struct nsc_slots *s)
{
	nsc_unreserve(s->memory, s->reserved);
}

static void
place(struct nsc_slots *s, uint32_t hash, uint32_t index)
{
	uint32_t i = hash & s->mask;

	while (s->slot[i].index != 0)
		i = (i + 1) & s->mask;
	s->slot[i] = (struct nsc_slot){index, hash};
}

/* The next size begins where this one ends; the old pages go back to the kernel. */
static void
grow(struct nsc_slots *s)
{
	struct nsc_slot *old = s->slot;
	uint32_t slots = s->mask + 1;

	s->slot = old + slots;
	s->mask = 2 * slots - 1;
	for (uint32_t i = 0; i < slots; i++)
		if (old[i].index != 0)
			place(s, old[i].hash, old[i].index);
	(void)madvise(s->memory, (size_t)((char *)s->slot - (char *)s->memory), MADV_DONTNEED);
}

void
nsc_slots_insert(struct nsc_slots *s, uint32_t hash, uint32_t index)
{
	if (s->count > s->mask / 2 && s->mask + 1 < s->most)
		grow(s);
	place(s, hash, index);
	s->count++;
}

/* Knuth, volume 3, 6.4, algorithm R. */
void
nsc_slots_remove(struct nsc_slots *s, uint32_t hash, uint32_t index)
{
	uint32_t hole = hash & s->mask, i;

	while (s->slot[hole].index != index)
		hole = (hole + 1) & s->mask;
	for (i = (hole + 1) & s->mask; s->slot[i].index != 0; i = (i + 1) & s->mask) {
		uint32_t home = s->slot[i].hash & s->mask;

		/* A slot may move back into the hole unless its home lies behind that. */
		if (((i - home) & s->mask) >= ((i - hole) & s->mask)) {
			s->slot[hole] = s->slot[i];
			hole = i;
		}
	}
	s->slot[hole].index = 0;
	s->count--;
}

/* As at the beginning, and the pages go back to the kernel. */
void
nsc_slots_clear(struct nsc_slots *s)
{
	(void)madvise(s->memory, s->reserved, MADV_DONTNEED);
	s->slot = s->memory;
	s->mask = FEWEST - 1;
	s->count = 0;
}
