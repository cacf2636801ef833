/* SPDX-License-Identifier: MIT */
/* Pages of equal blocks; the first block of the first page is never given out, so that 0 is none. */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "dissect/slab.h"
#include "flow/memory.h"

enum { PAGE = 4096, UNIT = 16, SIZES = 7, MIN_MEMORY = 1 << 16, FEW = 512 << 10, NONE = 0xffff };

struct page {
	uint32_t prev, next;	/* pages of its size that have room; or next free page */
	uint16_t free;		/* first given-back block; NONE */
	uint16_t carved;	/* blocks below were used once */
	uint16_t used;
	uint8_t size;		/* blocks of 16 << size */
};

struct nsc_slab {
	uint8_t *memory;
	struct page *page;	/* [0] heads the lists and its memory is never used */
	uint32_t count, carved, free;
	uint32_t room[SIZES];	/* pages with room, by size; 0 none */
};

int
nsc_slab_new(struct nsc_slab **slab, uint64_t memory)
{
	struct nsc_slab *s = calloc(1, sizeof *s);
	uint64_t count = (memory > MIN_MEMORY ? memory : MIN_MEMORY) / PAGE + 1;

	if (s == NULL)
		return -ENOMEM;
	if (count > INT32_MAX / (PAGE / UNIT))
		count = INT32_MAX / (PAGE / UNIT);
	s->count = (uint32_t)count;
	s->carved = 1;
	s->memory = nsc_reserve_behind(count * PAGE, FEW);
	s->page = nsc_reserve(count * sizeof *s->page);
	if (s->memory == NULL || s->page == NULL) {
		nsc_slab_free(s);
		return -ENOMEM;
	}
	*slab = s;
	return 0;
}

void
nsc_slab_free(struct nsc_slab *slab)
{
	if (slab == NULL)
		return;
	nsc_unreserve(slab->memory, (size_t)slab->count * PAGE);
	nsc_unreserve(slab->page, (size_t)slab->count * sizeof *slab->page);
	free(slab);
}

static void
link_page(struct nsc_slab *s, uint32_t i)
{
	struct page *p = &s->page[i];

	p->prev = 0;
	p->next = s->room[p->size];
	if (p->next != 0)
		s->page[p->next].prev = i;
	s->room[p->size] = i;
}

static void
unlink_page(struct nsc_slab *s, uint32_t i)
{
	const struct page *p = &s->page[i];

	if (p->prev != 0)
		s->page[p->prev].next = p->next;
	else
		s->room[p->size] = p->next;
	if (p->next != 0)
		s->page[p->next].prev = p->prev;
}

static uint32_t
new_page(struct nsc_slab *s, int size)
{
	uint32_t i = s->free;
	struct page *p;

	if (i != 0)
		s->free = s->page[i].next;
	else if (s->carved < s->count)
		i = s->carved++;
	else
		return 0;
	p = &s->page[i];
	p->free = NONE;
	p->carved = p->used = 0;
	p->size = (uint8_t)size;
	link_page(s, i);
	return i;
}

uint32_t
nsc_slab_take(struct nsc_slab *slab, size_t size)
{
	int class = 0;
	uint32_t i, n, block;
	struct page *p;

	if (size > NSC_SLAB_MAX)
		return 0;
	while ((size_t)UNIT << class < size)
		class++;
	i = slab->room[class];
	if (i == 0)
		i = new_page(slab, class);
	if (i == 0)
		return 0;
	p = &slab->page[i];
	n = p->free != NONE ? p->free : p->carved;
	block = i * (PAGE / UNIT) + (n << class);
	if (n == p->carved)
		p->carved++;
	else
		memcpy(&p->free, nsc_slab_at(slab, block), sizeof p->free);
	if (++p->used == PAGE / (UNIT << class))
		unlink_page(slab, i);
	return block;
}

void
nsc_slab_give(struct nsc_slab *slab, uint32_t block)
{
	uint32_t i = block / (PAGE / UNIT);
	struct page *p = &slab->page[i];

	if (block == 0)
		return;
	memcpy(nsc_slab_at(slab, block), &p->free, sizeof p->free);
	p->free = (uint16_t)((block - i * (PAGE / UNIT)) >> p->size);
	if (p->used-- == PAGE / (UNIT << p->size))
		link_page(slab, i);
	if (p->used == 0) {
		unlink_page(slab, i);
		p->next = slab->free;
		slab->free = i;
	}
}

void *
nsc_slab_at(const struct nsc_slab *slab, uint32_t block)
{
	return block != 0 ? slab->memory + (size_t)block * UNIT : NULL;
}

uint64_t
nsc_slab_memory(const struct nsc_slab *slab)
{
	return (uint64_t)slab->count * (PAGE + sizeof *slab->page);
}
