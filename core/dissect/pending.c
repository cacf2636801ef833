/* SPDX-License-Identifier: MIT */
/* Rings of runs and small tables: both are searched from end to end, and short. */
#include "dissect/pending.h"

static uint32_t
us(uint64_t time)
{
	return (uint32_t)(time / 1000);
}

bool
nsc_queue_ask(struct nsc_queue *q, struct nsc_pending *ring, unsigned size, unsigned kind,
	      unsigned tag, uint64_t time)
{
	struct nsc_pending *last = NULL;

	if (q->runs > 0)
		last = &ring[(q->first + q->runs - 1u) % size];
	if (last != NULL && last->timed && last->kind == kind && last->tag == tag &&
	    last->time == us(time) && last->id < UINT32_MAX) {
		last->id++;
		return true;
	}
	if (q->runs < size) {
		ring[(q->first + q->runs++) % size] = (struct nsc_pending){
			.id = 1, .time = us(time), .kind = (uint8_t)kind, .tag = (uint8_t)tag,
			.used = true, .timed = true};
		return true;
	}
	if (last->kind != kind)
		last->kind = 0;
	if (last->tag != tag)
		last->tag = 0;
	last->timed = false;
	last->id += last->id < UINT32_MAX;
	return false;
}

const struct nsc_pending *
nsc_queue_oldest(const struct nsc_queue *q, const struct nsc_pending *ring)
{
	return q->runs > 0 ? &ring[q->first] : NULL;
}

void
nsc_queue_drop(struct nsc_queue *q, struct nsc_pending *ring, unsigned size)
{
	if (q->runs == 0 || --ring[q->first].id > 0)
		return;
	q->first = (uint16_t)((q->first + 1u) % size);
	q->runs--;
}

void
nsc_queue_restart(const struct nsc_queue *q, struct nsc_pending *ring, uint64_t time)
{
	if (q->runs > 0 && ring[q->first].id == 1)
		ring[q->first].time = us(time);
}

bool
nsc_ids_ask(struct nsc_pending *table, unsigned size, uint32_t id, unsigned kind, unsigned tag,
	    uint64_t time)
{
	struct nsc_pending *place = NULL, *oldest = &table[0];
	bool full;

	for (unsigned i = 0; i < size; i++) {
		struct nsc_pending *p = &table[i];

		if (!p->used) {
			if (place == NULL)
				place = p;
		} else if (p->id == id) {
			place = p;
			break;
		} else if (us(time) - p->time > us(time) - oldest->time) {
			oldest = p;
		}
	}
	full = place == NULL;
	if (full)
		place = oldest;
	*place = (struct nsc_pending){.id = id, .time = us(time), .kind = (uint8_t)kind,
				      .tag = (uint8_t)tag, .used = true, .timed = true};
	return !full;
}

bool
nsc_ids_take(struct nsc_pending *table, unsigned size, uint32_t id, struct nsc_pending *p)
{
	for (unsigned i = 0; i < size; i++) {
		if (table[i].used && table[i].id == id) {
			*p = table[i];
			table[i].used = false;
			return true;
		}
	}
	return false;
}

uint64_t
nsc_pending_latency(const struct nsc_pending *p, uint64_t time)
{
	uint32_t passed = us(time) - p->time;

	if (!p->timed)
		return 0;
	/* A packet's time may stand a little behind an earlier one's. */
	return passed == 0 || passed > UINT32_MAX / 2 ? 1 : (uint64_t)passed * 1000;
}
