/* SPDX-License-Identifier: MIT */
/* The inventory's levels are counted anew with each look; its sums are the inventory's own. */
#include <netinet/in.h>
#include <string.h>

#include "engine/census.h"
#include "host/way.h"
#include "scope/direction.h"

#define SAME(set, value, enumerator)                                                               \
	_Static_assert((int)NSC_V_##set##_##value == (int)(enumerator), #set " is in another order")

SAME(HOST_SOURCE, SOCKETS, NSC_INVENTORY_SOCKETS);
SAME(HOST_SOURCE, PROCESSES, NSC_INVENTORY_PROCESSES);
SAME(HOST_SOURCE, BPF, NSC_INVENTORY_BPF);
SAME(HOST_SOURCE, NAMESPACES, NSC_INVENTORY_NAMESPACES);
SAME(HOST_SOURCE, FIREWALL, NSC_INVENTORY_FIREWALL);
SAME(HOST_SOURCE, CONNTRACK, NSC_INVENTORY_CONNTRACK);
SAME(EXPOSURE, LOCAL_ONLY, NSC_EXPOSURE_LOCAL_ONLY);
SAME(EXPOSURE, LAN_ONLY, NSC_EXPOSURE_LAN_ONLY);
SAME(EXPOSURE, EXPOSED, NSC_EXPOSURE_EXPOSED);
SAME(EXPOSURE, UNKNOWN, NSC_EXPOSURE_UNKNOWN);
SAME(SOCKET_END, REFUSED, NSC_INVENTORY_REFUSED);
SAME(SOCKET_END, FAILED, NSC_INVENTORY_FAILED);
SAME(SOCKET_END, ABORTED, NSC_INVENTORY_FAILURES);

static void
set(struct nsc_cells *cells, unsigned cell, uint64_t value)
{
	cells->cell[cell] = value;
}

void
nsc_census_listeners(const struct nsc_listeners *l, const struct nsc_listen_rows *rows,
		     struct nsc_services *s, uint64_t now, struct nsc_cells *cells)
{
	uint64_t count[NSC_COUNT_EXPOSURE] = {0};

	for (size_t n = 0; n < l->count; n++)
		count[l->listener[n].exposure % NSC_COUNT_EXPOSURE]++;
	for (unsigned i = 0; i < NSC_COUNT_EXPOSURE; i++)
		set(cells, NSC_CELL(LISTEN_COUNT, 0, i), count[i]);
	nsc_services_look(s, l, rows, now, cells);
	set(cells, NSC_CELL(HOST_COUNT, 0, NSC_V_HOST_COUNT_LISTENERS_SUPPRESSED),
	    rows->suppressed + s->suppressed);
}

/* The first value of a state: the directions follow in their order; -1: not told. */
static int
state_value(uint8_t state)
{
	switch (state) {
	case NSC_SOCKET_ESTABLISHED:
		return NSC_V_SOCKET_STATE_ESTABLISHED_NONE;
	case NSC_SOCKET_SYN_SENT:
		return NSC_V_SOCKET_STATE_SYN_SENT_NONE;
	case NSC_SOCKET_SYN_RECV:
	case NSC_SOCKET_NEW_SYN_RECV:
		return NSC_V_SOCKET_STATE_SYN_RECV_NONE;
	case NSC_SOCKET_FIN_WAIT1:
		return NSC_V_SOCKET_STATE_FIN_WAIT1_NONE;
	case NSC_SOCKET_FIN_WAIT2:
		return NSC_V_SOCKET_STATE_FIN_WAIT2_NONE;
	case NSC_SOCKET_CLOSE_WAIT:
		return NSC_V_SOCKET_STATE_CLOSE_WAIT_NONE;
	case NSC_SOCKET_LAST_ACK:
		return NSC_V_SOCKET_STATE_LAST_ACK_NONE;
	case NSC_SOCKET_CLOSING:
		return NSC_V_SOCKET_STATE_CLOSING_NONE;
	default:
		return -1;
	}
}

_Static_assert((int)NSC_V_SOCKET_STATE_CLOSING_LOCAL ==
		       (int)NSC_V_SOCKET_STATE_CLOSING_NONE + (int)NSC_DIRECTION_LOCAL &&
	       (int)NSC_V_SOCKET_STATE_TIME_WAIT_LOCAL ==
		       (int)NSC_V_SOCKET_STATE_TIME_WAIT_NONE + (int)NSC_DIRECTION_LOCAL,
	       "directions are in the order of nsc_direction");

static void
count_connection(void *arg, struct nsc_connection *c)
{
	struct nsc_cells *cells = arg;
	int value = c->socket.proto == IPPROTO_TCP ? state_value(c->socket.state) : -1;

	if (value < 0 || c->excluded)
		return;
	cells->cell[NSC_CELL(SOCKETS_STATE, nsc_way_scope(c), value + (c->direction & 3))]++;
}

static void
put_waiting(struct nsc_inventory *i, struct nsc_cells *cells)
{
	struct nsc_inventory_stats s;

	nsc_inventory_stats(i, &s);
	for (unsigned scope = 0; scope < NSC_SCOPES; scope++)
		for (unsigned d = 0; d < NSC_DIRECTIONS; d++)
			set(cells, NSC_CELL(SOCKETS_STATE, scope, NSC_V_SOCKET_STATE_TIME_WAIT_NONE + d),
			    s.waiting[scope][d]);
}

void
nsc_census_connections(struct nsc_inventory *i, struct nsc_cells *cells)
{
	const struct nsc_listeners *l = nsc_inventory_listeners(i);
	uint64_t listen = 0;

	memset(&cells->cell[NSC_CELL(SOCKETS_STATE, 0, 0)], 0,
	       NSC_COUNT_SCOPE_NONE * NSC_COUNT_SOCKET_STATE * sizeof cells->cell[0]);
	if (nsc_inventory_connections(i) == NULL)
		return;
	nsc_connections_each(nsc_inventory_connections(i), count_connection, cells);
	put_waiting(i, cells);
	for (size_t n = 0; n < l->count; n++)
		if (l->listener[n].socket.proto == IPPROTO_TCP)
			listen += l->listener[n].sockets;
	set(cells, NSC_CELL(SOCKETS_STATE, NSC_V_SCOPE_NONE_NONE, NSC_V_SOCKET_STATE_LISTEN_NONE),
	    listen);
}

static void
put_connections(struct nsc_inventory *i, struct nsc_cells *cells)
{
	unsigned event = NSC_CELL(HOST_EVENTS, 0, 0);
	struct nsc_connections_stats s = {.open = 0};

	if (nsc_inventory_connections(i) == NULL)
		return;
	nsc_connections_stats(nsc_inventory_connections(i), &s);
	set(cells, event + NSC_V_HOST_EVENT_UNTRACKED, s.untracked);
	set(cells, event + NSC_V_HOST_EVENT_VANISHED, s.vanished);
	set(cells, event + NSC_V_HOST_EVENT_DROPPED, s.closed_dropped);
	set(cells, event + NSC_V_HOST_EVENT_RESETS, s.resets);
	set(cells, event + NSC_V_HOST_EVENT_DUPLICATES, s.duplicates);
}

const char *
nsc_census_counter(unsigned n)
{
	return nsc_set_token(NSC_SET_KERNEL, n);
}

static void
put_counters(const struct nsc_counters *p, struct nsc_cells *cells)
{
	for (unsigned n = 0; n < p->count && n < NSC_COUNT_KERNEL; n++)
		set(cells, NSC_CELL(KERNEL, 0, n), p->counter[n].sum);
}

/* A table that is not in use has no size worth a series. */
static void
put_nat(const struct nsc_inventory_stats *s, struct nsc_cells *cells)
{
	const struct nsc_conntrack_stats *c = &s->conntrack;
	unsigned table = NSC_CELL(NAT_TABLE, 0, 0), opened = NSC_CELL(NAT_OPENED, 0, 0);
	unsigned error = NSC_CELL(NAT_ERRORS, 0, 0), event = NSC_CELL(HOST_EVENTS, 0, 0);

	set(cells, table + NSC_V_NAT_TABLE_ENTRIES, c->entries);
	set(cells, table + NSC_V_NAT_TABLE_MAX, c->active ? c->max : 0);
	set(cells, opened + NSC_V_NAT_KIND_SNAT, c->snat);
	set(cells, opened + NSC_V_NAT_KIND_DNAT, c->dnat);
	set(cells, error + NSC_V_NAT_ERROR_INSERT_FAILED, c->insert_failed);
	set(cells, error + NSC_V_NAT_ERROR_DROP, c->drop);
	set(cells, error + NSC_V_NAT_ERROR_EARLY_DROP, c->early_drop);
	set(cells, event + NSC_V_HOST_EVENT_NAT_OVERRUNS, c->overruns);
	set(cells, event + NSC_V_HOST_EVENT_NAT_DUMPS, c->dumps);
	set(cells, event + NSC_V_HOST_EVENT_NAT_EVICTED, s->evicted);
}

void
nsc_census_sources(struct nsc_inventory *i, struct nsc_cells *cells)
{
	unsigned event = NSC_CELL(HOST_EVENTS, 0, 0);
	struct nsc_inventory_stats s;
	const char *err;

	nsc_inventory_stats(i, &s);
	for (unsigned n = 0; n < NSC_INVENTORY_SOURCES; n++) {
		set(cells, NSC_CELL(HOST_SOURCE, 0, n), nsc_inventory_source(i, n, &err) == 0);
		set(cells, NSC_CELL(HOST_ERRORS, 0, n), s.errors[n]);
	}
	for (unsigned scope = 0; scope < NSC_SCOPES; scope++) {
		for (unsigned n = 0; n < NSC_INVENTORY_FAILURES; n++)
			set(cells, NSC_CELL(SOCKETS_END, scope, n), s.failed[scope][n]);
		set(cells, NSC_CELL(SOCKETS_END, scope, NSC_V_SOCKET_END_ABORTED), s.aborted[scope]);
	}
	set(cells, NSC_CELL(HOST_COUNT, 0, NSC_V_HOST_COUNT_PROCESSES_DENIED), s.owners.denied);
	set(cells, event + NSC_V_HOST_EVENT_TRACED, s.trace.events);
	set(cells, event + NSC_V_HOST_EVENT_LOST, s.trace.lost);
	set(cells, event + NSC_V_HOST_EVENT_WALKS, s.owners.scans);
	set(cells, event + NSC_V_HOST_EVENT_UNFINISHED, s.owners.unfinished);
	put_connections(i, cells);
	put_counters(nsc_inventory_counters(i), cells);
	put_nat(&s, cells);
}
