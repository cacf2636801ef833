/* SPDX-License-Identifier: MIT */
/*
 * What may stand between a link header and IP: VLAN tags (IEEE 802.1Q, 802.1ad),
 * LLC and SNAP (IEEE 802.2, RFC 1042), MPLS (RFC 3032) with pseudowires
 * (RFC 4448), PPPoE (RFC 2516), PPP (RFC 1661), NSH (RFC 8300).  They are taken
 * off whatever the configuration says and separate no flows.
 */
#include "decode/layers.h"

static void
vlan(struct nsc_net *n)
{
	const uint8_t *p = nsc_net_take(n, 4);

	if (p == NULL)
		return;
	n->vlan = nsc_be16(p) & 0xfff;
	n->has_vlan = true;
	n->type = nsc_be16(p + 2);
}

static void
ethernet(struct nsc_net *n)
{
	const uint8_t *p = nsc_net_take(n, 14);

	if (p != NULL)
		n->type = nsc_be16(p + 12);
}

/* False: nothing that carries IP. */
static bool
llc(struct nsc_net *n)
{
	const uint8_t *p = nsc_net_take(n, 3);

	if (p == NULL)
		return true;
	if (p[0] == 0x06 && p[1] == 0x06 && p[2] == 0x03) {
		n->type = NSC_ETHER_IP4;
		return true;
	}
	if (p[0] != 0xaa || p[1] != 0xaa || p[2] != 0x03)
		return false;
	p = nsc_net_take(n, 5);
	if (p == NULL)
		return true;
	n->type = nsc_be16(p + 3);
	if (p[0] == 0x00 && p[1] == 0x80 && p[2] == 0xc2) {	/* RFC 2684: bridged Ethernet */
		if (n->type != 0x0001 && n->type != 0x0007)
			return false;
		n->type = NSC_ETHER_BRIDGED;
		return true;
	}
	return p[0] == 0 && p[1] == 0 && (p[2] == 0 || p[2] == 0xf8) && n->type > 1500;
}

/* Address and control (RFC 1662) may be compressed away, as may the protocol's first octet. */
static bool
ppp(struct nsc_net *n)
{
	const uint8_t *p = nsc_bytes_peek(&n->b, 2);
	uint16_t proto;

	if (p != NULL && p[0] == 0xff && p[1] == 0x03)
		nsc_net_take(n, 2);
	p = nsc_net_take(n, 1);
	if (p == NULL)
		return true;
	proto = *p;
	if ((proto & 1) == 0) {
		p = nsc_net_take(n, 1);
		if (p == NULL)
			return true;
		proto = (uint16_t)(proto << 8 | *p);
	}
	switch (proto) {
	case 0x0021:
		n->type = NSC_ETHER_IP4;
		return true;
	case 0x0057:
		n->type = NSC_ETHER_IP6;
		return true;
	case 0x0281:
	case 0x0283:
		n->type = NSC_ETHER_MPLS;
		return true;
	default:
		return false;
	}
}

static bool
pppoe(struct nsc_net *n)
{
	const uint8_t *p = nsc_net_take(n, 6);

	n->type = NSC_ETHER_PPP;
	return p == NULL || (p[0] == 0x11 && p[1] == 0);
}

/* True if an Ethernet header stands at p, judged by its type and what follows. */
static bool
looks_like_ethernet(const uint8_t *p, size_t len)
{
	uint16_t type;

	if (len < 18)
		return false;
	type = nsc_be16(p + 12);
	switch (type) {
	case NSC_ETHER_IP4:
		return p[14] >> 4 == 4 && (p[14] & 15) >= 5;
	case NSC_ETHER_IP6:
		return p[14] >> 4 == 6;
	case NSC_ETHER_ARP:
		return nsc_be32(p + 14) == 0x00010800;
	case NSC_ETHER_VLAN:
	case NSC_ETHER_QINQ:
	case NSC_ETHER_MPLS:
	case NSC_ETHER_PPPOE:
		return true;
	default:
		return type <= 1500 && p[14] == p[15] && (p[14] & 1) == 0 && type + 14u <= len;
	}
}

/*
 * No header says what follows the bottom of the stack: IP by its version, else
 * a pseudowire's Ethernet frame, with the control word (first nibble 0) or not.
 */
static bool
mpls(struct nsc_net *n)
{
	const uint8_t *p;
	size_t left;
	unsigned i;

	for (i = 0; i < NSC_TAGS_MAX; i++) {
		p = nsc_net_take(n, 4);
		if (p == NULL)
			return true;
		if (p[2] & 1)
			break;
	}
	p = nsc_bytes_peek(&n->b, 1);
	left = nsc_bytes_left(&n->b);
	if (i == NSC_TAGS_MAX || p == NULL)
		return false;
	n->type = p[0] >> 4 == 6 ? NSC_ETHER_IP6 : NSC_ETHER_IP4;
	if (nsc_ip_plausible(n))
		return true;
	n->type = NSC_ETHER_BRIDGED;
	if (p[0] >> 4 == 0 && left > 4 && looks_like_ethernet(p + 4, left - 4)) {
		nsc_net_take(n, 4);
		return true;
	}
	return looks_like_ethernet(p, left);
}

static bool
nsh(struct nsc_net *n)
{
	const uint8_t *p = nsc_net_take(n, 4);
	uint32_t len;

	if (p == NULL)
		return true;
	len = (p[1] & 0x3fu) * 4;
	if (len < 8 || p[0] >> 6 != 0)
		return false;
	switch (p[3]) {
	case 1:
		n->type = NSC_ETHER_IP4;
		break;
	case 2:
		n->type = NSC_ETHER_IP6;
		break;
	case 3:
		n->type = NSC_ETHER_BRIDGED;
		break;
	default:
		return false;
	}
	nsc_net_take(n, len - 4);
	return true;
}

enum nsc_decoded
nsc_tags(struct nsc_net *n)
{
	for (unsigned i = 0; i < NSC_TAGS_MAX; i++) {
		bool known = true;

		switch (n->type) {
		case NSC_ETHER_IP4:
		case NSC_ETHER_IP6:
			return n->b.bad ? NSC_DECODED_MALFORMED : NSC_DECODED_IP;
		case NSC_ETHER_ARP:
			return NSC_DECODED_ARP;
		case NSC_ETHER_VLAN:
		case NSC_ETHER_QINQ:
		case NSC_ETHER_QINQ_OLD:
		case NSC_ETHER_QINQ_OLDER:
			vlan(n);
			break;
		case NSC_ETHER_BRIDGED:
			ethernet(n);
			break;
		case NSC_ETHER_MPLS:
		case NSC_ETHER_MPLS_MULTICAST:
			known = mpls(n);
			break;
		case NSC_ETHER_PPPOE:
			known = pppoe(n);
			break;
		case NSC_ETHER_PPP:
			known = ppp(n);
			break;
		case NSC_ETHER_NSH:
			known = nsh(n);
			break;
		default:
			known = n->type <= 1500 && llc(n);
			break;
		}
		if (n->b.bad)
			return NSC_DECODED_MALFORMED;
		if (!known)
			return NSC_DECODED_NON_IP;
	}
	return NSC_DECODED_NON_IP;
}
