/* SPDX-License-Identifier: MIT */
/* Cassandra: what statements and opcodes count as, errors, the segments of version 5. */
#ifndef NSC_DISSECT_CASSANDRA_H
#define NSC_DISSECT_CASSANDRA_H

#include "base/bytes.h"

extern const char *const nsc_cassandra_operations[];
extern const char *const nsc_cassandra_errors[];

enum {
	NSC_CASSANDRA_OTHER, NSC_CASSANDRA_SELECT, NSC_CASSANDRA_INSERT, NSC_CASSANDRA_UPDATE,
	NSC_CASSANDRA_DELETE, NSC_CASSANDRA_BATCH, NSC_CASSANDRA_SCHEMA, NSC_CASSANDRA_ADMIN,
	NSC_CASSANDRA_QUERY, NSC_CASSANDRA_PREPARE, NSC_CASSANDRA_EXECUTE,
	NSC_CASSANDRA_REGISTER, NSC_CASSANDRA_OPTIONS,
};

struct nsc_envelope {			/* a header */
	uint8_t version, flags, opcode;
	uint16_t stream;
	uint32_t length;
};

bool nsc_cassandra_envelope(struct nsc_bytes *b, struct nsc_envelope *e);

/* True if its version, flags, opcode and length can be. */
bool nsc_cassandra_is_envelope(const struct nsc_envelope *e);

/* True of a packet that is one envelope, or begins with a segment with one in it. */
bool nsc_cassandra_is_message(const struct nsc_bytes *octets);

/* The kind of the statement with which b begins; NSC_CASSANDRA_OTHER: none that is known. */
unsigned nsc_cassandra_statement(struct nsc_bytes b);

/* Place in the list and 1 of an ERROR's code. */
unsigned nsc_cassandra_error(uint32_t code);

enum { NSC_CASSANDRA_SEGMENT = 6, NSC_CASSANDRA_PACKED = 8, NSC_CASSANDRA_TRAILER = 4 };

struct nsc_cassandra_segment {
	uint32_t payload;		/* octets as they come */
	bool packed;			/* they are compressed */
	uint32_t unpacked;		/* octets without compression */
};

/*
 * The header of a segment, of NSC_CASSANDRA_SEGMENT octets, or NSC_CASSANDRA_PACKED with
 * compression (`with`).  1: its CRC is right; 0: not all there; -1: it is none.
 */
int nsc_cassandra_segment(struct nsc_bytes *b, bool with, struct nsc_cassandra_segment *s);

/* The octets in clear with which an LZ4 block begins: its first literals. */
struct nsc_bytes nsc_cassandra_literals(struct nsc_bytes block);

#endif
