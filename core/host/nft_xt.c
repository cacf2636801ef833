/* SPDX-License-Identifier: MIT */
/*
 * iptables' own matches within nftables' rules (iptables-nft).  One that is not understood is a
 * doubt, never a no.
 */
#include <linux/if_packet.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <linux/netfilter/xt_addrtype.h>
#include <linux/netfilter/xt_conntrack.h>
#include <linux/netfilter/xt_iprange.h>
#include <linux/netfilter/xt_mark.h>
#include <linux/netfilter/xt_multiport.h>
#include <linux/netfilter/xt_pkttype.h>
#include <linux/netfilter/xt_policy.h>
#include <linux/netfilter/xt_recent.h>
#include <linux/netfilter/xt_rpfilter.h>
#include <linux/netfilter/xt_tcpudp.h>

#include "host/nft_xt.h"

static bool
match_conntrack(struct nsc_nft_expr *e, const struct nsc_xt *b)
{
	struct xt_conntrack_mtinfo3 m;

	if (b->revision != 3 || !nsc_xt_take(b, &m, sizeof m))
		return false;
	e->code = NSC_MATCH_CT;
	e->flags = m.match_flags;
	e->offset = m.invert_flags;
	nsc_xt_put(e->a, m.state_mask);
	nsc_xt_put(e->b, m.status_mask);
	return true;
}

static bool
match_addrtype(struct nsc_nft_expr *e, const struct nsc_xt *b)
{
	struct xt_addrtype_info_v1 m;

	if (b->revision != 1 || !nsc_xt_take(b, &m, sizeof m) ||
	    (m.flags & XT_ADDRTYPE_LIMIT_IFACE_OUT) != 0)
		return false;
	e->code = NSC_MATCH_ADDRTYPE;
	e->flags = (uint32_t)m.source << 16 | m.dest;
	e->a[0] = (m.flags & XT_ADDRTYPE_INVERT_SOURCE) != 0;
	e->a[1] = (m.flags & XT_ADDRTYPE_INVERT_DEST) != 0;
	e->a[2] = (m.flags & XT_ADDRTYPE_LIMIT_IFACE_IN) != 0;
	return true;
}

static bool
match_multiport(struct nsc_nft_expr *e, const struct nsc_xt *b)
{
	struct xt_multiport_v1 m;

	if (b->revision != 1 || !nsc_xt_take(b, &m, sizeof m) || m.count > XT_MULTI_PORTS)
		return false;
	e->code = NSC_MATCH_PORTS;
	e->offset = m.flags == XT_MULTIPORT_SOURCE        ? 0
		    : m.flags == XT_MULTIPORT_DESTINATION ? 2
							  : 4;
	e->invert = m.invert != 0;
	for (unsigned i = 0; i < m.count; i++) {
		uint16_t low = m.ports[i], high = low;

		if (m.pflags[i] != 0 && i + 1 < m.count)
			high = m.ports[++i];
		memcpy(e->a + 2 * e->len, &low, 2);
		memcpy(e->b + 2 * e->len, &high, 2);
		e->len++;
	}
	return true;
}

static bool
match_tcp(struct nsc_nft_expr *e, const struct nsc_xt *b)
{
	struct xt_tcp m;

	if (b->revision != 0 || !nsc_xt_take(b, &m, sizeof m) || m.option != 0)
		return false;
	e->code = NSC_MATCH_TCP;
	e->offset = m.invflags;
	e->flags = (uint32_t)m.flg_mask << 8 | m.flg_cmp;
	memcpy(e->a, m.spts, sizeof m.spts);
	memcpy(e->a + 4, m.dpts, sizeof m.dpts);
	return true;
}

static bool
match_udp(struct nsc_nft_expr *e, const struct nsc_xt *b)
{
	struct xt_udp m;

	if (b->revision != 0 || !nsc_xt_take(b, &m, sizeof m))
		return false;
	e->code = NSC_MATCH_TCP;
	e->offset = m.invflags & XT_UDP_INV_MASK;	/* the same bits */
	memcpy(e->a, m.spts, sizeof m.spts);
	memcpy(e->a + 4, m.dpts, sizeof m.dpts);
	return true;
}

static bool
match_iprange(struct nsc_nft_expr *e, const struct nsc_xt *b)
{
	struct xt_iprange_mtinfo m;

	if (b->revision != 1 || !nsc_xt_take(b, &m, sizeof m))
		return false;
	e->code = NSC_MATCH_RANGE;
	e->flags = m.flags;
	memcpy(e->a, &m.src_min, 16);
	memcpy(e->b, &m.src_max, 16);
	memcpy(e->a + 16, &m.dst_min, 16);
	memcpy(e->b + 16, &m.dst_max, 16);
	return true;
}

/* Both have one form (xt_mark_mtinfo1, xt_connmark_mtinfo1). */
static bool
match_mark(struct nsc_nft_expr *e, const struct nsc_xt *b)
{
	struct xt_mark_mtinfo1 m;

	if (b->revision != 1 || !nsc_xt_take(b, &m, sizeof m))
		return false;
	e->code = NSC_MATCH_MARK;
	e->invert = m.invert != 0;
	nsc_xt_put(e->a, m.mark);
	nsc_xt_put(e->b, m.mask);
	return true;
}

static bool
match_connmark(struct nsc_nft_expr *e, const struct nsc_xt *b)
{
	e->offset = 1;
	return match_mark(e, b);
}

static bool
match_rpfilter(struct nsc_nft_expr *e, const struct nsc_xt *b)
{
	struct xt_rpfilter_info m;

	if (b->revision != 0 || !nsc_xt_take(b, &m, sizeof m))
		return false;
	e->code = NSC_MATCH_REVERSE;
	e->flags = m.flags;
	return true;
}

/* To be set is always true; all else depends on who came before. */
static bool
match_recent(struct nsc_nft_expr *e, const struct nsc_xt *b)
{
	struct xt_recent_mtinfo m;	/* revision 1 begins alike */

	if (b->revision > 1 || !nsc_xt_take(b, &m, sizeof m) || m.check_set != XT_RECENT_SET ||
	    m.invert != 0)
		return false;
	e->op = NSC_NFT_PASS;
	return true;
}

static bool
match_nothing(struct nsc_nft_expr *e, const struct nsc_xt *b)
{
	(void)b;
	e->op = NSC_NFT_PASS;
	return true;
}

static bool
match_pkttype(struct nsc_nft_expr *e, const struct nsc_xt *b)
{
	struct xt_pkttype_info m;

	if (b->revision != 0 || !nsc_xt_take(b, &m, sizeof m))
		return false;
	e->op = (m.pkttype == PACKET_HOST) != (m.invert != 0) ? NSC_NFT_PASS : NSC_NFT_NEVER;
	return true;
}

/* Our packet came through no IPsec. */
static bool
match_policy(struct nsc_nft_expr *e, const struct nsc_xt *b)
{
	struct xt_policy_info m;

	if (b->revision != 0 || !nsc_xt_take(b, &m, sizeof m) || (m.flags & XT_POLICY_MATCH_IN) == 0)
		return false;
	e->op = (m.flags & XT_POLICY_MATCH_NONE) != 0 ? NSC_NFT_PASS : NSC_NFT_NEVER;
	return true;
}

/* IPv6's headers between the addresses and the ports: our packet has none, inverted or not. */
static bool
match_header(struct nsc_nft_expr *e, const struct nsc_xt *b)
{
	(void)b;
	e->op = NSC_NFT_NEVER;
	return true;
}

static const struct {
	const char *name;
	bool (*parse)(struct nsc_nft_expr *e, const struct nsc_xt *b);
} matches[] = {
	{"conntrack", match_conntrack}, {"addrtype", match_addrtype},
	{"multiport", match_multiport}, {"comment", match_nothing}, {"tcp", match_tcp},
	{"udp", match_udp}, {"iprange", match_iprange}, {"mark", match_mark},
	{"connmark", match_connmark}, {"rpfilter", match_rpfilter}, {"recent", match_recent},
	{"pkttype", match_pkttype}, {"policy", match_policy},
	{"rt", match_header}, {"frag", match_header}, {"hbh", match_header}, {"dst", match_header},
};

void
nsc_nft_match(struct nsc_nft_expr *e, const struct nlattr *const tb[NSC_NFT_ATTRS])
{
	const char *name = nsc_nft_text(tb[NFTA_MATCH_NAME]);
	struct nsc_xt b = nsc_xt_of(tb[NFTA_MATCH_INFO], tb[NFTA_MATCH_REV]);

	for (size_t i = 0; i < sizeof matches / sizeof matches[0]; i++) {
		if (strcmp(name, matches[i].name) != 0)
			continue;
		e->op = NSC_NFT_MATCH;
		if (matches[i].parse(e, &b))
			return;
	}
	e->op = NSC_NFT_DOUBT;
}
