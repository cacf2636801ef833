/* SPDX-License-Identifier: MIT */
/* A capture through one worker, in the caller's thread and on the capture's clock. */
#include <errno.h>

#include "engine/engine_state.h"
#include "engine/feed.h"

enum { QUIET = 360 };			/* an hour of the default interval */

struct replay {
	struct nsc_engine *engine;
	const struct nsc_replay *how;
	uint64_t next;			/* end of the interval that runs, ns; 0: none has begun */
};

/*
 * The host hears of each interval that ends before the packet at `time`; of a
 * silence (or a damaged timestamp) longer than QUIET intervals, of the first
 * ones and the last.
 */
static void
pass_intervals(struct replay *r, uint64_t time)
{
	const struct nsc_replay *how = r->how;
	unsigned told = 0;

	if (time > INT64_MAX)		/* the year 2262: damage */
		time = INT64_MAX;
	if (r->next == 0)
		r->next = time - time % how->interval_ns + how->interval_ns;
	while (time >= r->next) {
		if (++told == QUIET)
			r->next = time - time % how->interval_ns;
		nsc_worker_tick(r->engine->worker[0], r->next);
		how->interval(how->arg, r->next);
		r->next += how->interval_ns;
	}
}

/* To the end, with a stop at each interval's: until() would wait forever behind the last one. */
static int
run(struct replay *r, struct nsc_feed *f, char err[NSC_ERR])
{
	const uint64_t most = INT64_MAX;
	uint64_t time;
	int rc;

	if (r->how->interval == NULL || r->how->interval_ns == 0)
		return nsc_feed_until(f, UINT64_MAX, &time, err);
	do {
		rc = nsc_feed_until(f, r->next > most ? UINT64_MAX : r->next, &time, err);
		if (rc > 0)
			pass_intervals(r, time);
	} while (rc > 0);
	return rc;
}

int
nsc_engine_replay(struct nsc_engine *e, const char *path, const struct nsc_replay *how,
		  char err[NSC_ERR])
{
	static const struct nsc_replay plain;
	struct replay r = {.engine = e, .how = how != NULL ? how : &plain};
	struct nsc_feed *f;
	int rc, end;

	if (nsc_config_replay(e->config)[0] != '\0')
		return nsc_error(err, -EINVAL, "Replay: %s beside %s: one capture at a time",
				 nsc_config_replay(e->config), path);
	rc = nsc_feed_open(&f, e, path, how, err);
	if (rc != 0)
		return rc;
	rc = run(&r, f, err);
	end = nsc_feed_finish(f, rc == 0 ? err : NULL);
	if (r.next != 0)
		r.how->interval(r.how->arg, r.next);
	nsc_feed_close(f);
	return rc != 0 ? rc : end;
}
