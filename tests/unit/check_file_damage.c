/* SPDX-License-Identifier: MIT */
/* Damaged and odd captures: what was readable comes, then one line that says what is wrong. */
#include <errno.h>
#include <sys/stat.h>

#include <zlib.h>
#include <zstd.h>

#include "captures.h"
#include "suite.h"

static struct capture c;

static void
begin(void)
{
	c = (struct capture){.b = NULL};
}

static void
end(void)
{
	free(c.b);
}

enum { PACKETS = 5 };

/* Five packets of 10 to 14 octets; ends[i] is where the header, then each block or packet ends. */
static size_t
write_sample(bool ng, size_t ends[PACKETS + 3])
{
	size_t n = 0;

	if (ng) {
		ng_section(&c, false);
		ends[n++] = c.n;
		ng_interface(&c, 1, 0, 6, 0);
	} else {
		pcap_header(&c, 0xa1b2c3d4, 4, 1);
	}
	ends[n++] = c.n;
	for (uint32_t i = 0; i < PACKETS; i++) {
		if (ng)
			ng_packet(&c, 0, i, 10 + i, 10 + i);
		else
			pcap_record(&c, i, i, 10 + i, 10 + i);
		ends[n++] = c.n;
	}
	return n;
}

START_TEST(test_cut_anywhere)
{
	size_t ends[PACKETS + 3], n = write_sample(_i, ends), blocks = n - PACKETS;

	for (size_t cut = 0; cut <= c.n; cut++) {
		struct result r = read_memory_capture(c.b, cut);
		size_t whole = 0;

		while (whole < n && ends[whole] <= cut)
			whole++;
		if (whole == 0) {
			ck_assert_int_lt(r.opened, 0);
			ck_assert_ptr_nonnull(strstr(r.err, "memory: "));
			continue;
		}
		ck_assert_int_eq(r.opened, 0);
		ck_assert_uint_eq(r.frames, whole > blocks ? whole - blocks : 0);
		if (cut == ends[whole - 1]) {
			ck_assert_int_eq(r.status, 0);
		} else {
			ck_assert_int_eq(r.status, -EBADMSG);
			ck_assert_ptr_nonnull(strstr(r.err, "memory: cut short in the "));
		}
	}
}
END_TEST

/* Any one octet changed: an answer, no crash (the sanitizers watch). */
START_TEST(test_any_octet_changed)
{
	static const uint8_t changes[] = {0x01, 0x80, 0xff, 0x7f};
	size_t ends[PACKETS + 3];

	write_sample(_i, ends);
	for (size_t at = 0; at < c.n; at++)
		for (size_t k = 0; k < sizeof changes; k++) {
			uint8_t *copy = malloc(c.n);
			struct nsc_frame f[64];
			struct nsc_source *s;
			char err[NSC_ERR];
			int n = 0;

			memcpy(copy, c.b, c.n);
			copy[at] ^= changes[k];
			if (nsc_file_open_memory(&s, copy, c.n, err) == 0) {
				while ((n = s->ops->batch(s, f, 64, err)) > 0)
					;
				nsc_source_close(s);
			}
			ck_assert(n == 0 || n == -EBADMSG);
			free(copy);
		}
}
END_TEST

/* Compressed and cut anywhere: never fine, never more than there is, all of it before an error. */
START_TEST(test_cut_compressed)
{
	size_t ends[PACKETS + 3], room = 4096, n;
	uint8_t packed[4096];
	unsigned last = 0;

	write_sample(false, ends);
	if (_i == 0) {
		z_stream z = {.next_in = c.b, .avail_in = (uInt)c.n};

		ck_assert_int_eq(deflateInit2(&z, 9, Z_DEFLATED, 31, 8, 0), Z_OK);
		z.next_out = packed;
		z.avail_out = (uInt)room;
		ck_assert_int_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
		n = room - z.avail_out;
		deflateEnd(&z);
	} else {
		ZSTD_CCtx *z = ZSTD_createCCtx();

		ZSTD_CCtx_setParameter(z, ZSTD_c_checksumFlag, 1);
		n = ZSTD_compress2(z, packed, room, c.b, c.n);
		ck_assert(!ZSTD_isError(n));
		ZSTD_freeCCtx(z);
	}
	for (size_t cut = 1; cut < n; cut++) {
		struct result r = read_memory_capture(packed, cut);

		ck_assert(r.opened < 0 || r.status < 0);
		ck_assert_uint_le(r.frames, PACKETS);
		last = r.frames;
	}
	ck_assert_uint_eq(last, PACKETS);		/* only the checksum was cut */
	packed[n - (_i == 0 ? 6 : 1)] ^= 1;
	struct result r = read_memory_capture(packed, n);
	ck_assert_uint_eq(r.frames, PACKETS);
	ck_assert_int_eq(r.status, -EBADMSG);
	ck_assert_str_eq(r.err, _i == 0 ? "memory: bad gzip checksum" : "memory: bad zstd checksum");
}
END_TEST

static size_t
gzip(uint8_t *to, size_t room, const void *data, size_t n)
{
	z_stream z = {.next_in = (Bytef *)(uintptr_t)data, .avail_in = (uInt)n};

	ck_assert_int_eq(deflateInit2(&z, 9, Z_DEFLATED, 31, 8, 0), Z_OK);
	z.next_out = to;
	z.avail_out = (uInt)room;
	ck_assert_int_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
	deflateEnd(&z);
	return room - z.avail_out;
}

/* Members or frames one after another, empty ones among them, and what may follow. */
START_TEST(test_concatenated)
{
	size_t ends[PACKETS + 3], n = 0, half;
	uint8_t packed[8192];
	struct result r;

	write_sample(true, ends);
	half = c.n / 2;
	if (_i == 0) {
		n += gzip(packed, 2000, c.b, half);
		n += gzip(packed + n, 2000, "", 0);
		n += gzip(packed + n, 2000, c.b + half, c.n - half);
	} else {
		memcpy(packed, "\x50\x2a\x4d\x18\x03\0\0\0abc", 11);	/* to be skipped */
		n = 11;
		n += ZSTD_compress(packed + n, 2000, c.b, half, 1);
		n += ZSTD_compress(packed + n, 2000, "", 0, 1);
		n += ZSTD_compress(packed + n, 2000, c.b + half, c.n - half, 1);
	}
	r = read_memory_capture(packed, n);
	ck_assert_int_eq(r.opened | r.status, 0);
	ck_assert_uint_eq(r.frames, PACKETS);
	memset(packed + n, 0, 700);
	r = read_memory_capture(packed, n + 700);
	ck_assert_uint_eq(r.frames, PACKETS);
	ck_assert_int_eq(r.status, _i == 0 ? 0 : -EBADMSG);	/* gzip pads with zeros */
	memcpy(packed + n, "what is this", 12);
	r = read_memory_capture(packed, n + 12);
	ck_assert_uint_eq(r.frames, PACKETS);
	ck_assert_int_eq(r.status, -EBADMSG);
	ck_assert_ptr_nonnull(strstr(r.err, "something else follows the "));
}
END_TEST

/* One capture a row: whole before, wrong after. */
enum damage {
	PCAP_CAPLEN, PCAP_CAPLEN_HUGE, NG_TRAILER, NG_LENGTH_ODD, NG_LENGTH_SMALL, NG_LENGTH_HUGE,
	NG_CAPLEN, NG_CAPLEN_HUGE, NG_INTERFACE, NG_OLD_INTERFACE, NG_SIMPLE_LONG,
	NG_SIMPLE_NO_INTERFACE, NG_SHORT_PACKET, NG_SHORT_INTERFACE, NG_OPTION, NG_RESOLUTION,
	NG_RESOLUTION_TWO, NG_ORDER, NG_VERSION, NG_SHORT_SECTION, DAMAGES
};

static void
patch(size_t at, uint64_t v)
{
	struct capture number = {.big = c.big};

	put32(&number, v);
	memcpy(c.b + at, number.b, 4);
	free(number.b);
}

/* The parts of the words here are offsets within a block. */
static const char *
write_damage(enum damage d)
{
	size_t at = c.n;

	switch (d) {
	case PCAP_CAPLEN:
		pcap_record(&c, 1, 1, NSC_CAPLEN_MAX + 1, 60);
		return "inconsistent packet at octet";
	case PCAP_CAPLEN_HUGE:
		pcap_record(&c, 1, 1, 1, 1);
		patch(at + 8, 0xffffffff);
		return "inconsistent packet at octet";
	case NG_TRAILER:
		ng_packet(&c, 0, 1, 8, 8);
		patch(c.n - 4, c.n - at + 4);
		return "two lengths";
	case NG_LENGTH_ODD:
		ng_packet(&c, 0, 1, 8, 8);
		patch(at + 4, c.n - at - 1);
		return "its length";
	case NG_LENGTH_SMALL:
		ng_packet(&c, 0, 1, 8, 8);
		patch(at + 4, 8);
		return "its length";
	case NG_LENGTH_HUGE:
		ng_packet(&c, 0, 1, 8, 8);
		patch(at + 4, NSC_BLOCK_MAX + 4);
		return "its length";
	case NG_CAPLEN:
		ng_packet(&c, 0, 1, 8, 8);
		patch(at + 20, 25);
		return "a packet beyond its end";
	case NG_CAPLEN_HUGE:
		ng_packet(&c, 0, 1, NSC_CAPLEN_MAX + 1, 8);
		return "a packet of more than";
	case NG_INTERFACE:
		ng_packet(&c, 1, 1, 8, 8);
		return "an interface that was not described";
	case NG_OLD_INTERFACE:
		ng_old_packet(&c, 7, 1, 8, 8);
		return "an interface that was not described";
	case NG_SIMPLE_LONG:
		ng_simple_packet(&c, 8, 9);
		return "a packet beyond its end";
	case NG_SIMPLE_NO_INTERFACE:
		ng_section(&c, true);
		ng_simple_packet(&c, 8, 8);
		return "an interface that was not described";
	case NG_SHORT_PACKET:
		ng_other(&c, 6, 16);
		return "a packet beyond its end";
	case NG_SHORT_INTERFACE:
		ng_other(&c, 1, 4);
		return "a short interface description";
	case NG_OPTION:
		ng_interface(&c, 1, 0, 6, 0);
		patch(at + 16, 2 | 4000 << 16);
		return "an option beyond its end";
	case NG_RESOLUTION:
		ng_interface(&c, 1, 0, 20, 0);
		return "a clock finer";
	case NG_RESOLUTION_TWO:
		ng_interface(&c, 1, 0, 0x80 | 64, 0);
		return "a clock finer";
	case NG_ORDER:
		ng_section(&c, false);
		patch(at + 8, 0x11223344);
		return "no known byte order";
	case NG_VERSION:
		ng_section(&c, false);
		patch(at + 12, 2);
		return "version 2 is not supported";
	default:
		at = block_begin(&c, 0x0a0d0d0a);
		put32(&c, 0x1a2b3c4d);
		block_end(&c, at);
		return "a short section header";
	}
}

START_TEST(test_damage)
{
	size_t ends[PACKETS + 3];
	const char *text;
	struct result r;

	write_sample(_i > PCAP_CAPLEN_HUGE, ends);
	text = write_damage((enum damage)_i);
	if (_i > PCAP_CAPLEN_HUGE)
		ng_packet(&c, 0, 1, 8, 8);
	r = read_memory_capture(c.b, c.n);
	ck_assert_int_eq(r.opened, 0);
	ck_assert_uint_eq(r.frames, PACKETS);
	ck_assert_int_eq(r.status, -EBADMSG);
	ck_assert_msg(strncmp(r.err, "memory: ", 8) == 0 && strstr(r.err, text), "%s", r.err);
	ck_assert_ptr_null(strchr(r.err, '\n'));
}
END_TEST

static void
expect(const char *path, int code, const char *err)
{
	struct result r = read_path(path);

	ck_assert_int_eq(r.opened, code);
	ck_assert_str_eq(r.err, err);
}

START_TEST(test_not_opened)
{
	static const char *const odd[] = {
		"h", "hello", "\xa1\xb2\xc3", "\x0a\x0d\x0d", "\xa1\xb2\xc3\xd5 and so on",
		"%PDF-1.4 is not a capture", "\x1f", "\x28\xb5\x2f",
	};
	char folder[] = "/tmp/check_file.XXXXXX", path[64], err[NSC_ERR], command[64];

	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/x", folder);
	snprintf(err, sizeof err, "%s: No such file or directory", path);
	expect(path, -ENOENT, err);
	snprintf(err, sizeof err, "%s: is a directory", folder);
	expect(folder, -EISDIR, err);
	write_file(path, "", 0);
	snprintf(err, sizeof err, "%s: empty file", path);
	expect(path, -EINVAL, err);
	expect("/dev/null", -EINVAL, "/dev/null: empty file");
	snprintf(err, sizeof err, "%s: not a capture file (pcap or pcapng)", path);
	for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
		write_file(path, odd[i], strlen(odd[i]));
		expect(path, -EINVAL, err);
	}
	write_file(path, "\xd4\xc3\xb2\xa1\x02\0\x04\0", 8);
	snprintf(err, sizeof err, "%s: cut short in the header at octet 0", path);
	expect(path, -EBADMSG, err);
	write_file(path, "\xd4\xc3\xb2\xa1\x03\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 24);
	snprintf(err, sizeof err, "%s: pcap version 3.0 is not supported", path);
	expect(path, -ENOTSUP, err);
	write_file(path, "\x1f\x8b\x08\0\0\0\0\0\0\xff\xff\xff\xff", 13);
	snprintf(err, sizeof err, "%s: damaged gzip data", path);
	expect(path, -EBADMSG, err);
	expect("/tmp/no\nsuch\033", -ENOENT, "/tmp/no\\x0asuch\\x1b: No such file or directory");
	snprintf(command, sizeof command, "rm -r %s", folder);
	ck_assert_int_eq(system(command), 0);
}
END_TEST

RUN_TESTS("file damage", begin, end, ROWS(test_cut_anywhere, 2),
	  ROWS(test_any_octet_changed, 2), ROWS(test_cut_compressed, 2),
	  ROWS(test_concatenated, 2), ROWS(test_damage, DAMAGES), ONCE(test_not_opened))
