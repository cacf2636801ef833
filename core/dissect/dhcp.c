/* SPDX-License-Identifier: MIT */
/*
 * DHCP and BOOTP (RFC 2131, 2; RFC 2132, 2), by the magic cookie.  Requests are broadcast, and
 * relays pass them on: a request has its answer by its identifier and the client's hardware
 * address, whatever the addresses of the packets are.
 */
#include "dissect/await.h"
#include "dissect/protocols.h"

enum {
	ADDRESS_AT = 28, ADDRESS = 16, COOKIE_AT = 236,
	REQUEST = 1, REPLY = 2, HARDWARE_MAX = 16,
	PAD = 0, TYPE = 53, RAPID_COMMIT = 80, END = 255,	/* options (RFC 2132; RFC 4039) */
};

/* Copies by relays come within this time, ns; the first retransmission after 3 s (RFC 2131, 4.1). */
#define COPIES 2000000000ull

enum kind { OTHER, DISCOVER, ASK, INFORM, DECLINE, RELEASE, LEASEQUERY, BOOTP, KINDS };
enum error { FINE, NAK };

static const char *const operations[] = {"other", "discover", "request", "inform", "decline",
					 "release", "leasequery", "bootp", NULL};
static const char *const errors[] = {"nak", NULL};

/* Option 53 (RFC 2132, 9.6; RFC 4388). */
static const struct {
	uint8_t asks;			/* kind */
	uint8_t answers[3];		/* kinds, in the order in which they are looked for */
	uint8_t error;
} types[] = {
	{BOOTP, {BOOTP}, FINE},				/* none: BOOTP */
	{DISCOVER, {0}, FINE},
	{0, {DISCOVER}, FINE},				/* DHCPOFFER */
	{ASK, {0}, FINE},
	{DECLINE, {0}, FINE},
	{0, {ASK, INFORM, DISCOVER}, FINE},		/* DHCPACK; at once: RFC 4039 */
	{0, {ASK}, NAK},
	{RELEASE, {0}, FINE},
	{INFORM, {0}, FINE},
	{0, {0}, FINE},					/* DHCPFORCERENEW */
	{LEASEQUERY, {0}, FINE},
	{0, {LEASEQUERY}, FINE}, {0, {LEASEQUERY}, FINE}, {0, {LEASEQUERY}, FINE},
};

enum { TYPES = sizeof types / sizeof types[0] };

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	struct nsc_bytes b = g->bytes;
	uint8_t op = nsc_bytes_u8(&b), length;

	nsc_bytes_skip(&b, 1);		/* htype */
	length = nsc_bytes_u8(&b);
	nsc_bytes_skip(&b, COOKIE_AT - 3);
	return nsc_bytes_u32(&b) == 0x63825363 && (op == REQUEST || op == REPLY) &&
			       length <= HARDWARE_MAX
		       ? NSC_DONE
		       : NSC_NOT_MINE;
}

/* The message's type, 0 if it has none; *rapid: the client takes an ACK for an OFFER, or has one. */
static unsigned
type_of(struct nsc_bytes b, bool *rapid)
{
	unsigned type = 0;

	nsc_bytes_skip(&b, COOKIE_AT + 4);
	*rapid = false;
	while (nsc_bytes_left(&b) > 0) {
		uint8_t code = nsc_bytes_u8(&b);
		struct nsc_bytes in;

		if (code == END)
			break;
		if (code == PAD)
			continue;
		in = nsc_bytes_sub(&b, nsc_bytes_u8(&b));
		if (code == TYPE && nsc_bytes_left(&in) == 1)
			type = *in.p;
		*rapid = *rapid || code == RAPID_COMMIT;
	}
	return type;
}

static void
answered(struct nsc_out *out, uint64_t exchange, unsigned type, bool rapid)
{
	for (unsigned i = 0; i < sizeof types[0].answers; i++) {
		unsigned kind = types[type].answers[i];
		struct nsc_await *w;

		if (kind == OTHER || (kind == DISCOVER && i > 0 && !rapid))
			continue;
		w = nsc_await_waiting(out, nsc_await_key_of(exchange, kind));
		if (w != NULL) {
			nsc_await_answered(out, w, types[type].error);
			break;
		}
	}
}

static enum nsc_verdict
feed(void *state, struct nsc_chunk *in, struct nsc_out *out)
{
	struct nsc_guess g = {.bytes = in->bytes};
	struct nsc_bytes b = in->bytes, id;
	uint8_t op = nsc_bytes_u8(&b);
	uint64_t exchange;
	unsigned type, kind;
	bool rapid;

	(void)state;
	in->bytes.p = in->bytes.end;
	if (guess(&g) != NSC_DONE)
		return NSC_MALFORMED;
	nsc_bytes_skip(&b, 3);
	id = nsc_bytes_sub(&b, 4);
	nsc_bytes_skip(&b, ADDRESS_AT - 8);
	exchange = nsc_await_key_of(nsc_await_print(id.p, 4),
				    nsc_await_print(nsc_bytes_take(&b, ADDRESS), ADDRESS));
	type = type_of(g.bytes, &rapid);
	if (type >= TYPES)
		return NSC_MORE;
	kind = types[type].asks;
	if (op == REPLY)
		answered(out, exchange, type, rapid);
	else if (kind == DECLINE || kind == RELEASE)
		nsc_await_seen(out, nsc_await_key_of(exchange, kind), 0, kind, COPIES);
	else if (kind != OTHER)
		nsc_await_ask(out, nsc_await_key_of(exchange, kind), 0, kind, 0, COPIES);
	return NSC_MORE;
}

const struct nsc_dissector nsc_dhcp = {
	.name = "dhcp",
	.title = "Dynamic Host Configuration Protocol",
	.spec = "RFC 2131",
	.transports = NSC_OVER_UDP,
	.stateless = NSC_OVER_UDP,
	.first = {{1, 3}},
	.guess = guess,
	.feed = feed,
	.shared_memory = sizeof(struct nsc_await_table),
	.shared_new = nsc_await_new,
	.shared_free = nsc_await_free,
	.operations = operations,
	.errors = errors,
	.known_by = "the magic cookie of 32 bits",
	.measures = "requests that were answered: discover by the first offer, request by ack or nak, inform "
		    "by ack; decline and release that were seen; nak as an error; time from a request's first "
		    "datagram to its first answer",
	.limits = "with several workers a request and its answer, which have other addresses, may be seen "
		  "by two of them, and are not matched; failover between servers is not read",
};
