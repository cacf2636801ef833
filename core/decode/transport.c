/* SPDX-License-Identifier: MIT */
/* TCP (RFC 9293, 7323, 2018), UDP (RFC 768), SCTP (RFC 9260), ICMP (RFC 792, 4443). */
#include "decode/layers.h"

/* Everything behind the transport header at h, as sent (len) and as captured. */
static inline void
behind(const uint8_t *h, uint32_t here, struct nsc_packet *p, uint32_t header, uint32_t len)
{
	p->payload_len = len;
	if (here <= header || len == 0)
		return;
	here -= header;
	p->payload = h + header;
	p->payload_caplen = here < len ? here : len;
}

static void
payload(const struct nsc_ip *ip, struct nsc_packet *p, uint32_t header, uint32_t len)
{
	behind(ip->b.p, (uint32_t)nsc_bytes_left(&ip->b), p, header, len);
}

static void
timestamps(const uint8_t *o, struct nsc_packet *p)
{
	p->tsval = nsc_be32(o);
	p->tsecr = nsc_be32(o + 4);
	p->flags |= NSC_PACKET_TIMESTAMPS;
}

/* o[0..1] are kind and length, len of which are here. */
static void
tcp_option(const uint8_t *o, uint32_t len, struct nsc_packet *p)
{
	enum { MSS = 2, WSCALE = 3, SACK_PERMITTED = 4, SACK = 5, TIMESTAMPS = 8 };

	switch (o[0]) {
	case MSS:
		if (len == 4 && (p->tcp_flags & NSC_TCP_SYN))
			p->mss = nsc_be16(o + 2);
		break;
	case WSCALE:
		if (len == 3 && (p->tcp_flags & NSC_TCP_SYN)) {
			p->wscale = o[2] <= 14 ? o[2] : 14;	/* RFC 7323, 2.3 */
			p->flags |= NSC_PACKET_WSCALE;
		}
		break;
	case SACK_PERMITTED:
		if (len == 2 && (p->tcp_flags & NSC_TCP_SYN))
			p->flags |= NSC_PACKET_SACK_PERMITTED;
		break;
	case SACK:
		if (len < 10 || (len - 2) % 8 != 0)
			break;
		for (uint32_t at = 2; at + 8 <= len && p->sacks < 4; at += 8) {
			p->sack[p->sacks][0] = nsc_be32(o + at);
			p->sack[p->sacks][1] = nsc_be32(o + at + 4);
			p->sacks++;
		}
		break;
	case TIMESTAMPS:
		if (len == 10)
			timestamps(o + 2, p);
		break;
	default:
		break;
	}
}

void
nsc_transport_options(const uint8_t *o, uint32_t left, struct nsc_packet *p)
{
	enum { END = 0, NOP = 1 };

	/* as RFC 7323's appendix A lays a segment in mid-connection out */
	if (left == 12 && nsc_be32(o) == 0x0101080a) {
		timestamps(o + 4, p);
		return;
	}
	while (left > 0) {
		uint32_t len;

		if (o[0] == END)
			return;
		if (o[0] == NOP) {
			o++;
			left--;
			continue;
		}
		if (left < 2 || o[1] < 2 || o[1] > left)
			return;
		len = o[1];
		tcp_option(o, len, p);
		o += len;
		left -= len;
	}
}

/* Only the octets that a cut header left; ports alone are enough for the flow. */
static void
cut(const struct nsc_ip *ip, struct nsc_packet *p, uint32_t header)
{
	const uint8_t *h = nsc_bytes_peek(&ip->b, 4);

	if (h != NULL) {
		p->sport = nsc_be16(h);
		p->dport = nsc_be16(h + 2);
	} else {
		p->flags |= NSC_PACKET_NO_PORTS;
	}
	if (ip->wire < header && !ip->more)
		p->flags |= NSC_PACKET_BAD_L4;	/* it was never sent whole */
}

static void
whole_tcp(const uint8_t *h, uint32_t here, uint32_t wire, struct nsc_packet *p)
{
	uint32_t header = (h[12] >> 4) * 4u;

	p->sport = nsc_be16(h);
	p->dport = nsc_be16(h + 2);
	p->seq = nsc_be32(h + 4);
	p->ack = nsc_be32(h + 8);
	p->tcp_flags = h[13];
	p->window = nsc_be16(h + 14);
	if (header < NSC_TCP_HEADER || header > wire) {
		p->flags |= NSC_PACKET_BAD_L4;
		return;
	}
	if (header > NSC_TCP_HEADER)
		nsc_transport_options(h + NSC_TCP_HEADER,
				      (here < header ? here : header) - NSC_TCP_HEADER, p);
	behind(h, here, p, header, wire - header);
}

static void
tcp(const struct nsc_ip *ip, struct nsc_packet *p)
{
	const uint8_t *h = nsc_bytes_peek(&ip->b, NSC_TCP_HEADER);

	if (h == NULL)
		cut(ip, p, NSC_TCP_HEADER);
	else
		whole_tcp(h, (uint32_t)nsc_bytes_left(&ip->b), ip->wire, p);
	/* As with UDP below: what the capture cut is never whole, and read as far as it goes. */
	if (ip->fragment && nsc_bytes_left(&ip->b) == ip->wire) {
		p->flags |= NSC_PACKET_PART;
		p->payload_len = p->payload_caplen = 0;
		p->payload = NULL;
	}
}

void
nsc_transport_segment(struct nsc_bytes b, struct nsc_packet *p)
{
	const uint8_t *h = nsc_bytes_peek(&b, NSC_TCP_HEADER);
	uint32_t whole = (uint32_t)nsc_bytes_left(&b);

	p->flags &= ~(uint32_t)(NSC_PACKET_LATER | NSC_PACKET_PART);
	if (h == NULL)
		p->flags |= NSC_PACKET_BAD_L4;
	else
		whole_tcp(h, whole, whole, p);
}

static void
whole_udp(const uint8_t *h, uint32_t here, uint32_t wire, struct nsc_packet *p)
{
	uint32_t len = nsc_be16(h + 4);

	p->sport = nsc_be16(h);
	p->dport = nsc_be16(h + 2);
	if (len == 0)		/* RFC 2675, or left to the device */
		len = wire;
	if (len < NSC_UDP_HEADER || len > wire) {
		p->flags |= NSC_PACKET_BAD_L4;
		return;
	}
	behind(h, here, p, NSC_UDP_HEADER, len - NSC_UDP_HEADER);
}

/*
 * A fragment's datagram is whole later; but never if the capture cut its first
 * one, and then what is here is all that can be read.
 */
static void
udp_part(const struct nsc_ip *ip, const uint8_t *h, struct nsc_packet *p)
{
	uint32_t len = nsc_be16(h + 4);

	p->sport = nsc_be16(h);
	p->dport = nsc_be16(h + 2);
	if (len == 0)
		len = ip->wire;
	if (len < NSC_UDP_HEADER)
		p->flags |= NSC_PACKET_BAD_L4;
	else if (ip->offset == 0 && nsc_bytes_left(&ip->b) < ip->wire)
		payload(ip, p, NSC_UDP_HEADER, len - NSC_UDP_HEADER);
}

static void
udp(const struct nsc_ip *ip, struct nsc_packet *p)
{
	const uint8_t *h = nsc_bytes_peek(&ip->b, NSC_UDP_HEADER);

	if (h == NULL)
		cut(ip, p, NSC_UDP_HEADER);
	else if (ip->fragment)
		udp_part(ip, h, p);
	else
		whole_udp(h, (uint32_t)nsc_bytes_left(&ip->b), ip->wire, p);
}

void
nsc_transport_datagram(struct nsc_bytes b, struct nsc_packet *p)
{
	const uint8_t *h = nsc_bytes_peek(&b, 8);
	size_t whole = nsc_bytes_left(&b);
	uint32_t len = h != NULL ? nsc_be16(h + 4) : 0;

	if (len == 0)
		len = (uint32_t)whole;
	if (h == NULL || len < 8 || len > whole) {
		p->flags |= NSC_PACKET_BAD_L4;
		return;
	}
	p->payload_len = p->payload_caplen = len - 8;
	p->payload = len > 8 ? h + 8 : NULL;
}

static void
sctp(const struct nsc_ip *ip, struct nsc_packet *p)
{
	if (nsc_bytes_peek(&ip->b, 12) == NULL) {
		cut(ip, p, 12);
		return;
	}
	p->sport = nsc_be16(ip->b.p);
	p->dport = nsc_be16(ip->b.p + 2);
	payload(ip, p, 12, ip->wire > 12 ? ip->wire - 12 : 0);
}

static bool
icmp_is_error(uint8_t type, bool six)
{
	if (six)
		return type >= 1 && type < 128;
	return type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
}

/* Echo and, with IPv4, the other requests that carry an identifier (RFC 792, 950). */
static bool
icmp_has_id(uint8_t type, bool six)
{
	if (six)
		return type == 128 || type == 129;
	return type == 0 || type == 8 || (type >= 13 && type <= 18);
}

static void
icmp(const struct nsc_ip *ip, struct nsc_packet *p)
{
	const uint8_t *h = nsc_bytes_peek(&ip->b, 2);
	bool six = p->proto == NSC_PROTO_ICMP6;

	if (h == NULL)
		return;
	p->icmp_type = h[0];
	p->icmp_code = h[1];
	if (icmp_is_error(h[0], six))
		p->flags |= NSC_PACKET_ICMP_ERROR;
	if (nsc_bytes_peek(&ip->b, 8) == NULL)
		return;
	if (icmp_has_id(h[0], six))
		p->icmp_id = nsc_be16(h + 4);
	payload(ip, p, 8, ip->wire - 8);
}

void
nsc_transport(const struct nsc_ip *ip, struct nsc_packet *p)
{
	switch (ip->proto) {
	case NSC_PROTO_TCP:
		tcp(ip, p);
		break;
	case NSC_PROTO_UDP:
		udp(ip, p);
		break;
	case NSC_PROTO_SCTP:
		sctp(ip, p);
		break;
	case NSC_PROTO_ICMP:
	case NSC_PROTO_ICMP6:
		icmp(ip, p);
		break;
	default:
		payload(ip, p, 0, ip->wire);
		break;
	}
}
