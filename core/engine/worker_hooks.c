/* SPDX-License-Identifier: MIT */
/* What a worker does when its flows and sessions tell it something. */
#include "engine/worker_state.h"

static void
on_opened(void *arg, struct nsc_flow *f, const struct nsc_packet *p)
{
	struct nsc_worker *w = arg;

	if (w->deaf)
		f->flags |= NSC_FLOW_NO_PAYLOAD;
	if (w->mute)
		return;
	nsc_account_opened(w, f, p);
	if (f->flags & NSC_FLOW_EXCLUDED) {
		w->excluded++;
		return;
	}
	nsc_nat_opened(w, f);
	nsc_remote_opened(w, f);
	nsc_names_found(w, f);
	if (w->host.event != NULL) {
		struct nsc_event ev = {.kind = NSC_EVENT_STARTED, .time = p->time, .flow = f, .origin = w};

		w->host.event(w->host.arg, &ev);
	}
}

static void
on_closed(void *arg, struct nsc_flow *f, enum nsc_end reason, enum nsc_failure failure, uint64_t now)
{
	struct nsc_worker *w = arg;

	if (f->flags & NSC_FLOW_EXCLUDED)
		return;
	nsc_session_closed(w->sessions, f, reason, now);
	if (w->mute)
		return;
	nsc_remote_closed(w, f);
	nsc_names_found(w, f);
	nsc_account_closed(w, f, reason, failure);
	nsc_whose_closed(w->whose, f, &w->locals.view, now);
}

static void
on_retired(void *arg, struct nsc_flow *f)
{
	struct nsc_worker *w = arg;

	if (!w->mute)
		nsc_whose_last_look(w->whose, &w->locals.view, w->now);
	if (f->flags & NSC_FLOW_EXCLUDED)
		return;
	w->app_flows[f->app]++;
	w->names += f->named;
	if (w->host.event != NULL) {
		struct nsc_event ev = {
			.kind = NSC_EVENT_FLOW, .time = nsc_flow_end(f), .flow = f, .origin = w};

		w->host.event(w->host.arg, &ev);
	}
	nsc_session_retired(w->sessions, f);
	if (!w->mute)
		nsc_whose_retired(w->whose, f);
}

static void
on_event(void *arg, const struct nsc_event *ev)
{
	struct nsc_worker *w = arg;

	w->dns_messages += ev->kind == NSC_EVENT_DNS;
	if (!w->host.uncounted)
		nsc_tally(w, ev);
	if (w->host.event != NULL) {
		struct nsc_event told = *ev;

		told.origin = w;
		w->host.event(w->host.arg, &told);
	}
}

/* As on_event, if nobody hears of it and nothing else is counted. */
static void
count_event(void *arg, const struct nsc_event *ev)
{
	struct nsc_worker *w = arg;

	w->dns_messages += ev->kind == NSC_EVENT_DNS;
}

static void
on_app(void *arg, struct nsc_flow *f, unsigned before)
{
	struct nsc_worker *w = arg;

	if (!w->mute)
		nsc_account_app(w, f, before);
	if (w->timeout[f->app] != 0)
		nsc_flow_timeout(w->flows, f, w->timeout[f->app]);
}

static void
on_named(void *arg, struct nsc_flow *f)
{
	nsc_names_found(arg, f);
}

static void
on_timeout(void *arg, struct nsc_flow *f, uint32_t seconds)
{
	struct nsc_worker *w = arg;

	nsc_flow_timeout(w->flows, f, seconds);
}

static void
on_close(void *arg, struct nsc_flow *f, enum nsc_end reason)
{
	struct nsc_worker *w = arg;

	nsc_flow_close(w->flows, f, reason, w->now);
}

void
nsc_worker_hooks(struct nsc_worker *w, struct nsc_session_hooks *sessions, struct nsc_flow_hooks *flows)
{
	*sessions = (struct nsc_session_hooks){
		.arg = w,
		.event = w->mute ? count_event : on_event,
		.names = w->name_cache,
		.terse = w->host.event == NULL && !w->host.rows && w->domains == NULL,
		.unheard = w->host.event == NULL && w->host.uncounted,
		.named = w->domains != NULL ? on_named : NULL,
		.app = on_app,
		.timeout = on_timeout,
		.close = on_close,
	};
	*flows = (struct nsc_flow_hooks){
		.arg = w, .opened = on_opened, .closed = on_closed, .retired = on_retired};
}
