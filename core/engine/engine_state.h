/* SPDX-License-Identifier: MIT */
/* What an engine is made of; private to engine.c, replay.c and start.c. */
#ifndef NSC_ENGINE_ENGINE_STATE_H
#define NSC_ENGINE_ENGINE_STATE_H

#include "dissect/table.h"
#include "engine/capture.h"
#include "engine/config.h"
#include "engine/ledgers.h"
#include "engine/lookout.h"
#include "engine/worker.h"

struct nsc_engine {
	struct nsc_config *config;	/* own copy */
	struct nsc_settings settings;
	struct nsc_host host;
	struct nsc_facts *facts;
	struct nsc_ledgers ledgers;
	struct nsc_mask mask;		/* option HideNames */
	struct nsc_ledger *own;		/* the host side's: ledgers.ledger[0] */
	struct nsc_cells cells;		/* what it publishes */
	struct nsc_worker *worker[NSC_LEDGERS - 1];
	unsigned workers;
	struct nsc_capture *capture;	/* live; NULL before the start and in replay */
	struct nsc_lookout *lookout;	/* live, if the configuration wants anything of the host */
	struct nsc_ledger *found;	/* the lookout's: the last of ledgers; NULL: no lookout yet */
	pthread_mutex_t facts_lock;	/* over edit and commit: capture and lookout write */
	struct nsc_feed *feed;		/* option Replay: open until its end */
	uint64_t anchor;		/* where the capture's clock began, ns since the epoch */
	uint64_t anchored;		/* the host's time there; ns */
	bool looked_at;			/* there is a nsc_rows */
	bool replayed, paced, ended;	/* a capture is or was read; its clock began; its end came */
	uint64_t app_flows[NSC_APPS];	/* of the last summary */
};

#endif
