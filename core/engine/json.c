/* SPDX-License-Identifier: MIT */
/* Events and the summary as JSON Lines (DESIGN 4.1): absent when unknown, never null. */
#include "dissect/dns.h"
#include "dissect/table.h"
#include "engine/json_flow.h"
#include "engine/json_parts.h"
#include "engine/ledgers.h"

static void
put_dns(struct nsc_json *j, const struct nsc_flow *f, const struct nsc_dns_message *m)
{
	char text[12], token[NSC_MASK_TEXT];
	struct nsc_text name;
	unsigned i;

	nsc_json_addr(j, "client", nsc_flow_addr(f, m->client));
	nsc_json_addr(j, "server", nsc_flow_addr(f, !m->client));
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
		nsc_json_addr(j, NULL, &m->answer[i]);
	nsc_json_close(j, ']');
}

static void
put_http(struct nsc_json *j, const struct nsc_http_exchange *x)
{
	nsc_json_part(j, "method", &x->method);
	nsc_json_name(j, "host", &x->host);
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
	nsc_json_name(j, "sni", &h->sni);
	nsc_json_part(j, "alpn", &h->alpn);
	nsc_json_part(j, "ja4", &h->ja4);
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
		nsc_json_ends(&j, ev->origin, ev->flow);
	switch (ev->kind) {
	case NSC_EVENT_FLOW:
		nsc_json_flow(&j, e, ev->origin, ev->flow);
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
		nsc_json_part(&j, "client", &ev->ssh.client);
		nsc_json_part(&j, "server", &ev->ssh.server);
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
