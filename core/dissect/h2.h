/* SPDX-License-Identifier: MIT */
/* A connection of HTTP/2: what http2.c (frames) and h2_exchange.c (messages) share. */
#ifndef NSC_DISSECT_H2_H
#define NSC_DISSECT_H2_H

#include "dissect/dissector.h"
#include "dissect/h2_context.h"
#include "dissect/h2_frame.h"
#include "dissect/h2_seed.h"

struct nsc_h2_side {
	uint64_t began;			/* first octet of the frame at hand, ns; 0: none yet */
	uint64_t block_began;		/* of the block's first frame */
	uint32_t left;			/* octets of the frame to come */
	uint32_t promised;		/* stream of the PUSH_PROMISE; 0: it is none */
	struct nsc_h2_frame frame;
	uint8_t phase;
	uint8_t pad;
	bool in_block;			/* CONTINUATION must follow */
	bool block_lost;		/* it cannot be read to its end */
	bool block_ends;		/* it ends the stream, too */
	bool lossy;			/* octets were lost, now or ever */
};

struct nsc_h2 {
	struct nsc_h2_seed seed;	/* first: HTTP/1 fills it */
	struct nsc_h2_side side[2];
	struct nsc_h2_handle context;
	uint32_t highest[2];		/* stream opened by the client; promised by the server */
	uint8_t client;			/* side */
	bool begun;
};

/* h2_exchange.c */

/* The connection's context; made, or made anew if it was taken. */
struct nsc_h2_context *nsc_h2_use(struct nsc_h2 *s, struct nsc_out *out);

/* The request of an upgrade waits for its answer on stream 1. */
void nsc_h2_upgraded(struct nsc_h2 *s, struct nsc_out *out);

/* A header block begins; its fields are read by what is returned. */
struct nsc_hpack_reader nsc_h2_block(struct nsc_h2_context *x, int side);
void nsc_h2_block_begin(struct nsc_h2_context *x, int side);

/* It is whole. */
void nsc_h2_block_end(struct nsc_h2 *s, struct nsc_h2_context *x, int side, struct nsc_out *out);

/* The side says nothing more on the stream: END_STREAM. */
void nsc_h2_ended(struct nsc_h2 *s, int side, uint32_t id, struct nsc_out *out);

/* RST_STREAM, of either side. */
void nsc_h2_reset(struct nsc_h2 *s, uint32_t id, struct nsc_out *out);

/* GOAWAY: requests of higher numbers will not be answered. */
void nsc_h2_goaway(struct nsc_h2 *s, uint32_t last, struct nsc_out *out);

/* Tells what waits; `answered`: only where a response began. */
void nsc_h2_flush(struct nsc_h2 *s, bool answered, struct nsc_out *out);

#endif
