/* SPDX-License-Identifier: MIT */
/*
 * What somebody should hear of at once, besides the counters that show it (features.md,
 * row 1.19): packets or a source were lost, a table or a memory is full.  One alarm a
 * kind and read at most; a kind that goes on is told once, until it has been quiet.
 */
#ifndef NSC_ENGINE_ALARM_H
#define NSC_ENGINE_ALARM_H

#include "nsc.h"

enum { NSC_ALARMS = 12, NSC_ALARM_QUIET = 3 };	/* kinds; reads without, after which it is over */

struct nsc_alarm_state {
	bool known;			/* there was a read before */
	bool raised;
	uint8_t quiet;			/* reads since it last happened */
	uint64_t sum, now;		/* of its series at the last read, and at this one */
};

/* Takes one sample of a read in. */
void nsc_alarm_sample(struct nsc_alarm_state state[NSC_ALARMS], const struct nsc_sample *s);

/* The read is complete: tells what begins and what is over. */
void nsc_alarm_tell(struct nsc_alarm_state state[NSC_ALARMS],
		    void (*tell)(void *arg, const struct nsc_alarm *a), void *arg);

#endif
