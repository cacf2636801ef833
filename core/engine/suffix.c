/* SPDX-License-Identifier: MIT */
/* Names as hosts have them, and how many of their labels were registered. */
#include <string.h>

#include "engine/suffix.h"

enum {
	LABEL = 63,			/* octets of a label (RFC 1035, 2.3.4) */
	LABELS = 8,			/* the list's longest suffix of a registry has four */
};

static bool
is_host_octet(char c)
{
	/* Underscores are in names of services (_dmarc.example.com). */
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

/* Small letters, without the root's dot; false for what is no name of a host. */
static bool
normalize(const char *name, size_t len, char text[NSC_DOMAIN], size_t *length)
{
	size_t label = 0, i;

	if (len > 0 && name[len - 1] == '.')
		len--;
	if (len == 0 || len >= NSC_DOMAIN)
		return false;
	for (i = 0; i < len; i++) {
		char c = name[i] >= 'A' && name[i] <= 'Z' ? (char)(name[i] | 0x20) : name[i];

		if (c == '.' ? label == 0 : !is_host_octet(c) || ++label > LABEL)
			return false;
		if (c == '.')
			label = 0;
		text[i] = c;
	}
	text[len] = '\0';
	*length = len;
	return label > 0;
}

/* No top-level domain is a number (RFC 3696, 2): 192.0.2.1, and 0x7f000001. */
static bool
is_address(const char *text)
{
	const char *last = strrchr(text, '.');

	last = last != NULL ? last + 1 : text;
	return *last >= '0' && *last <= '9';
}

static bool
ends_in(const char *text, size_t len, const char *zone)
{
	size_t n = strlen(zone);

	return len == n ? strcmp(text, zone) == 0
			: len > n && text[len - n - 1] == '.' && strcmp(text + len - n, zone) == 0;
}

static size_t
answer(char domain[NSC_DOMAIN], const char *text)
{
	size_t n = strlen(text);

	memcpy(domain, text, n + 1);
	return n;
}

size_t
nsc_registered(const struct nsc_suffixes *s, const char *name, size_t len, char domain[NSC_DOMAIN])
{
	char text[NSC_DOMAIN];
	const char *label[LABELS];
	unsigned labels = 0, i;
	size_t n;

	if (!normalize(name, len, text, &n) || is_address(text))
		return 0;
	/* Each would be a domain of its own, and holds the address. */
	if (ends_in(text, n, "in-addr.arpa"))
		return answer(domain, "in-addr.arpa");
	if (ends_in(text, n, "ip6.arpa"))
		return answer(domain, "ip6.arpa");
	for (const char *p = text + n; p >= text && labels < LABELS; p--)
		if (p == text || p[-1] == '.')
			label[labels++] = p;	/* from the right */
	/* The longest suffix counts (publicsuffix.org/list, algorithm), and one label more. */
	for (i = labels; i > 0; i--)
		if (nsc_suffix_is_public(s, label[i - 1]))
			return i < labels ? answer(domain, label[i]) : 0;
	return 0;
}
