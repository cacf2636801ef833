/* SPDX-License-Identifier: MIT */
/* Address space reserved at once; its pages are zero and cost nothing until they are touched. */
#ifndef NSC_FLOW_MEMORY_H
#define NSC_FLOW_MEMORY_H

#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>

/* NULL when there is no address space. */
static inline void *
nsc_reserve(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

/*
 * The same for what is accessed at random: by large pages from 2 MiB on, which
 * spare the processor walks through the page table.  A small table has none of them.
 */
static inline void *
nsc_reserve_large(size_t size)
{
	const uintptr_t large = 2 << 20;
	char *p = nsc_reserve(size);
	uintptr_t from = ((uintptr_t)p + 2 * large - 1) / large * large;

	if (p != NULL && from < (uintptr_t)p + size)
		(void)madvise((char *)from, size - (from - (uintptr_t)p), MADV_HUGEPAGE);
	return p;
}

static inline void
nsc_unreserve(void *p, size_t size)
{
	if (p != NULL)
		munmap(p, size);
}

#endif
