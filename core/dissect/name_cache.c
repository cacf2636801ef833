/* SPDX-License-Identifier: MIT */
/*
 * Entries by address, chained by keyed hash and listed by use.  A slot is what
 * one client was told: the same name told to two clients has two, so that each
 * finds what it asked for, and these are the first to give way.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dissect/name_cache.h"
#include "dissect/slab.h"
#include "flow/memory.h"

enum { BUCKETS = 32768, NONE = 0xffff, LOOKS = 32 };

struct slot {
	struct nsc_addr client;
	uint64_t seen, expires;	/* ns */
	uint32_t text;		/* block of `texts`; 0: the slot is free */
	uint32_t len;
};

struct entry {
	struct nsc_addr addr;
	struct slot slot[NSC_NAMES_EACH];
	uint64_t shared_until;	/* a name that had to go would have lived so long */
	uint32_t pins;
	uint16_t chain;		/* next of the bucket, or next free */
	uint16_t older, newer;
};

struct nsc_name_cache {
	struct entry *entry;	/* NSC_NAMES of them */
	uint16_t bucket[BUCKETS];
	struct nsc_hash_key key;
	struct nsc_slab *texts;
	struct nsc_name_stats stats;
	uint16_t oldest, newest;
	uint16_t free, fresh;
};

static const uint64_t second = 1000000000;

int
nsc_name_cache_new(struct nsc_name_cache **cache, const struct nsc_hash_key *key)
{
	struct nsc_name_cache *c = calloc(1, sizeof *c);

	*cache = NULL;
	if (c == NULL)
		return -ENOMEM;
	memset(c->bucket, 0xff, sizeof c->bucket);
	c->key = *key;
	c->oldest = c->newest = c->free = NONE;
	c->entry = nsc_reserve(NSC_NAMES * sizeof *c->entry);
	if (c->entry == NULL || nsc_slab_new(&c->texts, NSC_NAME_MEMORY) != 0) {
		nsc_name_cache_free(c);
		return -ENOMEM;
	}
	c->stats.memory = sizeof *c + NSC_NAMES * sizeof *c->entry + nsc_slab_memory(c->texts);
	*cache = c;
	return 0;
}

void
nsc_name_cache_free(struct nsc_name_cache *c)
{
	if (c == NULL)
		return;
	nsc_slab_free(c->texts);
	nsc_unreserve(c->entry, NSC_NAMES * sizeof *c->entry);
	free(c);
}

const struct nsc_name_stats *
nsc_name_cache_stats(const struct nsc_name_cache *c)
{
	return &c->stats;
}

static uint16_t *
bucket_of(struct nsc_name_cache *c, const struct nsc_addr *a)
{
	return &c->bucket[nsc_hash(&c->key, a->b, sizeof a->b) % BUCKETS];
}

static struct entry *
find(struct nsc_name_cache *c, const struct nsc_addr *a)
{
	uint16_t i = *bucket_of(c, a);

	while (i != NONE && !nsc_addr_equal(&c->entry[i].addr, a))
		i = c->entry[i].chain;
	return i != NONE ? &c->entry[i] : NULL;
}

static void
list_remove(struct nsc_name_cache *c, const struct entry *e)
{
	*(e->older != NONE ? &c->entry[e->older].newer : &c->oldest) = e->newer;
	*(e->newer != NONE ? &c->entry[e->newer].older : &c->newest) = e->older;
}

static void
list_add(struct nsc_name_cache *c, struct entry *e)
{
	uint16_t i = (uint16_t)(e - c->entry);

	e->older = c->newest;
	e->newer = NONE;
	*(c->newest != NONE ? &c->entry[c->newest].newer : &c->oldest) = i;
	c->newest = i;
}

static void
use(struct nsc_name_cache *c, struct entry *e)
{
	list_remove(c, e);
	list_add(c, e);
}

static void
empty(struct nsc_name_cache *c, struct slot *s)
{
	nsc_slab_give(c->texts, s->text);
	s->text = 0;
}

static void
forget(struct nsc_name_cache *c, struct entry *e)
{
	uint16_t *at = bucket_of(c, &e->addr), i = (uint16_t)(e - c->entry);

	while (*at != i)
		at = &c->entry[*at].chain;
	*at = e->chain;
	list_remove(c, e);
	for (unsigned n = 0; n < NSC_NAMES_EACH; n++)
		empty(c, &e->slot[n]);
	e->chain = c->free;
	c->free = i;
	c->stats.addresses--;
}

/* The least recently used that no flow uses; false if there is none among the oldest. */
static bool
evict(struct nsc_name_cache *c, const struct entry *but)
{
	uint16_t i = c->oldest;

	for (unsigned n = 0; n < LOOKS && i != NONE; n++, i = c->entry[i].newer)
		if (c->entry[i].pins == 0 && &c->entry[i] != but) {
			forget(c, &c->entry[i]);
			c->stats.evicted++;
			return true;
		}
	return false;
}

static struct entry *
take(struct nsc_name_cache *c, const struct nsc_addr *a)
{
	uint16_t *bucket = bucket_of(c, a), i;
	struct entry *e;

	if (c->free == NONE && c->fresh == NSC_NAMES && !evict(c, NULL)) {
		c->stats.evicted++;
		return NULL;
	}
	i = c->free;
	if (i != NONE)
		c->free = c->entry[i].chain;
	else
		i = c->fresh++;
	e = &c->entry[i];
	memset(e, 0, sizeof *e);
	e->addr = *a;
	e->chain = *bucket;
	*bucket = i;
	list_add(c, e);
	c->stats.addresses++;
	return e;
}

/* In use, or within its time to live. */
static bool
is_live(const struct entry *e, const struct slot *s, uint64_t now)
{
	return s->text != 0 && (e->pins > 0 || s->expires > now);
}

static bool
has_name(const struct nsc_name_cache *c, const struct slot *s, const struct nsc_text *name)
{
	return s->text != 0 && s->len == name->len &&
	       memcmp(nsc_slab_at(c->texts, s->text), name->p, name->len) == 0;
}

/*
 * The slot for a name: the client's own; else a free or dead one; else the oldest
 * that tells the same name to somebody else; else the oldest.
 */
static struct slot *
choose(const struct nsc_name_cache *c, struct entry *e, const struct nsc_name_fact *f)
{
	struct slot *same = NULL, *unused = NULL, *oldest = NULL;

	for (unsigned n = 0; n < NSC_NAMES_EACH; n++) {
		struct slot *s = &e->slot[n];

		if (has_name(c, s, &f->name)) {
			if (nsc_addr_equal(&s->client, &f->client))
				return s;
			if (same == NULL || s->seen < same->seen)
				same = s;
		}
		if (!is_live(e, s, f->time))
			unused = s;
		if (oldest == NULL || s->seen < oldest->seen)
			oldest = s;
	}
	if (unused != NULL)
		return unused;
	if (same != NULL)
		return same;
	if (oldest->expires > e->shared_until)
		e->shared_until = oldest->expires;
	return oldest;
}

void
nsc_name_cache_learn(struct nsc_name_cache *c, const struct nsc_name_fact *f)
{
	uint32_t ttl = f->ttl < NSC_NAME_LEAST_S  ? NSC_NAME_LEAST_S
		       : f->ttl > NSC_NAME_MOST_S ? NSC_NAME_MOST_S
						  : f->ttl;
	struct entry *e = find(c, &f->addr);
	struct slot *s;

	if (f->name.len == 0 || f->name.len > NSC_SLAB_MAX)
		return;
	if (e == NULL)
		e = take(c, &f->addr);
	else
		use(c, e);
	if (e == NULL)
		return;
	s = choose(c, e, f);
	if (!has_name(c, s, &f->name)) {
		empty(c, s);
		s->text = nsc_slab_take(c->texts, f->name.len);
		for (unsigned n = 0; s->text == 0 && n < LOOKS && evict(c, e); n++)
			s->text = nsc_slab_take(c->texts, f->name.len);
		if (s->text == 0)
			return;
		memcpy(nsc_slab_at(c->texts, s->text), f->name.p, f->name.len);
		s->len = f->name.len;
	}
	s->client = f->client;
	s->seen = f->time;
	s->expires = f->time + (ttl + NSC_NAME_GRACE_S) * second;
}

struct nsc_name_answer
nsc_name_cache_find(struct nsc_name_cache *c, const struct nsc_name_question *q)
{
	struct nsc_name_answer a = {{NULL, 0}, false};
	struct entry *e = find(c, &q->addr);
	const struct slot *best = NULL;
	unsigned rank = 0, live = 0;

	for (unsigned n = 0; e != NULL && n < NSC_NAMES_EACH; n++) {
		const struct slot *s = &e->slot[n];
		unsigned r = 1;

		if (!is_live(e, s, q->now))
			continue;
		live++;
		if (s->seen <= q->start)
			r = nsc_addr_equal(&s->client, &q->client) ? 3 : 2;
		if (r > rank || (r == rank && s->seen > best->seen)) {
			best = s;
			rank = r;
		}
	}
	if (best == NULL) {
		c->stats.misses++;
		return a;
	}
	c->stats.hits++;
	use(c, e);
	a.name = (struct nsc_text){nsc_slab_at(c->texts, best->text), best->len};
	a.shared = live == NSC_NAMES_EACH && e->shared_until > q->now;
	return a;
}

bool
nsc_name_cache_pin(struct nsc_name_cache *c, const struct nsc_addr *addr)
{
	struct entry *e = find(c, addr);

	if (e != NULL)
		e->pins++;
	return e != NULL;
}

void
nsc_name_cache_unpin(struct nsc_name_cache *c, const struct nsc_addr *addr)
{
	struct entry *e = find(c, addr);

	if (e != NULL && e->pins > 0)
		e->pins--;
}
