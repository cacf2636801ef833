/* SPDX-License-Identifier: MIT */
/* NATS: its lines, what they count as, what -ERR says. */
#ifndef NSC_DISSECT_NATS_H
#define NSC_DISSECT_NATS_H

#include "base/bytes.h"

enum {
	NSC_NATS_OTHER, NSC_NATS_PUBLISH, NSC_NATS_REQUEST, NSC_NATS_SUBSCRIBE,
	NSC_NATS_UNSUBSCRIBE, NSC_NATS_MESSAGE, NSC_NATS_PING,
};

extern const char *const nsc_nats_operations[];
extern const char *const nsc_nats_errors[];

enum { NSC_NATS_NO_RESPONDERS = 1, NSC_NATS_STATUS = 2 };	/* places in the list and 1 */

enum nsc_nats_verb {
	NSC_NATS_NONE, NSC_NATS_INFO, NSC_NATS_CONNECT, NSC_NATS_PUB, NSC_NATS_HPUB, NSC_NATS_SUB,
	NSC_NATS_UNSUB, NSC_NATS_MSG, NSC_NATS_HMSG, NSC_NATS_PING_VERB, NSC_NATS_PONG, NSC_NATS_OK,
	NSC_NATS_ERR,
};

struct nsc_nats_line {
	uint8_t verb;
	bool replies;			/* PUB, HPUB: a subject for the answer is told */
	uint32_t subject;		/* hash of that subject; of MSG, HMSG: of their own */
	uint64_t payload;		/* octets behind the line, with their CR LF */
	struct nsc_bytes rest;		/* behind the verb */
};

/* A line without its end.  verb is NSC_NATS_NONE if it is none. */
void nsc_nats_line(struct nsc_bytes text, struct nsc_nats_line *l);

/* Place in the list and 1 of the text behind -ERR; *answers: a request, not the connection, is refused. */
unsigned nsc_nats_error(struct nsc_bytes text, bool *answers);

/* Of the header with which a payload begins: 0, NSC_NATS_NO_RESPONDERS, NSC_NATS_STATUS. */
unsigned nsc_nats_status(const struct nsc_bytes *payload);

#endif
