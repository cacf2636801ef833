/* SPDX-License-Identifier: MIT */
/*
 * Why a segment was sent again, as the packets that passed tell it.
 *
 * Fast: the receiver's acknowledgements asked for it (RFC 5681, 3.2; RFC 6675;
 * RFC 8985) and the sender answered without waiting for its timer.  Spurious:
 * it had arrived already.  Its acknowledgement had passed here before it; or
 * the receiver says so by a D-SACK (RFC 2883, 3708); or what acknowledges it
 * echoes the timestamp of an earlier copy (Eifel, RFC 3522).
 */
#include "flow/trouble.h"

#include "flow/measure.h"
#include "flow/table.h"

enum { DUPLICATES = 3 };		/* RFC 5681, 3.2 */

/*
 * ns.  An answer passes here within a round trip of what asked for it, a quarter of one that the
 * sender may wait for what was only overtaken (RFC 5827, 6; RFC 8985, 6.2), and the delays of its
 * machine.  Its timer takes a round trip and 200 ms with Linux, at least 1 s by RFC 6298, from the
 * last octet that was acknowledged.
 */
#define DELAY (50000000ull)
#define UNKNOWN_RTT (200000000ull)

struct nsc_flow_events *
nsc_trouble_events(struct nsc_flow_table *t, struct nsc_flow *f)
{
	struct nsc_flow_events *e = &t->events[nsc_entry_index(t, f)];

	if (!(f->flags & NSC_FLOW_TROUBLE)) {
		memset(e, 0, sizeof *e);
		f->flags |= NSC_FLOW_TROUBLE;
	}
	return e;
}

/* The flow's record, begun if there is none yet. */
static struct nsc_trouble *
trouble_of(struct nsc_flow_table *t, struct nsc_flow *f)
{
	struct nsc_trouble *k = &t->trouble[nsc_entry_index(t, f)];

	if (!(f->flags & NSC_FLOW_JUDGED)) {
		memset(k, 0, sizeof *k);
		f->flags |= NSC_FLOW_JUDGED;
	}
	return k;
}

const struct nsc_flow_events *
nsc_flow_events(const struct nsc_flow_table *t, const struct nsc_flow *f)
{
	static const struct nsc_flow_events none;

	return f->flags & NSC_FLOW_TROUBLE ? &t->events[nsc_entry_index(t, f)] : &none;
}

/* While a verdict is awaited, every acknowledgement is looked at (steady.h). */
static void
watch(struct nsc_flow *f, const struct nsc_trouble *k)
{
	bool open = false;

	for (int side = 0; side < 2; side++) {
		const struct nsc_trouble_side *s = &k->side[side];

		open |= s->probed || s->duplicates > 0 || s->recovery != NSC_RECOVERY_NONE;
		for (unsigned i = 0; i < NSC_AGAIN && !open; i++)
			open = s->again[i].segments > 0 && !s->again[i].acked;
	}
	f->flags = (uint16_t)((f->flags & ~NSC_FLOW_WATCHED) | (open ? NSC_FLOW_WATCHED : 0));
}

void
nsc_trouble_probe(struct nsc_flow_table *t, struct nsc_flow *f, int side)
{
	struct nsc_trouble *k = trouble_of(t, f);

	nsc_trouble_events(t, f)->keepalives++;
	k->side[side].probed = true;
	watch(f, k);
}

/* The whole of a captured packet. */
static void
spurious(struct nsc_flow_events *e, struct nsc_again *a, struct nsc_update *up)
{
	e->retransmits_spurious += !a->needless;
	up->spurious += a->segments;
	a->judged = a->needless = true;
}

static struct nsc_again *
remember(struct nsc_trouble_side *s, const struct nsc_packet *p, uint32_t end, uint32_t segments)
{
	struct nsc_again *a;

	s->newest = (s->newest + 1) % NSC_AGAIN;
	a = &s->again[s->newest];
	if (a->judged)
		s->judged += a->segments;
	else
		s->forgotten += a->segments;
	*a = (struct nsc_again){
		.start = p->seq, .end = end, .tsval = p->tsval,
		.segments = segments < UINT16_MAX ? (uint16_t)segments : UINT16_MAX,
		.stamped = (p->flags & NSC_PACKET_TIMESTAMPS) != 0,
	};
	return a;
}

/*
 * Acknowledgements said again that tell of a loss.  Less than four segments on the way cannot cause
 * three of them: RFC 5827 asks for all but one then, Linux (3.5 on) for one.
 */
static uint32_t
threshold(const struct nsc_flow *f, const struct nsc_flow_tcp *x, const struct nsc_flow_tcp *y)
{
	uint32_t mss = nsc_measure_mss(f), flight = (x->next - y->acked + mss - 1) / mss;

	return flight > DUPLICATES ? DUPLICATES : 1;
}

static bool
is_prompt(const struct nsc_flow *f, uint64_t asked, uint64_t now)
{
	uint64_t rtt = nsc_flow_rtt(f) != 0 ? nsc_flow_rtt(f) : UNKNOWN_RTT;

	return now - asked <= rtt + rtt / 4 + DELAY;
}

/* Sent again before, in vain as far as is known. */
static bool
is_copied(const struct nsc_trouble_side *s, uint32_t start)
{
	for (unsigned i = 0; i < NSC_AGAIN; i++) {
		const struct nsc_again *a = &s->again[i];

		if (a->segments > 0 && !a->acked && nsc_seq_diff(start, a->start) >= 0 &&
		    nsc_seq_diff(start, a->end) < 0)
			return true;
	}
	return false;
}

static bool
is_fast(const struct nsc_flow *f, struct nsc_trouble_side *s, const struct nsc_flow_tcp *x,
	const struct nsc_flow_tcp *y, const struct nsc_packet *p, uint32_t end)
{
	bool asked = s->duplicates >= threshold(f, x, y) || (s->gap && nsc_seq_diff(s->sacked, end) >= 0);
	bool prompt = is_prompt(f, s->heard, p->time);

	/* Without SACK little but the timer tells that a copy was lost, too (RFC 6582, 4). */
	if (!s->gap && is_copied(s, p->seq))
		prompt = p->time - s->heard <= DELAY;

	if (s->recovery == NSC_RECOVERY_NONE && !(asked && prompt) && end == x->next &&
	    p->seq != y->acked)
		return false;			/* a tail loss probe (RFC 8985, 7) changes nothing */
	if (s->recovery == NSC_RECOVERY_NONE) {
		s->recovery = asked && prompt ? NSC_RECOVERY_FAST : NSC_RECOVERY_LOSS;
		s->recover = x->next;
	} else if (s->recovery == NSC_RECOVERY_FAST && !prompt) {
		s->recovery = NSC_RECOVERY_LOSS;
		s->recover = x->next;
	}
	return s->recovery == NSC_RECOVERY_FAST;
}

void
nsc_trouble_again(struct nsc_flow_table *t, struct nsc_flow *f, int side,
		  const struct nsc_packet *p, uint32_t end, struct nsc_update *up)
{
	const struct nsc_flow_tcp *x = &f->tcp[side], *y = &f->tcp[side ^ 1];
	struct nsc_flow_events *e;
	struct nsc_trouble *k;
	struct nsc_trouble_side *s;
	bool heard = y->flags & NSC_SIDE_ACKS;

	if (p->payload_len == 0 || f->flags & NSC_FLOW_SELF)
		return;
	e = nsc_trouble_events(t, f);
	k = trouble_of(t, f);
	s = &k->side[side];
	if (heard && nsc_seq_diff(end, y->acked) <= 0) {
		/* No sign of a loss; the sender may not have read that acknowledgement yet. */
		struct nsc_again *a = remember(s, p, end, up->retransmit);

		a->acked = true;
		spurious(e, a, up);
		if (s->recovery == NSC_RECOVERY_FAST ||
		    (s->recovered != 0 && is_prompt(f, s->recovered, p->time))) {
			e->retransmits_fast++;
			up->fast = up->retransmit;
		}
		return;
	}
	if (heard && is_fast(f, s, x, y, p, end)) {
		e->retransmits_fast++;
		up->fast = up->retransmit;
	}
	remember(s, p, end, up->retransmit);
	watch(f, k);
}

/*
 * The first block reports what came twice if it lies below the acknowledgement
 * or within the second one (RFC 2883, 4).
 */
static bool
has_dsack(const struct nsc_packet *p)
{
	if (p->sacks == 0)
		return false;
	if (nsc_seq_diff(p->sack[0][1], p->ack) <= 0)
		return true;
	return p->sacks > 1 && nsc_seq_diff(p->sack[0][0], p->sack[1][0]) >= 0 &&
	       nsc_seq_diff(p->sack[0][1], p->sack[1][1]) <= 0;
}

static uint32_t
least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* Every octet of it was sent again, as far as is remembered. */
static bool
is_covered(const struct nsc_trouble_side *s, uint32_t start, uint32_t end)
{
	for (unsigned i = 0; i < NSC_AGAIN && nsc_seq_diff(start, end) < 0; i++) {
		for (unsigned j = 0; j < NSC_AGAIN; j++) {
			const struct nsc_again *a = &s->again[j];

			if (a->end != a->start && nsc_seq_diff(a->start, start) <= 0 &&
			    nsc_seq_diff(a->end, start) > 0)
				start = a->end;
		}
	}
	return nsc_seq_diff(start, end) >= 0;
}

/*
 * Some receivers list in their first block what they have just acknowledged, which looks like a
 * D-SACK.  More than was ever sent twice gives them away.
 */
static bool
is_dsack(struct nsc_trouble_side *s, const struct nsc_packet *p, uint32_t acked)
{
	if (p->sack[0][0] != acked || p->sack[0][1] != p->ack)
		return true;
	if (!is_covered(s, acked, p->ack))
		s->lists = true;
	return !s->lists;
}

/*
 * The octets of one copy each, of the newest ones first; several copies where their receiver's
 * machine had put them together (GRO).  Of which copy it is that nobody knows any more it says
 * as much: there was one too many.
 */
static void
note_dsack(const struct nsc_flow *f, struct nsc_flow_events *e, struct nsc_trouble_side *s,
	   const struct nsc_packet *p, struct nsc_update *up)
{
	uint32_t size = nsc_measure_mss(f), left, n;

	if (size > NSC_MEASURE_STAMPS && p->flags & NSC_PACKET_TIMESTAMPS)
		size -= NSC_MEASURE_STAMPS;
	left = (p->sack[0][1] - p->sack[0][0] + size - 1) / size;
	for (unsigned i = 0; i < NSC_AGAIN && left > 0; i++) {
		struct nsc_again *a = &s->again[(s->newest + NSC_AGAIN - i) % NSC_AGAIN];

		if (a->segments == 0 || nsc_seq_diff(p->sack[0][0], a->end) >= 0 ||
		    nsc_seq_diff(p->sack[0][1], a->start) <= 0)
			continue;
		n = least(left, a->segments);
		a->segments = (uint16_t)(a->segments - n);
		left -= n;
		if (a->judged)
			continue;
		e->retransmits_spurious += !a->needless;
		a->needless = true;
		up->spurious += n;
	}
	n = least(left, s->judged);
	s->judged -= n;
	n = least(left - n, s->forgotten);
	s->forgotten -= n;
	up->spurious += n;
	e->retransmits_spurious += n;
}

/* What lies past the acknowledgement arrived while something before it did not. */
static void
note_gap(struct nsc_trouble_side *s, const struct nsc_packet *p)
{
	for (unsigned i = 0; i < p->sacks; i++) {
		if (nsc_seq_diff(p->sack[i][1], p->ack) <= 0)
			continue;
		if (!s->gap || nsc_seq_diff(p->sack[i][1], s->sacked) > 0)
			s->sacked = p->sack[i][1];
		s->gap = true;
	}
}

/*
 * The copy at the window's edge is the one whose timestamp its acknowledgement
 * echoes, if it was the one that arrived first (RFC 7323, 4.3).
 */
static void
note_echo(struct nsc_flow_events *e, struct nsc_trouble_side *s, const struct nsc_packet *p,
	  uint32_t acked, struct nsc_update *up)
{
	for (unsigned i = 0; i < NSC_AGAIN; i++) {
		struct nsc_again *a = &s->again[i];

		if (a->segments == 0 || a->acked || nsc_seq_diff(p->ack, a->end) < 0)
			continue;
		a->acked = true;
		if (a->start != acked || !a->stamped || !(p->flags & NSC_PACKET_TIMESTAMPS) ||
		    nsc_seq_diff(p->tsecr, a->tsval) >= 0)
			continue;
		spurious(e, a, up);
	}
}

void
nsc_trouble_acked(struct nsc_flow_table *t, struct nsc_flow *f, int side,
		  const struct nsc_packet *p, uint32_t acked, struct nsc_update *up)
{
	struct nsc_flow_events *e;
	struct nsc_trouble *k;
	struct nsc_trouble_side *s;
	bool dsack = has_dsack(p);

	if (f->flags & NSC_FLOW_SELF ||
	    !(f->flags & NSC_FLOW_WATCHED || up->flags & NSC_UPDATE_DUP_ACK || p->sacks > 0))
		return;
	e = nsc_trouble_events(t, f);
	k = trouble_of(t, f);
	s = &k->side[side ^ 1];
	if (s->probed)
		up->flags &= (uint16_t)~NSC_UPDATE_DUP_ACK;
	s->probed = false;
	s->heard = p->time;
	if (nsc_seq_diff(p->ack, acked) > 0) {
		s->duplicates = 0;
		if (s->gap && nsc_seq_diff(p->ack, s->sacked) >= 0)
			s->gap = false;
		if (s->recovery != NSC_RECOVERY_NONE && nsc_seq_diff(p->ack, s->recover) >= 0) {
			if (s->recovery == NSC_RECOVERY_FAST)
				s->recovered = p->time;
			s->recovery = NSC_RECOVERY_NONE;
		}
		note_echo(e, s, p, acked, up);
	} else if (up->flags & NSC_UPDATE_DUP_ACK) {
		e->dup_acks++;
		/* RFC 5681, 2: only what can be the answer to data that is on its way */
		if (!dsack && s->duplicates < UINT16_MAX &&
		    nsc_seq_diff(f->tcp[side ^ 1].next, p->ack) > 0)
			s->duplicates++;
	}
	if (dsack && is_dsack(s, p, acked))
		note_dsack(f, e, s, p, up);
	note_gap(s, p);
	watch(f, k);
}
