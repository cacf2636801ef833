/* SPDX-License-Identifier: MIT */
/* Whois (RFC 3912): the name, by one line that is asked and the words with which registries answer. */
#include "dissect/protocols.h"

enum { LINE_MAX = 256, LOOK = 512 };

/* One line of printable octets, and nothing behind it; NSC_MORE: it is not all there. */
static enum nsc_verdict
is_question(const struct nsc_bytes *b)
{
	size_t n = nsc_bytes_left(b), i;

	for (i = 0; i < n && b->p[i] >= 0x20; i++)
		;
	if (i < n && b->p[i] == '\r')
		i++;
	if (i == n)
		return n <= LINE_MAX ? NSC_MORE : NSC_NOT_MINE;
	return b->p[i] == '\n' && i + 1 == n && n <= LINE_MAX ? NSC_DONE : NSC_NOT_MINE;
}

static bool
has(const struct nsc_bytes *b, const char *word)
{
	size_t n = nsc_bytes_left(b);

	return memmem(b->p, n < LOOK ? n : LOOK, word, strlen(word)) != NULL;
}

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	static const char *const words[] = {"Domain Name: ", "domain:", "NetRange:", "inetnum:", "refer:",
					    "whois", "WHOIS", "No match for"};
	const struct nsc_bytes *question = g->side == 0 ? &g->bytes : &g->other;
	const struct nsc_bytes *answer = g->side == 0 ? &g->other : &g->bytes;

	enum nsc_verdict asked = is_question(question);

	if (asked != NSC_DONE || nsc_bytes_left(answer) == 0)
		return asked == NSC_DONE ? NSC_MORE : asked;
	for (unsigned i = 0; i < sizeof words / sizeof *words; i++)
		if (has(answer, words[i]))
			return NSC_DONE;
	return nsc_bytes_left(answer) < LOOK ? NSC_MORE : NSC_NOT_MINE;
}

const struct nsc_dissector nsc_whois = {
	.name = "whois",
	.title = "Whois",
	.spec = "RFC 3912",
	.transports = NSC_OVER_TCP,
	.guess = guess,
	.known_by = "one line asked, and words of a registry's answer in its first 512 octets",
	.limits = "an answer without these words is `unknown`",
};
