/* SPDX-License-Identifier: MIT */
/* Contexts in the order of their use: a list by places, the next to be taken first. */
#include <errno.h>
#include <stdlib.h>

#include "dissect/h2_context.h"

struct slot {
	uint64_t serial;		/* of the connection that has it; 0: free */
	uint32_t prev, next;
};

struct nsc_h2_contexts {
	uint64_t serial;
	struct slot slot[NSC_H2_CONTEXTS + 1];	/* the last is the list's head */
	struct nsc_h2_context context[NSC_H2_CONTEXTS];
};

_Static_assert(sizeof(struct nsc_h2_contexts) <= NSC_H2_MEMORY, "as declared");

static void
detach(struct nsc_h2_contexts *c, uint32_t i)
{
	c->slot[c->slot[i].prev].next = c->slot[i].next;
	c->slot[c->slot[i].next].prev = c->slot[i].prev;
}

/* Behind slot `after`. */
static void
attach(struct nsc_h2_contexts *c, uint32_t i, uint32_t after)
{
	c->slot[i].prev = after;
	c->slot[i].next = c->slot[after].next;
	c->slot[c->slot[after].next].prev = i;
	c->slot[after].next = i;
}

int
nsc_h2_contexts_new(struct nsc_h2_contexts **contexts)
{
	/* calloc of so much maps pages of zeros, which come with use. */
	struct nsc_h2_contexts *c = calloc(1, sizeof *c);

	if (c == NULL)
		return -ENOMEM;
	c->slot[NSC_H2_CONTEXTS].next = c->slot[NSC_H2_CONTEXTS].prev = NSC_H2_CONTEXTS;
	for (uint32_t i = 0; i < NSC_H2_CONTEXTS; i++)
		attach(c, i, c->slot[NSC_H2_CONTEXTS].prev);
	*contexts = c;
	return 0;
}

void
nsc_h2_contexts_free(struct nsc_h2_contexts *c)
{
	free(c);
}

struct nsc_h2_context *
nsc_h2_context(struct nsc_h2_contexts *c, const struct nsc_h2_handle *h)
{
	if (h->serial == 0 || c->slot[h->place].serial != h->serial)
		return NULL;
	detach(c, h->place);
	attach(c, h->place, c->slot[NSC_H2_CONTEXTS].prev);
	return &c->context[h->place];
}

struct nsc_h2_context *
nsc_h2_context_take(struct nsc_h2_contexts *c, struct nsc_h2_handle *h)
{
	uint32_t i = c->slot[NSC_H2_CONTEXTS].next;
	struct nsc_h2_context *x = &c->context[i];

	c->slot[i].serial = ++c->serial;
	*h = (struct nsc_h2_handle){.serial = c->serial, .place = i};
	for (int side = 0; side < 2; side++)
		nsc_hpack_start(&x->hpack[side]);
	memset(x->id, 0, sizeof x->id);
	for (int n = 0; n < NSC_H2_HOSTS; n++)
		x->host[n].serial = 0;
	x->serial = 0;
	return nsc_h2_context(c, h);
}

void
nsc_h2_context_give(struct nsc_h2_contexts *c, struct nsc_h2_handle *h)
{
	if (nsc_h2_context(c, h) == NULL)
		return;
	c->slot[h->place].serial = 0;
	detach(c, h->place);
	attach(c, h->place, NSC_H2_CONTEXTS);
	*h = (struct nsc_h2_handle){.serial = 0};
}

static int
place_of(const struct nsc_h2_context *x, uint32_t id)
{
	for (int i = 0; i < NSC_H2_STREAMS; i++)
		if (x->id[i] == id)
			return i;
	return -1;
}

struct nsc_h2_stream *
nsc_h2_stream(struct nsc_h2_context *x, uint32_t id)
{
	int i = id != 0 ? place_of(x, id) : -1;

	return i >= 0 ? &x->stream[i] : NULL;
}

struct nsc_h2_stream *
nsc_h2_stream_first(struct nsc_h2_context *x, uint32_t *id)
{
	struct nsc_h2_stream *s = NULL;

	for (int i = 0; i < NSC_H2_STREAMS; i++) {
		if (x->id[i] != 0 && (s == NULL || x->id[i] < *id)) {
			*id = x->id[i];
			s = &x->stream[i];
		}
	}
	return s;
}

struct nsc_h2_stream *
nsc_h2_stream_add(struct nsc_h2_context *x, uint32_t id)
{
	int i = place_of(x, 0);

	if (i < 0)
		return NULL;
	x->id[i] = id;
	x->stream[i] = (struct nsc_h2_stream){.grpc_status = -1};
	return &x->stream[i];
}

void
nsc_h2_stream_drop(struct nsc_h2_context *x, uint32_t id)
{
	int i = place_of(x, id);

	if (i >= 0)
		x->id[i] = 0;
}

void
nsc_h2_host_set(struct nsc_h2_context *x, struct nsc_h2_stream *s, struct nsc_text name)
{
	uint32_t len = name.len < NSC_HTTP_HOST_MAX ? name.len : NSC_HTTP_HOST_MAX;
	int oldest = 0;

	s->host_serial = 0;
	if (len == 0)
		return;
	for (int i = 0; i < NSC_H2_HOSTS; i++) {
		struct nsc_h2_host *h = &x->host[i];

		if (h->serial != 0 && h->len == len && memcmp(h->name, name.p, len) == 0) {
			s->host = (uint8_t)i;
			s->host_serial = h->serial;
			return;
		}
		if (h->serial < x->host[oldest].serial)
			oldest = i;
	}
	x->host[oldest].serial = ++x->serial;
	x->host[oldest].len = (uint8_t)len;
	memcpy(x->host[oldest].name, name.p, len);
	s->host = (uint8_t)oldest;
	s->host_serial = x->serial;
}

struct nsc_text
nsc_h2_host(const struct nsc_h2_context *x, const struct nsc_h2_stream *s)
{
	const struct nsc_h2_host *h = &x->host[s->host];

	if (s->host_serial == 0 || h->serial != s->host_serial)
		return (struct nsc_text){NULL, 0};
	return (struct nsc_text){h->name, h->len};
}
