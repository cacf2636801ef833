/* SPDX-License-Identifier: MIT */
/*
 * The live side of an engine: which interfaces are captured, their rings, one
 * thread for each worker, and one more that watches interfaces, tries again what
 * failed and counts losses.
 */
#ifndef NSC_ENGINE_CAPTURE_H
#define NSC_ENGINE_CAPTURE_H

#include <pthread.h>

#include "engine/ledgers.h"
#include "engine/worker.h"
#include "nsc.h"

struct nsc_config;

enum { NSC_CAPTURE_NAMES = 16, NSC_CAPTURE_WORKERS = 16 };

/* Everything is borrowed and outlives the capture. */
struct nsc_capture_options {
	bool off;			/* option Capture off: facts and ticks only */
	bool automatic;			/* `auto` is among the names */
	unsigned names;
	const char *name[NSC_CAPTURE_NAMES];	/* interfaces named by the user */
	uint32_t ring_size;		/* octets an interface, divided among the workers */
	uint32_t snaplen;
	const char *filter;		/* pcap text; "" for none */
	bool promiscuous;
	bool decapsulate;

	struct nsc_facts *facts;	/* the capture writes addresses and interfaces */
	pthread_mutex_t *facts_lock;	/* held over edit and commit; NULL: nobody else writes */
	struct nsc_worker *const *worker;
	unsigned workers;
	struct nsc_ledger *ledger;	/* the host side's */
	struct nsc_cells *cells;	/* what goes into it */
	struct nsc_host host;		/* log */
};

/* Fills what the configuration says; the rest is zero. */
void nsc_capture_configure(struct nsc_capture_options *o, const struct nsc_config *cfg);

struct nsc_capture;

/* 0, -ENOMEM, or -EINVAL with err when the filter's text is wrong.  Opens no ring yet. */
int nsc_capture_new(struct nsc_capture **c, const struct nsc_capture_options *o,
		    char err[NSC_ERR]);

/*
 * Opens what can be opened, tells the facts and starts the threads.  What failed is
 * logged and tried again each second.  strict: a named interface that is absent
 * and a missing privilege are errors, and nothing is left running.
 */
int nsc_capture_start(struct nsc_capture *c, bool strict, char err[NSC_ERR]);

/*
 * Reads what the rings still hold, ends the open flows as `eof`, publishes every
 * ledger and ends the threads (about 70 ms).
 */
void nsc_capture_stop(struct nsc_capture *c);
void nsc_capture_free(struct nsc_capture *c);	/* stops it first; NULL is fine */

/* New limits for every worker (nsc_worker_reconfigure); the first error, or 0. */
int nsc_capture_reconfigure(struct nsc_capture *c, const struct nsc_settings *settings);

/* A reader asked for a publish.  Any thread, at any time between start and free. */
void nsc_capture_wake(struct nsc_capture *c);

/* See nsc_ledgers.iface.  Any thread. */
bool nsc_capture_row(struct nsc_capture *c, unsigned n, struct nsc_row *row);

/* Packets that the kernel had no room for, as of the last collection (exact after stop). */
uint64_t nsc_capture_dropped(const struct nsc_capture *c);

/* "eth0, lo": what is captured now; the number of interfaces.  Any thread. */
int nsc_capture_interfaces(struct nsc_capture *c, char *text, size_t size);

#endif
