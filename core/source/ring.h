/* SPDX-License-Identifier: MIT */
/*
 * A TPACKET_V3 ring on one interface as a source (packet(7), the kernel's
 * Documentation/networking/packet_mmap.rst).
 *
 * batch lends frames out of the ring's memory; a block goes back to the kernel
 * when all its frames were lent and the next batch is asked for.  -ENETDOWN: the
 * interface went down; the ring stays, delivers what it holds, and fills again
 * when the interface comes up: go on polling.  -ENODEV: it is gone; the
 * frames captured before are still delivered: batch until 0, then close.
 *
 * batch, fd and mute belong to the thread that reads; stats, row and size may
 * be used by one other thread at the same time; close by one of them when the
 * other is done.
 */
#ifndef NSC_SOURCE_RING_H
#define NSC_SOURCE_RING_H

#include <stdbool.h>

#include "source/source.h"

enum {
	NSC_RING_MINIMUM = 2 << 20,	/* octets; smaller ones lose bursts */
	NSC_RING_RETIRE_MS = 20,	/* a block that is not full is handed over */
	NSC_RING_LINGER_MS = 3 * NSC_RING_RETIRE_MS,	/* its timer may need two rounds */
};

struct nsc_ring_options {
	const char *name;		/* of the interface, for messages */
	uint32_t ifindex;
	uint16_t type;			/* ARPHRD_* of the interface */
	uint16_t row;			/* nsc_frame.iface of what it delivers */
	uint32_t size;			/* octets wanted; less on -ENOMEM */
	uint32_t snaplen;		/* octets kept of each frame */
	const char *filter;		/* pcap text; "" or NULL: everything */
	bool promiscuous;
	/*
	 * NULL: this ring alone.  Else the group whose members share the
	 * interface's flows by hash: 0 before the first member, which writes it.
	 */
	uint16_t *fanout;
};

/*
 * The LINKTYPE_ of frames that a ring delivers for an ARPHRD_ type: 1 for
 * Ethernet and loopback, 101 for devices that carry bare IP; 0: not supported.
 */
uint16_t nsc_ring_link(uint16_t type);

/*
 * 0, or -errno with err: -EPERM (CAP_NET_RAW), -EAFNOSUPPORT (packet sockets are
 * forbidden here), -ENODEV, -EINVAL (filter), -EPFNOSUPPORT (link type), -ENOMEM.
 */
int nsc_ring_open(struct nsc_source **s, const struct nsc_ring_options *o,
		  char err[NSC_ERR]);

/*
 * Gives the blocks back whose frames were all lent; batch does it first.  Whoever
 * must publish before (a helper process) asks for the next batch after the publish.
 */
void nsc_ring_release(struct nsc_source *s);

/*
 * For a process that inherited the source from its opener while another one has read from
 * it, and died: goes to the oldest block that was not given back, else to where the
 * kernel fills.  Before the first batch.
 */
void nsc_ring_adopt(struct nsc_source *s);

/* No new frames from now on; what was captured can still be read for NSC_RING_LINGER_MS. */
void nsc_ring_mute(struct nsc_source *s);

/* The interface has another row (it was renamed). */
void nsc_ring_row(struct nsc_source *s, uint16_t row);

/* Octets of the ring. */
uint32_t nsc_ring_size(const struct nsc_source *s);

#endif
