/* SPDX-License-Identifier: MIT */
/* Interfaces and addresses of this namespace at one moment, as the kernel told them. */
#ifndef NSC_HOST_INTERFACES_H
#define NSC_HOST_INTERFACES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"

enum { NSC_NAME = 16 };			/* IFNAMSIZ */

struct nsc_interface {
	uint32_t ifindex;
	uint32_t flags;			/* IFF_* */
	uint32_t master;		/* ifindex of its bridge, bond, VRF ...; 0: none */
	uint32_t link;			/* lower device or a veth's peer; 0: none */
	bool link_elsewhere;		/* that one lives in another namespace */
	bool has_mac;
	bool xdp;			/* an XDP program sees its packets first */
	uint8_t mac[6];
	uint16_t type;			/* ARPHRD_* */
	char name[NSC_NAME];
	char kind[NSC_NAME];		/* "veth", "bridge", ...; "" for hardware */
};

struct nsc_interface_address {
	struct nsc_addr addr;
	uint32_t ifindex;
	uint8_t bits;			/* prefix, of 128 */
};

struct nsc_interfaces {
	struct nsc_interface *interface;	/* by ifindex, ascending, once sorted */
	size_t interfaces, interface_room;
	struct nsc_interface_address *address;	/* by address */
	size_t addresses, address_room;
};

/* All zero is an empty table.  Frees what it holds and empties it. */
void nsc_interfaces_clear(struct nsc_interfaces *t);

/* A zeroed entry at the end, or NULL (no memory); borrowed until the next add. */
struct nsc_interface *nsc_interfaces_add(struct nsc_interfaces *t);
struct nsc_interface_address *nsc_interfaces_add_address(struct nsc_interfaces *t);

/* Puts both lists in order and drops what a dump told twice; needed before any find. */
void nsc_interfaces_sort(struct nsc_interfaces *t);

/* Borrowed; NULL if there is none. */
const struct nsc_interface *nsc_interfaces_find(const struct nsc_interfaces *t,
						uint32_t ifindex);
const struct nsc_interface *nsc_interfaces_named(const struct nsc_interfaces *t,
						 const char *name);

#endif
