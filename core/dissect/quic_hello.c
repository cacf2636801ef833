/* SPDX-License-Identifier: MIT */
/* CRYPTO streams put together; a bit for each octet that is there. */
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "dissect/quic_hello.h"

struct buffer {
	uint32_t prefix;			/* octets there from the start, without a hole */
	uint32_t end;				/* octets that were touched */
	uint8_t there[NSC_QUIC_HELLO_MAX / 8];
	uint8_t octets[NSC_QUIC_HELLO_MAX];
};

struct nsc_quic_hellos {
	uint64_t taken[NSC_QUIC_HELLOS];	/* order of taking; 0: free */
	uint64_t last, evicted;
	struct buffer *buffer;
};

_Static_assert(sizeof(struct nsc_quic_hellos) + NSC_QUIC_HELLOS * sizeof(struct buffer) <=
		       NSC_QUIC_HELLOS_MEMORY,
	       "as declared");

int
nsc_quic_hellos_new(struct nsc_quic_hellos **to)
{
	struct nsc_quic_hellos *h = calloc(1, sizeof *h);

	if (h == NULL)
		return -ENOMEM;
	h->buffer = mmap(NULL, NSC_QUIC_HELLOS * sizeof *h->buffer, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (h->buffer == MAP_FAILED) {
		free(h);
		return -ENOMEM;
	}
	*to = h;
	return 0;
}

void
nsc_quic_hellos_free(struct nsc_quic_hellos *h)
{
	if (h == NULL)
		return;
	munmap(h->buffer, NSC_QUIC_HELLOS * sizeof *h->buffer);
	free(h);
}

static struct buffer *
own(struct nsc_quic_hellos *h, const struct nsc_quic_stream *s)
{
	unsigned i = s->buffer - 1u;

	return s->buffer != 0 && h->taken[i] == s->taken ? &h->buffer[i] : NULL;
}

/* A free one, else the oldest. */
static struct buffer *
take(struct nsc_quic_hellos *h, struct nsc_quic_stream *s)
{
	unsigned best = 0;
	struct buffer *b;

	for (unsigned i = 1; i < NSC_QUIC_HELLOS && h->taken[best] != 0; i++) {
		if (h->taken[i] < h->taken[best])
			best = i;
	}
	if (h->taken[best] != 0)
		h->evicted++;
	b = &h->buffer[best];
	memset(b->there, 0, (b->end + 7) / 8);
	b->prefix = b->end = 0;
	h->taken[best] = s->taken = ++h->last;
	s->buffer = (uint16_t)(best + 1);
	return b;
}

void
nsc_quic_hello_drop(struct nsc_quic_hellos *h, struct nsc_quic_stream *s)
{
	if (own(h, s) != NULL)
		h->taken[s->buffer - 1u] = 0;
	*s = (struct nsc_quic_stream){.buffer = 0};
}

/* Only octets that are not there yet: what came first stays. */
static void
put(struct buffer *b, size_t at, struct nsc_bytes octets)
{
	size_t n = nsc_bytes_left(&octets);

	for (size_t i = 0; i < n; i++, at++) {
		uint8_t bit = (uint8_t)(1u << at % 8);

		if ((b->there[at / 8] & bit) == 0) {
			b->there[at / 8] |= bit;
			b->octets[at] = octets.p[i];
		}
	}
	if (at > b->end)
		b->end = (uint32_t)at;
	while (b->prefix < b->end && (b->there[b->prefix / 8] >> b->prefix % 8 & 1) != 0)
		b->prefix++;
}

static bool
whole(struct nsc_quic_hellos *h, struct nsc_quic_stream *s, struct nsc_bytes start,
      size_t (*length)(struct nsc_bytes), struct nsc_bytes *message)
{
	size_t want = length(start), have = nsc_bytes_left(&start);
	const uint32_t base = s->base;

	if (want > NSC_QUIC_HELLO_MAX) {
		if (want < SIZE_MAX)
			h->evicted++;
		nsc_quic_hello_drop(h, s);
		s->over = true;
		return false;
	}
	if (want == 0 || want > have)
		return false;
	*message = nsc_bytes(start.p, want);
	nsc_quic_hello_drop(h, s);
	s->base = base + (uint32_t)want;
	return true;
}

bool
nsc_quic_hello_add(struct nsc_quic_hellos *h, struct nsc_quic_stream *s, uint64_t offset,
		   struct nsc_bytes octets, size_t (*length)(struct nsc_bytes start),
		   struct nsc_bytes *message)
{
	struct buffer *b;
	size_t n;

	if (s->over || s->base > UINT32_MAX - NSC_QUIC_HELLO_MAX)
		return false;
	if (offset < s->base) {
		uint64_t old = s->base - offset;

		nsc_bytes_skip(&octets, old < nsc_bytes_left(&octets) ? (size_t)old
								      : nsc_bytes_left(&octets));
		offset = s->base;
	}
	offset -= s->base;
	n = nsc_bytes_left(&octets);
	if (n == 0 || offset >= NSC_QUIC_HELLO_MAX)
		return false;
	b = own(h, s);
	if (b == NULL && offset == 0 && whole(h, s, octets, length, message))
		return true;
	if (s->over)
		return false;
	if (b == NULL)
		b = take(h, s);
	if (n > NSC_QUIC_HELLO_MAX - offset)
		n = NSC_QUIC_HELLO_MAX - (size_t)offset;
	put(b, (size_t)offset, nsc_bytes(octets.p, n));
	return whole(h, s, nsc_bytes(b->octets, b->prefix), length, message);
}

uint64_t
nsc_quic_hellos_evicted(const struct nsc_quic_hellos *h)
{
	return h->evicted;
}
