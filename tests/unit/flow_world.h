/* SPDX-License-Identifier: MIT */
/* A flow table with a virtual clock, packets by hand, and a record of what the hooks were told. */
#ifndef NSC_TESTS_FLOW_WORLD_H
#define NSC_TESTS_FLOW_WORLD_H

#include <stdlib.h>

#include "flow/flow.h"
#include "suite.h"

#define SECOND 1000000000ull
#define MILLI 1000000ull

enum { F = NSC_TCP_FIN, S = NSC_TCP_SYN, R = NSC_TCP_RST, P = NSC_TCP_PSH, A = NSC_TCP_ACK };

static const uint64_t epoch = 1700000000 * SECOND;

struct world {
	struct nsc_flow_table *t;
	struct nsc_flow_config cfg;
	struct nsc_flow_hooks hooks;
	struct nsc_frame frame;
	uint64_t now;
	struct nsc_update up;

	unsigned opened, closed, retired;
	unsigned reason[NSC_ENDS], failure[3];
	struct nsc_flow last;		/* the last one retired */
	uint64_t octets[64][2];		/* of those retired, in order */
	uint64_t sum;			/* of all octets retired */
	uint8_t first_octet[64];	/* last octet of the initiator's address of those retired */
};

static inline void
world_opened(void *arg, struct nsc_flow *f, const struct nsc_packet *p)
{
	struct world *w = arg;

	(void)p;
	ck_assert(!(f->flags & NSC_FLOW_CLOSED));
	ck_assert_uint_eq(f->session, 0);
	f->session = ++w->opened;
}

static inline void
world_closed(void *arg, struct nsc_flow *f, enum nsc_end reason, enum nsc_failure failure,
	     uint64_t now)
{
	struct world *w = arg;

	(void)now;
	ck_assert_uint_ne(f->session, 0);
	ck_assert_uint_eq(f->owner, 0);
	ck_assert_uint_eq(f->end_reason, reason);
	f->owner = 1;
	w->closed++;
	w->reason[reason]++;
	w->failure[failure]++;
}

static inline void
world_retired(void *arg, struct nsc_flow *f)
{
	struct world *w = arg;

	ck_assert_uint_eq(f->owner, 1);
	f->owner = 2;
	w->last = *f;
	if (w->retired < 64) {
		w->octets[w->retired][0] = f->octets[0];
		w->octets[w->retired][1] = f->octets[1];
		w->first_octet[w->retired] = nsc_flow_addr(f, 0)->b[15];
	}
	w->sum += f->octets[0] + f->octets[1];
	w->retired++;
}

static inline struct world *
world_new(uint32_t size, uint8_t key)
{
	const struct nsc_hash_key secret = {{1, 2}};
	struct world *w = calloc(1, sizeof *w);

	ck_assert_ptr_nonnull(w);
	w->cfg = (struct nsc_flow_config){
		.size = size, .key = key, .timeout_tcp = 300, .timeout_syn = 60,
		.timeout_closed = 30, .timeout_udp = 61, .timeout_short = 29, .timeout_icmp = 10,
		.timeout_other = 31,
	};
	w->hooks = (struct nsc_flow_hooks){w, world_opened, world_closed, world_retired};
	w->now = epoch;
	w->frame.link = 101;		/* LINKTYPE_RAW */
	ck_assert_int_eq(nsc_flow_table_new(&w->t, &w->cfg, &secret, &w->hooks), 0);
	return w;
}

static inline void
world_free(struct world *w)
{
	nsc_flow_finish(w->t, w->now);
	ck_assert_uint_eq(w->opened, w->closed);
	ck_assert_uint_eq(w->closed, w->retired);
	ck_assert_uint_eq(nsc_flow_stats(w->t)->live, 0);
	ck_assert_uint_eq(nsc_flow_stats(w->t)->entries, 0);
	nsc_flow_table_free(w->t);
	free(w);
}

static inline struct nsc_addr
host(uint8_t n)
{
	const uint8_t v4[4] = {10, 0, 0, n};

	return nsc_addr_v4(v4);
}

/* 40 octets of headers; the caller changes what it wants before world_send. */
static inline struct nsc_packet
packet(struct world *w, uint8_t from, uint16_t sport, uint8_t to, uint16_t dport, uint8_t proto,
       uint32_t len)
{
	return (struct nsc_packet){
		.frame = &w->frame, .time = w->now, .src = host(from), .dst = host(to),
		.sport = sport, .dport = dport, .proto = proto, .version = 4,
		.octets = 40 + len, .payload_len = len, .window = 1000,
	};
}

static inline struct nsc_flow *
world_send(struct world *w, const struct nsc_packet *p)
{
	struct nsc_flow_ref ref;

	nsc_flow_prepare(w->t, p, &ref);
	nsc_flow_approach(w->t, &ref);
	nsc_flow_update(w->t, p, &ref, &w->up);
	return w->up.flow;
}

/* Client 10.0.0.1:1000 (side 0) and server 10.0.0.2:80. */
static inline struct nsc_packet
tcp_packet(struct world *w, int server, uint8_t flags, uint32_t seq, uint32_t ack, uint32_t len)
{
	struct nsc_packet p = server ? packet(w, 2, 80, 1, 1000, 6, len)
				     : packet(w, 1, 1000, 2, 80, 6, len);

	p.tcp_flags = flags;
	p.seq = seq;
	p.ack = ack;
	return p;
}

static inline struct nsc_flow *
tcp(struct world *w, int server, uint8_t flags, uint32_t seq, uint32_t ack, uint32_t len)
{
	struct nsc_packet p = tcp_packet(w, server, flags, seq, ack, len);

	return world_send(w, &p);
}

static inline void
sleep_for(struct world *w, uint64_t ns)
{
	w->now += ns;
	nsc_flow_advance(w->t, w->now);
}

/* Client's ISN 100, server's 500. */
static inline struct nsc_flow *
handshake(struct world *w)
{
	tcp(w, 0, S, 100, 0, 0);
	tcp(w, 1, S | A, 500, 101, 0);
	return tcp(w, 0, A, 101, 501, 0);
}

#endif
