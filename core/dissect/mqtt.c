/* SPDX-License-Identifier: MIT */
/*
 * MQTT 3.1, 3.1.1 and 5 (OASIS): control packets (2.1), their answers matched by packet
 * identifier (2.2.1) in each direction, counted at their last octet.
 */
#include "dissect/mqtt_packet.h"
#include "dissect/mqtt_words.h"
#include "dissect/pending.h"
#include "dissect/protocols.h"

enum {
	HEAD = 1 + LENGTH_OCTETS + 2 + 6 + 1,	/* of a CONNECT, at least */
	PREFIX = 4096,			/* octets of an answer that are read */
	ROOM = 32,			/* requests of a direction that wait */
	CLIENT = 1, SERVER = 2,
};

struct state {
	struct nsc_pending ids[2][ROOM];	/* by the side that asked */
	struct nsc_queue pings;
	struct nsc_pending ping[1];
	uint32_t last_id[2];	/* of the packet under way, by side, with the type of its answer */
	uint8_t last_kind[2];	/* and its operation; 0: none waits for its last octet */
	uint8_t client;		/* side + 1; 0: not known */
	uint8_t version;	/* 3 to 5; 0: not known */
	bool lost[2];
	bool tail[2];		/* of a packet under way only the last octet is not seen */
};

/* Both sides say a ping's four octets, and nothing else: 32 bits. */
static bool
is_ping(const struct nsc_guess *g)
{
	static const uint8_t ask[2] = {PINGREQ << 4, 0}, answer[2] = {PINGRESP << 4, 0};
	const struct nsc_bytes *a = &g->bytes, *b = &g->other;

	if (nsc_bytes_left(a) != 2 || nsc_bytes_left(b) != 2)
		return false;
	return (memcmp(a->p, ask, 2) == 0 && memcmp(b->p, answer, 2) == 0) ||
	       (memcmp(a->p, answer, 2) == 0 && memcmp(b->p, ask, 2) == 0);
}

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	struct nsc_bytes b = g->bytes;
	size_t left = nsc_bytes_left(&b);
	uint8_t more = 0x80, level, first = left > 0 ? nsc_bytes_u8(&b) : CONNECT << 4;
	bool old;

	if (first != CONNECT << 4) {
		if (!g->midstream || (first >> 4 != PINGREQ && first >> 4 != PINGRESP) || left > 2)
			return NSC_NOT_MINE;
		return is_ping(g) ? NSC_DONE : NSC_MORE;
	}
	for (unsigned i = 0; i < LENGTH_OCTETS && more & 0x80; i++)
		more = nsc_bytes_u8(&b);
	if (more & 0x80)
		return NSC_NOT_MINE;
	old = nsc_bytes_left(&b) > 8 && memcmp(b.p, "\0\6MQIsdp", 8) == 0;
	if (!old && !(nsc_bytes_left(&b) > 6 && memcmp(b.p, "\0\4MQTT", 6) == 0))
		return left < HEAD ? NSC_MORE : NSC_NOT_MINE;
	nsc_bytes_skip(&b, old ? 8 : 6);
	level = nsc_bytes_u8(&b) & 0x7f;	/* the highest bit marks a bridge */
	return (old ? level == 3 : level == 4 || level == 5) ? NSC_DONE : NSC_NOT_MINE;
}

static uint32_t
key(enum type answer, uint16_t id)
{
	return (uint32_t)answer << 16 | id;
}

/* Waits for its own last octet before it waits for its answer. */
static void
ask(struct state *s, int side, unsigned kind, enum type answer, uint16_t id)
{
	s->last_kind[side] = (uint8_t)kind;
	s->last_id[side] = key(answer, id);
}

static void
answered(struct state *s, int side, enum type answer, uint16_t id, unsigned error,
	 struct nsc_out *out)
{
	struct nsc_pending p;

	if (nsc_ids_take(s->ids[!side], ROOM, key(answer, id), &p))
		nsc_out_answered(out, &p, error);
	else if (error > 0)
		nsc_out_operation(out, NSC_NO_OPERATION, error, 0);
}

/* A variable byte integer and as many octets (5: 2.2.2). */
static void
skip_properties(struct nsc_bytes *b)
{
	uint32_t len = 0;
	uint8_t octet = 0x80;

	for (unsigned i = 0; i < LENGTH_OCTETS && (octet & 0x80) != 0; i++) {
		octet = nsc_bytes_u8(b);
		len |= (uint32_t)(octet & 0x7f) << 7 * i;
	}
	nsc_bytes_skip(b, len);
}

/* The first reason of a SUBACK or UNSUBACK that is an error. */
static unsigned
first_error(const struct state *s, struct nsc_bytes b)
{
	/* Not known whether there are properties: the last code is one in any case. */
	if (s->version == 0 && nsc_bytes_left(&b) > 1)
		b.p = b.end - 1;
	else if (s->version == 5)
		skip_properties(&b);
	while (nsc_bytes_left(&b) > 0) {
		unsigned error = nsc_mqtt_error(nsc_bytes_u8(&b));

		if (error > 0)
			return error;
	}
	return 0;
}

/* The reason behind an identifier, if there is one (5); none is success. */
static unsigned
reason(struct nsc_bytes *b)
{
	return nsc_bytes_left(b) > 0 ? nsc_mqtt_error(nsc_bytes_u8(b)) : 0;
}

static void
on_connack(struct nsc_bytes b, struct nsc_out *out)
{
	uint8_t code;
	unsigned error;

	nsc_bytes_skip(&b, 1);
	code = nsc_bytes_u8(&b);
	error = code < 0x80 ? nsc_mqtt_refusal(code) : nsc_mqtt_error(code);
	if (error > 0)
		nsc_out_operation(out, NSC_NO_OPERATION, error, 0);
}

static void
on_pingresp(struct state *s, struct nsc_out *out)
{
	const struct nsc_pending *p = nsc_queue_oldest(&s->pings, s->ping);

	if (p != NULL)
		nsc_out_answered(out, p, 0);
	nsc_queue_drop(&s->pings, s->ping, 1);
}

/* The topic is passed, and the identifier behind it read (3.3.2). */
static void
on_publish(struct state *s, int side, const struct packet *p, struct nsc_bytes b)
{
	unsigned qos = p->flags >> 1 & 3;
	unsigned kind = s->client == side + 1 ? NSC_MQTT_PUBLISH : NSC_MQTT_DELIVER;

	nsc_bytes_skip(&b, nsc_bytes_u16(&b));
	ask(s, side, kind, qos == 0 ? 0 : qos == 1 ? PUBACK : PUBCOMP,
	    qos == 0 ? 0 : nsc_bytes_u16(&b));
}

/* What is there of a packet's body, all that this needs. */
static void
on_packet(struct state *s, int side, const struct packet *p, struct nsc_bytes b,
	  struct nsc_out *out)
{
	uint16_t id = 0;
	unsigned error;

	if (p->type >= PUBACK && p->type <= UNSUBACK)
		id = nsc_bytes_u16(&b);
	switch (p->type) {
	case CONNECT:
		nsc_bytes_skip(&b, nsc_bytes_u16(&b));
		s->version = nsc_bytes_u8(&b) & 0x7f;
		s->client = (uint8_t)(side + 1);
		break;
	case CONNACK:
		on_connack(b, out);
		break;
	case PUBLISH:
		on_publish(s, side, p, b);
		break;
	case PUBACK: case PUBCOMP:
		answered(s, side, p->type, id, reason(&b), out);
		break;
	case PUBREC:		/* an error is the last answer (5: 4.3.3) */
		error = reason(&b);
		if (error > 0)
			answered(s, side, PUBCOMP, id, error, out);
		break;
	case SUBSCRIBE: case UNSUBSCRIBE:
		ask(s, side, p->type == SUBSCRIBE ? NSC_MQTT_SUBSCRIBE : NSC_MQTT_UNSUBSCRIBE,
		    p->type == SUBSCRIBE ? SUBACK : UNSUBACK, id);
		break;
	case SUBACK: case UNSUBACK:
		answered(s, side, p->type, id, first_error(s, b), out);
		break;
	case PINGREQ:
		if (!nsc_queue_ask(&s->pings, s->ping, 1, NSC_MQTT_PING, 0, out->time))
			nsc_out_lost(out);
		break;
	case PINGRESP:
		on_pingresp(s, out);
		break;
	case DISCONNECT:
		error = reason(&b);
		if (error > 0)
			nsc_out_operation(out, NSC_NO_OPERATION, error, 0);
		break;
	case PUBREL: case AUTH:
		break;
	}
	if (s->client == 0 && (p->type == SUBSCRIBE || p->type == UNSUBSCRIBE || p->type == PINGREQ))
		s->client = (uint8_t)(side + 1);
}

/* A packet's last octet came. */
static void
over(struct state *s, int side, struct nsc_out *out)
{
	unsigned kind = s->last_kind[side];

	s->last_kind[side] = 0;
	if (kind == 0)
		return;
	if (s->last_id[side] >> 16 == 0)
		nsc_out_operation(out, kind, 0, 0);
	else if (!nsc_ids_ask(s->ids[side], ROOM, s->last_id[side], kind, 0, out->time))
		nsc_out_lost(out);
}

/* Octets of the body that must be there before it is read; of a damaged PUBLISH more than it has. */
static uint32_t
needed(const struct packet *p, struct nsc_bytes b)
{
	uint32_t want = p->len < PREFIX ? p->len : PREFIX;

	if (p->type != PUBLISH)
		return want;
	want = p->len < 2 ? p->len : 2;
	if (nsc_bytes_left(&b) >= 2)
		want = 2u + nsc_bytes_u16(&b) + ((p->flags & 6) != 0 ? 2 : 0);
	return want;
}

/*
 * Behind lost octets: headers one behind the other, of which the first packet is whole and the
 * last one ends where the octets do.
 */
static bool
found_again(struct nsc_bytes b)
{
	struct packet p;
	unsigned whole = 0;

	while (nsc_bytes_left(&b) > 0) {
		if (take_header(&b, &p) != 1 || p.type == CONNECT)
			return false;
		if (p.type == PUBLISH && needed(&p, b) > p.len)
			return false;
		nsc_bytes_skip(&b, p.len);
		whole += !b.bad;
	}
	return !b.bad && whole > 0;
}

/* Reads one packet.  False: no more can be read now. */
static bool
step(struct state *s, struct nsc_chunk *in, struct nsc_out *out, enum nsc_verdict *verdict)
{
	struct nsc_bytes b = in->bytes;
	int side = in->side, there;
	struct packet p;
	uint32_t want, left;

	if (s->tail[side]) {
		nsc_bytes_skip(&in->bytes, 1);
		s->tail[side] = false;
		over(s, side, out);
		return true;
	}
	there = take_header(&b, &p);
	if (there < 0) {
		*verdict = NSC_MALFORMED;
		return false;
	}
	want = there > 0 ? needed(&p, b) : 0;
	if (want > p.len) {
		*verdict = NSC_MALFORMED;
		return false;
	}
	left = (uint32_t)nsc_bytes_left(&b);
	if (there == 0 || left < want) {
		size_t header = (size_t)(b.p - in->bytes.p);

		out->wish.need = there == 0 ? (uint32_t)nsc_bytes_left(&in->bytes) + 1
					    : (uint32_t)header + want;
		return false;
	}
	on_packet(s, side, &p, nsc_bytes(b.p, left < p.len ? left : p.len), out);
	if (left >= p.len) {
		nsc_bytes_skip(&b, p.len);
		over(s, side, out);
	} else {
		/* All but the last octet are passed. */
		nsc_bytes_skip(&b, left);
		out->wish.skip = p.len - left - 1;
		s->tail[side] = true;
	}
	in->bytes = b;
	return left >= p.len;
}

static enum nsc_verdict
feed(void *state, struct nsc_chunk *in, struct nsc_out *out)
{
	struct state *s = state;
	enum nsc_verdict verdict = NSC_MORE;

	if (in->gap) {
		s->lost[in->side] = true;
		s->tail[in->side] = false;
		s->last_kind[in->side] = 0;
		nsc_queue_forget(&s->pings);
		memset(s->ids, 0, sizeof s->ids);
	}
	if (s->lost[in->side] && nsc_bytes_left(&in->bytes) > 0) {
		if (!found_again(in->bytes)) {
			nsc_bytes_skip(&in->bytes, nsc_bytes_left(&in->bytes));
			return NSC_MORE;
		}
		s->lost[in->side] = false;
	}
	while (nsc_bytes_left(&in->bytes) > 0 && step(s, in, out, &verdict))
		;
	return verdict;
}

const struct nsc_dissector nsc_mqtt = {
	.name = "mqtt",
	.title = "MQTT",
	.spec = "OASIS MQTT 3.1.1, OASIS MQTT 5.0",
	.transports = NSC_OVER_TCP,
	.state_size = sizeof(struct state),
	.first = {{CONNECT << 4, (CONNECT << 4) + 1}, {PINGREQ << 4, (PINGREQ << 4) + 1},
		  {PINGRESP << 4, (PINGRESP << 4) + 1}},
	.guess = guess,
	.feed = feed,
	.operations = nsc_mqtt_operations,
	.errors = nsc_mqtt_errors,
	.known_by = "a CONNECT with the protocol's name and level; in midstream a ping and its answer",
	.measures = "messages that clients publish and servers deliver (QoS 0 when they are seen, 1 by PUBACK, "
		    "2 by PUBCOMP), subscriptions, pings; refusals and reasons from 0x80 on; time to the answer",
	.limits = "of more than 32 requests that wait in a direction the oldest is not told; over "
		  "WebSocket it is not read",
};
