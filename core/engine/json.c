/* SPDX-License-Identifier: MIT */
/* Events and the summary as JSON Lines (DESIGN 4.1): absent when unknown, never null. */
#include <stdio.h>
#include <string.h>

#include "dissect/dns.h"
#include "dissect/table.h"
#include "engine/json_nat.h"
#include "engine/json_text.h"
#include "engine/ledgers.h"
#include "engine/worker_state.h"
#include "scope/direction.h"
#include "scope/scope.h"

static const char *const label_key[] = {
#define X(id, key) [NSC_LABEL_##id] = key,
	NSC_LABELS(X)
#undef X
};

static const char *const tunnel_text[NSC_TUNNELS] = {
	[NSC_TUNNEL_IPIP] = "ipip",   [NSC_TUNNEL_6IN4] = "6in4",	[NSC_TUNNEL_4IN6] = "4in6",
	[NSC_TUNNEL_6IN6] = "6in6",   [NSC_TUNNEL_GRE] = "gre",		[NSC_TUNNEL_VXLAN] = "vxlan",
	[NSC_TUNNEL_GENEVE] = "geneve", [NSC_TUNNEL_GTPU] = "gtpu",
};

static void
put_text(struct nsc_json *j, const char *key, const struct nsc_text *t)
{
	if (t->len > 0)
		nsc_json_octets(j, key, t->p, t->len);
}

static void
put_addr(struct nsc_json *j, const char *key, const struct nsc_addr *a)
{
	struct nsc_addr shown = nsc_mask_addr(j->mask, a);
	char text[NSC_ADDR_TEXT];

	nsc_json_text(j, key, nsc_addr_text(&shown, text));
}

/* A name, or an address in its place, with or without a port. */
static void
put_name(struct nsc_json *j, const char *key, const struct nsc_text *t)
{
	char token[NSC_MASK_TEXT];
	struct nsc_text shown = nsc_mask_host(j->mask, t, token);

	put_text(j, key, &shown);
}

static void
put_proto(struct nsc_json *j, uint8_t proto)
{
	char number[4];

	switch (proto) {
	case NSC_PROTO_TCP:
		nsc_json_text(j, "proto", "tcp");
		return;
	case NSC_PROTO_UDP:
		nsc_json_text(j, "proto", "udp");
		return;
	case NSC_PROTO_ICMP:
		nsc_json_text(j, "proto", "icmp");
		return;
	case NSC_PROTO_ICMP6:
		nsc_json_text(j, "proto", "icmp6");
		return;
	case NSC_PROTO_SCTP:
		nsc_json_text(j, "proto", "sctp");
		return;
	default:
		snprintf(number, sizeof number, "%u", proto);
		nsc_json_text(j, "proto", number);
	}
}

/* One end of a flow; of a MAC pair (version 0) its MAC, which the key keeps in the last octets. */
static void
put_end(struct nsc_json *j, const struct nsc_flow *f, int side)
{
	const struct nsc_addr *a = nsc_flow_addr(f, side);
	uint8_t b[6];
	char mac[18];

	if (f->version != 0) {
		put_addr(j, side == 0 ? "initiator" : "responder", a);
		return;
	}
	memcpy(b, a->b + 10, sizeof b);
	nsc_mask_mac(j->mask, b);
	snprintf(mac, sizeof mac, "%02x:%02x:%02x:%02x:%02x:%02x", b[0], b[1], b[2], b[3], b[4],
		 b[5]);
	nsc_json_text(j, side == 0 ? "initiator" : "responder", mac);
}

/* The ends of a flow, and its outside; a pair of addresses has neither protocol nor ports. */
static void
put_ends(struct nsc_json *j, const struct nsc_worker *w, const struct nsc_flow *f)
{
	bool pair = w->settings.flow.key != NSC_KEY_5TUPLE;
	uint16_t vlan;
	uint32_t vni;

	if (!pair)
		put_proto(j, f->proto);
	if (nsc_flow_vlan(f, &vlan))
		nsc_json_number(j, "vlan", vlan);
	if (nsc_flow_tunnel(f) != NSC_TUNNEL_NONE)
		nsc_json_text(j, "tunnel", tunnel_text[nsc_flow_tunnel(f)]);
	if (nsc_flow_vni(f, &vni))
		nsc_json_number(j, "vni", vni);
	put_end(j, f, 0);
	if (!pair)
		nsc_json_number(j, "initiator_port", nsc_flow_port(f, 0));
	put_end(j, f, 1);
	if (!pair)
		nsc_json_number(j, "responder_port", nsc_flow_port(f, 1));
}

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

		put_name(j, NULL, &(struct nsc_text){p, (uint32_t)n});
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
		put_name(j, label_key[id], t);
		return;
	default:
		break;
	}
	put_text(j, label_key[id], t);
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
	put_name(j, label_key[NSC_LABEL_REMOTE_NAME], &remote);
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

static void
put_flow(struct nsc_json *j, struct nsc_engine *e, const struct nsc_worker *w,
	 const struct nsc_flow *f)
{
	char history[NSC_HISTORY + 1];
	uint64_t rtt = nsc_flow_rtt(f);

	put_ends(j, w, f);
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

static void
put_dns(struct nsc_json *j, const struct nsc_flow *f, const struct nsc_dns_message *m)
{
	char text[12], token[NSC_MASK_TEXT];
	struct nsc_text name;
	unsigned i;

	put_addr(j, "client", nsc_flow_addr(f, m->client));
	put_addr(j, "server", nsc_flow_addr(f, !m->client));
	nsc_json_text(j, "proto", m->tcp ? "tcp" : "udp");
	nsc_json_number(j, "id", m->id);
	nsc_json_bool(j, "qr", m->response);
	name = nsc_mask_name(j->mask, &m->name, token);
	nsc_json_octets(j, "name", name.p != NULL ? name.p : "", name.len);
	if (m->questions > 0)
		nsc_json_text(j, "qtype", nsc_dns_type_text(m->qtype, text));
	if (m->opcode != 0)
		nsc_json_number(j, "opcode", m->opcode);
	if (m->response)
		nsc_json_text(j, "rcode", nsc_dns_rcode_text(m->rcode, text));
	if (m->truncated)
		nsc_json_bool(j, "truncated", true);
	if (m->fragmented)
		nsc_json_bool(j, "fragmented", true);
	if (m->malformed)
		nsc_json_bool(j, "malformed", true);
	if (m->latency > 0)
		nsc_json_number(j, "latency_us", (m->latency + 500) / 1000);
	if (m->all_answers == 0)
		return;
	nsc_json_open(j, "answers", '[');
	for (i = 0; i < m->all_answers; i++)
		put_addr(j, NULL, &m->answer[i]);
	nsc_json_close(j, ']');
}

static void
put_http(struct nsc_json *j, const struct nsc_http_exchange *x)
{
	put_text(j, "method", &x->method);
	put_name(j, "host", &x->host);
	if (x->status > 0)
		nsc_json_number(j, "status", x->status);
	if (x->latency > 0)
		nsc_json_number(j, "latency_us", (x->latency + 500) / 1000);
	if (x->complete > 0)
		nsc_json_number(j, "complete_us", (x->complete + 500) / 1000);
	if (x->grpc)
		nsc_json_number(j, "grpc_status", x->grpc_status);
}

static void
put_tls(struct nsc_json *j, const struct nsc_tls_hello *h)
{
	put_name(j, "sni", &h->sni);
	put_text(j, "alpn", &h->alpn);
	put_text(j, "ja4", &h->ja4);
	if (h->quic_version != 0)
		nsc_json_number(j, "version", h->quic_version);
	if (h->ech)
		nsc_json_bool(j, "ech", true);
	if (h->esni)
		nsc_json_bool(j, "esni", true);
}

static void
put_operation(struct nsc_json *j, unsigned app, const struct nsc_operation *o)
{
	int row = nsc_db_row(app);
	const char *kind = row >= 0 ? nsc_db_operation((unsigned)row, o->kind) : NULL;
	const char *error = row >= 0 && o->error > 0 ? nsc_db_error((unsigned)row, o->error - 1u) : NULL;

	nsc_json_text(j, "app", nsc_app_name(app));
	if (kind != NULL)
		nsc_json_text(j, "operation", kind);
	if (error != NULL)
		nsc_json_text(j, "error", error);
	if (o->latency > 0)
		nsc_json_number(j, "latency_us", (o->latency + 500) / 1000);
}

size_t
nsc_event_json(struct nsc_engine *e, const struct nsc_event *ev, char *line, size_t size)
{
	static const char *const name[NSC_EVENTS] = {
		[NSC_EVENT_STARTED] = "started", [NSC_EVENT_DNS] = "",	  [NSC_EVENT_HTTP] = "http",
		[NSC_EVENT_TLS] = "tls",	 [NSC_EVENT_QUIC] = "quic", [NSC_EVENT_SSH] = "ssh",
		[NSC_EVENT_FLOW] = "flow",	 [NSC_EVENT_DTLS] = "dtls",
		[NSC_EVENT_OPERATION] = "operation",
	};
	static const char *const dns_name[] = {
		[NSC_DNS_UNICAST] = "dns", [NSC_DNS_MULTICAST] = "mdns", [NSC_DNS_LLMNR] = "llmnr"};
	struct nsc_json j;

	if (ev->kind >= NSC_EVENTS || name[ev->kind] == NULL || ev->flow == NULL)
		return 0;
	nsc_json_begin(&j, line, size);
	j.mask = e != NULL ? nsc_engine_ledgers(e)->mask : NULL;
	nsc_json_text(&j, "event", ev->kind == NSC_EVENT_DNS ? dns_name[ev->dns.kind] : name[ev->kind]);
	if (ev->kind != NSC_EVENT_FLOW)
		nsc_json_time(&j, "time", ev->time);
	if (ev->kind != NSC_EVENT_FLOW && ev->kind != NSC_EVENT_DNS)
		put_ends(&j, ev->origin, ev->flow);
	switch (ev->kind) {
	case NSC_EVENT_FLOW:
		put_flow(&j, e, ev->origin, ev->flow);
		break;
	case NSC_EVENT_DNS:
		put_dns(&j, ev->flow, &ev->dns);
		break;
	case NSC_EVENT_HTTP:
		put_http(&j, &ev->http);
		break;
	case NSC_EVENT_TLS:
	case NSC_EVENT_DTLS:
	case NSC_EVENT_QUIC:
		put_tls(&j, &ev->tls);
		break;
	case NSC_EVENT_OPERATION:
		put_operation(&j, ev->app, &ev->operation);
		break;
	case NSC_EVENT_SSH:
		put_text(&j, "client", &ev->ssh.client);
		put_text(&j, "server", &ev->ssh.server);
		break;
	default:
		break;
	}
	return nsc_json_end(&j);
}

size_t
nsc_summary_json(const struct nsc_summary *s, char *line, size_t size)
{
	struct nsc_json j;
	unsigned i;

	nsc_json_begin(&j, line, size);
	nsc_json_text(&j, "event", "summary");
	nsc_json_number(&j, "packets", s->packets);
	nsc_json_number(&j, "bytes", s->bytes);
	nsc_json_number(&j, "flows", s->flows);
	nsc_json_number(&j, "non_ip", s->non_ip);
	nsc_json_number(&j, "arp", s->arp);
	nsc_json_number(&j, "malformed", s->malformed);
	nsc_json_number(&j, "fragments", s->fragments);
	nsc_json_number(&j, "truncated", s->truncated);
	nsc_json_number(&j, "evicted", s->evicted);
	if (s->dropped_known)
		nsc_json_number(&j, "dropped", s->dropped);
	nsc_json_open(&j, "app_flows", '{');
	for (i = 0; i < nsc_app_count(); i++)
		if (s->app_flows[i] > 0)
			nsc_json_number(&j, nsc_app_name(i), s->app_flows[i]);
	nsc_json_close(&j, '}');
	nsc_json_number(&j, "names", s->names);
	nsc_json_number(&j, "dns_messages", s->dns_messages);
	return nsc_json_end(&j);
}
