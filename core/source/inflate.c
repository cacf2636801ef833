/* SPDX-License-Identifier: MIT */
/*
 * Compressed captures.  gzip: any number of members one after another, each with
 * its checksum; zeros after the last are padding.  zstd: any number of frames.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "source/input.h"

enum {
	RAW = 64 << 10,
	FRAME_HEADER = 5,	/* octets that a zstd frame has at least before its first block */
};

struct codec {
	uint8_t raw[RAW];
	size_t at, have;		/* of raw */
	bool open;			/* within a member or frame */
	bool padding;			/* gzip: after the last member */
	int failed;			/* gzip: zlib's code, to be told after what came before */
	z_stream gzip;
	ZSTD_DStream *zstd;
	size_t hint;			/* zstd: raw octets that complete the next piece */
};

/* Makes at least one raw octet available; 0 at the end of the file. */
static ssize_t
refill(struct nsc_input *in)
{
	struct codec *c = in->codec;
	ssize_t got;

	if (c->at < c->have)
		return 1;
	got = nsc_input_raw(in, c->raw, sizeof c->raw);
	if (got > 0) {
		c->at = 0;
		c->have = (size_t)got;
	}
	return got;
}

static int
fail(struct nsc_input *in, const char *why)
{
	in->why = why;
	return -EBADMSG;
}

/* Skips the zeros that may follow the last member; anything else is an error. */
static ssize_t
read_padding(struct nsc_input *in)
{
	struct codec *c = in->codec;
	ssize_t got;

	while ((got = refill(in)) > 0)
		if (c->raw[c->at++] != 0)
			return fail(in, "something else follows the gzip data");
	return got;
}

static int
out_of_memory(struct nsc_input *in)
{
	in->why = "out of memory";
	return -ENOMEM;
}

/* What an inflate() without success means. */
static int
fail_gzip(struct nsc_input *in)
{
	struct codec *c = in->codec;
	const char *msg = c->gzip.msg != NULL ? c->gzip.msg : "";

	if (c->failed == Z_MEM_ERROR)
		return out_of_memory(in);
	if (strcmp(msg, "incorrect data check") == 0 || strcmp(msg, "incorrect length check") == 0)
		return fail(in, "bad gzip checksum");
	return fail(in, "damaged gzip data");
}

/* True if the next octets begin a member; what a member may not be begun by is told. */
static ssize_t
open_member(struct nsc_input *in)
{
	struct codec *c = in->codec;

	if (c->raw[c->at] == 0) {
		c->padding = true;
		return read_padding(in);
	}
	if (c->raw[c->at] != 0x1f)
		return fail(in, "something else follows the gzip data");
	inflateReset(&c->gzip);
	c->open = true;
	return 1;
}

static ssize_t
read_gzip(struct nsc_input *in, uint8_t *to, size_t n)
{
	struct codec *c = in->codec;
	z_stream *z = &c->gzip;
	size_t room = n < UINT32_MAX ? n : UINT32_MAX;

	z->next_out = to;
	z->avail_out = (uInt)room;
	while (z->avail_out == room) {
		ssize_t got;
		int code;

		if (c->failed != 0)
			return fail_gzip(in);
		if (c->padding)
			return read_padding(in);
		got = refill(in);
		if (got == 0 && c->open)
			return fail(in, "cut short (gzip)");
		if (got > 0 && !c->open)
			got = open_member(in);
		if (got <= 0)
			return got;
		z->next_in = c->raw + c->at;
		z->avail_in = (uInt)(c->have - c->at);
		code = inflate(z, Z_NO_FLUSH);
		c->at = c->have - z->avail_in;
		if (code == Z_STREAM_END)
			c->open = false;
		else if (code != Z_OK && code != Z_BUF_ERROR)
			c->failed = code;
	}
	return (ssize_t)(room - z->avail_out);
}

static void
close_codec(struct nsc_input *in)
{
	struct codec *c = in->codec;

	if (c->zstd != NULL)
		ZSTD_freeDStream(c->zstd);
	else
		inflateEnd(&c->gzip);
	free(c);
	in->codec = NULL;
}

static const struct nsc_input_ops gzip_ops = {.read = read_gzip, .close = close_codec};

int
nsc_input_gzip(struct nsc_input *in)
{
	struct codec *c = calloc(1, sizeof *c);

	if (c == NULL || inflateInit2(&c->gzip, 16 + MAX_WBITS) != Z_OK) {
		free(c);
		return out_of_memory(in);
	}
	c->open = true;
	in->codec = c;
	in->ops = &gzip_ops;
	return 0;
}

static int
fail_zstd(struct nsc_input *in, size_t code)
{
	switch (ZSTD_getErrorCode(code)) {
	case ZSTD_error_checksum_wrong:
		return fail(in, "bad zstd checksum");
	case ZSTD_error_memory_allocation:
		return out_of_memory(in);
	case ZSTD_error_frameParameter_windowTooLarge:
		return fail(in, "zstd window larger than 128 MiB");
	case ZSTD_error_prefix_unknown:
		return fail(in, "something else follows the zstd data");
	default:
		return fail(in, "damaged zstd data");
	}
}

/*
 * It is fed one piece a call, as it asks for: an error then comes in a call of its
 * own and takes no octets of the pieces before with it.
 */
static ssize_t
read_zstd(struct nsc_input *in, uint8_t *to, size_t n)
{
	struct codec *c = in->codec;
	ZSTD_outBuffer out = {.dst = to, .size = n};
	bool flush = c->open;	/* it may hold what there was no room for last time */

	while (out.pos == 0) {
		ZSTD_inBuffer raw = {.src = c->raw, .pos = c->at};
		size_t code;

		if (!flush) {
			ssize_t got = refill(in);

			if (got == 0 && c->open)
				return fail(in, "cut short (zstd)");
			if (got <= 0)
				return got;
			raw.pos = c->at;
		}
		raw.size = flush ? c->at : c->have;
		if (raw.size - raw.pos > c->hint)
			raw.size = raw.pos + c->hint;
		code = ZSTD_decompressStream(c->zstd, &out, &raw);
		if (ZSTD_isError(code))
			return fail_zstd(in, code);
		flush = false;
		c->at = raw.pos;
		c->open = code != 0;
		c->hint = c->open ? code : FRAME_HEADER;
	}
	return (ssize_t)out.pos;
}

static const struct nsc_input_ops zstd_ops = {.read = read_zstd, .close = close_codec};

int
nsc_input_zstd(struct nsc_input *in)
{
	struct codec *c = calloc(1, sizeof *c);

	if (c != NULL)
		c->zstd = ZSTD_createDStream();
	if (c == NULL || c->zstd == NULL) {
		free(c);
		return out_of_memory(in);
	}
	c->hint = FRAME_HEADER;
	in->codec = c;
	in->ops = &zstd_ops;
	return 0;
}
