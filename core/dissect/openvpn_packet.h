/* SPDX-License-Identifier: MIT */
/*
 * Packets of OpenVPN's control channel (draft-omar-openvpn-wire-protocol; OpenVPN 2.6,
 * ssl_pkt.h): plain, or with an HMAC in front (--tls-auth). Behind --tls-crypt nothing but
 * their first octets is in the clear.
 */
#ifndef NSC_DISSECT_OPENVPN_PACKET_H
#define NSC_DISSECT_OPENVPN_PACKET_H

#include "base/bytes.h"

enum nsc_openvpn_op {
	NSC_OPENVPN_CLIENT_V1 = 1,	/* hard reset */
	NSC_OPENVPN_SERVER_V1,
	NSC_OPENVPN_SOFT_RESET,		/* new keys */
	NSC_OPENVPN_CONTROL,
	NSC_OPENVPN_ACK,
	NSC_OPENVPN_DATA_V1,
	NSC_OPENVPN_CLIENT_V2,
	NSC_OPENVPN_SERVER_V2,
	NSC_OPENVPN_DATA_V2,
	NSC_OPENVPN_CLIENT_V3,		/* with a key of its own (--tls-crypt-v2) */
	NSC_OPENVPN_CONTROL_WKC,
};

struct nsc_openvpn_packet {
	uint8_t op;			/* nsc_openvpn_op; none of data */
	uint8_t key;			/* 0 to 7 */
	uint8_t acks;
	uint64_t session;		/* the sender's */
	uint32_t number;		/* of the message; 0 of an acknowledgement alone */
	struct nsc_bytes body;		/* octets of TLS; borrowed */
};

static inline uint8_t
nsc_openvpn_op(uint8_t first)
{
	return first >> 3;
}

static inline bool
nsc_openvpn_is_data(uint8_t first)
{
	return nsc_openvpn_op(first) == NSC_OPENVPN_DATA_V1 ||
	       nsc_openvpn_op(first) == NSC_OPENVPN_DATA_V2;
}

/*
 * Reads a whole packet that has an HMAC of so many octets (0: none is used). False: it
 * cannot be one. Every field that has a limit is checked.
 */
bool nsc_openvpn_packet(struct nsc_openvpn_packet *p, struct nsc_bytes b, unsigned hmac);

/* The same with no HMAC, or one of any known length. */
bool nsc_openvpn_read(struct nsc_openvpn_packet *p, struct nsc_bytes b);

/* Is it the first packet of a client that hides the control channel (--tls-crypt, -v2)? */
bool nsc_openvpn_hidden(struct nsc_bytes b);

#endif
