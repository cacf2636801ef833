/* SPDX-License-Identifier: MIT */
/*
 * When to look at the host: whole looks end just before the next read is expected, and cost
 * a small share of the time; listeners are looked at each second, and sooner, but not more
 * than ten times a second, when one came or went.  Without events whole looks come as
 * often, as far as they are cheap.  Pure; all times in ns of a steady clock.
 */
#ifndef NSC_ENGINE_PACE_H
#define NSC_ENGINE_PACE_H

#include <stdbool.h>
#include <stdint.h>

struct nsc_pace {
	uint64_t asked, gap;		/* the last ask, and its distance from the one before */
	uint64_t whole, listeners;	/* when such a look last ended */
	uint64_t took;			/* a whole look, the longest of late */
	bool hint;			/* a listener came or went */
	bool blind;			/* no events: looks alone tell whose a connection is */
};

enum nsc_look { NSC_LOOK_NONE, NSC_LOOK_LISTENERS, NSC_LOOK_WHOLE };

/* A reader asked. */
void nsc_pace_ask(struct nsc_pace *p, uint64_t now);

/* What to do now; *until: when to ask again if nothing happens before. */
enum nsc_look nsc_pace_next(const struct nsc_pace *p, uint64_t now, uint64_t *until);

/* A look ended. */
void nsc_pace_looked(struct nsc_pace *p, enum nsc_look what, uint64_t began, uint64_t ended);

#endif
