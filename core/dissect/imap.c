/* SPDX-License-Identifier: MIT */
/*
 * IMAP (RFC 9051, RFC 3501): commands whose answers repeat their tags, in any order, literals of
 * both sides (RFC 9051, 4.3), IDLE, and STARTTLS (6.2.1).
 */
#include "base/fnv.h"
#include "base/line.h"
#include "dissect/dialogue.h"
#include "dissect/imap_words.h"
#include "dissect/lines.h"
#include "dissect/pending.h"
#include "dissect/protocols.h"
#include "dissect/rest.h"

enum {
	TAG_MAX = 32,
	ROOM = 32,			/* commands that wait */
};

#define LITERAL_MAX INT64_C(0xffffffff)

enum tag { COUNTED, SILENT, TAG_AUTHENTICATE, TAG_STARTTLS, TAG_COMPRESS, TAG_LOGOUT };
enum role { CLIENT, SERVER };

struct state {
	struct nsc_dialogue dialogue;
	struct nsc_pending waiting[ROOM];	/* by the hash of the tag */
	struct nsc_pending open;	/* if used: the command whose end was not yet said */
	struct nsc_pending older;	/* if used: it waits with the tag of another one */
	uint64_t literal[2];		/* by role: octets that are left of it */
	uint32_t idle;			/* hash of the tag of the IDLE that goes on, */
	bool idles;			/* if one does */
	bool authenticates, leaves;
};

/* Behind the tag. */
static const struct nsc_word commands[] = {
	{"CAPABILITY", 4},
	{"STARTTLS", 4},
	{"AUTHENTICATE ", 4},
	{"NAMESPACE", 4},
	{"LOGIN ", 2},
	{"ID (", 2},
	{"ID NIL", 2},
	{"NOOP", 1},
	{"LOGOUT", 2},
	{"ENABLE ", 2},
	{"SELECT ", 2},
	{"EXAMINE ", 2},
	{"LIST ", 2},
	{"UID FETCH ", 4},
	{"UID SEARCH ", 4},
	{"IDLE", 1},
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
	{"* PREAUTH ", 3},
	{"* BYE ", 2},
	{NULL, 0},
};

static const struct nsc_word tagged[] = {
	{"OK", 1}, {"NO", 1}, {"BAD", 1}, {NULL, 0}};

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

static unsigned
client(struct nsc_lines *s, struct nsc_text line)
{
	(void)s;
	return cut_tag(&line) > 0 ? nsc_word_marks(commands, line) : 0;
}

static unsigned
server(struct nsc_lines *s, struct nsc_text line)
{
	unsigned marks = nsc_word_marks(untagged, line);

	(void)s;
	if (marks != 0)
		return marks < 4 && nsc_line_has(line, "IMAP") ? 4 : marks;
	return cut_tag(&line) > 0 ? nsc_word_marks(tagged, line) : 0;
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

static struct nsc_bytes
octets(struct nsc_text t)
{
	return nsc_bytes(t.p, t.len);
}

/* "{12}", "{12+}" or "~{12}" ends a line: a literal of so many octets follows.  False: none. */
static bool
begins_literal(struct state *s, enum role role, struct nsc_text line)
{
	uint32_t from = line.len, to;
	int64_t n;

	if (line.len < 3 || line.p[line.len - 1] != '}')
		return false;
	to = line.len - 1;
	to -= line.p[to - 1] == '+';
	for (from = to; from > 0 && line.p[from - 1] >= '0' && line.p[from - 1] <= '9';)
		from--;
	if (from == 0 || line.p[from - 1] != '{')
		return false;
	n = nsc_bytes_decimal(nsc_bytes(line.p + from, to - from), LITERAL_MAX);
	if (n < 0)
		return false;
	s->literal[role] = (uint64_t)n;
	return true;
}

static void
ask(struct state *s, const struct nsc_pending *p, struct nsc_out *out)
{
	struct nsc_pending older;

	/* Some give all their commands one tag. */
	if (nsc_ids_take(s->waiting, ROOM, p->id, &older))
		s->older = older;
	if (!nsc_ids_ask(s->waiting, ROOM, p->id, p->kind, p->tag, out->time))
		nsc_out_lost(out);
}

/* What was said of a command up to here may be all of it. */
static void
said(struct state *s, struct nsc_text end, struct nsc_out *out)
{
	s->open.used = begins_literal(s, CLIENT, end);
	if (!s->open.used)
		ask(s, &s->open, out);
}

static enum tag
tag_of(unsigned command)
{
	switch (command) {
	case NSC_IMAP_LOGIN:
		return SILENT;
	case NSC_IMAP_AUTHENTICATE:
		return TAG_AUTHENTICATE;
	case NSC_IMAP_LOGOUT:
		return TAG_LOGOUT;
	case NSC_IMAP_STARTTLS:
		return TAG_STARTTLS;
	case NSC_IMAP_COMPRESS:
		return TAG_COMPRESS;
	default:
		return COUNTED;
	}
}

/* DONE: the server's time is that from here on. */
static void
idle_ends(struct state *s, struct nsc_out *out)
{
	struct nsc_pending p;

	if (s->idles && nsc_ids_take(s->waiting, ROOM, s->idle, &p))
		ask(s, &p, out);
	s->idles = false;
}

static void
on_command(void *state, struct nsc_text line, bool whole, struct nsc_chunk *in, struct nsc_out *out)
{
	struct state *s = state;
	struct nsc_text words = line;
	uint32_t n = cut_tag(&words);
	unsigned command = n > 0 ? nsc_imap_command(octets(words)) : NSC_IMAP_UNKNOWN;

	(void)in;
	if (!s->open.used) {
		if (n == 0 || (s->authenticates && command == NSC_IMAP_UNKNOWN)) {
			if (line.len == 4 && nsc_line_has(line, "DONE"))
				idle_ends(s, out);
			return;
		}
		s->open = (struct nsc_pending){
			.id = nsc_fnv(NSC_FNV_BASIS, line.p, n),
			.kind = (uint8_t)(command < NSC_IMAP_KINDS ? command : NSC_IMAP_OTHER),
			.tag = (uint8_t)tag_of(command), .used = true};
		s->authenticates = command == NSC_IMAP_AUTHENTICATE;
		s->leaves = s->leaves || command == NSC_IMAP_LOGOUT;
		s->dialogue.asked = s->dialogue.asked || command == NSC_IMAP_STARTTLS;
		if (command == NSC_IMAP_IDLE) {
			s->idles = true;
			s->idle = s->open.id;
		}
	}
	if (whole)
		said(s, line, out);
}

/* The last octets of a long line. */
static void
on_tail(void *state, bool is_client, struct nsc_text end, struct nsc_out *out)
{
	struct state *s = state;

	if (!is_client)
		begins_literal(s, SERVER, end);
	else if (s->open.used)
		said(s, end, out);
}

/* "* BYE" that no LOGOUT asked for, "* BAD": errors of no command (RFC 9051, 7.1). */
static void
on_untagged(struct state *s, struct nsc_text line, struct nsc_out *out)
{
	static const struct nsc_word states[] = {
		{"* BYE", NSC_IMAP_BYE}, {"* BAD", NSC_IMAP_BAD}, {NULL, 0}};
	unsigned error = nsc_word_marks(states, line);

	if (error == 0)
		begins_literal(s, SERVER, line);
	else if (error != NSC_IMAP_BYE || !s->leaves)
		nsc_out_operation(out, NSC_NO_OPERATION, error, 0);
}

/* Who waits with that tag, of two the older one; also one that was refused before its end. */
static bool
take(struct state *s, uint32_t id, struct nsc_pending *p)
{
	struct nsc_pending *early = s->older.used ? &s->older : &s->open;

	if (early->used && early->id == id) {
		*p = *early;
		if (early == &s->open)
			s->literal[CLIENT] = 0;
		early->used = false;
		return true;
	}
	return nsc_ids_take(s->waiting, ROOM, id, p);
}

static enum nsc_verdict
on_reply(void *state, struct nsc_text line, bool whole, struct nsc_out *out)
{
	struct state *s = state;
	struct nsc_text words = line;
	uint32_t n = cut_tag(&words);
	int error = n > 0 ? nsc_imap_status(octets(words)) : -1;
	struct nsc_pending p;

	if (error < 0) {
		if (whole && line.len > 0 && line.p[0] != '+')
			on_untagged(s, line, out);
		return NSC_MORE;
	}
	if (!take(s, nsc_fnv(NSC_FNV_BASIS, line.p, n), &p))
		p = (struct nsc_pending){.tag = SILENT};
	s->idles = s->idles && p.id != s->idle;
	s->authenticates = s->authenticates && p.tag != TAG_AUTHENTICATE;
	s->dialogue.asked = s->dialogue.asked && (p.tag != TAG_STARTTLS || error == 0);
	if (p.tag == COUNTED)
		nsc_out_answered(out, &p, (unsigned)error);
	else if (error > 0)
		nsc_out_operation(out, NSC_NO_OPERATION, (unsigned)error, 0);
	else if (p.tag == TAG_STARTTLS)
		return NSC_HAND_ON;
	else if (p.tag == TAG_COMPRESS)	/* RFC 4978 */
		return NSC_DONE;
	return NSC_MORE;
}

static enum nsc_speaker
speaker(struct nsc_text line)
{
	struct nsc_text words = line;

	if (line.len > 1 && (line.p[0] == '*' || line.p[0] == '+') && line.p[1] == ' ')
		return NSC_SERVER;
	if (cut_tag(&words) == 0)
		return line.len == 4 && nsc_line_has(line, "DONE") ? NSC_CLIENT : NSC_EITHER;
	if (nsc_imap_status(octets(words)) >= 0)
		return NSC_SERVER;
	return nsc_imap_command(octets(words)) != NSC_IMAP_UNKNOWN ? NSC_CLIENT : NSC_EITHER;
}

static bool
pass(void *state, bool is_client, struct nsc_chunk *in, struct nsc_out *out)
{
	struct state *s = state;
	uint64_t *literal = &s->literal[is_client ? CLIENT : SERVER];

	if (*literal == 0)
		return false;
	nsc_rest_pass(literal, &in->bytes, &out->wish);
	return true;
}

/* What waits stays: its tag says whose an answer is. */
static void
on_gap(void *state, bool is_client, struct nsc_out *out)
{
	struct state *s = state;

	(void)out;
	s->literal[is_client ? CLIENT : SERVER] = 0;
	if (is_client)
		s->open.used = s->authenticates = false;
}

static const struct nsc_dialogue_rules talk = {
	.speaker = speaker,
	.pass = pass,
	.command = on_command,
	.reply = on_reply,
	.tail = on_tail,
	.gap = on_gap,
};

static enum nsc_verdict
feed(void *state, struct nsc_chunk *in, struct nsc_out *out)
{
	return nsc_dialogue_feed(&talk, state, in, out);
}

const struct nsc_dissector nsc_imap = {
	.name = "imap",
	.title = "Internet Message Access Protocol",
	.spec = "RFC 9051, RFC 3501, RFC 5530",
	.transports = NSC_OVER_TCP,
	.state_size = sizeof(struct state),
	.guess = guess,
	.feed = feed,
	.operations = nsc_imap_operations,
	.errors = nsc_imap_errors,
	.known_by = "the greeting, or a tagged command and its tagged answer",
	.measures = "commands by their tagged answers (IDLE when it is over, with the time from "
		    "DONE), NO and BAD by their response codes, BYE and BAD that belong to no "
		    "command; time from the command's end to the answer",
	.limits = "LOGIN, AUTHENTICATE, STARTTLS and LOGOUT are no operations, but their errors "
		  "count; of commands that wait at most 32 are kept; behind COMPRESS nothing is "
		  "read; behind STARTTLS it is TLS",
};
