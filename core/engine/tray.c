/* SPDX-License-Identifier: MIT */
/* Flows of a worker's table as rows; where there are too many, the busy ones. */
#include <string.h>

#include "engine/tray.h"
#include "engine/worker_state.h"
#include "scope/direction.h"

#define SECOND 1000000000ull

enum { AGES = 33 };			/* by the logarithm of idle seconds */

struct filling {
	struct nsc_tray *tray;
	struct nsc_worker *worker;
	uint32_t by_age[AGES];
	unsigned oldest;		/* older ones are left out */
};

static unsigned
age_of(const struct filling *f, const struct nsc_flow *flow)
{
	uint64_t timeout, idle = nsc_flow_idle(f->worker->flows, flow, f->worker->now, &timeout);
	unsigned age = 0;

	for (idle /= SECOND; idle > 0 && age < AGES - 1; idle >>= 1)
		age++;
	return age;
}

static bool
count_age(void *arg, struct nsc_flow *flow)
{
	struct filling *f = arg;

	f->by_age[age_of(f, flow)]++;
	return true;
}

/* The age up to which all fit; of the next one the first fit. */
static unsigned
oldest(const struct filling *f)
{
	uint64_t sum = 0;
	unsigned age;

	for (age = 0; age < AGES - 1; age++) {
		sum += f->by_age[age];
		if (sum > NSC_TRAY_FLOWS)
			break;
	}
	return age;
}

/* Canonical ends and the start: one flow's through its life, whoever began it. */
static uint64_t
id_of(const struct nsc_hash_key *key, const struct nsc_flow *f)
{
	struct nsc_hash_state s = nsc_hash_begin(key);

	for (int i = 0; i < 2; i++) {
		nsc_hash_word(&s, nsc_addr_word(&f->addr[i], 0));
		nsc_hash_word(&s, nsc_addr_word(&f->addr[i], 1));
	}
	nsc_hash_word(&s, f->start);
	return nsc_hash_end(&s, (uint64_t)f->port[0] << 24 | (uint64_t)f->port[1] << 8 | f->proto, 45);
}

static void
take_owner(struct nsc_tray_flow *row, const struct nsc_whose *whose, const struct nsc_flow *f,
	   int end, int side)
{
	unsigned process, unit;

	row->process[end] = row->unit[end] = NSC_TRAY_NOBODY;
	if (!nsc_whose_rows(whose, f, side, &process, &unit))
		return;
	row->process[end] = (uint16_t)process;
	row->unit[end] = (uint16_t)unit;
}

static void
take_name(struct nsc_tray_flow *row, const struct nsc_worker *w, const struct nsc_flow *f)
{
	struct nsc_text t = nsc_remote_name(w, f, &row->shared);
	uint32_t n = t.len < NSC_TRAY_NAME ? t.len : NSC_TRAY_NAME - 1;

	for (uint32_t i = 0; i < n; i++)	/* a text for C: no NUL inside */
		row->name[i] = t.p[t.len - n + i] != '\0' ? t.p[t.len - n + i] : '?';
	row->name[n] = '\0';
}

static void
take(struct nsc_tray_flow *row, struct nsc_worker *w, const struct nsc_flow *f)
{
	int remote = nsc_remote_side(f);

	row->id = id_of(&w->settings.key, f);
	for (int end = 0; end < 2; end++) {
		int side = end == 0 ? 1 - remote : remote;

		row->addr[end] = *nsc_flow_addr(f, side);
		row->port[end] = nsc_flow_port(f, side);
		row->octets[end] = f->octets[side];
		take_owner(row, w->whose, f, end, side);
	}
	row->proto = f->proto;
	row->app = f->app;
	row->state = nsc_flow_state_text(f);
	row->direction = f->direction & NSC_LABEL_KNOWN ? f->direction & 3 : NSC_DIRECTION_NONE;
	row->scope = f->scope;
	row->closed = (f->flags & NSC_FLOW_CLOSED) != 0;
	row->forwarded = (f->direction & NSC_LABEL_FORWARDED) != 0;
	row->rtt = nsc_flow_rtt(f);
	row->age = w->now > f->start ? w->now - f->start : 0;
	row->idle = nsc_flow_idle(w->flows, f, w->now, &row->timeout);
	row->retransmits = nsc_flow_retransmits(f);
	take_name(row, w, f);
}

static bool
visit(void *arg, struct nsc_flow *flow)
{
	struct filling *f = arg;
	struct nsc_tray *t = f->tray;

	if (age_of(f, flow) > f->oldest || t->count == NSC_TRAY_FLOWS)
		t->left_out++;
	else
		take(&t->flow[t->count++], f->worker, flow);
	return true;
}

void
nsc_tray_fill(struct nsc_tray *t, struct nsc_worker *w)
{
	struct filling f = {.tray = t, .worker = w, .oldest = AGES};

	if (atomic_load_explicit(&t->state, memory_order_acquire) != NSC_TRAY_ASKED)
		return;
	t->now = w->now;
	t->count = 0;
	t->left_out = 0;
	if (nsc_flow_stats(w->flows)->entries > NSC_TRAY_FLOWS) {
		nsc_flow_each(w->flows, count_age, &f);
		f.oldest = oldest(&f);
	}
	nsc_flow_each(w->flows, visit, &f);
	atomic_store_explicit(&t->state, NSC_TRAY_FULL, memory_order_release);
}
