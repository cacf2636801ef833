/* SPDX-License-Identifier: MIT */
/* DTLS: real handshakes, their datagrams lost, twice and in another order; parts of any size. */
#include "datagrams.h"
#include "dissect/dtls_parts.h"
#include "dissect/protocols.h"
#include "handshakes.h"
#include "hello.h"
#include "talks.h"
#include "suite.h"

static struct tape tape;
static struct talk talks[GOLDEN_FLOWS];
static unsigned count;
static void *shared;

static void
load(void)
{
	count = talks_load(talks, "dtls.pcap");
	ck_assert_int_eq(nsc_dtls.shared_new(&shared), 0);
}

static void
unload(void)
{
	talks_free(talks, count);
	nsc_dtls.shared_free(shared);
}

static enum nsc_verdict
play_datagrams(const struct talk *talk, const unsigned *order, unsigned times)
{
	return datagrams_play(&tape, &nsc_dtls, shared, talk, order, times);
}

START_TEST(test_real) /* rank 11, 12; whole, each datagram twice, neighbours exchanged */
{
	size_t len;
	char *text = golden_read("dtls.txt", &len), *line = text, want[600], got[600], end[64];
	unsigned order[TALK_MAX], packets;

	load();
	for (unsigned i = 0; i < count; i++, line = strchr(line, '\n') + 1) {
		handshake_wanted(line, want, sizeof want);
		for (unsigned times = 1; times <= 2; times++) {
			ck_assert_int_eq(play_datagrams(&talks[i], NULL, times), NSC_DONE);
			handshake_got(&tape, true, got, sizeof got);
			ck_assert_str_eq(got, want);
			/* Row 4.13: until the last Finished, as tshark counts the packets. */
			ck_assert_int_eq(sscanf(line, "%*s %*s %*s %*s %*s %*s %*s %*s %u", &packets), 1);
			snprintf(end, sizeof end, "complete %u000000\n", packets);
			ck_assert_msg(strstr(tape.text, end) != NULL, "%snot %s", tape.text, end);
		}
		for (unsigned k = 0; k + 1 < talks[i].turns; k++) {
			for (unsigned t = 0; t < talks[i].turns; t++)
				order[t] = t == k ? k + 1 : t == k + 1 ? k : t;
			if (talks[i].turn[k].side != talks[i].turn[k + 1].side)
				continue; /* an answer does not come before its question */
			play_datagrams(&talks[i], order, 1);
			handshake_got(&tape, true, got, sizeof got);
			ck_assert_msg(strcmp(got, want) == 0, "flow %u, %u: %s, not %s", i, k, got,
				      want);
		}
	}
	free(text);
	unload();
}
END_TEST

START_TEST(test_every_octet_lost) /* nothing is read beyond what is there */
{
	bool claimed;

	load();
	for (unsigned i = 0; i < count; i++) {
		for (unsigned t = 0; t < talks[i].turns; t++) {
			for (size_t n = 0; n < talks[i].turn[t].len; n++) {
				void *state = calloc(1, nsc_dtls.state_size);
				struct turn cut = talks[i].turn[t];

				cut.len = n;
				claimed = true;
				memset(&tape, 0, sizeof tape);
				datagram_say(&tape, &nsc_dtls, shared, state, &claimed, &cut, 1);
				free(state);
			}
		}
	}
	unload();
}
END_TEST

static void
put_record(struct octets *o, unsigned type, unsigned version, unsigned epoch, unsigned number,
	   const struct octets *body)
{
	put_u8(o, type);
	put_u16(o, version);
	put_u16(o, epoch);
	put_u16(o, 0);
	put_u16(o, number >> 16);
	put_u16(o, number & 65535);
	put_u16(o, (unsigned)body->len);
	put_octets(o, body->p, body->len);
}

static void
put_part(struct octets *o, unsigned type, unsigned seq, const struct octets *message, size_t at,
	 size_t n)
{
	put_u8(o, type);
	put_u24(o, (unsigned)message->len);
	put_u16(o, seq);
	put_u24(o, (unsigned)at);
	put_u24(o, (unsigned)n);
	put_octets(o, message->p + at, n);
}

static struct octets exts, hello, body, wire;

/* A hello of 2 KB, as one with a post-quantum key share. */
static void
make_hello(void)
{
	static const uint8_t share[1700];

	exts.len = hello.len = 0;
	put_extension(&exts, 51, share, sizeof share);
	put_extension(&exts, 0, "\0\x0c\0\0\x09pq.x.test", 14);
	put_extension(&exts, 43, "\x02\xfe\xfc", 3);
	put_client_hello(&hello, 0xfefd, "1301,1302", &exts, "", "");
}

/* Says the parts of `n` octets of the hello, those of odd places first if odd_first. */
static void
say_parts(struct talk *t, size_t n, bool odd_first)
{
	for (unsigned pass = 0; pass < 2; pass++) {
		for (size_t at = 0, i = 0; at < hello.len; at += n, i++) {
			size_t k = hello.len - at < n ? hello.len - at : n;

			if (odd_first ? i % 2 == pass : pass > 0)
				continue;
			wire.len = body.len = 0;
			put_part(&body, 1, 0, &hello, at, k);
			put_record(&wire, 22, 0xfefd, 0, (unsigned)i, &body);
			talk_say(t, 0, wire.p, wire.len);
		}
	}
}

START_TEST(test_parts) /* RFC 6347, 4.2.3: of any size, in any order */
{
	static const size_t sizes[] = {10, 100, 333, 1200, 1800};
	struct talk t = {.turns = 0};

	load();
	make_hello();
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		if (hello.len / sizes[i] >= TALK_MAX)
			continue;
		for (int odd = 0; odd < 2; odd++) {
			say_parts(&t, sizes[i], odd > 0);
			play_datagrams(&t, NULL, 1);
			if (hello.len / sizes[i] < 60) /* patience */
				ck_assert_str_eq(tape.text, "hello pq.x.test  fefc\n");
			talk_free(&t);
		}
	}
	unload();
}
END_TEST

START_TEST(test_split_everywhere)
{
	struct talk t = {.turns = 0};

	load();
	make_hello();
	for (size_t at = 1; at < hello.len; at += 7) {
		for (int swap = 0; swap < 2; swap++) {
			for (int half = 0; half < 2; half++) {
				wire.len = body.len = 0;
				/* They overlap by three octets. */
				if (half != swap)
					put_part(&body, 1, 0, &hello, at, hello.len - at);
				else
					put_part(&body, 1, 0, &hello, 0,
						 at + 3 < hello.len ? at + 3 : hello.len);
				put_record(&wire, 22, 0xfefd, 0, 0, &body);
				talk_say(&t, 0, wire.p, wire.len);
			}
			play_datagrams(&t, NULL, 1);
			ck_assert_str_eq(tape.text, "hello pq.x.test  fefc\n");
			ck_assert_str_eq(tape.label[NSC_LABEL_DTLS_SNI], "pq.x.test");
			talk_free(&t);
		}
	}
	unload();
}
END_TEST

START_TEST(test_version_1_3) /* RFC 9147, 5.3: the extension counts; then all is ciphered */
{
	struct octets *answer = calloc(1, sizeof *answer);
	struct talk t = {.turns = 0};

	load();
	make_hello();
	wire.len = body.len = 0;
	put_part(&body, 1, 0, &hello, 0, hello.len);
	put_record(&wire, 22, 0xfefd, 0, 0, &body);
	talk_say(&t, 0, wire.p, wire.len);
	put_u16(answer, 0xfefd);
	for (unsigned i = 0; i < 32; i++)
		put_u8(answer, i);
	put_octets(answer, "\0\x13\x01\0", 4);
	put_u16(answer, 6 + 8);
	put_extension(answer, 43, "\xfe\xfc", 2);
	put_extension(answer, 51, "\x11\xec\0\0", 4);
	wire.len = body.len = 0;
	put_part(&body, 2, 0, answer, 0, answer->len);
	put_record(&wire, 22, 0xfefd, 0, 0, &body);
	put_octets(&wire, "\x2e\0\1\2\3\4\5\6\7", 9); /* RFC 9147, 4: unified header */
	talk_say(&t, 1, wire.p, wire.len);
	/* The client's acknowledgement, and its Finished. */
	wire.len = 0;
	put_octets(&wire, "\x2e\0\1\0\x23", 5);
	for (unsigned i = 0; i < 35; i++)
		put_u8(&wire, i);
	talk_say(&t, 0, wire.p, wire.len);
	wire.len = 0;
	put_octets(&wire, "\x2e\0\2\0\x40", 5);
	for (unsigned i = 0; i < 64; i++)
		put_u8(&wire, i);
	talk_say(&t, 0, wire.p, wire.len);
	ck_assert_int_eq(play_datagrams(&t, NULL, 1), NSC_DONE);
	ck_assert_str_eq(tape.text, "hello pq.x.test  fefc\ndone fefc\ncomplete 3000000\n");
	ck_assert_str_eq(tape.label[NSC_LABEL_DTLS_VERSION], "1.3");
	ck_assert_str_eq(tape.label[NSC_LABEL_TLS_GROUP], "X25519MLKEM768");
	ck_assert_str_eq(tape.label[NSC_LABEL_POST_QUANTUM], "true");
	if (tape.label[NSC_LABEL_DTLS_JA4][0] != 0) /* not without digests */
		ck_assert_int_eq(strncmp(tape.label[NSC_LABEL_DTLS_JA4], "dd3d020300_", 11), 0);
	talk_free(&t);
	free(answer);
	unload();
}
END_TEST

START_TEST(test_not_mine) /* RTP, QUIC, DNS, TLS, other versions; STUN waits (RFC 7983) */
{
	static const struct {
		const char *p;
		size_t len;
		enum nsc_verdict want;
	} cases[] = {
		{"", 0, NSC_NOT_MINE},
		{"\x80\x60\x12\x34\0\0\0\1\0\0\0\2payload", 19, NSC_NOT_MINE},
		{"\xc0\0\0\0\1\x08\1\2\3\4\5\6\7\x08\0\0\x44", 17, NSC_NOT_MINE},
		{"\x16\3\1\0\x2f\1\0\0\x2b\3\3\0\0\0", 14, NSC_NOT_MINE},
		{"\0\1\0\0\x21\x12\xa4\x42"
		 "abcdefghijkl",
		 20, NSC_MORE},
		{"\0\1\0\4\x21\x12\xa4\x42"
		 "abcdefghijkl",
		 20, NSC_NOT_MINE},
		/* Alert of level 3; its record longer, shorter; an epoch too high; data in clear. */
		{"\x15\xfe\xfd\0\0\0\0\0\0\0\1\0\2\3\0", 15, NSC_NOT_MINE},
		{"\x15\xfe\xfd\0\0\0\0\0\0\0\1\0\2\2\0", 15, NSC_DONE},
		{"\x15\xfe\xfd\0\0\0\0\0\0\0\1\0\3\2\0", 15, NSC_NOT_MINE},
		{"\x15\xfe\xfd\0\0\0\0\0\0\0\1\0\2\2\0x", 16, NSC_NOT_MINE},
		{"\x17\xfe\xfd\1\0\0\0\0\0\0\1\0\x10"
		 "0123456789abcdef",
		 29, NSC_NOT_MINE},
		{"\x17\xfe\xfd\0\1\0\0\0\0\0\1\0\x10"
		 "0123456789abcdef",
		 29, NSC_DONE},
		{"\x17\xfe\xfd\0\0\0\0\0\0\0\1\0\x10"
		 "0123456789abcdef",
		 29, NSC_NOT_MINE},
		{"\x17\xfe\xfe\0\1\0\0\0\0\0\1\0\x10"
		 "0123456789abcdef",
		 29, NSC_NOT_MINE},
		/* A hello of version 3.3; a part beyond its message. */
		{"\x16\xfe\xfd\0\0\0\0\0\0\0\1\0\x0e\1\0\0\2\0\0\0\0\0\0\0\2\3\3", 27, NSC_NOT_MINE},
		{"\x16\xfe\xfd\0\0\0\0\0\0\0\1\0\x0e\1\0\0\2\0\0\0\0\1\0\0\2\xfe\xfd", 27, NSC_NOT_MINE},
	};
	struct nsc_guess g = {.transport = NSC_OVER_UDP};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		g.bytes = nsc_bytes(cases[i].p, cases[i].len);
		ck_assert_msg(nsc_dtls.guess(&g) == cases[i].want, "case %zu", i);
	}
}
END_TEST

START_TEST(test_random) /* a million random datagrams: none is claimed */
{
	uint8_t octets[64];
	struct nsc_guess g = {.transport = NSC_OVER_UDP};
	uint64_t x = 88172645463325252ull;

	for (unsigned i = 0; i < 1000000; i++) {
		for (size_t k = 0; k < sizeof octets; k += 8) {
			x ^= x << 13;
			x ^= x >> 7;
			x ^= x << 17;
			memcpy(octets + k, &x, 8);
		}
		octets[0] = (uint8_t)(20 + i % 7);
		g.bytes = nsc_bytes(octets, sizeof octets);
		ck_assert_int_eq(nsc_dtls.guess(&g), NSC_NOT_MINE);
	}
}
END_TEST

START_TEST(test_places) /* bounded: more messages in parts than places, the oldest goes */
{
	enum { MANY = NSC_DTLS_PARTS + 1 };
	struct nsc_dtls_parts *parts;
	uint64_t ticket[MANY] = {0};
	struct nsc_dtls_fragment f = {.type = 1, .seq = 0, .len = 20000, .at = 0};
	struct nsc_bytes b;
	uint8_t octets[8] = "abcdefgh";

	ck_assert_int_eq(nsc_dtls_parts_new(&parts), 0);
	f.body = nsc_bytes(octets, 4);
	for (unsigned i = 0; i < MANY; i++)
		nsc_dtls_parts_add(parts, &ticket[i], &f, 1000 + i);
	f.at = 4;
	f.body = nsc_bytes(octets + 4, 4);
	b = nsc_dtls_parts_add(parts, &ticket[MANY - 1], &f, 3000);
	ck_assert_uint_eq(nsc_bytes_left(&b), 8);
	ck_assert_int_eq(memcmp(b.p, octets, 8), 0);
	b = nsc_dtls_parts_add(parts, &ticket[0], &f, 3001); /* its beginning is gone */
	ck_assert_uint_eq(nsc_bytes_left(&b), 0);
	/* What lies beyond the place is not kept; another message takes the place over. */
	f.at = NSC_DTLS_PARTS_OCTETS - 2;
	b = nsc_dtls_parts_add(parts, &ticket[5], &f, 3002);
	ck_assert_uint_eq(nsc_bytes_left(&b), 4);
	f.at = NSC_DTLS_PARTS_OCTETS + 9;
	nsc_dtls_parts_add(parts, &ticket[5], &f, 3003);
	f.seq = 1;
	f.at = 0;
	b = nsc_dtls_parts_add(parts, &ticket[5], &f, 3004);
	ck_assert_int_eq(memcmp(b.p, octets + 4, 4), 0);
	nsc_dtls_parts_drop(parts, &ticket[5]);
	ck_assert_uint_eq(ticket[5], 0);
	nsc_dtls_parts_free(parts);
}
END_TEST

RUN_SUITE("dtls", test_real, test_every_octet_lost, test_parts, test_split_everywhere,
	  test_version_1_3, test_not_mine, test_random, test_places)
