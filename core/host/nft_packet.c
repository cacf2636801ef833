/* SPDX-License-Identifier: MIT */
/* What meta, ct, fib and payload say of the packet that is asked about. */
#include "host/nft_packet.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <string.h>

enum {
	REGISTER = 16,			/* octets of the widest value but a concatenation */
	V4_SOURCE = 12, V4_DEST = 16, V4_LEN = 20,
	V6_SOURCE = 8, V6_DEST = 24, V6_LEN = 40,
	TCP_LEN = 20, UDP_LEN = 8,
};

static void
know_source(struct nsc_knowledge *k, unsigned at, unsigned len)
{
	for (unsigned i = 0; i < len; i++)
		k->source[at + i] = (uint8_t)(i + 1);
}

static void
write_network(struct nsc_nft_packet *p)
{
	const struct nsc_nft_question *q = p->question;
	static const uint8_t no_fragment[2] = {0, 0};

	if (p->v4) {
		nsc_know(&p->network, 0, (const uint8_t[]){0x45}, 1);
		/* DF is the sender's to set; offset and MF are 0. */
		nsc_know(&p->network, 6, no_fragment, 2);
		p->network.known[6] = (uint8_t)~0x40;
		nsc_know(&p->network, 9, &q->proto, 1);
		know_source(&p->network, V4_SOURCE, 4);
		nsc_know(&p->network, V4_DEST, q->addr.b + 12, 4);
		return;
	}
	nsc_know(&p->network, 0, (const uint8_t[]){0x60}, 1);
	p->network.known[0] = 0xf0;
	nsc_know(&p->network, 6, &q->proto, 1);
	know_source(&p->network, V6_SOURCE, 16);
	nsc_know(&p->network, V6_DEST, q->addr.b, 16);
}

static void
write_transport(struct nsc_nft_packet *p)
{
	const struct nsc_nft_question *q = p->question;
	uint16_t port = htons(q->port);

	if (!p->any_port)
		nsc_know(&p->transport, 2, &port, 2);
	if (q->proto == IPPROTO_TCP) {
		nsc_know(&p->transport, 8, (const uint8_t[4]){0}, 4);	/* no acknowledgement */
		nsc_know(&p->transport, 13, (const uint8_t[]){0x02}, 1);
		p->transport.known[13] = 0x3f;	/* ECE and CWR are the sender's (RFC 3168) */
	}
}

void
nsc_nft_packet(struct nsc_nft_packet *p, const struct nsc_nft_question *q,
	       const struct nsc_nft *n, bool any_port)
{
	*p = (struct nsc_nft_packet){
		.question = q,
		.v4 = nsc_addr_is_v4(&q->addr),
		/* Who comes by another port may have been marked on its way. */
		.mark = nsc_nft_mark(0, any_port && n->marks ? 0 : UINT32_MAX),
		.ct_mark = nsc_nft_mark(0, any_port && n->ct_marks ? 0 : UINT32_MAX),
		.any_port = any_port,
		.ct_state = NF_CT_STATE_BIT(IP_CT_NEW),
		.ct_state_known = UINT32_MAX,
	};
	p->doubt.kind = q->source;
	p->doubt.octets = p->v4 ? 4 : 16;
	write_network(p);
	write_transport(p);
}

bool
nsc_nft_untracked(const struct nsc_nft_packet *p)
{
	return (p->ct_state & p->ct_state_known & NF_CT_STATE_UNTRACKED_BIT) != 0;
}

void
nsc_nft_untrack(struct nsc_nft_packet *p, bool maybe)
{
	uint32_t both = NF_CT_STATE_BIT(IP_CT_NEW) | NF_CT_STATE_UNTRACKED_BIT;

	if (maybe) {
		p->ct_state_known &= ~both;
	} else {
		p->ct_state = NF_CT_STATE_UNTRACKED_BIT;
		p->ct_state_known = UINT32_MAX;
	}
}

/* --- marks -------------------------------------------------------------------- */

bool
nsc_nft_unmarked(const struct nsc_nft_packet *p)
{
	return p->mark.known == UINT32_MAX && p->mark.value == 0;
}

static struct nsc_nft_mark
register_mark(const struct nsc_knowledge *reg, unsigned at)
{
	uint32_t value, known;

	if (at + 4 > NSC_KNOWLEDGE)
		return nsc_nft_mark(0, 0);
	memcpy(&value, reg->value + at, 4);
	memcpy(&known, reg->known + at, 4);
	return nsc_nft_mark(value, known);
}

/* What iptables' targets make of the marks; `keep` and `take` as xt_MARK.h and xt_connmark.h. */
static void
write_marks(struct nsc_nft_packet *p, const struct nsc_nft_expr *e, bool maybe)
{
	bool of_ct = e->code == NSC_MARKS_CT || e->code == NSC_MARKS_SAVE;
	struct nsc_nft_mark *m = of_ct ? &p->ct_mark : &p->mark;
	struct nsc_nft_mark from, to;
	uint32_t keep, take;

	memcpy(&keep, e->a, 4);
	memcpy(&take, e->b, 4);
	from = e->code == NSC_MARKS_SAVE      ? p->mark
	       : e->code == NSC_MARKS_RESTORE ? p->ct_mark
					      : nsc_nft_mark(UINT32_MAX, UINT32_MAX);
	to = e->invert ? nsc_nft_mark(0, 0) : nsc_nft_mark_mix(*m, keep, from, take);
	nsc_nft_mark_set(m, to, maybe);
}

/* No connection: none of its marks is read or written. */
static bool
has_no_connection(const struct nsc_nft_packet *p)
{
	return p->before_ct || nsc_nft_untracked(p);
}

void
nsc_nft_write_mark(struct nsc_nft_packet *p, const struct nsc_nft_expr *e,
		   const struct nsc_knowledge *reg, bool maybe)
{
	bool marks_ct = e->op == NSC_NFT_CT_SET ||
			(e->op == NSC_NFT_MARKS && e->code != NSC_MARKS_PACKET);

	if (marks_ct && has_no_connection(p))
		return;
	maybe |= marks_ct && p->ct_state_known != UINT32_MAX;
	if (e->op == NSC_NFT_MARKS)
		write_marks(p, e, maybe);
	else if (e->op == NSC_NFT_META_SET && e->code == NFT_META_MARK)
		nsc_nft_mark_set(&p->mark, register_mark(reg, e->sreg), maybe);
	else if (e->op == NSC_NFT_CT_SET && e->code == NFT_CT_MARK)
		nsc_nft_mark_set(&p->ct_mark, register_mark(reg, e->sreg), maybe);
}

/* --- registers ---------------------------------------------------------------- */

/* A number in the machine's own order, as nft keeps them. */
static enum nsc_ternary
know_u32(struct nsc_knowledge *reg, unsigned at, uint32_t value)
{
	nsc_know(reg, at, &value, sizeof value);
	return NSC_YES;
}

static enum nsc_ternary
know_mark(struct nsc_knowledge *reg, unsigned at, struct nsc_nft_mark m)
{
	if (at + 4 <= NSC_KNOWLEDGE) {
		nsc_know(reg, at, &m.value, 4);
		memcpy(reg->known + at, &m.known, 4);
	}
	return NSC_YES;
}

static enum nsc_ternary
know_nothing(struct nsc_knowledge *reg, unsigned at, unsigned len)
{
	nsc_know_nothing(reg, at, len < NSC_KNOWLEDGE - at ? len : NSC_KNOWLEDGE - at);
	return NSC_YES;
}

/* One octet; the rest of its 32-bit register is cleared. */
static enum nsc_ternary
know_u8(struct nsc_knowledge *reg, unsigned at, uint8_t value)
{
	nsc_know(reg, at, (const uint8_t[4]){value}, 4);
	return NSC_YES;
}

static enum nsc_ternary
fetch_meta(const struct nsc_nft_packet *p, unsigned key, unsigned at, struct nsc_knowledge *reg)
{
	const struct nsc_nft_question *q = p->question;
	uint16_t ethertype = htons(p->v4 ? ETH_P_IP : ETH_P_IPV6);
	uint8_t name[16] = {0};

	switch (key) {
	case NFT_META_PROTOCOL:
		nsc_know(reg, at, (const uint8_t[4]){0}, 4);
		nsc_know(reg, at, &ethertype, 2);
		return NSC_YES;
	case NFT_META_NFPROTO:
		return know_u8(reg, at, p->v4 ? NFPROTO_IPV4 : NFPROTO_IPV6);
	case NFT_META_L4PROTO:
		return know_u8(reg, at, q->proto);
	case NFT_META_MARK:
		return know_mark(reg, at, p->mark);
	case NFT_META_IIF:
		return know_u32(reg, at, q->ifindex);
	case NFT_META_IIFNAME:
		memcpy(name, q->interface, strnlen(q->interface, sizeof name));
		nsc_know(reg, at, name, sizeof name);
		return NSC_YES;
	case NFT_META_PKTTYPE:
		return know_u8(reg, at, PACKET_HOST);
	case NFT_META_SECPATH:
		return know_u8(reg, at, 0);
	case NFT_META_SKUID:
	case NFT_META_SKGID:
	case NFT_META_CGROUP:
		know_nothing(reg, at, 4);	/* there is no socket yet, as a rule */
		return NSC_MAYBE;
	default:
		return know_nothing(reg, at, REGISTER);
	}
}

static enum nsc_ternary
fetch_ct(const struct nsc_nft_packet *p, unsigned key, unsigned at, struct nsc_knowledge *reg)
{
	bool untracked = nsc_nft_untracked(p);
	uint32_t known;

	if (key == NFT_CT_STATE && p->before_ct && !untracked)
		return know_u32(reg, at, NF_CT_STATE_INVALID_BIT);
	if (key == NFT_CT_STATE) {
		know_u32(reg, at, p->ct_state);
		memcpy(reg->known + at, &p->ct_state_known, 4);
		return NSC_YES;
	}
	if (p->before_ct || untracked)
		return NSC_NO;		/* no connection: the kernel breaks the rule off */
	switch (key) {
	case NFT_CT_STATUS:
		/* A destination that stays what it was is not called translated (nf_nat_core.c). */
		know_u32(reg, at, 0);
		known = ~(uint32_t)(IPS_SRC_NAT_DONE | IPS_DST_NAT_DONE);
		memcpy(reg->known + at, &known, 4);
		break;
	case NFT_CT_DIRECTION:
		know_u8(reg, at, 0);	/* IP_CT_DIR_ORIGINAL */
		break;
	case NFT_CT_MARK:
		know_mark(reg, at, p->ct_mark);
		break;
	default:
		know_nothing(reg, at, REGISTER);
	}
	return (p->ct_state_known & NF_CT_STATE_UNTRACKED_BIT) != 0 ? NSC_YES : NSC_MAYBE;
}

static enum nsc_ternary
fetch_fib(const struct nsc_nft_packet *p, const struct nsc_nft_expr *e, struct nsc_knowledge *reg)
{
	const struct nsc_nft_question *q = p->question;
	bool source = (e->flags & NFTA_FIB_F_SADDR) != 0;
	bool mark = (e->flags & NFTA_FIB_F_MARK) != 0 && !nsc_nft_unmarked(p);

	/* IPv4 looks into the local table alone, IPv6 for a route. */
	if (e->code == NFT_FIB_RESULT_ADDRTYPE && source && !mark && (p->v4 || q->routed_back))
		return know_u32(reg, e->dreg, RTN_UNICAST);
	if (e->code == NFT_FIB_RESULT_ADDRTYPE && !mark &&
	    ((e->flags & NFTA_FIB_F_IIF) == 0 || q->on_interface))
		return know_u32(reg, e->dreg, RTN_LOCAL);
	/* The reverse path (RFC 3704): back where it came from. */
	if (source && !mark && q->routed_back && (e->flags & NFTA_FIB_F_PRESENT) != 0)
		return know_u8(reg, e->dreg, 1);
	if (source && !mark && q->routed_back && e->code == NFT_FIB_RESULT_OIF)
		return know_u32(reg, e->dreg, q->ifindex);
	return know_nothing(reg, e->dreg, REGISTER);
}

/* Registers are filled up to whole 32 bits with zeros. */
static enum nsc_ternary
fetch_payload(const struct nsc_nft_packet *p, const struct nsc_nft_expr *e,
	      struct nsc_knowledge *reg)
{
	const struct nsc_knowledge *from = e->code == NFT_PAYLOAD_NETWORK_HEADER ? &p->network
					   : e->code == NFT_PAYLOAD_TRANSPORT_HEADER ? &p->transport
					   : NULL;
	unsigned transport = p->question->proto == IPPROTO_TCP ? TCP_LEN : UDP_LEN;
	unsigned network = p->v4 ? V4_LEN : V6_LEN;
	unsigned room = from == &p->network ? network : transport;
	unsigned whole = (e->len + 3u) & ~3u;

	if (whole + e->dreg > NSC_KNOWLEDGE)
		return NSC_MAYBE;
	nsc_know(reg, e->dreg, (const uint8_t[NSC_KNOWLEDGE]){0}, whole);
	if (from == NULL || e->offset > room || e->len > room - e->offset) {
		nsc_know_nothing(reg, e->dreg, e->len);
		return NSC_MAYBE;	/* options and data may be there or not */
	}
	memcpy(reg->value + e->dreg, from->value + e->offset, e->len);
	memcpy(reg->known + e->dreg, from->known + e->offset, e->len);
	memcpy(reg->source + e->dreg, from->source + e->offset, e->len);
	memcpy(reg->masked + e->dreg, from->masked + e->offset, e->len);
	return NSC_YES;
}

enum nsc_ternary
nsc_nft_fetch(const struct nsc_nft_packet *p, const struct nsc_nft_expr *e,
	      struct nsc_knowledge *reg)
{
	switch (e->op) {
	case NSC_NFT_META:
		return fetch_meta(p, e->code, e->dreg, reg);
	case NSC_NFT_CT:
		return fetch_ct(p, e->code, e->dreg, reg);
	case NSC_NFT_FIB:
		return fetch_fib(p, e, reg);
	case NSC_NFT_PAYLOAD:
		return fetch_payload(p, e, reg);
	default:			/* headers and options that may be absent, chance */
		know_nothing(reg, e->dreg, e->len);
		return NSC_MAYBE;
	}
}
