/* SPDX-License-Identifier: MIT */
/*
 * Header blocks of HTTP/2, one direction of a connection (RFC 7541), read octet by octet:
 * a block may be cut anywhere and no octet of it is kept.  Of the dynamic table, names and
 * values that are wanted are kept, of the other entries their size alone; memory is fixed
 * whatever table the peers agreed on.  What we do not know is told as unknown, never as a
 * wrong name.
 */
#ifndef NSC_DISSECT_HPACK_H
#define NSC_DISSECT_HPACK_H

#include "base/bytes.h"
#include "dissect/event.h"
#include "dissect/hpack_huffman.h"

enum {
	NSC_HPACK_TABLE = 4096,		/* octets of the dynamic table at the start (RFC 9113, 6.5.2) */
	NSC_HPACK_ENTRIES = 256,	/* the newest, kept; 4096 octets hold 128 at the most */
	NSC_HPACK_STORE = 2048,		/* octets of kept names and values */
	NSC_HPACK_NAME = 32,		/* longer names are not wanted by anybody */
	NSC_HPACK_VALUE = 255,		/* longer values are cut */
};

/* Who reads the fields. */
struct nsc_hpack_reader {
	void *arg;
	bool (*wanted)(struct nsc_text name);
	/* Texts are borrowed until it returns.  An empty name: a field that cannot be told. */
	void (*field)(void *arg, struct nsc_text name, struct nsc_text value);
};

struct nsc_hpack_entry {
	uint32_t size;			/* name, value and 32 (RFC 7541, 4.1) */
	uint32_t name_size;
	uint32_t at;			/* in the store, in octets ever stored */
	uint8_t name_len, value_len;	/* stored; name_len 0: nothing is */
};

struct nsc_hpack_string {
	uint64_t size;			/* octets, decoded */
	uint32_t left;			/* encoded octets to come */
	bool huffman;
	struct nsc_huffman code;
};

struct nsc_hpack {
	struct nsc_hpack_entry entry[NSC_HPACK_ENTRIES];
	uint8_t store[NSC_HPACK_STORE];
	uint32_t newest;		/* place of the newest entry */
	uint32_t count;			/* entries kept */
	uint32_t stored;		/* octets ever stored */
	uint32_t size, max;		/* of the table, octets */
	bool inexact;			/* older entries may exist that we don't know */

	/* The field that is being read. */
	uint8_t phase, kind;
	uint8_t shift;
	bool fields;			/* the block has one already */
	bool wanted, unknown;
	uint64_t number;
	struct nsc_hpack_string string;
	uint32_t name_size;
	uint8_t name_len, value_len;
	char name[NSC_HPACK_NAME];
	char value[NSC_HPACK_VALUE];
};

/* A connection begins. */
void nsc_hpack_start(struct nsc_hpack *h);

/* Octets of header blocks were lost: the table is not known any more, what follows is. */
void nsc_hpack_lose(struct nsc_hpack *h);

/* Reads the next octets of a block.  0, or -EPROTO: this is no HPACK. */
int nsc_hpack_read(struct nsc_hpack *h, struct nsc_bytes b, const struct nsc_hpack_reader *r);

/* The block is over: 0, or -EPROTO (within a field). */
int nsc_hpack_end(struct nsc_hpack *h);

#endif
