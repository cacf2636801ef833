/* SPDX-License-Identifier: MIT */
/*
 * The short way through the decoder says what the walk through the layers says.  Ethernet
 * takes the short one where it can, the same packet as LINKTYPE_RAW never: packets by
 * chance, valid ones and such with a few octets changed, whole and cut anywhere.
 */
#include <stdlib.h>
#include <string.h>

#include "decode/decode.h"
#include "suite.h"

enum { ETHERNET = 1, RAW = 101, HEADER = 14, MOST = 96, PACKETS = 300000 };

static uint64_t state = 1;

/* splitmix64 (Steele, Lea, Flood 2014) */
static uint32_t
below(uint32_t n)
{
	uint64_t z = (state += 0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return (uint32_t)((z ^ z >> 31) >> 32) % n;
}

static void
put16(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

/* An IP packet at p; its octets. */
static uint32_t
make(uint8_t *p)
{
	static const uint8_t protos[] = {6, 17, 17, 6, 1, 58, 0, 47, 132};
	static const uint16_t ports[] = {53, 443, 2152, 4789, 6081, 6635, 8472, 2153, 40, 8};
	bool v4 = below(3) != 0;
	uint8_t proto = protos[below(10) < 9 ? below(2) : below(sizeof protos)];
	uint32_t header = v4 ? 20 : 40, own = proto == 6 ? 20 + 4 * below(4) : 8;
	uint32_t data = below(MOST - 40 - 32 + 1), all = header + own + data;
	uint8_t *h = p + header;

	for (uint32_t i = 0; i < MOST; i++)
		p[i] = (uint8_t)below(256);
	if (v4) {
		p[0] = 0x45;
		put16(p + 2, all);
		put16(p + 6, 0x4000);
		p[9] = proto;
	} else {
		p[0] = 0x60;
		put16(p + 4, own + data);
		p[6] = proto;
	}
	put16(h, ports[below(10)]);
	put16(h + 2, ports[below(10)]);
	if (proto == 6)
		h[12] = (uint8_t)(own / 4 << 4);
	else
		put16(h + 4, own + data);
	for (uint32_t n = below(3) == 0 ? 1 + below(3) : 0; n > 0; n--)
		p[below(header + own)] = below(2) ? (uint8_t)below(256) : (uint8_t)below(4);
	return all;
}

static bool
same(const struct nsc_packet *a, const struct nsc_packet *b)
{
	return nsc_addr_equal(&a->src, &b->src) && nsc_addr_equal(&a->dst, &b->dst) &&
	       a->octets == b->octets && a->proto == b->proto && a->version == b->version &&
	       a->ip_id == b->ip_id && a->flags == b->flags && a->sport == b->sport &&
	       a->dport == b->dport && a->seq == b->seq && a->ack == b->ack &&
	       a->tcp_flags == b->tcp_flags && a->window == b->window && a->mss == b->mss &&
	       a->tunnel == b->tunnel && a->vni == b->vni && a->payload_len == b->payload_len &&
	       a->payload_caplen == b->payload_caplen && a->payload == b->payload;
}

/* 1: an IP packet, 0: not, and both ways say so; -1: they differ. */
static int
compare(struct nsc_decoder *const d[2], const uint8_t *octets, uint32_t here, uint32_t sent)
{
	struct nsc_frame f = {.data = octets, .caplen = here, .len = sent, .link = ETHERNET};
	struct nsc_frame raw = {.data = octets + HEADER, .caplen = here - HEADER,
				.len = sent - HEADER, .link = RAW};
	struct nsc_packet a, b;
	enum nsc_decoded short_way = nsc_decode(d[0], &f, &a), walk = nsc_decode(d[1], &raw, &b);

	/* Which version it is not, Ethernet says otherwise than the first octet. */
	if (short_way != NSC_DECODED_IP || walk != NSC_DECODED_IP)
		return short_way == NSC_DECODED_IP || walk == NSC_DECODED_IP ? -1 : 0;
	/* A datagram that its last fragment completes stands in its decoder's memory. */
	if (a.flags & NSC_PACKET_FRAGMENT)
		b.payload = a.payload;
	return same(&a, &b) ? 1 : -1;
}

static struct nsc_decoder *
decoder(bool decapsulate)
{
	struct nsc_decode_config cfg = {.decapsulate = decapsulate, .key = {{1, 2}}};
	struct nsc_decoder *d;

	ck_assert_int_eq(nsc_decoder_new(&d, &cfg), 0);
	return d;
}

START_TEST(the_short_way_says_what_the_walk_says)
{
	struct nsc_decoder *const d[2][2] = {{decoder(false), decoder(false)},
					     {decoder(true), decoder(true)}};
	uint8_t octets[HEADER + MOST] = {0};
	unsigned packets = 0;

	for (unsigned n = 0; n < PACKETS; n++) {
		uint32_t all = make(octets + HEADER);
		uint32_t here = HEADER + (below(4) == 0 ? below(MOST + 1) : all);
		uint32_t sent = here > HEADER + all ? here : HEADER + all;
		uint8_t *copy = malloc(here);	/* so that no octet behind is read unseen */
		int same_way;

		put16(octets + 12, octets[HEADER] >> 4 == 4 ? 0x0800 : 0x86dd);
		memcpy(copy, octets, here);
		same_way = compare(d[n % 2], copy, here, sent);
		if (same_way < 0)
			ck_abort_msg("packet %u: %u octets of %u", n, here, sent);
		packets += (unsigned)same_way;
		free(copy);
		nsc_decoder_batch(d[n % 2][0]);
		nsc_decoder_batch(d[n % 2][1]);
	}
	ck_assert_uint_gt(packets, PACKETS / 2);
	for (unsigned i = 0; i < 4; i++)
		nsc_decoder_free(d[i / 2][i % 2]);
}
END_TEST

RUN_SUITE("decode_plain", the_short_way_says_what_the_walk_says)
