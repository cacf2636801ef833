/* SPDX-License-Identifier: MIT */
/*
 * Kafka (protocol guide, request headers 1 and 2): a length, an API with its version, and the
 * number that the answer repeats.  A produce that wants no acknowledgement gets no answer.
 */
#include "dissect/kafka.h"
#include "dissect/pending.h"
#include "dissect/protocols.h"
#include "dissect/rest.h"

enum {
	HEADER = 14,			/* length, API, version, number, length of the client's name */
	REQUEST = 12, ANSWER = 8,	/* what is read of a header */
	API_MAX = 92, VERSION_MAX = 20, NAME_LENGTH_MAX = 255, NAME_ENOUGH = 4,
	API_VERSIONS = 18, METADATA = 3, SASL_HANDSHAKE = 17,
	BEGIN_MAX = 4096,		/* of the first request */
	MESSAGE_MAX = 1 << 30,
	ROOM = 60,
};

struct message {
	struct nsc_kafka_walk walk;
	uint64_t left;			/* octets still to come */
	struct nsc_pending request;	/* under way, or answered by what is under way */
	bool counts;
	bool lost;			/* octets were lost: a message's beginning is looked for */
};

struct state {
	struct nsc_pending waiting[ROOM];
	struct message message[2];	/* by side */
	uint8_t client;			/* side + 1; 0: not known */
	bool damaged;			/* octets were lost, or the beginning was not seen */
};

/* What a client asks first. */
static bool
begins(uint16_t api)
{
	return api == API_VERSIONS || api == METADATA || api == SASL_HANDSHAKE;
}

static bool
is_text(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] < ' ' || p[i] > 0x7e)
			return false;
	return true;
}

/*
 * A request, by its header: the highest octets of length, API and version are nearly all 0, and
 * its client's name is text.  `first`: the conversation's first, which is alone.
 */
static enum nsc_verdict
guess_request(struct nsc_bytes b, bool first)
{
	size_t left = nsc_bytes_left(&b);
	uint32_t length = nsc_bytes_u32(&b);
	uint16_t api = nsc_bytes_u16(&b), version = nsc_bytes_u16(&b), n;
	const uint8_t *name;

	if (left >= 4 && (length < HEADER - 4 || length > (first ? BEGIN_MAX : MESSAGE_MAX)))
		return NSC_NOT_MINE;
	if (left >= 8 && (version > VERSION_MAX || (first ? !begins(api) : api > API_MAX)))
		return NSC_NOT_MINE;
	if (left < HEADER || (first && left < length + 4))
		return NSC_MORE;
	nsc_bytes_skip(&b, 4);
	n = nsc_bytes_u16(&b);
	if (n == 0 || n > NAME_LENGTH_MAX || n > length + 4 - HEADER)
		return NSC_NOT_MINE;
	name = nsc_bytes_take(&b, n);
	if (name == NULL)
		return NSC_MORE;
	if (!is_text(name, n))
		return NSC_NOT_MINE;
	return left == length + 4 || (!first && n >= NAME_ENOUGH) ? NSC_DONE : NSC_NOT_MINE;
}

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	enum nsc_verdict v = guess_request(g->bytes, true);
	struct nsc_bytes b = g->bytes;
	uint32_t length;

	if (!g->midstream || v == NSC_DONE)
		return v;
	v = guess_request(g->bytes, false);
	if (v != NSC_NOT_MINE)
		return v;
	/* It may be an answer: the next request will tell. */
	length = nsc_bytes_u32(&b);
	return nsc_bytes_left(&g->other) == 0 && length >= 4 && length < MESSAGE_MAX ? NSC_MORE
										     : NSC_NOT_MINE;
}

static void
over(struct state *s, int side, struct nsc_out *out)
{
	struct message *m = &s->message[side];
	bool login = (m->request.kind & NSC_KAFKA_LOGIN) != 0;
	unsigned error;

	if (!m->counts)
		return;
	if (s->client == side + 1) {
		if (m->request.kind == NSC_KAFKA_PRODUCE && m->request.used && m->walk.value == 0)
			nsc_out_operation(out, NSC_KAFKA_PRODUCE, 0, 0);
		else if (!nsc_ids_ask(s->waiting, ROOM, m->request.id, m->request.kind,
				      m->request.tag, out->time))
			nsc_out_lost(out);
		return;
	}
	error = nsc_kafka_error(m->walk.value);
	if (!login)
		nsc_out_answered(out, &m->request, error);
	else if (error > 0)
		nsc_out_operation(out, NSC_NO_OPERATION, error, 0);
}

/* The header of a request is there. */
static void
request(struct message *m, struct nsc_bytes *b)
{
	uint16_t api = nsc_bytes_u16(b), version = nsc_bytes_u16(b);
	uint32_t id = nsc_bytes_u32(b);

	/* Behind SaslHandshake 0 there are octets of its mechanism. */
	m->counts = api <= API_MAX && version <= VERSION_MAX;
	m->request = (struct nsc_pending){.id = id, .kind = (uint8_t)nsc_kafka_kind(api),
					  .tag = (uint8_t)version};
	m->walk.at = NULL;
	m->walk.value = 0;
	if (m->counts && m->request.kind == NSC_KAFKA_PRODUCE)
		nsc_kafka_produce(&m->walk, version);
}

static void
answer(struct state *s, struct message *m, struct nsc_bytes *b)
{
	uint32_t id = nsc_bytes_u32(b);

	m->walk.at = NULL;
	m->walk.value = 0;
	m->counts = nsc_ids_take(s->waiting, ROOM, id, &m->request);
	if (m->counts)
		nsc_kafka_answer(&m->walk, m->request.kind, m->request.tag);
}

/* Walks to what is looked for, or to the end of the octets or the message.  False: more are needed. */
static bool
walk(struct message *m, struct nsc_bytes *octets, struct nsc_wish *wish)
{
	while (m->walk.at != NULL && m->left > 0) {
		size_t there = nsc_bytes_left(octets);
		struct nsc_bytes b = nsc_bytes(octets->p, m->left < there ? (size_t)m->left : there);
		const uint8_t *from = b.p;
		uint32_t pass;

		if (!nsc_kafka_step(&m->walk, &b, &pass)) {
			if (m->left <= there) {
				m->walk.at = NULL;	/* it is laid out otherwise */
				break;
			}
			wish->need = (uint32_t)there + 1;
			return false;
		}
		/* Acks were reached, or the message ended before them. */
		m->request.used = m->walk.at == NULL;
		nsc_bytes_skip(octets, (size_t)(b.p - from));
		m->left -= (uint64_t)(b.p - from);
		if (pass >= m->left && pass > 0) {
			m->walk.at = NULL;
		} else if (pass > nsc_bytes_left(octets)) {
			wish->skip = pass - nsc_bytes_left(octets);
			nsc_bytes_skip(octets, nsc_bytes_left(octets));
			m->left -= pass;
			return false;
		} else {
			nsc_bytes_skip(octets, pass);
			m->left -= pass;
		}
	}
	return true;
}

/* One message's header.  1: it was read; 0: it is not all there; -1: it is none. */
static int
begin_message(struct state *s, struct nsc_chunk *in, struct nsc_out *out)
{
	struct message *m = &s->message[in->side];
	bool client = s->client == in->side + 1;
	unsigned least = client ? REQUEST : ANSWER;
	struct nsc_bytes b = in->bytes;
	uint32_t length = nsc_bytes_u32(&b);

	if (!b.bad && (length == 0 || length > MESSAGE_MAX))
		return -1;
	if (!b.bad && length + 4 < least) {	/* a token of SASL */
		m->counts = false;
		m->walk.at = NULL;
		m->left = length;
		in->bytes = b;
		return 1;
	}
	if (b.bad || nsc_bytes_left(&b) < least - 4) {
		out->wish.need = least;
		return 0;
	}
	if (client)
		request(m, &b);
	else
		answer(s, m, &b);
	m->left = length - (least - 4);
	in->bytes = b;
	return 1;
}

/* Behind lost octets a packet that begins with a request, or with an answer that is waited for. */
static bool
found_again(const struct state *s, const struct nsc_chunk *in)
{
	struct nsc_bytes b = in->bytes;
	uint32_t length, id;

	if (s->client == in->side + 1)
		return guess_request(b, false) == NSC_DONE;
	length = nsc_bytes_u32(&b);
	id = nsc_bytes_u32(&b);
	if (b.bad || length < 4 || length > MESSAGE_MAX)
		return false;
	for (unsigned i = 0; i < ROOM; i++)
		if (s->waiting[i].used && s->waiting[i].id == id)
			return true;
	return false;
}

static enum nsc_verdict
feed(void *state, struct nsc_chunk *in, struct nsc_out *out)
{
	struct state *s = state;
	struct message *m = &s->message[in->side];

	if (s->client == 0)
		s->client = 1 + (guess_request(in->bytes, false) == NSC_DONE ? in->side : !in->side);
	if (in->gap) {
		*m = (struct message){.lost = true};
		s->damaged = true;
	}
	if (m->lost && nsc_bytes_left(&in->bytes) > 0) {
		if (!found_again(s, in)) {
			nsc_bytes_skip(&in->bytes, nsc_bytes_left(&in->bytes));
			return NSC_MORE;
		}
		m->lost = false;
	}
	while (nsc_bytes_left(&in->bytes) > 0) {
		if (m->left == 0) {
			int there = begin_message(s, in, out);

			if (there < 0 && !s->damaged)
				return NSC_MALFORMED;
			if (there < 0) {
				m->lost = true;
				nsc_bytes_skip(&in->bytes, nsc_bytes_left(&in->bytes));
			}
			if (there <= 0)
				return NSC_MORE;
		}
		if (!walk(m, &in->bytes, &out->wish))
			return NSC_MORE;
		if (m->left > 0 && !nsc_rest_pass(&m->left, &in->bytes, &out->wish))
			return NSC_MORE;
		over(s, in->side, out);
	}
	return NSC_MORE;
}

const struct nsc_dissector nsc_kafka = {
	.name = "kafka",
	.title = "Apache Kafka",
	.spec = "Kafka protocol guide",
	.transports = NSC_OVER_TCP,
	.state_size = sizeof(struct state),
	.first = {{0, 0x40}},
	.guess = guess,
	.feed = feed,
	.operations = nsc_kafka_operations,
	.errors = nsc_kafka_errors,
	.known_by = "the first request's length, API, version and client's name; in "
		    "midstream any request's",
	.measures = "requests by API, with the time to their answers' end; a produce with "
		    "acks=0, which has no answer, when it is seen; the first error of an "
		    "answer (topics, partitions, groups), by class",
	.limits = "errors of administrative requests, and of versions after Kafka 4.0, "
		    "are not told; of an answer that describes several groups the first "
		    "one's; conversations between brokers in midstream whose client's "
		    "name has fewer than 4 letters are not known",
};
