/* SPDX-License-Identifier: MIT */
/*
 * Connections: a flow that packets show, with what the kernel says of its socket; and
 * sockets of which no packet was seen.
 */
#include <stdlib.h>
#include <string.h>

#include "top_model.h"

/* --- a flow and its sockets -------------------------------------------------------------- */

/* Both ends in one order, so that a flow and the sockets of both its ends are equal. */
struct ends {
	struct nsc_addr addr[2];
	uint16_t port[2];
	const char *proto;
	uint32_t row;
	bool turned;			/* the row's local end is addr[1] */
};

static struct ends
ends_of(const struct top_row *r, uint32_t n)
{
	int order = nsc_addr_cmp(&r->local, &r->remote);
	bool turned = order > 0 || (order == 0 && r->local_port > r->remote_port);
	struct ends e = {.proto = r->proto, .row = n, .turned = turned};

	e.addr[turned] = r->local;
	e.addr[!turned] = r->remote;
	e.port[turned] = r->local_port;
	e.port[!turned] = r->remote_port;
	return e;
}

static int
by_ends(const void *a, const void *b)
{
	const struct ends *x = a, *y = b;
	int order = nsc_addr_cmp(&x->addr[0], &y->addr[0]);

	if (order == 0)
		order = nsc_addr_cmp(&x->addr[1], &y->addr[1]);
	if (order == 0)
		order = (int)x->port[0] - (int)y->port[0];
	if (order == 0)
		order = (int)x->port[1] - (int)y->port[1];
	return order != 0 ? order : strcmp(x->proto, y->proto);
}

/* The newest flow between these ends: an older one of the same ports has been closed. */
static struct top_row *
flow_of(const struct ends *all, size_t count, const struct ends *wanted, struct top_row *flows)
{
	const struct ends *found =
		count > 0 ? bsearch(wanted, all, count, sizeof *all, by_ends) : NULL;

	if (found == NULL)
		return NULL;
	while (found > all && by_ends(found - 1, wanted) == 0)
		found--;
	for (const struct ends *e = found; e < all + count && by_ends(e, wanted) == 0; e++)
		if (flows[found->row].closed && !flows[e->row].closed)
			found = e;
	return &flows[found->row];
}

/* The kernel knows its own end better: who holds it, its state, its round trips. */
static void
know(struct top_row *flow, const struct top_row *socket, bool far)
{
	if (far) {
		if (socket->process.pid != 0)
			memcpy(flow->peer_process, socket->process.name,
			       sizeof flow->peer_process);
		return;
	}
	if (socket->owner_state == NSC_OWNER_KNOWN) {
		flow->process = socket->process;
		flow->owner_state = NSC_OWNER_KNOWN;
	} else if (flow->owner_state != NSC_OWNER_KNOWN) {
		flow->owner_state = socket->owner_state;
	}
	if (!flow->closed && !socket->closed && strcmp(flow->proto, "tcp") == 0)
		flow->state = socket->state;
	if (socket->rtt > 0)
		flow->rtt = socket->rtt;
	memcpy(flow->zone, socket->zone, sizeof flow->zone);
}

/* What went through it moves along: it is added up once. */
static void
show(struct top_model *m, struct top_row *from)
{
	struct top_row *r = top_table_add(&m->table[TOP_CONNECTIONS]);

	if (r == NULL)
		return;
	*r = *from;
	r->kind = TOP_CONNECTIONS;
	from->delta[TOP_RECEIVED] = from->delta[TOP_SENT] = 0;
}

void
top_join(struct top_model *m)
{
	struct ends *all = m->flows.count > 0 ? malloc(m->flows.count * sizeof *all) : NULL;
	size_t count = all != NULL ? m->flows.count : 0;

	m->failed |= count < m->flows.count;
	m->table[TOP_CONNECTIONS].count = m->table[TOP_CONNECTIONS].left_out = 0;
	for (size_t i = 0; i < count; i++)
		all[i] = ends_of(&m->flows.row[i], (uint32_t)i);
	if (count > 0)
		qsort(all, count, sizeof *all, by_ends);
	for (size_t i = 0; i < m->sockets.count; i++) {
		struct top_row *s = &m->sockets.row[i];
		struct ends wanted = ends_of(s, 0);
		struct top_row *flow = flow_of(all, count, &wanted, m->flows.row);

		s->told = flow != NULL;	/* by its flow */
		if (flow == NULL)
			continue;
		know(flow, s, !nsc_addr_equal(&flow->local, &s->local) ||
				      flow->local_port != s->local_port);
		s->delta[TOP_RECEIVED] = s->delta[TOP_SENT] = 0;
	}
	free(all);
	for (size_t i = 0; i < m->flows.count; i++)
		show(m, &m->flows.row[i]);
	for (size_t i = 0; i < m->sockets.count; i++)
		if (!m->sockets.row[i].told)
			show(m, &m->sockets.row[i]);
}
