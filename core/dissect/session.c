/* SPDX-License-Identifier: MIT */
/* The life of sessions: their memory, their beginning, their end. */
#include <errno.h>
#include <stdlib.h>

#include "base/cache_line.h"
#include "dissect/conversation.h"
#include "dissect/labels.h"
#include "flow/memory.h"

enum { STATE_OCTETS = 256 };	/* of states a session, if nothing else is said */

static void
want(struct nsc_sessions *ss)
{
	for (unsigned app = 1; app < ss->dissector_count; app++) {
		const struct nsc_dissector *d = ss->dissectors[app];

		if (d == NULL || (ss->cfg.wanted[app / 64] >> app % 64 & 1) == 0)
			continue;
		if (d->ip_proto != 0)
			ss->by_proto[d->ip_proto] = (uint8_t)app;
		if (d->guess == NULL)
			continue;
		for (int udp = 0; udp < 2; udp++) {
			if ((d->transports & (udp ? NSC_OVER_UDP : NSC_OVER_TCP)) != 0)
				ss->wanted[udp].bits[app / 64] |= UINT64_C(1) << app % 64;
		}
	}
}

static int
make_shared(struct nsc_sessions *ss)
{
	for (unsigned app = 1; app < ss->dissector_count; app++) {
		const struct nsc_dissector *d = ss->dissectors[app];
		int r;

		if (d == NULL || d->shared_new == NULL ||
		    (!nsc_app_in(&ss->wanted[0], app) && !nsc_app_in(&ss->wanted[1], app)))
			continue;
		r = d->shared_new(&ss->shared[app]);
		if (r != 0)
			return r;
		if (d->shared_configure != NULL)
			d->shared_configure(ss->shared[app], &ss->cfg);
		ss->stats.memory += d->shared_memory;
	}
	return 0;
}

static int
make_memory(struct nsc_sessions *ss)
{
	const struct nsc_session_config *cfg = &ss->cfg;
	uint64_t states = cfg->state_memory != 0 ? cfg->state_memory
						 : (uint64_t)cfg->sessions * STATE_OCTETS;
	int r = nsc_pool_new(&ss->pool, &cfg->reassembly);

	if (r == 0)
		r = nsc_slab_new(&ss->states, states);
	if (r == 0)
		r = nsc_slab_new(&ss->labels, cfg->label_memory);
	if (r != 0)
		return r;
	ss->count = cfg->sessions + 1;
	ss->carved = 1;
	ss->conv = nsc_reserve_large(ss->count, sizeof *ss->conv);
	if (ss->conv == NULL)
		return -ENOMEM;
	ss->stats.memory = (uint64_t)ss->count * sizeof *ss->conv +
			   nsc_pool_stats(ss->pool)->memory + nsc_slab_memory(ss->states) +
			   nsc_slab_memory(ss->labels);
	return 0;
}

int
nsc_sessions_new(struct nsc_sessions **sessions, const struct nsc_session_config *cfg,
		 const struct nsc_session_hooks *hooks)
{
	struct nsc_sessions *ss;
	int r;

	if (cfg->sessions == 0 || cfg->sessions >= NSC_LABELS_ONLY ||
	    cfg->dissector_count > NSC_APPS)
		return -EINVAL;
	ss = calloc(1, sizeof *ss);
	if (ss == NULL)
		return -ENOMEM;
	ss->cfg = *cfg;
	ss->hooks = *hooks;
	ss->dissectors = cfg->dissectors != NULL ? cfg->dissectors : nsc_dissectors;
	ss->dissector_count = cfg->dissectors != NULL ? cfg->dissector_count : nsc_dissector_count;
	want(ss);
	nsc_identify_prepare(ss);
	nsc_speak_prepare(ss);
	r = make_memory(ss);
	if (r == 0)
		r = make_shared(ss);
	if (r != 0) {
		nsc_sessions_free(ss);
		return r;
	}
	*sessions = ss;
	return 0;
}

void
nsc_sessions_free(struct nsc_sessions *ss)
{
	if (ss == NULL)
		return;
	for (unsigned app = 1; app < ss->dissector_count; app++) {
		if (ss->shared[app] != NULL && ss->dissectors[app]->shared_free != NULL)
			ss->dissectors[app]->shared_free(ss->shared[app]);
	}
	nsc_unreserve(ss->conv, (size_t)ss->count * sizeof *ss->conv);
	nsc_slab_free(ss->labels);
	nsc_slab_free(ss->states);
	nsc_pool_free(ss->pool);
	free(ss);
}

int
nsc_sessions_reconfigure(struct nsc_sessions *ss, const struct nsc_reassembly_config *cfg)
{
	int r = nsc_pool_reconfigure(ss->pool, cfg);

	if (r == 0)
		ss->cfg.reassembly = *cfg;
	return r;
}

struct nsc_conversation *
nsc_conversation_new(struct nsc_sessions *ss, struct nsc_flow *f)
{
	uint32_t i = ss->free;
	struct nsc_conversation *c;

	if (i != 0) {
		ss->free = ss->conv[i].next_free;
	} else if (ss->carved < ss->count) {
		i = ss->carved++;
	} else {
		ss->stats.exhausted++;
		nsc_conversation_quit(ss, f, NULL);
		return NULL;
	}
	c = &ss->conv[i];
	nsc_lines_clear(c, sizeof *c / NSC_LINE);
	c->flow = f;
	c->labels = f->session & ~NSC_LABELS_ONLY;
	f->session = i;
	ss->stats.sessions++;
	return c;
}

void
nsc_conversation_quit(struct nsc_sessions *ss, struct nsc_flow *f, struct nsc_conversation *c)
{
	f->flags |= NSC_FLOW_NO_PAYLOAD;
	if (c == NULL)
		return;
	for (int side = 0; side < 2; side++)
		nsc_stream_release(ss->pool, &c->stream[side]);
	nsc_slab_give(ss->states, c->state);
	c->state = 0;
	f->session = c->labels != 0 ? NSC_LABELS_ONLY | c->labels : 0;
	c->flow = NULL;
	c->next_free = ss->free;
	ss->free = (uint32_t)(c - ss->conv);
	ss->stats.sessions--;
}

/* No branch, but all ones or none: whether there is a conversation nobody foretells. */
void
nsc_session_approach(const struct nsc_sessions *ss, const struct nsc_flow *f)
{
	uint32_t there = -(uint32_t)(f->session < NSC_LABELS_ONLY);

	nsc_lines_fetch(&ss->conv[f->session & there], sizeof *ss->conv / NSC_LINE);
}

enum nsc_end
nsc_session_packet(struct nsc_sessions *ss, const struct nsc_update *up, const struct nsc_packet *p)
{
	struct nsc_flow *f = up->flow;

	if ((f->flags & (NSC_FLOW_NO_PAYLOAD | NSC_FLOW_CLOSED)) != 0)
		return NSC_END_OPEN;
	if ((p->flags & (NSC_PACKET_LATER | NSC_PACKET_PART | NSC_PACKET_NO_PORTS |
			 NSC_PACKET_BAD_L4)) != 0 &&
	    p->proto != NSC_PROTO_UDP)
		return NSC_END_OPEN;
	if (f->proto != p->proto)
		return NSC_END_OPEN;
	switch (p->proto) {
	case NSC_PROTO_TCP:
		return nsc_stream_packet(ss, up, p);
	case NSC_PROTO_UDP:
		return nsc_datagram_packet(ss, up, p);
	default:
		if (ss->by_proto[p->proto] != 0)
			nsc_speak_start(ss, f, NULL, ss->by_proto[p->proto]);
		f->flags |= NSC_FLOW_NO_PAYLOAD;
		return NSC_END_OPEN;
	}
}

/* What waits behind holes is read: nothing will fill them any more. */
static void
read_to_the_end(struct nsc_sessions *ss, struct nsc_flow *f, uint64_t now)
{
	struct nsc_conversation *c = nsc_conversation_of(ss, f);

	for (int side = 0; side < 2; side++) {
		while (c != NULL && c->app != 0 && c->stream[side].held > c->stream[side].ready) {
			(void)nsc_stream_read_on(ss, c, side, now);
			c = nsc_conversation_of(ss, f);
		}
	}
}

void
nsc_session_closed(struct nsc_sessions *ss, struct nsc_flow *f, enum nsc_end reason, uint64_t now)
{
	const bool flush = reason == NSC_END_FIN || reason == NSC_END_IDLE || reason == NSC_END_EOF;
	struct nsc_conversation *c;

	if ((f->flags & NSC_FLOW_NO_PAYLOAD) != 0)
		return;
	if (flush)
		read_to_the_end(ss, f, now);
	c = nsc_conversation_of(ss, f);
	if ((f->flags & NSC_FLOW_NO_PAYLOAD) == 0)
		nsc_speak_end(ss, f, c, !flush, now);
	nsc_conversation_quit(ss, f, c);
}

void
nsc_session_retired(struct nsc_sessions *ss, struct nsc_flow *f)
{
	nsc_conversation_quit(ss, f, nsc_conversation_of(ss, f));
	nsc_labels_drop(ss->labels, f->session & ~NSC_LABELS_ONLY);
	f->session = 0;
}

static void
give_up_holes(struct nsc_sessions *ss, uint64_t now)
{
	for (uint32_t n = nsc_pool_holders(ss->pool); n > 0; n--) {
		struct nsc_stream *s = nsc_pool_turn(ss->pool, now);
		struct nsc_conversation *c;
		struct nsc_flow *f;
		enum nsc_end end;

		if (s == NULL)
			break;
		if (!nsc_stream_overdue(ss->pool, s, now))
			continue;
		c = &ss->conv[((char *)s - (char *)ss->conv) / (ptrdiff_t)sizeof *ss->conv];
		f = c->flow;
		end = nsc_stream_read_on(ss, c, s == &c->stream[1], now);
		if (end != NSC_END_OPEN && ss->hooks.close != NULL)
			ss->hooks.close(ss->hooks.arg, f, end);
	}
}

void
nsc_sessions_tick(struct nsc_sessions *ss, uint64_t now)
{
	nsc_speak_tick(ss, now);
	give_up_holes(ss, now);
}

void
nsc_sessions_finish(struct nsc_sessions *ss, uint64_t now)
{
	nsc_speak_tick(ss, now);
}

struct nsc_text
nsc_session_label(const struct nsc_sessions *ss, const struct nsc_flow *f, enum nsc_label id)
{
	uint32_t first = f->session & ~NSC_LABELS_ONLY;

	if (f->session != 0 && (f->session & NSC_LABELS_ONLY) == 0)
		first = ss->conv[f->session].labels;
	return nsc_labels_find(ss->labels, first, id);
}

const struct nsc_session_stats *
nsc_sessions_stats(const struct nsc_sessions *ss)
{
	return &ss->stats;
}

const struct nsc_reassembly_stats *
nsc_sessions_reassembly(const struct nsc_sessions *ss)
{
	return nsc_pool_stats(ss->pool);
}
