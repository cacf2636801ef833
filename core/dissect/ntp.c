/* SPDX-License-Identifier: MIT */
/*
 * NTP (RFC 5905, 7.3): the name.  One octet says mode and version, which is little; the
 * rest of the header has to be that of a clock: its timestamps belong together, its
 * distances are below 16 s.  Clients that hide theirs (RFC 9109 and the data minimisation
 * draft) send zeros.
 */
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

const struct nsc_dissector nsc_ntp = {
	.name = "ntp",
	.title = "Network Time Protocol",
	.spec = "RFC 5905",
	.transports = NSC_OVER_UDP,
	.first = {{0x09, 0x28}, {0x49, 0x68}, {0x89, 0xa8}, {0xc9, 0xe8}},
	.guess = guess,
};
