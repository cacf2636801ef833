/* SPDX-License-Identifier: MIT */
/* Messages of conversations to cells: closed sets, and the domains of the option Names. */
#include "engine/worker_state.h"
#include "scope/direction.h"
#include "scope/scope.h"

static void
add(struct nsc_worker *w, unsigned cell)
{
	w->cells.cell[cell]++;
}

/* A table, since no processor foretells what the next query asks for. */
static unsigned
qtype_value(uint16_t qtype)
{
#define V(type) (NSC_V_QTYPE_##type - NSC_V_QTYPE_OTHER)
	static const int8_t value[256] = {	/* IANA DNS parameters, resource record types */
		[1] = V(A),    [2] = V(NS),    [5] = V(CNAME), [6] = V(SOA),
		[12] = V(PTR), [15] = V(MX),   [16] = V(TXT),  [28] = V(AAAA),
		[33] = V(SRV), [64] = V(SVCB), [65] = V(HTTPS), [255] = V(ANY),
	};
#undef V

	return (unsigned)(NSC_V_QTYPE_OTHER + (qtype < 256 ? value[qtype] : 0));
}

static unsigned
rcode_value(uint16_t rcode)
{
	switch (rcode) {	/* IANA DNS RCODEs */
	case 0:
		return NSC_V_RCODE_NOERROR;
	case 1:
		return NSC_V_RCODE_FORMERR;
	case 2:
		return NSC_V_RCODE_SERVFAIL;
	case 3:
		return NSC_V_RCODE_NXDOMAIN;
	case 4:
		return NSC_V_RCODE_NOTIMP;
	case 5:
		return NSC_V_RCODE_REFUSED;
	case 9:
		return NSC_V_RCODE_NOTAUTH;
	case 16:
		return NSC_V_RCODE_BADVERS;
	default:
		return NSC_V_RCODE_OTHER;
	}
}

/* `count` queries (or messages) had this outcome. */
static void
tally_dns_outcome(struct nsc_worker *w, unsigned kind, uint64_t count)
{
	static const uint8_t error[NSC_DNS_OUTCOMES] = {
		[NSC_DNS_TIMEOUT] = NSC_V_DNS_ERROR_TIMEOUT,
		[NSC_DNS_LATE] = NSC_V_DNS_ERROR_LATE,
		[NSC_DNS_UNSOLICITED] = NSC_V_DNS_ERROR_UNSOLICITED,
		[NSC_DNS_MISMATCH] = NSC_V_DNS_ERROR_MISMATCH,
		[NSC_DNS_MALFORMED] = NSC_V_DNS_ERROR_MALFORMED,
	};

	switch (kind) {
	case NSC_DNS_TIMEOUT:
	case NSC_DNS_LATE:
	case NSC_DNS_UNSOLICITED:
	case NSC_DNS_MISMATCH:
	case NSC_DNS_MALFORMED:
		w->cells.cell[NSC_CELL(DNS_ERRORS, 0, error[kind])] += count;
		break;
	case NSC_DNS_EVICTED:
		w->cells.cell[NSC_CELL(SELF_TABLES, 0, NSC_V_TABLE_DNS_QUERIES)] += count;
		break;
	default:
		break;
	}
}

/* By its address, and loopback within this host. */
static unsigned
resolver_scope(const struct nsc_flow *f, unsigned server)
{
	if (f->scope == NSC_SCOPE_LOOPBACK)
		return NSC_SCOPE_LOOPBACK;
	return nsc_scope_of(nsc_class(nsc_flow_addr(f, (int)server)));
}

static void
tally_latency(struct nsc_worker *w, const struct nsc_flow *f, const struct nsc_dns_message *m)
{
	unsigned cell = nsc_histogram_cell(m->latency);

	add(w, NSC_CELL(DNS_LATENCY, 0, 0) + cell);
	add(w, NSC_CELL(DNS_SCOPE_LATENCY, 0, resolver_scope(f, !m->client)) + cell);
}

/* Algorithm 7's classes; other than the code, they tell an answer from none. */
static unsigned
class_value(const struct nsc_dns_message *m)
{
	switch (m->rcode) {
	case 0:
		return m->found ? NSC_V_DNS_CLASS_ANSWER : NSC_V_DNS_CLASS_NODATA;
	case 2:
		return NSC_V_DNS_CLASS_SERVFAIL;
	case 3:
		return NSC_V_DNS_CLASS_NXDOMAIN;
	case 5:
		return NSC_V_DNS_CLASS_REFUSED;
	default:
		return NSC_V_DNS_CLASS_OTHER;
	}
}

static void
tally_response(struct nsc_worker *w, const struct nsc_dns_message *m)
{
	add(w, NSC_CELL(DNS_RCODE, 0, rcode_value(m->rcode)));
	/* What was cut off is not known to be absent. */
	if (m->truncated)
		add(w, NSC_CELL(DNS_ERRORS, 0, NSC_V_DNS_ERROR_TRUNCATED));
	else
		add(w, NSC_CELL(DNS_RESPONSE, 0, class_value(m)));
}

static void
tally_query(struct nsc_worker *w, const struct nsc_dns_message *m)
{
	add(w, NSC_CELL(DNS_QTYPE, 0, qtype_value(m->qtype)));
	nsc_names_query(w, &m->name);
}

static void
tally_dns(struct nsc_worker *w, const struct nsc_flow *f, const struct nsc_dns_message *m)
{
	unsigned outcomes = m->outcomes;

	if (outcomes == 1u << NSC_DNS_ANSWERED) {
		tally_latency(w, f, m);
		outcomes = 0;
	}
	for (; outcomes != 0; outcomes &= outcomes - 1)
		tally_dns_outcome(w, (unsigned)__builtin_ctz(outcomes), 1);
	if (m->fragmented)
		add(w, NSC_CELL(DNS_ERRORS, 0, NSC_V_DNS_ERROR_FRAGMENTED));
	if (m->malformed) {
		add(w, NSC_CELL(DNS_ERRORS, 0, NSC_V_DNS_ERROR_MALFORMED));
		return;
	}
	/* mDNS and LLMNR are applications of their own: they ask no resolver. */
	if (m->kind != NSC_DNS_UNICAST)
		return;
	if (m->response)
		tally_response(w, m);
	else
		tally_query(w, m);
}

static unsigned
method_value(const struct nsc_text *m)
{
	unsigned i;

	for (i = 0; i < NSC_V_HTTP_METHOD_OTHER; i++) {
		const char *name = nsc_set_token(NSC_SET_HTTP_METHOD, i);

		if (strlen(name) == m->len && memcmp(name, m->p, m->len) == 0)
			return i;
	}
	return NSC_V_HTTP_METHOD_OTHER;
}

/* The codes are 1 to 16 (gRPC, doc/statuscodes.md); 0 is no error. */
static unsigned
grpc_value(uint16_t status)
{
	return status <= NSC_V_GRPC_OTHER ? status - 1u : NSC_V_GRPC_OTHER;
}

static void
tally_http(struct nsc_worker *w, const struct nsc_http_exchange *x)
{
	if (x->method.len > 0)
		add(w, NSC_CELL(HTTP_METHOD, 0, method_value(&x->method)));
	if (x->status > 0)
		add(w, NSC_CELL(HTTP_STATUS, 0, x->status >= 100 && x->status < 600
							? NSC_V_HTTP_STATUS_1XX + x->status / 100 - 1
							: NSC_V_HTTP_STATUS_OTHER));
	if (x->latency > 0)
		add(w, NSC_CELL(HTTP_LATENCY, 0, 0) + nsc_histogram_cell(x->latency));
	if (x->complete > 0)
		add(w, NSC_CELL(HTTP_COMPLETE, 0, 0) + nsc_histogram_cell(x->complete));
	if (x->grpc && x->grpc_status > 0)
		add(w, NSC_CELL(HTTP_GRPC, 0, grpc_value(x->grpc_status)));
}

static void
tally_operation(struct nsc_worker *w, const struct nsc_event *ev)
{
	const struct nsc_operation *o = &ev->operation;
	int row = w->db_row[ev->app];

	if (row < 0)
		return;
	if (o->kind < NSC_OPERATIONS)
		add(w, NSC_CELL(DB_OPERATIONS, row, o->kind));
	if (o->error > 0 && o->error <= NSC_ERRORS)
		add(w, NSC_CELL(DB_ERRORS, row, o->error - 1));
	if (o->latency > 0)
		add(w, NSC_CELL(DB_LATENCY, row, 0) + nsc_histogram_cell(o->latency));
}

/* Given up for want of memory. */
static void
tally_loss(struct nsc_worker *w, uint8_t loss)
{
	static const unsigned value[] = {
		[NSC_LOSS_HTTP_REQUEST] = NSC_V_TABLE_HTTP_REQUESTS,
		[NSC_LOSS_HPACK] = NSC_V_TABLE_HTTP2_NAMES,
		[NSC_LOSS_OPERATION] = NSC_V_TABLE_OPERATIONS,
	};

	add(w, NSC_CELL(SELF_TABLES, 0, value[loss]));
}

static unsigned
tls_value(uint16_t version)
{
	switch (version) {
	case 0x0002:
		return NSC_V_TLS_VERSION_SSL2;
	case 0x0300:
		return NSC_V_TLS_VERSION_SSL3;
	case 0x0301:
		return NSC_V_TLS_VERSION_1_0;
	case 0x0302:
		return NSC_V_TLS_VERSION_1_1;
	case 0x0303:
		return NSC_V_TLS_VERSION_1_2;
	case 0x0304:
		return NSC_V_TLS_VERSION_1_3;
	case 0xfeff:
	case 0x0100:			/* OpenSSL's before RFC 4347 */
		return NSC_V_TLS_VERSION_DTLS_1_0;
	case 0xfefd:
		return NSC_V_TLS_VERSION_DTLS_1_2;
	case 0xfefc:
		return NSC_V_TLS_VERSION_DTLS_1_3;
	default:
		/* Drafts of 1.3: 0x7fNN (RFC 8446's own), 0xfbNN (Facebook's). */
		return version >> 8 == 0x7f || version >> 8 == 0xfb ? NSC_V_TLS_VERSION_1_3
								    : NSC_V_TLS_VERSION_OTHER;
	}
}

static unsigned
quic_value(uint32_t version)
{
	switch (version) {
	case 0x00000001:
		return NSC_V_TLS_VERSION_QUIC_V1;
	case 0x6b3343cf:
		return NSC_V_TLS_VERSION_QUIC_V2;
	default:
		/* 0xff0000NN (RFC 9000, 15). */
		return version >> 8 == 0xff0000 ? NSC_V_TLS_VERSION_QUIC_DRAFT
						: NSC_V_TLS_VERSION_QUIC_OTHER;
	}
}

static unsigned
handshake_value(const struct nsc_tls_done *d)
{
	return d->quic_version != 0 ? quic_value(d->quic_version) : tls_value(d->version);
}

static void
tally_certificate(struct nsc_worker *w, const struct nsc_event *ev)
{
	const struct nsc_flow *f = ev->flow;
	unsigned server = ev->certificate.server;
	bool local = false;

	if (f->direction & NSC_LABEL_KNOWN)
		local = (f->direction & 3) == NSC_DIRECTION_LOCAL ||
			(f->direction & 3) ==
				(server == 1 ? NSC_DIRECTION_INCOMING : NSC_DIRECTION_OUTGOING);
	if (!nsc_expiry_note(&w->certificates, nsc_flow_port(f, (int)server),
			     ev->certificate.not_after, ev->time, local))
		add(w, NSC_CELL(SELF_TABLES, 0, NSC_V_TABLE_CERT_PORTS));
}

static void
tally_quic(struct nsc_worker *w, const struct nsc_quic_sign *s)
{
	static const unsigned cell[NSC_QUIC_SIGNS] = {
		[NSC_QUIC_SIGN_RETRY] = NSC_CELL(QUIC_SIGN, 0, NSC_V_QUIC_SIGN_RETRY),
		[NSC_QUIC_SIGN_NEGOTIATION] = NSC_CELL(QUIC_SIGN, 0, NSC_V_QUIC_SIGN_NEGOTIATION),
		[NSC_QUIC_SIGN_MIGRATED] = NSC_CELL(QUIC_SIGN, 0, NSC_V_QUIC_SIGN_MIGRATED),
		[NSC_QUIC_SIGN_SHORT_INITIAL] =
			NSC_CELL(SELF_ANOMALY, 0, NSC_V_ANOMALY_SHORT_INITIAL),
		[NSC_QUIC_SIGN_HELLO_LOST] = NSC_CELL(SELF_TABLES, 0, NSC_V_TABLE_QUIC_HELLOS),
	};

	w->cells.cell[cell[s->kind]] += s->count;
}

void
nsc_tally(struct nsc_worker *w, const struct nsc_event *ev)
{
	/* Forwarded traffic counts in `interface` and `scope-forwarded` alone; a loss is a loss. */
	if (ev->flow != NULL && (ev->flow->direction & NSC_LABEL_FORWARDED) &&
	    ev->kind != NSC_EVENT_LOSS)
		return;
	switch (ev->kind) {
	case NSC_EVENT_DNS:
		tally_dns(w, ev->flow, &ev->dns);
		break;
	case NSC_EVENT_DNS_OUTCOME:
		tally_dns_outcome(w, ev->outcome.kind, ev->outcome.count);
		break;
	case NSC_EVENT_HTTP:
		tally_http(w, &ev->http);
		break;
	case NSC_EVENT_OPERATION:
		tally_operation(w, ev);
		break;
	case NSC_EVENT_QUIC_SIGN:
		tally_quic(w, &ev->sign);
		break;
	case NSC_EVENT_LOSS:
		tally_loss(w, ev->loss);
		break;
	case NSC_EVENT_TLS_DONE:
		add(w, NSC_CELL(TLS_VERSION, 0, handshake_value(&ev->done)));
		break;
	case NSC_EVENT_TLS_COMPLETE:
		add(w, NSC_CELL(TLS_LATENCY, 0, 0) + nsc_histogram_cell(ev->done.latency));
		break;
	case NSC_EVENT_TLS_CERTIFICATE:
		tally_certificate(w, ev);
		break;
	default:
		break;
	}
}
