/* SPDX-License-Identifier: MIT */
/* XMPP over TCP (RFC 6120): the name, and STARTTLS (5.4). */
#include "dissect/protocols.h"
#include "dissect/starttls.h"

enum {
	HEADER_MAX = 1024, /* octets before the stream's tag, and */
	TAG_MAX = 8192,    /* of a tag */
	PATIENCE = 256,    /* tags without a request for TLS */
};

struct state {
	uint16_t tags;
	uint8_t client; /* side + 1 that asked; 0: none */
	uint8_t server; /* side + 1 that told its features, TLS among them; 0: none */
	bool spoke[2];
};

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	static const char prolog[] = "<?xml", tag[] = "<stream:stream ";
	struct nsc_bytes b = g->bytes;
	size_t left = nsc_bytes_left(&b), n = sizeof tag - 1;

	if (left > HEADER_MAX)
		left = HEADER_MAX;
	if (memcmp(b.p, tag, left < n ? left : n) == 0)
		return left < n ? NSC_MORE : NSC_DONE;
	n = sizeof prolog - 1;
	if (memcmp(b.p, prolog, left < n ? left : n) != 0)
		return NSC_NOT_MINE;
	if (memmem(b.p, left, tag, sizeof tag - 1) != NULL)
		return NSC_DONE;
	/* Nothing but blanks may stand between the declaration and the stream. */
	const uint8_t *p = memchr(b.p, '>', left), *end = b.p + left;

	if (p == NULL)
		return left < HEADER_MAX ? NSC_MORE : NSC_NOT_MINE;
	for (p++; p < end && (*p == ' ' || *p == '\r' || *p == '\n' || *p == '\t'); p++)
		;
	n = (size_t)(end - p) < sizeof tag - 1 ? (size_t)(end - p) : sizeof tag - 1;
	return left < HEADER_MAX && memcmp(p, tag, n) == 0 ? NSC_MORE : NSC_NOT_MINE;
}

static bool
tag_is(const uint8_t *tag, size_t len, const char *name)
{
	size_t n = strlen(name);

	return len > n && memcmp(tag, name, n) == 0 &&
	       (tag[n] == ' ' || tag[n] == '/' || tag[n] == '>');
}

/* One tag, with its brackets. */
static enum nsc_verdict
on_tag(struct state *s, uint8_t side, const uint8_t *tag, size_t len)
{
	s->spoke[side] = true;
	if (tag_is(tag, len, "<stream:features"))
		s->server = (uint8_t)(side + 1);
	if (tag_is(tag, len, "<starttls") && s->client == 0 && s->server != side + 1)
		s->client = (uint8_t)(side + 1);
	if (s->client == 0) {
		if (tag_is(tag, len, "<auth") || tag_is(tag, len, "<iq") ||
		    tag_is(tag, len, "<message") || ++s->tags >= PATIENCE)
			return NSC_DONE;
		return NSC_MORE;
	}
	if (s->client == side + 1)
		return NSC_MORE;
	if (tag_is(tag, len, "</proceed"))
		return NSC_HAND_ON;
	if (!tag_is(tag, len, "<proceed"))
		return NSC_MORE;
	return tag[len - 2] == '/' ? NSC_HAND_ON : NSC_MORE;
}

static enum nsc_verdict
feed(void *state, struct nsc_chunk *in, struct nsc_out *out)
{
	struct state *s = state;
	struct nsc_bytes *b = &in->bytes;

	while (nsc_bytes_left(b) > 0) {
		bool awaited = s->client == in->side + 1 && s->spoke[!in->side];
		size_t left = nsc_bytes_left(b);
		enum nsc_verdict v = nsc_starttls_hello(in, awaited, out);
		const uint8_t *p = b->p, *end;

		if (v != NSC_NOT_MINE)
			return v;
		if (awaited && !in->fin && (*p < '\t' || *p >= 0x80)) {
			out->wish.need = (uint32_t)left + 1;
			return NSC_MORE;
		}
		if (*p != '<') {
			nsc_bytes_skip(b, 1);
			continue;
		}
		end = memchr(p, '>', left);
		if (end == NULL) {
			out->wish.need = (uint32_t)left + 1;
			return left < TAG_MAX ? NSC_MORE : NSC_DONE;
		}
		nsc_bytes_skip(b, (size_t)(end + 1 - p));
		v = on_tag(s, in->side, p, (size_t)(end + 1 - p));
		if (v != NSC_MORE)
			return v;
	}
	return NSC_MORE;
}

const struct nsc_dissector nsc_xmpp = {
	.name = "xmpp",
	.title = "Extensible Messaging and Presence Protocol",
	.spec = "RFC 6120",
	.transports = NSC_OVER_TCP,
	.state_size = sizeof(struct state),
	.guess = guess,
	.feed = feed,
	.known_by = "a stream's opening element in its name space",
	.measures = "STARTTLS hands over to TLS",
};
