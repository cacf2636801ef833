/* SPDX-License-Identifier: MIT */
/*
 * /proc/net/{tcp,tcp6,udp,udp6} (proc(5)): what is left where sock_diag is not to be had.
 * It tells no cookie, cgroup, device, IPV6_V6ONLY, octets, nor a listener's limit and drops.
 */
#ifndef NSC_HOST_PROC_NET_H
#define NSC_HOST_PROC_NET_H

#include <stddef.h>

#include "base/error.h"
#include "host/socket.h"

struct nsc_proc_net {
	uint8_t proto;			/* IPPROTO_TCP or IPPROTO_UDP */
	bool ipv6;			/* the file with a 6 */
	bool bindv6only;		/* the sysctl: what `::` takes is assumed by it */
	uint32_t states;		/* 1 << nsc_socket_state */
	uint64_t netns;
	bool (*each)(void *arg, const struct nsc_socket *one);	/* false ends it */
	void *arg;
};

/* One line without its newline; false if it is no socket (the heading).  Pure. */
bool nsc_proc_net_line(const struct nsc_proc_net *p, struct nsc_socket *s, const char *line,
		       size_t n);

/*
 * Tells each socket of the calling thread's namespace.  buffer: size octets, for lines of
 * up to that length.  1: each ended it, 0, or -errno with err.  A kernel without IPv6 has
 * no sockets of it: 0.
 */
int nsc_proc_net_each(const struct nsc_proc_net *p, char *buffer, size_t size,
		      char err[NSC_ERR]);

/* net.ipv6.bindv6only of the calling thread's namespace. */
bool nsc_proc_net_bindv6only(void);

#endif
