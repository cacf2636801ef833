/* SPDX-License-Identifier: MIT */
/* IMAP (RFC 9051, RFC 3501): the name, and STARTTLS (RFC 9051, 6.2.1). */
#include <strings.h>

#include "base/hash.h"
#include "dissect/lines.h"
#include "dissect/protocols.h"

enum { TAG_MAX = 32 };

/* Behind the tag. */
static const struct nsc_word commands[] = {
	{"CAPABILITY", 4},
	{"STARTTLS", 4 | NSC_LINE_ASKS},
	{"AUTHENTICATE ", 4},
	{"NAMESPACE", 4 | NSC_LINE_LAST},
	{"LOGIN ", 2},
	{"ID (", 2},
	{"ID NIL", 2},
	{"NOOP", 1},
	{"LOGOUT", 2},
	{"ENABLE ", 2 | NSC_LINE_LAST},
	{"SELECT ", 2 | NSC_LINE_LAST},
	{"EXAMINE ", 2 | NSC_LINE_LAST},
	{"LIST ", 2 | NSC_LINE_LAST},
	{"UID FETCH ", 4 | NSC_LINE_LAST},
	{"UID SEARCH ", 4 | NSC_LINE_LAST},
	{"IDLE", 1 | NSC_LINE_LAST},
	{NULL, 0},
};

static const struct nsc_word untagged[] = {
	{"* OK [CAPABILITY IMAP4", 4},
	{"* OK [CAPABILITY IMAP4rev1", 4},
	{"* CAPABILITY IMAP4rev1", 4},
	{"* CAPABILITY IMAP4rev2", 4},
	{"* CAPABILITY IMAP4", 4},
	{"* CAPABILITY ", 3},
	{"* OK", 2},
	{"* PREAUTH ", 3 | NSC_LINE_LAST},
	{"* BYE ", 2},
	{NULL, 0},
};

static const struct nsc_word tagged[] = {
	{"OK", 1 | NSC_LINE_GRANTS}, {"NO", 1}, {"BAD", 1}, {NULL, 0}};

/* Cuts the tag off (RFC 9051, 9: astring characters without "+"); its length or 0. */
static uint32_t
cut_tag(struct nsc_text *line)
{
	uint32_t n;

	for (n = 0; n < line->len && n <= TAG_MAX && line->p[n] != ' '; n++) {
		if (line->p[n] <= ' ' || line->p[n] >= 0x7f ||
		    strchr("(){%*\"\\+", line->p[n]) != NULL)
			return 0;
	}
	if (n == 0 || n > TAG_MAX || n + 1 >= line->len)
		return 0;
	line->p += n + 1;
	line->len -= n + 1;
	return n;
}

static uint64_t
hash_of(const char *tag, uint32_t len)
{
	static const struct nsc_hash_key key = {{0x6e73632d696d6170, 0x7461677461677461}};

	return nsc_hash(&key, tag, len);
}

static unsigned
client(struct nsc_lines *s, struct nsc_text line)
{
	const char *tag = line.p;
	uint32_t n = cut_tag(&line);
	unsigned marks = n > 0 ? nsc_word_marks(commands, line) : 0;

	if (n > 0) {
		uint64_t hash = hash_of(tag, n);

		s->unanswered = hash == s->tag ? s->unanswered + 1 : 1;
		s->tag = hash;
	}
	return marks;
}

static unsigned
server(struct nsc_lines *s, struct nsc_text line)
{
	const char *tag = line.p;
	unsigned marks = nsc_word_marks(untagged, line);
	uint32_t n;

	if (marks != 0)
		return (marks & NSC_LINE_WORTH) < 4 && nsc_line_has(line, "IMAP") ? 4
										  : marks;
	n = cut_tag(&line);
	if (n == 0)
		return 0;
	marks = nsc_word_marks(tagged, line);
	if (s->tag != hash_of(tag, n))
		return marks & ~(unsigned)NSC_LINE_GRANTS;
	/* Some give all their commands one tag. */
	if (s->unanswered > 1)
		marks &= ~(unsigned)NSC_LINE_GRANTS;
	if (s->unanswered > 0)
		s->unanswered--;
	return marks;
}

static bool
perhaps(struct nsc_text start)
{
	struct nsc_text rest = start;

	if (nsc_word_perhaps(untagged, start))
		return true;
	if (cut_tag(&rest) > 0)
		return nsc_word_perhaps(commands, rest) || nsc_word_perhaps(tagged, rest);
	for (uint32_t i = 0; i < start.len; i++) {
		if (start.p[i] == ' ')
			return i > 0 && i + 1 == start.len;
	}
	return start.len <= TAG_MAX && start.p[0] != '+' && start.p[0] != '*';
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

const struct nsc_dissector nsc_imap = {
	.name = "imap",
	.title = "Internet Message Access Protocol",
	.spec = "RFC 9051, RFC 3501",
	.transports = NSC_OVER_TCP,
	.state_size = sizeof(struct nsc_lines),
	.guess = guess,
	.feed = feed,
	.known_by = "the greeting, or a tagged command and its tagged answer",
	.measures = "STARTTLS hands over to TLS",
};
