/* SPDX-License-Identifier: MIT */
/*
 * RADIUS (RFC 2865, 3; RFC 2866; RFC 5176; RFC 5997).  The length is the datagram's, and the
 * attributes fill it exactly.  A request has its answer by the identifier of one octet; its
 * authenticator tells a retransmission (RFC 2865, 2.5) from the next one with that identifier.
 */
#include "dissect/await.h"
#include "dissect/protocols.h"

enum { HEADER = 20, LENGTH_MAX = 4096, ATTRIBUTES_MAX = 256 };

/* How long a server keeps its answer for those who did not get it (RFC 5080, 2.2.2), ns. */
#define HOLD 30000000000ull

enum kind { OTHER, ACCESS, ACCOUNTING, STATUS, DISCONNECT, COA };
enum error { FINE, REJECT, DISCONNECT_NAK, COA_NAK, PROTOCOL_ERROR };

static const char *const operations[] = {"other", "access", "accounting", "status", "disconnect",
					 "coa", NULL};
static const char *const errors[] = {"reject", "disconnect_nak", "coa_nak", "protocol_error",
				     NULL};

static const struct code {
	uint8_t code;
	uint8_t asks;			/* kind, of a request */
	uint8_t answers;		/* kinds, bits */
	uint8_t error;
} codes[] = {
	{1, ACCESS, 0, 0},				/* Access-Request, Accept, Reject */
	{2, 0, 1 << ACCESS | 1 << STATUS, FINE},
	{3, 0, 1 << ACCESS, REJECT},
	{4, ACCOUNTING, 0, 0},				/* Accounting-Request, Response */
	{5, 0, 1 << ACCOUNTING | 1 << STATUS, FINE},
	{11, 0, 1 << ACCESS, FINE},			/* Access-Challenge */
	{12, STATUS, 0, 0},				/* Status-Server, Status-Client */
	{13, OTHER, 0, 0},
	{40, DISCONNECT, 0, 0},
	{41, 0, 1 << DISCONNECT, FINE},
	{42, 0, 1 << DISCONNECT, DISCONNECT_NAK},
	{43, COA, 0, 0},
	{44, 0, 1 << COA, FINE},
	{45, 0, 1 << COA, COA_NAK},
	{52, 0, 0xff, PROTOCOL_ERROR},			/* RFC 7930, 4 */
};

static const struct code *
find_code(uint8_t code)
{
	for (unsigned i = 0; i < sizeof codes / sizeof codes[0]; i++) {
		if (codes[i].code == code)
			return &codes[i];
	}
	return NULL;
}

/* A whole datagram of it. */
static bool
is_radius(struct nsc_bytes b)
{
	size_t left = nsc_bytes_left(&b);
	uint8_t code = nsc_bytes_u8(&b), type, length;
	unsigned n;

	nsc_bytes_skip(&b, 1);		/* identifier */
	if (find_code(code) == NULL || nsc_bytes_u16(&b) != left || left < HEADER ||
	    left > LENGTH_MAX)
		return false;
	nsc_bytes_skip(&b, HEADER - 4);
	for (n = 0; n < ATTRIBUTES_MAX && nsc_bytes_left(&b) > 0; n++) {
		type = nsc_bytes_u8(&b);
		length = nsc_bytes_u8(&b);
		if (type == 0 || length < 2)
			return false;
		nsc_bytes_skip(&b, length - 2u);
	}
	return !b.bad && nsc_bytes_left(&b) == 0;
}

/* By an attribute at least: answers need none, but who begins with an answer is a stranger. */
static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	return nsc_bytes_left(&g->bytes) > HEADER && is_radius(g->bytes) ? NSC_DONE : NSC_NOT_MINE;
}

static enum nsc_verdict
feed(void *state, struct nsc_chunk *in, struct nsc_out *out)
{
	struct nsc_bytes b = in->bytes;
	bool whole = in->cut || is_radius(b);
	const struct code *c = find_code(nsc_bytes_u8(&b));
	uint8_t id = nsc_bytes_u8(&b);
	struct nsc_await *w;
	uint32_t mark;

	(void)state;
	in->bytes.p = in->bytes.end;
	nsc_bytes_skip(&b, 2);
	mark = nsc_bytes_u32(&b);	/* of the authenticator */
	if (c == NULL || b.bad || !whole)
		return NSC_MALFORMED;
	if (c->answers == 0) {
		nsc_await_ask(out, nsc_await_key(out, in->side, id), mark, c->asks, 0, HOLD);
		return NSC_MORE;
	}
	w = nsc_await_waiting(out, nsc_await_key(out, !in->side, id));
	if (w != NULL && (c->answers >> w->kind & 1) != 0)
		nsc_await_answered(out, w, c->error);
	return NSC_MORE;
}

const struct nsc_dissector nsc_radius = {
	.name = "radius",
	.title = "Remote Authentication Dial In User Service",
	.spec = "RFC 2865, RFC 2866, RFC 5176",
	.transports = NSC_OVER_UDP,
	.stateless = NSC_OVER_UDP,
	.first = {{1, 14}, {40, 46}, {52, 53}},
	.guess = guess,
	.feed = feed,
	.shared_memory = sizeof(struct nsc_await_table),
	.shared_new = nsc_await_new,
	.shared_free = nsc_await_free,
	.operations = operations,
	.errors = errors,
	.known_by = "a known code, a length that is the datagram's, and attributes that fill it exactly",
	.measures = "requests that were answered (a challenge is an answer), rejects and other refusals "
		    "as errors, time from a request's first datagram to its answer",
	.limits = "RADIUS over TCP, TLS and DTLS is not read; a repeated Accounting-Request with a new "
		  "Acct-Delay-Time is a new request, as it has a new identifier",
};
