/* SPDX-License-Identifier: MIT */
/*
 * Packets and flows to cells: whose octets they are (interface, scope, network,
 * application), which way they go, and how well TCP does.
 */
#include <sys/socket.h>

#include "engine/worker_state.h"
#include "scope/direction.h"
#include "scope/scope.h"

_Static_assert((int)NSC_V_SCOPE_PUBLIC == (int)NSC_SCOPE_PUBLIC, "SCOPE is in the order of nsc_scope");
_Static_assert((int)NSC_V_SCOPE_FORWARDED_PUBLIC == (int)NSC_SCOPE_PUBLIC, "and so is SCOPE_FORWARDED");
_Static_assert((int)NSC_V_DIRECTION_LOCAL == (int)NSC_DIRECTION_LOCAL, "DIRECTION is nsc_direction");
_Static_assert((int)NSC_V_END_EOF == (int)NSC_END_EOF, "END is in the order of nsc_end");

static inline void
add(struct nsc_worker *w, unsigned cell, uint64_t n)
{
	w->cells.cell[cell] += n;
}

static unsigned
proto_value(uint8_t proto)
{
	switch (proto) {
	case NSC_PROTO_TCP:
		return NSC_V_PROTO_TCP;
	case NSC_PROTO_UDP:
		return NSC_V_PROTO_UDP;
	case NSC_PROTO_ICMP:
		return NSC_V_PROTO_ICMP;
	case NSC_PROTO_ICMP6:
		return NSC_V_PROTO_ICMP6;
	case NSC_PROTO_SCTP:
		return NSC_V_PROTO_SCTP;
	default:
		return NSC_V_PROTO_OTHER;
	}
}

/* ICMP and ICMPv6 queries: echo, timestamp, information, address mask (RFC 792, 950, 4443). */
static bool
is_query(const struct nsc_packet *p)
{
	if (p->proto == NSC_PROTO_ICMP)
		return p->icmp_type == 8 || p->icmp_type == 13 || p->icmp_type == 15 ||
		       p->icmp_type == 17;
	return p->proto == NSC_PROTO_ICMP6 && p->icmp_type == 128;
}

struct behind {			/* a translated flow with no end here */
	uint8_t began;			/* which side */
	bool second;			/* its other name is the one that counts as a flow */
};

/*
 * Ways and scope of a flow without a local end: what the initiator sends is tx, so that both
 * ways are told apart.
 */
static unsigned
place_forwarded(const struct nsc_worker *w, struct nsc_flow *f, const struct nsc_addr *to,
		const struct behind *b, unsigned ways[2])
{
	ways[b->began] = NSC_WAY_TX;
	ways[!b->began] = NSC_WAY_RX;
	if (!w->settings.forwarded || b->second)
		f->direction |= NSC_LABEL_FORWARDED;
	if (b->second)
		f->direction &= (uint8_t)~NSC_LABEL_KNOWN;
	return w->settings.forwarded ? nsc_scope_of(nsc_class(to))
				     : NSC_V_SCOPE_FORWARDED_FORWARDED;
}

/* The wire may show a name of the flow's: then its real ends decide. */
static struct behind
look_behind(const struct nsc_worker *w, struct nsc_flow *f, struct nsc_direction_question *q)
{
	struct behind none = {.began = 0};
	struct nsc_translated x;
	bool foreign;

	if (!w->locals.known || !nsc_nat_find(w, f, &x) || x.gone)
		return none;
	foreign = nsc_nat_foreign(w, &x);
	if (foreign)
		f->flags |= NSC_FLOW_TRANSLATED;
	if (foreign || nsc_nat_within(w, &x)) {
		q->addr[0] = x.real.addr[0];
		q->addr[1] = x.real.addr[1];
	}
	return foreign ? (struct behind){.began = x.began, .second = x.after} : none;
}

/*
 * Sets direction, ways, scope and network of a flow, new with this packet (NULL: known before);
 * bit of each side that counts as ours.  *here: bits of those that are known to be.
 */
static unsigned
place(struct nsc_worker *w, struct nsc_flow *f, const struct nsc_packet *p, unsigned *here)
{
	struct nsc_direction_question q = {
		.addr = {*nsc_flow_addr(f, 0), *nsc_flow_addr(f, 1)},
		.port = {nsc_flow_port(f, 0), nsc_flow_port(f, 1)},
		.proto = f->proto,
		.handshake = (f->flags & (NSC_FLOW_SYN_SEEN | NSC_FLOW_SYNACK_SEEN)) != 0,
		.icmp_query = p != NULL && is_query(p),
	};
	struct nsc_direction_answer a = {.known = false};
	unsigned remote, ways[2] = {NSC_WAY_RX, NSC_WAY_TX};	/* nothing known: the initiator is remote */
	struct behind b = look_behind(w, f, &q);
	unsigned scope;

	if (f->version == 0 && p != NULL) {	/* a MAC pair: its first packet's addresses stand for it */
		q.addr[0] = p->src;
		q.addr[1] = p->dst;
	}
	if (w->locals.known)
		a = nsc_direction(&w->locals.view, &q);
	if (a.known) {
		ways[0] = (a.local[0] ? NSC_WAY_TX : 0) | (a.local[1] ? NSC_WAY_RX : 0);
		ways[1] = (a.local[1] ? NSC_WAY_TX : 0) | (a.local[0] ? NSC_WAY_RX : 0);
	}
	*here = (a.local[0] ? 1u : 0) | (a.local[1] ? 2u : 0);
	f->direction = (uint8_t)(a.direction | (a.known ? NSC_LABEL_KNOWN : 0));
	remote = a.known ? a.local[0] : 0;	/* the side that is not ours */
	if (a.known && a.local[0] && a.local[1]) {
		scope = NSC_SCOPE_LOOPBACK;
	} else if (a.known && ways[0] == 0) {
		remote = !b.began;
		scope = place_forwarded(w, f, &q.addr[remote], &b, ways);
	} else {
		scope = nsc_scope_of(nsc_class(&q.addr[remote]));
	}
	f->direction = (uint8_t)(f->direction | ways[f->first] << 4 | ways[!f->first] << 6);
	f->scope = (uint8_t)scope;
	f->network = (uint8_t)nsc_network_find(&w->settings.networks, &q.addr[remote]);
	if (p != NULL)
		f->iface = (uint8_t)p->frame->iface;
	return (ways[0] & NSC_WAY_TX ? 1u : 0) | (ways[1] & NSC_WAY_TX ? 2u : 0);
}

/*
 * Option Exclude, once a flow: by the far end where one end is ours, else by either, as a
 * list of sources and destinations would.  A pair of MACs is no conversation.
 */
static bool
is_excluded(const struct nsc_worker *w, const struct nsc_flow *f, unsigned here)
{
	const struct nsc_excludes *x = &w->settings.excludes;

	if (x->count == 0 || f->version == 0)
		return false;
	for (int side = 0; side < 2; side++)
		if (here != 1u << side &&
		    nsc_excluded(x, f->proto, nsc_flow_addr(f, side), nsc_flow_port(f, side),
				 nsc_flow_port(f, 1 - side)))
			return true;
	return false;
}

static unsigned
direction_value(const struct nsc_flow *f)
{
	return f->flags & NSC_FLOW_MIDSTREAM ? NSC_V_DIRECTION_ADOPTED : f->direction & 3u;
}

void
nsc_account_opened(struct nsc_worker *w, struct nsc_flow *f, const struct nsc_packet *p)
{
	unsigned here, ours = place(w, f, p, &here);

	nsc_names_opened(w, f);
	if (is_excluded(w, f, here)) {
		f->flags |= NSC_FLOW_EXCLUDED | NSC_FLOW_NO_PAYLOAD;
		return;
	}
	if (!nsc_is_second(f)) {
		add(w, NSC_CELL(SCOPE_OPENED, f->scope, direction_value(f)), 1);
		add(w, NSC_CELL(SCOPE_CURRENT, f->scope, 0), 1);
	}
	if (f->direction & NSC_LABEL_FORWARDED)
		return;
	if (f->network != 0) {
		add(w, NSC_CELL(NETWORK_OPENED, f->network, direction_value(f)), 1);
		add(w, NSC_CELL(NETWORK_CURRENT, f->network, 0), 1);
	}
	add(w, NSC_CELL(FLOW_OPENED, 0, 0), 1);
	add(w, NSC_CELL(FLOW_CURRENT, 0, proto_value(f->proto)), 1);
	add(w, NSC_CELL(APP_CURRENT, 0, 0), 1);
	nsc_names_add(w, f, 0, 0, 1);
	if (f->start > w->undecided.since)
		w->undecided.opened++;
	else
		add(w, NSC_CELL(APP_OPENED, 0, 0), 1);
	nsc_whose_opened(w->whose, f, ours, &w->locals.view, w->now);
}

void
nsc_account_closed(struct nsc_worker *w, struct nsc_flow *f, enum nsc_end reason,
		   enum nsc_failure failure)
{
	/* The initiator's packets leave this host: the attempt was ours. */
	bool out = nsc_way(f, 0) == NSC_WAY_TX;

	if (!nsc_is_second(f))
		add(w, NSC_CELL(SCOPE_CURRENT, f->scope, 0), (uint64_t)-1);
	nsc_strangers_closed(w, f);
	if (f->direction & NSC_LABEL_FORWARDED)
		return;
	if (f->network != 0)
		add(w, NSC_CELL(NETWORK_CURRENT, f->network, 0), (uint64_t)-1);
	add(w, NSC_CELL(FLOW_CLOSED, 0, reason), 1);
	add(w, NSC_CELL(FLOW_CURRENT, 0, proto_value(f->proto)), (uint64_t)-1);
	add(w, NSC_CELL(APP_CURRENT, f->app, 0), (uint64_t)-1);
	if (failure == NSC_FAILURE_REFUSED)
		add(w, NSC_CELL(TCP_COUNTER, f->scope, out ? NSC_V_TCP_COUNTER_REFUSED_OUT
							   : NSC_V_TCP_COUNTER_REFUSED_IN), 1);
	else if (failure == NSC_FAILURE_TIMEOUT)
		add(w, NSC_CELL(TCP_COUNTER, f->scope, out ? NSC_V_TCP_COUNTER_TIMEOUT_OUT
							   : NSC_V_TCP_COUNTER_TIMEOUT_IN), 1);
}

void
nsc_account_interface(struct nsc_worker *w, const struct nsc_packet *p, unsigned way)
{
	nsc_ways_add(&w->ways.interface[p->frame->iface], way, p->octets, p->octets > 0);
}

/* What is rare, so that a packet in peace asks once. */
static void
account_trouble(struct nsc_worker *w, unsigned base, const struct nsc_update *up)
{
	add(w, base + NSC_V_TCP_COUNTER_KEEPALIVE, (up->flags & NSC_UPDATE_KEEPALIVE) != 0);
	add(w, base + NSC_V_TCP_COUNTER_ZERO_WINDOW, (up->flags & NSC_UPDATE_ZERO_WINDOW) != 0);
	add(w, base + NSC_V_TCP_COUNTER_WINDOW_FULL, (up->flags & NSC_UPDATE_WINDOW_FULL) != 0);
	add(w, base + NSC_V_TCP_COUNTER_RESET, (up->flags & NSC_UPDATE_RESET) != 0);
	add(w, base + NSC_V_TCP_COUNTER_DUP_ACK, (up->flags & NSC_UPDATE_DUP_ACK) != 0);
	add(w, base + NSC_V_TCP_COUNTER_RETRANSMIT, up->retransmit);
	add(w, base + NSC_V_TCP_COUNTER_RETRANSMIT_FAST, up->fast);
	add(w, base + NSC_V_TCP_COUNTER_RETRANSMIT_SPURIOUS, up->spurious);
	add(w, base + NSC_V_TCP_COUNTER_OUT_OF_ORDER, up->out_of_order);
}

static void
account_tcp(struct nsc_worker *w, const struct nsc_flow *f, const struct nsc_update *up)
{
	unsigned base = NSC_CELL(TCP_COUNTER, f->scope, 0);

	add(w, base + NSC_V_TCP_COUNTER_SEGMENTS, up->segments);
	if (up->flags != 0 || (up->retransmit | up->out_of_order | up->spurious) != 0)
		account_trouble(w, base, up);
	if (up->rtt == 0)
		return;
	/* A round trip within this host says nothing of a network. */
	if (f->scope != NSC_SCOPE_LOOPBACK)
		add(w, NSC_CELL(TCP_RTT, f->scope, 0) + nsc_histogram_cell(up->rtt), 1);
	if (f->network != 0)
		add(w, NSC_CELL(NETWORK_RTT, f->network, 0) + nsc_histogram_cell(up->rtt), 1);
}

void
nsc_account_packet(struct nsc_worker *w, const struct nsc_packet *p, const struct nsc_update *up)
{
	const struct nsc_flow *f = up->flow;
	unsigned way = nsc_way(f, up->side);
	uint64_t octets = (uint64_t)p->octets + p->credit_octets;
	uint64_t packets = (uint64_t)(p->octets > 0) + p->credit_packets;
	struct nsc_party *party = &w->party[f->owner];
	unsigned sender = f->first ^ up->side;
	bool decided;

	if (f->flags & NSC_FLOW_EXCLUDED)
		return;
	if (f->flags & NSC_FLOW_TRANSLATED && p->frame->flags & NSC_FRAME_OUTGOING)
		return;			/* it counted where it entered */
	nsc_ways_add(&w->ways.scope[f->scope], way, octets, packets);
	if (f->direction & NSC_LABEL_FORWARDED)
		return;
	party->octets[sender] += octets;
	party->packets[sender] += packets;
	if (f->network != 0)
		nsc_ways_add(&w->ways.network[f->network], way, octets, packets);
	decided = (f->app != 0) | (f->start <= w->undecided.since);
	nsc_ways_add(decided ? &w->ways.app[f->app] : &w->undecided.sums, way, octets, packets);
	if (w->domains != NULL)
		nsc_names_add(w, f, way, octets, 0);
	if (f->proto == NSC_PROTO_TCP)
		account_tcp(w, f, up);
}

void
nsc_account_app(struct nsc_worker *w, struct nsc_flow *f, unsigned before)
{
	/* Named, or its name taken back: the guess was wrong. */
	const bool named = before == 0;
	const unsigned app = named ? f->app : before;
	int side;

	if ((f->direction & NSC_LABEL_FORWARDED) || (f->flags & NSC_FLOW_CLOSED))
		return;
	add(w, NSC_CELL(APP_CURRENT, before, 0), (uint64_t)-1);
	add(w, NSC_CELL(APP_CURRENT, f->app, 0), 1);
	if ((before != 0 && f->app != 0) || f->start <= w->undecided.since)
		return;
	/* Opened since the last publish: nothing of it has left, under either name. */
	for (side = 0; side < 2; side++) {
		const uint64_t octets = named ? f->octets[side] : -f->octets[side];
		unsigned way = nsc_way(f, side);

		nsc_ways_add(&w->ways.app[app], way, octets, 0);
		nsc_ways_add(&w->undecided.sums, way, -octets, 0);
	}
	add(w, NSC_CELL(APP_OPENED, app, 0), named ? 1 : (uint64_t)-1);
	w->undecided.opened -= named ? 1 : (uint64_t)-1;
}

/* The levels of an open flow, and what any brought if nothing of that has left yet. */
static void
weigh(struct nsc_worker *w, const struct nsc_flow *f, uint64_t sign, const bool counts[2])
{
	bool fresh = f->start > w->undecided.since, told = f->app != 0;
	bool flow = !nsc_is_second(f);
	bool ours = !(f->direction & NSC_LABEL_FORWARDED);
	uint64_t level = f->flags & NSC_FLOW_CLOSED ? 0 : sign;

	add(w, NSC_CELL(SCOPE_CURRENT, f->scope, 0), flow ? level : 0);
	add(w, NSC_CELL(SCOPE_OPENED, f->scope, direction_value(f)), flow && fresh ? sign : 0);
	for (int side = 0; side < 2 && fresh; side++) {
		uint64_t octets = counts[side] ? sign * f->octets[side] : 0;
		uint64_t packets = counts[side] ? sign * nsc_flow_packets(f, side) : 0;
		unsigned way = nsc_way(f, side);

		nsc_ways_add(&w->ways.scope[f->scope], way, octets, packets);
		if (ours && f->network != 0)
			nsc_ways_add(&w->ways.network[f->network], way, octets, packets);
		if (ours)
			nsc_names_add(w, f, way, octets, 0);
		if (ours)
			nsc_ways_add(told ? &w->ways.app[f->app] : &w->undecided.sums, way, octets,
				     packets);
	}
	if (!ours)
		return;
	if (f->network != 0) {
		add(w, NSC_CELL(NETWORK_CURRENT, f->network, 0), level);
		add(w, NSC_CELL(NETWORK_OPENED, f->network, direction_value(f)), fresh ? sign : 0);
	}
	add(w, NSC_CELL(FLOW_CURRENT, 0, proto_value(f->proto)), level);
	add(w, NSC_CELL(FLOW_OPENED, 0, 0), fresh ? sign : 0);
	if (level == 0)
		add(w, NSC_CELL(FLOW_CLOSED, 0, f->end_reason), fresh ? sign : 0);
	add(w, NSC_CELL(APP_CURRENT, f->app, 0), level);
	nsc_names_add(w, f, 0, 0, fresh ? sign : 0);
	if (told)
		add(w, NSC_CELL(APP_OPENED, f->app, 0), fresh ? sign : 0);
	else
		w->undecided.opened += fresh ? sign : 0;
}

void
nsc_account_again(struct nsc_worker *w, struct nsc_flow *f)
{
	bool counts[2] = {true, true};
	unsigned here;

	weigh(w, f, (uint64_t)-1, counts);
	place(w, f, NULL, &here);
	for (int side = 0; side < 2 && (f->flags & NSC_FLOW_TRANSLATED); side++)
		counts[side] = !nsc_locals_has(&w->locals, nsc_flow_addr(f, side));
	weigh(w, f, 1, counts);
	if (f->direction & NSC_LABEL_FORWARDED)
		nsc_whose_leave(w->whose, f);
}
