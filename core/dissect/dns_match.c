/* SPDX-License-Identifier: MIT */
/*
 * DNS matching.  One array of entries, chained by the hash of the key and
 * listed by age: all of a list have the same time to live, so that the oldest
 * is always its first.
 *
 * Chains, lists and hashes lie apart from what they link: they are small
 * enough for the processor's cache, so that of the large entries only the one
 * that is meant is touched.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dissect/dns_match.h"

enum {
	ENTRIES = NSC_DNS_PENDING + NSC_DNS_REMEMBERED,
	BUCKETS = 16384,
	CHAIN = 64, /* longer is an attack on the hash: the chain's last goes */
	NONE = 0xffff,
	FORMERR = 1,
	NOTIMP = 4,
	REFUSED = 5,
};

enum state { FREE, WAITING, ANSWERED, OVERDUE };
enum { LIST_WAITING, LIST_ENDED, LISTS };

/* A key as words: put together in registers, compared and hashed without a call. */
struct words {
	uint64_t w[5];
};

struct entry {
	struct words key;
	uint64_t question;
	uint64_t time;  /* of the (first) query */
	uint64_t ended; /* of the answer or the timeout */
};

struct link {
	uint32_t hash;
	uint16_t chain; /* next of the bucket, or next free */
	uint16_t older, newer;
	uint16_t state;
};

struct list {
	uint16_t oldest, newest;
	unsigned count;
};

struct nsc_dns_matcher {
	_Alignas(64) struct entry entry[ENTRIES];
	struct link link[ENTRIES];
	uint16_t bucket[BUCKETS];
	struct list list[LISTS];
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
	n->free = NONE;
	n->fresh = 0;
	return 0;
}

void
nsc_dns_matcher_free(struct nsc_dns_matcher *m)
{
	free(m);
}

unsigned
nsc_dns_matcher_pending(const struct nsc_dns_matcher *m)
{
	return m->list[LIST_WAITING].count;
}

static struct words
words_of(const struct nsc_dns_key *k)
{
	struct words x = {.w[4] = k->client_port | (uint64_t)k->server_port << 16 |
				  (uint64_t)k->id << 32 | (uint64_t)k->transport << 48};

	memcpy(&x.w[0], k->client.b, 16);
	memcpy(&x.w[2], k->server.b, 16);
	return x;
}

static bool
words_equal(const struct words *a, const struct words *b)
{
	return ((a->w[0] ^ b->w[0]) | (a->w[1] ^ b->w[1]) | (a->w[2] ^ b->w[2]) |
		(a->w[3] ^ b->w[3]) | (a->w[4] ^ b->w[4])) == 0;
}

/* Quick rather than secret: whoever fills a bucket on purpose meets CHAIN. */
static uint32_t
hash_of(const struct words *k)
{
	uint64_t h = k->w[4] * 0x9e3779b97f4a7c15;

	for (int i = 0; i < 4; i++)
		h = ((h ^ k->w[i]) * 0x9fb21c651e98df25) ^ h >> 29;
	return (uint32_t)(h ^ h >> 32);
}

static uint16_t *
bucket_of(struct nsc_dns_matcher *m, uint32_t hash)
{
	return &m->bucket[hash % BUCKETS];
}

static unsigned
list_of(const struct link *e)
{
	return e->state == WAITING ? LIST_WAITING : LIST_ENDED;
}

static void
list_add(struct nsc_dns_matcher *m, uint16_t i)
{
	struct list *l = &m->list[list_of(&m->link[i])];

	m->link[i].older = l->newest;
	m->link[i].newer = NONE;
	if (l->newest != NONE)
		m->link[l->newest].newer = i;
	else
		l->oldest = i;
	l->newest = i;
	l->count++;
}

static void
list_remove(struct nsc_dns_matcher *m, uint16_t i)
{
	struct link *e = &m->link[i];
	struct list *l = &m->list[list_of(e)];

	if (e->older != NONE)
		m->link[e->older].newer = e->newer;
	else
		l->oldest = e->newer;
	if (e->newer != NONE)
		m->link[e->newer].older = e->older;
	else
		l->newest = e->older;
	l->count--;
}

static void
forget(struct nsc_dns_matcher *m, uint16_t i)
{
	uint16_t *at = bucket_of(m, m->link[i].hash);

	while (*at != i)
		at = &m->link[*at].chain;
	*at = m->link[i].chain;
	list_remove(m, i);
	m->link[i].state = FREE;
	m->link[i].chain = m->free;
	m->free = i;
}

static void
set_state(struct nsc_dns_matcher *m, uint16_t i, enum state state, uint64_t now)
{
	list_remove(m, i);
	m->link[i].state = state;
	m->entry[i].ended = now;
	list_add(m, i);
	if (m->list[LIST_ENDED].count > NSC_DNS_REMEMBERED)
		forget(m, m->list[LIST_ENDED].oldest);
}

static uint16_t
find(struct nsc_dns_matcher *m, const struct words *key, uint32_t hash)
{
	uint16_t i = *bucket_of(m, hash);

	while (i != NONE && (m->link[i].hash != hash || !words_equal(&m->entry[i].key, key)))
		i = m->link[i].chain;
	return i;
}

/* Room for one more that waits. */
static void
make_room(struct nsc_dns_matcher *m, uint32_t hash, nsc_dns_outcome_fn *tell, void *arg)
{
	uint16_t last = *bucket_of(m, hash), victim = NONE;
	unsigned n = last != NONE;

	while (last != NONE && m->link[last].chain != NONE) {
		last = m->link[last].chain;
		n++;
	}
	if (n >= CHAIN)
		victim = last;
	else if (m->list[LIST_WAITING].count >= NSC_DNS_PENDING)
		victim = m->list[LIST_WAITING].oldest;
	if (victim == NONE)
		return;
	if (m->link[victim].state == WAITING)
		tell(arg, NSC_DNS_EVICTED, 0);
	forget(m, victim);
}

static void
add(struct nsc_dns_matcher *m, const struct nsc_dns_query *q, const struct words *key,
    uint32_t hash)
{
	uint16_t *bucket = bucket_of(m, hash), i = m->free;

	if (i != NONE)
		m->free = m->link[i].chain;
	else
		i = m->fresh++;
	m->entry[i] = (struct entry){*key, q->question, q->time, 0};
	m->link[i].hash = hash;
	m->link[i].chain = *bucket;
	m->link[i].state = WAITING;
	*bucket = i;
	list_add(m, i);
}

void
nsc_dns_matcher_query(struct nsc_dns_matcher *m, const struct nsc_dns_query *q,
		      nsc_dns_outcome_fn *tell, void *arg)
{
	const struct words key = words_of(&q->key);
	const uint32_t hash = hash_of(&key);
	uint16_t i = find(m, &key, hash);

	if (i != NONE && m->link[i].state == WAITING) {
		if (m->entry[i].question == q->question) {
			tell(arg, NSC_DNS_RETRY, 0);
			return;
		}
		tell(arg, NSC_DNS_SUPERSEDED, 0);
	}
	if (i != NONE)
		forget(m, i);
	make_room(m, hash, tell, arg);
	add(m, q, &key, hash);
}

/* The question is repeated, but for servers that could not read it or would not. */
static bool
same_question(const struct entry *e, const struct nsc_dns_query *r)
{
	if (r->asked)
		return e->question == r->question;
	return r->rcode == FORMERR || r->rcode == REFUSED || r->rcode == NOTIMP;
}

uint64_t
nsc_dns_matcher_response(struct nsc_dns_matcher *m, const struct nsc_dns_query *r,
			 nsc_dns_outcome_fn *tell, void *arg)
{
	const struct words key = words_of(&r->key);
	uint16_t i = find(m, &key, hash_of(&key));
	struct entry *e;
	uint64_t latency;

	if (i == NONE) {
		tell(arg, NSC_DNS_UNSOLICITED, 0);
		return 0;
	}
	e = &m->entry[i];
	if (!same_question(e, r)) {
		tell(arg, NSC_DNS_MISMATCH, 0);
		return 0;
	}
	if (m->link[i].state == ANSWERED) {
		if (r->time > e->ended + NSC_DNS_DUPLICATE_S * second)
			tell(arg, NSC_DNS_UNSOLICITED, 0);
		return 0;
	}
	latency = r->time > e->time ? r->time - e->time : 0;
	if (m->link[i].state == WAITING && latency < NSC_DNS_TIMEOUT_S * second) {
		tell(arg, NSC_DNS_ANSWERED, latency);
	} else {
		/* The second's tick may not have come by. */
		if (m->link[i].state == WAITING)
			tell(arg, NSC_DNS_TIMEOUT, 0);
		tell(arg, NSC_DNS_LATE, latency);
	}
	set_state(m, i, ANSWERED, r->time);
	return latency;
}

void
nsc_dns_matcher_tick(struct nsc_dns_matcher *m, uint64_t now, nsc_dns_outcome_fn *tell,
		     void *arg)
{
	uint16_t i;

	while ((i = m->list[LIST_WAITING].oldest) != NONE &&
	       m->entry[i].time + NSC_DNS_TIMEOUT_S * second <= now) {
		tell(arg, NSC_DNS_TIMEOUT, 0);
		set_state(m, i, OVERDUE, now);
	}
	while ((i = m->list[LIST_ENDED].oldest) != NONE &&
	       m->entry[i].ended + NSC_DNS_LATE_S * second <= now)
		forget(m, i);
}
