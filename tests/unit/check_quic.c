/* SPDX-License-Identifier: MIT */
/* QUIC's parts: the vectors of RFC 9001 and RFC 9369, frames, hellos in pieces, ids. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "dissect/protocols.h"
#include "dissect/quic_frame.h"
#include "dissect/quic_google.h"
#include "dissect/quic_state.h"

static uint8_t octets[4096], scratch[NSC_QUIC_DATAGRAM];

static struct nsc_bytes
hex(const char *text)
{
	size_t n = strlen(text) / 2;

	for (size_t i = 0; i < n; i++) {
		unsigned v;

		ck_assert_int_eq(sscanf(text + 2 * i, "%2x", &v), 1);
		octets[i] = (uint8_t)v;
	}
	return nsc_bytes(octets, n);
}

static void
is_hex(const uint8_t *p, const char *text)
{
	struct nsc_bytes b = hex(text);

	ck_assert_mem_eq(p, b.p, nsc_bytes_left(&b));
}

static const uint8_t id[8] = {0x83, 0x94, 0xc8, 0xf0, 0x3e, 0x51, 0x57, 0x08};

static void
keys_of(struct nsc_quic_keys k[2], unsigned salt)
{
	struct nsc_quic_secret initial, secret;

	ck_assert(nsc_quic_version_initial(&initial, salt, id, sizeof id));
	for (unsigned side = 0; side < 2; side++) {
		nsc_quic_crypt_secret(&secret, &initial, side);
		nsc_quic_crypt_hp(&secret, &k[side]);
		nsc_quic_crypt_keys(&secret, &k[side]);
	}
}

START_TEST(row_4_9_rfc9001_a1) /* keys */
{
	struct nsc_quic_keys k[2];

	keys_of(k, NSC_QUIC_SALT_V1);
	is_hex(k[0].key, "1f369613dd76d5467730efcbe3b1a22d");
	is_hex(k[0].iv, "fa044b2f42a3fd3b46fb255c");
	is_hex(k[0].hp, "9f50449e04a0e810283a1e9933adedd2");
	is_hex(k[1].key, "cf3a5331653c364c88f0f379b6067e37");
	is_hex(k[1].iv, "0ac1493ca1905853b0bba03e");
	is_hex(k[1].hp, "c206b8d9b9f0f37644430b490eeaa314");
}
END_TEST

START_TEST(row_4_9_rfc9369_a1)
{
	struct nsc_quic_keys k[2];

	keys_of(k, NSC_QUIC_SALT_V2);
	is_hex(k[0].key, "8b1a0bc121284290a29e0971b5cd045d");
	is_hex(k[0].iv, "91f73e2351d8fa91660e909f");
	is_hex(k[0].hp, "45b95e15235d6f45a6b19cbcb0294ba9");
	is_hex(k[1].key, "82db637861d55e1d011f19ea71d5d2a7");
	is_hex(k[1].iv, "dd13c276499c0249d3310652");
	is_hex(k[1].hp, "edf6d05c83121201b436e16877593c3a");
}
END_TEST

static const char *const server_initial[2] = {
	"cf000000010008f067a5502a4262b5004075c0d95a482cd0991cd25b0aac406a5816b6394100f37a1c69"
	"797554780bb38cc5a99f5ede4cf73c3ec2493a1839b3dbcba3f6ea46c5b7684df3548e7ddeb9c3bf9c73"
	"cc3f3bded74b562bfb19fb84022f8ef4cdd93795d77d06edbb7aaf2f58891850abbdca3d20398c276456"
	"cbc42158407dd074ee",
	"dc6b3343cf0008f067a5502a4262b5004075d92faaf16f05d8a4398c47089698baeea26b91eb761d9b89"
	"237bbf87263017915358230035f7fd3945d88965cf17f9af6e16886c61bfc703106fbaf3cb4cfa52382d"
	"d16a393e42757507698075b2c984c707f0a0812d8cd5a6881eaf21ceda98f4bd23f6fe1a3e2c43edd9ce"
	"7ca84bed8521e2e140",
};

/* The server's Initial: an ACK, then a ServerHello of 90 octets. */
START_TEST(row_4_9_rfc_a3)
{
	struct nsc_quic_keys k[2];
	struct nsc_quic_header h;
	struct nsc_quic_frame f;
	struct nsc_bytes b = hex(server_initial[_i]), plain;

	keys_of(k, _i == 0 ? NSC_QUIC_SALT_V1 : NSC_QUIC_SALT_V2);
	ck_assert(nsc_quic_header(&h, &b));
	ck_assert_uint_eq(h.type, NSC_QUIC_INITIAL);
	ck_assert_uint_eq(h.dcid_len, 0);
	ck_assert_uint_eq(h.scid_len, 8);
	ck_assert_uint_eq(nsc_bytes_left(&b), 0);
	ck_assert(nsc_quic_header_fits(&h, &k[1]));
	ck_assert(nsc_quic_header_open(&h, &k[1], scratch, &plain));
	is_hex(plain.p, "02000000000600405a020000560303");
	f = nsc_quic_frame(&plain, false);
	ck_assert_uint_eq(f.kind, NSC_QUIC_CRYPTO);
	ck_assert_uint_eq(f.value, 0);
	ck_assert_uint_eq(nsc_bytes_left(&f.data), 90);
	ck_assert_uint_eq(nsc_quic_frame(&plain, false).kind, NSC_QUIC_END);
	/* Bits that are protected, and zero in what anybody sends. */
	for (uint8_t bit = NSC_QUIC_RESERVED & -NSC_QUIC_RESERVED; bit < 0x10; bit <<= 1) {
		octets[0] ^= bit;
		ck_assert(!nsc_quic_header_fits(&h, &k[1]));
		octets[0] ^= bit;
	}
	/* Each octet is covered by the tag. */
	b = hex(server_initial[_i]);
	for (size_t i = 0, n = nsc_bytes_left(&b); i < n; i++) {
		octets[i] ^= 0x10;
		b = nsc_bytes(octets, n);
		if (nsc_quic_header(&h, &b) && h.type == NSC_QUIC_INITIAL)
			ck_assert(!nsc_quic_header_open(&h, &k[1], scratch, &plain));
		octets[i] ^= 0x10;
	}
}
END_TEST

START_TEST(row_4_9_rfc_a4) /* Retry */
{
	static const char *const packet[2] = {
		"ff000000010008f067a5502a4262b5746f6b656e04a265ba2eff4d829058fb3f0f2496ba",
		"cf6b3343cf0008f067a5502a4262b5746f6b656ec8646ce8bfe33952d955543665dcc7b6",
	};
	struct nsc_quic_cid first;
	struct nsc_quic_header h;
	struct nsc_bytes b = hex(packet[_i]);

	nsc_quic_cid_set(&first, id, sizeof id);
	ck_assert(nsc_quic_header(&h, &b));
	ck_assert_uint_eq(h.type, NSC_QUIC_RETRY);
	ck_assert_uint_eq(h.scid_len, 8);
	ck_assert(nsc_quic_retry_genuine(&h, &first, scratch));
	octets[h.len - 1] ^= 1;
	ck_assert(!nsc_quic_retry_genuine(&h, &first, scratch));
	octets[h.len - 1] ^= 1;
	first.octets[0] ^= 1;
	ck_assert(!nsc_quic_retry_genuine(&h, &first, scratch));
}
END_TEST

START_TEST(test_varint) /* RFC 9000, A.1 */
{
	static const struct {
		const char *hex;
		uint64_t v;
	} cases[] = {{"c2197c5eff14e88c", UINT64_C(151288809941952652)},
		     {"9d7f3e7d", 494878333},
		     {"7bbd", 15293},
		     {"25", 37},
		     {"4025", 37}};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct nsc_bytes b = hex(cases[i].hex);

		ck_assert_uint_eq(nsc_quic_varint(&b), cases[i].v);
		ck_assert_uint_eq(nsc_bytes_left(&b), 0);
	}
}
END_TEST

START_TEST(test_types) /* RFC 9000, 17.2; RFC 9369, 3.2 */
{
	static const struct {
		const char *hex;
		uint8_t type;
	} cases[] = {
		{"c00000000100000011" "0000000000000000000000000000000000", NSC_QUIC_INITIAL},
		{"d000000001000011" "0000000000000000000000000000000000", NSC_QUIC_ZERO_RTT},
		{"e000000001000011" "0000000000000000000000000000000000", NSC_QUIC_HANDSHAKE},
		{"f000000001000011" "0000000000000000000000000000000000", NSC_QUIC_RETRY},
		{"d06b3343cf00000011" "0000000000000000000000000000000000", NSC_QUIC_INITIAL},
		{"e06b3343cf000011" "0000000000000000000000000000000000", NSC_QUIC_ZERO_RTT},
		{"f06b3343cf000011" "0000000000000000000000000000000000", NSC_QUIC_HANDSHAKE},
		{"c06b3343cf000011" "0000000000000000000000000000000000", NSC_QUIC_RETRY},
		{"80000000000000" "ff00001d", NSC_QUIC_NEGOTIATION},
	};
	struct nsc_quic_header h;
	struct nsc_bytes b;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		b = hex(cases[i].hex);
		ck_assert_msg(nsc_quic_header(&h, &b), "%s", cases[i].hex);
		ck_assert_uint_eq(h.type, cases[i].type);
		ck_assert_uint_eq(nsc_bytes_left(&b), 0);
	}
	b = hex("c000000001" "15" "000000000000000000000000000000000000000000" "00");
	ck_assert_msg(!nsc_quic_header(&h, &b), "an id of 21 octets");
	b = hex("c0000000010000" "40ff" "00");
	ck_assert_msg(!nsc_quic_header(&h, &b), "a token longer than the packet");
	b = hex("c0000000010000" "00" "80010000" "00");
	ck_assert_msg(!nsc_quic_header(&h, &b), "longer than a datagram can be");
	b = hex("c0123456780000" "00" "11" "0000000000000000000000000000000000");
	ck_assert_msg(!nsc_quic_header(&h, &b), "an unknown version");
}
END_TEST

START_TEST(test_frames) /* RFC 9000, 19 */
{
	/* Ping, padding, ACK with two ranges and ECN, CRYPTO at 5, close. */
	struct nsc_bytes b = hex("01000000" "0305020200" "0000" "0001" "010203"
				 "0605" "03616263" "1c0106024142" "ff");
	struct nsc_quic_frame f = nsc_quic_frame(&b, false);

	ck_assert_uint_eq(f.kind, NSC_QUIC_CRYPTO);
	ck_assert_uint_eq(f.value, 5);
	ck_assert(nsc_bytes_starts(&f.data, "abc"));
	f = nsc_quic_frame(&b, false);
	ck_assert_uint_eq(f.kind, NSC_QUIC_CLOSE);
	ck_assert(!f.application);
	ck_assert_uint_eq(f.value, 1);
	ck_assert_uint_eq(nsc_quic_frame(&b, false).kind, NSC_QUIC_END);

	b = hex("0600" "4400" "00");
	ck_assert_uint_eq(nsc_quic_frame(&b, false).kind, NSC_QUIC_END);
	b = hex("0200" "00" "ffffffffffffffff" "00" "00");
	ck_assert_uint_eq(nsc_quic_frame(&b, false).kind, NSC_QUIC_END);
	/* Google's: an ACK with a block and two timestamps, CRYPTO. */
	b = hex("60" "05" "0000" "01" "01" "0101" "02" "0100000000" "010000" "08" "00" "0161");
	f = nsc_quic_frame(&b, true);
	ck_assert_uint_eq(f.kind, NSC_QUIC_CRYPTO);
	ck_assert(nsc_bytes_starts(&f.data, "a"));
}
END_TEST

enum { MESSAGE = 11414 };	/* as one that was seen */

static uint8_t message[MESSAGE];

static size_t
length(struct nsc_bytes b)
{
	uint8_t type = nsc_bytes_u8(&b);
	size_t n = nsc_bytes_u24(&b);

	if (b.bad)
		return 0;
	return type == 1 ? 4 + n : SIZE_MAX;
}

static void
make_message(size_t n)
{
	for (size_t i = 0; i < n; i++)
		message[i] = (uint8_t)(i * 7 + i / 256);
	message[0] = 1;
	message[1] = 0;
	message[2] = (uint8_t)((n - 4) >> 8);
	message[3] = (uint8_t)(n - 4);
}

/* Edge list (c): random pieces in random order, overlapping, many twice, until all is there. */
START_TEST(quic_c_any_order)
{
	struct nsc_quic_hellos *h;
	struct nsc_quic_stream s = {.buffer = 0};
	struct nsc_bytes whole;
	bool there[MESSAGE] = {false};
	size_t left = MESSAGE, n;

	srand((unsigned)_i);
	make_message(MESSAGE);
	ck_assert_int_eq(nsc_quic_hellos_new(&h), 0);
	while (left > 0) {
		size_t from = (size_t)rand() % MESSAGE, len = (size_t)rand() % 1200 + 1;
		bool done;

		if (len > MESSAGE - from)
			len = MESSAGE - from;
		for (size_t i = from; i < from + len; i++) {
			left -= !there[i];
			there[i] = true;
		}
		done = nsc_quic_hello_add(h, &s, from, nsc_bytes(message + from, len), length,
					  &whole);
		ck_assert_int_eq(done, left == 0);
	}
	n = nsc_bytes_left(&whole);
	ck_assert_uint_eq(n, MESSAGE);
	ck_assert_mem_eq(whole.p, message, n);
	/* What comes again is behind us; a second message follows the first. */
	ck_assert(!nsc_quic_hello_add(h, &s, 0, nsc_bytes(message, 1000), length, &whole));
	ck_assert(!nsc_quic_hello_add(h, &s, MESSAGE, nsc_bytes(message, 500), length, &whole));
	ck_assert(nsc_quic_hello_add(h, &s, MESSAGE + 400, nsc_bytes(message + 400, MESSAGE - 400),
				     length, &whole));
	ck_assert_mem_eq(whole.p, message, MESSAGE);
	ck_assert_uint_eq(nsc_quic_hellos_evicted(h), 0);
	nsc_quic_hellos_free(h);
}
END_TEST

START_TEST(test_hello_limits)
{
	enum { STREAMS = NSC_QUIC_HELLOS + 44 };
	static struct nsc_quic_stream s[STREAMS];
	struct nsc_quic_hellos *h;
	struct nsc_bytes whole;
	unsigned complete = 0;

	make_message(2000);
	memset(s, 0, sizeof s);
	ck_assert_int_eq(nsc_quic_hellos_new(&h), 0);
	for (unsigned i = 0; i < STREAMS; i++)
		ck_assert(!nsc_quic_hello_add(h, &s[i], 1000, nsc_bytes(message + 1000, 1000),
					      length, &whole));
	ck_assert_uint_eq(nsc_quic_hellos_evicted(h), 44);
	/* The oldest 44 lost what they had; the others become whole, from the youngest on. */
	for (unsigned i = STREAMS; i-- > 44;)
		complete += nsc_quic_hello_add(h, &s[i], 0, nsc_bytes(message, 1000), length,
					       &whole);
	ck_assert_uint_eq(complete, NSC_QUIC_HELLOS);
	ck_assert(!nsc_quic_hello_add(h, &s[0], 0, nsc_bytes(message, 1000), length, &whole));
	ck_assert_uint_eq(nsc_quic_hellos_evicted(h), 44);

	/* Longer than any that we keep: counted, nothing more is read. */
	message[1] = 1;
	ck_assert(!nsc_quic_hello_add(h, &s[1], 0, nsc_bytes(message, 1000), length, &whole));
	ck_assert(s[1].over);
	ck_assert_uint_eq(nsc_quic_hellos_evicted(h), 45);
	/* None at all. */
	message[0] = 11;
	ck_assert(!nsc_quic_hello_add(h, &s[2], 0, nsc_bytes(message, 1000), length, &whole));
	ck_assert(s[2].over);
	ck_assert(!nsc_quic_hello_add(h, &s[3], UINT64_MAX - 10, nsc_bytes(message, 1000), length,
				      &whole));
	nsc_quic_hellos_free(h);
}
END_TEST

START_TEST(quic_h_paths) /* edge list (h): the least used goes, never all */
{
	struct nsc_quic_paths *p;
	struct nsc_quic_path *one;
	uint8_t packet[1 + 20] = {0x40}, cid[8] = {0};
	unsigned found = 0;

	ck_assert_int_eq(nsc_quic_paths_new(&p), 0);
	ck_assert_ptr_null(nsc_quic_paths_take(p, id, 3));
	one = nsc_quic_paths_take(p, id, sizeof id);
	memcpy(packet + 1, id, sizeof id);
	ck_assert_ptr_null(nsc_quic_paths_short(p, nsc_bytes(packet, sizeof packet)));
	nsc_quic_paths_prove(p, one);
	ck_assert_ptr_eq(nsc_quic_paths_short(p, nsc_bytes(packet, sizeof packet)), one);
	ck_assert_ptr_eq(nsc_quic_paths_short(p, nsc_bytes(packet, 9)), one);
	ck_assert_ptr_null(nsc_quic_paths_short(p, nsc_bytes(packet, 8)));
	for (unsigned i = 0; i < 100000; i++) {
		memcpy(cid, &i, sizeof i);
		ck_assert_ptr_nonnull(nsc_quic_paths_take(p, cid, sizeof cid));
		/* One that is used stays. */
		ck_assert_ptr_eq(nsc_quic_paths_take(p, id, sizeof id), one);
	}
	for (unsigned i = 0; i < 100000; i++) {
		memcpy(cid, &i, sizeof i);
		found += nsc_quic_paths_find(p, cid, sizeof cid) != NULL;
	}
	ck_assert_uint_ge(found, NSC_QUIC_PATHS - 10);
	ck_assert_uint_lt(found, NSC_QUIC_PATHS);
	ck_assert(one->proved);
	nsc_quic_paths_free(p);
}
END_TEST

/* An id by which one end was called is none that the same end makes up for the other. */
START_TEST(test_answers)
{
	struct nsc_quic_shared sh = {.hellos = NULL};
	struct nsc_out out = {.shared = &sh, .port = {1234, 443}};
	struct nsc_quic_header h = {.version = 1, .dcid = id, .dcid_len = sizeof id};

	ck_assert_int_eq(nsc_quic_paths_new(&sh.paths), 0);
	ck_assert(!nsc_quic_link_answers(&h, 0, &out));
	ck_assert(!nsc_quic_link_suspect(&h, 0, &out));
	ck_assert(!nsc_quic_link_answers(&h, 0, &out));	/* the same end again */
	ck_assert(nsc_quic_link_answers(&h, 1, &out));
	out.port[0] = 1235;				/* another path */
	ck_assert(!nsc_quic_link_answers(&h, 1, &out));
	nsc_quic_paths_free(sh.paths);
}
END_TEST

START_TEST(test_version_text)
{
	static const struct {
		uint32_t v;
		const char *text;
	} cases[] = {{1, "v1"}, {0x6b3343cf, "v2"}, {0xff00001d, "draft-29"}, {0xff000015, "0xff000015"},
		     {0xfaceb002, "0xfaceb002"}, {0x51303436, "Q046"}, {0x54303531, "T051"},
		     {0x1a2a3a4a, "0x1a2a3a4a"}};
	char buf[NSC_QUIC_VERSION_TEXT];

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		ck_assert_str_eq(nsc_quic_version_text(cases[i].v, buf), cases[i].text);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("quic");
	TCase *c = tcase_create("quic");
	SRunner *r;
	int failed;

	if (nsc_quic_crypt_library() == NULL)
		return 77;
	tcase_add_test(c, row_4_9_rfc9001_a1);
	tcase_add_test(c, row_4_9_rfc9369_a1);
	tcase_add_loop_test(c, row_4_9_rfc_a3, 0, 2);
	tcase_add_loop_test(c, row_4_9_rfc_a4, 0, 2);
	tcase_add_test(c, test_varint);
	tcase_add_test(c, test_types);
	tcase_add_test(c, test_frames);
	tcase_add_loop_test(c, quic_c_any_order, 0, 50);
	tcase_add_test(c, test_hello_limits);
	tcase_add_test(c, quic_h_paths);
	tcase_add_test(c, test_answers);
	tcase_add_test(c, test_version_text);
	suite_add_tcase(suite, c);
	r = srunner_create(suite);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
