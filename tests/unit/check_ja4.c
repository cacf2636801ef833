/* SPDX-License-Identifier: MIT */
/* JA4: the examples of FoxIO's technical_details/JA4.md and of its tests; rank 12. */
#include <check.h>
#include <stdio.h>

#include "dissect/digest.h"
#include "dissect/ja4.h"
#include "dissect/tls_hello.h"
#include "hello.h"

#define CIPHERS "1301,1302,1303,c02b,c02f,c02c,c030,cca9,cca8,c013,c014,009c,009d,002f,0035"
#define EXTENSIONS \
	"001b,0000,0033,0010,4469,0017,002d,000d,0005,0023,0012,002b,ff01,000b,000a,0015"
#define SIGNATURES "0403,0804,0401,0503,0805,0501,0806,0601"

struct wanted {
	const char *ciphers, *extensions, *signatures, *versions;
	const char *alpn; /* one value */
	size_t alpn_len;
	unsigned version;
	char transport;
};

static struct octets exts, hello, part;

/* The extensions of the list, with contents where the fingerprint asks for them. */
static void
put_extensions(const struct wanted *w)
{
	char *end;

	exts.len = 0;
	for (const char *p = w->extensions; *p != '\0'; p = *end == ',' ? end + 1 : end) {
		unsigned type = (unsigned)strtoul(p, &end, 16);

		part.len = 0;
		if (type == 16) {
			put_u16(&part, (unsigned)w->alpn_len + 1);
			put_u8(&part, (unsigned)w->alpn_len);
			put_octets(&part, w->alpn, w->alpn_len);
		} else if (type == 13) {
			put_u16(&part, 2 * (unsigned)(strlen(w->signatures) + 1) / 5);
			put_list(&part, w->signatures);
		} else if (type == 43) {
			put_u8(&part, 2 * (unsigned)(strlen(w->versions) + 1) / 5);
			put_list(&part, w->versions);
		}
		put_extension(&exts, type, part.p, part.len);
	}
}

/* A copy of the exact size, so that a sanitizer sees each octet too many. */
static bool
ja4_of(const struct octets *o, size_t len, char transport, char text[NSC_JA4_TEXT])
{
	uint8_t *copy = malloc(len > 0 ? len : 1);
	bool known;

	memcpy(copy, o->p, len);
	known = nsc_ja4(nsc_bytes(copy, len), transport, text);
	free(copy);
	return known;
}

static void
is_ja4(const struct wanted *w, const char *want)
{
	char text[NSC_JA4_TEXT];

	hello.len = 0;
	put_extensions(w);
	put_client_hello(&hello, w->version, w->ciphers, &exts, "session",
			 w->transport == 'd' ? "cookie" : NULL);
	ck_assert(ja4_of(&hello, hello.len, w->transport, text));
	ck_assert_str_eq(text, want);
}

static const struct wanted example = {
	CIPHERS, EXTENSIONS, SIGNATURES, "0304,0303", "h2", 2, 0x0303, 't'};

START_TEST(test_example)
{
	struct wanted w = example;

	is_ja4(&w, "t13d1516h2_8daaf6152771_e5627efa2ab1");
	w.transport = 'q';
	is_ja4(&w, "q13d1516h2_8daaf6152771_e5627efa2ab1");
	w.transport = 'd';
	is_ja4(&w, "d13d1516h2_8daaf6152771_e5627efa2ab1");
}
END_TEST

START_TEST(test_no_signatures) /* "then the string ends without an underscore" */
{
	struct wanted w = example;

	w.signatures = "";
	is_ja4(&w, "t13d1516h2_8daaf6152771_6d807ffa2a79");
}
END_TEST

START_TEST(test_nothing) /* "the value of JA4_b is set to 000000000000" */
{
	struct wanted w = {"", "", "", "", "", 0, 0x0303, 't'};
	char text[NSC_JA4_TEXT];

	is_ja4(&w, "t12i000000_000000000000_000000000000");
	w.extensions = "0000,0010"; /* nothing is left of the sorted list */
	w.alpn = "h2";
	w.alpn_len = 2;
	is_ja4(&w, "t12d0002h2_000000000000_000000000000");
	/* SSL 3.0 has no extensions at all. */
	hello.len = 0;
	put_client_hello(&hello, 0x0300, "0005", NULL, "", NULL);
	ck_assert(ja4_of(&hello, hello.len, 't', text));
	ck_assert_int_eq(strncmp(text, "ts3i010000_", 11), 0);
	ck_assert_str_eq(text + 23, "_000000000000");
}
END_TEST

START_TEST(test_grease) /* ignored wherever it stands; sigalg-grease.pcapng's answer */
{
	struct wanted w = {
		"4a4a," CIPHERS, "8a8a,fe0d,0010,0017,0033,44cd,ff01,000a,000d,0023,002b,"
				 "000b,ca34,002d,0000,0005,001b,0012,fafa",
		"2a2a,0904,0905,0906," SIGNATURES ",dada", "baba,0304,0303", "h2", 2, 0x0303,
		't'};

	is_ja4(&w, "t13d1517h2_8daaf6152771_cb7bf5808d99");
}
END_TEST

START_TEST(test_alpn) /* the text's own table, and its rules for one octet and for none */
{
	static const struct {
		const char *alpn;
		size_t len;
		const char *want;
	} cases[] = {
		{"h2", 2, "h2"},
		{"http/1.1", 8, "h1"},
		{"\xab", 1, "ab"},
		{"\xab\xcd", 2, "ad"},
		{"0\xab", 2, "3b"},
		{"01\xab\xcd", 4, "3d"},
		{"0\xab\xcd"
		 "1",
		 4, "01"},
		{"x", 1, "xx"},
		{"", 0, "00"},
	};
	struct wanted w = example;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char want[NSC_JA4_TEXT];

		w.alpn = cases[i].alpn;
		w.alpn_len = cases[i].len;
		snprintf(want, sizeof want, "t13d1516%s_8daaf6152771_e5627efa2ab1",
			 cases[i].want);
		is_ja4(&w, want);
	}
}
END_TEST

START_TEST(test_version) /* the table of the text; the highest value, unknown ones too */
{
	static const struct {
		unsigned version;
		const char *versions, *want;
	} cases[] = {
		{0x0304, "", "13"},           {0x0303, "", "12"},	    {0x0302, "", "11"},
		{0x0301, "", "10"},           {0x0300, "", "s3"},	    {0x0002, "", "s2"},
		{0xfeff, "", "d1"},           {0xfefd, "", "d2"},	    {0xfefc, "", "d3"},
		{0x0305, "", "00"},           {0x0303, "0304", "13"},	    {0x0303, "2a2a", "12"},
		{0x0303, "fb1a,0303", "00"},  {0x0303, "0303,0301", "12"}, {0xfefd, "fefc", "d3"},
	};
	struct wanted w = example;
	char text[NSC_JA4_TEXT];

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		w.version = cases[i].version;
		w.versions = cases[i].versions;
		hello.len = 0;
		put_extensions(&w);
		put_client_hello(&hello, w.version, w.ciphers, &exts, "", NULL);
		ck_assert(ja4_of(&hello, hello.len, 't', text));
		ck_assert_msg(strncmp(text + 1, cases[i].want, 2) == 0, "case %zu: %s", i, text);
	}
}
END_TEST

START_TEST(test_many) /* counts end at 99; lists without end are not taken */
{
	char *text = malloc(5 * NSC_JA4_VALUES + 16), ja4[NSC_JA4_TEXT];
	struct wanted w = example;
	unsigned n = 0, v = 1;

	for (; n < 150; n++)
		sprintf(text + 5 * n, "%04x,", v++);
	text[5 * n - 1] = '\0';
	w.ciphers = text;
	hello.len = 0;
	put_extensions(&w);
	put_client_hello(&hello, 0x0303, w.ciphers, &exts, "", NULL);
	ck_assert(ja4_of(&hello, hello.len, 't', ja4));
	ck_assert_int_eq(strncmp(ja4, "t13d9916h2_", 11), 0);
	text[5 * n - 1] = ',';
	for (; n <= NSC_JA4_VALUES; n++)
		sprintf(text + 5 * n, "%04x,", (v++ & 0xf0f) | 0x1000);
	text[5 * n - 1] = '\0';
	hello.len = 0;
	put_client_hello(&hello, 0x0303, text, &exts, "", NULL);
	ck_assert(!ja4_of(&hello, hello.len, 't', ja4));
	ck_assert_str_eq(ja4, "");
	free(text);
}
END_TEST

START_TEST(test_cut) /* a hello that ends anywhere is none, until its extensions begin */
{
	struct wanted w = example;
	char text[NSC_JA4_TEXT];

	is_ja4(&w, "t13d1516h2_8daaf6152771_e5627efa2ab1");
	for (size_t n = 0; n < hello.len; n++)
		(void)ja4_of(&hello, n, 't', text);
	for (size_t n = 0; n < hello.len - exts.len - 2; n++)
		ck_assert(!ja4_of(&hello, n, 't', text));
}
END_TEST

START_TEST(test_idle_timeout) /* RFC 9000, 18.2: id 1, milliseconds */
{
	static const struct {
		unsigned type;
		const char *p;
		size_t len;
		uint64_t want;
	} cases[] = {
		{57, "\x04\x04\x80\x10\x00\x00\x01\x04\x80\x00\x75\x30", 12, 30000},
		{57, "\x01\x01\x3f", 3, 63},
		{57, "\x40\x01\x02\x7b\xbd", 5, 15293}, /* RFC 9000, A.1's example of two octets */
		{0xffa5, "\x01\x08\xc2\x19\x7c\x5e\xff\x14\xe8\x8c", 10, 151288809941952652},
		{57, "\x01\x02\x80\x00", 4, 0},  /* cut */
		{57, "\x01\x08\x00", 3, 0},	 /* longer than the extension */
		{57, "\x0f\x00\x03\x01\x3f", 5, 0},
		{58, "\x01\x01\x3f", 3, 0},
	};
	struct nsc_tls_client_hello h;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		exts.len = hello.len = 0;
		put_extension(&exts, cases[i].type, cases[i].p, cases[i].len);
		put_client_hello(&hello, 0x0303, "1301", &exts, "", NULL);
		ck_assert(nsc_tls_client_hello(&h, nsc_bytes(hello.p, hello.len)));
		ck_assert_msg(h.quic_idle_timeout == cases[i].want, "case %zu: %llu", i,
			      (unsigned long long)h.quic_idle_timeout);
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("ja4");
	TCase *c = tcase_create("ja4");
	SRunner *r = srunner_create(s);
	uint8_t digest[NSC_SHA256];
	int failed;

	if (!nsc_sha256("", 0, digest))
		return 77; /* built without digests: skipped */
	suite_add_tcase(s, c);
	tcase_add_test(c, test_example);
	tcase_add_test(c, test_no_signatures);
	tcase_add_test(c, test_nothing);
	tcase_add_test(c, test_grease);
	tcase_add_test(c, test_alpn);
	tcase_add_test(c, test_version);
	tcase_add_test(c, test_many);
	tcase_add_test(c, test_cut);
	tcase_add_test(c, test_idle_timeout);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed > 0;
}
