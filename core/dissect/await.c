/* SPDX-License-Identifier: MIT */
/* A table of sets: a key has its few places, of which the best is taken. */
#include <errno.h>
#include <stdlib.h>

#include "base/hash.h"
#include "dissect/await.h"
#include "dissect/pending.h"

enum { NOBODY, WAITS, ANSWERED };

static const uint64_t second = 1000000000;
/* Those who choose keys that collide lose their own times. */
static const struct nsc_hash_key hash_key = {{0x6e73632d61776169, 0x7472657175657374}};

int
nsc_await_new(void **shared)
{
	*shared = calloc(1, sizeof(struct nsc_await_table));
	return *shared != NULL ? 0 : -ENOMEM;
}

void
nsc_await_free(void *shared)
{
	free(shared);
}

uint64_t
nsc_await_key(const struct nsc_out *out, unsigned client, uint64_t id)
{
	struct nsc_hash_state s = nsc_hash_begin(&hash_key);

	for (unsigned i = 0; i < 2; i++) {
		nsc_hash_word(&s, nsc_addr_word(&out->addr[client ^ i], 0));
		nsc_hash_word(&s, nsc_addr_word(&out->addr[client ^ i], 1));
	}
	nsc_hash_word(&s, id);
	return nsc_hash_end(&s, out->port[client] | (uint64_t)out->port[!client] << 16, 44);
}

uint64_t
nsc_await_key_of(uint64_t a, uint64_t b)
{
	struct nsc_hash_state s = nsc_hash_begin(&hash_key);

	nsc_hash_word(&s, a);
	nsc_hash_word(&s, b);
	return nsc_hash_end(&s, 0, 16);
}

uint64_t
nsc_await_print(const void *p, size_t len)
{
	return nsc_hash(&hash_key, p, len);
}

/* The first of a key's places. */
static struct nsc_await *
set_of(const struct nsc_out *out, uint64_t key)
{
	struct nsc_await_table *t = out->shared;

	return &t->place[key % (NSC_AWAIT_PLACES / NSC_AWAIT_WAYS) * NSC_AWAIT_WAYS];
}

/* ns since; a packet's time may stand a little behind an earlier one's. */
static uint64_t
since(const struct nsc_await *w, uint64_t now)
{
	return now > w->time ? now - w->time : 0;
}

static bool
waits(const struct nsc_await *w, uint64_t now)
{
	return w->state == WAITS && since(w, now) <= NSC_AWAIT_S * second;
}

static struct nsc_await *
find(const struct nsc_out *out, uint64_t key)
{
	struct nsc_await *set = set_of(out, key);

	for (unsigned i = 0; i < NSC_AWAIT_WAYS; i++) {
		if (set[i].state != NOBODY && set[i].key == key)
			return &set[i];
	}
	return NULL;
}

/* A place of the set that may be given away: free, no more waited for, answered, the oldest. */
static struct nsc_await *
room(struct nsc_out *out, uint64_t key)
{
	struct nsc_await *set = set_of(out, key), *best = NULL;

	for (unsigned i = 0; i < NSC_AWAIT_WAYS; i++) {
		struct nsc_await *w = &set[i];
		bool busy = waits(w, out->time);

		if (w->state == NOBODY)
			return w;
		if (best == NULL || (!busy && waits(best, out->time)) ||
		    (busy == waits(best, out->time) && w->time < best->time))
			best = w;
	}
	if (waits(best, out->time))
		nsc_out_lost(out);
	return best;
}

bool
nsc_await_ask(struct nsc_out *out, uint64_t key, uint32_t mark, unsigned kind, unsigned tag,
	      uint64_t hold)
{
	struct nsc_await *w = find(out, key);

	if (w != NULL && w->mark == mark && w->kind == kind &&
	    (waits(w, out->time) || (w->state == ANSWERED && since(w, out->time) < hold)))
		return false;
	if (w == NULL)
		w = room(out, key);
	*w = (struct nsc_await){.key = key, .time = out->time, .mark = mark, .kind = (uint8_t)kind,
				.tag = (uint8_t)tag, .state = WAITS};
	return true;
}

struct nsc_await *
nsc_await_waiting(const struct nsc_out *out, uint64_t key)
{
	struct nsc_await *w = find(out, key);

	return w != NULL && waits(w, out->time) ? w : NULL;
}

bool
nsc_await_known(const struct nsc_out *out, uint64_t key)
{
	return find(out, key) != NULL;
}

void
nsc_await_answered(struct nsc_out *out, struct nsc_await *w, unsigned error)
{
	uint64_t latency = since(w, out->time);

	w->state = ANSWERED;
	w->time = out->time;
	nsc_out_operation(out, w->kind, error, latency > 0 ? latency : 1);
}

void
nsc_await_seen(struct nsc_out *out, uint64_t key, uint32_t mark, unsigned kind, uint64_t hold)
{
	struct nsc_await *w;

	if (!nsc_await_ask(out, key, mark, kind, 0, hold))
		return;
	w = find(out, key);
	if (w != NULL)
		w->state = ANSWERED;
	nsc_out_operation(out, kind, 0, 0);
}
