/* SPDX-License-Identifier: MIT */
/* The ring of requests.  A number is the request's place, its low bits two facts that must
 * not be lost. */
#include <errno.h>
#include <stdlib.h>

#include "dissect/h2_seed.h"
#include "dissect/http_head.h"
#include "dissect/http_pending.h"

enum {
	NO_BODY = 1,
	CONNECT = 2,
	FACTS = 2, /* bits */
};

struct record {
	uint64_t number;
	uint64_t time;
	uint8_t version, method_len, host_len;
	char method[NSC_HTTP_METHOD_MAX];
	char host[NSC_HTTP_HOST_MAX];
};

struct nsc_http_ring {
	uint64_t next; /* starts at 1: 0 is no number */
	struct nsc_h2_seed seed;
	struct record record[NSC_HTTP_PENDING];
};

_Static_assert(sizeof(struct nsc_http_ring) <= NSC_HTTP_RING_MEMORY, "as declared");

int
nsc_http_ring_new(struct nsc_http_ring **r)
{
	/* calloc of so much maps pages of zeros, which come with use. */
	*r = calloc(1, sizeof **r);
	if (*r == NULL)
		return -ENOMEM;
	(*r)->next = 1;
	return 0;
}

void
nsc_http_ring_free(struct nsc_http_ring *r)
{
	free(r);
}

struct nsc_h2_seed *
nsc_http_ring_seed(struct nsc_http_ring *r)
{
	return &r->seed;
}

static const struct record *
record_of(const struct nsc_http_ring *r, uint64_t number)
{
	const struct record *rec = &r->record[(number >> FACTS) % NSC_HTTP_PENDING];

	return rec->number == number ? rec : NULL;
}

bool
nsc_http_queue_add(struct nsc_http_queue *q, struct nsc_http_ring *r,
		   const struct nsc_http_request *req, uint64_t time)
{
	uint64_t number = r->next << FACTS | (req->no_body ? NO_BODY : 0) |
			  (req->connect ? CONNECT : 0);
	struct record *rec = &r->record[r->next % NSC_HTTP_PENDING];
	uint32_t method = req->method.len, host = req->host.len;

	/* Order must hold: while one without room waits, those behind it have none. */
	if (q->count == NSC_HTTP_PIPELINED || q->more > 0) {
		q->more++;
		return false;
	}
	r->next++;
	q->number[(q->first + q->count++) % NSC_HTTP_PIPELINED] = number;
	if (method > NSC_HTTP_METHOD_MAX)
		method = NSC_HTTP_METHOD_MAX;
	if (host > NSC_HTTP_HOST_MAX)
		host = NSC_HTTP_HOST_MAX;
	rec->number = number;
	rec->time = time;
	rec->version = req->version;
	rec->method_len = (uint8_t)method;
	rec->host_len = (uint8_t)host;
	memcpy(rec->method, req->method.p, method);
	if (host > 0)
		memcpy(rec->host, req->host.p, host);
	return true;
}

void
nsc_http_queue_ended(struct nsc_http_queue *q, struct nsc_http_ring *r, uint64_t time)
{
	uint64_t number;
	struct record *rec;

	if (q->count == 0 || q->more > 0)
		return;
	number = q->number[(q->first + q->count - 1) % NSC_HTTP_PIPELINED];
	rec = &r->record[(number >> FACTS) % NSC_HTTP_PENDING];
	if (rec->number == number)
		rec->time = time;
}

bool
nsc_http_queue_oldest(const struct nsc_http_queue *q, const struct nsc_http_ring *r,
		      struct nsc_http_request *req, uint64_t *time)
{
	const struct record *rec;
	uint64_t number;

	*req = (struct nsc_http_request){.version = 0};
	*time = 0;
	if (q->count == 0)
		return q->more > 0;
	number = q->number[q->first];
	req->no_body = (number & NO_BODY) != 0;
	req->connect = (number & CONNECT) != 0;
	rec = record_of(r, number);
	if (rec == NULL)
		return true;
	req->version = rec->version;
	req->method = (struct nsc_text){rec->method, rec->method_len};
	req->host = (struct nsc_text){rec->host, rec->host_len};
	*time = rec->time;
	return true;
}

void
nsc_http_queue_drop(struct nsc_http_queue *q)
{
	if (q->count > 0) {
		q->first = (uint8_t)((q->first + 1) % NSC_HTTP_PIPELINED);
		q->count--;
	} else if (q->more > 0) {
		q->more--;
	}
}
