/* SPDX-License-Identifier: MIT */
/* Frames of a capture, through the option Filter, to a worker: cut where the caller says. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decode/decode.h"
#include "engine/engine_state.h"
#include "engine/feed.h"
#include "source/file.h"
#include "source/match.h"

enum { FRAMES = 64, BATCHES_PER_PROGRESS = 256 };

struct nsc_feed {
	struct nsc_engine *engine;
	const struct nsc_replay *how;
	struct nsc_source *source;
	struct nsc_match *match;	/* option Filter; NULL: everything */
	unsigned batches;
	int at, count;			/* frames of the batch: handed over, in all */
	struct nsc_frame frame[FRAMES];
	char path[NSC_ERR];
};

static void
tell_progress(struct nsc_feed *f)
{
	struct nsc_source_stats st;

	if (f->how->progress == NULL || ++f->batches % BATCHES_PER_PROGRESS != 0)
		return;
	f->source->ops->stats(f->source, &st);
	f->how->progress(f->how->arg, st.offset, st.size);
}

/* Reads on if the batch is used up: frames that wait, 0 at the end, or -errno. */
static int
fill(struct nsc_feed *f, char err[NSC_ERR])
{
	int n;

	while (f->at >= f->count) {
		n = f->source->ops->batch(f->source, f->frame, FRAMES, err);
		if (n < 0 && n != -EINTR)
			f->engine->cells.cell[NSC_CELL(SELF_SOURCE, 0, NSC_V_SOURCE_CAPTURE)] = 0;
		if (f->how->cancel != NULL && *f->how->cancel)
			return nsc_error(err, -ECANCELED, "%s: interrupted", f->path);
		if (n == -EINTR)	/* a pipe, and a signal that was not for us */
			continue;
		if (n <= 0)
			return n;
		if (f->match != NULL && (n = nsc_match_frames(f->match, f->frame, n, err)) < 0)
			return n;
		f->at = 0;
		f->count = n;
		tell_progress(f);
	}
	return f->count - f->at;
}

int
nsc_feed_first(struct nsc_feed *f, uint64_t *time, bool *any, char err[NSC_ERR])
{
	int n = fill(f, err);

	*any = n > 0;
	*time = n > 0 ? f->frame[f->at].time : 0;
	return n < 0 ? n : 0;
}

/* As many as come before that time. */
static int
frames_before(const struct nsc_frame *frame, int n, uint64_t time)
{
	int i;

	for (i = 0; i < n && frame[i].time < time; i++)
		;
	return i;
}

int
nsc_feed_until(struct nsc_feed *f, uint64_t time, uint64_t *next, char err[NSC_ERR])
{
	int n, i;

	while ((n = fill(f, err)) > 0) {
		i = time == UINT64_MAX ? n : frames_before(f->frame + f->at, n, time);
		nsc_worker_frames(f->engine->worker[0], f->frame + f->at, i);
		f->at += i;
		if (i == n)
			continue;
		*next = f->frame[f->at].time;
		return 1;
	}
	return n;
}

int
nsc_feed_finish(struct nsc_feed *f, char err[NSC_ERR])
{
	struct nsc_worker *w = f->engine->worker[0];
	struct nsc_summary s;
	uint64_t frames;
	int link;

	nsc_engine_summary(f->engine, &s);
	nsc_worker_finish(w, s.last);
	link = nsc_worker_unknown_link(w, &frames);
	if (link < 0 && frames == 0 && s.packets == 0)
		link = nsc_file_link(f->source) >= 0 &&
				       !nsc_link_known((uint16_t)nsc_file_link(f->source))
			       ? nsc_file_link(f->source) : -1;
	if (link >= 0)
		return nsc_error(err, -EPROTONOSUPPORT, "%s: unsupported link type %d", f->path, link);
	return 0;
}

int
nsc_feed_open(struct nsc_feed **out, struct nsc_engine *e, const char *path,
	      const struct nsc_replay *how, char err[NSC_ERR])
{
	static const struct nsc_replay plain;
	const char *filter = nsc_config_filter(e->config);
	struct nsc_feed *f = calloc(1, sizeof *f);
	int rc;

	*out = NULL;
	if (f == NULL)
		return nsc_error(err, -ENOMEM, "%s: %s", path, strerror(ENOMEM));
	f->engine = e;
	f->how = how != NULL ? how : &plain;
	snprintf(f->path, sizeof f->path, "%s", path);
	rc = nsc_file_open(&f->source, path, err);
	if (rc == 0 && filter[0] != '\0' && nsc_match_new(&f->match, filter) != 0)
		rc = nsc_error(err, -ENOMEM, "filter: %s", strerror(ENOMEM));
	if (rc != 0) {
		nsc_feed_close(f);
		return rc;
	}
	e->replayed = true;
	e->cells.cell[NSC_CELL(SELF_SOURCE, 0, NSC_V_SOURCE_CAPTURE)] = 1;
	*out = f;
	return 0;
}

void
nsc_feed_close(struct nsc_feed *f)
{
	if (f == NULL)
		return;
	nsc_match_free(f->match);
	nsc_source_close(f->source);
	free(f);
}
