/* SPDX-License-Identifier: MIT */
/* The conversations of a golden capture, one a flow. */
#ifndef NSC_TESTS_UNIT_TALKS_H
#define NSC_TESTS_UNIT_TALKS_H

#include "golden.h"
#include "tape.h"

struct talks {
	struct talk *talk;
	unsigned count;
};

static inline void
talks_collect(void *arg, const struct golden_packet *g)
{
	struct talks *t = arg;

	if (g->flow >= t->count)
		t->count = g->flow + 1;
	talk_say(&t->talk[g->flow], g->side, g->p, g->len);
}

/* Room for GOLDEN_FLOWS, cleared here; how many flows there are. */
static inline unsigned
talks_load(struct talk *talk, const char *name)
{
	struct talks t = {talk, 0};
	size_t len;
	char *data = golden_read(name, &len);

	memset(talk, 0, GOLDEN_FLOWS * sizeof *talk);
	golden_packets(data, len, talks_collect, &t);
	free(data);
	return t.count;
}

static inline void
talks_free(struct talk *talk, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		talk_free(&talk[i]);
}

#endif
