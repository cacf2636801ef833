/* SPDX-License-Identifier: MIT */
/* The rate-limited logger: a small table of the messages that were written lately. */
#include "base/log.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"

#define LIMIT UINT64_C(10000000000)	/* nanoseconds between two lines of a site */

void
nsc_log_init(struct nsc_log *l, int level,
	     void (*line)(void *arg, int level, const char *line), void *arg)
{
	memset(l, 0, sizeof *l);
	l->line = line;
	l->arg = arg;
	l->level = level;
}

/* A clock that went back does not silence a site for longer than the limit. */
static bool
is_over(const struct nsc_log_site *s, uint64_t now)
{
	return now < s->since || now - s->since >= LIMIT;
}

/* The message's own row; else a free one; else the oldest, whose count is told first. */
static struct nsc_log_site *
find_site(struct nsc_log *l, const char *fmt, uint64_t key)
{
	struct nsc_log_site *best = &l->site[0];

	for (struct nsc_log_site *s = l->site; s < l->site + NSC_LOG_SITES; s++) {
		if (s->fmt == fmt && s->key == key)
			return s;
		if (s->fmt == NULL ? best->fmt != NULL
				   : best->fmt != NULL && s->since < best->since)
			best = s;
	}
	return best;
}

static void
tell_suppressed(struct nsc_log *l, struct nsc_log_site *s)
{
	char line[NSC_LOG_LINE], text[NSC_ERR];

	if (s->suppressed == 0)
		return;
	(void)nsc_error(text, 0, "%s", s->fmt);
	snprintf(line, sizeof line, "%" PRIu64 " more like \"%s\" were not logged", s->suppressed,
		 text);
	s->suppressed = 0;
	l->line(l->arg, s->level, line);
}

void
nsc_log(struct nsc_log *l, uint64_t now, uint64_t key, int level, const char *fmt, ...)
{
	char line[NSC_LOG_LINE], raw[NSC_LOG_LINE], text[NSC_ERR];
	struct nsc_log_site *s;
	va_list ap;

	if (l->line == NULL || level > l->level)
		return;
	s = find_site(l, fmt, key);
	if (s->fmt == fmt && s->key == key && !is_over(s, now)) {
		s->suppressed++;
		l->suppressed++;
		return;
	}
	if (s->fmt != fmt || s->key != key) {
		tell_suppressed(l, s);
		*s = (struct nsc_log_site){.fmt = fmt, .key = key};
	}
	va_start(ap, fmt);
	vsnprintf(raw, sizeof raw, fmt, ap);
	va_end(ap);
	(void)nsc_error(text, 0, "%s", raw);
	if (s->suppressed > 0)
		snprintf(line, sizeof line, "%s (%" PRIu64 " more were not logged)", text,
			 s->suppressed);
	else
		snprintf(line, sizeof line, "%s", text);
	s->since = now;
	s->suppressed = 0;
	s->level = level;
	l->line(l->arg, level, line);
}

void
nsc_log_flush(struct nsc_log *l, uint64_t now)
{
	if (l->line == NULL)
		return;
	for (struct nsc_log_site *s = l->site; s < l->site + NSC_LOG_SITES; s++)
		if (s->fmt != NULL && s->suppressed > 0 && is_over(s, now)) {
			tell_suppressed(l, s);
			s->since = now;
		}
}
