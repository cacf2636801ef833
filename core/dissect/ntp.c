/* SPDX-License-Identifier: MIT */
/*
 * NTP (RFC 5905, 7.3).  One octet says mode and version, which is little; the
 * rest of the header has to be that of a clock: its timestamps belong together, its
 * distances are below 16 s.  Clients that hide theirs (RFC 9109 and the data minimisation
 * draft) send zeros.  An answer repeats the request's last timestamp; in interleaved mode
 * (RFC 9769) its receive timestamp.
 */
#include "dissect/await.h"
#include "dissect/ntp_words.h"
#include "dissect/protocols.h"

enum {
	HEADER = 48,
	EXTENSIONS_MAX = 1024,	/* NTS (RFC 8915) carries cookies */
	CLIENT = 3, SERVER = 4,	/* modes; 1, 2 symmetric; 5 broadcast */
	BROADCAST = 5, CONTROL = 6, PRIVATE = 7,
	STRATUM_MAX = 16,
	POLL_MAX = 17,
	DISTANCE_MAX = 16 << 16,	/* root delay and dispersion, NTP short format */
	YEAR = 366 * 86400,
};

struct header {
	uint8_t mode, stratum, poll;
	uint32_t delay, dispersion;
	uint32_t reference, origin, receive, transmit;	/* seconds */
	bool empty;			/* of its timestamps, only the last is set */
};

static uint32_t
seconds(struct nsc_bytes *b, bool *empty)
{
	uint64_t t = nsc_bytes_u64(b);

	*empty = *empty && t == 0;
	return (uint32_t)(t >> 32);
}

static struct header
read_header(struct nsc_bytes b)
{
	uint8_t first = nsc_bytes_u8(&b);
	struct header h = {.mode = first & 7, .empty = true};

	h.stratum = nsc_bytes_u8(&b);
	h.poll = nsc_bytes_u8(&b);
	nsc_bytes_skip(&b, 1);		/* precision */
	h.delay = nsc_bytes_u32(&b);
	h.dispersion = nsc_bytes_u32(&b);
	nsc_bytes_skip(&b, 4);		/* reference id */
	h.reference = seconds(&b, &h.empty);
	h.origin = seconds(&b, &h.empty);
	h.receive = seconds(&b, &h.empty);
	h.transmit = nsc_bytes_u32(&b);
	return h;
}

/* Less than a year apart; eras wrap. */
static bool
is_near(uint32_t a, uint32_t b)
{
	return a - b < YEAR || b - a < YEAR;
}

/* RFC 9327, 2: data of a length that is told, filled up to whole words (and a MAC). */
static bool
is_control(struct nsc_bytes b)
{
	enum { HEAD = 12, OPCODES = 31 };
	size_t left = nsc_bytes_left(&b), octets;
	uint8_t opcode;

	nsc_bytes_skip(&b, 1);
	opcode = nsc_bytes_u8(&b) & OPCODES;
	nsc_bytes_skip(&b, HEAD - 4);
	octets = nsc_bytes_u16(&b);
	return !b.bad && opcode >= 1 && opcode <= 12 && octets > 0 &&
	       left == HEAD + (octets + 3) / 4 * 4;
}

/* ntpdc's (ntp_request.h of the reference implementation): items of a size that is told. */
static bool
is_private(struct nsc_bytes b)
{
	enum { HEAD = 8, XNTPD = 3 };
	size_t left = nsc_bytes_left(&b), items, size;
	uint8_t implementation;

	nsc_bytes_skip(&b, 2);
	implementation = nsc_bytes_u8(&b);
	nsc_bytes_skip(&b, 1);
	items = nsc_bytes_u16(&b) & 0xfff;
	size = nsc_bytes_u16(&b) & 0xfff;
	return !b.bad && implementation == XNTPD && items > 0 && size > 0 &&
	       left == HEAD + items * size;
}

static bool
is_time(struct nsc_bytes b)
{
	size_t left = nsc_bytes_left(&b);
	struct header h;
	bool mine;

	/* Extension fields and the authenticator are whole words. */
	if (left < HEADER || left > HEADER + EXTENSIONS_MAX || left % 4 != 0)
		return false;
	h = read_header(b);
	if (h.mode < 1 || h.mode > BROADCAST || h.stratum > STRATUM_MAX || h.poll > POLL_MAX ||
	    h.delay >= DISTANCE_MAX || h.dispersion >= DISTANCE_MAX || h.transmit == 0)
		return false;
	if (h.mode == CLIENT)
		mine = h.empty || (is_near(h.receive, h.transmit) && is_near(h.origin, h.transmit));
	else if (h.mode == SERVER)
		mine = h.receive - h.transmit + 1 <= 2 &&
		       (h.reference == 0 || is_near(h.reference, h.transmit));
	else
		mine = h.stratum > 0 && h.reference != 0 && is_near(h.reference, h.transmit);
	return mine;
}

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	size_t left = nsc_bytes_left(&g->bytes);
	uint8_t first = left > 0 ? *g->bytes.p : 0, version = first >> 3 & 7;
	bool mine = (first & 7) == CONTROL   ? is_control(g->bytes)
		    : (first & 7) == PRIVATE ? is_private(g->bytes)
					     : is_time(g->bytes);

	return mine && version >= 1 && version <= 4 ? NSC_DONE : NSC_NOT_MINE;
}

/* --- what is said ------------------------------------------------------------------------ */

enum {
	RECEIVE_AT = 32, ORIGIN_AT = 24, TRANSMIT_AT = 40,
	CONTROL_ID = 1, PRIVATE_ID = 2,		/* highest bits of what is not a timestamp */
	INTERLEAVED = 1,			/* tag */
};

static uint64_t
timestamp(struct nsc_bytes b, size_t at)
{
	nsc_bytes_skip(&b, at);
	return nsc_bytes_u64(&b);
}

static void
answer(struct nsc_out *out, unsigned client, uint64_t id, unsigned error)
{
	struct nsc_await *w = nsc_await_waiting(out, nsc_await_key(out, client, id));

	if (w != NULL)
		nsc_await_answered(out, w, error);
}

/* Modes 1 to 5. */
static void
time_said(const struct nsc_bytes *b, unsigned side, struct nsc_out *out)
{
	uint64_t sent = timestamp(*b, TRANSMIT_AT), got = timestamp(*b, RECEIVE_AT);

	switch (*b->p & 7) {
	case CLIENT:
		nsc_await_ask(out, nsc_await_key(out, side, sent), 0, NSC_NTP_CLIENT, 0, 0);
		if (got != 0)
			nsc_await_ask(out, nsc_await_key(out, side, got), (uint32_t)sent,
				      NSC_NTP_CLIENT, INTERLEAVED, 0);
		break;
	case SERVER:
		answer(out, !side, timestamp(*b, ORIGIN_AT), nsc_ntp_error(*b));
		break;
	case BROADCAST:
		nsc_out_operation(out, NSC_NTP_BROADCAST, 0, 0);
		break;
	default:
		nsc_out_operation(out, NSC_NTP_SYMMETRIC, 0, 0);
	}
}

/* RFC 9327, 2: of an answer in parts the last one ends it. */
static void
control_said(struct nsc_bytes b, unsigned side, struct nsc_out *out)
{
	enum { RESPONSE = 0x80, ERROR = 0x40, MORE = 0x20, OPCODE = 0x1f };
	uint8_t flags;
	uint64_t id;

	nsc_bytes_skip(&b, 1);
	flags = nsc_bytes_u8(&b);
	id = (uint64_t)nsc_bytes_u16(&b) | (uint64_t)(flags & OPCODE) << 16 |
	     (uint64_t)CONTROL_ID << 32;
	if ((flags & RESPONSE) == 0)
		nsc_await_ask(out, nsc_await_key(out, side, id), 0, NSC_NTP_CONTROL, 0, 0);
	else if ((flags & MORE) == 0)
		answer(out, !side, id, (flags & ERROR) != 0 ? nsc_ntp_control_error : 0);
}

/* ntp_request.h of the reference implementation. */
static void
private_said(struct nsc_bytes b, unsigned side, struct nsc_out *out)
{
	enum { RESPONSE = 0x80, MORE = 0x40, SEQUENCE = 0x7f };
	uint8_t flags = nsc_bytes_u8(&b), sequence = nsc_bytes_u8(&b) & SEQUENCE;
	uint64_t id = (uint64_t)nsc_bytes_u16(&b) << 8 | (uint64_t)PRIVATE_ID << 32;
	bool error = nsc_bytes_u16(&b) >> 12 != 0;

	if ((flags & RESPONSE) == 0)
		nsc_await_ask(out, nsc_await_key(out, side, id), sequence, NSC_NTP_PRIVATE, 0, 0);
	else if ((flags & MORE) == 0)
		answer(out, !side, id, error ? nsc_ntp_private_error : 0);
}

static enum nsc_verdict
feed(void *state, struct nsc_chunk *in, struct nsc_out *out)
{
	enum { CONTROL_HEADER = 12 };
	struct nsc_bytes b = in->bytes;
	size_t left = nsc_bytes_left(&b);
	uint8_t first = left > 0 ? *b.p : 0, mode = first & 7;

	(void)state;
	in->bytes.p = in->bytes.end;
	if (mode == CONTROL || mode == PRIVATE) {
		if (left < CONTROL_HEADER && (mode == CONTROL || left < CONTROL_HEADER - 4))
			return NSC_MALFORMED;
		if (mode == CONTROL)
			control_said(b, in->side, out);
		else
			private_said(b, in->side, out);
		return NSC_MORE;
	}
	if (mode == 0 || left < HEADER)
		return NSC_MALFORMED;
	time_said(&b, in->side, out);
	return NSC_MORE;
}

const struct nsc_dissector nsc_ntp = {
	.name = "ntp",
	.title = "Network Time Protocol",
	.spec = "RFC 5905, RFC 9327",
	.transports = NSC_OVER_UDP,
	.stateless = NSC_OVER_UDP,
	.first = {{0x09, 0x28}, {0x49, 0x68}, {0x89, 0xa8}, {0xc9, 0xe8}},
	.guess = guess,
	.feed = feed,
	.shared_memory = sizeof(struct nsc_await_table),
	.shared_new = nsc_await_new,
	.shared_free = nsc_await_free,
	.operations = nsc_ntp_operations,
	.errors = nsc_ntp_errors,
	.known_by = "version and mode, whole words, distances below 16 s, and timestamps that belong together "
		    "or are hidden",
	.measures = "requests of clients that were answered, by the timestamp that the answer repeats; "
		    "symmetric and broadcast messages that were seen; control and private mode; the kiss of "
		    "death and servers without time as errors",
	.limits = "a control request without data does not begin a conversation; of a request answered in "
		  "interleaved mode by its earlier timestamp the time is that of the later one; Network Time "
		  "Security's key exchange is TLS",
};
