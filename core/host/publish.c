/* SPDX-License-Identifier: MIT */
/* Fills the writer's view; the order of the lists is what the readers' searches rest on. */
#include <net/if.h>
#include <string.h>

#include "host/auto.h"
#include "host/ephemeral.h"
#include "host/publish.h"

static unsigned
put_addresses(struct nsc_facts_view *v, const struct nsc_interfaces *t)
{
	size_t n = t->addresses < NSC_FACT_ADDRESSES ? t->addresses : NSC_FACT_ADDRESSES;

	for (size_t i = 0; i < n; i++)
		v->address[i] = (struct nsc_fact_address){
			.addr = t->address[i].addr,
			.ifindex = t->address[i].ifindex,
			.bits = t->address[i].bits,
		};
	v->addresses = (uint32_t)n;
	v->addresses_known = 1;
	return (unsigned)(t->addresses - n);
}

static void
put_interfaces(struct nsc_facts_view *v, const struct nsc_interfaces *t,
	       const struct nsc_interface_rows *rows)
{
	memset(v->interface, 0, sizeof v->interface);
	for (unsigned n = 0; n < NSC_FACT_INTERFACES; n++) {
		const struct nsc_interface *i =
			nsc_interfaces_find(t, rows->row[n].ifindex);
		struct nsc_fact_interface *to = &v->interface[n];

		if (i == NULL)
			continue;
		*to = (struct nsc_fact_interface){
			.ifindex = i->ifindex,
			.flags = i->flags,
			.captured = 1,
			.loopback = (i->flags & IFF_LOOPBACK) != 0,
		};
		memcpy(to->mac, i->mac, sizeof to->mac);
		memcpy(to->name, i->name, sizeof to->name);
	}
	v->interfaces = NSC_FACT_INTERFACES;
}

/* An ipvlan shares its lower device's MAC, which the kernel knows as ours. */
static unsigned
put_macs(struct nsc_facts_view *v, const struct nsc_interfaces *t)
{
	unsigned left_out = 0;

	v->macs = 0;
	for (size_t n = 0; n < t->interfaces; n++) {
		const struct nsc_interface *i = &t->interface[n];

		if (!(i->flags & IFF_UP) || !i->has_mac || !nsc_auto_stacked(t, i))
			continue;
		if (v->macs < sizeof v->mac / sizeof v->mac[0])
			memcpy(v->mac[v->macs++], i->mac, sizeof i->mac);
		else
			left_out++;
	}
	return left_out;
}

unsigned
nsc_publish_facts(struct nsc_facts *f, const struct nsc_interfaces *t,
		  const struct nsc_interface_rows *rows)
{
	struct nsc_facts_view *v = nsc_facts_edit(f);
	unsigned left_out = put_addresses(v, t);

	put_interfaces(v, t, rows);
	left_out += put_macs(v, t);
	nsc_ephemeral_range(&v->ephemeral_low, &v->ephemeral_high);
	nsc_facts_commit(f);
	return left_out;
}
