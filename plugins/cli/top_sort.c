/* SPDX-License-Identifier: MIT */
/* How rows are compared, column by column; what is equal here is settled in top_list.c. */
#include <string.h>
#include <strings.h>

#include "top_cells.h"

#define NUMBERS(name, of)                                                                          \
	TOP_BY(name)                                                                               \
	{                                                                                          \
		return of(a) < of(b) ? -1 : of(a) > of(b);                                         \
	}

#define FLOWS(r) ((r)->flows)
#define OPENING(r) ((r)->opening)
#define OPENED(r) ((r)->opened)
#define RX(r) ((r)->rate[TOP_RECEIVED])
#define TX(r) ((r)->rate[TOP_SENT])
#define RECEIVED(r) ((r)->octets[TOP_RECEIVED])
#define SENT(r) ((r)->octets[TOP_SENT])
#define RTT(r) ((r)->rtt)
#define RETRANSMITS(r) ((r)->retransmits)
#define IDLE(r) ((r)->idle)
#define QUEUE(r) ((r)->queue)

NUMBERS(flows, FLOWS)
NUMBERS(opening, OPENING)
NUMBERS(opened, OPENED)
NUMBERS(rx, RX)
NUMBERS(tx, TX)
NUMBERS(rate, top_rate)
NUMBERS(received, RECEIVED)
NUMBERS(sent, SENT)
NUMBERS(rtt, RTT)
NUMBERS(retransmits, RETRANSMITS)
NUMBERS(idle, IDLE)
NUMBERS(queue, QUEUE)

#define TEXTS(name, of)                                                                            \
	TOP_BY(name)                                                                               \
	{                                                                                          \
		return texts(of(a), of(b));                                                        \
	}

/* What is not known comes last, also from below. */
static int
texts(const char *a, const char *b)
{
	if (a[0] == '\0' || b[0] == '\0')
		return (a[0] == '\0') - (b[0] == '\0');
	return strcasecmp(a, b);
}

#define NAME(r) ((r)->name)
#define PROCESS(r) ((r)->process.name)
#define UNIT(r) ((r)->process.unit)
#define SCOPE(r) ((r)->scope)
#define WAY(r) ((r)->direction)
#define PROTO(r) ((r)->proto)
#define APP(r) ((r)->app)
#define STATE(r) ((r)->state)
#define BIND(r) ((r)->bind)
#define VERDICT(r) ((r)->verdict)

TEXTS(name, NAME)
TEXTS(process, PROCESS)
TEXTS(unit, UNIT)
TEXTS(scope, SCOPE)
TEXTS(way, WAY)
TEXTS(proto, PROTO)
TEXTS(app, APP)
TEXTS(state, STATE)
TEXTS(bind, BIND)
TEXTS(verdict, VERDICT)

static int
ends(const struct nsc_addr *a, unsigned a_port, const struct nsc_addr *b, unsigned b_port)
{
	int order = nsc_addr_cmp(a, b);

	return order != 0 ? order : (int)a_port - (int)b_port;
}

TOP_BY(local)
{
	if (a->kind == TOP_LISTENERS && a->local_port != b->local_port)
		return (int)a->local_port - (int)b->local_port;
	return ends(&a->local, a->local_port, &b->local, b->local_port);
}

TOP_BY(remote)
{
	return ends(&a->remote, a->remote_port, &b->remote, b->remote_port);
}

TOP_BY(address)
{
	return ends(&a->remote, 0, &b->remote, 0);
}

TOP_BY(peer)
{
	int order = texts(a->name, b->name);

	return order != 0 ? order : top_by_address(a, b);
}

/* The most exposed last: falling, they come first. */
static int
exposed(const struct top_row *r)
{
	static const char *const order[] = {"local_only", "lan_only", "unknown", "exposed"};
	int i = 0;

	while (i < 3 && strcmp(r->exposure, order[i]) != 0)
		i++;
	return i;
}

TOP_BY(exposure)
{
	int order = exposed(a) - exposed(b);

	/* Falling, and yet the lowest port first. */
	return order != 0 ? order : (int)b->local_port - (int)a->local_port;
}
