/* SPDX-License-Identifier: MIT */
/*
 * The interfaces that are captured: what is wanted of the table of interfaces
 * is opened, what is not wanted any more goes.  Belongs to the capture's thread.
 */
#ifndef NSC_ENGINE_TAPS_H
#define NSC_ENGINE_TAPS_H

#include <pthread.h>

#include "engine/capture.h"
#include "engine/live.h"
#include "engine/notice.h"
#include "engine/tap.h"
#include "host/interfaces.h"
#include "host/rows.h"

enum { NSC_TAPS = NSC_LANE_SLOTS };

struct nsc_taps {
	const struct nsc_capture_options *options;
	struct nsc_lane **lane;		/* options->workers of them */
	struct nsc_tap tap[NSC_TAPS];	/* number n has slot n in every lane */

	pthread_mutex_t lock;		/* over rows and names: readers ask for them */
	struct nsc_interface_rows rows;

	struct nsc_notice notice;
	bool missing[NSC_CAPTURE_NAMES];	/* a name's absence was told */
	bool refused;			/* a missing capability was told */
	bool failed[NSC_FACT_INTERFACES];	/* a row's failure was told */

	uint64_t opened, lost, failures;	/* events since the start */
	uint32_t beyond;		/* interfaces that auto leaves out since it has its most, now */
	uint64_t errors;		/* rings that failed or broke, but for absence */
	struct nsc_tap_losses gone;	/* of rings that are closed */
};

/*
 * Brings the taps in line with the table.  The first failure that a person must act
 * on (an absent name, a missing capability) is returned with err; the others go
 * on.  now: ns of a steady clock.  0 if all that is wanted is captured.
 */
int nsc_taps_adjust(struct nsc_taps *t, const struct nsc_interfaces *table, uint64_t now,
		    char err[NSC_ERR]);

/* Closes what its lanes have given back: rings of closed taps, and rings that broke. */
void nsc_taps_reap(struct nsc_taps *t, uint64_t now);

/* Closes everything; the lanes have ended. */
void nsc_taps_close(struct nsc_taps *t);

/* Reads the losses of every ring; sums so far, closed ones with them. */
struct nsc_tap_losses nsc_taps_losses(const struct nsc_taps *t);

/* True while an interface that is not wanted any more is kept for a while. */
bool nsc_taps_waiting(const struct nsc_taps *t);

unsigned nsc_taps_open(const struct nsc_taps *t);
uint64_t nsc_taps_memory(const struct nsc_taps *t);	/* octets of rings */

#endif
