/* SPDX-License-Identifier: MIT */
/* A capture through one worker, in the caller's thread and on the capture's clock. */
#include <errno.h>
#include <string.h>

#include "decode/decode.h"
#include "engine/engine_state.h"
#include "source/file.h"
#include "source/match.h"

enum { FRAMES = 256, BATCHES_PER_PROGRESS = 64, QUIET = 2 };

struct replay {
	struct nsc_engine *engine;
	const struct nsc_replay *how;
	const char *path;
	struct nsc_source *source;
	struct nsc_match *match;	/* option Filter; NULL: everything */
	uint64_t next;			/* end of the interval that runs, ns; 0: none has begun */
	unsigned batches;
};

/*
 * The host hears of each interval that ends before the packet at `time`; of a
 * silence (or a damaged timestamp) longer than QUIET intervals, of the first
 * and the last.
 */
static void
pass_intervals(struct replay *r, uint64_t time)
{
	const struct nsc_replay *how = r->how;
	unsigned told = 0;

	if (how->interval == NULL || how->interval_ns == 0)
		return;
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

/* Hands frames over, cut where an interval ends. */
static void
hand_over(struct replay *r, const struct nsc_frame *f, int n)
{
	int from = 0, i;

	if (r->how->interval != NULL)
		for (i = 0; i < n; i++) {
			if (r->next != 0 && f[i].time < r->next)
				continue;
			nsc_worker_frames(r->engine->worker[0], f + from, i - from);
			from = i;
			pass_intervals(r, f[i].time);
		}
	nsc_worker_frames(r->engine->worker[0], f + from, n - from);
}

static void
tell_progress(struct replay *r)
{
	struct nsc_source_stats st;

	if (r->how->progress == NULL || ++r->batches % BATCHES_PER_PROGRESS != 0)
		return;
	r->source->ops->stats(r->source, &st);
	r->how->progress(r->how->arg, st.offset, st.size);
}

static int
run(struct replay *r, char err[NSC_ERR])
{
	struct nsc_frame frame[FRAMES];
	int n;

	for (;;) {
		n = r->source->ops->batch(r->source, frame, FRAMES, err);
		if (r->how->cancel != NULL && *r->how->cancel)
			return nsc_error(err, -ECANCELED, "%s: interrupted", r->path);
		if (n == -EINTR)	/* a pipe, and a signal that was not for us */
			continue;
		if (n <= 0)
			return n;
		if (r->match != NULL && (n = nsc_match_frames(r->match, frame, n, err)) < 0)
			return n;
		hand_over(r, frame, n);
		tell_progress(r);
	}
}

int
nsc_engine_replay(struct nsc_engine *e, const char *path, const struct nsc_replay *how,
		  char err[NSC_ERR])
{
	static const struct nsc_replay plain;
	struct replay r = {.engine = e, .how = how != NULL ? how : &plain, .path = path};
	const char *filter = nsc_config_filter(e->config);
	struct nsc_summary s;
	uint64_t frames;
	int link, rc;

	rc = nsc_file_open(&r.source, path, err);
	if (rc != 0)
		return rc;
	e->replayed = true;
	if (filter[0] != '\0' && nsc_match_new(&r.match, filter) != 0)
		rc = nsc_error(err, -ENOMEM, "filter: %s", strerror(ENOMEM));
	else
		rc = run(&r, err);
	nsc_engine_summary(e, &s);
	nsc_worker_finish(e->worker[0], s.last);
	if (r.next != 0)
		r.how->interval(r.how->arg, r.next);
	link = nsc_worker_unknown_link(e->worker[0], &frames);
	if (link < 0 && rc == 0 && frames == 0 && s.packets == 0)
		link = nsc_file_link(r.source) >= 0 && !nsc_link_known((uint16_t)nsc_file_link(r.source))
			       ? nsc_file_link(r.source) : -1;
	if (rc == 0 && link >= 0)
		rc = nsc_error(err, -EPROTONOSUPPORT, "%s: unsupported link type %d", path, link);
	nsc_match_free(r.match);
	nsc_source_close(r.source);
	return rc;
}
