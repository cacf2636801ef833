/* SPDX-License-Identifier: MIT */
/* The packet socket of a ring, and the memory that it shares with the kernel. */
#ifndef NSC_SOURCE_RING_SOCKET_H
#define NSC_SOURCE_RING_SOCKET_H

#include "source/ring.h"

struct nsc_ring_socket {
	int fd;
	uint16_t link;			/* LINKTYPE_ of its frames */
	bool vnet;			/* a virtio_net_hdr is before each: offloads are told */
	uint8_t *map;
	uint32_t size, block_size, blocks;	/* octets, octets, number */
};

/* Bound, filtered, filling.  0, or -errno with err as of nsc_ring_open; nothing is left open then. */
int nsc_ring_socket_open(struct nsc_ring_socket *s, const struct nsc_ring_options *o,
			 char err[NSC_ERR]);

void nsc_ring_socket_close(struct nsc_ring_socket *s);

#endif
