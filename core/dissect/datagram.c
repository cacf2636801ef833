/* SPDX-License-Identifier: MIT */
/*
 * UDP: each datagram on its own.  A dissector without state needs no
 * conversation, so that a flood of one-datagram flows costs no memory here.
 */
#include "dissect/conversation.h"

enum {
	LOOKS = 4,	/* datagrams without a match after which nobody looks any more, */
	PATIENT = 64,	/* or if some protocol may yet come (behind STUN) */
};

static bool
keeps_state(const struct nsc_dissector *d)
{
	return d->feed != NULL && d->state_size > 0 && !(d->stateless & NSC_OVER_UDP);
}

/* Tells the protocol by this datagram; 0: not, or nothing is to be fed. */
static unsigned
identify(struct nsc_sessions *ss, const struct nsc_update *up, const struct nsc_packet *p,
	 struct nsc_app_set *candidates)
{
	struct nsc_flow *f = up->flow;
	struct nsc_guess g = {
		.bytes = nsc_bytes(p->payload, p->payload_caplen),
		.side = up->side,
		.transport = NSC_OVER_UDP,
		.port = {nsc_flow_port(f, 0), nsc_flow_port(f, 1)},
		.addr = {nsc_flow_addr(f, 0), nsc_flow_addr(f, 1)},
		.time = p->time,
		.media = &ss->media,
	};
	int app = nsc_identify(ss, &g, candidates);
	struct nsc_conversation *c = nsc_conversation_of(ss, f);

	if (app <= 0) {
		if (nsc_flow_packets(f, 0) + nsc_flow_packets(f, 1) >=
		    (app == NSC_IDENTIFY_PERHAPS ? PATIENT : LOOKS)) {
			ss->stats.unknown++;
			nsc_conversation_quit(ss, f, c);
		}
		return 0;
	}
	if (c == NULL && keeps_state(ss->dissectors[app])) {
		c = nsc_conversation_new(ss, f);
		if (c == NULL)
			return 0;
	}
	if (!nsc_speak_start(ss, f, c, (unsigned)app)) {
		nsc_conversation_quit(ss, f, c);
		return 0;
	}
	return (unsigned)app;
}

/* What is known to speak from here on; it keeps no state. */
static void
follow(struct nsc_sessions *ss, struct nsc_flow *f, const struct nsc_dissector *next)
{
	unsigned app = nsc_speak_wanted(ss, next);

	if (app != 0 && !nsc_speak_start(ss, f, NULL, app))
		nsc_conversation_quit(ss, f, nsc_conversation_of(ss, f));
}

/* False: it is none of the protocol's, and that is no more the flow's. */
static inline bool
feed(struct nsc_sessions *ss, const struct nsc_update *up, const struct nsc_packet *p,
     struct nsc_conversation *c)
{
	struct nsc_chunk in = {
		.bytes = nsc_bytes(p->payload, p->payload_caplen),
		.time = p->time,
		.side = up->side,
		.cut = p->payload_caplen < p->payload_len,
		.fragmented = (p->flags & NSC_PACKET_FRAGMENT) != 0,
	};

	switch (nsc_speak_feed(ss, up->flow, c, &in)) {
	case NSC_MORE:
	case NSC_MALFORMED:
		return true;
	case NSC_DONE:
		nsc_conversation_quit(ss, up->flow, c);
		return true;
	case NSC_HAND_ON:
		nsc_speak_stop(ss, up->flow, c, true);
		follow(ss, up->flow, ss->out.wish.next);
		return true;
	case NSC_NOT_MINE:
		break;
	}
	nsc_speak_stop(ss, up->flow, c, true);
	return false;
}

/* Looks whose it is, and looks again as long as those it is given to refuse it. */
static void
ask(struct nsc_sessions *ss, const struct nsc_update *up, const struct nsc_packet *p,
    unsigned refused)
{
	struct nsc_app_set candidates = nsc_identify_candidates(ss, NSC_OVER_UDP);
	unsigned app = refused;

	do {
		if (app != 0)
			nsc_app_remove(&candidates, app);
		app = identify(ss, up, p, &candidates);
	} while (app != 0 && !feed(ss, up, p, nsc_conversation_of(ss, up->flow)));
}

enum nsc_end
nsc_datagram_packet(struct nsc_sessions *ss, const struct nsc_update *up,
		    const struct nsc_packet *p)
{
	struct nsc_conversation *c = nsc_conversation_of(ss, up->flow);
	unsigned app = c != NULL ? c->app : up->flow->app;

	if (p->payload_len > 0 && (app == 0 || !feed(ss, up, p, c)))
		ask(ss, up, p, app);
	return NSC_END_OPEN;
}
