/* SPDX-License-Identifier: MIT */
/*
 * DNS matching.  One array of entries, chained by the hash of the key and
 * listed by age: all of a list have the same time to live, so that the oldest
 * is always its first.
 *
 * An entry is one cache line, and what is waited for is that line and its
 * bucket: both can be asked for ahead.
 */
#include <errno.h>
#include <stdlib.h>

#include "dissect/dns_match.h"

enum {
	ENTRIES = NSC_DNS_PENDING + NSC_DNS_REMEMBERED,
	BUCKET_BITS = 15,
	BUCKETS = 1 << BUCKET_BITS,
	CHAIN = 16, /* longer is an attack on the hash: the chain's last goes */
	NONE = 0xffff,
	FORMERR = 1,
	NOTIMP = 4,
	REFUSED = 5,
};

enum state { FREE, WAITING, ANSWERED, OVERDUE };
enum { LIST_WAITING, LIST_ENDED, LISTS };

/* What is remembered for seconds needs no nanoseconds. */
enum { COARSE = 20 };

struct entry {
	struct nsc_dns_key key;
	uint64_t time; /* of the (first) query */
	uint32_t question;
	uint32_t ended; /* of the answer or the timeout, 2^COARSE ns */
	uint16_t chain; /* next of the bucket, or next free */
	uint16_t older, newer;
	uint16_t state;
};

_Static_assert(sizeof(struct entry) == 64, "a cache line");

struct list {
	uint16_t oldest, newest;
	unsigned count;
};

struct nsc_dns_matcher {
	_Alignas(64) struct entry entry[ENTRIES];
	uint16_t bucket[BUCKETS];
	struct list list[LISTS];
	uint64_t timeout; /* ns */
	uint16_t free;  /* first of the entries that were used and given back */
	uint16_t fresh; /* entries from here on were never used */
};

_Static_assert(sizeof(struct nsc_dns_matcher) <= NSC_DNS_MATCHER_MEMORY, "as declared");

static const uint64_t second = 1000000000;

int
nsc_dns_matcher_new(struct nsc_dns_matcher **m)
{
	/* Entries are written before they are read: their pages come with use. */
	struct nsc_dns_matcher *n = aligned_alloc(64, sizeof *n);

	*m = n;
	if (n == NULL)
		return -ENOMEM;
	for (unsigned i = 0; i < BUCKETS; i++)
		n->bucket[i] = NONE;
	for (unsigned i = 0; i < LISTS; i++)
		n->list[i] = (struct list){NONE, NONE, 0};
	n->timeout = NSC_DNS_TIMEOUT_S * second;
	n->free = NONE;
	n->fresh = 0;
	return 0;
}

void
nsc_dns_matcher_free(struct nsc_dns_matcher *m)
{
	free(m);
}

void
nsc_dns_matcher_timeout(struct nsc_dns_matcher *m, uint32_t seconds)
{
	m->timeout = seconds * second;
}

unsigned
nsc_dns_matcher_pending(const struct nsc_dns_matcher *m)
{
	return m->list[LIST_WAITING].count;
}

static inline bool
key_equal(const struct nsc_dns_key *a, const struct nsc_dns_key *b)
{
	return ((a->w[0] ^ b->w[0]) | (a->w[1] ^ b->w[1]) | (a->w[2] ^ b->w[2]) |
		(a->w[3] ^ b->w[3]) | (a->w[4] ^ b->w[4])) == 0;
}

/* Quick rather than secret: whoever fills a bucket on purpose meets CHAIN. */
static inline unsigned
bucket_of(const struct nsc_dns_key *k)
{
	uint64_t h = k->w[0] * 0x9e3779b97f4a7c15 + k->w[1] * 0xc2b2ae3d27d4eb4f +
		     k->w[2] * 0x165667b19e3779f9 + k->w[3] * 0x9fb21c651e98df25 +
		     k->w[4] * 0xd6e8feb86659fd93;

	return (unsigned)(h >> (64 - BUCKET_BITS));
}

static inline struct list *
list_of(struct nsc_dns_matcher *m, const struct entry *e)
{
	return &m->list[e->state == WAITING ? LIST_WAITING : LIST_ENDED];
}

static inline void
list_add(struct nsc_dns_matcher *m, struct entry *e)
{
	struct list *l = list_of(m, e);
	uint16_t i = (uint16_t)(e - m->entry);

	e->older = l->newest;
	e->newer = NONE;
	if (l->newest != NONE)
		m->entry[l->newest].newer = i;
	else
		l->oldest = i;
	l->newest = i;
	l->count++;
}

static inline void
list_remove(struct nsc_dns_matcher *m, const struct entry *e)
{
	struct list *l = list_of(m, e);

	if (e->older != NONE)
		m->entry[e->older].newer = e->newer;
	else
		l->oldest = e->newer;
	if (e->newer != NONE)
		m->entry[e->newer].older = e->older;
	else
		l->newest = e->older;
	l->count--;
}

static void
forget(struct nsc_dns_matcher *m, struct entry *e)
{
	uint16_t *at = &m->bucket[bucket_of(&e->key)], i = (uint16_t)(e - m->entry);

	while (*at != i)
		at = &m->entry[*at].chain;
	*at = e->chain;
	list_remove(m, e);
	e->state = FREE;
	e->chain = m->free;
	m->free = i;
}

static void
end(struct nsc_dns_matcher *m, struct entry *e, enum state state, uint64_t now)
{
	list_remove(m, e);
	e->state = (uint16_t)state;
	e->ended = (uint32_t)(now >> COARSE);
	list_add(m, e);
	if (m->list[LIST_ENDED].count > NSC_DNS_REMEMBERED) {
		forget(m, &m->entry[m->list[LIST_ENDED].oldest]);
		/* The next to go: by then it is there. */
		__builtin_prefetch(&m->entry[m->list[LIST_ENDED].oldest]);
	}
}

/* Since the end; negative if clocks stepped back. */
static int32_t
age(const struct entry *e, uint64_t now)
{
	return (int32_t)((uint32_t)(now >> COARSE) - e->ended);
}

void
nsc_dns_matcher_expect(const struct nsc_dns_matcher *m, struct nsc_dns_query *q)
{
	unsigned first, there;

	q->place = bucket_of(&q->key);
	first = m->bucket[q->place];
	/* All ones or none, and no branch: nobody waits for `first` but the prefetch. */
	there = -(unsigned)(first < ENTRIES);
	__builtin_prefetch(&m->entry[first & there]);
}

/* The entry, or NULL; *length: entries that were looked at. */
static inline struct entry *
find(struct nsc_dns_matcher *m, const struct nsc_dns_key *key, unsigned bucket,
     unsigned *length)
{
	unsigned n = 0;

	for (uint16_t i = m->bucket[bucket]; i != NONE; i = m->entry[i].chain, n++)
		if (key_equal(&m->entry[i].key, key))
			return &m->entry[i];
	*length = n;
	return NULL;
}

/* The outcome, if it waited. */
static unsigned
evict(struct nsc_dns_matcher *m, uint16_t i)
{
	bool waited = m->entry[i].state == WAITING;

	forget(m, &m->entry[i]);
	return waited ? 1u << NSC_DNS_EVICTED : 0;
}

static uint16_t
last_of(const struct nsc_dns_matcher *m, unsigned bucket)
{
	uint16_t i = m->bucket[bucket];

	while (m->entry[i].chain != NONE)
		i = m->entry[i].chain;
	return i;
}

static struct entry *
take(struct nsc_dns_matcher *m, const struct nsc_dns_key *key, unsigned bucket)
{
	uint16_t i = m->free;
	struct entry *e;

	if (i != NONE)
		m->free = m->entry[i].chain;
	else
		i = m->fresh++;
	e = &m->entry[i];
	e->key = *key;
	e->chain = m->bucket[bucket];
	m->bucket[bucket] = i;
	return e;
}

unsigned
nsc_dns_matcher_query(struct nsc_dns_matcher *m, const struct nsc_dns_query *q)
{
	unsigned bucket = q->place, outcomes = 0, length;
	struct entry *e = find(m, &q->key, bucket, &length);

	if (e != NULL && e->state == WAITING) {
		if (e->question == q->question)
			return 1u << NSC_DNS_RETRY;
		outcomes = 1u << NSC_DNS_SUPERSEDED;
	}
	if (e != NULL)
		list_remove(m, e);
	else if (length >= CHAIN)
		outcomes |= evict(m, last_of(m, bucket));
	if (m->list[LIST_WAITING].count >= NSC_DNS_PENDING)
		outcomes |= evict(m, m->list[LIST_WAITING].oldest);
	if (e == NULL)
		e = take(m, &q->key, bucket);
	e->time = q->time;
	e->question = q->question;
	e->state = WAITING;
	list_add(m, e);
	return outcomes;
}

/* The question, if there was one, is repeated, but for servers that could not read it or would not. */
static bool
same_question(const struct entry *e, const struct nsc_dns_query *r)
{
	if (e->question == 0)
		return true;
	if (r->asked)
		return e->question == r->question;
	return r->rcode == FORMERR || r->rcode == REFUSED || r->rcode == NOTIMP;
}

unsigned
nsc_dns_matcher_response(struct nsc_dns_matcher *m, const struct nsc_dns_query *r,
			 uint64_t *latency)
{
	unsigned length, outcomes;
	struct entry *e = find(m, &r->key, r->place, &length);

	*latency = 0;
	if (e == NULL)
		return 1u << NSC_DNS_UNSOLICITED;
	if (!same_question(e, r))
		return 1u << NSC_DNS_MISMATCH;
	if (e->state == ANSWERED)
		return age(e, r->time) > (int32_t)(NSC_DNS_DUPLICATE_S * second >> COARSE)
			       ? 1u << NSC_DNS_UNSOLICITED
			       : 0;
	*latency = r->time > e->time ? r->time - e->time : 0;
	if (e->state == WAITING && *latency < m->timeout)
		outcomes = 1u << NSC_DNS_ANSWERED;
	else if (e->state == WAITING) /* the second's tick has not come by */
		outcomes = 1u << NSC_DNS_TIMEOUT | 1u << NSC_DNS_LATE;
	else
		outcomes = 1u << NSC_DNS_LATE;
	end(m, e, ANSWERED, r->time);
	return outcomes;
}

unsigned
nsc_dns_matcher_tick(struct nsc_dns_matcher *m, uint64_t now)
{
	unsigned timeouts = 0;
	uint16_t i;

	while ((i = m->list[LIST_WAITING].oldest) != NONE &&
	       m->entry[i].time + m->timeout <= now) {
		timeouts++;
		end(m, &m->entry[i], OVERDUE, now);
	}
	while ((i = m->list[LIST_ENDED].oldest) != NONE &&
	       age(&m->entry[i], now) >= (int32_t)(NSC_DNS_LATE_S * second >> COARSE))
		forget(m, &m->entry[i]);
	return timeouts;
}
