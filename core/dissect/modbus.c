/* SPDX-License-Identifier: MIT */
/*
 * Modbus over TCP (MODBUS Messaging on TCP/IP Implementation Guide 1.0b, 3.1.3): requests, and
 * responses that repeat their transaction and unit.  Protocol 0, the length of what follows, and
 * a length that the function has.
 */
#include "dissect/pending.h"
#include "dissect/protocols.h"

enum {
	PORT = 502,
	PREFIX = 6,			/* octets that the length does not count */
	HEADER = 7,
	LENGTH_MAX = 254,
	SIMPLE_LENGTH = 6,
	EXCEPTION = 0x80,
	EXCEPTION_LENGTH = 3,
	ROOM = 32,			/* requests that wait */
};

struct state {
	struct nsc_pending waiting[ROOM];
	bool lost[2];			/* where messages begin is not known */
};

struct message {
	uint32_t id;			/* transaction and unit */
	uint16_t protocol, length;
	uint8_t unit, function;
};

/* Application Protocol 1.1b3, 6. */
enum kind {
	OTHER, READ_COILS, READ_INPUTS, READ_REGISTERS, READ_INPUT_REGISTERS, WRITE_COILS,
	WRITE_REGISTERS, READ_WRITE, FILE_RECORD, DIAGNOSTICS, IDENTIFICATION,
};

static const char *const operations[] = {
	"other", "read_coils", "read_inputs", "read_registers", "read_input_registers",
	"write_coils", "write_registers", "read_write", "file_record", "diagnostics",
	"identification", NULL,
};

/* Its exceptions (7). */
static const char *const errors[] = {
	"other", "illegal_function", "illegal_address", "illegal_value", "server_failure",
	"acknowledge", "busy", "parity", "gateway_path", "gateway_target", NULL,
};

static unsigned
error_of(uint8_t code)
{
	static const uint8_t place[] = {[1] = 1, [2] = 2, [3] = 3, [4] = 4, [5] = 5,
					[6] = 6, [8] = 7, [10] = 8, [11] = 9};

	return code < sizeof place ? place[code] + 1u : 1;
}

static enum kind
kind_of(uint8_t function)
{
	switch (function) {
	case 1:
		return READ_COILS;
	case 2:
		return READ_INPUTS;
	case 3:
		return READ_REGISTERS;
	case 4:
		return READ_INPUT_REGISTERS;
	case 5: case 15:
		return WRITE_COILS;
	case 6: case 16: case 22:
		return WRITE_REGISTERS;
	case 23:
		return READ_WRITE;
	case 20: case 21: case 24:
		return FILE_RECORD;
	case 7: case 8: case 11: case 12: case 17:
		return DIAGNOSTICS;
	case 43:
		return IDENTIFICATION;
	default:
		return OTHER;
	}
}

/* The header and the function; b.bad if they are not all there. */
static struct message
header(struct nsc_bytes *b)
{
	struct message m = {.id = (uint32_t)nsc_bytes_u16(b) << 8};

	m.protocol = nsc_bytes_u16(b);
	m.length = nsc_bytes_u16(b);
	m.unit = nsc_bytes_u8(b);
	m.function = nsc_bytes_u8(b);
	m.id |= m.unit;
	return m;
}

/* A request or response of this function can be so long (unit and function included). */
static bool
fits(uint8_t function, uint16_t length)
{
	switch (function) {
	case 1: case 2: case 3: case 4:		/* read: request of 6, or octets behind a count */
		return length >= 4;
	case 5: case 6: case 8:			/* write one, diagnose */
		return length == SIMPLE_LENGTH;
	case 15: case 16:			/* write some: response of 6 */
		return length == SIMPLE_LENGTH || length >= 9;
	case 22:
		return length == 8;
	case 23:
		return length >= 5;
	case 43:
		return length >= 5;
	default:
		return function > EXCEPTION && length == EXCEPTION_LENGTH;
	}
}

/* Messages that fill what there is; the first one's function fits its length. */
static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	struct nsc_bytes b = g->bytes;

	for (unsigned n = 0; n == 0 || nsc_bytes_left(&b) > 0; n++) {
		struct nsc_bytes rest = b;
		size_t left = nsc_bytes_left(&b);
		struct message m = header(&rest);

		if (left < HEADER + 1)
			return left >= 4 && m.protocol != 0 ? NSC_NOT_MINE : NSC_MORE;
		/* 0 and 255 are the server itself, 1 to 247 devices behind it. */
		if (m.protocol != 0 || m.length < 2 || m.length > LENGTH_MAX ||
		    (n == 0 && !fits(m.function, m.length)) || (m.unit > 247 && m.unit < 255))
			return NSC_NOT_MINE;
		if (left < m.length + (size_t)PREFIX)
			return NSC_MORE;
		nsc_bytes_skip(&b, m.length + (size_t)PREFIX);
	}
	return NSC_DONE;
}

/* The server of two ends is the one on its port; else who was called. */
static bool
is_client(const struct nsc_chunk *in)
{
	return in->side == (in->port[0] == PORT && in->port[1] != PORT);
}

static void
request(struct state *s, const struct message *m, struct nsc_out *out)
{
	if (!nsc_ids_ask(s->waiting, ROOM, m->id, kind_of(m->function), m->function, out->time))
		nsc_out_lost(out);
}

static void
response(struct state *s, const struct message *m, uint8_t code, struct nsc_out *out)
{
	bool refused = (m->function & EXCEPTION) != 0;
	struct nsc_pending p;

	if (nsc_ids_take(s->waiting, ROOM, m->id, &p) && p.tag == (m->function & ~EXCEPTION & 0xff))
		nsc_out_answered(out, &p, refused ? error_of(code) : 0);
	else if (refused)
		nsc_out_operation(out, NSC_NO_OPERATION, error_of(code), 0);
}

static enum nsc_verdict
feed(void *state, struct nsc_chunk *in, struct nsc_out *out)
{
	struct state *s = state;
	struct nsc_bytes *b = &in->bytes;
	bool *lost = &s->lost[in->side];

	*lost = *lost || in->gap;
	while (nsc_bytes_left(b) > 0) {
		struct nsc_bytes rest = *b, body;
		struct message m = header(&rest);

		if (rest.bad) {
			out->wish.need = HEADER + 1;
			return NSC_MORE;
		}
		*lost = *lost && !(m.protocol == 0 && m.length <= LENGTH_MAX &&
				   fits(m.function, m.length));
		*lost = *lost || m.protocol != 0 || m.length < 2 || m.length > LENGTH_MAX;
		if (*lost) {		/* the next packet may begin with one */
			nsc_bytes_skip(b, nsc_bytes_left(b));
			return NSC_MORE;
		}
		if (nsc_bytes_left(b) < m.length + (size_t)PREFIX) {
			out->wish.need = m.length + PREFIX;
			return NSC_MORE;
		}
		body = nsc_bytes_sub(b, m.length + (size_t)PREFIX);
		nsc_bytes_skip(&body, HEADER + 1);
		if (is_client(in))
			request(s, &m, out);
		else
			response(s, &m, nsc_bytes_u8(&body), out);
	}
	return NSC_MORE;
}

const struct nsc_dissector nsc_modbus = {
	.name = "modbus",
	.title = "Modbus/TCP",
	.spec = "MODBUS Messaging on TCP/IP 1.0b",
	.transports = NSC_OVER_TCP,
	.state_size = sizeof(struct state),
	.guess = guess,
	.feed = feed,
	.operations = operations,
	.errors = errors,
	.known_by = "protocol 0, and a function, a unit and a length that fit each other "
		    "and fill the message",
	.measures = "requests by their function, exceptions by their code; time to the response",
	.limits = "of requests that wait at most 32 are kept",
};
