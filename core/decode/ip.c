/* SPDX-License-Identifier: MIT */
/* IP headers: version 4 (RFC 791) with options, version 6 (RFC 8200). */
#include "decode/layers.h"

/*
 * The IP length bounds what is read: Ethernet's padding and trailers lie behind
 * it.  A longer one than the capture has leaves the packet cut.
 */
static void
bound(struct nsc_net *n, struct nsc_ip *ip)
{
	size_t left = nsc_bytes_left(&n->b);

	/* member by member: a copy would wait for the stores just made */
	ip->b.p = n->b.p;
	ip->b.end = left > ip->wire ? n->b.p + ip->wire : n->b.end;
	ip->b.bad = n->b.bad;
	ip->cut = left < ip->wire;
}

static bool
ip4(struct nsc_net *n, struct nsc_ip *ip)
{
	const uint8_t *h = nsc_bytes_take(&n->b, 20);
	uint32_t header, total, field;

	if (h == NULL || h[0] >> 4 != 4)
		return false;
	header = (h[0] & 15u) * 4;
	total = nsc_be16(h + 2);
	if (total == 0)		/* left to the device, or more than 16 bits hold */
		total = n->wire;
	if (header < 20 || total < header)
		return false;
	if (header > 20 && nsc_bytes_take(&n->b, header - 20) == NULL)
		n->b = nsc_bytes(n->b.end, 0);	/* options cut: addresses and length still hold */

	field = nsc_be16(h + 6);
	ip->version = 4;
	ip->proto = h[9];
	ip->src = h + 12;
	ip->dst = h + 16;
	ip->octets = total;
	ip->wire = total - header;
	ip->id = nsc_be16(h + 4);
	ip->offset = (field & 0x1fff) * 8;
	ip->more = (field & 0x2000) != 0;
	ip->fragment = ip->more || ip->offset > 0;
	bound(n, ip);
	if (ip->fragment) {
		ip->part = ip->b;
		ip->part_wire = ip->wire;
	}
	return true;
}

static bool
ip6(struct nsc_net *n, struct nsc_ip *ip)
{
	const uint8_t *h = nsc_bytes_take(&n->b, 40);
	uint32_t len;

	if (h == NULL || h[0] >> 4 != 6)
		return false;
	len = nsc_be16(h + 4);
	if (len == 0) {
		if (h[6] == 0)
			len = nsc_jumbo_length(n->b);
		if (len == 0 && n->offload && n->wire > 40)
			len = n->wire - 40;
	}
	ip->version = 6;
	ip->proto = h[6];
	ip->src = h + 8;
	ip->dst = h + 24;
	ip->octets = len <= UINT32_MAX - 40 ? len + 40 : UINT32_MAX;
	ip->wire = len;
	ip->id = 0;
	ip->offset = 0;
	ip->more = false;
	ip->fragment = false;
	bound(n, ip);
	return true;
}

bool
nsc_ip_read(struct nsc_net *n, struct nsc_ip *ip)
{
	if (n->type == NSC_ETHER_IP4) {
		if (!ip4(n, ip))
			return false;
		if (ip->proto == 51)
			nsc_extensions(ip);
		return true;
	}
	if (!ip6(n, ip))
		return false;
	nsc_extensions(ip);
	return true;
}

bool
nsc_ip_plausible(const struct nsc_net *n)
{
	const uint8_t *h;

	if (n->type == NSC_ETHER_IP4) {
		h = nsc_bytes_peek(&n->b, 20);
		return h != NULL && h[0] >> 4 == 4 && (h[0] & 15) >= 5 &&
		       nsc_be16(h + 2) >= (h[0] & 15) * 4;
	}
	h = nsc_bytes_peek(&n->b, 40);
	return n->type == NSC_ETHER_IP6 && h != NULL && h[0] >> 4 == 6 &&
	       (n->partial || nsc_be16(h + 4) + 40u <= n->wire);
}
