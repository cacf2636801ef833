/* SPDX-License-Identifier: MIT */
/*
 * SMTP and LMTP (RFC 5321, RFC 2033): commands answered in order, also pipelined (RFC 2920),
 * messages behind DATA and BDAT (RFC 3030), and STARTTLS (RFC 3207).
 */
#include "dissect/lines.h"
#include "dissect/pending.h"
#include "dissect/protocols.h"
#include "dissect/smtp_words.h"
#include "dissect/starttls.h"

enum { ROOM = 48 };	/* runs of commands that wait */

enum tag { COUNTED, SILENT, TAG_AUTH, TAG_DATA, TAG_STARTTLS };

enum body {
	NO_BODY,
	LINE_START,	/* behind CR LF */
	IN_LINE,
	CR,		/* behind a line's CR */
	DOT, DOT_CR,	/* behind CR LF and these */
	CHUNK,		/* of BDAT only the last octet is not seen */
};

struct state {
	struct nsc_queue queue;
	struct nsc_pending ring[ROOM];
	uint16_t recipients;	/* LMTP: of this message; each is answered for */
	uint8_t client;		/* side + 1; 0: not known */
	uint8_t body;		/* enum body, of the client's octets */
	bool last;		/* CHUNK: it ends the message */
	bool asked;		/* for TLS */
	bool greeted, lmtp, auth;
	bool spoke[2], lost[2];
};

static const struct nsc_word commands[] = {
	{"EHLO ", 4},
	{"HELO ", 3},
	{"LHLO ", 4},
	{"STARTTLS", 2 | NSC_LINE_SHARED | NSC_LINE_ASKS},
	{"MAIL FROM:", 4 | NSC_LINE_LAST},
	{"RCPT TO:", 4 | NSC_LINE_LAST},
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
		return (nsc_line_has(line, "SMTP") || nsc_line_has(line, "LMTP") ? 4 : 2) |
		       (line.len > 3 && line.p[3] == '-' ? 0 : NSC_LINE_GRANTS);
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
	s->body = CHUNK;
	n--;
	nsc_bytes_skip(&in->bytes, (size_t)(n < left ? n : left));
	out->wish.skip = n < left ? 0 : n - left;
}

static void
chunk_over(struct state *s, struct nsc_chunk *in, struct nsc_out *out)
{
	nsc_bytes_skip(&in->bytes, 1);
	s->body = NO_BODY;
	if (s->last)
		message_said(s, out);
	else
		ask(s, NSC_SMTP_OTHER, SILENT, out);
}

static void
on_command(struct state *s, struct nsc_text line, struct nsc_chunk *in, struct nsc_out *out)
{
	uint32_t n = 0;
	struct nsc_bytes word;
	unsigned command;

	while (n < line.len && line.p[n] != ' ' && line.p[n] != '\t')
		n++;
	word = nsc_bytes(line.p, n);
	command = nsc_smtp_command(&word);
	if (s->auth)		/* it goes on with its own lines */
		return;
	switch (command) {
	case NSC_SMTP_LHLO:
		s->lmtp = true;
		ask(s, NSC_SMTP_HELO, COUNTED, out);
		break;
	case NSC_SMTP_DATA:
		ask(s, NSC_SMTP_MESSAGE, TAG_DATA, out);
		s->body = LINE_START;
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
		s->asked = true;
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

/* Octets of a message up to its end, a line that is a dot (RFC 5321, 4.1.1.4). */
static void
pass_body(struct state *s, struct nsc_chunk *in, struct nsc_out *out)
{
	struct nsc_bytes *b = &in->bytes;

	while (nsc_bytes_left(b) > 0) {
		const uint8_t *cr;
		uint8_t c;

		if (s->body == IN_LINE) {
			cr = memchr(b->p, '\r', nsc_bytes_left(b));
			if (cr == NULL) {
				nsc_bytes_skip(b, nsc_bytes_left(b));
				return;
			}
			nsc_bytes_skip(b, (size_t)(cr - b->p));
		}
		c = nsc_bytes_u8(b);
		if (s->body == DOT_CR && c == '\n') {
			s->body = NO_BODY;
			message_said(s, out);
			return;
		}
		if (s->body == LINE_START && c == '.')
			s->body = DOT;
		else if (s->body == DOT && c == '\r')
			s->body = DOT_CR;
		else if (c == '\r')
			s->body = CR;
		else
			s->body = s->body == CR && c == '\n' ? LINE_START : IN_LINE;
	}
}

/* Nothing that waits is answered: a greeting, a message whose end was not seen, a goodbye. */
static void
on_other_reply(struct state *s, unsigned code, struct nsc_out *out)
{
	unsigned error = nsc_smtp_error(code);

	if (code == 354) {
		s->body = IN_LINE;
	} else if (s->body != NO_BODY && s->body != CHUNK) {
		s->body = NO_BODY;
		nsc_out_operation(out, NSC_SMTP_MESSAGE, error, 0);
	} else if (error > 0) {
		nsc_out_operation(out, NSC_NO_OPERATION, error, 0);
	}
}

/* A reply's last line.  True if TLS follows. */
static bool
on_reply(struct state *s, unsigned code, struct nsc_out *out)
{
	const struct nsc_pending *p = nsc_queue_oldest(&s->queue, s->ring);
	unsigned error = nsc_smtp_error(code);
	bool first = !s->greeted;

	s->greeted = true;
	if (code == 220 && s->asked && (p == NULL || p->tag == TAG_STARTTLS))
		return true;
	if (p == NULL || (first && code == 220)) {
		on_other_reply(s, code, out);
		return false;
	}
	if (p->tag == TAG_AUTH && code == 334)
		return false;
	s->auth = s->auth && p->tag != TAG_AUTH;
	s->asked = s->asked && p->tag != TAG_STARTTLS;
	switch (p->tag) {
	case COUNTED:
		nsc_out_answered(out, p, error);
		s->recipients += p->kind == NSC_SMTP_RCPT && code < 300;
		break;
	case TAG_DATA:
		if (code == 354)
			break;
		s->body = NO_BODY;
		nsc_out_answered(out, p, error);
		break;
	default:
		if (error > 0)
			nsc_out_operation(out, NSC_NO_OPERATION, error, 0);
	}
	nsc_queue_drop(&s->queue, s->ring, ROOM);
	return false;
}

/* Octets that no line begins with: a hello may be read once its reply was. */
static bool
no_line(const struct nsc_bytes *b)
{
	return *b->p >= 0x80 || (*b->p < ' ' && *b->p != '\r' && *b->p != '\n' && *b->p != '\t');
}

/* A side's line begins here, behind lost octets. */
static bool
found_again(const struct state *s, uint8_t side, struct nsc_text line)
{
	uint32_t n = 0;
	struct nsc_bytes word;

	if (s->client != side + 1)
		return nsc_line_code(line) > 0;
	while (n < line.len && line.p[n] != ' ')
		n++;
	word = nsc_bytes(line.p, n);
	return nsc_smtp_command(&word) != NSC_SMTP_UNKNOWN;
}

/* One line.  NSC_MORE with a need: none is whole. */
static enum nsc_verdict
step(struct state *s, struct nsc_chunk *in, struct nsc_out *out)
{
	size_t left = nsc_bytes_left(&in->bytes);
	const uint8_t *lf = memchr(in->bytes.p, '\n', left);
	struct nsc_text line = {.p = (const char *)in->bytes.p};
	unsigned code;

	if (lf == NULL) {
		out->wish.need = (uint32_t)left + 1;
		return left < NSC_LINE_MAX ? NSC_MORE : NSC_DONE;
	}
	line.len = (uint32_t)(lf - in->bytes.p);
	if (line.len > 0 && line.p[line.len - 1] == '\r')
		line.len--;
	code = nsc_line_code(line);
	if (s->client == 0)
		s->client = (uint8_t)(1 + (code > 0 ? !in->side : in->side));
	if (s->lost[in->side] && !found_again(s, in->side, line)) {
		nsc_bytes_skip(&in->bytes, left);
		return NSC_MORE;
	}
	s->lost[in->side] = false;
	nsc_bytes_skip(&in->bytes, (size_t)(lf - in->bytes.p) + 1);
	s->spoke[in->side] = true;
	if (s->client == in->side + 1)
		on_command(s, line, in, out);
	else if (code > 0 && !(line.len > 3 && line.p[3] == '-') && on_reply(s, code, out) &&
		 (nsc_bytes_left(&in->bytes) == 0 || no_line(&in->bytes)))
		return NSC_HAND_ON;	/* behind the grant the server is silent until the hello */
	return NSC_MORE;
}

static void
on_gap(struct state *s, uint8_t side)
{
	bool client = s->client == side + 1;

	nsc_queue_forget(&s->queue);
	s->auth = false;
	if (!client || s->body == NO_BODY || s->body == CHUNK)
		s->lost[side] = true;
	else
		s->body = IN_LINE;
	if (client && s->body == CHUNK)
		s->body = NO_BODY;
}

static enum nsc_verdict
feed(void *state, struct nsc_chunk *in, struct nsc_out *out)
{
	struct state *s = state;

	if (in->gap)
		on_gap(s, in->side);
	while (nsc_bytes_left(&in->bytes) > 0 && out->wish.skip == 0) {
		bool client = s->client == in->side + 1;
		bool awaited = s->asked && client && s->spoke[!in->side];
		enum nsc_verdict v = NSC_NOT_MINE;

		if (client && s->body == CHUNK) {
			chunk_over(s, in, out);
			continue;
		}
		if (client && s->body != NO_BODY) {
			pass_body(s, in, out);
			continue;
		}
		v = nsc_starttls_hello(in, awaited, out);
		if (v == NSC_NOT_MINE && awaited && !in->fin && no_line(&in->bytes)) {
			out->wish.need = (uint32_t)nsc_bytes_left(&in->bytes) + 1;
			v = NSC_MORE;
		}
		if (v != NSC_NOT_MINE)
			return v;
		v = step(s, in, out);
		if (v != NSC_MORE || out->wish.need > 0)
			return v;
	}
	return NSC_MORE;
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
