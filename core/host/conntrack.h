/* SPDX-License-Identifier: MIT */
/*
 * What connection tracking translates (NAT), as far as it is active in this namespace
 * already.  To listen tracks nothing: that begins with somebody's rule.  Events as they come,
 * a dump at the beginning and after events were lost, and single questions about entries of
 * which no event may come.
 */
#ifndef NSC_HOST_CONNTRACK_H
#define NSC_HOST_CONNTRACK_H

#include "base/error.h"
#include "scope/translations.h"

struct nsc_conntrack_options {
	bool once;			/* a command that looks once: no events */
	unsigned room;			/* octets for events that wait; 0: 4 MiB */
};

struct nsc_conntrack_stats {
	bool active;			/* in this namespace, as of the last look */
	uint64_t entries, max;
	uint64_t snat, dnat;		/* connections translated since the beginning */
	uint64_t insert_failed, drop, early_drop;	/* the kernel's, of this namespace */
	uint64_t overruns;		/* times that events were lost */
	uint64_t dumps, malformed;
};

struct nsc_conntrack;
int nsc_conntrack_new(struct nsc_conntrack **c, const struct nsc_conntrack_options *o);	/* 0 or -ENOMEM */
void nsc_conntrack_free(struct nsc_conntrack *c);

/* Of the events; -1: nothing is listened to. */
int nsc_conntrack_fd(const struct nsc_conntrack *c);

/* Called with each translation that was not in the table. */
typedef void nsc_conntrack_fresh(void *arg, const struct nsc_translation *x);

/*
 * A look, at each of the inventory's: begins to listen, dumps if there is reason to, and
 * asks about old entries.  now: steady clock, ns.  0, or -errno with err: what the table
 * holds may be old, the next look tries again.
 */
int nsc_conntrack_look(struct nsc_conntrack *c, struct nsc_translations *t, uint64_t now,
		       nsc_conntrack_fresh *fresh, void *arg, char err[NSC_ERR]);

/* The descriptor is readable: takes events in. */
void nsc_conntrack_hear(struct nsc_conntrack *c, struct nsc_translations *t,
			nsc_conntrack_fresh *fresh, void *arg);

void nsc_conntrack_stats(const struct nsc_conntrack *c, struct nsc_conntrack_stats *s);

#endif
