/* SPDX-License-Identifier: MIT */
/*
 * Which response answers which query: the pending queries of a worker.  At most
 * NSC_DNS_PENDING wait; the oldest gives way.  A query that has its end (an
 * answer, a timeout) is remembered for a while, so that a second answer is not
 * taken for an unsolicited one and a late one is known as such.
 */
#ifndef NSC_DISSECT_DNS_MATCH_H
#define NSC_DISSECT_DNS_MATCH_H

#include "base/addr.h"
#include "dissect/event.h"

enum {
	NSC_DNS_PENDING = 10000,
	NSC_DNS_REMEMBERED = 4096,
	NSC_DNS_TIMEOUT_S = 15,
	NSC_DNS_DUPLICATE_S = 5, /* an answer seen again within this time is a copy */
	NSC_DNS_LATE_S = 60,     /* an answer after this time is unsolicited */

	NSC_DNS_MATCHER_MEMORY = 1280 << 10, /* octets, at the most */
};

/* The pair of ends, as the client sees it; the padding must be zero. */
struct nsc_dns_key {
	struct nsc_addr client, server;
	uint16_t client_port, server_port, id;
	uint16_t transport;
};

struct nsc_dns_query {
	struct nsc_dns_key key;
	uint64_t question; /* of nsc_dns_parsed */
	uint64_t time;     /* ns */
	uint16_t rcode;    /* of the response */
	bool asked;        /* the message has a question */
};

/* Each outcome, as it happens. */
typedef void nsc_dns_outcome_fn(void *arg, enum nsc_dns_outcome_kind kind,
				uint64_t latency);

struct nsc_dns_matcher;

/* -ENOMEM, or 0. */
int nsc_dns_matcher_new(struct nsc_dns_matcher **m);
void nsc_dns_matcher_free(struct nsc_dns_matcher *m);

void nsc_dns_matcher_query(struct nsc_dns_matcher *m, const struct nsc_dns_query *q,
			   nsc_dns_outcome_fn *tell, void *arg);

/* Latency in ns of the query that this response answers (in time or late); 0: none. */
uint64_t nsc_dns_matcher_response(struct nsc_dns_matcher *m, const struct nsc_dns_query *r,
				  nsc_dns_outcome_fn *tell, void *arg);

/* Counts the timeouts up to `now` (ns). */
void nsc_dns_matcher_tick(struct nsc_dns_matcher *m, uint64_t now, nsc_dns_outcome_fn *tell,
			  void *arg);

/* Queries that wait for an answer. */
unsigned nsc_dns_matcher_pending(const struct nsc_dns_matcher *m);

#endif
