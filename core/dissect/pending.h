/* SPDX-License-Identifier: MIT */
/*
 * Requests of one conversation that wait for their answers, in two kinds: answered in order
 * (a queue of runs, so that a pipeline of thousands of like requests takes one place), or by an
 * identifier that the answer repeats.  All zero is empty; both are parts of a dissector's state.
 * Texts are never kept.  Times are of packets, in ns.
 */
#ifndef NSC_DISSECT_PENDING_H
#define NSC_DISSECT_PENDING_H

#include "dissect/dissector.h"

struct nsc_pending {			/* one request, or a run of like ones */
	uint32_t id;			/* by identifier: of the request; in order: how many */
	uint32_t time;			/* us, modulo 2^32 (71 minutes) */
	uint8_t kind;			/* place in the dissector's `operations` */
	uint8_t tag;			/* the dissector's own */
	bool used;			/* by identifier: it waits */
	bool timed;
};

/* --- answered in order ------------------------------------------------------------------ */

struct nsc_queue {
	uint16_t first, runs;		/* of the ring */
};

/*
 * A request of that kind ended at `time`.  Of a full ring the last run takes it in: its kind
 * becomes 0 ("other") if it differs, and its time is not known; false then, to be told as
 * NSC_LOSS_OPERATION (nsc_out_lost).
 */
bool nsc_queue_ask(struct nsc_queue *q, struct nsc_pending *ring, unsigned size, unsigned kind,
		   unsigned tag, uint64_t time);

/* The oldest request that waits, which stays; NULL: none does. */
const struct nsc_pending *nsc_queue_oldest(const struct nsc_queue *q,
					   const struct nsc_pending *ring);

/* The oldest one was answered: it goes.  How many wait still is not told. */
void nsc_queue_drop(struct nsc_queue *q, struct nsc_pending *ring, unsigned size);

/*
 * The oldest request, if it is alone in its run, ends only now: it went on with data that the
 * server asked for.
 */
void nsc_queue_restart(const struct nsc_queue *q, struct nsc_pending *ring, uint64_t time);

/* Octets were lost, and with them who waits for what: none waits. */
static inline void
nsc_queue_forget(struct nsc_queue *q)
{
	q->runs = 0;
}

/* --- answered by identifier ---------------------------------------------------------------- */

/*
 * A request with that identifier.  One that waits with the same one is superseded; of a full
 * table the oldest goes, and false is said (nsc_out_lost).
 */
bool nsc_ids_ask(struct nsc_pending *table, unsigned size, uint32_t id, unsigned kind,
		 unsigned tag, uint64_t time);

/* The request with that identifier, taken out: *p is a copy.  False: none waits. */
bool nsc_ids_take(struct nsc_pending *table, unsigned size, uint32_t id, struct nsc_pending *p);

/* --- both ---------------------------------------------------------------------------------- */

/* ns from the request to `time`; at least 1 if it is known (0: it is not). */
uint64_t nsc_pending_latency(const struct nsc_pending *p, uint64_t time);

/* The request p was answered now: told as an operation. */
static inline void
nsc_out_answered(struct nsc_out *out, const struct nsc_pending *p, unsigned error)
{
	nsc_out_operation(out, p->kind, error, nsc_pending_latency(p, out->time));
}

/* A request's kind or time was given up for want of room. */
static inline void
nsc_out_lost(struct nsc_out *out)
{
	struct nsc_event ev = {.kind = NSC_EVENT_LOSS, .loss = NSC_LOSS_OPERATION};

	out->event(out->arg, &ev);
}

#endif
