/* SPDX-License-Identifier: MIT */
/*
 * What connections belong to: peers by address; without packets processes and units by name.
 * Sums go on when a connection has gone.  Where there are too many, those without a
 * connection go on in one row, `other`.
 */
#include <stdio.h>
#include <string.h>

#include "top_model.h"

enum { SLOTS = 16384 };			/* a power of two, twice TOP_PEERS_MOST and more */

struct grouping {
	struct top_table *table;
	enum top_table_id kind;
	uint16_t slot[SLOTS];		/* row + 1; 0: free */
};

_Static_assert(TOP_PEERS_MOST * 2 <= SLOTS && TOP_PEERS_MOST < UINT16_MAX, "an index of rows");

static const char *
name_in(const struct grouping *g, const struct top_row *connection)
{
	return g->kind == TOP_UNITS ? connection->process.unit : connection->process.name;
}

static uint64_t
id_in(const struct grouping *g, const struct top_row *connection)
{
	const char *name = name_in(g, connection);

	return g->kind == TOP_PEERS ? top_id(&connection->remote, sizeof connection->remote, 0)
				    : top_id(name, strlen(name), 0);
}

/* An id alone would let a stranger make two peers one. */
static bool
is_group(const struct grouping *g, const struct top_row *group, const struct top_row *connection,
	 uint64_t id)
{
	if (group->id != id || group->rest)
		return false;
	return g->kind == TOP_PEERS ? nsc_addr_equal(&group->remote, &connection->remote)
				    : strcmp(group->name, name_in(g, connection)) == 0;
}

static void
enter(struct grouping *g, size_t row)
{
	uint64_t at = g->table->row[row].id;

	while (g->slot[at % SLOTS] != 0)
		at++;
	g->slot[at % SLOTS] = (uint16_t)(row + 1);
}

/* Found or made anew; NULL: there is no room. */
static struct top_row *
group_of(struct grouping *g, const struct top_row *connection)
{
	uint64_t id = id_in(g, connection), at;
	struct top_row *r;

	for (at = id; g->slot[at % SLOTS] != 0; at++) {
		r = &g->table->row[g->slot[at % SLOTS] - 1];
		if (is_group(g, r, connection, id))
			return r;
	}
	/* One place is kept for `other`. */
	if (g->table->count + 1 >= g->table->most || (r = top_table_add(g->table)) == NULL)
		return NULL;
	r->id = id;
	r->kind = (uint8_t)g->kind;
	if (g->kind == TOP_PEERS) {
		r->remote = connection->remote;
		memcpy(r->zone, connection->zone, sizeof r->zone);
	} else {
		snprintf(r->name, sizeof r->name, "%s", name_in(g, connection));
	}
	enter(g, g->table->count - 1);
	return r;
}

static struct top_row *
rest_of(struct top_table *t)
{
	struct top_row *r;

	for (size_t i = 0; i < t->count; i++)
		if (t->row[i].rest)
			return &t->row[i];
	r = top_table_add(t);
	if (r != NULL) {
		snprintf(r->name, sizeof r->name, "other");
		r->rest = true;
	}
	return r;
}

static void
add(struct top_row *group, const struct top_row *connection)
{
	bool busiest = top_rate(connection) > group->opening;

	for (int way = 0; way < TOP_WAYS; way++) {
		group->octets[way] += connection->delta[way];
		group->rate[way] += connection->rate[way];
	}
	group->flows += connection->flows;
	group->retransmits += connection->retransmits;
	if (group->rest)
		return;
	if (connection->rtt > 0 && (group->rtt == 0 || connection->rtt < group->rtt))
		group->rtt = connection->rtt;
	group->scope = connection->scope;
	/* The process is that of its busiest connection; `opening` holds that one's rate. */
	if (connection->owner_state == NSC_OWNER_KNOWN &&
	    (busiest || group->owner_state != NSC_OWNER_KNOWN)) {
		group->process = connection->process;
		group->owner_state = NSC_OWNER_KNOWN;
		group->opening = top_rate(connection);
	}
}

static void
clear_now(struct top_row *r)
{
	r->rate[TOP_RECEIVED] = r->rate[TOP_SENT] = r->opening = 0;
	r->flows = r->retransmits = 0;
	r->rtt = 0;
}

/* Those without a connection become `other` when room is short. */
static void
make_room(struct top_table *t)
{
	struct top_row rest = {.id = 0};
	struct top_row *other;
	size_t kept = 0;

	if (t->count < t->most - t->most / 8)
		return;
	for (size_t i = 0; i < t->count; i++) {
		struct top_row *r = &t->row[i];

		if (r->flows == 0 && !r->rest) {
			rest.octets[TOP_RECEIVED] += r->octets[TOP_RECEIVED];
			rest.octets[TOP_SENT] += r->octets[TOP_SENT];
			continue;
		}
		if (kept != i)
			t->row[kept] = *r;
		kept++;
	}
	t->count = kept;
	other = rest_of(t);
	for (int way = 0; other != NULL && way < TOP_WAYS; way++)
		other->octets[way] += rest.octets[way];
}

static void
group(struct top_model *m, enum top_table_id kind)
{
	const struct top_table *c = &m->table[TOP_CONNECTIONS];
	struct grouping g = {.table = &m->table[kind], .kind = kind};

	make_room(g.table);
	for (size_t i = 0; i < g.table->count; i++) {
		clear_now(&g.table->row[i]);
		if (!g.table->row[i].rest)
			enter(&g, i);
	}
	for (size_t i = 0; i < c->count; i++) {
		const struct top_row *one = &c->row[i];
		struct top_row *r;

		if (kind != TOP_PEERS && name_in(&g, one)[0] == '\0')
			continue;
		r = group_of(&g, one);
		if (r == NULL)
			r = rest_of(g.table);
		if (r == NULL)
			continue;
		add(r, one);
		if (kind == TOP_PEERS && one->name[0] != '\0')
			memcpy(r->name, one->name, sizeof r->name);
	}
	for (size_t i = 0; i < g.table->count; i++)
		g.table->row[i].opening = 0;
}

void
top_groups(struct top_model *m)
{
	group(m, TOP_PEERS);
	if (!m->blind)
		return;
	group(m, TOP_PROCESSES);
	group(m, TOP_UNITS);
}
