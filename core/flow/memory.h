/* SPDX-License-Identifier: MIT */
/* Address space reserved at once; its pages are zero and cost nothing until they are touched. */
#ifndef NSC_FLOW_MEMORY_H
#define NSC_FLOW_MEMORY_H

#include <stddef.h>
#include <sys/mman.h>

/* NULL when there is no address space. */
static inline void *
nsc_reserve(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

static inline void
nsc_unreserve(void *p, size_t size)
{
	if (p != NULL)
		munmap(p, size);
}

#endif
