/* SPDX-License-Identifier: MIT */
/* The pool behind reassembly: pieces, and who holds them since when. */
#include <errno.h>
#include <stdlib.h>

#include "flow/memory.h"
#include "flow/pieces.h"

enum { FEW = 512 << 10 };	/* octets of pieces, without large pages */

static uint64_t
pieces_of(const struct nsc_reassembly_config *cfg)
{
	uint64_t count = cfg->memory / NSC_PIECE;

	return count > NSC_PIECES_MIN ? count : NSC_PIECES_MIN;
}

static void
set_limits(struct nsc_pool *p, const struct nsc_reassembly_config *cfg)
{
	uint64_t side = (uint64_t)cfg->limit / NSC_PIECE_ROOM * 2 + 4;

	p->cfg = *cfg;
	p->most = (uint32_t)pieces_of(cfg);
	p->side_pieces = (uint16_t)(side < UINT16_MAX ? side : UINT16_MAX);
}

int
nsc_pool_new(struct nsc_pool **pool, const struct nsc_reassembly_config *cfg)
{
	struct nsc_pool *p;

	if (cfg->limit == 0 || cfg->limit > 1 << 30 || pieces_of(cfg) >= UINT32_MAX)
		return -EINVAL;
	p = calloc(1, sizeof *p);
	if (p == NULL)
		return -ENOMEM;
	set_limits(p, cfg);
	p->count = p->most + 1;
	p->carved = 1;
	p->view_size = (size_t)cfg->limit + NSC_VIEW_ROOM;
	p->piece = nsc_reserve_behind((size_t)p->count * NSC_PIECE, FEW);
	p->view[0] = nsc_reserve(p->view_size);
	p->view[1] = nsc_reserve(p->view_size);
	p->stats.memory = (uint64_t)p->count * NSC_PIECE + 2 * p->view_size;
	if (p->piece == NULL || p->view[0] == NULL || p->view[1] == NULL) {
		nsc_pool_free(p);
		return -ENOMEM;
	}
	*pool = p;
	return 0;
}

void
nsc_pool_free(struct nsc_pool *pool)
{
	if (pool == NULL)
		return;
	nsc_unreserve(pool->piece, (size_t)pool->count * NSC_PIECE);
	nsc_unreserve(pool->view[0], pool->view_size);
	nsc_unreserve(pool->view[1], pool->view_size);
	free(pool);
}

const struct nsc_reassembly_stats *
nsc_pool_stats(const struct nsc_pool *pool)
{
	return &pool->stats;
}

uint32_t
nsc_pool_holders(const struct nsc_pool *pool)
{
	return pool->holders;
}

void
nsc_pool_enter(struct nsc_pool *pool, struct nsc_stream *s)
{
	s->newer = NULL;
	s->older = pool->newest;
	if (pool->newest != NULL)
		pool->newest->newer = s;
	else
		pool->oldest = s;
	pool->newest = s;
	pool->holders++;
}

void
nsc_pool_leave(struct nsc_pool *pool, struct nsc_stream *s)
{
	if (s->older != NULL)
		s->older->newer = s->newer;
	else
		pool->oldest = s->newer;
	if (s->newer != NULL)
		s->newer->older = s->older;
	else
		pool->newest = s->older;
	s->older = s->newer = NULL;
	pool->holders--;
}

struct nsc_stream *
nsc_pool_turn(struct nsc_pool *pool, uint64_t now)
{
	struct nsc_stream *s = pool->oldest;

	pool->now = now;
	if (s != NULL) {
		nsc_pool_leave(pool, s);
		nsc_pool_enter(pool, s);
	}
	return s;
}

void
nsc_piece_give(struct nsc_pool *pool, uint32_t piece)
{
	pool->piece[piece].next = pool->free;
	pool->free = piece;
	pool->used--;
}

/*
 * Half-read conversations that went silent must not keep the others from being
 * read: whoever holds octets longest loses them.
 */
static bool
take_from_oldest(struct nsc_pool *pool, const struct nsc_stream *but)
{
	struct nsc_stream *s = pool->oldest != but ? pool->oldest : but->newer;
	uint32_t ready;

	pool->stats.memory_overflows++;
	if (s == NULL)
		return false;
	ready = s->ready;
	nsc_stream_release(pool, s);
	if (ready > 0) {
		s->next += ready;
		s->gap = true;
		pool->stats.gaps++;
	}
	return true;
}

int
nsc_pool_reconfigure(struct nsc_pool *pool, const struct nsc_reassembly_config *cfg)
{
	if (cfg->limit == 0 || cfg->limit + (uint64_t)NSC_VIEW_ROOM > pool->view_size ||
	    pieces_of(cfg) >= pool->count)
		return -EINVAL;
	set_limits(pool, cfg);
	while (pool->used > pool->most && pool->oldest != NULL)
		take_from_oldest(pool, NULL);
	return 0;
}

uint32_t
nsc_piece_take(struct nsc_pool *pool, const struct nsc_stream *s)
{
	struct nsc_piece *p;
	uint32_t i;

	if (pool->used >= pool->most && !take_from_oldest(pool, s))
		return 0;
	pool->used++;
	if (pool->free != 0) {
		i = pool->free;
		pool->free = pool->piece[i].next;
	} else {
		i = pool->carved++;
	}
	p = &pool->piece[i];
	p->next = 0;
	p->seq = 0;
	p->at = p->len = 0;
	return i;
}
