/* SPDX-License-Identifier: MIT */
/*
 * Memcached (protocol.txt with its meta commands, protocol_binary.xml): whose conversation it
 * is, the requests that wait, datagrams.
 */
#include "dissect/memcached.h"
#include "dissect/protocols.h"

enum {
	REQUEST = 0x80, ANSWER = 0x81,
	FRAME = 8,			/* before each datagram: request, number, of how many, 0 */
};

static const char *const operations[] = {
	"other", "get", "set", "add", "replace", "append", "prepend", "cas", "delete", "incr",
	"decr", "touch", "gat", "noop", "stats", "flush", "version", "admin", NULL};
static const char *const errors[] = {
	"other", "unknown_command", "client_error", "server_error", "too_large", "out_of_memory",
	"auth", NULL};

/* A datagram's frame is passed.  False: it is none. */
static bool
take_frame(struct nsc_bytes *b, uint16_t *id, uint16_t *number, uint16_t *of)
{
	*id = nsc_bytes_u16(b);
	*number = nsc_bytes_u16(b);
	*of = nsc_bytes_u16(b);
	return nsc_bytes_u16(b) == 0 && !b->bad && *number < *of;
}

static enum nsc_verdict
guess_datagram(const struct nsc_guess *g)
{
	struct nsc_bytes b = g->bytes, none = nsc_bytes(NULL, 0);
	uint16_t id, number, of;

	/* A request is one datagram: with its first word that is more than 64 bits. */
	if (!take_frame(&b, &id, &number, &of) || of != 1 ||
	    memchr(b.p, '\n', nsc_bytes_left(&b)) == NULL)
		return NSC_NOT_MINE;
	return nsc_memcached_guess_text(&b, &none) != NSC_NOT_MINE ? NSC_DONE : NSC_NOT_MINE;
}

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	bool other = nsc_bytes_left(&g->other) > 0;
	uint8_t c = nsc_bytes_left(&g->bytes) > 0 ? *g->bytes.p : 0;
	enum nsc_verdict v;

	if (g->transport == NSC_OVER_UDP)
		return guess_datagram(g);
	if (c == REQUEST)
		return nsc_memcached_guess_binary(g->bytes, false);
	if (c == ANSWER)
		return g->midstream ? nsc_memcached_guess_binary(g->bytes, true) : NSC_NOT_MINE;
	if (c < '0' || c > 'z')
		return NSC_NOT_MINE;
	v = nsc_memcached_guess_text(&g->bytes, &g->other);
	/* Or it is the answer that speaks now. */
	if (v == NSC_NOT_MINE && other)
		v = nsc_memcached_guess_text(&g->other, &g->bytes);
	if (v == NSC_NOT_MINE && !other && g->midstream && nsc_memcached_is_text(&g->bytes, false))
		v = NSC_MORE;		/* an answer, whose command was not seen: the next one will be */
	return v;
}

static bool
is_quiet(const struct nsc_memcached *s, const struct nsc_pending *p)
{
	return s->binary ? nsc_memcached_binary_quiet(p->tag) : nsc_memcached_text_quiet(p->tag);
}

void
nsc_memcached_unsaid(struct nsc_memcached *s, struct nsc_out *out)
{
	nsc_out_operation(out, nsc_queue_oldest(&s->queue, s->ring)->kind, 0, 0);
	nsc_queue_drop(&s->queue, s->ring, NSC_MEMCACHED_ROOM);
}

/* True: the oldest request is quiet, and was told. */
static bool
quiet_told(struct nsc_memcached *s, struct nsc_out *out)
{
	const struct nsc_pending *p = nsc_queue_oldest(&s->queue, s->ring);

	if (p == NULL || !is_quiet(s, p))
		return false;
	nsc_memcached_unsaid(s, out);
	return true;
}

void
nsc_memcached_ask(struct nsc_memcached *s, unsigned kind, unsigned tag, struct nsc_out *out)
{
	while (s->queue.runs == NSC_MEMCACHED_ROOM && quiet_told(s, out))
		;
	if (!nsc_queue_ask(&s->queue, s->ring, NSC_MEMCACHED_ROOM, kind, tag, out->time))
		nsc_out_lost(out);
	if (s->late)
		s->ring[(s->queue.first + s->queue.runs - 1u) % NSC_MEMCACHED_ROOM].timed = false;
}

void
nsc_memcached_answer(struct nsc_memcached *s, unsigned error, struct nsc_out *out)
{
	const struct nsc_pending *p = nsc_queue_oldest(&s->queue, s->ring);

	if (p != NULL)
		nsc_out_answered(out, p, error);
	else if (error > 0)
		nsc_out_operation(out, NSC_NO_OPERATION, error, 0);
	nsc_queue_drop(&s->queue, s->ring, NSC_MEMCACHED_ROOM);
}

/* A request is one datagram; its answer's last one ends it. */
static enum nsc_verdict
feed_datagram(struct nsc_memcached *s, struct nsc_chunk *in, struct nsc_out *out)
{
	struct nsc_bytes b = in->bytes, line;
	struct nsc_pending p;
	uint16_t id, number, of;
	unsigned error;

	if (!take_frame(&b, &id, &number, &of))
		return NSC_MALFORMED;
	if (s->client == 0)
		s->client = in->side + 1;
	if (s->client == in->side + 1) {
		if (number == 0 && !nsc_ids_ask(s->ring, NSC_MEMCACHED_ROOM, id,
						nsc_memcached_text_kind(&b), 0, out->time))
			nsc_out_lost(out);
		return NSC_MORE;
	}
	if (number + 1 < of || !nsc_ids_take(s->ring, NSC_MEMCACHED_ROOM, id, &p))
		return NSC_MORE;
	line = b;
	error = number == 0 ? nsc_memcached_text_error(&line) : 0;
	nsc_out_answered(out, &p, error);
	return NSC_MORE;
}

/* Behind lost octets a packet that begins as a message does is one. */
static bool
found_again(const struct nsc_memcached *s, const struct nsc_chunk *in)
{
	bool client = s->client == in->side + 1;

	if (!client && nsc_queue_oldest(&s->queue, s->ring) == NULL)
		return false;
	return s->binary ? nsc_memcached_guess_binary(in->bytes, !client) == NSC_DONE
			 : nsc_memcached_is_text(&in->bytes, client);
}

/* Who is who, by the first octets. */
static void
begin(struct nsc_memcached *s, const struct nsc_chunk *in)
{
	struct nsc_bytes none = nsc_bytes(NULL, 0);
	bool asks;

	s->binary = *in->bytes.p == REQUEST || *in->bytes.p == ANSWER;
	asks = s->binary ? *in->bytes.p == REQUEST : nsc_memcached_is_text(&in->bytes, true);
	s->client = 1 + (asks ? in->side : !in->side);
	s->late = !s->binary && nsc_memcached_guess_text(&in->bytes, &none) != NSC_DONE;
}

static enum nsc_verdict
feed(void *state, struct nsc_chunk *in, struct nsc_out *out)
{
	struct nsc_memcached *s = state;
	struct nsc_memcached_message *m = &s->message[in->side];

	if (in->transport == NSC_OVER_UDP)
		return feed_datagram(s, in, out);
	if (nsc_bytes_left(&in->bytes) == 0)
		return NSC_MORE;
	if (s->client == 0)
		begin(s, in);
	if (in->gap) {
		*m = (struct nsc_memcached_message){.lost = true};
		nsc_queue_forget(&s->queue);
	}
	if (m->lost && !found_again(s, in)) {
		nsc_bytes_skip(&in->bytes, nsc_bytes_left(&in->bytes));
		return NSC_MORE;
	}
	m->lost = false;
	if (!s->binary)
		nsc_memcached_text(s, in, out);
	else if (!nsc_memcached_binary(s, in, out))
		return NSC_MALFORMED;
	s->late = false;
	return NSC_MORE;
}

/* What was quiet to the end has been done. */
static void
end(void *state, struct nsc_out *out)
{
	struct nsc_memcached *s = state;

	if (out->transport == NSC_OVER_UDP)
		return;
	while (quiet_told(s, out))
		;
}

const struct nsc_dissector nsc_memcached = {
	.name = "memcached",
	.title = "Memcached",
	.spec = "memcached protocol.txt, binary protocol",
	.transports = NSC_OVER_TCP | NSC_OVER_UDP,
	.state_size = sizeof(struct nsc_memcached),
	.guess = guess,
	.feed = feed,
	.end = end,
	.operations = operations,
	.errors = errors,
	.known_by = "a storage command with its numbers, another command with the answer "
		    "that it gets, or a binary header whose lengths belong to its opcode; "
		    "over UDP behind a frame of 8 octets",
	.measures = "commands (one, of however many keys), also meta commands and binary "
		    "ones; errors; time to the end of the answer. `noreply` counts when "
		    "it is seen, a quiet command when a later answer shows that it has "
		    "none",
	.limits = "where the answer is needed to tell the protocol (`get` first), the "
		    "first command has no time; `ms` counts as `set` and `ma` as `incr` "
		    "whatever their modes; of several quiet commands alike the first one "
		    "takes the answer; over UDP errors of answers in one datagram only",
};
