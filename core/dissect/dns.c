/* SPDX-License-Identifier: MIT */
/*
 * DNS over UDP and TCP (RFC 1035, 7766), multicast DNS (RFC 6762), LLMNR (RFC
 * 4795).  On their own ports a plausible header is enough; anywhere else the
 * message must be one that a resolver or a server would send, to its last octet.
 */
#include "dissect/dns.h"
#include "dissect/dns_match.h"
#include "dissect/protocols.h"

enum {
	LENGTH = 2,      /* before each message over TCP (RFC 7766, 8) */
	IDLE_S = 30,     /* of a conversation over UDP */
	LONGEST = 32768, /* octets of a message over TCP that are read */
	QUERY = 0,       /* opcodes */
	UPDATE = 5,
	STATEFUL = 6,
	FLAG_QR = 0x8000,
	FLAG_AA = 0x0400,
	FLAG_RA = 0x0080,
	FLAG_Z = 0x0040,
	COUNT_MAX = 4096, /* a plausible count of records */
};

struct state {
	bool lost[2]; /* TCP: where messages begin is not known */
};

static bool
port_is(const uint16_t port[2], uint16_t n)
{
	return port[0] == n || port[1] == n;
}

static int
kind_of(const uint16_t port[2])
{
	if (port_is(port, NSC_DNS_PORT))
		return NSC_DNS_UNICAST;
	if (port_is(port, NSC_MDNS_PORT))
		return NSC_DNS_MULTICAST;
	if (port_is(port, NSC_LLMNR_PORT))
		return NSC_DNS_LLMNR;
	return -1;
}

static bool
header_plausible(const struct nsc_dns_parsed *d)
{
	const struct nsc_dns_message *m = &d->msg;

	return m->opcode <= STATEFUL && m->opcode != 3 && m->questions <= 32 &&
	       m->answer_records <= COUNT_MAX && d->authorities <= COUNT_MAX &&
	       d->additionals <= COUNT_MAX &&
	       (m->questions > 0 || m->answer_records > 0 || d->additionals > 0 ||
		m->response);
}

/* Nothing but DNS looks like that. */
static bool
is_certain(const struct nsc_dns_parsed *d, bool cut)
{
	const struct nsc_dns_message *m = &d->msg;

	if (m->malformed || !d->asked || d->netbios || m->questions != 1 ||
	    m->opcode != QUERY || (!cut && !d->exact) || (d->flags & FLAG_Z) != 0 ||
	    !nsc_dns_type_known(m->qtype))
		return false;
	if (m->qclass != 1 && m->qclass != 3 && m->qclass != 4 && m->qclass != 255)
		return false;
	if (m->response)
		return (m->rcode & 0xf) <= 10;
	return (d->flags & (FLAG_AA | FLAG_RA)) == 0 && (m->rcode & 0xf) == 0 &&
	       !m->truncated && m->answer_records == 0 && d->authorities <= 1 &&
	       d->additionals <= 3;
}

static enum nsc_verdict
guess_tcp(const struct nsc_guess *g, bool own)
{
	struct nsc_bytes b = g->bytes;
	struct nsc_dns_parsed d;
	uint16_t len = nsc_bytes_u16(&b);
	bool short_of = len > nsc_bytes_left(&b);

	if (b.bad)
		return NSC_MORE;
	if (len < NSC_DNS_HEADER)
		return NSC_NOT_MINE;
	if (!nsc_dns_read(&d, b.p, short_of ? nsc_bytes_left(&b) : len, short_of,
			   NSC_DNS_UNICAST))
		return NSC_MORE;
	if (!header_plausible(&d) || d.msg.malformed)
		return NSC_NOT_MINE;
	if (own && d.asked)
		return NSC_DONE;
	/* The question alone does not prove it: on odd ports the end must be seen. */
	if (short_of) {
		if (d.asked && !is_certain(&d, true))
			return NSC_NOT_MINE;
		return d.msg.questions == 1 && d.msg.opcode == QUERY ? NSC_MORE
								     : NSC_NOT_MINE;
	}
	return is_certain(&d, false) ? NSC_DONE : NSC_NOT_MINE;
}

static enum nsc_verdict
guess_kind(const struct nsc_guess *g, uint8_t kind)
{
	int of_port = kind_of(g->port);
	bool own = of_port == (int)kind;
	struct nsc_dns_parsed d;

	/* Other ports than the three are left to unicast DNS. */
	if (!own && (of_port >= 0 || kind != NSC_DNS_UNICAST))
		return NSC_NOT_MINE;
	if (g->transport == NSC_OVER_TCP)
		return guess_tcp(g, own);
	if (!nsc_dns_read(&d, g->bytes.p, nsc_bytes_left(&g->bytes), false, kind))
		return NSC_NOT_MINE;
	return (own ? header_plausible(&d) : is_certain(&d, false)) ? NSC_DONE
								    : NSC_NOT_MINE;
}

static enum nsc_verdict
guess_dns(const struct nsc_guess *g)
{
	return guess_kind(g, NSC_DNS_UNICAST);
}

static enum nsc_verdict
guess_mdns(const struct nsc_guess *g)
{
	return guess_kind(g, NSC_DNS_MULTICAST);
}

static enum nsc_verdict
guess_llmnr(const struct nsc_guess *g)
{
	return guess_kind(g, NSC_DNS_LLMNR);
}

static void
tell_outcome(void *arg, enum nsc_dns_outcome_kind kind, uint64_t latency)
{
	struct nsc_event ev = {.kind = NSC_EVENT_DNS_OUTCOME,
			       .outcome = {(uint8_t)kind, latency}};

	nsc_out_event(arg, &ev);
}

static uint64_t
match(const struct nsc_dns_parsed *d, unsigned c, struct nsc_out *out)
{
	struct nsc_dns_query q = {
		.key =
			{
				.client = out->addr[c],
				.server = out->addr[1 - c],
				.client_port = out->port[c],
				.server_port = out->port[1 - c],
				.id = d->msg.id,
				.transport = out->transport,
			},
		.question = d->question,
		.time = out->time,
		.rcode = d->msg.rcode,
		.asked = d->asked,
	};

	if (d->msg.response)
		return nsc_dns_matcher_response(out->shared, &q, tell_outcome, out);
	if (d->asked && d->msg.opcode == QUERY)
		nsc_dns_matcher_query(out->shared, &q, tell_outcome, out);
	return 0;
}

static void
report(struct nsc_dns_parsed *d, unsigned side, struct nsc_out *out)
{
	const struct nsc_dns_message *m = &d->msg;
	unsigned client = m->response ? 1 - side : side;
	uint64_t latency = 0;
	struct nsc_event ev;

	if (!out->terse)
		nsc_dns_name(d);
	if (m->kind == NSC_DNS_UNICAST && out->shared != NULL) {
		if (m->malformed)
			tell_outcome(out, NSC_DNS_MALFORMED, 0);
		if (!m->malformed || (m->response && d->asked))
			latency = match(d, client, out);
	}
	ev.kind = NSC_EVENT_DNS;
	ev.dns = *m;
	ev.dns.client = (uint8_t)client;
	ev.dns.tcp = out->transport == NSC_OVER_TCP;
	ev.dns.latency = latency;
	nsc_out_event(out, &ev);
}

/* Without state: the framework keeps none for datagrams. */
static enum nsc_verdict
feed_datagram(struct nsc_chunk *in, struct nsc_out *out, uint8_t kind)
{
	struct nsc_dns_parsed d;
	size_t len = nsc_bytes_left(&in->bytes);
	bool read = nsc_dns_read(&d, in->bytes.p, len, in->cut, kind);

	nsc_bytes_skip(&in->bytes, len);
	out->wish.timeout = IDLE_S;
	if (kind_of(in->port) < 0 && (!read || !is_certain(&d, in->cut)))
		return NSC_NOT_MINE;
	if (!read) {
		/* An empty datagram is a probe, no fault. */
		if (len > 0 && kind == NSC_DNS_UNICAST)
			tell_outcome(out, NSC_DNS_MALFORMED, 0);
		return len > 0 ? NSC_MALFORMED : NSC_MORE;
	}
	report(&d, in->side, out);
	return d.msg.malformed ? NSC_MALFORMED : NSC_MORE;
}

/* After lost octets: does a message begin here? */
static bool
begins_here(const struct nsc_chunk *in)
{
	struct nsc_guess g = {
		.bytes = in->bytes, .side = in->side, .transport = NSC_OVER_TCP};

	return guess_tcp(&g, false) == NSC_DONE;
}

static enum nsc_verdict
feed_stream(struct state *s, struct nsc_chunk *in, struct nsc_out *out, uint8_t kind)
{
	struct nsc_bytes *b = &in->bytes;
	bool own = kind_of(in->port) >= 0;
	struct nsc_dns_parsed d;

	if (in->gap)
		s->lost[in->side] = true;
	if (s->lost[in->side]) {
		if (!begins_here(in)) {
			nsc_bytes_skip(b, nsc_bytes_left(b));
			return NSC_MORE;
		}
		s->lost[in->side] = false;
	}
	while (nsc_bytes_left(b) >= LENGTH) {
		struct nsc_bytes m = *b;
		size_t len = nsc_bytes_u16(&m), have = nsc_bytes_left(&m);
		size_t want = len < LONGEST ? len : LONGEST;

		if (have < want) {
			out->wish.need = (uint32_t)(LENGTH + want);
			return NSC_MORE;
		}
		if (!nsc_dns_read(&d, m.p, want, want < len, kind)) {
			tell_outcome(out, NSC_DNS_MALFORMED, 0);
			return NSC_MALFORMED;
		}
		if (!own && !header_plausible(&d))
			return NSC_NOT_MINE;
		report(&d, in->side, out);
		nsc_bytes_skip(b, LENGTH + (len < have ? len : have));
		out->wish.skip = len > have ? len - have : 0;
		if (out->wish.skip > 0)
			return NSC_MORE;
	}
	out->wish.need = LENGTH;
	return NSC_MORE;
}

static enum nsc_verdict
feed_kind(void *state, struct nsc_chunk *in, struct nsc_out *out, uint8_t kind)
{
	if (in->transport == NSC_OVER_UDP)
		return feed_datagram(in, out, kind);
	return feed_stream(state, in, out, kind);
}

static enum nsc_verdict
feed_dns(void *state, struct nsc_chunk *in, struct nsc_out *out)
{
	return feed_kind(state, in, out, NSC_DNS_UNICAST);
}

static enum nsc_verdict
feed_mdns(void *state, struct nsc_chunk *in, struct nsc_out *out)
{
	return feed_kind(state, in, out, NSC_DNS_MULTICAST);
}

static enum nsc_verdict
feed_llmnr(void *state, struct nsc_chunk *in, struct nsc_out *out)
{
	return feed_kind(state, in, out, NSC_DNS_LLMNR);
}

static int
shared_new(void **shared)
{
	struct nsc_dns_matcher *m;
	int rc = nsc_dns_matcher_new(&m);

	*shared = m;
	return rc;
}

static void
shared_free(void *shared)
{
	nsc_dns_matcher_free(shared);
}

static void
tick(void *shared, struct nsc_out *out)
{
	nsc_dns_matcher_tick(shared, out->time, tell_outcome, out);
}

const struct nsc_dissector nsc_dns = {
	.name = "dns",
	.title = "Domain Name System",
	.spec = "RFC 1035, RFC 7766",
	.transports = NSC_OVER_UDP | NSC_OVER_TCP,
	.state_size = sizeof(struct state),
	.stateless = NSC_OVER_UDP,
	.guess = guess_dns,
	.feed = feed_dns,
	.shared_memory = NSC_DNS_MATCHER_MEMORY,
	.shared_new = shared_new,
	.shared_free = shared_free,
	.tick = tick,
};

const struct nsc_dissector nsc_mdns = {
	.name = "mdns",
	.title = "Multicast DNS",
	.spec = "RFC 6762",
	.transports = NSC_OVER_UDP,
	.state_size = sizeof(struct state),
	.stateless = NSC_OVER_UDP,
	.guess = guess_mdns,
	.feed = feed_mdns,
};

const struct nsc_dissector nsc_llmnr = {
	.name = "llmnr",
	.title = "Link-Local Multicast Name Resolution",
	.spec = "RFC 4795",
	.transports = NSC_OVER_UDP | NSC_OVER_TCP,
	.state_size = sizeof(struct state),
	.stateless = NSC_OVER_UDP,
	.guess = guess_llmnr,
	.feed = feed_llmnr,
};
