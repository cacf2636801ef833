/* SPDX-License-Identifier: MIT */
/* The reader's samples as lines. */
#include <stdio.h>

#include "metrics.h"

static void
print(const struct nsc_sample *s, uint64_t time, bool zero)
{
	unsigned i;

	printf("%llu.%03u netflowscope-%s%s%s/%s%s%s ", (unsigned long long)(time / 1000000000),
	       (unsigned)(time % 1000000000 / 1000000), s->family, s->group[0] != '\0' ? "-" : "",
	       s->group, s->type, s->value[0] != '\0' ? "-" : "", s->value);
	for (i = 0; i < s->count; i++) {
		if (s->counter)
			printf("%s%llu", i > 0 ? ":" : "", zero ? 0 : (unsigned long long)s->sum[i]);
		else
			printf("%s%.9g", i > 0 ? ":" : "", s->level[i]);
	}
	putchar('\n');
}

static void
tell(void *arg, const struct nsc_sample *s)
{
	const struct metrics *m = arg;

	/* As a plugin does: a counter that shows up late was 0 one interval ago. */
	if (s->fresh && s->counter)
		print(s, m->now - m->interval, true);
	print(s, m->now, false);
}

int
metrics_begin(struct metrics *m, struct nsc_engine *e, double interval)
{
	*m = (struct metrics){.interval = (uint64_t)(interval * 1e9)};
	return nsc_reader_new(&m->reader, e);
}

void
metrics_tell(void *arg, uint64_t now)
{
	struct metrics *m = arg;

	m->now = now;
	nsc_reader_read(m->reader, tell, m);
}

void
metrics_end(struct metrics *m)
{
	nsc_reader_free(m->reader);
	m->reader = NULL;
}
