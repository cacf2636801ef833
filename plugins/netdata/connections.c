/* SPDX-License-Identifier: MIT */
/* Rows of sockets, flows and listeners, put together by their ends. */
#include <stdlib.h>
#include <string.h>

#include "connections.h"
#include "table.h"

enum { NAME_OCTETS = 128, PROCESS_OCTETS = 64 };

struct flow {
	struct nsc_addr local, remote;
	uint16_t local_port, remote_port;
	uint8_t proto;
	bool taken;			/* by its socket */
	const char *direction, *scope, *state, *app;
	char name[NAME_OCTETS], process[PROCESS_OCTETS], unit[PROCESS_OCTETS];
	uint64_t received, sent, rtt;
	uint32_t retransmits;
};

struct list {
	void *item;
	size_t count, room, size;
};

struct connections {
	struct list flows, sockets, listeners;
	bool have[NSC_ROWS_KINDS];
};

struct connections *
connections_new(void)
{
	struct connections *c = calloc(1, sizeof *c);

	if (c == NULL)
		return NULL;
	c->flows.size = sizeof(struct flow);
	c->sockets.size = sizeof(struct nsc_connection);
	c->listeners.size = sizeof(struct nsc_listener);
	return c;
}

static void
empty(struct list *l)
{
	free(l->item);
	l->item = NULL;
	l->count = l->room = 0;
}

void
connections_forget(struct connections *c)
{
	empty(&c->flows);
	empty(&c->sockets);
	empty(&c->listeners);
	memset(c->have, 0, sizeof c->have);
}

void
connections_free(struct connections *c)
{
	if (c == NULL)
		return;
	connections_forget(c);
	free(c);
}

bool
connections_whole(const struct connections *c)
{
	return c->have[NSC_ROWS_FLOWS] && c->have[NSC_ROWS_CONNECTIONS] &&
	       c->have[NSC_ROWS_LISTENERS];
}

/* --- what is told ------------------------------------------------------------------- */

/* Without memory for one more the table lacks it. */
static void *
add(struct list *l)
{
	void *more;

	if (l->count == l->room) {
		more = realloc(l->item, (l->room + 32) * 2 * l->size);
		if (more == NULL)
			return NULL;
		l->item = more;
		l->room = (l->room + 32) * 2;
	}
	return (char *)l->item + l->count++ * l->size;
}

static struct list *
list_of(struct connections *c, enum nsc_rows_kind kind)
{
	return kind == NSC_ROWS_FLOWS ? &c->flows
	       : kind == NSC_ROWS_CONNECTIONS ? &c->sockets : &c->listeners;
}

static void
begin(void *arg, enum nsc_rows_kind kind)
{
	list_of(arg, kind)->count = 0;
}

static void
end(void *arg, enum nsc_rows_kind kind, uint64_t elapsed, uint64_t left_out)
{
	struct connections *c = arg;

	(void)elapsed;
	(void)left_out;
	c->have[kind] = true;
}

static void
keep_flow(void *arg, const struct nsc_flow_row *r)
{
	struct connections *c = arg;
	struct flow *f;

	if (r->closed || r->forwarded || (f = add(&c->flows)) == NULL)
		return;
	*f = (struct flow){
		.local = r->local, .remote = r->remote,
		.local_port = r->local_port, .remote_port = r->remote_port, .proto = r->proto,
		.direction = r->direction, .scope = r->scope, .state = r->state, .app = r->app,
		.received = r->received, .sent = r->sent, .rtt = r->rtt,
		.retransmits = r->retransmits,
	};
	snprintf(f->name, sizeof f->name, "%s", r->remote_name);
	snprintf(f->process, sizeof f->process, "%s", r->process);
	snprintf(f->unit, sizeof f->unit, "%s", r->unit);
}

static void
keep_socket(void *arg, const struct nsc_connection_delta *d)
{
	struct connections *c = arg;
	struct nsc_connection *s;

	if (!d->connection->closed && (s = add(&c->sockets)) != NULL)
		*s = *d->connection;
}

static void
keep_listener(void *arg, const struct nsc_listener *l)
{
	struct connections *c = arg;
	struct nsc_listener *copy = add(&c->listeners);

	if (copy != NULL)
		*copy = *l;
}

void
connections_tell(struct connections *c, struct nsc_rows *rows)
{
	const struct nsc_rows_tell to = {
		.arg = c, .begin = begin, .flow = keep_flow, .connection = keep_socket,
		.listener = keep_listener, .end = end,
	};

	nsc_rows_tell(rows, &to);
}

/* --- putting together ----------------------------------------------------------------- */

static int
by_ends(const void *a, const void *b)
{
	const struct flow *x = a, *y = b;
	int order = (int)x->proto - (int)y->proto;

	if (order == 0)
		order = (int)x->local_port - (int)y->local_port;
	if (order == 0)
		order = (int)x->remote_port - (int)y->remote_port;
	if (order == 0)
		order = nsc_addr_cmp(&x->local, &y->local);
	return order != 0 ? order : nsc_addr_cmp(&x->remote, &y->remote);
}

static struct flow *
find_flow(struct connections *c, const struct nsc_addr *local, uint16_t local_port,
	  const struct nsc_addr *remote, uint16_t remote_port, uint8_t proto)
{
	struct flow wanted = {.local = *local, .remote = *remote, .local_port = local_port,
			      .remote_port = remote_port, .proto = proto};

	if (c->flows.count == 0)
		return NULL;
	return bsearch(&wanted, c->flows.item, c->flows.count, sizeof wanted, by_ends);
}

/* Of a conversation within this host both ends have sockets, and there is one flow. */
static struct flow *
flow_of(struct connections *c, const struct nsc_socket *s, bool *turned)
{
	struct flow *f = find_flow(c, &s->local, s->local_port, &s->remote, s->remote_port, s->proto);

	*turned = f == NULL;
	if (f == NULL)
		f = find_flow(c, &s->remote, s->remote_port, &s->local, s->local_port, s->proto);
	return f;
}

static bool
is_any(const struct nsc_addr *a)
{
	static const struct nsc_addr none;

	return nsc_addr_equal(a, &none) || nsc_class(a) == NSC_CLASS_UNSPECIFIED;
}

/* Who can reach the listener that took the connection: "" if it is none's. */
static const char *
exposure_of(const struct connections *c, const struct nsc_socket *s)
{
	const struct nsc_listener *l = c->listeners.item;

	for (size_t i = 0; i < c->listeners.count; i++)
		if (l[i].socket.proto == s->proto && l[i].socket.local_port == s->local_port &&
		    (is_any(&l[i].socket.local) || nsc_addr_equal(&l[i].socket.local, &s->local)))
			return nsc_exposure_text(l[i].exposure);
	return "";
}

static void
put_socket(struct connections *c, struct table *t, const struct nsc_connection *s)
{
	static const char *const way[] = {"none", "incoming", "outgoing", "local"};
	bool turned;
	struct flow *f = flow_of(c, &s->socket, &turned);
	struct table_row r = {
		.direction = s->direction < 4 ? way[s->direction] : "none",
		.proto = s->socket.proto, .state = nsc_socket_state_text(&s->socket),
		.process = s->owner_state == NSC_OWNER_KNOWN ? s->process.name : "",
		.pid = s->owner_state == NSC_OWNER_KNOWN ? s->process.pid : 0,
		.unit = s->process.unit,
		.local = &s->socket.local, .local_port = s->socket.local_port,
		.remote = &s->socket.remote, .remote_port = s->socket.remote_port,
		.remote_name = f != NULL && !turned ? f->name : "",
		.scope = nsc_connection_scope(s),
		.exposure = s->direction == 1 ? exposure_of(c, &s->socket) : "",
		.app = f != NULL ? f->app : "",
		.measured = s->socket.measured,
		.received = s->socket.totals.received, .sent = s->socket.totals.sent,
		.retransmits = s->socket.totals.retransmits,
		.rtt_us = s->socket.totals.rtt,
	};

	if (f != NULL) {
		f->taken = true;
		if (!r.measured) {
			r.measured = true;
			r.received = turned ? f->sent : f->received;
			r.sent = turned ? f->received : f->sent;
		}
	}
	table_put(t, &r);
}

static void
put_flow(struct table *t, const struct flow *f)
{
	const struct table_row r = {
		.direction = f->direction, .proto = f->proto, .state = f->state,
		.process = f->process, .unit = f->unit,
		.local = &f->local, .local_port = f->local_port,
		.remote = &f->remote, .remote_port = f->remote_port,
		.remote_name = f->name, .scope = f->scope, .exposure = "", .app = f->app,
		.measured = true, .received = f->received, .sent = f->sent,
		.retransmits = f->retransmits, .rtt_us = f->rtt / 1000,
	};

	table_put(t, &r);
}

static void
put_listener(struct table *t, const struct nsc_listener *l)
{
	const struct table_row r = {
		.direction = "listening", .proto = l->socket.proto,
		.state = l->socket.proto == TABLE_TCP ? "LISTEN" : "UNCONN",
		.process = l->owner_state == NSC_OWNER_KNOWN ? l->process.name : "",
		.pid = l->owner_state == NSC_OWNER_KNOWN ? l->process.pid : 0,
		.unit = l->process.unit,
		.local = &l->socket.local, .local_port = l->socket.local_port,
		.remote_name = "", .scope = "none", .exposure = nsc_exposure_text(l->exposure),
		.app = "",
	};

	table_put(t, &r);
}

void
connections_json(struct connections *c, FILE *to, unsigned update_every, const char *help,
		 time_t expires)
{
	const struct nsc_connection *s = c->sockets.item;
	const struct nsc_listener *l = c->listeners.item;
	struct flow *f = c->flows.item;
	struct table t = {.to = to};

	if (c->flows.count > 0)
		qsort(f, c->flows.count, sizeof *f, by_ends);
	table_begin(&t, update_every, help);
	for (size_t i = 0; i < c->sockets.count; i++)
		put_socket(c, &t, &s[i]);
	for (size_t i = 0; i < c->flows.count; i++)
		if (!f[i].taken)
			put_flow(&t, &f[i]);
	for (size_t i = 0; i < c->listeners.count; i++)
		put_listener(&t, &l[i]);
	table_end(&t, expires);
}
