/* SPDX-License-Identifier: MIT */
/*
 * DNS matching.  One array of entries, chained by the hash of the key and
 * listed by age: all of a list have the same time to live, so that the oldest
 * is always its first.
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
	uint64_t time;   /* of the (first) query */
	uint64_t ended;  /* of the answer or the timeout */
	uint16_t bucket; /* where its chain begins */
	uint16_t chain;  /* next of it, or next free */
	uint16_t older, newer;
	uint16_t state;
};

struct list {
	uint16_t oldest, newest;
	unsigned count;
};

struct nsc_dns_matcher {
	struct entry entry[ENTRIES];
	uint16_t bucket[BUCKETS];
	struct list list[LISTS];
	uint16_t free;  /* first of the entries that were used and given back */
	uint16_t fresh; /* entries from here on were never used */
};

static const uint64_t second = 1000000000;

int
nsc_dns_matcher_new(struct nsc_dns_matcher **m)
{
	/* Entries are written before they are read: their pages come with use. */
	struct nsc_dns_matcher *n = malloc(sizeof *n);

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
static uint16_t
bucket_of(const struct words *k)
{
	uint64_t h = k->w[4] * 0x9e3779b97f4a7c15;

	for (int i = 0; i < 4; i++)
		h = ((h ^ k->w[i]) * 0x9fb21c651e98df25) ^ h >> 29;
	return (uint16_t)((h ^ h >> 32) % BUCKETS);
}

static unsigned
list_of(const struct entry *e)
{
	return e->state == WAITING ? LIST_WAITING : LIST_ENDED;
}

static void
list_add(struct nsc_dns_matcher *m, uint16_t i)
{
	struct list *l = &m->list[list_of(&m->entry[i])];

	m->entry[i].older = l->newest;
	m->entry[i].newer = NONE;
	if (l->newest != NONE)
		m->entry[l->newest].newer = i;
	else
		l->oldest = i;
	l->newest = i;
	l->count++;
}

static void
list_remove(struct nsc_dns_matcher *m, uint16_t i)
{
	struct entry *e = &m->entry[i];
	struct list *l = &m->list[list_of(e)];

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
forget(struct nsc_dns_matcher *m, uint16_t i)
{
	uint16_t *at = &m->bucket[m->entry[i].bucket];

	while (*at != i)
		at = &m->entry[*at].chain;
	*at = m->entry[i].chain;
	list_remove(m, i);
	m->entry[i].state = FREE;
	m->entry[i].chain = m->free;
	m->free = i;
}

static void
set_state(struct nsc_dns_matcher *m, uint16_t i, enum state state, uint64_t now)
{
	list_remove(m, i);
	m->entry[i].state = state;
	m->entry[i].ended = now;
	list_add(m, i);
	if (m->list[LIST_ENDED].count > NSC_DNS_REMEMBERED)
		forget(m, m->list[LIST_ENDED].oldest);
}

static uint16_t
find(const struct nsc_dns_matcher *m, const struct words *key, uint16_t bucket)
{
	uint16_t i = m->bucket[bucket];

	while (i != NONE && !words_equal(&m->entry[i].key, key))
		i = m->entry[i].chain;
	return i;
}

/* Room for one more that waits. */
static void
make_room(struct nsc_dns_matcher *m, uint16_t bucket, nsc_dns_outcome_fn *tell, void *arg)
{
	uint16_t last = m->bucket[bucket], victim = NONE;
	unsigned n = last != NONE;

	while (last != NONE && m->entry[last].chain != NONE) {
		last = m->entry[last].chain;
		n++;
	}
	if (n >= CHAIN)
		victim = last;
	else if (m->list[LIST_WAITING].count >= NSC_DNS_PENDING)
		victim = m->list[LIST_WAITING].oldest;
	if (victim == NONE)
		return;
	if (m->entry[victim].state == WAITING)
		tell(arg, NSC_DNS_EVICTED, 0);
	forget(m, victim);
}

static void
add(struct nsc_dns_matcher *m, const struct nsc_dns_query *q, const struct words *key,
    uint16_t bucket)
{
	uint16_t i = m->free;
	struct entry *e;

	if (i != NONE)
		m->free = m->entry[i].chain;
	else
		i = m->fresh++;
	e = &m->entry[i];
	e->key = *key;
	e->question = q->question;
	e->time = q->time;
	e->ended = 0;
	e->bucket = bucket;
	e->chain = m->bucket[bucket];
	e->state = WAITING;
	m->bucket[bucket] = i;
	list_add(m, i);
}

void
nsc_dns_matcher_query(struct nsc_dns_matcher *m, const struct nsc_dns_query *q,
		      nsc_dns_outcome_fn *tell, void *arg)
{
	const struct words key = words_of(&q->key);
	const uint16_t bucket = bucket_of(&key);
	uint16_t i = find(m, &key, bucket);

	if (i != NONE && m->entry[i].state == WAITING) {
		if (m->entry[i].question == q->question) {
			tell(arg, NSC_DNS_RETRY, 0);
			return;
		}
		tell(arg, NSC_DNS_SUPERSEDED, 0);
	}
	if (i != NONE)
		forget(m, i);
	make_room(m, bucket, tell, arg);
	add(m, q, &key, bucket);
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
	uint16_t i = find(m, &key, bucket_of(&key));
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
	if (e->state == ANSWERED) {
		if (r->time > e->ended + NSC_DNS_DUPLICATE_S * second)
			tell(arg, NSC_DNS_UNSOLICITED, 0);
		return 0;
	}
	latency = r->time > e->time ? r->time - e->time : 0;
	if (e->state == WAITING && latency < NSC_DNS_TIMEOUT_S * second) {
		tell(arg, NSC_DNS_ANSWERED, latency);
	} else {
		/* The second's tick may not have come by. */
		if (e->state == WAITING)
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
