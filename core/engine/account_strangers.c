/* SPDX-License-Identifier: MIT */
/*
 * Flows between an address of ours and a stranger: a public peer.  The names on the wire
 * decide, wherever a translation leads from there: a stranger who was answered on our
 * port has got in, whoever it was that answered.
 */
#include "engine/worker_state.h"
#include "scope/scope.h"

/* Documentation and other reserved prefixes are strangers' (DESIGN 2); groups and nobody are not. */
static bool
is_stranger(const struct nsc_worker *w, const struct nsc_addr *a)
{
	enum nsc_class class = nsc_class(a);

	return nsc_scope_of(class) == NSC_SCOPE_PUBLIC && class != NSC_CLASS_UNSPECIFIED &&
	       class != NSC_CLASS_MULTICAST && class != NSC_CLASS_BROADCAST &&
	       !nsc_locals_has(&w->locals, a);
}

static bool
is_between(const struct nsc_worker *w, const struct nsc_flow *f, int ours)
{
	return f->version != 0 && w->locals.known && w->locals.view.listeners_known &&
	       nsc_locals_has(&w->locals, nsc_flow_addr(f, ours)) &&
	       is_stranger(w, nsc_flow_addr(f, 1 - ours));
}

/* Of TCP a SYN-ACK is an answer, a refusal is none, and one in mid-stream is nobody knows whose. */
void
nsc_strangers_answered(struct nsc_worker *w, const struct nsc_flow *f)
{
	bool handshake = (f->flags & NSC_FLOW_SYNACK_SEEN) && !(f->flags & NSC_FLOW_MIDSTREAM);

	if ((f->proto == NSC_PROTO_UDP || (f->proto == NSC_PROTO_TCP && handshake)) &&
	    !(f->flags & NSC_FLOW_EXCLUDED) && is_between(w, f, 1))
		nsc_observed_answered(&w->observed, &w->locals.view, &w->settings.key, f, w->now,
				      &w->cells);
}

/* A UDP port of ours has spoken with them: what they say next need not begin anything. */
void
nsc_strangers_closed(struct nsc_worker *w, const struct nsc_flow *f)
{
	for (int ours = 0; ours < 2 && f->proto == NSC_PROTO_UDP; ours++)
		if (nsc_flow_packets(f, ours) > 0 && is_between(w, f, ours))
			nsc_observed_ended(&w->observed, &w->locals.view, &w->settings.key, f,
					   (unsigned)ours, w->now);
}
