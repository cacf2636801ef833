/* SPDX-License-Identifier: MIT */
/* Memcached's binary protocol: a header of 24 octets, and a body that is passed. */
#include "dissect/memcached.h"
#include "dissect/rest.h"

enum {
	REQUEST = 0x80, ANSWER = 0x81, BODY_MAX = 1 << 20, CONVERSATION_BODY_MAX = 1 << 30,
	SILENT = 0x20,			/* with a kind: login and the like, no operation */
	QUIET = 0x40, NONE = 0xff,
	STAT = 0x10, QUITQ = 0x17,
	NOT_FOUND = 1, EXISTS = 2, NOT_STORED = 5, CONTINUE = 0x21,
};

/* By opcode: what it counts as, and the octets of extras that its request has. */
static const struct opcode {
	uint8_t kind, extras;
} opcodes[] = {
	[0x00] = {NSC_MEMCACHED_GET, 0},
	[0x01] = {NSC_MEMCACHED_SET, 8},
	[0x02] = {NSC_MEMCACHED_ADD, 8},
	[0x03] = {NSC_MEMCACHED_REPLACE, 8},
	[0x04] = {NSC_MEMCACHED_DELETE, 0},
	[0x05] = {NSC_MEMCACHED_INCR, 20},
	[0x06] = {NSC_MEMCACHED_DECR, 20},
	[0x07] = {SILENT, 0},					/* quit */
	[0x08] = {NSC_MEMCACHED_FLUSH, 4},
	[0x09] = {NSC_MEMCACHED_GET | QUIET, 0},
	[0x0a] = {NSC_MEMCACHED_NOOP, 0},
	[0x0b] = {NSC_MEMCACHED_VERSION, 0},
	[0x0c] = {NSC_MEMCACHED_GET, 0},
	[0x0d] = {NSC_MEMCACHED_GET | QUIET, 0},
	[0x0e] = {NSC_MEMCACHED_APPEND, 0},
	[0x0f] = {NSC_MEMCACHED_PREPEND, 0},
	[STAT] = {NSC_MEMCACHED_STATS, 0},
	[0x11] = {NSC_MEMCACHED_SET | QUIET, 8},
	[0x12] = {NSC_MEMCACHED_ADD | QUIET, 8},
	[0x13] = {NSC_MEMCACHED_REPLACE | QUIET, 8},
	[0x14] = {NSC_MEMCACHED_DELETE | QUIET, 0},
	[0x15] = {NSC_MEMCACHED_INCR | QUIET, 20},
	[0x16] = {NSC_MEMCACHED_DECR | QUIET, 20},
	[QUITQ] = {SILENT | QUIET, 0},
	[0x18] = {NSC_MEMCACHED_FLUSH | QUIET, 4},
	[0x19] = {NSC_MEMCACHED_APPEND | QUIET, 0},
	[0x1a] = {NSC_MEMCACHED_PREPEND | QUIET, 0},
	[0x1b] = {NSC_MEMCACHED_ADMIN, 4},			/* verbosity */
	[0x1c] = {NSC_MEMCACHED_TOUCH, 4},
	[0x1d] = {NSC_MEMCACHED_GAT, 4},
	[0x1e] = {NSC_MEMCACHED_GAT | QUIET, 4},
	[0x1f] = {NONE, 0},
	[0x20] = {SILENT, 0},					/* SASL */
	[0x21] = {SILENT, 0},
	[0x22] = {SILENT, 0},
	[0x23] = {NSC_MEMCACHED_GAT, 4},
	[0x24] = {NSC_MEMCACHED_GAT | QUIET, 4},
};

enum { OPCODES = sizeof opcodes / sizeof opcodes[0] };

static unsigned
kind_of(unsigned opcode)
{
	return opcode < OPCODES && opcodes[opcode].kind != NONE ? opcodes[opcode].kind : NSC_MEMCACHED_OTHER;
}

bool
nsc_memcached_binary_quiet(unsigned opcode)
{
	return (kind_of(opcode) & QUIET) != 0;
}

/* A miss is no error, nor is what was not stored because of what is there. */
static unsigned
error_of(unsigned status)
{
	switch (status) {
	case 0: case NOT_FOUND: case EXISTS: case NOT_STORED: case CONTINUE:
		return NSC_MEMCACHED_FINE;
	case 3:
		return NSC_MEMCACHED_TOO_LARGE;
	case 4: case 6:			/* invalid arguments; not a number */
		return NSC_MEMCACHED_CLIENT_ERROR;
	case 8: case 0x20:
		return NSC_MEMCACHED_AUTH;
	case 0x81:
		return NSC_MEMCACHED_UNKNOWN_COMMAND;
	case 0x82:
		return NSC_MEMCACHED_OUT_OF_MEMORY;
	case 7: case 0x83: case 0x84: case 0x85: case 0x86:
		return NSC_MEMCACHED_SERVER_ERROR;
	default:
		return NSC_MEMCACHED_ERROR_OTHER;
	}
}

struct header {
	uint8_t magic, opcode, extras, type;
	uint16_t key, status;
	uint32_t body;
};

static bool
take_header(struct nsc_bytes *b, struct header *h)
{
	h->magic = nsc_bytes_u8(b);
	h->opcode = nsc_bytes_u8(b);
	h->key = nsc_bytes_u16(b);
	h->extras = nsc_bytes_u8(b);
	h->type = nsc_bytes_u8(b);
	h->status = nsc_bytes_u16(b);
	h->body = nsc_bytes_u32(b);
	nsc_bytes_skip(b, 12);		/* opaque, cas */
	return !b->bad;
}

enum nsc_verdict
nsc_memcached_guess_binary(struct nsc_bytes b, bool answer)
{
	struct header h;

	if (!take_header(&b, &h))
		return NSC_MORE;
	if (h.magic != (answer ? ANSWER : REQUEST) || h.opcode >= OPCODES || h.type != 0 ||
	    opcodes[h.opcode].kind == NONE || h.key > NSC_MEMCACHED_KEY_MAX ||
	    h.body < (uint32_t)h.key + h.extras || h.body > BODY_MAX)
		return NSC_NOT_MINE;
	/* An answer to get has its flags as extras; a flush may come without its time. */
	if (answer)
		return (h.extras == 0 || h.extras == 4) &&
				       error_of(h.status) != NSC_MEMCACHED_ERROR_OTHER
			       ? NSC_DONE
			       : NSC_NOT_MINE;
	return h.extras == opcodes[h.opcode].extras ||
			       (h.extras == 0 && (kind_of(h.opcode) & ~(unsigned)QUIET) == NSC_MEMCACHED_FLUSH)
		       ? NSC_DONE
		       : NSC_NOT_MINE;
}

/* An answer repeats its request's opcode: quiet ones before that one have none. */
static void
answered(struct nsc_memcached *s, unsigned opcode, unsigned error, struct nsc_out *out)
{
	const struct nsc_pending *p;

	while ((p = nsc_queue_oldest(&s->queue, s->ring)) != NULL && p->tag != opcode &&
	       nsc_memcached_binary_quiet(p->tag))
		nsc_memcached_unsaid(s, out);
	if ((kind_of(opcode) & SILENT) != 0 || p == NULL || p->tag != opcode) {
		if (error > 0)
			nsc_out_operation(out, NSC_NO_OPERATION, error, 0);
		return;
	}
	nsc_memcached_answer(s, error, out);
}

static void
over(struct nsc_memcached *s, int side, struct nsc_out *out)
{
	struct nsc_memcached_message *m = &s->message[side];

	if (!m->counts)
		return;
	if (s->client == side + 1)
		nsc_memcached_ask(s, m->kind, m->tag, out);
	else
		answered(s, m->tag, m->error, out);
}

bool
nsc_memcached_binary(struct nsc_memcached *s, struct nsc_chunk *in, struct nsc_out *out)
{
	struct nsc_memcached_message *m = &s->message[in->side];
	bool client = s->client == in->side + 1;

	while (nsc_bytes_left(&in->bytes) > 0) {
		struct nsc_bytes b = in->bytes;
		struct header h;
		unsigned kind;

		if (m->left > 0) {
			if (!nsc_rest_pass(&m->left, &in->bytes, &out->wish))
				return true;
			over(s, in->side, out);
			continue;
		}
		if (*b.p != (client ? REQUEST : ANSWER))
			return false;
		if (!take_header(&b, &h)) {
			out->wish.need = NSC_MEMCACHED_HEADER;
			return true;
		}
		if (h.body > CONVERSATION_BODY_MAX)
			return false;
		in->bytes = b;
		kind = kind_of(h.opcode);
		m->kind = (uint8_t)(kind & ~(unsigned)QUIET);
		m->tag = h.opcode;
		m->error = (uint8_t)(client ? 0 : error_of(h.status));
		/* An answer to STAT is many: the last one has no key. */
		m->counts = client ? (kind & SILENT) == 0 : h.opcode != STAT || h.key == 0;
		m->left = h.body;
		if (m->left == 0)
			over(s, in->side, out);
	}
	return true;
}
