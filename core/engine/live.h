/* SPDX-License-Identifier: MIT */
/*
 * The thread of one worker: waits for its rings, hands frames on, keeps the
 * clock.  Rings come and go through slots; the packet path never waits for
 * whoever brings or takes them.
 *
 * One other thread (the capture's) calls these functions, but for wake.
 */
#ifndef NSC_ENGINE_LIVE_H
#define NSC_ENGINE_LIVE_H

#include <stdbool.h>

#include "engine/worker.h"
#include "source/source.h"

enum { NSC_LANE_SLOTS = 40 };		/* 16 interfaces, and those that are leaving */

struct nsc_lane;

/* The eventfd `notify` (borrowed) is written when a slot needs a look.  0 or -errno. */
int nsc_lane_new(struct nsc_lane **l, struct nsc_worker *w, int notify);
void nsc_lane_free(struct nsc_lane *l);		/* stopped; its sources are not closed */

int nsc_lane_start(struct nsc_lane *l, unsigned number);

/* Lends a ring to the thread in a free slot. */
void nsc_lane_put(struct nsc_lane *l, unsigned slot, struct nsc_source *s);

/* Asks for it back: it is muted and read to its end first (NSC_RING_LINGER_MS). */
void nsc_lane_withdraw(struct nsc_lane *l, unsigned slot);

/*
 * True once the thread does not use the slot's ring any more (after a
 * withdraw, or by itself when the ring failed); the slot is free then.  *error
 * is the last -errno of the ring since the last call, 0 if there was none.
 */
bool nsc_lane_done(struct nsc_lane *l, unsigned slot, int *error);

/* Wakes it: somebody wants a publish.  Any thread. */
void nsc_lane_wake(struct nsc_lane *l);

/* nsc_worker_reconfigure between two waits of the thread; returns its result when it is done. */
int nsc_lane_reconfigure(struct nsc_lane *l, const struct nsc_settings *settings);

/* Begins the end: rings are read to their end, flows end, the ledger is published. */
void nsc_lane_stop(struct nsc_lane *l);
void nsc_lane_join(struct nsc_lane *l);

#endif
