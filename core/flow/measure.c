/* SPDX-License-Identifier: MIT */
/*
 * What can be measured of a TCP conversation from the middle: segments sent
 * again, segments out of order, round trips.
 *
 * At the sender every late segment was sent again, and the sums equal the
 * kernel's OutSegs and RetransSegs.  At the receiver a late segment that was
 * never seen may as well have been overtaken: the IPv4 identification tells,
 * where its sender counts it upwards; else the timestamp, else the hole's age.
 */
#include "flow/measure.h"

#include "flow/table.h"

enum {
	REORDER = 3000000,		/* ns: a hole filled sooner was an overtaking, at least */
	LEAP = 1 << 30,			/* sequence numbers further away are no part of this */
};

static struct nsc_flow_tcp *
side_of(struct nsc_flow *f, int side)
{
	return &f->tcp[f->flags & NSC_FLOW_SELF ? 0 : side];
}

/* Was the packet that fills the hole sent after the one that opened it? */
static bool
sent_later(const struct nsc_flow *f, struct nsc_flow_tcp *x, const struct nsc_packet *p,
	   uint32_t segments, const struct nsc_hole *hole)
{
	uint64_t age = p->time > hole->since ? p->time - hole->since : 0;
	uint64_t limit = nsc_flow_rtt(f) / 2;

	if (p->version == 4 && x->id_seen && x->id_steady) {
		bool newer = (int16_t)(p->ip_id - x->ip_id) > 0;

		if (newer)
			x->ip_id = (uint16_t)(p->ip_id + segments - 1);
		return newer;
	}
	if (p->flags & NSC_PACKET_TIMESTAMPS && hole->stamped &&
	    nsc_seq_diff(p->tsval, hole->tsval) > 0)
		return true;
	return age >= (limit > REORDER ? limit : REORDER);
}

static void
late(struct nsc_flow_table *t, struct nsc_flow *f, int side, const struct nsc_packet *p,
     uint32_t end, struct nsc_update *up)
{
	struct nsc_flow_tcp *x = side_of(f, side);
	uint32_t seen_end = nsc_seq_diff(end, x->next) > 0 ? x->next : end, fresh = 0;
	struct nsc_hole hole = {0};
	uint32_t missing = nsc_holes_fill(t->holes, &x->holes, p->seq, seen_end, &hole);

	if (missing > 0)
		fresh = missing == end - p->seq
				? up->segments
				: (uint32_t)((uint64_t)up->segments * missing / (end - p->seq));
	if (fresh > 0 && !sent_later(f, x, p, up->segments, &hole))
		up->out_of_order = fresh;
	up->retransmit = up->segments - up->out_of_order;
	if (up->retransmit > 0)
		f->retransmits++;
	else
		f->out_of_order++;
	if (up->retransmit == 0)
		return;
	/* Karn's rule: which of the copies will be acknowledged cannot be known. */
	if (nsc_seq_diff(p->seq, x->timed) < 0)
		x->flags &= (uint8_t)~NSC_SIDE_TIMED;
	nsc_trouble_again(t, f, side, p, end, up);
}

/*
 * Keep-alives (RFC 9293, 3.8.4) have no octet or one that was acknowledged
 * long ago; one octet not yet acknowledged is a keystroke sent again.
 */
static bool
is_keepalive(const struct nsc_flow_tcp *x, const struct nsc_flow_tcp *y,
	     const struct nsc_packet *p)
{
	if (p->payload_len > 1 || p->seq != x->next - 1 || p->tcp_flags & (NSC_TCP_SYN | NSC_TCP_FIN))
		return false;
	return p->payload_len == 0 || (y->flags & NSC_SIDE_ACKS && y->acked == x->next);
}

void
nsc_measure_sent(struct nsc_flow_table *t, struct nsc_flow *f, int side,
		 const struct nsc_packet *p, bool fin, struct nsc_update *up)
{
	struct nsc_flow_tcp *x = side_of(f, side);
	const struct nsc_flow_tcp *y = side_of(f, side ^ 1);
	uint32_t len = p->payload_len + ((p->tcp_flags & NSC_TCP_SYN) != 0) + fin;
	uint32_t end = p->seq + len;
	int32_t ahead = nsc_seq_diff(p->seq, x->next);

	if (!(x->flags & NSC_SIDE_SEEN)) {
		x->next = end;
		x->flags |= NSC_SIDE_SEEN;
		nsc_measure_id(x, p, up->segments);
		return;
	}
	if (f->state >= NSC_STATE_ESTABLISHED && is_keepalive(x, y, p)) {
		up->flags |= NSC_UPDATE_KEEPALIVE;
		t->stats.keepalives++;
		nsc_trouble_probe(t, f, side);
		nsc_measure_id(x, p, up->segments);
		return;
	}
	if (ahead > LEAP || ahead < -LEAP)
		return;
	if (len == 0 && ahead <= 0) {
		if (ahead == 0)
			nsc_measure_id(x, p, up->segments);
		return;
	}
	if (p->payload_len > 0 && nsc_measure_fills(f, x, y, end)) {
		up->flags |= NSC_UPDATE_WINDOW_FULL;
		nsc_trouble_events(t, f)->window_fulls++;
	}
	if (p->payload_len == 1 && ahead == 0 && y->zero_window)
		return;				/* a probe: it may be refused (RFC 9293, 3.8.6.1) */
	if (ahead < 0)
		late(t, f, side, p, end, up);
	if (x->flags & NSC_SIDE_FIN || nsc_seq_diff(end, x->next) <= 0)
		return;
	if (ahead > 0) {
		struct nsc_hole hole = {.start = x->next,
					.end = p->seq,
					.tsval = p->tsval,
					.since = p->time,
					.stamped = (p->flags & NSC_PACKET_TIMESTAMPS) != 0};

		nsc_holes_open(t->holes, &x->holes, &hole);
	}
	x->next = end;
	if (ahead >= 0) {
		nsc_measure_id(x, p, up->segments);
		if (len == 0)
			return;			/* octets before it were sent, and none now */
		if ((x->flags & (NSC_SIDE_SYN | NSC_SIDE_SYN_ACKED)) != NSC_SIDE_SYN &&
		    !(x->flags & NSC_SIDE_CHALLENGE)) {
			if (x->flags & NSC_SIDE_TIMED && nsc_measure_age(x, p->time) > NSC_MEASURE_PROBE_AGE)
				x->flags &= (uint8_t)~NSC_SIDE_TIMED;
			if (!(x->flags & NSC_SIDE_TIMED))
				nsc_measure_time(x, end, p->time);
		}
	}
}

static uint32_t
stored(uint64_t rtt)
{
	return rtt >> 2 < UINT32_MAX ? (uint32_t)(rtt >> 2) : UINT32_MAX;
}

/*
 * One end's measurement is the way from the capture to the other end and back.
 * Near one end the one side's is tiny and the other's is the answer, so the
 * greater is followed.
 */
static void
note_rtt(struct nsc_flow *f, int sender, uint64_t rtt, bool handshake)
{
	uint8_t kind = sender == 0 ? NSC_RTT_SMOOTHED0 : NSC_RTT_SMOOTHED1;

	if (handshake && f->rtt_kind == NSC_RTT_NONE && sender == 0) {
		f->rtt = stored(rtt);
		f->rtt_kind = NSC_RTT_HALF;
	} else if (handshake && f->rtt_kind == NSC_RTT_HALF && sender == 1) {
		f->rtt = stored(((uint64_t)f->rtt << 2) + rtt);
		f->rtt_kind = NSC_RTT_HANDSHAKE;
	} else if (f->rtt_kind == NSC_RTT_HANDSHAKE) {
		return;
	} else if (f->rtt_kind == kind) {
		f->rtt = (uint32_t)((7 * (uint64_t)f->rtt + stored(rtt)) / 8);
	} else if (f->rtt_kind == NSC_RTT_NONE || stored(rtt) > f->rtt) {
		f->rtt = stored(rtt);
		f->rtt_kind = kind;
	}
}

void
nsc_measure_sample(struct nsc_flow *f, int sender, uint64_t now, struct nsc_update *up)
{
	struct nsc_flow_tcp *y = side_of(f, sender);
	uint64_t rtt = nsc_measure_age(y, now);
	bool handshake = (y->flags & (NSC_SIDE_SYN | NSC_SIDE_SYN_ACKED)) == NSC_SIDE_SYN;

	y->flags &= (uint8_t)~NSC_SIDE_TIMED;
	if (rtt == 0 || rtt > NSC_MEASURE_PROBE_AGE)
		return;
	up->rtt = rtt;
	up->rtt_handshake = handshake;
	note_rtt(f, sender, rtt, handshake);
}

void
nsc_measure_acked(struct nsc_flow_table *t, struct nsc_flow *f, int side,
		  const struct nsc_packet *p, struct nsc_update *up)
{
	struct nsc_flow_tcp *x = side_of(f, side), *y = side_of(f, side ^ 1);
	uint32_t before = x->flags & NSC_SIDE_ACKS ? x->acked : p->ack;
	int32_t newer = nsc_seq_diff(p->ack, x->acked);

	if (y->flags & NSC_SIDE_TIMED && nsc_seq_diff(p->ack, y->timed) >= 0)
		nsc_measure_sample(f, side ^ 1, p->time, up);
	if (!(x->flags & NSC_SIDE_ACKS) || newer > 0) {
		if (y->holes != 0)
			nsc_holes_acked(t->holes, &y->holes, p->ack);
		x->acked = p->ack;
		x->flags |= NSC_SIDE_ACKS;
	} else if (newer == 0 && p->payload_len == 0 && p->seq == x->next && p->window == x->window &&
		   p->window != 0 && !(p->tcp_flags & (NSC_TCP_SYN | NSC_TCP_FIN))) {
		up->flags |= NSC_UPDATE_DUP_ACK;
	}
	nsc_trouble_acked(t, f, side, p, before, up);
}
