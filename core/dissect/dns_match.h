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
	NSC_DNS_TIMEOUT_S = 15, /* unless said otherwise */
	NSC_DNS_DUPLICATE_S = 5, /* an answer seen again within this time is a copy */
	NSC_DNS_LATE_S = 60,     /* an answer after this time is unsolicited */

	NSC_DNS_MATCHER_MEMORY = 1280 << 10, /* octets, at the most */
};

/* The pair of ends, as the client sees it, and the id: put together in registers. */
struct nsc_dns_key {
	uint64_t w[5];
};

static inline struct nsc_dns_key
nsc_dns_key(const struct nsc_addr *client, const struct nsc_addr *server, uint16_t client_port,
	    uint16_t server_port, uint16_t id, uint16_t transport)
{
	return (struct nsc_dns_key){{
		nsc_addr_word(client, 0),
		nsc_addr_word(client, 1),
		nsc_addr_word(server, 0),
		nsc_addr_word(server, 1),
		client_port | (uint64_t)server_port << 16 | (uint64_t)id << 32 |
			(uint64_t)transport << 48,
	}};
}

struct nsc_dns_query {
	struct nsc_dns_key key;
	unsigned place;    /* filled by nsc_dns_matcher_expect */
	uint64_t time;     /* ns */
	uint32_t question; /* of nsc_dns_parsed */
	uint16_t rcode;    /* of the response */
	bool asked;        /* the message has a question */
};

struct nsc_dns_matcher;

/* -ENOMEM, or 0. */
int nsc_dns_matcher_new(struct nsc_dns_matcher **m);
void nsc_dns_matcher_free(struct nsc_dns_matcher *m);

/* How long a query may wait (at least 1 s); before the first one. */
void nsc_dns_matcher_timeout(struct nsc_dns_matcher *m, uint32_t seconds);

/*
 * Finds the place of q->key and asks for its memory: called first, before the
 * message is read, so that it is there when it was.
 */
void nsc_dns_matcher_expect(const struct nsc_dns_matcher *m, struct nsc_dns_query *q);

/* What became of queries by this one: bits 1 << nsc_dns_outcome_kind. */
unsigned nsc_dns_matcher_query(struct nsc_dns_matcher *m, const struct nsc_dns_query *q);

/* The same; *latency: ns from the query that it answers (in time or late), 0: none. */
unsigned nsc_dns_matcher_response(struct nsc_dns_matcher *m, const struct nsc_dns_query *r,
				  uint64_t *latency);

/* The queries whose time is over at `now` (ns) and was not before. */
unsigned nsc_dns_matcher_tick(struct nsc_dns_matcher *m, uint64_t now);

/* Queries that wait for an answer. */
unsigned nsc_dns_matcher_pending(const struct nsc_dns_matcher *m);

#endif
