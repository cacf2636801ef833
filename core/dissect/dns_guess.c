/* SPDX-License-Identifier: MIT */
#include "dissect/dns_guess.h"

enum {
	OPCODE = 0x78,   /* of the third octet */
	FLAG_AA = 0x0400,
	FLAG_RA = 0x0080,
	FLAG_Z = 0x0040,
	COUNT_MAX = 4096, /* a plausible count of records */
};

static bool
port_is(const uint16_t port[2], uint16_t n)
{
	return port[0] == n || port[1] == n;
}

int
nsc_dns_port_kind(const uint16_t port[2])
{
	if (port_is(port, NSC_DNS_PORT))
		return NSC_DNS_UNICAST;
	if (port_is(port, NSC_MDNS_PORT))
		return NSC_DNS_MULTICAST;
	if (port_is(port, NSC_LLMNR_PORT))
		return NSC_DNS_LLMNR;
	return -1;
}

bool
nsc_dns_plausible(const struct nsc_dns_parsed *d)
{
	const struct nsc_dns_message *m = &d->msg;

	return m->opcode <= NSC_DNS_STATEFUL && m->opcode != 3 && m->questions <= 32 &&
	       m->answer_records <= COUNT_MAX && d->authorities <= COUNT_MAX &&
	       d->additionals <= COUNT_MAX &&
	       (m->questions > 0 || m->answer_records > 0 || d->additionals > 0 ||
		m->response);
}

bool
nsc_dns_certain(const struct nsc_dns_parsed *d, bool cut)
{
	const struct nsc_dns_message *m = &d->msg;

	if (m->malformed || !d->asked || d->netbios || m->questions != 1 ||
	    m->opcode != NSC_DNS_QUERY || (!cut && !d->exact) || (d->flags & FLAG_Z) != 0 ||
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
	if (!nsc_dns_plausible(&d) || d.msg.malformed)
		return NSC_NOT_MINE;
	if (own && d.asked)
		return NSC_DONE;
	/* The question alone does not prove it: on odd ports the end must be seen. */
	if (short_of) {
		if (d.asked && !nsc_dns_certain(&d, true))
			return NSC_NOT_MINE;
		return d.msg.questions == 1 && d.msg.opcode == NSC_DNS_QUERY ? NSC_MORE
								     : NSC_NOT_MINE;
	}
	return nsc_dns_certain(&d, false) ? NSC_DONE : NSC_NOT_MINE;
}

/* Few messages that are not DNS look as if they had one question. */
static bool
one_question(const struct nsc_bytes *b)
{
	const uint8_t *h = nsc_bytes_peek(b, NSC_DNS_HEADER);

	return h != NULL && (h[2] & OPCODE) == NSC_DNS_QUERY && h[4] == 0 && h[5] == 1;
}

enum nsc_verdict
nsc_dns_guess(const struct nsc_guess *g, uint8_t kind)
{
	int of_port = nsc_dns_port_kind(g->port);
	bool own = of_port == (int)kind;
	size_t left = nsc_bytes_left(&g->bytes);
	struct nsc_dns_parsed d;

	/* Other ports than the three are left to unicast DNS. */
	if (!own && (of_port >= 0 || kind != NSC_DNS_UNICAST))
		return NSC_NOT_MINE;
	if (g->transport == NSC_OVER_TCP)
		return guess_tcp(g, own);
	if (own)
		return nsc_dns_read_header(&d, g->bytes.p, left, kind) && nsc_dns_plausible(&d)
			       ? NSC_DONE
			       : NSC_NOT_MINE;
	return one_question(&g->bytes) && nsc_dns_read(&d, g->bytes.p, left, false, kind) &&
			       nsc_dns_certain(&d, false)
		       ? NSC_DONE
		       : NSC_NOT_MINE;
}
