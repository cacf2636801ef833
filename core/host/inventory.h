/* SPDX-License-Identifier: MIT */
/*
 * The host's inventory: sockets, who holds them, what listens, what is connected; asked
 * for at a read's pace, and told of by events between.  Belongs to one thread.
 */
#ifndef NSC_HOST_INVENTORY_H
#define NSC_HOST_INVENTORY_H

#include "host/connections.h"
#include "host/conntrack.h"
#include "host/listeners.h"
#include "host/names.h"
#include "host/counters.h"
#include "host/sockets.h"
#include "scope/direction.h"
#include "scope/exclude.h"
#include "scope/facts.h"

enum nsc_inventory_source {	/* of self/bool-source_... */
	NSC_INVENTORY_SOCKETS, NSC_INVENTORY_PROCESSES, NSC_INVENTORY_BPF,
	NSC_INVENTORY_NAMESPACES, NSC_INVENTORY_FIREWALL, NSC_INVENTORY_CONNTRACK,
	NSC_INVENTORY_SOURCES
};

struct nsc_inventory_options {
	bool listeners;			/* option Listeners */
	bool firewall;			/* option Firewall: verdicts and exposure of listeners */
	bool conntrack;			/* option Conntrack: translations, where they are made */
	bool connections;		/* the full dump */
	bool totals;			/* with tcp_info */
	bool waiting;			/* with the full dump: count those in TIME_WAIT */
	/* Counters of protocols (host/counters.h): the name of the nth, NULL behind the last. */
	const char *(*counter)(unsigned n);
	bool processes;			/* option Processes or Units */
	bool bpf;			/* option Bpf: auto */
	bool gates;			/* the same: bpf(2) may be asked for others' programs */
	bool namespaces;		/* option Namespaces: all */
	bool script;			/* option ProcessNames: script */
	bool ignore_ephemeral_udp;
	bool once;			/* a command that looks once: no budget, no trace */
	struct nsc_facts *facts;	/* where translations go, borrowed; NULL: to a place of its own */
	const struct nsc_excludes *excludes;	/* what is not told of; borrowed, may be NULL */
};

enum nsc_inventory_failure {	/* of a connect, as the trace tells it */
	NSC_INVENTORY_REFUSED, NSC_INVENTORY_TIMEOUT, NSC_INVENTORY_UNREACHABLE,
	NSC_INVENTORY_FAILED,
	NSC_INVENTORY_FAILURES
};

struct nsc_inventory_stats {
	uint64_t failed[NSC_SCOPES][NSC_INVENTORY_FAILURES];	/* by scope of the remote end */
	uint64_t aborted[NSC_SCOPES];	/* established ones that an RST or abort ended */
	uint64_t waiting[NSC_SCOPES][NSC_DIRECTIONS];	/* in TIME_WAIT at the last whole look */
	uint64_t errors[NSC_INVENTORY_SOURCES];	/* looks at which a source did not work */
	unsigned namespaces, missed;	/* looked into; those that could not be entered */
	struct nsc_trace_stats trace;	/* all zero without one */
	struct nsc_owners_stats owners;
	struct nsc_conntrack_stats conntrack;	/* all zero without it */
	uint32_t translations, evicted;	/* there now; taken for newer ones */
};

struct nsc_inventory;

/* 0 or -ENOMEM.  What cannot be had is off, with a line in `nsc_inventory_source`. */
int nsc_inventory_new(struct nsc_inventory **i, const struct nsc_inventory_options *o);
void nsc_inventory_free(struct nsc_inventory *i);

/* Of the trace; -1: no trace. */
int nsc_inventory_fd(const struct nsc_inventory *i);

/* Takes the trace's events in; owners go into facts at once (NULL: none).  True: a listener came or went. */
bool nsc_inventory_hear(struct nsc_inventory *i, struct nsc_facts *facts, uint64_t now);

/* Of translations; -1: none are listened to. */
int nsc_inventory_conntrack_fd(const struct nsc_inventory *i);

/* Takes its events in. */
void nsc_inventory_translate(struct nsc_inventory *i);

/* Listeners alone (0.1 ms), or everything. */
void nsc_inventory_look(struct nsc_inventory *i, const struct nsc_interfaces *t, bool whole,
			uint64_t now);

/* Writes listeners (nsc_facts_edit; the caller commits) and owners found by the last look. */
void nsc_inventory_tell(struct nsc_inventory *i, struct nsc_facts *facts);

/*
 * As of the last look; borrowed until the next one.  Listeners of the own namespace first;
 * no connections (NULL) unless they were wanted.
 */
const struct nsc_listeners *nsc_inventory_listeners(const struct nsc_inventory *i);
/* Bit of each protocol whose sockets the last look did not get to see whole: 1: TCP, 2: UDP. */
unsigned nsc_inventory_missing(const struct nsc_inventory *i);
struct nsc_connections *nsc_inventory_connections(struct nsc_inventory *i);
void nsc_inventory_stats(const struct nsc_inventory *i, struct nsc_inventory_stats *s);
struct nsc_names *nsc_inventory_names(struct nsc_inventory *i);
const struct nsc_counters *nsc_inventory_counters(const struct nsc_inventory *i);

/* 0: it works, else the -errno, with a line in err (valid until the next look). */
int nsc_inventory_source(const struct nsc_inventory *i, enum nsc_inventory_source s,
			 const char **err);

#endif
