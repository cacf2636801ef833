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

/* One by one: a memset of the whole costs more.  sack[] means nothing while sacks is 0. */
static void
clear(struct nsc_packet *p, const struct nsc_frame *f)
{
	p->frame = f;
	p->time = f->time;
	p->sport = p->dport = 0;
	p->tunnel = NSC_TUNNEL_NONE;
	p->tcp_flags = 0;
	p->flags = 0;
	p->vni = 0;
	p->payload = NULL;
	p->payload_len = p->payload_caplen = 0;
	p->seq = p->ack = 0;
	p->tsval = p->tsecr = 0;
	p->window = p->mss = 0;
	p->wscale = p->sacks = 0;
	p->icmp_type = p->icmp_code = 0;
	p->icmp_id = 0;
	p->credit_packets = p->credit_octets = 0;
}

/* As nsc_addr_v4, but in place: it is the packets' most frequent copy. */
static void
address4(struct nsc_addr *a, const uint8_t v4[4])
{
	static const uint8_t mapped[12] = {[10] = 0xff, 0xff};

	memcpy(a->b, mapped, sizeof mapped);
	memcpy(a->b + 12, v4, 4);
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

/*
 * What nearly all packets are: Ethernet, IP without options, extensions or
 * fragments, TCP or UDP that is no tunnel.  One look at the lengths, and each
 * field is read where it stands.  False: nothing was done, the walk through the
 * layers decides; it would say the same of these.
 */
static bool
plain(const struct nsc_decoder *d, const struct nsc_frame *f, struct nsc_packet *p)
{
	enum { ETHERNET = 14, IP4 = 20, IP6 = 40, FRAGMENT = 0x3fff };
	uint32_t room, header, total, here;
	const uint8_t *h;
	uint16_t type;
	uint8_t proto;

	if (f->link != NSC_LINK_ETHERNET || f->caplen < ETHERNET + IP6)
		return false;
	h = f->data + ETHERNET;
	room = f->caplen - ETHERNET;
	type = nsc_be16(h - 2);
	if (type == NSC_ETHER_IP4 && h[0] == 0x45 && (nsc_be16(h + 6) & FRAGMENT) == 0) {
		header = IP4;
		total = nsc_be16(h + 2);
		proto = h[9];
	} else if (type == NSC_ETHER_IP6 && h[0] >> 4 == 6 && nsc_be16(h + 4) != 0) {
		header = IP6;
		total = IP6 + nsc_be16(h + 4);
		proto = h[6];
	} else {
		return false;
	}
	here = room < total ? room : total;
	if (proto == NSC_PROTO_TCP ? here < header + NSC_TCP_HEADER
				   : proto != NSC_PROTO_UDP || here < header + NSC_UDP_HEADER)
		return false;
	if (proto == NSC_PROTO_UDP && d->decapsulate && nsc_tunnel_over_udp(h + header))
		return false;

	clear(p, f);
	if (header == IP4) {
		address4(&p->src, h + 12);
		address4(&p->dst, h + 16);
		p->version = 4;
		p->ip_id = nsc_be16(h + 4);
	} else {
		memcpy(p->src.b, h + 8, sizeof p->src.b);
		memcpy(p->dst.b, h + 24, sizeof p->dst.b);
		p->version = 6;
		p->ip_id = 0;
	}
	p->proto = proto;
	p->octets = total;
	p->vlan = f->flags & NSC_FRAME_VLAN ? f->vlan_tci & 0xfff : 0;
	if (f->flags & NSC_FRAME_VLAN)
		p->flags |= NSC_PACKET_VLAN;
	if (f->caplen < f->len || room < total)
		p->flags |= NSC_PACKET_TRUNCATED;
	if (proto == NSC_PROTO_TCP)
		nsc_transport_tcp(h + header, here - header, total - header, p);
	else
		nsc_transport_udp(h + header, here - header, total - header, p);
	return true;
}

enum nsc_decoded
nsc_decode(struct nsc_decoder *d, const struct nsc_frame *f, struct nsc_packet *p)
{
	enum nsc_decoded what;
	bool in_part = false;
	struct nsc_net n;
	struct nsc_ip ip;

	d->stats.frames++;
	if (f->caplen < f->len)
		d->stats.truncated++;
	if (plain(d, f, p)) {
		d->stats.ip++;
		return NSC_DECODED_IP;
	}
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
