/* SPDX-License-Identifier: MIT */
/*
 * Owners of what a look found.  Who is once known stays the owner: a process that the trace
 * saw using the socket, or the one that held it before the kernel was left alone with it.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "host/inventory_state.h"

struct inodes {
	uint64_t *inode;
	size_t count, room;
};

static void
add_inode(struct inodes *t, uint64_t inode)
{
	if (inode != 0 && t->count < t->room)
		t->inode[t->count++] = inode;
}

static void
add_connection(void *arg, struct nsc_connection *c)
{
	if (c->owner_state != NSC_OWNER_KNOWN)		/* for good: see own_connection */
		add_inode(arg, c->socket.inode);
}

static void
own_listener(const struct nsc_owners *o, struct nsc_listener *l)
{
	struct nsc_owner owner = nsc_owners_of(o, l->socket.inode);

	l->owner_state = owner.state;
	if (owner.state == NSC_OWNER_KNOWN)
		l->process = *owner.process;
}

static bool
takes(const struct nsc_socket *l, const struct nsc_socket *s)
{
	static const struct nsc_addr any, any4 = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}};
	bool v4 = nsc_addr_is_v4(&s->local);

	if (l->proto != s->proto || l->local_port != s->local_port || l->netns != s->netns)
		return false;
	if (nsc_addr_equal(&l->local, &any))
		return (l->families & (v4 ? NSC_FAMILY_IPV4 : NSC_FAMILY_IPV6)) != 0;
	return nsc_addr_equal(&l->local, &s->local) || (v4 && nsc_addr_equal(&l->local, &any4));
}

const struct nsc_process *
nsc_inventory_server(const struct nsc_inventory *i, const struct nsc_socket *s)
{
	if (!nsc_ways_listening(i->ways, s))
		return NULL;
	for (size_t n = 0; n < i->all.count; n++) {
		const struct nsc_listener *l = &i->all.listener[n];

		if (l->owner_state == NSC_OWNER_KNOWN && takes(&l->socket, s))
			return &l->process;
	}
	return NULL;
}

/* A connection that no file holds yet: it waits to be accepted, and is its listener's. */
static bool
is_waiting(const struct nsc_socket *s)
{
	return s->proto == IPPROTO_TCP && s->inode == 0 &&
	       (s->state == NSC_SOCKET_ESTABLISHED || s->state == NSC_SOCKET_CLOSE_WAIT ||
		s->state == NSC_SOCKET_SYN_RECV || s->state == NSC_SOCKET_NEW_SYN_RECV);
}

static void
own_connection(void *arg, struct nsc_connection *c)
{
	struct nsc_inventory *i = arg;
	struct nsc_owner owner;
	const struct nsc_process *p = NULL;

	if (c->owner_state == NSC_OWNER_KNOWN)
		return;
	owner = nsc_owners_of(i->owners, c->socket.inode);
	if (owner.state == NSC_OWNER_KNOWN)
		p = owner.process;
	else if (is_waiting(&c->socket))
		p = nsc_inventory_server(i, &c->socket);
	c->owner_state = c->socket.inode != 0 ? NSC_OWNER_DENIED : owner.state;
	if (p == NULL)
		return;
	c->owner_state = NSC_OWNER_KNOWN;
	c->process = *p;
}

void
nsc_inventory_own(struct nsc_inventory *i, uint64_t now)
{
	struct nsc_connections_stats s = {.open = 0};
	struct nsc_owners_stats o;
	struct inodes t = {.count = 0};
	char err[NSC_ERR] = "";
	int rc = 0;

	for (size_t n = 0; n < i->all.count; n++)
		i->all.listener[n].owner_state = NSC_OWNER_DENIED;	/* so far */
	if (i->owners == NULL)
		return;
	if (i->connections != NULL)
		nsc_connections_stats(i->connections, &s);
	t.room = i->all.count + s.open;
	t.inode = malloc((t.room + 1) * sizeof *t.inode);
	for (size_t n = 0; t.inode != NULL && n < i->all.count; n++)
		add_inode(&t, i->all.listener[n].socket.inode);
	if (t.inode != NULL && i->connections != NULL)
		nsc_connections_each(i->connections, add_connection, &t);
	if (t.count > 0)
		rc = nsc_owners_find(i->owners, t.inode, t.count, now, err);
	free(t.inode);
	nsc_owners_stats(i->owners, &o);
	if (rc == 0 && o.denied > 0 && strcmp(nsc_owners_way(i->owners), "bpf") != 0)
		rc = nsc_error(err, -EACCES, "processes: %llu may not be looked into",
			       (unsigned long long)o.denied);
	nsc_inventory_note(i, NSC_INVENTORY_PROCESSES, rc, err);
	for (size_t n = 0; n < i->all.count; n++)
		own_listener(i->owners, &i->all.listener[n]);
	if (i->connections != NULL)
		nsc_connections_each(i->connections, own_connection, i);
}
