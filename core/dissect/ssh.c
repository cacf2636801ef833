/* SPDX-License-Identifier: MIT */
/*
 * SSH (RFC 4253, 4.2): the identification strings of both sides, and nothing
 * behind them.  "client" is the side that opened the connection: with a reverse
 * tunnel that one plays the server, whose lines of text may come from either side.
 */
#include "dissect/protocols.h"

enum {
	BANNER_MAX = 253,		/* octets of a banner without CR LF (4.2); more is cut */
	LINE_MAX_OCTETS = 8192,		/* of text before the banner, and */
	LINES_MAX = 1023,		/* lines of it: what OpenSSH's client bears with */
	VERSION_DIGITS = 3,
	PACKET_HIGH = 0,		/* a packet's first octet: its length is below 2^24 (6.1) */
};

#define EVERYTHING (UINT64_C(1) << 48)	/* octets to skip: more than a connection carries */

/* 256 octets, the slab's size. */
struct ssh {
	uint16_t lines : 10;		/* of text */
	uint16_t told : 2;		/* bit n: side n's banner is known, or will not come */
	uint16_t kept : 2;		/* 1 + the side whose banner is in text[] */
	uint8_t len;
	char text[BANNER_MAX];
};

_Static_assert(sizeof(struct ssh) == 256, "a block of the slab");

enum start { BANNER, PERHAPS, TEXT };

/* Does a line begin with "SSH-", a version such as 1.99, and "-"? */
static enum start
line_start(struct nsc_bytes b)
{
	static const char ssh[] = "SSH-", behind[] = ".-";
	size_t left = nsc_bytes_left(&b);

	if (left < sizeof ssh - 1)
		return memcmp(ssh, b.p, left) == 0 ? PERHAPS : TEXT;
	if (!nsc_bytes_starts(&b, ssh))
		return TEXT;
	nsc_bytes_skip(&b, sizeof ssh - 1);
	for (int number = 0; number < 2; number++) {
		size_t digits = 0;

		while (nsc_bytes_left(&b) > 0 && *b.p >= '0' && *b.p <= '9') {
			nsc_bytes_skip(&b, 1);
			digits++;
		}
		if (digits > VERSION_DIGITS)
			return TEXT;
		if (nsc_bytes_left(&b) == 0)
			return PERHAPS;
		if (digits == 0 || nsc_bytes_u8(&b) != behind[number])
			return TEXT;
	}
	return BANNER;
}

static bool
is_text(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if ((p[i] < ' ' && p[i] != '\t' && p[i] != '\r') || p[i] == 0x7f)
			return false;
	}
	return true;
}

/* Octets of the next line with its LF; 0: its end is not there. */
static size_t
line_length(const struct nsc_bytes *b)
{
	size_t left = nsc_bytes_left(b);
	const uint8_t *nl = left > 0 ? memchr(b->p, '\n', left) : NULL;

	return nl != NULL ? (size_t)(nl - b->p) + 1 : 0;
}

/*
 * A banner where a conversation begins is proof enough.  Behind text, or in the
 * middle of a conversation, it may be quoted: it must be as short as allowed, and a
 * packet or nothing follow.
 */
static enum nsc_verdict
guess_banner(struct nsc_bytes b, bool begins)
{
	size_t n = line_length(&b), left = nsc_bytes_left(&b);

	if (!is_text(b.p, n > 0 ? n - 1 : left))
		return NSC_NOT_MINE;
	if (n == 0 && left <= BANNER_MAX)
		return NSC_MORE;
	if (begins)
		return NSC_DONE;
	if (n == 0 || n > BANNER_MAX + 2)
		return NSC_NOT_MINE;
	nsc_bytes_skip(&b, n);
	return nsc_bytes_left(&b) == 0 || *b.p == PACKET_HIGH ? NSC_DONE : NSC_NOT_MINE;
}

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	struct nsc_bytes b = g->bytes;
	bool begins = !g->midstream;

	while (nsc_bytes_left(&b) > 0) {
		size_t n = line_length(&b), left = nsc_bytes_left(&b);
		enum start start = line_start(b);

		if (start == BANNER)
			return guess_banner(b, begins);
		if (start == PERHAPS)
			return NSC_MORE;
		/* Text is the server's, which the other side does not answer but with its banner. */
		if (g->midstream || (n > 0 ? n : left) > LINE_MAX_OCTETS ||
		    (nsc_bytes_left(&g->other) > 0 && line_start(g->other) == TEXT) ||
		    !is_text(b.p, n > 0 ? n - 1 : left))
			return NSC_NOT_MINE;
		if (n == 0)
			return NSC_MORE;
		begins = false;
		nsc_bytes_skip(&b, n);
	}
	return NSC_MORE;
}

/* The first banner waits here for the other one; a flow has one event. */
static void
tell(const struct ssh *s, int side, struct nsc_text banner, struct nsc_out *out)
{
	struct nsc_event ev = {.kind = NSC_EVENT_SSH};
	struct nsc_text *text[2] = {&ev.ssh.client, &ev.ssh.server};

	if (s->kept > 0)
		*text[s->kept - 1] = (struct nsc_text){s->text, s->len};
	if (banner.len > 0)
		*text[side] = banner;
	if (ev.ssh.client.len > 0 || ev.ssh.server.len > 0)
		nsc_out_event(out, &ev);
}

/* A side is settled; an empty text: it has no banner. */
static enum nsc_verdict
settle(struct ssh *s, int side, struct nsc_text banner, struct nsc_out *out)
{
	if (banner.len > BANNER_MAX)
		banner.len = BANNER_MAX;
	if (banner.len > 0)
		nsc_out_label(out, side == 0 ? NSC_LABEL_SSH_CLIENT : NSC_LABEL_SSH_SERVER,
			      banner.p, banner.len);
	s->told |= 1u << side;
	if (s->told == 3) {
		tell(s, side, banner, out);
		return NSC_DONE;
	}
	if (banner.len > 0) {
		s->kept = (uint16_t)(1 + side) & 3;
		s->len = (uint8_t)banner.len;
		memcpy(s->text, banner.p, banner.len);
	}
	return NSC_MORE;
}

static enum nsc_verdict
settle_line(struct ssh *s, struct nsc_chunk *in, size_t n, struct nsc_out *out)
{
	struct nsc_text banner = {(const char *)in->bytes.p, (uint32_t)n};

	nsc_bytes_skip(&in->bytes, n);
	while (banner.len > 0 &&
	       (banner.p[banner.len - 1] == '\n' || banner.p[banner.len - 1] == '\r'))
		banner.len--;
	return settle(s, in->side, banner, out);
}

/* Reads until the side is settled, or needs more octets. */
static enum nsc_verdict
read_lines(struct ssh *s, struct nsc_chunk *in, struct nsc_out *out)
{
	static const struct nsc_text none = {NULL, 0};

	while (nsc_bytes_left(&in->bytes) > 0) {
		size_t n = line_length(&in->bytes), left = nsc_bytes_left(&in->bytes);
		enum start start = line_start(in->bytes);

		if (!is_text(in->bytes.p, n > 0 ? n - 1 : left))
			break;
		if (start == BANNER && (n > 0 || left > BANNER_MAX))
			return settle_line(s, in, n > 0 ? n : left, out);
		/* What was lost may have been half of this line, and the banner. */
		if (in->gap && start == TEXT)
			break;
		if (n == 0) {
			if (in->fin || left > LINE_MAX_OCTETS)
				break;
			out->wish.need = (uint32_t)left + 1;
			return NSC_MORE;
		}
		if (n > LINE_MAX_OCTETS || s->lines == LINES_MAX)
			break;
		s->lines++;
		nsc_bytes_skip(&in->bytes, n);
	}
	if (nsc_bytes_left(&in->bytes) == 0 && !in->fin)
		return NSC_MORE;
	return settle(s, in->side, none, out);
}

static enum nsc_verdict
feed(void *state, struct nsc_chunk *in, struct nsc_out *out)
{
	struct ssh *s = state;
	enum nsc_verdict v = NSC_MORE;

	if ((s->told >> in->side & 1) == 0)
		v = read_lines(s, in, out);
	if ((s->told >> in->side & 1) != 0) {
		nsc_bytes_skip(&in->bytes, nsc_bytes_left(&in->bytes));
		out->wish.skip = EVERYTHING;
	}
	return v;
}

static void
end(void *state, struct nsc_out *out)
{
	tell(state, 0, (struct nsc_text){NULL, 0}, out);
}

const struct nsc_dissector nsc_ssh = {
	.name = "ssh",
	.title = "Secure Shell",
	.spec = "RFC 4253",
	.transports = NSC_OVER_TCP,
	.state_size = sizeof(struct ssh),
	.guess = guess,
	.feed = feed,
	.end = end,
	.known_by = "a banner `SSH-2.0-` or `SSH-1.99-` of either side",
	.measures = "banners of both sides",
};
