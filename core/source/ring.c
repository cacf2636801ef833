/* SPDX-License-Identifier: MIT */
/* Blocks of frames in memory shared with the kernel: no copy, and few system calls. */
#include <errno.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "source/filter.h"
#include "source/ring.h"
#include "source/ring_socket.h"

enum { VNET_HDR = 10 };	/* sizeof(struct virtio_net_hdr), in front */

struct ring {
	struct nsc_source source;
	struct nsc_ring_socket socket;
	uint32_t block;			/* the reader stands in it */
	uint32_t held;			/* blocks before it, lent and not given back */
	uint32_t left;			/* its frames that were not lent */
	const uint8_t *next;		/* the first of them */
	_Atomic uint16_t row;
	_Atomic uint64_t frames;	/* lent; written by the reader only */
	uint64_t dropped, freezes;	/* sums of PACKET_STATISTICS, which a read resets */
	char name[16];
};

static struct tpacket_block_desc *
block_at(const struct ring *r, uint32_t i)
{
	size_t offset = (size_t)(i % r->socket.blocks) * r->socket.block_size;

	return (struct tpacket_block_desc *)(void *)(r->socket.map + offset);
}

void
nsc_ring_release(struct nsc_source *s)
{
	struct ring *r = (struct ring *)s;

	for (; r->held > 0; r->held--) {
		struct tpacket_block_desc *b = block_at(r, r->block + r->socket.blocks - r->held);

		__atomic_store_n(&b->hdr.bh1.block_status, TP_STATUS_KERNEL,
				 __ATOMIC_RELEASE);
	}
}

/* A block's number grows by one each time that the kernel begins it; 0: it never did. */
void
nsc_ring_adopt(struct nsc_source *s)
{
	struct ring *r = (struct ring *)s;
	uint64_t oldest = UINT64_MAX, newest = 0;

	for (uint32_t i = 0; i < r->socket.blocks; i++) {
		struct tpacket_block_desc *b = block_at(r, i);
		uint32_t status =
			__atomic_load_n(&b->hdr.bh1.block_status, __ATOMIC_ACQUIRE);
		uint64_t number = b->hdr.bh1.seq_num;

		if (status & TP_STATUS_USER && number < oldest) {
			oldest = number;
			r->block = i;
		}
		if (number > newest) {
			newest = number;
			if (oldest == UINT64_MAX)
				r->block = i;
		}
	}
}

/* Moves on to the next block that the kernel has handed over; false if there is none. */
static bool
next_block(struct ring *r)
{
	while (r->held < r->socket.blocks) {
		struct tpacket_block_desc *b = block_at(r, r->block);
		uint32_t status =
			__atomic_load_n(&b->hdr.bh1.block_status, __ATOMIC_ACQUIRE);

		if (!(status & TP_STATUS_USER))
			return false;
		r->left = b->hdr.bh1.num_pkts;
		r->next = (const uint8_t *)b + b->hdr.bh1.offset_to_first_pkt;
		if (r->left > 0)
			return true;
		r->block = (r->block + 1) % r->socket.blocks;
		r->held++;
	}
	return false;
}

static void
fill(const struct ring *r, struct nsc_frame *f, const struct tpacket3_hdr *h, uint16_t row)
{
	const struct sockaddr_ll *from =
		(const void *)((const uint8_t *)h +
			       TPACKET_ALIGN(sizeof(struct tpacket3_hdr)));

	*f = (struct nsc_frame){
		.data = (const uint8_t *)h + h->tp_mac,
		.time = h->tp_sec * 1000000000ull + h->tp_nsec,
		.caplen = h->tp_snaplen,
		.len = h->tp_len,
		.link = r->socket.link,
		.iface = row,
	};
	if (h->tp_status & TP_STATUS_VLAN_VALID) {
		f->flags |= NSC_FRAME_VLAN;
		f->vlan_tci = (uint16_t)h->hv1.tp_vlan_tci;
	}
	if (from->sll_pkttype == PACKET_OUTGOING)
		f->flags |= NSC_FRAME_OUTGOING;
	else if (from->sll_pkttype == PACKET_OTHERHOST)
		f->flags |= NSC_FRAME_OTHERHOST;
	if (r->socket.vnet) {
		struct virtio_net_hdr v;

		memcpy(&v, f->data - VNET_HDR, VNET_HDR);
		if (v.gso_type != VIRTIO_NET_HDR_GSO_NONE)
			f->gso_size = v.gso_size;
	}
}

/* Why nothing comes: 0 (nothing is there), -ENETDOWN, -ENODEV or another error. */
static int
condition(struct ring *r, char err[NSC_ERR])
{
	struct sockaddr_ll own = {0};
	socklen_t n = sizeof own;
	int e = 0;
	socklen_t en = sizeof e;

	if (getsockopt(r->socket.fd, SOL_SOCKET, SO_ERROR, &e, &en) < 0 || e == 0)
		return 0;
	/* A deleted interface takes the socket's index away (net/packet/af_packet.c). */
	if (e == ENETDOWN && getsockname(r->socket.fd, (struct sockaddr *)&own, &n) == 0 &&
	    own.sll_ifindex <= 0)
		e = ENODEV;
	return nsc_error(err, -e, "interface %s: %s", r->name, strerror(e));
}

static int
ring_batch(struct nsc_source *s, struct nsc_frame *frames, int max, char err[NSC_ERR])
{
	struct ring *r = (struct ring *)s;
	uint16_t row = atomic_load_explicit(&r->row, memory_order_relaxed);
	uint64_t lent;
	int n = 0;

	nsc_ring_release(s);
	while (n < max) {
		const struct tpacket3_hdr *h;

		if (r->left == 0 && !next_block(r))
			break;
		h = (const void *)r->next;
		fill(r, &frames[n++], h, row);
		r->next += h->tp_next_offset;
		if (--r->left == 0) {
			r->block = (r->block + 1) % r->socket.blocks;
			r->held++;
		}
	}
	if (n == 0) {
		nsc_ring_release(s);
		return condition(r, err);
	}
	lent = atomic_load_explicit(&r->frames, memory_order_relaxed);
	atomic_store_explicit(&r->frames, lent + (uint64_t)n, memory_order_relaxed);
	return n;
}

static int
ring_fd(const struct nsc_source *s)
{
	return ((const struct ring *)s)->socket.fd;
}

static void
ring_stats(struct nsc_source *s, struct nsc_source_stats *st)
{
	struct ring *r = (struct ring *)s;
	struct tpacket_stats_v3 k;
	socklen_t n = sizeof k;

	if (getsockopt(r->socket.fd, SOL_PACKET, PACKET_STATISTICS, &k, &n) == 0) {
		r->dropped += k.tp_drops;
		r->freezes += k.tp_freeze_q_cnt;
	}
	*st = (struct nsc_source_stats){
		.frames = atomic_load_explicit(&r->frames, memory_order_relaxed),
		.dropped = r->dropped,
		.freezes = r->freezes,
	};
}

static void
ring_close(struct nsc_source *s)
{
	struct ring *r = (struct ring *)s;

	nsc_ring_socket_close(&r->socket);
	free(r);
}

static const struct nsc_source_ops ring_ops = {
	.name = "ring",
	.batch = ring_batch,
	.fd = ring_fd,
	.stats = ring_stats,
	.close = ring_close,
};

void
nsc_ring_mute(struct nsc_source *s)
{
	nsc_filter_mute(((struct ring *)s)->socket.fd);
}

void
nsc_ring_row(struct nsc_source *s, uint16_t row)
{
	atomic_store_explicit(&((struct ring *)s)->row, row, memory_order_relaxed);
}

uint32_t
nsc_ring_size(const struct nsc_source *s)
{
	return ((const struct ring *)s)->socket.size;
}

int
nsc_ring_open(struct nsc_source **s, const struct nsc_ring_options *o, char err[NSC_ERR])
{
	struct ring *r = calloc(1, sizeof *r);
	int c;

	*s = NULL;
	if (r == NULL)
		return nsc_error(err, -ENOMEM, "interface %s: %s", o->name, strerror(ENOMEM));
	r->source.ops = &ring_ops;
	atomic_init(&r->row, o->row);
	strncpy(r->name, o->name, sizeof r->name - 1);
	c = nsc_ring_socket_open(&r->socket, o, err);
	if (c < 0)
		free(r);
	else
		*s = &r->source;
	return c;
}
