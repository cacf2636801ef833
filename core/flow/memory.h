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

static inline void
nsc_unreserve(void *p, size_t size)
{
	if (p != NULL && size > 0)
		munmap(p, size);
}

static inline size_t
nsc_round_up(size_t n, size_t to)
{
	return (n + to - 1) / to * to;
}

/*
 * The same for what is accessed at random: by large pages behind the first `few` octets,
 * which spare the processor walks through the page table, and the kernel most faults.
 * Of what is little used there are none of them.
 */
static inline void *
nsc_reserve_behind(size_t octets, size_t few)
{
	const size_t page = 4096, large = 2 << 20;
	const size_t size = nsc_round_up(octets, page), small = nsc_round_up(few, page);
	char *all = nsc_reserve(size + large), *p;

	if (all == NULL)
		return NULL;
	p = (char *)nsc_round_up((uintptr_t)all + small, large) - small;
	nsc_unreserve(all, (size_t)(p - all));
	nsc_unreserve(p + size, (size_t)(all + large - p));
	if (size > small)
		(void)madvise(p + small, size - small, MADV_HUGEPAGE);
	return p;
}

/* Of a table of flows or conversations, the first 4096. */
static inline void *
nsc_reserve_large(size_t count, size_t item)
{
	return nsc_reserve_behind(count * item, 4096 * item);
}

#endif
