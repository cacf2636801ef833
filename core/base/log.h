/* SPDX-License-Identifier: MIT */
/*
 * A logger that cannot flood: one line per message and key in ten seconds, and
 * the number of those left out is told with the next one.  Lines go to the host's
 * function; time is a parameter.  Levels are those of nsc.h (0: error; higher: less
 * urgent).  One thread each; no system calls.
 */
#ifndef NSC_BASE_LOG_H
#define NSC_BASE_LOG_H

#include <stdint.h>

enum { NSC_LOG_LINE = 512, NSC_LOG_SITES = 64 };

struct nsc_log_site {
	const char *fmt;	/* the call's format text, by its address; NULL: free */
	uint64_t key;
	uint64_t since;		/* nanoseconds: when its last line was written */
	uint64_t suppressed;	/* lines left out since then */
	int level;
};

struct nsc_log {
	void (*line)(void *arg, int level, const char *line);	/* NULL: silence */
	void *arg;
	int level;		/* lines above it are not written */
	uint64_t suppressed;	/* all lines ever left out */
	struct nsc_log_site site[NSC_LOG_SITES];
};

/* Lines up to `level` go to the function; arg is handed through. */
void nsc_log_init(struct nsc_log *l, int level,
		  void (*line)(void *arg, int level, const char *line), void *arg);

/*
 * Writes a line (control characters as \xNN) unless this format text was written
 * with this key in the last ten seconds.  now: nanoseconds of any steady clock.
 * key tells subjects apart that have a limit of their own, e.g. an ifindex; 0 if
 * there is none.
 */
void nsc_log(struct nsc_log *l, uint64_t now, uint64_t key, int level, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));

/* Tells what was left out longer than ten seconds ago; for the host's slow tick. */
void nsc_log_flush(struct nsc_log *l, uint64_t now);

#endif
