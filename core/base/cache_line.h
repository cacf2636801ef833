/* SPDX-License-Identifier: MIT */
/* Cache lines: what is larger than one is asked for, and cleared, by the line. */
#ifndef NSC_BASE_CACHE_LINE_H
#define NSC_BASE_CACHE_LINE_H

#include <string.h>

enum { NSC_LINE = 64 };

/* `lines` of them from p on will be written soon. */
static inline void
nsc_lines_fetch(const void *p, unsigned lines)
{
	for (unsigned i = 0; i < lines; i++)
		__builtin_prefetch((const char *)p + i * NSC_LINE, 1);
}

/*
 * To zeros.  Of one large memset compilers make a string instruction, which takes
 * as long as a hundred stores and keeps what is read next waiting.
 */
static inline void
nsc_lines_clear(void *p, unsigned lines)
{
	for (unsigned i = 0; i < lines; i++)
		memset((char *)p + i * NSC_LINE, 0, NSC_LINE);
}

#endif
