/* SPDX-License-Identifier: MIT */
/*
 * One worker: decoder, flow table, sessions, private cells.  It shares nothing
 * but a ledger (which it writes) and facts (which it reads), and is called by one
 * thread at a time.
 */
#ifndef NSC_ENGINE_WORKER_H
#define NSC_ENGINE_WORKER_H

#include "base/frame.h"
#include "engine/ledgers.h"
#include "engine/settings.h"
#include "ledger/ledger.h"
#include "nsc.h"
#include "scope/facts.h"

struct nsc_worker;

/*
 * Ledger and facts are borrowed and outlive the worker; facts may be mapped read-only.
 * 0, -ENOMEM, or -EBADMSG if settings or ledger come from another build (their layout).
 */
int nsc_worker_new(struct nsc_worker **w, const struct nsc_settings *settings,
		   struct nsc_ledger *ledger, const struct nsc_facts *facts,
		   const struct nsc_host *host);
void nsc_worker_free(struct nsc_worker *w);

/*
 * Takes flow and reassembly limits and timeouts over, between two batches; the rest of the
 * settings stays.  -EINVAL if something would grow beyond its creation.
 */
int nsc_worker_reconfigure(struct nsc_worker *w, const struct nsc_settings *settings);

/* Takes frames in, in the order of their capture. */
void nsc_worker_frames(struct nsc_worker *w, const struct nsc_frame *frames, int n);

/* The clock says now (ns since the epoch), packets or not: expiry, pending queries. */
void nsc_worker_tick(struct nsc_worker *w, uint64_t now);

/* The live clock jumped: deadlines move along. */
void nsc_worker_rebase(struct nsc_worker *w, uint64_t from, uint64_t to);

/* CPU time that its thread has used so far, us (a replay has none: its values depend on packets alone). */
void nsc_worker_cputime(struct nsc_worker *w, uint64_t user, uint64_t system);

/* A row of the set DOMAIN, if it is one of this worker's and has a name.  Any thread. */
bool nsc_worker_domain(const struct nsc_worker *w, unsigned row, struct nsc_row *r);

/* Publishes if a reader asked (or force). */
void nsc_worker_publish(struct nsc_worker *w, bool force);

/* The end: what is open ends as `eof`. */
void nsc_worker_finish(struct nsc_worker *w, uint64_t now);

/* What its flows come out on for one who looks at single ones; NULL unless the host has `rows`. */
struct nsc_tray *nsc_worker_tray(struct nsc_worker *w);

/* Adds this worker's sums to *s, except app_flows: those go to apps[NSC_APPS]. */
void nsc_worker_summary(const struct nsc_worker *w, struct nsc_summary *s, uint64_t *apps);

/* The link type of a frame that could not be read, or -1: the first one, and how many in all. */
int nsc_worker_unknown_link(const struct nsc_worker *w, uint64_t *frames);

/* A label of a flow of this worker. */
struct nsc_text nsc_worker_label(const struct nsc_worker *w, const struct nsc_flow *f, enum nsc_label id);

#endif
