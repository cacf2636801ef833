/* SPDX-License-Identifier: MIT */
/*
 * The session of a flow: finds its protocol, puts its octets in order, feeds
 * its dissector, keeps its labels.  Memory is capped: slabs for states, a pool
 * for reassembly, an arena for labels; each exhaustion is a counter.
 */
#ifndef NSC_DISSECT_SESSION_H
#define NSC_DISSECT_SESSION_H

#include "dissect/table.h"
#include "flow/flow.h"
#include "flow/reassembly.h"

struct nsc_session_config {
	struct nsc_reassembly_config reassembly;
	uint32_t sessions;		/* at once, at the most */
	uint32_t label_memory;		/* octets of labels in all */
	uint64_t wanted[2];		/* bit n: dissector n is on (option Dissect) */
	uint32_t dns_timeout;		/* seconds that a DNS query may wait; 0: NSC_DNS_TIMEOUT_S */
	uint64_t state_memory;		/* octets of dissectors' states in all; 0: 256 a session */
	/* Another table than nsc_dissectors (tests); [0] is not used, at most NSC_APPS. */
	const struct nsc_dissector *const *dissectors;
	unsigned dissector_count;
};

struct nsc_session_stats {
	uint64_t sessions;		/* now */
	uint64_t malformed[NSC_APPS];	/* by app */
	uint64_t overflows;		/* flows ended by NSC_OVERFLOW_DROP_FLOW */
	uint64_t exhausted;		/* no session, state or label room: not dissected */
	uint64_t identified, unknown;	/* sessions whose protocol was told, or given up */
	uint64_t memory;		/* octets of address space reserved, with what is shared */
};

struct nsc_session_hooks {
	void *arg;
	void (*event)(void *arg, const struct nsc_event *ev);	/* flow and time are filled */
	struct nsc_name_cache *names;	/* learns from DNS; borrowed; NULL: nobody asks */
	bool terse;			/* nobody reads texts: labels are not kept */
	bool unheard;			/* of events, nobody reads more than the kind */
	/* The flow has a label that is its name (nsc_label_is_name); not with terse.  May be NULL. */
	void (*named)(void *arg, struct nsc_flow *f);
	/* f->app became known or changed; `before` is what it was, 0 unknown.  May be NULL. */
	void (*app)(void *arg, struct nsc_flow *f, unsigned before);
	/* The protocol asks for another idle timeout (seconds): nsc_flow_timeout.  May be NULL. */
	void (*timeout)(void *arg, struct nsc_flow *f, uint32_t seconds);
	/* A tick, not a packet, found that the flow shall be closed now.  May be NULL. */
	void (*close)(void *arg, struct nsc_flow *f, enum nsc_end reason);
};

struct nsc_sessions;

/*
 * 0, -EINVAL or -ENOMEM.  All memory is reserved here and touched as it is
 * needed.  Configuration and hooks are copied.  A flow that has a session must stay
 * at its address until nsc_session_retired.
 */
int nsc_sessions_new(struct nsc_sessions **ss, const struct nsc_session_config *cfg,
		     const struct nsc_session_hooks *hooks);
void nsc_sessions_free(struct nsc_sessions *ss);

/* nsc_pool_reconfigure of its pool; -EINVAL or 0. */
int nsc_sessions_reconfigure(struct nsc_sessions *ss, const struct nsc_reassembly_config *cfg);

/* That flow's next packet is near: what reading it takes is fetched. */
void nsc_session_approach(const struct nsc_sessions *ss, const struct nsc_flow *f);

/*
 * A packet with payload (or SYN, FIN, RST) of the flow, after the table's update.
 * NSC_END_OPEN, or the reason for which the caller shall close the flow now
 * (BUFFER_OVERFLOW; PARSE_ERROR: TCP that breaks its protocol, already counted).
 * A flow with NSC_FLOW_NO_PAYLOAD needs no more calls.
 */
enum nsc_end nsc_session_packet(struct nsc_sessions *ss, const struct nsc_update *up,
				const struct nsc_packet *p);

/* The flow was closed: flushes (fin, idle, eof) or cuts off (rst, evicted, overflow) its dissector. */
void nsc_session_closed(struct nsc_sessions *ss, struct nsc_flow *f, enum nsc_end reason,
			uint64_t now);

/* The flow goes: its labels are given back. */
void nsc_session_retired(struct nsc_sessions *ss, struct nsc_flow *f);

/* Each second of the packets' clock: dissectors' ticks (DNS timeouts), holes given up. */
void nsc_sessions_tick(struct nsc_sessions *ss, uint64_t now);

/*
 * The end of a capture, at its last packet's time: a last tick.  What waits for longer than
 * that (a DNS query whose time is not over) is neither answered nor timed out.
 */
void nsc_sessions_finish(struct nsc_sessions *ss, uint64_t now);

/* Gives the flow a label, as a dissector would; the first one stays. */
void nsc_session_note(struct nsc_sessions *ss, struct nsc_flow *f, enum nsc_label id,
		      const struct nsc_text *text);

/* A label of the flow; len 0 if there is none.  Lives until the flow is retired. */
struct nsc_text nsc_session_label(const struct nsc_sessions *ss, const struct nsc_flow *f,
				  enum nsc_label id);

const struct nsc_session_stats *nsc_sessions_stats(const struct nsc_sessions *ss);
const struct nsc_reassembly_stats *nsc_sessions_reassembly(const struct nsc_sessions *ss);

#endif
