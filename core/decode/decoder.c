/* SPDX-License-Identifier: MIT */
/* The walk through a frame's layers, from the outermost to the innermost IP packet. */
#include "decode/layers.h"

#include <errno.h>
#include <stdlib.h>

struct nsc_decoder {
	bool decapsulate;
	struct nsc_decode_stats stats;
	struct nsc_fragments *fragments;
};

int
nsc_decoder_new(struct nsc_decoder **out, const struct nsc_decode_config *cfg)
{
	struct nsc_decoder *d = calloc(1, sizeof *d);

	*out = NULL;
	if (d == NULL)
		return -ENOMEM;
	d->decapsulate = cfg->decapsulate;
	if (nsc_fragments_new(&d->fragments, cfg, &d->stats) < 0) {
		free(d);
		return -ENOMEM;
	}
	*out = d;
	return 0;
}

void
nsc_decoder_free(struct nsc_decoder *d)
{
	if (d == NULL)
		return;
	nsc_fragments_free(d->fragments);
	free(d);
}

void
nsc_decoder_batch(struct nsc_decoder *d)
{
	nsc_fragments_batch(d->fragments);
}

const struct nsc_decode_stats *
nsc_decoder_stats(const struct nsc_decoder *d)
{
	return &d->stats;
}

bool
nsc_decode_orphan(struct nsc_decoder *d, uint64_t now, bool all, struct nsc_packet *p)
{
	return nsc_fragments_orphan(d->fragments, now, all, p);
}

/* sack[] means nothing while sacks is 0. */
static void
clear(struct nsc_packet *p, const struct nsc_frame *f)
{
	const size_t from = offsetof(struct nsc_packet, flags);

	p->frame = f;
	p->time = f->time;
	p->tunnel = NSC_TUNNEL_NONE;
	p->tcp_flags = 0;
	memset((char *)p + from, 0, offsetof(struct nsc_packet, sack) - from);
}

/* As nsc_addr_v4, but in halves, as keys are made of them: it is the packets' most frequent copy. */
static inline void
address4(struct nsc_addr *a, const uint8_t v4[4])
{
	const uint64_t half[2] = {0, htobe64(UINT64_C(0xffff) << 32 | nsc_be32(v4))};

	memcpy(a->b, half, sizeof half);
}

static void
network(struct nsc_packet *p, const struct nsc_net *n, const struct nsc_ip *ip)
{
	if (ip->version == 4) {
		address4(&p->src, ip->src);
		address4(&p->dst, ip->dst);
	} else {
		memcpy(p->src.b, ip->src, sizeof p->src.b);
		memcpy(p->dst.b, ip->dst, sizeof p->dst.b);
	}
	p->version = ip->version;
	p->proto = ip->proto;
	p->octets = ip->octets;
	p->ip_id = ip->version == 4 ? (uint16_t)ip->id : 0;
	p->vlan = n->vlan;
	if (n->has_vlan)
		p->flags |= NSC_PACKET_VLAN;
}

/*
 * Takes tunnels off until the innermost packet.  `in_part` tells that an outer
 * one was a fragment, so that the inner one ends elsewhere.
 */
static void
take_off(struct nsc_decoder *d, struct nsc_net *n, struct nsc_ip *ip, struct nsc_packet *p,
	 bool *in_part)
{
	for (unsigned layers = 1; ip->offset == 0; layers++) {
		struct nsc_net inner, rest;
		struct nsc_taken t;
		struct nsc_ip next;

		if (!nsc_tunnel(ip, n, &inner, &t))
			break;
		if (layers == NSC_LAYERS_MAX) {
			d->stats.depth_exceeded++;
			break;
		}
		rest = inner;
		if (!nsc_ip_read(&rest, &next))
			break;
		if (ip->fragment) {
			*in_part = true;
			nsc_fragment_taken_off(d->fragments, ip, p);
		}
		if (t.tunnel != NSC_TUNNEL_NONE) {
			p->tunnel = t.tunnel;
			p->vni = t.id;
			p->flags = t.has_id ? NSC_PACKET_VNI : 0;
		}
		*n = inner;
		*ip = next;
	}
	d->stats.tunnels += p->tunnel != NSC_TUNNEL_NONE;
}

/* Most packets carry nothing of the kind and are not even looked at. */
static bool
may_carry(uint8_t proto)
{
	return proto != NSC_PROTO_TCP && proto != NSC_PROTO_ICMP;
}

static enum nsc_decoded
refuse(struct nsc_decode_stats *s, enum nsc_decoded what)
{
	switch (what) {
	case NSC_DECODED_ARP:
		s->arp++;
		break;
	case NSC_DECODED_NON_IP:
		s->non_ip++;
		break;
	case NSC_DECODED_UNKNOWN_LINK:
		s->unknown_link++;
		break;
	default:
		s->malformed++;
		break;
	}
	return what;
}

/* 1 if a tunnel may be announced by it. */
static inline unsigned
is_tunnel(uint16_t port)
{
	return nsc_tunnel_ports[port % NSC_TUNNEL_PORTS] == port;
}

/* What a TCP header has behind its first 8 octets, if it were UDP's: that ends there. */
static const uint8_t udp_rest[NSC_TCP_HEADER - NSC_UDP_HEADER] = {[4] = NSC_UDP_HEADER / 4 << 4};

static inline const uint8_t *
rest_of(const uint8_t *h, bool tcp)
{
	uintptr_t mask = -(uintptr_t)tcp;

	return (const uint8_t *)(((uintptr_t)(h + NSC_UDP_HEADER) & mask) |
				 ((uintptr_t)udp_rest & ~mask));
}

/*
 * What nearly all packets are: Ethernet, IP without options, extensions or
 * fragments, TCP or UDP that is no tunnel.  One look at the lengths, and each
 * field is read where it stands.  Whether it is TCP or UDP no processor foretells:
 * both are read alike, without a branch.  False: what was written means nothing,
 * the walk through the layers decides; it would say the same of these.
 */
static inline bool
plain(const struct nsc_decoder *d, const struct nsc_frame *f, struct nsc_packet *p)
{
	enum { ETHERNET = 14, IP4 = 20, IP6 = 40, FRAGMENT = 0x3fff,
	       TCP_OR_UDP = 1 << NSC_PROTO_TCP | 1 << NSC_PROTO_UDP };
	uint32_t room, header, total, here, wire, own, least, sent, mask;
	const uint8_t *ip, *h, *rest;
	uint8_t proto;
	uint16_t type;

	if (f->link != NSC_LINK_ETHERNET || f->caplen < ETHERNET + IP4 + NSC_UDP_HEADER)
		return false;
	ip = f->data + ETHERNET;
	room = f->caplen - ETHERNET;
	type = nsc_be16(ip - 2);
	if (type == NSC_ETHER_IP4 && ip[0] == 0x45 && (nsc_be16(ip + 6) & FRAGMENT) == 0) {
		header = IP4;
		total = nsc_be16(ip + 2);
		proto = ip[9];
		address4(&p->src, ip + 12);
		address4(&p->dst, ip + 16);
		p->version = 4;
		p->ip_id = nsc_be16(ip + 4);
	} else if (type == NSC_ETHER_IP6 && ip[0] >> 4 == 6 && nsc_be16(ip + 4) != 0 &&
		   room >= IP6) {
		header = IP6;
		total = IP6 + nsc_be16(ip + 4);
		proto = ip[6];
		memcpy(p->src.b, ip + 8, sizeof p->src.b);
		memcpy(p->dst.b, ip + 24, sizeof p->dst.b);
		p->version = 6;
		p->ip_id = 0;
	} else {
		return false;
	}
	mask = -(uint32_t)(proto == NSC_PROTO_TCP);
	least = NSC_UDP_HEADER + (mask & (NSC_TCP_HEADER - NSC_UDP_HEADER));
	here = room < total ? room : total;
	if (proto >= 32 || (TCP_OR_UDP >> proto & 1) == 0 || here < header + least)
		return false;
	clear(p, f);
	p->octets = total;
	p->proto = proto;
	p->vlan = 0;
	if (f->flags & NSC_FRAME_VLAN) {
		p->vlan = f->vlan_tci & 0xfff;
		p->flags |= NSC_PACKET_VLAN;
	}
	if (f->caplen < f->len || room < total)
		p->flags |= NSC_PACKET_TRUNCATED;

	h = ip + header;
	rest = rest_of(h, proto == NSC_PROTO_TCP);
	p->sport = nsc_be16(h);
	p->dport = nsc_be16(h + 2);
	p->seq = mask & nsc_be32(h + 4);
	p->ack = nsc_be32(rest);
	p->tcp_flags = rest[5];
	p->window = nsc_be16(rest + 6);
	here -= header;
	wire = total - header;
	own = (rest[4] >> 4) * 4u;
	sent = (mask & wire) | (~mask & nsc_be16(h + 4));
	if ((own < least) | (own > sent) | (sent > wire) |
	    (d->decapsulate & ~mask & (is_tunnel(p->sport) | is_tunnel(p->dport))))
		return false;
	if (own > NSC_TCP_HEADER)
		nsc_transport_options(h + NSC_TCP_HEADER,
				      (here < own ? here : own) - NSC_TCP_HEADER, p);
	here -= here < own ? here : own;
	p->payload_len = sent - own;
	p->payload_caplen = here < p->payload_len ? here : p->payload_len;
	p->payload = p->payload_caplen > 0 ? h + own : NULL;
	return true;
}

/* Layer by layer.  Apart, since what it needs of the stack would cost every packet. */
static __attribute__((noinline)) enum nsc_decoded
walk(struct nsc_decoder *d, const struct nsc_frame *f, struct nsc_packet *p)
{
	enum nsc_decoded what;
	bool in_part = false;
	struct nsc_net n;
	struct nsc_ip ip;

	what = nsc_link(f, &n);
	if (what != NSC_DECODED_IP)
		return refuse(&d->stats, what);
	if (!nsc_ip_read(&n, &ip))
		return refuse(&d->stats, NSC_DECODED_MALFORMED);
	clear(p, f);
	if (d->decapsulate && may_carry(ip.proto))
		take_off(d, &n, &ip, p, &in_part);
	if (f->caplen < f->len || (ip.cut && !in_part))
		p->flags |= NSC_PACKET_TRUNCATED;
	network(p, &n, &ip);
	d->stats.ip++;
	d->stats.fragments += ip.fragment || in_part;
	if (ip.offset == 0)
		nsc_transport(&ip, p);
	if (ip.fragment && !nsc_fragment(d->fragments, &ip, p))
		return NSC_DECODED_HELD;
	return NSC_DECODED_IP;
}

enum nsc_decoded
nsc_decode(struct nsc_decoder *d, const struct nsc_frame *f, struct nsc_packet *p)
{
	d->stats.frames++;
	d->stats.truncated += f->caplen < f->len;
	if (!plain(d, f, p))
		return walk(d, f, p);
	d->stats.ip++;
	return NSC_DECODED_IP;
}
