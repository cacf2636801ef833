/* SPDX-License-Identifier: MIT */
/* Dumps of RTM_GETROUTE and RTM_GETQDISC. */
#include "host/route.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

struct reading {
	struct nsc_routes routes;
	uint32_t metric[2];		/* the lowest so far */
};

static void
add_device(struct nsc_route_devices *d, uint32_t ifindex)
{
	if (ifindex == 0 || nsc_route_has(d, ifindex))
		return;
	if (d->count < NSC_ROUTE_DEVICES)
		d->ifindex[d->count++] = ifindex;
	else
		d->more = true;
}

static uint32_t
number(const struct nlattr *a)
{
	return mnl_attr_get_payload_len(a) >= sizeof(uint32_t) ? mnl_attr_get_u32(a) : 0;
}

static void
add_hops(struct nsc_route_devices *d, const struct nlattr *hops)
{
	const struct rtnexthop *h = mnl_attr_get_payload(hops);
	int left = mnl_attr_get_payload_len(hops);

	for (; RTNH_OK(h, left); left -= RTNH_ALIGN(h->rtnh_len), h = RTNH_NEXT(h))
		add_device(d, (uint32_t)h->rtnh_ifindex);
}

static int
on_route(const struct nlmsghdr *h, void *arg)
{
	struct reading *r = arg;
	const struct rtmsg *m = mnl_nlmsg_get_payload(h);
	const struct nlattr *a, *hops = NULL;
	uint32_t metric = 0, device = 0, table;
	unsigned family;

	if (mnl_nlmsg_get_payload_len(h) < sizeof *m)
		return MNL_CB_OK;
	table = m->rtm_table;
	family = m->rtm_family == AF_INET6;
	mnl_attr_for_each(a, h, sizeof *m) {
		switch (mnl_attr_get_type(a)) {
		case RTA_PRIORITY:
			metric = number(a);
			break;
		case RTA_OIF:
			device = number(a);
			break;
		case RTA_TABLE:
			table = number(a);
			break;
		case RTA_MULTIPATH:
			hops = a;
			break;
		}
	}
	if (m->rtm_dst_len != 0 || m->rtm_type != RTN_UNICAST || table != RT_TABLE_MAIN ||
	    metric > r->metric[family])
		return MNL_CB_OK;
	if (metric < r->metric[family])
		r->routes.standard[family] = (struct nsc_route_devices){.count = 0};
	r->metric[family] = metric;
	add_device(&r->routes.standard[family], device);
	if (hops != NULL)
		add_hops(&r->routes.standard[family], hops);
	return MNL_CB_OK;
}

static int
on_qdisc(const struct nlmsghdr *h, void *arg)
{
	struct reading *r = arg;
	const struct tcmsg *m = mnl_nlmsg_get_payload(h);
	const struct nlattr *a;

	if (mnl_nlmsg_get_payload_len(h) < sizeof *m)
		return MNL_CB_OK;
	mnl_attr_for_each(a, h, sizeof *m)
		if (mnl_attr_get_type(a) == TCA_KIND &&
		    mnl_attr_validate(a, MNL_TYPE_NUL_STRING) >= 0 &&
		    (strcmp(mnl_attr_get_str(a), "clsact") == 0 ||
		     strcmp(mnl_attr_get_str(a), "ingress") == 0))
			add_device(&r->routes.filtered, (uint32_t)m->tcm_ifindex);
	return MNL_CB_OK;
}

static int
dump(struct mnl_socket *s, unsigned type, unsigned family, mnl_cb_t told, struct reading *r)
{
	/* rtmsg and tcmsg both begin with the family, and zeros ask for everything. */
	union {
		struct rtmsg route;
		struct tcmsg tc;
	} zero = {.tc = {.tcm_family = 0}};
	char buffer[32768];
	struct nlmsghdr *h = mnl_nlmsg_put_header(buffer);
	unsigned seq = type * 2 + family;
	ssize_t n;
	int more;

	zero.route.rtm_family = (unsigned char)family;
	h->nlmsg_type = (uint16_t)type;
	h->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	h->nlmsg_seq = seq;
	if (type == RTM_GETROUTE)
		memcpy(mnl_nlmsg_put_extra_header(h, sizeof zero.route), &zero.route,
		       sizeof zero.route);
	else
		memcpy(mnl_nlmsg_put_extra_header(h, sizeof zero.tc), &zero.tc, sizeof zero.tc);
	if (mnl_socket_sendto(s, h, h->nlmsg_len) < 0)
		return -errno;
	do {
		n = mnl_socket_recvfrom(s, buffer, sizeof buffer);
		if (n < 0)
			return -errno;
		more = mnl_cb_run(buffer, (size_t)n, seq, mnl_socket_get_portid(s), told, r);
	} while (more > MNL_CB_STOP);
	return more < 0 ? -errno : 0;
}

int
nsc_routes_read(struct nsc_routes *routes, char err[NSC_ERR])
{
	struct reading r = {.metric = {UINT32_MAX, UINT32_MAX}};
	struct mnl_socket *s = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	int rc = s == NULL || mnl_socket_bind(s, 0, MNL_SOCKET_AUTOPID) < 0 ? -errno : 0;

	if (rc == 0)
		rc = dump(s, RTM_GETROUTE, AF_INET, on_route, &r);
	if (rc == 0)
		rc = dump(s, RTM_GETROUTE, AF_INET6, on_route, &r);
	if (rc == 0)
		rc = dump(s, RTM_GETQDISC, AF_UNSPEC, on_qdisc, &r);
	if (s != NULL)
		mnl_socket_close(s);
	if (rc < 0)
		return nsc_error(err, rc, "routes: %s", strerror(-rc));
	*routes = r.routes;
	return 0;
}

bool
nsc_route_has(const struct nsc_route_devices *d, uint32_t ifindex)
{
	for (unsigned i = 0; i < d->count; i++)
		if (d->ifindex[i] == ifindex)
			return true;
	return false;
}
