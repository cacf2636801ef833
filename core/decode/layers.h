/* SPDX-License-Identifier: MIT */
/*
 * What the layers of the decoder hand to one another.  Private to decode/.
 *
 * At every layer two lengths stand side by side: the octets that are here
 * (b, bounded by the capture) and those that were sent (wire).  The second is
 * only ever compared and counted, never used to read.
 */
#ifndef NSC_DECODE_LAYERS_H
#define NSC_DECODE_LAYERS_H

#include "base/bytes.h"
#include "decode/decode.h"

enum {
	NSC_LAYERS_MAX = 8,	/* IP layers in one another */
	NSC_TAGS_MAX = 16,	/* VLAN tags, labels, session headers in front of one IP header */
	NSC_EXTENSIONS_MAX = 16,/* IPv6 extension headers; real packets have three at the most */
};

enum { NSC_LINK_ETHERNET = 1 };	/* LINKTYPE_ numbers: link.c has them all */

/* EtherTypes (IEEE 802 numbers); a value up to 1500 is a length and LLC follows. */
enum nsc_ethertype {
	NSC_ETHER_LLC = 0,
	NSC_ETHER_IP4 = 0x0800,
	NSC_ETHER_ARP = 0x0806,
	NSC_ETHER_BRIDGED = 0x6558,	/* a whole Ethernet frame (RFC 1701) */
	NSC_ETHER_VLAN = 0x8100,
	NSC_ETHER_IP6 = 0x86dd,
	NSC_ETHER_PPP = 0x880b,		/* RFC 2637 */
	NSC_ETHER_MPLS = 0x8847,
	NSC_ETHER_MPLS_MULTICAST = 0x8848,
	NSC_ETHER_PPPOE = 0x8864,	/* session; discovery is 0x8863 */
	NSC_ETHER_QINQ = 0x88a8,
	NSC_ETHER_NSH = 0x894f,		/* RFC 8300 */
	NSC_ETHER_QINQ_OLD = 0x9100,
	NSC_ETHER_QINQ_OLDER = 0x9200,
};

/* The rest of a frame in front of a network header. */
struct nsc_net {
	struct nsc_bytes b;
	uint32_t wire;
	uint16_t type;		/* what b starts with: an EtherType */
	uint16_t vlan;		/* innermost tag so far */
	bool has_vlan;
	bool offload;		/* a super-packet: a length of 0 is no error */
	bool partial;		/* the rest of it is in other fragments: wire bounds nothing */
};

/* One IP header that was read, with the rest behind it and its extension headers. */
struct nsc_ip {
	struct nsc_bytes b;	/* bounded by the IP length too */
	uint32_t wire;
	uint32_t octets;	/* header and payload, as the header says */
	const uint8_t *src, *dst;	/* 4 or 16 octets in the frame */
	uint8_t version;
	uint8_t proto;
	bool cut;		/* fewer octets captured than the IP length says */
	bool fragment;		/* more follow, or offset is not 0 */
	bool more;
	uint32_t offset;	/* octets */
	uint32_t id;		/* 16 bits with IPv4 */
	struct nsc_bytes part;	/* of a fragment: what it carries of the datagram */
	uint32_t part_wire;
};

/* Octets p[0..1] and p[0..3], whose presence the caller has shown. */
static inline uint16_t
nsc_be16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t
nsc_be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Moves past n octets that were sent; bad if they are not all here. */
static inline const uint8_t *
nsc_net_take(struct nsc_net *n, uint32_t len)
{
	n->wire -= len < n->wire ? len : n->wire;
	return nsc_bytes_take(&n->b, len);
}

/* link.c: from the frame to a network header.  IP, ARP, NON_IP, MALFORMED or UNKNOWN_LINK. */
enum nsc_decoded nsc_link(const struct nsc_frame *f, struct nsc_net *n);

/* tags.c: from n->type on, whatever stands in front of IP.  IP, ARP, NON_IP or MALFORMED. */
enum nsc_decoded nsc_tags(struct nsc_net *n);

/* ip.c: false if the header is impossible or cut. */
bool nsc_ip_read(struct nsc_net *n, struct nsc_ip *ip);
/* True if an IP header stands here that a tunnel may have carried. */
bool nsc_ip_plausible(const struct nsc_net *n);

/* extension.c: IPv6 extension headers, and AH behind either version. */
void nsc_extensions(struct nsc_ip *ip);
/* What a jumbo payload option says (RFC 2675), or 0; b starts with the options header. */
uint32_t nsc_jumbo_length(struct nsc_bytes b);

/* What a tunnel's own header said. */
struct nsc_taken {
	uint8_t tunnel;		/* enum nsc_tunnel; NONE: MPLS, a tag wherever it stands */
	bool has_id;
	uint32_t id;
};

/* tunnel.c: the UDP ports that announce one, each where its remainder says. */
enum { NSC_TUNNEL_PORTS = 32 };
extern const uint16_t nsc_tunnel_ports[NSC_TUNNEL_PORTS];
/* The network layer that this one carries, if it carries a plausible one. */
bool nsc_tunnel(const struct nsc_ip *ip, const struct nsc_net *outer, struct nsc_net *inner,
		struct nsc_taken *t);

/* transport.c: ports, flags, options and payload. */
enum { NSC_TCP_HEADER = 20, NSC_UDP_HEADER = 8 };
void nsc_transport(const struct nsc_ip *ip, struct nsc_packet *p);
/* TCP's options, of which `left` octets are at o. */
void nsc_transport_options(const uint8_t *o, uint32_t left, struct nsc_packet *p);
/* The header and payload of a TCP segment of which all octets are here; and of UDP the payload. */
void nsc_transport_segment(struct nsc_bytes b, struct nsc_packet *p);
void nsc_transport_datagram(struct nsc_bytes b, struct nsc_packet *p);

/* fragment.c */
struct nsc_fragments;

int nsc_fragments_new(struct nsc_fragments **fs, const struct nsc_decode_config *cfg,
		      struct nsc_decode_stats *stats);
void nsc_fragments_free(struct nsc_fragments *fs);

/* p is filled but for what the datagram's other fragments know; false: held back. */
bool nsc_fragment(struct nsc_fragments *fs, const struct nsc_ip *ip, struct nsc_packet *p);
/* A first fragment of which a tunnel was taken off: the later ones have no ports. */
void nsc_fragment_taken_off(struct nsc_fragments *fs, const struct nsc_ip *ip,
			    const struct nsc_packet *p);
bool nsc_fragments_orphan(struct nsc_fragments *fs, uint64_t now, bool all,
			  struct nsc_packet *p);
void nsc_fragments_batch(struct nsc_fragments *fs);

#endif
