/* SPDX-License-Identifier: MIT */
/* Each packet once: the rules against double counting. */
#include <net/if.h>
#include <string.h>

#include "host/auto.h"

enum {
	DEPTH = 8,			/* devices stacked on each other */
	LINK_LOCAL_BITS = 10,		/* fe80::/10 */
};

static bool
is_one_of(const char *kind, const char *const *list)
{
	for (; *list != NULL; list++)
		if (strcmp(kind, *list) == 0)
			return true;
	return false;
}

static bool
is_stacked_kind(const char *kind)
{
	static const char *const kinds[] = {"vlan",   "macvlan", "macvtap",
					    "ipvlan", "ipvtap",  NULL};

	return is_one_of(kind, kinds);
}

static bool
is_tunnel_kind(const char *kind)
{
	static const char *const kinds[] = {"vxlan",  "geneve",    "gre",  "gretap",
					    "ip6gre", "ip6gretap", "ipip", "sit",
					    "ip6tnl", "gtp",       NULL};

	return is_one_of(kind, kinds);
}

bool
nsc_auto_stacked(const struct nsc_interfaces *t, const struct nsc_interface *i)
{
	return is_stacked_kind(i->kind) && i->link != 0 && i->link != i->ifindex &&
	       !i->link_elsewhere && nsc_interfaces_find(t, i->link) != NULL;
}

/* The device at which the packets of a stacked one are seen; i itself if it is none. */
static const struct nsc_interface *
bottom(const struct nsc_interfaces *t, const struct nsc_interface *i)
{
	for (int depth = 0; depth < DEPTH && nsc_auto_stacked(t, i); depth++)
		i = nsc_interfaces_find(t, i->link);
	return i;
}

static bool
is_link_local(const struct nsc_addr *a)
{
	return a->b[0] == 0xfe && (a->b[1] & 0xc0) == 0x80;
}

static size_t
position(const struct nsc_interfaces *t, const struct nsc_interface *i)
{
	return (size_t)(i - t->interface);
}

/* What speaks against an interface by itself: address and limit come later. */
static enum nsc_auto
judge(const struct nsc_interfaces *t, const struct nsc_interface *i, bool decapsulate,
      bool (*readable)(uint16_t type))
{
	const struct nsc_interface *low = bottom(t, i);

	if (!(i->flags & IFF_UP))
		return NSC_AUTO_DOWN;
	if (i->master != 0)
		return NSC_AUTO_MASTER;
	if (!readable(i->type))
		return NSC_AUTO_LINK_TYPE;
	if (decapsulate && is_tunnel_kind(i->kind))
		return NSC_AUTO_TUNNEL;
	/* If the lower device is not captured, the stacked one is the only place. */
	if (low != i && low->master == 0 && (low->flags & IFF_UP) && readable(low->type))
		return NSC_AUTO_STACKED;
	return NSC_AUTO_CAPTURED;
}

static void
raise_rank(struct nsc_auto_choice *c, uint8_t rank)
{
	if (rank > c->rank)
		c->rank = rank;
}

/* A stacked device's address makes its lower device wanted, even if that owns none. */
static void
rank_all(const struct nsc_interfaces *t, struct nsc_auto_choice *choice)
{
	for (size_t n = 0; n < t->addresses; n++) {
		const struct nsc_interface *i =
			nsc_interfaces_find(t, t->address[n].ifindex);

		if (i != NULL)
			raise_rank(&choice[position(t, i)],
				   is_link_local(&t->address[n].addr) ? 1 : 2);
	}
	for (size_t n = 0; n < t->interfaces; n++) {
		const struct nsc_interface *i = &t->interface[n];

		if (i->flags & IFF_LOOPBACK)
			raise_rank(&choice[n], 3);
		if (choice[n].verdict == NSC_AUTO_STACKED)
			raise_rank(&choice[position(t, bottom(t, i))], choice[n].rank);
	}
	for (size_t n = 0; n < t->interfaces; n++)
		if (choice[n].verdict == NSC_AUTO_CAPTURED && choice[n].rank == 0)
			choice[n].verdict = NSC_AUTO_NO_ADDRESS;
}

/* Of a pair with both ends wanted here, the lower ifindex. */
static void
part_pairs(const struct nsc_interfaces *t, struct nsc_auto_choice *choice)
{
	for (size_t n = 0; n < t->interfaces; n++) {
		const struct nsc_interface *i = &t->interface[n], *peer;

		if (choice[n].verdict != NSC_AUTO_CAPTURED ||
		    strcmp(i->kind, "veth") != 0 || i->link_elsewhere ||
		    i->link <= i->ifindex)
			continue;
		peer = nsc_interfaces_find(t, i->link);
		if (peer == NULL || strcmp(peer->kind, "veth") != 0 ||
		    peer->link != i->ifindex || peer->link_elsewhere)
			continue;
		if (choice[position(t, peer)].verdict == NSC_AUTO_CAPTURED)
			choice[position(t, peer)].verdict = NSC_AUTO_PEER;
	}
}

static size_t
limit(const struct nsc_interfaces *t, struct nsc_auto_choice *choice)
{
	size_t taken = 0;

	for (int rank = 3; rank > 0; rank--)
		for (size_t n = 0; n < t->interfaces; n++) {
			if (choice[n].verdict != NSC_AUTO_CAPTURED ||
			    choice[n].rank != rank)
				continue;
			if (taken < NSC_AUTO_MOST)
				taken++;
			else
				choice[n].verdict = NSC_AUTO_LIMIT;
		}
	return taken;
}

size_t
nsc_auto_choose(const struct nsc_interfaces *t, bool decapsulate,
		bool (*readable)(uint16_t type), struct nsc_auto_choice *choice)
{
	for (size_t n = 0; n < t->interfaces; n++)
		choice[n] = (struct nsc_auto_choice){
			.verdict =
				(uint8_t)judge(t, &t->interface[n], decapsulate, readable)};
	rank_all(t, choice);
	part_pairs(t, choice);
	return limit(t, choice);
}
