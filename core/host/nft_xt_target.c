/* SPDX-License-Identifier: MIT */
/* iptables' own targets within nftables' rules; one that is not understood may do anything. */
#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_tuple_common.h>
#include <linux/netfilter/nf_nat.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <linux/netfilter/xt_CT.h>
#include <linux/netfilter/xt_connmark.h>
#include <linux/netfilter/xt_mark.h>

#include "host/nft_xt.h"

static bool
target_pass(struct nsc_nft_expr *e, const struct nsc_xt *b)
{
	(void)b;
	e->op = NSC_NFT_PASS;
	return true;
}

static bool
target_reject(struct nsc_nft_expr *e, const struct nsc_xt *b)
{
	(void)b;
	e->op = NSC_NFT_REJECT;
	return true;
}

static bool
target_mark(struct nsc_nft_expr *e, const struct nsc_xt *b)
{
	struct xt_mark_tginfo2 t;

	if (b->revision != 2 || !nsc_xt_take(b, &t, sizeof t))
		return false;
	e->op = NSC_NFT_MARKS;
	e->code = NSC_MARKS_PACKET;
	nsc_xt_put(e->a, ~t.mask);
	nsc_xt_put(e->b, t.mark);
	return true;
}

static bool
target_connmark(struct nsc_nft_expr *e, const struct nsc_xt *b)
{
	struct xt_connmark_tginfo1 t;
	struct xt_connmark_tginfo2 shifted = {.shift_bits = 0};

	if (!nsc_xt_take(b, &t, sizeof t) || b->revision < 1 || b->revision > 2 ||
	    (b->revision == 2 && !nsc_xt_take(b, &shifted, sizeof shifted)))
		return false;
	if (b->revision == 2)
		t.mode = shifted.mode;
	e->op = NSC_NFT_MARKS;
	e->invert = shifted.shift_bits != 0;
	switch (t.mode) {
	case XT_CONNMARK_SET:
		e->code = NSC_MARKS_CT;
		nsc_xt_put(e->a, ~t.ctmask);
		nsc_xt_put(e->b, t.ctmark);
		return true;
	case XT_CONNMARK_SAVE:
		e->code = NSC_MARKS_SAVE;
		nsc_xt_put(e->a, ~t.ctmask);
		nsc_xt_put(e->b, t.nfmask);
		return true;
	case XT_CONNMARK_RESTORE:
		e->code = NSC_MARKS_RESTORE;
		nsc_xt_put(e->a, ~t.nfmask);
		nsc_xt_put(e->b, t.ctmask);
		return true;
	default:
		return false;
	}
}

/* -j CT --notrack; helpers, zones and events change nothing for a first packet. */
static bool
target_ct(struct nsc_nft_expr *e, const struct nsc_xt *b)
{
	struct xt_ct_target_info t;	/* revisions 1 and 2 begin alike */

	if (b->revision > 2 || !nsc_xt_take(b, &t, sizeof t))
		return false;
	e->op = (t.flags & XT_CT_NOTRACK) != 0 ? NSC_NFT_NOTRACK : NSC_NFT_PASS;
	return true;
}

static bool
target_notrack(struct nsc_nft_expr *e, const struct nsc_xt *b)
{
	(void)b;
	e->op = NSC_NFT_NOTRACK;
	return true;
}

/* Masquerading and the like happen where our packet does not come. */
static bool
target_accept(struct nsc_nft_expr *e, const struct nsc_xt *b)
{
	(void)b;
	e->op = NSC_NFT_VERDICT;
	e->verdict = NF_ACCEPT;
	return true;
}

static bool
target_dnat(struct nsc_nft_expr *e, const struct nsc_xt *b)
{
	struct nf_nat_range r;		/* revisions 1 and 2 (nf_nat_range2) begin alike */

	if ((b->revision != 1 && b->revision != 2) || !nsc_xt_take(b, &r, sizeof r))
		return false;
	e->op = NSC_NFT_NAT;
	e->flags = NSC_NFT_NAT_CONSTANT |
		   ((r.flags & NF_NAT_RANGE_MAP_IPS) != 0 ? NSC_NFT_NAT_ADDR : 0) |
		   ((r.flags & NF_NAT_RANGE_PROTO_SPECIFIED) != 0 ? NSC_NFT_NAT_PORT : 0);
	memcpy(e->a, &r.min_addr, sizeof r.min_addr);
	memcpy(e->b, &r.min_proto, 2);
	if (memcmp(&r.min_addr, &r.max_addr, sizeof r.min_addr) != 0 ||
	    memcmp(&r.min_proto, &r.max_proto, 2) != 0)
		e->flags |= NSC_NFT_NAT_RANGE;
	return true;
}

static bool
target_redirect(struct nsc_nft_expr *e, const struct nsc_xt *b)
{
	struct nf_nat_ipv4_multi_range_compat r;

	if (b->revision != 0 || !nsc_xt_take(b, &r, sizeof r) || r.rangesize != 1)
		return false;
	e->op = NSC_NFT_NAT;
	e->flags = NSC_NFT_NAT_CONSTANT | NSC_NFT_NAT_OWN |
		   ((r.range[0].flags & NF_NAT_RANGE_PROTO_SPECIFIED) != 0 ? NSC_NFT_NAT_PORT : 0);
	memcpy(e->b, &r.range[0].min, 2);
	if (memcmp(&r.range[0].min, &r.range[0].max, 2) != 0)
		e->flags |= NSC_NFT_NAT_RANGE;
	return true;
}

static const struct {
	const char *name;
	bool (*parse)(struct nsc_nft_expr *e, const struct nsc_xt *b);
} targets[] = {
	{"REJECT", target_reject}, {"DNAT", target_dnat}, {"REDIRECT", target_redirect},
	{"MARK", target_mark}, {"CONNMARK", target_connmark}, {"CT", target_ct},
	{"NOTRACK", target_notrack}, {"SNAT", target_accept}, {"MASQUERADE", target_accept},
	{"LOG", target_pass}, {"NFLOG", target_pass}, {"AUDIT", target_pass},
	{"TRACE", target_pass}, {"TEE", target_pass}, {"SET", target_pass},
	{"TCPMSS", target_pass}, {"TCPOPTSTRIP", target_pass}, {"CHECKSUM", target_pass},
	{"CLASSIFY", target_pass}, {"DSCP", target_pass}, {"TOS", target_pass},
	{"SECMARK", target_pass}, {"CONNSECMARK", target_pass},
};

void
nsc_nft_target(struct nsc_nft_expr *e, const struct nlattr *const tb[NSC_NFT_ATTRS])
{
	const char *name = nsc_nft_text(tb[NFTA_TARGET_NAME]);
	struct nsc_xt b = nsc_xt_of(tb[NFTA_TARGET_INFO], tb[NFTA_TARGET_REV]);

	for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++)
		if (strcmp(name, targets[i].name) == 0 && targets[i].parse(e, &b))
			return;
	e->op = NSC_NFT_STRANGE;
}
