/* SPDX-License-Identifier: MIT */
/*
 * What the host side tells the workers: flat, two views and a generation,
 * read-only to them.  Owners of connections stand beside the views, live.
 */
#ifndef NSC_SCOPE_FACTS_H
#define NSC_SCOPE_FACTS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/hash.h"
#include "scope/translations.h"

enum {
	NSC_FACT_ADDRESSES = 1024,
	NSC_FACT_PREFIXES = 256,
	NSC_FACT_INTERFACES = 64,		/* rows of the set IFACE */
	NSC_FACT_LISTENERS = 2048,
	NSC_FACT_UPLINKS = 8,			/* of one address family */
	NSC_OWNER_BUCKETS = 16384, NSC_OWNER_WAYS = 8,
	NSC_OWNERS = 4096,			/* ids; 0: unknown, 1: other */
};

struct nsc_fact_address {
	struct nsc_addr addr;
	uint32_t ifindex;
	uint8_t bits;			/* prefix, of 128 */
	uint8_t reserved[3];
};

struct nsc_fact_interface {
	uint32_t ifindex;		/* 0: the row is free */
	uint32_t flags;			/* IFF_* */
	uint8_t mac[6];			/* its own */
	uint8_t captured;		/* 1: a ring is open on it */
	uint8_t loopback;
	char name[16];			/* IFNAMSIZ */
};

struct nsc_fact_listener {
	struct nsc_addr addr;		/* all zero: any (IPv4 and IPv6 as `families` says) */
	uint16_t port;
	uint16_t owner;
	uint8_t proto;
	uint8_t families;		/* 1: IPv4, 2: IPv6 */
	uint8_t exposure[2];		/* nsc_exposure, to IPv4 and to IPv6 */
	uint16_t service;		/* row of the set SERVICE, + 1; 0: none */
	uint16_t turn;			/* of the service: another one when a listener comes, goes */
					/* or is exposed otherwise */
};

struct nsc_fact_uplinks {		/* where default routes lead; none: verdicts hold for every interface */
	uint32_t count;
	uint32_t ifindex[NSC_FACT_UPLINKS];
};

struct nsc_facts_view {
	uint32_t addresses, interfaces, listeners, prefixes;
	uint8_t addresses_known;	/* 0: direction is absent */
	uint8_t listeners_known;	/* 0: direction guesses (algorithm 4, 7) */
	uint16_t ephemeral_low, ephemeral_high;	/* ip_local_port_range */
	uint8_t macs;			/* of stacked devices: OTHERHOST frames to these are ours */
	uint8_t owners_known;		/* 0: nobody looks for owners; flows count for none */
	uint8_t reserved[4];
	uint8_t mac[32][6];
	struct nsc_fact_uplinks uplinks[2];	/* IPv4, IPv6 */
	struct nsc_fact_address address[NSC_FACT_ADDRESSES];	/* sorted by address */
	struct nsc_fact_address prefix[NSC_FACT_PREFIXES];	/* every address within is ours (replay: --local) */
	struct nsc_fact_interface interface[NSC_FACT_INTERFACES];	/* by row */
	struct nsc_fact_listener listener[NSC_FACT_LISTENERS];	/* sorted by proto, port, address */
};

struct nsc_facts {
	_Atomic uint64_t generation;	/* view[generation & 1] is the whole one */
	struct nsc_facts_view view[2];
	struct nsc_hash_key key;	/* of this start; set before the first reader comes */
	/* Live, single-writer: see owners.c.  One release store an entry. */
	_Atomic uint64_t owner[NSC_OWNER_BUCKETS][NSC_OWNER_WAYS];
	_Atomic uint64_t owned;		/* entries made so far: nothing new, nothing to look up */
	_Atomic uint64_t looked;	/* ns since the epoch: when the look began that found the listeners */
	/* By id, written before the id is used: see nsc_owner_process() and the others. */
	_Atomic uint32_t owner_rows[NSC_OWNERS];
	struct nsc_translations translations;	/* live, of the same writer as the owners */

	/* the writers' own */
	struct nsc_facts_view draft;
	uint64_t owner_clock;		/* ns since the epoch: the time of new entries */
	uint8_t owner_next[NSC_OWNER_BUCKETS];	/* the way that the bucket's next entry takes */
};

/*
 * The writer: edit the view that this returns (as it was committed last), then
 * commit, which sorts its lists.  Of several writers each holds a lock of their own
 * over edit and commit.
 */
struct nsc_facts_view *nsc_facts_edit(struct nsc_facts *f);
void nsc_facts_commit(struct nsc_facts *f);

/*
 * A reader: copies the view into *copy if its generation differs from *seen
 * (which is updated); true if it was copied whole.
 */
bool nsc_facts_read(const struct nsc_facts *f, uint64_t *seen, struct nsc_facts_view *copy);

/* The time of the look of which the committed view tells (ns since the epoch; 0: none yet). */
static inline void
nsc_facts_set_looked(struct nsc_facts *f, uint64_t began)
{
	atomic_store_explicit(&f->looked, began, memory_order_release);
}

static inline uint64_t
nsc_facts_looked(const struct nsc_facts *f)
{
	return atomic_load_explicit(&f->looked, memory_order_acquire);
}

/* True if the address is this host's: an interface's, one within `prefix`, or 127.0.0.0/8 and ::1 if any are known. */
bool nsc_facts_local(const struct nsc_facts_view *v, const struct nsc_addr *a);

/*
 * What an owner is entered under: (proto, local, remote) of a connection; for an unconnected
 * UDP socket (local, port) with remote zero, and (any, port) with both addresses zero.
 */
struct nsc_owner_key {
	struct nsc_addr local, remote;
	uint16_t local_port, remote_port;
	uint8_t proto;
};

/* The writer's: what time it is (ns since the epoch), for the entries to come. */
void nsc_facts_clock(struct nsc_facts *f, uint64_t now);

/* The writer's: one release store; an entry of the same key is replaced, the oldest of a full bucket goes. */
void nsc_facts_own(struct nsc_facts *f, const struct nsc_owner_key *k, uint16_t owner);

/* The writer's: takes back every entry of that id, before it is given to another name. */
void nsc_facts_disown(struct nsc_facts *f, uint16_t owner);

/* Any thread: the owner's id, 0 if none is entered. */
uint16_t nsc_facts_owner(const struct nsc_facts *f, const struct nsc_owner_key *k);

/*
 * The same, and when it was entered, since ports are used again and nobody takes old entries
 * out: ns since the epoch, rounded down to 2^NSC_OWNER_TICK ns (67 ms), within the 73 minutes
 * before now.
 */
enum { NSC_OWNER_TICK = 26 };
uint16_t nsc_facts_owner_made(const struct nsc_facts *f, const struct nsc_owner_key *k,
			      uint64_t now, uint64_t *made);

/* What owner_rows holds: a row of the set PROCESS, one of UNIT, and which name of the id it is. */
static inline uint32_t
nsc_owner_rows(unsigned process, unsigned unit, unsigned generation)
{
	return (process & 0xff) | (unit & 0xff) << 8 | (uint32_t)(generation & 0xffff) << 16;
}

static inline unsigned
nsc_owner_process(uint32_t rows)
{
	return rows & 0xff;
}

static inline unsigned
nsc_owner_unit(uint32_t rows)
{
	return rows >> 8 & 0xff;
}

static inline uint16_t
nsc_owner_generation(uint32_t rows)
{
	return (uint16_t)(rows >> 16);
}

/*
 * All that listen on that port, whatever their address: side by side, *count of them; NULL
 * and 0 if nobody does.  Borrowed of v.
 */
const struct nsc_fact_listener *nsc_facts_service(const struct nsc_facts_view *v, uint8_t proto,
						  uint16_t port, uint32_t *count);

/* True if the listener's address takes what is sent to a. */
bool nsc_facts_takes(const struct nsc_fact_listener *l, const struct nsc_addr *a);

/* Who listens there: an exact address before a wildcard; NULL if nobody does.  Borrowed of v. */
const struct nsc_fact_listener *nsc_facts_listener(const struct nsc_facts_view *v, uint8_t proto,
						   const struct nsc_addr *a, uint16_t port);

enum nsc_listening { NSC_LISTENING_NO, NSC_LISTENING_YES, NSC_LISTENING_UNKNOWN };
enum nsc_listening nsc_facts_listening(const struct nsc_facts_view *v, uint8_t proto,
				       const struct nsc_addr *a, uint16_t port);

#endif
