/* SPDX-License-Identifier: MIT */
/* Addresses as text and back (RFC 5952), and prefixes. */
#include "base/addr.h"

#include <arpa/inet.h>
#include <errno.h>

static char *
put_decimal(char *p, unsigned v)
{
	if (v >= 100)
		*p++ = (char)('0' + v / 100);
	if (v >= 10)
		*p++ = (char)('0' + v / 10 % 10);
	*p++ = (char)('0' + v % 10);
	return p;
}

static char *
put_hex(char *p, unsigned v)
{
	static const char digit[] = "0123456789abcdef";
	int shift = 12;

	while (shift > 0 && v >> shift == 0)
		shift -= 4;
	for (; shift >= 0; shift -= 4)
		*p++ = digit[v >> shift & 15];
	return p;
}

/* The longest run of zero groups, the first of equals; one group alone is none (4.2.2). */
static void
longest_zeros(const unsigned group[8], int *start, int *length)
{
	*start = -1;
	*length = 1;
	for (int i = 0; i < 8; i++) {
		int n = 0;

		while (i + n < 8 && group[i + n] == 0)
			n++;
		if (n > *length) {
			*start = i;
			*length = n;
		}
		i += n;
	}
}

/*
 * Only mapped addresses are dotted: the mixed form of section 5 is for prefixes
 * that are known to hold IPv4, and readers differ on which these are.
 */
const char *
nsc_addr_text(const struct nsc_addr *a, char text[NSC_ADDR_TEXT])
{
	unsigned group[8];
	char *p = text;
	int start, length;

	if (nsc_addr_is_v4(a)) {
		for (int i = 12; i < 16; i++) {
			if (i > 12)
				*p++ = '.';
			p = put_decimal(p, a->b[i]);
		}
		*p = '\0';
		return text;
	}
	for (int i = 0; i < 8; i++)
		group[i] = (unsigned)a->b[2 * i] << 8 | a->b[2 * i + 1];
	longest_zeros(group, &start, &length);
	for (int i = 0; i < 8; i++) {
		if (i == start) {
			*p++ = ':';
			*p++ = ':';
			i += length - 1;
			continue;
		}
		if (i > 0 && p[-1] != ':')
			*p++ = ':';
		p = put_hex(p, group[i]);
	}
	*p = '\0';
	return text;
}

int
nsc_addr_parse(struct nsc_addr *a, const char *text)
{
	uint8_t b[16];

	if (inet_pton(AF_INET, text, b) == 1)
		*a = nsc_addr_v4(b);
	else if (inet_pton(AF_INET6, text, b) == 1)
		*a = nsc_addr_v6(b);
	else
		return -EINVAL;
	return 0;
}

/* A plain number of at most three digits, without sign or leading zero. */
static int
parse_bits(unsigned *bits, const char *text)
{
	size_t n = strspn(text, "0123456789");

	if (n == 0 || n > 3 || text[n] != '\0' || (text[0] == '0' && n > 1))
		return -EINVAL;
	*bits = 0;
	while (*text != '\0')
		*bits = *bits * 10 + (unsigned)(*text++ - '0');
	return 0;
}

int
nsc_addr_parse_prefix(struct nsc_addr *a, unsigned *bits, const char *text)
{
	char part[NSC_ADDR_TEXT];
	const char *slash = strchr(text, '/');
	size_t n = slash != NULL ? (size_t)(slash - text) : strlen(text);
	struct nsc_addr found;
	unsigned length = 128;

	if (n >= sizeof part)
		return -EINVAL;
	memcpy(part, text, n);
	part[n] = '\0';
	if (nsc_addr_parse(&found, part) < 0)
		return -EINVAL;
	if (slash != NULL) {
		if (parse_bits(&length, slash + 1) < 0)
			return -EINVAL;
		if (strchr(part, ':') == NULL)
			length += 96;
		if (length > 128)
			return -EINVAL;
	}
	for (unsigned i = length; i < 128; i++)
		if (found.b[i / 8] & 0x80 >> i % 8)
			return -EINVAL;
	*a = found;
	*bits = length;
	return 0;
}

bool
nsc_addr_in_prefix(const struct nsc_addr *a, const struct nsc_addr *prefix, unsigned bits)
{
	unsigned whole = bits / 8, rest = bits % 8;

	if (bits > 128 || memcmp(a->b, prefix->b, whole) != 0)
		return false;
	return rest == 0 || (a->b[whole] ^ prefix->b[whole]) >> (8 - rest) == 0;
}
