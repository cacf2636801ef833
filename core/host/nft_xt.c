/* SPDX-License-Identifier: MIT */
/*
 * iptables' own matches and targets within nftables' rules (iptables-nft).  One that is not
 * understood is a doubt, never a no.
 */
#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_tuple_common.h>
#include <linux/netfilter/nf_nat.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <linux/netfilter/xt_MARK.h>
#include <linux/netfilter/xt_addrtype.h>
#include <linux/netfilter/xt_conntrack.h>
#include <linux/netfilter/xt_multiport.h>
#include <string.h>

#include "host/nft_expr.h"

struct blob {
	const void *info;
	unsigned len;
	uint32_t revision;
};

/* The kernel pads these structures to 8 octets. */
static bool
take(const struct blob *b, void *to, size_t size)
{
	if (b->len < size)
		return false;
	memcpy(to, b->info, size);
	return true;
}

static bool
match_conntrack(struct nsc_nft_expr *e, const struct blob *b)
{
	struct xt_conntrack_mtinfo3 m;

	if (b->revision != 3 || !take(b, &m, sizeof m))
		return false;
	if (m.match_flags == XT_CONNTRACK_STATE || m.match_flags == XT_CONNTRACK_STATE_ALIAS) {
		e->code = NSC_MATCH_CT_STATE;
		e->flags = m.state_mask;
		e->invert = (m.invert_flags & (XT_CONNTRACK_STATE | XT_CONNTRACK_STATE_ALIAS)) != 0;
	} else if (m.match_flags == XT_CONNTRACK_STATUS) {
		e->code = NSC_MATCH_CT_STATUS;
		e->flags = m.status_mask;
		e->invert = (m.invert_flags & XT_CONNTRACK_STATUS) != 0;
	} else {
		return false;
	}
	return true;
}

static bool
match_addrtype(struct nsc_nft_expr *e, const struct blob *b)
{
	struct xt_addrtype_info_v1 m;

	if (b->revision != 1 || !take(b, &m, sizeof m) ||
	    (m.flags & (XT_ADDRTYPE_LIMIT_IFACE_IN | XT_ADDRTYPE_LIMIT_IFACE_OUT)) != 0)
		return false;
	e->code = NSC_MATCH_ADDRTYPE;
	e->flags = (uint32_t)m.source << 16 | m.dest;
	e->a[0] = (m.flags & XT_ADDRTYPE_INVERT_SOURCE) != 0;
	e->a[1] = (m.flags & XT_ADDRTYPE_INVERT_DEST) != 0;
	return true;
}

static bool
match_multiport(struct nsc_nft_expr *e, const struct blob *b)
{
	struct xt_multiport_v1 m;

	if (b->revision != 1 || !take(b, &m, sizeof m) || m.count > XT_MULTI_PORTS)
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
match_nothing(struct nsc_nft_expr *e, const struct blob *b)
{
	(void)b;
	e->op = NSC_NFT_PASS;
	return true;
}

static const struct {
	const char *name;
	bool (*parse)(struct nsc_nft_expr *e, const struct blob *b);
} matches[] = {
	{"conntrack", match_conntrack}, {"addrtype", match_addrtype},
	{"multiport", match_multiport}, {"comment", match_nothing},
};

static struct blob
blob_of(const struct nlattr *info, const struct nlattr *revision)
{
	return (struct blob){
		.info = info != NULL ? mnl_attr_get_payload(info) : NULL,
		.len = info != NULL ? mnl_attr_get_payload_len(info) : 0,
		.revision = nsc_nft_u32(revision),
	};
}

void
nsc_nft_match(struct nsc_nft_expr *e, const struct nlattr *const tb[NSC_NFT_ATTRS])
{
	const char *name = nsc_nft_text(tb[NFTA_MATCH_NAME]);
	struct blob b = blob_of(tb[NFTA_MATCH_INFO], tb[NFTA_MATCH_REV]);

	for (size_t i = 0; i < sizeof matches / sizeof matches[0]; i++) {
		if (strcmp(name, matches[i].name) != 0)
			continue;
		e->op = NSC_NFT_MATCH;
		if (matches[i].parse(e, &b))
			return;
	}
	e->op = NSC_NFT_DOUBT;
}

/* --- targets ----------------------------------------------------------------- */

static bool
target_pass(struct nsc_nft_expr *e, const struct blob *b)
{
	(void)b;
	e->op = NSC_NFT_PASS;
	return true;
}

static bool
target_reject(struct nsc_nft_expr *e, const struct blob *b)
{
	(void)b;
	e->op = NSC_NFT_REJECT;
	return true;
}

static bool
target_mark(struct nsc_nft_expr *e, const struct blob *b)
{
	(void)b;
	e->op = NSC_NFT_META_SET;	/* what it sets is not followed: sreg does not matter */
	e->code = NFT_META_MARK;
	return true;
}

/* Masquerading and the like happen where our packet does not come. */
static bool
target_accept(struct nsc_nft_expr *e, const struct blob *b)
{
	(void)b;
	e->op = NSC_NFT_VERDICT;
	e->verdict = NF_ACCEPT;
	return true;
}

static bool
target_dnat(struct nsc_nft_expr *e, const struct blob *b)
{
	struct nf_nat_range r;		/* revisions 1 and 2 (nf_nat_range2) begin alike */

	if ((b->revision != 1 && b->revision != 2) || !take(b, &r, sizeof r))
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
target_redirect(struct nsc_nft_expr *e, const struct blob *b)
{
	struct nf_nat_ipv4_multi_range_compat r;

	if (b->revision != 0 || !take(b, &r, sizeof r) || r.rangesize != 1)
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
	bool (*parse)(struct nsc_nft_expr *e, const struct blob *b);
} targets[] = {
	{"REJECT", target_reject}, {"DNAT", target_dnat}, {"REDIRECT", target_redirect},
	{"MARK", target_mark}, {"CONNMARK", target_mark}, {"LOG", target_pass},
	{"NFLOG", target_pass}, {"TCPMSS", target_pass}, {"CHECKSUM", target_pass},
	{"CLASSIFY", target_pass}, {"TEE", target_pass}, {"SNAT", target_accept},
	{"MASQUERADE", target_accept},
};

void
nsc_nft_target(struct nsc_nft_expr *e, const struct nlattr *const tb[NSC_NFT_ATTRS])
{
	const char *name = nsc_nft_text(tb[NFTA_TARGET_NAME]);
	struct blob b = blob_of(tb[NFTA_TARGET_INFO], tb[NFTA_TARGET_REV]);

	for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++)
		if (strcmp(name, targets[i].name) == 0 && targets[i].parse(e, &b))
			return;
	e->op = NSC_NFT_STRANGE;
}
