/* SPDX-License-Identifier: MIT */
/* Certificates: made octet by octet after RFC 5280 and X.690; rank 11. */
#include <check.h>
#include <stdio.h>

#include "dissect/x509.h"
#include "hello.h"
#include "suite.h"

static struct octets tbs, part, names, der;

/* An element; its length in the shortest form, or in `wide` octets behind 0x80 + wide. */
static void
put_der(struct octets *o, unsigned tag, const void *p, size_t len, unsigned wide)
{
	put_u8(o, tag);
	if (wide == 0 && len < 128) {
		put_u8(o, (unsigned)len);
	} else {
		wide = wide > 0 ? wide : len < 256 ? 1 : 2;
		put_u8(o, 0x80 + wide);
		for (unsigned i = wide; i-- > 0;)
			put_u8(o, (unsigned)(len >> 8 * i & 255));
	}
	put_octets(o, p, len);
}

/* Wraps all that o holds. */
static void
wrap(struct octets *o, unsigned tag)
{
	struct octets *in = malloc(sizeof *in);

	*in = *o;
	o->len = 0;
	put_der(o, tag, in->p, in->len, 0);
	free(in);
}

/* Name with country C and a common name of this string type. */
static void
put_name(struct octets *o, unsigned type, const char *common)
{
	struct octets *n = calloc(3, sizeof *n);

	put_der(&n[1], 6, "\x55\x04\x06", 3, 0);
	put_der(&n[1], 0x13, "DE", 2, 0);
	wrap(&n[1], 0x30);
	wrap(&n[1], 0x31);
	put_octets(&n[0], n[1].p, n[1].len);
	put_der(&n[2], 6, "\x55\x04\x03", 3, 0);
	put_der(&n[2], type, common, strlen(common), 0);
	wrap(&n[2], 0x30);
	wrap(&n[2], 0x31);
	put_octets(&n[0], n[2].p, n[2].len);
	put_der(o, 0x30, n[0].p, n[0].len, 0);
	free(n);
}

struct wanted {
	const char *issuer, *subject, *end;
	const char *dns[12];
	unsigned time_type, name_type, flags;
};

enum { NO_VERSION = 1, CRITICAL = 2, WIDE = 4, NO_NAMES = 8 };

static void
make(const struct wanted *w)
{
	tbs.len = part.len = names.len = der.len = 0;
	if (!(w->flags & NO_VERSION))
		put_der(&tbs, 0xa0, "\x02\x01\x02", 3, 0);
	put_der(&tbs, 2, "\x01\x02", 2, 0);
	put_der(&tbs, 0x30, "\x06\x03\x2a\x03\x04", 5, 0);
	put_name(&tbs, w->name_type, w->issuer);
	put_der(&part, 0x17, "200101000000Z", 13, 0);
	put_der(&part, w->time_type, w->end, strlen(w->end), 0);
	put_der(&tbs, 0x30, part.p, part.len, 0);
	put_name(&tbs, w->name_type, w->subject);
	put_der(&tbs, 0x30, "\x30\x00\x03\x01\x00", 5, 0);
	for (unsigned i = 0; i < 12 && w->dns[i] != NULL; i++)
		put_der(&names, w->dns[i][0] == '@' ? 0x81 : 0x82, w->dns[i], strlen(w->dns[i]), 0);
	if (!(w->flags & NO_NAMES)) {
		wrap(&names, 0x30);
		part.len = 0;
		put_der(&part, 6, "\x55\x1d\x11", 3, 0);
		if (w->flags & CRITICAL)
			put_der(&part, 1, "\xff", 1, 0);
		put_der(&part, 4, names.p, names.len, 0);
		wrap(&part, 0x30);
		wrap(&part, 0x30);
		put_der(&tbs, 0xa3, part.p, part.len, 0);
	}
	part.len = 0;
	put_der(&part, 0x30, tbs.p, tbs.len, w->flags & WIDE ? 3 : 0);
	put_octets(&part, "\x30\x00\x03\x01\x00", 5);
	put_der(&der, 0x30, part.p, part.len, 0);
}

static bool
read(struct nsc_x509 *x, size_t len)
{
	uint8_t *copy = malloc(len > 0 ? len : 1);
	bool ok;

	memcpy(copy, der.p, len);
	ok = nsc_x509(x, nsc_bytes(copy, len));
	free(copy);
	return ok;
}

static void
has_names(const struct wanted *w, const char *want)
{
	struct nsc_x509 x;
	char text[NSC_X509_NAMES_TEXT + 1];

	make(w);
	ck_assert(read(&x, der.len));
	snprintf(text, sizeof text, "%.*s", (int)x.names_len, x.names_text);
	ck_assert_str_eq(text, want);
}

static const struct wanted plain = {
	"An Issuer", "a.test", "491231235959Z", {"a.test", "b.test", NULL}, 0x17, 0x0c, 0};

START_TEST(test_validity) /* seconds by date -u -d ... +%s */
{
	static const struct {
		unsigned type;
		const char *end;
		int64_t want;
	} cases[] = {
		{0x17, "491231235959Z", 2524607999},  {0x17, "500101000000Z", -631152000},
		{0x17, "700101000000Z", 0},	      {0x17, "000229120000Z", 951825600},
		{0x18, "20500101000000Z", 2524608000}, {0x18, "99991231235959Z", 253402300799},
		{0x18, "20240229000000Z", 1709164800}, {0x17, "2402290000Z", 1709164800},
	};
	struct wanted w = plain;
	struct nsc_x509 x;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		w.time_type = cases[i].type;
		w.end = cases[i].end;
		make(&w);
		ck_assert(read(&x, der.len));
		ck_assert_msg(x.not_after == cases[i].want, "case %zu: %lld", i,
			      (long long)x.not_after);
		ck_assert_int_eq(x.not_before, 1577836800);
	}
}
END_TEST

START_TEST(test_no_time)
{
	static const char *const no[] = {"491331235959Z", "490031235959Z", "491200235959Z",
					 "491232235959Z", "491231245959Z", "491231236059Z",
					 "4912312359591", "491231235959+", "4912312359",
					 "", "Z", "49123123595Z", "491231235959Zx", "4a1231235959Z"};
	struct wanted w = plain;
	struct nsc_x509 x;

	for (size_t i = 0; i < sizeof no / sizeof no[0]; i++) {
		w.end = no[i];
		make(&w);
		ck_assert_msg(!read(&x, der.len), "case %zu", i);
	}
	w.end = plain.end;
	w.time_type = 0x13;
	make(&w);
	ck_assert(!read(&x, der.len));
}
END_TEST

START_TEST(test_self_signed)
{
	struct wanted w = plain;
	struct nsc_x509 x;

	make(&w);
	ck_assert(read(&x, der.len) && !x.self_signed);
	w.issuer = w.subject;
	w.flags = NO_VERSION | WIDE;
	make(&w);
	ck_assert(read(&x, der.len) && x.self_signed);
}
END_TEST

START_TEST(test_names)
{
	struct wanted w = plain;

	has_names(&w, "a.test\nb.test");
	w.flags = CRITICAL;
	has_names(&w, "a.test\nb.test");
	w.flags = NO_NAMES;
	has_names(&w, "a.test");
	w.subject = "Example, Inc.";
	w.flags = 0;
	has_names(&w, "Example, Inc.\na.test\nb.test");
	w.name_type = 0x1e; /* of two octets a character: not read */
	has_names(&w, "a.test\nb.test");
	w.name_type = 0x13;
	w.dns[0] = "@mail.test"; /* another kind */
	w.dns[1] = "new\nline.test";
	w.dns[2] = "c.test";
	has_names(&w, "Example, Inc.\nc.test");
}
END_TEST

START_TEST(test_caps) /* capped in number and in length */
{
	static char long_name[NSC_X509_NAME + 2], fits[NSC_X509_NAME + 1];
	struct wanted w = plain;
	struct nsc_x509 x;

	for (unsigned i = 0; i < 12; i++)
		w.dns[i] = "n.test";
	make(&w);
	ck_assert(read(&x, der.len));
	ck_assert_uint_eq(x.names, NSC_X509_NAMES);
	ck_assert(x.names_cut);
	memset(long_name, 'x', sizeof long_name - 1);
	memset(fits, 'y', sizeof fits - 1);
	w = plain;
	w.dns[0] = long_name;
	w.dns[1] = fits;
	w.dns[2] = fits;
	make(&w);
	ck_assert(read(&x, der.len));
	ck_assert_uint_eq(x.names, 2);
	ck_assert_uint_eq(x.names_len, 6 + 1 + NSC_X509_NAME);
	ck_assert(x.names_cut);
}
END_TEST

START_TEST(test_cut_and_odd) /* cut anywhere, or with one octet changed: never beyond, never true and broken */
{
	struct nsc_x509 x;

	make(&plain);
	for (size_t n = 0; n < der.len; n++)
		ck_assert(!read(&x, n));
	for (size_t i = 0; i < der.len; i++) {
		uint8_t was = der.p[i];

		for (unsigned bit = 0; bit < 8; bit++) {
			der.p[i] = (uint8_t)(was ^ 1u << bit);
			(void)read(&x, der.len);
			ck_assert_uint_le(x.names_len, NSC_X509_NAMES_TEXT);
		}
		der.p[i] = 0xff;
		(void)read(&x, der.len);
		der.p[i] = 0x80;
		(void)read(&x, der.len);
		der.p[i] = was;
	}
}
END_TEST

RUN_SUITE("x509", test_validity, test_no_time, test_self_signed, test_names, test_caps,
	  test_cut_and_odd)
