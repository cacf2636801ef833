/* SPDX-License-Identifier: MIT */
/*
 * A capture that feeds the first worker, as far as the caller's clock says.  Private to
 * the engine: replay.c reads a whole one, start.c one in place of interfaces.
 */
#ifndef NSC_ENGINE_FEED_H
#define NSC_ENGINE_FEED_H

#include "nsc.h"

struct nsc_feed;

/* Opens path; `how` (progress and cancel; borrowed) may be NULL.  0, or -errno with err. */
int nsc_feed_open(struct nsc_feed **f, struct nsc_engine *e, const char *path,
		  const struct nsc_replay *how, char err[NSC_ERR]);

/* Time of the first frame, ns; *any is false if there is none.  0 or -errno with err. */
int nsc_feed_first(struct nsc_feed *f, uint64_t *time, bool *any, char err[NSC_ERR]);

/*
 * Hands frames over, up to the first one whose time is `time` (ns) or later; all of them
 * for UINT64_MAX.  1: that frame waits, its time is in *next; 0: the capture has ended;
 * -errno with err: so it has, by damage, or cancelled.
 */
int nsc_feed_until(struct nsc_feed *f, uint64_t time, uint64_t *next, char err[NSC_ERR]);

/*
 * Ends what is open in the worker; done by nsc_feed_until's caller once it did not
 * answer 1.  -EPROTONOSUPPORT with err if no frame had a link type that is known.
 */
int nsc_feed_finish(struct nsc_feed *f, char err[NSC_ERR]);

void nsc_feed_close(struct nsc_feed *f);	/* NULL is fine */

#endif
