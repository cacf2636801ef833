/* SPDX-License-Identifier: MIT */
/*
 * POP3 (RFC 1939): commands answered in order, also pipelined (RFC 2449, 6.6), some by a text that
 * a dot ends; and STLS (RFC 2595, 4).
 */
#include "dissect/dialogue.h"
#include "dissect/dot.h"
#include "dissect/lines.h"
#include "dissect/pending.h"
#include "dissect/protocols.h"
#include "dissect/words.h"

enum { ROOM = 32 };	/* runs of commands that wait */

enum kind {
	OTHER, STAT, LIST, UIDL, RETRIEVE, TOP, DELETE, RESET, NOOP, CAPABILITIES, KINDS,
	LOGIN = KINDS, AUTH, STLS, QUIT, UNKNOWN,	/* no operations */
};

static const char *const operations[] = {
	"other", "stat", "list", "uidl", "retrieve", "top", "delete", "reset", "noop",
	"capabilities", NULL,
};

/* -ERR, with its response code if it has one (RFC 2449, 8; RFC 3206; RFC 6856, 5). */
enum error {
	ERR = 1, ERR_AUTH, ERR_IN_USE, ERR_LOGIN_DELAY, ERR_SYS_PERM, ERR_SYS_TEMP, ERR_UTF8,
};

static const char *const errors[] = {
	"err", "auth", "in_use", "login_delay", "sys_perm", "sys_temp", "utf8", NULL,
};

enum tag { COUNTED, LONG, SILENT, TAG_AUTH, TAG_STLS };

struct state {
	struct nsc_dialogue dialogue;
	struct nsc_queue queue;
	struct nsc_pending ring[ROOM];
	uint8_t text;		/* enum nsc_dot, of the server's octets */
	bool greeted, auth;
	bool stray;		/* the text's command was forgotten */
	bool unsure;		/* behind lost octets: what no command asked for may be any text */
};

static const struct nsc_word commands[] = {
	{"STLS", 4},
	{"CAPA", 3},
	{"APOP ", 3},
	{"UIDL", 3},
	{"STAT", 1 | NSC_LINE_SHARED},
	{"LIST", 1 | NSC_LINE_SHARED},
	{"RETR ", 1 | NSC_LINE_SHARED},
	{"USER ", 2 | NSC_LINE_SHARED},
	{"PASS ", 1 | NSC_LINE_SHARED},
	{"AUTH", 1 | NSC_LINE_SHARED},
	{"NOOP", 1 | NSC_LINE_SHARED},
	{"QUIT", 1 | NSC_LINE_SHARED},
	{NULL, 0},
};

/* Redis says a bare +OK too; a greeting has a text. */
static const struct nsc_word replies[] = {
	{"+OK ", 3},
	{"+OK", 2},
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
	(void)s;
	return nsc_word_marks(replies, line);
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

static unsigned
command_of(struct nsc_text line)
{
	static const struct nsc_word_row list[] = {
		{"apop", LOGIN}, {"auth", AUTH}, {"capa", CAPABILITIES}, {"dele", DELETE},
		{"lang", OTHER}, {"list", LIST}, {"noop", NOOP}, {"pass", LOGIN}, {"quit", QUIT},
		{"retr", RETRIEVE}, {"rset", RESET}, {"stat", STAT}, {"stls", STLS}, {"top", TOP},
		{"uidl", UIDL}, {"user", LOGIN}, {"utf8", OTHER},
	};
	struct nsc_bytes word = nsc_first_word(line);

	return nsc_word_value(list, sizeof list / sizeof list[0], &word, UNKNOWN);
}

/* "[IN-USE] text", of -ERR. */
static unsigned
error_of(struct nsc_text line)
{
	static const struct nsc_word_row list[] = {
		{"auth", ERR_AUTH}, {"in-use", ERR_IN_USE}, {"login-delay", ERR_LOGIN_DELAY},
		{"sys/perm", ERR_SYS_PERM}, {"sys/temp", ERR_SYS_TEMP}, {"utf8", ERR_UTF8},
	};
	const char *from = line.len > 6 && line.p[5] == '[' ? line.p + 6 : NULL;
	const char *to = from != NULL ? memchr(from, ']', line.len - 6) : NULL;
	struct nsc_bytes word;

	if (to == NULL)
		return ERR;
	word = nsc_bytes(from, (size_t)(to - from));
	return nsc_word_value(list, sizeof list / sizeof list[0], &word, ERR);
}

static void
ask(struct state *s, unsigned kind, enum tag tag, struct nsc_out *out)
{
	if (!nsc_queue_ask(&s->queue, s->ring, ROOM, kind, tag, out->time))
		nsc_out_lost(out);
}

static void
on_command(void *state, struct nsc_text line, bool whole, struct nsc_chunk *in, struct nsc_out *out)
{
	struct state *s = state;
	unsigned command = command_of(line);
	bool alone = line.len <= 4;	/* no message is named: of all of them */

	(void)whole, (void)in;
	if (s->auth)		/* it goes on with its own lines */
		return;
	switch (command) {
	case LIST:
	case UIDL:
		ask(s, command, alone ? LONG : COUNTED, out);
		break;
	case RETRIEVE:
	case TOP:
	case CAPABILITIES:
		ask(s, command, LONG, out);
		break;
	case AUTH:
		s->auth = true;
		ask(s, OTHER, TAG_AUTH, out);
		break;
	case STLS:
		s->dialogue.asked = true;
		ask(s, OTHER, TAG_STLS, out);
		break;
	case LOGIN:
	case QUIT:
		ask(s, OTHER, SILENT, out);
		break;
	default:
		ask(s, command == UNKNOWN ? OTHER : command, COUNTED, out);
	}
}

/* True: it is a reply's first line; *error, or 0. */
static bool
is_reply(struct nsc_text line, unsigned *error)
{
	static const struct nsc_word ok[] = {{"+OK", 1}, {NULL, 0}};
	static const struct nsc_word err[] = {{"-ERR", 1}, {NULL, 0}};

	*error = nsc_word_marks(err, line) != 0 ? error_of(line) : 0;
	return *error != 0 || nsc_word_marks(ok, line) != 0;
}

static enum nsc_verdict
on_reply(void *state, struct nsc_text line, bool whole, struct nsc_out *out)
{
	struct state *s = state;
	const struct nsc_pending *p = nsc_queue_oldest(&s->queue, s->ring);
	bool greeted = s->greeted;
	unsigned error;

	(void)whole;
	if (!is_reply(line, &error))	/* "+ " of AUTH among others */
		return NSC_MORE;
	s->greeted = true;
	/* The first one is the greeting, even if it is read behind the STLS. */
	if (p == NULL || (!greeted && p->tag == TAG_STLS)) {
		if (error != 0 && !s->unsure)
			nsc_out_operation(out, NSC_NO_OPERATION, error, 0);
		return NSC_MORE;
	}
	s->unsure = false;
	s->auth = s->auth && p->tag != TAG_AUTH;
	if (p->tag == TAG_STLS && error == 0)
		return NSC_HAND_ON;
	if (p->tag == LONG && error == 0) {
		s->text = NSC_DOT_LINE_START;
		return NSC_MORE;
	}
	s->dialogue.asked = s->dialogue.asked && p->tag != TAG_STLS;
	if (p->tag == COUNTED || p->tag == LONG)
		nsc_out_answered(out, p, error);
	else if (error != 0)
		nsc_out_operation(out, NSC_NO_OPERATION, error, 0);
	nsc_queue_drop(&s->queue, s->ring, ROOM);
	return NSC_MORE;
}

static enum nsc_speaker
speaker(struct nsc_text line)
{
	unsigned error;

	if (is_reply(line, &error))
		return NSC_SERVER;
	return command_of(line) != UNKNOWN ? NSC_CLIENT : NSC_EITHER;
}

/* The text of a reply, at whose end it is answered. */
static bool
pass(void *state, bool is_client, struct nsc_chunk *in, struct nsc_out *out)
{
	struct state *s = state;
	const struct nsc_pending *p;

	if (is_client || s->text == NSC_DOT_NONE)
		return false;
	if (!nsc_dot_pass(&s->text, &in->bytes))
		return true;
	p = nsc_queue_oldest(&s->queue, s->ring);
	if (p != NULL && !s->stray) {
		nsc_out_answered(out, p, 0);
		nsc_queue_drop(&s->queue, s->ring, ROOM);
	}
	s->stray = false;
	return true;
}

static void
on_gap(void *state, bool is_client, struct nsc_out *out)
{
	struct state *s = state;

	(void)out;
	nsc_queue_forget(&s->queue);
	if (!is_client)
		s->text = NSC_DOT_NONE;
	s->stray = s->text != NSC_DOT_NONE;
	s->auth = false;
	s->unsure = true;
}

static const struct nsc_dialogue_rules talk = {
	.speaker = speaker,
	.pass = pass,
	.command = on_command,
	.reply = on_reply,
	.gap = on_gap,
};

static enum nsc_verdict
feed(void *state, struct nsc_chunk *in, struct nsc_out *out)
{
	return nsc_dialogue_feed(&talk, state, in, out);
}

const struct nsc_dissector nsc_pop3 = {
	.name = "pop3",
	.title = "Post Office Protocol, version 3",
	.spec = "RFC 1939, RFC 2449, RFC 2595",
	.transports = NSC_OVER_TCP,
	.state_size = sizeof(struct state),
	.guess = guess,
	.feed = feed,
	.operations = operations,
	.errors = errors,
	.known_by = "the greeting and a command, or two commands",
	.measures = "commands by their replies, -ERR by its response code; time to the reply's "
		    "end, of a message its last line",
	.limits = "USER, PASS, APOP, AUTH, STLS and QUIT are no operations, but their errors "
		  "count; behind STLS it is TLS",
};
