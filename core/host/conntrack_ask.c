/* SPDX-License-Identifier: MIT */
/*
 * Questions wait for their answers, at most two seconds.  Events are sieved in the kernel: an
 * entry that nobody translates does not reach our buffer, and so cannot fill it.
 */
#include "host/conntrack_ask.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_compat.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/nfnetlink.h"

void
nsc_conntrack_asker_close(struct nsc_conntrack_asker *a)
{
	if (a->socket != NULL)
		mnl_socket_close(a->socket);
	a->socket = NULL;
}

static int
open_asker(struct nsc_conntrack_asker *a)
{
	struct timeval patience = {.tv_sec = 2};
	int r = 0;

	if (a->socket != NULL)
		return 0;
	a->socket = mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC);
	if (a->socket == NULL)
		return -errno;
	if (mnl_socket_bind(a->socket, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    setsockopt(mnl_socket_get_fd(a->socket), SOL_SOCKET, SO_RCVTIMEO, &patience,
		       sizeof patience) < 0) {
		r = -errno;
		nsc_conntrack_asker_close(a);
	}
	return r;
}

static struct nlmsghdr *
begin(struct nsc_conntrack_asker *a, unsigned type, uint8_t family, uint16_t flags)
{
	if (++a->sequence == 0)
		a->sequence = 1;	/* 0 stands for events */
	return nsc_nfnetlink_begin(a->buffer, NFNL_SUBSYS_CTNETLINK, type, family, flags,
				   a->sequence);
}

/* Every answer ends: a dump with DONE, any other with its acknowledgement. */
static int
ask(struct nsc_conntrack_asker *a, const struct nlmsghdr *h, nsc_conntrack_each *each, void *arg)
{
	int r = mnl_socket_sendto(a->socket, h, h->nlmsg_len) < 0 ? -errno : NSC_CONNTRACK_MORE;

	while (r == NSC_CONNTRACK_MORE) {
		ssize_t n = mnl_socket_recvfrom(a->socket, a->buffer, NSC_CONNTRACK_BUFFER);

		if (n > 0)
			r = nsc_conntrack_take(a->buffer, (size_t)n, a->sequence, each, arg);
		else if (n == 0)
			r = -EPROTO;
		else if (errno != EINTR)
			r = -errno;
	}
	if (r < 0 && r != -ENOENT)	/* parts of an answer may wait in it */
		nsc_conntrack_asker_close(a);
	return r < 0 ? r : 0;
}

int
nsc_conntrack_ask_all(struct nsc_conntrack_asker *a, uint32_t status, nsc_conntrack_each *each,
		      void *arg)
{
	int r = open_asker(a);
	struct nlmsghdr *h;

	if (r < 0)
		return r;
	h = begin(a, IPCTNL_MSG_CT_GET, AF_UNSPEC, NLM_F_DUMP);
	if (status != 0) {
		mnl_attr_put_u32(h, CTA_STATUS, htonl(status));
		mnl_attr_put_u32(h, CTA_STATUS_MASK, htonl(status));
	}
	return ask(a, h, each, arg);
}

int
nsc_conntrack_ask_one(struct nsc_conntrack_asker *a, const struct nsc_translation *x,
		      nsc_conntrack_each *each, void *arg)
{
	const struct nsc_tuple *t = &x->before;
	bool v4 = nsc_addr_is_v4(&t->addr[0]);
	struct nlattr *tuple, *part;
	int r = open_asker(a);
	struct nlmsghdr *h;

	if (r < 0)
		return r;
	h = begin(a, IPCTNL_MSG_CT_GET, v4 ? AF_INET : AF_INET6, NLM_F_ACK);
	tuple = mnl_attr_nest_start(h, CTA_TUPLE_ORIG);
	part = mnl_attr_nest_start(h, CTA_TUPLE_IP);
	mnl_attr_put(h, v4 ? CTA_IP_V4_SRC : CTA_IP_V6_SRC, v4 ? 4 : 16, t->addr[0].b + (v4 ? 12 : 0));
	mnl_attr_put(h, v4 ? CTA_IP_V4_DST : CTA_IP_V6_DST, v4 ? 4 : 16, t->addr[1].b + (v4 ? 12 : 0));
	mnl_attr_nest_end(h, part);
	part = mnl_attr_nest_start(h, CTA_TUPLE_PROTO);
	mnl_attr_put_u8(h, CTA_PROTO_NUM, x->proto);
	mnl_attr_put_u16(h, CTA_PROTO_SRC_PORT, htons(t->port[0]));
	mnl_attr_put_u16(h, CTA_PROTO_DST_PORT, htons(t->port[1]));
	mnl_attr_nest_end(h, part);
	mnl_attr_nest_end(h, tuple);
	return ask(a, h, each, arg);
}

int
nsc_conntrack_ask_counts(struct nsc_conntrack_asker *a, nsc_conntrack_each *each, void *arg)
{
	int r = open_asker(a);

	if (r < 0)
		return r;
	return ask(a, begin(a, IPCTNL_MSG_CT_GET_STATS_CPU, AF_UNSPEC, NLM_F_DUMP), each, arg);
}

/* --- events ------------------------------------------------------------------------- */

/* Messages whose CTA_STATUS has a bit of NAT, and those that have none to tell by. */
static int
sieve(int fd)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_IMM, sizeof(struct nlmsghdr) + sizeof(struct nfgenmsg)),
		BPF_STMT(BPF_LDX | BPF_IMM, CTA_STATUS),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, (uint32_t)(SKF_AD_OFF + SKF_AD_NLATTR)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 3, 0),
		BPF_STMT(BPF_MISC | BPF_TAX, 0),
		BPF_STMT(BPF_LD | BPF_W | BPF_IND, sizeof(struct nlattr)),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, IPS_NAT_MASK, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog program = {.len = sizeof code / sizeof *code, .filter = code};

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
}

int
nsc_conntrack_listen(unsigned room)
{
	const int group[] = {NFNLGRP_CONNTRACK_NEW, NFNLGRP_CONNTRACK_DESTROY};
	struct sockaddr_nl own = {.nl_family = AF_NETLINK};
	int octets = (int)room;
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_NETFILTER);
	int r = fd < 0 || bind(fd, (struct sockaddr *)&own, sizeof own) < 0 ? -errno : 0;

	if (r == 0) {
		sieve(fd);		/* without it there is more to look at */
		if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &octets, sizeof octets) < 0)
			setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &octets, sizeof octets);
	}
	for (size_t i = 0; r == 0 && i < sizeof group / sizeof *group; i++)
		if (setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group[i],
			       sizeof group[i]) < 0)
			r = -errno;
	if (r < 0 && fd >= 0)
		close(fd);
	return r < 0 ? r : fd;
}
