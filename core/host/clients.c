/* SPDX-License-Identifier: MIT */
/*
 * What each client has had of the connections (features.md, algorithm 6): its last totals
 * by entry, and closed ones that wait for it.  What a cap takes, and what closes while it
 * rests, is in `lost`, so that for every client the deltas and `lost` are the totals.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "host/connections_table.h"

#define SECOND 1000000000ull

/* Totals only rise, but for wraps: modular. */
static struct nsc_socket_totals
minus(const struct nsc_socket_totals *a, const struct nsc_socket_totals *b)
{
	return (struct nsc_socket_totals){
		.sent = a->sent - b->sent, .received = a->received - b->received,
		.retransmits = a->retransmits - b->retransmits,
		.rtt = a->rtt, .rtt_var = a->rtt_var,
	};
}

void
nsc_clients_begin(struct nsc_connections *c, uint32_t n)
{
	const struct nsc_connection_entry *e = &c->entry[n];
	struct nsc_socket_totals first = {.sent = 0};

	if (e->connection.adopted)
		first = nsc_connection_totals(e);
	for (int i = 0; i < NSC_CLIENTS_MAX; i++)
		if (c->client[i].used)
			c->client[i].last[n] = first;
}

static void
lose(struct nsc_connection_client *k, const struct nsc_socket_totals *delta)
{
	k->lost.sent += delta->sent;
	k->lost.received += delta->received;
	k->lost.retransmits += delta->retransmits;
}

void
nsc_clients_lose(struct nsc_connections *c, const struct nsc_socket_totals *totals)
{
	for (int i = 0; i < NSC_CLIENTS_MAX; i++)
		if (c->client[i].used)
			lose(&c->client[i], totals);
}

void
nsc_clients_close(struct nsc_connections *c, uint32_t n)
{
	struct nsc_connection_entry *e = &c->entry[n];
	struct nsc_socket_totals now = nsc_connection_totals(e), delta;

	for (int i = 0; i < NSC_CLIENTS_MAX; i++) {
		struct nsc_connection_client *k = &c->client[i];

		if (!k->used)
			continue;
		if (!k->resting && k->closed < NSC_CLOSED_MAX) {
			e->waiting |= (uint8_t)(1 << i);
			k->closed++;
			continue;
		}
		delta = minus(&now, &k->last[n]);
		lose(k, &delta);
		c->stats.closed_dropped += !k->resting;
	}
}

/* Closed ones wait no longer for these clients (a set of bits), which lose them. */
static void
forget(struct nsc_connections *c, unsigned clients)
{
	uint32_t n, next;

	for (n = c->live; n != 0; n = next) {
		struct nsc_socket_totals now = nsc_connection_totals(&c->entry[n]), delta;

		next = c->entry[n].next;
		if (!(c->entry[n].waiting & clients))
			continue;
		for (int i = 0; i < NSC_CLIENTS_MAX; i++)
			if (c->entry[n].waiting & clients & 1u << i) {
				delta = minus(&now, &c->client[i].last[n]);
				lose(&c->client[i], &delta);
			}
		c->entry[n].waiting &= (uint8_t)~clients;
		if (c->entry[n].waiting == 0)
			nsc_connections_release(c, n);
	}
	for (int i = 0; i < NSC_CLIENTS_MAX; i++)
		if (clients & 1u << i)
			c->client[i].closed = 0;
}

void
nsc_clients_rest(struct nsc_connections *c)
{
	unsigned clients = 0;

	for (int i = 0; i < NSC_CLIENTS_MAX; i++) {
		struct nsc_connection_client *k = &c->client[i];

		if (!k->used || k->resting || c->now <= k->heard + k->patience)
			continue;
		k->resting = true;
		clients |= 1u << i;
	}
	if (clients != 0)
		forget(c, clients);
}

/* It reads now: who reads seldom is waited for accordingly. */
static void
hear(struct nsc_connection_client *k, uint64_t now)
{
	uint64_t patience = 3 * (now - k->heard);

	if (patience < NSC_CLIENT_REST * SECOND)
		patience = NSC_CLIENT_REST * SECOND;
	if (patience > NSC_CLIENT_REST_MOST * SECOND)
		patience = NSC_CLIENT_REST_MOST * SECOND;
	k->patience = patience;
	k->heard = now;
	k->resting = false;
}

/* Room for the closed ones of one client more; who leaves, leaves it to the next. */
static int
make_room(struct nsc_connections *c)
{
	uint32_t clients = 1, room;
	void *p;

	for (int i = 0; i < NSC_CLIENTS_MAX; i++)
		clients += c->client[i].used;
	room = NSC_CONNECTIONS_MAX + clients * NSC_CLOSED_MAX;
	if (room <= c->room)
		return 0;
	for (int i = 0; i < NSC_CLIENTS_MAX; i++) {
		struct nsc_connection_client *k = &c->client[i];

		if (!k->used)
			continue;
		p = nsc_connections_reserve(k->last, k->room, room + 1, sizeof *k->last);
		if (p == NULL)
			return -ENOMEM;
		k->last = p;
		k->room = room + 1;
	}
	p = nsc_connections_reserve(c->entry, c->room + 1, room + 1, sizeof *c->entry);
	if (p == NULL)
		return -ENOMEM;
	c->entry = p;
	c->room = room;
	return 0;
}

int
nsc_connections_join(struct nsc_connections *c, uint64_t now)
{
	struct nsc_connection_client *k;
	int i = 0;

	while (i < NSC_CLIENTS_MAX && c->client[i].used)
		i++;
	if (i == NSC_CLIENTS_MAX)
		return -ENOSPC;
	if (make_room(c) < 0)
		return -ENOMEM;
	k = &c->client[i];
	*k = (struct nsc_connection_client){.heard = now, .room = c->room + 1};
	k->last = nsc_connections_reserve(NULL, 0, k->room, sizeof *k->last);
	if (k->last == NULL)
		return -ENOMEM;
	k->used = true;
	hear(k, now);
	for (uint32_t n = c->live; n != 0; n = c->entry[n].next)
		k->last[n] = nsc_connection_totals(&c->entry[n]);
	return i;
}

void
nsc_connections_leave(struct nsc_connections *c, int client)
{
	struct nsc_connection_client *k = &c->client[client];

	if (!k->used)
		return;
	forget(c, 1u << client);
	munmap(k->last, k->room * sizeof *k->last);
	*k = (struct nsc_connection_client){.used = false};
}

void
nsc_connections_read(struct nsc_connections *c, int client, uint64_t now,
		     void (*each)(void *arg, const struct nsc_connection_delta *d), void *arg)
{
	struct nsc_connection_client *k = &c->client[client];
	uint8_t bit = (uint8_t)(1 << client);
	uint32_t n, next;

	c->now = now;
	nsc_clients_rest(c);
	hear(k, now);
	for (n = c->live; n != 0; n = next) {
		struct nsc_connection_entry *e = &c->entry[n];
		struct nsc_socket_totals totals = nsc_connection_totals(e);
		struct nsc_connection_delta d = {.connection = &e->connection};

		next = e->next;
		if (e->connection.closed && !(e->waiting & bit))
			continue;
		d.delta = minus(&totals, &k->last[n]);
		k->last[n] = totals;
		each(arg, &d);
		if (!e->connection.closed)
			continue;
		k->closed--;
		e->waiting &= (uint8_t)~bit;
		if (e->waiting == 0)
			nsc_connections_release(c, n);
	}
}

struct nsc_socket_totals
nsc_connections_lost(const struct nsc_connections *c, int client)
{
	return c->client[client].lost;
}

void
nsc_clients_free(struct nsc_connections *c)
{
	for (int i = 0; i < NSC_CLIENTS_MAX; i++)
		if (c->client[i].used)
			munmap(c->client[i].last, c->client[i].room * sizeof *c->client[i].last);
}
