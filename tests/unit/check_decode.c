/* SPDX-License-Identifier: MIT */
/* Link layers, tags, IP headers and transports: against tshark, and at the edges by hand. */
#include "decode_frames.h"
#include "suite.h"

static const char *const captures[] = {
	"ethernet", "null", "loop", "raw", "ipv4", "ipv6", "sll", "sll2", "ppp", "chdlc",
};

START_TEST(row_1_5_link_types_and_headers_as_tshark_reads_them)
{
	compare_with_tshark(captures[_i]);
}
END_TEST

START_TEST(padding_is_no_payload)
{
	struct nsc_decoder *d = decoder(true);
	struct made m = {.n = 0};
	struct nsc_packet p;
	struct nsc_frame f;

	put(&m, (uint8_t[14]){2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0}, 14);
	put_ip4(&m, 17, 8 + 3, 1, 0, false);
	put_udp(&m, 53, 1024, 8 + 3);
	put(&m, "abc", 3);
	put(&m, (uint8_t[15]){0xee}, 15);	/* to 60 octets */
	f = frame_of(&m, ETHERNET);
	ck_assert_int_eq(nsc_decode(d, &f, &p), NSC_DECODED_IP);
	ck_assert_uint_eq(p.octets, 31);
	ck_assert_uint_eq(p.payload_len, 3);
	ck_assert_mem_eq(p.payload, "abc", 3);
	ck_assert_uint_eq(p.flags, 0);
	nsc_decoder_free(d);
}
END_TEST

START_TEST(length_zero_is_the_frame_less_its_link_header)
{
	struct nsc_decoder *d = decoder(true);
	struct made m = {.n = 0};
	struct nsc_packet p;
	struct nsc_frame f;

	put(&m, (uint8_t[14]){2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0}, 14);
	put_ip4(&m, 6, 0, 1, 0, false);
	m.b[16] = m.b[17] = 0;
	put(&m, (uint8_t[20]){1, 0, 2, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0x50, 0x10}, 20);
	f = frame_of(&m, ETHERNET);
	f.len = 14 + 70000;
	ck_assert_int_eq(nsc_decode(d, &f, &p), NSC_DECODED_IP);
	ck_assert_uint_eq(p.octets, 70000);
	ck_assert_uint_eq(p.payload_len, 70000 - 40);
	ck_assert_uint_eq(p.payload_caplen, 0);
	ck_assert_uint_eq(p.flags & NSC_PACKET_TRUNCATED, NSC_PACKET_TRUNCATED);
	ck_assert_uint_eq(nsc_decoder_stats(d)->truncated, 1);
	nsc_decoder_free(d);
}
END_TEST

START_TEST(jumbo_payload_option)
{
	struct nsc_decoder *d = decoder(true);
	struct made m = {.n = 0};
	struct nsc_packet p;

	put_ip6(&m, 0, 0);
	put(&m, (uint8_t[]){6, 0, 0xc2, 4, 0, 1, 0x11, 0x70}, 8);	/* 70000, RFC 2675 */
	put(&m, (uint8_t[20]){1, 0, 2, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0x50, 0x10}, 20);
	ck_assert_int_eq(decode_raw(d, &m, &p), NSC_DECODED_IP);
	ck_assert_uint_eq(p.octets, 70040);
	ck_assert_uint_eq(p.proto, 6);
	ck_assert_uint_eq(p.sport, 256);
	ck_assert_uint_eq(p.payload_len, 70000 - 8 - 20);
	nsc_decoder_free(d);
}
END_TEST

START_TEST(tag_that_the_device_took_off)
{
	struct nsc_decoder *d = decoder(true);
	struct made m = {.n = 0};
	struct nsc_packet p;
	struct nsc_frame f;

	put_ip4(&m, 1, 0, 1, 0, false);
	f = frame_of(&m, RAW);
	f.flags = NSC_FRAME_VLAN;
	f.vlan_tci = 0x2000 | 33;
	ck_assert_int_eq(nsc_decode(d, &f, &p), NSC_DECODED_IP);
	ck_assert_uint_eq(p.flags & NSC_PACKET_VLAN, NSC_PACKET_VLAN);
	ck_assert_uint_eq(p.vlan, 33);
	nsc_decoder_free(d);
}
END_TEST

START_TEST(headers_that_cannot_be_are_malformed)
{
	static const struct {
		const char *hex;
		enum nsc_decoded what;
		uint16_t link;
	} rows[] = {
		{"", NSC_DECODED_MALFORMED, ETHERNET},
		{"45", NSC_DECODED_MALFORMED, RAW},
		{"44000014000000004011000001020304", NSC_DECODED_MALFORMED, RAW},
		{"4400001400000000401100000102030405060708", NSC_DECODED_MALFORMED, 228}, /* IHL 4 */
		{"4500001300000000401100000102030405060708", NSC_DECODED_MALFORMED, 228}, /* length 19 */
		{"6500001400000000401100000102030405060708", NSC_DECODED_MALFORMED, 228}, /* version 6 */
		{"6000000000003b40", NSC_DECODED_MALFORMED, 229},
		{"f0", NSC_DECODED_NON_IP, RAW},
		{"0200000000010200000000020806", NSC_DECODED_ARP, ETHERNET},
		{"02000000000102000000000288cc", NSC_DECODED_NON_IP, ETHERNET},
		{"02000000000102000000000281000001", NSC_DECODED_MALFORMED, ETHERNET},
		{"0200000000010200000000020026424203", NSC_DECODED_NON_IP, ETHERNET}, /* spanning tree */
		{"00", NSC_DECODED_UNKNOWN_LINK, 147},
	};
	struct nsc_decoder *d = decoder(true);

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct made m = {.n = 0};
		struct nsc_packet p;
		struct nsc_frame f;

		for (const char *h = rows[i].hex; *h != '\0'; h += 2) {
			unsigned v;

			ck_assert_int_eq(sscanf(h, "%2x", &v), 1);
			m.b[m.n++] = (uint8_t)v;
		}
		f = frame_of(&m, rows[i].link);
		ck_assert_msg(nsc_decode(d, &f, &p) == rows[i].what, "row %zu", i);
	}
	ck_assert_uint_eq(nsc_decoder_stats(d)->malformed, 8);
	ck_assert_uint_eq(nsc_decoder_stats(d)->arp, 1);
	ck_assert_uint_eq(nsc_decoder_stats(d)->non_ip, 3);
	ck_assert_uint_eq(nsc_decoder_stats(d)->unknown_link, 1);
	ck_assert(!nsc_link_known(147));
	nsc_decoder_free(d);
}
END_TEST

START_TEST(cut_transport_headers)
{
	static const struct {
		uint32_t here;		/* octets of the TCP header that were captured */
		unsigned sport;
		uint32_t flags;
	} rows[] = {
		{0, 0, NSC_PACKET_NO_PORTS | NSC_PACKET_TRUNCATED},
		{3, 0, NSC_PACKET_NO_PORTS | NSC_PACKET_TRUNCATED},
		{4, 256, NSC_PACKET_TRUNCATED},
		{19, 256, NSC_PACKET_TRUNCATED},
		{20, 256, NSC_PACKET_TRUNCATED},
	};
	struct nsc_decoder *d = decoder(true);

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct made m = {.n = 0};
		struct nsc_packet p;
		struct nsc_frame f;

		put_ip4(&m, 6, 100, 1, 0, false);
		put(&m, (uint8_t[20]){1, 0, 2, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0x50, 0x10}, 20);
		f = frame_of(&m, RAW);
		f.caplen = 20 + rows[i].here;
		f.len = 120;
		ck_assert_int_eq(nsc_decode(d, &f, &p), NSC_DECODED_IP);
		ck_assert_uint_eq(p.octets, 120);
		ck_assert_uint_eq(p.sport, rows[i].sport);
		ck_assert_uint_eq(p.flags, rows[i].flags);
	}
	nsc_decoder_free(d);
}
END_TEST

START_TEST(impossible_transport_lengths)
{
	struct nsc_decoder *d = decoder(true);
	struct made m = {.n = 0};
	struct nsc_packet p;

	put_ip4(&m, 6, 24, 1, 0, false);
	put(&m, (uint8_t[24]){1, 0, 2, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0xf0, 0x02}, 24);
	ck_assert_int_eq(decode_raw(d, &m, &p), NSC_DECODED_IP);
	ck_assert_uint_eq(p.flags, NSC_PACKET_BAD_L4);
	ck_assert_uint_eq(p.dport, 512);
	ck_assert_ptr_null(p.payload);

	for (unsigned len = 0; len < 20; len++) {
		m.n = 0;
		put_ip4(&m, 17, 12, 1, 0, false);
		put_udp(&m, 1, 2, len);
		put(&m, "abcd", 4);
		ck_assert_int_eq(decode_raw(d, &m, &p), NSC_DECODED_IP);
		if (len == 0) {
			ck_assert_uint_eq(p.payload_len, 4);
		} else if (len < 8 || len > 12) {
			ck_assert_uint_eq(p.flags, NSC_PACKET_BAD_L4);
			ck_assert_ptr_null(p.payload);
		} else {
			ck_assert_uint_eq(p.flags, 0);
			ck_assert_uint_eq(p.payload_len, len - 8);
		}
	}
	nsc_decoder_free(d);
}
END_TEST

START_TEST(options_that_lie_about_their_length)
{
	static const uint8_t options[][8] = {
		{2, 0, 5, 0xb4, 1, 1, 1, 1},	/* length 0 must not loop */
		{2, 9, 5, 0xb4, 1, 1, 1, 1},	/* behind the header */
		{1, 1, 1, 1, 1, 1, 1, 2},	/* kind without length */
		{0, 2, 4, 5, 0xb4, 0, 0, 0},	/* behind the end */
	};
	struct nsc_decoder *d = decoder(true);

	for (size_t i = 0; i < 4; i++) {
		struct made m = {.n = 0};
		struct nsc_packet p;

		put_ip4(&m, 6, 28, 1, 0, false);
		put(&m, (uint8_t[20]){1, 0, 2, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0x70, 0x02}, 20);
		put(&m, options[i], 8);
		ck_assert_int_eq(decode_raw(d, &m, &p), NSC_DECODED_IP);
		ck_assert_uint_eq(p.mss, 0);
		ck_assert_uint_eq(p.flags, 0);
	}
	nsc_decoder_free(d);
}
END_TEST

START_TEST(icmp_has_no_ports_but_an_identifier)
{
	struct nsc_decoder *d = decoder(true);
	struct made m = {.n = 0};
	struct nsc_packet p;

	put_ip4(&m, 1, 8, 1, 0, false);
	put(&m, (uint8_t[]){8, 0, 0, 0, 0x12, 0x34, 0, 1}, 8);
	ck_assert_int_eq(decode_raw(d, &m, &p), NSC_DECODED_IP);
	ck_assert_uint_eq(p.sport | p.dport, 0);
	ck_assert_uint_eq(p.icmp_id, 0x1234);
	ck_assert_uint_eq(p.flags, 0);

	m.b[20] = 3;
	ck_assert_int_eq(decode_raw(d, &m, &p), NSC_DECODED_IP);
	ck_assert_uint_eq(p.flags, NSC_PACKET_ICMP_ERROR);
	nsc_decoder_free(d);
}
END_TEST

RUN_TESTS("decode", NULL, NULL,
	  ROWS(row_1_5_link_types_and_headers_as_tshark_reads_them, sizeof captures / sizeof captures[0]),
	  ONCE(padding_is_no_payload), ONCE(length_zero_is_the_frame_less_its_link_header),
	  ONCE(jumbo_payload_option), ONCE(tag_that_the_device_took_off),
	  ONCE(headers_that_cannot_be_are_malformed), ONCE(cut_transport_headers),
	  ONCE(impossible_transport_lengths), ONCE(options_that_lie_about_their_length),
	  ONCE(icmp_has_no_ports_but_an_identifier))
