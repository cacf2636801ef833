/* SPDX-License-Identifier: MIT */
/* The keys of those kinds that are not the 5-tuple. */
#include "flow/key.h"

enum { LINKTYPE_ETHERNET = 1, MACS = 12 };

static void
ip_pair(struct nsc_key *k, const struct nsc_packet *p)
{
	k->proto = 0;
	k->version = p->version;
	nsc_key_ends(k, &p->src, &p->dst, 0, 0);
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
	nsc_key_ends(k, &src, &dst, 0, 0);
}

void
nsc_key_of_pair(struct nsc_key *k, enum nsc_key_kind kind, const struct nsc_packet *p)
{
	if (kind == NSC_KEY_MAC_PAIR)
		mac_pair(k, p);
	else
		ip_pair(k, p);
}

void
nsc_key_secret(struct nsc_key_secret *s, const struct nsc_hash_key *key)
{
	uint64_t number = 0;

	s->sum = nsc_hash(key, &number, sizeof number);
	for (unsigned i = 0; i < 2 * NSC_KEY_PAIRS; i++) {
		number++;
		s->word[i] = nsc_hash(key, &number, sizeof number);
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
