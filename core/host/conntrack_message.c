/* SPDX-License-Identifier: MIT */
/*
 * An entry has two tuples: as its first packet came in, and as its answers will; the second
 * turned round is how the first packet went on.  Where they differ, somebody translated.
 */
#include "host/conntrack_message.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netinet/in.h>
#include <string.h>

enum { ATTRS = 32 };			/* above every CTA_ that is read here */

static void
collect(const struct nlattr *tb[ATTRS], const struct nlattr *a)
{
	uint16_t type = mnl_attr_get_type(a);

	if (type < ATTRS)
		tb[type] = a;
}

static void
collect_nested(const struct nlattr *tb[ATTRS], const struct nlattr *from)
{
	const struct nlattr *a;

	memset(tb, 0, ATTRS * sizeof *tb);
	if (from != NULL)
		mnl_attr_for_each_nested(a, from)
			collect(tb, a);
}

static bool
has(const struct nlattr *a, size_t n)
{
	return a != NULL && mnl_attr_get_payload_len(a) == n;
}

static uint32_t
number(const struct nlattr *a)
{
	return has(a, 4) ? ntohl(mnl_attr_get_u32(a)) : 0;
}

/* --- tuples --------------------------------------------------------------------------- */

static bool
read_addr(struct nsc_addr *to, const struct nlattr *v4, const struct nlattr *v6)
{
	if (has(v4, 4))
		*to = nsc_addr_v4(mnl_attr_get_payload(v4));
	else if (has(v6, 16))
		*to = nsc_addr_v6(mnl_attr_get_payload(v6));
	else
		return false;
	return true;
}

/* False also without ports: echoes are told apart by numbers that flows don't have. */
static bool
read_tuple(struct nsc_tuple *t, uint8_t *proto, const struct nlattr *from)
{
	const struct nlattr *tb[ATTRS], *ip, *transport;

	collect_nested(tb, from);
	ip = tb[CTA_TUPLE_IP];
	transport = tb[CTA_TUPLE_PROTO];
	collect_nested(tb, ip);
	if (!read_addr(&t->addr[0], tb[CTA_IP_V4_SRC], tb[CTA_IP_V6_SRC]) ||
	    !read_addr(&t->addr[1], tb[CTA_IP_V4_DST], tb[CTA_IP_V6_DST]))
		return false;
	collect_nested(tb, transport);
	if (!has(tb[CTA_PROTO_NUM], 1) || !has(tb[CTA_PROTO_SRC_PORT], 2) ||
	    !has(tb[CTA_PROTO_DST_PORT], 2))
		return false;
	*proto = mnl_attr_get_u8(tb[CTA_PROTO_NUM]);
	t->port[0] = ntohs(mnl_attr_get_u16(tb[CTA_PROTO_SRC_PORT]));
	t->port[1] = ntohs(mnl_attr_get_u16(tb[CTA_PROTO_DST_PORT]));
	return *proto != 0 && t->port[0] != 0 && t->port[1] != 0;
}

static bool
differ(const struct nsc_tuple *a, const struct nsc_tuple *b, unsigned end)
{
	return a->port[end] != b->port[end] || !nsc_addr_equal(&a->addr[end], &b->addr[end]);
}

static void
read_entry(struct nsc_conntrack_told *o, const struct nlattr *const tb[ATTRS], bool gone)
{
	struct nsc_translation *x = &o->translation;
	struct nsc_tuple reply;
	uint8_t proto;

	o->unfiltered = has(tb[CTA_STATUS], 4) && !(number(tb[CTA_STATUS]) & IPS_NAT_MASK);
	if (!read_tuple(&x->before, &x->proto, tb[CTA_TUPLE_ORIG]) ||
	    !read_tuple(&reply, &proto, tb[CTA_TUPLE_REPLY]) || proto != x->proto)
		return;
	for (unsigned end = 0; end < 2; end++) {
		x->after.addr[end] = reply.addr[!end];
		x->after.port[end] = reply.port[!end];
	}
	o->snat = differ(&x->before, &x->after, 0);
	o->dnat = differ(&x->before, &x->after, 1);
	if (o->snat || o->dnat)
		o->kind = gone ? NSC_CONNTRACK_GONE : NSC_CONNTRACK_THERE;
}

/* --- messages ------------------------------------------------------------------------- */

static void
read_counts(struct nsc_conntrack_told *o, const struct nlattr *const tb[ATTRS])
{
	o->kind = NSC_CONNTRACK_COUNTS;
	o->insert_failed = number(tb[CTA_STATS_INSERT_FAILED]);
	o->drop = number(tb[CTA_STATS_DROP]);
	o->early_drop = number(tb[CTA_STATS_EARLY_DROP]);
}

static void
read_totals(struct nsc_conntrack_told *o, const struct nlattr *const tb[ATTRS])
{
	o->kind = NSC_CONNTRACK_TOTALS;
	o->entries = number(tb[CTA_STATS_GLOBAL_ENTRIES]);
	o->max = number(tb[CTA_STATS_GLOBAL_MAX_ENTRIES]);
}

static bool
read_message(struct nsc_conntrack_told *o, const struct nlmsghdr *h)
{
	const struct nlattr *tb[ATTRS] = {NULL}, *a;

	*o = (struct nsc_conntrack_told){.kind = NSC_CONNTRACK_OTHER};
	if (h->nlmsg_type >> 8 != NFNL_SUBSYS_CTNETLINK ||
	    mnl_nlmsg_get_payload_len(h) < sizeof(struct nfgenmsg))
		return false;
	mnl_attr_for_each(a, h, sizeof(struct nfgenmsg))
		collect(tb, a);
	switch (h->nlmsg_type & 0xff) {
	case IPCTNL_MSG_CT_NEW:
		read_entry(o, tb, false);
		return true;
	case IPCTNL_MSG_CT_DELETE:
		read_entry(o, tb, true);
		return true;
	case IPCTNL_MSG_CT_GET_STATS_CPU:
		read_counts(o, tb);
		return true;
	case IPCTNL_MSG_CT_GET_STATS:
		read_totals(o, tb);
		return true;
	default:
		return false;
	}
}

static int
read_error(const struct nlmsghdr *h)
{
	const struct nlmsgerr *e = mnl_nlmsg_get_payload(h);

	if (mnl_nlmsg_get_payload_len(h) < sizeof *e)
		return -EBADMSG;
	return e->error < 0 ? e->error : e->error == 0 ? NSC_CONNTRACK_DONE : -EBADMSG;
}

int
nsc_conntrack_take(const void *octets, size_t n, uint32_t sequence,
		   void (*each)(void *arg, const struct nsc_conntrack_told *one), void *arg)
{
	const struct nlmsghdr *h = octets;
	int left = n <= INT32_MAX ? (int)n : 0;
	bool torn = false;

	/* libmnl takes a length beyond INT_MAX for a small one. */
	for (; mnl_nlmsg_ok(h, left) && h->nlmsg_len <= (uint32_t)left;
	     h = mnl_nlmsg_next(h, &left)) {
		struct nsc_conntrack_told one;

		if (sequence != 0 && h->nlmsg_seq != sequence)
			continue;
		torn |= sequence != 0 && (h->nlmsg_flags & NLM_F_DUMP_INTR) != 0;
		if (h->nlmsg_type == NLMSG_DONE)
			return torn ? -EAGAIN : NSC_CONNTRACK_DONE;
		if (h->nlmsg_type == NLMSG_ERROR)
			return read_error(h);
		if (read_message(&one, h))
			each(arg, &one);
	}
	return left > 0 ? -EBADMSG : torn ? -EAGAIN : NSC_CONNTRACK_MORE;
}
