/* SPDX-License-Identifier: MIT */
/* How TCP and the protocols fare: a reader's samples in some lines for people. */
#ifndef NSC_CLI_HEALTH_H
#define NSC_CLI_HEALTH_H

#include "nsc.h"

enum { HEALTH_COUNTERS = 512, HEALTH_TIMES = 128, HEALTH_TEXT = 40 };

struct health {
	struct {
		/* Of the family db its group, the protocol, is the family's end. */
		char family[HEALTH_TEXT], type[HEALTH_TEXT], value[HEALTH_TEXT];
		uint64_t sum; /* over all groups */
	} counter[HEALTH_COUNTERS];
	struct {
		char family[HEALTH_TEXT], group[HEALTH_TEXT], value[HEALTH_TEXT];
		double seconds;
	} time[HEALTH_TIMES];
	unsigned counters, times;
};

/* A sample of the families tcp, dns, http, tls and db is kept, any other one passed over.  arg:
 * struct health, zero at first. */
void health_take(void *arg, const struct nsc_sample *s);

/* Nothing of what did not happen. */
void health_print(const struct health *h);

#endif
