/* SPDX-License-Identifier: MIT */
/*
 * Memcached's text protocol, known by a first command: one with its numbers, or one with the
 * answer that it gets.
 */
#include "dissect/memcached.h"
#include "dissect/opening.h"

enum { TEXT_MAX = 2048 + 64 };		/* keys have 250 octets, `get` takes several */

static const struct command {
	const char *word;		/* with its blank, if something follows */
	const char *reply[3];		/* what else has to be seen; none: numbers within the line */
} commands[] = {
	{"set ", {NULL}},
	{"add ", {NULL}},
	{"replace ", {NULL}},
	{"append ", {NULL}},
	{"prepend ", {NULL}},
	{"cas ", {NULL}},
	{"get ", {"VALUE ", "END\r", NULL}},
	{"gets ", {"VALUE ", "END\r", NULL}},
	{"gat ", {"VALUE ", "END\r", NULL}},
	{"gats ", {"VALUE ", "END\r", NULL}},
	{"delete ", {"DELETED\r", "NOT_FOUND\r", NULL}},
	{"incr ", {"NOT_FOUND\r", "\001", "CLIENT_ERROR "}},
	{"decr ", {"NOT_FOUND\r", "\001", "CLIENT_ERROR "}},
	{"touch ", {"TOUCHED\r", "NOT_FOUND\r", NULL}},
	{"stats", {"STAT ", "END\r", NULL}},
	{"version\r", {"VERSION ", NULL}},
	{"flush_all", {"OK\r", NULL}},
	{"mg ", {"VA \001", "HD", "EN\r"}},
	{"ms ", {"HD", "NS", "EX"}},
	{"md ", {"HD", "NF", "EX"}},
	{"ma ", {"HD", "NF", "VA \001"}},
	{"mn\r", {"MN\r", NULL}},
};

/* "set KEY FLAGS EXPTIME OCTETS": three numbers in a row, the last of the line or before a word. */
static bool
has_numbers(const uint8_t *p, const uint8_t *end)
{
	unsigned blanks = 0, numbers = 0;

	for (; p < end; p++) {
		if (*p == ' ')
			blanks++;
		else if (blanks == 0)
			continue;	/* the key */
		else if (*p < '0' || *p > '9')
			break;
		else
			numbers += p[-1] == ' ';
	}
	return blanks >= 3 && numbers >= 3;
}

static enum nsc_verdict
guess_reply(const struct command *c, const struct nsc_bytes *reply)
{
	enum nsc_verdict best = NSC_NOT_MINE;

	for (unsigned i = 0; i < 3 && c->reply[i] != NULL && best != NSC_DONE; i++) {
		enum nsc_verdict v = nsc_opening(reply, c->reply[i]);

		if (v != NSC_NOT_MINE)
			best = v;
	}
	return best;
}

enum nsc_verdict
nsc_memcached_guess_text(const struct nsc_bytes *command, const struct nsc_bytes *reply)
{
	size_t left = nsc_bytes_left(command);
	const uint8_t *end = left > 0 ? memchr(command->p, '\n', left) : NULL;

	for (unsigned i = 0; i < sizeof commands / sizeof commands[0]; i++) {
		const struct command *c = &commands[i];
		enum nsc_verdict v = nsc_opening(command, c->word);

		if (v == NSC_NOT_MINE)
			continue;
		if (v == NSC_MORE || end == NULL)
			return left < TEXT_MAX ? NSC_MORE : NSC_NOT_MINE;
		if (c->reply[0] != NULL)
			return guess_reply(c, reply);
		return has_numbers(command->p + strlen(c->word), end) ? NSC_DONE : NSC_NOT_MINE;
	}
	return NSC_NOT_MINE;
}
