/* SPDX-License-Identifier: MIT */
/*
 * A stream: what waits to be read, and what waits for a hole to be filled.
 *
 * All positions are offsets from `next`, so that sequence numbers may wrap
 * (RFC 9293, 3.4).  Octets to skip and octets held exclude each other: as long
 * as skip > 0, nothing is held.
 */
#include "flow/pieces.h"

enum { WINDOW = 1 << 30 };	/* the largest window (RFC 7323, 2.3) */

/* ns: a clock that is further back than that was set, and holes can't be timed by it. */
#define CLOCK_STEP UINT64_C(60000000000)

void
nsc_stream_start(struct nsc_stream *s, uint32_t seq)
{
	s->next = seq + 1;
	s->started = true;
}

static void
give_up_hole(struct nsc_pool *pool, struct nsc_stream *s)
{
	nsc_held_drop(pool, s, s->ready);
	s->next = pool->piece[s->piece].seq;
	s->gap = true;
	s->hole_since = 0;
	pool->stats.gaps++;
	nsc_held_measure(pool, s);
}

/* A loss that is known to be final is not waited for. */
static void
pass_uncaptured(struct nsc_pool *pool, struct nsc_stream *s)
{
	int32_t left = (int32_t)(s->lost - s->next);

	if (!s->cut || left <= (int32_t)s->ready) {
		s->cut = s->cut && left > 0 && (uint32_t)left > s->ready;
		return;
	}
	if (s->held > s->ready) {
		const struct nsc_piece *p = &pool->piece[s->piece];

		for (uint32_t n = s->ready; n > 0; p = &pool->piece[p->next])
			n -= p->len;
		if (nsc_held_offset(s, p) <= (uint32_t)left) {
			give_up_hole(pool, s);
			s->cut = false;
			return;
		}
	}
	if (s->ready == 0) {
		s->next = s->lost;
		s->gap = true;
		s->cut = false;
		pool->stats.gaps++;
		nsc_held_measure(pool, s);
	}
}

/* Back within the limits, as the policy says.  `full`: the pool had no room for a segment. */
static enum nsc_offer
enforce(struct nsc_pool *pool, struct nsc_stream *s, bool full, struct nsc_bytes *out)
{
	if (!full) {
		if (s->held <= pool->cfg.limit && s->pieces <= pool->side_pieces)
			return NSC_OFFER_HELD;
		pool->stats.overflows++;
	}
	if (pool->cfg.overflow == NSC_OVERFLOW_DROP_FLOW)
		return NSC_OFFER_OVERFLOW;
	if (s->held > s->ready) {
		give_up_hole(pool, s);
		nsc_held_show(pool, s, 0, out);
		return NSC_OFFER_READY;
	}
	nsc_held_drop(pool, s, s->ready);
	s->gap = true;
	pool->stats.gaps++;
	nsc_held_measure(pool, s);
	return NSC_OFFER_HELD;
}

bool
nsc_stream_overdue(const struct nsc_pool *pool, const struct nsc_stream *s, uint64_t now)
{
	if (s->hole_since == 0)
		return false;
	if (now < s->hole_since)
		return s->hole_since - now > CLOCK_STEP;
	return now - s->hole_since >= (uint64_t)pool->cfg.hole_ms * 1000000;
}

/* The segment's rest was not captured, and all before that can be read. */
static void
note_cut(struct nsc_stream *s, uint32_t seq, uint32_t caplen, uint32_t len)
{
	if (seq - s->next + caplen == s->ready) {
		s->cut = true;
		s->lost = seq + len;
	}
}

/* A segment that is late, early, or comes while others are held. */
static enum nsc_offer
offer_held(struct nsc_pool *pool, struct nsc_stream *s, uint32_t seq, const uint8_t *data,
	   uint32_t caplen, uint32_t len, struct nsc_bytes *out)
{
	uint32_t ready = s->ready;
	uint32_t next = s->next;
	bool all;

	if (caplen > NSC_VIEW_ROOM)
		caplen = NSC_VIEW_ROOM;
	if (seq - s->next > ready)
		pool->stats.out_of_order++;
	all = nsc_held_merge(pool, s, seq, data, caplen);
	nsc_held_measure(pool, s);
	if (all && caplen < len)
		note_cut(s, seq, caplen, len);
	pass_uncaptured(pool, s);
	/* Once the hole before it is passed, what is missing behind it comes next. */
	if (all && caplen < len && !s->cut)
		note_cut(s, seq, caplen, len);
	if (s->next != next ? s->ready > 0 : s->ready > ready) {
		nsc_held_show(pool, s, 0, out);
		return NSC_OFFER_READY;
	}
	if (!all)
		return enforce(pool, s, true, out);
	if (nsc_stream_overdue(pool, s, pool->now))
		return nsc_stream_give_up(pool, s, out);
	return enforce(pool, s, false, out);
}

enum nsc_offer
nsc_stream_offer(struct nsc_pool *pool, struct nsc_stream *s, uint32_t seq, const uint8_t *data,
		 uint32_t caplen, uint32_t len, uint64_t now, struct nsc_bytes *out)
{
	int64_t off, end;

	*out = nsc_bytes(NULL, 0);
	pool->direct = NULL;
	pool->now = now;
	if (len == 0)
		return NSC_OFFER_HELD;
	if (!s->started)
		nsc_stream_start(s, seq - 1);
	off = (int32_t)(seq - s->next);
	end = off + (int64_t)len;
	if (end <= 0)
		return NSC_OFFER_HELD;
	if (end > WINDOW) {
		pool->stats.stray++;
		return NSC_OFFER_HELD;
	}
	if (s->skip > 0) {
		uint64_t n = (uint64_t)end < s->skip ? (uint64_t)end : s->skip;

		s->skip -= n;
		s->next += (uint32_t)n;
		off -= (int64_t)n;
		end -= (int64_t)n;
		if (end == 0)
			return NSC_OFFER_HELD;
	}
	if (off < 0) {
		uint32_t n = (uint32_t)-off;

		data = n < caplen ? data + n : NULL;
		caplen = n < caplen ? caplen - n : 0;
		len -= n;
		seq += n;
		off = 0;
	}
	if (off > 0 || s->piece != 0)
		return offer_held(pool, s, seq, data, caplen, len, out);
	if (caplen < len) {
		s->cut = true;
		s->lost = seq + len;
		if (caplen == 0) {
			pass_uncaptured(pool, s);
			return NSC_OFFER_HELD;
		}
	}
	pool->direct = s;
	pool->data = data;
	pool->len = caplen;
	*out = nsc_bytes(data, caplen);
	return NSC_OFFER_READY;
}

/* The octets that the reader does not want: those at hand are dropped, the others' number is kept. */
static void
skip_on(struct nsc_pool *pool, struct nsc_stream *s, uint64_t skip)
{
	uint32_t far = 0, n;
	const struct nsc_piece *p;

	for (uint32_t i = s->piece; i != 0; i = p->next) {
		p = &pool->piece[i];
		far = nsc_held_offset(s, p) + p->len;
	}
	if (s->cut && (int32_t)(s->lost - s->next) > (int32_t)far)
		far = s->lost - s->next;
	n = skip < far ? (uint32_t)skip : far;
	nsc_held_drop(pool, s, n);
	s->skip = skip - n;
	nsc_held_measure(pool, s);
}

/* The rest of a segment that was read where it lies. */
static enum nsc_offer
consume_direct(struct nsc_pool *pool, struct nsc_stream *s, uint32_t n, uint64_t skip,
	       struct nsc_bytes *out)
{
	uint32_t rest = n < pool->len ? pool->len - n : 0;
	uint32_t k = skip < rest ? (uint32_t)skip : rest;
	bool all;

	pool->direct = NULL;
	pool->data += pool->len - rest + k;
	s->next += pool->len - rest + k;
	skip -= k;
	rest -= k;
	if (rest == 0) {
		if (s->cut || skip > 0)
			skip_on(pool, s, skip);
		pass_uncaptured(pool, s);
		return NSC_OFFER_HELD;
	}
	if (k > 0) {
		pool->direct = s;
		pool->len = rest;
		*out = nsc_bytes(pool->data, rest);
		return NSC_OFFER_READY;
	}
	if (rest > pool->cfg.limit) {
		pool->stats.overflows++;
		if (pool->cfg.overflow == NSC_OVERFLOW_DROP_FLOW)
			return NSC_OFFER_OVERFLOW;
		s->next += rest;
		s->gap = true;
		pool->stats.gaps++;
		pass_uncaptured(pool, s);
		return NSC_OFFER_HELD;
	}
	all = nsc_held_merge(pool, s, s->next, pool->data, rest);
	nsc_held_measure(pool, s);
	return enforce(pool, s, !all, out);
}

enum nsc_offer
nsc_stream_consume(struct nsc_pool *pool, struct nsc_stream *s, uint32_t n, uint64_t skip,
		   struct nsc_bytes *out)
{
	uint32_t next;

	*out = nsc_bytes(NULL, 0);
	if (n > 0 || skip > 0)
		s->gap = false;
	if (pool->direct == s)
		return consume_direct(pool, s, n, skip, out);
	nsc_held_drop(pool, s, n < s->ready ? n : s->ready);
	if (skip > 0)
		skip_on(pool, s, skip);
	nsc_held_measure(pool, s);
	next = s->next;
	pass_uncaptured(pool, s);
	if (s->ready > 0 && (skip > 0 || s->next != next)) {
		nsc_held_show(pool, s, 0, out);
		return NSC_OFFER_READY;
	}
	return enforce(pool, s, false, out);
}

void
nsc_stream_peek(struct nsc_pool *pool, const struct nsc_stream *s, struct nsc_bytes *out)
{
	nsc_held_show(pool, s, 1, out);
}

enum nsc_offer
nsc_stream_give_up(struct nsc_pool *pool, struct nsc_stream *s, struct nsc_bytes *out)
{
	*out = nsc_bytes(NULL, 0);
	if (s->held == s->ready)
		return NSC_OFFER_HELD;
	give_up_hole(pool, s);
	nsc_held_show(pool, s, 0, out);
	return NSC_OFFER_READY;
}
