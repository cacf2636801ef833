/* SPDX-License-Identifier: MIT */
/*
 * The table of datagrams whose fragments are under way: entries by hash, in the
 * order of their age, and those that hold octets in that order once more.
 * Private to fragment.c and datagram.c.  Entries are named by index, from 1.
 */
#ifndef NSC_DECODE_DATAGRAM_H
#define NSC_DECODE_DATAGRAM_H

#include "decode/assembly.h"
#include "decode/layers.h"

enum { NONE = 0 };

enum nsc_datagram_state {
	HAS_FIRST = 1 << 0,
	NO_PORTS = 1 << 1,	/* the first one's are cut off, or taken off with a tunnel */
	WHOLE = 1 << 2,		/* every octet came */
	UNREADABLE = 1 << 3,	/* overlap, cut, or no room: the payload is not assembled */
	KEEPS = 1 << 4,		/* holds chunks, and is in that list */
	GIVEN_UP = 1 << 5,	/* counted as such, once */
};

struct nsc_datagram_key {
	uint8_t src[16], dst[16];
	uint32_t id;
	uint8_t version;
	uint8_t proto;		/* IPv4 only (RFC 791); RFC 8200 leaves it out */
	uint8_t zero[2];
};

struct nsc_links {
	uint32_t older, newer;
};

struct nsc_datagram {
	struct nsc_datagram_key key;
	uint64_t since;
	uint32_t next;		/* in its bucket, the free list or the orphans */
	struct nsc_links age, keep;
	uint16_t iface;
	uint16_t sport, dport;
	uint8_t proto;
	uint8_t state;
	uint32_t transport;	/* where its header starts in the first fragment */
	uint32_t credit_packets, credit_octets;
	struct nsc_stretches stretches;
	uint16_t held[NSC_CHUNKS_EACH];
};

struct nsc_list {
	uint32_t oldest, newest;
};

struct nsc_fragments {
	struct nsc_decode_stats *stats;
	struct nsc_hash_key hash;
	uint64_t timeout;	/* nanoseconds */
	uint64_t now;		/* never goes back */
	uint32_t limit;		/* entries under way */
	uint32_t under_way;
	uint32_t entries;	/* and, beyond the limit, room for orphans that wait */
	uint32_t used;		/* of entries, those that were ever taken */
	uint32_t free;
	uint32_t orphans;
	uint32_t mask;
	struct nsc_list age, keep;
	uint32_t *buckets;
	struct nsc_datagram *datagram;	/* [0] is never used */
	struct nsc_chunks chunks;
	uint8_t *arena;		/* payloads handed out in this batch */
	uint32_t arena_size, arena_used;
	struct nsc_frame orphan;
};

/* The entry of this fragment's datagram, made if it is new; NONE for want of room. */
uint32_t nsc_datagram_look_up(struct nsc_fragments *fs, const struct nsc_ip *ip,
			      const struct nsc_packet *p);
bool nsc_datagram_too_old(const struct nsc_fragments *fs, uint32_t i, uint64_t now);
/* Out of the table; what was held back for it makes it wait as an orphan. */
void nsc_datagram_retire(struct nsc_fragments *fs, uint32_t i);
/* Counts it among those that were given up, once. */
void nsc_datagram_give_up(struct nsc_fragments *fs, uint32_t i);
/* Begins to hold octets. */
void nsc_datagram_keep(struct nsc_fragments *fs, uint32_t i);
/* Its octets go back to the pool. */
void nsc_datagram_drop(struct nsc_fragments *fs, uint32_t i);

#endif
