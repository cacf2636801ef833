/* SPDX-License-Identifier: MIT */
/* Single rows for one consumer: the workers' trays, the lookout's sight, names of owners. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/engine_state.h"
#include "engine/masked.h"
#include "engine/tray.h"
#include "scope/direction.h"

enum { NAMES = 256 };			/* rows of PROCESS and UNIT (host/names.h) */

struct owner_names {
	bool asked[NAMES];
	char name[NAMES][64];		/* "" if it has none */
};

struct nsc_rows {
	struct nsc_engine *engine;
	uint64_t told;			/* packets' clock at the last telling of flows, ns */
	struct owner_names process, unit;	/* of one telling */
};

int
nsc_rows_new(struct nsc_rows **out, struct nsc_engine *e)
{
	struct nsc_rows *r;

	*out = NULL;
	if (!e->host.rows)
		return -ENOTSUP;
	if (e->looked_at)
		return -EBUSY;
	r = calloc(1, sizeof *r);
	if (r == NULL)
		return -ENOMEM;
	r->engine = e;
	e->looked_at = true;
	*out = r;
	return 0;
}

void
nsc_rows_free(struct nsc_rows *r)
{
	if (r != NULL)
		r->engine->looked_at = false;
	free(r);
}

void
nsc_rows_ask(struct nsc_rows *r)
{
	for (unsigned i = 0; i < r->engine->workers; i++) {
		struct nsc_tray *t = nsc_worker_tray(r->engine->worker[i]);

		if (atomic_load_explicit(&t->state, memory_order_acquire) == NSC_TRAY_IDLE)
			atomic_store_explicit(&t->state, NSC_TRAY_ASKED, memory_order_release);
	}
}

/* --- flows ------------------------------------------------------------------------ */

static const char *
name_of(const struct nsc_rows *r, struct owner_names *n, unsigned set, unsigned row)
{
	struct nsc_ledgers *l = &r->engine->ledgers;
	struct nsc_row found;

	if (row >= NAMES)
		return "";
	if (!n->asked[row]) {
		n->asked[row] = true;
		n->name[row][0] = '\0';
		if (l->row(l->arg, set, row, &found))
			memcpy(n->name[row], found.name, sizeof n->name[row]);
	}
	return n->name[row];
}

static void
tell_flow(struct nsc_rows *r, const struct nsc_tray_flow *f, const struct nsc_rows_tell *to)
{
	const struct nsc_mask *m = &r->engine->mask;
	const struct nsc_text name = {f->name, (uint32_t)strnlen(f->name, sizeof f->name)};
	char token[NSC_MASK_TEXT];
	const char *shown = m->on ? nsc_mask_host(m, &name, token).p : f->name;
	struct nsc_flow_row row = {
		.id = f->id,
		.local = nsc_mask_addr(m, &f->addr[0]), .remote = nsc_mask_addr(m, &f->addr[1]),
		.local_port = f->port[0], .remote_port = f->port[1],
		.proto = f->proto,
		.closed = f->closed, .forwarded = f->forwarded, .shared = f->shared,
		.direction = nsc_direction_text((enum nsc_direction)f->direction),
		.scope = nsc_set_token(NSC_SET_SCOPE_FORWARDED, f->scope),
		.state = f->state,
		.app = f->app > 0 ? nsc_app_name(f->app) : "",
		.remote_name = shown,
		.process = name_of(r, &r->process, NSC_SET_PROCESS, f->process[0]),
		.unit = name_of(r, &r->unit, NSC_SET_UNIT, f->unit[0]),
		.peer_process = name_of(r, &r->process, NSC_SET_PROCESS, f->process[1]),
		.sent = f->octets[0], .received = f->octets[1],
		.retransmits = f->retransmits,
		.rtt = f->rtt, .age = f->age, .idle = f->idle, .timeout = f->timeout,
	};

	to->flow(to->arg, &row);
}

static void
tell_flows(struct nsc_rows *r, const struct nsc_rows_tell *to)
{
	const struct nsc_engine *e = r->engine;
	uint64_t now = 0, left_out = 0;
	unsigned i;

	for (i = 0; i < e->workers; i++)
		if (atomic_load_explicit(&nsc_worker_tray(e->worker[i])->state,
					 memory_order_acquire) != NSC_TRAY_FULL)
			return;
	memset(&r->process.asked, 0, sizeof r->process.asked);
	memset(&r->unit.asked, 0, sizeof r->unit.asked);
	to->begin(to->arg, NSC_ROWS_FLOWS);
	for (i = 0; i < e->workers; i++) {
		struct nsc_tray *t = nsc_worker_tray(e->worker[i]);

		for (uint32_t n = 0; n < t->count; n++)
			tell_flow(r, &t->flow[n], to);
		now = t->now > now ? t->now : now;
		left_out += t->left_out;
		atomic_store_explicit(&t->state, NSC_TRAY_IDLE, memory_order_release);
	}
	to->end(to->arg, NSC_ROWS_FLOWS, r->told > 0 && now > r->told ? now - r->told : 0, left_out);
	r->told = now;
}

void
nsc_rows_tell(struct nsc_rows *r, const struct nsc_rows_tell *to)
{
	struct nsc_masked_tell through = {&r->engine->mask, to};
	struct nsc_rows_tell masked = nsc_masked_rows(&through);

	tell_flows(r, to);
	if (r->engine->lookout == NULL)
		return;
	if (!r->engine->mask.on) {
		nsc_lookout_tell_rows(r->engine->lookout, to);
		return;
	}
	nsc_lookout_tell_rows(r->engine->lookout, &masked);
}
