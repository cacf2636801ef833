/* SPDX-License-Identifier: MIT */
/* LDAP (RFC 4511): operations matched by messageID (4.1.1), and StartTLS (4.14). */
#include "dissect/ber.h"
#include "dissect/ldap_words.h"
#include "dissect/pending.h"
#include "dissect/protocols.h"
#include "dissect/starttls.h"

enum {
	BIND = 0x60,
	BIND_DONE = 0x61,
	SEARCH = 0x63,
	ABANDON = 0x50,
	EXTENDED = 0x77,
	EXTENDED_DONE = 0x78,
	REQUEST_NAME = 0x80,
	CONTROLS = 0xa0,

	WHOLE_MAX =
		4096, /* octets of a message that is read; of larger ones the first */
	PREFIX = 64, /* (number, operation, result code) */
	MESSAGE_MAX = 1 << 26,
	ROOM = 48, /* requests that wait */
};

static const char start_tls[] = "1.3.6.1.4.1.1466.20037";

struct state {
	struct nsc_pending ids[ROOM];
	uint32_t id; /* of the request for TLS */
	uint8_t asked; /* side + 1 that asked for TLS; 0: none */
	uint8_t client; /* side + 1; 0: not known */
	bool lost[2];
};

static uint32_t
number(struct nsc_bytes *b, uint8_t tag)
{
	struct nsc_bytes v = nsc_ber_take(b, tag);
	size_t n = nsc_bytes_left(&v);
	uint32_t u = 0;

	if (n < 1 || n > 4 || (*v.p & 0x80) != 0)
		b->bad = true;
	while (nsc_bytes_left(&v) > 0)
		u = u << 8 | nsc_bytes_u8(&v);
	return u;
}

/* Octets of the message at b with its header; 0: the header is not whole; -1: none. */
static int64_t
message_octets(struct nsc_bytes b)
{
	const uint8_t *p = b.p;
	uint32_t len;

	if (nsc_bytes_left(&b) > 0 && *p != NSC_BER_SEQUENCE)
		return -1;
	nsc_bytes_skip(&b, 1);
	if (nsc_bytes_left(&b) > 0 && *b.p > 0x84)
		return -1;
	len = nsc_ber_length(&b);
	if (b.bad)
		return nsc_bytes_peek(&(struct nsc_bytes){.p = p, .end = b.end}, 6) != NULL
			       ? -1
			       : 0;
	return len < 5 || len > MESSAGE_MAX ? -1 : (int64_t)len + (b.p - p);
}

/* The head of a message that is whole: its number, its operation. */
static bool
head(struct nsc_bytes *b, uint32_t *id, uint8_t *op, struct nsc_bytes *body)
{
	struct nsc_bytes in = nsc_ber_take(b, NSC_BER_SEQUENCE);

	*id = number(&in, NSC_BER_INTEGER);
	*op = nsc_bytes_left(&in) > 0 ? *in.p : 0;
	*body = nsc_ber_take(&in, *op);
	/* Only controls may follow. */
	return !in.bad && (nsc_bytes_left(&in) == 0 || *in.p == 0xa0);
}

static bool
is_result(struct nsc_bytes b)
{
	uint32_t code = number(&b, NSC_BER_ENUMERATED);

	nsc_ber_take(&b, NSC_BER_OCTETS);
	nsc_ber_take(&b, NSC_BER_OCTETS);
	return !b.bad && code < 4097;
}

/* The contents that are known well enough to be told from anything else. */
static bool
is_ldap(uint8_t op, struct nsc_bytes body, bool midstream)
{
	struct nsc_bytes v;
	uint32_t n;

	switch (op) {
	case BIND:
		n = number(&body, NSC_BER_INTEGER);
		nsc_ber_take(&body, NSC_BER_OCTETS);
		return !body.bad && (n == 2 || n == 3) && nsc_bytes_left(&body) > 0 &&
		       (*body.p == 0x80 || *body.p == 0xa3);
	case BIND_DONE:
	case EXTENDED_DONE:
		return is_result(body);
	case SEARCH:
		nsc_ber_take(&body, NSC_BER_OCTETS);
		n = number(&body, NSC_BER_ENUMERATED);
		n |= number(&body, NSC_BER_ENUMERATED);
		return !body.bad && n < 4;
	case EXTENDED:
		v = nsc_ber_take(&body, REQUEST_NAME);
		n = (uint32_t)nsc_bytes_left(&v);
		for (uint32_t i = 0; i < n; i++)
			if (v.p[i] != '.' && (v.p[i] < '0' || v.p[i] > '9'))
				return false;
		return n > 4 && !body.bad;
	default:
		return midstream && nsc_ldap_answers(op) && is_result(body);
	}
}

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	struct nsc_bytes b = g->bytes, body;
	int64_t octets = message_octets(b);
	uint32_t id;
	uint8_t op;

	if (octets < 0 || octets > WHOLE_MAX)
		return NSC_NOT_MINE;
	/* The number's tag comes next, behind one or more octets of length. */
	if (octets == 0 || (size_t)octets > nsc_bytes_left(&b)) {
		size_t at = octets == 0 || b.p[1] < 0x80 ? 2 : 2u + (b.p[1] & 0x7f);

		return nsc_bytes_left(&b) > at && octets > 0 && b.p[at] != NSC_BER_INTEGER
			       ? NSC_NOT_MINE
			       : NSC_MORE;
	}
	return head(&b, &id, &op, &body) && is_ldap(op, body, g->midstream) ? NSC_DONE
									    : NSC_NOT_MINE;
}

static void
on_request(struct state *s, uint8_t side, uint8_t op, uint32_t id, struct nsc_bytes body,
	   struct nsc_out *out)
{
	struct nsc_bytes name;
	struct nsc_pending p;

	s->client = (uint8_t)(side + 1);
	if (op == ABANDON) {
		/* Its contents are the number of what gets no answer any more. */
		id = 0;
		while (nsc_bytes_left(&body) > 0)
			id = id << 8 | nsc_bytes_u8(&body);
		nsc_ids_take(s->ids, ROOM, id, &p);
		nsc_out_operation(out, nsc_ldap_asks(op), 0, 0);
		return;
	}
	if (!nsc_ids_ask(s->ids, ROOM, id, nsc_ldap_asks(op), 0, out->time))
		nsc_out_lost(out);
	if (op != EXTENDED)
		return;
	name = nsc_ber_take(&body, REQUEST_NAME);
	if (nsc_bytes_left(&name) == sizeof start_tls - 1 && nsc_bytes_starts(&name, start_tls)) {
		s->asked = (uint8_t)(side + 1);
		s->id = id;
	}
}

/* True if TLS follows. */
static bool
on_answer(struct state *s, uint8_t side, uint32_t id, struct nsc_bytes body, struct nsc_out *out)
{
	uint32_t code = number(&body, NSC_BER_ENUMERATED);
	unsigned error = body.bad ? 0 : nsc_ldap_error(code);
	struct nsc_pending p;

	s->client = (uint8_t)(2 - side);
	if (nsc_ids_take(s->ids, ROOM, id, &p))
		nsc_out_answered(out, &p, error);
	else if (error > 0)
		nsc_out_operation(out, NSC_NO_OPERATION, error, 0);
	if (s->asked != 2 - side || id != s->id)
		return false;
	s->asked = 0;
	return code == 0 && !body.bad;
}

/* What is there of a message: all of it, or enough for this. */
static enum nsc_verdict
on_message(struct state *s, uint8_t side, struct nsc_bytes b, struct nsc_out *out)
{
	struct nsc_bytes in, body;
	uint8_t tag, op;
	uint32_t id;

	in = nsc_ber_open(&b, &tag);
	id = number(&in, NSC_BER_INTEGER);
	body = nsc_ber_open(&in, &op);
	if (in.bad)
		return NSC_DONE;
	if (nsc_ldap_asks(op) > 0)
		on_request(s, side, op, id, body, out);
	else if (nsc_ldap_answers(op) && on_answer(s, side, id, body, out))
		return NSC_HAND_ON;
	return NSC_MORE;
}

/* Behind lost octets: a message whose number and operation are sound. */
static bool
found_again(struct nsc_bytes b)
{
	struct nsc_bytes in;
	uint8_t tag, op;

	if (message_octets(b) <= 0)
		return false;
	in = nsc_ber_open(&b, &tag);
	(void)number(&in, NSC_BER_INTEGER);
	op = nsc_bytes_u8(&in);
	return !in.bad && (nsc_ldap_asks(op) > 0 || nsc_ldap_answers(op) || nsc_ldap_passes(op));
}

static void
on_gap(struct state *s, uint8_t side)
{
	s->lost[side] = true;
	s->asked = 0;
	memset(s->ids, 0, sizeof s->ids);
}

static enum nsc_verdict
feed(void *state, struct nsc_chunk *in, struct nsc_out *out)
{
	struct state *s = state;

	if (in->gap)
		on_gap(s, in->side);
	while (nsc_bytes_left(&in->bytes) > 0) {
		size_t left = nsc_bytes_left(&in->bytes), want;
		bool awaited = s->asked == in->side + 1;
		enum nsc_verdict v = nsc_starttls_hello(in, awaited, out);
		int64_t octets;

		if (v != NSC_NOT_MINE)
			return v;
		if (s->lost[in->side] && !found_again(in->bytes)) {
			nsc_bytes_skip(&in->bytes, left);
			return NSC_MORE;
		}
		s->lost[in->side] = false;
		octets = message_octets(in->bytes);
		if (octets < 0)		/* what SASL protects looks so, too */
			return NSC_DONE;
		want = octets == 0 ? left + 1 : octets > WHOLE_MAX ? PREFIX : (size_t)octets;
		if (want > left) {
			out->wish.need = (uint32_t)want;
			return NSC_MORE;
		}
		want = (uint64_t)octets < left ? (size_t)octets : left;
		v = on_message(s, in->side, nsc_bytes_sub(&in->bytes, want), out);
		out->wish.skip = (uint64_t)octets - want;
		if (v != NSC_MORE || out->wish.skip > 0)
			return v;
	}
	return NSC_MORE;
}

const struct nsc_dissector nsc_ldap = {
	.name = "ldap",
	.title = "Lightweight Directory Access Protocol",
	.spec = "RFC 4511",
	.transports = NSC_OVER_TCP,
	.state_size = sizeof(struct state),
	.guess = guess,
	.feed = feed,
	.operations = nsc_ldap_operations,
	.errors = nsc_ldap_errors,
	.known_by = "a message of BER whose number, operation and first fields are those of a "
		    "bind, a search, an extended request or a result",
	.measures = "operations that were answered, a search by its searchResultDone; binds, too, "
		    "which a connection repeats; result codes by class; time to the answer",
	.limits = "what SASL protects is not read; of more than 48 requests that wait the oldest is "
		  "not told; referrals, compareFalse and saslBindInProgress are no errors",
};
