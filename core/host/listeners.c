/* SPDX-License-Identifier: MIT */
/*
 * Sockets become listeners: gathered in any order, then sorted, equals merged, and cut.  As
 * the order is total and the best are kept, what is cut does not depend on the kernel's.
 */
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/order.h"
#include "host/listeners.h"

enum {
	FIRST_ROOM = 64,
	GATHERED = 2 * NSC_LISTENERS_MAX,	/* when so many stand there, they are cut */
	LOOPBACK_IFINDEX = 1,			/* in each namespace (include/net/flow.h) */
};

static const char *const bind_text[NSC_BINDS] = {
	[NSC_BIND_ANY] = "any", [NSC_BIND_LOOPBACK] = "loopback",
	[NSC_BIND_INTERFACE] = "interface", [NSC_BIND_ADDRESS] = "address",
};

const char *
nsc_bind_text(enum nsc_bind b)
{
	return bind_text[b];
}

void
nsc_listeners_clear(struct nsc_listeners *l)
{
	free(l->listener);
	*l = (struct nsc_listeners){0};
}

/* Rows 0.1 and 2.1; a bound TCP socket that does not listen has state CLOSE. */
static bool
listens(const struct nsc_socket *s, const struct nsc_listeners_rules *rules)
{
	if (s->proto == IPPROTO_TCP)
		return s->state == NSC_SOCKET_LISTEN;
	if (s->proto != IPPROTO_UDP || s->state == NSC_SOCKET_ESTABLISHED ||
	    s->remote_port != 0 || s->local_port == 0)
		return false;
	return !rules->ignore_ephemeral_udp || s->local_port < rules->ephemeral_low ||
	       s->local_port > rules->ephemeral_high;
}

/* 0: one listener.  The scope is put first and follows from the address. */
static int
order(const struct nsc_listener *a, const struct nsc_listener *b)
{
	int r;

	NSC_COMPARE(b, a, scope);		/* NSC_SCOPE_PUBLIC is the highest */
	NSC_COMPARE(a, b, socket.local_port);
	NSC_COMPARE(a, b, socket.proto);
	r = nsc_addr_cmp(&a->socket.local, &b->socket.local);
	if (r != 0)
		return r;
	NSC_COMPARE(a, b, socket.families);
	NSC_COMPARE(a, b, socket.device);
	NSC_COMPARE(a, b, socket.netns);
	return 0;
}

/* Of equals, the one with a file before that without, then the oldest. */
static int
by_order(const void *left, const void *right)
{
	const struct nsc_listener *a = left, *b = right;
	int r = order(a, b);

	if (r != 0)
		return r;
	NSC_COMPARE(a, b, socket.inode - 1);	/* 0 becomes the largest */
	NSC_COMPARE(a, b, socket.cookie);
	return 0;
}

static void
merge(struct nsc_listener *to, const struct nsc_listener *from)
{
	to->sockets += from->sockets;
	to->socket.queue += from->socket.queue;
	to->socket.drops += from->socket.drops;
	if (to->socket.queue_max < from->socket.queue_max)
		to->socket.queue_max = from->socket.queue_max;
}

static void
compact(struct nsc_listeners *l)
{
	size_t kept = 0;

	if (l->count == 0)
		return;
	qsort(l->listener, l->count, sizeof *l->listener, by_order);
	for (size_t i = 1; i < l->count; i++) {
		if (order(&l->listener[kept], &l->listener[i]) == 0)
			merge(&l->listener[kept], &l->listener[i]);
		else
			l->listener[++kept] = l->listener[i];
	}
	l->count = kept + 1;
	while (l->count > NSC_LISTENERS_MAX)
		l->suppressed += l->listener[--l->count].sockets;
}

/* Room for more; one entry at a time it doubles. */
static int
make_room(struct nsc_listeners *l, size_t more)
{
	size_t room = l->room > 0 ? 2 * l->room : FIRST_ROOM;
	struct nsc_listener *p;

	if (l->count + more <= l->room)
		return 0;
	if (room < l->count + more)
		room = l->count + more;
	p = realloc(l->listener, room * sizeof *p);
	if (p == NULL)
		return -ENOMEM;
	l->listener = p;
	l->room = room;
	return 0;
}

int
nsc_listeners_add(struct nsc_listeners *l, const struct nsc_socket *s,
		  const struct nsc_listeners_rules *rules)
{
	if (!listens(s, rules))
		return 0;
	if (l->count == GATHERED)
		compact(l);
	if (make_room(l, 1) < 0)
		return -ENOMEM;
	l->listener[l->count++] = (struct nsc_listener){
		.socket = *s, .sockets = 1,
		.scope = (uint8_t)nsc_scope_of(nsc_class(&s->local)),
	};
	return 1;
}

/* The last address of a subnet of at least four (RFC 919, RFC 3021). */
static bool
is_broadcast(const struct nsc_addr *a, const struct nsc_interface_address *subnet)
{
	uint64_t host;

	if (!nsc_addr_is_v4(&subnet->addr) || subnet->bits < 96 || subnet->bits > 126 ||
	    !nsc_addr_in_prefix(a, &subnet->addr, subnet->bits))
		return false;
	host = (1ull << (128 - subnet->bits)) - 1;
	return (nsc_addr_word(a, 1) & host) == host;
}

static bool
is_loopback_device(const struct nsc_interfaces *t, uint32_t ifindex)
{
	const struct nsc_interface *i = nsc_interfaces_find(t, ifindex);

	return i != NULL ? (i->flags & IFF_LOOPBACK) != 0 : ifindex == LOOPBACK_IFINDEX;
}

/*
 * True if packets to the address are taken in here.  An IPv4 prefix on a loopback device is
 * local as a whole (net/ipv4/fib_frontend.c, fib_add_ifaddr).  Groups are joined by socket,
 * and the interfaces' table does not tell them: they count as present.
 */
static bool
is_present(const struct nsc_interfaces *t, const struct nsc_socket *s, enum nsc_class class)
{
	if (class == NSC_CLASS_UNSPECIFIED || class == NSC_CLASS_LOOPBACK ||
	    class == NSC_CLASS_MULTICAST || class == NSC_CLASS_BROADCAST)
		return true;
	for (size_t i = 0; i < t->addresses; i++) {
		const struct nsc_interface_address *a = &t->address[i];

		if (nsc_addr_equal(&a->addr, &s->local)) {
			if (class != NSC_CLASS_LINKLOCAL || nsc_addr_is_v4(&s->local) ||
			    s->device == 0 || s->device == a->ifindex)
				return true;
		} else if (is_broadcast(&s->local, a)) {
			return true;
		} else if (nsc_addr_is_v4(&a->addr) && is_loopback_device(t, a->ifindex) &&
			   nsc_addr_in_prefix(&s->local, &a->addr, a->bits)) {
			return true;
		}
	}
	return false;
}

/* /proc/net tells no zone: it is known where one interface alone has the address. */
static uint32_t
zone_of(const struct nsc_interfaces *t, const struct nsc_socket *s)
{
	uint32_t zone = 0;

	for (size_t i = 0; i < t->addresses; i++) {
		if (!nsc_addr_equal(&t->address[i].addr, &s->local))
			continue;
		if (zone != 0)
			return 0;
		zone = t->address[i].ifindex;
	}
	return zone;
}

/* Algorithm 2; what is bound to a loopback device is heard by this host alone. */
static void
find_bind(struct nsc_listener *l, const struct nsc_interfaces *t)
{
	struct nsc_socket *s = &l->socket;
	enum nsc_class class = nsc_class(&s->local);
	const struct nsc_interface *i;

	l->scope = (uint8_t)nsc_scope_of(class);
	l->interface[0] = '\0';
	if (s->device == 0 && class == NSC_CLASS_LINKLOCAL && !nsc_addr_is_v4(&s->local))
		s->device = zone_of(t, s);
	l->address_present = is_present(t, s, class);
	if (s->device == 0) {
		l->bind = class == NSC_CLASS_UNSPECIFIED ? NSC_BIND_ANY
			: class == NSC_CLASS_LOOPBACK	 ? NSC_BIND_LOOPBACK
							 : NSC_BIND_ADDRESS;
		return;
	}
	l->bind = NSC_BIND_INTERFACE;
	i = nsc_interfaces_find(t, s->device);
	if (i != NULL && i->name[0] != '\0')
		memcpy(l->interface, i->name, sizeof l->interface);
	else
		snprintf(l->interface, sizeof l->interface, "if%u", s->device);
	if (is_loopback_device(t, s->device))
		l->scope = NSC_SCOPE_LOOPBACK;
}

static void
find_owner(struct nsc_listener *l, const struct nsc_owners *o)
{
	struct nsc_owner owner = {
		.state = l->socket.inode != 0 ? NSC_OWNER_DENIED : NSC_OWNER_ANONYMOUS,
	};

	if (o != NULL)
		owner = nsc_owners_of(o, l->socket.inode);
	l->owner_state = owner.state;
	if (owner.state == NSC_OWNER_KNOWN && owner.process != NULL)
		l->process = *owner.process;
}

/* Equals stay equals: they have one address and one device. */
void
nsc_listeners_finish(struct nsc_listeners *l, const struct nsc_interfaces *t,
		     const struct nsc_owners *o)
{
	compact(l);
	for (size_t i = 0; i < l->count; i++) {
		find_bind(&l->listener[i], t);
		find_owner(&l->listener[i], o);
	}
	if (l->count > 0)
		qsort(l->listener, l->count, sizeof *l->listener, by_order);
}

int
nsc_listeners_join(struct nsc_listeners *to, const struct nsc_listeners *from)
{
	if (make_room(to, from->count) < 0)
		return -ENOMEM;
	if (from->count > 0)
		memcpy(to->listener + to->count, from->listener,
		       from->count * sizeof *from->listener);
	to->count += from->count;
	to->suppressed += from->suppressed;
	compact(to);
	return 0;
}
