/* SPDX-License-Identifier: MIT */
/*
 * The TCP state machine, side-neutral and checked by sequence numbers, as an
 * observer sees it (RFC 9293, 3.10; features.md, algorithm 5).
 *
 * An observer may miss packets: an acknowledgement proves what it covers, also
 * where that was not captured.
 */
#include "flow/history.h"
#include "flow/steady.h"
#include "flow/table.h"

enum {
	CONTROL = NSC_TCP_FIN | NSC_TCP_SYN | NSC_TCP_RST | NSC_TCP_ACK,
	NEAR = 1 << 16,			/* octets: a SYN's data (RFC 7413), an old SYN */
	UNKNOWN_SHIFT = 14,		/* the greatest window scale: nothing valid is refused */
};

static struct nsc_flow_tcp *
side_of(struct nsc_flow *f, int side)
{
	return &f->tcp[f->flags & NSC_FLOW_SELF ? 0 : side];
}

/* Without ACK a segment is a SYN, an RST or dropped unread (RFC 9293, 3.10.7). */
static bool
is_illegal(uint8_t flags)
{
	switch (flags & CONTROL) {
	case NSC_TCP_SYN:
	case NSC_TCP_SYN | NSC_TCP_ACK:
	case NSC_TCP_RST:
	case NSC_TCP_RST | NSC_TCP_ACK:
	case NSC_TCP_ACK:
	case NSC_TCP_FIN | NSC_TCP_ACK:
		return false;
	}
	return true;
}

/* The last offer in octets: scaled only if both SYNs had the option (RFC 7323, 2.2). */
static uint32_t
window_of(const struct nsc_flow *f, const struct nsc_flow_tcp *x, const struct nsc_flow_tcp *y)
{
	const uint16_t handshake = NSC_FLOW_SYN_SEEN | NSC_FLOW_SYNACK_SEEN;

	if (x->wscale != NSC_WSCALE_NONE && y->wscale != NSC_WSCALE_NONE)
		return (uint32_t)x->window << x->wscale;
	if ((f->flags & handshake) == handshake)
		return x->window;
	return (uint32_t)x->window << UNKNOWN_SHIFT;
}

int
nsc_tcp_initiator(const struct nsc_packet *p)
{
	return (p->tcp_flags & CONTROL) == (NSC_TCP_SYN | NSC_TCP_ACK);
}

/*
 * After an RST the peer's octets in flight still arrive and belong to the old
 * conversation; after a FIN its sender has none left (but what it sends again).
 */
static bool
is_straggler(const struct nsc_flow *f, int side, const struct nsc_packet *p)
{
	const struct nsc_flow_tcp *x = &f->tcp[f->flags & NSC_FLOW_SELF ? 0 : side];
	const struct nsc_flow_tcp *y = &f->tcp[f->flags & NSC_FLOW_SELF ? 0 : side ^ 1];
	uint32_t window = window_of(f, y, x);
	int32_t beyond = nsc_seq_diff(p->seq + p->payload_len, x->next);

	if (p->payload_len == 0)
		return true;
	if (!(x->flags & NSC_SIDE_SEEN))
		return false;
	if (f->state == NSC_STATE_CLOSED && !(x->flags & NSC_SIDE_FIN) && beyond > 0)
		return (uint32_t)beyond <= (window > NEAR ? window : NEAR);
	return beyond <= 0 && beyond > -(1 << 30);
}

enum nsc_end
nsc_tcp_reborn(const struct nsc_flow *f, int side, const struct nsc_packet *p)
{
	const struct nsc_flow_tcp *x = &f->tcp[f->flags & NSC_FLOW_SELF ? 0 : side];
	const struct nsc_flow_tcp *y = &f->tcp[f->flags & NSC_FLOW_SELF ? 0 : side ^ 1];
	int32_t beyond = nsc_seq_diff(p->seq, x->next);

	if (is_illegal(p->tcp_flags) || p->tcp_flags & NSC_TCP_RST)
		return NSC_END_OPEN;
	switch (p->tcp_flags & (NSC_TCP_SYN | NSC_TCP_ACK)) {
	case NSC_TCP_SYN:
		if (f->state >= NSC_STATE_TIME_WAIT)	/* a refused SYN may be tried again as it was */
			return beyond == -1 && x->flags & NSC_SIDE_SYN ? NSC_END_OPEN : NSC_END_FIN;
		if (f->state >= NSC_STATE_FIN_WAIT && x->flags & NSC_SIDE_SEEN && beyond >= 0)
			return NSC_END_FIN;
		return NSC_END_OPEN;
	case NSC_TCP_SYN | NSC_TCP_ACK:
		if (y->flags & NSC_SIDE_CHALLENGE && p->ack == y->timed && !(f->flags & NSC_FLOW_SELF))
			return NSC_END_IDLE;		/* both ends have forgotten the old one */
		return NSC_END_OPEN;
	}
	if (f->state >= NSC_STATE_TIME_WAIT && !is_straggler(f, side, p))
		return NSC_END_FIN;
	return NSC_END_OPEN;
}

/* A SYN's window is that of a connection which has no data to send yet; after a FIN none is wanted. */
static void
note_window(struct nsc_flow_table *t, struct nsc_flow *f, struct nsc_flow_tcp *x,
	    const struct nsc_packet *p, struct nsc_update *up)
{
	bool closed = p->window == 0 && !(p->tcp_flags & (NSC_TCP_SYN | NSC_TCP_FIN));

	if (closed && !x->zero_window) {
		up->flags |= NSC_UPDATE_ZERO_WINDOW;
		nsc_trouble_events(t, f)->zero_windows++;
	}
	x->zero_window = closed;
	x->window = p->window;
}

static bool
covers_syn(const struct nsc_flow_tcp *y, uint32_t ack)
{
	return y->flags & NSC_SIDE_SYN && !(y->flags & NSC_SIDE_SYN_ACKED) &&
	       nsc_seq_diff(ack, y->timed) >= 0 && nsc_seq_diff(y->next, ack) >= 0;
}

static void
acknowledge(struct nsc_flow_table *t, struct nsc_flow *f, int side, const struct nsc_packet *p,
	    struct nsc_update *up)
{
	struct nsc_flow_tcp *x = side_of(f, side), *y = side_of(f, side ^ 1);
	bool syn = covers_syn(y, p->ack);

	nsc_measure_acked(t, f, side, p, up);
	if (syn)
		y->flags |= NSC_SIDE_SYN_ACKED;
	if (y->flags & NSC_SIDE_FIN && nsc_seq_diff(p->ack, y->next) >= 0)
		y->flags |= NSC_SIDE_FIN_ACKED;
	note_window(t, f, x, p, up);
}

/* A side's first SYN, or another one in its place. */
static void
begin_side(struct nsc_flow *f, int side, const struct nsc_packet *p)
{
	struct nsc_flow_tcp *x = side_of(f, side);

	x->flags = (x->flags & NSC_SIDE_ACKS) | NSC_SIDE_SEEN | NSC_SIDE_SYN;
	x->next = p->seq + 1 + p->payload_len;
	x->mss = p->mss;
	if (p->flags & NSC_PACKET_WSCALE)
		x->wscale = p->wscale < NSC_WSCALE_NONE ? p->wscale & 15 : UNKNOWN_SHIFT;
	x->window = p->window;
	x->ip_id = p->ip_id;
	x->id_seen = 1;
	nsc_measure_time(x, p->seq + 1, p->time);
	f->flags |= p->tcp_flags & NSC_TCP_ACK ? NSC_FLOW_SYNACK_SEEN : NSC_FLOW_SYN_SEEN;
}

static void
challenge(struct nsc_flow_table *t, struct nsc_flow_tcp *x, const struct nsc_packet *p,
	  struct nsc_update *up)
{
	up->flags |= NSC_UPDATE_CHALLENGE;
	t->stats.challenged++;
	if (x->flags & NSC_SIDE_SYN && !(x->flags & NSC_SIDE_SYN_ACKED))
		return;				/* `timed` still waits for its first one */
	x->timed = p->seq + 1;
	x->flags = (uint8_t)((x->flags & ~NSC_SIDE_TIMED) | NSC_SIDE_CHALLENGE);
}

/* The first packet of a flow was a SYN-ACK: it says what the SYN was. */
static void
imply_syn(struct nsc_flow_tcp *y, uint32_t ack)
{
	y->next = y->timed = ack;
	y->flags |= NSC_SIDE_SEEN | NSC_SIDE_SYN | NSC_SIDE_SYN_ACKED;
}

/* Both SYNs are acknowledged; one that was not captured needs no acknowledgement that was. */
static void
establish(struct nsc_flow *f, int side, struct nsc_update *up)
{
	struct nsc_flow_tcp *x = side_of(f, side), *y = side_of(f, side ^ 1);
	bool both = x->flags & y->flags & NSC_SIDE_SYN_ACKED;

	if (both || (side == 0 && x->flags & NSC_SIDE_SYN_ACKED && !(y->flags & NSC_SIDE_SYN))) {
		f->state = NSC_STATE_ESTABLISHED;
		up->flags |= NSC_UPDATE_ESTABLISHED;
	}
}

static void
on_syn(struct nsc_flow_table *t, struct nsc_flow *f, int side, const struct nsc_packet *p,
       struct nsc_update *up)
{
	struct nsc_flow_tcp *x = side_of(f, side), *y = side_of(f, side ^ 1);
	bool ack = p->tcp_flags & NSC_TCP_ACK;
	bool again = x->flags & NSC_SIDE_SYN && x->next - (p->seq + 1) < NEAR;

	if (f->state == NSC_STATE_NONE) {
		begin_side(f, side, p);
		f->state = ack ? NSC_STATE_SYN_RECEIVED : NSC_STATE_SYN_SENT;
		if (ack) {
			imply_syn(y, p->ack);
			acknowledge(t, f, side, p, up);
		}
		return;
	}
	if (f->state > NSC_STATE_SYN_RECEIVED) {
		if (!ack)
			challenge(t, x, p, up);
		else if (again)
			nsc_measure_sent(t, f, side, p, false, up);
		return;
	}
	if (again && !ack && side == 0 && !(f->flags & NSC_FLOW_SYN_SEEN)) {
		f->flags |= NSC_FLOW_SYN_SEEN;	/* overtaken by its answer */
		x->mss = p->mss;
		if (p->flags & NSC_PACKET_WSCALE)
			x->wscale = p->wscale & 15;
		return;
	}
	if (again && !(f->flags & NSC_FLOW_SELF && ack && f->state == NSC_STATE_SYN_SENT)) {
		nsc_measure_sent(t, f, side, p, false, up);
	} else if (!(x->flags & NSC_SIDE_SYN)) {
		if (ack && !covers_syn(y, p->ack))
			return;			/* RFC 9293, 3.10.7.3: no answer to this SYN */
		begin_side(f, side, p);
		f->state = NSC_STATE_SYN_RECEIVED;
	} else if (again) {
		f->state = NSC_STATE_SYN_RECEIVED;	/* a connection to itself */
		f->flags |= NSC_FLOW_SYNACK_SEEN;
	} else if (f->state == NSC_STATE_SYN_SENT && side == 0 && !ack) {
		begin_side(f, side, p);		/* tried anew; nobody has answered yet */
	} else {
		challenge(t, x, p, up);
		return;
	}
	if (ack) {
		if (f->state == NSC_STATE_SYN_SENT)
			f->state = NSC_STATE_SYN_RECEIVED;
		acknowledge(t, f, side, p, up);
		if (x->flags & y->flags & NSC_SIDE_SYN)
			establish(f, side, up);
	}
}

/*
 * Valid in the window of its receiver (RFC 9293, 3.10.7.4; RFC 5961, 3.2), or
 * as the acknowledgement of a SYN.  Where the receiver's acknowledgements were
 * not seen the sender's own numbers are the measure.
 */
static bool
reset_valid(const struct nsc_flow *f, int side, const struct nsc_packet *p)
{
	const struct nsc_flow_tcp *x = &f->tcp[f->flags & NSC_FLOW_SELF ? 0 : side];
	const struct nsc_flow_tcp *y = &f->tcp[f->flags & NSC_FLOW_SELF ? 0 : side ^ 1];
	uint32_t window;

	if (f->state == NSC_STATE_NONE)
		return true;			/* nothing is known that it could contradict */
	if (f->state == NSC_STATE_SYN_SENT && side == 1)
		return p->tcp_flags & NSC_TCP_ACK && covers_syn(y, p->ack);
	if (x->flags & NSC_SIDE_SEEN && p->seq == x->next)
		return true;
	if (y->flags & NSC_SIDE_ACKS) {
		window = window_of(f, y, x);
		return p->seq - y->acked <= window;
	}
	return !(x->flags & NSC_SIDE_SEEN) || x->next - p->seq < NEAR;
}

static enum nsc_end
on_reset(struct nsc_flow_table *t, struct nsc_flow *f, int side, const struct nsc_packet *p,
	 struct nsc_update *up)
{
	nsc_trouble_events(t, f)->resets++;
	if (f->state >= NSC_STATE_TIME_WAIT)
		return NSC_END_OPEN;
	if (!reset_valid(f, side, p)) {
		up->flags |= NSC_UPDATE_RST_INVALID;
		t->stats.rst_invalid++;
		return NSC_END_OPEN;
	}
	up->flags |= NSC_UPDATE_RESET;
	if (f->state == NSC_STATE_NONE)
		f->flags |= NSC_FLOW_MIDSTREAM;
	if (f->state == NSC_STATE_SYN_SENT && side == 1)
		up->failure = NSC_FAILURE_REFUSED;
	f->state = NSC_STATE_CLOSED;
	return NSC_END_RST;
}

/* A FIN counts once, and only where its receiver would take it. */
static bool
fin_valid(const struct nsc_flow *f, const struct nsc_flow_tcp *x, const struct nsc_flow_tcp *y,
	  const struct nsc_packet *p)
{
	uint32_t window = window_of(f, y, x);

	if (x->flags & NSC_SIDE_FIN)
		return false;
	if (!(x->flags & NSC_SIDE_SEEN) || p->seq == x->next)
		return true;
	if (!(y->flags & NSC_SIDE_ACKS))
		return p->seq + p->payload_len - x->next < (uint32_t)window + NEAR;
	return p->seq + p->payload_len - y->acked <= (window > NEAR ? window : NEAR);
}

/* The initiator speaks on, or the responder without its SYN: what was missed happened. */
static bool
handshake_goes_on(struct nsc_flow *f, int side, const struct nsc_packet *p, struct nsc_update *up)
{
	struct nsc_flow_tcp *x = side_of(f, side), *y = side_of(f, side ^ 1);

	if (f->state != NSC_STATE_SYN_SENT)
		return true;
	if (side == 0) {
		if (x->next - p->seq >= NEAR)
			return false;
		x->flags = (uint8_t)((x->flags | NSC_SIDE_SYN_ACKED) & ~NSC_SIDE_TIMED);
		if (f->flags & NSC_FLOW_SELF)
			return true;
		f->state = NSC_STATE_ESTABLISHED;
		up->flags |= NSC_UPDATE_ESTABLISHED;
		return true;
	}
	if (!covers_syn(y, p->ack))
		return false;
	f->state = NSC_STATE_SYN_RECEIVED;
	return true;
}

static enum nsc_end
on_ack(struct nsc_flow_table *t, struct nsc_flow *f, int side, const struct nsc_packet *p,
       struct nsc_update *up)
{
	struct nsc_flow_tcp *x = side_of(f, side), *y = side_of(f, side ^ 1);
	bool was_received = f->state == NSC_STATE_SYN_RECEIVED;
	bool fin;

	if (f->state == NSC_STATE_NONE) {
		f->state = NSC_STATE_ESTABLISHED;
		f->flags |= NSC_FLOW_MIDSTREAM;
	} else if (!handshake_goes_on(f, side, p, up)) {
		return NSC_END_OPEN;
	}
	fin = p->tcp_flags & NSC_TCP_FIN;
	if (fin && fin_valid(f, x, y, p)) {
		nsc_measure_sent(t, f, side, p, true, up);
		x->flags |= NSC_SIDE_FIN;
	} else {
		nsc_measure_sent(t, f, side, p, fin && x->flags & NSC_SIDE_FIN, up);
	}
	acknowledge(t, f, side, p, up);
	if (was_received)
		establish(f, side, up);
	if (f->state >= NSC_STATE_TIME_WAIT || !((x->flags | y->flags) & NSC_SIDE_FIN))
		return NSC_END_OPEN;
	f->state = NSC_STATE_FIN_WAIT;
	if (x->flags & y->flags & NSC_SIDE_FIN)
		f->state = NSC_STATE_CLOSING;
	if (!(x->flags & y->flags & NSC_SIDE_FIN_ACKED))
		return NSC_END_OPEN;
	f->state = NSC_STATE_TIME_WAIT;
	return NSC_END_FIN;
}

static enum nsc_end
on_segment(struct nsc_flow_table *t, struct nsc_flow *f, int side, const struct nsc_packet *p,
	   struct nsc_update *up)
{
	up->segments = nsc_measure_segments(f, p);
	if (is_illegal(p->tcp_flags)) {
		up->flags |= NSC_UPDATE_ILLEGAL;
		t->stats.illegal_flags++;
		return NSC_END_OPEN;
	}
	nsc_history_note(f, side, p);
	if (p->tcp_flags & NSC_TCP_RST)
		return on_reset(t, f, side, p, up);
	if (p->tcp_flags & NSC_TCP_SYN) {
		on_syn(t, f, side, p, up);
		return NSC_END_OPEN;
	}
	return on_ack(t, f, side, p, up);
}

enum nsc_end
nsc_tcp_full(struct nsc_flow_table *t, struct nsc_flow *f, int side, const struct nsc_packet *p,
	     struct nsc_update *up)
{
	enum nsc_end end = on_segment(t, f, side, p, up);

	nsc_steady_settle(f);
	return end;
}
