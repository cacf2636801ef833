/* SPDX-License-Identifier: MIT */
/*
 * Redis (RESP2 and RESP3, redis.io/docs/reference/protocol-spec): the name, by a command, an
 * array of strings whose first one is a word.
 */
#include "dissect/protocols.h"

enum { DIGITS = 7, WORD_MAX = 24 };

/* "*3\r\n": its number; -1: not all there; -2: none. */
static int
take_count(struct nsc_bytes *b, char mark)
{
	int n = 0;
	unsigned digits;
	uint8_t c = nsc_bytes_u8(b);

	if (b->bad)
		return -1;
	if (c != (uint8_t)mark)
		return -2;
	for (digits = 0; digits <= DIGITS; digits++) {
		c = nsc_bytes_u8(b);
		if (b->bad)
			return -1;
		if (c < '0' || c > '9')
			break;
		n = n * 10 + (c - '0');
	}
	if (digits == 0 || digits > DIGITS || c != '\r')
		return -2;
	c = nsc_bytes_u8(b);
	return b->bad ? -1 : c == '\n' ? n : -2;
}

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	struct nsc_bytes b = g->bytes;
	int words = take_count(&b, '*'), length = words > 0 ? take_count(&b, '$') : words;

	if (length == -1)
		return NSC_MORE;
	if (length < 1 || length > WORD_MAX)
		return NSC_NOT_MINE;
	for (int i = 0; i < length && nsc_bytes_left(&b) > 0; i++) {
		uint8_t c = nsc_bytes_u8(&b) | 0x20;

		if (!(c >= 'a' && c <= 'z') && c != ('.' | 0x20) && c != ('_' | 0x20) &&
		    !(c >= '0' && c <= '9'))
			return NSC_NOT_MINE;
	}
	if (nsc_bytes_left(&b) < 2)
		return NSC_MORE;
	return nsc_bytes_starts(&b, "\r\n") ? NSC_DONE : NSC_NOT_MINE;
}

const struct nsc_dissector nsc_redis = {
	.name = "redis",
	.title = "Redis serialization protocol",
	.spec = "RESP2, RESP3",
	.transports = NSC_OVER_TCP,
	.first = {{'*', '*' + 1}},
	.guess = guess,
};
