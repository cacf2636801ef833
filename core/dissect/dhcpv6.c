/* SPDX-License-Identifier: MIT */
/*
 * DHCPv6 (RFC 8415, 8, 9, 21).  The options fill the datagram exactly, and one of them is a DUID
 * of a known kind, or what a relay carries.  A request goes to a group, and relays wrap it: it has
 * its answer by its identifier and the client's DUID.
 */
#include "dissect/await.h"
#include "dissect/dhcpv6_status.h"
#include "dissect/protocols.h"

enum {
	MESSAGES = 11,			/* types 1 to 11 of client and server; */
	RELAY_FORWARD = 12, RELAY_REPLY = 13,
	RELAY_HEADER = 34,
	CLIENT_ID = 1, SERVER_ID = 2, RELAY_MESSAGE = 9,	/* options */
	DUID_TYPES = 4,
	OPTIONS_MAX = 64,
	RELAYS_MAX = 32,		/* HOP_COUNT_LIMIT of RFC 3315 */
};

/* Copies by relays come within this time, ns; the first retransmission after 1 s or so. */
#define COPIES 500000000ull

enum type {
	SOLICIT = 1, ADVERTISE, REQUEST, CONFIRM, RENEW, REBIND, REPLY, RELEASE, DECLINE,
	RECONFIGURE, INFORMATION_REQUEST,
};

enum kind {
	OTHER, K_SOLICIT, K_REQUEST, K_CONFIRM, K_RENEW, K_REBIND, K_RELEASE, K_DECLINE,
	K_RECONFIGURE, K_INFORMATION,
};

static const char *const operations[] = {
	"other", "solicit", "request", "confirm", "renew", "rebind", "release", "decline",
	"reconfigure", "information_request", NULL,
};

/* Whether the options end where the datagram does, and one of them is such. */
static bool
are_options(struct nsc_bytes b, bool relay)
{
	bool found = false;

	for (unsigned i = 0; i < OPTIONS_MAX && nsc_bytes_left(&b) > 0; i++) {
		uint16_t code = nsc_bytes_u16(&b);
		struct nsc_bytes in = nsc_bytes_sub(&b, nsc_bytes_u16(&b));
		uint16_t kind = nsc_bytes_u16(&in);

		if (relay)
			found = found || code == RELAY_MESSAGE;
		else if (code == CLIENT_ID || code == SERVER_ID)
			found = found || (kind >= 1 && kind <= DUID_TYPES);
	}
	return !b.bad && nsc_bytes_left(&b) == 0 && found;
}

/* By type; 0: it asks nothing. */
static const uint8_t asks[MESSAGES + 1] = {
	[SOLICIT] = K_SOLICIT, [REQUEST] = K_REQUEST, [CONFIRM] = K_CONFIRM, [RENEW] = K_RENEW,
	[REBIND] = K_REBIND, [RELEASE] = K_RELEASE, [DECLINE] = K_DECLINE,
	[RECONFIGURE] = K_RECONFIGURE, [INFORMATION_REQUEST] = K_INFORMATION,
};

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	struct nsc_bytes b = g->bytes;
	uint8_t type = nsc_bytes_u8(&b);
	bool relay = type == RELAY_FORWARD || type == RELAY_REPLY;

	if (type == 0 || (type > MESSAGES && !relay))
		return NSC_NOT_MINE;
	nsc_bytes_skip(&b, relay ? RELAY_HEADER - 1 : 3);
	return !b.bad && are_options(b, relay) ? NSC_DONE : NSC_NOT_MINE;
}

/* The contents of the first option of that code; bad if there is none. */
static struct nsc_bytes
option(struct nsc_bytes b, uint16_t wanted)
{
	for (unsigned i = 0; i < OPTIONS_MAX && nsc_bytes_left(&b) > 0; i++) {
		uint16_t code = nsc_bytes_u16(&b);
		struct nsc_bytes in = nsc_bytes_sub(&b, nsc_bytes_u16(&b));

		if (code == wanted && !in.bad)
			return in;
	}
	return (struct nsc_bytes){.p = b.end, .end = b.end, .bad = true};
}

/* Takes off what relays put around a message. */
static struct nsc_bytes
unwrapped(struct nsc_bytes b)
{
	for (unsigned i = 0; i < RELAYS_MAX; i++) {
		uint8_t type = nsc_bytes_left(&b) > 0 ? *b.p : 0;

		if (type != RELAY_FORWARD && type != RELAY_REPLY)
			break;
		nsc_bytes_skip(&b, RELAY_HEADER);
		b = option(b, RELAY_MESSAGE);
	}
	return b;
}

static enum nsc_verdict
feed(void *state, struct nsc_chunk *in, struct nsc_out *out)
{
	struct nsc_guess g = {.bytes = in->bytes};
	struct nsc_bytes b = unwrapped(in->bytes), duid;
	uint8_t type = nsc_bytes_u8(&b);
	uint64_t exchange = nsc_bytes_u24(&b);
	struct nsc_await *w;

	(void)state;
	in->bytes.p = in->bytes.end;
	if ((!in->cut && guess(&g) != NSC_DONE) || b.bad || type == 0 || type > MESSAGES)
		return NSC_MALFORMED;
	duid = option(b, CLIENT_ID);
	exchange = nsc_await_key_of(exchange, nsc_await_print(duid.p, nsc_bytes_left(&duid)));
	if (type == RECONFIGURE) {	/* its answer is a Renew, Rebind or Information-request */
		nsc_await_seen(out, exchange, type, K_RECONFIGURE, COPIES);
	} else if (asks[type] != OTHER) {
		nsc_await_ask(out, exchange, type, asks[type], 0, COPIES);
	} else {
		w = nsc_await_waiting(out, exchange);
		if (w != NULL && (type == REPLY || w->kind == K_SOLICIT))
			nsc_await_answered(out, w, nsc_dhcpv6_error(b));
	}
	return NSC_MORE;
}

const struct nsc_dissector nsc_dhcpv6 = {
	.name = "dhcpv6",
	.title = "Dynamic Host Configuration Protocol for IPv6",
	.spec = "RFC 8415",
	.transports = NSC_OVER_UDP,
	.stateless = NSC_OVER_UDP,
	.first = {{1, 14}},
	.guess = guess,
	.feed = feed,
	.shared_memory = sizeof(struct nsc_await_table),
	.shared_new = nsc_await_new,
	.shared_free = nsc_await_free,
	.operations = operations,
	.errors = nsc_dhcpv6_errors,
	.known_by = "options that fill the datagram, one of them a DUID of a known kind or what a relay carries",
	.measures = "requests that were answered by the first advertise or reply; status codes as errors, "
		    "also those inside of identity associations; time from a request's first datagram to its "
		    "first answer",
	.limits = "with several workers a request and its answer, which have other addresses, may be seen by two "
		  "of them, and are not matched; leasequery and failover are not read",
};
