/* SPDX-License-Identifier: MIT */
/*
 * Several frames through one decoder.  A frame of the input: link type's index,
 * flags, time to pass in seconds, two octets of length, octets.  Flags: 1 the
 * frame was longer on the wire, 2 a super-packet, 4 a tag in metadata, 8 fetch
 * orphans after it, 16 the batch ends.  The first octet of all: 1 decapsulate,
 * 2 a small table.
 */
#include <stdlib.h>

#include "base/bytes.h"
#include "decode/decode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint16_t links[] = {1,  0,   9,   10,  12,  14,  50,  51,	101, 104,
				 108, 113, 204, 228, 229, 239, 274, 276, 147};

/* What a reader of the packet may rely on. */
static void
check(const struct nsc_packet *p)
{
	uint32_t sum = 0;

	if (p->frame == NULL || (p->version != 4 && p->version != 6) ||
	    p->tunnel >= NSC_TUNNELS || p->sacks > 4 || p->wscale > 14 ||
	    p->payload_caplen > p->payload_len || (p->payload == NULL && p->payload_caplen > 0))
		abort();
	for (uint32_t i = 0; i < p->payload_caplen; i++)
		sum += p->payload[i];
	if (sum > 255u * p->payload_caplen)	/* never: it makes the octets be read */
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nsc_bytes b = nsc_bytes(data, size);
	uint8_t mode = nsc_bytes_u8(&b);
	struct nsc_decode_config cfg = {
		.decapsulate = (mode & 1) != 0,
		.fragments = mode & 2 ? 2 : 64,
		.fragment_memory = mode & 2 ? 16384 : 1 << 20,
	};
	uint64_t now = 1700000000ull * 1000000000, packets = 0, credits = 0, held = 0;
	struct nsc_decoder *d;
	struct nsc_packet p;

	if (nsc_decoder_new(&d, &cfg) < 0)
		return 0;
	while (nsc_bytes_left(&b) > 5) {
		struct nsc_frame f = {.link = links[nsc_bytes_u8(&b) % 19]};
		uint8_t flags = nsc_bytes_u8(&b);
		uint32_t len;
		uint8_t *copy;

		now += nsc_bytes_u8(&b) * 1000000000ull;
		len = nsc_bytes_u16(&b);
		if (len > nsc_bytes_left(&b))
			len = (uint32_t)nsc_bytes_left(&b);
		copy = malloc(len > 0 ? len : 1);	/* its exact size, for the sanitizer */
		if (copy == NULL)
			break;
		memcpy(copy, nsc_bytes_take(&b, len), len);
		f.data = copy;
		f.caplen = len;
		f.len = flags & 1 ? len + 1000 : len;
		f.gso_size = flags & 2 ? 1448 : 0;
		f.flags = flags & 4 ? NSC_FRAME_VLAN : 0;
		f.vlan_tci = 5;
		f.time = now;
		switch (nsc_decode(d, &f, &p)) {
		case NSC_DECODED_IP:
			check(&p);
			packets++;
			credits += p.credit_packets;
			break;
		case NSC_DECODED_HELD:
			held++;
			break;
		default:
			break;
		}
		free(copy);
		while ((flags & 8) && nsc_decode_orphan(d, now, false, &p)) {
			check(&p);
			credits += p.credit_packets;
		}
		if (flags & 16)
			nsc_decoder_batch(d);
	}
	while (nsc_decode_orphan(d, now, true, &p)) {
		check(&p);
		credits += p.credit_packets;
	}
	if (held != credits || packets + held != nsc_decoder_stats(d)->ip)
		abort();	/* every held fragment comes out exactly once */
	nsc_decoder_free(d);
	return 0;
}
