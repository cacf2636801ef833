/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "source/filter.h"
#include "source/ring_socket.h"

enum {
	LINK_ETHERNET = 1,
	LINK_RAW = 101,
	BLOCK_SMALL = 128 << 10,	/* holds the largest super-packet whole */
	BLOCK_LARGE = 256 << 10,
	BLOCKS_ENOUGH = 32,
	FRAME_SIZE = 2048,		/* V3 packs frames; the kernel only checks it */
};

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
reserve(struct nsc_ring_socket *s, uint32_t size)
{
	struct tpacket_req3 q;

	if (size < NSC_RING_MINIMUM)
		size = NSC_RING_MINIMUM;
	for (;; size = size / 2 > NSC_RING_MINIMUM ? size / 2 : NSC_RING_MINIMUM) {
		s->block_size =
			size / BLOCKS_ENOUGH < BLOCK_LARGE ? BLOCK_SMALL : BLOCK_LARGE;
		s->blocks = size / s->block_size;
		s->size = s->blocks * s->block_size;
		q = (struct tpacket_req3){
			.tp_block_size = s->block_size,
			.tp_block_nr = s->blocks,
			.tp_frame_size = FRAME_SIZE,
			.tp_frame_nr = s->size / FRAME_SIZE,
			.tp_retire_blk_tov = NSC_RING_RETIRE_MS,
		};
		if (setsockopt(s->fd, SOL_PACKET, PACKET_RX_RING, &q, sizeof q) == 0)
			break;
		if (errno != ENOMEM || size == NSC_RING_MINIMUM)
			return -errno;
	}
	s->map = mmap(NULL, s->size, PROT_READ | PROT_WRITE, MAP_SHARED, s->fd, 0);
	if (s->map == MAP_FAILED) {
		s->map = NULL;
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
	int c;

	if (*group == 0)
		type |= PACKET_FANOUT_FLAG_UNIQUEID;
	c = set(fd, PACKET_FANOUT, (int)((unsigned)type << 16 | *group));
	if (c < 0 || *group != 0)
		return c;
	if (getsockopt(fd, SOL_PACKET, PACKET_FANOUT, &word, &n) < 0)
		return -errno;
	*group = (uint16_t)word;
	return 0;
}

/* In this order no stray frame enters; VNET_HDR after RX_RING is EBUSY. */
static int
configure(struct nsc_ring_socket *s, const struct nsc_ring_options *o,
	  const struct nsc_filter *filter)
{
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = (int)o->ifindex,
	};
	struct packet_mreq all = {.mr_ifindex = (int)o->ifindex,
				  .mr_type = PACKET_MR_PROMISC};
	int c = nsc_filter_attach(s->fd, filter);

	if (c == 0)
		c = set(s->fd, PACKET_VERSION, TPACKET_V3);
	if (c == 0 && s->vnet)
		c = set(s->fd, PACKET_VNET_HDR, 1);
	if (c == 0)
		c = reserve(s, o->size);
	if (c == 0 && o->promiscuous &&
	    setsockopt(s->fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all, sizeof all) < 0)
		c = -errno;
	if (c == 0 && bind(s->fd, (struct sockaddr *)&to, sizeof to) < 0)
		c = -errno;
	if (c == 0 && o->fanout != NULL)
		c = join(s->fd, o->fanout);
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
nsc_ring_socket_open(struct nsc_ring_socket *s, const struct nsc_ring_options *o,
		     char err[NSC_ERR])
{
	struct nsc_filter *filter;
	int c;

	*s = (struct nsc_ring_socket){
		.fd = -1, .link = nsc_ring_link(o->type), .vnet = !has_header(o->type)};
	if (s->link == 0)
		return nsc_error(err, -EPFNOSUPPORT,
				 "interface %s: link type %u is not supported", o->name,
				 o->type);
	filter = malloc(sizeof *filter);
	if (filter == NULL)
		return explain(o->name, -ENOMEM, err);
	c = nsc_filter_build(filter, o->filter, s->link, o->snaplen,
			     o->type == ARPHRD_LOOPBACK, err);
	if (c == 0) {
		s->fd = socket(AF_PACKET, (s->vnet ? SOCK_RAW : SOCK_DGRAM) | SOCK_CLOEXEC, 0);
		c = s->fd < 0 ? -errno : configure(s, o, filter);
		if (c < 0)
			explain(o->name, c, err);
	}
	free(filter);
	if (c < 0)
		nsc_ring_socket_close(s);
	return c;
}

void
nsc_ring_socket_close(struct nsc_ring_socket *s)
{
	if (s->map != NULL)
		munmap(s->map, s->size);
	if (s->fd >= 0)
		close(s->fd);
}
