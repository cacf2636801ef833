/* SPDX-License-Identifier: MIT */
/* NNTP (RFC 3977): the name, and STARTTLS (RFC 4642). */
#include "dissect/lines.h"
#include "dissect/protocols.h"

/* TLS comes before a login and before news (RFC 4642, 2.2.2). */
static const struct nsc_word commands[] = {
	{"CAPABILITIES", 4},
	{"MODE READER", 4},
	{"MODE STREAM", 4 | NSC_LINE_LAST},
	{"STARTTLS", 2 | NSC_LINE_SHARED | NSC_LINE_ASKS},
	{"AUTHINFO USER ", 4},
	{"AUTHINFO PASS ", 4},
	{"AUTHINFO SASL ", 4},
	{"XOVER", 4 | NSC_LINE_LAST},
	{"XHDR ", 4 | NSC_LINE_LAST},
	{"XPAT ", 4 | NSC_LINE_LAST},
	{"LISTGROUP", 4 | NSC_LINE_LAST},
	{"NEWGROUPS ", 4 | NSC_LINE_LAST},
	{"NEWNEWS ", 4 | NSC_LINE_LAST},
	{"TAKETHIS <", 4 | NSC_LINE_LAST},
	{"IHAVE <", 4 | NSC_LINE_LAST},
	{"CHECK <", 3 | NSC_LINE_LAST},
	{"GROUP ", 2 | NSC_LINE_SHARED | NSC_LINE_LAST},
	{"ARTICLE", 3 | NSC_LINE_LAST},
	{"OVER ", 2 | NSC_LINE_SHARED | NSC_LINE_LAST},
	{"LIST", 1 | NSC_LINE_SHARED},
	{"DATE", 1 | NSC_LINE_SHARED},
	{"HELP", 1 | NSC_LINE_SHARED},
	{"QUIT", 1 | NSC_LINE_SHARED},
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
	if (line.len > 3 && line.p[3] != ' ')	/* a reply is one line (RFC 3977, 3.2) */
		return 0;
	switch (nsc_line_code(line)) {
	case 200:
	case 201:
		return nsc_line_has(line, "NNTP") || nsc_line_has(line, "InterNetNews") ? 4 : 1;
	case 382:
		return 2 | NSC_LINE_GRANTS;
	case 101:
	case 381:
	case 480:
	case 483:
		return 2;
	case 111:
	case 211:
	case 215:
	case 281:
	case 400:
	case 481:
	case 500:
	case 502:
	case 580:
		return 1;
	default:
		return 0;
	}
}

static bool
perhaps(struct nsc_text start)
{
	static const struct nsc_word greetings[] = {
		{"200", 0}, {"201", 0}, {"400", 0}, {"502", 0}, {"101", 0}, {"382", 0}, {NULL, 0}};

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

const struct nsc_dissector nsc_nntp = {
	.name = "nntp",
	.title = "Network News Transfer Protocol",
	.spec = "RFC 3977, RFC 4642",
	.transports = NSC_OVER_TCP,
	.state_size = sizeof(struct nsc_lines),
	.first = {{'1', '5' + 1}, {'A', 'Z' + 1}, {'a', 'z' + 1}},
	.guess = guess,
	.feed = feed,
	.known_by = "`CAPABILITIES`, `MODE READER`, `AUTHINFO` and other commands of its own, a "
		    "greeting that says NNTP, or greeting, STARTTLS and its reply 382",
	.measures = "STARTTLS hands over to TLS",
};
