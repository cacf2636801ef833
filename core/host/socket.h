/* SPDX-License-Identifier: MIT */
/* One socket as the kernel describes it, over sock_diag, /proc/net or a tracepoint. */
#ifndef NSC_HOST_SOCKET_H
#define NSC_HOST_SOCKET_H

#include <stdbool.h>

#include "base/addr.h"

enum nsc_socket_state {		/* include/net/tcp_states.h; UDP uses ESTABLISHED and CLOSE */
	NSC_SOCKET_ESTABLISHED = 1, NSC_SOCKET_SYN_SENT, NSC_SOCKET_SYN_RECV,
	NSC_SOCKET_FIN_WAIT1, NSC_SOCKET_FIN_WAIT2, NSC_SOCKET_TIME_WAIT, NSC_SOCKET_CLOSE,
	NSC_SOCKET_CLOSE_WAIT, NSC_SOCKET_LAST_ACK, NSC_SOCKET_LISTEN, NSC_SOCKET_CLOSING,
	NSC_SOCKET_NEW_SYN_RECV,
	NSC_SOCKET_STATES
};

enum {				/* which family's packets a socket takes */
	NSC_FAMILY_IPV4 = 1,
	NSC_FAMILY_IPV6 = 2,
};

struct nsc_socket_totals {	/* since it was opened; octets of transport payload */
	uint64_t sent;		/* tcpi_bytes_sent - tcpi_bytes_retrans */
	uint64_t received;	/* tcpi_bytes_received, without what SYN and FIN add */
	uint32_t retransmits;	/* tcpi_total_retrans, segments */
	uint32_t rtt, rtt_var;	/* us; 0: never measured */
};

struct nsc_socket {
	uint64_t cookie;	/* unique since the boot; 0: not told (/proc/net) */
	uint64_t inode;		/* 0: no file: TIME_WAIT, not yet accepted */
	uint64_t cgroup;	/* inode of its cgroup2 folder; 0: not told, 1: the root */
	uint64_t netns;		/* inode of its network namespace */
	struct nsc_addr local, remote;	/* mapped ones are IPv4; `::` stays `::` */
	uint16_t local_port, remote_port;
	uint8_t proto;		/* IPPROTO_TCP or IPPROTO_UDP */
	uint8_t state;		/* nsc_socket_state */
	uint8_t families;	/* NSC_FAMILY_*: both for a dual-stack wildcard */
	bool assumed;		/* families rest on the sysctl, not on the socket */
	uint32_t device;	/* ifindex: SO_BINDTODEVICE or a link-local zone; 0: none */
	uint32_t uid;
	uint32_t queue, queue_max;	/* LISTEN: to be accepted, and the limit (listen(2)) */
	uint32_t drops;		/* LISTEN: connections lost to a full queue; UDP: datagrams */
	bool measured;		/* totals are there; not of a TIME_WAIT's predecessor in FIN_WAIT2 */
	struct nsc_socket_totals totals;
};

/* "ESTABLISHED"; "UNCONN" for UDP without a peer.  Never NULL. */
const char *nsc_socket_state_text(const struct nsc_socket *s);

/*
 * Sets families and `assumed` by the local address: v6only as the socket has it (0, 1; -1:
 * not told), bindv6only the sysctl of its namespace.
 */
void nsc_socket_set_families(struct nsc_socket *s, int v6only, bool bindv6only);

#endif
