/* SPDX-License-Identifier: MIT */
/* MongoDB: elements of documents (BSON), what a command counts as, errors by class. */
#ifndef NSC_DISSECT_MONGODB_H
#define NSC_DISSECT_MONGODB_H

#include "base/bytes.h"

extern const char *const nsc_mongodb_operations[];
extern const char *const nsc_mongodb_errors[];

enum {
	NSC_MONGODB_OTHER, NSC_MONGODB_FIND, NSC_MONGODB_INSERT, NSC_MONGODB_UPDATE,
	NSC_MONGODB_DELETE, NSC_MONGODB_GETMORE, NSC_MONGODB_AGGREGATE, NSC_MONGODB_COUNT,
	NSC_MONGODB_DISTINCT, NSC_MONGODB_FINDANDMODIFY, NSC_MONGODB_KILLCURSORS,
	NSC_MONGODB_TRANSACTION, NSC_MONGODB_PING, NSC_MONGODB_SCHEMA, NSC_MONGODB_ADMIN,
	NSC_MONGODB_MSG, NSC_MONGODB_QUERY,
	NSC_MONGODB_LOGIN = 0x80,	/* hello and what logs in: no operation */
};

enum { NSC_BSON_DOUBLE = 1, NSC_BSON_DOCUMENT = 3, NSC_BSON_ARRAY = 4, NSC_BSON_BOOL = 8,
       NSC_BSON_INT32 = 16, NSC_BSON_INT64 = 18 };

struct nsc_bson {
	uint8_t type;			/* 0: the document's end */
	struct nsc_bytes name;
	uint64_t size;			/* octets of the value, which are behind what was read */
};

/* The element at the beginning of b.  1: read up to its value; 0: not all of that is there; -1: it is none. */
int nsc_bson_element(struct nsc_bytes *b, struct nsc_bson *e);

/* A number's value as a whole one; its octets are there. */
int64_t nsc_bson_number(unsigned type, struct nsc_bytes value);

/* Place in the list, or NSC_MONGODB_LOGIN. */
unsigned nsc_mongodb_kind(const struct nsc_bytes *command);

/* Place in the list and 1. */
unsigned nsc_mongodb_error(int64_t code);

/* The code of the first error in an array of them (writeErrors), as far as it is there; 0: none. */
int64_t nsc_mongodb_first_code(struct nsc_bytes array);

#endif
