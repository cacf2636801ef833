/* SPDX-License-Identifier: MIT */
/* SMTP and LMTP (RFC 5321, RFC 2033): the name, and STARTTLS (RFC 3207). */
#include "dissect/lines.h"
#include "dissect/protocols.h"

static const struct nsc_word commands[] = {
	{"EHLO ", 4},
	{"HELO ", 3},
	{"LHLO ", 4},
	{"STARTTLS", 2 | NSC_LINE_SHARED | NSC_LINE_ASKS},
	{"MAIL FROM:", 4 | NSC_LINE_LAST},
	{"RCPT TO:", 4 | NSC_LINE_LAST},
	{"AUTH ", 1 | NSC_LINE_SHARED},
	{"QUIT", 1 | NSC_LINE_SHARED},
	{"NOOP", 1 | NSC_LINE_SHARED},
	{"RSET", 1 | NSC_LINE_SHARED},
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
	(void)s;
	switch (nsc_line_code(line)) {
	case 220:
		return (nsc_line_has(line, "SMTP") || nsc_line_has(line, "LMTP") ? 4 : 2) |
		       (line.len > 3 && line.p[3] == '-' ? 0 : NSC_LINE_GRANTS);
	case 250:
		return 2;
	case 421:
	case 554:
		return 1;
	default:
		return 0;
	}
}

static bool
perhaps(struct nsc_text start)
{
	static const struct nsc_word greetings[] = {
		{"220", 0}, {"250", 0}, {"421", 0}, {"554", 0}, {NULL, 0}};

	return nsc_word_perhaps(commands, start) || nsc_word_perhaps(greetings, start);
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

const struct nsc_dissector nsc_smtp = {
	.name = "smtp",
	.title = "Simple Mail Transfer Protocol",
	.spec = "RFC 5321, RFC 3207",
	.transports = NSC_OVER_TCP,
	.state_size = sizeof(struct nsc_lines),
	.guess = guess,
	.feed = feed,
};
