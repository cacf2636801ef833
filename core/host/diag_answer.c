/* SPDX-License-Identifier: MIT */
/*
 * What the kernel answers over NETLINK_SOCK_DIAG, read with libmnl (struct inet_diag_msg
 * and its attributes: linux/inet_diag.h; measured on 6.18).  Pure.
 */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "host/diag.h"

enum { MORE = NSC_DIAG_MORE, DONE = NSC_DIAG_DONE, ENDED = NSC_DIAG_ENDED };

/* True if a tcp_info of n octets has the field: older kernels send less, newer ones more. */
#define COVERS(n, field) \
	((n) >= offsetof(struct tcp_info, field) + sizeof(((struct tcp_info *)0)->field))

static bool
fin_came(uint8_t state)
{
	return state == NSC_SOCKET_CLOSE_WAIT || state == NSC_SOCKET_LAST_ACK ||
	       state == NSC_SOCKET_CLOSING;
}

/*
 * Octets of payload.  The kernel counts received octets by sequence numbers, so that a FIN
 * is one more.  Before 4.19 there is no bytes_sent: bytes_acked is the nearest, in which
 * SYN and FIN are one each.  The state is that of tcp_info: both were read under one lock.
 */
static void
take_info(struct nsc_socket *s, const struct nlattr *a)
{
	struct nsc_socket_totals *t = &s->totals;
	struct tcp_info i = {0};
	size_t n = mnl_attr_get_payload_len(a);
	uint64_t extra = 1;

	memcpy(&i, mnl_attr_get_payload(a), n < sizeof i ? n : sizeof i);
	if (s->state == NSC_SOCKET_LISTEN || !COVERS(n, tcpi_bytes_received))
		return;
	s->measured = true;
	t->received = i.tcpi_bytes_received - (fin_came(i.tcpi_state) &&
					       i.tcpi_bytes_received > 0);
	if (COVERS(n, tcpi_bytes_retrans)) {
		t->sent = i.tcpi_bytes_sent - i.tcpi_bytes_retrans;
	} else {
		extra += i.tcpi_state == NSC_SOCKET_FIN_WAIT2;
		t->sent = i.tcpi_bytes_acked > extra ? i.tcpi_bytes_acked - extra : 0;
	}
	t->retransmits = i.tcpi_total_retrans;
	t->rtt = i.tcpi_rtt;
	t->rtt_var = i.tcpi_rtt > 0 ? i.tcpi_rttvar : 0;	/* it begins with a guess */
}

static void
take_attribute(struct nsc_socket *s, int *v6only, const struct nlattr *a)
{
	const char *octets = mnl_attr_get_payload(a);
	size_t n = mnl_attr_get_payload_len(a);

	switch (mnl_attr_get_type(a)) {
	case INET_DIAG_INFO:
		take_info(s, a);
		break;
	case INET_DIAG_SKMEMINFO:
		if (n >= (SK_MEMINFO_DROPS + 1) * sizeof s->drops)
			memcpy(&s->drops, octets + SK_MEMINFO_DROPS * sizeof s->drops,
			       sizeof s->drops);
		break;
	case INET_DIAG_SKV6ONLY:
		if (n >= 1)
			*v6only = octets[0] != 0;
		break;
	case INET_DIAG_CGROUP_ID:
		if (n >= sizeof s->cgroup)
			memcpy(&s->cgroup, octets, sizeof s->cgroup);
		break;
	}
}

static struct nsc_addr
address(uint8_t family, const uint32_t word[4])
{
	uint8_t octets[16];

	memcpy(octets, word, sizeof octets);
	return family == AF_INET ? nsc_addr_v4(octets) : nsc_addr_v6(octets);
}

static bool
take_socket(const struct nsc_diag *d, struct nsc_socket *s, const struct nlmsghdr *h)
{
	const struct inet_diag_msg *m = mnl_nlmsg_get_payload(h);
	const char *end = (const char *)h + h->nlmsg_len;
	const struct nlattr *a;
	int v6only = -1;

	if (mnl_nlmsg_get_payload_len(h) < sizeof *m ||
	    (m->idiag_family != AF_INET && m->idiag_family != AF_INET6))
		return false;
	*s = (struct nsc_socket){
		.cookie = (uint64_t)m->id.idiag_cookie[1] << 32 | m->id.idiag_cookie[0],
		.inode = m->idiag_inode,
		.netns = d->netns,
		.local = address(m->idiag_family, m->id.idiag_src),
		.remote = address(m->idiag_family, m->id.idiag_dst),
		.local_port = ntohs(m->id.idiag_sport),
		.remote_port = ntohs(m->id.idiag_dport),
		.proto = d->proto,
		.state = m->idiag_state,
		.device = m->id.idiag_if,
		.uid = m->idiag_uid,
	};
	if (s->proto == IPPROTO_TCP && s->state == NSC_SOCKET_LISTEN) {
		s->queue = m->idiag_rqueue;
		s->queue_max = m->idiag_wqueue;
	}
	/* mnl_attr_for_each goes to the aligned end, up to three octets behind the message. */
	for (a = mnl_nlmsg_get_payload_offset(h, sizeof *m);
	     mnl_attr_ok(a, (int)(end - (const char *)a)); a = mnl_attr_next(a))
		take_attribute(s, &v6only, a);
	nsc_socket_set_families(s, v6only, d->bindv6only);
	return true;
}

/* The end of a dump carries what the dump itself met, since 4.4 as an int. */
static int
ending(const struct nlmsghdr *h)
{
	int code = 0;

	if (mnl_nlmsg_get_payload_len(h) >= sizeof code)
		memcpy(&code, mnl_nlmsg_get_payload(h), sizeof code);
	return code < 0 ? code : DONE;
}

static int
take_message(const struct nsc_diag *d, const struct nlmsghdr *h)
{
	struct nsc_socket s;
	int r;

	if (h->nlmsg_seq != d->sequence)
		return MORE;
	switch (h->nlmsg_type) {
	case NLMSG_DONE:
		return ending(h);
	case NLMSG_ERROR:
		r = ending(h);		/* struct nlmsgerr begins with the code */
		return r < 0 ? r : -EPROTO;
	case SOCK_DIAG_BY_FAMILY:
		return take_socket(d, &s, h) && !d->each(d->arg, &s) ? ENDED : MORE;
	default:
		return MORE;
	}
}

int
nsc_diag_take(const struct nsc_diag *d, const void *octets, size_t n)
{
	int left = (int)n, r = MORE;

	/* mnl_nlmsg_ok compares as int, and lets lengths of 2 GiB and more pass. */
	for (const struct nlmsghdr *h = octets;
	     r == MORE && mnl_nlmsg_ok(h, left) && h->nlmsg_len <= n;
	     h = mnl_nlmsg_next(h, &left))
		r = take_message(d, h);
	return r;
}
