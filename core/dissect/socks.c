/* SPDX-License-Identifier: MIT */
/*
 * SOCKS 4, 4a (the OpenBSD and NEC memos) and 5 (RFC 1928, RFC 1929): the name, and
 * what is spoken behind a CONNECT that succeeded.
 */
#include "dissect/protocols.h"
#include "dissect/starttls.h"
#include "dissect/tls_hello.h"
#include "dissect/tls_record.h"

enum {
	CONNECT = 1,
	BIND,
	ASSOCIATE,
	NO_AUTH = 0,
	PASSWORD = 2,
	NONE_SUITS = 0xff,
	METHODS_MAX = 16, /* more are never offered */
	USER_MAX = 255,   /* octets of a SOCKS 4 user or host name */
};

enum phase { GREETING, METHOD, AUTH, REQUEST, RELAY };

struct state {
	uint8_t client; /* side + 1; 0: not known */
	uint8_t version;
	uint8_t method;
	uint8_t phase[2]; /* [0]: the client's, [1]: the server's */
	uint8_t command;
	bool spoke; /* the server */
};

/* Each reads one message and moves b: 1; 0: not all of it; -1: it is none. */

static int
greeting5(struct nsc_bytes *b)
{
	uint8_t n;
	const uint8_t *m;
	struct nsc_bytes at = *b;

	if (nsc_bytes_u8(&at) != 5)
		return -1;
	n = nsc_bytes_u8(&at);
	if (at.bad)
		return 0;
	if (n < 1 || n > METHODS_MAX)
		return -1;
	/* Of those assigned (0 to 9), each once. */
	for (unsigned i = 0, seen = 0; i < n && nsc_bytes_left(&at) > 0; i++) {
		m = nsc_bytes_take(&at, 1);
		if (*m < 0x80 && (*m > 9 || (seen >> *m & 1) != 0))
			return -1;
		if (*m < 0x80)
			seen |= 1u << *m;
		else if (*m == NONE_SUITS)
			return -1;
	}
	nsc_bytes_skip(b, 2u + n);
	return b->bad ? 0 : 1;
}

/* VER, CMD or REP, RSV, ATYP, ADDR, PORT */
static int
address5(struct nsc_bytes *b, uint8_t code_max, uint8_t *code)
{
	uint8_t version = nsc_bytes_u8(b), type;
	size_t n;

	*code = nsc_bytes_u8(b);
	if (version != 5 || *code > code_max)
		return b->bad && version == 5 ? 0 : -1;
	if (nsc_bytes_u8(b) != 0)
		return -1;
	type = nsc_bytes_u8(b);
	if (b->bad)
		return 0;
	n = type == 1 ? 4 : type == 4 ? 16 : type == 3 ? nsc_bytes_u8(b) : 0;
	if (n == 0)
		return b->bad ? 0 : -1;
	nsc_bytes_skip(b, n + 2);
	return b->bad ? 0 : 1;
}

static int
password5(struct nsc_bytes *b)
{
	if (nsc_bytes_u8(b) != 1)
		return -1;
	nsc_bytes_skip(b, nsc_bytes_u8(b));
	nsc_bytes_skip(b, nsc_bytes_u8(b));
	return b->bad ? 0 : 1;
}

/* A text that a NUL ends. */
static int
text4(struct nsc_bytes *b, bool empty)
{
	size_t left = nsc_bytes_left(b), n;
	const uint8_t *p = b->p, *end = left > 0 ? memchr(p, 0, left) : NULL;

	n = end != NULL ? (size_t)(end - p) : left;
	for (size_t i = 0; i < n; i++)
		if (p[i] <= ' ' || p[i] >= 0x7f)
			return -1;
	if (n > USER_MAX || (end != NULL && n == 0 && !empty))
		return -1;
	nsc_bytes_skip(b, n + 1);
	return b->bad ? 0 : 1;
}

/* *a: with a host name, of which a SOCKS 4a request is certain. */
static int
request4(struct nsc_bytes *b, uint8_t *command, bool *a)
{
	uint8_t version = nsc_bytes_u8(b);
	uint16_t port;
	uint32_t ip;
	int r;

	*command = nsc_bytes_u8(b);
	if (version != 4 || (!b->bad && *command != CONNECT && *command != BIND))
		return -1;
	port = nsc_bytes_u16(b);
	ip = nsc_bytes_u32(b);
	if (b->bad)
		return 0;
	*a = ip > 0 && ip < 256;
	if (port == 0 || ip == 0)
		return -1;
	r = text4(b, true);
	return r == 1 && *a ? text4(b, false) : r;
}

static int
reply4(struct nsc_bytes *b, uint8_t *code)
{
	uint8_t zero = nsc_bytes_u8(b);

	*code = nsc_bytes_u8(b);
	if (zero != 0 || (!b->bad && (*code < 90 || *code > 93)))
		return -1;
	nsc_bytes_skip(b, 6);
	return b->bad ? 0 : 1;
}

static bool
offered(struct nsc_bytes greeting, uint8_t method)
{
	return method == NONE_SUITS ||
	       memchr(greeting.p + 2, method, greeting.p[1]) != NULL;
}

/* The client's octets, and the server's as far as there are any. */
static enum nsc_verdict
guess_client(struct nsc_bytes client, struct nsc_bytes server)
{
	struct nsc_bytes at = client;
	uint8_t code;
	bool a = false;
	int r;

	if (*client.p == 5) {
		r = greeting5(&at);
		if (r <= 0)
			return r == 0 ? NSC_MORE : NSC_NOT_MINE;
		if (nsc_bytes_left(&server) >= 2)
			return server.p[0] == 5 && offered(client, server.p[1])
				       ? NSC_DONE
				       : NSC_NOT_MINE;
		if (nsc_bytes_left(&at) == 0)
			return NSC_MORE;
		/* Only this side was captured, or it does not wait. */
		if (*at.p == 1) {
			r = password5(&at);
			if (r < 0 || nsc_bytes_left(&at) == 0)
				return r < 0 ? NSC_NOT_MINE : NSC_MORE;
		}
		r = address5(&at, ASSOCIATE, &code);
		return r > 0 ? NSC_DONE : r == 0 ? NSC_MORE : NSC_NOT_MINE;
	}
	r = request4(&at, &code, &a);
	if (r <= 0)
		return r == 0 ? NSC_MORE : NSC_NOT_MINE;
	if (a)
		return NSC_DONE;
	if (nsc_bytes_left(&server) == 0) {
		size_t left = nsc_bytes_left(&at);

		/* A TLS hello behind it: the reply was not captured, or will be soon. */
		if (left > 0 && *at.p != NSC_TLS_HANDSHAKE)
			return NSC_NOT_MINE;
		return left >= 6 && at.p[1] == 3 && at.p[5] == NSC_TLS_CLIENT_HELLO
			       ? NSC_DONE
			       : NSC_MORE;
	}
	r = reply4(&server, &code);
	return r > 0 ? NSC_DONE : r == 0 ? NSC_MORE : NSC_NOT_MINE;
}

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	bool answer = nsc_bytes_left(&g->other) > 0;
	uint8_t first;

	if (nsc_bytes_left(&g->bytes) == 0)
		return NSC_MORE;
	first = *g->bytes.p;
	/* The server's reply to what is not read yet. */
	if (answer && *g->other.p == (first == 5 ? 5 : 4) && (first == 5 || first == 0)) {
		enum nsc_verdict v = guess_client(g->other, g->bytes);

		if (v != NSC_NOT_MINE || first == 0)
			return v;
	}
	/* A reply that was captured before its greeting. */
	if (!answer && nsc_bytes_left(&g->bytes) == 2 && first == 5 &&
	    g->bytes.p[1] == NO_AUTH)
		return NSC_MORE;
	if ((first != 5 && first != 4) || (answer && *g->other.p != (first == 5 ? 5 : 0)))
		return NSC_NOT_MINE;
	return guess_client(g->bytes, g->other);
}

/* -1: not SOCKS (any more); 0: not all there; 1: a message was read; 2: the relay begins.
 */
static int
client_says(struct state *s, struct nsc_bytes *b)
{
	uint8_t *phase = &s->phase[0], code;
	bool a;
	int r;

	switch (*phase) {
	case GREETING:
		s->version = *b->p;
		if (s->version == 4) {
			r = request4(b, &s->command, &a);
			*phase = RELAY;
			return r;
		}
		*phase = METHOD;
		return greeting5(b);
	case METHOD:
		/* The version tells what comes: 1 a password, 5 the request. */
		if (*b->p == 1)
			return password5(b);
		r = address5(b, ASSOCIATE, &code);
		s->command = code;
		*phase = RELAY;
		return r;
	default:
		return 2;
	}
}

static int
server_says(struct state *s, struct nsc_bytes *b)
{
	uint8_t *phase = &s->phase[1], code, status;
	int r;

	s->spoke = true;
	/* The reply was captured before the request. */
	if (s->command == 0 && (s->version == 4 || *phase == REQUEST))
		return 0;
	if (s->version == 4) {
		r = reply4(b, &code);
		return r == 1 ? code == 90 && s->command == CONNECT ? 2 : -1 : r;
	}
	switch (*phase) {
	case GREETING:
		code = nsc_bytes_u8(b);
		s->method = nsc_bytes_u8(b);
		*phase = s->method == PASSWORD ? AUTH : REQUEST;
		if (b->bad)
			return 0;
		return code == 5 && (s->method == NO_AUTH || s->method == PASSWORD) ? 1
										    : -1;
	case AUTH:
		code = nsc_bytes_u8(b);
		status = nsc_bytes_u8(b);
		*phase = REQUEST;
		return b->bad ? 0 : (code == 1 || code == 5) && status == 0 ? 1 : -1;
	default:
		r = address5(b, 8, &code);
		return r == 1 ? code == 0 && s->command == CONNECT ? 2 : -1 : r;
	}
}

static enum nsc_verdict
feed(void *state, struct nsc_chunk *in, struct nsc_out *out)
{
	struct state *s = state;

	if (in->gap)
		return NSC_DONE;
	while (nsc_bytes_left(&in->bytes) > 0) {
		struct nsc_bytes b = in->bytes;
		struct state before;
		bool server;
		int r;

		/* A greeting has three octets at least, a reply of version 4 begins with 0.
		 */
		if (s->client == 0)
			s->client = (uint8_t)(1 + (*b.p == 0 || (*b.p == 5 &&
								 nsc_bytes_left(&b) == 2)
							   ? !in->side
							   : in->side));
		before = *s;
		server = s->client != in->side + 1;
		r = server ? server_says(s, &b) : client_says(s, &b);
		if (r < 0)
			return NSC_DONE;
		if (r == 2 && !server) {
			enum nsc_verdict v =
				nsc_starttls_hello(in, s->spoke || s->version == 4, out);

			/* Without a reply nothing but TLS is certain enough. */
			if (v == NSC_HAND_ON)
				return v;
			r = 0;
		}
		if (r == 0) {
			*s = before;
			s->spoke |= server;
			out->wish.need = (uint32_t)nsc_bytes_left(&in->bytes) + 1;
			return NSC_MORE;
		}
		in->bytes = b;
		if (r == 2)
			return NSC_HAND_ON;
	}
	return NSC_MORE;
}

const struct nsc_dissector nsc_socks = {
	.name = "socks",
	.title = "SOCKS proxy protocol, versions 4 and 5",
	.spec = "RFC 1928, RFC 1929",
	.transports = NSC_OVER_TCP,
	.state_size = sizeof(struct state),
	.guess = guess,
	.feed = feed,
	.known_by = "a greeting or a request of version 4 or 5 that the answer agrees with",
	.measures = "nothing: the conversation behind it has the name",
};
