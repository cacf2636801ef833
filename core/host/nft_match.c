/* SPDX-License-Identifier: MIT */
/* iptables' matches against the packet that is asked about (net/netfilter/xt_*.c). */
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/xt_conntrack.h>
#include <linux/netfilter/xt_iprange.h>
#include <linux/netfilter/xt_rpfilter.h>
#include <linux/netfilter/xt_tcpudp.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "host/nft_packet.h"

static enum nsc_ternary
truth(bool yes)
{
	return yes ? NSC_YES : NSC_NO;
}

static uint32_t
u32(const uint8_t *from)
{
	uint32_t x;

	memcpy(&x, from, sizeof x);
	return x;
}

static uint16_t
u16(const uint8_t *from)
{
	uint16_t x;

	memcpy(&x, from, sizeof x);
	return x;
}

/* Without a connection only its state can be asked for.  No other state or status is set yet. */
static enum nsc_ternary
match_ct(const struct nsc_nft_packet *p, const struct nsc_nft_expr *e)
{
	bool untracked = nsc_nft_untracked(p), none = p->before_ct || untracked;
	uint32_t state = p->ct_state, others;
	uint32_t unsure = IPS_SRC_NAT_DONE | IPS_DST_NAT_DONE;
	enum nsc_ternary t = NSC_YES;

	if (p->ct_state_known != UINT32_MAX)
		return NSC_MAYBE;
	if (untracked)
		state = XT_CONNTRACK_STATE_UNTRACKED;
	else if (none)
		state = XT_CONNTRACK_STATE_INVALID;
	if ((e->flags & XT_CONNTRACK_STATE) != 0)
		t = truth(((u32(e->a) & state) != 0) != ((e->offset & XT_CONNTRACK_STATE) != 0));
	if (none)
		return (e->flags & XT_CONNTRACK_STATE) != 0 ? t : NSC_NO;
	if ((e->flags & XT_CONNTRACK_DIRECTION) != 0)
		t = nsc_ternary_and(t, truth((e->offset & XT_CONNTRACK_DIRECTION) == 0));
	if ((e->flags & XT_CONNTRACK_STATUS) != 0 && (u32(e->b) & unsure) != 0)
		t = nsc_ternary_and(t, NSC_MAYBE);
	else if ((e->flags & XT_CONNTRACK_STATUS) != 0)
		t = nsc_ternary_and(t, truth((e->offset & XT_CONNTRACK_STATUS) != 0));
	others = e->flags & ~(uint32_t)(XT_CONNTRACK_STATE | XT_CONNTRACK_STATE_ALIAS |
					XT_CONNTRACK_DIRECTION | XT_CONNTRACK_STATUS);
	return others == 0 ? t : nsc_ternary_and(t, NSC_MAYBE);
}

enum { RTN6_ROUTED = 1u << RTN_LOCAL | 1u << RTN_ANYCAST | 1u << RTN_UNREACHABLE };

/* IPv6 asks for every one of these types, IPv4 for one of them (xt_addrtype.c). */
static enum nsc_ternary
is_of_type(const struct nsc_nft_packet *p, uint32_t types, bool source)
{
	uint32_t own = source ? 1u << RTN_UNICAST : 1u << RTN_LOCAL;

	if (types == 0)
		return NSC_YES;
	if (p->v4)
		return truth((types & own) != 0);
	if ((types & (1u << RTN_MULTICAST | 1u << RTN_UNSPEC)) != 0)
		return NSC_NO;
	if ((types & RTN6_ROUTED) == 0)
		return NSC_YES;
	if (source && (types & 1u << RTN_UNREACHABLE) != 0)
		return NSC_MAYBE;
	return truth((types & RTN6_ROUTED & own) != 0);
}

static enum nsc_ternary
match_type(const struct nsc_nft_packet *p, const struct nsc_nft_expr *e)
{
	uint32_t source = e->flags >> 16, dest = e->flags & 0xffff;
	enum nsc_ternary from = is_of_type(p, source, true), to = is_of_type(p, dest, false);

	if (dest != 0 && e->a[2] != 0 && !p->question->on_interface)
		to = NSC_MAYBE;
	if (source != 0 && e->a[0] != 0)
		from = nsc_ternary_not(from);
	if (dest != 0 && e->a[1] != 0)
		to = nsc_ternary_not(to);
	return nsc_ternary_and(from, to);
}

static enum nsc_ternary
match_ports(const struct nsc_nft_packet *p, const struct nsc_nft_expr *e)
{
	bool dest = e->offset != 0;

	for (unsigned i = 0; dest && !p->any_port && i < e->len; i++)
		if (u16(e->a + 2 * i) <= p->question->port && p->question->port <= u16(e->b + 2 * i))
			return NSC_YES;
	return e->offset == 2 && !p->any_port ? NSC_NO : NSC_MAYBE;
}

static enum nsc_ternary
port_within(const uint8_t *range, bool known, uint16_t port)
{
	if (u16(range) == 0 && u16(range + 2) == UINT16_MAX)
		return NSC_YES;
	return known ? truth(u16(range) <= port && port <= u16(range + 2)) : NSC_MAYBE;
}

static enum nsc_ternary
inverted(enum nsc_ternary t, bool invert)
{
	return invert ? nsc_ternary_not(t) : t;
}

/* Also UDP, whose flags nobody asks for. */
static enum nsc_ternary
match_tcp(const struct nsc_nft_packet *p, const struct nsc_nft_expr *e)
{
	enum nsc_ternary from = port_within(e->a, false, 0);
	enum nsc_ternary to = port_within(e->a + 4, !p->any_port, p->question->port);
	uint8_t mask = (uint8_t)(e->flags >> 8), value = (uint8_t)e->flags;
	const struct nsc_knowledge *k = &p->transport;
	enum nsc_ternary flags = NSC_YES;

	if (mask != 0 && ((k->value[13] ^ value) & mask & k->known[13]) != 0)
		flags = NSC_NO;
	else if (mask != 0 && (mask & ~k->known[13]) != 0)
		flags = NSC_MAYBE;
	from = inverted(from, (e->offset & XT_TCP_INV_SRCPT) != 0);
	to = inverted(to, (e->offset & XT_TCP_INV_DSTPT) != 0);
	flags = inverted(flags, (e->offset & XT_TCP_INV_FLAGS) != 0);
	return nsc_ternary_and(from, nsc_ternary_and(to, flags));
}

static enum nsc_ternary
match_range(const struct nsc_nft_packet *p, const struct nsc_nft_expr *e)
{
	const uint8_t *own = p->question->addr.b + (p->v4 ? 12 : 0);
	unsigned len = p->doubt.octets;
	enum nsc_ternary from = NSC_YES, to = NSC_YES;

	if ((e->flags & IPRANGE_SRC) != 0)
		from = inverted(nsc_source_within(p->doubt.kind, len, e->a, e->b),
				(e->flags & IPRANGE_SRC_INV) != 0);
	if ((e->flags & IPRANGE_DST) != 0)
		to = inverted(truth(memcmp(e->a + 16, own, len) <= 0 &&
				    memcmp(own, e->b + 16, len) <= 0),
			      (e->flags & IPRANGE_DST_INV) != 0);
	return nsc_ternary_and(from, to);
}

/* A packet of no connection has no mark of one: no match, whether inverted or not. */
static enum nsc_ternary
match_mark(const struct nsc_nft_packet *p, const struct nsc_nft_expr *e)
{
	bool of_ct = e->offset != 0;
	struct nsc_nft_mark m = of_ct ? p->ct_mark : p->mark;
	uint32_t value = u32(e->a), mask = u32(e->b);
	enum nsc_ternary t = NSC_YES;

	if (of_ct && (p->before_ct || nsc_nft_untracked(p)))
		return NSC_NO;
	if (((m.value & mask) ^ value) & (m.known | ~mask))
		t = NSC_NO;
	else if ((mask & ~m.known) != 0)
		t = NSC_MAYBE;
	t = inverted(t, e->invert);
	return of_ct && p->ct_state_known != UINT32_MAX ? nsc_ternary_and(t, NSC_MAYBE) : t;
}

/* The way back (RFC 3704); a mark may choose another routing table. */
static enum nsc_ternary
match_reverse(const struct nsc_nft_packet *p, const struct nsc_nft_expr *e)
{
	enum nsc_ternary t = p->question->routed_back ? NSC_YES : NSC_MAYBE;

	if ((e->flags & XT_RPFILTER_VALID_MARK) != 0 && !nsc_nft_unmarked(p))
		t = NSC_MAYBE;
	return inverted(t, (e->flags & XT_RPFILTER_INVERT) != 0);
}

enum nsc_ternary
nsc_nft_matches(const struct nsc_nft_packet *p, const struct nsc_nft_expr *e)
{
	switch (e->code) {
	case NSC_MATCH_CT:
		return match_ct(p, e);
	case NSC_MATCH_ADDRTYPE:
		return match_type(p, e);
	case NSC_MATCH_PORTS:
		return inverted(match_ports(p, e), e->invert);
	case NSC_MATCH_TCP:
		return match_tcp(p, e);
	case NSC_MATCH_RANGE:
		return match_range(p, e);
	case NSC_MATCH_MARK:
		return match_mark(p, e);
	case NSC_MATCH_REVERSE:
		return match_reverse(p, e);
	default:
		return NSC_MAYBE;
	}
}
