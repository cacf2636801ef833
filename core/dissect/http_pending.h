/* SPDX-License-Identifier: MIT */
/*
 * Requests that wait for their responses, of all conversations of a worker: a
 * ring, so that nothing has to be given back when a conversation is dropped.  A
 * conversation keeps numbers; what was overwritten in the meantime is unknown.
 */
#ifndef NSC_DISSECT_HTTP_PENDING_H
#define NSC_DISSECT_HTTP_PENDING_H

#include "dissect/event.h"

enum {
	NSC_HTTP_PENDING = 8192, /* of a worker */
	NSC_HTTP_PIPELINED = 64, /* of a conversation */
	NSC_HTTP_HOST_MAX = 255,
	NSC_HTTP_RING_MEMORY = 3 << 20, /* octets of a worker's, at the most */
};

struct nsc_http_ring;
struct nsc_h2_seed;

/* -ENOMEM, or 0. */
int nsc_http_ring_new(struct nsc_http_ring **r);
void nsc_http_ring_free(struct nsc_http_ring *r);

/* Where an upgrade's request is put, to be copied at once. */
struct nsc_h2_seed *nsc_http_ring_seed(struct nsc_http_ring *r);

/*
 * Of a conversation; all zero is empty.  The newest request is known by its number, each
 * other one by the one that came after it.  What must not be lost stands here.
 */
struct nsc_http_queue {
	uint64_t newest;
	uint64_t no_body, connect; /* facts of each; bit 0: of the oldest */
	uint32_t more; /* requests behind these that found no room */
	uint8_t count;
};

struct nsc_http_request {
	struct nsc_text method, host; /* borrowed */
	uint8_t version;
	bool no_body; /* of the response: HEAD */
	bool connect;
};

/* Adds a request whose end is at `time` (ns; 0: not yet).  False: it has no room. */
bool nsc_http_queue_add(struct nsc_http_queue *q, struct nsc_http_ring *r,
			const struct nsc_http_request *req, uint64_t time);

/* The end of the request that was added last. */
void nsc_http_queue_ended(struct nsc_http_queue *q, struct nsc_http_ring *r, uint64_t time);

/*
 * The oldest request, which stays; *time its end.  False: none waits (and what
 * *req holds is empty).  Its texts are borrowed until the next request is added.  r NULL:
 * no texts and no time are wanted.
 */
bool nsc_http_queue_oldest(const struct nsc_http_queue *q, const struct nsc_http_ring *r,
			   struct nsc_http_request *req, uint64_t *time);

void nsc_http_queue_drop(struct nsc_http_queue *q);

#endif
