/* SPDX-License-Identifier: MIT */
/* Fills the writer's view; the order of the lists is what the readers' searches rest on. */
#include <fcntl.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/auto.h"
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

/* This namespace's range; Linux's default (net/ipv4/af_inet.c) if it cannot be read. */
static void
put_ephemeral(struct nsc_facts_view *v)
{
	int fd = open("/proc/sys/net/ipv4/ip_local_port_range", O_RDONLY | O_CLOEXEC);
	ssize_t n = -1;
	char text[32];

	v->ephemeral_low = 32768;
	v->ephemeral_high = 60999;
	if (fd >= 0) {
		n = read(fd, text, sizeof text - 1);
		close(fd);
	}
	if (n > 0) {
		char *end;
		unsigned long low, high;

		text[n] = '\0';
		low = strtoul(text, &end, 10);
		high = strtoul(end, NULL, 10);
		if (low > 0 && low <= high && high <= 65535) {
			v->ephemeral_low = (uint16_t)low;
			v->ephemeral_high = (uint16_t)high;
		}
	}
}

unsigned
nsc_publish_facts(struct nsc_facts *f, const struct nsc_interfaces *t,
		  const struct nsc_interface_rows *rows)
{
	struct nsc_facts_view *v = nsc_facts_edit(f);
	unsigned left_out = put_addresses(v, t);

	put_interfaces(v, t, rows);
	left_out += put_macs(v, t);
	put_ephemeral(v);
	nsc_facts_commit(f);
	return left_out;
}
