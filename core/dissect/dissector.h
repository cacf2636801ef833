/* SPDX-License-Identifier: MIT */
/*
 * The contract between the framework (session.c) and a dissector: one file a
 * protocol, one line in table.c.  A dissector sees octets, its own state and
 * nothing else; it keeps no pointer to what it is given.
 *
 * Life of a conversation: the protocol is found by content (guess); its state
 * begins as zeros; feed is called with in-order octets of each side, never
 * again for a side after its fin; end is the last call.
 */
#ifndef NSC_DISSECT_DISSECTOR_H
#define NSC_DISSECT_DISSECTOR_H

#include <string.h>

#include "base/bytes.h"
#include "dissect/event.h"

enum nsc_verdict {
	NSC_MORE,		/* go on (guess: not enough octets to tell) */
	NSC_DONE,		/* nothing more is wanted of this conversation (guess: it is mine) */
	NSC_NOT_MINE,		/* another protocol (feed: the guess was wrong) */
	NSC_MALFORMED,		/* mine, but broken: counted, no more is read (UDP: of this datagram) */
	NSC_HAND_ON,		/* from here on another protocol speaks (STARTTLS, CONNECT): guessed anew */
};

enum nsc_transport {
	NSC_OVER_TCP = 1 << 0,
	NSC_OVER_UDP = 1 << 1,
};

/* The first octets of a conversation. */
struct nsc_guess {
	struct nsc_bytes bytes;		/* unread octets of the side that speaks now */
	struct nsc_bytes other;		/* TCP: octets of the other side not yet claimed (may be empty) */
	uint8_t side;			/* who speaks: 0 the initiator */
	uint8_t transport;		/* one of nsc_transport */
	bool midstream;			/* the beginning was not captured */
	uint16_t port[2];		/* by side: a hint, never a proof */
	const void *shared;		/* the dissector's per-worker state, to look at; may be NULL */
	/* UDP, for RTP: both ends by side, the packet's time, where media is awaited (or NULL). */
	const struct nsc_addr *addr[2];
	uint64_t time;
	const struct nsc_media *media;
};

struct nsc_chunk {
	/*
	 * TCP: octets of this side not yet consumed, in order; what feed leaves
	 * in `bytes` is given again with more behind it.  UDP: one datagram.
	 */
	struct nsc_bytes bytes;
	uint64_t time;			/* of the packet that made them readable, ns */
	uint8_t side;			/* 0: the initiator's */
	uint8_t transport;
	bool gap;			/* octets were lost right before these */
	bool fin;			/* no more will follow on this side */
	bool cut;			/* UDP: captured shorter than sent */
	bool fragmented;		/* UDP: it came in fragments of IP */
	uint16_t port[2];		/* by side */
};

struct nsc_dissector;
struct nsc_media;
struct nsc_name_cache;
struct nsc_session_config;

/* What feed asks for; zeroed before each call. */
struct nsc_wish {
	uint32_t need;			/* call again only with at least so many octets unread on this side */
	uint64_t skip;			/* these many octets behind the consumed ones are of no interest */
	uint32_t timeout;		/* idle seconds that suit the protocol; 0: as it is */
	const struct nsc_dissector *next; /* with NSC_HAND_ON: what both sides agreed on, or NULL */
	const struct nsc_dissector *called; /* an application over this one: the flow has its name from now on */
	/* With `next`: its state begins with these octets.  Borrowed from the shared state. */
	const void *seed;
	uint32_t seed_len;
};

/* Where a dissector speaks to; made by the framework for each call. */
struct nsc_out {
	void *arg;
	void (*event)(void *arg, struct nsc_event *ev);	/* time and flow are filled by the framework */
	void (*label)(void *arg, enum nsc_label id, const char *p, uint32_t len);
	/* True if a conversation handed on to it is read.  NULL: it is. */
	bool (*allows)(void *arg, const struct nsc_dissector *next);
	void *shared;			/* the dissector's per-worker state, if it has one */
	struct nsc_name_cache *names;	/* what names addresses; NULL: nobody asks */
	struct nsc_media *media;	/* where RTP is awaited; NULL: nobody asks */
	bool terse;			/* nobody reads the texts of events: they need not be made, */
	bool unheard;			/* nor anything of them but their kind */
	struct nsc_wish wish;
	uint64_t time;			/* now, ns */
	/* The conversation's 5-tuple, for keys of shared state. */
	struct nsc_addr addr[2];	/* by side */
	uint16_t port[2];
	uint8_t transport;
};

enum { NSC_OPERATIONS = 24, NSC_ERRORS = 24 };

struct nsc_dissector {
	const char *name;		/* app-NAME: lower-case, one word */
	const char *title;		/* "Domain Name System" */
	const char *spec;		/* "RFC 1035, RFC 7766" */
	uint8_t transports;		/* nsc_transport */
	uint16_t state_size;		/* octets of state a conversation, at most 1024 */
	uint8_t stateless;		/* nsc_transport: over these, feed is given NULL */
	uint8_t ip_proto;		/* without transports: IP's own number is the name */
	uint32_t timeout;		/* idle seconds; 0: the transport's default */

	/*
	 * What it tells of requests that got their answers (NSC_EVENT_OPERATION), as tokens, at
	 * most NSC_OPERATIONS and NSC_ERRORS of them, the last one NULL: metrics of the family
	 * db, or none.  The first operation is "other".
	 */
	const char *const *operations;
	const char *const *errors;

	/* For docs/protocols.md: by what it is known; what is told but the name; what is not. */
	const char *known_by, *measures, *limits;

	/*
	 * Ranges, their ends excluded, of the octet with which a datagram or either side of a
	 * stream can begin: others are not shown to guess.  None: any.
	 */
	struct nsc_octet_range {
		uint16_t from, end;
	} first[4];

	/* NSC_DONE: mine, by content; NSC_MORE: perhaps; NSC_NOT_MINE.  Pure. */
	enum nsc_verdict (*guess)(const struct nsc_guess *g);

	/* Reads what it can.  NULL: the name alone is wanted. */
	enum nsc_verdict (*feed)(void *state, struct nsc_chunk *in, struct nsc_out *out);

	/*
	 * The conversation is over: flush what is pending.  Not called after
	 * reset, eviction or overflow.  May be NULL.
	 */
	void (*end)(void *state, struct nsc_out *out);

	/*
	 * Reset, evicted: tells only what is certain already, such as an answer whose
	 * body was on its way.  May be NULL.
	 */
	void (*cut)(void *state, struct nsc_out *out);

	/* Per-worker state shared by all conversations (DNS: pending queries); may be NULL. */
	uint32_t shared_memory;		/* octets that it takes, at the most */
	int (*shared_new)(void **shared);
	void (*shared_configure)(void *shared, const struct nsc_session_config *cfg); /* may be NULL */
	void (*shared_free)(void *shared);
	void (*tick)(void *shared, struct nsc_out *out);	/* each second of the packets' clock */
};

static inline void
nsc_out_label(struct nsc_out *out, enum nsc_label id, const void *p, size_t len)
{
	out->label(out->arg, id, p, (uint32_t)len);
}

/* Octets if there are any; a string; "true" or nothing. */
static inline void
nsc_out_octets(struct nsc_out *out, enum nsc_label id, const void *p, size_t len)
{
	if (len > 0)
		nsc_out_label(out, id, p, len);
}

static inline void
nsc_out_text(struct nsc_out *out, enum nsc_label id, const char *text)
{
	nsc_out_label(out, id, text, strlen(text));
}

static inline void
nsc_out_true(struct nsc_out *out, enum nsc_label id, bool is)
{
	if (is)
		nsc_out_text(out, id, "true");
}

static inline void
nsc_out_event(struct nsc_out *out, struct nsc_event *ev)
{
	out->event(out->arg, ev);
}

/* A request of that kind was answered; error and latency as in struct nsc_operation. */
static inline void
nsc_out_operation(struct nsc_out *out, unsigned kind, unsigned error, uint64_t latency)
{
	struct nsc_event ev = {
		.kind = NSC_EVENT_OPERATION,
		.operation = {.kind = (uint8_t)kind, .error = (uint8_t)error, .latency = latency},
	};

	out->event(out->arg, &ev);
}

#endif
