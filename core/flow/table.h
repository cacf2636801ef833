/* SPDX-License-Identifier: MIT */
/*
 * The table's inside, for the files of this folder only.
 *
 * key -> slots -> entry -> (tcp, measure) -> life; wheel and evict say who goes next.
 */
#ifndef NSC_FLOW_TABLE_H
#define NSC_FLOW_TABLE_H

#include "flow/flow.h"
#include "flow/holes.h"
#include "flow/key.h"
#include "flow/slots.h"
#include "flow/trouble.h"
#include "flow/wheel.h"

#define NSC_SECOND 1000000000ull	/* ns */

enum nsc_rank {			/* order of eviction */
	NSC_RANK_HALF_OPEN,
	NSC_RANK_ONE_PACKET,
	NSC_RANK_CLOSED,
	NSC_RANK_IDLE,
	NSC_RANKS,
	NSC_RANK_FREE = NSC_RANKS,	/* not a flow at all */
};

/* Nodes behind the lists' heads: private lists while one is worked off, and one a rank. */
enum { NSC_NODE_WORK = NSC_WHEEL_HEADS, NSC_NODE_RANK, NSC_NODES = NSC_NODE_RANK + NSC_RANKS };

struct nsc_flow_table {
	struct nsc_flow_config cfg;
	struct nsc_key_secret secret;
	struct nsc_flow_hooks hooks;
	struct nsc_flow_stats stats;
	uint64_t clock;			/* newest time seen, ns */
	uint64_t shortest;		/* timeout, ns: who is less idle need not be asked for his own */
	struct nsc_flow *entry;		/* 1 to capacity */
	uint32_t capacity;		/* entries at creation, for ever */
	uint32_t used;			/* entries ever touched */
	uint32_t free;			/* list of entries through their timer nodes' `next` */
	struct nsc_slots slots;
	struct nsc_node *node;		/* two an entry, side by side; then the wheels' heads */
	struct nsc_wheel timers;	/* by deadline */
	struct nsc_wheel order;		/* the idle ones by `since`; other ranks: lists of its nodes */
	struct nsc_holes *holes;
	struct nsc_flow_events *events;	/* by entry, as `trouble`; touched where there is some */
	struct nsc_trouble *trouble;
};

static inline uint32_t
nsc_entry_index(const struct nsc_flow_table *t, const struct nsc_flow *f)
{
	return (uint32_t)(f - t->entry);
}

static inline uint32_t
nsc_timer_node(uint32_t entry)
{
	return 2 * entry;
}

static inline uint32_t
nsc_order_node(uint32_t entry)
{
	return 2 * entry + 1;
}

static inline uint32_t
nsc_node_entry(uint32_t node)
{
	return node / 2;
}

/* True if TCP's rules hold for the flow: IP and MAC pairs mix conversations and have none. */
static inline bool
nsc_flow_is_tcp(const struct nsc_flow *f)
{
	return f->proto == NSC_PROTO_TCP;
}

/* --- life.c: open, close, retire; time ----------------------------------- */

/* A new entry with that key; evicts if it must.  Hooks are the caller's affair. */
struct nsc_flow *nsc_life_open(struct nsc_flow_table *t, const struct nsc_key *k, uint32_t hash,
			       const struct nsc_packet *p);
void nsc_life_close(struct nsc_flow_table *t, struct nsc_flow *f, enum nsc_end reason,
		    enum nsc_failure failure, uint64_t now);
/* Retired, and out of slots and queues: the entry is free. */
void nsc_life_retire(struct nsc_flow_table *t, struct nsc_flow *f);
/* Retired alone: for who retires all, and empties the table then. */
void nsc_life_leave(struct nsc_flow_table *t, struct nsc_flow *f);
void nsc_life_empty(struct nsc_flow_table *t);
void nsc_life_expire(struct nsc_flow_table *t, struct nsc_flow *f, uint64_t now);
uint64_t nsc_life_shortest(const struct nsc_flow_config *c);
uint64_t nsc_life_deadline(const struct nsc_flow_table *t, const struct nsc_flow *f);
/* Its state was `before`: the deadline may be earlier now than the wheel thinks. */
void nsc_life_moved(struct nsc_flow_table *t, struct nsc_flow *f, uint8_t before);
void nsc_life_reschedule(struct nsc_flow_table *t, struct nsc_flow *f);

/* --- evict.c -------------------------------------------------------------- */

/* Puts the flow where its state wants it in the order of eviction. */
void nsc_evict_rank(struct nsc_flow_table *t, struct nsc_flow *f);
void nsc_evict_init(struct nsc_flow_table *t);
/* One entry goes, closed as evicted if it was open. */
void nsc_evict_one(struct nsc_flow_table *t, uint64_t now);

/* --- tcp.c, steady.c ---------------------------------------------------------------- */

/* True if the state machine may look at the packet: a whole header of a 5-tuple's TCP. */
static inline bool
nsc_tcp_readable(const struct nsc_flow *f, const struct nsc_packet *p)
{
	const uint32_t broken =
		NSC_PACKET_LATER | NSC_PACKET_PART | NSC_PACKET_NO_PORTS | NSC_PACKET_BAD_L4 |
		NSC_PACKET_ICMP_ERROR;

	return nsc_flow_is_tcp(f) && (p->flags & broken) == 0;
}

/* Why the packet begins a new generation of its tuple; NSC_END_OPEN: it does not. */
enum nsc_end nsc_tcp_reborn(const struct nsc_flow *f, int side, const struct nsc_packet *p);

/* Which end of the packet is the initiator, as far as it can tell: 0 the sender, 1 the receiver. */
int nsc_tcp_initiator(const struct nsc_packet *p);

/* Moves the state; returns how that ended the flow (OPEN: it did not). */
enum nsc_end nsc_tcp_step(struct nsc_flow_table *t, struct nsc_flow *f, int side,
			  const struct nsc_packet *p, struct nsc_update *up);

/* The same, for what does not take the short way (steady.c). */
enum nsc_end nsc_tcp_full(struct nsc_flow_table *t, struct nsc_flow *f, int side,
			  const struct nsc_packet *p, struct nsc_update *up);

/* --- measure.c ------------------------------------------------------------ */

enum nsc_rtt_kind {
	NSC_RTT_NONE,
	NSC_RTT_HALF,			/* SYN to SYN-ACK; its ACK is awaited */
	NSC_RTT_HANDSHAKE,
	NSC_RTT_SMOOTHED0, NSC_RTT_SMOOTHED1,	/* of that side's segments */
};

/* The sequence space that the packet takes: loss, order, and what is timed. */
void nsc_measure_sent(struct nsc_flow_table *t, struct nsc_flow *f, int side,
		      const struct nsc_packet *p, bool fin, struct nsc_update *up);

/* What `side` acknowledges (p has an ACK): round trip, duplicates. */
void nsc_measure_acked(struct nsc_flow_table *t, struct nsc_flow *f, int side,
		       const struct nsc_packet *p, struct nsc_update *up);

#endif
