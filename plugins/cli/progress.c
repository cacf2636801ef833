/* SPDX-License-Identifier: MIT */
/* A bar on standard error. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "progress.h"
#include "text.h"

enum { WIDTH = 40, FIRST_MS = 500, EVERY_MS = 100 };

static void
after(struct timespec *t, long ms)
{
	clock_gettime(CLOCK_MONOTONIC, t);
	t->tv_nsec += ms % 1000 * 1000000;
	t->tv_sec += ms / 1000 + t->tv_nsec / 1000000000;
	t->tv_nsec %= 1000000000;
}

void
progress_begin(struct progress *p)
{
	*p = (struct progress){.terminal = isatty(STDERR_FILENO)};
	after(&p->next, FIRST_MS);
}

static void
draw(uint64_t done, uint64_t size)
{
	char bar[WIDTH + 1], text[TEXT_FIELD];
	unsigned full;

	if (size == 0) {		/* a pipe: nobody knows */
		fprintf(stderr, "\r%s read  ", text_octets(done, text));
		return;
	}
	if (done > size)
		done = size;
	full = (unsigned)((double)done / (double)size * WIDTH);
	memset(bar, '.', WIDTH);
	memset(bar, '#', full);
	bar[WIDTH] = '\0';
	fprintf(stderr, "\r[%s] %3u %%", bar, (unsigned)((double)done / (double)size * 100));
}

void
progress_tell(void *arg, uint64_t done, uint64_t size)
{
	struct progress *p = arg;
	struct timespec now;

	if (!p->terminal)
		return;
	clock_gettime(CLOCK_MONOTONIC, &now);
	if (now.tv_sec < p->next.tv_sec ||
	    (now.tv_sec == p->next.tv_sec && now.tv_nsec < p->next.tv_nsec))
		return;
	draw(done, size);
	fflush(stderr);
	p->drawn = true;
	after(&p->next, EVERY_MS);
}

void
progress_end(struct progress *p)
{
	if (p->drawn)
		fprintf(stderr, "\r%*s\r", WIDTH + 8, "");
}
