/* SPDX-License-Identifier: MIT */
/* Writes captures octet by octet, as the drafts of the two formats have them. */
#ifndef NSC_TESTS_CAPTURES_H
#define NSC_TESTS_CAPTURES_H

#include <check.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "source/reader.h"

struct capture {
	uint8_t *b;
	size_t n, room;
	bool big;
};

static inline uint8_t *
put_room(struct capture *c, size_t n)
{
	if (c->n + n > c->room) {
		c->room = 2 * (c->n + n) + 1024;
		c->b = realloc(c->b, c->room);
		ck_assert_ptr_nonnull(c->b);
	}
	c->n += n;
	return c->b + c->n - n;
}

static inline void
put(struct capture *c, const void *data, size_t n)
{
	memcpy(put_room(c, n), data, n);
}

static inline void
put_fill(struct capture *c, uint8_t octet, size_t n)
{
	memset(put_room(c, n), octet, n);
}

static inline void
put_number(struct capture *c, uint64_t v, unsigned size)
{
	for (unsigned i = 0; i < size; i++) {
		uint8_t octet = (uint8_t)(v >> 8 * (c->big ? size - 1 - i : i));

		put(c, &octet, 1);
	}
}

static inline void
put32(struct capture *c, uint64_t v)
{
	put_number(c, v, 4);
}

static inline void
put16(struct capture *c, uint64_t v)
{
	put_number(c, v, 2);
}

/* --- pcap ---------------------------------------------------------------- */

static inline void
pcap_header(struct capture *c, uint32_t magic, unsigned minor, uint32_t network)
{
	put32(c, magic);
	put16(c, 2);
	put16(c, minor);
	put32(c, 0);
	put32(c, 0);
	put32(c, 65535);
	put32(c, network);
}

/* Octets of the packet all have the value of its first length's last octet. */
static inline void
pcap_record(struct capture *c, uint32_t s, uint32_t parts, uint32_t caplen, uint32_t len)
{
	put32(c, s);
	put32(c, parts);
	put32(c, caplen);
	put32(c, len);
	put_fill(c, (uint8_t)caplen, caplen);
}

/* --- pcapng -------------------------------------------------------------- */

static inline size_t
block_begin(struct capture *c, uint32_t type)
{
	put32(c, type);
	put32(c, 0);
	return c->n - 8;
}

static inline void
block_end(struct capture *c, size_t start)
{
	struct capture length = {.big = c->big};

	put_fill(c, 0, -(c->n - start) & 3);
	put32(&length, c->n + 4 - start);
	memcpy(c->b + start + 4, length.b, 4);
	put(c, length.b, 4);
	free(length.b);
}

static inline void
ng_section(struct capture *c, bool big)
{
	size_t start;

	c->big = big;
	start = block_begin(c, 0x0a0d0d0a);
	put32(c, 0x1a2b3c4d);
	put16(c, 1);
	put16(c, 0);
	put_fill(c, 0xff, 8);		/* of unknown length */
	put16(c, 4);			/* an option to pass over: shb_userappl */
	put16(c, 5);
	put(c, "tests\0\0\0", 8);
	put32(c, 0);
	block_end(c, start);
}

/* resolution 0xff and offset 0: no such option. */
static inline void
ng_interface(struct capture *c, uint16_t link, uint32_t snaplen, uint8_t resolution,
	     int64_t offset)
{
	size_t start = block_begin(c, 1);

	put16(c, link);
	put16(c, 0);
	put32(c, snaplen);
	put16(c, 2);			/* if_name */
	put16(c, 3);
	put(c, "lo0\0", 4);
	if (resolution != 0xff) {
		put16(c, 9);
		put16(c, 1);
		put(c, &resolution, 1);
		put_fill(c, 0, 3);
	}
	if (offset != 0) {
		put16(c, 14);
		put16(c, 8);
		put_number(c, (uint64_t)offset, 8);
	}
	put32(c, 0);
	block_end(c, start);
}

static inline void
ng_packet(struct capture *c, uint32_t id, uint64_t ticks, uint32_t caplen, uint32_t len)
{
	size_t start = block_begin(c, 6);

	put32(c, id);
	put32(c, ticks >> 32);
	put32(c, ticks);
	put32(c, caplen);
	put32(c, len);
	put_fill(c, (uint8_t)caplen, caplen);
	put_fill(c, 0, -(unsigned)caplen & 3);
	put16(c, 2);			/* epb_flags, to pass over */
	put16(c, 4);
	put32(c, 1);
	put32(c, 0);
	block_end(c, start);
}

static inline void
ng_old_packet(struct capture *c, uint16_t id, uint64_t ticks, uint32_t caplen, uint32_t len)
{
	size_t start = block_begin(c, 2);

	put16(c, id);
	put16(c, 0xffff);
	put32(c, ticks >> 32);
	put32(c, ticks);
	put32(c, caplen);
	put32(c, len);
	put_fill(c, (uint8_t)caplen, caplen);
	block_end(c, start);
}

static inline void
ng_simple_packet(struct capture *c, uint32_t caplen, uint32_t len)
{
	size_t start = block_begin(c, 3);

	put32(c, len);
	put_fill(c, (uint8_t)caplen, caplen);
	block_end(c, start);
}

static inline void
ng_other(struct capture *c, uint32_t type, size_t n)
{
	size_t start = block_begin(c, type);

	put_fill(c, 0xee, n);
	block_end(c, start);
}

/* --- reading back -------------------------------------------------------- */

struct result {
	int opened, status;		/* of open and of the last batch */
	unsigned frames;
	uint64_t octets;
	char err[NSC_ERR];
};

/* Reads to the end in batches of seven, and every octet of every packet. */
static inline struct result
drain(int opened, struct nsc_source *s)
{
	struct result r = {.opened = opened};
	struct nsc_frame frames[7];
	unsigned wrong = 0;
	int n;

	while (opened == 0 && (n = s->ops->batch(s, frames, 7, r.err)) != 0) {
		if (n < 0) {
			char again[NSC_ERR];

			r.status = n;
			ck_assert_int_eq(s->ops->batch(s, frames, 7, again), n);
			ck_assert_str_eq(again, r.err);
			break;
		}
		for (int i = 0; i < n; i++) {
			r.frames++;
			r.octets += frames[i].caplen;
			for (uint32_t k = 0; k < frames[i].caplen; k++)
				wrong += frames[i].data[k] != (uint8_t)frames[i].caplen;
		}
	}
	ck_assert_uint_eq(wrong, 0);
	if (opened == 0)
		nsc_source_close(s);
	return r;
}

static inline struct result
read_memory_capture(const void *data, size_t n)
{
	uint8_t *exact = malloc(n > 0 ? n : 1);		/* a sanitizer sees its end */
	struct nsc_source *s = NULL;
	struct result r;
	char err[NSC_ERR] = "";
	int code;

	ck_assert_ptr_nonnull(exact);
	memcpy(exact, data, n);
	code = nsc_file_open_memory(&s, exact, n, err);
	r = drain(code, s);
	if (code < 0)
		strcpy(r.err, err);
	free(exact);
	return r;
}

static inline struct result
read_path(const char *path)
{
	struct nsc_source *s = NULL;
	char err[NSC_ERR] = "";
	int code = nsc_file_open(&s, path, err);
	struct result r = drain(code, s);

	if (code < 0)
		strcpy(r.err, err);
	return r;
}

static inline void
write_file(const char *path, const void *data, size_t n)
{
	FILE *f = fopen(path, "wb");

	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(data, 1, n, f), n);
	fclose(f);
}

#endif
