/* SPDX-License-Identifier: MIT */
/* The questions that a listener puts to the firewall, and what their answers come to. */
#include "host/reach.h"

#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "host/firewall.h"
#include "host/gate.h"
#include "host/route.h"

enum {
	KEPT = 1024,			/* answers; a power of two */
	PROBES = 16,
	ADDRESSES = 64,			/* of a wildcard; more: `unknown` */
};

struct kept {
	struct nsc_nft_question question;
	uint8_t verdict;
	bool used;
	struct nsc_firewall_reason reason;
};

struct nsc_reach {
	struct nsc_firewall *firewall;
	struct nsc_routes routes;
	struct nsc_gates gates;
	bool known;			/* rules and routes are those of now */
	uint64_t routes_due;		/* steady clock, ns */
	struct kept kept[KEPT];
	struct kept too_late;		/* rules and questions were too many for one look */
};

int
nsc_reach_new(struct nsc_reach **out, bool bpf)
{
	struct nsc_reach *r = calloc(1, sizeof *r);

	*out = NULL;
	if (r == NULL || nsc_firewall_new(&r->firewall) < 0) {
		free(r);
		return -ENOMEM;
	}
	r->gates.bpf = bpf;
	*out = r;
	return 0;
}

void
nsc_reach_free(struct nsc_reach *r)
{
	if (r == NULL)
		return;
	nsc_firewall_free(r->firewall);
	free(r);
}

int
nsc_reach_look(struct nsc_reach *r, uint64_t now, char err[NSC_ERR])
{
	int fresh = nsc_firewall_look(r->firewall, now, err);
	int rc = fresh < 0 ? fresh : 0;

	if (rc == 0 && (!r->known || now >= r->routes_due)) {
		rc = nsc_routes_read(&r->routes, err);
		nsc_gates_forget(&r->gates);
		r->routes_due = now + NSC_REACH_ROUTES * 1000000000ull;
	}
	if (fresh != 0)
		memset(r->kept, 0, sizeof r->kept);
	r->known = rc == 0;
	return rc;
}

const struct nsc_route_devices *
nsc_reach_uplinks(const struct nsc_reach *r, unsigned family)
{
	return &r->routes.standard[family & 1];
}

/* --- one question --------------------------------------------------------------- */

static unsigned
place_of(const struct nsc_nft_question *q)
{
	uint64_t h = nsc_addr_word(&q->addr, 0) ^ nsc_addr_word(&q->addr, 1) * 0x9e3779b97f4a7c15u;

	h ^= (uint64_t)q->ifindex << 32 | (uint64_t)q->port << 8 | q->proto;
	return (unsigned)((h * 0xbf58476d1ce4e5b9u) >> 40);
}

static bool
same(const struct nsc_nft_question *a, const struct nsc_nft_question *b)
{
	return a->proto == b->proto && a->port == b->port && a->ifindex == b->ifindex &&
	       nsc_addr_equal(&a->addr, &b->addr) && a->on_interface == b->on_interface &&
	       a->sole == b->sole && a->bridge == b->bridge && a->routed_back == b->routed_back &&
	       a->source == b->source &&
	       strncmp(a->interface, b->interface, sizeof a->interface) == 0;
}

/* The answer as it was given before, or a new one; a full row of probes loses its first. */
static const struct kept *
ask(struct nsc_reach *r, const struct nsc_nft_question *q)
{
	unsigned at = place_of(q);
	struct kept *k;
	bool spent;

	for (unsigned i = 0; i < PROBES; i++) {
		k = &r->kept[(at + i) % KEPT];
		if (!k->used)
			break;
		if (same(&k->question, q))
			return k;
	}
	if (k->used)
		k = &r->kept[at % KEPT];
	k->question = *q;
	k->used = true;
	k->verdict = (uint8_t)nsc_firewall_verdict(r->firewall, q, &k->reason, &spent);
	if (!spent)
		return k;
	k->used = false;
	r->too_late.verdict = NSC_FW_UNKNOWN;
	return &r->too_late;
}

/* --- all questions of a listener -------------------------------------------------- */

struct asking {
	struct nsc_reach *reach;
	const struct nsc_listener *listener;
	const struct nsc_interfaces *table;
	unsigned family;		/* 0: IPv4, 1: IPv6 */
	struct nsc_listener_reach *to;
	unsigned asked;
};

/* Answers that differ are `unknown`; the reason of the first one stays. */
static void
merge(struct asking *a, const struct kept *k)
{
	if (a->asked++ == 0) {
		a->to->verdict = k->verdict;
		a->to->reason = k->reason;
	} else if (a->to->verdict != k->verdict) {
		a->to->verdict = NSC_FW_UNKNOWN;
	}
}

static bool
is_on(const struct nsc_interfaces *t, const struct nsc_addr *addr, uint32_t ifindex)
{
	for (size_t i = 0; i < t->addresses; i++)
		if (t->address[i].ifindex == ifindex && nsc_addr_equal(&t->address[i].addr, addr))
			return true;
	return false;
}

/* No other address of the family that strangers could be sent to. */
static bool
is_sole(const struct nsc_interfaces *t, const struct nsc_addr *addr, uint32_t ifindex)
{
	unsigned n = 0;

	for (size_t i = 0; i < t->addresses; i++)
		n += t->address[i].ifindex == ifindex &&
		     nsc_addr_is_v4(&t->address[i].addr) == nsc_addr_is_v4(addr) &&
		     nsc_class(&t->address[i].addr) != NSC_CLASS_LINKLOCAL;
	return n == 1 && is_on(t, addr, ifindex);
}

static void
ask_address(struct asking *a, const struct nsc_interface *i, const struct nsc_addr *addr)
{
	const struct nsc_routes *routes = &a->reach->routes;
	struct nsc_nft_question q = {
		.proto = a->listener->socket.proto,
		.port = a->listener->socket.local_port,
		.addr = *addr,
		.on_interface = is_on(a->table, addr, i->ifindex),
		.sole = is_sole(a->table, addr, i->ifindex),
		.source = NSC_SOURCE_PUBLIC,
		.routed_back = nsc_route_has(&routes->standard[a->family], i->ifindex),
		.bridge = strcmp(i->kind, "bridge") == 0,
		.ifindex = i->ifindex,
	};
	struct kept strange = {.verdict = NSC_FW_UNKNOWN};
	const struct kept *k;

	memcpy(q.interface, i->name, sizeof q.interface);
	k = ask(a->reach, &q);
	strange.reason = k->reason;
	if ((k->verdict == NSC_FW_ALLOW &&
	     nsc_gate_of_socket(&a->reach->gates, &a->listener->socket)) ||
	    (k->verdict != NSC_FW_DROP &&
	     nsc_gate_of_device(&a->reach->gates, a->reach->firewall, routes, a->table, i)))
		k = &strange;
	merge(a, k);
}

static bool
is_loopback(const struct nsc_interface_address *x)
{
	return nsc_scope_of(nsc_class(&x->addr)) == NSC_SCOPE_LOOPBACK;
}

/* A bound address, or each that a wildcard takes: of its family, not loopback, not link-local. */
static void
ask_interface(struct asking *a, const struct nsc_interface *i)
{
	const struct nsc_socket *s = &a->listener->socket;
	static const struct nsc_addr any, any4 = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}};
	unsigned n = 0;

	if (!nsc_addr_equal(&s->local, &any) && !nsc_addr_equal(&s->local, &any4)) {
		ask_address(a, i, &s->local);
		return;
	}
	for (size_t at = 0; at < a->table->addresses; at++) {
		const struct nsc_interface_address *x = &a->table->address[at];

		if (nsc_addr_is_v4(&x->addr) != (a->family == 0) || is_loopback(x) ||
		    nsc_class(&x->addr) == NSC_CLASS_LINKLOCAL)
			continue;
		if (n++ == ADDRESSES) {
			merge(a, &(struct kept){.verdict = NSC_FW_UNKNOWN});
			return;
		}
		ask_address(a, i, &x->addr);
	}
}

/* The device it is bound to; else where the default route leads; else every other one that is up. */
static bool
concerns(const struct asking *a, const struct nsc_interface *i)
{
	const struct nsc_route_devices *d = &a->reach->routes.standard[a->family];

	if (a->listener->socket.device != 0)
		return i->ifindex == a->listener->socket.device;
	if (d->count > 0)
		return nsc_route_has(d, i->ifindex);
	return (i->flags & IFF_UP) != 0 && (i->flags & IFF_LOOPBACK) == 0;
}

static bool
bound_to_loopback(const struct nsc_listener *l, const struct nsc_interfaces *t)
{
	const struct nsc_interface *i = nsc_interfaces_find(t, l->socket.device);

	return l->bind == NSC_BIND_LOOPBACK ||
	       nsc_scope_of(nsc_class(&l->socket.local)) == NSC_SCOPE_LOOPBACK ||
	       (i != NULL && (i->flags & IFF_LOOPBACK) != 0);
}

static void
find_family(struct asking *a)
{
	const struct nsc_listener *l = a->listener;
	bool loopback = bound_to_loopback(l, a->table);
	bool known = a->reach != NULL && a->reach->known;

	a->to->verdict = NSC_FW_UNKNOWN;
	a->asked = 0;
	for (size_t i = 0; known && i < a->table->interfaces; i++)
		if (concerns(a, &a->table->interface[i]))
			ask_interface(a, &a->table->interface[i]);
	a->to->exposure = (uint8_t)nsc_exposure(l->bind, loopback, a->to->verdict);
	if (loopback)
		return;
	if (!l->address_present)
		a->to->exposure = NSC_EXPOSURE_UNKNOWN;
	else if (known && a->asked == 0)
		a->to->exposure = NSC_EXPOSURE_LOCAL_ONLY;	/* no address of that family, no way in */
}

void
nsc_reach_find(struct nsc_reach *r, struct nsc_listener *l, const struct nsc_interfaces *t)
{
	struct asking a = {.reach = r, .listener = l, .table = t};
	bool any = false;

	for (a.family = 0; a.family < 2; a.family++) {
		struct nsc_listener_reach *to = a.to = &l->reach[a.family];

		memset(to, 0, sizeof *to);
		if ((l->socket.families & (a.family == 0 ? NSC_FAMILY_IPV4 : NSC_FAMILY_IPV6)) == 0)
			continue;
		find_family(&a);
		l->verdict = (uint8_t)(any ? nsc_fw_verdict_more(l->verdict, to->verdict) : to->verdict);
		l->exposure = (uint8_t)(any ? nsc_exposure_more(l->exposure, to->exposure)
					    : to->exposure);
		any = true;
	}
}
