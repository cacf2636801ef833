/* SPDX-License-Identifier: MIT */
/* Keys, one kind a line of the table at the end of the extractors. */
#include "flow/key.h"

enum { LINKTYPE_ETHERNET = 1, MACS = 12 };

static void
ip_pair(struct nsc_key *k, const struct nsc_packet *p)
{
	k->addr[0] = p->src;
	k->addr[1] = p->dst;
	k->version = p->version;
}

static void
five_tuple(struct nsc_key *k, const struct nsc_packet *p)
{
	ip_pair(k, p);
	k->port[0] = p->sport;
	k->port[1] = p->dport;
	k->proto = p->proto;
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
	memcpy(k->addr[0].b + 10, f->data + 6, 6);	/* IEEE 802.3: destination first */
	memcpy(k->addr[1].b + 10, f->data, 6);
}

static void (*const extract[NSC_KEYS])(struct nsc_key *k, const struct nsc_packet *p) = {
	[NSC_KEY_5TUPLE] = five_tuple,
	[NSC_KEY_IP_PAIR] = ip_pair,
	[NSC_KEY_MAC_PAIR] = mac_pair,
};

void
nsc_key_of_packet(struct nsc_key *k, enum nsc_key_kind kind, const struct nsc_packet *p)
{
	int order;

	memset(k, 0, sizeof *k);
	extract[kind](k, p);
	order = nsc_addr_cmp(&k->addr[0], &k->addr[1]);
	if (order == 0)
		order = (int)k->port[0] - (int)k->port[1];
	k->self = order == 0;
	if (order > 0) {
		struct nsc_addr addr = k->addr[0];
		uint16_t port = k->port[0];

		k->addr[0] = k->addr[1];
		k->addr[1] = addr;
		k->port[0] = k->port[1];
		k->port[1] = port;
		k->from = 1;
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

/* IPv4 is two words to the hash instead of five. */
uint32_t
nsc_key_hash(const struct nsc_key *k, const struct nsc_hash_key *secret)
{
	uint8_t b[40] = {0};
	size_t n = k->version == 4 ? 4 : 16;

	memcpy(b, k->addr[0].b + 16 - n, n);
	memcpy(b + n, k->addr[1].b + 16 - n, n);
	memcpy(b + 2 * n, k->port, sizeof k->port);
	b[2 * n + 4] = k->proto;
	b[2 * n + 5] = k->version;
	return (uint32_t)nsc_hash(secret, b, 2 * n + 8);
}
