/* SPDX-License-Identifier: MIT */
/* Gates are asked for once between two looks at the routes: they have no generation. */
#include "host/gate.h"

#include <string.h>

#include "host/filter.h"

enum {
	PROBES = 8,
	BELOW = 64,			/* devices below one: more are a gate */
};

enum kind { DEVICE = 1, CGROUP, NAMESPACE };

void
nsc_gates_forget(struct nsc_gates *g)
{
	memset(g->kept, 0, sizeof g->kept);
}

/* Where the answer is kept, or would be; NULL: there is no room for it. */
static bool *
place_of(struct nsc_gates *g, enum kind kind, uint64_t id, bool *known)
{
	uint64_t key = (uint64_t)kind << 62 ^ id;
	uint64_t at = (key * 0x9e3779b97f4a7c15u) >> 32;

	for (unsigned i = 0; i < PROBES; i++, at++) {
		*known = g->kept[at % NSC_GATES].key == key;
		if (*known || g->kept[at % NSC_GATES].key == 0) {
			g->kept[at % NSC_GATES].key = key;
			return &g->kept[at % NSC_GATES].closed;
		}
	}
	return NULL;
}

static bool
is_closed(const struct nsc_gates *g, const struct nsc_routes *r, const struct nsc_interface *i)
{
	return i->xdp || r->filtered.more || nsc_route_has(&r->filtered, i->ifindex) ||
	       (g->bpf && nsc_filter_of_device(i->ifindex) > 0);
}

/* A packet that arrives by `upper` came by `i` before: a member, or what a VLAN lies on. */
static bool
is_below(const struct nsc_interface *i, const struct nsc_interface *upper)
{
	return i->master == upper->ifindex ||
	       (upper->link == i->ifindex && !upper->link_elsewhere &&
		strcmp(upper->kind, "veth") != 0);
}

static bool
is_closed_below(const struct nsc_gates *g, const struct nsc_firewall *f,
		const struct nsc_routes *r, const struct nsc_interfaces *t,
		const struct nsc_interface *i)
{
	const struct nsc_interface *below[BELOW] = {i};
	unsigned count = 1;

	for (unsigned at = 0; at < count; at++)
		for (size_t n = 0; n < t->interfaces; n++) {
			const struct nsc_interface *one = &t->interface[n];
			bool seen = false;

			for (unsigned k = 0; k < count; k++)
				seen |= below[k] == one;
			if (seen || !is_below(one, below[at]))
				continue;
			if (count == BELOW || is_closed(g, r, one) ||
			    nsc_firewall_has_ingress(f, one->name))
				return true;
			below[count++] = one;
		}
	return false;
}

bool
nsc_gate_of_device(struct nsc_gates *g, const struct nsc_firewall *f, const struct nsc_routes *r,
		   const struct nsc_interfaces *t, const struct nsc_interface *i)
{
	bool known = false, closed, *kept = place_of(g, DEVICE, i->ifindex, &known);

	if (known)
		return *kept;
	closed = is_closed(g, r, i) || is_closed_below(g, f, r, t, i);
	if (kept != NULL)
		*kept = closed;
	return closed;
}

/* Where nobody may ask (-EPERM), nothing is said against it: docs/accuracy.md. */
static bool
ask(struct nsc_gates *g, enum kind kind, uint64_t id)
{
	bool known = false, closed, *kept = place_of(g, kind, id, &known);

	if (known)
		return *kept;
	closed = (kind == CGROUP ? nsc_filter_of_cgroup(id) : nsc_filter_of_namespace()) > 0;
	if (kept != NULL)
		*kept = closed;
	return closed;
}

bool
nsc_gate_of_socket(struct nsc_gates *g, const struct nsc_socket *s)
{
	return g->bpf &&
	       (ask(g, NAMESPACE, 0) || (s->cgroup != 0 && ask(g, CGROUP, s->cgroup)));
}
