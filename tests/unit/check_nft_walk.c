/* SPDX-License-Identifier: MIT */
/* Rules in memory against a packet: iptables' matches, marks, what a walk may cost. */
#include <arpa/inet.h>
#include <check.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <linux/netfilter/xt_connmark.h>
#include <linux/netfilter/xt_mark.h>
#include <linux/netfilter/xt_tcpudp.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "host/nft_eval.h"
#include "host/nft_expr.h"
#include "suite.h"

static struct nsc_nft nft;

static void
begin(void)
{
	ck_assert_ptr_nonnull(nsc_nft_add(&nft, &nft.octets, 1, 1));	/* place 0 is none */
}

static void
end(void)
{
	nsc_nft_clear(&nft);
}

/* A base chain at hook input whose policy is drop, in a table of its own. */
static void
add_input(void)
{
	struct nsc_nft_table *t = nsc_nft_add(&nft, &nft.table, sizeof *t, 1);
	struct nsc_nft_chain *c = nsc_nft_add(&nft, &nft.chain, sizeof *c, 1);

	t->family = NFPROTO_INET;
	c->base = true;
	c->hook = NF_INET_LOCAL_IN;
	c->policy = NF_DROP;
}

static struct nsc_nft_expr *
add_expr(enum nsc_nft_op op)
{
	struct nsc_nft_rule *r = (struct nsc_nft_rule *)nft.rule.item + nft.rule.count - 1;
	struct nsc_nft_expr *e = nsc_nft_add(&nft, &nft.expr, sizeof *e, 1);

	e->op = (uint8_t)op;
	e->target = NSC_NFT_NONE;
	r->count++;
	return e;
}

static void
add_rule(void)
{
	struct nsc_nft_chain *c = nft.chain.item;
	struct nsc_nft_rule *r = nsc_nft_add(&nft, &nft.rule, sizeof *r, 1);

	r->first = nft.expr.count;
	r->handle = ++c->count;
}

/* A match or target as iptables-nft writes it. */
static struct nsc_nft_expr *
add_xt(const char *name, uint32_t revision, const void *info, size_t len, bool target)
{
	char buffer[512];
	struct nlmsghdr *h = mnl_nlmsg_put_header(buffer);
	const struct nlattr *tb[NSC_NFT_ATTRS] = {NULL}, *a;
	struct nsc_nft_expr *e = add_expr(NSC_NFT_PASS);

	mnl_attr_put_strz(h, NFTA_MATCH_NAME, name);
	mnl_attr_put_u32(h, NFTA_MATCH_REV, htonl(revision));
	mnl_attr_put(h, NFTA_MATCH_INFO, len, info);
	mnl_attr_for_each(a, h, 0)
		tb[mnl_attr_get_type(a)] = a;
	(target ? nsc_nft_target : nsc_nft_match)(e, tb);
	return e;
}

static void
add_accept(void)
{
	add_expr(NSC_NFT_VERDICT)->verdict = NF_ACCEPT;
}

static unsigned
outcomes(uint8_t proto, uint16_t port, unsigned budget)
{
	struct nsc_nft_question q = {.proto = proto, .port = port, .interface = "h0", .ifindex = 2};
	struct nsc_nft_answer a;

	nsc_addr_parse(&q.addr, "192.0.2.1");
	nsc_nft_eval(&nft, &q, budget, &a);
	ck_assert_uint_le(a.walked, budget);
	return a.outcomes;
}

/* Older iptables-nft, and the images that kube-proxy comes in, have no native ports. */
START_TEST(ports_of_older_iptables)
{
	struct xt_tcp tcp = {.spts = {0, 65535}, .dpts = {80, 90}, .flg_mask = 0x17, .flg_cmp = 2};
	struct xt_udp udp = {.spts = {0, 65535}, .dpts = {53, 53}, .invflags = XT_UDP_INV_DSTPT};

	add_input();
	add_rule();
	add_xt("tcp", 0, &tcp, sizeof tcp, false);
	add_accept();
	ck_assert_uint_eq(outcomes(IPPROTO_TCP, 80, 100), NSC_NFT_ALLOWED);
	ck_assert_uint_eq(outcomes(IPPROTO_TCP, 91, 100), NSC_NFT_DROPPED);
	tcp.flg_cmp = 0x12;
	tcp.dpts[1] = 65535;
	add_rule();
	add_xt("tcp", 0, &tcp, sizeof tcp, false);
	add_accept();
	ck_assert_uint_eq(outcomes(IPPROTO_TCP, 91, 100), NSC_NFT_DROPPED);
	tcp.invflags = XT_TCP_INV_FLAGS;
	tcp.spts[1] = 1023;
	add_rule();
	add_xt("tcp", 0, &tcp, sizeof tcp, false);
	add_accept();
	ck_assert_uint_eq(outcomes(IPPROTO_TCP, 91, 100), NSC_NFT_ALLOWED | NSC_NFT_DROPPED);
	add_rule();
	add_xt("udp", 0, &udp, sizeof udp, false);
	add_accept();
	ck_assert_uint_eq(outcomes(IPPROTO_TCP, 79, 100), NSC_NFT_ALLOWED);
	ck_assert_uint_eq(outcomes(IPPROTO_TCP, 53, 100), NSC_NFT_DROPPED);
}
END_TEST

START_TEST(marks_are_followed)
{
	struct xt_mark_tginfo2 mark = {.mark = 0x4000, .mask = 0x4000};
	struct xt_connmark_tginfo1 save = {.mode = XT_CONNMARK_SAVE, .ctmask = ~0u, .nfmask = 0xff00};
	struct xt_mark_mtinfo1 is = {.mark = 0x4000, .mask = 0x4000};

	add_input();
	add_rule();			/* nobody set it so far */
	add_xt("mark", 1, &is, sizeof is, false);
	add_accept();
	ck_assert_uint_eq(outcomes(IPPROTO_TCP, 80, 100), NSC_NFT_DROPPED);
	add_rule();
	ck_assert_int_eq(add_xt("MARK", 2, &mark, sizeof mark, true)->op, NSC_NFT_MARKS);
	add_xt("CONNMARK", 1, &save, sizeof save, true);
	add_rule();
	add_xt("connmark", 1, &is, sizeof is, false);
	add_accept();
	ck_assert_uint_eq(outcomes(IPPROTO_TCP, 80, 100), NSC_NFT_ALLOWED);
}
END_TEST

START_TEST(a_mark_that_is_perhaps_set)
{
	struct xt_mark_tginfo2 mark = {.mark = 0x4000, .mask = 0x4000};
	struct xt_mark_mtinfo1 is = {.mark = 0x4000, .mask = 0x4000};

	add_input();
	add_rule();
	add_expr(NSC_NFT_DOUBT);
	add_xt("MARK", 2, &mark, sizeof mark, true);
	add_rule();
	add_xt("mark", 1, &is, sizeof is, false);
	add_accept();
	ck_assert_uint_eq(outcomes(IPPROTO_TCP, 80, 100), NSC_NFT_ALLOWED | NSC_NFT_DROPPED);
	add_rule();			/* but no other bit is */
	is.mark = 0x4001;
	is.mask = 0x4001;
	add_xt("mark", 1, &is, sizeof is, false);
	add_expr(NSC_NFT_REJECT);
	ck_assert_uint_eq(outcomes(IPPROTO_TCP, 80, 100), NSC_NFT_ALLOWED | NSC_NFT_DROPPED);
}
END_TEST

START_TEST(row_0_8_what_is_not_understood_is_a_doubt)
{
	add_input();
	add_rule();
	add_xt("u32", 0, "????????", 8, false);
	add_accept();
	ck_assert_uint_eq(outcomes(IPPROTO_TCP, 80, 100), NSC_NFT_ALLOWED | NSC_NFT_DROPPED);
	add_rule();
	add_xt("NFQUEUE", 0, "????????", 8, true);
	ck_assert(outcomes(IPPROTO_TCP, 80, 100) & NSC_NFT_UNKNOWN);
}
END_TEST

START_TEST(a_walk_ends_with_its_budget)
{
	add_input();
	for (int i = 0; i < 10; i++)
		add_rule();
	ck_assert_uint_eq(outcomes(IPPROTO_TCP, 80, 100), NSC_NFT_DROPPED);
	ck_assert(outcomes(IPPROTO_TCP, 80, 9) & NSC_NFT_UNKNOWN);
	ck_assert(outcomes(IPPROTO_TCP, 80, 0) & NSC_NFT_UNKNOWN);
}
END_TEST

RUN_TESTS("nft_walk", begin, end, ONCE(ports_of_older_iptables), ONCE(marks_are_followed),
	  ONCE(a_mark_that_is_perhaps_set), ONCE(row_0_8_what_is_not_understood_is_a_doubt),
	  ONCE(a_walk_ends_with_its_budget))
