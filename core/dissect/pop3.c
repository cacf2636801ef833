/* SPDX-License-Identifier: MIT */
/* POP3 (RFC 1939): the name, and STLS (RFC 2595, 4). */
#include "dissect/lines.h"
#include "dissect/protocols.h"

static const struct nsc_word commands[] = {
	{"STLS", 4 | NSC_LINE_ASKS},
	{"CAPA", 3},
	{"APOP ", 3},
	{"UIDL", 3 | NSC_LINE_LAST},
	{"STAT", 1 | NSC_LINE_SHARED | NSC_LINE_LAST},
	{"LIST", 1 | NSC_LINE_SHARED | NSC_LINE_LAST},
	{"RETR ", 1 | NSC_LINE_SHARED | NSC_LINE_LAST},
	{"USER ", 2 | NSC_LINE_SHARED},
	{"PASS ", 1 | NSC_LINE_SHARED},
	{"AUTH", 1 | NSC_LINE_SHARED},
	{"NOOP", 1 | NSC_LINE_SHARED},
	{"QUIT", 1 | NSC_LINE_SHARED},
	{NULL, 0},
};

/* Redis says a bare +OK too; a greeting has a text. */
static const struct nsc_word replies[] = {
	{"+OK ", 3 | NSC_LINE_GRANTS},
	{"+OK", 2 | NSC_LINE_GRANTS},
	{"-ERR ", 1 | NSC_LINE_SHARED},
	{NULL, 0},
};

static unsigned
client(struct nsc_lines *s, struct nsc_text line)
{
	(void)s;
	return nsc_word_marks(commands, line);
}

static unsigned
server(struct nsc_lines *s, struct nsc_text line)
{
	unsigned marks = nsc_word_marks(replies, line);

	/* The first one is the greeting, even if it is read behind the STLS. */
	if (s->unanswered == 0)
		marks &= ~(unsigned)NSC_LINE_GRANTS;
	s->unanswered = 1;
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

const struct nsc_dissector nsc_pop3 = {
	.name = "pop3",
	.title = "Post Office Protocol, version 3",
	.spec = "RFC 1939, RFC 2595",
	.transports = NSC_OVER_TCP,
	.state_size = sizeof(struct nsc_lines),
	.guess = guess,
	.feed = feed,
	.known_by = "the greeting and a command, or two commands",
	.measures = "STLS hands over to TLS",
};
