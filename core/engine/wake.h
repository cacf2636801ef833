/* SPDX-License-Identifier: MIT */
/* What the engine's threads share: a clock in ns, and an eventfd that wakes one of them. */
#ifndef NSC_ENGINE_WAKE_H
#define NSC_ENGINE_WAKE_H

#include <errno.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>

static inline uint64_t
nsc_clock(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (uint64_t)t.tv_sec * 1000000000ull + (uint64_t)t.tv_nsec;
}

/* Makes the eventfd readable.  A full counter (EAGAIN) is readable already. */
static inline void
nsc_poke(int fd)
{
	uint64_t one = 1;

	while (write(fd, &one, sizeof one) < 0 && errno == EINTR)
		;
}

#endif
