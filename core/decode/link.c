/* SPDX-License-Identifier: MIT */
/*
 * Link headers: from a frame of some LINKTYPE_ (www.tcpdump.org/linktypes.html)
 * to the EtherType of what follows.
 */
#include "decode/layers.h"

enum linktype {
	LINK_NULL = 0,
	LINK_ETHERNET = NSC_LINK_ETHERNET,
	LINK_PPP = 9,
	LINK_FDDI = 10,
	LINK_RAW_BSD = 12,	/* DLT_RAW of most systems, seen in old files */
	LINK_RAW_OPENBSD = 14,
	LINK_PPP_HDLC = 50,
	LINK_PPP_ETHER = 51,
	LINK_RAW = 101,
	LINK_C_HDLC = 104,
	LINK_LOOP = 108,
	LINK_LINUX_SLL = 113,
	LINK_PPP_WITH_DIR = 204,
	LINK_IPV4 = 228,
	LINK_IPV6 = 229,
	LINK_NFLOG = 239,
	LINK_MPACKET = 274,
	LINK_LINUX_SLL2 = 276,
};

/* Sets the type by the version nibble; 0 and no octet: nothing we know. */
static bool
raw(struct nsc_net *n)
{
	const uint8_t *p = nsc_bytes_peek(&n->b, 1);

	if (p == NULL) {
		n->b.bad = true;
		return true;
	}
	if (*p >> 4 == 4)
		n->type = NSC_ETHER_IP4;
	else if (*p >> 4 == 6)
		n->type = NSC_ETHER_IP6;
	else
		return false;
	return true;
}

/*
 * BSD loopback: an address family of 4 octets in the byte order of whoever
 * captured (NULL) or of the network (LOOP).  IPv6's number differs: 24 NetBSD,
 * OpenBSD; 28 FreeBSD; 30 Darwin; 10 Linux; 23 Windows.
 */
static bool
loopback(struct nsc_net *n)
{
	const uint8_t *p = nsc_net_take(n, 4);
	uint32_t family;

	if (p == NULL)
		return true;
	family = nsc_be32(p);
	if (family > 0xffff)
		family = (uint32_t)p[1] << 8 | p[0];
	switch (family) {
	case 2:
		n->type = NSC_ETHER_IP4;
		return true;
	case 10:
	case 23:
	case 24:
	case 28:
	case 30:
		n->type = NSC_ETHER_IP6;
		return true;
	default:
		n->type = (uint16_t)family;	/* some writers put an EtherType here */
		return family > 1500;
	}
}

/* PPP in HDLC framing; Cisco's framing is told by its address octet. */
static bool
ppp_hdlc(struct nsc_net *n)
{
	const uint8_t *p = nsc_bytes_peek(&n->b, 1);

	n->type = NSC_ETHER_PPP;
	if (p != NULL && (*p == 0x0f || *p == 0x8f)) {
		p = nsc_net_take(n, 4);
		if (p != NULL)
			n->type = nsc_be16(p + 2);
		return p == NULL || n->type > 1500;
	}
	return true;
}

/* Cooked Linux captures: the protocol stands at the end (SLL) or at the start (SLL2). */
static bool
cooked(struct nsc_net *n, uint32_t len, uint32_t at)
{
	const uint8_t *p = nsc_net_take(n, len);

	if (p == NULL)
		return true;
	n->type = nsc_be16(p + at);
	if (n->type == 4) {	/* Linux: ETH_P_802_2 */
		n->type = NSC_ETHER_LLC;
		return true;
	}
	return n->type > 1500;
}

/*
 * Linux netfilter's log: family, version, resource, then attributes of {length,
 * type} in host order (little-endian ever since it exists), padded to 4.
 */
static bool
nflog(struct nsc_net *n)
{
	enum { PAYLOAD = 9, ATTRIBUTES_MAX = 32 };
	const uint8_t *p = nsc_net_take(n, 4);

	if (p == NULL)
		return true;
	for (unsigned i = 0; i < ATTRIBUTES_MAX; i++) {
		uint32_t len, type;

		p = nsc_net_take(n, 4);
		if (p == NULL)
			return true;
		len = (uint32_t)p[1] << 8 | p[0];
		type = ((uint32_t)p[3] << 8 | p[2]) & 0x7fff;
		if (len < 4) {
			n->b.bad = true;
			return true;
		}
		if (type == PAYLOAD)
			return raw(n);
		nsc_net_take(n, ((len + 3) & ~3u) - 4);
	}
	return false;
}

/* IEEE 802.3br: preamble and delimiter; only what starts a frame is one. */
static bool
mpacket(struct nsc_net *n)
{
	const uint8_t *p = nsc_net_take(n, 8);

	n->type = NSC_ETHER_BRIDGED;
	return p == NULL || p[7] == 0xd5 || p[7] == 0xe6 || p[7] == 0x4c || p[7] == 0x7f ||
	       p[7] == 0xb3;
}

static bool
other(uint16_t link, struct nsc_net *n)
{
	const uint8_t *p;

	switch (link) {
	case LINK_NULL:
	case LINK_LOOP:
		return loopback(n);
	case LINK_PPP:
	case LINK_PPP_HDLC:
		return ppp_hdlc(n);
	case LINK_PPP_WITH_DIR:
		nsc_net_take(n, 1);
		return ppp_hdlc(n);
	case LINK_PPP_ETHER:
		n->type = NSC_ETHER_PPPOE;
		return true;
	case LINK_C_HDLC:
		p = nsc_net_take(n, 4);
		if (p != NULL)
			n->type = nsc_be16(p + 2);
		return p == NULL || n->type > 1500;
	case LINK_RAW:
	case LINK_RAW_BSD:
	case LINK_RAW_OPENBSD:
		return raw(n);
	case LINK_IPV4:
		n->type = NSC_ETHER_IP4;
		return true;
	case LINK_IPV6:
		n->type = NSC_ETHER_IP6;
		return true;
	case LINK_LINUX_SLL:
		return cooked(n, 16, 14);
	case LINK_LINUX_SLL2:
		return cooked(n, 20, 0);
	case LINK_FDDI:
		nsc_net_take(n, 13);	/* frame control, two addresses */
		n->type = NSC_ETHER_LLC;
		return true;
	case LINK_NFLOG:
		return nflog(n);
	case LINK_MPACKET:
		return mpacket(n);
	default:
		return false;
	}
}

bool
nsc_link_known(uint16_t link)
{
	switch (link) {
	case LINK_NULL:
	case LINK_ETHERNET:
	case LINK_PPP:
	case LINK_FDDI:
	case LINK_RAW_BSD:
	case LINK_RAW_OPENBSD:
	case LINK_PPP_HDLC:
	case LINK_PPP_ETHER:
	case LINK_RAW:
	case LINK_C_HDLC:
	case LINK_LOOP:
	case LINK_LINUX_SLL:
	case LINK_PPP_WITH_DIR:
	case LINK_IPV4:
	case LINK_IPV6:
	case LINK_NFLOG:
	case LINK_MPACKET:
	case LINK_LINUX_SLL2:
		return true;
	default:
		return false;
	}
}

enum nsc_decoded
nsc_link(const struct nsc_frame *f, struct nsc_net *n)
{
	n->wire = f->len > f->caplen ? f->len : f->caplen;
	n->has_vlan = (f->flags & NSC_FRAME_VLAN) != 0;
	n->vlan = n->has_vlan ? f->vlan_tci & 0xfff : 0;
	n->partial = false;
	n->offload = f->gso_size > 0 || f->len > 65535;

	if (f->link == LINK_ETHERNET) {
		if (f->caplen < 14)
			return NSC_DECODED_MALFORMED;
		n->b.p = f->data + 14;
		n->b.end = f->data + f->caplen;
		n->b.bad = false;
		n->wire -= 14;
		n->type = nsc_be16(f->data + 12);
		if (n->type == NSC_ETHER_IP4 || n->type == NSC_ETHER_IP6)
			return NSC_DECODED_IP;
		return nsc_tags(n);
	}
	if (!nsc_link_known(f->link))
		return NSC_DECODED_UNKNOWN_LINK;
	n->b = nsc_bytes(f->data, f->caplen);
	n->type = NSC_ETHER_LLC;
	if (!other(f->link, n))
		return NSC_DECODED_NON_IP;
	return n->b.bad ? NSC_DECODED_MALFORMED : nsc_tags(n);
}
