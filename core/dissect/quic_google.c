/* SPDX-License-Identifier: MIT */
/* Google's headers, digest and CHLO. */
#include "dissect/quic_google.h"
#include "dissect/quic_version.h"

enum {
	FLAG_VERSION = 0x01,	/* public flags */
	FLAG_RESET = 0x02,
	FLAG_CID = 0x08,
	FLAG_NUMBER = 0x30,
	FLAGS_UNUSED = 0xc0,
	NIBBLES = 0x50,		/* Q046: a destination id of 3 + 5 octets, no source id */
	DIGEST = 12,
	TAGS_MAX = 128,
	FIND_WITHIN = 96,	/* octets of other frames in front of a CHLO */
	DIRECTION_SINCE = 37,	/* the digest covers the sender's role, too */
};

static uint32_t
number_of(uint32_t version)
{
	return 10 * ((version >> 8 & 0xff) - '0') + ((version & 0xff) - '0');
}

static bool
public_header(struct nsc_quic_google *g, struct nsc_bytes *b)
{
	static const uint8_t number[] = {1, 2, 4, 6};
	uint8_t flags = nsc_bytes_u8(b);

	if ((flags & (FLAGS_UNUSED | FLAG_RESET)) != 0 || (flags & FLAG_VERSION) == 0 ||
	    (flags & FLAG_CID) == 0)
		return false;
	g->cid = nsc_bytes_take(b, NSC_QUIC_GOOGLE_CID);
	g->version = nsc_bytes_u32(b);
	nsc_bytes_skip(b, number[(flags & FLAG_NUMBER) >> 4]);
	return nsc_quic_version(g->version).flavour == NSC_QUIC_GOOGLE_PUBLIC;
}

static bool
long_header(struct nsc_quic_google *g, struct nsc_bytes *b)
{
	uint8_t first = nsc_bytes_u8(b);

	g->version = nsc_bytes_u32(b);
	if (nsc_quic_version(g->version).flavour != NSC_QUIC_GOOGLE_LONG ||
	    nsc_bytes_u8(b) != NIBBLES)
		return false;
	g->cid = nsc_bytes_take(b, NSC_QUIC_GOOGLE_CID);
	nsc_bytes_skip(b, (first & 3u) + 1);
	return true;
}

bool
nsc_quic_google(struct nsc_quic_google *g, struct nsc_bytes b)
{
	const uint8_t *start = b.p;
	bool mine;

	*g = (struct nsc_quic_google){.version = 0};
	if (nsc_bytes_left(&b) == 0)
		return false;
	mine = (start[0] & 0x80) != 0 ? long_header(g, &b) : public_header(g, &b);
	if (!mine || b.bad)
		return false;
	g->head = nsc_bytes(start, (size_t)(b.p - start));
	g->digest = nsc_bytes_sub(&b, DIGEST);
	g->payload = nsc_bytes_sub(&b, nsc_bytes_left(&b));
	return !g->digest.bad && nsc_bytes_left(&g->payload) > 0;
}

typedef unsigned __int128 wide;

static wide
fnv(wide hash, const uint8_t *p, size_t n)
{
	const wide prime = (wide)1 << 88 | 0x13b;

	for (size_t i = 0; i < n; i++)
		hash = (hash ^ p[i]) * prime;
	return hash;
}

bool
nsc_quic_google_plain(const struct nsc_quic_google *g)
{
	wide hash = (wide)UINT64_C(0x6c62272e07bb0142) << 64 | UINT64_C(0x62b821756295c58d);
	struct nsc_bytes digest = g->digest;
	uint64_t low;

	hash = fnv(hash, g->head.p, nsc_bytes_left(&g->head));
	hash = fnv(hash, g->payload.p, nsc_bytes_left(&g->payload));
	if (number_of(g->version) >= DIRECTION_SINCE)
		hash = fnv(hash, (const uint8_t *)"Client", 6);
	low = nsc_bytes_le32(&digest);
	low |= (uint64_t)nsc_bytes_le32(&digest) << 32;
	return low == (uint64_t)hash && nsc_bytes_le32(&digest) == (uint32_t)(hash >> 64);
}

bool
nsc_quic_google_find(struct nsc_bytes payload, struct nsc_bytes *chlo)
{
	for (unsigned i = 0; i < FIND_WITHIN && nsc_bytes_left(&payload) > 0; i++) {
		if (nsc_bytes_starts(&payload, "CHLO")) {
			*chlo = payload;
			return true;
		}
		nsc_bytes_skip(&payload, 1);
	}
	*chlo = nsc_bytes(NULL, 0);
	return false;
}

/* The number of tags, behind the message's own; -1: none there. */
static int
tags_of(struct nsc_bytes *b)
{
	uint16_t n, padding;

	nsc_bytes_skip(b, 4);
	n = nsc_bytes_le16(b);
	padding = nsc_bytes_le16(b);
	return b->bad || n > TAGS_MAX || padding != 0 ? -1 : n;
}

size_t
nsc_quic_google_length(struct nsc_bytes b)
{
	uint32_t last = 0;
	int n;

	if (nsc_bytes_left(&b) < 8)
		return 0;
	if ((n = tags_of(&b)) < 0)
		return SIZE_MAX;
	for (int i = 0; i < n; i++) {
		nsc_bytes_skip(&b, 4);
		last = nsc_bytes_le32(&b);
	}
	return b.bad ? 0 : 8 + 8 * (size_t)n + last;
}

bool
nsc_quic_google_hello(struct nsc_quic_google_hello *h, struct nsc_bytes b)
{
	struct nsc_bytes table, value;
	uint32_t tag, from = 0, to;
	int n;

	*h = (struct nsc_quic_google_hello){.idle = 0};
	if (!nsc_bytes_starts(&b, "CHLO") || (n = tags_of(&b)) <= 0)
		return false;
	table = nsc_bytes_sub(&b, 8 * (size_t)n);
	for (; n > 0 && !table.bad; n--, from = to) {
		tag = nsc_bytes_u32(&table);
		to = nsc_bytes_le32(&table);
		if (to < from)
			return false;
		value = nsc_bytes_sub(&b, to - from);
		if (value.bad)
			break; /* in the next packet */
		if (tag == ('S' << 24 | 'N' << 16 | 'I' << 8))
			h->sni = (struct nsc_text){(const char *)value.p, to - from};
		else if (tag == ('I' << 24 | 'C' << 16 | 'S' << 8 | 'L') && to - from == 4)
			h->idle = nsc_bytes_le32(&value);
	}
	return !table.bad;
}
