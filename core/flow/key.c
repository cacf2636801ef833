/* SPDX-License-Identifier: MIT */
/* Keys, one kind a line of the table at the end of the extractors. */
#include "flow/key.h"

#include <endian.h>

enum { LINKTYPE_ETHERNET = 1, MACS = 12 };

static inline void
set(struct nsc_key *k, const struct nsc_packet *p, uint16_t sport, uint16_t dport, uint8_t proto)
{
	k->addr[0] = p->src;
	k->addr[1] = p->dst;
	k->port[0] = sport;
	k->port[1] = dport;
	k->proto = proto;
	k->version = p->version;
}

static void
five_tuple(struct nsc_key *k, const struct nsc_packet *p)
{
	set(k, p, p->sport, p->dport, p->proto);
}

static void
ip_pair(struct nsc_key *k, const struct nsc_packet *p)
{
	set(k, p, 0, 0, 0);
}

/* Where there are no MACs (tunnel devices, lo of some systems) the IP pair stands for them. */
static void
mac_pair(struct nsc_key *k, const struct nsc_packet *p)
{
	const struct nsc_frame *f = p->frame;

	if (f == NULL || f->link != LINKTYPE_ETHERNET || f->caplen < MACS) {
		ip_pair(k, p);
		return;
	}
	memset(k, 0, sizeof *k);
	memcpy(k->addr[0].b + 10, f->data + 6, 6);	/* IEEE 802.3: destination first */
	memcpy(k->addr[1].b + 10, f->data, 6);
}

static void (*const extract[NSC_KEYS])(struct nsc_key *k, const struct nsc_packet *p) = {
	[NSC_KEY_5TUPLE] = five_tuple,
	[NSC_KEY_IP_PAIR] = ip_pair,
	[NSC_KEY_MAC_PAIR] = mac_pair,
};

static inline uint64_t
word(const void *p)
{
	uint64_t w;

	memcpy(&w, p, sizeof w);
	return w;
}

/* The order of memcmp, in two comparisons. */
static inline int
order_of(const struct nsc_key *k)
{
	const uint8_t *a = k->addr[0].b, *b = k->addr[1].b;

	if (word(a) != word(b))
		return be64toh(word(a)) > be64toh(word(b)) ? 1 : -1;
	if (word(a + 8) != word(b + 8))
		return be64toh(word(a + 8)) > be64toh(word(b + 8)) ? 1 : -1;
	return (int)k->port[0] - (int)k->port[1];
}

void
nsc_key_of_packet(struct nsc_key *k, enum nsc_key_kind kind, const struct nsc_packet *p)
{
	int order;

	extract[kind](k, p);
	order = order_of(k);
	k->self = order == 0;
	k->from = order > 0;
	if (order > 0) {
		struct nsc_addr addr = k->addr[0];
		uint16_t port = k->port[0];

		k->addr[0] = k->addr[1];
		k->addr[1] = addr;
		k->port[0] = k->port[1];
		k->port[1] = port;
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

/*
 * IPv4 is two words to the hash instead of five.  They are put together in
 * registers: octets stored one by one and read as a word stall the processor.
 */
uint32_t
nsc_key_hash(const struct nsc_key *k, const struct nsc_hash_key *secret)
{
	const uint8_t *a = k->addr[0].b, *b = k->addr[1].b;
	uint64_t rest = (uint64_t)k->port[0] | (uint64_t)k->port[1] << 16 |
			(uint64_t)k->proto << 32 | (uint64_t)k->version << 40;
	uint64_t w[5] = {rest};

	if (k->version == 4) {
		uint32_t v4[2];

		memcpy(&v4[0], a + 12, sizeof v4[0]);
		memcpy(&v4[1], b + 12, sizeof v4[1]);
		w[1] = v4[0] | (uint64_t)v4[1] << 32;
		return (uint32_t)nsc_hash(secret, w, 2 * sizeof w[0]);
	}
	w[1] = word(a);
	w[2] = word(a + 8);
	w[3] = word(b);
	w[4] = word(b + 8);
	return (uint32_t)nsc_hash(secret, w, sizeof w);
}
