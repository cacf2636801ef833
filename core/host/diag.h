/* SPDX-License-Identifier: MIT */
/*
 * sock_diag(7), inet part: a question, and the reading of what the kernel answers.  One
 * dump is of one protocol and one address family; the caller owns the netlink socket.
 */
#ifndef NSC_HOST_DIAG_H
#define NSC_HOST_DIAG_H

#include <stddef.h>

#include "base/error.h"
#include "host/socket.h"

struct mnl_socket;

/*
 * The one size for every read of such a socket: the kernel remembers the largest that it
 * was asked for and makes later parts as large, so that a smaller one would cut them.
 */
enum { NSC_DIAG_BUFFER = 32 << 10 };

struct nsc_diag {
	uint8_t family;			/* AF_INET or AF_INET6 */
	uint8_t proto;			/* IPPROTO_TCP or IPPROTO_UDP */
	bool totals, drops;		/* what to ask for beside what always comes */
	uint32_t states;		/* 1 << nsc_socket_state */
	uint32_t sequence;		/* of the question; answers to another are not ours */
	bool bindv6only;		/* the sysctl, where a socket does not tell */
	uint64_t netns;
	bool (*each)(void *arg, const struct nsc_socket *one);	/* false ends the dump */
	void *arg;
};

/* A socket for questions in the calling thread's namespace: NULL, and errno. */
struct mnl_socket *nsc_diag_open(void);

/*
 * Asks and tells each socket.  buffer: NSC_DIAG_BUFFER octets.  1: each ended it, 0: all
 * were told, -errno: as far as told.  After anything but 0 the netlink socket must be
 * closed: parts of an answer may wait in it.
 */
int nsc_diag_dump(const struct nsc_diag *d, struct mnl_socket *nl, void *buffer);

enum { NSC_DIAG_MORE, NSC_DIAG_DONE, NSC_DIAG_ENDED };

/* The reading alone: one datagram of an answer.  One of these, or -errno.  Pure. */
int nsc_diag_take(const struct nsc_diag *d, const void *octets, size_t n);

#endif
