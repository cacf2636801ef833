/* SPDX-License-Identifier: MIT */
/*
 * Owners by connection: buckets of eight words {tag 36 | time 16 | owner 12}, found by a
 * keyed hash.  Nothing is ever taken out: an entry goes when its bucket is full and it is
 * the oldest (of 131072, one is gone after 40,000 later ones with 0.4 %).  So an entry may
 * be of a connection that had the same ports an hour ago: hence the time, in 2^26 ns (67 ms)
 * modulo 65536 (73 minutes).
 */
#include <string.h>

#include "scope/facts.h"

enum {
	OWNER_BITS = 12, TIME_BITS = 16, TAG_SHIFT = OWNER_BITS + TIME_BITS,
	OWNER_MASK = (1 << OWNER_BITS) - 1, TIME_MASK = (1 << TIME_BITS) - 1,
};

_Static_assert(NSC_OWNERS <= OWNER_MASK + 1, "an id fits its bits");
_Static_assert((NSC_OWNER_BUCKETS & (NSC_OWNER_BUCKETS - 1)) == 0, "a power of two");
_Static_assert(NSC_OWNER_BUCKETS <= 1 << TAG_SHIFT, "bucket and tag are of different bits");
_Static_assert((NSC_OWNER_WAYS & (NSC_OWNER_WAYS - 1)) == 0, "a power of two");

static uint64_t
hash_of(const struct nsc_facts *f, const struct nsc_owner_key *k)
{
	struct nsc_hash_state s = nsc_hash_begin(&f->key);
	uint64_t w[4];

	memcpy(w, k->local.b, 16);
	memcpy(w + 2, k->remote.b, 16);
	for (unsigned i = 0; i < 4; i++)
		nsc_hash_word(&s, w[i]);
	return nsc_hash_end(&s, (uint64_t)k->local_port | (uint64_t)k->remote_port << 16 |
				(uint64_t)k->proto << 32, 37);
}

void
nsc_facts_clock(struct nsc_facts *f, uint64_t now)
{
	f->owner_clock = now;
}

void
nsc_facts_own(struct nsc_facts *f, const struct nsc_owner_key *k, uint16_t owner)
{
	uint64_t h = hash_of(f, k), tag = h >> TAG_SHIFT;
	unsigned n = h & (NSC_OWNER_BUCKETS - 1), way;
	_Atomic uint64_t *bucket = f->owner[n];
	uint64_t time = f->owner_clock >> NSC_OWNER_TICK & TIME_MASK;
	uint64_t entry = tag << TAG_SHIFT | time << OWNER_BITS | (owner & OWNER_MASK);

	for (way = 0; way < NSC_OWNER_WAYS; way++) {
		uint64_t old = atomic_load_explicit(&bucket[way], memory_order_relaxed);

		if (old != 0 && old >> TAG_SHIFT == tag)
			break;
	}
	if (way == NSC_OWNER_WAYS) {
		way = f->owner_next[n] & (NSC_OWNER_WAYS - 1);
		f->owner_next[n] = (uint8_t)(way + 1);
	}
	atomic_store_explicit(&bucket[way], entry, memory_order_release);
	atomic_store_explicit(&f->owned,
			      atomic_load_explicit(&f->owned, memory_order_relaxed) + 1,
			      memory_order_release);
}

void
nsc_facts_disown(struct nsc_facts *f, uint16_t owner)
{
	for (unsigned n = 0; n < NSC_OWNER_BUCKETS; n++)
		for (unsigned way = 0; way < NSC_OWNER_WAYS; way++) {
			_Atomic uint64_t *e = &f->owner[n][way];

			if ((atomic_load_explicit(e, memory_order_relaxed) & OWNER_MASK) == owner)
				atomic_store_explicit(e, 0, memory_order_release);
		}
}

/* 0 if there is none. */
static uint64_t
find(const struct nsc_facts *f, const struct nsc_owner_key *k)
{
	uint64_t h = hash_of(f, k);
	const _Atomic uint64_t *bucket = f->owner[h & (NSC_OWNER_BUCKETS - 1)];

	for (unsigned way = 0; way < NSC_OWNER_WAYS; way++) {
		uint64_t e = atomic_load_explicit(&bucket[way], memory_order_acquire);

		if (e != 0 && e >> TAG_SHIFT == h >> TAG_SHIFT)
			return e;
	}
	return 0;
}

uint16_t
nsc_facts_owner(const struct nsc_facts *f, const struct nsc_owner_key *k)
{
	return (uint16_t)(find(f, k) & OWNER_MASK);
}

uint16_t
nsc_facts_owner_made(const struct nsc_facts *f, const struct nsc_owner_key *k, uint64_t now,
		     uint64_t *made)
{
	/* The writer's clock may be a step ahead of the asker's: 2 s. */
	enum { AHEAD = 30 };
	uint64_t e = find(f, k), tick = (now >> NSC_OWNER_TICK) + AHEAD;
	uint64_t age = (tick - (e >> OWNER_BITS)) & TIME_MASK;

	*made = e != 0 && age < tick ? (tick - age) << NSC_OWNER_TICK : 0;
	return (uint16_t)(e & OWNER_MASK);
}
