/* SPDX-License-Identifier: MIT */
/* One function for each expression of nf_tables; what is not listed is STRANGE. */
#include "host/nft_expr.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <string.h>

/* Where a register begins: NFT_REG_1 to 4 have 16 octets, NFT_REG32_00 to 15 four of the same. */
static uint8_t
reg(const struct nlattr *a)
{
	uint32_t r = nsc_nft_u32(a);

	if (r >= NFT_REG_1 && r <= NFT_REG_4)
		return (uint8_t)((r - NFT_REG_1) * 16);
	return r >= NFT_REG32_00 && r <= NFT_REG32_15 ? (uint8_t)((r - NFT_REG32_00) * 4) : 0;
}

/* What a parser needs, and gives. */
struct at {
	struct nsc_nft *nft;
	int32_t table;
	const struct nlattr *tb[NSC_NFT_ATTRS];
	struct nsc_nft_expr *e;
};

static void
parse_pass(struct at *p)
{
	p->e->op = NSC_NFT_PASS;
}

static void
parse_doubt(struct at *p)
{
	p->e->op = NSC_NFT_DOUBT;
}

static void
parse_immediate(struct at *p)
{
	struct nsc_nft_expr *e = p->e;
	const struct nlattr *data = p->tb[NFTA_IMMEDIATE_DATA];
	unsigned len;

	if (nsc_nft_verdict(p->nft, p->table, data, &e->verdict, &e->target)) {
		e->op = NSC_NFT_VERDICT;
		return;
	}
	len = nsc_nft_value(data, e->a, sizeof e->a);
	e->op = len > 0 ? NSC_NFT_VALUE : NSC_NFT_STRANGE;
	e->dreg = reg(p->tb[NFTA_IMMEDIATE_DREG]);
	e->len = (uint8_t)len;
}

/* A comparison whose constant is too long for us goes either way. */
static void
parse_cmp(struct at *p)
{
	unsigned len = nsc_nft_value(p->tb[NFTA_CMP_DATA], p->e->a, sizeof p->e->a);

	p->e->op = len > 0 ? NSC_NFT_CMP : NSC_NFT_DOUBT;
	p->e->sreg = reg(p->tb[NFTA_CMP_SREG]);
	p->e->code = (uint8_t)nsc_nft_u32(p->tb[NFTA_CMP_OP]);
	p->e->len = (uint8_t)len;
}

static void
parse_range(struct at *p)
{
	unsigned low = nsc_nft_value(p->tb[NFTA_RANGE_FROM_DATA], p->e->a, sizeof p->e->a);
	unsigned high = nsc_nft_value(p->tb[NFTA_RANGE_TO_DATA], p->e->b, sizeof p->e->b);

	p->e->op = low > 0 && low == high ? NSC_NFT_RANGE : NSC_NFT_DOUBT;
	p->e->sreg = reg(p->tb[NFTA_RANGE_SREG]);
	p->e->invert = nsc_nft_u32(p->tb[NFTA_RANGE_OP]) == NFT_RANGE_NEQ;
	p->e->len = (uint8_t)low;
}

static void
parse_bitwise(struct at *p)
{
	struct nsc_nft_expr *e = p->e;

	e->sreg = reg(p->tb[NFTA_BITWISE_SREG]);
	e->dreg = reg(p->tb[NFTA_BITWISE_DREG]);
	e->len = (uint8_t)nsc_nft_u32(p->tb[NFTA_BITWISE_LEN]);
	e->op = NSC_NFT_BLANK;
	if (nsc_nft_u32(p->tb[NFTA_BITWISE_OP]) == NFT_BITWISE_MASK_XOR &&
	    nsc_nft_value(p->tb[NFTA_BITWISE_MASK], e->a, sizeof e->a) == e->len &&
	    nsc_nft_value(p->tb[NFTA_BITWISE_XOR], e->b, sizeof e->b) == e->len)
		e->op = NSC_NFT_BITWISE;
}

static void
parse_byteorder(struct at *p)
{
	p->e->op = NSC_NFT_BYTEORDER;
	p->e->sreg = reg(p->tb[NFTA_BYTEORDER_SREG]);
	p->e->dreg = reg(p->tb[NFTA_BYTEORDER_DREG]);
	p->e->len = (uint8_t)nsc_nft_u32(p->tb[NFTA_BYTEORDER_LEN]);
	p->e->code = (uint8_t)nsc_nft_u32(p->tb[NFTA_BYTEORDER_SIZE]);
}

static void
parse_lookup(struct at *p)
{
	struct nsc_nft_expr *e = p->e;

	e->target = nsc_nft_set_named(p->nft, p->table, nsc_nft_text(p->tb[NFTA_LOOKUP_SET]));
	e->op = e->target != NSC_NFT_NONE ? NSC_NFT_LOOKUP : NSC_NFT_STRANGE;
	e->sreg = reg(p->tb[NFTA_LOOKUP_SREG]);
	e->dreg = reg(p->tb[NFTA_LOOKUP_DREG]);
	e->invert = (nsc_nft_u32(p->tb[NFTA_LOOKUP_FLAGS]) & NFT_LOOKUP_F_INV) != 0;
}

static void
parse_payload(struct at *p)
{
	struct nsc_nft_expr *e = p->e;
	uint32_t offset = nsc_nft_u32(p->tb[NFTA_PAYLOAD_OFFSET]);

	e->op = p->tb[NFTA_PAYLOAD_SREG] != NULL ? NSC_NFT_PAYLOAD_SET : NSC_NFT_PAYLOAD;
	e->code = (uint8_t)nsc_nft_u32(p->tb[NFTA_PAYLOAD_BASE]);
	e->offset = (uint16_t)(offset > UINT16_MAX ? UINT16_MAX : offset);
	e->len = (uint8_t)nsc_nft_u32(p->tb[NFTA_PAYLOAD_LEN]);
	e->dreg = reg(p->tb[NFTA_PAYLOAD_DREG]);
}

static void
parse_meta(struct at *p)
{
	struct nsc_nft_expr *e = p->e;
	bool set = p->tb[NFTA_META_SREG] != NULL;

	e->op = set ? NSC_NFT_META_SET : NSC_NFT_META;
	e->code = (uint8_t)nsc_nft_u32(p->tb[NFTA_META_KEY]);
	e->dreg = reg(p->tb[NFTA_META_DREG]);
	e->sreg = reg(p->tb[NFTA_META_SREG]);
	if (set && e->code == NFT_META_MARK)
		p->nft->marks = true;
	if (set && e->code == NFT_META_PKTTYPE)
		e->op = NSC_NFT_STRANGE;	/* others ask for it */
}

static void
parse_ct(struct at *p)
{
	struct nsc_nft_expr *e = p->e;
	bool set = p->tb[NFTA_CT_SREG] != NULL;

	e->op = set ? NSC_NFT_CT_SET : NSC_NFT_CT;
	e->code = (uint8_t)nsc_nft_u32(p->tb[NFTA_CT_KEY]);
	e->dreg = reg(p->tb[NFTA_CT_DREG]);
	e->sreg = reg(p->tb[NFTA_CT_SREG]);
	if (set && e->code == NFT_CT_MARK)
		p->nft->ct_marks = true;
}

static void
parse_fib(struct at *p)
{
	p->e->op = NSC_NFT_FIB;
	p->e->code = (uint8_t)nsc_nft_u32(p->tb[NFTA_FIB_RESULT]);
	p->e->flags = nsc_nft_u32(p->tb[NFTA_FIB_FLAGS]);
	p->e->dreg = reg(p->tb[NFTA_FIB_DREG]);
}

static void
parse_notrack(struct at *p)
{
	p->e->op = NSC_NFT_NOTRACK;
}

static void
parse_reject(struct at *p)
{
	p->e->op = NSC_NFT_REJECT;
}

static bool
differ(const struct nlattr *a, const struct nlattr *b)
{
	return b != NULL && nsc_nft_u32(a) != nsc_nft_u32(b);
}

static void
parse_nat(struct at *p)
{
	struct nsc_nft_expr *e = p->e;
	const struct nlattr *const *tb = p->tb;

	if (nsc_nft_u32(tb[NFTA_NAT_TYPE]) != NFT_NAT_DNAT) {
		e->op = NSC_NFT_VERDICT;	/* a source's: ends the chain, our packet goes on */
		e->verdict = NF_ACCEPT;
		return;
	}
	e->op = NSC_NFT_NAT;
	e->sreg = reg(tb[NFTA_NAT_REG_ADDR_MIN]);
	e->dreg = reg(tb[NFTA_NAT_REG_PROTO_MIN]);
	e->flags = (tb[NFTA_NAT_REG_ADDR_MIN] != NULL ? NSC_NFT_NAT_ADDR : 0) |
		   (tb[NFTA_NAT_REG_PROTO_MIN] != NULL ? NSC_NFT_NAT_PORT : 0);
	if (differ(tb[NFTA_NAT_REG_ADDR_MIN], tb[NFTA_NAT_REG_ADDR_MAX]) ||
	    differ(tb[NFTA_NAT_REG_PROTO_MIN], tb[NFTA_NAT_REG_PROTO_MAX]))
		e->flags |= NSC_NFT_NAT_RANGE;
}

static void
parse_redir(struct at *p)
{
	const struct nlattr *const *tb = p->tb;

	p->e->op = NSC_NFT_NAT;
	p->e->dreg = reg(tb[NFTA_REDIR_REG_PROTO_MIN]);
	p->e->flags = NSC_NFT_NAT_OWN |
		      (tb[NFTA_REDIR_REG_PROTO_MIN] != NULL ? NSC_NFT_NAT_PORT : 0);
	if (differ(tb[NFTA_REDIR_REG_PROTO_MIN], tb[NFTA_REDIR_REG_PROTO_MAX]))
		p->e->flags |= NSC_NFT_NAT_RANGE;
}

/* exthdr, socket, numgen, hash, rt, osf, xfrm, tunnel: something that a peer or chance decides. */
static void
blank(struct at *p, unsigned dreg, unsigned len)
{
	if (p->tb[dreg] == NULL) {
		parse_doubt(p);
		return;
	}
	p->e->op = NSC_NFT_BLANK;
	p->e->dreg = reg(p->tb[dreg]);
	p->e->len = (uint8_t)(len > 16 ? 16 : len);
}

/* Between the addresses and the ports our packet has nothing; TCP's options are its sender's. */
static void
parse_exthdr(struct at *p)
{
	uint32_t of = nsc_nft_u32(p->tb[NFTA_EXTHDR_OP]);
	bool absent = of == NFT_EXTHDR_OP_IPV6 || of == NFT_EXTHDR_OP_IPV4;

	blank(p, NFTA_EXTHDR_DREG, nsc_nft_u32(p->tb[NFTA_EXTHDR_LEN]));
	if (p->e->op != NSC_NFT_BLANK || !absent)
		return;
	p->e->op = NSC_NFT_NEVER;
	if ((nsc_nft_u32(p->tb[NFTA_EXTHDR_FLAGS]) & NFT_EXTHDR_F_PRESENT) != 0) {
		p->e->op = NSC_NFT_VALUE;	/* "exists" is 0 */
		p->e->len = 4;
	}
}

static void
parse_socket(struct at *p)
{
	blank(p, NFTA_SOCKET_DREG, 16);
}

static void
parse_numgen(struct at *p)
{
	blank(p, NFTA_NG_DREG, 4);
}

static void
parse_hash(struct at *p)
{
	blank(p, NFTA_HASH_DREG, 4);
}

static void
parse_rt(struct at *p)
{
	blank(p, NFTA_RT_DREG, 16);
}

static void
parse_osf(struct at *p)
{
	blank(p, NFTA_OSF_DREG, 16);
}

static void
parse_xfrm(struct at *p)
{
	blank(p, NFTA_XFRM_DREG, 16);
}

static void
parse_tunnel(struct at *p)
{
	blank(p, NFTA_TUNNEL_DREG, 4);
}

static void
parse_match(struct at *p)
{
	nsc_nft_match(p->e, p->tb);
}

static void
parse_target(struct at *p)
{
	nsc_nft_target(p->e, p->tb);
	if (p->e->op == NSC_NFT_MARKS)
		p->nft->marks = p->nft->ct_marks = true;
}

/* A named object: a limit may say no, a counter never does. */
static void
parse_objref(struct at *p)
{
	static const uint8_t op[] = {
		[NFT_OBJECT_COUNTER] = NSC_NFT_PASS, [NFT_OBJECT_QUOTA] = NSC_NFT_DOUBT,
		[NFT_OBJECT_CT_HELPER] = NSC_NFT_PASS, [NFT_OBJECT_LIMIT] = NSC_NFT_DOUBT,
		[NFT_OBJECT_CONNLIMIT] = NSC_NFT_DOUBT, [NFT_OBJECT_TUNNEL] = NSC_NFT_PASS,
		[NFT_OBJECT_CT_TIMEOUT] = NSC_NFT_PASS, [NFT_OBJECT_SECMARK] = NSC_NFT_PASS,
		[NFT_OBJECT_CT_EXPECT] = NSC_NFT_PASS,
	};
	uint32_t type = nsc_nft_u32(p->tb[NFTA_OBJREF_IMM_TYPE]);

	p->e->op = type > 0 && type < sizeof op ? op[type] : NSC_NFT_STRANGE;
}

static const struct {
	const char *name;
	void (*parse)(struct at *p);
} expressions[] = {
	{"immediate", parse_immediate}, {"cmp", parse_cmp}, {"range", parse_range},
	{"bitwise", parse_bitwise}, {"byteorder", parse_byteorder}, {"lookup", parse_lookup},
	{"payload", parse_payload}, {"meta", parse_meta}, {"ct", parse_ct}, {"fib", parse_fib},
	{"reject", parse_reject}, {"nat", parse_nat}, {"redir", parse_redir},
	{"notrack", parse_notrack}, {"match", parse_match}, {"target", parse_target},
	{"counter", parse_pass}, {"log", parse_pass}, {"objref", parse_objref},
	{"last", parse_pass}, {"flow_offload", parse_pass}, {"dup", parse_pass},
	{"limit", parse_doubt}, {"quota", parse_doubt}, {"connlimit", parse_doubt},
	{"dynset", parse_doubt}, {"exthdr", parse_exthdr}, {"socket", parse_socket},
	{"numgen", parse_numgen}, {"hash", parse_hash}, {"rt", parse_rt}, {"osf", parse_osf},
	{"xfrm", parse_xfrm}, {"tunnel", parse_tunnel},
};

static void
parse(struct at *p, const char *name)
{
	for (size_t i = 0; i < sizeof expressions / sizeof expressions[0]; i++)
		if (strcmp(name, expressions[i].name) == 0) {
			expressions[i].parse(p);
			return;
		}
	p->e->op = NSC_NFT_STRANGE;
}

int
nsc_nft_expressions(struct nsc_nft *n, int32_t table, const struct nlattr *list)
{
	struct at p = {.nft = n, .table = table};
	const struct nlattr *one, *tb[NSC_NFT_ATTRS];

	if (list == NULL)
		return 0;
	mnl_attr_for_each_nested(one, list) {
		nsc_nft_nested(one, tb);
		p.e = nsc_nft_add(n, &n->expr, sizeof *p.e, 1);
		if (p.e == NULL)
			return -ENOMEM;
		p.e->target = NSC_NFT_NONE;
		nsc_nft_nested(tb[NFTA_EXPR_DATA], p.tb);
		parse(&p, nsc_nft_text(tb[NFTA_EXPR_NAME]));
	}
	return 0;
}
