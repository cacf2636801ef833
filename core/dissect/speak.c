/* SPDX-License-Identifier: MIT */
/* Calls of a dissector, and what it says through struct nsc_out. */
#include "dissect/conversation.h"
#include "dissect/labels.h"

/*
 * UDP with a shorter idle time is one question, one answer: its time is an option (TimeoutDNS).
 * A flow that had a longer one before (QUIC) is none of these.
 */
enum { ONE_EXCHANGE_S = 30 };

static void
tell_event(void *arg, struct nsc_event *ev)
{
	struct nsc_sessions *ss = arg;

	ev->flow = ss->flow;
	ev->app = ss->now_app;
	ev->time = ss->now;
	if (ss->hooks.event != NULL)
		ss->hooks.event(ss->hooks.arg, ev);
}

static void
tell_label(void *arg, enum nsc_label id, const char *p, uint32_t len)
{
	struct nsc_sessions *ss = arg;
	uint32_t first;

	if (ss->flow == NULL)
		return;
	if (len > 0 && nsc_label_is_name(id))
		ss->flow->named = true;
	if (ss->hooks.terse)
		return;
	first = ss->now_conv != NULL ? ss->now_conv->labels : ss->flow->session & ~NSC_LABELS_ONLY;
	if (!nsc_labels_add(ss->labels, &first, id, p, len))
		ss->stats.exhausted++;
	if (ss->now_conv != NULL)
		ss->now_conv->labels = first;
	else if (first != 0)
		ss->flow->session = NSC_LABELS_ONLY | first;
	if (ss->hooks.named != NULL && nsc_label_is_name(id))
		ss->hooks.named(ss->hooks.arg, ss->flow);
}

unsigned
nsc_speak_wanted(const struct nsc_sessions *ss, const struct nsc_dissector *d)
{
	for (unsigned app = 1; d != NULL && app < ss->dissector_count; app++)
		if (ss->dissectors[app] == d && (ss->cfg.wanted[app / 64] >> app % 64 & 1) != 0)
			return app;
	return 0;
}

static bool
allows(void *arg, const struct nsc_dissector *next)
{
	return nsc_speak_wanted(arg, next) != 0;
}

void
nsc_session_note(struct nsc_sessions *ss, struct nsc_flow *f, enum nsc_label id,
		 const struct nsc_text *text)
{
	ss->flow = f;
	ss->now_conv = nsc_conversation_of(ss, f);
	tell_label(ss, id, text->p, text->len);
}

void
nsc_speak_prepare(struct nsc_sessions *ss)
{
	ss->out = (struct nsc_out){
		.arg = ss,
		.event = tell_event,
		.label = tell_label,
		.allows = allows,
		.names = ss->hooks.names,
		.media = &ss->media,
		.terse = ss->hooks.terse,
		.unheard = ss->hooks.unheard,
	};
}

static inline struct nsc_out *
begin(struct nsc_sessions *ss, struct nsc_flow *f, struct nsc_conversation *c, unsigned app,
      uint64_t time)
{
	struct nsc_out *out = &ss->out;

	ss->flow = f;
	ss->now_conv = c;
	ss->now = time;
	ss->now_app = (uint8_t)app;
	out->shared = ss->shared[app];
	out->wish = (struct nsc_wish){.need = 0};
	out->time = time;
	if (f == NULL) {
		memset(out->addr, 0, sizeof out->addr);
		out->port[0] = out->port[1] = 0;
		out->transport = 0;
		return out;
	}
	for (int side = 0; side < 2; side++) {
		out->addr[side] = *nsc_flow_addr(f, side);
		out->port[side] = nsc_flow_port(f, side);
	}
	out->transport = f->proto == NSC_PROTO_UDP ? NSC_OVER_UDP : NSC_OVER_TCP;
	return out;
}

static inline void
wish_timeout(struct nsc_sessions *ss, struct nsc_flow *f, uint32_t seconds)
{
	if (seconds == 0)
		return;
	if (f->proto == NSC_PROTO_UDP && seconds <= ONE_EXCHANGE_S && f->timeout == 0)
		f->flags |= NSC_FLOW_SHORT;
	else if (f->timeout != seconds && ss->hooks.timeout != NULL)
		ss->hooks.timeout(ss->hooks.arg, f, seconds);
}

static void
name(struct nsc_sessions *ss, struct nsc_flow *f, unsigned app)
{
	unsigned before = f->app;

	if (before == app)
		return;
	f->app = (uint8_t)app;
	if (ss->hooks.app != NULL)
		ss->hooks.app(ss->hooks.arg, f, before);
}

bool
nsc_speak_start(struct nsc_sessions *ss, struct nsc_flow *f, struct nsc_conversation *c,
		unsigned app)
{
	const struct nsc_dissector *d = ss->dissectors[app];

	name(ss, f, app);
	ss->stats.identified++;
	wish_timeout(ss, f, d->timeout);
	if (d->feed == NULL)
		return false;
	if (c == NULL)
		return true;
	if (d->state_size > 0) {
		c->state = nsc_slab_take(ss->states, d->state_size);
		if (c->state == 0) {
			ss->stats.exhausted++;
			return false;
		}
		memset(nsc_slab_at(ss->states, c->state), 0, d->state_size);
	}
	c->app = (uint8_t)app;
	c->need[0] = c->need[1] = 0;
	c->fin_told[0] = c->fin_told[1] = false;
	return true;
}

void
nsc_speak_seed(struct nsc_sessions *ss, struct nsc_conversation *c, const struct nsc_wish *wish)
{
	if (wish->seed != NULL && c->state != 0 &&
	    wish->seed_len <= ss->dissectors[c->app]->state_size)
		memcpy(nsc_slab_at(ss->states, c->state), wish->seed, wish->seed_len);
}

void
nsc_speak_stop(struct nsc_sessions *ss, struct nsc_flow *f, struct nsc_conversation *c, bool rename)
{
	if (c != NULL) {
		nsc_slab_give(ss->states, c->state);
		c->state = 0;
		c->app = 0;
		c->looks = 0;
		c->fin_told[0] = c->fin_told[1] = false;
	}
	if (rename)
		name(ss, f, 0);
}

/* Who is called so goes on to be read by the same dissector. */
static void
call(struct nsc_sessions *ss, struct nsc_flow *f, const struct nsc_dissector *d)
{
	unsigned app = nsc_speak_wanted(ss, d);

	if (app != 0)
		name(ss, f, app);
}

enum nsc_verdict
nsc_speak_feed(struct nsc_sessions *ss, struct nsc_flow *f, struct nsc_conversation *c,
	       struct nsc_chunk *in)
{
	unsigned app = c != NULL ? c->app : f->app;
	void *state = c != NULL ? nsc_slab_at(ss->states, c->state) : NULL;
	struct nsc_out *out = begin(ss, f, c, app, in->time);
	enum nsc_verdict verdict;

	in->transport = f->proto == NSC_PROTO_UDP ? NSC_OVER_UDP : NSC_OVER_TCP;
	in->port[0] = nsc_flow_port(f, 0);	/* not out's: read so soon, they would be waited for */
	in->port[1] = nsc_flow_port(f, 1);
	verdict = ss->dissectors[app]->feed(state, in, out);
	wish_timeout(ss, f, out->wish.timeout);
	if (out->wish.called != NULL)
		call(ss, f, out->wish.called);
	if (verdict == NSC_MALFORMED)
		ss->stats.malformed[app]++;
	return verdict;
}

void
nsc_speak_end(struct nsc_sessions *ss, struct nsc_flow *f, struct nsc_conversation *c, bool cut,
	      uint64_t now)
{
	unsigned app = c != NULL ? c->app : f->app;
	void (*last)(void *state, struct nsc_out *out);

	if (app == 0)
		return;
	last = cut ? ss->dissectors[app]->cut : ss->dissectors[app]->end;
	if (last == NULL)
		return;
	last(c != NULL ? nsc_slab_at(ss->states, c->state) : NULL, begin(ss, f, c, app, now));
}

void
nsc_speak_tick(struct nsc_sessions *ss, uint64_t now)
{
	for (unsigned app = 1; app < ss->dissector_count; app++) {
		if (ss->shared[app] != NULL && ss->dissectors[app]->tick != NULL)
			ss->dissectors[app]->tick(ss->shared[app], begin(ss, NULL, NULL, app, now));
	}
}
