/* SPDX-License-Identifier: MIT */
/* JSON by hand: it is written once a flow or message, so printf would be most of the work. */
#include <string.h>

#include "engine/json_text.h"

enum { TAIL = 2 };			/* brace and newline; each open bracket reserves its own */

static bool
put(struct nsc_json *j, const char *p, size_t n)
{
	if (j->lost > 0 || n > (size_t)(j->end - j->p))
		return false;
	memcpy(j->p, p, n);
	j->p += n;
	return true;
}

static bool
put_number(struct nsc_json *j, uint64_t value, int digits)
{
	char text[20], *p = text + sizeof text;

	do {
		*--p = (char)('0' + value % 10);
		value /= 10;
	} while (value > 0 || text + sizeof text - p < digits);
	return put(j, p, (size_t)(text + sizeof text - p));
}

/* The length of the UTF-8 sequence at p (RFC 3629), 0 if it is none. */
static size_t
utf8(const uint8_t *p, size_t left)
{
	size_t n = p[0] < 0x80 ? 1 : p[0] >= 0xc2 && p[0] < 0xe0 ? 2 : (p[0] & 0xf0) == 0xe0 ? 3
		 : p[0] >= 0xf0 && p[0] < 0xf5 ? 4 : 0;
	size_t i;

	if (n == 0 || n > left)
		return 0;
	for (i = 1; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
	    (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
		return 0;
	return n;
}

/* Octets from the wire: valid UTF-8 stays, any other octet becomes the character of its number. */
static bool
put_string(struct nsc_json *j, const char *value, size_t len)
{
	static const char hex[] = "0123456789abcdef";
	const uint8_t *p = (const uint8_t *)value, *end = p + len;
	size_t n;

	if (!put(j, "\"", 1))
		return false;
	while (p < end) {
		if (*p == '"' || *p == '\\') {
			char two[2] = {'\\', (char)*p++};

			if (!put(j, two, 2))
				return false;
		} else if (*p < 0x20 || *p == 0x7f || (n = utf8(p, (size_t)(end - p))) == 0) {
			char six[6] = {'\\', 'u', '0', '0', hex[*p >> 4], hex[*p & 15]};

			p++;
			if (!put(j, six, 6))
				return false;
		} else {
			if (!put(j, (const char *)p, n))
				return false;
			p += n;
		}
	}
	return put(j, "\"", 1);
}

static bool
put_key(struct nsc_json *j, const char *key)
{
	if (j->comma && !put(j, ",", 1))
		return false;
	if (key == NULL)
		return true;
	return put(j, "\"", 1) && put(j, key, strlen(key)) && put(j, "\":", 2);
}

/* A member is there whole or not at all. */
static void
settle(struct nsc_json *j, char *before, bool whole)
{
	if (whole)
		j->comma = true;
	else
		j->p = before;
}

void
nsc_json_begin(struct nsc_json *j, char *line, size_t size)
{
	*j = (struct nsc_json){.start = line, .p = line, .end = line + size - TAIL};
	*j->p++ = '{';
}

size_t
nsc_json_end(struct nsc_json *j)
{
	*j->p++ = '}';
	*j->p++ = '\n';
	return (size_t)(j->p - j->start);
}

void
nsc_json_octets(struct nsc_json *j, const char *key, const char *value, size_t len)
{
	char *before = j->p;

	settle(j, before, put_key(j, key) && put_string(j, value, len));
}

void
nsc_json_text(struct nsc_json *j, const char *key, const char *value)
{
	nsc_json_octets(j, key, value, strlen(value));
}

void
nsc_json_number(struct nsc_json *j, const char *key, uint64_t value)
{
	char *before = j->p;

	settle(j, before, put_key(j, key) && put_number(j, value, 1));
}

void
nsc_json_bool(struct nsc_json *j, const char *key, bool value)
{
	char *before = j->p;

	settle(j, before, put_key(j, key) && (value ? put(j, "true", 4) : put(j, "false", 5)));
}

void
nsc_json_time(struct nsc_json *j, const char *key, uint64_t ns)
{
	char *before = j->p;

	settle(j, before, put_key(j, key) && put_number(j, ns / 1000000000, 1) && put(j, ".", 1) &&
				  put_number(j, ns % 1000000000 / 1000, 6));
}

void
nsc_json_open(struct nsc_json *j, const char *key, char bracket)
{
	char *before = j->p;

	if (!put_key(j, key) || !put(j, &bracket, 1) || j->p == j->end) {
		j->p = before;
		j->lost++;
		return;
	}
	j->end--;			/* room to close it */
	j->comma = false;
}

void
nsc_json_close(struct nsc_json *j, char bracket)
{
	if (j->lost > 0) {
		j->lost--;
		return;
	}
	*j->p++ = bracket;
	j->end++;
	j->comma = true;
}
