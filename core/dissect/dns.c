/* SPDX-License-Identifier: MIT */
/* DNS over UDP and TCP (RFC 1035, 7766), multicast DNS (RFC 6762), LLMNR (RFC 4795). */
#include "dissect/dns.h"
#include "dissect/dns_guess.h"
#include "dissect/dns_match.h"
#include "dissect/dns_names.h"
#include "dissect/protocols.h"
#include "dissect/session.h"

enum {
	LENGTH = 2,      /* before each message over TCP (RFC 7766, 8) */
	IDLE_S = 30,     /* of a conversation over UDP */
	LONGEST = 32768, /* octets of a message over TCP that are read */
};

struct state {
	bool lost[2]; /* TCP: where messages begin is not known */
};

static enum nsc_verdict
guess_dns(const struct nsc_guess *g)
{
	return nsc_dns_guess(g, NSC_DNS_UNICAST);
}

static enum nsc_verdict
guess_mdns(const struct nsc_guess *g)
{
	return nsc_dns_guess(g, NSC_DNS_MULTICAST);
}

static enum nsc_verdict
guess_llmnr(const struct nsc_guess *g)
{
	return nsc_dns_guess(g, NSC_DNS_LLMNR);
}

static void
tell_outcome(struct nsc_out *out, enum nsc_dns_outcome_kind kind, unsigned count)
{
	struct nsc_event ev = {.kind = NSC_EVENT_DNS_OUTCOME,
			       .outcome = {(uint8_t)kind, count}};

	nsc_out_event(out, &ev);
}

/*
 * Before the message is read: the place of its query is fetched meanwhile.
 * False: there is nothing to match.
 */
static inline bool
expect(struct nsc_dns_query *q, const struct nsc_bytes *b, unsigned side,
       const struct nsc_out *out)
{
	const uint8_t *h = nsc_bytes_peek(b, NSC_DNS_HEADER);
	unsigned client;

	if (h == NULL || out->shared == NULL || out->unheard)
		return false;
	client = (h[2] >> 7) ^ side;
	q->key = nsc_dns_key(&out->addr[client], &out->addr[1 - client], out->port[client],
			     out->port[1 - client], (uint16_t)(h[0] << 8 | h[1]),
			     out->transport);
	nsc_dns_matcher_expect(out->shared, q);
	return true;
}

static inline unsigned
match(struct nsc_dns_query *q, const struct nsc_dns_parsed *d, const struct nsc_out *out,
      uint64_t *latency)
{
	q->time = out->time;
	q->question = d->question;
	q->rcode = d->msg.rcode;
	q->asked = d->asked;
	/* Of stateful operations (RFC 8490) most have no question, and many no answer. */
	if (d->msg.opcode == NSC_DNS_STATEFUL)
		return 0;
	if (d->msg.response)
		return nsc_dns_matcher_response(out->shared, q, latency);
	if (d->asked || d->msg.opcode != NSC_DNS_QUERY)	/* IQUERY has the answer only (RFC 1035, 6.4) */
		return nsc_dns_matcher_query(out->shared, q);
	return 0;
}

/* Names for addresses: from answers that were asked for, and from mDNS. */
static void
learn(const struct nsc_dns_parsed *d, const struct nsc_bytes *b, unsigned client,
      unsigned outcomes, struct nsc_out *out)
{
	const unsigned asked_for = 1u << NSC_DNS_ANSWERED | 1u << NSC_DNS_LATE;

	if (d->msg.malformed || d->msg.answers == 0)
		return;
	if (outcomes & asked_for && d->asked)
		nsc_dns_learn(out->names, d, b->p, nsc_bytes_left(b), &out->addr[client],
			      out->time);
	else if (d->msg.kind == NSC_DNS_MULTICAST)
		nsc_dns_learn_owners(out->names, d, b->p, nsc_bytes_left(b), out->time);
}

/* b: the message; q: NULL if there is nothing to match. */
static inline void
report(struct nsc_dns_parsed *d, const struct nsc_bytes *b, struct nsc_dns_query *q,
       unsigned side, struct nsc_out *out)
{
	unsigned client = d->msg.response ? 1 - side : side, outcomes = 0;
	uint64_t latency = 0;
	struct nsc_event ev;

	if (!out->terse)
		nsc_dns_name(d);
	if (q != NULL && (!d->msg.malformed || (d->msg.response && d->asked)))
		outcomes = match(q, d, out, &latency);
	if (out->names != NULL)
		learn(d, b, client, outcomes, out);
	/* Not sooner: copied fresh from its parts, the message would be waited for. */
	ev.kind = NSC_EVENT_DNS;
	ev.dns = d->msg;
	ev.dns.client = (uint8_t)client;
	ev.dns.tcp = out->transport == NSC_OVER_TCP;
	ev.dns.outcomes = (uint16_t)outcomes;
	ev.dns.latency = latency;
	nsc_out_event(out, &ev);
}

/* Who only counts messages wants no more than a header of each. */
static enum nsc_verdict
count_datagram(struct nsc_chunk *in, struct nsc_out *out)
{
	struct nsc_event ev;

	ev.kind = NSC_EVENT_DNS;
	if (nsc_bytes_left(&in->bytes) < NSC_DNS_HEADER)
		return nsc_bytes_left(&in->bytes) > 0 ? NSC_MALFORMED : NSC_MORE;
	nsc_out_event(out, &ev);
	return NSC_MORE;
}

/* Without state: the framework keeps none for datagrams. */
static enum nsc_verdict
feed_datagram(struct nsc_chunk *in, struct nsc_out *out, uint8_t kind)
{
	const struct nsc_bytes b = in->bytes;
	const size_t len = nsc_bytes_left(&b);
	const bool own = nsc_dns_port_kind(in->port) >= 0;
	struct nsc_dns_parsed d;
	struct nsc_dns_query q;
	bool matched = kind == NSC_DNS_UNICAST && expect(&q, &b, in->side, out);
	bool read = nsc_dns_read(&d, b.p, len, in->cut, kind);

	in->bytes.p = b.end;
	if (!own && (!read || !nsc_dns_certain(&d, in->cut)))
		return NSC_NOT_MINE;
	if (!read) {
		/* An empty datagram is a probe, no fault. */
		if (len > 0 && kind == NSC_DNS_UNICAST)
			tell_outcome(out, NSC_DNS_MALFORMED, 1);
		return len > 0 ? NSC_MALFORMED : NSC_MORE;
	}
	d.msg.fragmented = in->fragmented;
	report(&d, &b, matched ? &q : NULL, in->side, out);
	return d.msg.malformed ? NSC_MALFORMED : NSC_MORE;
}

/* After lost octets: does a message begin here? */
static bool
begins_here(const struct nsc_chunk *in)
{
	struct nsc_guess g = {
		.bytes = in->bytes, .side = in->side, .transport = NSC_OVER_TCP};

	return nsc_dns_guess(&g, NSC_DNS_UNICAST) == NSC_DONE;
}

static enum nsc_verdict
feed_stream(struct state *s, struct nsc_chunk *in, struct nsc_out *out, uint8_t kind)
{
	struct nsc_bytes *b = &in->bytes;
	bool own = nsc_dns_port_kind(in->port) >= 0;
	struct nsc_dns_parsed d;
	struct nsc_dns_query q;
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
		bool matched = kind == NSC_DNS_UNICAST && expect(&q, &m, in->side, out);

		if (!nsc_dns_read(&d, m.p, want, want < len, kind)) {
			tell_outcome(out, NSC_DNS_MALFORMED, 1);
			return NSC_MALFORMED;
		}
		if (!own && !nsc_dns_plausible(&d))
			return NSC_NOT_MINE;
		m.end = m.p + want;
		report(&d, &m, matched ? &q : NULL, in->side, out);
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
	if (in->transport == NSC_OVER_UDP) {
		out->wish.timeout = IDLE_S;
		return out->unheard && nsc_dns_port_kind(in->port) >= 0 ? count_datagram(in, out)
							      : feed_datagram(in, out, kind);
	}
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
shared_configure(void *shared, const struct nsc_session_config *cfg)
{
	if (cfg->dns_timeout != 0)
		nsc_dns_matcher_timeout(shared, cfg->dns_timeout);
}

static void
shared_free(void *shared)
{
	nsc_dns_matcher_free(shared);
}

static void
tick(void *shared, struct nsc_out *out)
{
	unsigned timeouts = nsc_dns_matcher_tick(shared, out->time);

	if (timeouts > 0)
		tell_outcome(out, NSC_DNS_TIMEOUT, timeouts);
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
	.shared_configure = shared_configure,
	.shared_free = shared_free,
	.tick = tick,
	.known_by = "on port 53 the header's flags and counts, elsewhere a whole message "
		    "whose question and records fill it",
	.measures = "types, codes, classes of answers, time by the resolver's scope, "
		    "queries without answer; answers name flows",
	.limits = "over TLS, HTTPS and QUIC it is what carries it",
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
	.known_by = "on port 5353 the header's flags and counts",
	.measures = "names of its records name flows",
	.limits = "responses by unicast to a port of its own are `dns`",
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
	.known_by = "on port 5355 the header's flags and counts",
	.measures = "the name alone is counted; its answers name flows",
};
