/* SPDX-License-Identifier: MIT */
/* The views' tables, and widths for them. */
#include <stdio.h>
#include <string.h>

#include "top_cells.h"
#include "top_columns.h"

/* title, least, most, rank, right, text, compare, falling, look */
static const struct top_column apps[] = {
	{"APPLICATION", 14, 32, 1, false, top_cell_name, top_by_name, false, NULL},
	{"FLOWS", 6, 9, 1, true, top_cell_flows, top_by_flows, true, NULL},
	{"NEW/s", 6, 8, 2, true, top_cell_opening, top_by_opening, true, NULL},
	{"RX/s", 6, 8, 1, true, top_cell_rx, top_by_rx, true, NULL},
	{"TX/s", 6, 8, 1, true, top_cell_tx, top_by_tx, true, NULL},
	{"SHARE", 10, 40, 3, false, top_cell_share, top_by_rate, true, top_look_share},
	{"RECEIVED", 8, 9, 2, true, top_cell_received, top_by_received, true, NULL},
	{"SENT", 6, 9, 2, true, top_cell_sent, top_by_sent, true, NULL},
	{"OPENED", 7, 12, 4, true, top_cell_opened, top_by_opened, true, NULL},
};

/* Of flows' owners */
#define OWNERS(title)                                                                              \
	{title, 16, 40, 1, false, top_cell_name, top_by_name, false, NULL},                        \
	{"FLOWS", 6, 9, 1, true, top_cell_flows, top_by_flows, true, NULL},                        \
	{"RX/s", 6, 8, 1, true, top_cell_rx, top_by_rx, true, NULL},                               \
	{"TX/s", 6, 8, 1, true, top_cell_tx, top_by_tx, true, NULL},                               \
	{"SHARE", 10, 40, 3, false, top_cell_share, top_by_rate, true, top_look_share},            \
	{"RECEIVED", 8, 9, 2, true, top_cell_received, top_by_received, true, NULL},               \
	{"SENT", 6, 9, 2, true, top_cell_sent, top_by_sent, true, NULL}

static const struct top_column processes[] = {OWNERS("PROCESS")};
static const struct top_column units[] = {OWNERS("UNIT")};

static const struct top_column peers[] = {
	{"PEER", 24, 60, 1, false, top_cell_peer, top_by_peer, false, NULL},
	{"ADDRESS", 15, 40, 5, false, top_cell_address, top_by_address, false, NULL},
	{"PROCESS", 10, 24, 3, false, top_cell_owner, top_by_process, false, NULL},
	{"SCOPE", 8, 8, 6, false, top_cell_scope, top_by_scope, false, NULL},
	{"FLOWS", 5, 7, 1, true, top_cell_flows, top_by_flows, true, NULL},
	{"RX/s", 6, 8, 1, true, top_cell_rx, top_by_rx, true, NULL},
	{"TX/s", 6, 8, 1, true, top_cell_tx, top_by_tx, true, NULL},
	{"RATE", 6, 8, 7, true, top_cell_rate, top_by_rate, true, NULL},
	{"RECEIVED", 8, 9, 2, true, top_cell_received, top_by_received, true, NULL},
	{"SENT", 6, 9, 2, true, top_cell_sent, top_by_sent, true, NULL},
	{"RTT", 6, 7, 4, true, top_cell_rtt, top_by_rtt, true, NULL},
};

static const struct top_column connections[] = {
	{"", 2, 2, 1, false, top_cell_way, top_by_way, false, top_look_way},
	{"PROTO", 5, 5, 7, false, top_cell_proto, top_by_proto, false, NULL},
	{"LOCAL", 6, 47, 2, false, top_cell_local, top_by_local, false, NULL},
	{"REMOTE", 22, 47, 1, false, top_cell_remote, top_by_remote, false, NULL},
	{"NAME", 16, 48, 9, false, top_cell_name, top_by_name, false, NULL},
	{"PROCESS", 12, 26, 1, false, top_cell_owner, top_by_process, false, NULL},
	{"APP", 5, 10, 2, false, top_cell_app, top_by_app, false, NULL},
	{"STATE", 5, 12, 3, false, top_cell_state, top_by_state, false, NULL},
	{"SCOPE", 8, 9, 8, false, top_cell_scope, top_by_scope, false, NULL},
	{"RX/s", 6, 8, 1, true, top_cell_rx, top_by_rx, true, NULL},
	{"TX/s", 6, 8, 1, true, top_cell_tx, top_by_tx, true, NULL},
	{"RATE", 6, 8, 13, true, top_cell_rate, top_by_rate, true, NULL},
	{"RECEIVED", 8, 9, 5, true, top_cell_received, top_by_received, true, NULL},
	{"SENT", 6, 9, 5, true, top_cell_sent, top_by_sent, true, NULL},
	{"RTT", 6, 7, 3, true, top_cell_rtt, top_by_rtt, true, NULL},
	{"RETR", 5, 7, 10, true, top_cell_retransmits, top_by_retransmits, true, NULL},
	{"IDLE", 6, 8, 11, true, top_cell_idle, top_by_idle, true, NULL},
	{"UNIT", 12, 28, 12, false, top_cell_unit, top_by_unit, false, NULL},
};

static const struct top_column listeners[] = {
	{"PROTO", 5, 5, 1, false, top_cell_proto, top_by_proto, false, NULL},
	{"ADDRESS", 17, 50, 1, false, top_cell_local, top_by_local, false, NULL},
	{"BIND", 9, 9, 1, false, top_cell_bind, top_by_bind, false, NULL},
	{"EXPOSURE", 10, 10, 1, false, top_cell_exposure, top_by_exposure, true, top_look_exposure},
	{"VERDICT", 7, 7, 2, false, top_cell_verdict, top_by_verdict, false, NULL},
	{"QUEUE", 6, 11, 3, true, top_cell_queue, top_by_queue, true, NULL},
	{"PROCESS", 12, 30, 1, false, top_cell_owner, top_by_process, false, NULL},
	{"UNIT", 12, 30, 5, false, top_cell_unit, top_by_unit, false, NULL},
	{"RULE", 20, 60, 4, false, top_cell_name, top_by_name, false, NULL},
};

#define COLUMNS(c) .column = c, .columns = sizeof c / sizeof *c

_Static_assert(sizeof connections / sizeof *connections <= TOP_COLUMNS, "the widest view");

/* Sorted by SHARE or RATE: both ways together, shown or not. */
static const struct top_view views[TOP_TABLES] = {
	[TOP_APPS] = {"Applications", COLUMNS(apps), 5, "app", "no packet yet"},
	[TOP_PROCESSES] = {"Processes", COLUMNS(processes), 4, "process", "no process yet"},
	[TOP_UNITS] = {"Units", COLUMNS(units), 4, "unit",
		       "no unit yet: systemd's units and containers are told by cgroup"},
	[TOP_PEERS] = {"Peers", COLUMNS(peers), 7, "host", "no peer yet"},
	[TOP_CONNECTIONS] = {"Connections", COLUMNS(connections), 11, NULL, "no connection"},
	[TOP_LISTENERS] = {"Listeners", COLUMNS(listeners), 3, "port", "nothing listens"},
};

const struct top_view *
top_view(enum top_table_id t)
{
	return &views[t];
}

static unsigned
highest_rank(const struct top_view *v)
{
	unsigned rank = 0;

	for (unsigned i = 0; i < v->columns; i++)
		if (v->column[i].rank > rank)
			rank = v->column[i].rank;
	return rank;
}

/* All of a rank or none, but for the first: of these as many as there is room for. */
static unsigned
take_rank(struct top_layout *l, const struct top_view *v, unsigned rank, unsigned used)
{
	unsigned more = 0;

	for (unsigned i = 0; i < v->columns; i++)
		if (v->column[i].rank == rank)
			more += v->column[i].least + 1u;
	if (rank > 1 && used + more > l->width + 1)
		return used;
	for (unsigned i = 0; i < v->columns; i++) {
		if (v->column[i].rank != rank || used + v->column[i].least > l->width)
			continue;
		l->columns[i] = v->column[i].least;
		used += v->column[i].least + 1u;
	}
	return used;
}

/* A column at a time to each that can take more, so that all grow alike. */
static unsigned
grow(struct top_layout *l, const struct top_view *v, unsigned used)
{
	unsigned before;

	do {
		before = used;
		for (unsigned i = 0; i < v->columns && used < l->width + 1; i++) {
			if (l->columns[i] == 0 || l->columns[i] >= v->column[i].most)
				continue;
			l->columns[i]++;
			used++;
		}
	} while (used != before);
	return used;
}

/* Before that texts by rank, to what an IPv4 address and its port need. */
enum { ENOUGH = 22 };

static unsigned
grow_texts(struct top_layout *l, const struct top_view *v, unsigned rank, unsigned used)
{
	for (unsigned i = 0; i < v->columns; i++) {
		const struct top_column *c = &v->column[i];

		while (c->rank == rank && !c->right && used < l->width + 1 && l->columns[i] > 0 &&
		       l->columns[i] < c->most && l->columns[i] < ENOUGH) {
			l->columns[i]++;
			used++;
		}
	}
	return used;
}

void
top_layout_make(struct top_layout *l, const struct top_view *v, unsigned width)
{
	unsigned used = 0, ranks = highest_rank(v);

	*l = (struct top_layout){.width = width};
	for (unsigned rank = 1; rank <= ranks; rank++)
		used = take_rank(l, v, rank, used);
	for (unsigned rank = 1; rank <= ranks; rank++)
		used = grow_texts(l, v, rank, used);
	grow(l, v, used);
	for (unsigned i = 0; i < v->columns; i++) {
		l->named |= v->column[i].text == top_cell_name && l->columns[i] > 0;
		l->with_proto |= v->column[i].text == top_cell_proto && l->columns[i] > 0;
	}
}
