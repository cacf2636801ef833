/* SPDX-License-Identifier: MIT */
/*
 * Looks at the host: sockets of each namespace, then their ways and owners.  What fails
 * is noted with its source, the rest goes on.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/ephemeral.h"
#include "host/inventory_state.h"
#include "host/link.h"
#include "host/namespaces.h"

#define SECOND 1000000000ull

enum { OWNERS_BUDGET = 50,	/* ms of a look, where it stands beside others */
       TRACE_AGAIN = 60 };	/* s */

void
nsc_inventory_note(struct nsc_inventory *i, enum nsc_inventory_source s, int code, const char *err)
{
	struct nsc_inventory_fault *f = &i->fault[s];

	f->code = code < 0 ? code : 0;
	snprintf(f->err, sizeof f->err, "%s", code < 0 ? err : "");
	if (code < 0)
		i->stats.errors[s]++;
}

/* --- one namespace -------------------------------------------------------------------- */

struct look {
	struct nsc_inventory *i;
	const struct nsc_interfaces *own;	/* of our own namespace */
	const struct nsc_interfaces *t;		/* of the one that is looked at */
	struct nsc_listeners listeners;		/* its own */
	struct nsc_listeners_rules rules;
	uint64_t netns;
	bool whole;
	int code;				/* the first thing that went wrong */
	char err[NSC_ERR];
	bool told[2];				/* TCP, UDP: whole, in every namespace */
};

static bool
is_excluded(const struct nsc_inventory *i, const struct nsc_socket *s, bool listener)
{
	const struct nsc_excludes *x = i->options.excludes;

	return x != NULL && nsc_excluded(x, s->proto, listener ? &s->local : &s->remote,
					 s->remote_port, s->local_port);
}

bool
nsc_inventory_excludes(const struct nsc_inventory *i, const struct nsc_socket *s)
{
	return is_excluded(i, s, false);
}

static void
name_zone(struct nsc_connection *c, const struct nsc_interfaces *t)
{
	const struct nsc_interface *i;

	if (c->socket.device == 0)
		return;
	i = nsc_interfaces_find(t, c->socket.device);
	if (i != NULL)
		memcpy(c->zone, i->name, sizeof c->zone);
	else
		snprintf(c->zone, sizeof c->zone, "if%u", c->socket.device);
}

/* What is left of a connection that has ended: counted, and not followed. */
static void
count_waiting(struct look *l, const struct nsc_socket *s)
{
	struct nsc_connection c = {.socket = *s};

	if (is_excluded(l->i, s, false))
		return;
	nsc_way_of(l->i->ways, &c, false, false);
	l->i->stats.waiting[nsc_way_scope(&c)][c.direction]++;
}

static bool
take_socket(void *arg, const struct nsc_socket *s)
{
	struct look *l = arg;
	struct nsc_connection *c;
	int rc;

	if (s->proto == IPPROTO_TCP && s->state == NSC_SOCKET_TIME_WAIT) {
		count_waiting(l, s);
		return true;
	}
	rc = nsc_listeners_add(&l->listeners, s, &l->rules);
	if (rc < 0 && l->code == 0)
		l->code = nsc_error(l->err, rc, "listeners: %s", strerror(-rc));
	if (rc > 0)
		nsc_ways_listener(l->i->ways, s);
	if (rc != 0 || !l->whole || l->i->connections == NULL)
		return true;
	c = nsc_connections_saw(l->i->connections, s);
	if (c == NULL)
		return true;
	c->excluded = is_excluded(l->i, s, false);
	name_zone(c, l->t);
	return true;
}

static void
dump(struct look *l, uint8_t proto)
{
	struct nsc_sockets_wish w = {
		.tcp = proto == IPPROTO_TCP,
		.udp = proto == IPPROTO_UDP,
		.totals = l->whole && l->i->options.totals,
		.states = 1u << NSC_SOCKET_LISTEN,
	};
	char err[NSC_ERR] = "";
	int rc;

	if (l->whole && l->i->connections != NULL)
		w.states |= NSC_SOCKETS_OPEN | (l->i->options.waiting ? NSC_SOCKETS_WAIT : 0);
	rc = nsc_sockets_each(l->i->sockets, &w, take_socket, l, err);
	if (rc == 0)
		return;
	l->told[proto == IPPROTO_UDP] = false;
	if (l->code == 0)
		l->code = nsc_error(l->err, rc, "%s", err);
}

/* Rules and routes are read in our own namespace alone: elsewhere only loopback is certain. */
static void
expose(struct look *l)
{
	struct nsc_inventory *i = l->i;
	const struct nsc_reach *own = l->netns == i->netns ? i->reach : NULL;
	char err[NSC_ERR] = "";

	if (own != NULL)
		nsc_inventory_note(i, NSC_INVENTORY_FIREWALL, nsc_reach_look(i->reach, i->looked, err), err);
	for (size_t n = 0; n < l->listeners.count; n++)
		nsc_reach_find(own != NULL ? i->reach : NULL, &l->listeners.listener[n], l->t);
}

static void
look_inside(struct look *l)
{
	struct nsc_inventory *i = l->i;

	l->rules.ignore_ephemeral_udp = i->options.ignore_ephemeral_udp;
	nsc_ephemeral_range(&l->rules.ephemeral_low, &l->rules.ephemeral_high);
	memset(&l->listeners, 0, sizeof l->listeners);
	if (nsc_ways_enter(i->ways, l->netns, l->t, l->rules.ephemeral_low,
			   l->rules.ephemeral_high) < 0)
		return;
	dump(l, IPPROTO_TCP);
	dump(l, IPPROTO_UDP);
	nsc_listeners_finish(&l->listeners, l->t, NULL);
	expose(l);
	if (nsc_listeners_join(&i->all, &l->listeners) < 0 && l->code == 0)
		l->code = nsc_error(l->err, -ENOMEM, "listeners: %s", strerror(ENOMEM));
	nsc_listeners_clear(&l->listeners);
	i->stats.namespaces++;
}

static void
visit(void *arg, uint64_t netns)
{
	struct look *l = arg;
	struct nsc_interfaces t = {0};
	char err[NSC_ERR];

	l->netns = netns;
	l->t = l->own;
	if (netns != l->i->netns) {
		nsc_link_dump(&t, err);		/* without it its addresses count as absent */
		l->t = &t;
	}
	look_inside(l);
	nsc_interfaces_clear(&t);
}

/* --- a look -------------------------------------------------------------------------- */

/* Excluded ones go behind, in their order: facts want them, nobody else. */
static void
show(struct nsc_inventory *i)
{
	struct nsc_listener *behind = malloc((i->all.count + 1) * sizeof *behind);
	size_t shown = 0, hidden = 0;

	for (size_t n = 0; n < i->all.count; n++) {
		const struct nsc_listener *l = &i->all.listener[n];

		if (behind != NULL && is_excluded(i, &l->socket, true))
			behind[hidden++] = *l;
		else if (shown++ != n)
			i->all.listener[shown - 1] = *l;
	}
	if (hidden > 0)
		memcpy(i->all.listener + shown, behind, hidden * sizeof *behind);
	free(behind);
	i->shown = (struct nsc_listeners){
		.listener = i->all.listener, .count = shown, .suppressed = i->all.suppressed,
	};
}

static void
try_trace(struct nsc_inventory *i, uint64_t now)
{
	struct nsc_trace_options o = {.netns = i->options.namespaces ? 0 : i->netns};
	char err[NSC_ERR] = "";
	int rc;

	if (!i->options.bpf || i->options.once || i->trace != NULL || now < i->trace_again)
		return;
	if (!i->options.processes)	/* who uses a socket nobody asks: packets are not to pay for it */
		o.without = 1u << NSC_HOOK_SEND | 1u << NSC_HOOK_RECV;
	i->trace_again = now + TRACE_AGAIN * SECOND;
	rc = nsc_trace_open(&i->trace, &o, err);
	if (rc < 0)
		i->trace = NULL;
	nsc_inventory_note(i, NSC_INVENTORY_BPF, rc, err);
}

static void
look_around(struct look *l)
{
	struct nsc_inventory *i = l->i;
	char err[NSC_ERR] = "";
	int rc;

	i->stats.missed = 0;
	rc = nsc_namespaces_each(visit, l, &i->stats.missed, err);
	if (rc < 0 && i->stats.namespaces == 0)
		visit(l, i->netns);
	nsc_inventory_note(i, NSC_INVENTORY_NAMESPACES, rc, err);
}

/* Of our own namespace: who walks through the others is another thread. */
static void
read_counters(struct look *l)
{
	char err[NSC_ERR] = "";
	int rc = nsc_counters_read(&l->i->counters, err);

	if (rc < 0 && l->code == 0)
		l->code = nsc_error(l->err, rc, "%s", err);
}

void
nsc_inventory_look(struct nsc_inventory *i, const struct nsc_interfaces *t, bool whole,
		   uint64_t now)
{
	struct look l = {.i = i, .own = t, .whole = whole, .told = {true, true}};

	i->looked = now;
	i->whole = whole;
	try_trace(i, now);
	nsc_inventory_look_nat(i, now);
	nsc_ways_clear(i->ways);
	i->all.count = 0;
	i->all.suppressed = 0;
	i->stats.namespaces = 0;
	if (whole && i->connections != NULL) {
		nsc_connections_begin(i->connections, now);
		memset(i->stats.waiting, 0, sizeof i->stats.waiting);
	}
	if (i->options.namespaces)
		look_around(&l);
	else
		visit(&l, i->netns);
	if (whole && i->connections != NULL) {
		if (l.told[0])
			nsc_connections_end(i->connections, IPPROTO_TCP, i->trace != NULL);
		if (l.told[1])
			nsc_connections_end(i->connections, IPPROTO_UDP, false);
		nsc_inventory_name(i);
		nsc_ways_find(i->ways, i->connections);
	}
	i->missing = (l.told[0] ? 0 : 1u) | (l.told[1] ? 0 : 2u);
	read_counters(&l);
	nsc_inventory_note(i, NSC_INVENTORY_SOCKETS, l.code, l.err);
	nsc_inventory_own(i, now);
	show(i);
}

/* --- life ---------------------------------------------------------------------------- */

int
nsc_inventory_new(struct nsc_inventory **out, const struct nsc_inventory_options *o)
{
	struct nsc_inventory *i = calloc(1, sizeof *i);
	struct nsc_owners_options owners = {
		.bpf = o->bpf, .script = o->script, .budget_ms = o->once ? 0 : OWNERS_BUDGET};
	char err[NSC_ERR] = "";

	if (i == NULL)
		return -ENOMEM;
	i->options = *o;
	i->netns = nsc_namespace_own();
	if (o->counter != NULL)
		nsc_counters_want(&i->counters, o->counter);
	if (nsc_sockets_new(&i->sockets) < 0 || nsc_names_new(&i->names) < 0 ||
	    nsc_ways_new(&i->ways) < 0 ||
	    (o->connections && nsc_connections_new(&i->connections) < 0) ||
	    (o->firewall && nsc_reach_new(&i->reach, o->gates) < 0) || nsc_inventory_open_nat(i) < 0 ||
	    (o->processes && nsc_owners_new(&i->owners, &owners, err) < 0)) {
		nsc_inventory_free(i);
		return -ENOMEM;
	}
	if (o->bpf && o->once && err[0] != '\0')
		nsc_inventory_note(i, NSC_INVENTORY_BPF, -EPERM, err);
	try_trace(i, 0);
	*out = i;
	return 0;
}

void
nsc_inventory_free(struct nsc_inventory *i)
{
	if (i == NULL)
		return;
	nsc_trace_close(i->trace);
	nsc_listeners_clear(&i->all);
	nsc_connections_free(i->connections);
	nsc_ways_free(i->ways);
	nsc_names_free(i->names);
	nsc_reach_free(i->reach);
	nsc_inventory_close_nat(i);
	nsc_owners_free(i->owners);
	nsc_sockets_free(i->sockets);
	free(i);
}

const struct nsc_listeners *
nsc_inventory_listeners(const struct nsc_inventory *i)
{
	return &i->shown;
}

unsigned
nsc_inventory_missing(const struct nsc_inventory *i)
{
	return i->missing;
}

struct nsc_connections *
nsc_inventory_connections(struct nsc_inventory *i)
{
	return i->connections;
}

struct nsc_names *
nsc_inventory_names(struct nsc_inventory *i)
{
	return i->names;
}

const struct nsc_counters *
nsc_inventory_counters(const struct nsc_inventory *i)
{
	return &i->counters;
}

int
nsc_inventory_source(const struct nsc_inventory *i, enum nsc_inventory_source s, const char **err)
{
	*err = i->fault[s].err;
	return i->fault[s].code;
}

void
nsc_inventory_stats(const struct nsc_inventory *i, struct nsc_inventory_stats *s)
{
	*s = i->stats;
	if (i->trace != NULL)
		nsc_trace_stats(i->trace, &s->trace);
	if (i->owners != NULL)
		nsc_owners_stats(i->owners, &s->owners);
	if (i->conntrack != NULL) {
		nsc_conntrack_stats(i->conntrack, &s->conntrack);
		s->translations = i->translations->live;
		s->evicted = i->translations->evicted;
	}
}
