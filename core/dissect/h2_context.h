/* SPDX-License-Identifier: MIT */
/*
 * What a connection of HTTP/2 needs beyond a dissector's state: both header tables, the
 * streams that wait, their names.  A worker has a fixed number of such contexts; the one
 * not used for longest is taken for another connection, which is told.
 */
#ifndef NSC_DISSECT_H2_CONTEXT_H
#define NSC_DISSECT_H2_CONTEXT_H

#include "dissect/hpack.h"
#include "dissect/http_head.h"
#include "dissect/http_pending.h"

enum {
	NSC_H2_CONTEXTS = 256,		/* of a worker; some 32 KiB each, touched as they are used */
	NSC_H2_STREAMS = 128,		/* of a connection, at once */
	NSC_H2_HOSTS = 16,		/* different names of a connection's waiting streams */
	NSC_H2_MEMORY = NSC_H2_CONTEXTS << 15,	/* octets of all contexts, at the most */
};

struct nsc_h2_stream {
	uint64_t asked;			/* the request's end, ns; 0: not yet, or not seen */
	uint64_t answered;		/* the response's first octet, ns; 0: not yet */
	uint32_t host_serial;
	uint16_t status;		/* the final one; 0: not yet, or not known */
	uint8_t host;
	uint8_t method_len;
	bool responded;			/* a final response began */
	bool grpc;
	int16_t grpc_status;		/* -1: none seen */
	char method[NSC_HTTP_METHOD_MAX];
};

struct nsc_h2_host {
	uint32_t serial;		/* of whom it was interned for; 0: free */
	uint8_t len;
	char name[NSC_HTTP_HOST_MAX];
};

/* The header block that is being read, of one side. */
struct nsc_h2_block {
	uint16_t status;
	int16_t grpc_status;		/* -1: not in it */
	uint8_t method_len, host_len, field_host_len;
	bool grpc;			/* content-type is gRPC's */
	char method[NSC_HTTP_METHOD_MAX];
	char host[NSC_HTTP_HOST_MAX];		/* :authority */
	char field_host[NSC_HTTP_HOST_MAX];	/* host */
};

struct nsc_h2_context {
	struct nsc_hpack hpack[2];	/* by side of the flow */
	struct nsc_h2_block block[2];
	uint32_t id[NSC_H2_STREAMS];	/* 0: free */
	struct nsc_h2_stream stream[NSC_H2_STREAMS];
	struct nsc_h2_host host[NSC_H2_HOSTS];
	uint32_t serial;
};

struct nsc_h2_contexts;

/* Where a connection's context is; all zero: it has none. */
struct nsc_h2_handle {
	uint64_t serial;
	uint32_t place;
};

/* -ENOMEM, or 0. */
int nsc_h2_contexts_new(struct nsc_h2_contexts **c);
void nsc_h2_contexts_free(struct nsc_h2_contexts *c);

/* The context, as the last used one; NULL if it was taken, or never given. */
struct nsc_h2_context *nsc_h2_context(struct nsc_h2_contexts *c, const struct nsc_h2_handle *h);

/* A fresh one, which may be another connection's: always succeeds. */
struct nsc_h2_context *nsc_h2_context_take(struct nsc_h2_contexts *c, struct nsc_h2_handle *h);

void nsc_h2_context_give(struct nsc_h2_contexts *c, struct nsc_h2_handle *h);

/* Streams of a context.  NULL: it has none of that number. */
struct nsc_h2_stream *nsc_h2_stream(struct nsc_h2_context *x, uint32_t id);

/* The stream with the lowest number, and that number; NULL: none is left. */
struct nsc_h2_stream *nsc_h2_stream_first(struct nsc_h2_context *x, uint32_t *id);

/* A new stream; NULL: no room, drop the first one. */
struct nsc_h2_stream *nsc_h2_stream_add(struct nsc_h2_context *x, uint32_t id);

void nsc_h2_stream_drop(struct nsc_h2_context *x, uint32_t id);

/* Keeps the name for the stream; and the name, empty if there was no room for it any more. */
void nsc_h2_host_set(struct nsc_h2_context *x, struct nsc_h2_stream *s, struct nsc_text name);
struct nsc_text nsc_h2_host(const struct nsc_h2_context *x, const struct nsc_h2_stream *s);

#endif
