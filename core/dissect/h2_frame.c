/* SPDX-License-Identifier: MIT */
/* A header of nine octets proves little by itself: lengths, flags and streams must fit. */
#include "dissect/h2_frame.h"

enum {
	USUAL_MAX = 16384,		/* SETTINGS_MAX_FRAME_SIZE at the start */
	STREAMS_AHEAD = 512,		/* opened in lost octets, at the most */
	SETTINGS_MAX = 16,		/* in a first frame; nine are defined */
};

struct nsc_h2_frame
nsc_h2_frame(struct nsc_bytes *b)
{
	struct nsc_h2_frame f;

	f.length = nsc_bytes_u24(b);
	f.type = nsc_bytes_u8(b);
	f.flags = nsc_bytes_u8(b);
	f.stream = nsc_bytes_u32(b) & 0x7fffffff;
	return f;
}

bool
nsc_h2_frame_valid(const struct nsc_h2_frame *f)
{
	const bool ack = (f->flags & NSC_H2_END_STREAM) != 0;

	switch (f->type) {
	case NSC_H2_DATA:
	case NSC_H2_HEADERS:
	case NSC_H2_CONTINUATION:
		return f->stream != 0;
	case NSC_H2_PUSH_PROMISE:
		return f->stream != 0 && f->length >= 4;
	case NSC_H2_PRIORITY:
		return f->stream != 0 && f->length == 5;
	case NSC_H2_RST_STREAM:
		return f->stream != 0 && f->length == 4;
	case NSC_H2_SETTINGS:
		return f->stream == 0 && f->length % 6 == 0 && (!ack || f->length == 0);
	case NSC_H2_PING:
		return f->stream == 0 && f->length == 8;
	case NSC_H2_GOAWAY:
		return f->stream == 0 && f->length >= 8;
	case NSC_H2_WINDOW_UPDATE:
		return f->length == 4;
	default:
		return true;
	}
}

static bool
is_usual(const struct nsc_h2_frame *f)
{
	static const uint8_t flags[NSC_H2_TYPES] = {
		[NSC_H2_DATA] = NSC_H2_END_STREAM | NSC_H2_PADDED,
		[NSC_H2_HEADERS] = NSC_H2_END_STREAM | NSC_H2_END_HEADERS | NSC_H2_PADDED |
				   NSC_H2_HAS_PRIORITY,
		[NSC_H2_SETTINGS] = NSC_H2_END_STREAM,
		[NSC_H2_PUSH_PROMISE] = NSC_H2_END_HEADERS | NSC_H2_PADDED,
		[NSC_H2_PING] = NSC_H2_END_STREAM,
		[NSC_H2_CONTINUATION] = NSC_H2_END_HEADERS,
	};

	return f->type < NSC_H2_TYPES && (f->flags & ~flags[f->type]) == 0 &&
	       f->length <= USUAL_MAX && nsc_h2_frame_valid(f);
}

bool
nsc_h2_frame_certain(struct nsc_bytes b, uint32_t highest)
{
	struct nsc_h2_frame f;

	if (nsc_bytes_peek(&b, NSC_H2_FRAME) == NULL || (b.p[5] & 0x80) != 0)
		return false;
	f = nsc_h2_frame(&b);
	return is_usual(&f) && f.stream <= (uint64_t)highest + STREAMS_AHEAD;
}

int
nsc_h2_preface(const struct nsc_bytes *b)
{
	static const char preface[NSC_H2_PREFACE + 1] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
	size_t have = nsc_bytes_left(b);
	size_t n = have < NSC_H2_PREFACE ? have : NSC_H2_PREFACE;

	return n == 0 || memcmp(b->p, preface, n) == 0 ? (int)n : -1;
}

/* The values that RFC 9113, 6.5.2, RFC 8441 and RFC 9218 allow. */
static bool
is_setting(uint16_t id, uint32_t value)
{
	switch (id) {
	case 1:		/* HEADER_TABLE_SIZE */
	case 3:		/* MAX_CONCURRENT_STREAMS */
	case 6:		/* MAX_HEADER_LIST_SIZE */
		return true;
	case 2:		/* ENABLE_PUSH: a server's is 0 */
		return value == 0;
	case 4:		/* INITIAL_WINDOW_SIZE */
		return value <= 0x7fffffff;
	case 5:		/* MAX_FRAME_SIZE */
		return value >= 16384 && value <= 0xffffff;
	case 8:		/* ENABLE_CONNECT_PROTOCOL */
	case 9:		/* NO_RFC7540_PRIORITIES */
		return value <= 1;
	default:
		return false;
	}
}

int
nsc_h2_server_begins(struct nsc_bytes b)
{
	static const uint8_t start[] = {0, 0};
	struct nsc_h2_frame f;
	size_t have = nsc_bytes_left(&b);

	if (have < NSC_H2_FRAME) {
		if (memcmp(b.p, start, have < 2 ? have : 2) != 0)
			return -1;
		return have > 3 && b.p[3] != NSC_H2_SETTINGS ? -1 : 0;
	}
	f = nsc_h2_frame(&b);
	if (f.type != NSC_H2_SETTINGS || f.flags != 0 || !is_usual(&f) ||
	    f.length > SETTINGS_MAX * 6)
		return -1;
	for (uint32_t n = 0; n < f.length; n += 6) {
		uint16_t id = nsc_bytes_u16(&b);
		uint32_t value = nsc_bytes_u32(&b);

		if (b.bad)
			return 0;
		if (!is_setting(id, value))
			return -1;
	}
	if (nsc_bytes_left(&b) < NSC_H2_FRAME)
		return 0;
	return nsc_h2_frame_certain(b, 1) ? 1 : -1;
}
