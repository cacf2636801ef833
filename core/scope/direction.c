/* SPDX-License-Identifier: MIT */
/*
 * Direction of a flow: what is certain first (both ends here, neither, a handshake),
 * then what listeners tell, then what ports suggest.  An answer is a guess as long
 * as a listener that is not known could change it.
 */
#include "scope/direction.h"

#include <netinet/in.h>

#include "scope/scope.h"

/* Linux's ip_local_port_range where nothing else is known. */
enum { EPHEMERAL_LOW = 32768, EPHEMERAL_HIGH = 60999 };

static bool
is_ephemeral(const struct nsc_facts_view *v, uint16_t port)
{
	if (v->ephemeral_high == 0)
		return port >= EPHEMERAL_LOW && port <= EPHEMERAL_HIGH;
	return port >= v->ephemeral_low && port <= v->ephemeral_high;
}

/* The highest address of an IPv4 prefix that is wide enough to have a broadcast address. */
static bool
is_highest(const struct nsc_addr *a, const struct nsc_fact_address *p)
{
	if (p->bits < 96 || p->bits > 126 || !nsc_addr_in_prefix(a, &p->addr, p->bits))
		return false;
	for (unsigned i = p->bits; i < 128; i++)
		if (!(a->b[i / 8] & 0x80 >> i % 8))
			return false;
	return true;
}

/* An address that no single host has: what is sent there is for every host of the segment. */
static bool
is_group(const struct nsc_facts_view *v, const struct nsc_addr *a)
{
	enum nsc_class c = nsc_class(a);

	if (c == NSC_CLASS_MULTICAST || c == NSC_CLASS_BROADCAST)
		return true;
	if (!nsc_addr_is_v4(a) || c == NSC_CLASS_LOOPBACK || (a->b[15] & 3) != 3)
		return false;		/* a broadcast address ends in at least two ones */
	for (uint32_t i = 0; i < v->addresses; i++)
		if (is_highest(a, &v->address[i]))
			return true;
	for (uint32_t i = 0; i < v->prefixes; i++)
		if (is_highest(a, &v->prefix[i]))
			return true;
	return false;
}

struct ports {
	uint16_t local, remote;
	enum nsc_listening listening;	/* on our end */
	bool sent;			/* ours was the first packet seen */
};

static void
decide(struct nsc_direction_answer *a, bool outgoing, bool guess)
{
	a->direction = outgoing ? NSC_DIRECTION_OUTGOING : NSC_DIRECTION_INCOMING;
	a->guess = guess;
}

/* TCP from its middle (4). */
static void
decide_midstream(struct nsc_direction_answer *a, const struct nsc_facts_view *v,
		 const struct ports *p)
{
	bool ours = is_ephemeral(v, p->local), theirs = is_ephemeral(v, p->remote);

	if (p->listening == NSC_LISTENING_YES)
		decide(a, false, false);
	else if (ours != theirs)
		decide(a, ours, p->listening == NSC_LISTENING_UNKNOWN);
	else if (p->local != p->remote)
		decide(a, p->remote < p->local, true);
	else
		decide(a, p->sent, true);
}

/*
 * UDP and whatever else has no handshake (5).  A socket that listens on a port of
 * its own serves, also where its answer is the first packet seen; between equal
 * ports (NTP's peers) both ends do, and the first packet decides.
 */
static void
decide_datagram(struct nsc_direction_answer *a, const struct nsc_facts_view *v,
		const struct ports *p)
{
	bool serves = !is_ephemeral(v, p->local) && p->local != p->remote;

	if (p->sent && !(p->listening == NSC_LISTENING_YES && serves))
		decide(a, true, p->listening == NSC_LISTENING_UNKNOWN && serves);
	else if (p->listening == NSC_LISTENING_YES)
		decide(a, false, false);
	else
		a->guess = p->listening == NSC_LISTENING_UNKNOWN;
}

static bool
is_icmp(uint8_t proto)
{
	return proto == IPPROTO_ICMP || proto == IPPROTO_ICMPV6;
}

/* One end is ours: which way it goes (3 to 7). */
static void
decide_remote(struct nsc_direction_answer *a, const struct nsc_facts_view *v,
	      const struct nsc_direction_question *q, unsigned ours)
{
	struct ports p = {
		.local = q->port[ours], .remote = q->port[!ours], .sent = ours == 0,
		.listening = NSC_LISTENING_NO,
	};

	if (is_icmp(q->proto)) {
		if (q->icmp_query)
			decide(a, p.sent, false);
		return;
	}
	if (q->handshake) {
		decide(a, p.sent, false);
		return;
	}
	if (p.local != 0)
		p.listening = nsc_facts_listening(v, q->proto, &q->addr[ours], p.local);
	if (q->proto == IPPROTO_TCP)
		decide_midstream(a, v, &p);
	else
		decide_datagram(a, v, &p);
}

struct nsc_direction_answer
nsc_direction(const struct nsc_facts_view *v, const struct nsc_direction_question *q)
{
	struct nsc_direction_answer a = {.direction = NSC_DIRECTION_NONE};
	bool loopback;

	if (!v->addresses_known)
		return a;
	a.known = true;
	if (is_group(v, &q->addr[1])) {		/* the interface is our end of it */
		a.local[0] = nsc_facts_local(v, &q->addr[0]);
		a.local[1] = !a.local[0];
		decide(&a, a.local[0], false);
		return a;
	}
	loopback = nsc_class(&q->addr[0]) == NSC_CLASS_LOOPBACK &&
		   nsc_class(&q->addr[1]) == NSC_CLASS_LOOPBACK;
	if (loopback || nsc_addr_equal(&q->addr[0], &q->addr[1])) {
		a.local[0] = a.local[1] = true;
	} else {
		a.local[0] = nsc_facts_local(v, &q->addr[0]);
		a.local[1] = nsc_facts_local(v, &q->addr[1]);
	}
	if (a.local[0] && a.local[1])
		a.direction = NSC_DIRECTION_LOCAL;
	else if (a.local[0] || a.local[1])
		decide_remote(&a, v, q, a.local[0] ? 0 : 1);
	return a;
}

const char *
nsc_direction_text(enum nsc_direction d)
{
	static const char *const text[] = {
		[NSC_DIRECTION_NONE] = "none", [NSC_DIRECTION_INCOMING] = "incoming",
		[NSC_DIRECTION_OUTGOING] = "outgoing", [NSC_DIRECTION_LOCAL] = "local",
	};

	return (unsigned)d < sizeof text / sizeof *text ? text[d] : "";
}
