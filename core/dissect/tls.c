/* SPDX-License-Identifier: MIT */
/*
 * TLS over TCP (RFC 8446, RFC 5246): both hellos, then nothing more.  A hello
 * may be spread over segments and over records; it stays unread until it is
 * whole, so a conversation keeps a few octets of state.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/types.h>

#include "dissect/ja4.h"
#include "dissect/protocols.h"
#include "dissect/tls_hello.h"
#include "dissect/tls_record.h"

enum {
	HEADER = NSC_TLS_RECORD_HEADER,
	MESSAGE = 4, /* type and length of a handshake message */
	HELLO_MAX = 65536,
	HELLO_MIN = 2 + 32 + 1,
	PATIENCE = 24, /* records of a side after its hello, with none from the other */
};

struct state {
	uint64_t asked;      /* time of the first ClientHello */
	uint8_t records[2];  /* behind the side's hello */
	bool client, server; /* hellos seen */
	bool lost[2];        /* where records begin is not known */
};

static enum nsc_verdict
guess_handshake(const struct nsc_guess *g)
{
	uint8_t m[MESSAGE + HELLO_MIN];
	size_t used, n;
	uint32_t len;
	bool broken;

	n = nsc_tls_gather(g->bytes, m, sizeof m, &used, &broken);
	if (n == 0)
		return broken ? NSC_NOT_MINE : NSC_MORE;
	if (m[0] != NSC_TLS_CLIENT_HELLO && m[0] != NSC_TLS_SERVER_HELLO &&
	    m[0] != NSC_TLS_HELLO_RETRY)
		return NSC_NOT_MINE;
	if (n < MESSAGE)
		return broken ? NSC_NOT_MINE : NSC_MORE;
	len = (uint32_t)m[1] << 16 | (uint32_t)m[2] << 8 | m[3];
	if (len > HELLO_MAX || len < (m[0] == NSC_TLS_HELLO_RETRY ? 4 : HELLO_MIN))
		return NSC_NOT_MINE;
	if (n < MESSAGE + 2)
		return broken ? NSC_NOT_MINE : NSC_MORE;
	if (m[4] != 3 && m[4] != 0x7f)
		return NSC_NOT_MINE;
	if (m[0] == NSC_TLS_HELLO_RETRY)
		return NSC_DONE;
	if (n < sizeof m)
		return broken ? NSC_NOT_MINE : NSC_MORE;
	/* Length of the session id; drafts before 22 send none. */
	return m[4] == 0x7f || m[MESSAGE + 2 + 32] <= 32 ? NSC_DONE : NSC_NOT_MINE;
}

/* An alert in the clear is exactly so long; then comes a record or nothing. */
static enum nsc_verdict
guess_alert(struct nsc_bytes b)
{
	struct nsc_tls_record r;
	uint8_t level, what;

	if (!nsc_tls_record_header(&b, &r))
		return NSC_MORE;
	level = nsc_bytes_u8(&b);
	what = nsc_bytes_u8(&b);
	if (b.bad)
		return r.len == 2 ? NSC_MORE : NSC_NOT_MINE;
	if (r.len != 2 || level < 1 || level > 2 || what > 121)
		return NSC_NOT_MINE;
	return nsc_bytes_left(&b) == 0 || nsc_tls_record_plausible(b) ? NSC_DONE
								      : NSC_NOT_MINE;
}

/* In mid-stream: whole records of application data, or one that is followed by another. */
static enum nsc_verdict
guess_data(struct nsc_bytes b)
{
	struct nsc_tls_record r;

	if (!nsc_tls_record_header(&b, &r) || r.len < 17)
		return NSC_NOT_MINE;
	nsc_bytes_skip(&b, r.len);
	if (b.bad)
		return NSC_MORE;
	return nsc_bytes_left(&b) == 0 || nsc_tls_record_plausible(b) ? NSC_DONE
								      : NSC_NOT_MINE;
}

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	uint16_t version;
	size_t whole;

	if (nsc_bytes_left(&g->bytes) == 0)
		return NSC_MORE;
	if (g->bytes.p[0] >= 0x80)
		return nsc_tls_ssl2_hello(g->bytes, &version, &whole);
	if (!nsc_tls_record_plausible(g->bytes))
		return NSC_NOT_MINE;
	switch (g->bytes.p[0]) {
	case NSC_TLS_HANDSHAKE:
		return guess_handshake(g);
	case NSC_TLS_ALERT:
		return guess_alert(g->bytes);
	case NSC_TLS_DATA:
		return g->midstream ? guess_data(g->bytes) : NSC_NOT_MINE;
	default:
		return NSC_NOT_MINE;
	}
}

static bool
on_client_hello(struct state *s, struct nsc_bytes body, struct nsc_out *out)
{
	struct nsc_event ev = {.kind = NSC_EVENT_TLS};
	struct nsc_tls_client_hello h;
	char ja4[NSC_JA4_TEXT];

	if (!nsc_tls_client_hello(&h, body))
		return s->client;
	if (!s->client)
		s->asked = out->time;
	s->client = true;
	if (h.sni.len > 0)
		nsc_out_label(out, NSC_LABEL_TLS_SNI, h.sni.p, h.sni.len);
	if (h.alpns_len > 0)
		nsc_out_label(out, NSC_LABEL_TLS_ALPN, h.alpns, h.alpns_len);
	if (nsc_ja4(body, 't', ja4)) {
		ev.tls.ja4 = (struct nsc_text){ja4, (uint32_t)strlen(ja4)};
		nsc_out_label(out, NSC_LABEL_JA4, ja4, strlen(ja4));
	}
	ev.tls.sni = h.sni;
	ev.tls.alpn = h.alpn;
	ev.tls.version = h.version;
	nsc_out_event(out, &ev);
	return true;
}

static bool
on_server_hello(struct state *s, struct nsc_bytes body, struct nsc_out *out)
{
	struct nsc_event ev = {.kind = NSC_EVENT_TLS_DONE};
	struct nsc_tls_server_hello h;
	char buf[NSC_TLS_VERSION_TEXT];
	const char *text;

	if (!nsc_tls_server_hello(&h, body))
		return s->server;
	text = nsc_tls_version_text(h.version, buf);
	nsc_out_label(out, NSC_LABEL_TLS_VERSION, text, strlen(text));
	if (h.alpn.len > 0)
		nsc_out_label(out, NSC_LABEL_TLS_ALPN, h.alpn.p, h.alpn.len);
	if (h.retry)
		return true;
	s->server = true;
	ev.done.version = h.version;
	if (s->client && out->time > s->asked)
		ev.done.latency = out->time - s->asked;
	nsc_out_event(out, &ev);
	return true;
}

/* Draft 19 and before: version, (cipher,) extensions. */
static bool
on_draft_retry(struct nsc_bytes body, struct nsc_out *out)
{
	uint16_t version = nsc_bytes_u16(&body);

	if (!body.bad && version >> 8 == 0x7f)
		nsc_out_label(out, NSC_LABEL_TLS_VERSION, "1.3", 3);
	return true;
}

/* False: a hello that cannot be read, and none was before it. */
static bool
on_message(struct state *s, const uint8_t *m, size_t len, struct nsc_out *out)
{
	struct nsc_bytes body = nsc_bytes(m + MESSAGE, len - MESSAGE);

	if (m[0] == NSC_TLS_CLIENT_HELLO)
		return on_client_hello(s, body, out);
	if (m[0] == NSC_TLS_SERVER_HELLO)
		return on_server_hello(s, body, out);
	return on_draft_retry(body, out);
}

static bool
is_hello(uint8_t type)
{
	return type == NSC_TLS_CLIENT_HELLO || type == NSC_TLS_SERVER_HELLO ||
	       type == NSC_TLS_HELLO_RETRY;
}

/*
 * Handshake records at the start of b: reads a hello if one begins there.
 * Returns the octets to pass over, 0 if more are needed, -1 if it is broken.
 */
static ssize_t
handshake(struct state *s, const struct nsc_bytes *b, struct nsc_out *out)
{
	uint8_t head[MESSAGE], *scratch = out->shared;
	size_t used, total, end, record, n;
	const uint8_t *m;
	bool broken;

	record = HEADER + (size_t)(b->p[3] << 8 | b->p[4]);
	n = nsc_tls_gather(*b, head, MESSAGE, &used, &broken);
	if (n >= 1 && !is_hello(head[0]))
		return (ssize_t)record;
	if (n < MESSAGE)
		return broken ? (ssize_t)record : 0;
	total = MESSAGE + ((size_t)head[1] << 16 | (size_t)head[2] << 8 | head[3]);
	if (total > HELLO_MAX)
		return (ssize_t)record;
	if (HEADER + total <= record) {
		if (nsc_bytes_left(b) < HEADER + total) {
			out->wish.need = (uint32_t)(HEADER + total);
			return 0;
		}
		m = b->p + HEADER;
		end = record;
	} else {
		n = nsc_tls_gather(*b, scratch, total, &end, &broken);
		if (n < total) {
			out->wish.need = (uint32_t)(nsc_bytes_left(b) + 1);
			return broken ? (ssize_t)record : 0;
		}
		m = scratch;
	}
	return on_message(s, m, total, out) ? (ssize_t)end : -1;
}

static void
pass(struct nsc_bytes *b, size_t n, struct nsc_out *out)
{
	size_t have = nsc_bytes_left(b);

	nsc_bytes_skip(b, n < have ? n : have);
	out->wish.skip = n > have ? n - have : 0;
}

static bool
finished(struct state *s, unsigned side)
{
	return (s->client && s->server) || s->records[side] > PATIENCE;
}

static enum nsc_verdict
feed_ssl2(struct state *s, struct nsc_chunk *in, struct nsc_out *out)
{
	struct nsc_event ev = {.kind = NSC_EVENT_TLS};
	enum nsc_verdict v;
	uint16_t version;
	size_t whole;

	v = nsc_tls_ssl2_hello(in->bytes, &version, &whole);
	if (v != NSC_DONE)
		return v;
	if (nsc_bytes_left(&in->bytes) < whole) {
		out->wish.need = (uint32_t)whole;
		return NSC_MORE;
	}
	nsc_bytes_skip(&in->bytes, whole);
	s->client = true;
	s->asked = out->time;
	ev.tls.version = version;
	nsc_out_event(out, &ev);
	return s->server ? NSC_DONE : NSC_MORE;
}

static enum nsc_verdict
feed(void *state, struct nsc_chunk *in, struct nsc_out *out)
{
	struct state *s = state;
	struct nsc_bytes *b = &in->bytes;
	bool *lost = &s->lost[in->side];

	if (in->gap)
		*lost = true;
	if (*lost && (nsc_bytes_left(b) < HEADER || !nsc_tls_record_plausible(*b))) {
		nsc_bytes_skip(b, nsc_bytes_left(b));
		return ++s->records[in->side] > PATIENCE ? NSC_DONE : NSC_MORE;
	}
	*lost = false;
	if (!s->client && nsc_bytes_left(b) > 0 && b->p[0] >= 0x80 &&
	    s->records[in->side] == 0)
		return feed_ssl2(s, in, out);
	while (nsc_bytes_left(b) >= HEADER) {
		ssize_t n = HEADER + (b->p[3] << 8 | b->p[4]);

		if (!nsc_tls_record_plausible(*b))
			return s->client || s->server ? NSC_DONE : NSC_NOT_MINE;
		if (b->p[0] == NSC_TLS_HANDSHAKE)
			n = handshake(s, b, out);
		if (n <= 0)
			return n < 0 ? NSC_MALFORMED : NSC_MORE;
		pass(b, (size_t)n, out);
		if (finished(s, in->side))
			return NSC_DONE;
		s->records[in->side]++;
		if (out->wish.skip > 0)
			return NSC_MORE;
	}
	out->wish.need = HEADER;
	return NSC_MORE;
}

/* A hello that spans records is put together here: no conversation holds one of its own. */
static int
shared_new(void **shared)
{
	*shared = malloc(HELLO_MAX);
	return *shared != NULL ? 0 : -ENOMEM;
}

static void
shared_free(void *shared)
{
	free(shared);
}

const struct nsc_dissector nsc_tls = {
	.name = "tls",
	.title = "Transport Layer Security",
	.spec = "RFC 8446, RFC 5246",
	.transports = NSC_OVER_TCP,
	.state_size = sizeof(struct state),
	.guess = guess,
	.feed = feed,
	.shared_memory = HELLO_MAX,
	.shared_new = shared_new,
	.shared_free = shared_free,
};
