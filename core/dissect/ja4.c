/* SPDX-License-Identifier: MIT */
/*
 * JA4: what a ClientHello offers in ten characters, then the digests of its sorted
 * ciphers and of its sorted extensions with the signature algorithms.  It reads the hello
 * by itself, since nobody else wants the lists.
 */
#include <stdio.h>

#include "dissect/digest.h"
#include "dissect/ja4.h"
#include "dissect/tls_hello.h"

enum {
	EXT_SERVER_NAME = 0,
	EXT_SIGNATURES = 13,
	EXT_ALPN = 16,
	EXT_VERSIONS = 43,
	COUNT_MAX = 99,
	SHOWN = 6, /* octets of a digest: 12 hex digits */
};

struct list {
	uint16_t value[NSC_JA4_VALUES];
	unsigned count;
	bool full; /* one had no place */
};

struct hello {
	struct list ciphers, extensions, signatures;
	uint16_t version, best; /* best: highest of supported_versions, 0 without */
	struct nsc_bytes alpn;  /* first value */
	bool has_alpn;
};

static void
put(struct list *l, uint16_t v)
{
	if (nsc_tls_is_grease(v))
		return;
	if (l->count < NSC_JA4_VALUES)
		l->value[l->count++] = v;
	else
		l->full = true;
}

static void
read_list(struct list *l, struct nsc_bytes b)
{
	while (nsc_bytes_left(&b) >= 2)
		put(l, nsc_bytes_u16(&b));
}

/*
 * The highest value as a number, as the text says, also for DTLS, whose numbers fall as
 * its versions rise.
 */
static void
read_versions(struct hello *h, struct nsc_bytes ext)
{
	struct nsc_bytes list = nsc_bytes_sub(&ext, nsc_bytes_u8(&ext));

	while (nsc_bytes_left(&list) >= 2) {
		uint16_t v = nsc_bytes_u16(&list);

		if (!nsc_tls_is_grease(v) && v > h->best)
			h->best = v;
	}
}

static void
read_alpn(struct hello *h, struct nsc_bytes ext)
{
	struct nsc_bytes list = nsc_bytes_sub(&ext, nsc_bytes_u16(&ext));

	while (!h->has_alpn && nsc_bytes_left(&list) > 0) {
		struct nsc_bytes one = nsc_bytes_sub(&list, nsc_bytes_u8(&list)), at = one;
		size_t n = nsc_bytes_left(&one);

		if (list.bad || (n == 2 && nsc_tls_is_grease(nsc_bytes_u16(&at))))
			continue;
		h->alpn = one;
		h->has_alpn = true;
	}
}

static void
read_extensions(struct hello *h, struct nsc_bytes exts)
{
	while (nsc_bytes_left(&exts) > 0) {
		uint16_t type = nsc_bytes_u16(&exts);
		struct nsc_bytes ext = nsc_bytes_sub(&exts, nsc_bytes_u16(&exts));

		if (exts.bad)
			break;
		put(&h->extensions, type);
		if (type == EXT_SIGNATURES)
			read_list(&h->signatures, nsc_bytes_sub(&ext, nsc_bytes_u16(&ext)));
		else if (type == EXT_VERSIONS)
			read_versions(h, ext);
		else if (type == EXT_ALPN)
			read_alpn(h, ext);
	}
}

static bool
read_hello(struct hello *h, struct nsc_bytes b, char transport)
{
	h->version = nsc_bytes_u16(&b);
	nsc_bytes_skip(&b, 32);
	nsc_bytes_skip(&b, nsc_bytes_u8(&b));
	if (transport == 'd')
		nsc_bytes_skip(&b, nsc_bytes_u8(&b));
	read_list(&h->ciphers, nsc_bytes_sub(&b, nsc_bytes_u16(&b)));
	nsc_bytes_skip(&b, nsc_bytes_u8(&b));
	if (b.bad)
		return false;
	if (nsc_bytes_left(&b) > 0)
		read_extensions(h, nsc_bytes_sub(&b, nsc_bytes_u16(&b)));
	return !h->ciphers.full && !h->extensions.full && !h->signatures.full;
}

/* Shell's sort: qsort() may take memory from the heap. */
static void
sort(struct list *l)
{
	for (unsigned gap = l->count / 2; gap > 0; gap /= 2) {
		for (unsigned i = gap; i < l->count; i++) {
			uint16_t v = l->value[i];
			unsigned k = i;

			for (; k >= gap && l->value[k - gap] > v; k -= gap)
				l->value[k] = l->value[k - gap];
			l->value[k] = v;
		}
	}
}

static char *
put_hex(char *p, unsigned v, unsigned digits)
{
	for (unsigned i = 0; i < digits; i++)
		*p++ = "0123456789abcdef"[v >> (digits - 1 - i) * 4 & 15];
	return p;
}

static char *
put_list(char *p, const struct list *l)
{
	for (unsigned i = 0; i < l->count; i++) {
		if (i > 0)
			*p++ = ',';
		p = put_hex(p, l->value[i], 4);
	}
	return p;
}

/* Twelve digits of the digest, twelve zeros for nothing.  NULL: no digests here. */
static char *
put_digest(char *to, const char *text, size_t len)
{
	uint8_t digest[NSC_SHA256];

	if (len == 0) {
		memset(to, '0', 2 * SHOWN);
		return to + 2 * SHOWN;
	}
	if (!nsc_sha256(text, len, digest))
		return NULL;
	for (unsigned i = 0; i < SHOWN; i++)
		to = put_hex(to, digest[i], 2);
	return to;
}

static const char *
version_text(uint16_t v)
{
	static const struct {
		uint16_t version;
		char text[3];
	} known[] = {
		{0x0304, "13"}, {0x0303, "12"}, {0x0302, "11"}, {0x0301, "10"}, {0x0300, "s3"},
		{0x0002, "s2"}, {0xfeff, "d1"}, {0xfefd, "d2"}, {0xfefc, "d3"},
	};

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (known[i].version == v)
			return known[i].text;
	return "00";
}

static bool
is_alnum(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static void
alpn_text(const struct nsc_bytes *alpn, char text[2])
{
	size_t n = nsc_bytes_left(alpn);
	uint8_t first, last;

	text[0] = text[1] = '0';
	if (n == 0)
		return;
	first = alpn->p[0];
	last = alpn->p[n - 1];
	if (is_alnum(first) && is_alnum(last)) {
		text[0] = (char)first;
		text[1] = (char)last;
	} else {
		put_hex(text, first >> 4, 1);
		put_hex(text + 1, last & 15, 1);
	}
}

/* Takes the server's name and the protocols out of the list; true if there was a name. */
static bool
take_names(struct list *l)
{
	unsigned kept = 0;
	bool name = false;

	for (unsigned i = 0; i < l->count; i++) {
		if (l->value[i] == EXT_SERVER_NAME)
			name = true;
		else if (l->value[i] != EXT_ALPN)
			l->value[kept++] = l->value[i];
	}
	l->count = kept;
	return name;
}

static unsigned
shown_count(const struct list *l)
{
	return l->count < COUNT_MAX ? l->count : COUNT_MAX;
}

bool
nsc_ja4(struct nsc_bytes body, char transport, char text[NSC_JA4_TEXT])
{
	struct hello h = {.version = 0};
	char lists[2 * (5 * NSC_JA4_VALUES + 1)], *end, *p;
	unsigned extensions;
	bool name;

	text[0] = '\0';
	if (!read_hello(&h, body, transport))
		return false;
	extensions = shown_count(&h.extensions);
	name = take_names(&h.extensions);
	snprintf(text, NSC_JA4_TEXT, "%c%s%c%02u%02u", transport,
		 version_text(h.best > 0 ? h.best : h.version), name ? 'd' : 'i',
		 shown_count(&h.ciphers), extensions);
	alpn_text(&h.alpn, text + 8);
	text[10] = '_';
	sort(&h.ciphers);
	sort(&h.extensions);
	end = put_list(lists, &h.ciphers);
	p = put_digest(text + 11, lists, (size_t)(end - lists));
	end = put_list(lists, &h.extensions);
	if (h.signatures.count > 0) {
		*end++ = '_';
		end = put_list(end, &h.signatures);
	}
	if (p != NULL) {
		*p++ = '_';
		p = put_digest(p, lists, (size_t)(end - lists));
	}
	if (p == NULL) {
		text[0] = '\0';
		return false;
	}
	*p = '\0';
	return true;
}
