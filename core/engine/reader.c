/* SPDX-License-Identifier: MIT */
/*
 * One consumer: what happened since its last read, by row and name, told as samples.
 * Every increment of a set's rows is told exactly once: under its row's name, or in `other`.
 */
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "engine/alarm.h"
#include "engine/listen_alarm.h"
#include "engine/permitted.h"
#include "engine/sums.h"
#include "engine/teller.h"
#include "nsc.h"

struct nsc_reader {
	struct nsc_ledgers *ledgers;
	struct nsc_sums sums;
	struct nsc_groups groups;
	struct nsc_listen_told listeners;
	struct nsc_permitted permitted;
	struct nsc_teller teller;
	uint64_t took;			/* ns, of the last read; live only */
	struct nsc_alarm_state alarm[NSC_ALARMS];
	struct nsc_listen_alarm listen;
};

static uint64_t
clock_of(const struct nsc_reader *r)
{
	struct timespec t = {0};

	if (atomic_load(&r->ledgers->live))
		clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

int
nsc_reader_new(struct nsc_reader **out, struct nsc_engine *e)
{
	struct nsc_reader *r = calloc(1, sizeof *r);
	int rc;

	*out = NULL;
	if (r == NULL)
		return -ENOMEM;
	r->ledgers = nsc_engine_ledgers(e);
	nsc_groups_init(&r->groups);
	r->teller = (struct nsc_teller){.ledgers = r->ledgers, .groups = &r->groups,
					.listeners = &r->listeners, .now = &r->sums.now};
	rc = nsc_teller_open(&r->teller);
	if (rc == 0)
		rc = nsc_sums_begin(&r->sums, r->ledgers);
	if (rc < 0) {
		nsc_reader_free(r);
		return rc;
	}
	*out = r;
	return 0;
}

void
nsc_reader_free(struct nsc_reader *r)
{
	if (r == NULL)
		return;
	nsc_sums_end(&r->sums);
	nsc_teller_close(&r->teller);
	free(r);
}

int
nsc_reader_read(struct nsc_reader *r, void (*tell)(void *arg, const struct nsc_sample *s),
		void *arg)
{
	uint64_t began = clock_of(r), now;
	unsigned hidden;
	int rc;

	rc = nsc_sums_look(&r->sums, r->ledgers);
	nsc_listen_told_read(&r->listeners, r->ledgers);
	nsc_permitted_read(&r->permitted, r->ledgers, &r->sums.now);
	hidden = nsc_groups_choose(&r->groups, r->ledgers, &r->sums.now);
	r->sums.now.cell[NSC_CELL(SELF_SERIES, 0, NSC_V_SERIES_SUPPRESSED)] = hidden;
	r->sums.now.cell[NSC_CELL(SELF_READ, 0, 0)] = r->took;
	nsc_teller_tell(&r->teller);
	nsc_reader_repeat(r, tell, arg);
	now = clock_of(r);
	r->took = now > began && began > 0 ? now - began : 0;
	return rc;
}

void
nsc_reader_repeat(struct nsc_reader *r, void (*tell)(void *arg, const struct nsc_sample *s),
		  void *arg)
{
	unsigned i;

	for (i = 0; i < r->teller.samples; i++)
		tell(arg, &r->teller.sample[i]);
}

void
nsc_reader_alarms(struct nsc_reader *r, void (*tell)(void *arg, const struct nsc_alarm *a), void *arg)
{
	unsigned i;

	if (!r->ledgers->notifications)
		return;
	for (i = 0; i < r->teller.samples; i++) {
		nsc_alarm_sample(r->alarm, &r->teller.sample[i]);
		nsc_listen_alarm_sample(&r->listen, &r->teller.sample[i]);
	}
	nsc_alarm_tell(r->alarm, tell, arg);
	nsc_listen_alarm_tell(&r->listen, tell, arg);
}
