/* SPDX-License-Identifier: MIT */
/*
 * The name of a flow's remote end: what the flow itself says of it (SNI, Host),
 * else what its client had resolved (dissect/name_cache.h).  Looked up when the
 * flow opens, and when it closes if the answer came late.
 */
#include "engine/worker_state.h"

int
nsc_remote_side(const struct nsc_flow *f)
{
	return (f->direction & NSC_LABEL_KNOWN) != 0 &&
			       (f->direction & NSC_LABEL_FORWARDED) == 0 &&
			       nsc_way(f, 0) == NSC_WAY_RX
		       ? 0
		       : 1;
}

/* True if a name was found. */
static bool
look_up(struct nsc_worker *w, struct nsc_flow *f)
{
	static const struct nsc_text yes = {"true", 4};
	int side = nsc_remote_side(f);
	struct nsc_name_question q = {
		.addr = *nsc_flow_addr(f, side),
		.client = *nsc_flow_addr(f, 1 - side),
		.start = f->start,
		/* A name that was alive then is this flow's, however late it came. */
		.now = f->start,
	};
	struct nsc_name_answer a = nsc_name_cache_find(w->name_cache, &q);

	if (a.name.len == 0)
		return false;
	nsc_session_note(w->sessions, f, NSC_LABEL_REMOTE_NAME, &a.name);
	if (a.shared)
		nsc_session_note(w->sessions, f, NSC_LABEL_REMOTE_SHARED, &yes);
	return true;
}

void
nsc_remote_opened(struct nsc_worker *w, struct nsc_flow *f)
{
	int i;

	if (w->name_cache == NULL || f->version == 0 || !look_up(w, f))
		return;
	/* By its place, which stays: the initiator may yet turn out to be the other end. */
	i = f->first ^ nsc_remote_side(f);
	if (nsc_name_cache_pin(w->name_cache, &f->addr[i]))
		f->flags |= (uint16_t)(NSC_FLOW_PINNED << i);
}

void
nsc_remote_closed(struct nsc_worker *w, struct nsc_flow *f)
{
	if (w->name_cache == NULL || f->version == 0)
		return;
	if (nsc_session_label(w->sessions, f, NSC_LABEL_REMOTE_NAME).len == 0)
		(void)look_up(w, f);
	for (int i = 0; i < 2; i++) {
		if ((f->flags & NSC_FLOW_PINNED << i) == 0)
			continue;
		nsc_name_cache_unpin(w->name_cache, &f->addr[i]);
		f->flags &= (uint16_t)~(NSC_FLOW_PINNED << i);
	}
}

/* The name in a Host field: without port, and none if it is an address. */
static struct nsc_text
host_name(struct nsc_text t)
{
	struct nsc_addr a;
	char text[NSC_ADDR_TEXT];
	uint32_t n = 0;

	if (t.len == 0 || t.p[0] == '[')	/* an IPv6 address (RFC 3986, 3.2.2) */
		return (struct nsc_text){NULL, 0};
	while (n < t.len && t.p[n] != ':')
		n++;
	if (n < sizeof text) {
		memcpy(text, t.p, n);
		text[n] = '\0';
		if (nsc_addr_parse(&a, text) == 0)
			n = 0;
	}
	return (struct nsc_text){t.p, n};
}

struct nsc_text
nsc_remote_name(const struct nsc_worker *w, const struct nsc_flow *f, bool *shared)
{
	struct nsc_text t = {NULL, 0};

	*shared = false;
	/* SNI and Host name the server. */
	if (nsc_remote_side(f) == 1) {
		t = nsc_session_label(w->sessions, f, NSC_LABEL_TLS_SNI);
		if (t.len == 0)
			t = host_name(nsc_session_label(w->sessions, f, NSC_LABEL_HTTP_HOST));
	}
	if (t.len > 0)
		return t;
	*shared = nsc_session_label(w->sessions, f, NSC_LABEL_REMOTE_SHARED).len > 0;
	return nsc_session_label(w->sessions, f, NSC_LABEL_REMOTE_NAME);
}
