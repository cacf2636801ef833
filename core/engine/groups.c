/* SPDX-License-Identifier: MIT */
/* Rows to names, and the names that fit under TopN and MaxSeries. */
#include <string.h>

#include "dissect/table.h"
#include "engine/groups.h"
#include "engine/sums.h"

enum { UNKNOWN_ROW = 0, OTHER_ROW = 1 };	/* of PROCESS, UNIT, DOMAIN */

static void
init_group(struct nsc_group *g, enum nsc_set set, struct nsc_rank_row *row, unsigned size)
{
	unsigned i;

	g->set = (uint8_t)set;
	g->behind = set == NSC_SET_SERVICE;
	g->rank.row = row;
	g->rank.size = size;
	g->rows = nsc_set_count(set);
	for (i = 0; i < NSC_METRICS; i++) {
		const struct nsc_metric *m = &nsc_metrics[i];
		bool quantiles = m->shape == NSC_SHAPE_QUANTILES;

		if (m->group != set)
			continue;
		g->metric[g->metrics++] = m;
		g->cost += m->members * (quantiles ? 3u : 1u);
		g->cost_other += quantiles ? 0 : m->members;
	}
}

void
nsc_groups_init(struct nsc_groups *g)
{
	static const struct {
		enum nsc_set set;
		unsigned names;
	} sets[NSC_GROUP_SETS] = {
		{NSC_SET_IFACE, NSC_GROUP_IFACE}, {NSC_SET_NETWORK, NSC_GROUP_NETWORK},
		{NSC_SET_APP, NSC_GROUP_APP}, {NSC_SET_PROCESS, NSC_GROUP_PROCESS},
		{NSC_SET_UNIT, NSC_GROUP_UNIT}, {NSC_SET_DOMAIN, NSC_GROUP_DOMAIN},
		{NSC_SET_SERVICE, NSC_GROUP_SERVICE},
	};
	unsigned i, names = 0, rows = 0;

	memset(g, 0, sizeof *g);
	for (i = 0; i < NSC_GROUP_SETS; i++) {
		init_group(&g->group[i], sets[i].set, &g->name[names], sets[i].names);
		g->group[i].slot = &g->slot[rows];
		g->group[i].next = &g->next[rows];
		g->group[i].first = &g->first[names + i];	/* a name's, and `other` */
		g->group[i].seen = &g->seen[rows];
		names += sets[i].names;
		rows += g->group[i].rows;
	}
	for (i = 0; i < NSC_GROUP_ROWS; i++)
		g->seen[i].slot = NSC_GROUP_NONE;
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
	bool pinned;
};

/*
 * Octets of an interface that went and of the one that took its row in the same
 * interval cannot be told apart: they are neither's.  A domain's row changes hands beside us,
 * also between the cells and the name: only its first name surely brought all there is.
 */
static bool
name_told(struct nsc_group *g, struct nsc_ledgers *l, unsigned n, struct naming *name)
{
	struct nsc_group_seen *seen = &g->seen[n];
	struct nsc_row row;

	memset(&row, 0, sizeof row);
	if (l->row == NULL || !l->row(l->arg, g->set, n, &row))
		return false;
	if (g->behind)			/* ours, and made of token characters and a dash */
		memcpy(name->token, row.name, strnlen(row.name, NSC_TOKEN - 1));
	else
		nsc_token(name->token, row.name, strnlen(row.name, sizeof row.name));
	name->present = row.present;
	name->mixed = seen->generation != row.generation &&
		      (g->set == NSC_SET_DOMAIN ? row.generation > 1 : seen->present);
	seen->present = row.present;
	seen->generation = row.generation;
	return true;
}

/* Rows of processes, units and domains have fixed ones before those that bear names. */
static bool
name_open(struct nsc_group *g, struct nsc_ledgers *l, unsigned n, struct naming *name)
{
	if (n != UNKNOWN_ROW)
		return n != OTHER_ROW && name_told(g, l, n, name);
	nsc_token(name->token, "", 0);
	name->pinned = true;
	return true;
}

/* False: the row has no name. */
static bool
name_row(struct nsc_group *g, struct nsc_ledgers *l, unsigned n, struct naming *name)
{
	const char *text;

	*name = (struct naming){.present = true};
	switch (g->set) {
	case NSC_SET_IFACE:
	case NSC_SET_SERVICE:
		return name_told(g, l, n, name);
	case NSC_SET_PROCESS:
	case NSC_SET_UNIT:
	case NSC_SET_DOMAIN:
		return name_open(g, l, n, name);
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
		name->pinned = n == 0;
		text = n > 0 ? nsc_app_name(n) : "";
		nsc_token(name->token, text, strlen(text));
		return true;
	}
}

/* All increments of a row, octets and packets and flows: what it is ranked by. */
static double
increment(const struct nsc_cells *now, const struct nsc_group *g, unsigned n, bool *level)
{
	double sum = 0;
	unsigned i, j;

	for (i = 0; i < g->metrics; i++) {
		const struct nsc_metric *m = g->metric[i];
		unsigned stride = (unsigned)m->members * m->width;
		const uint64_t *cell;

		if (m->shape == NSC_SHAPE_QUANTILES)
			continue;
		cell = &now->cell[m->base + n * stride];
		for (j = 0; j < stride; j++) {
			if (nsc_shape_grows(m->shape))
				sum += (double)cell[j];
			else
				*level |= cell[j] != 0;
		}
	}
	return sum;
}

static bool
has_fixed_rows(const struct nsc_group *g)
{
	return g->set == NSC_SET_PROCESS || g->set == NSC_SET_UNIT || g->set == NSC_SET_DOMAIN;
}

/* Names that are there once they did something; the others are while they exist. */
static bool
is_of_deeds(const struct nsc_group *g)
{
	return g->set == NSC_SET_APP || has_fixed_rows(g);
}

/* The name still stands where it stood at the last look. */
static bool
stands(const struct nsc_group *g, unsigned n, const char *token)
{
	int at = g->seen[n].slot;

	return at >= 0 && strcmp(g->rank.row[at].token, token) == 0;
}

static void
look_at_row(struct nsc_group *g, struct nsc_ledgers *l, const struct nsc_cells *now, unsigned n)
{
	struct nsc_rank_row *row;
	struct naming name;
	bool level = false, named = name_row(g, l, n, &name);
	double more = increment(now, g, n, &level);

	g->slot[n] = NSC_GROUP_NONE;
	if (!named && has_fixed_rows(g)) {
		g->slot[n] = (int)g->rank.size;	/* `other` by birth, or its name is being written */
		g->alive |= more > 0 || level;
	}
	if (!named)
		return;
	if (is_of_deeds(g))
		name.present = more > 0 || level;
	/* There are more of these than are remembered: not those that did nothing. */
	if (has_fixed_rows(g) && !name.present && !stands(g, n, name.token))
		return;
	if (!stands(g, n, name.token))
		g->seen[n].slot = nsc_rank_row(&g->rank, name.token);
	g->slot[n] = g->seen[n].slot;
	if (g->slot[n] >= 0) {
		row = &g->rank.row[g->slot[n]];
		row->pinned = name.pinned;
		row->present |= name.present;
		row->increment += name.mixed ? 0 : more;
	}
	if (g->slot[n] < 0 || name.mixed)
		g->slot[n] = (int)g->rank.size;
}

/*
 * An application that was met stays.  Others do while their sums, weighted with
 * time, are not forgotten: a host runs through more names than there is room for.
 */
static bool
stays(const struct nsc_group *g, const struct nsc_rank_row *row)
{
	if (g->set == NSC_SET_APP)
		return row->present;
	return has_fixed_rows(g) && row->present && (row->pinned || row->score >= 1);
}

static void
look_at(struct nsc_group *g, struct nsc_ledgers *l, const struct nsc_cells *now)
{
	unsigned n;

	for (n = 0; n < g->rank.size; n++)
		g->rank.row[n].present = stays(g, &g->rank.row[n]);
	for (n = 0; n < g->rows; n++)
		look_at_row(g, l, now, n);
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

/* What is not shown is `other`.  Then the rows of each slot. */
static void
settle(struct nsc_group *g)
{
	unsigned n;

	for (n = 0; n <= g->rank.size; n++)
		g->first[n] = NSC_GROUP_NONE;
	for (n = g->rows; n-- > 0;) {
		int *slot = &g->slot[n];

		if (*slot == NSC_GROUP_NONE)
			continue;
		if (*slot < (int)g->rank.size && !g->rank.row[*slot].shown)
			*slot = (int)g->rank.size;
		g->next[n] = g->first[*slot];
		g->first[*slot] = (int)n;
	}
}

unsigned
nsc_groups_choose(struct nsc_groups *g, struct nsc_ledgers *l, const struct nsc_cells *now)
{
	unsigned limit[NSC_GROUP_SETS], cost[NSC_GROUP_SETS], hidden = 0, i, n;
	unsigned kept = ports_series(now);

	for (i = 0; i < NSC_GROUP_SETS; i++) {
		struct nsc_group *p = &g->group[i];

		look_at(p, l, now);
		limit[i] = nsc_rank_candidates(&p->rank);
		cost[i] = p->behind ? 0 : p->cost;	/* MaxListeners is their cap */
		p->alive |= limit[i] > 0;
		if (p->alive && !p->behind)
			kept += p->cost_other;
		for (n = 0; n < p->rank.size; n++)
			kept += p->rank.row[n].pinned ? p->cost : 0;
		if (limit[i] > l->top_n && !p->behind)
			limit[i] = l->top_n;
	}
	nsc_rank_share(limit, cost, NSC_GROUP_SETS,
		       l->max_series > kept ? l->max_series - kept : 0);
	for (i = 0; i < NSC_GROUP_SETS; i++) {
		struct nsc_group *p = &g->group[i];

		nsc_rank_choose(&p->rank, limit[i]);
		hidden += p->rank.hidden;
		settle(p);
	}
	return hidden;
}
