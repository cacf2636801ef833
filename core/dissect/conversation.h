/* SPDX-License-Identifier: MIT */
/*
 * What the parts of the session share: session.c (life and memory), identify.c
 * (whose protocol it is), speak.c (calls of a dissector), stream.c (TCP) and
 * datagram.c (UDP).  Private to them.
 *
 * A flow's `session` is a conversation's index, or, once nothing is dissected
 * any more, NSC_LABELS_ONLY and its first label, or 0.
 */
#ifndef NSC_DISSECT_CONVERSATION_H
#define NSC_DISSECT_CONVERSATION_H

#include "dissect/media.h"
#include "dissect/session.h"
#include "dissect/slab.h"

#define NSC_LABELS_ONLY 0x80000000u

enum { NSC_APP_WORDS = (NSC_APPS + 63) / 64 };

struct nsc_app_set {
	uint64_t bits[NSC_APP_WORDS];
};

/* A flow of which octets, a state or both are kept. */
struct nsc_conversation {
	struct nsc_stream stream[2];	/* by side; TCP */
	struct nsc_flow *flow;
	struct nsc_app_set candidates;	/* while app is 0: what it may still be */
	uint32_t fin_seq[2];		/* with fin_known */
	uint32_t need[2];		/* unread octets without which the dissector isn't called */
	uint32_t state;			/* block of ss->states */
	uint32_t labels;		/* first label */
	uint32_t next_free;
	uint8_t app;			/* whose dissector is fed; 0: not known (again) */
	uint8_t looks;			/* attempts to tell the protocol */
	uint8_t hand_ons;
	bool fin_known[2], fin_told[2];
};

_Static_assert(sizeof(struct nsc_conversation) % 64 == 0, "whole cache lines");

struct nsc_sessions {
	struct nsc_session_config cfg;
	struct nsc_session_hooks hooks;
	struct nsc_session_stats stats;

	const struct nsc_dissector *const *dissectors;
	unsigned dissector_count;
	struct nsc_app_set wanted[2];	/* over TCP, over UDP */
	struct nsc_app_set first[256];	/* by octet: who may begin with it */
	void *shared[NSC_APPS];
	uint8_t by_proto[256];		/* app by IP's protocol number; 0: none */
	struct nsc_media media;

	struct nsc_pool *pool;
	struct nsc_slab *states, *labels;
	struct nsc_conversation *conv;	/* [0] is never used */
	uint32_t count, carved, free;

	struct nsc_out out;		/* what never changes of it is filled at creation */

	/* The call that runs: for the callbacks of struct nsc_out. */
	struct nsc_flow *flow;
	struct nsc_conversation *now_conv;
	uint8_t now_app;
	uint64_t now;
};

/* session.c */

/* The flow's conversation, or NULL. */
static inline struct nsc_conversation *
nsc_conversation_of(struct nsc_sessions *ss, const struct nsc_flow *f)
{
	return f->session != 0 && (f->session & NSC_LABELS_ONLY) == 0 ? &ss->conv[f->session] : NULL;
}

/* A new one; NULL: none left, counted, and the flow's payload is not looked at again. */
struct nsc_conversation *nsc_conversation_new(struct nsc_sessions *ss, struct nsc_flow *f);

/* Nothing more is dissected: all goes back but the labels. c may be NULL. */
void nsc_conversation_quit(struct nsc_sessions *ss, struct nsc_flow *f,
			   struct nsc_conversation *c);

/* identify.c */

enum { NSC_IDENTIFY_PERHAPS = -1 };

static inline bool
nsc_app_in(const struct nsc_app_set *set, unsigned app)
{
	return set->bits[app / 64] >> (app % 64) & 1;
}

static inline void
nsc_app_remove(struct nsc_app_set *set, unsigned app)
{
	set->bits[app / 64] &= ~(UINT64_C(1) << app % 64);
}

/* Fills ss->first. */
void nsc_identify_prepare(struct nsc_sessions *ss);

/* What `transport` can carry and is wanted, by its guess. */
struct nsc_app_set nsc_identify_candidates(const struct nsc_sessions *ss, unsigned transport);

/*
 * The app whose guess says so, in the table's order; NSC_IDENTIFY_PERHAPS: some
 * want more octets; 0: none.  Who says no leaves the candidates.  Fills g->shared.
 */
int nsc_identify(const struct nsc_sessions *ss, struct nsc_guess *g,
		 struct nsc_app_set *candidates);

/* speak.c */

/* Once, when the hooks are there. */
void nsc_speak_prepare(struct nsc_sessions *ss);

/*
 * The protocol is known: its state is made, the flow named.  False: there is
 * nothing to feed (the name alone is wanted, or no room).  c may be NULL if the dissector
 * keeps no state.
 */
bool nsc_speak_start(struct nsc_sessions *ss, struct nsc_flow *f, struct nsc_conversation *c,
		     unsigned app);

/* The app of a dissector that is wanted, or 0. */
unsigned nsc_speak_wanted(const struct nsc_sessions *ss, const struct nsc_dissector *d);

/* The state begins with what another dissector handed on. */
void nsc_speak_seed(struct nsc_sessions *ss, struct nsc_conversation *c,
		    const struct nsc_wish *wish);

/* It was not: state and name are taken back. */
void nsc_speak_stop(struct nsc_sessions *ss, struct nsc_flow *f, struct nsc_conversation *c,
		    bool rename);

/*
 * One call of feed; in->bytes is what it left.  What it wished for stands in ss->out.wish
 * until the next call; a copy of what was written a moment ago would be waited for.
 */
enum nsc_verdict nsc_speak_feed(struct nsc_sessions *ss, struct nsc_flow *f,
				struct nsc_conversation *c, struct nsc_chunk *in);

/* The last call: of end, or of cut. */
void nsc_speak_end(struct nsc_sessions *ss, struct nsc_flow *f, struct nsc_conversation *c,
		   bool cut, uint64_t now);
void nsc_speak_tick(struct nsc_sessions *ss, uint64_t now);

/* stream.c, datagram.c */

enum nsc_end nsc_stream_packet(struct nsc_sessions *ss, const struct nsc_update *up,
			       const struct nsc_packet *p);

/* Gives up the first hole of a side, and reads on. */
enum nsc_end nsc_stream_read_on(struct nsc_sessions *ss, struct nsc_conversation *c, int side,
				uint64_t now);

enum nsc_end nsc_datagram_packet(struct nsc_sessions *ss, const struct nsc_update *up,
				 const struct nsc_packet *p);

#endif
