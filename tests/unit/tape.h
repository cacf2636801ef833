/* SPDX-License-Identifier: MIT */
/*
 * A conversation for a dissector's test: what each side says in turn, fed whole
 * or in pieces as the framework would, and a tape of what the dissector tells.
 */
#ifndef NSC_TESTS_TAPE_H
#define NSC_TESTS_TAPE_H

#include <check.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "dissect/dissector.h"

enum { TAPE_MAX = 1 << 16, TALK_MAX = 256 };

struct turn {
	int side;
	const uint8_t *p;
	size_t len;
};

struct talk {
	struct turn turn[TALK_MAX];
	unsigned turns;
	uint16_t port[2];
	uint8_t *store[TALK_MAX];
};

struct tape {
	char text[TAPE_MAX]; /* events, a line each */
	size_t len;
	char label[NSC_LABEL_COUNT][300];
	enum nsc_verdict verdict; /* the last one */
	uint64_t fed[2];          /* octets that the dissector was shown, of each side */
};

__attribute__((format(printf, 2, 3)))
static inline void
tape_print(struct tape *t, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	t->len += (size_t)vsnprintf(t->text + t->len, TAPE_MAX - t->len, format, ap);
	va_end(ap);
	ck_assert_uint_lt(t->len, TAPE_MAX);
}

static inline void
tape_label(void *arg, enum nsc_label id, const char *p, uint32_t len)
{
	struct tape *t = arg;

	if (t->label[id][0] == '\0')
		snprintf(t->label[id], sizeof t->label[id], "%.*s", (int)len, p);
}

static inline void
tape_event(void *arg, struct nsc_event *ev)
{
	struct tape *t = arg;

	switch (ev->kind) {
	case NSC_EVENT_TLS:
	case NSC_EVENT_DTLS:
		tape_print(t, "hello %.*s %.*s %04x\n", (int)ev->tls.sni.len, ev->tls.sni.p,
			   (int)ev->tls.alpn.len, ev->tls.alpn.p, ev->tls.version);
		break;
	case NSC_EVENT_TLS_DONE:
		tape_print(t, "done %04x\n", ev->done.version);
		break;
	case NSC_EVENT_TLS_COMPLETE:
		tape_print(t, "complete %llu\n", (unsigned long long)ev->done.latency);
		break;
	case NSC_EVENT_TLS_CERTIFICATE:
		tape_print(t, "certificate %lld %u\n", (long long)ev->certificate.not_after,
			   ev->certificate.server);
		break;
	case NSC_EVENT_HTTP:
		tape_print(t, "%.*s %.*s %u %llu %llu", (int)ev->http.method.len,
			   ev->http.method.p, (int)ev->http.host.len, ev->http.host.p,
			   ev->http.status, (unsigned long long)ev->http.latency,
			   (unsigned long long)ev->http.complete);
		if (ev->http.grpc)
			tape_print(t, " grpc %u", ev->http.grpc_status);
		tape_print(t, "\n");
		break;
	case NSC_EVENT_OPERATION:
		tape_print(t, "operation %u error %u %llu\n", ev->operation.kind,
			   ev->operation.error, (unsigned long long)ev->operation.latency);
		break;
	case NSC_EVENT_LOSS:
		tape_print(t, "loss %u\n", ev->loss);
		break;
	case NSC_EVENT_DNS:
		tape_print(t, "%d %u %.*s %u %u", ev->dns.response, ev->dns.id,
			   (int)ev->dns.name.len, ev->dns.name.p, ev->dns.qtype,
			   ev->dns.rcode);
		for (unsigned i = 0; i < ev->dns.answers; i++) {
			const uint8_t *a = ev->dns.answer[i].b;

			tape_print(t, " %u.%u.%u.%u", a[12], a[13], a[14], a[15]);
		}
		tape_print(t, "%s%s", ev->dns.malformed ? " malformed" : "",
			   ev->dns.truncated ? " truncated" : "");
		for (unsigned kind = 0; kind < NSC_DNS_OUTCOMES; kind++)
			if (ev->dns.outcomes >> kind & 1)
				tape_print(t, " outcome %u", kind);
		tape_print(t, "\n");
		break;
	default:
		tape_print(t, "outcome %u\n", ev->outcome.kind);
	}
}

/* Unread octets of a side, as the stream of a flow holds them. */
struct unread {
	uint8_t octets[1 << 17];
	size_t len, need;
	uint64_t skip;
};

struct player {
	const struct nsc_dissector *d;
	void *state, *shared;
	struct tape *tape;
	struct unread side[2];
	uint16_t port[2];
	bool claimed, over;
};

static inline void
play_feed(struct player *p, int side, uint64_t time, bool fin)
{
	struct unread *u = &p->side[side];

	while (!p->over && (u->len >= (u->need > 0 ? u->need : 1) || fin)) {
		struct nsc_out out = {
			.arg = p->tape,
			.event = tape_event,
			.label = tape_label,
			.shared = p->shared,
			.time = time,
			.transport = NSC_OVER_TCP,
			.port = {p->port[0], p->port[1]},
		};
		/* A copy of the exact size, so that a sanitizer sees each octet too many.
		 */
		uint8_t *copy = malloc(u->len > 0 ? u->len : 1);
		struct nsc_chunk in = {
			.time = time,
			.side = (uint8_t)side,
			.transport = NSC_OVER_TCP,
			.fin = fin,
			.port = {p->port[0], p->port[1]},
		};
		size_t used;

		memcpy(copy, u->octets, u->len);
		in.bytes = nsc_bytes(copy, u->len);
		if (!p->claimed) {
			struct nsc_guess g = {.bytes = in.bytes,
					      .side = (uint8_t)side,
					      .transport = NSC_OVER_TCP,
					      .port = {p->port[0], p->port[1]}};

			p->tape->verdict = p->d->guess(&g);
			if (p->tape->verdict != NSC_DONE) {
				p->over = p->tape->verdict == NSC_NOT_MINE;
				free(copy);
				return;
			}
			p->claimed = true;
		}
		p->tape->verdict = p->d->feed(p->state, &in, &out);
		p->over = p->tape->verdict != NSC_MORE;
		used = (size_t)(in.bytes.p - copy);
		free(copy);
		p->tape->fed[side] += used;
		ck_assert_uint_le(used, u->len);
		u->need = out.wish.need;
		u->skip = out.wish.skip;
		if (u->skip < u->len - used) {
			used += u->skip;
			u->skip = 0;
		} else {
			u->skip -= u->len - used;
			used = u->len;
		}
		u->len -= used;
		memmove(u->octets, u->octets + used, u->len);
		if (used == 0 || fin)
			return;
	}
}

static inline void
play_octets(struct player *p, int side, const uint8_t *octets, size_t len, uint64_t time)
{
	struct unread *u = &p->side[side];

	if (u->skip >= len) {
		u->skip -= len;
		return;
	}
	octets += u->skip;
	len -= u->skip;
	u->skip = 0;
	ck_assert_uint_le(u->len + len, sizeof u->octets);
	memcpy(u->octets + u->len, octets, len);
	u->len += len;
	play_feed(p, side, time, false);
	/* What the other side said before this one was recognised. */
	if (p->claimed && p->side[!side].len > 0)
		play_feed(p, !side, time, false);
}

/*
 * Plays the talk: turn i at i ms.  With step 0 each turn is whole; else octet by
 * octet of `step` octets; `cut` splits all turns at that offset of the talk.
 */
static inline void
play(struct tape *tape, const struct nsc_dissector *d, const struct talk *talk, size_t step,
     size_t cut)
{
	struct player *p = calloc(1, sizeof *p);
	size_t at = 0;

	memset(tape, 0, sizeof *tape);
	p->d = d;
	p->tape = tape;
	p->port[0] = talk->port[0];
	p->port[1] = talk->port[1];
	p->state = calloc(1, d->state_size);
	if (d->shared_new != NULL)
		ck_assert_int_eq(d->shared_new(&p->shared), 0);
	for (unsigned i = 0; i < talk->turns; i++) {
		const struct turn *t = &talk->turn[i];

		for (size_t done = 0; done < t->len;) {
			size_t n = t->len - done;

			if (step > 0 && n > step)
				n = step;
			if (cut > at && cut < at + n)
				n = cut - at;
			play_octets(p, t->side, t->p + done, n, (i + 1) * 1000000ull);
			done += n;
			at += n;
		}
	}
	for (int side = 0; side < 2; side++)
		play_feed(p, side, (talk->turns + 1) * 1000000ull, true);
	if (d->end != NULL && p->claimed && tape->verdict == NSC_MORE) {
		struct nsc_out out = {.arg = tape,
				      .event = tape_event,
				      .label = tape_label,
				      .shared = p->shared};

		d->end(p->state, &out);
	}
	if (d->shared_free != NULL)
		d->shared_free(p->shared);
	free(p->state);
	free(p);
}

static inline size_t
talk_octets(const struct talk *talk)
{
	size_t n = 0;

	for (unsigned i = 0; i < talk->turns; i++)
		n += talk->turn[i].len;
	return n;
}

static inline void
talk_say(struct talk *talk, int side, const void *p, size_t len)
{
	ck_assert_uint_lt(talk->turns, TALK_MAX);
	talk->store[talk->turns] = malloc(len > 0 ? len : 1);
	memcpy(talk->store[talk->turns], p, len);
	talk->turn[talk->turns] = (struct turn){side, talk->store[talk->turns], len};
	talk->turns++;
}

static inline void
talk_free(struct talk *talk)
{
	for (unsigned i = 0; i < talk->turns; i++)
		free(talk->store[i]);
	talk->turns = 0;
}

/* The same tape and labels whole, octet by octet, and with every split in two. */
static inline void
play_every_way(struct tape *whole, const struct nsc_dissector *d, const struct talk *talk)
{
	struct tape *other = malloc(sizeof *other);
	size_t total = talk_octets(talk);
	size_t stride = total > 3000 ? total / 1500 : 1;

	play(whole, d, talk, 0, 0);
	for (size_t step = 1; step <= 3; step++) {
		play(other, d, talk, step, 0);
		ck_assert_str_eq(other->text, whole->text);
		for (int i = 0; i < NSC_LABEL_COUNT; i++)
			ck_assert_str_eq(other->label[i], whole->label[i]);
	}
	for (size_t cut = 1; cut < total; cut += stride) {
		play(other, d, talk, 0, cut);
		ck_assert_str_eq(other->text, whole->text);
		for (int i = 0; i < NSC_LABEL_COUNT; i++)
			ck_assert_str_eq(other->label[i], whole->label[i]);
	}
	free(other);
}

#endif
