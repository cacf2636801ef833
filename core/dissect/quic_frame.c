/* SPDX-License-Identifier: MIT */
/* Frames of Initial packets, one after the other. */
#include "dissect/quic_frame.h"
#include "dissect/quic_header.h"

enum {
	PADDING = 0x00,
	PING = 0x01,
	ACK = 0x02,
	ACK_ECN = 0x03,
	CRYPTO = 0x06,
	CLOSE = 0x1c,
	CLOSE_APPLICATION = 0x1d,

	GOOGLE_CLOSE = 0x02,
	GOOGLE_STOP_WAITING = 0x06,
	GOOGLE_PING = 0x07,
	GOOGLE_CRYPTO = 0x08,
	GOOGLE_ACK = 0x40, /* 01 */
};

/* RFC 9000, 19.3. */
static void
skip_ack(struct nsc_bytes *b, bool ecn)
{
	uint64_t ranges;

	(void)nsc_quic_varint(b);
	(void)nsc_quic_varint(b);
	ranges = nsc_quic_varint(b);
	(void)nsc_quic_varint(b);
	/* Each range takes two octets at least: no count can make this long. */
	for (; ranges > 0 && !b->bad; ranges--) {
		(void)nsc_quic_varint(b);
		(void)nsc_quic_varint(b);
	}
	for (unsigned i = 0; ecn && i < 3; i++)
		(void)nsc_quic_varint(b);
}

/* 01ntllmm: largest (ll), delay, blocks (n, mm), timestamps. */
static void
skip_google_ack(struct nsc_bytes *b, uint8_t type)
{
	static const uint8_t size[] = {1, 2, 4, 6};
	unsigned block = size[type & 3], blocks = 0, stamps;

	nsc_bytes_skip(b, size[type >> 2 & 3] + 2u);
	if ((type & 0x20) != 0)
		blocks = nsc_bytes_u8(b);
	nsc_bytes_skip(b, block + blocks * (1 + block));
	stamps = nsc_bytes_u8(b);
	if (stamps > 0)
		nsc_bytes_skip(b, 1 + 4 + (stamps - 1) * 3);
}

static struct nsc_quic_frame
crypto(struct nsc_bytes *b)
{
	struct nsc_quic_frame f = {.kind = NSC_QUIC_CRYPTO, .value = nsc_quic_varint(b)};
	uint64_t n = nsc_quic_varint(b);

	f.data = nsc_bytes_sub(b, n <= nsc_bytes_left(b) ? (size_t)n : SIZE_MAX);
	if (b->bad)
		f.kind = NSC_QUIC_END;
	return f;
}

static struct nsc_quic_frame
close(struct nsc_bytes *b, bool application)
{
	struct nsc_quic_frame f = {.kind = NSC_QUIC_CLOSE, .application = application};
	uint64_t n;

	f.value = nsc_quic_varint(b);
	if (!application)
		(void)nsc_quic_varint(b);
	n = nsc_quic_varint(b);
	nsc_bytes_skip(b, n <= nsc_bytes_left(b) ? (size_t)n : SIZE_MAX);
	if (b->bad)
		f.kind = NSC_QUIC_END;
	return f;
}

static struct nsc_quic_frame
google_close(struct nsc_bytes *b)
{
	struct nsc_quic_frame f = {.kind = NSC_QUIC_CLOSE, .value = nsc_bytes_u32(b)};

	nsc_bytes_skip(b, nsc_bytes_u16(b));
	if (b->bad)
		f.kind = NSC_QUIC_END;
	return f;
}

static struct nsc_quic_frame
google_frame(struct nsc_bytes *b)
{
	while (nsc_bytes_left(b) > 0) {
		uint8_t type = nsc_bytes_u8(b);

		if ((type & 0xc0) == GOOGLE_ACK)
			skip_google_ack(b, type);
		else if (type == GOOGLE_CRYPTO || type == GOOGLE_STOP_WAITING)
			return crypto(b); /* T051 has the IETF's type for it */
		else if (type == GOOGLE_CLOSE)
			return google_close(b);
		else if (type != PADDING && type != GOOGLE_PING)
			break;
	}
	return (struct nsc_quic_frame){.kind = NSC_QUIC_END};
}

struct nsc_quic_frame
nsc_quic_frame(struct nsc_bytes *b, bool google)
{
	if (google)
		return google_frame(b);
	while (nsc_bytes_left(b) > 0) {
		/* The types of Initial packets are all written in one octet. */
		uint8_t type = nsc_bytes_u8(b);

		switch (type) {
		case PADDING:
		case PING:
			break;
		case ACK:
		case ACK_ECN:
			skip_ack(b, type == ACK_ECN);
			break;
		case CRYPTO:
			return crypto(b);
		case CLOSE:
		case CLOSE_APPLICATION:
			return close(b, type == CLOSE_APPLICATION);
		default:
			return (struct nsc_quic_frame){.kind = NSC_QUIC_END};
		}
	}
	return (struct nsc_quic_frame){.kind = NSC_QUIC_END};
}
