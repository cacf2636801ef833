/* SPDX-License-Identifier: MIT */
/* Questions over NETLINK_SOCK_DIAG, and the reading of whole answers. */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <sys/socket.h>

#include "host/diag.h"

struct mnl_socket *
nsc_diag_open(void)
{
	struct timeval patience = {.tv_sec = 2};
	struct mnl_socket *nl = mnl_socket_open2(NETLINK_SOCK_DIAG, SOCK_CLOEXEC);
	int e;

	if (nl == NULL)
		return NULL;
	if (mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) == 0 &&
	    setsockopt(mnl_socket_get_fd(nl), SOL_SOCKET, SO_RCVTIMEO, &patience,
		       sizeof patience) == 0)
		return nl;
	e = errno;
	mnl_socket_close(nl);
	errno = e;
	return NULL;
}

/* The bit of an extension is one less than its number; those above 8 come unasked. */
static int
ask(const struct nsc_diag *d, struct mnl_socket *nl, void *buffer)
{
	struct nlmsghdr *h = mnl_nlmsg_put_header(buffer);
	struct inet_diag_req_v2 *q;

	h->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	h->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	h->nlmsg_seq = d->sequence;
	q = mnl_nlmsg_put_extra_header(h, sizeof *q);
	q->sdiag_family = d->family;
	q->sdiag_protocol = d->proto;
	q->idiag_states = d->states;
	if (d->totals)
		q->idiag_ext |= 1 << (INET_DIAG_INFO - 1);
	if (d->drops)
		q->idiag_ext |= 1 << (INET_DIAG_SKMEMINFO - 1);
	return mnl_socket_sendto(nl, h, h->nlmsg_len) < 0 ? -errno : 0;
}

int
nsc_diag_dump(const struct nsc_diag *d, struct mnl_socket *nl, void *buffer)
{
	int r = ask(d, nl, buffer);

	while (r == NSC_DIAG_MORE) {
		ssize_t n = mnl_socket_recvfrom(nl, buffer, NSC_DIAG_BUFFER);

		if (n > 0)
			r = nsc_diag_take(d, buffer, (size_t)n);
		else if (n == 0)
			r = -EPROTO;
		else if (errno != EINTR)
			r = -errno;
	}
	return r < 0 ? r : r == NSC_DIAG_ENDED;
}
