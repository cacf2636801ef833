/* SPDX-License-Identifier: MIT */
/*
 * Which dumps make up an answer, and who is asked.  The netlink socket lives for one call:
 * it would keep its namespace alive, and what an aborted dump leaves in it comes up as the
 * answer to the next question (both measured).  Memory does not grow with the sockets.
 */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "host/diag.h"
#include "host/namespaces.h"
#include "host/proc_net.h"
#include "host/sockets.h"

/*
 * A socket comes twice when others enter its hash bucket between two parts of a dump: the
 * repetition follows within as many sockets as came in, so a window finds it.
 */
enum { SEEN_BITS = 12, SEEN = 1 << SEEN_BITS };

enum { ENDED = 1 };

struct nsc_sockets {
	const char *way;
	uint32_t sequence;
	uint64_t seen[SEEN];		/* keys, each in the one place that its hash names */
	char buffer[NSC_DIAG_BUFFER];
};

struct look {			/* one call of nsc_sockets_each */
	struct nsc_sockets *s;
	const struct nsc_sockets_wish *wish;
	struct mnl_socket *nl;
	int refused;			/* why sock_diag is not to be had */
	uint64_t netns;
	bool bindv6only;
	uint64_t told;
	bool (*each)(void *arg, const struct nsc_socket *one);
	void *arg;
	char *err;
};

int
nsc_sockets_new(struct nsc_sockets **s)
{
	*s = calloc(1, sizeof **s);
	if (*s == NULL)
		return -ENOMEM;
	(*s)->way = "sock_diag";
	return 0;
}

void
nsc_sockets_free(struct nsc_sockets *s)
{
	free(s);
}

const char *
nsc_sockets_way(const struct nsc_sockets *s)
{
	return s->way;
}

/* /proc/net has no cookie, but an inode stands for one socket as well. */
static bool
seen_before(struct nsc_sockets *s, const struct nsc_socket *one)
{
	uint64_t key = one->cookie != 0 ? one->cookie : one->inode | 1ull << 63;
	uint64_t *place = &s->seen[key * 0x9e3779b97f4a7c15ull >> (64 - SEEN_BITS)];

	if (one->cookie == 0 && one->inode == 0)
		return false;
	if (*place == key)
		return true;
	*place = key;
	return false;
}

static bool
tell(void *arg, const struct nsc_socket *one)
{
	struct look *l = arg;

	l->told++;
	return seen_before(l->s, one) || l->each(l->arg, one);
}

static int
dump(struct look *l, struct nsc_diag *d)
{
	static const uint8_t family[] = {AF_INET, AF_INET6};
	int r = 0;

	d->bindv6only = l->bindv6only;
	d->netns = l->netns;
	d->each = tell;
	d->arg = l;
	for (size_t i = 0; r == 0 && i < sizeof family; i++) {
		d->family = family[i];
		d->sequence = ++l->s->sequence;
		r = nsc_diag_dump(d, l->nl, l->s->buffer);
	}
	return r;
}

/* Listeners have a hash of their own, and drops are wanted of them alone: a dump apart. */
static int
dump_tcp(struct look *l)
{
	const uint32_t listen = 1u << NSC_SOCKET_LISTEN;
	struct nsc_diag first = {.proto = IPPROTO_TCP, .states = l->wish->states & listen,
				 .drops = true};
	struct nsc_diag rest = {.proto = IPPROTO_TCP, .states = l->wish->states & ~listen,
				.totals = l->wish->totals};
	int r = 0;

	if (first.states != 0)
		r = dump(l, &first);
	if (r == 0 && rest.states != 0)
		r = dump(l, &rest);
	return r;
}

static int
dump_udp(struct look *l)
{
	struct nsc_diag d = {
		.proto = IPPROTO_UDP, .drops = true,
		.states = 1u << NSC_SOCKET_ESTABLISHED | 1u << NSC_SOCKET_CLOSE,
	};

	return dump(l, &d);
}

/* EAFNOSUPPORT: a unit's RestrictAddressFamilies; ENOENT: the module is not there. */
static bool
is_refusal(int r)
{
	return r == -EPERM || r == -EACCES || r == -ENOENT || r == -EPROTONOSUPPORT ||
	       r == -EAFNOSUPPORT;
}

static int
read_proc(struct look *l, uint8_t proto)
{
	struct nsc_proc_net p = {
		.proto = proto, .bindv6only = l->bindv6only, .netns = l->netns,
		.states = proto == IPPROTO_UDP ? ~0u : l->wish->states, .each = tell, .arg = l,
	};
	int r;

	l->s->way = "/proc/net";
	r = nsc_proc_net_each(&p, l->s->buffer, sizeof l->s->buffer, l->err);
	p.ipv6 = true;
	return r == 0 ? nsc_proc_net_each(&p, l->s->buffer, sizeof l->s->buffer, l->err) : r;
}

static int
ask(struct look *l, uint8_t proto, int (*dump_proto)(struct look *l))
{
	uint64_t before = l->told;
	int r = l->refused;

	if (r == 0 && l->nl == NULL) {
		l->nl = nsc_diag_open();
		r = l->nl == NULL ? -errno : 0;
	}
	if (r == 0)
		r = dump_proto(l);
	if (r != 0 && l->nl != NULL) {
		mnl_socket_close(l->nl);
		l->nl = NULL;
	} else if (is_refusal(r)) {
		l->refused = r;
	}
	if (is_refusal(r) && l->told == before)
		return read_proc(l, proto);
	if (r < 0)
		nsc_error(l->err, r, "sockets: sock_diag: %s", strerror(-r));
	return r;
}

int
nsc_sockets_each(struct nsc_sockets *s, const struct nsc_sockets_wish *w,
		 bool (*each)(void *arg, const struct nsc_socket *one), void *arg,
		 char err[NSC_ERR])
{
	struct look l = {
		.s = s, .wish = w, .netns = nsc_namespace_own(),
		.bindv6only = nsc_proc_net_bindv6only(), .each = each, .arg = arg, .err = err,
	};
	int r = 0;

	s->way = "sock_diag";
	memset(s->seen, 0, sizeof s->seen);
	if (w->tcp && w->states != 0)
		r = ask(&l, IPPROTO_TCP, dump_tcp);
	if (r == 0 && w->udp)
		r = ask(&l, IPPROTO_UDP, dump_udp);
	if (l.nl != NULL)
		mnl_socket_close(l.nl);
	return r == ENDED ? 0 : r;
}
