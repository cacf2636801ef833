/* SPDX-License-Identifier: MIT */
/*
 * The thread that looks at the host for an engine: it owns the inventory, writes
 * listeners and owners into the facts, and has a ledger of its own.
 *
 * A whole look ends just before the next read is expected; listeners are looked at each
 * second, and when the kernel says that one came or went.  No reader ever waits for a
 * look: what is published is what the last one found.
 */
#ifndef NSC_ENGINE_LOOKOUT_H
#define NSC_ENGINE_LOOKOUT_H

#include <pthread.h>

#include "engine/ledgers.h"
#include "host/inventory.h"
#include "nsc.h"

/* Everything is borrowed and outlives the lookout. */
struct nsc_lookout_options {
	struct nsc_inventory_options inventory;
	bool flows;			/* flows are told by owner (options Processes, Units) */
	unsigned max_listeners;		/* option MaxListeners */
	bool rows;			/* single connections and listeners are looked at */
	bool connections;		/* and connections are wanted there (option Connections) */
	struct nsc_facts *facts;
	pthread_mutex_t *facts_lock;	/* held over edit and commit */
	struct nsc_ledger *ledger;
	struct nsc_host host;		/* log */
};

struct nsc_config;

/*
 * Fills what the configuration says; the rest is zero.  False if it wants nothing of the
 * host.  excludes is borrowed from cfg.
 */
bool nsc_lookout_configure(struct nsc_lookout_options *o, const struct nsc_config *cfg);

/* Bit of each HOST_SOURCE that these options want. */
uint32_t nsc_lookout_sources(const struct nsc_lookout_options *o);

struct nsc_lookout;

/* Opens what can be opened and looks for the first time (tens of ms).  0 or -ENOMEM, -errno. */
int nsc_lookout_new(struct nsc_lookout **l, const struct nsc_lookout_options *o);

/* The thread.  0 or -errno. */
int nsc_lookout_start(struct nsc_lookout *l);
void nsc_lookout_stop(struct nsc_lookout *l);
void nsc_lookout_free(struct nsc_lookout *l);	/* stops it first; NULL is fine */

/* A reader asked: publishes before it returns.  Any thread, several at once. */
void nsc_lookout_wake(struct nsc_lookout *l);

/* Single rows that have come (engine/sight.h).  Any thread. */
void nsc_lookout_tell_rows(struct nsc_lookout *l, const struct nsc_rows_tell *to);

/* See nsc_ledgers.row: the sets PROCESS, UNIT and SERVICE.  Any thread. */
bool nsc_lookout_row(struct nsc_lookout *l, unsigned set, unsigned n, struct nsc_row *row);

/* See nsc_ledgers.listen: a copy of the last look's. */
void nsc_lookout_listen(struct nsc_lookout *l, struct nsc_listen_rows *rows);

/* See nsc_ledgers.services. */
void nsc_lookout_services(struct nsc_lookout *l, struct nsc_service_state state[NSC_COUNT_SERVICE]);

/*
 * Each listener of the last look, once the lookout has stopped, with its row of the set
 * SERVICE; -1: none, or another namespace's, of whose packets we know nothing.
 */
void nsc_lookout_each(const struct nsc_lookout *l,
		      void (*tell)(void *arg, const struct nsc_listener *listener, int row),
		      void *arg);

#endif
