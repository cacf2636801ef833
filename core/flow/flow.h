/* SPDX-License-Identifier: MIT */
/*
 * The flow table: one entry for each generation of a bidirectional conversation.
 *
 * Sides: 0 is the initiator (sender of the SYN, else receiver of the SYN-ACK,
 * else sender of the first packet), 1 the responder.
 */
#ifndef NSC_FLOW_FLOW_H
#define NSC_FLOW_FLOW_H

#include <stddef.h>

#include "base/hash.h"
#include "decode/packet.h"
#include "flow/tcp.h"

enum nsc_key_kind {		/* what makes two packets one flow (flow/key.c) */
	NSC_KEY_5TUPLE,
	NSC_KEY_IP_PAIR,
	NSC_KEY_MAC_PAIR,
	NSC_KEYS
};

enum nsc_flow_state {		/* of a TCP flow, side-neutral; others: NONE */
	NSC_STATE_NONE,
	NSC_STATE_SYN_SENT,
	NSC_STATE_SYN_RECEIVED,
	NSC_STATE_ESTABLISHED,
	NSC_STATE_FIN_WAIT,	/* one side has closed */
	NSC_STATE_CLOSING,	/* both FINs seen, not both acknowledged */
	NSC_STATE_TIME_WAIT,	/* both FINs acknowledged */
	NSC_STATE_CLOSED,	/* an accepted RST */
	NSC_STATES
};

enum nsc_end {			/* why a flow ended */
	NSC_END_OPEN,		/* it has not */
	NSC_END_FIN,
	NSC_END_RST,
	NSC_END_IDLE,
	NSC_END_EVICTED,
	NSC_END_BUFFER_OVERFLOW,
	NSC_END_PARSE_ERROR,
	NSC_END_EOF,
	NSC_ENDS
};

enum nsc_failure {		/* of a TCP handshake */
	NSC_FAILURE_NONE,
	NSC_FAILURE_REFUSED,	/* RST in answer to the SYN */
	NSC_FAILURE_TIMEOUT,	/* no answer until the entry expired */
};

enum nsc_flow_flags {
	NSC_FLOW_MIDSTREAM = 1 << 0,	/* TCP without its handshake: adopted */
	NSC_FLOW_CLOSED = 1 << 1,	/* its end was told; the entry absorbs stragglers */
	NSC_FLOW_SYN_SEEN = 1 << 2,	/* the SYN itself: direction is certain */
	NSC_FLOW_SYNACK_SEEN = 1 << 3,
	NSC_FLOW_NO_PAYLOAD = 1 << 4,	/* nobody wants its payload any more (set by the session) */
	NSC_FLOW_SHORT = 1 << 5,	/* the session named a protocol of one exchange (TimeoutDNS) */
	NSC_FLOW_SELF = 1 << 6,		/* both ends are one: every packet is of side 0 */
	NSC_FLOW_VLAN = 1 << 7,
	NSC_FLOW_VNI = 1 << 8,
	NSC_FLOW_TROUBLE = 1 << 9,	/* it has counts of what went wrong (trouble.h) */
	NSC_FLOW_WATCHED = 1 << 10,	/* and something there is not settled */
	NSC_FLOW_JUDGED = 1 << 11,	/* it has a record of copies */
	NSC_FLOW_EXCLUDED = 1 << 12,	/* (worker) option Exclude: counts for its interface alone */
	NSC_FLOW_TRANSLATED = 1 << 13,	/* (worker) forwarded under two names: packets count where they enter */
	NSC_FLOW_PINNED = 1 << 14,	/* (worker) names of addr[0] are held; 1 << 15: of addr[1] (engine/remote.c) */
};

enum { NSC_HISTORY = 16 };		/* letters kept of the history */

/*
 * 192 octets in three cache lines by use.  Fields marked (worker) and
 * (session) belong to those layers: the table only carries them and clears
 * them at the start of a generation.  All else is read by others through this
 * header's functions where there is one.
 */
struct nsc_flow {
	/* line 1: key and counters */
	struct nsc_addr addr[2];	/* canonical: (addr[0], port[0]) <= (addr[1], port[1]) */
	uint16_t port[2];
	uint8_t proto;			/* 0 for IP and MAC pairs */
	uint8_t version;		/* 4 or 6; 0 for MAC pairs */
	uint8_t first;			/* which end is the initiator: addr[first], port[first] */
	uint8_t state;			/* nsc_flow_state */
	uint32_t packets_low[2];	/* by side */
	uint64_t octets[2];		/* by side */

	/* line 2: TCP, by side (flow/tcp.h) */
	struct nsc_flow_tcp tcp[2];
	uint32_t rtt;			/* in 4 ns, so that 17 s fit */
	uint32_t vni;			/* with NSC_FLOW_VNI */

	/* line 3: time, life, labels */
	uint64_t start;			/* first packet, ns since the epoch */
	uint64_t end;			/* last packet */
	uint64_t since;			/* idle time counts from here, on the table's clock */
	uint64_t history;		/* text.c */
	uint32_t retransmits;		/* captured packets, both sides */
	uint32_t out_of_order;
	uint32_t timeout;		/* its own idle timeout, s; 0: the configuration's */
	uint32_t session;		/* (session) index, 0: none */
	uint16_t flags;			/* nsc_flow_flags */
	uint16_t vlan_tunnel;		/* VLAN id, nsc_tunnel << 12 */
	uint16_t owner;			/* (worker) its party (engine/parties.h) */
	uint8_t packets_high[2];	/* bits 32 to 39 of packets */
	uint8_t end_reason;		/* nsc_end */
	uint8_t app;			/* (session) index in dissect/table.c; 0: unknown */
	uint8_t direction;		/* (worker) scope/direction.h */
	uint8_t scope;			/* (worker) coarse scope of the remote end */
	uint8_t iface;			/* (worker) row of the interface it was first seen on */
	uint8_t network;		/* (worker) user network of the remote end; 0: none */
	uint8_t rank;			/* its place in the order of eviction (evict.h) */
	uint8_t rtt_kind : 4;		/* what rtt holds (measure.h) */
	uint8_t named : 1;		/* (session) it said a name of its far end */
};

_Static_assert(sizeof(struct nsc_flow) == 192, "three cache lines");
_Static_assert(offsetof(struct nsc_flow, tcp) == 64, "line 2: TCP");
_Static_assert(offsetof(struct nsc_flow, start) == 128, "line 3: time, life, labels");

/* Timeouts in seconds (features.md, 5b) and limits; replaceable while it runs. */
struct nsc_flow_config {
	uint32_t size;			/* entries at the most (FlowTableSize) */
	uint8_t key;			/* nsc_key_kind; fixed at creation */
	uint32_t timeout_tcp;		/* established, idle */
	uint32_t timeout_syn;		/* half-open, half-closed */
	uint32_t timeout_closed;	/* the entry absorbs stragglers so long */
	uint32_t timeout_udp;
	uint32_t timeout_short;		/* UDP protocols of one exchange: DNS, NTP, ... */
	uint32_t timeout_icmp;
	uint32_t timeout_other;
};

/* What one packet did. */
enum nsc_update_flags {
	NSC_UPDATE_OPENED = 1 << 0,	/* first packet of a generation (the hook was called) */
	NSC_UPDATE_ESTABLISHED = 1 << 1,	/* the handshake was completed by this packet */
	NSC_UPDATE_RESET = 1 << 2,	/* an accepted RST */
	NSC_UPDATE_RST_INVALID = 1 << 3,	/* RST outside the window: counted, ignored */
	NSC_UPDATE_ILLEGAL = 1 << 4,	/* impossible TCP flags: counted, no transition */
	NSC_UPDATE_ZERO_WINDOW = 1 << 5,	/* the side begins to offer no room */
	NSC_UPDATE_KEEPALIVE = 1 << 6,
	NSC_UPDATE_CHALLENGE = 1 << 7,	/* SYN inside an established flow */
	NSC_UPDATE_DUP_ACK = 1 << 8,	/* an acknowledgement that says the last one again */
	NSC_UPDATE_WINDOW_FULL = 1 << 9,	/* the packet uses the last octet of its receiver's offer */
	NSC_UPDATE_RESTED = 1 << 10,	/* the first packet for a second, but not of all */
};

struct nsc_update {
	struct nsc_flow *flow;		/* valid until the next update or advance */
	uint64_t rtt;			/* a new sample in ns; 0: none */
	uint32_t segments;		/* wire segments of this packet (DESIGN 3, GSO); TCP only */
	uint32_t retransmit;		/* of them, sent again */
	uint32_t out_of_order;		/* of them, late but new */
	uint32_t fast;			/* of those sent again: asked for by acknowledgements */
	uint32_t spurious;		/* sent again now or before: found out to have been needless */
	uint16_t flags;			/* nsc_update_flags */
	uint8_t side;			/* 0: the initiator sent it */
	uint8_t failure;		/* nsc_failure: what ended the handshake */
	bool rtt_handshake;		/* the sample is SYN to SYN-ACK (or its ACK) */
};

/* What went wrong in a TCP flow, of both sides; captured packets but where it says otherwise. */
struct nsc_flow_events {
	uint32_t dup_acks;		/* also with nothing outstanding, where RFC 5681 counts none */
	uint32_t zero_windows;		/* times that a side began to offer no room */
	uint32_t window_fulls;
	uint32_t retransmits_fast;	/* of nsc_flow_retransmits */
	uint32_t retransmits_spurious;	/* of nsc_flow_retransmits */
	uint32_t keepalives;
	uint32_t resets;		/* every RST, accepted or not */
};

/*
 * The life of an entry: opened once, then closed once (counts: the second FIN
 * is acknowledged, an RST accepted, it expired, was evicted ...), then retired
 * once, when the entry goes (record: stragglers are in its counters).  The
 * flow is borrowed.  None may call back into the table.
 */
struct nsc_flow_hooks {
	void *arg;
	void (*opened)(void *arg, struct nsc_flow *f, const struct nsc_packet *p);
	void (*closed)(void *arg, struct nsc_flow *f, enum nsc_end reason,
		       enum nsc_failure failure, uint64_t now);
	void (*retired)(void *arg, struct nsc_flow *f);
};

struct nsc_flow_stats {
	uint64_t opened, adopted;
	uint64_t live;			/* opened and not closed; now */
	uint64_t entries;		/* in the table, closed ones too; now */
	uint64_t closed[NSC_ENDS];
	uint64_t evicted_half_open, evicted_one_packet, evicted_closed, evicted_idle;
	uint64_t rst_invalid, illegal_flags, challenged, keepalives;
	uint64_t memory;		/* octets of address space reserved */
};

struct nsc_flow_table;

struct nsc_key {			/* canonical: (addr[0], port[0]) <= (addr[1], port[1]) */
	struct nsc_addr addr[2];
	uint16_t port[2];
	uint8_t proto, version;
	uint8_t from;			/* which end sent the packet; not part of the comparison */
	bool self;			/* both ends are one (from is 0) */
};

struct nsc_flow_ref {			/* what prepare found out for update */
	struct nsc_key key;
	uint32_t hash;
	uint32_t entry;			/* where the flow was then; a hint; 0: none */
};

enum { NSC_FLOW_TABLE_MAX = 1 << 24 };

/*
 * 0, -EINVAL (size 0 or too great, unknown key) or -ENOMEM.  Address space is
 * reserved here; pages are touched as flows come.  cfg, key and hooks are copied.
 */
int nsc_flow_table_new(struct nsc_flow_table **t, const struct nsc_flow_config *cfg,
		       const struct nsc_hash_key *key, const struct nsc_flow_hooks *hooks);
void nsc_flow_table_free(struct nsc_flow_table *t);

/*
 * Replaces limits and timeouts, of flows that are there, too (not the key).  A smaller size evicts at once,
 * in the order of eviction; a larger one than at creation is -EINVAL.
 */
int nsc_flow_reconfigure(struct nsc_flow_table *t, const struct nsc_flow_config *cfg);

/*
 * A packet's way to its flow, in four steps, between which others' go on, since
 * memory latency is the cost of a large table: it is hashed, and its slot is on its
 * way; a few packets before its turn, so is the entry; when that is there, what hangs
 * on it; then the update.  The middle ones are as good a guess as there is then, and
 * may be left out.  The entry that arrives may be another flow's, or none's (all zero):
 * it is for who fetches what belongs to it, too.
 */
void nsc_flow_prepare(struct nsc_flow_table *t, const struct nsc_packet *p,
		      struct nsc_flow_ref *ref);
void nsc_flow_approach(struct nsc_flow_table *t, struct nsc_flow_ref *ref);
const struct nsc_flow *nsc_flow_arrive(const struct nsc_flow_table *t,
				       const struct nsc_flow_ref *ref);

/* Takes one packet in; always finds or makes a flow (evicting another if it must). */
void nsc_flow_update(struct nsc_flow_table *t, const struct nsc_packet *p,
		     const struct nsc_flow_ref *ref, struct nsc_update *up);

/*
 * The clock of the packets is now (ns): expired flows (idle >= timeout) are
 * closed and retired.  Time never goes back: an older `now`, or packet, does
 * not move the clock.  A jump of more than 60 s of a live clock is re-based
 * with nsc_flow_rebase before: what was `from` on the old clock is `to` on the
 * new one, for every flow's times, too.
 */
void nsc_flow_advance(struct nsc_flow_table *t, uint64_t now);
void nsc_flow_rebase(struct nsc_flow_table *t, uint64_t from, uint64_t to);

/* The session decided: ends the flow now (overflow, parse error).  The entry stays to absorb. */
void nsc_flow_close(struct nsc_flow_table *t, struct nsc_flow *f, enum nsc_end reason,
		    uint64_t now);

/* Gives a flow another idle timeout (seconds), as its protocol asks. */
void nsc_flow_timeout(struct nsc_flow_table *t, struct nsc_flow *f, uint32_t seconds);

/*
 * How long a flow has been idle, and the idle time after which it expires; both ns.  Of one
 * that was closed: since its end, and after which its entry goes.
 */
uint64_t nsc_flow_idle(const struct nsc_flow_table *t, const struct nsc_flow *f, uint64_t now,
		       uint64_t *timeout);

/* Closes (reason EOF) and retires every flow, oldest first. */
void nsc_flow_finish(struct nsc_flow_table *t, uint64_t now);

/* The number of its entry, 1 to the table's size at creation: a generation's own until it is retired. */
uint32_t nsc_flow_entry(const struct nsc_flow_table *t, const struct nsc_flow *f);

const struct nsc_flow_stats *nsc_flow_stats(const struct nsc_flow_table *t);

/* Visits every entry (for views); stop when the visitor returns false. */
void nsc_flow_each(struct nsc_flow_table *t, bool (*visit)(void *arg, struct nsc_flow *f),
		   void *arg);

uint64_t nsc_flow_end(const struct nsc_flow *f);		/* last packet, ns */
uint32_t nsc_flow_retransmits(const struct nsc_flow *f);	/* captured packets, both sides */
uint32_t nsc_flow_out_of_order(const struct nsc_flow *f);

/* All 0 where nothing went wrong; valid until the flow is retired. */
const struct nsc_flow_events *nsc_flow_events(const struct nsc_flow_table *t,
					      const struct nsc_flow *f);

/*
 * SYN to the ACK that completes the handshake, so the whole way between both
 * ends wherever the capture stands; else the smoothed time to the farther end
 * (RFC 6298, 2).  ns; 0: none.
 */
uint64_t nsc_flow_rtt(const struct nsc_flow *f);

bool nsc_flow_vlan(const struct nsc_flow *f, uint16_t *vlan);
uint8_t nsc_flow_tunnel(const struct nsc_flow *f);		/* nsc_tunnel */
bool nsc_flow_vni(const struct nsc_flow *f, uint32_t *vni);
const char *nsc_flow_history(const struct nsc_flow *f, char text[NSC_HISTORY + 1]);
const char *nsc_flow_state_text(const struct nsc_flow *f);	/* "established"; "" if none */
const char *nsc_end_text(enum nsc_end reason);			/* "fin" ... */

static inline uint64_t
nsc_flow_packets(const struct nsc_flow *f, int side)
{
	return (uint64_t)f->packets_high[side] << 32 | f->packets_low[side];
}

static inline const struct nsc_addr *
nsc_flow_addr(const struct nsc_flow *f, int side)
{
	return &f->addr[f->first ^ side];
}

static inline uint16_t
nsc_flow_port(const struct nsc_flow *f, int side)
{
	return f->port[f->first ^ side];
}

#endif
