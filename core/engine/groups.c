/* SPDX-License-Identifier: MIT */
/* Rows to names, and the names that fit under TopN and MaxSeries. */
#include <string.h>

#include "dissect/table.h"
#include "engine/groups.h"
#include "engine/sums.h"

static void
init_group(struct nsc_group *g, enum nsc_set set, struct nsc_rank_row *row, unsigned size,
	   int *slot)
{
	unsigned i;

	g->set = (uint8_t)set;
	g->rank.row = row;
	g->rank.size = size;
	g->rows = nsc_set_count(set);
	g->slot = slot;
	for (i = 0; i < NSC_METRICS; i++) {
		const struct nsc_metric *m = &nsc_metrics[i];
		bool quantiles = m->shape == NSC_SHAPE_QUANTILES;

		if (m->group != set)
			continue;
		g->cost += m->members * (quantiles ? 3u : 1u);
		g->cost_other += quantiles ? 0 : m->members;
	}
}

void
nsc_groups_init(struct nsc_groups *g)
{
	memset(g, 0, sizeof *g);
	init_group(&g->group[0], NSC_SET_IFACE, g->iface, NSC_GROUP_IFACE, g->slot);
	init_group(&g->group[1], NSC_SET_NETWORK, g->network, NSC_GROUP_NETWORK,
		   g->slot + NSC_COUNT_IFACE);
	init_group(&g->group[2], NSC_SET_APP, g->app, NSC_GROUP_APP,
		   g->slot + NSC_COUNT_IFACE + NSC_COUNT_NETWORK);
}

struct nsc_group *
nsc_groups_find(struct nsc_groups *g, unsigned set)
{
	unsigned i;

	for (i = 0; i < NSC_GROUP_SETS; i++)
		if (g->group[i].set == set)
			return &g->group[i];
	return NULL;
}

struct naming {
	char token[NSC_TOKEN];
	bool present;
	bool mixed;			/* this interval's increments are of two names */
};

/*
 * Octets of an interface that went and of the one that took its row in the same
 * interval cannot be told apart: they are neither's.
 */
static bool
name_iface(struct nsc_groups *all, struct nsc_ledgers *l, unsigned n, struct naming *name)
{
	struct nsc_group_seen *seen = &all->seen[n];
	struct nsc_row row;

	memset(&row, 0, sizeof row);
	if (l->iface == NULL || !l->iface(l->arg, n, &row))
		return false;
	nsc_token(name->token, row.name, strnlen(row.name, sizeof row.name));
	name->present = row.present;
	name->mixed = seen->present && seen->generation != row.generation;
	seen->present = row.present;
	seen->generation = row.generation;
	return true;
}

/* False: the row has no name. */
static bool
name_row(struct nsc_groups *all, unsigned set, struct nsc_ledgers *l, unsigned n,
	 struct naming *name)
{
	const char *text;

	*name = (struct naming){.present = true};
	switch (set) {
	case NSC_SET_IFACE:
		return name_iface(all, l, n, name);
	case NSC_SET_NETWORK:
		if (l->networks == NULL || n == 0 || n > l->networks->names || n > NSC_NETWORKS)
			return false;
		text = l->networks->name[n];
		nsc_token(name->token, text, strnlen(text, sizeof l->networks->name[n]));
		return true;
	default:
		if (n >= nsc_dissector_count)
			return false;
		/* Row 0 is what has no name: the one true `unknown`. */
		text = n > 0 ? nsc_app_name(n) : "";
		nsc_token(name->token, text, strlen(text));
		return true;
	}
}

/* All increments of a row, octets and packets and flows: what it is ranked by. */
static double
increment(const struct nsc_cells *now, unsigned set, unsigned n, bool *level)
{
	double sum = 0;
	unsigned i, j;

	for (i = 0; i < NSC_METRICS; i++) {
		const struct nsc_metric *m = &nsc_metrics[i];
		unsigned stride = (unsigned)m->members * m->width;
		const uint64_t *cell = &now->cell[m->base + n * stride];

		if (m->group != set || m->shape == NSC_SHAPE_QUANTILES)
			continue;
		for (j = 0; j < stride; j++) {
			if (nsc_shape_grows(m->shape))
				sum += (double)cell[j];
			else
				*level |= cell[j] != 0;
		}
	}
	return sum;
}

static void
look_at_row(struct nsc_groups *all, struct nsc_group *g, struct nsc_ledgers *l,
	    const struct nsc_cells *now, unsigned n)
{
	struct nsc_rank_row *row;
	struct naming name;
	bool level = false;
	double more;

	g->slot[n] = NSC_GROUP_NONE;
	if (!name_row(all, g->set, l, n, &name))
		return;
	g->slot[n] = nsc_rank_row(&g->rank, name.token);
	more = increment(now, g->set, n, &level);
	/* Applications are there once they did something; the others while they exist. */
	if (g->set == NSC_SET_APP)
		name.present = more > 0 || level;
	if (g->slot[n] >= 0) {
		row = &g->rank.row[g->slot[n]];
		row->pinned = g->set == NSC_SET_APP && n == 0;
		row->present |= name.present;
		row->increment += name.mixed ? 0 : more;
	}
	if (g->slot[n] < 0 || name.mixed)
		g->slot[n] = (int)g->rank.size;
}

static void
look_at(struct nsc_groups *all, struct nsc_group *g, struct nsc_ledgers *l,
	const struct nsc_cells *now)
{
	unsigned n;

	for (n = 0; n < g->rank.size && g->set != NSC_SET_APP; n++)
		g->rank.row[n].present = false;
	for (n = 0; n < g->rows; n++)
		look_at_row(all, g, l, now, n);
}

/* Rows by port are few and each matters: they take their series first. */
static unsigned
ports_series(const struct nsc_cells *now)
{
	unsigned i, n = 0;

	for (i = 0; i < NSC_METRICS; i++)
		if (nsc_metrics[i].shape == NSC_SHAPE_PORTS)
			n += nsc_ports_count(&now->cell[nsc_metrics[i].base]);
	return n;
}

unsigned
nsc_groups_choose(struct nsc_groups *g, struct nsc_ledgers *l, const struct nsc_cells *now)
{
	unsigned limit[NSC_GROUP_SETS], cost[NSC_GROUP_SETS], hidden = 0, i, n;
	unsigned kept = ports_series(now);

	for (i = 0; i < NSC_GROUP_SETS; i++) {
		struct nsc_group *p = &g->group[i];

		look_at(g, p, l, now);
		limit[i] = nsc_rank_candidates(&p->rank);
		cost[i] = p->cost;
		p->alive |= limit[i] > 0;
		if (p->alive)
			kept += p->cost_other;
		for (n = 0; n < p->rank.size; n++)
			kept += p->rank.row[n].pinned ? p->cost : 0;
		if (limit[i] > l->top_n)
			limit[i] = l->top_n;
	}
	nsc_rank_share(limit, cost, NSC_GROUP_SETS,
		       l->max_series > kept ? l->max_series - kept : 0);
	for (i = 0; i < NSC_GROUP_SETS; i++) {
		struct nsc_group *p = &g->group[i];

		nsc_rank_choose(&p->rank, limit[i]);
		hidden += p->rank.hidden;
		for (n = 0; n < p->rows; n++)
			if (p->slot[n] >= 0 && (p->slot[n] == (int)p->rank.size ||
						!p->rank.row[p->slot[n]].shown))
				p->slot[n] = (int)p->rank.size;
	}
	return hidden;
}
