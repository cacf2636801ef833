/* SPDX-License-Identifier: MIT */
/*
 * Small captures of the loopback device (Ethernet, IPv4, TCP without losses) as
 * talks, and the text beside them that another program wrote.  Flows are numbered
 * by their first packet.
 */
#ifndef NSC_TESTS_GOLDEN_H
#define NSC_TESTS_GOLDEN_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

enum { GOLDEN_FLOWS = 64 };

struct golden_packet {
	unsigned flow;
	int side;
	uint8_t proto; /* 6, 17 */
	uint64_t time; /* ns */
	const uint8_t *p;
	size_t len;
	uint8_t src[4], dst[4];
	uint16_t sport, dport;
};

/* The file, NUL-terminated; freed by the caller. */
static inline char *
golden_read(const char *name, size_t *len)
{
	const char *dir = getenv("srcdir");
	char path[512];
	char *p;
	FILE *f;

	snprintf(path, sizeof path, "%s/tests/golden/protocols/%s", dir != NULL ? dir : ".",
		 name);
	f = fopen(path, "rb");
	if (f == NULL) {
		perror(path);
		exit(1);
	}
	p = malloc(1 << 20);
	*len = fread(p, 1, (1 << 20) - 1, f);
	p[*len] = '\0';
	fclose(f);
	return p;
}

static inline uint32_t
golden_le32(const char *p)
{
	uint32_t v;

	memcpy(&v, p, 4); /* the captures and the machines of the tests are little-endian */
	return v;
}

/* Calls fn for each packet with payload. */
static inline void
golden_packets(const char *data, size_t len,
	       void (*fn)(void *arg, const struct golden_packet *g), void *arg)
{
	struct golden_packet first[GOLDEN_FLOWS], g;
	unsigned flows = 0;

	for (size_t at = 24; at + 16 <= len;) {
		uint32_t caplen = golden_le32(data + at + 8);
		struct nsc_bytes b = nsc_bytes(data + at + 16 + 14, caplen - 14);
		const uint8_t *ip = b.p;
		unsigned total = (unsigned)(ip[2] << 8 | ip[3]), i;

		g.time = golden_le32(data + at) * 1000000000ull +
			 golden_le32(data + at + 4) * 1000ull;
		at += 16 + caplen;
		g.proto = ip[9];
		memcpy(g.src, ip + 12, 4);
		memcpy(g.dst, ip + 16, 4);
		nsc_bytes_skip(&b, 20);
		g.sport = nsc_bytes_u16(&b);
		g.dport = nsc_bytes_u16(&b);
		g.p = ip + 20 + (g.proto == 6 ? (b.p[8] >> 4) * 4 : 8);
		g.len = (size_t)(ip + total - g.p);
		for (i = 0; i < flows; i++) {
			struct golden_packet *f = &first[i];

			g.side = f->sport != g.sport || memcmp(f->src, g.src, 4) != 0;
			if (f->proto == g.proto &&
			    (g.side ? f->sport == g.dport && f->dport == g.sport
				    : f->dport == g.dport))
				break;
		}
		g.flow = i;
		if (i == flows) {
			g.side = 0;
			first[flows++] = g;
		}
		if (g.len > 0)
			fn(arg, &g);
	}
}

#endif
