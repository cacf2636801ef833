/* SPDX-License-Identifier: MIT */
/* A few hundred ports at the most, looked through once a second. */
#include <netinet/in.h>
#include <stdio.h>

#include "engine/services.h"

static const uint64_t SECOND = 1000000000;

static struct nsc_service *
find(struct nsc_services *s, uint8_t proto, uint16_t port)
{
	for (unsigned i = 0; i < NSC_COUNT_SERVICE; i++)
		if (s->row[i].proto == proto && s->row[i].port == port)
			return &s->row[i];
	return NULL;
}

/* One never used, else the one that rested for longest, if that was long enough. */
static struct nsc_service *
spare(struct nsc_services *s, uint64_t now)
{
	struct nsc_service *best = NULL;

	for (unsigned i = 0; i < NSC_COUNT_SERVICE; i++) {
		struct nsc_service *v = &s->row[i];

		if (v->proto == 0)
			return v;
		if (!v->seen && now - v->last >= NSC_SERVICES_REST * SECOND &&
		    (best == NULL || v->last < best->last))
			best = v;
	}
	return best;
}

/* False: no row is free. */
static bool
take(struct nsc_services *s, uint8_t proto, uint16_t port, uint64_t now)
{
	struct nsc_service *v = find(s, proto, port);

	if (v == NULL) {
		v = spare(s, now);
		if (v == NULL)
			return false;
		*v = (struct nsc_service){
			.proto = proto, .port = port, .generation = v->generation + 1};
	}
	v->seen = true;
	v->last = now;
	return true;
}

/* Rows of one service may stand apart: in another scope. */
static void
take_all(struct nsc_services *s, const struct nsc_listen_rows *rows, uint64_t now)
{
	uint32_t before = 0;		/* protocol and port of the last one without a row */

	s->suppressed = 0;
	for (unsigned i = 0; i < rows->count; i++) {
		const struct nsc_listen_row *r = &rows->row[i];
		uint32_t which = (uint32_t)r->proto << 16 | r->port;

		if (take(s, r->proto, r->port, now))
			continue;
		s->suppressed += which != before;
		before = which;
	}
}

/*
 * What the sockets lost since the last look.  A sum that fell has lost a socket: if it was
 * the only one, the one that is there now began at 0; of several nobody can say.
 */
static uint64_t
lost(const struct nsc_services *s, const struct nsc_service *v)
{
	if (!s->begun)
		return 0;		/* before our time */
	if (v->drops >= v->drops_before)
		return v->drops - v->drops_before;
	return v->sockets_before <= 1 ? v->drops : 0;
}

/* The list has one order: what is the same has the same print. */
static uint64_t
print(uint64_t before, const struct nsc_listener *l)
{
	const uint64_t part[] = {
		nsc_addr_word(&l->socket.local, 0), nsc_addr_word(&l->socket.local, 1),
		(uint64_t)l->socket.device << 32 | (uint64_t)l->socket.families << 16 |
			(uint64_t)l->reach[0].exposure << 8 | l->reach[1].exposure,
		(uint64_t)l->exposure << 1 | 1,
	};

	for (unsigned i = 0; i < sizeof part / sizeof *part; i++)
		before = (before ^ part[i]) * 0x9e3779b97f4a7c15u + (before >> 29);
	return before;
}

static void
turn(struct nsc_service *v)
{
	if (v->print != v->print_before && ++v->turn == 0)
		v->turn = 1;
	v->print_before = v->print;
}

static void
put(struct nsc_services *s, struct nsc_service *v, unsigned row, struct nsc_cells *cells)
{
	if (v->seen) {
		cells->cell[NSC_CELL(LISTEN_OVERFLOW, row, 0)] += lost(s, v);
		v->drops_before = v->drops;
		v->sockets_before = v->sockets;
	}
	cells->cell[NSC_CELL(LISTEN_QUEUE, row, 0)] = v->queue;
}

void
nsc_services_look(struct nsc_services *s, const struct nsc_listeners *l,
		  const struct nsc_listen_rows *rows, uint64_t now, struct nsc_cells *cells)
{
	for (unsigned i = 0; i < NSC_COUNT_SERVICE; i++) {
		struct nsc_service *v = &s->row[i];

		v->seen = false;
		v->sockets = 0;
		v->drops = v->queue = 0;
		v->print = 0;
	}
	take_all(s, rows, now);
	for (size_t n = 0; n < l->count; n++) {
		const struct nsc_socket *k = &l->listener[n].socket;
		struct nsc_service *v = find(s, k->proto, k->local_port);

		if (v == NULL || !v->seen)
			continue;
		v->exposure = v->sockets == 0 ? l->listener[n].exposure
					      : (uint8_t)nsc_exposure_more(v->exposure, l->listener[n].exposure);
		v->print = print(v->print, &l->listener[n]);
		v->sockets += l->listener[n].sockets;
		if (k->proto != IPPROTO_TCP)
			continue;	/* of UDP these are octets and datagrams */
		v->drops += k->drops;
		if (k->queue > v->queue)
			v->queue = k->queue;
	}
	for (unsigned i = 0; i < NSC_COUNT_SERVICE; i++) {
		put(s, &s->row[i], i, cells);
		turn(&s->row[i]);
	}
	s->begun = true;
}

int
nsc_services_find(const struct nsc_services *s, uint8_t proto, uint16_t port)
{
	for (unsigned i = 0; i < NSC_COUNT_SERVICE; i++)
		if (s->row[i].seen && s->row[i].proto == proto && s->row[i].port == port)
			return (int)i;
	return -1;
}

void
nsc_services_states(const struct nsc_services *s, struct nsc_service_state state[NSC_COUNT_SERVICE])
{
	for (unsigned i = 0; i < NSC_COUNT_SERVICE; i++)
		state[i] = (struct nsc_service_state){
			.generation = s->row[i].generation, .present = s->row[i].seen,
			.exposure = s->row[i].exposure, .turn = s->row[i].turn,
		};
}

bool
nsc_services_name(const struct nsc_services *s, unsigned row, uint64_t now, char name[64],
		  uint32_t *generation, bool *present)
{
	const struct nsc_service *v;

	if (row >= NSC_COUNT_SERVICE || s->row[row].proto == 0)
		return false;
	v = &s->row[row];
	snprintf(name, 64, "%s-%u", v->proto == IPPROTO_TCP ? "tcp" : "udp", v->port);
	*generation = v->generation;
	*present = v->seen || now - v->last < NSC_SERVICES_REST * SECOND / 2;
	return true;
}
