/* SPDX-License-Identifier: MIT */
/* The inventory tells the workers what listens, and who owns which pair of ends. */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "host/inventory_state.h"
#include "host/route.h"
#include "scope/direction.h"

/* Events at once; so many times, then others have their turn. */
enum { DRAIN = 4096, DRAUGHTS = 16 };

static const struct nsc_addr any;

static bool
is_any(const struct nsc_addr *a)
{
	return nsc_class(a) == NSC_CLASS_UNSPECIFIED;
}

/* --- owners --------------------------------------------------------------------------- */

struct telling {
	struct nsc_inventory *i;
	struct nsc_facts *facts;
	uint64_t now;
};

static uint16_t
id_of(const struct telling *t, const struct nsc_process *p)
{
	return nsc_names_id(t->i->names, p->name, p->unit, t->facts, t->now);
}

/* On the wire it may have another name (local DNAT). */
static void
enter_other(const struct telling *t, const struct nsc_owner_key *k, uint16_t owner)
{
	struct nsc_tuple ends = {.addr = {k->local, k->remote},
				 .port = {k->local_port, k->remote_port}};
	struct nsc_translated x;

	if (k->remote_port == 0 || t->i->translations == NULL ||
	    !nsc_translations_find(t->i->translations, k->proto, &ends, &x) || x.gone)
		return;
	nsc_facts_own(t->facts, &(struct nsc_owner_key){
		.local = x.other.addr[0], .remote = x.other.addr[1],
		.local_port = x.other.port[0], .remote_port = x.other.port[1],
		.proto = k->proto}, owner);
}

/* A socket without a peer is entered by its own end alone; bound to any address, by its port. */
static void
enter(const struct telling *t, const struct nsc_socket *s, uint16_t owner)
{
	struct nsc_owner_key k = {
		.local = s->local, .remote = s->remote, .local_port = s->local_port,
		.remote_port = s->remote_port, .proto = s->proto,
	};

	if (s->remote_port == 0)
		k.remote = any;
	if (s->remote_port == 0 && is_any(&s->local))
		k.local = any;
	nsc_facts_own(t->facts, &k, owner);
	enter_other(t, &k, owner);
}

/* The name stays in use as long as the connection is there. */
static void
tell_connection(void *arg, struct nsc_connection *c)
{
	const struct telling *t = arg;
	uint16_t owner;

	if (c->owner_state != NSC_OWNER_KNOWN || c->socket.netns != t->i->netns)
		return;
	owner = id_of(t, &c->process);
	/* Entries have a time, and the oldest go: those that still hold are entered anew. */
	if (owner == c->owner && !t->i->whole)
		return;
	c->owner = owner;
	enter(t, &c->socket, owner);
}

/* The workers look at packets of our own namespace. */
static uint32_t
put_listeners(const struct telling *t, struct nsc_facts_view *v)
{
	uint32_t count = 0;

	for (size_t n = 0; n < t->i->all.count && count < NSC_FACT_LISTENERS; n++) {
		const struct nsc_listener *l = &t->i->all.listener[n];
		struct nsc_fact_listener *to = &v->listener[count];

		if (l->socket.netns != t->i->netns)
			continue;
		*to = (struct nsc_fact_listener){
			.addr = l->socket.local, .port = l->socket.local_port,
			.proto = l->socket.proto, .families = l->socket.families,
			.exposure = {l->reach[0].exposure, l->reach[1].exposure},
		};
		if (l->owner_state == NSC_OWNER_KNOWN) {
			to->owner = id_of(t, &l->process);
			if (l->socket.proto == IPPROTO_UDP)
				enter(t, &l->socket, to->owner);
		}
		count++;
	}
	return count;
}

/* More of them than there is room for are as good as all. */
static void
put_uplinks(const struct nsc_inventory *i, struct nsc_facts_view *v)
{
	memset(v->uplinks, 0, sizeof v->uplinks);
	for (unsigned family = 0; family < 2 && i->reach != NULL; family++) {
		const struct nsc_route_devices *d = nsc_reach_uplinks(i->reach, family);
		struct nsc_fact_uplinks *u = &v->uplinks[family];

		u->count = d->count <= NSC_FACT_UPLINKS && !d->more ? d->count : 0;
		for (uint32_t n = 0; n < u->count; n++)
			u->ifindex[n] = d->ifindex[n];
	}
}

void
nsc_inventory_tell(struct nsc_inventory *i, struct nsc_facts *facts)
{
	struct telling t = {.i = i, .facts = facts, .now = i->looked};
	struct nsc_facts_view *v = nsc_facts_edit(facts);

	/* After a dump that failed the listeners of before are the better answer. */
	if (i->fault[NSC_INVENTORY_SOCKETS].code == 0 || i->all.count > 0) {
		v->listeners = put_listeners(&t, v);
		v->listeners_known = 1;
		put_uplinks(i, v);
	}
	if (i->connections != NULL)
		nsc_connections_each(i->connections, tell_connection, &t);
}

/* --- events --------------------------------------------------------------------------- */

struct hearing {
	struct telling telling;		/* facts may be NULL */
	bool listeners;			/* one came or went */
};

static enum nsc_inventory_failure
failure(int error)
{
	switch (error) {
	case ECONNREFUSED:
		return NSC_INVENTORY_REFUSED;
	case ETIMEDOUT:
		return NSC_INVENTORY_TIMEOUT;
	case EHOSTUNREACH:
	case ENETUNREACH:
		return NSC_INVENTORY_UNREACHABLE;
	default:
		return NSC_INVENTORY_FAILED;
	}
}

static void
count_end(struct nsc_inventory *i, const struct nsc_trace_event *e)
{
	unsigned scope = nsc_scope_of(nsc_class(&e->socket.remote));

	if (e->kind == NSC_TRACE_FAILED)
		i->stats.failed[scope][failure(e->error)]++;
	else if (e->kind == NSC_TRACE_CLOSED && e->aborted)
		i->stats.aborted[scope]++;
}

/* Who began or used it; else who listens where it came in. */
static const struct nsc_process *
process_of(struct nsc_inventory *i, const struct nsc_trace_event *e, uint64_t now)
{
	struct nsc_owner o;

	if (i->owners == NULL)
		return NULL;
	if (e->pid == 0)
		return e->accepted ? nsc_inventory_server(i, &e->socket) : NULL;
	o = nsc_owners_pid(i->owners, e->pid, e->start, e->comm, e->socket.cgroup, now);
	return o.state == NSC_OWNER_KNOWN ? o.process : NULL;
}

static void
hear(void *arg, const struct nsc_trace_event *e)
{
	struct hearing *h = arg;
	struct nsc_inventory *i = h->telling.i;
	struct nsc_connection *c = NULL;
	const struct nsc_process *p;
	uint16_t owner = 0;

	if (e->kind == NSC_TRACE_LISTEN) {
		h->listeners = true;
		return;
	}
	count_end(i, e);
	p = process_of(i, e, h->telling.now);
	if (p != NULL && h->telling.facts != NULL && e->socket.netns == i->netns) {
		owner = id_of(&h->telling, p);
		enter(&h->telling, &e->socket, owner);
	}
	/* The end of a UDP socket is not told: dumps alone say which are there. */
	if (i->connections != NULL && e->kind != NSC_TRACE_USED)
		c = nsc_connections_event(i->connections, e);
	if (c == NULL)
		return;
	c->excluded = nsc_inventory_excludes(i, &e->socket);
	nsc_inventory_nat(i, c);
	nsc_way_of(i->ways, c, true, e->accepted);
	if (p == NULL)
		return;
	c->owner = owner;
	c->owner_state = NSC_OWNER_KNOWN;
	c->process = *p;
}

bool
nsc_inventory_hear(struct nsc_inventory *i, struct nsc_facts *facts, uint64_t now)
{
	struct hearing h = {.telling = {.i = i, .facts = facts, .now = now}};

	for (unsigned n = 0; n < DRAUGHTS && i->trace != NULL; n++)
		if (nsc_trace_drain(i->trace, DRAIN, hear, &h) < DRAIN)
			break;
	return h.listeners;
}

int
nsc_inventory_fd(const struct nsc_inventory *i)
{
	return i->trace != NULL ? nsc_trace_fd(i->trace) : -1;
}
