/* SPDX-License-Identifier: MIT */
/* Long headers, and what protects an Initial packet taken off. */
#include "dissect/quic_header.h"

uint64_t
nsc_quic_varint(struct nsc_bytes *b)
{
	uint8_t first = nsc_bytes_u8(b);
	uint64_t v = first & 0x3f;

	for (unsigned n = (1u << (first >> 6)) - 1; n > 0; n--)
		v = v << 8 | nsc_bytes_u8(b);
	return v;
}

static uint8_t
type_of(uint8_t first, const struct nsc_quic_version *known)
{
	unsigned bits = first >> 4 & 3;

	/* v2: Retry, Initial, 0-RTT, Handshake. */
	return (uint8_t)(known->swapped ? (bits + 3) % 4 : bits);
}

static bool
read_ids(struct nsc_quic_header *h, struct nsc_bytes *b)
{
	h->dcid_len = nsc_bytes_u8(b);
	h->dcid = nsc_bytes_take(b, h->dcid_len);
	h->scid_len = nsc_bytes_u8(b);
	h->scid = nsc_bytes_take(b, h->scid_len);
	return !b->bad && (h->version == 0 || (h->dcid_len <= NSC_QUIC_CID &&
					       h->scid_len <= NSC_QUIC_CID));
}

bool
nsc_quic_header(struct nsc_quic_header *h, struct nsc_bytes *b)
{
	const uint8_t *packet = b->p;
	uint8_t first = nsc_bytes_u8(b);
	uint64_t n;

	*h = (struct nsc_quic_header){.packet = packet, .version = nsc_bytes_u32(b)};
	if (b->bad || (first & NSC_QUIC_LONG) == 0)
		return false;
	if (h->version != 0) {
		h->known = nsc_quic_version(h->version);
		if (h->known.flavour < NSC_QUIC_IETF || h->known.flavour > NSC_QUIC_GOOGLE_CRYPT)
			return false;
	}
	if (!read_ids(h, b))
		return false;
	h->type = h->version == 0 ? NSC_QUIC_NEGOTIATION : type_of(first, &h->known);
	if (h->type == NSC_QUIC_RETRY || h->type == NSC_QUIC_NEGOTIATION) {
		h->len = (size_t)(b->end - packet);
		nsc_bytes_skip(b, nsc_bytes_left(b));
		return true;
	}
	if (h->type == NSC_QUIC_INITIAL) {
		n = nsc_quic_varint(b);
		if (b->bad || n > nsc_bytes_left(b))
			return false;
		nsc_bytes_skip(b, (size_t)n);
	}
	n = nsc_quic_varint(b);
	/* A number of one octet and a tag; 65535 is what a datagram holds. */
	if (b->bad || n < 1 + NSC_QUIC_TAG || n > 65535)
		return false;
	h->number_at = (size_t)(b->p - packet);
	h->len = h->number_at + (size_t)n;
	h->cut = n > nsc_bytes_left(b);
	nsc_bytes_skip(b, h->cut ? nsc_bytes_left(b) : (size_t)n);
	return true;
}

/* False: the packet is too short for one. */
static bool
mask_of(const struct nsc_quic_header *h, const struct nsc_quic_keys *k,
	uint8_t mask[NSC_QUIC_MASK])
{
	/* The sample begins where the number would end if it had four octets. */
	const size_t sample = h->number_at + 4;

	if (h->number_at == 0 || h->cut || h->len < sample + NSC_QUIC_SAMPLE)
		return false;
	nsc_quic_crypt_mask(k, h->packet + sample, mask);
	return true;
}

bool
nsc_quic_header_fits(const struct nsc_quic_header *h, const struct nsc_quic_keys *k)
{
	uint8_t mask[NSC_QUIC_MASK];

	return mask_of(h, k, mask) && ((h->packet[0] ^ mask[0]) & NSC_QUIC_RESERVED) == 0;
}

bool
nsc_quic_header_open(const struct nsc_quic_header *h, const struct nsc_quic_keys *k,
		     uint8_t *scratch, struct nsc_bytes *plain)
{
	uint8_t mask[NSC_QUIC_MASK];
	size_t head, sealed;
	uint32_t number = 0;

	if (!mask_of(h, k, mask))
		return false;
	memcpy(scratch, h->packet, h->number_at);
	scratch[0] ^= mask[0] & 0x0f;
	head = h->number_at + (scratch[0] & 3) + 1;
	for (size_t i = h->number_at; i < head; i++) {
		scratch[i] = h->packet[i] ^ mask[1 + i - h->number_at];
		number = number << 8 | scratch[i];
	}
	/* Initial packets are few: a number is as long as it is written (RFC 9000, A.3). */
	sealed = h->len - head;
	if (!nsc_quic_crypt_open(k, number, scratch, head, h->packet + head, sealed,
				 scratch + head))
		return false;
	*plain = nsc_bytes(scratch + head, sealed - NSC_QUIC_TAG);
	return true;
}
