/* SPDX-License-Identifier: MIT */
/* LDAP (RFC 4511): the name, and StartTLS (4.14). */
#include "dissect/ber.h"
#include "dissect/protocols.h"
#include "dissect/starttls.h"

enum {
	BIND = 0x60,
	BIND_DONE = 0x61,
	SEARCH = 0x63,
	EXTENDED = 0x77,
	EXTENDED_DONE = 0x78,
	REQUEST_NAME = 0x80,

	WHOLE_MAX =
		4096, /* octets of a message that is read; larger ones are passed over */
	MESSAGE_MAX = 1 << 26,
	PATIENCE = 64, /* messages without a request for TLS */
};

static const char start_tls[] = "1.3.6.1.4.1.1466.20037";

struct state {
	uint32_t id; /* of the request */
	uint8_t messages;
	uint8_t client; /* side + 1 that asked; 0: none */
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
is_ldap(uint8_t op, struct nsc_bytes body)
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
		return false;
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
	return head(&b, &id, &op, &body) && is_ldap(op, body) ? NSC_DONE : NSC_NOT_MINE;
}

static enum nsc_verdict
on_message(struct state *s, uint8_t side, struct nsc_bytes whole)
{
	struct nsc_bytes body, v;
	uint32_t id;
	uint8_t op;

	if (!head(&whole, &id, &op, &body))
		return NSC_DONE;
	if (op == EXTENDED) {
		v = nsc_ber_take(&body, REQUEST_NAME);
		if (nsc_bytes_left(&v) == sizeof start_tls - 1 &&
		    nsc_bytes_starts(&v, start_tls)) {
			s->client = (uint8_t)(side + 1);
			s->id = id;
		}
	} else if (op == EXTENDED_DONE && s->client == 2 - side && id == s->id) {
		if (number(&body, NSC_BER_ENUMERATED) == 0 && !body.bad)
			return NSC_HAND_ON;
		s->client = 0;
	}
	return s->client == 0 && (op == SEARCH || ++s->messages >= PATIENCE) ? NSC_DONE
									     : NSC_MORE;
}

static enum nsc_verdict
feed(void *state, struct nsc_chunk *in, struct nsc_out *out)
{
	struct state *s = state;

	while (nsc_bytes_left(&in->bytes) > 0) {
		size_t left = nsc_bytes_left(&in->bytes);
		bool awaited = s->client == in->side + 1;
		enum nsc_verdict v = nsc_starttls_hello(in, awaited, out);
		int64_t octets;

		if (v != NSC_NOT_MINE)
			return v;
		octets = in->gap ? -1 : message_octets(in->bytes);
		if (octets < 0)
			return NSC_DONE;
		if (octets > WHOLE_MAX) {
			size_t n = (uint64_t)octets < left ? (size_t)octets : left;

			nsc_bytes_skip(&in->bytes, n);
			out->wish.skip = (uint64_t)octets - n;
			if (out->wish.skip > 0)
				return NSC_MORE;
			continue;
		}
		if (octets == 0 || (size_t)octets > left) {
			out->wish.need =
				octets == 0 ? (uint32_t)left + 1 : (uint32_t)octets;
			return NSC_MORE;
		}
		v = on_message(s, in->side, nsc_bytes_sub(&in->bytes, (size_t)octets));
		if (v != NSC_MORE)
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
};
