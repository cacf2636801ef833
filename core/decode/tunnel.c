/* SPDX-License-Identifier: MIT */
/*
 * What one IP packet carries of another.  A tunnel is taken off only when a
 * plausible IP header stands inside; a port alone proves nothing.
 */
#include "decode/layers.h"

enum {
	PROTO_IPIP = 4,
	PROTO_IPV6 = 41,
	PROTO_GRE = 47,
	PROTO_MPLS = 137,	/* RFC 4023 */

	PORT_GTPU = 2152,
	PORT_VXLAN = 4789,
	PORT_GENEVE = 6081,
	PORT_MPLS = 6635,	/* RFC 7510 */
	PORT_VXLAN_LINUX = 8472,	/* the kernel's default, before 4789 was assigned */
};

/*
 * RFC 2784, 2890; the source route of RFC 1701; version 1 of RFC 2637, whose
 * key is a length and a call.
 */
static bool
gre(struct nsc_net *n, struct nsc_taken *t)
{
	enum { CHECKSUM = 0x8000, ROUTING = 0x4000, KEY = 0x2000, SEQUENCE = 0x1000,
	       ACK = 0x0080, ROUTES_MAX = 16 };
	const uint8_t *p = nsc_net_take(n, 4);
	uint16_t flags = p != NULL ? nsc_be16(p) : 0;
	unsigned i;

	if (p == NULL || (flags & 7) > 1)
		return false;
	t->tunnel = NSC_TUNNEL_GRE;
	n->type = nsc_be16(p + 2);
	if ((flags & 7) == 1) {
		if (n->type != NSC_ETHER_PPP || !(flags & KEY) || (flags & (CHECKSUM | ROUTING)))
			return false;
		nsc_net_take(n, 4 + (flags & SEQUENCE ? 4 : 0) + (flags & ACK ? 4 : 0));
		return true;
	}
	if (flags & (CHECKSUM | ROUTING))
		nsc_net_take(n, 4);
	if (flags & KEY) {
		p = nsc_net_take(n, 4);
		t->has_id = p != NULL;
		t->id = p != NULL ? nsc_be32(p) : 0;
	}
	if (flags & SEQUENCE)
		nsc_net_take(n, 4);
	for (i = 0; (flags & ROUTING) && i < ROUTES_MAX; i++) {
		p = nsc_net_take(n, 4);
		if (p == NULL || nsc_be32(p) == 0)
			break;
		nsc_net_take(n, p[3]);
	}
	return i < ROUTES_MAX;
}

/* RFC 7348; the group policy bit and its id are let pass, every other bit is 0. */
static bool
vxlan(struct nsc_net *n, struct nsc_taken *t)
{
	const uint8_t *p = nsc_net_take(n, 8);

	/* All but the flag I is reserved, and not to be looked at (RFC 7348, 5). */
	if (p == NULL || !(p[0] & 0x08))
		return false;
	*t = (struct nsc_taken){NSC_TUNNEL_VXLAN, true, nsc_be32(p + 4) >> 8};
	n->type = NSC_ETHER_BRIDGED;
	return true;
}

/* RFC 8926. */
static bool
geneve(struct nsc_net *n, struct nsc_taken *t)
{
	const uint8_t *p = nsc_net_take(n, 8);

	if (p == NULL || p[0] >> 6 != 0 || (p[1] & 0x3f) != 0)
		return false;
	*t = (struct nsc_taken){NSC_TUNNEL_GENEVE, true, nsc_be32(p + 4) >> 8};
	n->type = nsc_be16(p + 2);
	nsc_net_take(n, (p[0] & 0x3fu) * 4);
	return n->type > 1500;
}

/* 3GPP TS 29.281, 5: version 1, user data only; extension headers in units of 4 octets. */
static bool
gtpu(struct nsc_net *n, struct nsc_taken *t)
{
	enum { EXTENSION = 4, OPTIONAL = 7, T_PDU = 255, EXTENSIONS_MAX = 16 };
	const uint8_t *p = nsc_net_take(n, 8);
	unsigned i = 0;

	if (p == NULL || p[0] >> 4 != 3 || p[1] != T_PDU)	/* version 1, protocol type 1 */
		return false;
	*t = (struct nsc_taken){NSC_TUNNEL_GTPU, true, nsc_be32(p + 4)};
	if (p[0] & OPTIONAL) {
		bool more = (p[0] & EXTENSION) != 0;
		uint8_t next;

		p = nsc_net_take(n, 4);
		next = p != NULL && more ? p[3] : 0;
		for (; next != 0 && i < EXTENSIONS_MAX; i++) {
			const uint8_t *len = nsc_bytes_peek(&n->b, 1);
			uint32_t octets = len != NULL ? *len * 4u : 0;

			p = octets > 0 ? nsc_net_take(n, octets) : NULL;
			if (p == NULL)
				return false;
			next = p[octets - 1];
		}
	}
	p = nsc_bytes_peek(&n->b, 1);
	if (p == NULL || i == EXTENSIONS_MAX)
		return false;
	n->type = p[0] >> 4 == 4 ? NSC_ETHER_IP4 : p[0] >> 4 == 6 ? NSC_ETHER_IP6 : NSC_ETHER_PPP;
	return true;
}

/* The port of the UDP header at h that may announce a tunnel, the destination's first; else 0. */
static uint16_t
tunnel_port(const uint8_t *h)
{
	for (unsigned at = 2;; at = 0) {
		uint16_t port = nsc_be16(h + at);

		switch (port) {
		case PORT_GTPU:
		case PORT_VXLAN:
		case PORT_VXLAN_LINUX:
		case PORT_GENEVE:
			return port;
		case PORT_MPLS:
			return at == 2 ? port : 0;	/* a source port here is entropy */
		default:
			break;
		}
		if (at == 0)
			return 0;
	}
}

#define AT(port) [(port) % NSC_TUNNEL_PORTS] = (port)
const uint16_t nsc_tunnel_ports[NSC_TUNNEL_PORTS] = {
	AT(PORT_GTPU), AT(PORT_VXLAN), AT(PORT_GENEVE), AT(PORT_MPLS), AT(PORT_VXLAN_LINUX),
};

static bool
over_udp(uint16_t port, struct nsc_net *n, struct nsc_taken *t)
{
	nsc_net_take(n, 8);
	switch (port) {
	case PORT_GTPU:
		return gtpu(n, t);
	case PORT_GENEVE:
		return geneve(n, t);
	case PORT_MPLS:
		n->type = NSC_ETHER_MPLS;
		return true;
	default:
		return vxlan(n, t);
	}
}

static uint8_t
plain(uint8_t outer, uint16_t inner)
{
	if (outer == 4)
		return inner == NSC_ETHER_IP4 ? NSC_TUNNEL_IPIP : NSC_TUNNEL_6IN4;
	return inner == NSC_ETHER_IP4 ? NSC_TUNNEL_4IN6 : NSC_TUNNEL_6IN6;
}

bool
nsc_tunnel(const struct nsc_ip *ip, const struct nsc_net *outer, struct nsc_net *inner,
	   struct nsc_taken *t)
{
	uint16_t port = 0;

	if (ip->proto == NSC_PROTO_UDP) {
		const uint8_t *h = nsc_bytes_peek(&ip->b, NSC_UDP_HEADER);

		port = h != NULL ? tunnel_port(h) : 0;
		if (port == 0)
			return false;
	}
	*t = (struct nsc_taken){NSC_TUNNEL_NONE, false, 0};
	*inner = *outer;
	inner->b = ip->b;
	inner->wire = ip->wire;
	inner->partial = outer->partial || ip->fragment || ip->cut;
	switch (ip->proto) {
	case NSC_PROTO_UDP:
		if (!over_udp(port, inner, t))
			return false;
		break;
	case PROTO_GRE:
		if (!gre(inner, t))
			return false;
		break;
	case PROTO_IPIP:
	case PROTO_IPV6:
		inner->type = ip->proto == PROTO_IPIP ? NSC_ETHER_IP4 : NSC_ETHER_IP6;
		t->tunnel = plain(ip->version, inner->type);
		break;
	case PROTO_MPLS:
		inner->type = NSC_ETHER_MPLS;
		break;
	default:
		return false;
	}
	return !inner->b.bad && nsc_tags(inner) == NSC_DECODED_IP && nsc_ip_plausible(inner);
}
