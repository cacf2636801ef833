/* SPDX-License-Identifier: MIT */
/*
 * Texts for people.  Paths and names in them may come from anywhere: control
 * characters are written as \xNN (also U+0080 to U+009F, which terminals obey),
 * and a text that is too long loses its middle, since the subject stands at its
 * start and the reason at its end.
 */
#include "base/error.h"

#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum { DOTS = 3, TAIL = 96 };

/* Octets of the character at p: one, or a whole UTF-8 sequence. */
static size_t
char_size(const char *p, size_t left)
{
	unsigned char c = (unsigned char)*p;
	size_t want = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc2 ? 2 : 1, n = 1;

	while (n < want && n < left && ((unsigned char)p[n] & 0xc0) == 0x80)
		n++;
	return n == want ? n : 1;
}

static bool
is_control(const char *p, size_t size)
{
	unsigned char c = (unsigned char)*p;

	return c < 0x20 || c == 0x7f || (size == 2 && c == 0xc2 && (unsigned char)p[1] < 0xa0);
}

static size_t
shown_size(const char *p, size_t size)
{
	return is_control(p, size) ? 4 * size : size;
}

static char *
show(char *to, const char *p, size_t size)
{
	static const char digit[] = "0123456789abcdef";

	if (!is_control(p, size)) {
		memcpy(to, p, size);
		return to + size;
	}
	for (size_t i = 0; i < size; i++) {
		*to++ = '\\';
		*to++ = 'x';
		*to++ = digit[(unsigned char)p[i] >> 4];
		*to++ = digit[(unsigned char)p[i] & 15];
	}
	return to;
}

/* Where the characters begin of which the rest of the text takes at most `room`. */
static const char *
tail_start(const char *p, const char *end, size_t room)
{
	size_t shown = 0;

	for (const char *q = p; q < end; q += char_size(q, (size_t)(end - q)))
		shown += shown_size(q, char_size(q, (size_t)(end - q)));
	while (p < end && shown > room) {
		size_t size = char_size(p, (size_t)(end - p));

		shown -= shown_size(p, size);
		p += size;
	}
	return p;
}

static void
fit(char *to, size_t room, const char *p, const char *end)
{
	const char *tail = tail_start(p, end, room - 1);
	const char *stop = end;
	size_t used = 0, most = room - 1;

	if (tail != p) {
		tail = tail_start(p, end, TAIL);
		stop = tail;
		most = room - 1 - DOTS - TAIL;
	}
	while (p < stop) {
		size_t size = char_size(p, (size_t)(stop - p));

		used += shown_size(p, size);
		if (used > most)
			break;
		to = show(to, p, size);
		p += size;
	}
	if (stop != end) {
		memcpy(to, "...", DOTS);
		to += DOTS;
		for (size_t size; tail < end; tail += size) {
			size = char_size(tail, (size_t)(end - tail));
			to = show(to, tail, size);
		}
	}
	*to = '\0';
}

int
nsc_error(char err[NSC_ERR], int code, const char *fmt, ...)
{
	char text[PATH_MAX + NSC_ERR];
	va_list ap;
	int n;

	if (err == NULL)
		return code;
	va_start(ap, fmt);
	n = vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	if (n < 0)
		n = 0;
	if ((size_t)n >= sizeof text)
		n = sizeof text - 1;
	fit(err, NSC_ERR, text, text + n);
	return code;
}
