/* SPDX-License-Identifier: MIT */
/* The live life of an engine: start, stop, and what is captured. */
#include "engine/engine_state.h"

int
nsc_engine_start(struct nsc_engine *e, bool strict, char err[NSC_ERR])
{
	struct nsc_capture_options o;
	int rc;

	nsc_capture_configure(&o, e->config);
	o.facts = e->facts;
	o.worker = e->worker;
	o.workers = e->workers;
	o.ledger = e->own;
	o.cells = &e->cells;
	o.host = e->host;
	rc = nsc_capture_new(&e->capture, &o, err);
	if (rc == 0)
		rc = nsc_capture_start(e->capture, strict, err);
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
	if (e->capture == NULL)
		return;
	atomic_store(&e->ledgers.live, false);
	nsc_capture_stop(e->capture);
}

int
nsc_engine_interfaces(struct nsc_engine *e, char *text, size_t size)
{
	if (size > 0)
		text[0] = '\0';
	return e->capture != NULL ? nsc_capture_interfaces(e->capture, text, size) : 0;
}
