/* SPDX-License-Identifier: MIT */
/* Text lines: whose they are, and when TLS follows them. */
#include <strings.h>

#include "base/line.h"
#include "dissect/lines.h"
#include "dissect/starttls.h"

enum {
	GUESSED = 8,    /* lines of a side that are looked at to tell the protocol */
	PATIENCE = 512, /* lines without a request for TLS */
};

/* Moves b behind the next line.  False: there is none that is whole. */
static bool
next_line(struct nsc_bytes *b, struct nsc_text *line)
{
	struct nsc_bytes octets;

	if (!nsc_bytes_line(b, &octets))
		return false;
	line->p = (const char *)octets.p;
	line->len = (uint32_t)nsc_bytes_left(&octets);
	return true;
}

static bool
is_text(struct nsc_text t)
{
	for (uint32_t i = 0; i < t.len; i++) {
		uint8_t c = (uint8_t)t.p[i];

		if ((c < ' ' && c != '\t') || c == 0x7f)
			return false;
	}
	return true;
}

/* What the side's lines are worth together; *marks of its first one. */
static unsigned
worth_of_side(unsigned (*mark)(struct nsc_lines *, struct nsc_text), struct nsc_bytes b,
	      unsigned *marks)
{
	struct nsc_lines none = {.unanswered = 0};
	struct nsc_text first, line;

	*marks = 0;
	if (!next_line(&b, &first) || first.len > NSC_LINE_MAX || !is_text(first))
		return 0;
	*marks = mark(&none, first);
	if ((*marks & NSC_LINE_WORTH) == 0)
		return 0;
	for (int i = 1; i < GUESSED && next_line(&b, &line); i++) {
		unsigned more = is_text(line) ? mark(&none, line) : 0;

		/* The same again says nothing new. */
		if ((more & NSC_LINE_WORTH) == 0 || (more & NSC_LINE_SHARED) != 0 ||
		    line.len < 3 || first.len < 3 || memcmp(line.p, first.p, 3) == 0)
			continue;
		return (*marks & NSC_LINE_WORTH) + (more & NSC_LINE_WORTH);
	}
	return *marks & NSC_LINE_WORTH;
}

enum nsc_verdict
nsc_lines_guess(const struct nsc_lines_rules *r, const struct nsc_guess *g)
{
	size_t left = nsc_bytes_left(&g->bytes);
	struct nsc_text start = {(const char *)g->bytes.p, (uint32_t)left};
	unsigned marks, client, server, worth;

	if (left == 0)
		return NSC_MORE;
	if (memchr(start.p, '\n', left) == NULL) {
		if (start.p[left - 1] == '\r')
			start.len--;
		return left < NSC_LINE_MAX && r->perhaps(start) && is_text(start)
			       ? NSC_MORE
			       : NSC_NOT_MINE;
	}
	client = worth_of_side(r->client, g->bytes, &marks);
	server = worth_of_side(r->server, g->bytes, &marks);
	worth = client > server ? client : server;
	if (worth == 0)
		return NSC_NOT_MINE;
	if (nsc_bytes_left(&g->other) > 0 &&
	    memchr(g->other.p, '\n', nsc_bytes_left(&g->other)) != NULL) {
		unsigned other = worth_of_side(client > server ? r->server : r->client,
					       g->other, &marks);

		if (other == 0)
			return NSC_NOT_MINE;
		worth += other;
	}
	return worth >= NSC_LINE_ENOUGH ? NSC_DONE : NSC_MORE;
}

/* The marks of a line, and, if that is not known, which side is the client. */
static unsigned
marks_of(const struct nsc_lines_rules *r, struct nsc_lines *s, uint8_t side,
	 struct nsc_text line)
{
	if (s->client == 0) {
		struct nsc_lines none = {.unanswered = 0};
		unsigned client = r->client(&none, line) & NSC_LINE_WORTH;
		unsigned server = r->server(&none, line) & NSC_LINE_WORTH;

		if (client == server)
			return 0;
		s->client = (uint8_t)(1 + (client > server ? side : !side));
	}
	return s->client == side + 1 ? r->client(s, line) : r->server(s, line);
}

static enum nsc_verdict
step(const struct nsc_lines_rules *r, struct nsc_lines *s, struct nsc_chunk *in,
     struct nsc_out *out)
{
	size_t left = nsc_bytes_left(&in->bytes);
	struct nsc_text line;
	unsigned marks;

	if (!next_line(&in->bytes, &line)) {
		out->wish.need = (uint32_t)left + 1;
		return left < NSC_LINE_MAX ? NSC_MORE : NSC_DONE;
	}
	if (s->lost[in->side]) {
		s->lost[in->side] = false;
		return NSC_MORE;
	}
	s->spoke[in->side] = true;
	marks = marks_of(r, s, in->side, line);
	if ((marks & NSC_LINE_ASKS) != 0)
		s->asked = true;
	if ((marks & NSC_LINE_GRANTS) != 0 && s->asked && nsc_starttls_granted(&in->bytes))
		return NSC_HAND_ON;
	if (!s->asked && ((marks & NSC_LINE_LAST) != 0 || ++s->count >= PATIENCE))
		return NSC_DONE;
	return NSC_MORE;
}

enum nsc_verdict
nsc_lines_feed(const struct nsc_lines_rules *r, struct nsc_lines *s, struct nsc_chunk *in,
	       struct nsc_out *out)
{
	if (in->gap)
		s->lost[in->side] = true;
	while (nsc_bytes_left(&in->bytes) > 0) {
		bool awaited = s->asked && s->client == in->side + 1 && s->spoke[!in->side];
		enum nsc_verdict v = nsc_starttls_next(in, awaited, out);

		if (v != NSC_NOT_MINE)
			return v;
		v = step(r, s, in, out);
		if (v != NSC_MORE || out->wish.need > 0)
			return v;
	}
	return NSC_MORE;
}

/* False for most: then there is no need to compare the rest. */
static bool
begins_alike(struct nsc_text line, const char *word)
{
	return line.len == 0 || (line.p[0] | 0x20) == (*word | 0x20);
}

static bool
is_letter(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

unsigned
nsc_word_marks(const struct nsc_word *words, struct nsc_text line)
{
	for (; words->word != NULL; words++) {
		size_t n = strlen(words->word);

		if (line.len < n || !begins_alike(line, words->word) ||
		    strncasecmp(line.p, words->word, n) != 0)
			continue;
		if (is_letter(words->word[n - 1]) ? line.len == n || line.p[n] == ' '
						  : line.len > n)
			return words->marks;
	}
	return 0;
}

bool
nsc_word_perhaps(const struct nsc_word *words, struct nsc_text start)
{
	for (; words->word != NULL; words++) {
		size_t n = strlen(words->word);

		if (begins_alike(start, words->word) &&
		    strncasecmp(start.p, words->word, n < start.len ? n : start.len) == 0)
			return true;
	}
	return false;
}

bool
nsc_line_has(struct nsc_text line, const char *word)
{
	size_t n = strlen(word);

	for (uint32_t i = 0; i + n <= line.len; i++) {
		if (strncasecmp(line.p + i, word, n) == 0)
			return true;
	}
	return false;
}

unsigned
nsc_line_code(struct nsc_text line)
{
	unsigned code = 0;

	if (line.len < 3 || (line.len > 3 && line.p[3] != ' ' && line.p[3] != '-'))
		return 0;
	for (int i = 0; i < 3; i++) {
		if (line.p[i] < '0' || line.p[i] > '9')
			return 0;
		code = code * 10 + (unsigned)(line.p[i] - '0');
	}
	return code >= 100 && code < 600 ? code : 0;
}
