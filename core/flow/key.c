/* SPDX-License-Identifier: MIT */
/* Keys, one kind a line of the table at the end of the extractors. */
#include "flow/key.h"

#include <endian.h>

enum { LINKTYPE_ETHERNET = 1, MACS = 12 };

/* Halves and ports of two ends as numbers: negative, 0 or positive, in the order of memcmp. */
static inline int
order_of(const struct nsc_addr *a, const struct nsc_addr *b, uint16_t aport, uint16_t bport)
{
	uint64_t x = nsc_addr_word(a, 0), y = nsc_addr_word(b, 0);

	if (x == y) {
		x = nsc_addr_word(a, 1);
		y = nsc_addr_word(b, 1);
	}
	if (x == y) {
		x = aport;
		y = bport;
	}
	return (x > y) - (x < y);
}

/* Whether the ends change places is a toss of a coin to the processor: it is no branch here. */
static inline void
ends(struct nsc_key *k, const struct nsc_addr *src, const struct nsc_addr *dst, uint16_t sport,
     uint16_t dport)
{
	int order = order_of(src, dst, sport, dport);
	unsigned from = order > 0;

	k->addr[from] = *src;
	k->addr[from ^ 1] = *dst;
	k->port[from] = sport;
	k->port[from ^ 1] = dport;
	k->from = (uint8_t)from;
	k->self = order == 0;
}

static void
ip_pair(struct nsc_key *k, const struct nsc_packet *p)
{
	k->proto = 0;
	k->version = p->version;
	ends(k, &p->src, &p->dst, 0, 0);
}

/* Where there are no MACs (tunnel devices, lo of some systems) the IP pair stands for them. */
static void
mac_pair(struct nsc_key *k, const struct nsc_packet *p)
{
	const struct nsc_frame *f = p->frame;
	struct nsc_addr src = {{0}}, dst = {{0}};

	if (f == NULL || f->link != LINKTYPE_ETHERNET || f->caplen < MACS) {
		ip_pair(k, p);
		return;
	}
	memcpy(src.b + 10, f->data + 6, 6);	/* IEEE 802.3: destination first */
	memcpy(dst.b + 10, f->data, 6);
	k->proto = k->version = 0;
	ends(k, &src, &dst, 0, 0);
}

void
nsc_key_of_packet(struct nsc_key *k, enum nsc_key_kind kind, const struct nsc_packet *p)
{
	switch (kind) {
	case NSC_KEY_IP_PAIR:
		ip_pair(k, p);
		break;
	case NSC_KEY_MAC_PAIR:
		mac_pair(k, p);
		break;
	default:
		k->proto = p->proto;
		k->version = p->version;
		ends(k, &p->src, &p->dst, p->sport, p->dport);
		break;
	}
}

void
nsc_key_of_flow(struct nsc_key *k, const struct nsc_flow *f)
{
	memset(k, 0, sizeof *k);
	memcpy(k->addr, f->addr, sizeof k->addr);
	memcpy(k->port, f->port, sizeof k->port);
	k->proto = f->proto;
	k->version = f->version;
}

static inline uint64_t
word(const void *p)
{
	uint64_t w;

	memcpy(&w, p, sizeof w);
	return w;
}

/* SipHash of 13 octets with IPv4, else of 37: both addresses, both ports, the protocol. */
uint32_t
nsc_key_hash(const struct nsc_key *k, const struct nsc_hash_key *secret)
{
	const uint8_t *a = k->addr[0].b, *b = k->addr[1].b;
	uint64_t rest = (uint64_t)k->port[0] | (uint64_t)k->port[1] << 16 |
			(uint64_t)k->proto << 32;
	struct nsc_hash_state s = nsc_hash_begin(secret);

	if (k->version == 4) {
		uint32_t v4[2];

		memcpy(&v4[0], a + 12, sizeof v4[0]);
		memcpy(&v4[1], b + 12, sizeof v4[1]);
		nsc_hash_word(&s, v4[0] | (uint64_t)v4[1] << 32);
		return (uint32_t)nsc_hash_end(&s, rest, 13);
	}
	nsc_hash_word(&s, word(a));
	nsc_hash_word(&s, word(a + 8));
	nsc_hash_word(&s, word(b));
	nsc_hash_word(&s, word(b + 8));
	return (uint32_t)nsc_hash_end(&s, rest, 37);
}
