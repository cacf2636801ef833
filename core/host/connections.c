/* SPDX-License-Identifier: MIT */
/*
 * Connections followed by cookie: opened and closed by events, updated by dumps.  An entry
 * stays until every client has heard of its closing.  Totals only rise: where a socket's
 * own fall, what it had is kept beside them (row 3.2).
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/random.h>

#include "host/connections_table.h"

enum { INDEX_FIRST = 4096 };


/* --- entries ---------------------------------------------------------------------- */

static void
push(struct nsc_connections *c, uint32_t *list, uint32_t n)
{
	struct nsc_connection_entry *e = &c->entry[n];

	e->prev = 0;
	e->next = *list;
	if (*list != 0)
		c->entry[*list].prev = n;
	*list = n;
}

void
nsc_connections_release(struct nsc_connections *c, uint32_t n)
{
	struct nsc_connection_entry *e = &c->entry[n];

	nsc_connections_unlink(c, n);
	if (e->prev != 0)
		c->entry[e->prev].next = e->next;
	else
		c->live = e->next;
	if (e->next != 0)
		c->entry[e->next].prev = e->prev;
	push(c, &c->unused, n);
	c->gone[e->id & (NSC_CONNECTIONS_GONE - 1)] = e->id;
	c->used--;
}

static uint32_t
take(struct nsc_connections *c)
{
	uint32_t n = c->unused;

	if (2 * c->used + 2 > c->index_size && nsc_connections_grow(c) < 0)
		return 0;
	if (n != 0) {
		c->unused = c->entry[n].next;
		return n;
	}
	return c->fresh <= c->room ? c->fresh++ : 0;
}

/* A handshake is no connection yet (row 3.13). */
static bool
is_established(const struct nsc_socket *s)
{
	return s->proto != IPPROTO_TCP ||
	       (s->state != NSC_SOCKET_SYN_SENT && s->state != NSC_SOCKET_SYN_RECV &&
		s->state != NSC_SOCKET_NEW_SYN_RECV);
}

static uint32_t
create(struct nsc_connections *c, const struct nsc_socket *s, uint64_t id, bool adopted)
{
	uint32_t n = take(c);
	struct nsc_connection_entry *e = &c->entry[n];

	if (n == 0) {
		c->stats.untracked++;
		return 0;
	}
	*e = (struct nsc_connection_entry){.id = id, .dump = c->dump};
	e->connection = (struct nsc_connection){
		.socket = *s, .since = c->now, .adopted = adopted};
	push(c, &c->live, n);
	nsc_connections_link(c, n);
	c->used++;
	c->stats.open++;
	e->established = is_established(s);
	if (adopted)
		c->stats.adopted++;
	else if (e->established)
		c->stats.opened++;
	nsc_clients_begin(c, n);
	return n;
}

struct nsc_socket_totals
nsc_connection_totals(const struct nsc_connection_entry *e)
{
	struct nsc_socket_totals t = e->connection.socket.totals;

	t.sent += e->before.sent;
	t.received += e->before.received;
	t.retransmits += e->before.retransmits;
	return t;
}

/* The segments' counter has 32 bits and wraps: it cannot be said to fall (algorithm 6). */
static void
update(struct nsc_connections *c, struct nsc_connection_entry *e, const struct nsc_socket *s)
{
	struct nsc_socket_totals was = nsc_connection_totals(e);
	struct nsc_socket old = e->connection.socket;

	e->connection.socket = *s;
	if (s->inode == 0)
		e->connection.socket.inode = old.inode;
	if (s->cgroup == 0)
		e->connection.socket.cgroup = old.cgroup;
	if (!s->measured && old.measured) {
		e->connection.socket.totals = old.totals;
		e->connection.socket.measured = true;
	} else if (s->totals.sent < old.totals.sent || s->totals.received < old.totals.received) {
		e->before = was;
		c->stats.resets++;
	}
	if (!e->established && is_established(s)) {
		e->established = true;
		if (!e->connection.adopted)
			c->stats.opened++;
	}
}

static bool
is_gone(const struct nsc_connections *c, uint64_t id)
{
	return c->gone[id & (NSC_CONNECTIONS_GONE - 1)] == id;
}

/* True if clients will hear of it; else the entry is gone. */
static bool
close_entry(struct nsc_connections *c, uint32_t n)
{
	struct nsc_connection_entry *e = &c->entry[n];

	c->stats.open--;
	e->connection.closed = true;
	if (e->established) {
		c->stats.closed++;
		nsc_clients_close(c, n);
	}
	if (e->waiting == 0)
		nsc_connections_release(c, n);
	return e->waiting != 0;
}

/* --- dumps ------------------------------------------------------------------------ */

void
nsc_connections_begin(struct nsc_connections *c, uint64_t now)
{
	c->now = now;
	c->dump++;
	c->first = !c->whole;
	nsc_clients_rest(c);
}

/* Listeners are told elsewhere; what is in TIME_WAIT has closed (and has a cookie of its own). */
static bool
is_followed(const struct nsc_socket *s)
{
	return s->proto != IPPROTO_TCP ||
	       (s->state != NSC_SOCKET_LISTEN && s->state != NSC_SOCKET_CLOSE &&
		s->state != NSC_SOCKET_TIME_WAIT);
}

struct nsc_connection *
nsc_connections_saw(struct nsc_connections *c, const struct nsc_socket *s)
{
	uint64_t id = nsc_connections_id(c, s);
	uint32_t n;

	if (!is_followed(s))
		return NULL;
	n = nsc_connections_find(c, s->netns, id);
	if (n != 0 && c->entry[n].connection.closed)
		return NULL;
	if (n != 0) {
		update(c, &c->entry[n], s);
	} else if (c->stats.open < NSC_CONNECTIONS_MAX) {
		/* One that was given up and is here again shall not count twice. */
		n = create(c, s, id, c->first || (s->cookie != 0 && is_gone(c, id)));
	} else {
		c->stats.untracked++;
	}
	if (n == 0)
		return NULL;
	c->entry[n].dump = c->dump;
	c->entry[n].missed = false;
	return &c->entry[n].connection;
}

void
nsc_connections_end(struct nsc_connections *c, uint8_t proto, bool traced)
{
	uint32_t n, next;

	c->whole = true;
	for (n = c->live; n != 0; n = next) {
		struct nsc_connection_entry *e = &c->entry[n];

		next = e->next;
		if (e->connection.closed || e->dump == c->dump ||
		    e->connection.socket.proto != proto)
			continue;
		if (traced && !e->missed) {
			e->missed = true;
			continue;
		}
		if (e->established)
			c->stats.vanished++;
		close_entry(c, n);
	}
}

/* --- events ----------------------------------------------------------------------- */

static struct nsc_connection *
opened(struct nsc_connections *c, const struct nsc_socket *s, uint64_t id, uint32_t n)
{
	if (n != 0) {		/* a dump was faster: it has newer totals */
		if (c->entry[n].connection.closed)
			return NULL;
		if (!c->entry[n].established && !c->entry[n].connection.adopted)
			c->stats.opened++;
		c->entry[n].established = true;
		return &c->entry[n].connection;
	}
	if (is_gone(c, id))
		return NULL;
	if (c->stats.open >= NSC_CONNECTIONS_MAX) {
		c->stats.untracked++;
		return NULL;
	}
	n = create(c, s, id, false);
	return n != 0 ? &c->entry[n].connection : NULL;
}

/* Nobody has told of its opening: before the first dump it was there before us. */
static struct nsc_connection *
closed(struct nsc_connections *c, const struct nsc_trace_event *ev, uint64_t id, uint32_t n)
{
	if (n != 0 ? c->entry[n].connection.closed : is_gone(c, id)) {
		c->stats.duplicates++;
		return NULL;
	}
	if (n != 0)
		update(c, &c->entry[n], &ev->socket);
	else
		n = create(c, &ev->socket, id, !c->whole);
	if (n == 0) {
		nsc_clients_lose(c, &ev->socket.totals);
		return NULL;
	}
	if (!c->entry[n].established && !c->entry[n].connection.adopted)
		c->stats.opened++;
	c->entry[n].established = true;
	c->entry[n].connection.aborted = ev->aborted;
	return close_entry(c, n) ? &c->entry[n].connection : NULL;
}

struct nsc_connection *
nsc_connections_event(struct nsc_connections *c, const struct nsc_trace_event *ev)
{
	uint64_t id = nsc_connections_id(c, &ev->socket);
	uint32_t n = nsc_connections_find(c, ev->socket.netns, id);

	switch (ev->kind) {
	case NSC_TRACE_OPENED:
		return opened(c, &ev->socket, id, n);
	case NSC_TRACE_CLOSED:
		return closed(c, ev, id, n);
	case NSC_TRACE_FAILED:
		if (n != 0 && !c->entry[n].connection.closed)
			close_entry(c, n);
		/* Its socket may connect again, with the same cookie. */
		if (is_gone(c, id))
			c->gone[id & (NSC_CONNECTIONS_GONE - 1)] = 0;
		return NULL;
	default:
		return NULL;
	}
}

/* --- life and looks --------------------------------------------------------------- */

void
nsc_connections_each(struct nsc_connections *c, void (*each)(void *arg, struct nsc_connection *one),
		     void *arg)
{
	for (uint32_t n = c->live; n != 0; n = c->entry[n].next)
		if (!c->entry[n].connection.closed)
			each(arg, &c->entry[n].connection);
}

void
nsc_connections_stats(const struct nsc_connections *c, struct nsc_connections_stats *s)
{
	*s = c->stats;
}

void *
nsc_connections_reserve(void *from, size_t n_from, size_t n, size_t size)
{
	void *p;

	if (from != NULL)
		p = mremap(from, n_from * size, n * size, MREMAP_MAYMOVE);
	else
		p = mmap(NULL, n * size, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	return p != MAP_FAILED ? p : NULL;
}

int
nsc_connections_new(struct nsc_connections **out)
{
	struct nsc_connections *c = calloc(1, sizeof *c);

	if (c == NULL)
		return -ENOMEM;
	c->index_size = INDEX_FIRST;
	c->index = calloc(c->index_size, sizeof *c->index);
	c->room = NSC_CONNECTIONS_MAX;
	c->entry = nsc_connections_reserve(NULL, 0, c->room + 1, sizeof *c->entry);
	c->fresh = 1;
	/* Early in a boot there may be no randomness yet: then cookies hash as they are. */
	if (getrandom(&c->key, sizeof c->key, GRND_NONBLOCK) < 0)
		c->key = (struct nsc_hash_key){{0, 0}};
	if (c->index == NULL || c->entry == NULL) {
		nsc_connections_free(c);
		return -ENOMEM;
	}
	*out = c;
	return 0;
}

void
nsc_connections_free(struct nsc_connections *c)
{
	if (c == NULL)
		return;
	nsc_clients_free(c);
	if (c->entry != NULL)
		munmap(c->entry, (c->room + 1) * sizeof *c->entry);
	free(c->index);
	free(c);
}
