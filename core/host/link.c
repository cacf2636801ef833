/* SPDX-License-Identifier: MIT */
/* Dumps of RTM_GETLINK and RTM_GETADDR, parsed with libmnl. */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/link.h"

enum {
	TRIES = 4,
	BUFFER = 64 << 10,		/* devices with many functions: long messages */
	EVENT_ROOM = 1 << 20,		/* octets; containers come and go by hundreds */
};

static void
copy_name(char to[NSC_NAME], const struct nlattr *a)
{
	size_t n = strnlen(mnl_attr_get_payload(a), mnl_attr_get_payload_len(a));

	if (n >= NSC_NAME)
		n = NSC_NAME - 1;
	memcpy(to, mnl_attr_get_payload(a), n);
	to[n] = '\0';
}

static uint32_t
number(const struct nlattr *a)
{
	return mnl_attr_get_payload_len(a) >= sizeof(uint32_t) ? mnl_attr_get_u32(a) : 0;
}

static void
take_info(struct nsc_interface *i, const struct nlattr *info)
{
	const struct nlattr *a;

	mnl_attr_for_each_nested(a, info)
		if (mnl_attr_get_type(a) == IFLA_INFO_KIND)
			copy_name(i->kind, a);
}

static bool
has_xdp(const struct nlattr *xdp)
{
	const struct nlattr *a;

	mnl_attr_for_each_nested(a, xdp)
		if (mnl_attr_get_type(a) == IFLA_XDP_ATTACHED &&
		    mnl_attr_get_payload_len(a) >= 1)
			return mnl_attr_get_u8(a) != XDP_ATTACHED_NONE;
	return false;
}

static int
take_link(struct nsc_interfaces *t, const struct nlmsghdr *h)
{
	const struct ifinfomsg *m = mnl_nlmsg_get_payload(h);
	struct nsc_interface *i;
	const struct nlattr *a;

	if (mnl_nlmsg_get_payload_len(h) < sizeof *m || m->ifi_index <= 0)
		return 0;
	i = nsc_interfaces_add(t);
	if (i == NULL)
		return -ENOMEM;
	i->ifindex = (uint32_t)m->ifi_index;
	i->flags = m->ifi_flags;
	i->type = m->ifi_type;
	mnl_attr_for_each(a, h, sizeof *m) {
		switch (mnl_attr_get_type(a)) {
		case IFLA_IFNAME:
			copy_name(i->name, a);
			break;
		case IFLA_MASTER:
			i->master = number(a);
			break;
		case IFLA_LINK:
			i->link = number(a);
			break;
		case IFLA_LINK_NETNSID:
			i->link_elsewhere = true;
			break;
		case IFLA_ADDRESS:
			if (mnl_attr_get_payload_len(a) == sizeof i->mac) {
				memcpy(i->mac, mnl_attr_get_payload(a), sizeof i->mac);
				i->has_mac = true;
			}
			break;
		case IFLA_XDP:
			i->xdp = has_xdp(a);
			break;
		case IFLA_LINKINFO:
			take_info(i, a);
			break;
		}
	}
	return 0;
}

static bool
read_address(struct nsc_addr *to, const struct nlattr *a, uint8_t family)
{
	size_t n = mnl_attr_get_payload_len(a);

	if (family == AF_INET && n == 4)
		*to = nsc_addr_v4(mnl_attr_get_payload(a));
	else if (family == AF_INET6 && n == 16)
		*to = nsc_addr_v6(mnl_attr_get_payload(a));
	else
		return false;
	return true;
}

/* IFA_LOCAL is ours; IFA_ADDRESS is the peer's where there is one; IPv6 has no other. */
static int
take_address(struct nsc_interfaces *t, const struct nlmsghdr *h)
{
	const struct ifaddrmsg *m = mnl_nlmsg_get_payload(h);
	struct nsc_interface_address *to;
	struct nsc_addr addr, own;
	bool has_addr = false, has_own = false;
	const struct nlattr *a;

	if (mnl_nlmsg_get_payload_len(h) < sizeof *m)
		return 0;
	mnl_attr_for_each(a, h, sizeof *m) {
		if (mnl_attr_get_type(a) == IFA_LOCAL)
			has_own = read_address(&own, a, m->ifa_family);
		else if (mnl_attr_get_type(a) == IFA_ADDRESS)
			has_addr = read_address(&addr, a, m->ifa_family);
	}
	if (!has_own && !has_addr)
		return 0;
	to = nsc_interfaces_add_address(t);
	if (to == NULL)
		return -ENOMEM;
	to->addr = has_own ? own : addr;
	to->ifindex = m->ifa_index;
	to->bits = (uint8_t)(m->ifa_prefixlen + (m->ifa_family == AF_INET ? 96 : 0));
	return 0;
}

struct dump {
	struct nsc_interfaces *table;
	uint32_t sequence;
	bool interrupted;
	bool done;
};

static int
take(struct dump *d, const struct nlmsghdr *h)
{
	const struct nlmsgerr *e = mnl_nlmsg_get_payload(h);

	if (h->nlmsg_seq != d->sequence)
		return 0;
	if (h->nlmsg_flags & NLM_F_DUMP_INTR)
		d->interrupted = true;
	switch (h->nlmsg_type) {
	case NLMSG_DONE:
		d->done = true;
		return 0;
	case NLMSG_ERROR:
		return mnl_nlmsg_get_payload_len(h) >= sizeof *e && e->error < 0 ? e->error
										 : -EPROTO;
	case RTM_NEWLINK:
		return take_link(d->table, h);
	case RTM_NEWADDR:
		return take_address(d->table, h);
	default:
		return 0;
	}
}

static int
ask(struct mnl_socket *nl, void *buffer, uint16_t type, uint32_t sequence)
{
	struct nlmsghdr *h = mnl_nlmsg_put_header(buffer);

	h->nlmsg_type = type;
	h->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	h->nlmsg_seq = sequence;
	if (type == RTM_GETLINK) {
		mnl_nlmsg_put_extra_header(h, sizeof(struct ifinfomsg));
		mnl_attr_put_u32(h, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	} else {
		mnl_nlmsg_put_extra_header(h, sizeof(struct ifaddrmsg));
	}
	return mnl_socket_sendto(nl, h, h->nlmsg_len) < 0 ? -errno : 0;
}

static int
run(struct mnl_socket *nl, void *buffer, struct dump *d, uint16_t type)
{
	int r = ask(nl, buffer, type, ++d->sequence);

	d->done = false;
	while (r == 0 && !d->done) {
		ssize_t got = mnl_socket_recvfrom(nl, buffer, BUFFER);
		int left = (int)got;

		if (got < 0)
			return -errno;
		for (const struct nlmsghdr *h = buffer; r == 0 && mnl_nlmsg_ok(h, left);
		     h = mnl_nlmsg_next(h, &left))
			r = take(d, h);
	}
	return r;
}

static int
dump_all(struct mnl_socket *nl, void *buffer, struct nsc_interfaces *t)
{
	struct dump d = {.table = t};
	int r = 0;

	for (int i = 0; i < TRIES; i++) {
		nsc_interfaces_clear(t);
		d.interrupted = false;
		r = run(nl, buffer, &d, RTM_GETLINK);
		if (r == 0)
			r = run(nl, buffer, &d, RTM_GETADDR);
		if (r < 0 || !d.interrupted)
			break;
	}
	return r;
}

int
nsc_link_dump(struct nsc_interfaces *t, char err[NSC_ERR])
{
	struct mnl_socket *nl = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	struct timeval patience = {.tv_sec = 2};
	struct nsc_interfaces fresh = {0};
	void *buffer = malloc(BUFFER);
	int r = 0;

	if (nl == NULL || mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) < 0)
		r = -errno;
	else if (buffer == NULL)
		r = -ENOMEM;
	else if (setsockopt(mnl_socket_get_fd(nl), SOL_SOCKET, SO_RCVTIMEO, &patience,
			    sizeof patience) < 0)
		r = -errno;
	if (r == 0)
		r = dump_all(nl, buffer, &fresh);
	free(buffer);
	if (nl != NULL)
		mnl_socket_close(nl);
	if (r < 0) {
		nsc_interfaces_clear(&fresh);
		return nsc_error(err, r, "interfaces: %s", strerror(-r));
	}
	nsc_interfaces_sort(&fresh);
	nsc_interfaces_clear(t);
	*t = fresh;
	return 0;
}

int
nsc_link_watch(char err[NSC_ERR])
{
	struct sockaddr_nl own = {
		.nl_family = AF_NETLINK,
		.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR,
	};
	int room = EVENT_ROOM;
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
	int e;

	if (fd >= 0) {
		/* At most net.core.rmem_max; a loss all the same is told as ENOBUFS. */
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
		if (bind(fd, (struct sockaddr *)&own, sizeof own) == 0)
			return fd;
	}
	e = errno;
	if (fd >= 0)
		close(fd);
	return nsc_error(err, -e, "interfaces: %s", strerror(e));
}

int
nsc_link_changed(int fd)
{
	char octets[8192];		/* what it says does not matter: the dump tells */
	int changed = 0;

	for (;;) {
		ssize_t n = recv(fd, octets, sizeof octets, MSG_TRUNC);

		if (n >= 0)
			changed = 1;
		else if (errno == EAGAIN)
			return changed;
		else if (errno != EINTR)
			return -errno;
	}
}
