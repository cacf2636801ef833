/* SPDX-License-Identifier: MIT */
/*
 * Arbitrary octets as a conversation, in random cuts.  Each piece begins with two
 * octets: bit 7 of the first its side, bit 6 a gap before it, bit 5 the side's
 * end; the other bits and the second octet its length.
 */
#ifndef NSC_FUZZ_FEED_H
#define NSC_FUZZ_FEED_H

#include <sanitizer/asan_interface.h>
#include <stdlib.h>

#include "dissect/dissector.h"

/* Words that the dissector has; more must not be told. */
static unsigned fuzz_operations, fuzz_errors;

static inline unsigned
fuzz_words(const char *const *list)
{
	unsigned n = 0;

	while (list != NULL && list[n] != NULL)
		n++;
	return n;
}

enum { FUZZ_FENCE = 64, FUZZ_FENCE_OCTET = 0xa5 };

/* A state of exactly the size that the dissector asked for, with a fence behind it. */
static inline void *
fuzz_state_new(const struct nsc_dissector *d)
{
	uint8_t *state = malloc(d->state_size + FUZZ_FENCE);

	if (state == NULL)
		abort();
	memset(state, 0, d->state_size);
	memset(state + d->state_size, FUZZ_FENCE_OCTET, FUZZ_FENCE);
	ASAN_POISON_MEMORY_REGION(state + d->state_size, FUZZ_FENCE);
	return state;
}

static inline void
fuzz_state_free(const struct nsc_dissector *d, void *state)
{
	const uint8_t *fence = (const uint8_t *)state + d->state_size;

	ASAN_UNPOISON_MEMORY_REGION(fence, FUZZ_FENCE);
	for (size_t i = 0; i < FUZZ_FENCE; i++) {
		if (fence[i] != FUZZ_FENCE_OCTET)
			abort();
	}
	free(state);
}

static inline void
fuzz_touch(struct nsc_text t)
{
	for (uint32_t i = 0; i < t.len; i++) {
		volatile char c = t.p[i];

		(void)c;
	}
}

static inline void
fuzz_event(void *arg, struct nsc_event *ev)
{
	(void)arg;
	if (ev->kind == NSC_EVENT_OPERATION &&
	    ((ev->operation.kind >= fuzz_operations && ev->operation.kind != NSC_NO_OPERATION) ||
	     ev->operation.error > fuzz_errors))
		abort();
	if (ev->kind == NSC_EVENT_DNS)
		fuzz_touch(ev->dns.name);
	if (ev->kind == NSC_EVENT_HTTP) {
		fuzz_touch(ev->http.method);
		fuzz_touch(ev->http.host);
	}
	if (ev->kind == NSC_EVENT_SSH) {
		fuzz_touch(ev->ssh.client);
		fuzz_touch(ev->ssh.server);
	}
	if (ev->kind == NSC_EVENT_TLS || ev->kind == NSC_EVENT_DTLS) {
		fuzz_touch(ev->tls.sni);
		fuzz_touch(ev->tls.alpn);
		fuzz_touch(ev->tls.ja4);
	}
}

static inline void
fuzz_label(void *arg, enum nsc_label id, const char *p, uint32_t len)
{
	(void)arg;
	(void)id;
	fuzz_touch((struct nsc_text){p, len});
}

struct fuzz_side {
	uint8_t held[1 << 16];
	size_t len;
	uint64_t skip;
};

static inline enum nsc_verdict
fuzz_call(const struct nsc_dissector *d, void *state, struct nsc_chunk *in,
	  struct nsc_out *out, bool claimed)
{
	struct nsc_guess g = {.bytes = in->bytes,
			      .side = in->side,
			      .transport = in->transport,
			      .midstream = in->gap,
			      .shared = out->shared,
			      .port = {in->port[0], in->port[1]}};

	if (!claimed && d->guess(&g) != NSC_DONE)
		return NSC_NOT_MINE;
	return d->feed(state, in, out);
}

/* With the shared state given. */
static inline void
fuzz_feed_with(const struct nsc_dissector *d, void *shared, uint8_t transport, uint16_t port,
	       const uint8_t *data, size_t size)
{
	static struct fuzz_side sides[2];
	void *state = fuzz_state_new(d);
	struct nsc_out out = {.event = fuzz_event,
			      .label = fuzz_label,
			      .shared = shared,
			      .time = 1000,
			      .transport = transport,
			      .port = {40000, port}};
	bool claimed = false;

	fuzz_operations = fuzz_words(d->operations);
	fuzz_errors = fuzz_words(d->errors);
	sides[0].len = sides[1].len = 0;
	sides[0].skip = sides[1].skip = 0;
	while (size >= 2) {
		unsigned flags = data[0], side = flags >> 7;
		size_t n = (size_t)(flags & 0x1f) << 8 | data[1], used;
		struct fuzz_side *s = &sides[side];
		struct nsc_chunk in = {.side = (uint8_t)side,
				       .transport = transport,
				       .time = out.time,
				       .gap = (flags & 0x40) != 0,
				       .fin = (flags & 0x20) != 0,
				       .port = {40000, port}};
		enum nsc_verdict v;
		uint8_t *copy;

		data += 2;
		size -= 2;
		if (n > size)
			n = size;
		if (in.gap || transport == NSC_OVER_UDP || s->len + n > sizeof s->held)
			s->len = 0;
		used = s->skip < n ? (size_t)s->skip : n;
		s->skip -= used;
		memcpy(s->held + s->len, data + used, n - used);
		s->len += n - used;
		data += n;
		size -= n;
		out.time += 1000000;
		if (s->len == 0 && !in.fin)
			continue;
		/* Exactly as long, so that each octet too many is seen. */
		copy = malloc(s->len > 0 ? s->len : 1);
		memcpy(copy, s->held, s->len);
		in.bytes = nsc_bytes(copy, s->len);
		out.wish = (struct nsc_wish){.need = 0};
		v = fuzz_call(d, (d->stateless & transport) != 0 ? NULL : state, &in, &out,
			      claimed);
		claimed = claimed || v != NSC_NOT_MINE;
		used = (size_t)(in.bytes.p - copy);
		free(copy);
		if (used > s->len)
			abort();
		if (claimed) {
			s->len -= used;
			memmove(s->held, s->held + used, s->len);
			s->skip = out.wish.skip > s->len ? out.wish.skip - s->len : 0;
			used = out.wish.skip < s->len ? (size_t)out.wish.skip : s->len;
			s->len -= used;
			memmove(s->held, s->held + used, s->len);
		}
		if (claimed && v != NSC_MORE && (d->stateless & transport) == 0 &&
		    (transport == NSC_OVER_TCP || v != NSC_MALFORMED))
			break;
	}
	/* An octet too many: the flow is reset. */
	if (size == 1 && d->cut != NULL)
		d->cut(state, &out);
	else if (d->end != NULL)
		d->end(state, &out);
	if (d->tick != NULL) {
		out.time += 20000000000;
		d->tick(shared, &out);
	}
	fuzz_state_free(d, state);
}

static inline void
fuzz_feed(const struct nsc_dissector *d, uint8_t transport, uint16_t port,
	  const uint8_t *data, size_t size)
{
	void *shared = NULL;

	if (d->shared_new != NULL && d->shared_new(&shared) != 0)
		abort();
	fuzz_feed_with(d, shared, transport, port, data, size);
	if (d->shared_free != NULL)
		d->shared_free(shared);
}

/*
 * As fuzz_feed, for a shared state of megabytes whose making would take most of the time: made
 * once.  What a conversation leaves in it must not matter to the next.
 */
static inline void
fuzz_feed_kept(const struct nsc_dissector *d, uint8_t transport, uint16_t port,
	       const uint8_t *data, size_t size)
{
	static void *shared;

	if (shared == NULL && d->shared_new(&shared) != 0)
		abort();
	fuzz_feed_with(d, shared, transport, port, data, size);
}

#endif
