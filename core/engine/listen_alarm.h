/* SPDX-License-Identifier: MIT */
/*
 * Listeners that came, went, or changed exposure or owner between two reads, as alarms
 * (features.md, gap 6; option Notifications).  One alarm for each (protocol, port, scope,
 * executable): another PID, a second socket, another address family are none.
 *
 * It goes by the rows listen/bool-PROTO-PORT-FAMILY-SCOPE-PROCESS-EXPOSURE alone, so that
 * what is said and what is drawn agree.  A service that restarts is away for a moment:
 * gone is what NSC_LISTEN_GONE reads in a row did not find.  An owner that was not known
 * yet and then is, or the other way round, has not changed.
 */
#ifndef NSC_ENGINE_LISTEN_ALARM_H
#define NSC_ENGINE_LISTEN_ALARM_H

#include "nsc.h"

enum {
	NSC_LISTEN_GONE = 3,		/* reads */
	NSC_LISTEN_ALARMS = 16,		/* told of one read; the others are one sum */
	NSC_LISTEN_KNOWN = 512,		/* remembered: twice what MaxListeners allows */
	NSC_LISTEN_KEY = 80		/* the longest value of listen/bool has 67 octets */
};

struct nsc_listen_entry {
	char key[NSC_LISTEN_KEY];	/* "tcp-80-public-nginx" */
	char row[NSC_LISTEN_KEY];	/* the row that showed the exposure: a value of listen/bool */
	uint8_t owner;			/* where the process begins in key */
	uint8_t exposure;		/* nsc_exposure, the most exposed row's */
	uint8_t missing;		/* reads that did not find it */
	bool succeeded;			/* somebody else holds the service now */
};

struct nsc_listen_list {
	struct nsc_listen_entry entry[NSC_LISTEN_KNOWN];
	unsigned count;
};

/* All zero knows nothing; the first read that finds the source at work is what was there. */
struct nsc_listen_alarm {
	struct nsc_listen_list known, now;
	bool begun;
	bool looks;			/* of this read: the source `sockets` works */
	bool cut;			/* of this read: some listeners found no row */
};

/* Takes one sample of a read in. */
void nsc_listen_alarm_sample(struct nsc_listen_alarm *a, const struct nsc_sample *s);

/* The read is complete: tells what changed.  Texts are valid in the callback. */
void nsc_listen_alarm_tell(struct nsc_listen_alarm *a,
			   void (*tell)(void *arg, const struct nsc_alarm *a), void *arg);

#endif
