/* SPDX-License-Identifier: MIT */
/* Ways of connections: local ends, listeners' ports, and pairs of ends that mirror each other. */
#include "host/way.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/random.h>

#include "base/hash.h"
#include "scope/direction.h"

enum { PORTS = 65536, WORD = 64 };

struct service {		/* where somebody listens */
	struct nsc_addr addr;
	uint16_t port;
	uint8_t proto, families;
};

struct space {			/* one namespace */
	uint64_t netns;
	struct nsc_addr *address;	/* its own; ascending */
	size_t addresses;
	struct service *service;
	size_t services, room;
	uint64_t port[2][PORTS / WORD];	/* TCP, UDP: somebody listens on it */
	uint16_t low, high;		/* ephemeral */
};

struct nsc_ways {
	struct nsc_hash_key key;
	struct space **space;
	size_t spaces, room;
	uint64_t *end;			/* hashes of pairs of ends; open addressing, 0: free */
	size_t end_size, ends;
};

int
nsc_ways_new(struct nsc_ways **out)
{
	struct nsc_ways *w = calloc(1, sizeof *w);

	if (w == NULL)
		return -ENOMEM;
	if (getrandom(&w->key, sizeof w->key, GRND_NONBLOCK) < 0)
		w->key = (struct nsc_hash_key){{0, 0}};
	*out = w;
	return 0;
}

void
nsc_ways_clear(struct nsc_ways *w)
{
	for (size_t i = 0; i < w->spaces; i++) {
		free(w->space[i]->address);
		free(w->space[i]->service);
		free(w->space[i]);
	}
	w->spaces = 0;
	free(w->end);
	w->end = NULL;
	w->end_size = w->ends = 0;
}

void
nsc_ways_free(struct nsc_ways *w)
{
	if (w == NULL)
		return;
	nsc_ways_clear(w);
	free(w->space);
	free(w);
}

int
nsc_ways_enter(struct nsc_ways *w, uint64_t netns, const struct nsc_interfaces *t, uint16_t low,
	       uint16_t high)
{
	struct space *s, **more;

	if (w->spaces == w->room) {
		more = realloc(w->space, (w->room * 2 + 4) * sizeof(struct space *));
		if (more == NULL)
			return -ENOMEM;
		w->space = more;
		w->room = w->room * 2 + 4;
	}
	s = calloc(1, sizeof *s);
	if (s == NULL)
		return -ENOMEM;
	s->address = malloc((t->addresses + 1) * sizeof *s->address);
	if (s->address == NULL) {
		free(s);
		return -ENOMEM;
	}
	for (size_t i = 0; i < t->addresses; i++)
		s->address[i] = t->address[i].addr;
	s->addresses = t->addresses;
	s->netns = netns;
	s->low = low;
	s->high = high;
	w->space[w->spaces++] = s;
	return 0;
}

static struct space *
space_of(const struct nsc_ways *w, uint64_t netns)
{
	for (size_t i = 0; i < w->spaces; i++)
		if (w->space[i]->netns == netns)
			return w->space[i];
	return NULL;
}

static unsigned
table_of(uint8_t proto)
{
	return proto == IPPROTO_TCP ? 0 : 1;
}

/* Without memory for it the listener is missing: its connections are guessed by ports. */
void
nsc_ways_listener(struct nsc_ways *w, const struct nsc_socket *l)
{
	struct space *s = w->spaces > 0 ? w->space[w->spaces - 1] : NULL;
	struct service *more;

	if (s == NULL)
		return;
	if (s->services == s->room) {
		more = realloc(s->service, (s->room * 2 + 32) * sizeof *more);
		if (more == NULL)
			return;
		s->service = more;
		s->room = s->room * 2 + 32;
	}
	s->service[s->services++] = (struct service){
		.addr = l->local, .port = l->local_port, .proto = l->proto,
		.families = l->families};
	s->port[table_of(l->proto)][l->local_port / WORD] |= 1ull << l->local_port % WORD;
}

static bool
takes(const struct service *l, const struct nsc_addr *a)
{
	static const struct nsc_addr any, any4 = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}};
	bool v4 = nsc_addr_is_v4(a);

	if (nsc_addr_equal(&l->addr, &any))
		return (l->families & (v4 ? NSC_FAMILY_IPV4 : NSC_FAMILY_IPV6)) != 0;
	return nsc_addr_equal(&l->addr, a) || (v4 && nsc_addr_equal(&l->addr, &any4));
}

static bool
listening(const struct space *s, const struct nsc_socket *c)
{
	if (!(s->port[table_of(c->proto)][c->local_port / WORD] >> c->local_port % WORD & 1))
		return false;
	for (size_t i = 0; i < s->services; i++)
		if (s->service[i].port == c->local_port && s->service[i].proto == c->proto &&
		    takes(&s->service[i], &c->local))
			return true;
	return false;
}

bool
nsc_ways_listening(const struct nsc_ways *w, const struct nsc_socket *c)
{
	const struct space *s = space_of(w, c->netns);

	return s != NULL && listening(s, c);
}

/* --- the other end ------------------------------------------------------------------ */

static uint64_t
pair(const struct nsc_ways *w, const struct nsc_socket *s, bool mirrored)
{
	const struct nsc_addr *from = mirrored ? &s->remote : &s->local,
			      *to = mirrored ? &s->local : &s->remote;
	uint32_t ports = mirrored ? (uint32_t)s->remote_port << 16 | s->local_port
				  : (uint32_t)s->local_port << 16 | s->remote_port;
	struct nsc_hash_state h = nsc_hash_begin(&w->key);

	nsc_hash_word(&h, nsc_addr_word(from, 0));
	nsc_hash_word(&h, nsc_addr_word(from, 1));
	nsc_hash_word(&h, nsc_addr_word(to, 0));
	nsc_hash_word(&h, nsc_addr_word(to, 1));
	nsc_hash_word(&h, (uint64_t)s->proto << 32 | ports);
	return nsc_hash_end(&h, 0, 40) | 1;
}

int
nsc_ways_expect(struct nsc_ways *w, size_t connections)
{
	size_t size = 64;

	while (size < 2 * connections)
		size *= 2;
	free(w->end);
	w->ends = 0;
	w->end = calloc(size, sizeof *w->end);
	w->end_size = w->end != NULL ? size : 0;
	return w->end != NULL ? 0 : -ENOMEM;
}

static size_t
end_place(const struct nsc_ways *w, uint64_t hash)
{
	size_t at = hash >> 1 & (w->end_size - 1);

	while (w->end[at] != 0 && w->end[at] != hash)
		at = (at + 1) & (w->end_size - 1);
	return at;
}

void
nsc_ways_end(struct nsc_ways *w, const struct nsc_socket *s)
{
	uint64_t hash = pair(w, s, false);

	if (2 * w->ends >= w->end_size || s->remote_port == 0)
		return;
	w->end[end_place(w, hash)] = hash;
	w->ends++;
}

static bool
is_ours(const struct nsc_ways *w, const struct nsc_socket *s)
{
	uint64_t hash = pair(w, s, true);

	return w->end_size > 0 && w->end[end_place(w, hash)] == hash;
}

/* --- which way ---------------------------------------------------------------------- */

static int
compare(const void *a, const void *b)
{
	return nsc_addr_cmp(a, b);
}

static bool
is_local(const struct space *s, const struct nsc_addr *a)
{
	if (nsc_class(a) == NSC_CLASS_LOOPBACK)
		return true;
	return s != NULL && s->addresses > 0 &&
	       bsearch(a, s->address, s->addresses, sizeof *s->address, compare) != NULL;
}

/* By its other name the remote end is ours (row 3.8): an address, or another socket's end. */
static bool
is_within(const struct nsc_ways *w, const struct space *s, const struct nsc_connection *c)
{
	struct nsc_socket other = c->socket;

	if (!c->translated)
		return false;
	other.local = c->other.addr[0];
	other.remote = c->other.addr[1];
	other.local_port = c->other.port[0];
	other.remote_port = c->other.port[1];
	return is_local(s, &other.remote) || is_ours(w, &other);
}

static void
decide(struct nsc_connection *c, enum nsc_direction d, enum nsc_certainty certainty)
{
	c->direction = (uint8_t)d;
	c->certainty = (uint8_t)certainty;
}

static bool
is_ephemeral(const struct space *s, uint16_t port)
{
	return port >= s->low && port <= s->high;
}

/* Nobody listens on our end (any more): who has the port that looks like a server's? */
static void
decide_by_ports(struct nsc_connection *c, const struct space *s)
{
	const struct nsc_socket *k = &c->socket;
	bool ours = is_ephemeral(s, k->local_port), theirs = is_ephemeral(s, k->remote_port);
	bool outgoing = ours != theirs ? ours : k->remote_port <= k->local_port;

	decide(c, outgoing ? NSC_DIRECTION_OUTGOING : NSC_DIRECTION_INCOMING,
	       ours != theirs ? NSC_CERTAINTY_SURE : NSC_CERTAINTY_GUESS);
}

void
nsc_way_of(const struct nsc_ways *w, struct nsc_connection *c, bool handshake, bool accepted)
{
	const struct nsc_socket *k = &c->socket;
	const struct space *s = space_of(w, k->netns);

	if (is_within(w, s, c)) {	/* also if the translation was heard of after all else */
		decide(c, NSC_DIRECTION_LOCAL, NSC_CERTAINTY_SURE);
		return;
	}
	if (c->certainty == NSC_CERTAINTY_SURE)
		return;
	if (k->remote_port == 0)
		decide(c, NSC_DIRECTION_NONE, NSC_CERTAINTY_GUESS);
	else if (nsc_addr_equal(&k->local, &k->remote) || is_local(s, &k->remote) || is_ours(w, k))
		decide(c, NSC_DIRECTION_LOCAL, NSC_CERTAINTY_SURE);
	else if (handshake)
		decide(c, accepted ? NSC_DIRECTION_INCOMING : NSC_DIRECTION_OUTGOING,
		       NSC_CERTAINTY_SURE);
	else if (k->proto == IPPROTO_TCP && k->state == NSC_SOCKET_SYN_SENT)
		decide(c, NSC_DIRECTION_OUTGOING, NSC_CERTAINTY_SURE);
	else if (k->proto == IPPROTO_TCP &&
		 (k->state == NSC_SOCKET_SYN_RECV || k->state == NSC_SOCKET_NEW_SYN_RECV))
		decide(c, NSC_DIRECTION_INCOMING, NSC_CERTAINTY_SURE);
	else if (s == NULL)
		decide(c, NSC_DIRECTION_NONE, NSC_CERTAINTY_NONE);
	else if (listening(s, k))
		decide(c, NSC_DIRECTION_INCOMING, NSC_CERTAINTY_SURE);
	else
		decide_by_ports(c, s);
}

enum nsc_scope
nsc_way_scope(const struct nsc_connection *c)
{
	if (c->direction == NSC_DIRECTION_LOCAL)	/* between two addresses of this host, too */
		return NSC_SCOPE_LOOPBACK;
	return nsc_scope_of(nsc_class(&c->socket.remote));
}

static void
add_end(void *arg, struct nsc_connection *c)
{
	nsc_ways_end(arg, &c->socket);
}

static void
find_way(void *arg, struct nsc_connection *c)
{
	nsc_way_of(arg, c, false, false);
}

void
nsc_ways_find(struct nsc_ways *w, struct nsc_connections *c)
{
	struct nsc_connections_stats s;

	nsc_connections_stats(c, &s);
	nsc_ways_expect(w, s.open);	/* without memory: by addresses alone */
	nsc_connections_each(c, add_end, w);
	nsc_connections_each(c, find_way, w);
}
