/* SPDX-License-Identifier: MIT */
/*
 * The bounded reader: every octet from the wire is read through it.
 *
 * The first read past the end sets `bad`, yields zero and moves nothing; every
 * later read yields zero too.  A parser therefore reads a whole structure and
 * asks once, at its end, whether all of it was there.
 */
#ifndef NSC_BASE_BYTES_H
#define NSC_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct nsc_bytes {
	const uint8_t *p;	/* next octet */
	const uint8_t *end;	/* one past the last */
	bool bad;		/* sticky: something was read that is not there */
};

static inline struct nsc_bytes
nsc_bytes(const void *data, size_t len)
{
	const uint8_t *p = data;

	return (struct nsc_bytes){.p = p, .end = len > 0 ? p + len : p};
}

static inline size_t
nsc_bytes_left(const struct nsc_bytes *b)
{
	return b->bad ? 0 : (size_t)(b->end - b->p);
}

/* The next n octets, borrowed, or NULL (and bad). */
static inline const uint8_t *
nsc_bytes_take(struct nsc_bytes *b, size_t n)
{
	const uint8_t *p = b->p;

	if (b->bad || n > (size_t)(b->end - p)) {
		b->bad = true;
		return NULL;
	}
	b->p = n > 0 ? p + n : p;	/* p may be NULL, to which not even 0 may be added */
	return p;
}

static inline void
nsc_bytes_skip(struct nsc_bytes *b, size_t n)
{
	(void)nsc_bytes_take(b, n);
}

/* A reader of the next n octets; bad (and empty) if they are not there. */
static inline struct nsc_bytes
nsc_bytes_sub(struct nsc_bytes *b, size_t n)
{
	const uint8_t *p = nsc_bytes_take(b, n);

	if (p == NULL)
		return (struct nsc_bytes){.p = b->end, .end = b->end, .bad = true};
	return nsc_bytes(p, n);
}

static inline uint8_t
nsc_bytes_u8(struct nsc_bytes *b)
{
	const uint8_t *p = nsc_bytes_take(b, 1);

	return p != NULL ? p[0] : 0;
}

/* Network byte order. */
static inline uint16_t
nsc_bytes_u16(struct nsc_bytes *b)
{
	const uint8_t *p = nsc_bytes_take(b, 2);

	return p != NULL ? (uint16_t)(p[0] << 8 | p[1]) : 0;
}

static inline uint32_t
nsc_bytes_u24(struct nsc_bytes *b)
{
	const uint8_t *p = nsc_bytes_take(b, 3);

	return p != NULL ? (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2] : 0;
}

static inline uint32_t
nsc_bytes_u32(struct nsc_bytes *b)
{
	const uint8_t *p = nsc_bytes_take(b, 4);

	return p != NULL ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3]
			 : 0;
}

static inline uint64_t
nsc_bytes_u64(struct nsc_bytes *b)
{
	uint64_t hi = nsc_bytes_u32(b);

	return hi << 32 | nsc_bytes_u32(b);
}

/* Little-endian, for protocols and files that use it. */
static inline uint16_t
nsc_bytes_le16(struct nsc_bytes *b)
{
	const uint8_t *p = nsc_bytes_take(b, 2);

	return p != NULL ? (uint16_t)(p[1] << 8 | p[0]) : 0;
}

static inline uint32_t
nsc_bytes_le32(struct nsc_bytes *b)
{
	const uint8_t *p = nsc_bytes_take(b, 4);

	return p != NULL ? (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0]
			 : 0;
}

/* Looks n octets ahead without moving; NULL if they are not there, never bad. */
static inline const uint8_t *
nsc_bytes_peek(const struct nsc_bytes *b, size_t n)
{
	return !b->bad && n <= (size_t)(b->end - b->p) ? b->p : NULL;
}

/* True if the next octets are those of the string (nothing moves). */
static inline bool
nsc_bytes_starts(const struct nsc_bytes *b, const char *text)
{
	size_t n = strlen(text);

	return nsc_bytes_peek(b, n) != NULL && memcmp(b->p, text, n) == 0;
}

#endif
