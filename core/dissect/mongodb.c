/* SPDX-License-Identifier: MIT */
/*
 * MongoDB (manual, Wire Protocol): messages with a number, which the answer repeats.  A command
 * is its document's first key; whether it failed stands at the end of the answer's document,
 * whose other values are passed.
 */
#include "dissect/mongodb.h"
#include "dissect/pending.h"
#include "dissect/protocols.h"
#include "dissect/rest.h"

enum {
	HEADER = 16, LENGTH_MAX = 48 << 20,
	OP_REPLY = 1, OP_UPDATE = 2001, OP_INSERT = 2002, OP_QUERY = 2004, OP_GET_MORE = 2005,
	OP_DELETE = 2006, OP_KILL_CURSORS = 2007, OP_COMPRESSED = 2012, OP_MSG = 2013,
	BEHIND = 5,			/* octets of a body that are looked at to know it */
	MORE_TO_COME = 2,
	MSG_FLAGS = 0x10003,		/* checksum, more to come, exhaust allowed */
	QUERY_FLAGS = 0xff, QUERY_FAILED = 3,
	WRITE_ERRORS = 96,		/* octets of writeErrors that are looked at */
	ROOM = 60,
};

/* What of a message's body comes next. */
enum stage { BODY, SECTION, DOCUMENT, ELEMENT, REST };

struct message {
	uint64_t left;			/* octets of the message still to come */
	uint64_t value;			/* of them to pass: a value, a section */
	struct nsc_pending request;	/* under way, or answered by what is under way */
	uint32_t opcode;		/* OP_COMPRESSED: the original one */
	uint8_t stage, error;
	bool answer, counts, failed, unanswered;
	bool hidden;			/* compressed */
	bool lost;			/* octets were lost: a message's beginning is looked for */
};

struct state {
	struct nsc_pending waiting[ROOM];
	struct message message[2];	/* by side */
	bool damaged;			/* octets were lost, or the beginning was not seen */
};

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	struct nsc_bytes b = g->bytes;
	size_t left = nsc_bytes_left(&b);
	uint32_t length = nsc_bytes_le32(&b), opcode, flags;
	uint8_t next;
	bool mine;

	if (left >= 4 && (length < HEADER + BEHIND || length > LENGTH_MAX))
		return NSC_NOT_MINE;
	nsc_bytes_skip(&b, 8);
	opcode = nsc_bytes_le32(&b);
	flags = nsc_bytes_le32(&b);
	next = nsc_bytes_u8(&b);
	if (left >= HEADER && opcode != OP_MSG && opcode != OP_QUERY && opcode != OP_COMPRESSED)
		return NSC_NOT_MINE;
	if (b.bad)
		return NSC_MORE;
	/* The first section is kind 0, a document; a query names its collection. */
	mine = (opcode == OP_MSG && (flags & ~(uint32_t)MSG_FLAGS) == 0 && next <= 1) ||
	       (opcode == OP_QUERY && flags <= QUERY_FLAGS && next > ' ' && next < 0x7f) ||
	       (opcode == OP_COMPRESSED && (flags == OP_MSG || flags == OP_QUERY || flags == OP_REPLY));
	return mine ? NSC_DONE : NSC_NOT_MINE;
}

static bool
is_opcode(uint32_t opcode)
{
	return opcode == OP_REPLY || (opcode >= OP_UPDATE && opcode <= OP_KILL_CURSORS && opcode != 2003) ||
	       opcode == OP_COMPRESSED || opcode == OP_MSG;
}

static void
over(struct state *s, struct message *m, struct nsc_out *out)
{
	bool login = (m->request.kind & NSC_MONGODB_LOGIN) != 0;

	if (!m->counts)
		return;
	if (m->answer) {
		unsigned error = m->failed && m->error == 0 ? nsc_mongodb_error(0) : m->error;

		if (!login)
			nsc_out_answered(out, &m->request, error);
		else if (error > 0)
			nsc_out_operation(out, NSC_NO_OPERATION, error, 0);
	} else if (m->unanswered) {
		if (!login)
			nsc_out_operation(out, m->request.kind, 0, 0);
	} else if (!nsc_ids_ask(s->waiting, ROOM, m->request.id, m->request.kind, 0, out->time)) {
		nsc_out_lost(out);
	}
}

/* What an opcode counts as before its document is seen. */
static unsigned
kind_of(uint32_t opcode, bool hidden)
{
	switch (opcode) {
	case OP_UPDATE:
		return NSC_MONGODB_UPDATE;
	case OP_INSERT:
		return NSC_MONGODB_INSERT;
	case OP_DELETE:
		return NSC_MONGODB_DELETE;
	case OP_GET_MORE:
		return NSC_MONGODB_GETMORE;
	case OP_KILL_CURSORS:
		return NSC_MONGODB_KILLCURSORS;
	case OP_QUERY:
		return hidden ? NSC_MONGODB_QUERY : NSC_MONGODB_FIND;
	default:
		return hidden ? NSC_MONGODB_MSG : NSC_MONGODB_OTHER;
	}
}

/* A message's header.  1: it was read; 0: it is not all there; -1: it is none. */
static int
header(struct state *s, struct message *m, struct nsc_chunk *in, struct nsc_out *out)
{
	struct nsc_bytes b = in->bytes;
	uint32_t length = nsc_bytes_le32(&b), id = nsc_bytes_le32(&b), to = nsc_bytes_le32(&b);
	uint32_t opcode = nsc_bytes_le32(&b);

	if (b.bad) {
		out->wish.need = HEADER;
		return 0;
	}
	if (length < HEADER || length > LENGTH_MAX || !is_opcode(opcode))
		return -1;
	*m = (struct message){.left = length - HEADER, .opcode = opcode, .answer = to != 0 || opcode == OP_REPLY};
	in->bytes = b;
	m->counts = m->answer ? nsc_ids_take(s->waiting, ROOM, to, &m->request) : true;
	if (!m->answer)
		m->request = (struct nsc_pending){.id = id, .kind = (uint8_t)kind_of(opcode, false)};
	m->unanswered = opcode == OP_UPDATE || opcode == OP_INSERT || opcode == OP_DELETE ||
			opcode == OP_KILL_CURSORS;
	m->stage = m->counts && !m->unanswered && opcode != OP_GET_MORE ? BODY : REST;
	return 1;
}

/* What stands before the first document.  False: it is not all there. */
static bool
body(struct message *m, struct nsc_bytes *b)
{
	struct nsc_bytes at = *b;
	uint32_t flags = nsc_bytes_le32(&at);
	const uint8_t *end;

	if (m->opcode == OP_COMPRESSED) {
		nsc_bytes_skip(&at, 4);		/* size without compression */
		m->opcode = flags;
		m->hidden = nsc_bytes_u8(&at) != 0;
		if (!m->answer)
			m->request.kind = (uint8_t)kind_of(m->opcode, m->hidden);
		m->stage = m->hidden || m->opcode == OP_COMPRESSED ? REST : BODY;
	} else if (m->opcode == OP_MSG) {
		m->unanswered = !m->answer && (flags & MORE_TO_COME) != 0;
		m->stage = SECTION;
	} else if (m->opcode == OP_QUERY) {
		end = memchr(at.p, 0, nsc_bytes_left(&at));
		if (end == NULL && !at.bad)
			return false;
		if (!at.bad && end - at.p >= 5 && memcmp(end - 5, ".$cmd", 5) == 0)
			m->stage = DOCUMENT;
		else
			m->stage = REST;
		nsc_bytes_skip(&at, at.bad ? 0 : (size_t)(end - at.p) + 1 + 8);
	} else {
		nsc_bytes_skip(&at, 16);	/* OP_REPLY: cursor, from where, how many documents */
		m->failed = (flags & QUERY_FAILED) != 0;
		m->stage = DOCUMENT;
	}
	if (at.bad)
		return false;
	*b = at;
	return true;
}

/* 1 was read; 0: not all of it is there. */
static bool
section(struct message *m, struct nsc_bytes *b)
{
	struct nsc_bytes at = *b;
	uint8_t kind = nsc_bytes_u8(&at);
	uint32_t size;

	if (kind == 0) {
		m->stage = DOCUMENT;
	} else {			/* documents of one name: not the command's */
		size = nsc_bytes_le32(&at);
		m->value = size >= 4 ? size - 4 : 0;
		if (kind != 1 || size < 5)
			m->stage = REST;
	}
	if (at.bad)
		return false;
	*b = at;
	return true;
}

static bool
is_name(const struct nsc_bytes *name, const char *word)
{
	return nsc_bytes_left(name) == strlen(word) && nsc_bytes_starts(name, word);
}

/* An element of an answer, of which the value is at b.  False: more of it is needed. */
static bool
result(struct message *m, const struct nsc_bson *e, const struct nsc_bytes *b, uint64_t most)
{
	uint64_t want = e->size < WRITE_ERRORS ? e->size : WRITE_ERRORS;
	bool ok = is_name(&e->name, "ok"), code = is_name(&e->name, "code");
	bool errors = e->type == NSC_BSON_ARRAY && is_name(&e->name, "writeErrors");
	struct nsc_bytes value;
	int64_t n;

	if (is_name(&e->name, "writeConcernError") && m->error == 0)
		m->error = (uint8_t)nsc_mongodb_error(64);
	if (!ok && !code && !errors)
		return true;
	if (nsc_bytes_left(b) < want && want <= most)
		return false;
	value = nsc_bytes(b->p, nsc_bytes_left(b) < want ? nsc_bytes_left(b) : (size_t)want);
	if (errors) {
		n = nsc_mongodb_first_code(value);
		m->error = (uint8_t)nsc_mongodb_error(n);
		return true;
	}
	n = e->type == NSC_BSON_BOOL ? nsc_bytes_u8(&value) : nsc_bson_number(e->type, value);
	if (code)
		m->error = (uint8_t)nsc_mongodb_error(n);
	else
		m->failed |= n == 0;
	return true;
}

/* One element of a command or an answer.  1: read; 0: not all there. */
static bool
element(struct message *m, struct nsc_bytes *b, uint64_t left)
{
	struct nsc_bytes at = *b;
	struct nsc_bson e;
	int there;

	if (m->stage == DOCUMENT) {
		nsc_bytes_skip(&at, 4);
		if (at.bad)
			return false;
	}
	there = nsc_bson_element(&at, &e);
	if (there == 0)
		return false;
	if (there < 0 || e.type == 0) {
		m->stage = REST;
		return true;
	}
	if (!m->answer) {		/* its first key is the command */
		m->request.kind = (uint8_t)nsc_mongodb_kind(&e.name);
		m->stage = REST;
		return true;
	}
	if (!result(m, &e, &at, left - (uint64_t)(at.p - b->p)))
		return false;
	m->stage = ELEMENT;
	m->value = e.size;
	*b = at;
	return true;
}

/* Reads on to what is looked for.  False: more octets are needed. */
static bool
read_on(struct message *m, struct nsc_bytes *octets, struct nsc_wish *wish)
{
	while (m->stage != REST && m->left > 0) {
		size_t there = nsc_bytes_left(octets);
		const struct message was = *m;
		const uint8_t *from = octets->p;
		struct nsc_bytes b;
		bool all = m->left <= there, read;

		if (m->value > 0) {
			if (m->value >= m->left) {
				m->stage = REST;
				break;
			}
			m->left -= m->value;
			if (m->value > there) {
				wish->skip = m->value - there;
				nsc_bytes_skip(octets, there);
				m->value = 0;
				return false;
			}
			nsc_bytes_skip(octets, (size_t)m->value);
			m->value = 0;
			continue;
		}
		b = nsc_bytes(from, all ? (size_t)m->left : there);
		read = m->stage == BODY ? body(m, &b) : m->stage == SECTION ? section(m, &b)
								      : element(m, &b, m->left);
		if (!read)
			*m = was;
		if (!read && all) {
			m->stage = REST;
			break;
		}
		if (!read) {
			wish->need = (uint32_t)there + 1;
			return false;
		}
		nsc_bytes_skip(octets, (size_t)(b.p - from));
		m->left -= (uint64_t)(b.p - from);
	}
	return true;
}

static enum nsc_verdict
feed(void *state, struct nsc_chunk *in, struct nsc_out *out)
{
	struct state *s = state;
	struct message *m = &s->message[in->side];
	struct nsc_guess g = {.bytes = in->bytes};

	if (in->gap) {
		*m = (struct message){.lost = true};
		s->damaged = true;
	}
	if (m->lost && nsc_bytes_left(&in->bytes) > 0) {
		if (guess(&g) != NSC_DONE) {
			nsc_bytes_skip(&in->bytes, nsc_bytes_left(&in->bytes));
			return NSC_MORE;
		}
		m->lost = false;
	}
	while (nsc_bytes_left(&in->bytes) > 0) {
		if (m->left == 0) {
			int there = header(s, m, in, out);

			if (there < 0 && !s->damaged)
				return NSC_MALFORMED;
			if (there < 0) {
				m->lost = true;
				nsc_bytes_skip(&in->bytes, nsc_bytes_left(&in->bytes));
			}
			if (there <= 0)
				return NSC_MORE;
		}
		if (!read_on(m, &in->bytes, &out->wish))
			return NSC_MORE;
		if (m->left > 0 && !nsc_rest_pass(&m->left, &in->bytes, &out->wish))
			return NSC_MORE;
		over(s, m, out);
		m->counts = false;
	}
	return NSC_MORE;
}

const struct nsc_dissector nsc_mongodb = {
	.name = "mongodb",
	.title = "MongoDB wire protocol",
	.spec = "MongoDB manual, Wire Protocol",
	.transports = NSC_OVER_TCP,
	.state_size = sizeof(struct state),
	.guess = guess,
	.feed = feed,
	.operations = nsc_mongodb_operations,
	.errors = nsc_mongodb_errors,
	.known_by = "a message's length, its opcode of 32 bits and the flags that this "
		    "one has",
	.measures = "commands by the first key of their document, legacy opcodes, with "
		    "the time to the answer's end; those that want no answer when they "
		    "are seen; errors by class: ok of 0 with its code, the first of "
		    "writeErrors, writeConcernError. hello and what logs in are no "
		    "operations",
	.limits = "of compressed messages only the original opcode (`msg`, `query`) and "
		    "no error; of answers that are pushed one after the other (exhaust) "
		    "the first one counts",
};
