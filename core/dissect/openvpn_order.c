/* SPDX-License-Identifier: MIT */
/* What OpenVPN's control channel cannot use at once. */
#include <string.h>

#include "dissect/openvpn_order.h"

struct nsc_openvpn_place *
nsc_openvpn_place(struct nsc_openvpn_order *o, uint64_t ticket)
{
	struct nsc_openvpn_place *p = &o->place[ticket % NSC_OPENVPN_PLACES];

	return ticket != 0 && p->ticket == ticket ? p : NULL;
}

struct nsc_openvpn_place *
nsc_openvpn_take(struct nsc_openvpn_order *o, uint64_t *ticket, uint64_t now)
{
	struct nsc_openvpn_place *p = nsc_openvpn_place(o, *ticket);

	if (p == NULL) {
		p = o->place;
		for (unsigned i = 1; i < NSC_OPENVPN_PLACES && p->ticket != 0; i++)
			if (o->place[i].ticket == 0 || o->place[i].time < p->time)
				p = &o->place[i];
		o->next += NSC_OPENVPN_PLACES;
		p->ticket = *ticket = o->next + (uint64_t)(p - o->place);
		p->len = 0;
		memset(p->number, 0, sizeof p->number);
	}
	p->time = now;
	return p;
}

void
nsc_openvpn_drop(struct nsc_openvpn_order *o, uint64_t *ticket)
{
	struct nsc_openvpn_place *p = nsc_openvpn_place(o, *ticket);

	if (p != NULL)
		p->ticket = 0;
	*ticket = 0;
}

int
nsc_openvpn_held(const struct nsc_openvpn_place *p, uint32_t number)
{
	for (int i = 0; i < NSC_OPENVPN_HELD; i++)
		if (p->number[i] == number)
			return i;
	return -1;
}

uint32_t
nsc_openvpn_lowest(const struct nsc_openvpn_place *p)
{
	uint32_t lowest = 0;

	for (int i = 0; i < NSC_OPENVPN_HELD; i++)
		if (p->number[i] != 0 && (lowest == 0 || p->number[i] < lowest))
			lowest = p->number[i];
	return lowest;
}
