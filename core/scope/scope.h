/* SPDX-License-Identifier: MIT */
/* Address classes (features.md, algorithm 1; IANA special-purpose registries, RFC 6890). */
#ifndef NSC_SCOPE_SCOPE_H
#define NSC_SCOPE_SCOPE_H

#include "base/addr.h"

enum nsc_class {		/* fine */
	NSC_CLASS_UNSPECIFIED, NSC_CLASS_LOOPBACK, NSC_CLASS_PRIVATE, NSC_CLASS_LINKLOCAL,
	NSC_CLASS_CGNAT, NSC_CLASS_MULTICAST, NSC_CLASS_BROADCAST, NSC_CLASS_DOCUMENTATION,
	NSC_CLASS_BENCHMARK, NSC_CLASS_RESERVED, NSC_CLASS_PUBLIC,
	NSC_CLASSES
};

enum nsc_scope {		/* coarse; the order is that of the set SCOPE in ledger/sets.def */
	NSC_SCOPE_LOOPBACK, NSC_SCOPE_PRIVATE, NSC_SCOPE_PUBLIC,
	NSC_SCOPES
};

enum nsc_class nsc_class(const struct nsc_addr *a);
enum nsc_scope nsc_scope_of(enum nsc_class c);
const char *nsc_class_text(enum nsc_class c);	/* "linklocal" */

/* The user's named networks: longest prefix wins.  Flat: part of the sealed settings. */
enum { NSC_NETWORKS = 31, NSC_NETWORK_PREFIXES = 256 };

struct nsc_network_prefix {
	struct nsc_addr addr;
	uint8_t bits;			/* of 128 */
	uint8_t network;		/* 1 to NSC_NETWORKS */
};

struct nsc_networks {
	uint32_t count;			/* prefixes, sorted longest first */
	uint32_t names;
	char name[NSC_NETWORKS + 1][33];	/* [0] is "" */
	struct nsc_network_prefix prefix[NSC_NETWORK_PREFIXES];
};

/* Adds "10.1.0.0/16" to the network of that name.  -EINVAL (bad prefix), -ENOSPC, -EEXIST. */
int nsc_network_add(struct nsc_networks *n, const char *name, const char *prefix);

/* Row of the longest matching prefix, 0 if none. */
unsigned nsc_network_find(const struct nsc_networks *n, const struct nsc_addr *a);

#endif
