/* SPDX-License-Identifier: MIT */
/*
 * FTP's control connection (RFC 959): commands, each answered in order by one reply that is not
 * preliminary, and AUTH TLS (RFC 4217), which may be said at any time.
 */
#include "dissect/dialogue.h"
#include "dissect/ftp_words.h"
#include "dissect/lines.h"
#include "dissect/pending.h"
#include "dissect/protocols.h"

enum { ROOM = 32 };	/* runs of commands that wait */

enum tag { COUNTED, SILENT, TAG_RENAME_FROM, TAG_AUTH };

struct state {
	struct nsc_dialogue dialogue;
	struct nsc_queue queue;
	struct nsc_pending ring[ROOM];
	uint16_t code;		/* of a reply of several lines whose last one is to come */
	bool greeted;
};

static const struct nsc_word commands[] = {
	{"AUTH TLS", 4},
	{"AUTH TLS-C", 4},
	{"AUTH TLS-P", 4},
	{"AUTH SSL", 4},
	{"FEAT", 2},
	{"SYST", 2},
	{"PASV", 3},
	{"EPSV", 3},
	{"EPRT ", 3},
	{"PORT ", 2},
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
	case 230:
	case 234:
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

static void
ask(struct state *s, unsigned kind, enum tag tag, struct nsc_out *out)
{
	if (!nsc_queue_ask(&s->queue, s->ring, ROOM, kind, tag, out->time))
		nsc_out_lost(out);
}

/* The command; before ABOR and STAT stand Telnet's signals (RFC 959, 4.1.3). */
static struct nsc_bytes
word_of(struct nsc_text line)
{
	while (line.len > 0 && (uint8_t)*line.p >= 0xf0) {
		line.p++;
		line.len--;
	}
	return nsc_first_word(line);
}

static void
on_command(void *state, struct nsc_text line, bool whole, struct nsc_chunk *in, struct nsc_out *out)
{
	struct state *s = state;
	struct nsc_bytes word = word_of(line);
	unsigned command = nsc_ftp_command(&word);

	(void)whole, (void)in;
	switch (command) {
	case NSC_FTP_LOGIN:
	case NSC_FTP_QUIT:
		ask(s, NSC_FTP_OTHER, SILENT, out);
		break;
	case NSC_FTP_RENAME_FROM:
		ask(s, NSC_FTP_RENAME, TAG_RENAME_FROM, out);
		break;
	case NSC_FTP_AUTH:
		s->dialogue.asked = true;
		ask(s, NSC_FTP_OTHER, TAG_AUTH, out);
		break;
	default:
		ask(s, command == NSC_FTP_UNKNOWN ? NSC_FTP_OTHER : command, COUNTED, out);
	}
}

/* Its code if the line ends a reply (RFC 959, 4.2), else 0: what stands between is any text. */
static unsigned
ends_reply(struct state *s, struct nsc_text line)
{
	unsigned code = nsc_line_code(line);
	bool more = line.len > 3 && line.p[3] == '-';

	if (s->code != 0 && (code != s->code || more))
		return 0;
	s->code = more ? (uint16_t)code : 0;
	return more ? 0 : code;
}

static enum nsc_verdict
on_reply(void *state, struct nsc_text line, bool whole, struct nsc_out *out)
{
	struct state *s = state;
	const struct nsc_pending *p = nsc_queue_oldest(&s->queue, s->ring);
	unsigned code = ends_reply(s, line), error = nsc_ftp_error(code);
	bool first = !s->greeted;

	(void)whole;
	if (code < 200)		/* 1xx: another one follows */
		return NSC_MORE;
	s->greeted = true;
	if (code == 234 && s->dialogue.asked && (p == NULL || p->tag == TAG_AUTH))
		return NSC_HAND_ON;
	if (p == NULL || (first && code == 220)) {
		if (error > 0)
			nsc_out_operation(out, NSC_NO_OPERATION, error, 0);
		return NSC_MORE;
	}
	s->dialogue.asked = s->dialogue.asked && p->tag != TAG_AUTH;
	if (p->tag == COUNTED || (p->tag == TAG_RENAME_FROM && error > 0))
		nsc_out_answered(out, p, error);
	else if (error > 0)
		nsc_out_operation(out, NSC_NO_OPERATION, error, 0);
	nsc_queue_drop(&s->queue, s->ring, ROOM);
	return NSC_MORE;
}

static enum nsc_speaker
speaker(struct nsc_text line)
{
	struct nsc_bytes word = word_of(line);

	if (nsc_line_code(line) > 0)
		return NSC_SERVER;
	return nsc_ftp_command(&word) != NSC_FTP_UNKNOWN ? NSC_CLIENT : NSC_EITHER;
}

/* Nothing stands between the lines. */
static bool
pass(void *state, bool is_client, struct nsc_chunk *in, struct nsc_out *out)
{
	(void)state, (void)is_client, (void)in, (void)out;
	return false;
}

static void
on_gap(void *state, bool is_client, struct nsc_out *out)
{
	struct state *s = state;

	(void)out;
	nsc_queue_forget(&s->queue);
	if (!is_client)
		s->code = 0;
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

const struct nsc_dissector nsc_ftp = {
	.name = "ftp",
	.title = "File Transfer Protocol, control connection",
	.spec = "RFC 959, RFC 4217",
	.transports = NSC_OVER_TCP,
	.state_size = sizeof(struct state),
	.guess = guess,
	.feed = feed,
	.operations = nsc_ftp_operations,
	.errors = nsc_ftp_errors,
	.known_by = "`AUTH TLS`, PASV, EPSV or EPRT and another line, or several of FTP's "
		    "own lines on both sides",
	.measures = "commands by their replies, errors 4xx and 5xx; time to the last reply, of a "
		    "transfer its end; renames by RNTO, or when RNFR is refused",
	.limits = "data connections are `unknown`; USER, PASS, AUTH and QUIT are no operations, "
		  "but their errors count; STAT during a transfer takes the transfer's place; "
		  "behind AUTH TLS it is TLS",
};
