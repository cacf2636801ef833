/* SPDX-License-Identifier: MIT */
/* The hot loop: frames in batches through decode, flows, cells and sessions. */
#include <errno.h>
#include <stdlib.h>

#include "engine/worker_state.h"

enum {
	BATCH = 64,			/* packets whose memory is prefetched together */
	AHEAD = 8,			/* of them, whose entries are on their way at a time, */
	NEAR = 3,			/* and what hangs on these */
};

static const uint64_t SECOND = 1000000000;

/* Idle times that options give to applications (features.md, 5b). */
static void
set_timeouts(struct nsc_worker *w)
{
	const struct {
		const char *app;
		uint32_t seconds;
	} timeout[] = {{"http", w->settings.timeout_http},
		       {"http2", w->settings.timeout_http},
		       {"tls", w->settings.timeout_http},
		       {"ssh", w->settings.timeout_ssh}};
	unsigned i;
	int app;

	for (i = 0; i < sizeof timeout / sizeof *timeout; i++)
		if ((app = nsc_app_find(timeout[i].app)) > 0)
			w->timeout[app] = timeout[i].seconds;
}

static void
refresh(struct nsc_worker *w)
{
	if (nsc_locals_refresh(&w->locals, w->facts))
		nsc_observed_facts(&w->observed, &w->locals.view, w->now);
}

static int
open_domains(struct nsc_worker *w)
{
	char err[NSC_ERR];
	int rc = nsc_suffixes_open(&w->suffixes, err);
	struct nsc_domains_options o = {.suffixes = w->suffixes, .key = &w->settings.key,
					.number = w->settings.number,
					.workers = w->settings.workers,
					.flows = w->settings.flow.size};

	return rc == 0 ? nsc_domains_new(&w->domains, &o) : rc;
}

int
nsc_worker_new(struct nsc_worker **out, const struct nsc_settings *settings, struct nsc_ledger *ledger,
	       const struct nsc_facts *facts, const struct nsc_host *host)
{
	struct nsc_decode_config decode = settings->decode;
	struct nsc_session_hooks sessions;
	struct nsc_flow_hooks flows;
	bool named = host->event != NULL || host->rows || settings->names;
	struct nsc_worker *w;
	int rc;

	if (settings->layout != nsc_ledger_layout() || ledger->layout != settings->layout)
		return -EBADMSG;
	w = calloc(1, sizeof *w);
	if (w == NULL)
		return -ENOMEM;
	w->settings = *settings;
	w->host = *host;
	w->ledger = ledger;
	w->facts = facts;
	w->unknown_link = -1;
	w->locals.seen = UINT64_MAX;
	/* A pair's flow mixes conversations: there is nothing to be read in order. */
	w->deaf = settings->flow.key != NSC_KEY_5TUPLE ||
		  (settings->session.wanted[0] | settings->session.wanted[1]) == 0;
	w->mute = host->uncounted && host->event == NULL && !host->rows &&
		  settings->excludes.count == 0;
	for (unsigned app = 0; app < NSC_APPS; app++)
		w->db_row[app] = (int8_t)nsc_db_row(app);
	set_timeouts(w);
	refresh(w);
	decode.key = settings->key;
	rc = nsc_decoder_new(&w->decoder, &decode);
	if (rc == 0)
		rc = nsc_whose_new(&w->whose, facts, &w->cells, settings->processes,
				   settings->units);
	if (rc == 0)
		w->party = nsc_whose_parties(w->whose);
	if (rc == 0 && named)
		rc = nsc_name_cache_new(&w->name_cache, &settings->key);
	if (rc == 0 && settings->names && !host->uncounted)
		rc = open_domains(w);
	if (rc == 0 && host->rows && (w->tray = calloc(1, sizeof *w->tray)) == NULL)
		rc = -ENOMEM;
	nsc_worker_hooks(w, &sessions, &flows);
	if (rc == 0)
		rc = nsc_sessions_new(&w->sessions, &settings->session, &sessions);
	if (rc == 0)
		rc = nsc_flow_table_new(&w->flows, &settings->flow, &settings->key, &flows);
	if (rc != 0) {
		nsc_worker_free(w);
		return rc;
	}
	*out = w;
	return 0;
}

void
nsc_worker_free(struct nsc_worker *w)
{
	if (w == NULL)
		return;
	nsc_flow_table_free(w->flows);
	nsc_sessions_free(w->sessions);
	nsc_name_cache_free(w->name_cache);
	nsc_domains_free(w->domains);
	nsc_suffixes_close(w->suffixes);
	free(w->tray);
	nsc_whose_free(w->whose);
	nsc_decoder_free(w->decoder);
	free(w);
}

int
nsc_worker_reconfigure(struct nsc_worker *w, const struct nsc_settings *settings)
{
	int rc = nsc_sessions_reconfigure(w->sessions, &settings->session.reassembly);

	if (rc == 0)
		rc = nsc_flow_reconfigure(w->flows, &settings->flow);
	if (rc != 0)
		return rc;
	w->settings.session.reassembly = settings->session.reassembly;
	w->settings.flow = settings->flow;
	w->settings.timeout_http = settings->timeout_http;
	w->settings.timeout_ssh = settings->timeout_ssh;
	set_timeouts(w);
	return 0;
}

/* Who has no address yet and asks for one; no router passes that on (RFC 1122, 3.2.1.3; RFC 4291, 2.5.2). */
static bool
is_nobody(const struct nsc_addr *a)
{
	return nsc_addr_word(a, 0) == 0 && (nsc_addr_word(a, 1) & ~(0xffffull << 32)) == 0;
}

/*
 * What the link says against a packet: a frame for somebody else, unless a
 * stacked device of ours has that address; and the second sight of a forwarded
 * packet, on its way out, which counts for its interface alone.
 */
static bool
is_foreign(struct nsc_worker *w, const struct nsc_packet *p)
{
	const struct nsc_frame *f = p->frame;

	if (f->flags & NSC_FRAME_OTHERHOST) {
		if (w->settings.promiscuous ||
		    (f->link == 1 && f->caplen >= 6 && nsc_locals_mac(&w->locals, f->data)))
			return false;
		w->foreign++;
		return true;
	}
	if (f->flags & NSC_FRAME_OUTGOING && w->locals.known && !nsc_locals_has(&w->locals, &p->src) &&
	    !is_nobody(&p->src)) {
		nsc_account_interface(w, p, NSC_WAY_TX);
		return true;
	}
	return false;
}

static bool
take_in(struct nsc_worker *w, const struct nsc_frame *f, struct nsc_packet *p)
{
	enum nsc_decoded what = nsc_decode(w->decoder, f, p);

	if (what == NSC_DECODED_IP)
		return f->flags == 0 || !is_foreign(w, p);
	if (what == NSC_DECODED_UNKNOWN_LINK && w->unknown_links++ == 0)
		w->unknown_link = f->link;
	return false;
}

/* The ways in which a packet counts for its interface: the link's word, else its flow's. */
static unsigned
interface_way(const struct nsc_worker *w, const struct nsc_packet *p, const struct nsc_update *up)
{
	const struct nsc_fact_interface *i = &w->locals.view.interface[p->frame->iface];

	if (i->ifindex == 0)
		return nsc_way(up->flow, up->side);
	if (i->loopback)
		return NSC_WAY_RX | NSC_WAY_TX;
	return p->frame->flags & NSC_FRAME_OUTGOING ? NSC_WAY_TX : NSC_WAY_RX;
}

static void
count(struct nsc_worker *w, const struct nsc_packet *p, const struct nsc_update *up)
{
	if (up->flags & NSC_UPDATE_RESTED && up->flow->proto == NSC_PROTO_UDP)
		nsc_whose_rested(w->whose, up->flow, &w->locals.view, w->now);
	if (!w->host.uncounted) {
		nsc_account_interface(w, p, interface_way(w, p, up));
		nsc_account_packet(w, p, up);
	}
	if (nsc_flow_packets(up->flow, 1) == 1 && up->side == 1)
		nsc_strangers_answered(w, up->flow);
}

static void
follow(struct nsc_worker *w, const struct nsc_packet *p, const struct nsc_flow_ref *ref)
{
	struct nsc_update up;
	enum nsc_end end;

	w->now = p->time > w->now ? p->time : w->now;
	if (w->now >= w->due)
		nsc_worker_tick(w, w->now);
	nsc_flow_update(w->flows, p, ref, &up);
	w->octets += (uint64_t)p->octets + p->credit_octets;
	if (!w->mute)
		count(w, p, &up);
	if (up.flow->flags & NSC_FLOW_NO_PAYLOAD)
		return;
	end = nsc_session_packet(w->sessions, &up, p);
	if (end != NSC_END_OPEN)
		nsc_flow_close(w->flows, up.flow, end, w->now);
}

static void
arrive(struct nsc_worker *w, const struct nsc_flow_ref *ref)
{
	nsc_session_approach(w->sessions, nsc_flow_arrive(w->flows, ref));
}

void
nsc_worker_frames(struct nsc_worker *w, const struct nsc_frame *frames, int n)
{
	struct nsc_packet packet[BATCH];
	struct nsc_flow_ref ref[BATCH];
	int i, taken;

	if (n > 0 && w->first == 0)
		w->first = frames[0].time;
	if (n > 0 && frames[n - 1].time > w->last)
		w->last = frames[n - 1].time;
	refresh(w);
	while (n > 0) {
		int batch = n < BATCH ? n : BATCH;

		for (taken = i = 0; i < batch; i++) {
			if (!take_in(w, &frames[i], &packet[taken]))
				continue;
			nsc_flow_prepare(w->flows, &packet[taken], &ref[taken]);
			taken++;
		}
		for (i = 0; i < taken && i < AHEAD; i++)
			nsc_flow_approach(w->flows, &ref[i]);
		for (i = 0; i < taken; i++) {
			if (i + AHEAD < taken)
				nsc_flow_approach(w->flows, &ref[i + AHEAD]);
			if (i + NEAR < taken)
				arrive(w, &ref[i + NEAR]);
			follow(w, &packet[i], &ref[i]);
		}
		nsc_decoder_batch(w->decoder);
		frames += batch;
		n -= batch;
	}
}

/* Fragments whose first one never came: counted under their addresses, without ports. */
static void
take_orphans(struct nsc_worker *w, bool all)
{
	struct nsc_packet p;
	struct nsc_flow_ref ref;
	struct nsc_update up;

	while (nsc_decode_orphan(w->decoder, w->now, all, &p)) {
		nsc_flow_prepare(w->flows, &p, &ref);
		nsc_flow_approach(w->flows, &ref);
		nsc_flow_update(w->flows, &p, &ref, &up);
		w->octets += p.credit_octets;
		nsc_account_packet(w, &p, &up);
	}
}

void
nsc_worker_tick(struct nsc_worker *w, uint64_t now)
{
	uint64_t looked;

	if (now > w->now)
		w->now = now;
	nsc_nat_look(w);
	nsc_whose_tick(w->whose, &w->locals.view, w->now);
	if (w->now < w->due)
		return;
	w->due = (w->now / SECOND + 1) * SECOND;
	nsc_flow_advance(w->flows, w->now);
	nsc_sessions_tick(w->sessions, w->now);
	take_orphans(w, false);
	looked = nsc_facts_looked(w->facts);	/* before the view: that is at least as new */
	refresh(w);
	nsc_observed_settle(&w->observed, looked, &w->cells);
}

void
nsc_worker_rebase(struct nsc_worker *w, uint64_t from, uint64_t to)
{
	nsc_flow_rebase(w->flows, from, to);
	nsc_whose_rebase(w->whose, from, to);
	nsc_nat_rebase(w);
	nsc_observed_rebase(&w->observed, to);
	w->cells.cell[NSC_CELL(SELF_ANOMALY, 0, NSC_V_ANOMALY_CLOCK_JUMP)]++;
	w->undecided.since += to - from;	/* as every flow's start */
	w->now = to;
	w->due = (to / SECOND + 1) * SECOND;
}

void
nsc_worker_cputime(struct nsc_worker *w, uint64_t user, uint64_t system)
{
	w->cputime[0] = user;
	w->cputime[1] = system;
}

void
nsc_worker_publish(struct nsc_worker *w, bool force)
{
	struct nsc_undecided *u = &w->undecided;

	if (w->tray != NULL)
		nsc_tray_fill(w->tray, w);
	if (!force && !nsc_ledger_asked(w->ledger))
		return;
	nsc_nat_look(w);
	for (unsigned way = 0; way < NSC_WAYS; way++)
		nsc_ways_add(&w->ways.app[0], way, u->sums.way[way].octets, 0);
	nsc_ways_settle(&w->ways, &w->cells);
	w->cells.cell[NSC_CELL(APP_OPENED, 0, 0)] += u->opened;
	*u = (struct nsc_undecided){.since = w->now};
	if (w->domains != NULL)
		nsc_domains_settle(w->domains, &w->cells);
	nsc_whose_settle(w->whose, &w->locals.view, w->now);
	nsc_account_self(w);
	nsc_ledger_publish(w->ledger, &w->cells, force);
}

void
nsc_worker_finish(struct nsc_worker *w, uint64_t now)
{
	if (now > w->now)
		w->now = now;
	take_orphans(w, true);
	nsc_sessions_finish(w->sessions, w->now);
	nsc_flow_finish(w->flows, w->now);
}

void
nsc_worker_summary(const struct nsc_worker *w, struct nsc_summary *s, uint64_t *apps)
{
	const struct nsc_decode_stats *d = nsc_decoder_stats(w->decoder);
	const struct nsc_flow_stats *f = nsc_flow_stats(w->flows);
	unsigned i;

	s->packets += d->frames;
	s->bytes += w->octets;
	s->flows += f->opened - w->excluded;
	s->non_ip += d->non_ip;
	s->arp += d->arp;
	s->malformed += d->malformed;
	s->fragments += d->fragments;
	s->truncated += d->truncated;
	s->evicted += f->closed[NSC_END_EVICTED];
	s->names += w->names;
	s->dns_messages += w->dns_messages;
	if (w->first > 0 && (s->first == 0 || w->first < s->first))
		s->first = w->first;
	if (w->last > s->last)
		s->last = w->last;
	for (i = 0; i < NSC_APPS; i++)
		apps[i] += w->app_flows[i];
}

int
nsc_worker_unknown_link(const struct nsc_worker *w, uint64_t *frames)
{
	*frames = w->unknown_links;
	return w->unknown_link;
}

bool
nsc_worker_domain(const struct nsc_worker *w, unsigned row, struct nsc_row *r)
{
	return w->domains != NULL && nsc_domains_name(w->domains, row, r->name, &r->generation);
}

struct nsc_tray *
nsc_worker_tray(struct nsc_worker *w)
{
	return w->tray;
}

struct nsc_text
nsc_worker_label(const struct nsc_worker *w, const struct nsc_flow *f, enum nsc_label id)
{
	return nsc_session_label(w->sessions, f, id);
}
