/* SPDX-License-Identifier: MIT */
/* A bar on standard error for files that take long, on a terminal only. */
#ifndef NSC_CLI_PROGRESS_H
#define NSC_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

struct progress {
	struct timespec next;		/* when to draw again, CLOCK_MONOTONIC */
	bool terminal, drawn;
};

void progress_begin(struct progress *p);
void progress_tell(void *arg, uint64_t done, uint64_t size);	/* arg: struct progress */
void progress_end(struct progress *p);			/* takes the bar away */

#endif
