/* SPDX-License-Identifier: MIT */
/* Tunnels: against tshark, and what must not be taken for one. */
#include "decode_frames.h"
#include "suite.h"

START_TEST(row_1_5_tunnels_as_tshark_reads_them)
{
	compare_with_tshark("tunnels");
}
END_TEST

START_TEST(kinds_of_tunnel)
{
	/* frames of tests/golden/decode.py, in its order */
	static const uint8_t want[] = {
		NSC_TUNNEL_IPIP, NSC_TUNNEL_6IN4, NSC_TUNNEL_4IN6, NSC_TUNNEL_6IN6,
		NSC_TUNNEL_GRE, NSC_TUNNEL_GRE, NSC_TUNNEL_GRE, NSC_TUNNEL_GRE, NSC_TUNNEL_GRE,
		NSC_TUNNEL_GRE, NSC_TUNNEL_GRE, NSC_TUNNEL_GRE, NSC_TUNNEL_VXLAN,
		NSC_TUNNEL_VXLAN, NSC_TUNNEL_VXLAN, NSC_TUNNEL_GENEVE, NSC_TUNNEL_GENEVE,
		NSC_TUNNEL_GENEVE, NSC_TUNNEL_GTPU, NSC_TUNNEL_GTPU, NSC_TUNNEL_GTPU,
		NSC_TUNNEL_GTPU, NSC_TUNNEL_GRE,
	};
	char path[512], err[NSC_ERR];
	struct nsc_decoder *d = decoder(true), *off = decoder(false);
	struct nsc_frame f;
	struct nsc_source *s;
	unsigned n = 0;

	fclose(golden_open("tunnels", ".pcap", path));
	ck_assert_int_eq(nsc_file_open(&s, path, err), 0);
	while (s->ops->batch(s, &f, 1, err) > 0) {
		struct nsc_packet p;

		ck_assert_int_eq(nsc_decode(d, &f, &p), NSC_DECODED_IP);
		ck_assert_uint_eq(p.tunnel, want[n++]);
		/* Decapsulate false: the outer packet stays, an outer address in it */
		ck_assert_int_eq(nsc_decode(off, &f, &p), NSC_DECODED_IP);
		ck_assert_uint_eq(p.tunnel, NSC_TUNNEL_NONE);
		ck_assert(p.src.b[12] == 192 || p.src.b[0] == 0x20);
	}
	ck_assert_uint_eq(n, sizeof want);
	ck_assert_uint_eq(nsc_decoder_stats(d)->tunnels, n);
	ck_assert_uint_eq(nsc_decoder_stats(off)->tunnels, 0);
	nsc_source_close(s);
	nsc_decoder_free(d);
	nsc_decoder_free(off);
}
END_TEST

START_TEST(a_port_alone_is_no_tunnel)
{
	static const unsigned ports[] = {2152, 4789, 6081, 6635, 8472};
	static const char *const payloads[] = {
		"\x08\0\0\0\0\0\1\0not an Ethernet frame at all, but long enough for one....",
		"\x30\xff\0\x20\0\0\0\1" "Eh\0\x09 is no IP header either; its length is wrong..",
		"\0\0\x08\0\0\0\1\0" "E\0\0\x05tooshort........................................",
		"\0",
	};
	struct nsc_decoder *d = decoder(true);

	for (size_t i = 0; i < 5; i++) {
		for (size_t k = 0; k < 4; k++) {
			unsigned len = k < 3 ? 60 : 1;
			struct made m = {.n = 0};
			struct nsc_packet p;

			put_ip4(&m, 17, 8 + len, 1, 0, false);
			put_udp(&m, 1000, ports[i], 8 + len);
			put(&m, payloads[k], len < 56 ? len : 56);
			put(&m, "....", len < 56 ? 0 : 4);
			ck_assert_int_eq(decode_raw(d, &m, &p), NSC_DECODED_IP);
			ck_assert_msg(p.tunnel == NSC_TUNNEL_NONE, "%u %zu", ports[i], k);
			ck_assert_uint_eq(p.dport, ports[i]);
			ck_assert_uint_eq(p.octets, 28 + len);
		}
	}
	nsc_decoder_free(d);
}
END_TEST

/* 192.0.2.1 over and over, as many layers as asked for, TCP inside. */
static void
nest(struct made *m, unsigned layers)
{
	unsigned len = layers * 20 + 20;

	for (unsigned i = 1; i <= layers; i++)
		put_ip4(m, i < layers ? 4 : 6, len -= 20, i, 0, false);
	put(m, (uint8_t[20]){1, 0, 2, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0x50, 0x10}, 20);
}

START_TEST(eight_layers_and_no_more)
{
	struct nsc_decoder *d = decoder(true);

	for (unsigned layers = 1; layers <= 20; layers++) {
		struct made m = {.n = 0};
		struct nsc_packet p;

		nest(&m, layers);
		ck_assert_int_eq(decode_raw(d, &m, &p), NSC_DECODED_IP);
		ck_assert_uint_eq(p.ip_id, layers < 8 ? layers : 8);
		ck_assert_uint_eq(p.proto, layers <= 8 ? 6 : 4);
		ck_assert_uint_eq(p.octets, (layers <= 8 ? 1 : layers - 7) * 20 + 20);
		ck_assert_uint_eq(p.sport, layers <= 8 ? 256 : 0);
	}
	ck_assert_uint_eq(nsc_decoder_stats(d)->depth_exceeded, 12);
	nsc_decoder_free(d);
}
END_TEST

/* The inner packet is counted whole with the first; the rest is a portless outer flow. */
START_TEST(tunnel_in_fragments)
{
	struct nsc_decoder *d = decoder(true);
	struct made m = {.n = 0};
	struct nsc_packet p;

	put_ip4(&m, 47, 4 + 20 + 8 + 16, 9, 0, true);
	put(&m, (uint8_t[]){0, 0, 8, 0}, 4);
	put_ip4(&m, 17, 8 + 100, 1, 0, false);
	put_udp(&m, 7, 8, 108);
	put(&m, "0123456789abcdef", 16);
	ck_assert_int_eq(decode_raw(d, &m, &p), NSC_DECODED_IP);
	ck_assert_uint_eq(p.tunnel, NSC_TUNNEL_GRE);
	ck_assert_uint_eq(p.octets, 128);
	ck_assert_uint_eq(p.dport, 8);
	ck_assert_uint_eq(p.flags, 0);
	ck_assert_uint_eq(p.payload_len, 100);
	ck_assert_uint_eq(p.payload_caplen, 16);

	m.n = 0;
	put_ip4(&m, 47, 84, 9, 48, false);
	memset(m.b + m.n, 'x', 84);
	m.n += 84;
	ck_assert_int_eq(decode_raw(d, &m, &p), NSC_DECODED_IP);
	ck_assert_uint_eq(p.proto, 47);
	ck_assert_uint_eq(p.tunnel, NSC_TUNNEL_NONE);
	ck_assert_uint_eq(p.octets, 104);
	ck_assert_uint_eq(p.sport | p.dport, 0);
	nsc_decoder_free(d);
}
END_TEST

RUN_SUITE("tunnel", row_1_5_tunnels_as_tshark_reads_them, kinds_of_tunnel,
	  a_port_alone_is_no_tunnel, eight_layers_and_no_more, tunnel_in_fragments)
