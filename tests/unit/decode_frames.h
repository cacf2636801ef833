/* SPDX-License-Identifier: MIT */
/* What the decoder's tests share: captures with tshark's reading, packets made by hand. */
#ifndef TESTS_UNIT_DECODE_FRAMES_H
#define TESTS_UNIT_DECODE_FRAMES_H

#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decode/decode.h"
#include "source/file.h"

enum { COLUMNS = 23, LINE = 32768 };

static inline FILE *
golden_open(const char *name, const char *suffix, char path[512])
{
	const char *dir = getenv("srcdir");

	snprintf(path, 512, "%s/tests/golden/decode/%s%s", dir != NULL ? dir : ".", name, suffix);
	return fopen(path, "r");
}

static inline struct nsc_decoder *
decoder(bool decapsulate)
{
	struct nsc_decode_config cfg = {.decapsulate = decapsulate, .key = {{1, 2}}};
	struct nsc_decoder *d;

	ck_assert_int_eq(nsc_decoder_new(&d, &cfg), 0);
	return d;
}

/* "-" where the packet has none, else the number. */
static inline const char *
number(char text[32], bool there, uint32_t value)
{
	snprintf(text, 32, "%" PRIu32, value);
	return there ? text : "-";
}

static inline const char *
edges(char text[64], const struct nsc_packet *p, int side)
{
	int n = 0;

	for (unsigned i = 0; i < p->sacks; i++)
		n += snprintf(text + n, 64 - (size_t)n, "%s%" PRIu32, i > 0 ? "," : "",
			      p->sack[i][side]);
	return n > 0 ? text : "-";
}

/* The packet in the columns of tests/golden/decode.py. */
static inline void
describe(char *line, size_t size, unsigned no, const struct nsc_packet *p)
{
	char src[NSC_ADDR_TEXT], dst[NSC_ADDR_TEXT], t[12][32], l[64], r[64];
	bool tcp = p->proto == NSC_PROTO_TCP, udp = p->proto == NSC_PROTO_UDP;
	bool icmp = p->proto == NSC_PROTO_ICMP || p->proto == NSC_PROTO_ICMP6;
	bool ts = (p->flags & NSC_PACKET_TIMESTAMPS) != 0;

	nsc_addr_text(&p->src, src);
	nsc_addr_text(&p->dst, dst);
	snprintf(line, size,
		 "%u\t%u\t%s\t%s\t%u\t%u\t%u\t%" PRIu32
		 "\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s",
		 no, p->version, src, dst, p->proto, p->sport, p->dport, p->octets,
		 number(t[0], p->flags & NSC_PACKET_VLAN, p->vlan),
		 number(t[1], p->flags & NSC_PACKET_VNI, p->vni),
		 number(t[2], tcp || udp, p->payload_len), number(t[3], icmp, p->icmp_type),
		 number(t[4], icmp, p->icmp_code), number(t[5], tcp, p->tcp_flags),
		 number(t[6], tcp, p->seq), number(t[7], tcp, p->ack),
		 number(t[8], tcp, p->window), number(t[9], p->mss > 0, p->mss),
		 number(t[10], p->flags & NSC_PACKET_WSCALE, p->wscale),
		 number(t[11], ts, p->tsval), ts ? number((char[32]){0}, true, p->tsecr) : "-",
		 edges(l, p, 0), edges(r, p, 1));
}

/* Every packet of a capture, and every field of it, as tshark reads it. */
static inline void
compare_with_tshark(const char *name)
{
	char path[512], err[NSC_ERR], *want = malloc(LINE), got[1024];
	struct nsc_decoder *d = decoder(true);
	struct nsc_frame frames[8];
	struct nsc_source *s;
	unsigned no = 0;
	int n;
	FILE *f = golden_open(name, ".txt", path);

	ck_assert_msg(f != NULL && want != NULL, "%s", path);
	snprintf(path + strlen(path) - 4, 8, ".pcap");
	ck_assert_msg(nsc_file_open(&s, path, err) == 0, "%s", path);
	while ((n = s->ops->batch(s, frames, 8, err)) > 0) {
		for (int i = 0; i < n; i++) {
			struct nsc_packet p;

			memset(&p, 0xa5, sizeof p);
			ck_assert_ptr_nonnull(fgets(want, LINE, f));
			want[strcspn(want, "\n")] = '\0';
			ck_assert_msg(nsc_decode(d, &frames[i], &p) == NSC_DECODED_IP,
				      "%s: frame %s", name, want);
			describe(got, sizeof got, ++no, &p);
			ck_assert_msg(strcmp(got, want) == 0, "%s\n got %s\nwant %s", name, got,
				      want);
			ck_assert_uint_eq(p.payload_caplen, p.payload_len);
		}
		nsc_decoder_batch(d);
	}
	ck_assert_int_eq(n, 0);
	ck_assert_ptr_null(fgets(want, LINE, f));
	ck_assert_uint_gt(no, 0);
	fclose(f);
	free(want);
	nsc_source_close(s);
	nsc_decoder_free(d);
}

/* A packet under construction. */
struct made {
	uint8_t b[2048];
	uint32_t n;
};

static inline void
put(struct made *m, const void *data, size_t len)
{
	memcpy(m->b + m->n, data, len);
	m->n += (uint32_t)len;
}

static inline void
put16(struct made *m, unsigned v)
{
	put(m, (uint8_t[]){(uint8_t)(v >> 8), (uint8_t)v}, 2);
}

/* From 192.0.2.1 to 198.51.100.7; offset in octets. */
static inline void
put_ip4(struct made *m, uint8_t proto, unsigned payload, unsigned id, unsigned offset, bool more)
{
	put16(m, 0x4500);
	put16(m, 20 + payload);
	put16(m, id);
	put16(m, offset / 8 | (more ? 0x2000u : 0));
	put(m, (uint8_t[]){64, proto, 0, 0, 192, 0, 2, 1, 198, 51, 100, 7}, 12);
}

/* From 2001:db8::1 to 2001:db8::2. */
static inline void
put_ip6(struct made *m, uint8_t next, unsigned payload)
{
	put16(m, 0x6000);
	put16(m, 0);
	put16(m, payload);
	put(m, (uint8_t[]){next, 64}, 2);
	put(m, (uint8_t[]){0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 16);
	put(m, (uint8_t[]){0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2}, 16);
}

static inline void
put_udp(struct made *m, unsigned sport, unsigned dport, unsigned len)
{
	put16(m, sport);
	put16(m, dport);
	put16(m, len);
	put16(m, 0);
}

static inline struct nsc_frame
frame_of(const struct made *m, uint16_t link)
{
	return (struct nsc_frame){.data = m->b, .caplen = m->n, .len = m->n, .link = link,
				  .time = 1000000000};
}

enum { RAW = 101, ETHERNET = 1 };

static inline enum nsc_decoded
decode_raw(struct nsc_decoder *d, const struct made *m, struct nsc_packet *p)
{
	static struct nsc_frame f;

	f = frame_of(m, RAW);
	return nsc_decode(d, &f, p);
}

#endif
