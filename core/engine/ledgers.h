/* SPDX-License-Identifier: MIT */
/*
 * What readers need of an engine: its ledgers, a way to have them published,
 * and the names of rows.  The engine owns it; readers hold a pointer.
 */
#ifndef NSC_ENGINE_LEDGERS_H
#define NSC_ENGINE_LEDGERS_H

#include <stdatomic.h>

#include "engine/mask.h"
#include "engine/services.h"
#include "ledger/ledger.h"
#include "scope/scope.h"

enum { NSC_LEDGERS = 18 };		/* 16 workers, the capture and the inventory */

/* The name of a row of an open set: IFACE, PROCESS, UNIT, DOMAIN, SERVICE. */
struct nsc_row {
	char name[64];			/* as the kernel has it; kept while the row is not in use */
	uint32_t generation;		/* changes when the row gets another name: ends the old one */
	bool present;			/* IFACE, SERVICE: it exists */
};

struct nsc_ledgers {
	/*
	 * A ledger is entered before count says so, and stays readable until
	 * the engine is freed.  A writer that takes a ledger over had best begin
	 * with the published copy.  One that begins at zero needs this order:
	 * publish zeros, change incarnation[n], let it begin; then no sum falls,
	 * and what was published but not yet read is lost.
	 */
	struct nsc_ledger *ledger[NSC_LEDGERS];
	_Atomic uint32_t incarnation[NSC_LEDGERS];
	_Atomic uint32_t count;

	/*
	 * Called by a reader after it has asked: wakes the workers (live), or
	 * publishes every ledger before it returns (replay).  Any thread,
	 * several at once.  May be NULL.
	 */
	void (*wake)(void *arg);

	/*
	 * Fills *row; false if that row of the set (nsc_set) never had a name (its cells are
	 * told nowhere).  Any thread.  May be NULL: no names.  A row that is given up
	 * shall be the last to be used again.
	 */
	bool (*row)(void *arg, unsigned set, unsigned n, struct nsc_row *row);

	/* What listens, as of the last look of the inventory.  Any thread.  May be NULL. */
	void (*listen)(void *arg, struct nsc_listen_rows *rows);

	/* And what is known of the rows of SERVICE, NSC_COUNT_SERVICE of them.  May be NULL. */
	void (*services)(void *arg, struct nsc_service_state *state);
	void *arg;

	const struct nsc_networks *networks;	/* rows of NETWORK from 1; may be NULL */
	uint32_t top_n, max_series;		/* options TopN and MaxSeries */
	const struct nsc_mask *mask;		/* option HideNames; may be NULL */
	bool notifications;			/* option Notifications */
	uint32_t sources;			/* of the inventory: bit of each HOST_SOURCE that is wanted */

	/*
	 * True while workers answer: readers wait for them (50 ms at the most)
	 * and measure themselves.  False in replay, whose values owe nothing to
	 * the clock, and after the end.
	 */
	_Atomic bool live;
	_Atomic uint64_t late;		/* reads that took an older copy; readers count here */
};

struct nsc_engine;

/* Its readers' view of it; lives as long as the engine.  (engine.c) */
struct nsc_ledgers *nsc_engine_ledgers(struct nsc_engine *e);

#endif
