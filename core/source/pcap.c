/* SPDX-License-Identifier: MIT */
/*
 * The classic format (draft-ietf-opsawg-pcap): a header, then records.  Both byte
 * orders, microseconds and nanoseconds, and Kuznetzov's records of 24 octets, whose
 * interface and packet type are passed over.
 */
#include <endian.h>
#include <errno.h>

#include "base/cache_line.h"
#include "source/reader.h"

enum {
	FILE_HEADER = 24, RECORD_HEADER = 16, LONG_RECORD_HEADER = 24,
	/* How far ahead, and how much, is fetched at each record: all where they are of 300 octets. */
	AHEAD = 2048, AHEAD_LINES = 5,
};

/* Where the two lengths of a record stand: until version 2.3 they were the other way round. */
enum nsc_pcap_lengths { CAPLEN_FIRST, LEN_FIRST, SMALLER_IS_CAPLEN };

static const struct magic {
	uint32_t number;
	uint32_t unit;
	uint8_t header;
} magics[] = {
	{0xa1b2c3d4, 1000, RECORD_HEADER},
	{0xa1b23c4d, 1, RECORD_HEADER},
	{0xa1b2cd34, 1000, LONG_RECORD_HEADER},
};

static const struct magic *
find_magic(const uint8_t octets[4], bool big)
{
	struct nsc_bytes b = nsc_bytes(octets, 4);
	uint32_t number = nsc_read32(&b, big);

	for (const struct magic *m = magics; m < magics + sizeof magics / sizeof *magics; m++)
		if (m->number == number)
			return m;
	return NULL;
}

bool
nsc_pcap_is(const uint8_t octets[4])
{
	return find_magic(octets, false) != NULL || find_magic(octets, true) != NULL;
}

static inline uint32_t
number_at(const uint8_t *p, bool big)
{
	uint32_t n;

	memcpy(&n, p, sizeof n);
	return big ? be32toh(n) : le32toh(n);
}

/* By one load, lest a compiler make a vector of them: the next record waits for the first. */
static inline void
lengths_at(const uint8_t *p, bool big, uint32_t *first, uint32_t *second)
{
	uint64_t both;

	memcpy(&both, p, sizeof both);
	both = big ? be64toh(both) : le64toh(both);
	*first = (uint32_t)(big ? both >> 32 : both);
	*second = (uint32_t)(big ? both : both >> 32);
}

/* Until version 2.3 the captured length stood second, or nobody knew. */
static inline bool
is_swapped(enum nsc_pcap_lengths order, uint32_t caplen, uint32_t len)
{
	return order == LEN_FIRST || (order == SMALLER_IS_CAPLEN && caplen > len);
}

/* The record is larger than what is left in the window. */
static int
fill_record(struct nsc_file *f, size_t size)
{
	int code = nsc_file_fill(f, size);

	return code == 0 ? nsc_file_end(f, "packet") : code;
}

static int
too_long(struct nsc_file *f, uint32_t caplen)
{
	return nsc_file_damage(f, "inconsistent packet at octet %llu (%u octets of it)",
			       (unsigned long long)(f->before + f->at), caplen);
}

/*
 * Whole records of the window, as many as there are; what the loop asks of the file
 * stands in locals, since a record's frame could be anything to the compiler.
 */
static inline __attribute__((always_inline)) int
take(struct nsc_file *f, struct nsc_frame *frames, int max, bool big, enum nsc_pcap_lengths order)
{
	const uint32_t header = f->pcap.header, unit = f->pcap.unit;
	const uint16_t link = (uint16_t)f->link;
	const uint8_t *at = nsc_file_next(f), *end = f->window + f->have;
	int n;

	for (n = 0; n < max && (size_t)(end - at) >= header; n++) {
		uint64_t seconds = number_at(at, big);
		uint32_t caplen, len;

		lengths_at(at + 8, big, &caplen, &len);
		if (is_swapped(order, caplen, len)) {
			uint32_t first = caplen;

			caplen = len;
			len = first;
		}
		if (caplen > NSC_CAPLEN_MAX || (size_t)(end - at) - header < caplen)
			break;
		frames[n] = (struct nsc_frame){
			.data = at + header,
			.time = seconds * 1000000000 + (uint64_t)number_at(at + 4, big) * unit,
			.caplen = caplen, .len = len, .link = link,
		};
		for (unsigned i = 0; i < AHEAD_LINES; i++)
			__builtin_prefetch(at + AHEAD + i * NSC_LINE);
		at += header + caplen;
	}
	f->at = (size_t)(at - f->window);
	return n;
}

/* The usual ones do not ask at each record of which kind they are. */
static int
take_records(struct nsc_file *f, struct nsc_frame *frames, int max)
{
	if (!f->big && f->pcap.swapped == CAPLEN_FIRST)
		return take(f, frames, max, false, CAPLEN_FIRST);
	return take(f, frames, max, f->big, f->pcap.swapped);
}

/* Of the record at the window's next octet, whose header is there; it may be too long. */
static uint32_t
next_caplen(const struct nsc_file *f)
{
	const uint8_t *at = nsc_file_next(f);
	uint32_t caplen, len;

	lengths_at(at + 8, f->big, &caplen, &len);
	return is_swapped(f->pcap.swapped, caplen, len) ? len : caplen;
}

static int
pcap_batch(struct nsc_file *f, struct nsc_frame *frames, int max)
{
	int n, code;

	while ((n = take_records(f, frames, max)) == 0) {
		size_t want = f->pcap.header;

		if (nsc_file_left(f) >= want) {
			uint32_t caplen = next_caplen(f);

			if (caplen > NSC_CAPLEN_MAX)
				return too_long(f, caplen);
			want += caplen;
		}
		code = fill_record(f, want);
		if (code <= 0)
			return code;
	}
	return n;
}

int
nsc_pcap_open(struct nsc_file *f)
{
	const struct magic *m = find_magic(nsc_file_next(f), false);
	int code = nsc_file_fill(f, FILE_HEADER);
	struct nsc_bytes b;
	uint16_t major, minor;

	if (code <= 0)
		return code < 0 ? code : nsc_file_end(f, "header");
	f->big = m == NULL;
	if (f->big)
		m = find_magic(nsc_file_next(f), true);
	f->pcap.header = m->header;
	f->pcap.unit = m->unit;
	b = nsc_bytes(nsc_file_next(f) + 4, FILE_HEADER - 4);
	major = nsc_read16(&b, f->big);
	minor = nsc_read16(&b, f->big);
	if (major != 2 && major != 543)		/* 543: also known to libpcap */
		return nsc_error(f->err, -ENOTSUP, "%s: pcap version %u.%u is not supported",
				 f->path, major, minor);
	if (major == 543 || minor < 3)
		f->pcap.swapped = LEN_FIRST;
	else if (minor == 3)
		f->pcap.swapped = SMALLER_IS_CAPLEN;
	nsc_bytes_skip(&b, 12);		/* zone, accuracy; snap length: nobody keeps to it */
	f->link = nsc_file_linktype(nsc_read32(&b, f->big));
	f->at += FILE_HEADER;
	f->batch = pcap_batch;
	return 0;
}
