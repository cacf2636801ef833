/* SPDX-License-Identifier: MIT */
/*
 * PostgreSQL, protocol 3 (its manual, "Message Flow", "Message Formats"): the name,
 * and TLS behind an SSLRequest that the server accepts.
 */
#include "dissect/protocols.h"
#include "dissect/starttls.h"

enum {
	STARTUP_3_0 = 196608,
	STARTUP_3_2 = 196610,
	CANCEL = 80877102,
	SSL = 80877103,
	GSS = 80877104,
	STARTUP_MAX = 10000, /* MAX_STARTUP_PACKET_LENGTH */
};

struct state {
	uint8_t client; /* side + 1; 0: not known */
	uint8_t asked;  /* requests without a reply */
};

/* The parameters begin with a name and a value; "user" must be among them. */
static bool
has_user(struct nsc_bytes b)
{
	return memmem(b.p, nsc_bytes_left(&b), "user", 5) != NULL;
}

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	struct nsc_bytes b = g->bytes;
	size_t left = nsc_bytes_left(&b);
	uint32_t len = nsc_bytes_u32(&b), code = nsc_bytes_u32(&b);

	/* A reply may be captured before its request. */
	if (left == 1 && nsc_bytes_left(&g->other) == 0 &&
	    (*g->bytes.p == 'S' || *g->bytes.p == 'N'))
		return NSC_MORE;
	if (left >= 1 && *g->bytes.p != 0)
		return NSC_NOT_MINE;
	if (left < 4)
		return left >= 2 && g->bytes.p[1] != 0 ? NSC_NOT_MINE : NSC_MORE;
	if (len < 8 || len > STARTUP_MAX)
		return NSC_NOT_MINE;
	if (left < 8)
		return NSC_MORE;
	switch (code) {
	case SSL:
	case GSS:
		return len == 8 ? NSC_DONE : NSC_NOT_MINE;
	case CANCEL:
		return len >= 16 ? NSC_DONE : NSC_NOT_MINE;
	case STARTUP_3_0:
	case STARTUP_3_2:
		if (left < len)
			return NSC_MORE;
		b.end = g->bytes.p + len;
		return len > 9 && b.end[-1] == 0 && has_user(b) ? NSC_DONE : NSC_NOT_MINE;
	default:
		return NSC_NOT_MINE;
	}
}

static enum nsc_verdict
client_says(struct state *s, struct nsc_chunk *in, struct nsc_out *out)
{
	struct nsc_bytes b = in->bytes;
	enum nsc_verdict v =
		s->asked > 0 ? nsc_starttls_hello(in, true, out) : NSC_NOT_MINE;
	uint32_t len = nsc_bytes_u32(&b), code = nsc_bytes_u32(&b);

	if (v != NSC_NOT_MINE)
		return v;
	if (b.bad) {
		out->wish.need = 8;
		return NSC_MORE;
	}
	if (len != 8 || (code != SSL && code != GSS) || s->asked == 2)
		return NSC_DONE;
	in->bytes = b;
	s->asked++;
	return NSC_MORE;
}

static enum nsc_verdict
feed(void *state, struct nsc_chunk *in, struct nsc_out *out)
{
	struct state *s = state;

	if (s->client == 0 && nsc_bytes_left(&in->bytes) > 0)
		s->client = (uint8_t)(1 + (*in->bytes.p == 0 ? in->side : !in->side));
	while (nsc_bytes_left(&in->bytes) > 0) {
		if (s->client == in->side + 1) {
			enum nsc_verdict v = client_says(s, in, out);

			if (v != NSC_MORE || out->wish.need > 0)
				return v;
			continue;
		}
		if (s->asked == 0 && nsc_bytes_left(&in->bytes) == 1 && !in->fin) {
			out->wish.need = 2;
			return NSC_MORE;
		}
		switch (nsc_bytes_u8(&in->bytes)) {
		case 'S':
			return s->asked > 0 ? NSC_HAND_ON : NSC_DONE;
		case 'N':
			if (s->asked == 0)
				return NSC_DONE;
			s->asked--;
			break;
		default:
			return NSC_DONE;
		}
	}
	return NSC_MORE;
}

const struct nsc_dissector nsc_postgresql = {
	.name = "postgresql",
	.title = "PostgreSQL frontend/backend protocol",
	.spec = "PostgreSQL manual, protocol 3",
	.transports = NSC_OVER_TCP,
	.state_size = sizeof(struct state),
	.guess = guess,
	.feed = feed,
};
