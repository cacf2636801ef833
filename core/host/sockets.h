/* SPDX-License-Identifier: MIT */
/*
 * The sockets of a network namespace: over sock_diag(7), or, where that is not to
 * be had, from /proc/net, with the same words.
 */
#ifndef NSC_HOST_SOCKETS_H
#define NSC_HOST_SOCKETS_H

#include "base/error.h"
#include "host/socket.h"

struct nsc_sockets;

struct nsc_sockets_wish {
	bool tcp, udp;
	bool totals;		/* with struct nsc_socket_totals */
	uint32_t states;	/* of TCP, 1 << nsc_socket_state; LISTEN alone is cheap */
};

enum {
	NSC_SOCKETS_OPEN = 0x1fff & ~(1 << NSC_SOCKET_TIME_WAIT | 1 << NSC_SOCKET_CLOSE | 1),
	NSC_SOCKETS_WAIT = 1 << NSC_SOCKET_TIME_WAIT,
};

/* Of the calling thread's namespace.  Opens nothing yet; -ENOMEM or 0. */
int nsc_sockets_new(struct nsc_sockets **s);
void nsc_sockets_free(struct nsc_sockets *s);

/*
 * Tells each socket once (cookie).  `each` returns false to end it early.  Any error closes
 * the way, the next call opens it anew; after -EPERM, -ENOENT or -EPROTONOSUPPORT of
 * sock_diag /proc/net is read.  UDP that fails leaves TCP told (row 2.8): then the result
 * is the -errno, with err, and what was told stands.  0 or -errno.
 */
int nsc_sockets_each(struct nsc_sockets *s, const struct nsc_sockets_wish *w,
		     bool (*each)(void *arg, const struct nsc_socket *one), void *arg,
		     char err[NSC_ERR]);

/* "sock_diag" or "/proc/net": who answered last. */
const char *nsc_sockets_way(const struct nsc_sockets *s);

#endif
