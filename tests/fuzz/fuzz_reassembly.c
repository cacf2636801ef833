/* SPDX-License-Identifier: MIT */
/*
 * Segments of three sides in any order.  Octets are a function of side and
 * position, so that whatever is read must be what belongs there; every cap
 * must hold at rest, and everything must come back.
 */
#include <stdlib.h>

#include "flow/reassembly.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SIDES = 3, LIMIT = 6000, ISN = 0xffffff00 };

static void
check(bool holds)
{
	if (!holds)
		abort();
}

static uint8_t
octet(int side, uint32_t seq)
{
	return (uint8_t)(seq * 31 + (seq >> 8) * 7 + (uint32_t)side * 101);
}

static void
read_some(struct nsc_pool *pool, struct nsc_stream *s, int side, enum nsc_offer r,
	  struct nsc_bytes out, struct nsc_bytes *in)
{
	for (int turns = 0; r == NSC_OFFER_READY; turns++) {
		uint32_t n = (uint32_t)nsc_bytes_left(&out), take;
		uint8_t how = nsc_bytes_u8(in);
		uint64_t skip = how & 1 ? nsc_bytes_u16(in) : 0;

		check(n > 0 && turns < 10000);
		for (uint32_t i = 0; i < n; i++)
			check(out.p[i] == octet(side, s->next + i));
		take = how & 2 ? n : n * (how >> 2) / 64;
		if (how == 0xff)
			skip = UINT64_MAX;
		r = nsc_stream_consume(pool, s, take, skip, &out);
		check(r != NSC_OFFER_READY || nsc_bytes_left(&out) > 0);
	}
	if (r == NSC_OFFER_OVERFLOW) {
		nsc_stream_release(pool, s);
		*s = (struct nsc_stream){0};
	}
	check(s->held <= LIMIT && s->ready <= s->held);
	check(s->skip == 0 || s->held == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nsc_bytes in = nsc_bytes(data, size);
	uint8_t mode = nsc_bytes_u8(&in);
	const struct nsc_reassembly_config cfg = {
		.limit = LIMIT,
		.memory = 1,
		.overlap = mode & 1,
		.overflow = mode >> 1 & 1,
		.hole_ms = 1000,
	};
	struct nsc_stream s[SIDES] = {0};
	struct nsc_pool *pool;
	uint64_t now = 1000000000;

	if (nsc_pool_new(&pool, &cfg) != 0)
		return 0;
	for (int i = 0; i < SIDES && mode & 4; i++)
		nsc_stream_start(&s[i], ISN);
	while (nsc_bytes_left(&in) > 0) {
		uint8_t op = nsc_bytes_u8(&in);
		int side = op % SIDES;
		uint32_t seq = ISN + 1 + nsc_bytes_u16(&in), len = nsc_bytes_u16(&in) % 9000, cap = len;
		struct nsc_bytes out;
		enum nsc_offer r;
		uint8_t *copy;

		if (op & 0x40)
			cap = nsc_bytes_u16(&in) % (len + 1);
		if (op & 0x80)
			seq += nsc_bytes_u32(&in);
		if ((op & 0x30) == 0x30) {
			now += (uint64_t)nsc_bytes_u8(&in) * 10000000;
			nsc_pool_turn(pool, now);
			r = nsc_stream_give_up(pool, &s[side], &out);
			read_some(pool, &s[side], side, r, out, &in);
			continue;
		}
		copy = malloc(cap + 1);
		if (copy == NULL)
			break;
		for (uint32_t i = 0; i < cap; i++)
			copy[i] = octet(side, seq + i);
		r = nsc_stream_offer(pool, &s[side], seq, copy, cap, len, now, &out);
		read_some(pool, &s[side], side, r, out, &in);
		free(copy);
		check(nsc_pool_stats(pool)->inconsistent == 0);
		check(nsc_pool_stats(pool)->held == (uint64_t)s[0].held + s[1].held + s[2].held);
	}
	for (int i = 0; i < SIDES; i++)
		nsc_stream_release(pool, &s[i]);
	check(nsc_pool_stats(pool)->held == 0 && nsc_pool_holders(pool) == 0);
	nsc_pool_free(pool);
	return 0;
}
