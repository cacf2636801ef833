/* SPDX-License-Identifier: MIT */
/*
 * SIP (RFC 3261): requests and their final answers, matched by Call-ID and CSeq (8.1.3.5, 17.1.3);
 * over UDP a message a datagram, over TCP framed by Content-Length (18.3).  Bodies say where the
 * call's media will be (RFC 3264).
 */
#include <strings.h>

#include "base/fnv.h"
#include "base/line.h"
#include "dissect/media.h"
#include "dissect/pending.h"
#include "dissect/protocols.h"
#include "dissect/start_line.h"
#include "dissect/words.h"

enum {
	ROOM = 48,		/* requests that wait */
	DONE = 64,		/* that were answered: what comes of them again does not count */
	HEAD_MAX = 16384,	/* octets of a message's head over TCP */
	BODY_MAX = 1 << 24,
	BODY_READ = 4096,	/* longer ones are no descriptions of a session */
};

enum { OTHER, INVITE, ACK = 255 };

static const char *const operations[] = {
	"other", "invite", "register", "options", "bye", "cancel", "message", "subscribe",
	"notify", "publish", "info", "refer", "update", "prack", NULL,
};

static const char *const errors[] = {"4xx", "5xx", "6xx", NULL};

static const struct nsc_word_row methods[] = {
	{"ack", ACK}, {"bye", 4}, {"cancel", 5}, {"info", 10}, {"invite", INVITE}, {"message", 6},
	{"notify", 8}, {"options", 3}, {"prack", 13}, {"publish", 9}, {"refer", 11},
	{"register", 2}, {"subscribe", 7}, {"update", 12},
};

struct state {
	struct nsc_pending ids[ROOM];
	uint32_t done[DONE];
	uint8_t next;		/* place in done */
	bool lost[2];
};

struct message {
	uint16_t status;	/* 0: a request */
	uint32_t length;	/* of its body */
	struct nsc_bytes call, cseq, method; /* CSeq's */
};

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	return nsc_start_line(&g->bytes, "SIP/2.0");
}

static bool
is_blank(uint8_t c)
{
	return c == ' ' || c == '\t';
}

static void
trim(struct nsc_bytes *b)
{
	while (nsc_bytes_left(b) > 0 && is_blank(*b->p))
		nsc_bytes_skip(b, 1);
	while (nsc_bytes_left(b) > 0 && (is_blank(b->end[-1]) || b->end[-1] == '\r'))
		b->end--;
}

/* Up to the next blank, and behind it. */
static struct nsc_bytes
word(struct nsc_bytes *b)
{
	size_t n = 0;

	trim(b);
	while (n < nsc_bytes_left(b) && !is_blank(b->p[n]))
		n++;
	return nsc_bytes_sub(b, n);
}

static uint32_t
number(struct nsc_bytes b)
{
	int64_t n = nsc_bytes_left(&b) > 0 ? nsc_bytes_decimal(b, UINT32_MAX - 10) : 0;

	return n >= 0 ? (uint32_t)n : UINT32_MAX;
}

/* A line up to its LF, which goes too.  False: it is not all there. */
static bool
take_line(struct nsc_bytes *b, struct nsc_bytes *line)
{
	if (!nsc_bytes_line(b, line))
		return false;
	trim(line);
	return true;
}

static bool
is_named(const struct nsc_bytes *name, const char *text)
{
	size_t n = strlen(text);

	return nsc_bytes_left(name) == n && strncasecmp((const char *)name->p, text, n) == 0;
}

/* The fields that matter, also by their short names (7.3.3). */
static void
field(struct nsc_bytes line, struct message *m)
{
	const uint8_t *colon = memchr(line.p, ':', nsc_bytes_left(&line));
	struct nsc_bytes name;

	if (colon == NULL)
		return;
	name = nsc_bytes_sub(&line, (size_t)(colon - line.p));
	nsc_bytes_skip(&line, 1);
	trim(&name);
	trim(&line);
	if (is_named(&name, "call-id") || is_named(&name, "i")) {
		m->call = line;
	} else if (is_named(&name, "cseq")) {
		m->cseq = word(&line);
		m->method = word(&line);
	} else if (is_named(&name, "content-length") || is_named(&name, "l")) {
		m->length = number(line);
	}
}

/* The message's head; b stands behind it.  False: it is not all there. */
static bool
take_head(struct nsc_bytes *b, struct message *m)
{
	struct nsc_bytes line;

	*m = (struct message){.call = nsc_bytes(NULL, 0), .cseq = nsc_bytes(NULL, 0),
			      .method = nsc_bytes(NULL, 0)};
	if (!take_line(b, &line))
		return false;
	if (nsc_bytes_starts(&line, "SIP/2.0 ")) {
		nsc_bytes_skip(&line, 8);
		m->status = (uint16_t)number(word(&line));
	}
	while (take_line(b, &line)) {
		if (nsc_bytes_left(&line) == 0)
			return true;
		field(line, m);
	}
	return false;
}

/* FNV-1a: a conversation's own calls are few. */
static uint32_t
mix(uint32_t h, struct nsc_bytes b)
{
	static const uint8_t end = 0xff;

	return nsc_fnv(nsc_fnv(h, b.p, nsc_bytes_left(&b)), &end, 1);
}

/* Of a transaction that a side asked for; never 0. */
static uint32_t
transaction(const struct message *m, unsigned side)
{
	uint32_t h = mix(mix(mix(NSC_FNV_BASIS + side, m->call), m->cseq), m->method);

	return h != 0 ? h : 1;
}

static bool
is_done(const struct state *s, uint32_t id)
{
	for (unsigned i = 0; i < DONE; i++)
		if (s->done[i] == id)
			return true;
	return false;
}

static void
on_request(struct state *s, unsigned side, const struct message *m, struct nsc_out *out)
{
	unsigned kind = nsc_word_value(methods, sizeof methods / sizeof methods[0], &m->method, OTHER);
	uint32_t id = transaction(m, side);

	if (kind == ACK || is_done(s, id))
		return;
	for (unsigned i = 0; i < ROOM; i++)
		if (s->ids[i].used && s->ids[i].id == id)
			return;		/* sent again: the first one's time holds */
	if (!nsc_ids_ask(s->ids, ROOM, id, kind, 0, out->time))
		nsc_out_lost(out);
}

static void
on_answer(struct state *s, unsigned side, const struct message *m, struct nsc_out *out)
{
	uint32_t id = transaction(m, !side);
	bool challenge = m->status == 401 || m->status == 407;
	struct nsc_pending p;

	if (m->status < 200 || m->status > 699 || !nsc_ids_take(s->ids, ROOM, id, &p))
		return;
	nsc_out_answered(out, &p, m->status < 400 || challenge ? 0 : m->status / 100u - 3);
	s->done[s->next] = id;
	s->next = (uint8_t)((s->next + 1) % DONE);
}

static void
on_message(struct state *s, unsigned side, const struct message *m, struct nsc_bytes body,
	   struct nsc_out *out)
{
	if (nsc_bytes_left(&body) > 0 && out->media != NULL)
		nsc_media_description(out->media, body, out->time);
	if (nsc_bytes_left(&m->call) == 0 || nsc_bytes_left(&m->method) == 0)
		return;
	if (m->status == 0)
		on_request(s, side, m, out);
	else
		on_answer(s, side, m, out);
}

static enum nsc_verdict
feed_datagram(struct state *s, struct nsc_chunk *in, struct nsc_out *out)
{
	struct nsc_guess g = {.bytes = in->bytes};
	struct message m;

	/* Octets between messages keep a NAT's binding open (RFC 5626, 3.5.1). */
	if (nsc_bytes_left(&in->bytes) <= 4 || guess(&g) != NSC_DONE)
		return NSC_MORE;
	/* Cut short, what is there of it may do. */
	take_head(&in->bytes, &m);
	on_message(s, in->side, &m, in->bytes, out);
	return NSC_MORE;
}

static enum nsc_verdict
feed_stream(struct state *s, struct nsc_chunk *in, struct nsc_out *out)
{
	while (nsc_bytes_left(&in->bytes) > 0) {
		struct nsc_guess g = {.bytes = in->bytes};
		struct nsc_bytes b = in->bytes;
		size_t left = nsc_bytes_left(&b);
		enum nsc_verdict v;
		struct message m;

		if (*b.p == '\r' || *b.p == '\n') {	/* between messages (7.5) */
			nsc_bytes_skip(&in->bytes, 1);
			continue;
		}
		v = guess(&g);
		if (v == NSC_NOT_MINE && s->lost[in->side]) {
			nsc_bytes_skip(&in->bytes, left);
			return NSC_MORE;
		}
		if (v == NSC_NOT_MINE)
			return NSC_MALFORMED;
		if (v == NSC_MORE || !take_head(&b, &m)) {
			out->wish.need = (uint32_t)left + 1;
			return left < HEAD_MAX ? NSC_MORE : NSC_DONE;
		}
		if (m.length > BODY_MAX)
			return NSC_MALFORMED;
		if (m.length <= BODY_READ && m.length > nsc_bytes_left(&b)) {
			out->wish.need = (uint32_t)(b.p - in->bytes.p) + m.length;
			return NSC_MORE;
		}
		s->lost[in->side] = false;
		left = nsc_bytes_left(&b);
		on_message(s, in->side, &m, nsc_bytes(b.p, m.length <= BODY_READ ? m.length : 0), out);
		nsc_bytes_skip(&b, m.length < left ? m.length : left);
		in->bytes = b;
		out->wish.skip = m.length < left ? 0 : m.length - left;
	}
	return NSC_MORE;
}

static enum nsc_verdict
feed(void *state, struct nsc_chunk *in, struct nsc_out *out)
{
	struct state *s = state;

	if (in->transport == NSC_OVER_UDP)
		return feed_datagram(s, in, out);
	if (in->gap) {
		s->lost[in->side] = true;
		memset(s->ids, 0, sizeof s->ids);
	}
	return feed_stream(s, in, out);
}

const struct nsc_dissector nsc_sip = {
	.name = "sip",
	.title = "Session Initiation Protocol",
	.spec = "RFC 3261",
	.transports = NSC_OVER_TCP | NSC_OVER_UDP,
	.state_size = sizeof(struct state),
	.first = {{'A', 'Z' + 1}},
	.guess = guess,
	.feed = feed,
	.operations = operations,
	.errors = errors,
	.known_by = "a request's or a response's first line, with its version",
	.measures = "requests by method that got their final answer, each once, however often it is sent; 4xx, 5xx "
		    "and 6xx are errors, the challenges 401 and 407 are none; time to the final answer (of "
		    "INVITE: ringing, too)",
	.limits = "answers that come to other addresses or ports than the request's are not matched; of "
		  "more than 48 requests that wait the oldest is not told",
};
