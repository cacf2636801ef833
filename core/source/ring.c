/* SPDX-License-Identifier: MIT */
/* Blocks of frames in memory shared with the kernel: no copy, and few system calls. */
#include <errno.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include <arpa/inet.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "source/filter.h"
#include "source/ring.h"

enum {
	LINK_ETHERNET = 1,
	LINK_RAW = 101,
	BLOCK_SMALL = 128 << 10,	/* holds the largest super-packet whole */
	BLOCK_LARGE = 256 << 10,
	BLOCKS_ENOUGH = 32,
	FRAME_SIZE = 2048,		/* V3 packs frames; the kernel only checks it */
	VNET_HDR = 10,			/* sizeof(struct virtio_net_hdr), in front */
};

struct ring {
	struct nsc_source source;
	int fd;
	uint16_t link;
	bool vnet;
	uint8_t *map;
	uint32_t size, block_size, blocks;
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
	return (struct tpacket_block_desc *)(void *)(r->map + (size_t)(i % r->blocks) *
								      r->block_size);
}

void
nsc_ring_release(struct nsc_source *s)
{
	struct ring *r = (struct ring *)s;

	for (; r->held > 0; r->held--) {
		struct tpacket_block_desc *b = block_at(r, r->block + r->blocks - r->held);

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

	for (uint32_t i = 0; i < r->blocks; i++) {
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
	while (r->held < r->blocks) {
		struct tpacket_block_desc *b = block_at(r, r->block);
		uint32_t status =
			__atomic_load_n(&b->hdr.bh1.block_status, __ATOMIC_ACQUIRE);

		if (!(status & TP_STATUS_USER))
			return false;
		r->left = b->hdr.bh1.num_pkts;
		r->next = (const uint8_t *)b + b->hdr.bh1.offset_to_first_pkt;
		if (r->left > 0)
			return true;
		r->block = (r->block + 1) % r->blocks;
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
		.link = r->link,
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
	if (r->vnet) {
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

	if (getsockopt(r->fd, SOL_SOCKET, SO_ERROR, &e, &en) < 0 || e == 0)
		return 0;
	/* A deleted interface takes the socket's index away (net/packet/af_packet.c). */
	if (e == ENETDOWN && getsockname(r->fd, (struct sockaddr *)&own, &n) == 0 &&
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
			r->block = (r->block + 1) % r->blocks;
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
	return ((const struct ring *)s)->fd;
}

static void
ring_stats(struct nsc_source *s, struct nsc_source_stats *st)
{
	struct ring *r = (struct ring *)s;
	struct tpacket_stats_v3 k;
	socklen_t n = sizeof k;

	if (getsockopt(r->fd, SOL_PACKET, PACKET_STATISTICS, &k, &n) == 0) {
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

	if (r->map != NULL)
		munmap(r->map, r->size);
	if (r->fd >= 0)
		close(r->fd);
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
	nsc_filter_mute(((struct ring *)s)->fd);
}

void
nsc_ring_row(struct nsc_source *s, uint16_t row)
{
	atomic_store_explicit(&((struct ring *)s)->row, row, memory_order_relaxed);
}

uint32_t
nsc_ring_size(const struct nsc_source *s)
{
	return ((const struct ring *)s)->size;
}

uint16_t
nsc_ring_link(uint16_t type)
{
	switch (type) {
	case ARPHRD_ETHER:
	case ARPHRD_LOOPBACK:
		return LINK_ETHERNET;
	case ARPHRD_NONE:	/* tun, WireGuard, xfrm */
	case ARPHRD_PPP:
	case ARPHRD_RAWIP:
	case ARPHRD_TUNNEL:
	case ARPHRD_TUNNEL6:
	case ARPHRD_SIT:
	case ARPHRD_IPGRE:
	case ARPHRD_IP6GRE:
	case ARPHRD_INFINIBAND:
		return LINK_RAW;
	default:
		return 0;
	}
}

/* Devices with a header of their own before IP: the kernel takes it off (SOCK_DGRAM). */
static bool
has_header(uint16_t type)
{
	return type == ARPHRD_IPGRE || type == ARPHRD_IP6GRE || type == ARPHRD_INFINIBAND;
}

static int
set(int fd, int option, int value)
{
	return setsockopt(fd, SOL_PACKET, option, &value, sizeof value) < 0 ? -errno : 0;
}

/* Takes the memory, less of it if there is not so much. */
static int
reserve(struct ring *r, uint32_t size)
{
	struct tpacket_req3 q;

	if (size < NSC_RING_MINIMUM)
		size = NSC_RING_MINIMUM;
	for (;; size = size / 2 > NSC_RING_MINIMUM ? size / 2 : NSC_RING_MINIMUM) {
		r->block_size =
			size / BLOCKS_ENOUGH < BLOCK_LARGE ? BLOCK_SMALL : BLOCK_LARGE;
		r->blocks = size / r->block_size;
		r->size = r->blocks * r->block_size;
		q = (struct tpacket_req3){
			.tp_block_size = r->block_size,
			.tp_block_nr = r->blocks,
			.tp_frame_size = FRAME_SIZE,
			.tp_frame_nr = r->size / FRAME_SIZE,
			.tp_retire_blk_tov = NSC_RING_RETIRE_MS,
		};
		if (setsockopt(r->fd, SOL_PACKET, PACKET_RX_RING, &q, sizeof q) == 0)
			break;
		if (errno != ENOMEM || size == NSC_RING_MINIMUM)
			return -errno;
	}
	r->map = mmap(NULL, r->size, PROT_READ | PROT_WRITE, MAP_SHARED, r->fd, 0);
	if (r->map == MAP_FAILED) {
		r->map = NULL;
		return -errno;
	}
	return 0;
}

static int
join(int fd, uint16_t *group)
{
	int type = PACKET_FANOUT_HASH | PACKET_FANOUT_FLAG_DEFRAG;
	int word;
	socklen_t n = sizeof word;
	int r;

	if (*group == 0)
		type |= PACKET_FANOUT_FLAG_UNIQUEID;
	r = set(fd, PACKET_FANOUT, (int)((unsigned)type << 16 | *group));
	if (r < 0 || *group != 0)
		return r;
	if (getsockopt(fd, SOL_PACKET, PACKET_FANOUT, &word, &n) < 0)
		return -errno;
	*group = (uint16_t)word;
	return 0;
}

/* In this order no stray frame enters; VNET_HDR after RX_RING is EBUSY. */
static int
configure(struct ring *r, const struct nsc_ring_options *o, const struct nsc_filter *filter)
{
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = (int)o->ifindex,
	};
	struct packet_mreq all = {.mr_ifindex = (int)o->ifindex,
				  .mr_type = PACKET_MR_PROMISC};
	int c = nsc_filter_attach(r->fd, filter);

	if (c == 0)
		c = set(r->fd, PACKET_VERSION, TPACKET_V3);
	if (c == 0 && r->vnet)
		c = set(r->fd, PACKET_VNET_HDR, 1);
	if (c == 0)
		c = reserve(r, o->size);
	if (c == 0 && o->promiscuous &&
	    setsockopt(r->fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all, sizeof all) < 0)
		c = -errno;
	if (c == 0 && bind(r->fd, (struct sockaddr *)&to, sizeof to) < 0)
		c = -errno;
	if (c == 0 && o->fanout != NULL)
		c = join(r->fd, o->fanout);
	return c;
}

static int
explain(const char *name, int code, char err[NSC_ERR])
{
	if (code == -EPERM)
		return nsc_error(err, code, "interface %s: capture needs CAP_NET_RAW",
				 name);
	if (code == -EAFNOSUPPORT)
		return nsc_error(err, code,
				 "interface %s: packet sockets are forbidden here", name);
	return nsc_error(err, code, "interface %s: %s", name, strerror(-code));
}

int
nsc_ring_open(struct nsc_source **s, const struct nsc_ring_options *o, char err[NSC_ERR])
{
	uint16_t link = nsc_ring_link(o->type);
	struct nsc_filter *filter;
	struct ring *r;
	int c;

	*s = NULL;
	if (link == 0)
		return nsc_error(err, -EPFNOSUPPORT,
				 "interface %s: link type %u is not supported", o->name,
				 o->type);
	filter = malloc(sizeof *filter);
	r = calloc(1, sizeof *r);
	if (filter == NULL || r == NULL) {
		free(filter);
		free(r);
		return explain(o->name, -ENOMEM, err);
	}
	*r = (struct ring){.source.ops = &ring_ops,
			   .fd = -1,
			   .link = link,
			   .vnet = !has_header(o->type)};
	atomic_init(&r->row, o->row);
	strncpy(r->name, o->name, sizeof r->name - 1);
	c = nsc_filter_build(filter, o->filter, link, o->snaplen,
			     o->type == ARPHRD_LOOPBACK, err);
	if (c == 0) {
		r->fd = socket(AF_PACKET, (r->vnet ? SOCK_RAW : SOCK_DGRAM) | SOCK_CLOEXEC,
			       0);
		c = r->fd < 0 ? -errno : configure(r, o, filter);
		if (c < 0)
			explain(o->name, c, err);
	}
	free(filter);
	if (c < 0)
		ring_close(&r->source);
	else
		*s = &r->source;
	return c;
}
