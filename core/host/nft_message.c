/* SPDX-License-Identifier: MIT */
/* One function for each kind of message. */
#include "host/nft_message.h"

#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/nft_expr.h"

static const struct nfgenmsg *
read_message(const struct nlmsghdr *h, const struct nlattr *tb[NSC_NFT_ATTRS])
{
	const struct nlattr *a;

	memset(tb, 0, NSC_NFT_ATTRS * sizeof *tb);
	mnl_attr_for_each(a, h, sizeof(struct nfgenmsg))
		if (mnl_attr_get_type(a) < NSC_NFT_ATTRS)
			tb[mnl_attr_get_type(a)] = a;
	return mnl_nlmsg_get_payload(h);
}

static int
stop(struct nsc_nft_reading *l, int error)
{
	l->error = error;
	return MNL_CB_STOP;
}

static void
name_of(char name[NSC_NFT_NAME], const struct nlattr *a)
{
	snprintf(name, NSC_NFT_NAME, "%s", nsc_nft_text(a));
}

/* Tables have names of their own in each family. */
static int32_t
table_named(const struct nsc_nft *n, uint8_t family, const char *name)
{
	for (uint32_t i = 0; i < n->table.count; i++) {
		const struct nsc_nft_table *t = nsc_nft_table(n, (int32_t)i);

		if (t->family == family && strncmp(t->name, name, sizeof t->name - 1) == 0)
			return (int32_t)i;
	}
	return NSC_NFT_NONE;
}

int
nsc_nft_on_table(const struct nlmsghdr *h, void *arg)
{
	struct nsc_nft_reading *l = arg;
	const struct nlattr *tb[NSC_NFT_ATTRS];
	const struct nfgenmsg *g = read_message(h, tb);
	struct nsc_nft_table *t = nsc_nft_add(l->nft, &l->nft->table, sizeof *t, 1);

	if (t == NULL)
		return stop(l, -E2BIG);
	name_of(t->name, tb[NFTA_TABLE_NAME]);
	t->family = g->nfgen_family;
	t->dormant = (nsc_nft_u32(tb[NFTA_TABLE_FLAGS]) & NFT_TABLE_F_DORMANT) != 0;
	return MNL_CB_OK;
}

static void
read_devices(struct nsc_nft_chain *c, const struct nlattr *const tb[NSC_NFT_ATTRS])
{
	const struct nlattr *one;
	unsigned n = 0;

	snprintf(c->device, sizeof c->device, "%s", nsc_nft_text(tb[NFTA_HOOK_DEV]));
	if (tb[NFTA_HOOK_DEVS] == NULL)
		return;
	mnl_attr_for_each_nested(one, tb[NFTA_HOOK_DEVS])
		if (n++ == 0)
			snprintf(c->device, sizeof c->device, "%s", nsc_nft_text(one));
	if (n > 1)
		snprintf(c->device, sizeof c->device, "*");
}

int
nsc_nft_on_chain(const struct nlmsghdr *h, void *arg)
{
	struct nsc_nft_reading *l = arg;
	const struct nlattr *tb[NSC_NFT_ATTRS], *hook[NSC_NFT_ATTRS];
	const struct nfgenmsg *g = read_message(h, tb);
	struct nsc_nft_chain *c = nsc_nft_add(l->nft, &l->nft->chain, sizeof *c, 1);

	if (c == NULL)
		return stop(l, -E2BIG);
	name_of(c->name, tb[NFTA_CHAIN_NAME]);
	c->table = table_named(l->nft, g->nfgen_family, nsc_nft_text(tb[NFTA_CHAIN_TABLE]));
	if (nsc_nft_name_chain(l->nft, (int32_t)l->nft->chain.count - 1) < 0)
		return stop(l, -ENOMEM);
	c->policy = NF_ACCEPT;
	if (tb[NFTA_CHAIN_POLICY] != NULL)
		c->policy = nsc_nft_u32(tb[NFTA_CHAIN_POLICY]);
	c->nat = strcmp(nsc_nft_text(tb[NFTA_CHAIN_TYPE]), "nat") == 0;
	if (tb[NFTA_CHAIN_HOOK] == NULL)
		return MNL_CB_OK;
	nsc_nft_nested(tb[NFTA_CHAIN_HOOK], hook);
	c->base = true;
	c->hook = (uint8_t)nsc_nft_u32(hook[NFTA_HOOK_HOOKNUM]);
	c->priority = (int32_t)nsc_nft_u32(hook[NFTA_HOOK_PRIORITY]);
	c->netdev = g->nfgen_family == NFPROTO_NETDEV || c->hook == NF_INET_INGRESS;
	read_devices(c, hook);
	return MNL_CB_OK;
}

/* Parts of a concatenation, without which KEY_END cannot be read. */
static void
read_fields(struct nsc_nft_set *s, const struct nlattr *desc)
{
	const struct nlattr *tb[NSC_NFT_ATTRS], *field[NSC_NFT_ATTRS], *one;

	nsc_nft_nested(desc, tb);
	if (tb[NFTA_SET_DESC_CONCAT] == NULL)
		return;
	mnl_attr_for_each_nested(one, tb[NFTA_SET_DESC_CONCAT]) {
		nsc_nft_nested(one, field);
		if (s->fields < NSC_NFT_FIELDS)
			s->field[s->fields++] = (uint8_t)nsc_nft_u32(field[NFTA_SET_FIELD_LEN]);
	}
}

int
nsc_nft_on_set(const struct nlmsghdr *h, void *arg)
{
	struct nsc_nft_reading *l = arg;
	const struct nlattr *tb[NSC_NFT_ATTRS];
	const struct nfgenmsg *g = read_message(h, tb);
	struct nsc_nft_set *s = nsc_nft_add(l->nft, &l->nft->set, sizeof *s, 1);

	if (s == NULL)
		return stop(l, -E2BIG);
	name_of(s->name, tb[NFTA_SET_NAME]);
	s->table = table_named(l->nft, g->nfgen_family, nsc_nft_text(tb[NFTA_SET_TABLE]));
	if (nsc_nft_name_set(l->nft, (int32_t)l->nft->set.count - 1) < 0)
		return stop(l, -ENOMEM);
	s->flags = nsc_nft_u32(tb[NFTA_SET_FLAGS]);
	s->key_len = (uint8_t)nsc_nft_u32(tb[NFTA_SET_KEY_LEN]);
	s->verdicts = nsc_nft_u32(tb[NFTA_SET_DATA_TYPE]) == NFT_DATA_VERDICT;
	s->data_len = (uint8_t)nsc_nft_u32(tb[NFTA_SET_DATA_LEN]);
	read_fields(s, tb[NFTA_SET_DESC]);
	return MNL_CB_OK;
}

/* Copies a value of at most 64 octets, filled up with zeros to `len`; its place, or 0 for none. */
static uint32_t
keep(struct nsc_nft_reading *l, const struct nlattr *data, unsigned len)
{
	uint8_t value[NFT_DATA_VALUE_MAXLEN] = {0};
	uint8_t *to;

	if (data == NULL || len > sizeof value || nsc_nft_value(data, value, sizeof value) == 0)
		return 0;
	to = nsc_nft_add(l->nft, &l->nft->octets, 1, len);
	if (to == NULL) {
		l->error = -E2BIG;
		return 0;
	}
	memcpy(to, value, len);
	return (uint32_t)(to - (uint8_t *)l->nft->octets.item);
}

/* A limit or a quota with an element may say no; a counter never does. */
static bool
decides(const struct nlattr *expr)
{
	const struct nlattr *tb[NSC_NFT_ATTRS];
	const char *name;

	if (expr == NULL)
		return false;
	nsc_nft_nested(expr, tb);
	name = nsc_nft_text(tb[NFTA_EXPR_NAME]);
	return strcmp(name, "counter") != 0 && strcmp(name, "last") != 0;
}

static int
read_element(struct nsc_nft_reading *l, const struct nlattr *one)
{
	const struct nsc_nft_set *s = nsc_nft_set(l->nft, l->set);
	struct nsc_nft_element *e = nsc_nft_add(l->nft, &l->nft->element, sizeof *e, 1);
	const struct nlattr *tb[NSC_NFT_ATTRS], *expr;
	uint32_t flags;

	if (e == NULL || l->nft->element.count > NSC_NFT_ELEMENTS)
		return -E2BIG;
	nsc_nft_nested(one, tb);
	flags = nsc_nft_u32(tb[NFTA_SET_ELEM_FLAGS]);
	e->catchall = (flags & NFT_SET_ELEM_CATCHALL) != 0;
	e->ends = (flags & NFT_SET_ELEM_INTERVAL_END) != 0;
	e->doubt = tb[NFTA_SET_ELEM_EXPIRATION] != NULL || decides(tb[NFTA_SET_ELEM_EXPR]);
	if (tb[NFTA_SET_ELEM_EXPRESSIONS] != NULL)
		mnl_attr_for_each_nested(expr, tb[NFTA_SET_ELEM_EXPRESSIONS])
			e->doubt |= decides(expr);
	e->key = keep(l, tb[NFTA_SET_ELEM_KEY], s->key_len);
	e->end = keep(l, tb[NFTA_SET_ELEM_KEY_END], s->key_len);
	e->target = NSC_NFT_NONE;
	if (s->verdicts)
		nsc_nft_verdict(l->nft, s->table, tb[NFTA_SET_ELEM_DATA], &e->verdict, &e->target);
	else
		e->data = keep(l, tb[NFTA_SET_ELEM_DATA], s->data_len);
	return l->error;
}

int
nsc_nft_on_elements(const struct nlmsghdr *h, void *arg)
{
	struct nsc_nft_reading *l = arg;
	const struct nlattr *tb[NSC_NFT_ATTRS], *one;
	int r = 0;

	read_message(h, tb);
	if (tb[NFTA_SET_ELEM_LIST_ELEMENTS] == NULL)
		return MNL_CB_OK;
	mnl_attr_for_each_nested(one, tb[NFTA_SET_ELEM_LIST_ELEMENTS])
		if (r == 0)
			r = read_element(l, one);
	return r == 0 ? MNL_CB_OK : stop(l, r);
}

/* The rules of a chain come together, in order. */
int
nsc_nft_on_rule(const struct nlmsghdr *h, void *arg)
{
	struct nsc_nft_reading *l = arg;
	struct nsc_nft *n = l->nft;
	const struct nlattr *tb[NSC_NFT_ATTRS];
	const struct nfgenmsg *g = read_message(h, tb);
	int32_t table = table_named(n, g->nfgen_family, nsc_nft_text(tb[NFTA_RULE_TABLE]));
	int32_t chain = nsc_nft_chain_named(n, table, nsc_nft_text(tb[NFTA_RULE_CHAIN]));
	struct nsc_nft_chain *c;
	struct nsc_nft_rule *r;

	if (chain == NSC_NFT_NONE)
		return stop(l, -EAGAIN);	/* it came after the chains were told */
	r = nsc_nft_add(n, &n->rule, sizeof *r, 1);
	if (r == NULL || n->rule.count > NSC_NFT_RULES)
		return stop(l, -E2BIG);
	c = &((struct nsc_nft_chain *)n->chain.item)[chain];
	if (c->count == 0)
		c->first = n->rule.count - 1;
	if (c->first + c->count != n->rule.count - 1)
		return stop(l, -EAGAIN);
	c->count++;
	if (tb[NFTA_RULE_HANDLE] != NULL && mnl_attr_get_payload_len(tb[NFTA_RULE_HANDLE]) >= 8)
		r->handle = be64toh(mnl_attr_get_u64(tb[NFTA_RULE_HANDLE]));
	r->first = n->expr.count;
	if (nsc_nft_expressions(n, table, tb[NFTA_RULE_EXPRESSIONS]) < 0)
		return stop(l, -E2BIG);
	r->count = n->expr.count - r->first;
	return MNL_CB_OK;
}

static int
compare_elements(const void *a, const void *b, void *arg)
{
	const struct nsc_nft_reading *l = arg;
	const struct nsc_nft_element *x = a, *y = b;
	const uint8_t *octets = l->nft->octets.item;
	const struct nsc_nft_set *s = nsc_nft_set(l->nft, l->set);
	int order;

	if (x->catchall != y->catchall)
		return x->catchall - y->catchall;
	if (x->key == 0 || y->key == 0)
		return (x->key != 0) - (y->key != 0);
	order = memcmp(octets + x->key, octets + y->key, s->key_len);
	return order != 0 ? order : y->ends - x->ends;	/* an end makes room for a beginning */
}

void
nsc_nft_sort_elements(struct nsc_nft_reading *l)
{
	const struct nsc_nft_set *s = nsc_nft_set(l->nft, l->set);

	if (s->count > 0)
		qsort_r((struct nsc_nft_element *)l->nft->element.item + s->first, s->count,
			sizeof(struct nsc_nft_element), compare_elements, l);
}

int
nsc_nft_on_generation(const struct nlmsghdr *h, void *arg)
{
	struct nsc_nft_reading *l = arg;
	const struct nlattr *tb[NSC_NFT_ATTRS];

	read_message(h, tb);
	l->nft->generation = nsc_nft_u32(tb[NFTA_GEN_ID]);
	return MNL_CB_STOP;
}
