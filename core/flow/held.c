/* SPDX-License-Identifier: MIT */
/* The octets that a stream holds: a sorted list of pieces that never overlap. */
#include "flow/pieces.h"

/* Frees the first piece of the list. */
static void
drop_piece(struct nsc_pool *pool, struct nsc_stream *s)
{
	uint32_t i = s->piece;
	struct nsc_piece *p = &pool->piece[i];

	s->piece = p->next;
	s->pieces--;
	s->held -= p->len;
	pool->stats.held -= p->len;
	nsc_piece_give(pool, i);
	if (s->piece == 0)
		nsc_pool_leave(pool, s);
}

void
nsc_held_drop(struct nsc_pool *pool, struct nsc_stream *s, uint32_t n)
{
	while (s->piece != 0) {
		struct nsc_piece *p = &pool->piece[s->piece];
		uint32_t off = nsc_held_offset(s, p), cut;

		if (off >= n)
			break;
		if (off + p->len > n) {
			cut = n - off;
			p->seq += cut;
			p->at += (uint16_t)cut;
			p->len -= (uint16_t)cut;
			s->held -= cut;
			pool->stats.held -= cut;
			break;
		}
		drop_piece(pool, s);
	}
	s->next += n;
}

void
nsc_held_measure(const struct nsc_pool *pool, struct nsc_stream *s)
{
	const struct nsc_piece *p;

	s->ready = 0;
	for (uint32_t i = s->piece; i != 0; i = p->next) {
		p = &pool->piece[i];
		if (nsc_held_offset(s, p) != s->ready)
			break;
		s->ready += p->len;
	}
	if (s->held == s->ready)
		s->hole_since = 0;
	else if (s->hole_since == 0)
		s->hole_since = pool->now > 0 ? pool->now : 1;
}

void
nsc_held_show(struct nsc_pool *pool, const struct nsc_stream *s, int view, struct nsc_bytes *out)
{
	const struct nsc_piece *p;
	uint32_t n = 0;

	*out = nsc_bytes(NULL, 0);
	if (s->ready == 0)
		return;
	p = &pool->piece[s->piece];
	if (p->len >= s->ready) {
		*out = nsc_bytes(p->data + p->at, s->ready);
		return;
	}
	for (;; p = &pool->piece[p->next]) {
		if (p->len > pool->view_size - n)
			break;
		memcpy(pool->view[view] + n, p->data + p->at, p->len);
		n += p->len;
		if (n >= s->ready)
			break;
	}
	*out = nsc_bytes(pool->view[view], n);
}

/* New octets between prev (0: the front) and what follows it. */
static bool
insert(struct nsc_pool *pool, struct nsc_stream *s, uint32_t *prev, uint32_t seq,
       const uint8_t *data, uint32_t len)
{
	while (len > 0) {
		struct nsc_piece *p = *prev != 0 ? &pool->piece[*prev] : NULL;
		uint32_t room = p != NULL && p->seq + p->len == seq
					? NSC_PIECE_ROOM - (uint32_t)p->at - p->len
					: 0;
		uint32_t n = len < room ? len : room;

		if (n == 0) {
			uint32_t i = nsc_piece_take(pool, s);

			if (i == 0)
				return false;
			p = &pool->piece[i];
			p->seq = seq;
			if (s->piece == 0)
				nsc_pool_enter(pool, s);
			if (*prev != 0) {
				p->next = pool->piece[*prev].next;
				pool->piece[*prev].next = i;
			} else {
				p->next = s->piece;
				s->piece = i;
			}
			*prev = i;
			s->pieces++;
			n = len < NSC_PIECE_ROOM ? len : NSC_PIECE_ROOM;
		}
		memcpy(p->data + p->at + p->len, data, n);
		p->len += (uint16_t)n;
		s->held += n;
		pool->stats.held += n;
		seq += n;
		data += n;
		len -= n;
	}
	return true;
}

bool
nsc_held_merge(struct nsc_pool *pool, struct nsc_stream *s, uint32_t seq, const uint8_t *data,
	       uint32_t len)
{
	uint32_t prev = 0, i = s->piece, at = seq - s->next, end = at + len;
	bool differs = false, all = true;

	while (i != 0 && at < end) {
		struct nsc_piece *p = &pool->piece[i];
		uint32_t off = nsc_held_offset(s, p), stop = off + p->len, n;

		if (off >= end)
			break;
		if (at < off) {
			all = insert(pool, s, &prev, s->next + at, data, off - at);
			if (!all)
				break;
			data += off - at;
			at = off;
		}
		if (at < stop) {
			n = (stop < end ? stop : end) - at;
			if (memcmp(p->data + p->at + (at - off), data, n) != 0) {
				differs = true;
				if (pool->cfg.overlap == NSC_OVERLAP_LAST)
					memcpy(p->data + p->at + (at - off), data, n);
			}
			data += n;
			at += n;
		}
		prev = i;
		i = p->next;
	}
	if (all && at < end)
		all = insert(pool, s, &prev, s->next + at, data, end - at);
	pool->stats.inconsistent += differs;
	return all;
}

void
nsc_stream_release(struct nsc_pool *pool, struct nsc_stream *s)
{
	while (s->piece != 0)
		drop_piece(pool, s);
	s->ready = 0;
	s->hole_since = 0;
	s->cut = false;
	if (pool->direct == s)
		pool->direct = NULL;
}
