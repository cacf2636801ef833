/* SPDX-License-Identifier: MIT */
/* IRC (RFC 2812): the name, and STARTTLS (IRCv3 tls: numeric 670). */
#include "dissect/lines.h"
#include "dissect/protocols.h"

static const struct nsc_word commands[] = {
	{"CAP LS", 4},
	{"CAP REQ ", 4},
	{"CAP END", 4},
	{"NICK ", 2},
	{"USER ", 3}, /* with four parameters */
	{"JOIN #", 4 | NSC_LINE_LAST},
	{"PRIVMSG ", 4 | NSC_LINE_LAST},
	{"STARTTLS", 2 | NSC_LINE_SHARED | NSC_LINE_ASKS},
	{"PASS ", 1 | NSC_LINE_SHARED},
	{"PING ", 1 | NSC_LINE_SHARED},
	{"PONG ", 1 | NSC_LINE_SHARED},
	{"QUIT", 1 | NSC_LINE_SHARED},
	{NULL, 0},
};

static const struct nsc_word messages[] = {
	{"NOTICE AUTH :", 4}, {"NOTICE ", 3}, {"PING ", 1 | NSC_LINE_SHARED},
	{"ERROR :", 2},       {NULL, 0},
};

static const struct nsc_word prefixed[] = {{"NOTICE ", 4}, {"CAP ", 4}, {NULL, 0}};

static bool
has_words(struct nsc_text line, unsigned want)
{
	unsigned words = 0;

	for (uint32_t i = 0; i < line.len; i++)
		words += line.p[i] != ' ' && (i == 0 || line.p[i - 1] == ' ');
	return words >= want;
}

static unsigned
client(struct nsc_lines *s, struct nsc_text line)
{
	unsigned marks;

	(void)s;
	marks = nsc_word_marks(commands, line);
	if ((marks & NSC_LINE_WORTH) == 3 && !has_words(line, 5))
		return 0;
	/* A nick has no blanks; servers tell theirs with two words more. */
	if (marks == 2 && has_words(line, 5))
		return 0;
	return marks;
}

/* The numeric of a reply (RFC 2812, 2.4): three digits and a blank; or 0. */
static unsigned
numeric(struct nsc_text line)
{
	unsigned code = 0;

	if (line.len < 4 || line.p[3] != ' ')
		return 0;
	for (int i = 0; i < 3; i++) {
		if (line.p[i] < '0' || line.p[i] > '9')
			return 0;
		code = code * 10 + (unsigned)(line.p[i] - '0');
	}
	return code;
}

/* ":server 001 nick :text", ":server NOTICE * :text", ":server CAP * LS :text" */
static unsigned
server(struct nsc_lines *s, struct nsc_text line)
{
	uint32_t i = 0;
	unsigned code;

	(void)s;
	if (line.len == 0 || line.p[0] != ':')
		return nsc_word_marks(messages, line);
	while (i < line.len && line.p[i] != ' ')
		i++;
	if (i < 2 || i + 1 >= line.len)
		return 0;
	line.p += i + 1;
	line.len -= i + 1;
	code = numeric(line);
	if (code == 670)
		return 4 | NSC_LINE_GRANTS;
	if (code >= 1 && code <= 5)
		return 4 | NSC_LINE_LAST;
	if (code >= 200)
		return 2;
	return nsc_word_marks(prefixed, line);
}

static bool
perhaps(struct nsc_text start)
{
	return start.p[0] == ':' || nsc_word_perhaps(commands, start) ||
	       nsc_word_perhaps(messages, start);
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

const struct nsc_dissector nsc_irc = {
	.name = "irc",
	.title = "Internet Relay Chat",
	.spec = "RFC 2812, IRCv3",
	.transports = NSC_OVER_TCP,
	.state_size = sizeof(struct nsc_lines),
	.guess = guess,
	.feed = feed,
	.known_by = "NICK, USER, CAP or a numbered reply with a prefix",
	.measures = "STARTTLS hands over to TLS",
};
