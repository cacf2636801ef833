/* SPDX-License-Identifier: MIT */
/*
 * The table of interfaces, kept fresh: events say that something changed, a dump
 * says what.  Events come in swarms; a look is due when one is over, and not
 * more often than five times a second.  now: ns of a steady clock.
 */
#ifndef NSC_HOST_WATCH_H
#define NSC_HOST_WATCH_H

#include "base/error.h"
#include "host/interfaces.h"

struct nsc_watch {
	struct nsc_interfaces table;	/* as of the last look that went well */
	int fd;				/* readable on events; -1: to be opened */
	bool known;			/* the last look went well */
	uint64_t due;			/* when to look again; 0: no event */
	uint64_t looked;
	uint64_t errors;		/* failures, and events that were lost */
};

void nsc_watch_init(struct nsc_watch *w);
void nsc_watch_close(struct nsc_watch *w);

/* The descriptor is readable. */
void nsc_watch_hear(struct nsc_watch *w, uint64_t now);

/* True when a look is due: after an event, and once a minute without one. */
bool nsc_watch_due(const struct nsc_watch *w, uint64_t now);

/* Takes the table anew.  0, or -errno with err and the table as it was. */
int nsc_watch_look(struct nsc_watch *w, uint64_t now, char err[NSC_ERR]);

#endif
