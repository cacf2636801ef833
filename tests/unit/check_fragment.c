/* SPDX-License-Identifier: MIT */
/* Fragments: ports, credits, reassembly of UDP, overlaps, limits in number, memory and time. */
#include "decode_frames.h"
#include "suite.h"

#define SECOND 1000000000ull

/* One fragment of a UDP datagram whose octets at `offset` are text, from 192.0.2.1. */
static enum nsc_decoded
fragment_at(struct nsc_decoder *d, uint64_t time, uint8_t proto, unsigned id, unsigned offset,
	    const void *data, unsigned len, bool more, struct nsc_packet *p)
{
	static struct made m[4];
	static struct nsc_frame f[4];
	static unsigned turn;
	unsigned i = turn++ % 4;

	m[i].n = 0;
	put_ip4(&m[i], proto, len, id, offset, more);
	put(&m[i], data, len);
	f[i] = frame_of(&m[i], RAW);
	f[i].time = time;
	return nsc_decode(d, &f[i], p);
}

static uint8_t datagram[64];	/* port 53 to 4096, 64 octets */

static void
setup(void)
{
	struct made m = {.n = 0};

	put_udp(&m, 53, 4096, 64);
	memcpy(datagram, m.b, 8);
	for (uint8_t i = 8; i < 64; i++)
		datagram[i] = (uint8_t)(i * 7);
}

START_TEST(row_1_24_fragmented_dns_answers_as_tshark_reassembles_them)
{
	char path[512], err[NSC_ERR], *line = malloc(LINE);
	FILE *want = golden_open("fragments", ".txt", path);
	struct nsc_decoder *d = decoder(true);
	unsigned no = 0, whole = 0;
	struct nsc_source *s;
	struct nsc_frame f;
	struct nsc_packet p;

	ck_assert(want != NULL && line != NULL);
	snprintf(path + strlen(path) - 4, 8, ".pcap");
	ck_assert_int_eq(nsc_file_open(&s, path, err), 0);
	while (s->ops->batch(s, &f, 1, err) > 0) {
		enum nsc_decoded what = nsc_decode(d, &f, &p);
		unsigned frame;
		char *hex;

		no++;
		if (what == NSC_DECODED_HELD || p.payload == NULL)
			continue;
		ck_assert_ptr_nonnull(fgets(line, LINE, want));
		frame = (unsigned)strtoul(line, &hex, 10);
		ck_assert_uint_eq(frame, no);
		ck_assert_uint_eq(strcspn(++hex, "\n"), p.payload_len * 2);
		for (uint32_t i = 0; i < p.payload_len; i++) {
			unsigned v;

			ck_assert_int_eq(sscanf(hex + i * 2, "%2x", &v), 1);
			ck_assert_uint_eq(p.payload[i], v);
		}
		ck_assert_uint_eq(p.sport, 53);
		ck_assert_uint_eq(p.dport, 33333);
		ck_assert_uint_eq(p.proto, 17);
		/* datagrams 2 and 4 came last fragment first */
		ck_assert_uint_eq(p.credit_packets, whole % 2 ? 2 : 0);
		nsc_decoder_batch(d);
		whole++;
	}
	ck_assert_uint_eq(whole, 4);
	ck_assert_uint_eq(nsc_decoder_stats(d)->fragments, 12);
	ck_assert_uint_eq(nsc_decoder_stats(d)->fragments_evicted, 0);
	ck_assert(!nsc_decode_orphan(d, 0, true, &p));
	fclose(want);
	free(line);
	nsc_source_close(s);
	nsc_decoder_free(d);
}
END_TEST

/* In order, the first one last, its header in three of them, IPv6, and one that lacks its end. */
START_TEST(row_1_24_fragmented_segments_as_tshark_reassembles_them)
{
	char path[512], err[NSC_ERR], *line = malloc(LINE);
	FILE *want = golden_open("segments", ".txt", path);
	struct nsc_decoder *d = decoder(true);
	const uint32_t unreadable = NSC_PACKET_LATER | NSC_PACKET_PART;
	unsigned no = 0, whole = 0, packets = 0;
	struct nsc_source *s;
	struct nsc_frame f;
	struct nsc_packet p;

	ck_assert(want != NULL && line != NULL);
	snprintf(path + strlen(path) - 4, 8, ".pcap");
	ck_assert_int_eq(nsc_file_open(&s, path, err), 0);
	while (s->ops->batch(s, &f, 1, err) > 0) {
		enum nsc_decoded what = nsc_decode(d, &f, &p);
		char *hex;

		no++;
		if (what == NSC_DECODED_HELD)
			continue;
		packets += 1 + p.credit_packets;
		ck_assert_uint_eq(p.proto, 6);
		ck_assert_uint_eq(p.dport, 80);
		ck_assert_int_eq(p.payload == NULL, (p.flags & unreadable) != 0);
		if (p.payload == NULL)
			continue;
		ck_assert_ptr_nonnull(fgets(line, LINE, want));
		ck_assert_uint_eq(strtoul(line, &hex, 10), no);
		hex++;
		for (uint32_t i = 0; i < p.payload_len; i++) {
			unsigned v = 256;

			if (sscanf(hex + i * 2, "%2x", &v) != 1 || p.payload[i] != v)
				ck_abort_msg("frame %u, octet %u", no, i);
		}
		ck_assert_uint_eq(strtoul(hex + p.payload_len * 2, NULL, 10), p.seq);
		ck_assert_uint_eq(p.ack, 5);
		ck_assert_uint_eq(p.tcp_flags, NSC_TCP_PSH | NSC_TCP_ACK);
		ck_assert_uint_eq(p.tsval, 7);
		ck_assert_uint_eq(p.payload_caplen, p.payload_len);
		nsc_decoder_batch(d);
		whole++;
	}
	ck_assert_uint_eq(whole, 4);
	ck_assert_ptr_null(fgets(line, LINE, want));
	ck_assert_uint_eq(packets, no);
	fclose(want);
	free(line);
	nsc_source_close(s);
	nsc_decoder_free(d);
}
END_TEST

START_TEST(later_fragments_have_the_ports_of_the_first)
{
	struct nsc_decoder *d = decoder(true);
	struct nsc_packet p;

	ck_assert_int_eq(fragment_at(d, SECOND, 6, 1, 0, datagram, 24, true, &p), NSC_DECODED_IP);
	ck_assert_uint_eq(p.sport, 53);
	ck_assert_uint_eq(p.flags, NSC_PACKET_FRAGMENT | NSC_PACKET_PART);
	ck_assert_int_eq(fragment_at(d, SECOND, 6, 1, 24, datagram, 40, true, &p),
			 NSC_DECODED_IP);
	ck_assert_uint_eq(p.sport, 53);
	ck_assert_uint_eq(p.dport, 4096);
	ck_assert_uint_eq(p.octets, 60);
	ck_assert_ptr_null(p.payload);	/* the end is missing */
	ck_assert_uint_eq(p.flags, NSC_PACKET_FRAGMENT | NSC_PACKET_LATER);
	nsc_decoder_free(d);
}
END_TEST

/* Every order of three fragments: one payload, all octets counted once. */
START_TEST(row_1_24_any_order)
{
	static const int orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
					 {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
	struct nsc_decoder *d = decoder(true);

	for (unsigned o = 0; o < 6; o++) {
		unsigned packets = 0, octets = 0, payloads = 0;

		for (unsigned i = 0; i < 3; i++) {
			unsigned at = (unsigned)orders[o][i] * 24, len = at == 48 ? 16 : 24;
			struct nsc_packet p;

			if (fragment_at(d, SECOND, 17, o, at, datagram + at, len, at < 48, &p) ==
			    NSC_DECODED_HELD)
				continue;
			packets += 1 + p.credit_packets;
			octets += p.octets + p.credit_octets;
			ck_assert_uint_eq(p.dport, 4096);
			if (p.payload == NULL)
				continue;
			payloads++;
			ck_assert_int_eq(i, 2);
			ck_assert_uint_eq(p.payload_len, 56);
			ck_assert_mem_eq(p.payload, datagram + 8, 56);
		}
		ck_assert_uint_eq(packets, 3);
		ck_assert_uint_eq(octets, 3 * 20 + 64);
		ck_assert_uint_eq(payloads, 1);
	}
	nsc_decoder_free(d);
}
END_TEST

START_TEST(row_1_24_overlap_is_counted_and_not_read)
{
	struct nsc_decoder *d = decoder(true);
	struct nsc_packet p;

	/* teardrop: the second lies inside the first, with other octets */
	fragment_at(d, SECOND, 17, 1, 0, datagram, 40, true, &p);
	fragment_at(d, SECOND, 17, 1, 24, datagram, 8, false, &p);
	ck_assert_ptr_null(p.payload);
	ck_assert_uint_eq(nsc_decoder_stats(d)->fragments_overlap, 1);
	fragment_at(d, SECOND, 17, 1, 40, datagram + 40, 24, false, &p);
	ck_assert_ptr_null(p.payload);
	ck_assert_uint_eq(p.dport, 4096);

	/* the same fragment captured twice is none */
	fragment_at(d, SECOND, 17, 2, 0, datagram, 40, true, &p);
	fragment_at(d, SECOND, 17, 2, 0, datagram, 40, true, &p);
	fragment_at(d, SECOND, 17, 2, 40, datagram + 40, 24, false, &p);
	ck_assert_uint_eq(p.payload_len, 56);
	ck_assert_uint_eq(nsc_decoder_stats(d)->fragments_overlap, 1);

	/* two different ends */
	fragment_at(d, SECOND, 17, 3, 40, datagram + 40, 24, false, &p);
	fragment_at(d, SECOND, 17, 3, 64, datagram, 24, false, &p);
	fragment_at(d, SECOND, 17, 3, 0, datagram, 40, true, &p);
	ck_assert_ptr_null(p.payload);
	ck_assert_uint_eq(nsc_decoder_stats(d)->fragments_overlap, 2);

	/* ping of death: behind 65535 */
	fragment_at(d, SECOND, 17, 4, 65528, datagram, 40, false, &p);
	fragment_at(d, SECOND, 17, 4, 0, datagram, 40, true, &p);
	ck_assert_ptr_null(p.payload);
	nsc_decoder_free(d);
}
END_TEST

START_TEST(row_1_24_orphans_after_30_seconds)
{
	struct nsc_decoder *d = decoder(true);
	struct nsc_packet p;

	ck_assert_int_eq(fragment_at(d, SECOND, 17, 1, 24, datagram, 8, true, &p),
			 NSC_DECODED_HELD);
	ck_assert_int_eq(fragment_at(d, SECOND * 2, 17, 1, 32, datagram, 8, false, &p),
			 NSC_DECODED_HELD);
	ck_assert(!nsc_decode_orphan(d, 31 * SECOND - 1, false, &p));
	ck_assert(nsc_decode_orphan(d, 31 * SECOND, false, &p));
	ck_assert_uint_eq(p.credit_packets, 2);
	ck_assert_uint_eq(p.credit_octets, 56);
	ck_assert_uint_eq(p.octets, 0);
	ck_assert_uint_eq(p.time, SECOND);
	ck_assert_uint_eq(p.proto, 17);
	ck_assert_uint_eq(p.sport | p.dport, 0);
	ck_assert(p.flags & NSC_PACKET_NO_PORTS);
	ck_assert_ptr_nonnull(p.frame);
	ck_assert(!nsc_decode_orphan(d, 31 * SECOND, true, &p));
	ck_assert_uint_eq(nsc_decoder_stats(d)->fragments_evicted, 1);

	/* the first one, too late: a datagram of its own */
	ck_assert_int_eq(fragment_at(d, 32 * SECOND, 17, 1, 0, datagram, 24, true, &p),
			 NSC_DECODED_IP);
	ck_assert_uint_eq(p.credit_packets, 0);
	nsc_decoder_free(d);
}
END_TEST

START_TEST(row_1_24_4096_datagrams_at_once)
{
	struct nsc_decoder *d = decoder(true);
	struct nsc_packet p;	/* of SCTP, whose octets are not kept */

	for (unsigned i = 0; i < 4096; i++)
		fragment_at(d, SECOND, 132, i, 0, datagram, 24, true, &p);
	ck_assert_uint_eq(nsc_decoder_stats(d)->fragments_evicted, 0);
	for (unsigned i = 0; i < 4096; i++) {
		fragment_at(d, SECOND, 132, i, 24, datagram, 8, true, &p);
		ck_assert_uint_eq(p.sport, 53);
	}
	fragment_at(d, SECOND, 132, 5000, 0, datagram, 24, true, &p);
	ck_assert_uint_eq(nsc_decoder_stats(d)->fragments_evicted, 1);
	/* the oldest went */
	ck_assert_int_eq(fragment_at(d, SECOND, 132, 0, 32, datagram, 8, true, &p),
			 NSC_DECODED_HELD);
	ck_assert_int_eq(fragment_at(d, SECOND, 132, 2, 32, datagram, 8, true, &p),
			 NSC_DECODED_IP);
	nsc_decoder_free(d);
}
END_TEST

/* A flood of later fragments, whose orphans nobody fetches: every octet is counted once. */
START_TEST(flood_of_orphans)
{
	enum { FLOOD = 20000 };
	struct nsc_decoder *d = decoder(true);
	uint64_t packets = 0, octets = 0;
	struct nsc_packet p;

	for (unsigned i = 0; i < FLOOD; i++) {
		if (fragment_at(d, SECOND + i, 17, i, 24, datagram, 8, true, &p) ==
		    NSC_DECODED_HELD)
			continue;
		ck_assert(p.flags & NSC_PACKET_NO_PORTS);
		packets++;
		octets += p.octets;
	}
	while (nsc_decode_orphan(d, 0, true, &p)) {
		packets += p.credit_packets;
		octets += p.credit_octets;
	}
	ck_assert_uint_eq(packets, FLOOD);
	ck_assert_uint_eq(octets, FLOOD * 28);
	ck_assert_uint_eq(nsc_decoder_stats(d)->fragments_evicted, FLOOD);
	nsc_decoder_free(d);
}
END_TEST

/* 256 KiB for datagrams of 60 KiB: the newest is read, the oldest ones were given up. */
START_TEST(memory_is_bounded)
{
	struct nsc_decode_config cfg = {.decapsulate = true, .fragment_memory = 1 << 18};
	static uint8_t big[1400];
	struct nsc_decoder *d;
	struct nsc_packet p;
	unsigned payloads = 0;

	ck_assert_int_eq(nsc_decoder_new(&d, &cfg), 0);
	for (unsigned id = 0; id < 20; id++) {
		memcpy(big, (uint8_t[]){0, 53, 16, 0, 0, 0}, 6);
		for (unsigned at = 0; at < 43 * 1400; at += 1400)
			fragment_at(d, SECOND, 17, id, at, big, 1400, true, &p);
	}
	ck_assert_uint_eq(nsc_decoder_stats(d)->fragments_evicted, 17);
	for (unsigned id = 0; id < 20; id++) {
		fragment_at(d, SECOND, 17, id, 43 * 1400, big, 8, false, &p);
		ck_assert_uint_eq(p.sport, 53);
		payloads += p.payload != NULL;
		if (p.payload != NULL)
			ck_assert_uint_eq(p.payload_len, 43 * 1400);
		nsc_decoder_batch(d);
	}
	ck_assert_uint_eq(payloads, 3);
	nsc_decoder_free(d);
}
END_TEST

START_TEST(atomic_fragment_is_a_packet)
{
	struct nsc_decoder *d = decoder(true);
	struct made m = {.n = 0};
	struct nsc_packet p;

	put_ip6(&m, 44, 8 + 12);	/* RFC 6946 */
	put(&m, (uint8_t[]){17, 0, 0, 0, 0, 0, 0, 9}, 8);
	put_udp(&m, 1, 2, 12);
	put(&m, "abcd", 4);
	ck_assert_int_eq(decode_raw(d, &m, &p), NSC_DECODED_IP);
	ck_assert_uint_eq(p.flags, 0);
	ck_assert_uint_eq(p.payload_len, 4);
	ck_assert_uint_eq(p.octets, 60);
	ck_assert_uint_eq(nsc_decoder_stats(d)->fragments, 0);
	nsc_decoder_free(d);
}
END_TEST

START_TEST(icmp_fragments_wait_for_nothing)
{
	struct nsc_decoder *d = decoder(true);
	struct nsc_packet p;

	ck_assert_int_eq(fragment_at(d, SECOND, 1, 1, 24, datagram, 8, false, &p), NSC_DECODED_IP);
	ck_assert_uint_eq(p.proto, 1);
	ck_assert_uint_eq(p.octets, 28);
	ck_assert(!nsc_decode_orphan(d, 0, true, &p));
	nsc_decoder_free(d);
}
END_TEST

RUN_TESTS("fragment", setup, NULL,
	  ONCE(row_1_24_fragmented_dns_answers_as_tshark_reassembles_them),
	  ONCE(row_1_24_fragmented_segments_as_tshark_reassembles_them),
	  ONCE(later_fragments_have_the_ports_of_the_first), ONCE(row_1_24_any_order),
	  ONCE(row_1_24_overlap_is_counted_and_not_read),
	  ONCE(row_1_24_orphans_after_30_seconds), ONCE(row_1_24_4096_datagrams_at_once),
	  ONCE(flood_of_orphans), ONCE(memory_is_bounded),
	  ONCE(atomic_fragment_is_a_packet), ONCE(icmp_fragments_wait_for_nothing))
