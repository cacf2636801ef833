/* SPDX-License-Identifier: MIT */
/*
 * Kafka's messages by their layout, a short text for each version: where an error stands in an
 * answer is found by walking to it, however long the records before it are.
 */
#ifndef NSC_DISSECT_KAFKA_H
#define NSC_DISSECT_KAFKA_H

#include "base/bytes.h"

enum { NSC_KAFKA_DEPTH = 3 };

extern const char *const nsc_kafka_operations[];
extern const char *const nsc_kafka_errors[];

enum {
	NSC_KAFKA_OTHER, NSC_KAFKA_PRODUCE, NSC_KAFKA_FETCH, NSC_KAFKA_LIST_OFFSETS,
	NSC_KAFKA_METADATA, NSC_KAFKA_OFFSET_COMMIT, NSC_KAFKA_OFFSET_FETCH,
	NSC_KAFKA_FIND_COORDINATOR, NSC_KAFKA_JOIN_GROUP, NSC_KAFKA_HEARTBEAT,
	NSC_KAFKA_LEAVE_GROUP, NSC_KAFKA_SYNC_GROUP, NSC_KAFKA_DESCRIBE_GROUPS,
	NSC_KAFKA_LIST_GROUPS, NSC_KAFKA_API_VERSIONS, NSC_KAFKA_CREATE_TOPICS,
	NSC_KAFKA_DELETE_TOPICS, NSC_KAFKA_INIT_PRODUCER, NSC_KAFKA_ADD_PARTITIONS,
	NSC_KAFKA_END_TRANSACTION, NSC_KAFKA_COMMIT_TRANSACTION, NSC_KAFKA_CONSUMER_HEARTBEAT,
	NSC_KAFKA_ADMIN,
	NSC_KAFKA_LOGIN = 0x80,		/* no operation, but its answer may have an error */
};

/* What an API's key counts as; NSC_KAFKA_LOGIN and its version's way of saying errors for SASL. */
unsigned nsc_kafka_kind(unsigned api);

/* Place in the list and 1; 0 for no error. */
unsigned nsc_kafka_error(int code);

/* A walk through one message. */
struct nsc_kafka_walk {
	const char *at;			/* of the layout: what comes next; NULL: it is over */
	const char *loop[NSC_KAFKA_DEPTH];
	uint32_t left[NSC_KAFKA_DEPTH];
	uint32_t tags;			/* tagged fields to be passed */
	int16_t value;			/* the first error that is not 0; of a request: acks */
	uint8_t depth;
	bool flexible;			/* lengths are of variable size */
};

/* To the error of an answer; at is NULL if its layout is not known. */
void nsc_kafka_answer(struct nsc_kafka_walk *w, unsigned kind, unsigned version);

/* To acks of a produce request, from its client's name on. */
void nsc_kafka_produce(struct nsc_kafka_walk *w, unsigned version);

/*
 * One step: reads a few octets of b, and wants *pass of those behind them passed.  False: they
 * are not all there, and nothing was read.
 */
bool nsc_kafka_step(struct nsc_kafka_walk *w, struct nsc_bytes *b, uint32_t *pass);

#endif
