/* SPDX-License-Identifier: MIT */
/* FTP's control connection (RFC 959): the name, and AUTH TLS (RFC 4217). */
#include "dissect/lines.h"
#include "dissect/protocols.h"

/* A login does not end the wait: AUTH may be said at any time (RFC 4217, 4). */
static const struct nsc_word commands[] = {
	{"AUTH TLS", 4 | NSC_LINE_ASKS},
	{"AUTH TLS-C", 4 | NSC_LINE_ASKS},
	{"AUTH TLS-P", 4 | NSC_LINE_ASKS},
	{"AUTH SSL", 4 | NSC_LINE_ASKS},
	{"FEAT", 2},
	{"SYST", 2},
	{"PASV", 3 | NSC_LINE_LAST},
	{"EPSV", 3 | NSC_LINE_LAST},
	{"EPRT ", 3 | NSC_LINE_LAST},
	{"PORT ", 2 | NSC_LINE_LAST},
	{"OPTS ", 2},
	{"TYPE ", 2},
	{"USER ", 2 | NSC_LINE_SHARED},
	{"PASS ", 1 | NSC_LINE_SHARED},
	{"QUIT", 1 | NSC_LINE_SHARED},
	{"NOOP", 1 | NSC_LINE_SHARED},
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
		/* An SMTP server may serve a host that is called ftp. */
		return nsc_line_has(line, "FTP") && !nsc_line_has(line, "SMTP") ? 4 : 2;
	case 234:
		return 2 | NSC_LINE_GRANTS;
	case 230:
	case 331:
	case 530:
		return 2;
	case 421:
		return 1;
	default:
		return 0;
	}
}

static bool
perhaps(struct nsc_text start)
{
	static const struct nsc_word replies[] = {{"220", 0}, {"331", 0}, {"230", 0},
						  {"234", 0}, {"530", 0}, {"421", 0},
						  {NULL, 0}};

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

const struct nsc_dissector nsc_ftp = {
	.name = "ftp",
	.title = "File Transfer Protocol, control connection",
	.spec = "RFC 959, RFC 4217",
	.transports = NSC_OVER_TCP,
	.state_size = sizeof(struct nsc_lines),
	.guess = guess,
	.feed = feed,
	.known_by = "`AUTH TLS`, PASV, EPSV or EPRT and another line, or several of FTP's "
		    "own lines on both sides",
	.measures = "AUTH TLS hands over to TLS",
	.limits = "data connections are `unknown`",
};
