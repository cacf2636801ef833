/* SPDX-License-Identifier: MIT */
/* What a worker knows of itself to cells: losses, evictions, memory, CPU time. */
#include "engine/worker_state.h"

static void
set(struct nsc_worker *w, unsigned cell, uint64_t value)
{
	w->cells.cell[cell] = value;
}

static void
account_packets(struct nsc_worker *w)
{
	const struct nsc_decode_stats *d = nsc_decoder_stats(w->decoder);
	unsigned base = NSC_CELL(SELF_PACKETS, 0, 0), kind = NSC_CELL(SELF_KINDS, 0, 0);

	set(w, base + NSC_V_SELF_PACKET_CAPTURED, d->frames);
	set(w, base + NSC_V_SELF_PACKET_TRUNCATED, d->truncated);
	set(w, base + NSC_V_SELF_PACKET_MALFORMED, d->malformed);
	set(w, base + NSC_V_SELF_PACKET_ARP, d->arp);
	set(w, kind + NSC_V_PACKET_KIND_NON_IP, d->non_ip);
	set(w, kind + NSC_V_PACKET_KIND_FRAGMENTS, d->fragments);
	set(w, kind + NSC_V_PACKET_KIND_UNKNOWN_LINK, d->unknown_link);
	set(w, kind + NSC_V_PACKET_KIND_DECAPSULATED, d->tunnels);
	set(w, kind + NSC_V_PACKET_KIND_FOREIGN, w->foreign);
	set(w, NSC_CELL(SELF_TABLES, 0, NSC_V_TABLE_FRAGMENTS), d->fragments_evicted);
	set(w, NSC_CELL(SELF_ANOMALY, 0, NSC_V_ANOMALY_FRAGMENT_OVERLAP), d->fragments_overlap);
	set(w, NSC_CELL(SELF_ANOMALY, 0, NSC_V_ANOMALY_TUNNEL_DEPTH), d->depth_exceeded);
}

static void
account_flows(struct nsc_worker *w)
{
	const struct nsc_flow_stats *f = nsc_flow_stats(w->flows);
	unsigned anomaly = NSC_CELL(SELF_ANOMALY, 0, 0);
	unsigned eviction = NSC_CELL(SELF_EVICTION, 0, 0);

	set(w, NSC_CELL(SELF_FLOW_TABLE, 0, 0), f->entries);
	set(w, NSC_CELL(SELF_FLOW_SHARE, 0, 0), f->entries);
	set(w, NSC_CELL(SELF_FLOW_SHARE, 0, 0) + 1, w->settings.flow.size);
	set(w, NSC_CELL(SELF_MEMORY, 0, NSC_V_MEMORY_FLOW_TABLE), f->memory);
	set(w, eviction + NSC_V_EVICTION_HALF_OPEN, f->evicted_half_open);
	set(w, eviction + NSC_V_EVICTION_ONE_PACKET, f->evicted_one_packet);
	set(w, eviction + NSC_V_EVICTION_CLOSED, f->evicted_closed);
	set(w, eviction + NSC_V_EVICTION_IDLE, f->evicted_idle);
	set(w, anomaly + NSC_V_ANOMALY_RST_INVALID, f->rst_invalid);
	set(w, anomaly + NSC_V_ANOMALY_ILLEGAL_FLAGS, f->illegal_flags);
	set(w, anomaly + NSC_V_ANOMALY_CHALLENGE, f->challenged);
	set(w, anomaly + NSC_V_ANOMALY_OWNER_GIVEN_UP, nsc_whose_given_up(w->whose));
}

static void
account_names(struct nsc_worker *w)
{
	const struct nsc_name_stats *n;

	if (w->name_cache == NULL)
		return;
	n = nsc_name_cache_stats(w->name_cache);
	set(w, NSC_CELL(SELF_NAMES, 0, NSC_V_NAMES_HIT), n->hits);
	set(w, NSC_CELL(SELF_NAMES, 0, NSC_V_NAMES_MISS), n->misses);
	set(w, NSC_CELL(SELF_TABLES, 0, NSC_V_TABLE_NAMES), n->evicted);
	set(w, NSC_CELL(NAMES_MEMORY, 0, 0), n->memory);
}

static void
account_sessions(struct nsc_worker *w)
{
	const struct nsc_session_stats *s = nsc_sessions_stats(w->sessions);
	const struct nsc_reassembly_stats *r = nsc_sessions_reassembly(w->sessions);
	unsigned anomaly = NSC_CELL(SELF_ANOMALY, 0, 0);
	uint64_t malformed = 0;
	unsigned i;

	for (i = 0; i < NSC_APPS; i++)
		malformed += s->malformed[i];
	set(w, NSC_CELL(SELF_MEMORY, 0, NSC_V_MEMORY_SESSIONS), s->memory);
	set(w, NSC_CELL(SELF_MEMORY, 0, NSC_V_MEMORY_REASSEMBLY), r->held);
	set(w, NSC_CELL(SELF_MEMORY, 0, NSC_V_MEMORY_LEDGER), sizeof *w->ledger + sizeof w->cells);
	set(w, NSC_CELL(SELF_TABLES, 0, NSC_V_TABLE_SESSIONS), s->exhausted);
	set(w, anomaly + NSC_V_ANOMALY_PARSE_ERROR, malformed);
	set(w, anomaly + NSC_V_ANOMALY_REASSEMBLY_GAP, r->gaps);
	set(w, anomaly + NSC_V_ANOMALY_REASSEMBLY_OVERFLOW, r->overflows + r->memory_overflows);
	set(w, anomaly + NSC_V_ANOMALY_INCONSISTENT, r->inconsistent);
	set(w, anomaly + NSC_V_ANOMALY_STRAY_SEGMENT, r->stray);
}

void
nsc_account_self(struct nsc_worker *w)
{
	account_packets(w);
	account_flows(w);
	account_names(w);
	account_sessions(w);
	nsc_expiry_fill(&w->certificates, w->now, &w->cells.cell[NSC_CELL(TLS_CERT_DAYS, 0, 0)]);
	set(w, NSC_CELL(SELF_CPUTIME, 0, 0), w->cputime[0]);
	set(w, NSC_CELL(SELF_CPUTIME, 0, 0) + 1, w->cputime[1]);
}
