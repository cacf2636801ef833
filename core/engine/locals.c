/* SPDX-License-Identifier: MIT */
/* The host's own addresses, hashed. */
#include "engine/locals.h"

static unsigned
slot_of(const struct nsc_addr *a)
{
	uint64_t w[2];

	/* Own addresses are nobody's to choose: a plain multiplicative hash will do. */
	memcpy(w, a->b, sizeof w);
	return (unsigned)(((w[0] ^ w[1] * 0x9e3779b97f4a7c15u) * 0xbf58476d1ce4e5b9u) >> 52);
}

bool
nsc_locals_refresh(struct nsc_locals *l, const struct nsc_facts *facts)
{
	const struct nsc_facts_view *v = &l->view;
	unsigned at, i;

	if (!nsc_facts_read(facts, &l->seen, &l->view))
		return false;
	l->known = v->addresses_known;
	l->prefixes = v->prefixes > 0;
	memset(l->slot, 0, sizeof l->slot);
	for (i = 0; i < v->addresses && i < NSC_FACT_ADDRESSES; i++) {
		for (at = slot_of(&v->address[i].addr); l->slot[at] != 0;)
			at = (at + 1) % NSC_LOCALS_SLOTS;
		l->slot[at] = (uint16_t)(i + 1);
	}
	return true;
}

bool
nsc_locals_has(const struct nsc_locals *l, const struct nsc_addr *a)
{
	unsigned at;

	for (at = slot_of(a); l->slot[at] != 0; at = (at + 1) % NSC_LOCALS_SLOTS)
		if (nsc_addr_equal(&l->view.address[l->slot[at] - 1].addr, a))
			return true;
	/* 127.0.0.0/8 and prefixes are the facts' own affair. */
	return (l->prefixes || (nsc_addr_is_v4(a) && a->b[12] == 127)) &&
	       nsc_facts_local(&l->view, a);
}

bool
nsc_locals_mac(const struct nsc_locals *l, const uint8_t mac[6])
{
	unsigned i;

	for (i = 0; i < l->view.macs; i++)
		if (memcmp(l->view.mac[i], mac, 6) == 0)
			return true;
	return false;
}
