/* SPDX-License-Identifier: MIT */
/*
 * A conversation with memcached: what both of its protocols, of text and of octets, share.  All
 * answers come in order; a quiet request may get none, which the next answer shows.
 */
#ifndef NSC_DISSECT_MEMCACHED_H
#define NSC_DISSECT_MEMCACHED_H

#include "dissect/pending.h"

enum {
	NSC_MEMCACHED_ROOM = 64,	/* runs of requests that wait */
	NSC_MEMCACHED_KEY_MAX = 250,
	NSC_MEMCACHED_HEADER = 24,	/* of a binary message */
};

/* Kinds of operations, in the order of their names (nsc_memcached_operations). */
enum {
	NSC_MEMCACHED_OTHER, NSC_MEMCACHED_GET, NSC_MEMCACHED_SET, NSC_MEMCACHED_ADD,
	NSC_MEMCACHED_REPLACE, NSC_MEMCACHED_APPEND, NSC_MEMCACHED_PREPEND, NSC_MEMCACHED_CAS,
	NSC_MEMCACHED_DELETE, NSC_MEMCACHED_INCR, NSC_MEMCACHED_DECR, NSC_MEMCACHED_TOUCH,
	NSC_MEMCACHED_GAT, NSC_MEMCACHED_NOOP, NSC_MEMCACHED_STATS, NSC_MEMCACHED_FLUSH,
	NSC_MEMCACHED_VERSION, NSC_MEMCACHED_ADMIN,
};

/* Errors: place in nsc_memcached_errors and 1. */
enum {
	NSC_MEMCACHED_FINE, NSC_MEMCACHED_ERROR_OTHER, NSC_MEMCACHED_UNKNOWN_COMMAND,
	NSC_MEMCACHED_CLIENT_ERROR, NSC_MEMCACHED_SERVER_ERROR, NSC_MEMCACHED_TOO_LARGE,
	NSC_MEMCACHED_OUT_OF_MEMORY, NSC_MEMCACHED_AUTH,
};

/* A request or an answer under way, whose data block is passed. */
struct nsc_memcached_message {
	uint64_t left;			/* octets of the data block, or of a binary body */
	uint8_t kind, tag, error;
	bool counts;			/* its end ends a request, or an answer */
	bool unanswered;		/* noreply: told when it ends */
	bool line;			/* the rest of a long line is passed */
	bool lost;			/* octets were lost: a message's beginning is looked for */
};

struct nsc_memcached {
	struct nsc_queue queue;
	struct nsc_pending ring[NSC_MEMCACHED_ROOM];
	struct nsc_memcached_message message[2];	/* by side */
	uint8_t client;			/* side + 1; 0: not known */
	bool binary;
	bool late;			/* the first command was told by its answer: no time */
	bool watched;			/* its log is sent: no answers any more */
};

/* --- memcached.c ---------------------------------------------------------------------------- */

/* A request waits for its answer; of a full ring the quiet ones that wait longest are told. */
void nsc_memcached_ask(struct nsc_memcached *s, unsigned kind, unsigned tag, struct nsc_out *out);

/* The oldest request was answered, and goes; an error that answers none is told alone. */
void nsc_memcached_answer(struct nsc_memcached *s, unsigned error, struct nsc_out *out);

/* The oldest request, of which there is one, gets no answer any more: it is told without a time. */
void nsc_memcached_unsaid(struct nsc_memcached *s, struct nsc_out *out);

/* --- memcached_text.c ----------------------------------------------------------------------- */

/* Reads what is there of one side. */
void nsc_memcached_text(struct nsc_memcached *s, struct nsc_chunk *in, struct nsc_out *out);

/* The kind and the error of the line with which a datagram begins (its request, its answer). */
unsigned nsc_memcached_text_kind(const struct nsc_bytes *text);
unsigned nsc_memcached_text_error(const struct nsc_bytes *text);

/* True if a packet that begins so may begin with a command, or with an answer. */
bool nsc_memcached_is_text(const struct nsc_bytes *text, bool client);

bool nsc_memcached_text_quiet(unsigned tag);

/* NSC_DONE, NSC_MORE, NSC_NOT_MINE: a first command, with the answer that it gets. */
enum nsc_verdict nsc_memcached_guess_text(const struct nsc_bytes *command,
					  const struct nsc_bytes *reply);

/* --- memcached_binary.c --------------------------------------------------------------------- */

/* Reads what is there of one side.  False: it is no message. */
bool nsc_memcached_binary(struct nsc_memcached *s, struct nsc_chunk *in, struct nsc_out *out);

bool nsc_memcached_binary_quiet(unsigned opcode);

/* NSC_DONE: the octets begin with the header of a request, or of an answer. */
enum nsc_verdict nsc_memcached_guess_binary(struct nsc_bytes b, bool answer);

#endif
