/* SPDX-License-Identifier: MIT */
/* A decoded packet: what the layers below the application say, innermost IP layer. */
#ifndef NSC_DECODE_PACKET_H
#define NSC_DECODE_PACKET_H

#include "base/addr.h"
#include "base/frame.h"

enum nsc_tunnel {		/* the innermost encapsulation that was removed */
	NSC_TUNNEL_NONE,
	NSC_TUNNEL_IPIP,	/* IPv4 in IPv4, RFC 2003 */
	NSC_TUNNEL_6IN4,	/* RFC 4213 */
	NSC_TUNNEL_4IN6,	/* RFC 2473 */
	NSC_TUNNEL_6IN6,
	NSC_TUNNEL_GRE,		/* RFC 2784, 2890; PPTP's version 1 with PPP too */
	NSC_TUNNEL_VXLAN,	/* RFC 7348 */
	NSC_TUNNEL_GENEVE,	/* RFC 8926 */
	NSC_TUNNEL_GTPU,	/* 3GPP TS 29.281 */
	NSC_TUNNELS
};

enum nsc_proto {		/* IANA protocol numbers that we know by name */
	NSC_PROTO_ICMP = 1,
	NSC_PROTO_TCP = 6,
	NSC_PROTO_UDP = 17,
	NSC_PROTO_ICMP6 = 58,
	NSC_PROTO_SCTP = 132,
};

enum nsc_tcp_flags {
	NSC_TCP_FIN = 0x01,
	NSC_TCP_SYN = 0x02,
	NSC_TCP_RST = 0x04,
	NSC_TCP_PSH = 0x08,
	NSC_TCP_ACK = 0x10,
	NSC_TCP_URG = 0x20,
	NSC_TCP_ECE = 0x40,
	NSC_TCP_CWR = 0x80,
};

enum nsc_packet_flags {
	NSC_PACKET_FRAGMENT = 1 << 0,	/* of an IP datagram (first or later) */
	NSC_PACKET_LATER = 1 << 1,	/* a later fragment: ports are the first one's */
	NSC_PACKET_TRUNCATED = 1 << 2,	/* captured shorter than on the wire */
	NSC_PACKET_NO_PORTS = 1 << 3,	/* transport header cut off, or its fragment never came */
	NSC_PACKET_TIMESTAMPS = 1 << 4,	/* tsval and tsecr hold (RFC 7323) */
	NSC_PACKET_VLAN = 1 << 5,	/* vlan holds */
	NSC_PACKET_VNI = 1 << 6,	/* vni holds (VXLAN, GENEVE, GRE key, GTP-U TEID) */
	NSC_PACKET_ICMP_ERROR = 1 << 7,	/* payload quotes another packet: not to be read */
	NSC_PACKET_WSCALE = 1 << 8,	/* wscale holds (a SYN with the option) */
	NSC_PACKET_SACK_PERMITTED = 1 << 9,
	NSC_PACKET_BAD_L4 = 1 << 10,	/* impossible data offset or UDP length: no payload */
	NSC_PACKET_PART = 1 << 11,	/* of a TCP segment in fragments that is not whole: not to be read */
};

struct nsc_packet {
	const struct nsc_frame *frame;	/* as captured; borrowed */
	uint64_t time;			/* nanoseconds since the epoch */

	/* what every packet has */
	struct nsc_addr src, dst;
	uint32_t octets;		/* IP octets of the innermost layer (IPFIX octetDeltaCount) */
	uint16_t vlan;			/* innermost VLAN id */
	uint16_t ip_id;			/* IPv4 */
	uint8_t proto;			/* of the innermost IP layer, extension headers skipped */
	uint8_t version;		/* 4 or 6 */
	uint8_t tunnel;			/* enum nsc_tunnel */
	uint8_t tcp_flags;		/* nsc_tcp_flags; 0 with every other protocol */

	/* what is 0 unless it says otherwise: one block, cleared as one */
	uint32_t flags;			/* nsc_packet_flags */
	uint16_t sport, dport;		/* TCP, UDP, SCTP; 0 with every other protocol */
	uint32_t vni;

	/*
	 * Payload of the transport; borrowed, may be NULL.  A fragment has
	 * none, but for the one that completes a UDP datagram or a TCP segment: that
	 * has the whole, and the segment's header.
	 */
	uint32_t payload_len;		/* octets sent */
	uint32_t payload_caplen;	/* octets at payload, never more than payload_len */
	const uint8_t *payload;

	uint32_t seq, ack;		/* TCP */
	uint32_t tsval, tsecr;
	uint16_t window;		/* unscaled */
	uint16_t mss;			/* option of a SYN; 0: none */

	/*
	 * Later fragments that came before their first one are credited to it,
	 * in front of its own: packets and IP octets, 0 as a rule.
	 */
	uint32_t credit_packets;
	uint32_t credit_octets;

	uint16_t icmp_id;		/* identifier of an echo; no part of a flow's key */
	uint8_t icmp_type, icmp_code;
	uint8_t wscale;
	uint8_t sacks;			/* blocks in sack[] (RFC 2018; the first may be a DSACK, RFC 2883) */
	uint32_t sack[4][2];		/* left and right edges; nothing behind `sacks` */
};

#endif
