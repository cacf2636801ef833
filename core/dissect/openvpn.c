/* SPDX-License-Identifier: MIT */
/*
 * OpenVPN over UDP and TCP: the name, and the TLS of its control channel where nothing is put in
 * front of that (--tls-auth, --tls-crypt). Its messages are numbered; over UDP they may come
 * again and in another order.
 */
#include <errno.h>
#include <stdlib.h>

#include "dissect/openvpn_order.h"
#include "dissect/openvpn_packet.h"
#include "dissect/protocols.h"
#include "dissect/tls_record.h"
#include "dissect/tls_stream.h"

enum {
	PREFIX = 2,		/* over TCP: octets of a packet's length */
	PACKET_LEAST = 14,	/* a reset without an HMAC */
	PACKET_MAX = 16384,	/* over TCP */
	STRANGERS_MAX = 16,	/* packets in the control channel that cannot be read */
};

struct channel {
	uint64_t ticket;	/* of what could not be used yet */
	uint64_t session;
	uint64_t skip;		/* octets that TLS does not want */
	uint32_t need;		/* octets without which TLS need not be asked */
	uint32_t next;		/* number of the next message */
	bool begun;		/* next is known */
	bool gap;		/* octets were lost before the next message */
};

struct state {
	struct nsc_tls_stream tls;
	struct channel side[2];
	uint8_t key;		/* whose handshake is read */
	uint8_t strangers;
	bool plain;		/* a packet was read */
	bool over;		/* of this key nothing more is wanted */
};

struct shared {
	struct nsc_openvpn_order order;
	uint8_t scratch[NSC_TLS_SCRATCH];
};

/*
 * A reset of which each field is as it must be, or a message that begins with a record of
 * TLS, as each flight does.
 */
static bool
is_packet(struct nsc_bytes b)
{
	struct nsc_openvpn_packet p;

	if (nsc_openvpn_hidden(b))
		return true;
	if (!nsc_openvpn_read(&p, b) || p.op == NSC_OPENVPN_ACK || p.op == NSC_OPENVPN_SOFT_RESET)
		return false;
	return p.op != NSC_OPENVPN_CONTROL ||
	       (nsc_bytes_left(&p.body) > NSC_TLS_RECORD_HEADER && nsc_tls_record_plausible(p.body));
}

static enum nsc_verdict
guess(const struct nsc_guess *g)
{
	struct nsc_bytes b = g->bytes;
	size_t len;

	if (g->transport == NSC_OVER_UDP)
		return nsc_bytes_left(&b) >= PACKET_LEAST && is_packet(b) ? NSC_DONE : NSC_NOT_MINE;
	if (nsc_bytes_left(&b) <= PREFIX)
		return nsc_bytes_left(&b) == 0 || b.p[0] <= PACKET_MAX >> 8 ? NSC_MORE : NSC_NOT_MINE;
	len = nsc_bytes_u16(&b);
	if (len < PACKET_LEAST || len > PACKET_MAX ||
	    nsc_openvpn_op(b.p[0]) < NSC_OPENVPN_CLIENT_V1 ||
	    nsc_openvpn_op(b.p[0]) > NSC_OPENVPN_CONTROL_WKC || nsc_openvpn_is_data(b.p[0]))
		return NSC_NOT_MINE;
	if (nsc_bytes_left(&b) < len)
		return NSC_MORE;
	return is_packet(nsc_bytes_sub(&b, len)) ? NSC_DONE : NSC_NOT_MINE;
}

static void
give_back(struct state *s, struct shared *sh)
{
	for (unsigned i = 0; i < 2; i++)
		nsc_openvpn_drop(&sh->order, &s->side[i].ticket);
}

/* Of this key nothing was read yet; the messages behind a reset begin with 1. */
static void
begin(struct state *s, unsigned key, struct shared *sh)
{
	give_back(s, sh);
	for (unsigned i = 0; i < 2; i++)
		s->side[i] = (struct channel){.session = s->side[i].session, .next = 1, .begun = true};
	s->tls = (struct nsc_tls_stream){.side = {{.skip = 0}}};
	s->key = (uint8_t)key;
	s->over = false;
}

static void
finish(struct state *s, struct shared *sh)
{
	s->over = true;
	give_back(s, sh);
}

/* Octets of TLS, in order, behind those that are unread. */
static void
deliver(struct state *s, const struct nsc_chunk *in, struct nsc_bytes b, struct nsc_out *out)
{
	struct channel *c = &s->side[in->side];
	struct shared *sh = out->shared;
	struct nsc_openvpn_place *p = nsc_openvpn_place(&sh->order, c->ticket);
	struct nsc_chunk octets = *in;
	enum nsc_verdict v;
	size_t n;

	octets.gap = c->gap || (c->ticket != 0 && p == NULL);
	if (octets.gap) {
		c->skip = c->need = 0;
		c->gap = false;
		if (p != NULL)
			p->len = 0;
	}
	n = nsc_bytes_left(&b);
	if (n > c->skip)
		n = (size_t)c->skip;
	nsc_bytes_skip(&b, n);
	c->skip -= n;
	n = nsc_bytes_left(&b);
	if (p != NULL && p->len > 0) {
		if (n > sizeof p->octets - p->len) {
			finish(s, sh);
			return;
		}
		memcpy(p->octets + p->len, b.p, n);
		p->len += (uint32_t)n;
		b = nsc_bytes(p->octets, p->len);
		n = p->len;
	}
	if (n == 0 || (n < c->need && !octets.gap))
		goto keep;
	octets.bytes = b;
	octets.transport = NSC_OVER_TCP;
	out->shared = sh->scratch;
	v = nsc_tls_feed(&s->tls, &octets, out);
	out->shared = sh;
	c->need = out->wish.need;
	c->skip = out->wish.skip;
	out->wish = (struct nsc_wish){.need = 0};
	if (v != NSC_MORE) {
		finish(s, sh);
		return;
	}
	b = octets.bytes;
	n = nsc_bytes_left(&b);
keep:
	if (n == 0 && p == NULL)
		return;
	if (n > sizeof p->octets) {
		finish(s, sh);
		return;
	}
	p = nsc_openvpn_take(&sh->order, &c->ticket, out->time);
	memmove(p->octets, b.p, n);
	p->len = (uint32_t)n;
	if (n == 0 && nsc_openvpn_lowest(p) == 0)
		nsc_openvpn_drop(&sh->order, &c->ticket);
}

/* What was held comes in its turn. */
static void
release(struct state *s, const struct nsc_chunk *in, struct nsc_out *out)
{
	struct channel *c = &s->side[in->side];
	struct shared *sh = out->shared;

	for (unsigned i = 0; i < NSC_OPENVPN_HELD && !s->over; i++) {
		struct nsc_openvpn_place *p = nsc_openvpn_place(&sh->order, c->ticket);
		int at = p != NULL ? nsc_openvpn_held(p, c->next) : -1;

		if (at < 0)
			return;
		c->next++;
		p->number[at] = 0;
		deliver(s, in, nsc_bytes(p->held[at], p->held_len[at]), out);
	}
}

/* Before its turn. When no more can be held, what is missing was not captured. */
static void
hold(struct state *s, const struct nsc_chunk *in, const struct nsc_openvpn_packet *m,
     struct nsc_out *out)
{
	struct channel *c = &s->side[in->side];
	struct shared *sh = out->shared;
	struct nsc_openvpn_place *p = nsc_openvpn_take(&sh->order, &c->ticket, out->time);
	size_t n = nsc_bytes_left(&m->body);
	int at = nsc_openvpn_held(p, 0);

	if (n > NSC_OPENVPN_MESSAGE || nsc_openvpn_held(p, m->number) >= 0)
		return;
	if (at < 0) {
		c->next = nsc_openvpn_lowest(p);
		c->gap = true;
		release(s, in, out);
		if (s->over || m->number < c->next)
			return;
		p = nsc_openvpn_take(&sh->order, &c->ticket, out->time);
		at = nsc_openvpn_held(p, 0);
	}
	p->number[at] = m->number;
	p->held_len[at] = (uint16_t)n;
	memcpy(p->held[at], m->body.p, n);
	release(s, in, out);
}

static void
on_message(struct state *s, const struct nsc_chunk *in, const struct nsc_openvpn_packet *m,
	   struct nsc_out *out)
{
	struct channel *c = &s->side[in->side];

	if (!c->begun) {
		c->begun = true;
		c->next = m->number;
	}
	if (m->number < c->next)
		return; /* again */
	if (m->number > c->next) {
		hold(s, in, m, out);
		return;
	}
	c->next++;
	deliver(s, in, m->body, out);
	c->gap |= in->cut;
	release(s, in, out);
}

static void
on_control(struct state *s, const struct nsc_chunk *in, const struct nsc_openvpn_packet *p,
	   struct nsc_out *out)
{
	struct channel *c = &s->side[in->side];

	switch (p->op) {
	case NSC_OPENVPN_CLIENT_V1:
	case NSC_OPENVPN_CLIENT_V2:
	case NSC_OPENVPN_SERVER_V1:
	case NSC_OPENVPN_SERVER_V2:
		/* One that comes again begins nothing, nor does the server's answer. */
		if (c->session != p->session && p->acks == 0)
			begin(s, 0, out->shared);
		c->session = p->session;
		break;
	case NSC_OPENVPN_SOFT_RESET:
		if (p->key != s->key)
			begin(s, p->key, out->shared);
		break;
	case NSC_OPENVPN_CONTROL:
		if (c->session == 0)
			c->session = p->session;
		if (!s->over && p->key == s->key && p->session == c->session)
			on_message(s, in, p, out);
		break;
	default:
		break;
	}
}

/* NSC_DONE: nothing of it can be read. */
static enum nsc_verdict
on_packet(struct state *s, const struct nsc_chunk *in, struct nsc_bytes b, struct nsc_out *out)
{
	struct nsc_openvpn_packet p;

	if (nsc_bytes_left(&b) == 0 || nsc_openvpn_is_data(b.p[0]))
		return NSC_MORE;
	if (!nsc_openvpn_packet(&p, b, 0))
		return !s->plain || ++s->strangers > STRANGERS_MAX ? NSC_DONE : NSC_MORE;
	if (!s->plain && p.op == NSC_OPENVPN_CONTROL)
		s->key = p.key;
	s->plain = true;
	on_control(s, in, &p, out);
	return NSC_MORE;
}

/* Packets with their lengths in front; data is passed over. */
static enum nsc_verdict
feed_stream(struct state *s, struct nsc_chunk *in, struct nsc_out *out)
{
	enum nsc_verdict v = NSC_MORE;

	if (in->gap)
		return NSC_DONE;
	while (v == NSC_MORE && nsc_bytes_left(&in->bytes) > PREFIX) {
		struct nsc_bytes b = in->bytes;
		size_t len = nsc_bytes_u16(&b), have = nsc_bytes_left(&b);

		if (len == 0 || len > PACKET_MAX)
			return NSC_DONE;
		if (have < len && nsc_openvpn_is_data(b.p[0])) {
			nsc_bytes_skip(&in->bytes, PREFIX + have);
			out->wish.skip = len - have;
			return NSC_MORE;
		}
		if (have < len) {
			out->wish.need = (uint32_t)(PREFIX + len);
			return NSC_MORE;
		}
		nsc_bytes_skip(&in->bytes, PREFIX + len);
		v = on_packet(s, in, nsc_bytes(b.p, len), out);
	}
	return v;
}

static enum nsc_verdict
feed(void *state, struct nsc_chunk *in, struct nsc_out *out)
{
	struct state *s = state;
	struct nsc_bytes b = in->bytes;
	enum nsc_verdict v;

	if (in->transport == NSC_OVER_UDP) {
		nsc_bytes_skip(&in->bytes, nsc_bytes_left(&b));
		v = on_packet(s, in, b, out);
	} else {
		v = feed_stream(s, in, out);
	}
	if (v == NSC_DONE)
		give_back(s, out->shared);
	return v;
}

static void
end(void *state, struct nsc_out *out)
{
	give_back(state, out->shared);
}

static int
shared_new(void **shared)
{
	*shared = calloc(1, sizeof(struct shared));
	return *shared != NULL ? 0 : -ENOMEM;
}

static void
shared_free(void *shared)
{
	free(shared);
}

const struct nsc_dissector nsc_openvpn = {
	.name = "openvpn",
	.title = "OpenVPN",
	.spec = "draft-omar-openvpn-wire-protocol",
	.transports = NSC_OVER_TCP | NSC_OVER_UDP,
	.state_size = sizeof(struct state),
	/* UDP: the opcode above three bits of a key's number; TCP: the length's upper octet. */
	.first = {{0, (NSC_OPENVPN_CONTROL_WKC + 1) << 3}},
	.guess = guess,
	.feed = feed,
	.end = end,
	.shared_memory = sizeof(struct shared),
	.shared_new = shared_new,
	.shared_free = shared_free,
	.known_by = "a reset whose session ids and packet ids fit, on both sides",
	.measures = "the TLS of its control channel where it is in the clear",
	.limits = "with tls-crypt and tls-auth the name alone",
};
