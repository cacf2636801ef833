/* SPDX-License-Identifier: MIT */
/*
 * nftables' rules as the kernel holds them (linux/netfilter/nf_tables.h): tables, base chains,
 * rules as lists of expressions, sets.  Only what decides about a packet is kept.
 */
#ifndef NSC_HOST_NFT_H
#define NSC_HOST_NFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum {
	NSC_NFT_DATA = 32,		/* octets of a constant (nft allows 64) */
	NSC_NFT_NAME = 256,		/* NFT_NAME_MAXLEN */
	NSC_NFT_FIELDS = 8,		/* parts of a concatenation */
	/* More is not read, and every verdict is `unknown`. */
	NSC_NFT_MEMORY = 64 << 20,	/* octets of a whole ruleset */
	NSC_NFT_RULES = 100000,	/* a dump of n rules costs the kernel n * n: 0.8 s */
	NSC_NFT_ELEMENTS = 1000000,	/* of all sets */
	NSC_NFT_NONE = -1,
};

enum nsc_nft_op {
	NSC_NFT_PASS,			/* counter, log, ...: goes on, changes nothing */
	NSC_NFT_NEVER,			/* tests for what our packet has not: IPv6's headers, options of IPv4 */
	NSC_NFT_DOUBT,			/* limit, quota, ...: goes on or does not */
	NSC_NFT_STRANGE,		/* not understood: may do anything, also take the packet */
	NSC_NFT_BLANK,			/* dreg gets what we cannot know */
	NSC_NFT_META, NSC_NFT_META_SET,
	NSC_NFT_PAYLOAD, NSC_NFT_PAYLOAD_SET,
	NSC_NFT_CT, NSC_NFT_CT_SET, NSC_NFT_NOTRACK,
	NSC_NFT_FIB,
	NSC_NFT_CMP, NSC_NFT_RANGE, NSC_NFT_BITWISE, NSC_NFT_BYTEORDER, NSC_NFT_LOOKUP,
	NSC_NFT_VALUE,			/* a constant to dreg */
	NSC_NFT_VERDICT, NSC_NFT_REJECT,
	NSC_NFT_NAT,			/* another destination: dnat, redirect */
	NSC_NFT_MARKS,			/* iptables': marks by constants, or one by the other */
	NSC_NFT_MATCH,			/* iptables': tests the packet, not registers */
};

/* Registers are octets of one field of 64: NFT_REG_1 begins at 0, NFT_REG32_01 at 4. */
struct nsc_nft_expr {
	uint8_t op;			/* nsc_nft_op */
	uint8_t sreg, dreg, len;
	uint8_t code;			/* key of meta and ct, payload's base, NFT_CMP_* ... */
	bool invert;			/* lookup, match, range */
	uint16_t offset;		/* payload */
	int32_t verdict;		/* NF_ACCEPT, NFT_JUMP ... */
	int32_t target;			/* chain of a jump; set of a lookup; NSC_NFT_NONE */
	uint32_t flags;			/* fib: NFTA_FIB_F_*; nat: NSC_NFT_NAT_* */
	/* Constants: a value, low and high, mask and xor. */
	uint8_t a[NSC_NFT_DATA], b[NSC_NFT_DATA];
};

enum {				/* flags of NAT: what is given, in registers or constants */
	NSC_NFT_NAT_ADDR = 1,		/* sreg, or a */
	NSC_NFT_NAT_PORT = 2,		/* dreg, or b */
	NSC_NFT_NAT_CONSTANT = 4,
	NSC_NFT_NAT_RANGE = 8,		/* more than one address or port: one of them */
	NSC_NFT_NAT_OWN = 16,		/* redirect: to an address of this host */
};

/*
 * nsc_nft_expr.code of MARKS: to = (to & a) ^ b, or (to & a) ^ (from & b); `invert`: nobody knows
 * what becomes of it.
 */
enum nsc_nft_marking {
	NSC_MARKS_PACKET, NSC_MARKS_CT,	/* by a constant */
	NSC_MARKS_SAVE,			/* the packet's to the connection */
	NSC_MARKS_RESTORE,
};

enum nsc_nft_match {		/* nsc_nft_expr.code of MATCH */
	/* flags: XT_CONNTRACK_*, offset: those that are inverted; a, b: state, status (u32) */
	NSC_MATCH_CT,
	/* flags: RTN_* bits of the source << 16 | of the destination; inverted: a[0], a[1];
	 * a[2]: on the interface alone */
	NSC_MATCH_ADDRTYPE,
	/* a, b: len pairs of ports, host order; offset 0: source, 2: destination, 4: either */
	NSC_MATCH_PORTS,
	/* a, b: source ports, destination ports, from and to, host order; offset: XT_TCP_INV_*;
	 * flags: the mask of TCP's flags << 8 | what they are */
	NSC_MATCH_TCP,
	/* a: the lowest source, the lowest destination; b: the highest; flags: IPRANGE_* */
	NSC_MATCH_RANGE,
	/* a, b: mark, mask (u32); offset 1: the connection's */
	NSC_MATCH_MARK,
	NSC_MATCH_REVERSE,	/* rpfilter: there is a route back */
};

struct nsc_nft_rule {
	uint64_t handle;
	uint32_t first, count;		/* expressions */
};

struct nsc_nft_chain {
	char name[NSC_NFT_NAME];
	int32_t table;
	bool base;
	uint8_t hook;			/* NF_INET_*; NF_NETDEV_INGRESS with `netdev` */
	bool netdev;			/* table of the family netdev, or hook ingress of inet */
	int32_t priority;
	uint32_t policy;		/* NF_ACCEPT, NF_DROP */
	bool nat;			/* type nat */
	char device[16];		/* of ingress; "" none, "*" several */
	uint32_t first, count;		/* rules, in order */
};

struct nsc_nft_table {
	char name[NSC_NFT_NAME];
	uint8_t family;			/* NFPROTO_* */
	bool dormant;
};

struct nsc_nft_element {
	uint32_t key, end, data;	/* offsets in `octets`; 0: none */
	int32_t verdict, target;	/* of a verdict map */
	bool catchall, ends;		/* ends: an interval stops before this key */
	bool doubt;			/* a limit, a timeout: there or not */
};

struct nsc_nft_set {
	char name[NSC_NFT_NAME];
	int32_t table;
	uint32_t flags;			/* NFT_SET_* */
	uint8_t key_len, data_len;
	bool verdicts;			/* a verdict map */
	uint8_t fields;			/* parts of a concatenation; 0: the key is one */
	uint8_t field[NSC_NFT_FIELDS];	/* octets of each, without padding */
	uint32_t first, count;		/* elements, by key */
};

struct nsc_nft_list {
	void *item;
	uint32_t count, room;
};

/* Where a name stands; nobody but an administrator chooses names. */
struct nsc_nft_names {
	uint32_t *slot;			/* 1 + index; 0: free */
	uint32_t size, used;		/* size: a power of two */
};

struct nsc_nft {
	uint32_t generation;
	struct nsc_nft_list table, chain, rule, expr, set, element, octets;
	struct nsc_nft_names chains, sets;
	size_t memory;
	bool marks;			/* some rule sets the packet's mark */
	bool ct_marks;
};

static inline const struct nsc_nft_table *
nsc_nft_table(const struct nsc_nft *n, int32_t i)
{
	return &((const struct nsc_nft_table *)n->table.item)[i];
}

static inline const struct nsc_nft_chain *
nsc_nft_chain(const struct nsc_nft *n, int32_t i)
{
	return &((const struct nsc_nft_chain *)n->chain.item)[i];
}

static inline const struct nsc_nft_set *
nsc_nft_set(const struct nsc_nft *n, int32_t i)
{
	return &((const struct nsc_nft_set *)n->set.item)[i];
}

static inline const struct nsc_nft_element *
nsc_nft_element(const struct nsc_nft *n, uint32_t i)
{
	return &((const struct nsc_nft_element *)n->element.item)[i];
}

static inline const struct nsc_nft_rule *
nsc_nft_rule(const struct nsc_nft *n, uint32_t i)
{
	return &((const struct nsc_nft_rule *)n->rule.item)[i];
}

static inline const struct nsc_nft_expr *
nsc_nft_expr(const struct nsc_nft *n, uint32_t i)
{
	return &((const struct nsc_nft_expr *)n->expr.item)[i];
}

/* All zero is an empty ruleset. */
void nsc_nft_clear(struct nsc_nft *n);

/* A zeroed item at the end, or NULL: no memory, or beyond NSC_NFT_MEMORY. */
void *nsc_nft_add(struct nsc_nft *n, struct nsc_nft_list *list, uint32_t size, uint32_t items);

/*
 * A chain or set that has its name and table now may be found by them; -ENOMEM or 0.  Two of one
 * name: the first is found.
 */
int nsc_nft_name_chain(struct nsc_nft *n, int32_t chain);
int nsc_nft_name_set(struct nsc_nft *n, int32_t set);

/* Its index, NSC_NFT_NONE if there is none. */
int32_t nsc_nft_chain_named(const struct nsc_nft *n, int32_t table, const char *name);
int32_t nsc_nft_set_named(const struct nsc_nft *n, int32_t table, const char *name);

#endif
