/* SPDX-License-Identifier: MIT */
/*
 * SMTP and LMTP (RFC 5321, RFC 2033): commands answered in order, also pipelined (RFC 2920),
 * messages behind DATA and BDAT (RFC 3030), and STARTTLS (RFC 3207).
 */
#include "dissect/dialogue.h"
#include "dissect/dot.h"
#include "dissect/lines.h"
#include "dissect/pending.h"
#include "dissect/protocols.h"
#include "dissect/smtp_words.h"

enum { ROOM = 48 };	/* runs of commands that wait */

enum tag { COUNTED, SILENT, TAG_AUTH, TAG_DATA, TAG_STARTTLS };

struct state {
	struct nsc_dialogue dialogue;
	struct nsc_queue queue;
	struct nsc_pending ring[ROOM];
	uint16_t recipients;	/* LMTP: of this message; each is answered for */
	uint8_t body;		/* enum nsc_dot, of the client's octets */
	bool chunk;		/* of BDAT only the last octet is not seen, */
	bool last;		/* and it ends the message */
	bool greeted, lmtp, auth;
};

static const struct nsc_word commands[] = {
	{"EHLO ", 4},
	{"HELO ", 3},
	{"LHLO ", 4},
	{"STARTTLS", 2 | NSC_LINE_SHARED},
	{"MAIL FROM:", 4},
	{"RCPT TO:", 4},
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
		return nsc_line_has(line, "SMTP") || nsc_line_has(line, "LMTP") ? 4 : 2;
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

static void
ask(struct state *s, unsigned kind, enum tag tag, struct nsc_out *out)
{
	if (!nsc_queue_ask(&s->queue, s->ring, ROOM, kind, tag, out->time))
		nsc_out_lost(out);
}

/* All of a message was said.  LMTP answers for each recipient (RFC 2033, 4.2). */
static void
message_said(struct state *s, struct nsc_out *out)
{
	for (unsigned n = s->lmtp && s->recipients > 0 ? s->recipients : 1; n > 0; n--)
		ask(s, NSC_SMTP_MESSAGE, COUNTED, out);
	s->recipients = 0;
}

/* "BDAT 1000 LAST" */
static void
on_chunk(struct state *s, struct nsc_text rest, struct nsc_chunk *in, struct nsc_out *out)
{
	uint64_t n = 0, left = nsc_bytes_left(&in->bytes);
	uint32_t i;

	for (i = 0; i < rest.len && rest.p[i] >= '0' && rest.p[i] <= '9' && n < UINT32_MAX; i++)
		n = n * 10 + (uint64_t)(rest.p[i] - '0');
	s->last = nsc_line_has(rest, "LAST");
	if (n == 0) {
		if (s->last)
			message_said(s, out);
		else
			ask(s, NSC_SMTP_OTHER, SILENT, out);
		return;
	}
	s->chunk = true;
	n--;
	nsc_bytes_skip(&in->bytes, (size_t)(n < left ? n : left));
	out->wish.skip = n < left ? 0 : n - left;
}

static void
chunk_over(struct state *s, struct nsc_chunk *in, struct nsc_out *out)
{
	nsc_bytes_skip(&in->bytes, 1);
	s->chunk = false;
	if (s->last)
		message_said(s, out);
	else
		ask(s, NSC_SMTP_OTHER, SILENT, out);
}

static void
on_command(void *state, struct nsc_text line, bool whole, struct nsc_chunk *in, struct nsc_out *out)
{
	struct state *s = state;
	struct nsc_bytes word = nsc_first_word(line);
	unsigned command = nsc_smtp_command(&word);
	uint32_t n = (uint32_t)nsc_bytes_left(&word);

	(void)whole;
	if (s->auth)		/* it goes on with its own lines */
		return;
	switch (command) {
	case NSC_SMTP_LHLO:
		s->lmtp = true;
		ask(s, NSC_SMTP_HELO, COUNTED, out);
		break;
	case NSC_SMTP_DATA:
		ask(s, NSC_SMTP_MESSAGE, TAG_DATA, out);
		s->body = NSC_DOT_LINE_START;
		break;
	case NSC_SMTP_BDAT:
		line.p += n < line.len ? n + 1 : n;
		line.len -= n < line.len ? n + 1 : n;
		on_chunk(s, line, in, out);
		break;
	case NSC_SMTP_AUTH:
		s->auth = true;
		ask(s, NSC_SMTP_OTHER, TAG_AUTH, out);
		break;
	case NSC_SMTP_STARTTLS:
		s->dialogue.asked = true;
		ask(s, NSC_SMTP_OTHER, TAG_STARTTLS, out);
		break;
	case NSC_SMTP_QUIT:
		ask(s, NSC_SMTP_OTHER, SILENT, out);
		break;
	default:
		if (command == NSC_SMTP_MAIL || command == NSC_SMTP_RESET)
			s->recipients = 0;
		ask(s, command == NSC_SMTP_UNKNOWN ? NSC_SMTP_OTHER : command, COUNTED, out);
	}
}

/* Nothing that waits is answered: a greeting, a message whose end was not seen, a goodbye. */
static void
on_other_reply(struct state *s, unsigned code, struct nsc_out *out)
{
	unsigned error = nsc_smtp_error(code);

	if (code == 354) {
		s->body = NSC_DOT_IN_LINE;
	} else if (s->body != NSC_DOT_NONE) {
		s->body = NSC_DOT_NONE;
		nsc_out_operation(out, NSC_SMTP_MESSAGE, error, 0);
	} else if (error > 0) {
		nsc_out_operation(out, NSC_NO_OPERATION, error, 0);
	}
}

static enum nsc_verdict
on_reply(void *state, struct nsc_text line, bool whole, struct nsc_out *out)
{
	struct state *s = state;
	const struct nsc_pending *p = nsc_queue_oldest(&s->queue, s->ring);
	unsigned code = nsc_line_code(line), error = nsc_smtp_error(code);
	bool first = !s->greeted;

	(void)whole;
	if (code == 0 || (line.len > 3 && line.p[3] == '-'))	/* its last line counts */
		return NSC_MORE;
	s->greeted = true;
	if (code == 220 && s->dialogue.asked && (p == NULL || p->tag == TAG_STARTTLS))
		return NSC_HAND_ON;
	if (p == NULL || (first && code == 220)) {
		on_other_reply(s, code, out);
		return NSC_MORE;
	}
	if (p->tag == TAG_AUTH && code == 334)
		return NSC_MORE;
	s->auth = s->auth && p->tag != TAG_AUTH;
	s->dialogue.asked = s->dialogue.asked && p->tag != TAG_STARTTLS;
	switch (p->tag) {
	case COUNTED:
		nsc_out_answered(out, p, error);
		s->recipients += p->kind == NSC_SMTP_RCPT && code < 300;
		break;
	case TAG_DATA:
		if (code == 354)
			break;
		s->body = NSC_DOT_NONE;
		nsc_out_answered(out, p, error);
		break;
	default:
		if (error > 0)
			nsc_out_operation(out, NSC_NO_OPERATION, error, 0);
	}
	nsc_queue_drop(&s->queue, s->ring, ROOM);
	return NSC_MORE;
}

static enum nsc_speaker
speaker(struct nsc_text line)
{
	struct nsc_bytes word = nsc_first_word(line);

	if (nsc_line_code(line) > 0)
		return NSC_SERVER;
	return nsc_smtp_command(&word) != NSC_SMTP_UNKNOWN ? NSC_CLIENT : NSC_EITHER;
}

/* A message. */
static bool
pass(void *state, bool client, struct nsc_chunk *in, struct nsc_out *out)
{
	struct state *s = state;

	if (!client || (!s->chunk && s->body == NSC_DOT_NONE))
		return false;
	if (s->chunk)
		chunk_over(s, in, out);
	else if (nsc_dot_pass(&s->body, &in->bytes))
		message_said(s, out);
	return true;
}

static void
on_gap(void *state, bool client, struct nsc_out *out)
{
	struct state *s = state;

	(void)out;
	nsc_queue_forget(&s->queue);
	s->auth = false;
	if (!client)
		return;
	s->chunk = false;
	if (s->body != NSC_DOT_NONE) {
		s->body = NSC_DOT_IN_LINE;
		s->dialogue.lost[s->dialogue.client - 1] = false;
	}
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

const struct nsc_dissector nsc_smtp = {
	.name = "smtp",
	.title = "Simple Mail Transfer Protocol",
	.spec = "RFC 5321, RFC 3207",
	.transports = NSC_OVER_TCP,
	.state_size = sizeof(struct state),
	.guess = guess,
	.feed = feed,
	.operations = nsc_smtp_operations,
	.errors = nsc_smtp_errors,
	.known_by = "a greeting and a command, or two different commands of its own",
	.measures = "messages (DATA or the last BDAT, at their end; LMTP: one a recipient), commands by "
		    "their replies, errors 4xx and 5xx; time to the reply",
	.limits = "AUTH, STARTTLS and QUIT are no operations, but their errors count; behind STARTTLS "
		  "it is TLS",
};
