/* SPDX-License-Identifier: MIT */
/* Git's own transport (gitprotocol-pack(5)): the name, by a pkt-line that asks for a service. */
#include "dissect/protocols.h"

enum { DIGITS = 4, LENGTH_MAX = 1004 };

static int
digit(uint8_t c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	static const char service[] = "git-";
	struct nsc_bytes b = g->bytes;
	size_t left = nsc_bytes_left(&b);
	int length = 0;

	for (unsigned i = 0; i < DIGITS && i < left; i++) {
		int n = digit(b.p[i]);

		if (n < 0)
			return NSC_NOT_MINE;
		length = length * 16 + n;
	}
	for (unsigned i = 0; i < 4 && DIGITS + i < left; i++)
		if (b.p[DIGITS + i] != (uint8_t)service[i])
			return NSC_NOT_MINE;
	if (left < DIGITS + 4)
		return NSC_MORE;
	return length > DIGITS + 4 && length <= LENGTH_MAX ? NSC_DONE : NSC_NOT_MINE;
}

const struct nsc_dissector nsc_git = {
	.name = "git",
	.title = "Git's transport",
	.spec = "gitprotocol-pack(5)",
	.transports = NSC_OVER_TCP,
	.first = {{'0', '0' + 1}},
	.guess = guess,
	.known_by = "a pkt-line of four hexadecimal digits and `git-`",
};
