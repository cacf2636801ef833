/* SPDX-License-Identifier: MIT */
/*
 * A segment's way: the short one for what nearly every packet is, the next
 * segment or a plain acknowledgement of a calm side.  It does what tcp.c and
 * measure.c would do, without their questions; whatever is not asked here goes
 * to them.
 */
#include "flow/steady.h"

#include "flow/history.h"
#include "flow/table.h"

/* One segment, and no super-packet. */
static inline bool
fits(const struct nsc_flow_tcp *x, const struct nsc_packet *p)
{
	uint32_t stamps = p->flags & NSC_PACKET_TIMESTAMPS ? NSC_MEASURE_STAMPS : 0;

	return p->payload_len + stamps <= x->mss &&
	       p->payload_len <= (uint16_t)(p->frame->gso_size - 1);
}

/* Less than y's last offer; one of unknown scale is taken for what it would be with its own. */
static inline bool
leaves_room(const struct nsc_flow_tcp *y, uint32_t end)
{
	return end - y->acked < (uint32_t)y->window << y->wscale;
}

/* The acknowledgement that was waited for, or a first letter of the history. */
static __attribute__((noinline)) enum nsc_end
seldom(struct nsc_flow *f, int side, const struct nsc_packet *p, struct nsc_update *up)
{
	const struct nsc_flow_tcp *y = &f->tcp[side ^ 1];

	if (nsc_history_lacks(f, side, p->payload_len > 0 ? NSC_LETTER_DATA : NSC_LETTER_ACK))
		nsc_history_note(f, side, p);
	if (y->flags & NSC_SIDE_TIMED && nsc_seq_diff(p->ack, y->timed) >= 0)
		nsc_measure_sample(f, side ^ 1, p->time, up);
	return NSC_END_OPEN;
}

/* The last acknowledgement again, though there is nothing that it could ask for. */
static __attribute__((noinline)) enum nsc_end
repeated(struct nsc_flow_table *t, struct nsc_flow *f, int side, const struct nsc_packet *p,
	 struct nsc_update *up)
{
	nsc_trouble_events(t, f)->dup_acks++;
	up->flags |= NSC_UPDATE_DUP_ACK;
	return seldom(f, side, p, up);
}

/* No call but the last thing done, so that registers are enough. */
enum nsc_end
nsc_tcp_step(struct nsc_flow_table *t, struct nsc_flow *f, int side, const struct nsc_packet *p,
	     struct nsc_update *up)
{
	const uint32_t control = NSC_TCP_FIN | NSC_TCP_SYN | NSC_TCP_RST | NSC_TCP_ACK;
	struct nsc_flow_tcp *x = &f->tcp[side];
	const struct nsc_flow_tcp *y = &f->tcp[side ^ 1];
	uint32_t odd = ((p->tcp_flags & control) ^ NSC_TCP_ACK) | (p->seq ^ x->next) | p->sacks;
	bool data = p->payload_len > 0, again = false;

	if (odd != 0 || !x->calm || p->window == 0)
		return nsc_tcp_full(t, f, side, p, up);
	if (data) {
		if (!fits(x, p) || !leaves_room(y, p->seq + p->payload_len))
			return nsc_tcp_full(t, f, side, p, up);
		x->next += p->payload_len;
		if (!(x->flags & NSC_SIDE_TIMED) ||
		    nsc_measure_age(x, p->time) > NSC_MEASURE_PROBE_AGE)
			nsc_measure_time(x, x->next, p->time);
	} else if (p->ack == x->acked) {
		if (nsc_seq_diff(y->next, p->ack) > 0)
			return nsc_tcp_full(t, f, side, p, up);
		again = p->window == x->window;
	}
	x->id_steady = (uint16_t)(p->ip_id - x->ip_id - 1) < NSC_MEASURE_ID_STEP - 1;
	x->ip_id = p->ip_id;
	x->window = p->window;
	if (nsc_seq_diff(p->ack, x->acked) > 0)
		x->acked = p->ack;
	up->segments = 1;
	if (again)
		return repeated(t, f, side, p, up);
	if (nsc_history_lacks(f, side, data ? NSC_LETTER_DATA : NSC_LETTER_ACK) ||
	    (y->flags & NSC_SIDE_TIMED && nsc_seq_diff(p->ack, y->timed) >= 0))
		return seldom(f, side, p, up);
	return NSC_END_OPEN;
}
