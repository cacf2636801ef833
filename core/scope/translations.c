/* SPDX-License-Identifier: MIT */
/*
 * An index of two entries a record, in buckets that are replaced first in, first out.
 * Nothing is taken out of it: a record that was used again does not have the name that is
 * looked for.  A record is read as often as it takes to find it whole.
 */
#include <string.h>

#include "scope/translations.h"

enum {
	RECORD_BITS = 20, RECORD_MASK = (1 << RECORD_BITS) - 1,
	BUCKET_SHIFT = 15,		/* bits that chose the bucket are not in the tag */
	TRIES = 8,			/* of a reader, at a record that is being written */
	LOOK_AHEAD = 64,		/* records, for one that has gone */
};

_Static_assert((int)NSC_TRANSLATIONS < (int)RECORD_MASK, "a record's number fits its bits");
_Static_assert((int)NSC_TRANSLATION_BUCKETS == 1 << (int)BUCKET_SHIFT, "a power of two");
_Static_assert(BUCKET_SHIFT <= RECORD_BITS, "bucket and tag are of different bits");
_Static_assert((NSC_TRANSLATION_WAYS & (NSC_TRANSLATION_WAYS - 1)) == 0, "a power of two");
_Static_assert((NSC_TRANSLATIONS & (NSC_TRANSLATIONS - 1)) == 0, "a power of two");

static int
compare_ends(const struct nsc_tuple *t)
{
	int order = nsc_addr_cmp(&t->addr[0], &t->addr[1]);

	return order != 0 ? order : (t->port[0] > t->port[1]) - (t->port[0] < t->port[1]);
}

static struct nsc_tuple
turned(const struct nsc_tuple *t)
{
	return (struct nsc_tuple){.addr = {t->addr[1], t->addr[0]},
				  .port = {t->port[1], t->port[0]}};
}

static bool
same(const struct nsc_tuple *a, const struct nsc_tuple *b)
{
	return a->port[0] == b->port[0] && a->port[1] == b->port[1] &&
	       nsc_addr_equal(&a->addr[0], &b->addr[0]) &&
	       nsc_addr_equal(&a->addr[1], &b->addr[1]);
}

/* The same for both orders of the ends. */
static uint64_t
hash_of(const struct nsc_translations *t, uint8_t proto, const struct nsc_tuple *ends)
{
	struct nsc_hash_state s = nsc_hash_begin(&t->key);
	unsigned low = compare_ends(ends) > 0;

	for (unsigned i = 0; i < 2; i++) {
		nsc_hash_word(&s, nsc_addr_word(&ends->addr[low ^ i], 0));
		nsc_hash_word(&s, nsc_addr_word(&ends->addr[low ^ i], 1));
	}
	return nsc_hash_end(&s, (uint64_t)ends->port[low] | (uint64_t)ends->port[!low] << 16 |
				(uint64_t)proto << 32, 37);
}

/* --- records ---------------------------------------------------------------------- */

typedef uint32_t word __attribute__((may_alias));

_Static_assert(sizeof(struct nsc_translation) % sizeof(word) == 0, "whole words");

static void
write_record(struct nsc_translation_record *r, const struct nsc_translation *x)
{
	const word *from = (const word *)x;
	word *to = (word *)&r->translation;
	uint32_t turn = atomic_load_explicit(&r->turn, memory_order_relaxed);

	atomic_store_explicit(&r->turn, turn + 1, memory_order_relaxed);
	atomic_thread_fence(memory_order_release);
	for (size_t i = 0; i < sizeof *x / sizeof *to; i++)
		__atomic_store_n(&to[i], from[i], __ATOMIC_RELAXED);
	atomic_store_explicit(&r->turn, turn + 2, memory_order_release);
}

static bool
read_record(const struct nsc_translation_record *r, struct nsc_translation *x)
{
	const word *from = (const word *)&r->translation;
	word *to = (word *)x;

	for (unsigned n = 0; n < TRIES; n++) {
		uint32_t turn = atomic_load_explicit(&r->turn, memory_order_acquire);

		if (turn & 1)
			continue;
		for (size_t i = 0; i < sizeof *x / sizeof *to; i++)
			to[i] = __atomic_load_n(&from[i], __ATOMIC_RELAXED);
		atomic_thread_fence(memory_order_acquire);
		if (atomic_load_explicit(&r->turn, memory_order_relaxed) == turn)
			return true;
	}
	return false;
}

/* As it is asked for: in its own order, or the other way round. */
static bool
match(const struct nsc_translation *t, uint8_t proto, const struct nsc_tuple *ends,
      struct nsc_translated *x)
{
	struct nsc_tuple back = turned(ends);
	bool before = same(&t->before, ends) || same(&t->before, &back);
	const struct nsc_tuple *name = before ? &t->before : &t->after;

	if (t->proto != proto || (!before && !same(&t->after, ends) && !same(&t->after, &back)))
		return false;
	x->other = before ? t->after : t->before;
	x->real = (struct nsc_tuple){.addr = {t->before.addr[0], t->after.addr[1]},
				     .port = {t->before.port[0], t->after.port[1]}};
	if (!same(name, ends)) {
		x->other = turned(&x->other);
		x->real = turned(&x->real);
	}
	x->began = !same(name, ends);
	x->seen = t->seen;
	x->after = !before;
	x->gone = t->gone;
	return true;
}

/*
 * The number of the record with this name, -1 if there is none.  One that lives comes
 * before one that has gone: a port that was used again.
 */
static int64_t
find(const struct nsc_translations *t, uint8_t proto, const struct nsc_tuple *ends,
     struct nsc_translated *x)
{
	uint64_t h = hash_of(t, proto, ends);
	const _Atomic uint64_t *bucket = t->slot[h & (NSC_TRANSLATION_BUCKETS - 1)];
	int64_t found = -1;

	for (unsigned way = 0; way < NSC_TRANSLATION_WAYS; way++) {
		uint64_t e = atomic_load_explicit(&bucket[way], memory_order_acquire);
		uint32_t n = (uint32_t)(e & RECORD_MASK) - 1;
		struct nsc_translation r;
		struct nsc_translated y;

		if (e == 0 || e >> RECORD_BITS != h >> RECORD_BITS || n >= NSC_TRANSLATIONS ||
		    !read_record(&t->record[n], &r) || !match(&r, proto, ends, &y) ||
		    (found >= 0 && (y.gone || (!x->gone && y.seen < x->seen))))
			continue;
		found = n;
		*x = y;
	}
	return found;
}

bool
nsc_translations_find(const struct nsc_translations *t, uint8_t proto,
		      const struct nsc_tuple *ends, struct nsc_translated *x)
{
	return atomic_load_explicit(&t->entered, memory_order_acquire) != 0 &&
	       find(t, proto, ends, x) >= 0;
}

/* --- the writer --------------------------------------------------------------------- */

static void
link_name(struct nsc_translations *t, uint8_t proto, const struct nsc_tuple *name, uint32_t n)
{
	uint64_t h = hash_of(t, proto, name);
	unsigned bucket = h & (NSC_TRANSLATION_BUCKETS - 1), way;
	uint64_t entry = h >> RECORD_BITS << RECORD_BITS | (n + 1);

	for (way = 0; way < NSC_TRANSLATION_WAYS; way++) {
		uint64_t e = atomic_load_explicit(&t->slot[bucket][way], memory_order_relaxed);

		if (e == 0 || e == entry)
			break;
	}
	if (way == NSC_TRANSLATION_WAYS) {
		way = t->way[bucket] & (NSC_TRANSLATION_WAYS - 1);
		t->way[bucket] = (uint8_t)(way + 1);
	}
	atomic_store_explicit(&t->slot[bucket][way], entry, memory_order_release);
}

static bool
is_live(const struct nsc_translations *t, uint32_t n)
{
	const struct nsc_translation *x = &t->record[n].translation;

	return x->proto != 0 && !x->gone;
}

/* The oldest record, unless one that has gone is near. */
static uint32_t
spare(struct nsc_translations *t)
{
	for (unsigned i = 0; i < LOOK_AHEAD; i++) {
		uint32_t n = (t->next + i) & (NSC_TRANSLATIONS - 1);

		if (!is_live(t, n)) {
			t->next = (n + 1) & (NSC_TRANSLATIONS - 1);
			return n;
		}
	}
	t->evicted++;
	t->live--;
	t->next = (t->next + 1) & (NSC_TRANSLATIONS - 1);
	return (t->next - 1) & (NSC_TRANSLATIONS - 1);
}

/* The live record that came in under this name, or -1. */
static int64_t
find_before(const struct nsc_translations *t, uint8_t proto, const struct nsc_tuple *before)
{
	struct nsc_translated x;
	int64_t at = find(t, proto, before, &x);

	return at >= 0 && is_live(t, (uint32_t)at) &&
	       same(&t->record[at].translation.before, before) ? at : -1;
}

bool
nsc_translations_put(struct nsc_translations *t, const struct nsc_translation *x)
{
	struct nsc_translation fresh = *x;
	int64_t at = find_before(t, x->proto, &x->before);
	uint32_t n;

	if (at >= 0 && same(&t->record[at].translation.after, &x->after)) {
		t->touched[at] = t->lap;
		return false;
	}
	if (at >= 0) {		/* translated anew: its old second name leads nowhere */
		n = (uint32_t)at;
	} else {
		n = spare(t);
		t->live++;
	}
	if (n >= t->used)
		t->used = n + 1;
	fresh.gone = 0;
	t->touched[n] = t->lap;
	write_record(&t->record[n], &fresh);
	link_name(t, x->proto, &x->before, n);
	link_name(t, x->proto, &x->after, n);
	atomic_store_explicit(&t->entered,
			      atomic_load_explicit(&t->entered, memory_order_relaxed) + 1,
			      memory_order_release);
	return true;
}

static void
let_go(struct nsc_translations *t, uint32_t n)
{
	struct nsc_translation x = t->record[n].translation;

	x.gone = 1;
	t->live--;
	write_record(&t->record[n], &x);
}

void
nsc_translations_end(struct nsc_translations *t, uint8_t proto, const struct nsc_tuple *before)
{
	int64_t at = find_before(t, proto, before);

	if (at >= 0)
		let_go(t, (uint32_t)at);
}

void
nsc_translations_sweep(struct nsc_translations *t)
{
	t->lap++;
}

void
nsc_translations_swept(struct nsc_translations *t)
{
	for (uint32_t n = 0; n < t->used && t->live > 0; n++)
		if (is_live(t, n) && t->touched[n] != t->lap)
			let_go(t, n);
}

bool
nsc_translations_next(const struct nsc_translations *t, uint32_t *n, struct nsc_translation *x)
{
	for (; *n < t->used; (*n)++)
		if (is_live(t, *n)) {
			*x = t->record[*n].translation;
			return true;
		}
	return false;
}
