/* SPDX-License-Identifier: MIT */
/* IP addresses: 16 octets, IPv4 in its mapped form ::ffff:a.b.c.d (RFC 4291, 2.5.5.2). */
#ifndef NSC_BASE_ADDR_H
#define NSC_BASE_ADDR_H

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct nsc_addr {
	uint8_t b[16];
};

enum { NSC_ADDR_TEXT = 46 };	/* INET6_ADDRSTRLEN, with the NUL */

static inline struct nsc_addr
nsc_addr_v4(const uint8_t v4[4])
{
	struct nsc_addr a = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}};

	memcpy(a.b + 12, v4, 4);
	return a;
}

static inline struct nsc_addr
nsc_addr_v6(const uint8_t v6[16])
{
	struct nsc_addr a;

	memcpy(a.b, v6, 16);
	return a;
}

/* Half of an address as a number, for comparisons without a call: they are made several times a packet. */
static inline uint64_t
nsc_addr_word(const struct nsc_addr *a, int half)
{
	uint64_t w;

	memcpy(&w, a->b + 8 * half, sizeof w);
	return be64toh(w);
}

static inline bool
nsc_addr_is_v4(const struct nsc_addr *a)
{
	return nsc_addr_word(a, 0) == 0 && nsc_addr_word(a, 1) >> 32 == 0xffff;
}

static inline bool
nsc_addr_equal(const struct nsc_addr *a, const struct nsc_addr *b)
{
	return nsc_addr_word(a, 0) == nsc_addr_word(b, 0) && nsc_addr_word(a, 1) == nsc_addr_word(b, 1);
}

/* In network order: negative, 0 or positive. */
static inline int
nsc_addr_cmp(const struct nsc_addr *a, const struct nsc_addr *b)
{
	uint64_t x = nsc_addr_word(a, 0), y = nsc_addr_word(b, 0);

	if (x == y) {
		x = nsc_addr_word(a, 1);
		y = nsc_addr_word(b, 1);
	}
	return x < y ? -1 : x > y;
}

/* Text form (RFC 5952; mapped addresses as dotted IPv4), returned for convenience. */
const char *nsc_addr_text(const struct nsc_addr *a, char text[NSC_ADDR_TEXT]);

/* Reads "192.0.2.1" or "2001:db8::1" (no zone, no prefix).  0 or -EINVAL. */
int nsc_addr_parse(struct nsc_addr *a, const char *text);

/*
 * Reads "10.0.0.0/8", "2001:db8::/32" or a bare address (its whole length).
 * bits counts from the start of the 16 octets, so an IPv4 prefix is 96 longer.
 * Host bits must be zero.  0 or -EINVAL.
 */
int nsc_addr_parse_prefix(struct nsc_addr *a, unsigned *bits, const char *text);

/* True if the first `bits` bits of both are equal; 0 is every address. */
bool nsc_addr_in_prefix(const struct nsc_addr *a, const struct nsc_addr *prefix, unsigned bits);

#endif
