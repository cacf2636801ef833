/* SPDX-License-Identifier: MIT */
/* Packets of OpenVPN's control channel. */
#include "dissect/openvpn_packet.h"

enum {
	ACKS_MAX = 8,		/* RELIABLE_ACK_SIZE */
	NUMBER_MAX = 1 << 24,	/* more messages no session has */
	SESSION = 8,		/* octets */
	CRYPT_TAG = 32,		/* of --tls-crypt */
	CRYPT_RESET = 1 + SESSION + 4 + 4 + CRYPT_TAG + 1 + 4,
	EARLY = 0x0f000000,	/* first packet id of a client that can do without state (2.6) */
	WRAPPED_LEAST = 32 + 2 + 256, /* octets of a client's own key, wrapped */
};

/* MD5, SHA-1, SHA-224, SHA-256, SHA-384, SHA-512; none first: nothing else fits it by chance. */
static const uint8_t digests[] = {0, 20, 32, 64, 48, 28, 16};

static bool
known(uint8_t op)
{
	return (op >= NSC_OPENVPN_CLIENT_V1 && op <= NSC_OPENVPN_ACK) || op == NSC_OPENVPN_CLIENT_V2 ||
	       op == NSC_OPENVPN_SERVER_V2;
}

/* Hard resets begin a session, whose first key is 0. */
static bool
fits(const struct nsc_openvpn_packet *p)
{
	const bool empty = nsc_bytes_left(&p->body) == 0;

	switch (p->op) {
	case NSC_OPENVPN_CONTROL:
		return !empty && p->number > 0;
	case NSC_OPENVPN_ACK:
		return empty && p->acks > 0;
	case NSC_OPENVPN_SOFT_RESET:
		return empty && p->number == 0 && p->key > 0;
	case NSC_OPENVPN_CLIENT_V1:
	case NSC_OPENVPN_CLIENT_V2:
		return empty && p->number == 0 && p->key == 0 && p->acks == 0;
	default:
		return empty && p->number == 0 && p->key == 0 && p->acks <= 1;
	}
}

bool
nsc_openvpn_packet(struct nsc_openvpn_packet *p, struct nsc_bytes b, unsigned hmac)
{
	uint8_t first = nsc_bytes_u8(&b);
	uint32_t id, time;

	*p = (struct nsc_openvpn_packet){.op = nsc_openvpn_op(first), .key = first & 7};
	p->session = nsc_bytes_u64(&b);
	if (b.bad || !known(p->op) || p->session == 0)
		return false;
	if (hmac > 0) {
		nsc_bytes_skip(&b, hmac);
		id = nsc_bytes_u32(&b);
		time = nsc_bytes_u32(&b);
		if (id == 0 || id >= NUMBER_MAX || time < NUMBER_MAX)
			return false;
	}
	p->acks = nsc_bytes_u8(&b);
	if (p->acks > ACKS_MAX)
		return false;
	for (unsigned i = 0; i < p->acks; i++)
		if (nsc_bytes_u32(&b) >= NUMBER_MAX)
			return false;
	if (p->acks > 0 && nsc_bytes_u64(&b) == 0)
		return false;
	if (p->op != NSC_OPENVPN_ACK)
		p->number = nsc_bytes_u32(&b);
	p->body = b;
	return !b.bad && p->number < NUMBER_MAX && fits(p);
}

bool
nsc_openvpn_read(struct nsc_openvpn_packet *p, struct nsc_bytes b)
{
	if (nsc_bytes_left(&b) == 0 || !known(nsc_openvpn_op(*b.p)))
		return false;
	for (unsigned i = 0; i < sizeof digests; i++)
		if (nsc_openvpn_packet(p, b, digests[i]))
			return true;
	return false;
}

bool
nsc_openvpn_hidden(struct nsc_bytes b)
{
	const size_t len = nsc_bytes_left(&b);
	uint8_t first = nsc_bytes_u8(&b);
	uint64_t session = nsc_bytes_u64(&b);
	uint32_t id = nsc_bytes_u32(&b), time = nsc_bytes_u32(&b);
	uint16_t wrapped;

	if (b.bad || session == 0 || (id != 1 && id != (EARLY | 1)) || time < NUMBER_MAX)
		return false;
	if (first == NSC_OPENVPN_CLIENT_V2 << 3)
		return len == CRYPT_RESET;
	if (first != NSC_OPENVPN_CLIENT_V3 << 3 || len < CRYPT_RESET + WRAPPED_LEAST)
		return false;
	/* The key of its own ends with its length. */
	nsc_bytes_skip(&b, nsc_bytes_left(&b) - 2);
	wrapped = nsc_bytes_u16(&b);
	return len == CRYPT_RESET + (size_t)wrapped;
}
