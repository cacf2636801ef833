/* SPDX-License-Identifier: MIT */
/* Messages of ctnetlink, built as the kernel builds them (nf_conntrack_netlink.c). */
#include <check.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netinet/in.h>
#include <string.h>

#include "host/conntrack_message.h"
#include "suite.h"

enum { SEQUENCE = 77 };

static struct {
	char octets[8192] __attribute__((aligned(8)));
	size_t used;
	struct nsc_conntrack_told told[16];
	unsigned count;
} w;

static struct nlmsghdr *
message(unsigned type, uint16_t flags)
{
	struct nlmsghdr *h = mnl_nlmsg_put_header(w.octets + w.used);
	struct nfgenmsg *g;

	h->nlmsg_type = (uint16_t)(NFNL_SUBSYS_CTNETLINK << 8 | type);
	h->nlmsg_flags = flags;
	h->nlmsg_seq = SEQUENCE;
	g = mnl_nlmsg_put_extra_header(h, sizeof *g);
	g->nfgen_family = AF_INET;
	return h;
}

static void
finish(struct nlmsghdr *h)
{
	w.used += MNL_ALIGN(h->nlmsg_len);
}

static void
put_tuple(struct nlmsghdr *h, uint16_t type, const char *from, uint16_t from_port, const char *to,
	  uint16_t to_port, uint8_t proto)
{
	struct nlattr *tuple = mnl_attr_nest_start(h, type), *part;
	struct nsc_addr a, b;
	bool v4;

	ck_assert_int_eq(nsc_addr_parse(&a, from), 0);
	ck_assert_int_eq(nsc_addr_parse(&b, to), 0);
	v4 = nsc_addr_is_v4(&a);
	part = mnl_attr_nest_start(h, CTA_TUPLE_IP);
	mnl_attr_put(h, v4 ? CTA_IP_V4_SRC : CTA_IP_V6_SRC, v4 ? 4 : 16, a.b + (v4 ? 12 : 0));
	mnl_attr_put(h, v4 ? CTA_IP_V4_DST : CTA_IP_V6_DST, v4 ? 4 : 16, b.b + (v4 ? 12 : 0));
	mnl_attr_nest_end(h, part);
	part = mnl_attr_nest_start(h, CTA_TUPLE_PROTO);
	mnl_attr_put_u8(h, CTA_PROTO_NUM, proto);
	if (proto == IPPROTO_ICMP) {
		mnl_attr_put_u16(h, CTA_PROTO_ICMP_ID, htons(from_port));
		mnl_attr_put_u8(h, CTA_PROTO_ICMP_TYPE, 8);
		mnl_attr_put_u8(h, CTA_PROTO_ICMP_CODE, 0);
	} else {
		mnl_attr_put_u16(h, CTA_PROTO_SRC_PORT, htons(from_port));
		mnl_attr_put_u16(h, CTA_PROTO_DST_PORT, htons(to_port));
	}
	mnl_attr_nest_end(h, part);
	mnl_attr_nest_end(h, tuple);
}

static void
keep(void *arg, const struct nsc_conntrack_told *one)
{
	(void)arg;
	ck_assert_uint_lt(w.count, sizeof w.told / sizeof *w.told);
	w.told[w.count++] = *one;
}

static int
take(uint32_t sequence)
{
	w.count = 0;
	return nsc_conntrack_take(w.octets, w.used, sequence, keep, NULL);
}

static void
begin(void)
{
	memset(&w, 0, sizeof w);
}

static void
expect(const struct nsc_tuple *t, const char *from, uint16_t from_port, const char *to,
       uint16_t to_port)
{
	char text[NSC_ADDR_TEXT];

	ck_assert_str_eq(nsc_addr_text(&t->addr[0], text), from);
	ck_assert_str_eq(nsc_addr_text(&t->addr[1], text), to);
	ck_assert_uint_eq(t->port[0], from_port);
	ck_assert_uint_eq(t->port[1], to_port);
}

/* Row 3.9, M: DNAT 10.9.0.1:5555 to :6666; the reply's source tells. */
START_TEST(test_destination)
{
	struct nlmsghdr *h = message(IPCTNL_MSG_CT_NEW, NLM_F_CREATE | NLM_F_EXCL);

	put_tuple(h, CTA_TUPLE_ORIG, "10.9.0.2", 40000, "10.9.0.1", 5555, IPPROTO_TCP);
	put_tuple(h, CTA_TUPLE_REPLY, "10.9.0.1", 6666, "10.9.0.2", 40000, IPPROTO_TCP);
	mnl_attr_put_u32(h, CTA_STATUS, htonl(IPS_CONFIRMED | IPS_DST_NAT));
	finish(h);
	ck_assert_int_eq(take(0), NSC_CONNTRACK_MORE);
	ck_assert_uint_eq(w.count, 1);
	ck_assert_uint_eq(w.told[0].kind, NSC_CONNTRACK_THERE);
	ck_assert(w.told[0].dnat && !w.told[0].snat && !w.told[0].unfiltered);
	expect(&w.told[0].translation.before, "10.9.0.2", 40000, "10.9.0.1", 5555);
	expect(&w.told[0].translation.after, "10.9.0.2", 40000, "10.9.0.1", 6666);
	ck_assert_uint_eq(w.told[0].translation.proto, IPPROTO_TCP);
}
END_TEST

START_TEST(test_source_ipv6_gone)
{
	struct nlmsghdr *h = message(IPCTNL_MSG_CT_DELETE, 0);

	put_tuple(h, CTA_TUPLE_ORIG, "fd78::11", 40000, "2001:db8::1", 53, IPPROTO_UDP);
	put_tuple(h, CTA_TUPLE_REPLY, "2001:db8::1", 53, "2001:db8:7::1", 1027, IPPROTO_UDP);
	finish(h);
	ck_assert_int_eq(take(0), NSC_CONNTRACK_MORE);
	ck_assert_uint_eq(w.told[0].kind, NSC_CONNTRACK_GONE);
	ck_assert(w.told[0].snat && !w.told[0].dnat);
	expect(&w.told[0].translation.after, "2001:db8:7::1", 1027, "2001:db8::1", 53);
}
END_TEST

/* Row 3.9: what is not translated, echoes and zero ports are no translations. */
START_TEST(test_of_no_interest)
{
	struct nlmsghdr *h = message(IPCTNL_MSG_CT_NEW, 0);

	put_tuple(h, CTA_TUPLE_ORIG, "10.0.0.1", 4000, "10.0.0.2", 80, IPPROTO_TCP);
	put_tuple(h, CTA_TUPLE_REPLY, "10.0.0.2", 80, "10.0.0.1", 4000, IPPROTO_TCP);
	mnl_attr_put_u32(h, CTA_STATUS, htonl(IPS_CONFIRMED));
	finish(h);
	h = message(IPCTNL_MSG_CT_NEW, 0);
	put_tuple(h, CTA_TUPLE_ORIG, "10.0.0.1", 9, "10.0.0.2", 0, IPPROTO_ICMP);
	put_tuple(h, CTA_TUPLE_REPLY, "10.0.0.2", 9, "192.0.2.1", 0, IPPROTO_ICMP);
	finish(h);
	h = message(IPCTNL_MSG_CT_NEW, 0);
	put_tuple(h, CTA_TUPLE_ORIG, "10.0.0.1", 0, "10.0.0.2", 0, IPPROTO_UDP);
	put_tuple(h, CTA_TUPLE_REPLY, "10.0.0.2", 0, "192.0.2.1", 0, IPPROTO_UDP);
	finish(h);
	h = message(IPCTNL_MSG_CT_NEW, 0);		/* one tuple lacks */
	put_tuple(h, CTA_TUPLE_ORIG, "10.0.0.1", 7, "10.0.0.2", 8, IPPROTO_UDP);
	finish(h);
	h = message(IPCTNL_MSG_CT_NEW, 0);		/* two protocols */
	put_tuple(h, CTA_TUPLE_ORIG, "10.0.0.1", 7, "10.0.0.2", 8, IPPROTO_UDP);
	put_tuple(h, CTA_TUPLE_REPLY, "10.0.0.2", 9, "10.0.0.1", 7, IPPROTO_TCP);
	finish(h);
	ck_assert_int_eq(take(SEQUENCE), NSC_CONNTRACK_MORE);
	ck_assert_uint_eq(w.count, 5);
	ck_assert(w.told[0].unfiltered);
	for (unsigned i = 0; i < w.count; i++)
		ck_assert_uint_eq(w.told[i].kind, NSC_CONNTRACK_OTHER);
}
END_TEST

START_TEST(test_counts)
{
	struct nlmsghdr *h;

	for (uint16_t cpu = 0; cpu < 2; cpu++) {
		h = message(IPCTNL_MSG_CT_GET_STATS_CPU, NLM_F_MULTI);
		mnl_attr_put_u32(h, CTA_STATS_INSERT_FAILED, htonl(3));
		mnl_attr_put_u32(h, CTA_STATS_DROP, htonl(2));
		mnl_attr_put_u32(h, CTA_STATS_EARLY_DROP, htonl(1));
		finish(h);
	}
	h = message(0, 0);
	h->nlmsg_type = NLMSG_DONE;
	finish(h);
	ck_assert_int_eq(take(SEQUENCE), NSC_CONNTRACK_DONE);
	ck_assert_uint_eq(w.count, 2);
	ck_assert_uint_eq(w.told[1].kind, NSC_CONNTRACK_COUNTS);
	ck_assert_uint_eq(w.told[1].insert_failed, 3);
	ck_assert_uint_eq(w.told[1].drop, 2);
	ck_assert_uint_eq(w.told[1].early_drop, 1);
}
END_TEST

static void
put_error(int error)
{
	struct nlmsghdr *h = mnl_nlmsg_put_header(w.octets + w.used);
	struct nlmsgerr *e;

	h->nlmsg_type = NLMSG_ERROR;
	h->nlmsg_seq = SEQUENCE;
	e = mnl_nlmsg_put_extra_header(h, sizeof *e);
	e->error = error;
	finish(h);
}

START_TEST(test_ends_of_answers)
{
	struct nlmsghdr *h;

	put_error(0);
	ck_assert_int_eq(take(SEQUENCE), NSC_CONNTRACK_DONE);
	ck_assert_int_eq(take(SEQUENCE + 1), NSC_CONNTRACK_MORE);	/* another question's */
	begin();
	put_error(-ENOENT);
	ck_assert_int_eq(take(SEQUENCE), -ENOENT);
	begin();
	h = message(IPCTNL_MSG_CT_NEW, NLM_F_DUMP_INTR | NLM_F_MULTI);
	finish(h);
	ck_assert_int_eq(take(SEQUENCE), -EAGAIN);
	w.used -= 4;							/* cut short */
	ck_assert_int_eq(take(SEQUENCE), -EBADMSG);
}
END_TEST

/* A message of each length, and of another subsystem: nothing is told of what lacks. */
START_TEST(test_cut_short)
{
	struct nlmsghdr *h = message(IPCTNL_MSG_CT_NEW, 0);
	uint32_t whole;

	put_tuple(h, CTA_TUPLE_ORIG, "10.9.0.2", 40000, "10.9.0.1", 5555, IPPROTO_TCP);
	put_tuple(h, CTA_TUPLE_REPLY, "10.9.0.1", 6666, "10.9.0.2", 40000, IPPROTO_TCP);
	whole = h->nlmsg_len;
	for (uint32_t n = sizeof *h; n < whole; n += 4) {
		h->nlmsg_len = n;
		w.used = n;
		ck_assert_int_eq(take(0), NSC_CONNTRACK_MORE);
		for (unsigned i = 0; i < w.count; i++)
			ck_assert_uint_eq(w.told[i].kind, NSC_CONNTRACK_OTHER);
	}
	h->nlmsg_len = whole;
	w.used = whole;
	h->nlmsg_type = NFNL_SUBSYS_NFTABLES << 8;
	ck_assert_int_eq(take(0), NSC_CONNTRACK_MORE);
	ck_assert_uint_eq(w.count, 0);
}
END_TEST

RUN_TESTS("conntrack", begin, NULL, ONCE(test_destination), ONCE(test_source_ipv6_gone),
	  ONCE(test_of_no_interest), ONCE(test_counts), ONCE(test_ends_of_answers),
	  ONCE(test_cut_short))
