/* SPDX-License-Identifier: MIT */
/* ManageSieve (RFC 5804): the name, and STARTTLS (2.2). */
#include "dissect/lines.h"
#include "dissect/protocols.h"

static const struct nsc_word commands[] = {
	{"STARTTLS", 2 | NSC_LINE_SHARED | NSC_LINE_ASKS},
	{"AUTHENTICATE \"", 4},
	{"LISTSCRIPTS", 4 | NSC_LINE_LAST},
	{"PUTSCRIPT \"", 4 | NSC_LINE_LAST},
	{"GETSCRIPT \"", 4 | NSC_LINE_LAST},
	{"SETACTIVE \"", 4 | NSC_LINE_LAST},
	{"DELETESCRIPT \"", 4 | NSC_LINE_LAST},
	{"RENAMESCRIPT \"", 4 | NSC_LINE_LAST},
	{"HAVESPACE \"", 4 | NSC_LINE_LAST},
	{"CHECKSCRIPT", 4 | NSC_LINE_LAST},
	{"UNAUTHENTICATE", 4},
	{"CAPABILITY", 2},
	{"LOGOUT", 1},
	{"NOOP", 1 | NSC_LINE_SHARED},
	{NULL, 0},
};

/* Capabilities (1.7), of which the greeting consists, and the line behind them. */
static const struct nsc_word replies[] = {
	{"\"IMPLEMENTATION\" \"", 4},
	{"\"SIEVE\" \"", 4},
	{"\"SASL\" \"", 4},
	{"\"STARTTLS\"", 2},
	{"\"VERSION\" \"", 2},
	{"\"NOTIFY\" \"", 2},
	{"\"LANGUAGE\" \"", 2},
	{"\"OWNER\" \"", 2},
	{"\"MAXREDIRECTS\" \"", 3},
	{"\"UNAUTHENTICATE\"", 3},
	{"OK", 1 | NSC_LINE_GRANTS},
	{"NO", 1 | NSC_LINE_SHARED},
	{"BYE", 1 | NSC_LINE_SHARED},
	{NULL, 0},
};

static unsigned
client(struct nsc_lines *s, struct nsc_text line)
{
	unsigned marks = nsc_word_marks(commands, line);

	s->unanswered += marks != 0;
	return marks;
}

/* The greeting ends with an OK of its own, which may be read behind the STARTTLS. */
static unsigned
server(struct nsc_lines *s, struct nsc_text line)
{
	unsigned marks = nsc_word_marks(replies, line);

	if (line.len > 0 && line.p[0] == '"')
		return marks;
	if (s->unanswered != 0)
		marks &= ~(unsigned)NSC_LINE_GRANTS;
	s->unanswered -= marks != 0;
	return marks;
}

static bool
perhaps(struct nsc_text start)
{
	return nsc_word_perhaps(commands, start) || nsc_word_perhaps(replies, start);
}

static const struct nsc_lines_rules rules = {client, server, perhaps};

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	return nsc_lines_guess(&rules, g);
}

static enum nsc_verdict
feed(void *state, struct nsc_chunk *in, struct nsc_out *out)
{
	return nsc_lines_feed(&rules, state, in, out);
}

const struct nsc_dissector nsc_managesieve = {
	.name = "managesieve",
	.title = "ManageSieve",
	.spec = "RFC 5804",
	.transports = NSC_OVER_TCP,
	.state_size = sizeof(struct nsc_lines),
	.first = {{'"', '"' + 1}, {'A', 'Z' + 1}, {'a', 'z' + 1}},
	.guess = guess,
	.feed = feed,
	.known_by = "a capability of the greeting, or a command of its own",
	.measures = "STARTTLS hands over to TLS",
};
