/* SPDX-License-Identifier: MIT */
/*
 * A walk down the fixed beginning of a certificate: no recursion, no search.  Names come
 * from anybody: those with octets that are no text are left out.
 */
#include "dissect/x509.h"

enum {
	INTEGER = 0x02,
	OCTETS = 0x04,
	OBJECT = 0x06,
	UTF8_STRING = 0x0c,
	PRINTABLE_STRING = 0x13,
	T61_STRING = 0x14,
	IA5_STRING = 0x16,
	UTC_TIME = 0x17,
	GENERALIZED_TIME = 0x18,
	SEQUENCE = 0x30,
	SET = 0x31,
	VERSION = 0xa0,    /* [0] */
	EXTENSIONS = 0xa3, /* [3] */
	DNS_NAME = 0x82,   /* [2] of a GeneralName */

	PARTS_MAX = 64, /* of a name; extensions of a certificate */
	ALTERNATIVES_MAX = 1024,
};

/* Identifier and length (X.690, 8.1): one octet of tag, the definite forms of length. */
static struct nsc_bytes
next(struct nsc_bytes *b, uint8_t *tag)
{
	uint32_t len, more = 0;

	*tag = nsc_bytes_u8(b);
	len = nsc_bytes_u8(b);
	if ((*tag & 0x1f) == 0x1f || len == 0x80 || len > 0x83)
		b->bad = true;
	if (len > 0x80) {
		more = len & 3;
		len = 0;
	}
	while (more-- > 0)
		len = len << 8 | nsc_bytes_u8(b);
	return nsc_bytes_sub(b, len);
}

/* The contents of the next element, which has to have this tag: else all is bad. */
static struct nsc_bytes
take(struct nsc_bytes *b, uint8_t want)
{
	uint8_t tag;
	struct nsc_bytes in = next(b, &tag);

	if (tag != want)
		b->bad = in.bad = true;
	return in;
}

/* The next element with its tag and length. */
static struct nsc_bytes
take_whole(struct nsc_bytes *b, uint8_t want)
{
	const uint8_t *start = b->p;
	struct nsc_bytes in = take(b, want);

	return in.bad ? in : nsc_bytes(start, (size_t)(b->p - start));
}

static bool
equal(const struct nsc_bytes *a, const struct nsc_bytes *b)
{
	size_t n = nsc_bytes_left(a);

	return n == nsc_bytes_left(b) && (n == 0 || memcmp(a->p, b->p, n) == 0);
}

static unsigned
digits(struct nsc_bytes *b, unsigned n)
{
	unsigned v = 0;

	while (n-- > 0) {
		uint8_t c = nsc_bytes_u8(b);

		if (c < '0' || c > '9')
			b->bad = true;
		v = v * 10 + (unsigned)(c - '0');
	}
	return v;
}

/* Days of the Gregorian calendar since 1970; March begins the year, so that leap days end it. */
static int64_t
days(unsigned year, unsigned month, unsigned day)
{
	int64_t y = (int64_t)year - (month <= 2);
	int64_t m = (month + 9) % 12;

	return y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 + day - 1 - 719468;
}

/* RFC 5280, 4.1.2.5: in UTC, ended by Z; a year of two digits is 1950 to 2049. */
static int64_t
take_time(struct nsc_bytes *b)
{
	unsigned year, month, day, hour, minute, second = 0;
	struct nsc_bytes t;
	uint8_t tag;

	t = next(b, &tag);
	if (tag == UTC_TIME) {
		year = digits(&t, 2);
		year += year < 50 ? 2000 : 1900;
	} else {
		year = digits(&t, 4);
	}
	month = digits(&t, 2);
	day = digits(&t, 2);
	hour = digits(&t, 2);
	minute = digits(&t, 2);
	if (nsc_bytes_left(&t) > 1) /* older ones have no seconds */
		second = digits(&t, 2);
	if (nsc_bytes_u8(&t) != 'Z' || nsc_bytes_left(&t) != 0 || t.bad ||
	    (tag != UTC_TIME && tag != GENERALIZED_TIME) || month < 1 || month > 12 || day < 1 ||
	    day > 31 || hour > 23 || minute > 59 || second > 60) {
		b->bad = true;
		return 0;
	}
	return ((days(year, month, day) * 24 + hour) * 60 + minute) * 60 + second;
}

static bool
is_text(const struct nsc_bytes *name)
{
	size_t n = nsc_bytes_left(name);

	for (size_t i = 0; i < n; i++)
		if (name->p[i] < ' ' || name->p[i] == 0x7f)
			return false;
	return n > 0 && n <= NSC_X509_NAME;
}

static void
add_name(struct nsc_x509 *x, const struct nsc_bytes *name)
{
	uint32_t n = (uint32_t)nsc_bytes_left(name);

	if (!is_text(name))
		return;
	if (x->names == NSC_X509_NAMES || x->names_len + 1 + n > NSC_X509_NAMES_TEXT) {
		x->names_cut = true;
		return;
	}
	if (x->names++ > 0)
		x->names_text[x->names_len++] = '\n';
	memcpy(x->names_text + x->names_len, name->p, n);
	x->names_len += n;
}

/* The last common name, 2.5.4.3: the most special one. */
static struct nsc_bytes
common_name(struct nsc_bytes name)
{
	struct nsc_bytes rdns = take(&name, SEQUENCE), found = nsc_bytes(NULL, 0);

	for (unsigned i = 0; i < PARTS_MAX && nsc_bytes_left(&rdns) > 0; i++) {
		struct nsc_bytes set = take(&rdns, SET);
		struct nsc_bytes pair = take(&set, SEQUENCE);
		struct nsc_bytes type = take(&pair, OBJECT);
		uint8_t tag;
		struct nsc_bytes value = next(&pair, &tag);

		if (!type.bad && !value.bad && nsc_bytes_left(&type) == 3 &&
		    memcmp(type.p, "\x55\x04\x03", 3) == 0 &&
		    (tag == UTF8_STRING || tag == PRINTABLE_STRING || tag == T61_STRING ||
		     tag == IA5_STRING))
			found = value;
	}
	return found;
}

static void
add_alternatives(struct nsc_x509 *x, struct nsc_bytes list, const struct nsc_bytes *common)
{
	for (unsigned i = 0; i < ALTERNATIVES_MAX && nsc_bytes_left(&list) > 0; i++) {
		uint8_t tag;
		struct nsc_bytes name = next(&list, &tag);

		if (!name.bad && tag == DNS_NAME && !equal(&name, common))
			add_name(x, &name);
	}
}

/* Of the extensions only subjectAltName, 2.5.29.17. */
static void
read_extensions(struct nsc_x509 *x, struct nsc_bytes list, const struct nsc_bytes *common)
{
	for (unsigned i = 0; i < PARTS_MAX && nsc_bytes_left(&list) > 0; i++) {
		struct nsc_bytes ext = take(&list, SEQUENCE);
		struct nsc_bytes id = take(&ext, OBJECT);
		uint8_t tag;
		struct nsc_bytes value;

		if (id.bad || nsc_bytes_left(&id) != 3 || memcmp(id.p, "\x55\x1d\x11", 3) != 0)
			continue;
		value = next(&ext, &tag);
		if (tag != OCTETS) /* there is a flag before it: critical */
			value = take(&ext, OCTETS);
		add_alternatives(x, take(&value, SEQUENCE), common);
	}
}

bool
nsc_x509(struct nsc_x509 *x, struct nsc_bytes der)
{
	struct nsc_bytes certificate = take(&der, SEQUENCE), signed_part = take(&certificate, SEQUENCE);
	struct nsc_bytes *b = &signed_part, validity, issuer, subject, common;
	const uint8_t *p = nsc_bytes_peek(b, 1);

	*x = (struct nsc_x509){.names = 0};
	if (p != NULL && *p == VERSION)
		(void)take(b, VERSION);
	(void)take(b, INTEGER);  /* serial number */
	(void)take(b, SEQUENCE); /* algorithm */
	issuer = take_whole(b, SEQUENCE);
	validity = take(b, SEQUENCE);
	x->not_before = take_time(&validity);
	x->not_after = take_time(&validity);
	subject = take_whole(b, SEQUENCE);
	if (b->bad || validity.bad || subject.bad || issuer.bad) {
		*x = (struct nsc_x509){.names = 0};
		return false;
	}
	x->self_signed = equal(&issuer, &subject);
	common = common_name(subject);
	add_name(x, &common);
	(void)take(b, SEQUENCE); /* key */
	while (nsc_bytes_left(b) > 0) {
		uint8_t tag;
		struct nsc_bytes part = next(b, &tag);

		if (!part.bad && tag == EXTENSIONS)
			read_extensions(x, take(&part, SEQUENCE), &common);
	}
	return true;
}
