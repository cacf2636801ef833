/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "engine/json_flow.h"
#include "engine/json_nat.h"
#include "engine/json_parts.h"
#include "engine/ledgers.h"
#include "scope/direction.h"
#include "scope/scope.h"

static const char *const label_key[] = {
#define X(id, key) [NSC_LABEL_##id] = key,
	NSC_LABELS(X)
#undef X
};

static bool
is_number(const struct nsc_text *t)
{
	uint32_t i;

	for (i = 0; i < t->len; i++)
		if (t->p[i] < '0' || t->p[i] > '9')
			return false;
	return t->len > 0 && t->len < 16;
}

static void
put_number(struct nsc_json *j, const char *key, const struct nsc_text *t)
{
	uint64_t number = 0;
	uint32_t i;

	for (i = 0; i < t->len; i++)
		number = number * 10 + (uint64_t)(t->p[i] - '0');
	nsc_json_number(j, key, number);
}

/* A name a line, as an array. */
static void
put_lines(struct nsc_json *j, const char *key, const struct nsc_text *t)
{
	const char *p = t->p, *end;

	if (t->len == 0)
		return;
	end = p + t->len;
	nsc_json_open(j, key, '[');
	while (p < end) {
		const char *eol = memchr(p, '\n', (size_t)(end - p));
		size_t n = (size_t)((eol != NULL ? eol : end) - p);

		nsc_json_name(j, NULL, &(struct nsc_text){p, (uint32_t)n});
		p += n + 1;
	}
	nsc_json_close(j, ']');
}

static void
put_label(struct nsc_json *j, unsigned id, const struct nsc_text *t)
{
	switch (id) {
	case NSC_LABEL_HTTP_STATUS:
	case NSC_LABEL_GRPC_STATUS:
	case NSC_LABEL_CERT_NOT_AFTER:
	case NSC_LABEL_TLS_HANDSHAKE:
	case NSC_LABEL_QUIC_RTT:
		if (is_number(t))
			put_number(j, label_key[id], t);
		return;
	case NSC_LABEL_POST_QUANTUM:
	case NSC_LABEL_RESUMED:
	case NSC_LABEL_ECH:
	case NSC_LABEL_ESNI:
	case NSC_LABEL_CERT_SELF_SIGNED:
		if (t->len > 0)
			nsc_json_bool(j, label_key[id], t->p[0] == 't');
		return;
	case NSC_LABEL_CERT_NAMES:
		put_lines(j, label_key[id], t);
		return;
	case NSC_LABEL_HTTP_HOST:
	case NSC_LABEL_TLS_SNI:
	case NSC_LABEL_DTLS_SNI:
	case NSC_LABEL_QUIC_MIGRATED_FROM:
		nsc_json_name(j, label_key[id], t);
		return;
	default:
		break;
	}
	nsc_json_part(j, label_key[id], t);
}

static void
put_labels(struct nsc_json *j, const struct nsc_worker *w, const struct nsc_flow *f)
{
	bool shared;
	struct nsc_text remote = nsc_remote_name(w, f, &shared);
	unsigned id;

	for (id = 0; id < NSC_LABEL_REMOTE_NAME; id++) {
		struct nsc_text t = nsc_worker_label(w, f, id);

		put_label(j, id, &t);
	}
	nsc_json_name(j, label_key[NSC_LABEL_REMOTE_NAME], &remote);
	if (shared)
		nsc_json_bool(j, label_key[NSC_LABEL_REMOTE_SHARED], true);
}

static void
put_trouble(struct nsc_json *j, const struct nsc_flow_events *e)
{
	const struct {
		const char *key;
		uint32_t times;
	} trouble[] = {
		{"fast_retransmits", e->retransmits_fast},
		{"spurious_retransmits", e->retransmits_spurious},
		{"dup_acks", e->dup_acks},
		{"zero_windows", e->zero_windows},
		{"window_fulls", e->window_fulls},
		{"keepalives", e->keepalives},
		{"resets", e->resets},
	};

	for (unsigned i = 0; i < sizeof trouble / sizeof *trouble; i++)
		if (trouble[i].times > 0)
			nsc_json_number(j, trouble[i].key, trouble[i].times);
}

/* The names of an end's owner, if the engine (NULL: none) has them. */
static void
put_owner(struct nsc_json *j, struct nsc_engine *e, const struct nsc_worker *w,
	  const struct nsc_flow *f, int side, const char *process, const char *unit)
{
	unsigned row[2];
	const struct nsc_ledgers *l = e != NULL ? nsc_engine_ledgers(e) : NULL;
	struct nsc_row name;

	if (l == NULL || l->row == NULL || !nsc_whose_rows(w->whose, f, side, &row[0], &row[1]))
		return;
	if (l->row(l->arg, NSC_SET_PROCESS, row[0], &name))
		nsc_json_text(j, process, name.name);
	if (l->row(l->arg, NSC_SET_UNIT, row[1], &name))
		nsc_json_text(j, unit, name.name);
}

/* Ours is one end, or both: then the initiator's comes first. */
static void
put_owners(struct nsc_json *j, struct nsc_engine *e, const struct nsc_worker *w,
	   const struct nsc_flow *f)
{
	if ((f->direction & 3) == NSC_DIRECTION_LOCAL) {
		put_owner(j, e, w, f, 0, "process", "unit");
		put_owner(j, e, w, f, 1, "process_responder", "unit_responder");
		return;
	}
	for (int side = 0; side < 2; side++)
		put_owner(j, e, w, f, side, "process", "unit");
}

/* Near is our end, else who began. */
static void
put_nat(struct nsc_json *j, const struct nsc_worker *w, const struct nsc_flow *f)
{
	bool incoming = (f->direction & 3) == NSC_DIRECTION_INCOMING;
	struct nsc_translated x;

	/* Its record may be that of a later one, which has the same ports. */
	if (nsc_nat_find(w, f, &x) && x.seen <= nsc_flow_end(f) / 1000000000 + 1)
		nsc_json_nat(j, &x.other, incoming);
}

void
nsc_json_flow(struct nsc_json *j, struct nsc_engine *e, const struct nsc_worker *w,
	 const struct nsc_flow *f)
{
	char history[NSC_HISTORY + 1];
	uint64_t rtt = nsc_flow_rtt(f);

	nsc_json_ends(j, w, f);
	nsc_json_number(j, "packets_initiator", nsc_flow_packets(f, 0));
	nsc_json_number(j, "bytes_initiator", f->octets[0]);
	nsc_json_number(j, "packets_responder", nsc_flow_packets(f, 1));
	nsc_json_number(j, "bytes_responder", f->octets[1]);
	nsc_json_time(j, "start", f->start);
	nsc_json_time(j, "end", nsc_flow_end(f));
	if (nsc_flow_state_text(f)[0] != '\0')
		nsc_json_text(j, "state", nsc_flow_state_text(f));
	if (f->end_reason != NSC_END_OPEN)
		nsc_json_text(j, "end_reason", nsc_end_text(f->end_reason));
	if (nsc_flow_history(f, history)[0] != '\0')
		nsc_json_text(j, "history", history);
	nsc_json_number(j, "retransmits", nsc_flow_retransmits(f));
	nsc_json_number(j, "out_of_order", nsc_flow_out_of_order(f));
	put_trouble(j, nsc_flow_events(w->flows, f));
	if (rtt > 0)
		nsc_json_number(j, "rtt_us", (rtt + 500) / 1000);
	if (f->direction & (NSC_LABEL_KNOWN | NSC_LABEL_FORWARDED))
		nsc_json_text(j, "direction", nsc_direction_text(f->direction & 3));
	if (f->version != 0) {
		nsc_json_text(j, "scope_initiator", nsc_class_text(nsc_class(nsc_flow_addr(f, 0))));
		nsc_json_text(j, "scope_responder", nsc_class_text(nsc_class(nsc_flow_addr(f, 1))));
	}
	if (f->network != 0 && f->network <= w->settings.networks.names)
		nsc_json_text(j, "network", w->settings.networks.name[f->network]);
	put_owners(j, e, w, f);
	put_nat(j, w, f);
	if (f->app != 0)
		nsc_json_text(j, "app", nsc_app_name(f->app));
	put_labels(j, w, f);
}
