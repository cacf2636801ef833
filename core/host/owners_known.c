/* SPDX-License-Identifier: MIT */
/* Chained buckets over slots that never move, so that borrowed pointers stand. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host/owners_known.h"

enum { BUCKETS = NSC_KNOWN_MAX };	/* a power of two */

int
nsc_known_init(struct nsc_known *k, const struct nsc_hash_key *key)
{
	*k = (struct nsc_known){
		.slot = calloc(NSC_KNOWN_MAX, sizeof *k->slot),
		.bucket = calloc(BUCKETS, sizeof *k->bucket),
		.key = *key,
	};
	if (k->slot != NULL && k->bucket != NULL)
		return 0;
	nsc_known_free(k);
	return -ENOMEM;
}

void
nsc_known_free(struct nsc_known *k)
{
	free(k->slot);
	free(k->bucket);
	k->slot = NULL;
	k->bucket = NULL;
}

static uint32_t *
bucket(const struct nsc_known *k, uint32_t pid, uint64_t start)
{
	struct nsc_hash_state s = nsc_hash_begin(&k->key);

	nsc_hash_word(&s, start);
	return &k->bucket[nsc_hash_end(&s, pid, 12) & (BUCKETS - 1)];
}

struct nsc_known_process *
nsc_known_find(const struct nsc_known *k, uint32_t pid, uint64_t start)
{
	for (uint32_t n = *bucket(k, pid, start); n != 0; n = k->slot[n - 1].next) {
		const struct nsc_process *p = &k->slot[n - 1].process;

		if (p->pid == pid && p->start == start)
			return &k->slot[n - 1];
	}
	return NULL;
}

static void
forget(struct nsc_known *k, uint32_t n)
{
	struct nsc_known_process *p = &k->slot[n - 1];
	uint32_t *from = bucket(k, p->process.pid, p->process.start);

	while (*from != n)
		from = &k->slot[*from - 1].next;
	*from = p->next;
	memset(p, 0, sizeof *p);
	p->next = k->free;
	k->free = n;
	k->count--;
}

/* All are taken: of the next few the one that was not used for longest. */
static void
make_room(struct nsc_known *k)
{
	uint32_t best = k->hand + 1;

	for (int i = 0; i < 16; i++) {
		if (k->slot[k->hand].used < k->slot[best - 1].used)
			best = k->hand + 1;
		k->hand = (k->hand + 1) % NSC_KNOWN_MAX;
	}
	forget(k, best);
}

struct nsc_known_process *
nsc_known_add(struct nsc_known *k, uint32_t pid, uint64_t start, uint64_t now)
{
	struct nsc_known_process *p = nsc_known_find(k, pid, start);
	uint32_t *to, n;

	if (p != NULL) {
		p->used = now;
		return p;
	}
	if (k->free == 0 && k->untouched == NSC_KNOWN_MAX)
		make_room(k);
	if (k->free != 0) {
		n = k->free;
		k->free = k->slot[n - 1].next;
	} else {
		n = ++k->untouched;
	}
	to = bucket(k, pid, start);
	p = &k->slot[n - 1];
	*p = (struct nsc_known_process){
		.process = {.pid = pid, .start = start}, .used = now, .next = *to,
	};
	*to = n;
	k->count++;
	return p;
}

void
nsc_known_expire(struct nsc_known *k, uint64_t before)
{
	for (uint32_t n = 1; n <= k->untouched; n++)
		if (k->slot[n - 1].process.pid != 0 && k->slot[n - 1].used < before)
			forget(k, n);
}
