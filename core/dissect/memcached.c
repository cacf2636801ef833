/* SPDX-License-Identifier: MIT */
/*
 * Memcached (protocol.txt, protocol_binary.xml): the name.  Text: a storage command with its
 * numbers, or another command and the answer that it gets.  Binary: a header whose lengths
 * belong to its opcode.
 */
#include "dissect/opening.h"
#include "dissect/protocols.h"

enum {
	TEXT_MAX = 2048 + 64,		/* keys have 250 octets, `get` takes several */
	BINARY = 24, REQUEST = 0x80, KEY_MAX = 250, BODY_MAX = 1 << 20,
};

static const struct command {
	const char *word;		/* with its blank, if something follows */
	const char *reply[2];		/* what else has to be seen; none: numbers within the line */
} commands[] = {
	{"set ", {NULL}},
	{"add ", {NULL}},
	{"replace ", {NULL}},
	{"append ", {NULL}},
	{"prepend ", {NULL}},
	{"cas ", {NULL}},
	{"get ", {"VALUE ", "END\r"}},
	{"gets ", {"VALUE ", "END\r"}},
	{"delete ", {"DELETED\r", "NOT_FOUND\r"}},
	{"incr ", {"NOT_FOUND\r", "\001"}},
	{"decr ", {"NOT_FOUND\r", "\001"}},
	{"touch ", {"TOUCHED\r", "NOT_FOUND\r"}},
	{"stats", {"STAT ", "END\r"}},
	{"version\r", {"VERSION ", "VERSION "}},
	{"flush_all", {"OK\r", "OK\r"}},
};

/* "set KEY FLAGS EXPTIME OCTETS": three numbers in a row, the last of the line or before a word. */
static bool
has_numbers(const uint8_t *p, const uint8_t *end)
{
	unsigned blanks = 0, numbers = 0;

	for (; p < end; p++) {
		if (*p == ' ')
			blanks++;
		else if (blanks == 0)
			continue;	/* the key */
		else if (*p < '0' || *p > '9')
			break;
		else
			numbers += p[-1] == ' ';
	}
	return blanks >= 3 && numbers >= 3;
}

static enum nsc_verdict
guess_reply(const struct command *c, const struct nsc_bytes *reply)
{
	enum nsc_verdict one = nsc_opening(reply, c->reply[0]), two = nsc_opening(reply, c->reply[1]);

	if (one == NSC_DONE || two == NSC_DONE)
		return NSC_DONE;
	return one == NSC_MORE || two == NSC_MORE ? NSC_MORE : NSC_NOT_MINE;
}

static enum nsc_verdict
guess_text(const struct nsc_bytes *command, const struct nsc_bytes *reply)
{
	size_t left = nsc_bytes_left(command);
	const uint8_t *end = left > 0 ? memchr(command->p, '\n', left) : NULL;

	for (unsigned i = 0; i < sizeof commands / sizeof commands[0]; i++) {
		const struct command *c = &commands[i];
		enum nsc_verdict v = nsc_opening(command, c->word);

		if (v == NSC_NOT_MINE)
			continue;
		if (v == NSC_MORE || end == NULL)
			return left < TEXT_MAX ? NSC_MORE : NSC_NOT_MINE;
		if (c->reply[0] != NULL)
			return guess_reply(c, reply);
		return has_numbers(command->p + strlen(c->word), end) ? NSC_DONE : NSC_NOT_MINE;
	}
	return NSC_NOT_MINE;
}

/* Octets of extras that a request of this opcode has, or -1. */
static int
extras(uint8_t opcode)
{
	switch (opcode) {
	case 0x00: case 0x04: case 0x07: case 0x09: case 0x0a: case 0x0b: case 0x0c: case 0x0d:
	case 0x0e: case 0x0f: case 0x10: case 0x17: case 0x19: case 0x1a: case 0x20: case 0x21:
	case 0x22:
		return 0;		/* get, delete, quit, noop, version, append, stat, SASL */
	case 0x01: case 0x02: case 0x03: case 0x11: case 0x12: case 0x13:
		return 8;		/* set, add, replace */
	case 0x05: case 0x06: case 0x15: case 0x16:
		return 20;		/* increment, decrement */
	case 0x1c: case 0x1d: case 0x1e:
		return 4;		/* touch, get and touch, verbosity */
	default:
		return -1;
	}
}

static enum nsc_verdict
guess_binary(struct nsc_bytes b)
{
	size_t left = nsc_bytes_left(&b);
	uint8_t opcode, length, type;
	uint16_t key;
	uint32_t body;

	nsc_bytes_skip(&b, 1);
	opcode = nsc_bytes_u8(&b);
	key = nsc_bytes_u16(&b);
	length = nsc_bytes_u8(&b);
	type = nsc_bytes_u8(&b);
	nsc_bytes_skip(&b, 2);
	body = nsc_bytes_u32(&b);
	if (left < BINARY)
		return NSC_MORE;
	return extras(opcode) == length && type == 0 && key <= KEY_MAX &&
			       body >= (uint32_t)key + length && body <= BODY_MAX
		       ? NSC_DONE
		       : NSC_NOT_MINE;
}

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	enum nsc_verdict v;

	if (nsc_bytes_left(&g->bytes) > 0 && *g->bytes.p == REQUEST)
		return guess_binary(g->bytes);
	v = guess_text(&g->bytes, &g->other);
	/* Or it is the answer that speaks now. */
	return v == NSC_NOT_MINE && nsc_bytes_left(&g->other) > 0 ? guess_text(&g->other, &g->bytes)
								  : v;
}

const struct nsc_dissector nsc_memcached = {
	.name = "memcached",
	.title = "Memcached",
	.spec = "memcached protocol.txt, binary protocol",
	.transports = NSC_OVER_TCP,
	.first = {{'0', '9' + 1}, {'A', 'z' + 1}, {REQUEST, REQUEST + 1}},
	.guess = guess,
};
