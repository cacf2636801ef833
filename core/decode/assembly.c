/* SPDX-License-Identifier: MIT */
/* Stretches of a datagram, and chunks that hold its octets at their places. */
#include "decode/assembly.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Opens or closes room in front of stretch i. */
static void
shift(struct nsc_stretches *s, uint32_t i, int by)
{
	memmove(&s->at[i + (by > 0)], &s->at[i + (by < 0)],
		(s->n - i - (by < 0)) * sizeof s->at[0]);
	s->n += (uint32_t)by;
}

enum nsc_piece
nsc_stretches_add(struct nsc_stretches *s, uint32_t from, uint32_t to, bool last)
{
	uint32_t i = 0;
	bool left, right;

	if (last) {
		if ((s->end != 0 && s->end != to) || (s->n > 0 && s->at[s->n - 1].to > to))
			return NSC_PIECE_OVERLAP;
	} else if (s->end != 0 && to > s->end) {
		return NSC_PIECE_OVERLAP;
	}
	while (i < s->n && s->at[i].to <= from)
		i++;
	/* stretch i is the first that ends behind `from` */
	if (i < s->n && s->at[i].from < to)
		return s->at[i].from <= from && to <= s->at[i].to ? NSC_PIECE_AGAIN
								  : NSC_PIECE_OVERLAP;
	if (last)
		s->end = to;
	left = i > 0 && s->at[i - 1].to == from;
	right = i < s->n && s->at[i].from == to;
	if (left && right) {
		s->at[i - 1].to = s->at[i].to;
		shift(s, i, -1);
	} else if (left) {
		s->at[i - 1].to = to;
	} else if (right) {
		s->at[i].from = from;
	} else {
		if (s->n == NSC_HOLES_MAX)
			return NSC_PIECE_TOO_MANY;
		shift(s, i, 1);
		s->at[i].from = from;
		s->at[i].to = to;
	}
	return NSC_PIECE_NEW;
}

bool
nsc_stretches_whole(const struct nsc_stretches *s)
{
	return s->end != 0 && s->n == 1 && s->at[0].from == 0 && s->at[0].to == s->end;
}

int
nsc_chunks_init(struct nsc_chunks *pool, uint32_t count)
{
	*pool = (struct nsc_chunks){.count = (uint16_t)count};
	pool->octets = malloc((size_t)count * NSC_CHUNK + 1);
	pool->next = malloc((count + 1u) * sizeof *pool->next);
	if (pool->octets == NULL || pool->next == NULL) {
		nsc_chunks_fini(pool);
		return -ENOMEM;
	}
	for (uint32_t i = 0; i < count; i++)
		pool->next[i] = (uint16_t)(i + 1 < count ? i + 2 : 0);
	pool->free = count > 0;
	return 0;
}

void
nsc_chunks_fini(struct nsc_chunks *pool)
{
	free(pool->octets);
	free(pool->next);
	*pool = (struct nsc_chunks){0};
}

static uint8_t *
chunk(const struct nsc_chunks *pool, uint16_t held)
{
	return pool->octets + (size_t)(held - 1) * NSC_CHUNK;
}

/* The next stretch that lies in one chunk: its length. */
static uint32_t
step(uint32_t at, uint32_t left)
{
	uint32_t room = NSC_CHUNK - at % NSC_CHUNK;

	return left < room ? left : room;
}

static bool
take(struct nsc_chunks *pool, uint16_t *held)
{
	if (*held != 0)
		return true;
	if (pool->free == 0)
		return false;
	*held = pool->free;
	pool->free = pool->next[*held - 1];
	return true;
}

bool
nsc_chunks_write(struct nsc_chunks *pool, uint16_t held[NSC_CHUNKS_EACH], uint32_t at,
		 const uint8_t *data, uint32_t len)
{
	if (len == 0)
		return true;
	for (uint32_t i = at / NSC_CHUNK; i <= (at + len - 1) / NSC_CHUNK; i++)
		if (!take(pool, &held[i]))
			return false;
	while (len > 0) {
		uint32_t n = step(at, len);

		memcpy(chunk(pool, held[at / NSC_CHUNK]) + at % NSC_CHUNK, data, n);
		at += n;
		data += n;
		len -= n;
	}
	return true;
}

bool
nsc_chunks_equal(const struct nsc_chunks *pool, const uint16_t held[NSC_CHUNKS_EACH],
		 uint32_t at, const uint8_t *data, uint32_t len)
{
	while (len > 0) {
		uint32_t n = step(at, len);
		uint16_t h = held[at / NSC_CHUNK];

		if (h == 0 || memcmp(chunk(pool, h) + at % NSC_CHUNK, data, n) != 0)
			return false;
		at += n;
		data += n;
		len -= n;
	}
	return true;
}

void
nsc_chunks_read(const struct nsc_chunks *pool, const uint16_t held[NSC_CHUNKS_EACH],
		uint8_t *out, uint32_t len)
{
	for (uint32_t at = 0; at < len;) {
		uint32_t n = step(at, len - at);

		memcpy(out + at, chunk(pool, held[at / NSC_CHUNK]), n);
		at += n;
	}
}

void
nsc_chunks_give_back(struct nsc_chunks *pool, uint16_t held[NSC_CHUNKS_EACH])
{
	for (unsigned i = 0; i < NSC_CHUNKS_EACH; i++) {
		if (held[i] == 0)
			continue;
		pool->next[held[i] - 1] = pool->free;
		pool->free = held[i];
		held[i] = 0;
	}
}
