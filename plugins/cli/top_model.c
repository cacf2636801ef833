/* SPDX-License-Identifier: MIT */
/* Single rows of the engine, and what went through each since the refresh before. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "top_model.h"

#define SECOND 1e9

void
top_model_init(struct top_model *m)
{
	*m = (struct top_model){.changed = true};
	for (unsigned i = 0; i < TOP_TABLES; i++)
		m->table[i].most = TOP_ROWS_MOST;
	for (unsigned i = TOP_PROCESSES; i <= TOP_PEERS; i++)
		m->table[i].most = TOP_PEERS_MOST;
	m->flows.most = m->sockets.most = TOP_ROWS_MOST;
}

void
top_model_free(struct top_model *m)
{
	for (unsigned i = 0; i < TOP_TABLES; i++) {
		top_table_free(&m->table[i]);
		free(m->past_table[i].past);
	}
	top_table_free(&m->flows);
	top_table_free(&m->sockets);
	free(m->past_flows.past);
	free(m->past_sockets.past);
}

/* --- what was there before -------------------------------------------------------------- */

static int
by_id(const void *a, const void *b)
{
	const struct top_past *x = a, *y = b;

	return x->id < y->id ? -1 : x->id > y->id;
}

bool
top_pasts_take(struct top_pasts *p, const struct top_table *t)
{
	free(p->past);
	p->count = 0;
	p->past = t->count > 0 ? malloc(t->count * sizeof *p->past) : NULL;
	if (p->past == NULL)
		return t->count == 0;
	for (size_t i = 0; i < t->count; i++)
		p->past[i] = (struct top_past){
			t->row[i].id,
			{t->row[i].octets[TOP_RECEIVED], t->row[i].octets[TOP_SENT]},
			t->row[i].opened};
	p->count = t->count;
	qsort(p->past, p->count, sizeof *p->past, by_id);
	return true;
}

const struct top_past *
top_pasts_find(const struct top_pasts *p, uint64_t id)
{
	struct top_past key = {.id = id};

	return p->count > 0 ? bsearch(&key, p->past, p->count, sizeof key, by_id) : NULL;
}

/* --- rows --------------------------------------------------------------------------------- */

static const char *
proto_text(uint8_t proto)
{
	static const struct {
		uint8_t proto;
		const char *text;
	} known[] = {{6, "tcp"}, {17, "udp"}, {1, "icmp"}, {58, "icmp6"}, {132, "sctp"},
		     {2, "igmp"}, {47, "gre"}, {50, "esp"}, {51, "ah"}, {89, "ospf"}, {112, "vrrp"}};

	for (unsigned i = 0; i < sizeof known / sizeof *known; i++)
		if (known[i].proto == proto)
			return known[i].text;
	return "ip";
}

static void
begin(void *arg, enum nsc_rows_kind kind)
{
	struct top_model *m = arg;
	bool kept = true;

	m->changed |= kind != NSC_ROWS_LISTENERS;
	if (kind == NSC_ROWS_FLOWS) {
		kept = top_pasts_take(&m->past_flows, &m->flows);
		m->flows.count = m->flows.left_out = 0;
	} else if (kind == NSC_ROWS_CONNECTIONS) {
		kept = top_pasts_take(&m->past_sockets, &m->sockets);
		m->sockets.count = m->sockets.left_out = 0;
	} else {
		m->table[TOP_LISTENERS].count = m->table[TOP_LISTENERS].left_out = 0;
	}
	m->failed |= !kept;
}

static void
take_flow(void *arg, const struct nsc_flow_row *f)
{
	struct top_model *m = arg;
	struct top_row *r = top_table_add(&m->flows);

	if (r == NULL)
		return;
	r->id = f->id;
	r->local = f->local;
	r->remote = f->remote;
	r->local_port = f->local_port;
	r->remote_port = f->remote_port;
	r->proto = proto_text(f->proto);
	r->direction = f->forwarded ? "forwarded" : f->direction;
	r->scope = f->scope;
	r->state = f->state;
	r->app = f->app;
	snprintf(r->name, sizeof r->name, "%s", f->remote_name);
	r->shared = f->shared;
	r->owner_state = f->process[0] != '\0' ? NSC_OWNER_KNOWN : NSC_OWNER_ANONYMOUS;
	snprintf(r->process.name, sizeof r->process.name, "%s", f->process);
	snprintf(r->process.unit, sizeof r->process.unit, "%s", f->unit);
	snprintf(r->peer_process, sizeof r->peer_process, "%s", f->peer_process);
	r->octets[TOP_RECEIVED] = f->received;
	r->octets[TOP_SENT] = f->sent;
	r->retransmits = f->retransmits;
	r->rtt = f->rtt;
	r->age = f->age;
	r->idle = f->idle;
	r->timeout = f->timeout;
	r->closed = f->closed;
	r->flows = !f->closed;
}

static uint64_t
socket_id(const struct nsc_socket *s)
{
	uint64_t id;

	if (s->cookie != 0)
		return top_id(&s->netns, sizeof s->netns, s->cookie);
	id = top_id(&s->local, sizeof s->local, s->netns);
	id = top_id(&s->remote, sizeof s->remote, id);
	return id ^ (uint64_t)s->local_port << 24 ^ (uint64_t)s->remote_port << 8 ^ s->proto;
}

static void
take_socket(void *arg, const struct nsc_connection_delta *d)
{
	static const char *const direction[] = {"none", "incoming", "outgoing", "local"};
	const struct nsc_connection *c = d->connection;
	const struct nsc_socket *s = &c->socket;
	struct top_model *m = arg;
	const struct top_past *past;
	struct top_row *r;

	if (s->remote_port == 0 || (r = top_table_add(&m->sockets)) == NULL)
		return;			/* without a peer it is no connection */
	r->id = socket_id(s);
	r->local = s->local;
	r->remote = s->remote;
	r->local_port = s->local_port;
	r->remote_port = s->remote_port;
	r->proto = proto_text(s->proto);
	r->direction = direction[c->direction & 3];
	r->scope = nsc_connection_scope(c);
	r->state = nsc_socket_state_text(s);
	memcpy(r->zone, c->zone, sizeof r->zone);
	r->owner_state = c->owner_state;
	if (c->owner_state == NSC_OWNER_KNOWN)
		r->process = c->process;
	past = top_pasts_find(&m->past_sockets, r->id);
	r->delta[TOP_RECEIVED] = d->delta.received;
	r->delta[TOP_SENT] = d->delta.sent;
	for (int way = 0; way < TOP_WAYS; way++)
		r->octets[way] = (past != NULL ? past->octets[way] : 0) + r->delta[way];
	r->retransmits = s->totals.retransmits;
	r->rtt = (uint64_t)s->totals.rtt * 1000;
	r->closed = c->closed;
	r->flows = !c->closed;
}

static void
take_listener(void *arg, const struct nsc_listener *l)
{
	struct top_model *m = arg;
	struct top_row *r = top_table_add(&m->table[TOP_LISTENERS]);
	const struct nsc_socket *s = &l->socket;
	bool any = l->bind == NSC_BIND_ANY || l->bind == NSC_BIND_INTERFACE;

	if (r == NULL)
		return;
	r->kind = TOP_LISTENERS;
	r->proto = proto_text(s->proto);
	r->local = s->local;
	r->local_port = s->local_port;
	memcpy(r->zone, l->interface, sizeof r->zone);
	r->dual = any && s->families == (NSC_FAMILY_IPV4 | NSC_FAMILY_IPV6);
	r->bind = l->address_present ? nsc_bind_text(l->bind) : "absent";
	r->exposure = nsc_exposure_text(l->exposure);
	r->verdict = nsc_fw_verdict_text(l->verdict);
	nsc_listener_rule(l, r->name, sizeof r->name);
	r->queue = s->queue;
	r->queue_max = s->queue_max;
	r->owner_state = l->owner_state;
	if (l->owner_state == NSC_OWNER_KNOWN)
		r->process = l->process;
	r->id = top_id(&s->local, sizeof s->local,
		       (uint64_t)s->netns << 32 ^ (uint64_t)s->device << 24 ^
			       (uint64_t)s->local_port << 8 ^ s->proto);
}

/* Packets come to the table so much later than they were taken, at the most. */
static const uint64_t late = 200000000;	/* ns */

/*
 * What a flow carried since the refresh before: one that is new, all of it; one that was left
 * out there, nobody knows.
 */
static void
rate_flows(struct top_model *m, uint64_t elapsed)
{
	double seconds = (double)elapsed / SECOND;

	for (size_t i = 0; i < m->flows.count; i++) {
		struct top_row *r = &m->flows.row[i];
		const struct top_past *past = top_pasts_find(&m->past_flows, r->id);
		bool known = past != NULL || elapsed == 0 || r->age <= elapsed + late;

		for (int way = 0; way < TOP_WAYS; way++) {
			uint64_t before = past != NULL ? past->octets[way] : 0;

			r->delta[way] = known && r->octets[way] > before
						? r->octets[way] - before : 0;
			r->rate[way] = seconds > 0 ? (double)r->delta[way] / seconds : 0;
		}
	}
}

static void
end(void *arg, enum nsc_rows_kind kind, uint64_t elapsed, uint64_t left_out)
{
	struct top_model *m = arg;
	double seconds = (double)elapsed / SECOND;

	m->lost_rows[kind] = left_out;
	if (kind == NSC_ROWS_FLOWS)
		rate_flows(m, elapsed);
	for (size_t i = 0; kind == NSC_ROWS_CONNECTIONS && i < m->sockets.count; i++)
		for (int way = 0; way < TOP_WAYS; way++)
			m->sockets.row[i].rate[way] =
				seconds > 0 ? (double)m->sockets.row[i].delta[way] / seconds : 0;
}

struct nsc_rows_tell
top_model_rows(struct top_model *m)
{
	return (struct nsc_rows_tell){.arg = m, .begin = begin, .flow = take_flow,
				      .connection = take_socket, .listener = take_listener,
				      .end = end};
}

/* --- a refresh ------------------------------------------------------------------------------ */

/* Without packets, or with them again: tables of the other origin go. */
static void
see(struct top_model *m)
{
	bool blind = false;

	for (unsigned i = 0; i < m->sources; i++)
		if (strcmp(m->source[i].name, "capture") == 0)
			blind = !m->source[i].works;
	if (blind != m->blind)
		m->table[TOP_PROCESSES].count = m->table[TOP_UNITS].count = 0;
	m->blind = blind;
}

void
top_model_begin(struct top_model *m)
{
	m->sources = 0;
	m->failed = false;
	m->changed = false;
	top_samples_begin(m);
}

void
top_model_end(struct top_model *m, uint64_t now)
{
	double seconds = m->refreshed > 0 && now > m->refreshed
				 ? (double)(now - m->refreshed) / SECOND : 0;

	m->refreshed = now;
	see(m);
	top_samples_end(m, seconds);
	if (m->changed) {
		top_join(m);
		top_groups(m);
	}
	top_names(m);
	m->left_out = m->flows.left_out + m->sockets.left_out;
	for (unsigned i = 0; i < NSC_ROWS_KINDS; i++)
		m->left_out += m->lost_rows[i];
	for (unsigned i = 0; i < TOP_TABLES; i++)
		m->left_out += m->table[i].left_out;
}
