/* SPDX-License-Identifier: MIT */
/*
 * Syslog (RFC 3164, 4.1; RFC 5424, 6; over TCP RFC 6587): the name.  A priority in angle
 * brackets, and behind it a version and a date of ISO 8601, or the name of a month.
 */
#include "dissect/protocols.h"

enum { PRIORITY_MAX = 191, HEAD = 40 };

static bool
take_number(struct nsc_bytes *b, unsigned digits, unsigned *n)
{
	unsigned i;

	*n = 0;
	for (i = 0; i < digits && nsc_bytes_left(b) > 0 && *b->p >= '0' && *b->p <= '9'; i++)
		*n = *n * 10 + nsc_bytes_u8(b) - '0';
	return i > 0;
}

static bool
take(struct nsc_bytes *b, char c)
{
	if (nsc_bytes_left(b) == 0 || *b->p != (uint8_t)c)
		return false;
	nsc_bytes_skip(b, 1);
	return true;
}

static bool
is_month(struct nsc_bytes b)
{
	static const char months[12][5] = {"Jan ", "Feb ", "Mar ", "Apr ", "May ", "Jun ",
					   "Jul ", "Aug ", "Sep ", "Oct ", "Nov ", "Dec "};

	for (unsigned i = 0; i < 12; i++)
		if (nsc_bytes_starts(&b, months[i]))
			return true;
	return false;
}

/* "1 2003-10-11T..." or "1 - " */
static bool
is_version(struct nsc_bytes b)
{
	unsigned n;

	if (!take(&b, '1') || !take(&b, ' '))
		return false;
	if (take(&b, '-'))
		return take(&b, ' ');
	return take_number(&b, 4, &n) && n >= 1970 && take(&b, '-') && take_number(&b, 2, &n) &&
	       n <= 12 && take(&b, '-');
}

/* Routers put the number of the message, a colon and a mark of their clock before the date. */
static bool
is_numbered(struct nsc_bytes b)
{
	unsigned n;

	if (!take_number(&b, 9, &n) || !take(&b, ':') || !take(&b, ' '))
		return false;
	if (!take(&b, '*'))
		(void)take(&b, '.');
	return is_month(b);
}

static bool
is_message(struct nsc_bytes b)
{
	unsigned n;

	return take(&b, '<') && take_number(&b, 3, &n) && n <= PRIORITY_MAX && take(&b, '>') &&
	       (is_version(b) || is_month(b) || is_numbered(b));
}

/* Over TCP its length may stand before it: "123 <34>1 ..." (RFC 6587, 3.4.1). */
static enum nsc_verdict
guess_stream(struct nsc_bytes b)
{
	const uint8_t *start = b.p;
	unsigned n;

	if (nsc_bytes_left(&b) > 0 && *b.p != '<' && !take_number(&b, 5, &n))
		return NSC_NOT_MINE;
	if (b.p > start && nsc_bytes_left(&b) > 0 && !take(&b, ' '))
		return NSC_NOT_MINE;
	if (nsc_bytes_left(&b) > 0 && *b.p != '<')
		return NSC_NOT_MINE;
	if (is_message(b))
		return NSC_DONE;
	return nsc_bytes_left(&b) < HEAD && memchr(start, '\n', (size_t)(b.end - start)) == NULL
		       ? NSC_MORE
		       : NSC_NOT_MINE;
}

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	if (g->transport == NSC_OVER_TCP)
		return nsc_bytes_left(&g->bytes) > 0 ? guess_stream(g->bytes) : NSC_MORE;
	return is_message(g->bytes) ? NSC_DONE : NSC_NOT_MINE;
}

const struct nsc_dissector nsc_syslog = {
	.name = "syslog",
	.title = "Syslog",
	.spec = "RFC 3164, RFC 5424, RFC 6587",
	.transports = NSC_OVER_TCP | NSC_OVER_UDP,
	.first = {{'0', '9' + 1}, {'<', '<' + 1}},
	.guess = guess,
	.known_by = "a priority in angle brackets and a version, or a date of RFC 3164",
};
