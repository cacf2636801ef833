/* SPDX-License-Identifier: MIT */
/* Captures in every form that is read, and what is read from them. */
#include <errno.h>
#include <pthread.h>
#include <sys/stat.h>

#include <zlib.h>
#include <zstd.h>

#include "captures.h"
#include "suite.h"

static char folder[64];
static struct capture c;

static void
begin(void)
{
	strcpy(folder, "/tmp/check_file.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	c = (struct capture){.b = NULL};
}

static void
end(void)
{
	char command[128];

	free(c.b);
	snprintf(command, sizeof command, "rm -r %s", folder);
	ck_assert_int_eq(system(command), 0);
}

static const char *
in_folder(const char *name)
{
	static char path[128];

	snprintf(path, sizeof path, "%s/%s", folder, name);
	return path;
}

enum packing { PLAIN, GZIP, ZSTD, PACKINGS };

static struct nsc_source *
open_packed(enum packing p)
{
	struct nsc_source *s = NULL;
	char err[NSC_ERR] = "";
	const char *path = in_folder("capture");

	if (p == PLAIN) {
		write_file(path, c.b, c.n);
	} else if (p == GZIP) {
		gzFile f = gzopen(path, "wb");

		ck_assert_int_eq(gzwrite(f, c.b, (unsigned)c.n), (int)c.n);
		ck_assert_int_eq(gzclose(f), Z_OK);
	} else {
		size_t room = ZSTD_compressBound(c.n), n;
		void *to = malloc(room);

		n = ZSTD_compress(to, room, c.b, c.n, 3);
		ck_assert(!ZSTD_isError(n));
		write_file(path, to, n);
		free(to);
	}
	ck_assert_msg(nsc_file_open(&s, path, err) == 0, "%s", err);
	return s;
}

static int
batch(struct nsc_source *s, struct nsc_frame *frames, int max)
{
	char err[NSC_ERR] = "";
	int n = s->ops->batch(s, frames, max, err);

	ck_assert_msg(n >= 0, "%s", err);
	return n;
}

START_TEST(test_pcap)
{
	static const struct {
		uint32_t magic;
		uint64_t unit;
		bool longer;
	} kinds[] = {{0xa1b2c3d4, 1000, false}, {0xa1b23c4d, 1, false}, {0xa1b2cd34, 1000, true}};
	uint32_t magic = kinds[_i / 2 % 3].magic, sizes[3] = {60, 0, 1514};
	struct nsc_source_stats st;
	struct nsc_frame f[8];
	struct nsc_source *s;

	c.big = _i % 2;
	pcap_header(&c, magic, 4, 1);
	for (uint32_t i = 0; i < 3; i++) {
		pcap_record(&c, 0xf0000000, 999999 - i, sizes[i], sizes[i] + i);
		if (kinds[_i / 2 % 3].longer) {		/* its header has eight octets more */
			c.n -= sizes[i];
			put_fill(&c, 0xdd, 8);
			put_fill(&c, (uint8_t)sizes[i], sizes[i]);
		}
	}
	s = open_packed((enum packing)(_i / 6));
	ck_assert_int_eq(nsc_file_link(s), 1);
	ck_assert_int_eq(s->ops->fd(s), -1);
	ck_assert_int_eq(batch(s, f, 8), 3);
	for (uint32_t i = 0; i < 3; i++) {
		ck_assert_uint_eq(f[i].time, UINT64_C(0xf0000000) * 1000000000 +
						     (999999 - i) * kinds[_i / 2 % 3].unit);
		ck_assert_uint_eq(f[i].caplen, sizes[i]);
		ck_assert_uint_eq(f[i].len, sizes[i] + i);
		ck_assert_uint_eq(f[i].link, 1);
		ck_assert_uint_eq(f[i].iface | f[i].flags | f[i].gso_size | f[i].vlan_tci, 0);
		if (sizes[i] > 0)
			ck_assert_uint_eq(f[i].data[sizes[i] - 1], (uint8_t)sizes[i]);
	}
	ck_assert_int_eq(batch(s, f, 8), 0);
	ck_assert_int_eq(batch(s, f, 8), 0);
	s->ops->stats(s, &st);
	ck_assert_uint_eq(st.frames, 3);
	ck_assert_uint_gt(st.size, 0);
	ck_assert_uint_eq(st.offset, st.size);
	nsc_source_close(s);
}
END_TEST

/* The lengths stood the other way round until 2.2, and either way in 2.3. */
START_TEST(test_pcap_old_versions)
{
	struct nsc_frame f[4];
	struct nsc_source *s;

	for (unsigned minor = 2; minor <= 4; minor++) {
		c.n = 0;
		pcap_header(&c, 0xa1b2c3d4, minor, 1);
		put32(&c, 0), put32(&c, 0), put32(&c, 100), put32(&c, minor == 4 ? 200 : 60);
		put_fill(&c, 7, minor == 4 ? 100 : 60);
		s = open_packed(PLAIN);
		ck_assert_int_eq(batch(s, f, 4), 1);
		ck_assert_uint_eq(f[0].caplen, minor == 4 ? 100 : 60);
		ck_assert_uint_eq(f[0].len, minor == 4 ? 200 : 100);
		nsc_source_close(s);
	}
}
END_TEST

START_TEST(test_pcap_link)
{
	static const uint32_t pairs[][2] = {
		{1, 1}, {12, 101}, {14, 101}, {101, 101}, {113, 113}, {276, 276}, {0, 0},
		{0x14000001, 1}, {0x44000001, 1}, {228, 228}, {108, 108},
	};
	struct nsc_frame f;
	struct nsc_source *s;

	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		c.n = 0;
		pcap_header(&c, 0xa1b2c3d4, 4, pairs[i][0]);
		pcap_record(&c, 1, 1, 1, 1);
		s = open_packed(PLAIN);
		ck_assert_int_eq(nsc_file_link(s), (int)pairs[i][1]);
		ck_assert_int_eq(batch(s, &f, 1), 1);
		ck_assert_uint_eq(f.link, pairs[i][1]);
		nsc_source_close(s);
	}
}
END_TEST

/* What a file says is handed on: more captured than sent, more than the snap length. */
START_TEST(test_pcap_odd_lengths)
{
	struct nsc_frame f[4];
	struct nsc_source *s;

	pcap_header(&c, 0xa1b2c3d4, 4, 1);
	pcap_record(&c, 1, 1, 100, 60);
	pcap_record(&c, 1, 1500000, 70000, 70000);
	pcap_record(&c, 1, 0, 10, 0xffffffff);
	s = open_packed(PLAIN);
	ck_assert_int_eq(batch(s, f, 4), 3);
	ck_assert_uint_eq(f[0].caplen, 100);
	ck_assert_uint_eq(f[0].len, 60);
	ck_assert_uint_eq(f[1].caplen, 70000);
	ck_assert_uint_eq(f[1].time, UINT64_C(2500000000));
	ck_assert_uint_eq(f[2].len, 0xffffffff);
	nsc_source_close(s);
}
END_TEST

/* if_tsresol: powers of ten and of two; if_tsoffset: seconds.  Expected by hand. */
static const struct {
	uint8_t resolution;
	int64_t offset;
	uint64_t ticks, time;
} clocks[] = {
	{0xff, 0, 1234567890123456, 1234567890123456000}, {6, 0, 1, 1000},
	{9, 0, 1234567890123456789, 1234567890123456789}, {3, 0, 1500, 1500000000},
	{0, 0, 17, 17000000000}, {12, 0, 1999, 1}, {19, 0, 20000000000, 2},
	{0x80, 0, 3, 3000000000}, {0x81, 0, 3, 1500000000}, {0x80 | 20, 0, 1 << 19, 500000000},
	{0x80 | 30, 0, 5ull << 29, 2500000000}, {0x80 | 63, 0, 1ull << 62, 500000000},
	{0x80 | 10, 0, 1, 976562}, {6, 100, 1000000, 101000000000}, {6, -2, 3000000, 1000000000},
	{6, -4, 3000000, 0}, {0, 0, UINT64_MAX, UINT64_MAX}, {9, INT64_MAX, 1, UINT64_MAX},
	{9, INT64_MIN, 1, 0}, {9, 0, UINT64_MAX, UINT64_MAX},
};

START_TEST(test_pcapng_clock)
{
	for (int big = 0; big < 2; big++) {
		struct nsc_source *s;
		struct nsc_frame f;

		c.n = 0;
		ng_section(&c, big);
		ng_interface(&c, 1, 0, clocks[_i].resolution, clocks[_i].offset);
		ng_packet(&c, 0, clocks[_i].ticks, 5, 9);
		s = open_packed(PLAIN);
		ck_assert_int_eq(batch(s, &f, 1), 1);
		ck_assert_uint_eq(f.time, clocks[_i].time);
		ck_assert_uint_eq(f.caplen, 5);
		ck_assert_uint_eq(f.len, 9);
		nsc_source_close(s);
	}
}
END_TEST

START_TEST(test_pcapng_blocks)
{
	static const uint32_t others[] = {4, 5, 9, 10, 0xbad, 0x40000bad, 0x80000001, 0, 7};
	struct nsc_frame f[16];
	struct nsc_source *s;

	ng_section(&c, _i % 2);
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		ng_other(&c, others[i], 8 * i);
	ng_interface(&c, 1, 50, 6, 0);
	ng_interface(&c, 14, 0, 9, 0);
	ng_packet(&c, 1, 77, 3, 3);
	ng_other(&c, 5, 20);
	ng_packet(&c, 0, 77, 0, 0);
	ng_old_packet(&c, 1, 78, 7, 8);
	ng_simple_packet(&c, 13, 13);
	ng_simple_packet(&c, 50, 90);			/* cut at the snap length */
	ng_section(&c, !(_i % 2));			/* another order, other interfaces */
	ng_interface(&c, 113, 0, 3, 0);
	ng_packet(&c, 0, 77, 4, 4);
	ng_simple_packet(&c, 6, 6);
	s = open_packed((enum packing)(_i / 2));
	ck_assert_int_eq(nsc_file_link(s), -1);
	ck_assert_int_eq(batch(s, f, 16), 7);
	static const struct {
		uint64_t time;
		uint32_t caplen, len;
		uint16_t link;
	} want[7] = {
		{77, 3, 3, 101}, {77000, 0, 0, 1}, {78, 7, 8, 101}, {0, 13, 13, 1}, {0, 50, 90, 1},
		{77000000, 4, 4, 113}, {0, 6, 6, 113},
	};
	for (int i = 0; i < 7; i++) {
		ck_assert_uint_eq(f[i].time, want[i].time);
		ck_assert_uint_eq(f[i].caplen, want[i].caplen);
		ck_assert_uint_eq(f[i].len, want[i].len);
		ck_assert_uint_eq(f[i].link, want[i].link);
	}
	ck_assert_int_eq(nsc_file_link(s), 1);
	ck_assert_int_eq(batch(s, f, 16), 0);
	nsc_source_close(s);
}
END_TEST

/* DESIGN 4.1: a capture with only its header is fine. */
START_TEST(test_only_a_header)
{
	struct result r;

	pcap_header(&c, 0xa1b2c3d4, 4, 1);
	r = read_memory_capture(c.b, c.n);
	ck_assert_int_eq(r.opened | r.status, 0);
	c.n = 0;
	ng_section(&c, true);
	r = read_memory_capture(c.b, c.n);
	ck_assert_int_eq(r.opened | r.status, 0);
	ng_interface(&c, 1, 0, 6, 0);
	r = read_memory_capture(c.b, c.n);
	ck_assert_int_eq(r.opened | r.status, 0);
}
END_TEST

/* More than a window of packets, of all sizes up to the largest; none is copied. */
START_TEST(test_long)
{
	uint64_t octets = 0;
	unsigned packets = 0;
	struct nsc_frame f[2];
	struct nsc_source *s;
	struct result r;

	pcap_header(&c, 0xa1b2c3d4, 4, 1);
	for (uint32_t i = 0; i < 1500; i++, packets++) {
		uint32_t n = i % 500 == 499 ? NSC_CAPLEN_MAX : i % 1517;

		pcap_record(&c, i, i, n, n);
		octets += n;
	}
	s = open_packed((enum packing)_i);
	r = drain(0, s);
	ck_assert_int_eq(r.status, 0);
	ck_assert_uint_eq(r.frames, packets);
	ck_assert_uint_eq(r.octets, octets);
	s = open_packed((enum packing)_i);
	ck_assert_int_eq(batch(s, f, 2), 2);
	ck_assert_int_eq((int)(f[1].data - f[0].data), 16);
	nsc_source_close(s);
}
END_TEST

START_TEST(test_long_blocks)
{
	struct result r;

	ng_section(&c, false);
	ng_interface(&c, 1, 0, 6, 0);
	for (uint32_t i = 0; i < 40; i++) {
		ng_other(&c, 0xbad, 100000 * i % 1100000);
		ng_packet(&c, 0, i, NSC_CAPLEN_MAX, NSC_CAPLEN_MAX);
	}
	r = read_memory_capture(c.b, c.n);
	ck_assert_int_eq(r.opened | r.status, 0);
	ck_assert_uint_eq(r.frames, 40);
}
END_TEST

/* A pipe gives what it has: in pieces of one octet up to some, into standard input. */
static void *
dribble(void *arg)
{
	int fd = *(int *)arg;

	for (size_t at = 0, n = 1; at < c.n; at += n, n = n % 97 + 1) {
		if (n > c.n - at)
			n = c.n - at;
		ck_assert_int_eq((int)write(fd, c.b + at, n), (int)n);
	}
	close(fd);
	return NULL;
}

START_TEST(test_standard_input)
{
	int ends[2], saved = dup(STDIN_FILENO);
	pthread_t writer;
	struct result r;

	if (_i == 0)
		pcap_header(&c, 0xa1b2c3d4, 4, 1);
	else
		ng_section(&c, true);
	if (_i == 1)
		ng_interface(&c, 1, 0, 6, 0);
	for (uint32_t i = 0; i < 300; i++) {
		if (_i == 0)
			pcap_record(&c, i, i, i, i);
		else
			ng_packet(&c, 0, i, i, i);
	}
	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
	close(ends[0]);
	ck_assert_int_eq(pthread_create(&writer, NULL, dribble, &ends[1]), 0);
	r = read_path("-");
	pthread_join(writer, NULL);
	dup2(saved, STDIN_FILENO);
	close(saved);
	ck_assert_int_eq(r.opened | r.status, 0);
	ck_assert_uint_eq(r.frames, 300);
}
END_TEST

RUN_TESTS("file", begin, end, ROWS(test_pcap, 6 * PACKINGS), ONCE(test_pcap_old_versions),
	  ONCE(test_pcap_link), ONCE(test_pcap_odd_lengths),
	  ROWS(test_pcapng_clock, sizeof clocks / sizeof *clocks),
	  ROWS(test_pcapng_blocks, 2 * PACKINGS), ONCE(test_only_a_header),
	  ROWS(test_long, PACKINGS), ONCE(test_long_blocks), ROWS(test_standard_input, 2))
