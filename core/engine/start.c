/* SPDX-License-Identifier: MIT */
/* The live life of an engine: start, stop, and what is captured, or read at a capture's pace. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/engine_state.h"
#include "engine/feed.h"

static void
say(struct nsc_engine *e, const char *line)
{
	if (e->host.log != NULL)
		e->host.log(e->host.arg, NSC_LOG_WARNING, line);
}

/* --- the option Replay ----------------------------------------------------- */

static int
start_replay(struct nsc_engine *e, bool strict, char err[NSC_ERR])
{
	int rc = nsc_feed_open(&e->feed, e, nsc_config_replay(e->config), NULL, err);

	if (rc == 0 || strict)
		return rc;
	say(e, err);			/* once; it is tried again */
	return 0;
}

/* What is open ends; `rc` is why the capture is not read on, 0 for its end. */
static void
end_replay(struct nsc_engine *e, int rc, char err[NSC_ERR])
{
	if (nsc_feed_finish(e->feed, rc == 0 ? err : NULL) != 0 || rc != 0)
		say(e, err);
	nsc_feed_close(e->feed);
	e->feed = NULL;
	e->ended = true;
}

void
nsc_engine_clock(struct nsc_engine *e, uint64_t now, uint64_t interval)
{
	const char *path = nsc_config_replay(e->config);
	char err[NSC_ERR] = "";
	uint64_t time;
	bool any;
	int rc = 0;

	if (path[0] == '\0' || e->ended ||
	    (e->feed == NULL && nsc_feed_open(&e->feed, e, path, NULL, err) != 0))
		return;
	if (!e->paced) {
		rc = nsc_feed_first(e->feed, &time, &any, err);
		e->anchor = interval > 0 ? time - time % interval : time;
		e->anchored = now;
		e->paced = true;
	}
	time = e->anchor + (now > e->anchored ? now - e->anchored : 0);
	if (rc == 0)
		rc = nsc_feed_until(e->feed, time, &(uint64_t){0}, err);
	if (rc > 0)
		nsc_worker_tick(e->worker[0], time);
	else
		end_replay(e, rc, err);
}

/* --- the host ---------------------------------------------------------------- */

/* Before anything is captured: the first packets find listeners and owners there. */
static int
start_lookout(struct nsc_engine *e, char err[NSC_ERR])
{
	struct nsc_lookout_options o;
	unsigned n = 1 + e->settings.workers;
	int rc;

	if (!nsc_lookout_configure(&o, e->config))
		return 0;
	if (e->found == NULL && (e->found = calloc(1, sizeof *e->found)) == NULL)
		return nsc_error(err, -ENOMEM, "inventory: %s", strerror(ENOMEM));
	nsc_ledger_init(e->found);
	o.facts = e->facts;
	o.facts_lock = &e->facts_lock;
	o.ledger = e->found;
	o.host = e->host;
	o.rows = e->host.rows;
	o.inventory.totals = o.rows;
	nsc_facts_edit(e->facts)->owners_known = o.flows;
	rc = nsc_lookout_new(&e->lookout, &o);
	if (rc < 0)
		return nsc_error(err, rc, "inventory: %s", strerror(-rc));
	e->ledgers.ledger[n] = e->found;
	e->ledgers.sources = nsc_lookout_sources(&o);
	atomic_store(&e->ledgers.count, n + 1);
	return 0;
}

/* --- start and stop -------------------------------------------------------- */

int
nsc_engine_start(struct nsc_engine *e, bool strict, char err[NSC_ERR])
{
	struct nsc_capture_options o;
	int rc;

	if (nsc_config_replay(e->config)[0] != '\0')
		return start_replay(e, strict, err);
	if (nsc_config_item(e->config, NSC_O_LOCAL, 0) != NULL) {
		nsc_error(err, -EINVAL, "Local: only where a capture is read; "
			  "live, the kernel names the addresses");
		if (strict)
			return -EINVAL;
		say(e, err);
	}
	nsc_capture_configure(&o, e->config);
	rc = start_lookout(e, err);
	if (rc != 0)
		return rc;
	o.facts = e->facts;
	o.facts_lock = &e->facts_lock;
	o.worker = e->worker;
	o.workers = e->workers;
	o.ledger = e->own;
	o.cells = &e->cells;
	o.host = e->host;
	rc = nsc_capture_new(&e->capture, &o, err);
	if (rc == 0)
		rc = nsc_capture_start(e->capture, strict, err);
	if (rc == 0 && e->lookout != NULL && (rc = nsc_lookout_start(e->lookout)) < 0)
		nsc_error(err, rc, "inventory: no thread: %s", strerror(-rc));
	if (rc != 0) {
		nsc_capture_free(e->capture);
		e->capture = NULL;
		return rc;
	}
	atomic_store(&e->ledgers.live, true);
	return 0;
}

void
nsc_engine_stop(struct nsc_engine *e)
{
	if (e->feed != NULL)
		end_replay(e, 0, (char[NSC_ERR]){""});
	if (e->capture == NULL)
		return;
	atomic_store(&e->ledgers.live, false);
	nsc_capture_stop(e->capture);
	if (e->lookout != NULL)
		nsc_lookout_stop(e->lookout);
}

int
nsc_engine_interfaces(struct nsc_engine *e, char *text, size_t size)
{
	if (size > 0)
		snprintf(text, size, "%s", nsc_config_replay(e->config));
	return e->capture != NULL ? nsc_capture_interfaces(e->capture, text, size) : 0;
}
