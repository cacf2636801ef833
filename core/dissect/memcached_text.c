/* SPDX-License-Identifier: MIT */
/*
 * Memcached's text protocol: lines, and data blocks whose length stands in them.  What the
 * server would not take for a data block is read as commands, as it does.
 */
#include "base/line.h"
#include "dissect/memcached.h"
#include "dissect/opening.h"
#include "dissect/rest.h"
#include "dissect/words.h"

enum {
	LINE_MAX = 2048,	/* more of a line is passed: commands of many keys */
	WORDS = 5,
	KIND = 0x1f, NOREPLY = 0x20, STORAGE = 0x40, META = 0x80,	/* of a command */
	QUIT = 0xff,
	WATCH = 'w', NOOP = 'n',	/* tags: quiet meta commands have their second letter */
	BLOCK_MAX = 1 << 30,
};

static const struct nsc_word_row commands[] = {
	{"add", NSC_MEMCACHED_ADD | STORAGE | NOREPLY},
	{"append", NSC_MEMCACHED_APPEND | STORAGE | NOREPLY},
	{"cache_memlimit", NSC_MEMCACHED_ADMIN | NOREPLY},
	{"cas", NSC_MEMCACHED_CAS | STORAGE | NOREPLY},
	{"decr", NSC_MEMCACHED_DECR | NOREPLY},
	{"delete", NSC_MEMCACHED_DELETE | NOREPLY},
	{"flush_all", NSC_MEMCACHED_FLUSH | NOREPLY},
	{"gat", NSC_MEMCACHED_GAT},
	{"gats", NSC_MEMCACHED_GAT},
	{"get", NSC_MEMCACHED_GET},
	{"gets", NSC_MEMCACHED_GET},
	{"incr", NSC_MEMCACHED_INCR | NOREPLY},
	{"lru", NSC_MEMCACHED_ADMIN},
	{"lru_crawler", NSC_MEMCACHED_ADMIN},
	{"ma", NSC_MEMCACHED_INCR | META},
	{"md", NSC_MEMCACHED_DELETE | META},
	{"me", NSC_MEMCACHED_ADMIN | META},
	{"mg", NSC_MEMCACHED_GET | META},
	{"mn", NSC_MEMCACHED_NOOP | META},
	{"ms", NSC_MEMCACHED_SET | STORAGE | META},
	{"prepend", NSC_MEMCACHED_PREPEND | STORAGE | NOREPLY},
	{"quit", QUIT},
	{"replace", NSC_MEMCACHED_REPLACE | STORAGE | NOREPLY},
	{"set", NSC_MEMCACHED_SET | STORAGE | NOREPLY},
	{"slabs", NSC_MEMCACHED_ADMIN},
	{"stats", NSC_MEMCACHED_STATS},
	{"touch", NSC_MEMCACHED_TOUCH | NOREPLY},
	{"verbosity", NSC_MEMCACHED_ADMIN | NOREPLY},
	{"version", NSC_MEMCACHED_VERSION},
	{"watch", NSC_MEMCACHED_ADMIN},
};

/* What an answer's line begins with, and what it is. */
enum reply { REPLY, REPLY_VALUE, REPLY_VA, REPLY_HD, REPLY_REFUSED, REPLY_NF, REPLY_MN, REPLY_PART, REPLY_ERROR,
	     REPLY_CLIENT_ERROR, REPLY_SERVER_ERROR, REPLY_KNOWN, REPLY_UNKNOWN };

static const struct nsc_word_row replies[] = {
	{"client_error", REPLY_CLIENT_ERROR},
	{"deleted", REPLY_KNOWN},
	{"en", REPLY_KNOWN},
	{"end", REPLY_KNOWN},
	{"error", REPLY_ERROR},
	{"ex", REPLY_REFUSED},
	{"exists", REPLY_KNOWN},
	{"hd", REPLY_HD},
	{"item", REPLY_PART},
	{"me", REPLY_KNOWN},
	{"mn", REPLY_MN},
	{"nf", REPLY_NF},
	{"not_found", REPLY_KNOWN},
	{"not_stored", REPLY_KNOWN},
	{"ns", REPLY_REFUSED},
	{"ok", REPLY_KNOWN},
	{"reset", REPLY_KNOWN},
	{"server_error", REPLY_SERVER_ERROR},
	{"stat", REPLY_PART},
	{"stored", REPLY_KNOWN},
	{"touched", REPLY_KNOWN},
	{"va", REPLY_VA},
	{"value", REPLY_VALUE},
	{"version", REPLY_KNOWN},
};

/* The first words of a line, and its last one. */
struct line {
	struct nsc_bytes word[WORDS], last, all;
	unsigned words;			/* all that there are */
	bool quiet;			/* a word `q` behind the key */
};

static void
split(struct nsc_bytes text, struct line *l)
{
	memset(l, 0, sizeof *l);
	if (nsc_bytes_left(&text) > 0 && text.end[-1] == '\r')
		text.end--;
	l->all = text;
	for (;;) {
		const uint8_t *blank;
		size_t n;

		while (nsc_bytes_left(&text) > 0 && *text.p == ' ')
			nsc_bytes_skip(&text, 1);
		n = nsc_bytes_left(&text);
		if (n == 0)
			return;
		blank = memchr(text.p, ' ', n);
		l->last = nsc_bytes_sub(&text, blank != NULL ? (size_t)(blank - text.p) : n);
		l->quiet |= l->words > 1 && nsc_bytes_left(&l->last) == 1 && *l->last.p == 'q';
		if (l->words < WORDS)
			l->word[l->words] = l->last;
		l->words++;
	}
}

static bool
is_word(const struct nsc_bytes *b, const char *word)
{
	return nsc_bytes_left(b) == strlen(word) && nsc_bytes_starts(b, word);
}

static unsigned
command_of(const struct nsc_bytes *word)
{
	return nsc_word_value(commands, sizeof commands / sizeof commands[0], word,
			      NSC_MEMCACHED_OTHER);
}

static unsigned
reply_of(const struct line *l)
{
	if (nsc_bytes_starts(&l->all, "key="))
		return REPLY_PART;	/* of lru_crawler metadump */
	return nsc_word_value(replies, sizeof replies / sizeof replies[0], &l->word[0], REPLY_UNKNOWN);
}

static bool
contains(const struct nsc_bytes *b, const char *text)
{
	return memmem(b->p, nsc_bytes_left(b), text, strlen(text)) != NULL;
}

static unsigned
error_of(const struct line *l, unsigned reply)
{
	switch (reply) {
	case REPLY_ERROR:
		return NSC_MEMCACHED_UNKNOWN_COMMAND;
	case REPLY_CLIENT_ERROR:
		return contains(&l->all, "authent") ? NSC_MEMCACHED_AUTH : NSC_MEMCACHED_CLIENT_ERROR;
	case REPLY_SERVER_ERROR:
		if (contains(&l->all, "too large"))
			return NSC_MEMCACHED_TOO_LARGE;
		return contains(&l->all, "out of memory") ? NSC_MEMCACHED_OUT_OF_MEMORY
							  : NSC_MEMCACHED_SERVER_ERROR;
	default:
		return NSC_MEMCACHED_FINE;
	}
}

static bool
is_quiet(unsigned tag)
{
	return tag == 'g' || tag == 's' || tag == 'd' || tag == 'a';
}

/* Whether a quiet meta command may be answered so: otherwise that is a later one's answer. */
static bool
may_answer(unsigned tag, unsigned reply)
{
	switch (reply) {
	case REPLY_ERROR: case REPLY_CLIENT_ERROR: case REPLY_SERVER_ERROR:
		return true;
	case REPLY_VA: case REPLY_HD:
		return tag == 'g';
	case REPLY_NF:			/* some versions say so, some do not */
	case REPLY_REFUSED:
		return tag != 'g';
	default:
		return false;
	}
}

static void
over(struct nsc_memcached *s, int side, struct nsc_out *out)
{
	struct nsc_memcached_message *m = &s->message[side];

	if (!m->counts)
		return;
	m->counts = false;
	if (s->client != side + 1)
		nsc_memcached_answer(s, m->error, out);
	else if (m->unanswered)
		nsc_out_operation(out, m->kind, 0, 0);
	else
		nsc_memcached_ask(s, m->kind, m->tag, out);
}

static void
command(struct nsc_memcached_message *m, const struct line *l)
{
	unsigned c = command_of(&l->word[0]);

	*m = (struct nsc_memcached_message){.kind = c & KIND, .counts = c != QUIT && l->words > 0};
	if (c == QUIT)
		return;
	if (m->kind == NSC_MEMCACHED_NOOP)
		m->tag = NOOP;
	else if ((c & META) != 0 && l->quiet && m->kind != NSC_MEMCACHED_ADMIN)
		m->tag = l->word[0].p[1] | 0x20;
	if (is_word(&l->word[0], "watch"))
		m->tag = WATCH;
	m->unanswered = (c & NOREPLY) != 0 && l->words > 1 && is_word(&l->last, "noreply");
	if ((c & STORAGE) != 0 && nsc_bytes_left(&l->word[1]) <= NSC_MEMCACHED_KEY_MAX) {
		int64_t n = nsc_bytes_decimal(l->word[(c & META) != 0 ? 2 : 4], BLOCK_MAX);

		m->left = n >= 0 ? (uint64_t)n + 2 : 0;
	}
}

static void
answer(struct nsc_memcached *s, struct nsc_memcached_message *m, const struct line *l,
       struct nsc_out *out)
{
	unsigned reply = reply_of(l);
	const struct nsc_pending *p;

	*m = (struct nsc_memcached_message){.error = (uint8_t)error_of(l, reply)};
	if (s->watched || reply == REPLY_PART || l->words == 0)
		return;
	if (reply == REPLY_VALUE || reply == REPLY_VA) {
		int64_t n = nsc_bytes_decimal(l->word[reply == REPLY_VA ? 1 : 3], BLOCK_MAX);

		m->left = n >= 0 ? (uint64_t)n + 2 : 0;
	}
	if (reply == REPLY_VALUE)
		return;			/* END is the answer's end */
	/* MN answers nothing else: what waits before it has been answered, as another. */
	while ((p = nsc_queue_oldest(&s->queue, s->ring)) != NULL && !may_answer(p->tag, reply) &&
	       (reply == REPLY_MN ? p->tag != NOOP : is_quiet(p->tag)))
		nsc_memcached_unsaid(s, out);
	s->watched = p != NULL && p->tag == WATCH && m->error == 0;
	m->counts = true;
}

/* The line that is all there, or the beginning of a long one.  False: more is to come. */
static bool
take_line(struct nsc_bytes *b, struct nsc_bytes *text, bool *whole)
{
	size_t left = nsc_bytes_left(b);
	const uint8_t *lf = memchr(b->p, '\n', left);

	*whole = lf != NULL;
	if (lf == NULL && left < LINE_MAX)
		return false;
	*text = nsc_bytes_sub(b, lf != NULL ? (size_t)(lf - b->p) : left);
	if (lf != NULL)
		nsc_bytes_skip(b, 1);
	return true;
}

void
nsc_memcached_text(struct nsc_memcached *s, struct nsc_chunk *in, struct nsc_out *out)
{
	struct nsc_memcached_message *m = &s->message[in->side];
	struct nsc_bytes *b = &in->bytes, text;

	while (nsc_bytes_left(b) > 0) {
		struct line l;
		bool whole;

		if (m->line) {
			const uint8_t *lf = memchr(b->p, '\n', nsc_bytes_left(b));

			nsc_bytes_skip(b, lf != NULL ? (size_t)(lf - b->p) + 1 : nsc_bytes_left(b));
			if (lf == NULL)
				return;
			m->line = false;
			if (m->left == 0)
				over(s, in->side, out);
			continue;
		}
		if (m->left > 0) {
			if (!nsc_rest_pass(&m->left, b, &out->wish))
				return;
			over(s, in->side, out);
			continue;
		}
		if (!take_line(b, &text, &whole)) {
			out->wish.need = (uint32_t)nsc_bytes_left(b) + 1;
			return;
		}
		split(text, &l);
		if (s->client == in->side + 1)
			command(m, &l);
		else
			answer(s, m, &l, out);
		m->line = !whole;
		if (whole && m->left == 0)
			over(s, in->side, out);
	}
}

static struct line
first_line(struct nsc_bytes text)
{
	const uint8_t *lf = nsc_bytes_left(&text) > 0 ? memchr(text.p, '\n', nsc_bytes_left(&text)) : NULL;
	struct line l;

	if (lf != NULL)
		text.end = lf;
	split(text, &l);
	return l;
}

bool
nsc_memcached_text_quiet(unsigned tag)
{
	return is_quiet(tag);
}

unsigned
nsc_memcached_text_kind(const struct nsc_bytes *text)
{
	struct line l = first_line(*text);
	unsigned c = command_of(&l.word[0]);

	return c == QUIT ? NSC_MEMCACHED_OTHER : c & KIND;
}

unsigned
nsc_memcached_text_error(const struct nsc_bytes *text)
{
	struct line l = first_line(*text);

	return error_of(&l, reply_of(&l));
}

bool
nsc_memcached_is_text(const struct nsc_bytes *text, bool client)
{
	struct line l = first_line(*text);

	if (l.words == 0)
		return false;
	return client ? command_of(&l.word[0]) != NSC_MEMCACHED_OTHER : reply_of(&l) != REPLY_UNKNOWN;
}
