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

/* The three rounds of a plugin, in its order: a late counter's 0, what is known, what is fresh. */
static void
tell_zero(void *arg, const struct nsc_sample *s)
{
	const struct metrics *m = arg;

	if (nsc_sample_is_late(s))
		print(s, m->now - m->interval, true);
}

static void
tell_known(void *arg, const struct nsc_sample *s)
{
	if (!s->fresh)
		print(s, ((const struct metrics *)arg)->now, false);
}

static void
tell_fresh(void *arg, const struct nsc_sample *s)
{
	if (s->fresh)
		print(s, ((const struct metrics *)arg)->now, false);
}

int
metrics_begin(struct metrics *m, struct nsc_engine *e, double interval)
{
	*m = (struct metrics){.interval = (uint64_t)(interval * 1e9 + 0.5)};
	return nsc_reader_new(&m->reader, e);
}

void
metrics_tell(void *arg, uint64_t now)
{
	struct metrics *m = arg;

	m->now = now;
	nsc_reader_read(m->reader, tell_zero, m);
	nsc_reader_repeat(m->reader, tell_known, m);
	nsc_reader_repeat(m->reader, tell_fresh, m);
}

void
metrics_end(struct metrics *m)
{
	nsc_reader_free(m->reader);
	m->reader = NULL;
}
