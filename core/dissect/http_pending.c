/* SPDX-License-Identifier: MIT */
/* The ring of requests: the oldest are overwritten first, so what is known of a conversation
 * is a chain from its newest on. */
#include <errno.h>

#include "dissect/h2_seed.h"
#include "dissect/http_head.h"
#include "dissect/http_pending.h"
#include "flow/memory.h"

struct record {
	uint64_t number;
	uint64_t before; /* number of the conversation's request before this one */
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

enum { FEW = 512 << 10 };	/* octets of it, without large pages */

_Static_assert(sizeof(struct nsc_http_ring) <= NSC_HTTP_RING_MEMORY, "as declared");

int
nsc_http_ring_new(struct nsc_http_ring **r)
{
	*r = nsc_reserve_behind(sizeof **r, FEW);
	if (*r == NULL)
		return -ENOMEM;
	(*r)->next = 1;
	return 0;
}

void
nsc_http_ring_free(struct nsc_http_ring *r)
{
	nsc_unreserve(r, sizeof *r);
}

struct nsc_h2_seed *
nsc_http_ring_seed(struct nsc_http_ring *r)
{
	return &r->seed;
}

_Static_assert(NSC_HTTP_PIPELINED <= 64, "a bit each");

/* NULL: it was overwritten. */
static const struct record *
record_of(const struct nsc_http_ring *r, uint64_t number)
{
	const struct record *rec = &r->record[number % NSC_HTTP_PENDING];

	return rec->number == number ? rec : NULL;
}

static const struct record *
oldest(const struct nsc_http_queue *q, const struct nsc_http_ring *r)
{
	const struct record *rec = record_of(r, q->newest);

	for (unsigned n = 1; n < q->count && rec != NULL; n++)
		rec = record_of(r, rec->before);
	return rec;
}

bool
nsc_http_queue_add(struct nsc_http_queue *q, struct nsc_http_ring *r,
		   const struct nsc_http_request *req, uint64_t time)
{
	struct record *rec = &r->record[r->next % NSC_HTTP_PENDING];
	uint32_t method = req->method.len, host = req->host.len;

	/* Order must hold: while one without room waits, those behind it have none. */
	if (q->count == NSC_HTTP_PIPELINED || q->more > 0) {
		q->more++;
		return false;
	}
	if (method > NSC_HTTP_METHOD_MAX)
		method = NSC_HTTP_METHOD_MAX;
	if (host > NSC_HTTP_HOST_MAX)
		host = NSC_HTTP_HOST_MAX;
	rec->number = r->next++;
	rec->before = q->newest;
	rec->time = time;
	rec->version = req->version;
	rec->method_len = (uint8_t)method;
	rec->host_len = (uint8_t)host;
	memcpy(rec->method, req->method.p, method);
	if (host > 0)
		memcpy(rec->host, req->host.p, host);
	q->newest = rec->number;
	q->no_body |= (uint64_t)req->no_body << q->count;
	q->connect |= (uint64_t)req->connect << q->count;
	q->count++;
	return true;
}

void
nsc_http_queue_ended(struct nsc_http_queue *q, struct nsc_http_ring *r, uint64_t time)
{
	struct record *rec = &r->record[q->newest % NSC_HTTP_PENDING];

	if (q->count > 0 && q->more == 0 && rec->number == q->newest)
		rec->time = time;
}

bool
nsc_http_queue_oldest(const struct nsc_http_queue *q, const struct nsc_http_ring *r,
		      struct nsc_http_request *req, uint64_t *time)
{
	const struct record *rec;

	*req = (struct nsc_http_request){.version = 0};
	*time = 0;
	if (q->count == 0)
		return q->more > 0;
	req->no_body = q->no_body & 1;
	req->connect = q->connect & 1;
	rec = r != NULL ? oldest(q, r) : NULL;
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
		q->no_body >>= 1;
		q->connect >>= 1;
		q->count--;
	} else if (q->more > 0) {
		q->more--;
	}
}
