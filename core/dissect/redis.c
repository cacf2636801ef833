/* SPDX-License-Identifier: MIT */
/*
 * Redis: RESP2 and RESP3 (redis.io/docs/reference/protocol-spec).  A command is an array of
 * strings, or a line; it is answered, in order, by one value.  What is pushed answers nothing.
 */
#include "base/line.h"
#include "dissect/pending.h"
#include "dissect/protocols.h"
#include "dissect/redis_words.h"

enum {
	DIGITS = 7, WORD_MAX = 24,
	ROOM = 64,		/* runs of requests that wait */
	LINE_MAX = 65536,	/* PROTO_INLINE_MAX_SIZE of its server */
	SILENT = 1,		/* tag: login and the like, no operation */
};

#define VALUES_MAX (1ull << 40)
#define LENGTH_MAX ((1ll << 40) * 10)	/* beyond it, as below 0: a null, or no number */

struct state {
	struct nsc_queue queue;
	struct nsc_pending ring[ROOM];
	uint64_t values[2];	/* of a value under way, by side: how many are to come */
	uint8_t client;		/* side + 1; 0: not known */
	bool lost[2];		/* octets were lost: a value's beginning is looked for */
	bool subscribed;	/* RESP2: arrays may be messages */
	bool push;		/* the value under way answers nothing */
};

/* "*3\r\n": its number; -1: not all there; -2: none. */
static int
take_count(struct nsc_bytes *b, char mark)
{
	int n = 0;
	unsigned digits;
	uint8_t c = nsc_bytes_u8(b);

	if (b->bad)
		return -1;
	if (c != (uint8_t)mark)
		return -2;
	for (digits = 0; digits <= DIGITS; digits++) {
		c = nsc_bytes_u8(b);
		if (b->bad)
			return -1;
		if (c < '0' || c > '9')
			break;
		n = n * 10 + (c - '0');
	}
	if (digits == 0 || digits > DIGITS || c != '\r')
		return -2;
	c = nsc_bytes_u8(b);
	return b->bad ? -1 : c == '\n' ? n : -2;
}

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	struct nsc_bytes b = g->bytes;
	int words = take_count(&b, '*'), length = words > 0 ? take_count(&b, '$') : words;

	if (length == -1)
		return NSC_MORE;
	if (length < 1 || length > WORD_MAX)
		return NSC_NOT_MINE;
	for (int i = 0; i < length && nsc_bytes_left(&b) > 0; i++) {
		uint8_t c = nsc_bytes_u8(&b) | 0x20;

		if (!(c >= 'a' && c <= 'z') && c != ('.' | 0x20) && c != ('_' | 0x20) &&
		    !(c >= '0' && c <= '9'))
			return NSC_NOT_MINE;
	}
	if (nsc_bytes_left(&b) < 2)
		return NSC_MORE;
	return nsc_bytes_starts(&b, "\r\n") ? NSC_DONE : NSC_NOT_MINE;
}

/* The string behind "$3\r\n", or the first word of a line. */
static struct nsc_bytes
first_word(const struct nsc_bytes *line)
{
	const uint8_t *space = memchr(line->p, ' ', nsc_bytes_left(line));
	struct nsc_bytes word = *line;

	if (space != NULL)
		word.end = space;
	return word;
}

static void
asked(struct state *s, const struct nsc_bytes *word, struct nsc_out *out)
{
	unsigned kind = nsc_redis_operation(word);
	bool silent = kind == NSC_REDIS_LOGIN;

	s->subscribed |= kind == NSC_REDIS_SUBSCRIBE;
	if (!nsc_queue_ask(&s->queue, s->ring, ROOM, silent ? 0 : kind, silent ? SILENT : 0,
			   out->time))
		nsc_out_lost(out);
}

static void
answered(struct state *s, unsigned error, struct nsc_out *out)
{
	const struct nsc_pending *p = nsc_queue_oldest(&s->queue, s->ring);

	if (p == NULL || p->tag == SILENT) {
		if (error > 0)
			nsc_out_operation(out, NSC_NO_OPERATION, error, 0);
	} else {
		nsc_out_answered(out, p, error);
	}
	nsc_queue_drop(&s->queue, s->ring, ROOM);
}

/* A value of the server's has come to its end. */
static void
over(struct state *s, unsigned error, struct nsc_out *out)
{
	if (!s->push)
		answered(s, error, out);
	s->push = false;
}

/*
 * What an array of the server's begins with, if that says whether it answers: a message of a
 * subscription does not, nor does what confirms a subscription's second channel.
 */
static bool
is_pushed(const struct state *s, const struct nsc_bytes *word)
{
	const struct nsc_pending *p = nsc_queue_oldest(&s->queue, s->ring);

	switch (nsc_redis_push(word)) {
	case NSC_REDIS_MESSAGE:
		return true;
	case NSC_REDIS_CONFIRMED:
		return p == NULL || p->kind != NSC_REDIS_SUBSCRIBE;
	default:
		return false;
	}
}

/*
 * A string's length is known: its octets are not looked at, but those that say what a command
 * or a pushed array is.  Behind it stands CR LF.
 */
static enum nsc_verdict
take_string(struct nsc_bytes *b, int64_t length, struct nsc_wish *wish)
{
	uint64_t whole = length < 0 ? 0 : (uint64_t)length + 2, left = nsc_bytes_left(b);

	if (whole <= left) {
		nsc_bytes_skip(b, (size_t)whole);
		return NSC_DONE;
	}
	nsc_bytes_skip(b, (size_t)left);
	wish->skip = whole - left;
	return NSC_MORE;
}

/* The string that begins the array, when all of its first WORD_MAX octets are there. */
static bool
peek_word(const struct nsc_bytes *rest, struct nsc_bytes *word)
{
	struct nsc_bytes b = *rest, line;
	int64_t length;

	if (!nsc_bytes_line(&b, &line))
		return false;
	if (nsc_bytes_left(&line) < 2 || *line.p != '$') {
		*word = nsc_bytes(line.p, 0);
		return true;
	}
	nsc_bytes_skip(&line, 1);
	length = nsc_bytes_decimal(line, LENGTH_MAX);
	if (length < 0 || length > WORD_MAX)
		length = 0;
	*word = nsc_bytes_sub(&b, (size_t)length);
	return !word->bad;
}

enum step { STEP, MORE, SKIP, BROKEN };

/* An aggregate of n parts stands in a value's place; the array that a value begins with is looked at. */
static enum step
aggregate(struct state *s, struct nsc_chunk *in, struct nsc_bytes *b, uint8_t mark, int64_t n,
	  struct nsc_out *out)
{
	bool client = s->client == in->side + 1, first = s->values[in->side] == 0;
	uint64_t parts = n < 0 ? 0 : (uint64_t)n;
	struct nsc_bytes word = nsc_bytes(NULL, 0);

	if (first && parts > 0 && (client || mark == '>' || s->subscribed) && !peek_word(b, &word))
		return MORE;
	if (mark == '%' || mark == '|')
		parts *= 2;
	if (first && client) {
		if (parts > 0)
			asked(s, &word, out);
	} else if (first) {
		s->push = mark == '>' || (s->subscribed && mark == '*' && is_pushed(s, &word));
		/* RESP3 confirms subscriptions by a push. */
		if (mark == '>' && nsc_redis_push(&word) == NSC_REDIS_CONFIRMED)
			s->push = is_pushed(s, &word);
	}
	if (!first)
		s->values[in->side]--;
	s->values[in->side] += parts + (mark == '|');
	if (s->values[in->side] > VALUES_MAX)
		return BROKEN;
	if (s->values[in->side] == 0 && !client)
		over(s, 0, out);
	return STEP;
}

/* A value that has no parts is over. */
static void
scalar(struct state *s, int side, unsigned error, struct nsc_out *out)
{
	bool first = s->values[side] == 0;

	if (!first)
		s->values[side]--;
	if (s->values[side] == 0 && s->client != side + 1)
		over(s, first ? error : 0, out);
}

/* One line, and the string behind it. */
static enum step
element(struct state *s, struct nsc_chunk *in, struct nsc_out *out)
{
	struct nsc_bytes b = in->bytes, line, word;
	bool client = s->client == in->side + 1;
	enum step step = STEP;
	uint8_t mark;

	if (!nsc_bytes_line(&b, &line))
		return nsc_bytes_left(&in->bytes) > LINE_MAX ? BROKEN : MORE;
	if (nsc_bytes_left(&line) == 0) {	/* behind an inline command: nothing */
		in->bytes = b;
		return STEP;
	}
	word = line;
	mark = nsc_bytes_u8(&line);
	switch (mark) {
	case '*': case '~': case '%': case '>': case '|':
		step = aggregate(s, in, &b, mark, nsc_bytes_decimal(line, LENGTH_MAX), out);
		break;
	case '$': case '=': case '!': {
		struct nsc_bytes text = b;

		if (mark == '!' && nsc_bytes_left(&b) < WORD_MAX && nsc_bytes_decimal(line, LENGTH_MAX) >= WORD_MAX)
			return MORE;
		word = first_word(&text);
		if (take_string(&b, nsc_bytes_decimal(line, LENGTH_MAX), &out->wish) == NSC_MORE)
			step = SKIP;
		scalar(s, in->side, mark == '!' ? nsc_redis_error(&word) : 0, out);
		break;
	}
	case '-':
		word = first_word(&line);
		scalar(s, in->side, nsc_redis_error(&word), out);
		break;
	case '+': case ':': case '_': case '#': case ',': case '(':
		scalar(s, in->side, 0, out);
		break;
	default:
		if (!client || s->values[in->side] > 0)
			return BROKEN;
		word = first_word(&word);
		asked(s, &word, out);
		break;
	}
	if (step == STEP || step == SKIP)
		in->bytes = b;
	return step;
}

/*
 * Behind lost octets a packet that begins with a command is one, and what begins with a value
 * after a command answers it.
 */
static bool
found_again(struct state *s, struct nsc_chunk *in)
{
	struct nsc_guess g = {.bytes = in->bytes};

	if (s->client != in->side + 1)
		return nsc_queue_oldest(&s->queue, s->ring) != NULL &&
		       strchr("*~%>|$=!-+:_#,(", *in->bytes.p) != NULL;
	return guess(&g) == NSC_DONE;
}

static enum nsc_verdict
feed(void *state, struct nsc_chunk *in, struct nsc_out *out)
{
	struct state *s = state;
	struct nsc_guess g = {.bytes = in->bytes};

	if (s->client == 0)
		s->client = (uint8_t)(1 + (guess(&g) == NSC_DONE ? in->side : !in->side));
	if (in->gap) {
		s->lost[in->side] = true;
		s->values[in->side] = 0;
		s->push = false;
		nsc_queue_forget(&s->queue);
	}
	if (s->lost[in->side] && nsc_bytes_left(&in->bytes) > 0) {
		if (!found_again(s, in)) {
			nsc_bytes_skip(&in->bytes, nsc_bytes_left(&in->bytes));
			return NSC_MORE;
		}
		s->lost[in->side] = false;
	}
	while (nsc_bytes_left(&in->bytes) > 0) {
		switch (element(s, in, out)) {
		case STEP:
			break;
		case MORE:
			out->wish.need = (uint32_t)nsc_bytes_left(&in->bytes) + 1;
			return NSC_MORE;
		case SKIP:
			return NSC_MORE;
		case BROKEN:
			return NSC_MALFORMED;
		}
	}
	return NSC_MORE;
}

const struct nsc_dissector nsc_redis = {
	.name = "redis",
	.title = "Redis serialization protocol",
	.spec = "RESP2, RESP3",
	.transports = NSC_OVER_TCP,
	.state_size = sizeof(struct state),
	.first = {{'*', '*' + 1}},
	.guess = guess,
	.feed = feed,
	.operations = nsc_redis_operations,
	.errors = nsc_redis_errors,
	.known_by = "a command that is an array of strings, the first one a word of at most 24 octets",
	.measures = "commands that were answered, errors by their first word, time to the answer (of a long "
		    "string: to its beginning)",
	.limits = "after `CLIENT REPLY OFF` answers are matched wrongly; errors inside the array that "
		  "answers EXEC are not told; of a pipeline of more than 64 unlike commands the others "
		  "count as `other`; a conversation of inline commands alone is not known",
};
